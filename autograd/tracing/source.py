"""Equations as Python: one function of plain floats and arrays, generated from the table.

Arithmetic and comparisons stand there as operators, everything else as a call of the row's own function; nothing is
defined a second time. Where Python raises and IEEE 754 has inf or nan, the equations are run once more, one by one,
through the primitives themselves.
"""

from __future__ import annotations

import keyword
import operator
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

from autograd import recording
from autograd.errors import GuardError
from autograd.primitive import Node, Primitive, quiet
from autograd.tracing.equations import How, raw_result
from autograd.tracing.listing import Equation, Guard, Listing

__all__ = ["Replay", "check_outside", "followed", "names_of", "node_result", "source_of"]

_OPERATORS: dict[Any, str] = {
    operator.add: "{} + {}", operator.sub: "{} - {}", operator.mul: "{} * {}", operator.truediv: "{} / {}",
    operator.neg: "-{}", operator.abs: "abs({})", operator.gt: "{} > {}", operator.lt: "{} < {}",
    operator.ge: "{} >= {}", operator.le: "{} <= {}", operator.eq: "{} == {}", operator.ne: "{} != {}",
}  # fmt: skip
"""How Python writes a function of its own."""


class Replay:
    """A listing as a function from raw inputs and captured data to raw outputs; it keeps no state."""

    name = "python"

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.text, names = source_of(listing, nested=True)
        self._names = names
        exec(compile(self.text, "<program>", "exec"), names)  # our own text: no name or number of the user is in it
        self._fast: Callable[..., Any] = names["program"]

    def __call__(self, given: Sequence[Any]) -> list[Any]:
        """The outputs, or a `GuardError`; `given` are the inputs and the data of the captured leaves."""
        try:
            with quiet():
                return self._fast(*given)  # type: ignore[no-any-return]
        except (ArithmeticError, ValueError):
            return self._carefully(given)

    def _carefully(self, given: Sequence[Any]) -> list[Any]:
        """The same one by one, as the primitives compute on raw operands."""
        return followed(self.listing, given, _raw_result)


def followed(listing: Listing, given: Sequence[Any], result: Callable[[Equation, Sequence[Any]], Any]) -> list[Any]:
    """The outputs, where `result` computes one equation; `given` are the inputs and what stands for the captured."""
    values: dict[int, Any] = dict(zip([*listing.inputs, *(slot for slot, _ in listing.captured)], given, strict=True))
    values |= listing.constants
    for step in listing.steps():
        if isinstance(step, Guard):
            check(step, values[step.slot])
        else:
            values[step.result] = result(step, [values[slot] for slot in step.operands])
    return [values[slot] for slot in listing.outputs]


def node_result(equation: Equation, operands: Sequence[Any]) -> Any:
    """One equation on nodes, which is recorded."""
    with recording.no_grad() if equation.is_constant else nullcontext():
        out = equation.op(*operands, **equation.params)
    if equation.name is not None and isinstance(out, Node):
        out.name = equation.name
    return out


def _raw_result(equation: Equation, operands: Sequence[Any]) -> Any:
    """One equation on raw operands."""
    return raw_result(equation.op, How(equation.params, equation.is_scalar), operands)


def check(guard: Guard, value: Any) -> None:
    """Raise where another branch would be taken."""
    if bool(value) != guard.outcome:
        raise fallen(guard)


def fallen(guard: Guard, lane: int | None = None) -> GuardError:
    """The error of a guard."""
    was, given = "true" if guard.outcome else "false", "these arguments" if lane is None else f"those of lane {lane}"
    return GuardError(
        f"the condition at {guard.line} was {was} when the program was traced and is not with {given}: the "
        "function takes another branch. Trace it with such arguments, or use autograd.jit, which traces every branch"
    )


def check_outside(listing: Listing, name: str, on_nodes: bool = False) -> None:
    """Raise where what the function goes by beside its arguments is not what it was when the program was traced."""
    if not (listing.relied.names or on_nodes):
        return
    changed = listing.relied.changed()
    if on_nodes and any(node.requires_grad for node in listing.frozen):
        changed = "requires_grad"
    if changed:
        raise GuardError(
            f"{changed} of something that {name} uses is not what it was when the program was traced; trace it again, "
            "or use autograd.jit, which does"
        )


