"""Figure 4: what goes into one layer and comes out of it, in the three parts of a training step."""

from __future__ import annotations

from autograd.drawing import Canvas
from nn.diagram.blocks import Block, Card, Line, Row, Stack
from nn.diagram.formulas import after, before, captioned, layer_rule, local_rule, taken_rule, vector, weight_rule
from nn.diagram.run import Run
from nn.diagram.update import example, gradients, named, parameters, remembered, rule_lines, subtitle
from nn.diagram.words import WORDS, Atom, by

__all__ = ["LayerStep"]

MARGIN = 28.0
_GAP = 46.0
_BETWEEN = 10.0


class LayerStep:
    """Three panels: forward in cream, backward in light blue, the update in light purple."""

    def __init__(self, run: Run, n: int, lang: str) -> None:
        words = WORDS[lang]
        layer = run.layers[n - 1]
        self.title = Stack(
            Line(words["step"].format(n), size=21.0, face="sans", bold=True),
            Line(subtitle(run, words), size=12.0, face="sans", role="muted"),
            gap=2.0, align=0.0,
        )  # fmt: skip
        taken = run.activations[n - 1]
        came = captioned((before(n),), vector(taken))
        gave = captioned((after(run, n),), vector(layer.a))
        arrived = captioned((Atom("∂L/∂"), after(run, n)), vector(layer.d_a))
        old, slopes, new = parameters(layer, n), gradients(layer, n), parameters(layer, n, "′")
        rules = [local_rule(run, n), weight_rule(n)]
        handed: list[Block] = []
        if n > 1:
            rules.append(taken_rule(n))
            handed = [captioned(by("a", n - 1), vector(run.layers[n - 2].d_a))]
        update: list[Block] = [Line(named(run), size=12.0, face="mono", role="muted"), *rule_lines(layer, 15.0)]
        stepped = [remembered(layer, n, words, "′")] if layer.new_state else []
        self.panels = [
            _Panel(words["forward"], "cream", [came, old], [Line(*layer_rule(run, n), size=15.0)], [gave]),
            _Panel(words["backward"], "blue", [Row(came, gave, gap=10.0), old, arrived],
                   [Line(*rule, size=15.0) for rule in rules], [*handed, slopes]),
            _Panel(words["update"], "purple", [remembered(layer, n, words), old, slopes],
                   [*update, *example(layer, n)], [*stepped, new]),
        ]  # fmt: skip
        for part in ("above", "middle", "below"):  # the same rows in all panels
            tallest = max(panel.heights[part] for panel in self.panels)
            for panel in self.panels:
                panel.heights[part] = tallest
        self.width = sum(panel.width for panel in self.panels) + _BETWEEN * 2 * 2 + 2 * MARGIN
        self.top = 20.0 + self.title.height + 14.0
        self.height = self.top + self.panels[0].height + MARGIN

    def paint(self, canvas: Canvas, left: float, top: float) -> None:
        """Write the figure; it has a sheet of its own."""
        self.title.paint(canvas, MARGIN, 20.0)
        x = MARGIN
        for panel in self.panels:
            panel.paint(canvas, x, self.top)
            x += panel.width + 2 * _BETWEEN


class _Panel:
    """Cards that go in, above a box where it happens, above cards that come out."""

    def __init__(self, title: str, role: str, inputs: list[Block], rule: list[Block], outputs: list[Block]) -> None:
        self.title, self.role = Line(title, size=15.0, face="sans", bold=True), role
        self.inputs = Row(*[Card(block, "card", name="in") for block in inputs], gap=_BETWEEN)
        self.outputs = Row(*[Card(block, "card", name="out") for block in outputs], gap=_BETWEEN)
        self.box = Card(Stack(*rule, gap=3.0), "card", name="rule", padding=14.0)
        parts = (self.inputs, self.box, self.outputs)
        self.width = max(self.title.width, *(part.width for part in parts)) + 36.0
        self.heights = dict(zip(("above", "middle", "below"), (part.height for part in parts), strict=True))

    @property
    def height(self) -> float:
        return 40.0 + sum(self.heights.values()) + 2 * _GAP + 20.0

    def paint(self, canvas: Canvas, left: float, top: float) -> None:
        canvas.rectangle(left, top, self.width, self.height, 16.0, fill=self.role, stroke=f"{self.role}-line")
        self.title.paint(canvas, left + 18.0, top + 10.0)
        middle = left + self.width / 2
        rows, y = [], top + 40.0
        for height in self.heights.values():
            rows.append(y + height / 2)
            y += height + _GAP
        spread = min(self.box.width / 2 - 24.0, 60.0)
        for row, level, toward in ((self.inputs, rows[0], 1.0), (self.outputs, rows[2], -1.0)):
            x, count = middle - row.width / 2, len(row.blocks)
            for k, card in enumerate(row.blocks):
                share = 0.0 if count == 1 else 2 * k / (count - 1) - 1
                outer = (x + card.width / 2, level + toward * (card.height / 2 + 3.0))
                inner = (middle + share * spread, rows[1] - toward * (self.box.height / 2 + 3.0))
                _bend(canvas, *((outer, inner) if toward > 0 else (inner, outer)))
                x += card.width + _BETWEEN
        parts: list[Block] = [self.inputs, self.box, self.outputs]
        for part, level in zip(parts, rows, strict=True):
            part.paint(canvas, middle - part.width / 2, level - part.height / 2)


def _bend(canvas: Canvas, start: tuple[float, float], end: tuple[float, float]) -> None:
    """An arrow that leaves and arrives upright."""
    (x0, y0), (x1, y1) = start, end
    half = (y1 - y0) / 2
    canvas.path(
        f"M{x0:.1f},{y0:.1f}C{x0:.1f},{y0 + half:.1f} {x1:.1f},{y1 - half - 8:.1f} {x1:.1f},{y1 - 8:.1f}",
        stroke="muted", line=1.8,
    )  # fmt: skip
    canvas.arrow(end, (end[0], end[1] - 1.0), "muted")
