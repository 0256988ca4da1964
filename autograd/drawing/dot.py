"""The graph in plain DOT, for Graphviz and the tools that read its language."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from autograd.drawing.measure import area_title
from autograd.drawing.naming import names_for
from autograd.drawing.scene import Card, Scene, build
from autograd.primitive import Node

if TYPE_CHECKING:
    import graphviz

__all__ = ["dot_of", "draw_dot"]

_FADED = "#d1d5db"
_FILL = {"sum": "#ccfbf1", "product": "#ede9fe", "function": "#fce7f3"}
_BORDER = {"leaf": "#6366f1", "inner": "#94a3b8", "constant": "#94a3b8", "part": "#94a3b8", "more": "#94a3b8"}


def draw_dot(
    root: Node, format: str = "svg", rankdir: str = "LR", *, names: Mapping[str, Any] | None = None
) -> graphviz.Digraph:
    """The whole graph behind `root` as a `graphviz.Digraph`: values, gradients, operations and local partials.

    Names are found as by `draw`. Rendering it needs an installed Graphviz; `draw` does not.

    Examples
    --------
    >>> from autograd import Value
    >>> from autograd.drawing import draw_dot
    >>> dot = draw_dot(Value(2.0, name="a") * 3.0)
    >>> dot.source.splitlines()[-2].strip()
    'n1 -> n2'
    """
    return dot_of(build([root], max_nodes=sys.maxsize, names=names_for(names)), format, rankdir)


def dot_of(scene: Scene, format: str = "svg", rankdir: str = "LR") -> Any:
    """A scene as a `graphviz.Digraph`: one record per value, with a field for its operation."""
    import graphviz

    dot = graphviz.Digraph("computation", format=format)
    dot.attr(rankdir=rankdir, ordering="in")
    dot.attr("node", shape="record", style="rounded,filled", fontname="Helvetica", fontsize="11")
    dot.attr("edge", fontname="Helvetica", fontsize="10", color="#64748b")
    for place, card in enumerate(scene.cards):
        dot.node(
            f"n{place}",
            _record(card),
            color=_FADED if card.faded else "#111827" if card.is_root else _BORDER[card.kind],
            fillcolor="#ffffff" if card.faded else _FILL.get(card.family, "#ffffff"),
            **({"style": "rounded,dashed"} if card.kind == "more" else {}),
            **({"fontcolor": _FADED} if card.faded else {}),
        )
    for part in _clusters(scene, graphviz):
        dot.subgraph(part)
    for edge in scene.edges:
        look = {"dir": "back"} if scene.passes == "backward" else {}
        if edge.copy:
            look["style"] = "dashed"
        if edge.faded:
            look |= {"color": _FADED, "fontcolor": _FADED}
        dot.edge(f"n{edge.source}", f"n{edge.target}", graphviz.escape(edge.label) if edge.label else None, **look)
    return dot


def _clusters(scene: Scene, graphviz: Any) -> list[Any]:
    """The areas that lie in no other, with those that lie in them."""
    clusters = []
    for i, area in enumerate(scene.areas):
        clusters.append(graphviz.Digraph(f"cluster{i}"))
        look = {"style": "rounded", "color": "#c7d2fe", "fontname": "Helvetica"}
        clusters[i].attr(label=graphviz.escape(area_title(area)), **look)
        for card in area.cards:
            clusters[i].node(f"n{card}")
    for i, area in reversed(list(enumerate(scene.areas))):
        if area.parent is not None:
            clusters[area.parent].subgraph(clusters[i])
    return [cluster for cluster, area in zip(clusters, scene.areas, strict=True) if area.parent is None]


def _record(card: Card) -> str:
    """The label of one value; a record reads braces, bars and angles as its own syntax."""
    slope = f"{card.gradient.label} {card.gradient.text or '—'}" if card.gradient else ""
    value = f"{card.value} {card.note}".strip()
    fields = (card.title, card.holds, card.symbol, card.name, value, slope)
    return "|".join(re.sub(r"([\\{}|<> ])", r"\\\1", field) for field in fields if field)