def names_of(listing: Listing) -> dict[int, str]:
    """What the slots are called in the source: x0, x1, ... the inputs, w0, ... the captured, v... the results."""
    names = {slot: f"x{place}" for place, slot in enumerate(listing.inputs)}
    names |= {slot: f"w{place}" for place, (slot, _) in enumerate(listing.captured)}
    names |= {equation.result: f"v{place}" for place, equation in enumerate(listing.equations)}
    for place, (slot, x) in enumerate(listing.constants.items()):
        is_written = type(x) in (float, int, bool) and x == x and abs(x) != float("inf")
        names[slot] = f"({x!r})" if is_written and str(x).startswith("-") else repr(x) if is_written else f"c{place}"
    return names


_DEEP = 20
"""So deep expressions are nested at most: Python's parser has its limits."""


def source_of(listing: Listing, nested: bool = False) -> tuple[str, dict[str, Any]]:
    """The text of the function, and the global names that it uses.

    Where it is `nested`, a number that is used once stands where it is used, which is twice as fast as to name it.
    """
    names = names_of(listing)
    once, depths = _used_once(listing) if nested else set[int](), dict[int, int]()
    scope: dict[str, Any] = {
        names[slot]: x for slot, x in listing.constants.items() if names[slot].startswith("c")
    }  # fmt: skip
    scope |= {"fallen": lambda place: fallen(listing.guards[place])}
    taken = [*listing.inputs, *(slot for slot, _ in listing.captured)]
    lines = [f"def program({', '.join(names[slot] for slot in taken)}):"]
    waiting = list(enumerate(listing.guards))
    last = _last_uses(listing)

    def guard(after: int) -> None:
        while waiting and waiting[0][1].after == after:
            place, guard = waiting.pop(0)
            negated = "not " if guard.outcome else ""
            lines.append(f"    if {negated}{names[guard.slot]}: raise fallen({place})  # {guard.line}")

    guard(0)
    for count, equation in enumerate(listing.equations, 1):
        text = _call(equation, [names[slot] for slot in equation.operands], scope)
        depth = 1 + max((depths.get(slot, 0) for slot in equation.operands), default=0)
        if equation.is_scalar and equation.result in once and depth < _DEEP:
            names[equation.result], depths[equation.result] = f"({text})", depth
            continue  # no guard asks for it
        lines.append(f"    {names[equation.result]} = {text}" + (f"  # {equation.line}" if equation.line else ""))
        guard(count)
        if dead := [names[slot] for slot in last.get(count, ())]:
            lines.append(f"    del {', '.join(dead)}")
    lines.append(f"    return [{', '.join(names[slot] for slot in listing.outputs)}]")
    return "\n".join(lines) + "\n", scope


def _used_once(listing: Listing) -> set[int]:
    """The slots that one equation needs, once, and nobody else."""
    others = (*listing.outputs, *(guard.slot for guard in listing.guards))
    uses = Counter(listing.equations.operands)
    return {slot for slot, count in uses.items() if count == 1} - {*others}


def _last_uses(listing: Listing) -> dict[int, list[int]]:
    """Arrays that nothing needs after so many equations: their memory is given back."""
    made = {equation.result for equation in listing.equations if not equation.is_scalar}
    kept, last = set(listing.outputs), dict[int, int]()
    for count, equation in enumerate(listing.equations, 1):
        for slot in (*equation.operands, equation.result):
            if slot in made and slot not in kept:
                last[slot] = count
    for guard in listing.guards:
        if guard.slot in last:
            last[guard.slot] = max(last[guard.slot], guard.after + 1)
    out: dict[int, list[int]] = {}
    for slot, count in last.items():
        out.setdefault(count, []).append(slot)
    return out


def _call(equation: Equation, operands: list[str], scope: dict[str, Any]) -> str:
    """The right side of an equation."""
    op, params = equation.op, equation.params
    if op.name == "identity":
        return operands[0]
    function = op.array if not equation.is_scalar or op.scalar is None else getattr(op.scalar, "fast", op.scalar)
    if equation.is_scalar and function in _OPERATORS:
        return _OPERATORS[function].format(*operands)
    name = _named(op, function, scope)
    given = [*operands]
    for key, value in params.items():
        where = f"p{len(scope)}"
        scope[where] = value
        given.append(f"{key}={where}")
    text = f"{name}({', '.join(given)})"
    if op.result == "Value":
        return text if op.array is float else f"float({text})"
    return text


_TAKEN = ("program", "fallen", "abs", "float")
_SLOT = re.compile(r"[cpvwx]\d+")
"""Names that are not free for functions."""


def _named(op: Primitive, function: Any, scope: dict[str, Any]) -> str:
    """The name of a function in the source, which is that of its row."""
    name = op.name if op.name.isidentifier() else "operation"
    while (
        keyword.iskeyword(name) or name in _TAKEN or _SLOT.fullmatch(name) or scope.get(name, function) is not function
    ):
        name += "_"
    scope[name] = function
    return name
