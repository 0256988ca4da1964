"""`Tape`: the operations behind a root, without its nodes, so that they can be run again with other numbers.

Textbooks call such a list of operations a tape, or Wengert list. A figure keeps one, since the graph that it shows may
be swept again, or be gone, by the time somebody steps through it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from autograd.drawing.elements import Scene
from autograd.primitive import Node, Primitive
from autograd.tensor import Tensor
from autograd.tracing import Program, trace
from autograd.value import Value

__all__ = ["Entry", "Operand", "Tape", "tape_of"]


class Operand(NamedTuple):
    """What an operation takes: the result of an entry by its place, or a constant."""

    place: int | None
    data: Any = None


class Entry(NamedTuple):
    """A leaf with its data, or an operation on earlier entries."""

    data: Any
    op: Primitive | None
    operands: tuple[Operand, ...]
    params: dict[str, Any]
    requires_grad: bool


class Tape:
    """All that the last of `nodes` was computed from, in order of creation.

    Examples
    --------
    >>> a, b = Value(2.0), Value(-3.0)
    >>> tape = Tape([a, b, a * b])
    >>> [node.data for node in tape.run([5.0, 7.0])]
    [5.0, 7.0, 35.0]
    >>> [node.grad for node in tape.swept]
    [-3.0, 2.0, 1.0]
    """

    def __init__(self, nodes: Sequence[Node]) -> None:
        places = {node: place for place, node in enumerate(nodes)}
        self.entries = tuple(
            Entry(
                node._data,
                node.op,
                tuple(Operand(places[arg]) if isinstance(arg, Node) else Operand(None, arg) for arg in node.args),
                node.params or {},
                node.requires_grad,
            )
            for node in nodes
        )
        self.leaves = [place for place, entry in enumerate(self.entries) if entry.op is None]
        self.is_scalar = all(node.is_scalar for node in nodes)

    def run(self, leaves: Sequence[Any]) -> list[Node]:
        """The nodes once more, from these leaves: numbers, arrays or nodes."""
        given, nodes = iter(leaves), list[Node]()
        for entry in self.entries:
            if entry.op is None:
                nodes.append(_leaf(next(given), entry.requires_grad))
            else:
                nodes.append(entry.op(*self._operands(entry, nodes), **entry.params))
        return nodes

    @staticmethod
    def _operands(entry: Entry, nodes: Sequence[Node]) -> list[Any]:
        return [data if place is None else nodes[place] for place, data in entry.operands]

    @cached_property
    def swept(self) -> list[Node]:
        """The nodes once more, after a backward sweep from the last: gradients of this sweep alone, with the seed 1."""
        nodes = self.run([self.entries[place].data for place in self.leaves])
        nodes[-1].backward()  # type: ignore[attr-defined]
        return nodes

    @cached_property
    def edges(self) -> list[tuple[int, int]]:
        """Where a gradient goes: the place of an operation, and the position of its operand."""
        return [
            (target, position)
            for target, entry in enumerate(self.entries)
            for position, (place, _) in enumerate(entry.operands if entry.requires_grad else ())
            if place is not None and self.entries[place].requires_grad
        ]

    @cached_property
    def program(self) -> Program:
        """From the leaves to all values, and the local partials of all `edges`; for Values alone.

        Gradients are no part of it. They are sums of products of partials, which whoever shows them forms in the open.
        """

        def everything(leaves: list[Any]) -> tuple[list[Any], list[Any]]:
            nodes = self.run(leaves)
            partials = []
            for target, position in self.edges:
                entry = self.entries[target]
                assert entry.op is not None
                rule = entry.op.rules[position]
                assert rule is not None  # an operand without rule is recorded as a constant
                partials.append(rule(1.0, nodes[target], *self._operands(entry, nodes), **entry.params))
            return nodes, partials

        return trace(everything, [self.entries[place].data for place in self.leaves])


def tape_of(roots: Sequence[Node], scene: Scene) -> Tape | None:
    """The tape of a figure that can be stepped through: of one number, with a card for every value behind it."""
    if len(roots) != 1 or scene.passes != "both" or scene.caption or np.ndim(roots[0]._data):
        return None
    if any(card.faded or card.nodes > 1 or card.kind in ("part", "more") for card in scene.cards):
        return None
    nodes = [roots[0]]
    seen = set(nodes)
    for node in nodes:  # which grows while it is walked
        for arg in node.args:
            if isinstance(arg, Node) and arg not in seen:
                if arg.index > node.index:  # overwritten since
                    return None
                seen.add(arg)
                nodes.append(arg)
    return Tape(sorted(nodes, key=lambda node: node.index)) if roots[0].requires_grad else None


def _leaf(x: Any, requires_grad: bool) -> Node:
    if isinstance(x, Node):
        return x
    return (Value if isinstance(x, float | int) else Tensor)(x, requires_grad=requires_grad)
