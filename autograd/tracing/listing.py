"""From a recorded run to equations: common subexpressions are shared, dead code is dropped, constants are folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.collector import tick
from autograd.errors import TraceError
from autograd.primitive import Node
from autograd.seeds import called
from autograd.tracing.equations import Equation, Equations
from autograd.tracing.numbering import Numbering
from autograd.tracing.tracer import Recorder
from autograd.value import Value

__all__ = ["Equation", "Guard", "Listing", "Slots", "listed"]


@dataclass(frozen=True, slots=True)
class Guard:
    """The branch that was taken: `slot` is true, or not, when the program has run `after` equations."""

    slot: int
    outcome: bool
    after: int
    line: str


@dataclass
class Listing:
    """The equations of a run, with what they start from and what they lead to: slots, see `Numbering`."""

    inputs: list[int]
    captured: list[tuple[int, Node]]
    constants: dict[int, Any]
    equations: Equations
    guards: list[Guard]
    outputs: list[int]
    frozen: list[Node]
    relied: list[tuple[dict[str, Any], str, Any]]

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
    slots = Slots(inputs, recorder.first)
    slots.add(recorder.nodes, recorder.where)
    asked: dict[int, tuple[bool, str]] = {}
    for node, outcome, line in recorder.decisions:
        asked.setdefault(slots.of(node), (outcome, line))
    outputs = [slots.of(head) for head in heads]
    constants = slots.numbering.constants
    equations = slots.numbering.equations(recorder.lines, [*outputs, *asked])
    used = np.zeros(slots.numbering.count, bool)
    used[np.array([*outputs, *asked], int)] = used[np.asarray(equations.operands)] = True
    captured = [(slot, node) for slot, node in slots.captured if used[slot]]
    after = dict.fromkeys(asked, 0)  # a guard comes as soon as it can be asked
    if asked:
        after |= {slot: place for place, slot in enumerate(equations.results, 1) if slot in asked}
    guards = [
        Guard(slot, outcome, after[slot], line) for slot, (outcome, line) in asked.items() if slot not in constants
    ]
    return Listing(
        inputs=list(range(len(inputs))),
        captured=captured,
        constants={slot: x for slot, x in constants.items() if used[slot]},
        equations=equations,
        guards=sorted(guards, key=lambda guard: guard.after),
        outputs=outputs,
        frozen=[node for _, node in captured if not node.requires_grad],
        relied=recorder.relied,
    )


class Slots:
    """The slots of nodes and of the constants beside them.

    Attributes
    ----------
    numbering : what gives them.
    captured : leaves from outside, with their slots.
    """

    def __init__(self, inputs: Sequence[Node], first: int) -> None:
        self.numbering, self.captured = Numbering(len(inputs)), list[tuple[int, Node]]()
        self._first = first
        self._inside: list[int | None] = [None] * (tick() - first)  # by creation index: a dict takes 60 bytes more
        self._outside: dict[Node, int] = {}
        self._floats: dict[float, int] = {}  # but for 0 and nan
        for slot, node in enumerate(inputs):
            self._inside[node.index - first] = slot

    def of(self, x: Any) -> int:
        """Where an operand is: a node that was added or is a leaf, or a constant."""
        if not isinstance(x, Node):
            slot = self.numbering.constant(x)
            if type(x) is float and x and x == x:
                self._floats[x] = slot
            return slot
        place = x.index - self._first
        known = self._outside.get(x) if place < 0 else self._inside[place]
        if known is not None:
            return known
        if place < 0:
            self._outside[x] = slot = self.numbering.new()
            self.captured.append((slot, x))
        elif x.op is not None:
            raise TraceError(
                f"{called(x)} was computed where nobody could look on: in another thread, or in the tracing of "
                "another function; compute it in the function that is traced"
            )
        else:
            self._inside[place] = slot = self.numbering.constant(x._data)  # a leaf made inside
        return slot

    def add(self, nodes: Sequence[Node], lines: Sequence[int]) -> None:
        """Give every node a slot: its own, or that of an equal one. Operands come before results."""
        inside, first, numbering = self._inside, self._first, self.numbering
        outside, floats = self._outside.get, self._floats.get
        for node, line in zip(nodes, lines, strict=True):
            operands: list[Any] = []
            for arg in node.args:
                if type(arg) is Value:
                    place = arg.index - first
                    slot = inside[place] if place >= 0 else outside(arg)
                else:
                    slot = floats(arg) if type(arg) is float else None
                operands.append(self.of(arg) if slot is None else slot)
            count = numbering.count
            inside[node.index - first] = slot = numbering.result(node, tuple(operands), line)
            if node.name is not None and slot == count:
                numbering.names[slot] = node.name
