"""From a recorded run to equations: common subexpressions are shared, dead code is dropped, constants are folded.

Everything that takes part has a slot, an integer: inputs first, then captured leaves, constants and results in the
order in which they are met. What is simplified is bit-identical: ``x**2`` is ``x·x``, ``1·x`` is ``x``.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import numpy as np

from autograd.primitive import Node, Primitive, table
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
    equations: Equations = field(default_factory=Equations)
    guards: list[Guard] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)

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
    roots = [*(head for head in heads if isinstance(head, Node)), *(node for node, _, _ in recorder.decisions)]
    nodes = _behind([*roots, *inputs], recorder.first)
    maker = _Maker(inputs, recorder, nodes[-1].index if nodes else 0)
    maker.add(nodes)
    del nodes
    asked: dict[int, tuple[bool, str]] = {}
    for node, outcome, line in recorder.decisions:
        asked.setdefault(maker.slot(node), (outcome, line))
    return maker.finished([maker.slot(head) for head in heads], asked)


def _behind(roots: Sequence[Node], first: int) -> list[Node]:
    """All nodes of this run behind the roots, with the leaves from outside; operands before results."""
    inside, outside = list[Node](), dict[Node, None]()
    seen = bytearray(1 + max([0, *(root.index - first for root in roots)]))  # operands have smaller indices
    todo: list[Sequence[Any]] = [roots]
    for args in todo:  # which grows while it is walked
        for arg in args:
            if type(arg) is not float and isinstance(arg, Node):
                place = arg.index - first
                if place < 0:
                    outside[arg] = None
                elif not seen[place]:
                    seen[place] = True
                    inside.append(arg)
                    todo.append(arg.args)
    inside.sort(key=attrgetter("index"))
    return [*sorted(outside, key=attrgetter("index")), *inside]


class _Maker:
    """Gives slots to nodes and constants."""

    def __init__(self, inputs: Sequence[Node], recorder: Recorder, last: int) -> None:
        self.listing = Listing(list(range(len(inputs))))
        self.first, self.recorder, self.count = recorder.first, recorder, len(inputs)
        self.slots = array("i", [-1]) * max(last + 1 - self.first, 0)  # by creation index
        for slot, node in enumerate(inputs):
            self.slots[node.index - self.first] = slot
        self.outside: dict[Node, int] = {}
        self.numbers: dict[Any, int] = {}
        self.known: dict[Any, int] = {}  # equations by what they say
        self.codes: dict[Primitive, int] = {}
        self.indices = array("q")

    def new(self) -> int:
        self.count += 1
        return self.count - 1

    def slot(self, x: Any) -> int:
        """Where an operand is: a node that was added, or a constant."""
        if isinstance(x, Node):
            place = x.index - self.first
            return self.slots[place] if place >= 0 else self.outside[x]
        key = x
        if type(x) is not float or x != x or (not x and math.copysign(1.0, x) < 0.0):
            is_number = isinstance(x, float | int) and x == x
            key = (type(x), x) if is_number and x else (type(x), str(x)) if is_number else ("thing", id(x))
        slot = self.numbers.get(key)
        if slot is None:
            self.numbers[key] = slot = self.new()
            self.listing.constants[slot] = x  # which is kept, so that its identity is its own
        return slot

    def add(self, nodes: Sequence[Node]) -> None:
        """Give every node a slot: its own, or that of an equal one. Operands come before results."""
        slots, first, constants, slot_of = self.slots, self.first, self.listing.constants, self.slot
        for node in nodes:
            place, op = node.index - first, node.op
            if place < 0:
                self.outside[node] = slot = self.new()
                self.listing.captured.append((slot, node))
            elif slots[place] >= 0:
                continue
            elif op is None:  # made inside
                slots[place] = slot_of(node._data)
            else:
                operands, fixed = [], 0
                for arg in node.args:
                    slot = slots[arg.index - first] if type(arg) is Value and arg.index > first else slot_of(arg)
                    operands.append(slot)
                    fixed += slot in constants
                if fixed == len(operands):
                    slots[place] = slot_of(node._data)
                elif fixed or op.name == "identity":
                    slots[place] = self._simplified(node, op, operands)
                else:
                    slots[place] = self._result(node, op, operands)

    def _result(self, node: Node, op: Primitive, operands: list[int]) -> int:
        """The slot of an equation, which is new where nothing says the same."""
        packed = self.codes.get(op)
        if packed is None:
            packed = self.codes[op] = 2 * len(self.codes) + 2
            self.listing.equations.ops.append(op)
        code, params = packed // 2 - 1, node.params if op is node.op else None
        packed += node.requires_grad
        for slot in operands:
            packed = packed << 31 | slot
        key: Any = packed
        if params:
            try:
                hash(tuple(params.values()))
                key = (packed, repr(sorted(params.items())))  # in which 1, 1.0 and True differ
            except TypeError:  # a parameter that cannot be compared, such as a list of places
                key = (packed, node)
        found = self.known.get(key)
        if found is None:
            self.known[key] = found = self.count
            self.count += 1
            is_scalar = node.is_scalar and (
                op.scalar is not None or all(getattr(arg, "is_scalar", True) for arg in node.args)
            )
            self.listing.equations.append(code, operands, found, is_scalar, not node.requires_grad, params, node.name)
            self.indices.append(node.index)
        if node.name is not None:
            self.listing.names.setdefault(found, node.name)
        return found

    def _simplified(self, node: Node, op: Primitive, operands: list[int]) -> int:
        """The slot of the result, by a simpler operation or none where that is the same to the last bit."""
        constants = self.listing.constants
        if op.name == "power" and _is_number(constants.get(operands[1]), 2.0):
            op, operands = table["mul"], [operands[0], operands[0]]
        elif op.name == "slope" and node.is_scalar and _is_number(constants.get(operands[1]), 2.0):
            op, operands = table["add"], [operands[0], operands[0]]
        elif op.name == "power_partial" and node.is_scalar and _is_number(constants.get(operands[1]), 2.0):
            times = node.params or {}
            if not times.get("by_y") and times.get("by_x", 0) >= 2:
                return self.slot(2.0 if times["by_x"] == 2 else 0.0)
        same = _same(op.name, operands, constants)
        if same is not None and _is_alike(node.args[same], node):
            return operands[same]
        return self._result(node, op, operands)

    def finished(self, outputs: list[int], asked: dict[int, tuple[bool, str]]) -> Listing:
        """The listing without what nothing needs; a guard comes as soon as it can be asked."""
        listing, equations = self.listing, self.listing.equations
        equations.lines, equations.line = self.recorder.lines_of(self.indices)
        needed = bytearray(self.count)
        for slot in (*outputs, *asked):
            needed[slot] = True
        kept = []
        end = len(equations.operands)
        for place in range(len(equations) - 1, -1, -1):
            start = equations.ends[place - 1] if place else 0
            if needed[equations.results[place]]:
                for slot in equations.operands[start:end]:
                    needed[slot] = True
                kept.append(place)
            end = start
        if len(kept) < len(equations):
            listing.equations = equations = equations.kept(kept[::-1])
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


_NEUTRAL = {("mul", 1): 1.0, ("mul", 0): 1.0, ("div", 1): 1.0, ("power", 1): 1.0, ("sub", 1): 0.0}
"""By operation and position: the constant beside which the other operand is the result, to the last bit."""


def _same(name: str, operands: Sequence[int], constants: dict[int, Any]) -> int | None:
    """The position of the operand that an operation gives back as it is."""
    if name == "identity":
        return 0
    for position in range(len(operands)):
        neutral = _NEUTRAL.get((name, position))
        if neutral is not None and _is_number(constants.get(operands[position]), neutral):
            return 1 - position
    return None


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
