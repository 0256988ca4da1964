"""From a recorded run to equations: common subexpressions are shared, dead code is dropped, constants are folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.primitive import Node
from autograd.tracing import kernels
from autograd.tracing.attributes import Relied
from autograd.tracing.equations import Equation, Equations
from autograd.tracing.reading import Tape
from autograd.tracing.tracer import Recorder

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
    """The equations of a run, with what they start from and what they lead to: slots, see `Numbering`."""

    inputs: list[int]
    captured: list[tuple[int, Node]]
    constants: dict[int, Any]
    equations: Equations
    guards: list[Guard]
    outputs: list[int]
    frozen: list[Node]
    relied: Relied

    def steps(self) -> Iterator[Equation | Guard]:
        """Equations and guards, each guard as soon as it can be asked."""
        guards = self.guards[::-1]
        for count in range(len(self.equations) + 1):
            if count:
                yield self.equations[count - 1]
            while guards and guards[-1].after == count:
                yield guards.pop()


def listed(inputs: Sequence[Node], heads: list[Any], recorder: Recorder, loops: Any = kernels) -> Listing:
    """The equations that lead from `inputs` to `heads`, with the decisions of `recorder` as guards.

    Of both nothing is left: the nodes take most of the memory. `loops` are `kernels` or a compiled copy of them.
    """
    tape = Tape(inputs, heads, recorder, loops)
    heads.clear()
    recorder.forget()
    outputs, slots = tape.number()
    asked: dict[int, tuple[bool, str]] = {}
    for slot, (outcome, line) in zip(slots, tape.decisions, strict=True):
        asked.setdefault(slot, (outcome, line))
    constants, equations, used = tape.numbering.listing(recorder.lines, [*outputs, *asked])
    captured = [(slot, node) for slot, node in tape.captured if used[slot]]
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
        relied=Relied(*zip(*recorder.relied.values(), strict=True)),
    )
