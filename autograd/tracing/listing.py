"""From a recorded run to equations: common subexpressions are shared, dead code is dropped, constants are folded.

Everything that takes part has a slot, an integer: inputs first, then captured leaves, constants and results in the
order in which they are met. What is simplified is bit-identical: ``x**2`` is ``x·x``, ``1·x`` is ``x``, and of
negatives, which derivatives are full of, most are left out: ``x + (-y)`` is ``x - y``, ``(-x)·2`` is ``x·(-2)``.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.collector import tick
from autograd.errors import TraceError
from autograd.primitive import Node, Primitive, table
from autograd.seeds import called
from autograd.tensor import Tensor
from autograd.tracing.equations import Equation, Equations
from autograd.tracing.tracer import Recorder
from autograd.value import Value

__all__ = ["Equation", "Guard", "Listing", "listed"]


@dataclass(frozen=True, slots=True)
class Guard:
    """The branch that was taken: `slot` is true, or not, when the program has run `after` equations."""

    slot: int
    outcome: bool
    after: int
    line: str


@dataclass
class Listing:
    """The equations of a run, with what they start from and what they lead to."""

    inputs: list[int]
    captured: list[tuple[int, Node]] = field(default_factory=list)
    constants: dict[int, Any] = field(default_factory=dict)
    equations: Equations = field(default_factory=lambda: Equations([]))
    guards: list[Guard] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    frozen: list[Node] = field(default_factory=list)
    relied: list[tuple[dict[str, Any], str, Any]] = field(default_factory=list)

    def steps(self) -> Iterator[Equation | Guard]:
        """Equations and guards, each guard as soon as it can be asked."""
        guards = self.guards[::-1]
        for count in range(len(self.equations) + 1):
            if count:
                yield self.equations[count - 1]
            while guards and guards[-1].after == count:
                yield guards.pop()


def listed(inputs: Sequence[Node], heads: Sequence[Any], recorder: Recorder) -> Listing:
    """The equations that lead from `inputs` to `heads`, with the decisions of `recorder` as guards."""
    maker = _Maker(inputs, recorder)
    maker.add(recorder.nodes, recorder.where)
    asked: dict[int, tuple[bool, str]] = {}
    for node, outcome, line in recorder.decisions:
        asked.setdefault(maker.slot(node), (outcome, line))
    listing = maker.finished([maker.slot(head) for head in heads], asked)
    listing.frozen = [node for _, node in listing.captured if not node.requires_grad]
    listing.relied = recorder.relied
    return listing


class _Maker:
    """Gives slots to nodes and constants."""

    def __init__(self, inputs: Sequence[Node], recorder: Recorder) -> None:
        self.listing = Listing(list(range(len(inputs))), equations=Equations(recorder.lines))
        self.first, self.count = recorder.first, len(inputs)
        self.slots = array("i", [-1]) * (tick() - self.first)  # by creation index
        for slot, node in enumerate(inputs):
            self.slots[node.index - self.first] = slot
        self.outside: dict[Node, int] = {}
        self.numbers: dict[Any, int] = {}
        self.known: dict[Primitive, tuple[int, dict[Any, int]]] = {}  # equations by what they say
        self.negated: dict[int, int] = {}  # the operand by the slot of its negative
        self.doubled: dict[int, int] = {}  # and by that of its double

    def new(self) -> int:
        self.count += 1
        return self.count - 1

    def slot(self, x: Any) -> int:
        """Where an operand is: a node that was added or is a leaf, or a constant."""
        if not isinstance(x, Node):
            return self._constant(x)
        place = x.index - self.first
        if place < 0:
            if x not in self.outside:
                self.outside[x] = slot = self.new()
                self.listing.captured.append((slot, x))
            return self.outside[x]
        if self.slots[place] < 0:
            if x.op is not None:
                raise TraceError(
                    f"{called(x)} was computed where nobody could look on: in another thread, or in the tracing of "
                    "another function; compute it in the function that is traced"
                )
            self.slots[place] = self._constant(x._data)  # a leaf made inside
        return self.slots[place]

    def _constant(self, x: Any) -> int:
        key = x
        if type(x) is not float or x != x or (not x and math.copysign(1.0, x) < 0.0):
            is_number = isinstance(x, float | int) and x == x
            key = (type(x), x) if is_number and x else (type(x), str(x)) if is_number else ("thing", id(x))
        slot = self.numbers.get(key)
        if slot is None:
            self.numbers[key] = slot = self.new()
            self.listing.constants[slot] = x  # which is kept, so that its identity is its own
        return slot

    def add(self, nodes: Sequence[Node], lines: Sequence[int]) -> None:
        """Give every node a slot: its own, or that of an equal one. Operands come before results."""
        slots, first, numbers = self.slots, self.first, self.numbers
        constants, negated = self.listing.constants, self.negated
        for node, line in zip(nodes, lines, strict=True):
            operands, fixed, signs = [], 0, 0
            for arg in node.args:
                if type(arg) is Value:
                    slot = slots[arg.index - first] if arg.index >= first else -1
                else:
                    slot = numbers.get(arg, -1) if type(arg) is float and arg else -1
                if slot < 0:
                    slot = self.slot(arg)
                operands.append(slot)
                fixed += slot in constants
                signs += slot in negated
            op: Any = node.op
            if not (fixed or signs) and op not in _UNARY:
                slot = self._result(node, op, operands, line)
            elif fixed < len(operands):
                slot = self._simplified(node, op, operands, line)
            else:
                slot = self._constant(node._data)
            slots[node.index - first] = slot

    def _result(self, node: Node, op: Primitive, operands: list[int], line: int) -> int:
        """The slot of an equation, which is new where nothing says the same."""
        code, known = self.known.get(op) or self._first_of(op)
        key: Any = tuple(operands)
        if len(operands) == 2:
            left, right = operands
            key = right << 32 | left if right < left and op in _COMMUTATIVE else left << 32 | right
        if not node.requires_grad:
            key = (key, None)  # unlike the operands of any equation
        params = node.params if op is node.op else None
        if params:
            try:
                hash(tuple(params.values()))
                key = (key, repr(sorted(params.items())))  # in which 1, 1.0 and True differ
            except TypeError:  # a parameter that cannot be compared, such as a list of places
                key = (key, node)
        found = known.setdefault(key, self.count)
        if found == self.count:
            self.count += 1
            is_scalar = node.is_scalar and (
                op.scalar is not None or all(getattr(arg, "is_scalar", True) for arg in node.args)
            )
            self.listing.equations.append(
                code, operands, found, is_scalar, not node.requires_grad, params, node.name, line
            )
            if op is _NEG and node.requires_grad:
                self.negated[found] = operands[0]
            elif op is _ADD and operands[0] == operands[1] and node.requires_grad and is_scalar:
                self.doubled[found] = operands[0]
        if node.name is not None:
            self.listing.names.setdefault(found, node.name)
        return found

    def _first_of(self, op: Primitive) -> tuple[int, dict[Any, int]]:
        """The place of a primitive in the list of them, and what is known of it."""
        self.listing.equations.ops.append(op)
        self.known[op] = len(self.known), {}
        return self.known[op]

    def _simplified(self, node: Node, op: Primitive, operands: list[int], line: int) -> int:
        """The slot of the result, by a simpler operation or none where that is the same to the last bit."""
        constants = self.listing.constants
        for position, number in _NEUTRAL.get(op, ()):
            other = 1 - position
            if _is_number(constants.get(operands[position]), number) and _is_alike(node.args[other], node):
                return operands[other]
        if op in _POWERS and _is_number(constants.get(operands[1]), 2.0):
            if op is table["power"]:
                return self._result(node, _MUL, [operands[0], operands[0]], line)
            if op is table["slope"] and node.is_scalar:
                return self._result(node, _ADD, [operands[0], operands[0]], line)
            times = node.params or {}
            if op is table["power_partial"] and node.is_scalar and not times.get("by_y") and times.get("by_x", 0) >= 2:
                return self.slot(2.0 if times["by_x"] == 2 else 0.0)
        if op is _IDENTITY and _is_alike(node.args[0], node):
            return operands[0]
        if op in _SIGNED and node.requires_grad:
            if op is _NEG and operands[0] in self.negated:
                return self.negated[operands[0]]
            op, operands = self._with_fewer_signs(op, operands)
        slot = self._result(node, op, operands, line)
        if op is _MUL and _is_number(constants.get(operands[1]), 2.0) and node.requires_grad and node.is_scalar:
            self.doubled[slot] = operands[0]
        return slot

    def _with_fewer_signs(self, op: Primitive, operands: list[int]) -> tuple[Primitive, list[int]]:
        """The same to the last bit without a negative, or a double, on the way.

        A sum that goes on stays a sum: long ones are computed at once.
        """
        negated, constants = self.negated, self.listing.constants
        if op is _MUL:
            x, c = operands if operands[1] in constants else operands[::-1]
            number = constants.get(c)
            if type(number) is float:
                if x in negated:
                    x, number = negated[x], -number
                if x in self.doubled and 1.0 <= abs(number) < 1e300:
                    x, number = self.doubled[x], 2.0 * number
                return _MUL, [x, self._constant(number)]
        elif op is _NEG:
            made, factors = self._made(operands[0])
            if made is _MUL and type(constants.get(factors[1])) is float:
                return _MUL, [factors[0], self._constant(-constants[factors[1]])]
        elif op is _SUB:
            if operands[1] in negated:
                return _ADD, [operands[0], negated[operands[1]]]
        else:
            for x, y in (operands, operands[::-1]):
                if y in negated and self._made(x)[0] is not _ADD:
                    return _SUB, [x, negated[y]]
        return op, operands

    def _made(self, slot: int) -> tuple[Primitive | None, Sequence[int]]:
        """How a slot is computed: by what, of which; None for what is given."""
        equations = self.listing.equations
        place = bisect_left(equations.results, slot)  # which are in order
        if place == len(equations) or equations.results[place] != slot or equations.is_constant[place]:
            return None, ()
        return equations.ops[equations.codes[place]], equations.operands_of(place)

    def finished(self, outputs: list[int], asked: dict[int, tuple[bool, str]]) -> Listing:
        """The listing without what nothing needs; a guard comes as soon as it can be asked."""
        listing, equations = self.listing, self.listing.equations
        self.known.clear()
        needed, kept = bytearray(self.count), bytearray(len(equations))
        for slot in (*outputs, *asked):
            needed[slot] = True
        ends, results, operands = equations.ends, equations.results, equations.operands
        end = len(operands)
        for place in range(len(equations) - 1, -1, -1):
            start = ends[place - 1] if place else 0
            if needed[results[place]]:
                for slot in operands[start:end]:
                    needed[slot] = True
                kept[place] = True
            end = start
        if not all(kept):
            listing.equations = equations = equations.kept(np.flatnonzero(kept))
        listing.outputs = outputs
        after = dict.fromkeys(asked, 0)
        if asked:
            after |= {slot: place for place, slot in enumerate(equations.results, 1) if slot in asked}
        listing.guards = sorted(
            (Guard(slot, outcome, after[slot], line) for slot, (outcome, line) in asked.items()
             if slot not in listing.constants),
            key=lambda guard: guard.after,
        )  # fmt: skip
        listing.captured = [(slot, node) for slot, node in listing.captured if needed[slot]]
        listing.constants = {slot: x for slot, x in listing.constants.items() if needed[slot]}
        return listing


_IDENTITY, _NEG, _ADD, _SUB, _MUL = (table[name] for name in ("identity", "neg", "add", "sub", "mul"))
_UNARY, _SIGNED, _COMMUTATIVE = {_IDENTITY, _NEG}, {_NEG, _ADD, _SUB, _MUL}, {_ADD, _MUL}
_POWERS = {table["power"], table["slope"], table["power_partial"]}
_NEUTRAL = {
    table[name]: beside for name, beside in {
        "mul": ((0, 1.0), (1, 1.0)), "div": ((1, 1.0),), "power": ((1, 1.0),), "sub": ((1, 0.0),)
    }.items()
}  # fmt: skip
"""By operation: in which position which constant leaves the other operand as it is, to the last bit."""


def _is_alike(operand: Any, node: Node) -> bool:
    """Whether an operand can take the place of a result: of one kind and shape, with derivatives or without."""
    kind = Value if node.is_scalar else Tensor
    return (
        type(operand) is kind
        and operand.requires_grad == node.requires_grad
        and np.shape(operand._data) == np.shape(node._data)
    )


def _is_number(x: Any, number: float) -> bool:
    return type(x) is float and x == number and math.copysign(1.0, x) > 0.0
