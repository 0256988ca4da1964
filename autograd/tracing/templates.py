"""Derivative rules as equations: each rule of the table is run once on nodes, and what it computes is written down.

So the gradient of a function of floats need not be recorded while the function is traced: its equations are made of
those of the function, rule by rule, by `kernels.pull_rows`. They are the same equations as a recorded sweep has.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from autograd import recording
from autograd.primitive import Node, Primitive
from autograd.rules import ROWS
from autograd.tracing.numbering import Numbering
from autograd.tracing.slots import PLAIN, UNLIKE, Templates
from autograd.tracing.tracer import Recorder
from autograd.value import Value

__all__ = ["Rules", "key_of", "rules_of", "templates_of"]


class Step(NamedTuple):
    """One equation of a rule.

    Attributes
    ----------
    op, params : what it does.
    takes : its operands: places in the frame (see `slots.Templates`), and constants as they are.
    alike : the class of its result where that never has a derivative, else None.
    """

    op: Primitive
    params: dict[str, Any]
    takes: tuple[Any, ...]
    alike: int | None


class Place(int):
    """A place in the frame, unlike a constant."""


class Rule(NamedTuple):
    """A rule: its equations, and what it gives: a place in the frame, or a constant."""

    steps: tuple[Step, ...]
    out: Any


Rules = tuple[Rule | None, ...]
"""Those of a row, by operand: None where there is no derivative."""
_OURS = frozenset(ROWS)
_known: dict[Primitive, Rules] = {}
"""The rules of our rows without parameters, which say the same each time."""
_SAMPLE = 0.7
"""Where rules are run: what they compute does not depend on it."""


def key_of(op: Primitive, params: dict[str, Any] | None) -> Any:
    """What is done, in a form that can be a key; its parameters are of `_EXACT` types."""
    return (op, repr(sorted(params.items()))) if params else op  # in the text 1, 1.0 and True differ


_EXACT = {bool, int, float, str, type(None)}
"""Types that say all they are in a text, and cannot change."""


def rules_of(nodes: Sequence[Node]) -> dict[Any, Rules] | None:
    """The rules of all that some nodes do, if these compute floats of floats and all have equations."""
    done: dict[Any, tuple[Any, dict[str, Any]]] = {op: (op, {}) for op in {x.op for x in nodes if not x.params}}
    for op, params in [(node.op, node.params) for node in nodes if node.params]:
        if op is None or not _EXACT.issuperset(map(type, params.values())):
            return None
        done[key_of(op, params)] = op, params
    found: dict[Any, Rules] = {}
    for key, (op, params) in done.items():
        rules = _known.get(key) or _rules(op, params)
        if rules is None:
            return None
        if not params and op in _OURS:
            _known[op] = rules
        found[key] = rules
    return found


def _rules(op: Primitive, params: dict[str, Any]) -> Rules | None:
    if op.variadic or (op.scalar is None and op.name != "identity"):
        return None
    try:
        return tuple(rule and _run(op, rule, params) for rule in op.rules)
    except Exception:  # whatever it is, the rule says so itself when it is recorded
        return None


class _UnlikeError(Exception):
    """A rule does what equations of floats cannot."""


def _run(op: Primitive, rule: Any, params: dict[str, Any]) -> Rule:
    recorder = Recorder()
    with recording.enable_grad(), recording.inspected(None), recording.traced(recorder):
        given = [Value(_SAMPLE) for _ in range(2 + len(op.rules))]
        out = rule(*given, **params)
    nodes = [*given, *recorder.nodes]
    places = {id(node): Place(place) for place, node in enumerate(nodes)}

    def place(x: Any) -> Any:
        if isinstance(x, Node) and id(x) not in places:  # from outside
            raise _UnlikeError
        return places.get(id(x), x)

    if recorder.error or recorder.decisions or not all(node.is_scalar for node in nodes):
        raise _UnlikeError
    steps = []
    for node in recorder.nodes:
        alike = None if node.requires_grad else PLAIN if type(node) is Value else UNLIKE
        assert node.op is not None
        steps.append(Step(node.op, node.params or {}, tuple(map(place, node.args)), alike))
    return Rule(tuple(steps), place(out if isinstance(out, Node) else float(out)))


def templates_of(chosen: dict[int, Rules], numbering: Numbering) -> Templates:
    """The rules of some kinds as arrays."""
    width = max(map(len, chosen.values()), default=0)
    of = array("i", [-1]) * (width * (max(chosen, default=0) + 1))
    starts, out, code, alike, begin, operands = (array("i") for _ in range(6))
    longest = widest = 0

    def slot(x: Any) -> int:
        return x if type(x) is Place else ~numbering.constant(x)

    for kind, rules in chosen.items():
        for position, rule in enumerate(rules):
            if rule is None:
                continue
            of[width * kind + position] = len(starts)
            starts.append(len(code))
            out.append(slot(rule.out))
            longest = max(longest, len(rule.steps))
            for step in rule.steps:
                code.append(numbering.code(step.op, step.params, True, step.alike is not None))
                alike.append(step.alike or 0)
                begin.append(len(operands))
                operands.extend(map(slot, step.takes))
                widest = max(widest, len(step.takes))
    starts.append(len(code))
    begin.append(len(operands))
    frame = array("i", bytes(4 * (2 + width + longest)))
    return Templates(width, longest, widest, of, starts, out, frame, code, alike, begin, operands)
