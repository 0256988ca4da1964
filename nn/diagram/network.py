"""Figures 1 and 2: a network as columns of neurons, running forward on a sample, or backward from its loss."""

from __future__ import annotations

import math
from typing import Any

from autograd.drawing import Canvas
from autograd.drawing.text import number, width
from nn.diagram import formulas
from nn.diagram.blocks import Block, Card, Line, Stack
from nn.diagram.columns import PILL_HEIGHT, RADIUS, ROW, Point, Wire, Wires, place_pills, rows_of
from nn.diagram.cost import loss_card
from nn.diagram.run import Run
from nn.diagram.words import WORDS, Atom, numeral

__all__ = ["Network"]

MARGIN = 28.0
GAP = 236.0
MOST_PILLS = 24
_BAND = 116.0
_PILL = 10.5


class Network:
    """Columns of neurons with a box of formulas per layer; `backward` reverses the arrows and shows derivatives."""

    def __init__(self, run: Run, backward: bool, lang: str) -> None:
        self.run, self.backward, self.words = run, backward, WORDS[lang]
        self.tints = formulas.tints(len(run.layers))
        box = formulas.backward_box if backward else formulas.forward_box
        insides = [box(run, n) for n in range(1, len(run.layers) + 1)]
        low = max(inside.height for inside in insides) + 18.0
        self.boxes = [Card(inside, self.tints[n], name="box", low=low) for n, inside in enumerate(insides, 1)]
        self.heads = [formulas.head(run, n, self.words, backward) for n in range(len(run.layers) + 1)]
        self.title = Stack(
            Line(self.words["backward" if backward else "forward"], size=21.0, face="sans", bold=True),
            Line(
                f"{run.title} · {self.words['parameters'].format(format(run.parameters, ','))}",
                size=12.0, face="sans", role="muted",
            ),
            gap=2.0, align=0.0,
        )  # fmt: skip
        self.told, callout = formulas.backward_callout(run) if backward else formulas.forward_callout(run)
        self.callout = Card(callout, "box", name="callout")
        self.loss = Card(loss_card(run, self.words), "grey", name="loss", padding=14.0) if backward else None
        self._arrange()

    def _arrange(self) -> None:
        """Decide where everything is."""
        bands = [max(_BAND, head.width + 20.0) for head in self.heads]
        x = MARGIN + bands[0] / 2
        self.middles = [x]
        for box in self.boxes:
            x += max(GAP, box.width + 22.0)
            self.middles.append(x)
        right = x + bands[-1] / 2
        self.loss_left = right + 118.0
        if self.loss:
            right = self.loss_left + self.loss.width
        self.bands = bands
        told_x = self.middles[self.told]
        self.callout_left = max(MARGIN + self.title.width + 36.0, told_x + 76.0 - self.callout.width / 2)
        self.band_top = 20.0 + max(self.callout.height, self.title.height) + 26.0
        rows = [rows_of(a.size) for a in self.run.activations]
        tallest = max(map(len, rows))
        first = self.band_top + 62.0 + RADIUS + 12.0
        self.rows = rows
        self.places = [
            [Point(x, first + (tallest - len(shown)) * ROW / 2 + k * ROW) for k in range(len(shown))]
            for x, shown in zip(self.middles, rows, strict=True)
        ]
        self.middle = first + (tallest - 1) * ROW / 2
        self.band_bottom = first + (tallest - 1) * ROW + RADIUS + 16.0
        self.box_top = self.band_bottom + 22.0
        self.legend_y = self.box_top + max(box.height for box in self.boxes) + 34.0
        self.width = max(right, self.callout_left + self.callout.width, MARGIN + self._legend_width()) + MARGIN
        self.height = self.legend_y + 22.0

    # --- painting ---

    def paint(self, canvas: Canvas, left: float, top: float) -> None:
        """Write the figure; it has a sheet of its own."""
        self.title.paint(canvas, MARGIN, 20.0)
        for x, wide, tint, head in zip(self.middles, self.bands, self.tints, self.heads, strict=True):
            height = self.band_bottom - self.band_top
            canvas.rectangle(x - wide / 2, self.band_top, wide, height, 16.0, fill=tint)
            head.paint(canvas, x - head.width / 2, self.band_top + 9.0)
        few = sum(layer.weight.size for layer in self.run.layers) <= MOST_PILLS
        for n in range(1, len(self.middles)):
            self._connections(canvas, n, few)
        if self.loss:
            self._loss(canvas)
        for n in range(len(self.middles)):
            self._neurons(canvas, n)
        self._callout(canvas)
        for n, box in enumerate(self.boxes, 1):
            middle = (self.middles[n - 1] + self.middles[n]) / 2
            box.paint(canvas, middle - box.width / 2, self.box_top)
        self._legend(canvas, few)

    def _connections(self, canvas: Canvas, n: int, few: bool) -> None:
        layer = self.run.layers[n - 1]
        numbers = layer.d_weight if self.backward else layer.weight
        largest = max(_largest(x.d_weight if self.backward else x.weight) for x in self.run.layers)
        wires = [
            Wire(i, j, start, end)
            for i, start in zip(self.rows[n - 1], self.places[n - 1], strict=True)
            for j, end in zip(self.rows[n], self.places[n], strict=True)
            if i is not None and j is not None
        ]
        weights = [float(numbers[wire.j, wire.i]) for wire in wires]
        tooltips = [formulas.wire_tooltip(self.run, n, wire.j, wire.i) for wire in wires]
        circles = self.places[n - 1] + self.places[n]
        self._draw(canvas, wires, weights, tooltips, largest, circles if few else None)

    def _draw(
        self, canvas: Canvas, wires: Wires, numbers: list[float], tooltips: list[str], largest: float,
        circles: list[Point] | None,
    ) -> None:  # fmt: skip
        """Write connections, and pills with their numbers: away from circles and from each other."""
        for wire, x, tooltip in zip(wires, numbers, tooltips, strict=True):
            with canvas.group("edge", tooltip):
                _draw_wire(canvas, wire, x, largest, self.backward)
        if circles is None:
            return
        labels = [numeral(x) for x in numbers]
        widths = [width(label, _PILL, "mono") + 12.0 for label in labels]
        places = place_pills(wires, widths, circles)
        for place, label, wide, x, tooltip in zip(places, labels, widths, numbers, tooltips, strict=True):
            if place is not None:
                with canvas.group("pill", tooltip):
                    _draw_pill(canvas, place, label, wide, _role(x))

    def _neurons(self, canvas: Canvas, n: int) -> None:
        derivative = self.backward and n > 0
        numbers = (self.run.layers[n - 1].d_z if derivative else self.run.activations[n]).ravel()
        largest = _largest(numbers)
        for unit, (x, y) in zip(self.rows[n], self.places[n], strict=True):
            if unit is None:
                hidden = numbers.size - (len(self.rows[n]) - 1)
                with canvas.group("more", f"{hidden:,} more"):
                    canvas.text(x, y + 3.0, "⋮", 28.0, "sans", "muted", ' text-anchor="middle"')
                    canvas.text(x, y + 24.0, f"+{hidden:,}", 11.0, "sans", "muted", ' text-anchor="middle"')
                continue
            value = float(numbers[unit])
            with canvas.group("neuron", formulas.neuron_tooltip(self.run, n, unit)):
                canvas.circle(x, y, RADIUS, fill="card", stroke=f"{self.tints[n]}-line", line=1.8)
                if value and not (self.backward and n == 0 and math.isfinite(value)):
                    share = abs(value) / largest if math.isfinite(value) else 1.0
                    canvas.circle(x, y, RADIUS - 0.9, fill=_role(value), opacity=0.08 + 0.44 * math.sqrt(share))
                Line(formulas.unit_symbol(self.run, n, unit, derivative), size=15.0).write(canvas, x, y - 3.0, "middle")
                text = numeral(value)
                size = min(12.0, 50.0 / width(text, 1.0, "mono"))
                canvas.text(x, y + 15.5, text, round(size, 2), "mono", "ink", ' text-anchor="middle"')

    def _loss(self, canvas: Canvas) -> None:
        assert self.loss is not None
        layer = self.run.layers[-1]
        where = Point(self.loss_left, self.middle)
        slopes = layer.d_a.ravel()
        shown = [(unit, place) for unit, place in zip(self.rows[-1], self.places[-1], strict=True) if unit is not None]
        most = self.loss.height / 2 - 22.0
        ends = [Point(where.x + RADIUS, min(max(p.y, where.y - most), where.y + most)) for _, p in shown]
        wires = [Wire(unit, 0, place, end) for (unit, place), end in zip(shown, ends, strict=True)]
        names = [formulas.plain_symbol(self.run, len(self.run.layers), unit) for unit, _ in shown]
        numbers = [float(slopes[unit]) for unit, _ in shown]
        tooltips = [f"∂L/∂{name} = {number(x)}" for name, x in zip(names, numbers, strict=True)]
        self._draw(canvas, wires, numbers, tooltips, _largest(slopes), self.places[-1] + ends)
        self.loss.paint(canvas, where.x, where.y - self.loss.height / 2)

    def _callout(self, canvas: Canvas) -> None:
        left, bottom = self.callout_left, 20.0 + self.callout.height
        self.callout.paint(canvas, left, 20.0)
        x, y = self.places[self.told][0]
        tip = Point(x + RADIUS * 0.64, y - RADIUS * 0.80)
        behind = Point(tip.x + 13.0, tip.y - 20.0)
        start = min(max(x + self.bands[self.told] / 2 + 12.0, left + 16.0), left + self.callout.width - 16.0)
        turn = self.band_top + 8.0
        canvas.path(
            f"M{start:.1f},{bottom:.1f}V{turn:.1f}"
            f"C{start:.1f},{tip.y - 26:.1f} {behind.x + 7:.1f},{behind.y - 11:.1f} {tip.x + 3:.1f},{tip.y - 5:.1f}",
            stroke="leaf", line=1.5, dash="5 4",
        )  # fmt: skip
        canvas.arrow(tip, behind, "leaf")

    # --- legend ---

    def _legend_words(self, few: bool = False) -> list[str]:
        words = [self.words["width"], self.words["error" if self.backward else "circle"]]
        return words if few else [*words, self.words["hover"]]

    def _legend_width(self) -> float:
        return 330.0 + sum(width(word, 11.0, "sans") + 26.0 for word in self._legend_words())

    def _legend(self, canvas: Canvas, few: bool) -> None:
        largest = max(_largest(x.d_weight if self.backward else x.weight) for x in self.run.layers)
        x, y = MARGIN, self.legend_y
        parts: list[Block] = []
        first: list[Atom | str] = [self.words["gradient"], Atom("∂L/∂w")] if self.backward else [self.words["weight"]]
        for part in (*first, f"−{numeral(largest)}"):  # each a text of its own, in its own font
            parts.append(Line(part, size=11.0, face="sans", role="muted"))
            parts[-1].paint(canvas, x, y - 11.0)
            x += parts[-1].width + 8.0
        for step in range(-6, 7):
            look: dict[str, Any] = {"fill": _role(float(step))} if step else {"fill": "zero"}
            canvas.rectangle(x, y - 9.0, 10.0, 10.0, opacity=max(0.12, abs(step) / 6) if step else 1.0, **look)
            x += 10.0
        x += 8.0
        for text in (f"+{numeral(largest)}", *self._legend_words(few)):
            line = Line(text, size=11.0, face="sans", role="muted")
            line.paint(canvas, x, y - 11.0)
            x += line.width + 24.0


