"""From a recorded run to equations: common subexpressions are shared, dead code is dropped, constants are folded.

Everything that takes part has a slot, an integer: inputs first, then captured leaves, constants and results in the
order in which they are met. What is simplified is bit-identical: ``x**2`` is ``x·x``, ``1·x`` is ``x``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.primitive import Node, Primitive, table
from autograd.tensor import Tensor
from autograd.tracing.tracer import Recorder
from autograd.value import Value

__all__ = ["Equation", "Guard", "Listing", "listed"]


@dataclass(frozen=True, slots=True)
class Equation:
    """``result = op(*operands, **params)``, where result and operands are slots.

    Attributes
    ----------
    is_scalar : whether it computes one float of floats.
    is_constant : whether derivatives stop there, as in a part that was detached.
    line : the source line that wrote it, empty for what a transform computes.
    """

    result: int
    op: Primitive
    operands: tuple[int, ...]
    params: dict[str, Any]
    is_scalar: bool
    is_constant: bool
    line: str = ""
    name: str | None = None


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
    equations: list[Equation] = field(default_factory=list)
    guards: list[Guard] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)


def listed(inputs: Sequence[Node], heads: Sequence[Any], recorder: Recorder) -> Listing:
    """The equations that lead from `inputs` to `heads`, with the decisions of `recorder` as guards."""
    maker = _Maker(inputs, recorder)
    decided = {node for node, _, _ in recorder.decisions}
    for node in _behind([*(head for head in heads if isinstance(head, Node)), *decided], recorder.first):
        maker.add(node)
    asked: dict[int, tuple[bool, str]] = {}
    for node, outcome, line in recorder.decisions:
        asked.setdefault(maker.slot(node), (outcome, line))
    return maker.finished([maker.slot(head) for head in heads], asked)


def _behind(roots: Sequence[Node], first: int) -> list[Node]:
    """All nodes of this run behind the roots, operands before results."""
    seen = set(roots)
    stack = list(seen)
    for node in stack:  # which grows while it is walked
        if node.index >= first:
            for arg in node.args:
                if isinstance(arg, Node) and arg not in seen:
                    seen.add(arg)
                    stack.append(arg)
    return sorted(seen, key=lambda node: node.index)


class _Maker:
    """Gives slots to nodes and constants."""

    def __init__(self, inputs: Sequence[Node], recorder: Recorder) -> None:
        self.listing = Listing(list(range(len(inputs))))
        self.slots: dict[Node, int] = {node: slot for slot, node in enumerate(inputs)}
        self.first, self.lines, self.count = recorder.first, recorder.lines(), len(inputs)
        self.known: dict[Any, int] = {}  # constants and equations by what they say

    def new(self) -> int:
        self.count += 1
        return self.count - 1

    def slot(self, x: Any) -> int:
        """Where an operand is: a node that was added, or a constant."""
        if isinstance(x, Node):
            return self.slots[x]
        is_number = isinstance(x, float | int) and x == x
        key = ("number", type(x), x, math.copysign(1.0, x)) if is_number else ("thing", id(x))
        if key not in self.known:
            self.known[key] = slot = self.new()
            self.listing.constants[slot] = x  # which is kept, so that its identity is its own
        return self.known[key]

    def add(self, node: Node) -> None:
        """Give a node a slot: its own, or that of an equal one."""
        if node in self.slots:
            return
        if node.index < self.first:
            self.slots[node] = slot = self.new()
            self.listing.captured.append((slot, node))
        elif node.op is None:  # made inside
            self.slots[node] = self.slot(node._data)
        else:
            self.slots[node] = self._result(node, node.op)

    def _result(self, node: Node, op: Primitive) -> int:
        operands, params = tuple(map(self.slot, node.args)), node.params or {}
        constants = self.listing.constants
        is_scalar = node.is_scalar and all(getattr(arg, "is_scalar", True) for arg in node.args)
        if all(slot in constants for slot in operands):
            return self.slot(node._data)
        if op.name == "power" and _is_number(constants.get(operands[1]), 2.0):
            op, operands = table["mul"], (operands[0], operands[0])
        same = _same(op.name, operands, constants)
        if same is not None and _is_alike(node.args[same], node):
            return operands[same]
        key: tuple[Any, ...]
        try:
            key = (op, operands, node.requires_grad, tuple(sorted(params.items())))
            found = self.known.get(key)
        except TypeError:  # a parameter that cannot be compared, such as a list of places
            key, found = (op, operands, node), None
        if found is None:
            self.known[key] = found = self.new()
            line = self.lines.get(node.index, "")
            is_constant = not node.requires_grad
            self.listing.equations.append(
                Equation(found, op, operands, params, is_scalar, is_constant, line, node.name)
            )
        if node.name is not None:
            self.listing.names.setdefault(found, node.name)
        return found

    def finished(self, outputs: list[int], asked: dict[int, tuple[bool, str]]) -> Listing:
        """The listing without what nothing needs; a guard comes as soon as it can be asked."""
        listing = self.listing
        needed = {*outputs, *asked}
        kept = []
        for equation in reversed(listing.equations):
            if equation.result in needed:
                needed.update(equation.operands)
                kept.append(equation)
        listing.outputs, listing.equations = outputs, kept[::-1]
        after = {equation.result: place + 1 for place, equation in enumerate(listing.equations)}
        listing.guards = sorted(
            (Guard(slot, outcome, after.get(slot, 0), line) for slot, (outcome, line) in asked.items()
             if slot not in listing.constants),
            key=lambda guard: guard.after,
        )  # fmt: skip
        listing.captured = [(slot, node) for slot, node in listing.captured if slot in needed]
        listing.constants = {slot: x for slot, x in listing.constants.items() if slot in needed}
        return listing


_NEUTRAL = {("mul", 1): 1.0, ("mul", 0): 1.0, ("div", 1): 1.0, ("power", 1): 1.0, ("sub", 1): 0.0}
"""By operation and position: the constant beside which the other operand is the result, to the last bit."""


def _same(name: str, operands: tuple[int, ...], constants: dict[int, Any]) -> int | None:
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
