"""What a figure consists of: cards and edges, and boxes around cards; as text and numbers, without places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autograd.drawing.heatmap import HeatMap
from autograd.drawing.words import Lang

__all__ = ["Area", "Card", "Edge", "Gradient", "Kind", "Passes", "Scene"]

Passes = Literal["forward", "backward", "both"]
Kind = Literal["leaf", "inner", "constant", "part", "more"]


@dataclass(frozen=True, slots=True)
class Gradient:
    """The strip of a card: ∂root/∂value, or its norm for an array."""

    label: str
    text: str
    """Empty as long as no sweep has reached the node."""
    size: float | None = None
    is_norm: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One value: a leaf, the result of an operation, a constant operand; or a folded part, or what was cut off."""

    kind: Kind
    name: str
    value: str
    note: str = ""
    """Shape and dtype of an array."""
    symbol: str = ""
    family: str = ""
    """Colour of the operation's chip: ``"sum"``, ``"product"`` or ``"function"``."""
    gradient: Gradient | None = None
    """None where there can be no gradient, or the figure shows none."""
    is_root: bool = False
    is_finite: bool = True
    tooltip: str = ""
    faded: bool = False
    cells: HeatMap | None = None
    """The numbers of an array."""
    title: str = ""
    """What a folded part is called; then `name`, `value` and `gradient` are those of its output."""
    holds: str = ""
    """What is in a folded part."""
    nodes: int = 0
    """How many nodes of the graph the card stands for; a constant operand is none."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part that is not folded: a box around `cards`, which lie directly in it, and around the areas in it."""

    title: str
    kind: str
    cards: tuple[int, ...]
    parent: int | None
    """The area around it."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Operand `position` of `operands` goes from card `source` into card `target`."""

    source: int
    target: int
    position: int
    operands: int
    partial: float | None = None
    label: str = ""
    tooltip: str = ""
    faded: bool = False
    copy: bool = False
    """It leaves or enters a copy that is not drawn; the card is that of the first."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A figure's content: cards with operands before results, and edges by target and operand position."""

    cards: tuple[Card, ...]
    edges: tuple[Edge, ...]
    passes: Passes
    hidden: int
    caption: tuple[str, ...] = ()
    """Lines of text under the figure."""
    lang: Lang = "en"
    areas: tuple[Area, ...] = ()
    """Outer ones first."""

    @property
    def roots(self) -> list[int]:
        """The cards at which the figure ends."""
        return [place for place, card in enumerate(self.cards) if card.is_root]
