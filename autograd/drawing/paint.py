"""The SVG of a scene that has been laid out.

Every colour is a literal attribute with a class of the same role beside it; the ``<style>`` only adds the dark palette
and the highlight under the mouse. So the figure is right in programs that know no CSS, too.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from html import escape

from autograd.drawing import measure
from autograd.drawing.heatmap import LEVELS, HeatMap
from autograd.drawing.layout import MARGIN, Box, Layout, Point, crosses
from autograd.drawing.measure import Frame
from autograd.drawing.scene import Area, Card, Edge, Scene
from autograd.drawing.text import Name, face_for, fitted
from autograd.drawing.text import width as text_width
from autograd.drawing.theme import DARK, FONTS, LIGHT, ThemeName, dark_rules
from autograd.drawing.words import WORDS

__all__ = ["Painter", "paint"]


def paint(
    scene: Scene,
    layout: Layout,
    theme: ThemeName = "auto",
    painter: Callable[[str, Scene, Layout, ThemeName], Painter] | None = None,
) -> str:
    """The figure as an SVG document; the same scene gives the same text."""
    # Several figures may share a page. Equal ids then mean equal figures, for which they do no harm.
    content = f"{theme}{layout.width}{layout.height}{scene}" + ("moving" if painter else "")
    name = "graph-" + hashlib.sha256(content.encode()).hexdigest()[:10]
    painting = (painter or Painter)(name, scene, layout, theme)
    width, height = math.ceil(painting.width), math.ceil(painting.height)
    title, description = _describe(scene)
    language = WORDS[scene.lang]["code"]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{name}" lang="{language}" role="img" '
        f'aria-labelledby="{name}-title {name}-desc" '
        f'width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
        f'font-family="{FONTS["mono"]}" style="max-width:100%;height:auto">\n'
        f'<title id="{name}-title">{escape(title)}</title>\n<desc id="{name}-desc">{escape(description)}</desc>\n'
        f"<style>{painting.style()}</style>\n" + "\n".join(painting.body()) + "\n</svg>\n"
    )


def _describe(scene: Scene) -> tuple[str, str]:
    """What a screen reader says instead of the figure."""
    words = WORDS[scene.lang]
    roots = [scene.cards[place] for place in scene.roots]
    names = words["and"].join(card.name for card in roots if card.name)
    title = words["graph of"].format(names) if names else words["graph"]
    results = "; ".join(f"{card.name or words['result']} = {card.value}" for card in roots)
    operations = sum(card.kind == "inner" for card in scene.cards)
    leaves = sum(card.kind == "leaf" for card in scene.cards)
    text = results + words["stop"] + words["counts"].format(operations, leaves)
    if scene.hidden:
        text += words["hidden"].format(scene.hidden)
    slopes = [
        f"{card.name}: {card.gradient.text}"
        for card in scene.cards
        if card.kind == "leaf" and card.name and card.gradient and card.gradient.text
    ]
    if slopes:
        text += words["stop"] + words["gradients"].format(words["and"].join(slopes))
    return title, (text + words["stop"]).rstrip()


class Painter:
    """Writes elements in one palette."""

    deepest = 0.55
    """How much stronger the tint of the largest number is than that of one near 0."""

    def __init__(self, prefix: str, scene: Scene, layout: Layout, theme: ThemeName) -> None:
        self.prefix, self.scene, self.layout, self.theme = prefix, scene, layout, theme
        self.width, self.height = layout.width, layout.height
        self.palette = DARK if theme == "dark" else LIGHT
        sizes = (card.gradient.size for card in scene.cards if card.gradient and card.gradient.size is not None)
        self.largest = max((abs(size) for size in sizes if math.isfinite(size)), default=0.0) or 1.0

    def style(self) -> str:
        """What only a program that knows CSS can show."""
        return (
            f"#{self.prefix} .node:hover .frame{{stroke-width:2.8}}"
            f"#{self.prefix} .edge:hover .wire{{stroke-width:5}}"
            + (dark_rules(f"#{self.prefix}") if self.theme == "auto" else "")
        )  # fmt: skip

    def body(self) -> Iterator[str]:
        """All elements, the lower ones first."""
        yield f'<rect {self.fill("page")} width="100%" height="100%" rx="10"/>'
        yield from map(self.area, self.layout.areas)
        for i, (edge, curve) in enumerate(zip(self.scene.edges, self.layout.curves, strict=True)):
            yield self.shown("".join(self.wire(i, edge, curve)), edge.faded)
        yield from map(self.area_title, self.scene.areas, self.layout.areas)
        for i, (edge, pill) in enumerate(zip(self.scene.edges, self.layout.pills, strict=True)):  # above every wire
            if pill is not None:
                if edge.faded:  # its wire must not show through
                    yield self.rectangle(self.fill("page"), pill.left, pill.top, pill.width, pill.height, 9.0)
                yield self.shown(self.part("pill", i, "".join(self.pill(edge, pill))), edge.faded)
        cards = zip(self.scene.cards, self.layout.cards, self.layout.frames, strict=True)
        for i, (card, box, frame) in enumerate(cards):
            yield self.shown("".join(self.card(i, card, box, frame)), card.faded)
        base = self.layout.height - measure.caption_height(self.scene.caption)
        for i, line in enumerate(self.scene.caption):
            y = base + (i + 0.8) * measure.LINE
            weight = (
                ' font-weight="600" xml:space="preserve"'
                if i == 0 and len(self.scene.caption) > 1
                else ' xml:space="preserve"'
            )
            yield self.text(MARGIN, y, escape(line), measure.CAPTION, "mono", "ink", weight)

    @staticmethod
    def shown(elements: str, faded: bool) -> str:
        """Elements as they are, or pale."""
        return f'<g opacity="0.22">{elements}</g>' if faded else elements

    def part(self, kind: str, i: int, elements: str) -> str:
        """The ``"pill"`` of edge `i`, or the ``"value"`` or the ``"strip"`` of card `i`, which a walk shows in time."""
        return elements

    def tooltip(self, text: str) -> str:
        """What the mouse finds on a part."""
        return f"<title>{escape(text)}</title>" if text else ""

    # --- attributes ---

    def fill(self, role: str, opacity: float = 1.0) -> str:
        """The colour of a role, inside."""
        see_through = f' fill-opacity="{opacity:.2f}"' if opacity < 1.0 else ""
        return f'class="f-{role}" fill="{self.palette[role]}"{see_through}'

    def tint(self, share: float) -> float:
        """How strong the colour of a number is, by its share of the largest."""
        return 0.10 + self.deepest * share

    def outline(self, role: str, width: float, dash: str = "", also: str = "") -> str:
        """A card's or pill's frame in the colour of `role` around the colour of cards; a wire where `also` says so."""
        inside = f'class="{also} s-{role}" fill="none"' if also == "wire" else (
            f'class="{also} f-card s-{role}" fill="{self.palette["card"]}"'
        )  # fmt: skip
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        return f'{inside} stroke="{self.palette[role]}" stroke-width="{width:.2f}"{dashes}'

    def text(self, x: float, y: float, content: str, size: float, face: str, role: str, extra: str = "") -> str:
        """Text on a base line; `content` is markup."""
        face = face_for(content, face)
        family = "" if face == "mono" else f' font-family="{FONTS[face]}"'
        return f'<text {self.fill(role)}{family} font-size="{size:g}" x="{x:.1f}" y="{y:.1f}"{extra}>{content}</text>'

    # --- edges ---

    def wire(self, i: int, edge: Edge, curve: tuple[Point, ...]) -> Iterator[str]:
        """The curve of an edge, with a dot or an arrowhead."""
        role, dash, width = self.look(edge)
        yield f'<g id="{self.prefix}-edge-{i}" class="edge">{self.tooltip(edge.tooltip)}'
        yield f'<path {self.outline(role, width, dash, also="wire")} stroke-linecap="round" d="{_path(curve)}"/>'
        if self.scene.passes == "both":
            x, y = curve[-1]
            yield f'<circle {self.fill(role)} cx="{x:.1f}" cy="{y:.1f}" r="{1.6 + width / 2:.1f}"/>'
        else:
            tip, behind = curve[-1:-3:-1] if self.scene.passes == "forward" else curve[:2]
            yield f'<path {self.fill(role)} d="{_arrow(tip, behind)}"/>'
        yield "</g>"

    def pill(self, edge: Edge, box: Box) -> Iterator[str]:
        """The local derivative on an edge."""
        role = self.look(edge)[0]
        yield f'<g class="pill">{self.tooltip(edge.tooltip)}'
        yield self.rectangle(self.outline(role, 1.2), box.left, box.top, box.width, box.height, 9.0)
        ink = ("muted" if edge.copy or edge.partial is not None else "ink") if role == "wire" else f"{role}-ink"
        yield self.text(box.x, box.y + 3.8, edge.label, measure.PILL, "mono", ink, ' text-anchor="middle"')
        yield "</g>"

    def look(self, edge: Edge) -> tuple[str, str, float]:
        """Colour, dashes and width of an edge: the sign and the size of its local partial."""
        if self.scene.cards[edge.source].kind == "more":
            return "wire", "2 5", 1.3
        if edge.copy:
            return "wire", "6 4", 1.3
        if edge.partial is None:
            return "wire", "", 1.5
        if edge.partial == 0.0:
            return "wire", "3 4", 1.2
        if not math.isfinite(edge.partial):
            return "alarm", "", 2.0
        return _sign(edge.partial), "", 1.2 + 2.6 * min(1.0, math.sqrt(abs(edge.partial) / 3.0))

    # --- boxes around cards ---

    def area(self, box: Box) -> str:
        """The box itself."""
        tint = f'class="f-leaf s-leaf" fill="{self.palette["leaf"]}" stroke="{self.palette["leaf"]}"'
        look = f'{tint} fill-opacity="0.05" stroke-opacity="0.35" stroke-width="1.00"'
        return self.rectangle(look, box.left, box.top, box.width, box.height, 14.0)

    def area_title(self, area: Area, box: Box) -> str:
        """The title, with a halo where a wire runs behind it."""
        room = box.width - 20.0
        name = fitted(area.title, room, measure.AREA, "sans")
        kind = f'<tspan {self.fill("muted")} font-weight="400" dx="7">{escape(area.kind)}</tspan>' if area.kind else ""
        wide = text_width(measure.area_title(area), measure.AREA, "sans")
        if wide > room:
            kind, wide = "", text_width(name, measure.AREA, "sans")
        extra = ' font-weight="600"'
        x, y = box.left + 12.0, box.top + 17.0
        title = self.text(x, y, escape(name) + kind, measure.AREA, "sans", "leaf-ink", extra)
        if not any(crosses(curve, Box(x + wide / 2, y - 4.0, wide, 12.0)) for curve in self.layout.curves):
            return title
        halo = f'class="s-page" stroke="{self.palette["page"]}" stroke-width="4" stroke-linejoin="round"'
        return f'<g {halo} paint-order="stroke">{title}</g>'

    # --- cards ---

    def card(self, i: int, card: Card, box: Box, frame: Frame) -> Iterator[str]:
        """One value."""
        yield f'<g id="{self.prefix}-node-{i}" class="node">{self.tooltip(card.tooltip)}'
        if card.title:  # it looks like a stack
            left, top = box.left + measure.STACK, box.top - measure.STACK
            yield self.rectangle(self.outline("line", 1.2), left, top, box.width, box.height, 11.0)
        yield self.rectangle(self.border(card), box.left, box.top, box.width, box.height, 11.0)
        if card.symbol:
            yield from self.chip(card, box, frame)
        x, right = box.left + frame.left, box.left + frame.right
        tall = card.gradient or card.cells or card.title
        base = box.top + (23.0 if tall else frame.height / 2 + frame.value_size * 0.35)
        value = card.cells.shape if card.cells else card.value
        if card.title:
            yield self.text(x, base, escape(card.title), measure.TITLE, "sans", "ink", ' font-weight="700"')
            yield self.text(x, base + measure.SECOND, escape(card.holds), measure.HOLDS, "sans", "muted")
            before = right - text_width(value, frame.value_size, "mono") - 8.0
            yield self.name(frame.name, before, base, ' text-anchor="end"') if card.name else ""
        elif card.name:
            yield self.name(frame.name, x, base)
        if card.note and not card.cells and not card.title:
            after = x + (measure.name_width(frame.name) + 8.0 if card.name else 0.0)
            yield self.text(after, base, escape(card.note), measure.NOTE, "mono", "muted")
        quiet = card.kind in ("constant", "more") or self.scene.passes == "backward"
        role = "alarm-ink" if not card.is_finite else "muted" if quiet else "ink"
        weight = "" if quiet else ' font-weight="600"'
        if frame.height == measure.SMALL:
            x_value, anchor = box.x, "middle"
        else:
            x_value, anchor = right, "end"
        extra = f' text-anchor="{anchor}"{weight}'
        shown = self.text(x_value, base, escape(value), frame.value_size, "mono", role, extra)
        if card.cells:
            top = box.top + 33.0 + (measure.SECOND if card.title else 0.0)
            shown += "".join(self.cells(card.cells, frame, x, right, top))
        yield self.part("value", i, shown)
        if card.gradient:
            yield self.part("strip", i, "".join(self.strip(card, box, frame)))
        yield "</g>"

    def border(self, card: Card) -> str:
        """What tells leaf, result, constant and root apart."""
        if card.is_root:
            return self.outline("root", 2.2, also="frame")
        if card.kind == "leaf":
            return self.outline("leaf", 1.5, also="frame")
        return self.outline("line", 1.4, {"constant": "2 3", "more": "6 5"}.get(card.kind, ""), also="frame")

    def chip(self, card: Card, box: Box, frame: Frame) -> Iterator[str]:
        """The operation."""
        x, y, height = box.left + 5.0, box.top + 5.0, box.height - 10.0
        yield self.rectangle(self.fill(card.family), x, y, frame.chip, height, 7.0)
        middle, base = x + frame.chip / 2, y + height / 2 + frame.chip_size * 0.35
        extra = ' text-anchor="middle" font-weight="700"'
        yield self.text(middle, base, escape(card.symbol), frame.chip_size, "sans", "on-chip", extra)

    def name(self, name: Name, x: float, y: float, extra: str = "") -> str:
        """A name with what is above and below."""
        content, line = "", 0
        for part in name:
            for text, level in ((part.base, 0), (part.superscript, -6), (part.subscript, 4)):
                if text:
                    shift = f' dy="{level - line}"' if level != line else ""
                    size = f' font-size="{measure.SUBSCRIPT:g}"' if level else ""
                    content += f"<tspan{shift}{size}>{escape(text)}</tspan>" if shift or size else escape(text)
                    line = level
        return self.text(x, y, content, measure.NAME, "serif", "ink", f' font-style="italic"{extra}')

    def cells(self, cells: HeatMap, frame: Frame, x: float, right: float, top: float) -> Iterator[str]:
        """The heat map, a path per tint, and its words. Negative cells carry a minus sign, for print in grey."""
        wide, high = frame.cell
        tints: dict[int | None, list[Point]] = defaultdict(list)
        for i, row in enumerate(cells.levels):
            for j, level in enumerate(row):
                tints[level].append((x + j * wide, top + i * high))
        for level, corners in tints.items():
            look = self.fill("alarm", 0.35) if level is None else self.fill("zero")
            if level:
                look = self.fill(_sign(level), self.tint(abs(level) / LEVELS))
            yield f'<path {look} d="{_boxes(corners, wide - 1.0, high - 1.0)}"/>'
            if level is not None and level < 0 and not cells.texts:
                bars = [(a + wide / 2 - 3.0, b + high / 2 - 1.0) for a, b in corners]
                yield f'<path {self.fill("negative-ink", 0.45)} d="{_boxes(bars, 5.0, 1.0)}"/>'
            if level is None and not cells.texts:
                w, h = wide - 5.0, high - 5.0
                crosses = "".join(
                    f"M{a + 2:.1f},{b + 2:.1f}l{w:.1f},{h:.1f}m{-w:.1f},0l{w:.1f},{-h:.1f}" for a, b in corners
                )
                yield f'<path {self.outline("alarm", 1.2, also="wire")} d="{crosses}"/>'
        for i, texts in enumerate(cells.texts):
            for j, text in enumerate(texts):
                level = cells.levels[i][j]
                ink = "alarm-ink" if level is None else f"{_sign(level)}-ink" if level else "muted"
                middle, base = x + (j + 0.5) * wide - 0.5, top + i * high + 11.8
                yield self.text(middle, base, text, measure.CELL, "mono", ink, ' text-anchor="middle"')
        base = top + cells.rows * high + 10.0
        yield self.text(x, base, cells.kind, measure.SPAN, "mono", "muted")
        yield self.text(right, base, escape(cells.span), measure.SPAN, "mono", "muted", ' text-anchor="end"')

    def strip(self, card: Card, box: Box, frame: Frame) -> Iterator[str]:
        """The gradient, on a tint of its sign and size."""
        gradient = card.gradient
        assert gradient is not None
        role, ink, opacity = "zero", "muted", 1.0
        if gradient.size is not None and not math.isfinite(gradient.size):
            role, ink, opacity = "alarm", "alarm-ink", 0.35
        elif gradient.size:
            role = "leaf" if gradient.is_norm else _sign(gradient.size)
            ink, opacity = f"{role}-ink", self.tint(math.sqrt(abs(gradient.size) / self.largest))
        x, right = box.left + frame.left - 4.0, box.left + frame.right + 5.0
        look = self.fill(role, opacity)
        if not gradient.text:  # not computed: an outline with nothing in it
            look = self.outline("line", 1.0, "2 3")
        bottom = box.top + box.height
        yield self.rectangle(look, x, bottom - 28.0, right - x, 22.0, 7.0)
        yield self.text(x + 7.0, bottom - 13.2, gradient.label, measure.LABEL, "sans", ink)
        if gradient.text:
            extra = ' text-anchor="end"'
            yield self.text(right - 6.0, bottom - 12.8, gradient.text, measure.GRADIENT, "mono", ink, extra)

    @staticmethod
    def rectangle(look: str, x: float, y: float, width: float, height: float, radius: float) -> str:
        """A rectangle with round corners."""
        return f'<rect {look} x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{radius:g}"/>'


def _sign(x: float) -> str:
    return "positive" if x > 0 else "negative"


def _boxes(corners: list[Point], width: float, height: float) -> str:
    """Rectangles of one size in one path."""
    return "".join(f"M{x:.1f},{y:.1f}h{width:.1f}v{height:.1f}h{-width:.1f}z" for x, y in corners)


def _path(points: tuple[Point, ...]) -> str:
    """A chain of Bézier curves."""
    bends = " ".join(f"{x:.1f},{y:.1f}" for x, y in points[1:])
    return f"M{points[0][0]:.1f},{points[0][1]:.1f}C{bends}"


def _arrow(tip: Point, behind: Point) -> str:
    """An arrowhead at `tip`, seen from `behind`."""
    dx, dy = tip[0] - behind[0], tip[1] - behind[1]
    length = math.hypot(dx, dy) or 1.0
    dx, dy = dx / length, dy / length
    x, y = tip[0] - 9.0 * dx, tip[1] - 9.0 * dy
    return f"M{tip[0]:.1f},{tip[1]:.1f}L{x - 4.0 * dy:.1f},{y + 4.0 * dx:.1f}L{x + 4.0 * dy:.1f},{y - 4.0 * dx:.1f}Z"
