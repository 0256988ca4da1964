"""`Walk`: a figure step by step, forward through the graph, then back: what happens at each step, in numbers.

A caption is a template with places for numbers, so that one text serves the figure and a browser that computes the
graph again with other ones. Of the value at place 3 of the tape, ``{v3}`` is the number and ``{g3}`` the gradient; of
edge 7, ``{p7}`` is the local partial, ``{c7}`` what it contributes, and ``{t7}`` the gradient of its operand so far.
``{(v3)}`` has brackets around it where it is negative.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np

from autograd.drawing.elements import Scene
from autograd.drawing.explain import Path, about, paths_of_all
from autograd.drawing.partial import upstream
from autograd.drawing.tape import Tape
from autograd.drawing.text import number, one_line
from autograd.drawing.words import WORDS
from autograd.errors import TraceError
from autograd.formula import Symbol, unicode
from autograd.partials import local_partial, times
from autograd.primitive import Node
from autograd.tracing import Program

__all__ = ["PASSED", "Line", "Phase", "Step", "Walk", "filled"]

Phase = Literal["leaves", "forward", "seed", "backward"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a caption; `edge` is what it is about in a backward step, and `aside` says why."""

    text: str
    aside: str = ""
    edge: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What happens at `place` of the tape; the last place for all leaves."""

    phase: Phase
    place: int
    lines: tuple[Line, ...]
    edges: tuple[int, ...] = field(default=())
    """Of the tape; what a backward step passes on."""


PASSED = ("<slope> += <p> × <g> = <c>", "<slope> += <p> × <g> = <c>   Σ = <t>")
"""What an edge passes on, and the same with the sum so far, for values that more than one gradient arrives at."""
_PLACE = re.compile(r"\{(\()?([vgpct]\d+)\)?\}")
_OPEN, _CLOSE = "⁅", "⁆"


def filled(template: str, numbers: Mapping[str, float], precision: int) -> str:
    """A template with its numbers.

    >>> filled("{v0} × {(v1)} = {v2}", {"v0": 2.0, "v1": -3.0, "v2": -6.0}, 4)
    '2 × (−3) = −6'
    """

    def written(match: re.Match[str]) -> str:
        text = number(numbers[match[2]], precision)
        return f"({text})" if match[1] and ("−" in text or "e" in text) else text

    return _PLACE.sub(written, template)


class Walk:
    """A scene in which each node has a card of its own, with the tape of its operations.

    Attributes
    ----------
    scene : the figure at the end of the walk: with the gradients of this sweep, and names for all results.
    cards : the card of each place of the tape.
    wires : for each place, the edges of the scene that lead into its card.
    edges : for each edge of the tape the edge of the scene.
    """

    def __init__(self, scene: Scene, tape: Tape, precision: int) -> None:
        self.tape, self.precision = tape, precision
        self.words = WORDS[scene.lang]
        self.cards = [card for card, one in enumerate(scene.cards) if one.nodes]
        self.scene = self._swept(self._named(scene))
        self.names = [one_line(self.scene.cards[card].name) for card in self.cards]
        into = {card: place for place, card in enumerate(self.cards)}
        self.wires: list[list[int]] = [[] for _ in self.cards]
        for i, edge in enumerate(scene.edges):
            self.wires[into[edge.target]].append(i)
        self.edges = [self.wires[target][self._slot(target, position)] for target, position in tape.edges]
        self.root = len(self.cards) - 1

    def _slot(self, target: int, position: int) -> int:
        """Which wire an operand comes by; constants may have none."""
        operands = self.tape.entries[target].operands
        if len(self.wires[target]) == len(operands):
            return position
        return sum(place is not None for place, _ in operands[:position])

    def _named(self, scene: Scene) -> Scene:
        """All values that are computed have names, so that captions can speak of them: v1, v2, ..."""
        known = {card.name for card in scene.cards}
        letter = next(one for one in "vutszqr" if not any(re.fullmatch(rf"{one}_?\d+", name) for name in known))
        cards, count = list(scene.cards), 0
        for card in self.cards:
            if not cards[card].name and cards[card].kind != "constant":
                count += 1
                cards[card] = replace(cards[card], name=f"{letter}{count}")
        return replace(scene, cards=tuple(cards))

    def _swept(self, scene: Scene) -> Scene:
        """With the gradients of this sweep, whatever those of the graph are."""
        cards = list(scene.cards)
        for card, node in zip(self.cards, self.tape.swept, strict=True):
            if (strip := cards[card].gradient) and node.grad is not None:
                size = float(np.linalg.norm(np.ravel(node.grad))) if strip.is_norm else float(node.grad)
                cards[card] = replace(
                    cards[card], gradient=replace(strip, text=number(size, self.precision), size=size)
                )
        return replace(scene, cards=tuple(cards))

    # --- numbers ---

    @cached_property
    def partials(self) -> list[float | None]:
        """The local partials of all edges, None for those of arrays."""
        return [local_partial(self.tape.swept[target], position) for target, position in self.tape.edges]

    @cached_property
    def numbers(self) -> dict[str, float]:
        """What templates are filled with."""
        found: dict[str, float] = {}
        for place, node in enumerate(self.tape.swept):
            if np.ndim(node._data) == 0:
                found[f"v{place}"] = float(node._data)
                if node.grad is not None:
                    found[f"g{place}"] = float(node.grad)
        sums: dict[int, float] = {}
        for edge in self.order:
            partial = self.partials[edge]
            if partial is not None:
                target, source = self.ends(edge)
                part = times(found[f"g{target}"], partial) + 0.0  # which makes 0 of −0
                sums[source] = sums.get(source, 0.0) + part
                found |= {f"p{edge}": partial, f"c{edge}": part, f"t{edge}": sums[source]}
        return found

    @cached_property
    def program(self) -> Program | None:
        """The program of the tape, for other numbers; None where there is none: it is for Values alone."""
        try:
            return self.tape.program if self.tape.is_scalar else None
        except TraceError:
            return None

    def ends(self, edge: int) -> tuple[int, int]:
        """Result and operand of an edge, by place."""
        target, position = self.tape.edges[edge]
        source = self.tape.entries[target].operands[position].place
        assert source is not None
        return target, source

    @cached_property
    def order(self) -> list[int]:
        """The edges in the order of the backward sweep: the newest results first, their operands from left to right."""
        return sorted(range(len(self.edges)), key=lambda edge: (-self.tape.edges[edge][0], edge))

    @cached_property
    def uses(self) -> list[int]:
        """How often a gradient arrives at each place."""
        sources = [self.ends(edge)[1] for edge in range(len(self.edges))]
        return [sources.count(place) for place in range(len(self.cards))]

    # --- words ---

    def name(self, place: int) -> str:
        """A name, or the number of a constant that has none."""
        return self.names[place] or f"{{(v{place})}}"

    def slope(self, place: int) -> str:
        """The gradient of the root by the value at a place."""
        return f"∂{self.names[self.root]}/∂{self.names[place]}"

    def formula(self, place: int) -> str:
        """``z = x × w = 2 × (−3) = −6``; an array has no number of its own but its text on the card."""
        entry, card = self.tape.entries[place], self.scene.cards[self.cards[place]]
        data = self.tape.swept[place]._data
        value = f"{{v{place}}}" if np.ndim(data) == 0 else f"[{'×'.join(map(str, np.shape(data)))}]"
        if entry.op is None:
            return f"{self.names[place]} = {value}" if self.names[place] else card.value
        symbols = [Symbol(f"{_OPEN}{i}{_CLOSE}") for i in range(len(entry.operands))]
        op: Any = entry.op
        template = self._written(place, lambda: op(*self._symbols(place, symbols), **entry.params))
        parts = [self._with_names(template, place), self._with_numbers(template, place), value]
        return f"{self.names[place]} = {' = '.join(dict.fromkeys(part for part in parts if part))}"

    def partial(self, edge: int) -> str:
        """``∂z/∂x = w = −3``, by the rule of the operation run on symbols."""
        target, position = self.tape.edges[edge]
        entry = self.tape.entries[target]
        left = f"∂{self.names[target]}/∂{self.names[self.ends(edge)[1]]}"
        if self.partials[edge] is None:
            shown = self.scene.edges[self.edges[edge]]
            return f"{left}: {shown.label}" if shown.label else ""
        symbols = [Symbol(f"{_OPEN}{i}{_CLOSE}") for i in range(len(entry.operands))]
        result, op = Symbol(f"{_OPEN}r{_CLOSE}"), entry.op
        rule: Any = op and op.rules[position]
        template = self._written(target, lambda: rule(1.0, result, *self._symbols(target, symbols), **entry.params))
        says = self._with_names(template, target) if _OPEN in template else ""
        return " = ".join(dict.fromkeys(part for part in (left, says, f"{{p{edge}}}") if part))

    def _symbols(self, place: int, symbols: Sequence[Symbol]) -> list[Any]:
        """Operands as symbols; constants stay numbers."""
        operands = self.tape.entries[place].operands
        return [data if at is None else symbol for (at, data), symbol in zip(operands, symbols, strict=True)]

    def _written(self, place: int, make: Any) -> str:
        """A formula of symbols, or nothing where an operation cannot work with them."""
        try:
            made = make()
            return unicode(made, " × ", lambda x: number(x, self.precision))
        except Exception:  # whatever an operation makes of a symbol that it cannot work with
            entry = self.tape.entries[place]
            operands = ", ".join(f"{_OPEN}{i}{_CLOSE}" for i in range(len(entry.operands)))
            return f"{entry.op.name if entry.op else ''}({operands})"

    def _with_names(self, template: str, place: int) -> str:
        operands = self.tape.entries[place].operands
        text = template.replace(f"{_OPEN}r{_CLOSE}", self.names[place])
        for i, (at, _) in enumerate(operands):
            text = text.replace(f"{_OPEN}{i}{_CLOSE}", "" if at is None else self.name(at))
        return text

    def _with_numbers(self, template: str, place: int) -> str:
        """With places for the numbers of the operands, in brackets where something else would bind them otherwise."""
        operands = self.tape.entries[place].operands
        if any(at is not None and np.ndim(self.tape.swept[at]._data) for at, _ in operands):
            return ""
        for i, (at, _) in enumerate(operands):
            mark = f"{_OPEN}{i}{_CLOSE}"
            before, _, after = template.partition(mark)
            alone = (before.endswith(("(", ", ")) and after.startswith((")", ","))) or (not before and after[:1] in " ")
            template = template.replace(mark, f"{{v{at}}}" if alone else f"{{(v{at})}}")
        return template

    # --- steps ---

    @cached_property
    def steps(self) -> list[Step]:
        """Leaves, forward, the seed, backward."""
        tape, words = self.tape, self.words
        shown = [place for place in tape.leaves if self.names[place]]
        told = words["comma"].join(self.formula(place) for place in shown[:6]) + " …" * (len(shown) > 6)
        steps = [Step("leaves", tape.leaves[-1] if tape.leaves else 0, (Line(told),))]
        inner = [place for place, entry in enumerate(tape.entries) if entry.op]
        steps += [Step("forward", place, (Line(self.formula(place)),)) for place in inner]
        steps.append(Step("seed", self.root, (Line(f"{self.slope(self.root)} = {{g{self.root}}}", words["seed why"]),)))
        for place in reversed(inner):
            edges = tuple(edge for edge in range(len(self.edges)) if tape.edges[edge][0] == place)
            if edges:
                steps.append(Step("backward", place, tuple(map(self._passed, edges)), edges))
        return steps

    def _passed(self, edge: int) -> Line:
        """``∂L/∂x += −3 × 0.5 = −1.5``, and the sum so far where more than one gradient arrives."""
        target, source = self.ends(edge)
        if self.partials[edge] is not None:
            text = PASSED[self.uses[source] > 1 and self.tape.is_scalar].replace("<slope>", self.slope(source))
            for kind, place in (("p", edge), ("g", target), ("c", edge), ("t", edge)):
                text = text.replace(f"<{kind}>", f"{{{kind}{place}}}")
            return Line(text, self.partial(edge), edge)
        shown = self.scene.edges[self.edges[edge]].label or "…"
        if shown.startswith("⊙"):
            shown = f"{upstream(self.tape.swept[target])} {shown}"
        return Line(f"{self.slope(source)} += {shown}", "", edge)

    # --- paths ---

    @cached_property
    def paths(self) -> list[tuple[str, str, list[tuple[int, int]]]]:
        """The paths from each place to the root: how many in words, how many more, and the largest few.

        Each is its first edge and which path of the result it goes on with; that of the root itself has no edge. There
        are none through arrays.
        """
        found: list[tuple[str, str, list[tuple[int, int]]]] = [("", "", []) for _ in self.cards]
        if not self.tape.is_scalar:
            return found
        nodes, words = self.tape.swept, self.words
        at = {node: place for place, node in enumerate(nodes)}
        edge_of = {ends: edge for edge, ends in enumerate(self.tape.edges)}
        known: dict[Node, tuple[Path, ...]] = {}
        for node, size, _, largest in paths_of_all(nodes[-1], {node for node in nodes if node.requires_grad}):
            known[node] = largest
            ways = []
            for _, step, rest in largest:
                if step and rest:
                    rank = next(i for i, path in enumerate(known[step.node]) if path is rest)
                    ways.append((edge_of[at[step.node], step.position], rank))
            if not size:
                continue
            several = words["one path"] if size == 1 else words["paths"].format(about(size, words))
            more = words["other paths"].format(about(size - len(largest), words)) if size > len(largest) else ""
            found[at[node]] = several, more, ways
        return found
