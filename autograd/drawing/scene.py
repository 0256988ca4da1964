"""What a figure shows, before it has a place: a card per value, an edge per operand.

`build` walks a graph without recursion, newest nodes first, and takes a snapshot of every text and number, so that a
figure stays what it was when the graph is swept again. What `max_nodes` cuts off becomes one card that says how much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from autograd.drawing.elements import Area, Card, Edge, Gradient, Passes, Scene
from autograd.drawing.explain import explain as explained
from autograd.drawing.folding import Folding
from autograd.drawing.parts import Part
from autograd.drawing.text import printable, shortened
from autograd.drawing.words import Lang
from autograd.drawing.writer import Writer
from autograd.errors import GraphError, OperandError
from autograd.primitive import Node

__all__ = ["Area", "Card", "Edge", "Gradient", "Passes", "Scene", "build"]

_MOST_CARDS, _NEWEST = 200, 24
"""A graph with more cards is cut to the newest: what does not fit on one page should at least be short."""
_MOST_PILLS = 400
"""Above so many edges local partials are in the tooltips alone: nobody reads them, and laying them out takes long."""
_MOST_INTO_PARTS = 12
"""Above so many edges into folded parts the same holds for these, which lie close together."""


def build(
    roots: Sequence[Node],
    *,
    max_nodes: int | None = None,
    precision: int = 4,
    passes: Passes = "both",
    names: Mapping[int, str] | None = None,
    highlight: Sequence[Node] | None = None,
    explain: Node | None = None,
    lang: Lang = "en",
    depth: int | None = None,
    fold_repeats: bool = False,
    show_constants: bool = True,
) -> Scene:
    """Describe the `max_nodes` newest cards behind `roots`, in the order in which their nodes were created.

    Unless told otherwise that is all of them up to 200, and of more the newest 24.

    What is not in `highlight`, or not on a path from the node to `explain`, is faded. Without a `depth`, as many scopes
    are folded as it takes to show everything on `max_nodes` cards. `names` are by identity.
    """
    folding = Folding(roots, fold_repeats)
    fitted = None
    if depth is None:
        fitted = folding.fold_to_fit(max_nodes or _MOST_CARDS)
    else:
        folding.fold(depth)
    nodes, sizes = folding.newest(max_nodes or _MOST_CARDS + 1)
    if max_nodes is None:
        max_nodes = _MOST_CARDS
        if len(nodes) > _MOST_CARDS:
            max_nodes = _NEWEST
            nodes, sizes = folding.newest(max_nodes)
    hidden = len(folding.nodes) - sum(sizes.values())
    bare = [node for node in nodes if node not in folding.folds]
    raw = sum(not isinstance(arg, Node) for node in bare for arg in node.args) if show_constants else 0
    missing = hidden + max(0, raw - max_nodes)  # constants are cards too, and one operation may have thousands
    writer = Writer(folding, precision, passes, names or {}, lang, show_constants)
    ends = {folding.card(root) for root in roots}
    cards: list[Card] = []
    if missing:
        cards.append(replace(writer.more(missing), nodes=hidden))
    boxes = folding.boxes(nodes)
    places: dict[Node, int] = {}
    constants: dict[tuple[Node, int], int] = {}
    for node in nodes:
        fold = folding.folds.get(node)
        for position, arg in enumerate(node.args if show_constants and not fold else ()):
            if not isinstance(arg, Node) and len(constants) < max_nodes:
                constants[node, position] = len(cards)
                cards.append(writer.constant(arg))
        places[node] = len(cards)
        card = writer.folded(fold, boxes) if fold else writer.card(node)
        if node in folding.times:
            card = replace(card, note=f"× {folding.times[node]:,}")
        card = replace(card, symbol="Σ") if node in folding.sums else card
        cards.append(replace(card, is_root=node in ends, nodes=sizes[node]))
    edges: list[Edge] = []
    for node in nodes:
        edges += writer.edges(node, places, constants)
    into_parts = sum(bool(cards[edge.target].title and edge.label) for edge in edges)
    for place, edge in enumerate(edges):
        if len(edges) > _MOST_PILLS or (into_parts > _MOST_INTO_PARTS and cards[edge.target].title):
            edges[place] = replace(edge, label="")
    lit = None if highlight is None else _checked(highlight, folding, places)
    caption: tuple[str, ...] = ()
    if explain is not None:
        lit, caption = explained(roots[0], explain, precision, lambda node: shortened(writer.name(node)), lang)
    if lit is not None:
        lit = frozenset(folding.card(node) for node in lit)
        shown = {place for node, place in places.items() if node in lit}
        cards = [card if place in shown else replace(card, faded=True) for place, card in enumerate(cards)]
        edges = [edge if {edge.source, edge.target} <= shown else replace(edge, faded=True) for edge in edges]
    if fitted is not None or folding.copies:
        caption += (writer.summary(fitted, any(edge.copy for edge in edges)),)
    areas = _areas(boxes, places, constants)
    return Scene(tuple(cards), tuple(edges), passes, missing, caption, lang, areas)


def _checked(highlight: Sequence[Node], folding: Folding, places: Mapping[Node, int]) -> frozenset[Node]:
    """The nodes to highlight, all of them in the figure."""
    known = set(folding.nodes)
    for node in highlight:
        if not isinstance(node, Node):
            raise OperandError(f"highlight= takes Values and Tensors, but got {node!r} of type {type(node).__name__}")
        if node not in known:
            raise GraphError(f"highlight= got {node!r}, which the graph that is drawn does not use")
        if folding.card(node) not in places:
            raise GraphError(f"highlight= got {node!r}, which is not among the cards drawn; pass a larger max_nodes=")
    return frozenset(highlight)


def _areas(
    boxes: Mapping[Part, Sequence[Node]], places: Mapping[Node, int], constants: Mapping[tuple[Node, int], int]
) -> tuple[Area, ...]:
    """The boxes with the cards in them."""
    number = {part: i for i, part in enumerate(boxes)}
    beside: dict[Node, list[int]] = defaultdict(list)
    for (node, _), place in constants.items():
        beside[node].append(place)
    return tuple(
        Area(
            printable(part.heading(boxes)),
            printable(part.kind),
            tuple(sorted(place for node in nodes for place in (places[node], *beside[node]))),
            next((number[other] for other in part.around() if other is not part and other in number), None),
        )
        for part, nodes in boxes.items()
    )