def _largest(numbers: Any) -> float:
    """The largest size among numbers, for scales: never 0, nan or inf."""
    sizes = [abs(float(x)) for x in numbers.ravel() if math.isfinite(x)]
    return max(sizes, default=0.0) or 1.0


def _role(x: float) -> str:
    return "alarm" if not math.isfinite(x) else "positive" if x > 0 else "negative" if x < 0 else "wire"


def _draw_wire(canvas: Canvas, wire: Wire, value: float, largest: float, reverse: bool) -> None:
    """A line with its arrowhead: colour by sign, width by size, dashes for nothing."""
    start, end = wire.trimmed()
    share = min(1.0, abs(value) / largest) if math.isfinite(value) else 1.0
    if reverse:
        start, end = end, start
    thick = 0.9 + 3.3 * share
    size = 6.0 + 1.5 * thick
    length = math.dist(start, end)
    stop = Point(*(b + (a - b) * 0.8 * size / length for a, b in zip(start, end, strict=True)))
    canvas.path(
        f"M{start.x:.1f},{start.y:.1f}L{stop.x:.1f},{stop.y:.1f}", stroke=_role(value), line=thick,
        opacity=0.42 + 0.5 * share, dash="" if value else "3 4",
    )  # fmt: skip
    canvas.arrow(end, start, _role(value), size)


def _draw_pill(canvas: Canvas, place: Point, label: str, wide: float, role: str) -> None:
    left, top = place.x - wide / 2, place.y - PILL_HEIGHT / 2
    canvas.rectangle(left, top, wide, PILL_HEIGHT, 9.0, fill="card", stroke=role, line=1.1)
    ink = "muted" if role == "wire" else f"{role}-ink"
    canvas.text(place.x, place.y + 3.8, label, _PILL, "mono", ink, ' text-anchor="middle"')
