"""What a figure shows, before it has a place: a card per value, an edge per operand.

`build` walks a graph without recursion, newest nodes first, and takes a snapshot of every text and number, so that a
figure stays what it was when the graph is swept again. What `max_nodes` cuts off becomes one card that says how much.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from autograd.drawing.explain import explain as explained
from autograd.drawing.heatmap import HeatMap, heat_map
from autograd.drawing.partial import partial_of, upstream
from autograd.drawing.text import array, number, printable, shape, shortened
from autograd.drawing.words import WORDS, Lang
from autograd.primitive import Node, Primitive

__all__ = ["Card", "Edge", "Gradient", "Passes", "Scene", "build"]

Passes = Literal["forward", "backward", "both"]
Kind = Literal["leaf", "inner", "constant", "more"]

_SUMS = frozenset({"add", "sub", "neg"})
_PRODUCTS = frozenset(
    {"mul", "div", "power", "slope", "square", "sqrt", "reciprocal", "matmul", "inner", "einsum", "outer"}
)
_MOST_PILLS = 400
"""Above so many edges local partials are in the tooltips alone: nobody reads them, and laying them out takes long."""
_MOST_NUMBERS = 4
"""Arrays with at most so many elements are written out on their card."""


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
    """One value: a leaf, the result of an operation, a constant operand, or what was cut off."""

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

    @property
    def roots(self) -> list[int]:
        """The cards at which the figure ends."""
        return [place for place, card in enumerate(self.cards) if card.is_root]


def build(
    roots: Sequence[Node],
    *,
    max_nodes: int = 200,
    precision: int = 4,
    passes: Passes = "both",
    names: Mapping[int, str] | None = None,
    highlight: Sequence[Node] | None = None,
    explain: Node | None = None,
    lang: Lang = "en",
) -> Scene:
    """Describe the `max_nodes` newest nodes behind `roots`, in the order in which they were created.

    What is not in `highlight`, or not on a path from the node to `explain`, is faded. `names` are by identity.
    """
    nodes, hidden = _newest(roots, max_nodes)
    raw = sum(not isinstance(arg, Node) for node in nodes for arg in node.args)
    hidden += max(0, raw - max_nodes)  # constants are cards too, and one operation may have thousands
    writer = _Writer(precision, passes, names or {}, lang)
    ends = {id(root) for root in roots}
    cards: list[Card] = [writer.more(hidden)] if hidden else []
    places: dict[int, int] = {}
    constants: dict[tuple[int, int], int] = {}
    for node in nodes:
        for position, arg in enumerate(node.args):
            if not isinstance(arg, Node) and len(constants) < max_nodes:
                constants[id(node), position] = len(cards)
                cards.append(writer.constant(arg))
        places[id(node)] = len(cards)
        cards.append(writer.card(node, id(node) in ends))
    edges: list[Edge] = []
    for node in nodes:
        target, folded = places[id(node)], False
        for position, arg in enumerate(node.args):
            source = places.get(id(arg)) if isinstance(arg, Node) else constants.get((id(node), position))
            if source is not None:
                edges.append(writer.edge(node, source, target, position))
            elif not folded:
                folded = True  # one edge stands for all operands that were cut off
                edges.append(Edge(0, target, position, len(node.args)))
    if len(edges) > _MOST_PILLS:
        edges = [replace(edge, label="") for edge in edges]
    lit = None if highlight is None else frozenset(highlight)
    caption: tuple[str, ...] = ()
    if explain is not None:
        lit, caption = explained(roots[0], explain, precision, lambda node: shortened(writer.name(node)), lang)
    if lit is not None:
        shown = {places[id(node)] for node in nodes if node in lit}
        cards = [card if place in shown else replace(card, faded=True) for place, card in enumerate(cards)]
        edges = [edge if {edge.source, edge.target} <= shown else replace(edge, faded=True) for edge in edges]
    return Scene(tuple(cards), tuple(edges), passes, hidden, caption, lang)


def _newest(roots: Sequence[Node], limit: int) -> tuple[list[Node], int]:
    """The `limit` newest nodes behind the roots, oldest first, and how many more there are.

    Operands are older than results, so the newest node of the frontier never misses one that uses it.
    """
    seen = dict.fromkeys(roots)
    frontier = [(-root.index, id(root), root) for root in seen]
    heapq.heapify(frontier)
    taken: list[Node] = []
    while frontier and len(taken) < limit:
        node = heapq.heappop(frontier)[2]
        taken.append(node)
        for arg in node.args:
            if isinstance(arg, Node) and arg not in seen:
                seen[arg] = None
                heapq.heappush(frontier, (-arg.index, id(arg), arg))
    stack = [node for _, _, node in frontier]
    hidden = len(stack)
    while stack:
        for arg in stack.pop().args:
            if type(arg) is not float and isinstance(arg, Node) and arg not in seen:
                seen[arg] = None
                stack.append(arg)
                hidden += 1
    return taken[::-1], hidden


class _Writer:
    """Turns nodes into cards and operands into edges, in one precision and one language."""

    def __init__(self, precision: int, passes: Passes, names: Mapping[int, str], lang: Lang) -> None:
        self.precision, self.passes, self.words = precision, passes, WORDS[lang]
        self.names = names

    def card(self, node: Node, is_root: bool) -> Card:
        op = node.op
        kind: Kind = "inner" if op else "leaf" if node.requires_grad else "constant"
        value, note = self._value(node._data)
        name = self.name(node)
        cells = heat_map(node._data, self.precision)
        gradient = self._gradient(node) if node.requires_grad and self.passes != "forward" else None
        return Card(
            kind=kind,
            name=name,
            value=value,
            note=note,
            symbol=printable(op.symbol) if op else "",
            family=_family(op) if op else "",
            gradient=gradient,
            is_root=is_root,
            is_finite=bool(np.all(np.isfinite(node._data))),
            tooltip=self._tooltip(node, name) + self._shown(cells),
            cells=cells,
        )

    def constant(self, raw: Any) -> Card:
        value, note = self._value(raw)
        finite = bool(np.all(np.isfinite(raw))) if np.asarray(raw).dtype.kind in "fiub" else True
        cells = heat_map(raw, self.precision)
        tooltip = self.words["constant"].format(_exactly(raw)) + self._shown(cells)
        return Card("constant", "", value, note, is_finite=finite, tooltip=tooltip, cells=cells)

    def more(self, hidden: int) -> Card:
        """What was cut off."""
        return Card("more", "", self.words["more"].format(hidden), tooltip=self.words["earlier"].format(hidden))

    def edge(self, node: Node, source: int, target: int, position: int) -> Edge:
        arg, operands = node.args[position], len(node.args)
        if self.passes == "forward" or not (isinstance(arg, Node) and arg.requires_grad):
            return Edge(source, target, position, operands)
        size, label, formula = partial_of(node, position, self._number, self.name)
        if not label:
            return Edge(source, target, position, operands)
        result = self.name(node) or self.words["result"]
        slope = f"∂{result}/∂{self.name(arg) or self.words['operand']}"
        above = _raw(node.grad)
        if size is None:
            tooltip = f"{slope}: {formula or label}\n{self.words['upstream'].format(upstream(node), result)}"
        else:
            tooltip = f"{slope} = {_exactly(size)}"
        if size is not None and isinstance(above, float):
            product = "0" if above == 0.0 else self._number(size * above)  # strong zero, as in the sweep
            told = f"{self._number(size)} × {self._number(above)} = {product}"
            tooltip += "\n" + self.words["contributes"].format(told)
        return Edge(source, target, position, operands, size, label, tooltip)

    def name(self, node: Node) -> str:
        """What a node is called, empty if it has no name."""
        return printable(node.name if node.name is not None else self.names.get(id(node), ""))

    def _number(self, x: float) -> str:
        return number(x, self.precision)

    def _value(self, data: Any) -> tuple[str, str]:
        """The numbers or the shape of `data`, and what to note beside them."""
        if isinstance(data, bool | np.bool_):
            return str(bool(data)), ""
        if isinstance(data, float | int):
            return number(data, self.precision), ""
        data = np.asarray(data)
        if data.dtype.kind not in "fiub":
            return str(data.dtype), ""
        dtype = "" if data.dtype == np.float64 else str(data.dtype)
        if data.ndim == 0:
            return number(data, self.precision), dtype
        extents = shape(data.shape)
        if data.size > _MOST_NUMBERS or data.size == 0:
            return extents, dtype
        return array(data, self.precision), f"{extents} {dtype}".rstrip()

    def _gradient(self, node: Node) -> Gradient:
        grad = _raw(node.grad)
        if np.ndim(node._data) == 0:
            size = None if grad is None else float(grad)
            return Gradient(self.words["grad"], "" if size is None else number(size, self.precision), size)
        if grad is None:
            return Gradient("‖∇‖", "", is_norm=True)
        norm = _norm(np.asarray(grad))
        return Gradient("‖∇‖", number(norm, self.precision), norm, is_norm=True)

    def _shown(self, cells: HeatMap | None) -> str:
        """What a heat map leaves out."""
        part = "\n" + self.words["slice"].format(cells.part) if cells and cells.part else ""
        return part + ("\n" + self.words["blocks"].format(cells.block) if cells and cells.block else "")

    def _tooltip(self, node: Node, name: str) -> str:
        made = ""
        if node.op:
            given = ", ".join(f"{key}={value!r}" for key, value in (node.params or {}).items())
            made = f"\n{node.op.name}({given})" if given else f"\n{node.op.name}"
        grad = _raw(node.grad)
        slope = "" if grad is None else "\n" + self.words["gradient"].format(_exactly(grad))
        return printable_lines(f"{name or type(node).__name__} = {_exactly(node._data)}{made}{slope}")


def printable_lines(text: str) -> str:
    """`text` with its line ends kept, each line as `printable` gives it."""
    return "\n".join(map(printable, text.split("\n")))


def _family(op: Primitive) -> str:
    if op.name in _PRODUCTS:
        return "product"
    return "sum" if op.kind == "linear" or op.name in _SUMS else "function"


def _raw(grad: Any) -> Any:
    """The number or array in a gradient, which is a node after ``backward(create_graph=True)``."""
    return grad._data if isinstance(grad, Node) else grad


def _norm(x: Any) -> float:
    """The Euclidean norm, which neither overflows nor underflows on the way."""
    x = np.abs(x.astype(np.float64).ravel())
    largest = float(np.max(x, initial=0.0))
    if largest == 0.0 or not np.isfinite(largest):
        return largest
    return largest * float(np.sqrt(np.sum((x / largest) ** 2)))


def _exactly(data: Any) -> str:
    """Full precision for a tooltip, shortened for large arrays."""
    if isinstance(data, float | int):
        return repr(data).replace("-", "−")
    with np.printoptions(threshold=16, edgeitems=2):
        return str(data)
