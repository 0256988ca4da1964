"""The words and numbers of a scene: what a card says of a node, and an edge of an operand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autograd.drawing.elements import Card, Edge, Gradient, Kind, Passes
from autograd.drawing.folding import Fold, Folding
from autograd.drawing.heatmap import HeatMap, heat_map
from autograd.drawing.partial import Partial, partial_of, upstream
from autograd.drawing.parts import Part
from autograd.drawing.text import array, number, printable, raised, shape
from autograd.drawing.words import WORDS, Lang
from autograd.partials import times
from autograd.primitive import Node, Primitive

__all__ = ["Writer"]

_SUMS = frozenset({"add", "sub", "neg"})
_PRODUCTS = frozenset(
    {"mul", "div", "power", "slope", "square", "sqrt", "reciprocal", "matmul", "inner", "einsum", "outer"}
)
_MOST_NUMBERS = 4
"""Arrays with at most so many elements are written out on their card."""


class Writer:
    """Turns nodes into cards and operands into edges, in one precision and one language."""

    def __init__(
        self,
        folding: Folding,
        precision: int,
        passes: Passes,
        names: Mapping[int, str],
        lang: Lang,
        show_constants: bool,
    ) -> None:
        self.folding, self.precision, self.passes, self.words = folding, precision, passes, WORDS[lang]
        self.names, self.show_constants = names, show_constants
        self.shares, self.ranks = folding.shares(), folding.ranks()

    def card(self, node: Node) -> Card:
        """The card of one value."""
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
            symbol=self._symbol(node) if op else "",
            family=_family(op) if op else "",
            gradient=gradient,
            is_finite=bool(np.all(np.isfinite(node._data))),
            tooltip=self._tooltip(node, name) + self._shown(cells),
            cells=cells,
        )

    def folded(self, fold: Fold, boxes: Mapping[Part, Any]) -> Card:
        """The card of a part: what is in it, and what comes out of it."""
        outputs = list(fold.outputs)
        if len(outputs) == 1:
            whole = self.card(outputs[0])
        else:
            data = [node._data for node in outputs]
            is_array = len(data) <= _MOST_NUMBERS and all(np.ndim(x) == 0 for x in data)
            whole = Card(
                "inner", "", array(data, self.precision) if is_array else self._counted(len(data), "value"),
                gradient=self._common_gradient(outputs), is_finite=all(np.all(np.isfinite(x)) for x in data),
            )  # fmt: skip
        size = sum(int(np.size(parameter._data)) for parameter in fold.parameters)
        held = [self._counted(len(fold.nodes), "operation")] + [self._counted(size, "parameter")] * (size > 0)
        part, title = fold.part, printable(fold.part.heading(boxes))
        tooltip = f"{title}: {self.words['and'].join(held)}\n{whole.tooltip}".rstrip()
        held[0] = f"{part.kind} · {held[0]}".removeprefix(" · ")
        return replace(
            whole, kind="part", title=title, holds=printable(self.words["and"].join(held)), symbol="", family="",
            tooltip=tooltip,
        )  # fmt: skip

    def summary(self, depth: int | None, dashed: bool) -> str:
        """What was folded, in a line."""
        told = [self._counted(len(self.folding.nodes), "value")]
        if depth is not None and depth < self.folding.levels:
            told.append(self.words["depth"].format(depth))
        if self.folding.copies:
            told.append(self.words["repeats"])
        if dashed:
            told.append(self.words["dashed"])
        return self.words["and"].join(told)

    def _counted(self, count: int, what: str) -> str:
        return self.words[f"one {what}" if count == 1 else f"{what}s"].format(count)

    def _common_gradient(self, nodes: Sequence[Node]) -> Gradient | None:
        """The norm of several gradients."""
        if self.passes == "forward" or not any(node.requires_grad for node in nodes):
            return None
        grads = [np.ravel(_raw(node.grad)) for node in nodes if node.grad is not None]
        if not grads:
            return Gradient("‖∇‖", "", is_norm=True)
        norm = _norm(np.concatenate(grads))
        return Gradient(self._label("‖∇‖", nodes), number(norm, self.precision), norm, is_norm=True)

    def _symbol(self, node: Node) -> str:
        """What the chip says: the operation, and its constants where they have no cards."""
        symbol = printable(node.op.symbol) if node.op else ""
        constants = [arg for arg in node.args if not isinstance(arg, Node)]
        if self.show_constants or not constants:
            return symbol
        texts = [self._value(raw)[0] for raw in constants]
        if len(node.args) != 2:
            return f"{symbol} {', '.join(texts)}" if len(texts) < 3 else symbol
        if node.op and node.op.name == "power":
            whole = texts[0].removeprefix("−").isdigit()
            power = raised(texts[0]) if whole else f"^{texts[0]}"
            return f"x{power}" if isinstance(node.args[0], Node) else f"{texts[0]}ʸ"
        return f"{texts[0]} {symbol}" if isinstance(node.args[1], Node) else f"{symbol} {texts[0]}"

    def constant(self, raw: Any) -> Card:
        """The card of an operand that is no node."""
        value, note = self._value(raw)
        finite = bool(np.all(np.isfinite(raw))) if np.asarray(raw).dtype.kind in "fiub" else True
        cells = heat_map(raw, self.precision)
        tooltip = self.words["constant"].format(_exactly(raw)) + self._shown(cells)
        return Card("constant", "", value, note, is_finite=finite, tooltip=tooltip, cells=cells)

    def more(self, hidden: int) -> Card:
        """What was cut off."""
        return Card("more", "", self.words["more"].format(hidden), tooltip=self.words["earlier"].format(hidden))

    def edges(
        self, node: Node, places: Mapping[Node, int], constants: Mapping[tuple[Node, int], int]
    ) -> Iterator[Edge]:
        """The edges into the card that a node stands for; one comes for all operands that were cut off."""
        fold = self.folding.folds.get(node)
        arriving = self._into_part(fold) if fold else self._into_operation(node)
        cut = False
        for source, edge in arriving:
            place = places.get(source) if isinstance(source, Node) else constants.get((node, source))
            if place is not None:
                yield replace(edge, source=place, target=places[node])
            elif not cut:
                cut = True
                yield Edge(0, places[node], edge.position, edge.operands)

    def _into_operation(self, node: Node) -> Iterator[tuple[Node | int, Edge]]:
        """From where an operand comes, a card or its position as a constant; and the edge."""
        folding = self.folding
        if node in folding.sums:
            sources = [card for card in dict.fromkeys(map(folding.card, folding.used(node))) if card is not node]
            yield from ((card, Edge(0, 0, slot, len(sources))) for slot, card in enumerate(sources))
            return
        shown = [i for i, arg in enumerate(node.args) if self.show_constants or isinstance(arg, Node)]
        for slot, position in enumerate(shown):
            arg = node.args[position]
            edge = Edge(0, 0, slot, len(shown))
            if not isinstance(arg, Node):
                yield position, edge
                continue
            if arg in self.ranks:
                edge = self._from_copy(edge, arg)
            elif arg.requires_grad and self.passes != "forward":
                partial = partial_of(node, position, self._number, self.name)
                edge = self._with_partial(edge, node, arg, partial)
            yield folding.card(arg), edge
        others = {(folding.card(arg), position) for position, arg in folding.more.get(node, ())}
        for source, position in sorted(others, key=lambda other: other[0].index):
            yield source, Edge(0, 0, shown.index(position), len(shown), tooltip=self.words["of copies"], copy=True)

    def _from_copy(self, edge: Edge, copy: Node) -> Edge:
        """An edge from a value that is not on the card where it begins, so it carries that value."""
        label = self.words["copy"].format(self.ranks[copy])
        value = f"{self.words['colon']} {self._value(copy._data)[0]}".replace("： ", "：")
        tooltip = self.words["from copy"].format(label, _exactly(copy._data))
        return replace(edge, label=label + value * (np.ndim(copy._data) == 0), tooltip=tooltip, copy=True)

    def _into_part(self, fold: Fold) -> Iterator[tuple[Node, Edge]]:
        """One edge from each card, with the derivative through the whole part where there is one."""
        sources: dict[Node, list[Node]] = {}
        for arg in fold.operands:
            sources.setdefault(self.folding.card(arg), []).append(arg)
        given = {arg for node in fold.nodes for arg in node.args if isinstance(arg, Node)}
        copies = {self.folding.copies[arg]: arg for arg in given if arg in self.ranks}
        slopes = fold.slopes() if self.passes != "forward" else {}
        output = next(iter(fold.outputs))
        for slot, (source, args) in enumerate(sources.items()):
            edge = Edge(0, 0, slot, len(sources))
            if given.isdisjoint(args):
                hidden = [copies[arg] for arg in args if arg in copies]
                edge = replace(edge, tooltip=self.words["of copies"], copy=True)
                edge = self._from_copy(edge, hidden[0]) if len(hidden) == 1 else edge
            elif len(args) == 1 and (size := slopes.get(args[0])) is not None:
                edge = self._with_partial(edge, output, args[0], Partial(size, f"×{self._number(size)}", ""))
            yield source, edge

    def _with_partial(self, edge: Edge, node: Node, arg: Node, partial: Partial) -> Edge:
        """The edge from `arg` to `node` with its pill and what the mouse finds there."""
        size, label, formula = partial
        if not label:
            return edge
        result = self.name(node) or self.words["result"]
        slope = f"∂{result}/∂{self.name(arg) or self.words['operand']}"
        above = _raw(node.grad)
        if size is None:
            tooltip = f"{slope}: {formula or label}\n{self.words['upstream'].format(upstream(node), result)}"
        else:
            tooltip = f"{slope} = {_exactly(size)}"
        if size is not None and isinstance(above, float):
            told = f"{self._number(size)} × {self._number(above)} = {self._number(times(above, size))}"
            tooltip += "\n" + self.words["contributes"].format(told)
        return replace(edge, partial=size, label=label, tooltip=tooltip)

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
            label = self._label(self.words["grad"], [node])
            return Gradient(label, "" if size is None else number(size, self.precision), size)
        label = self._label("‖∇‖", [node])
        if grad is None:
            return Gradient(label, "", is_norm=True)
        norm = _norm(np.asarray(grad))
        return Gradient(label, number(norm, self.precision), norm, is_norm=True)

    def _label(self, label: str, nodes: Sequence[Node]) -> str:
        """What a gradient is called, and over how many copies it is the sum."""
        shares = max(self.shares.get(node, 1) for node in nodes)
        return label if shares == 1 else f"{label} · {self.words['sum over'].format(shares)}"

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
        if slope and node in self.shares:
            slope += "\n" + self.words["shares"].format(self.shares[node])
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
