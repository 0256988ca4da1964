"""Figure 3: one step of training as numbers that flow: to the loss, back from it, and down to the optimizer."""

from __future__ import annotations

from autograd.drawing import Canvas
from nn.diagram import formulas
from nn.diagram.blocks import Block, Card, Line, Stack
from nn.diagram.cost import loss_card
from nn.diagram.formulas import after, before, captioned, vector
from nn.diagram.run import Run
from nn.diagram.update import gradients, parameters, rule_lines, settings, subtitle, update_rows
from nn.diagram.words import WORDS, Atom, symbol

__all__ = ["Flow", "flow_lines"]

MARGIN = 28.0
MOST_LAYERS = 4
_LANE = 62.0
_SMALL = 3


class Flow:
    """A column per layer: weights, FWD, BWD, gradients, new weights; the loss at the right."""

    def __init__(self, run: Run, lang: str) -> None:
        self.run, self.words = run, WORDS[lang]
        last = len(run.layers)
        self.shown = list(range(1, last + 1)) if last <= MOST_LAYERS else [1, 2, last]
        tint = formulas.tints(last)
        self.title = Stack(
            Line(self.words["flow"], size=21.0, face="sans", bold=True),
            Line(subtitle(run, self.words), size=12.0, face="sans", role="muted"),
            gap=2.0, align=0.0,
        )  # fmt: skip
        layers = {n: run.layers[n - 1] for n in self.shown}
        self.weights = {n: Card(parameters(layer, n), tint[n], name="weights") for n, layer in layers.items()}
        self.forward = {n: Card(self._forward(n), "blue", name="fwd", least=150.0) for n in self.shown}
        self.backward = {n: Card(self._backward(n), "orange", name="bwd", least=150.0) for n in self.shown}
        self.gradients = {n: Card(gradients(layer, n), "orange", name="gradients") for n, layer in layers.items()}
        self.updates = {n: Card(Stack(*update_rows(layer, n, self.words), gap=9.0), "card", name="update")
                        for n, layer in layers.items()}  # fmt: skip
        self.outputs = {n: captioned((after(run, n),), vector(layer.a), _SMALL) for n, layer in layers.items()}
        self.inputs = captioned((Atom("x"),), vector(run.x), _SMALL)
        self.returns = {n: captioned((Atom("∂L/∂"), after(run, n)), vector(layer.d_a), _SMALL)
                        for n, layer in layers.items()}  # fmt: skip
        self.loss_parts = loss_card(run, self.words, _SMALL)
        self.optimizer = Stack(
            Line(self.words["optimizer"], size=14.0, face="sans", bold=True),
            *[Line(text, size=12.0, face="mono") for text in settings(run)],
            *rule_lines(max(run.layers, key=lambda layer: len(layer.rules)), 14.0),
            gap=1.0, align=0.0,
        )  # fmt: skip
        self.rows = [self.weights, self.forward, self.backward, self.gradients, self.updates]
        self._arrange()

    def _forward(self, n: int) -> Block:
        return Stack(
            _heading(self.words["ahead"].format(n)), Line(*formulas.layer_rule(self.run, n), size=14.0), gap=1.0
        )

    def _backward(self, n: int) -> Block:
        return Stack(
            _heading(self.words["back"].format(n)), Line(*formulas.local_rule(self.run, n), size=14.0), gap=1.0
        )

    def _arrange(self) -> None:
        wide = {n: max(row[n].width for row in self.rows) for n in self.shown}
        lanes = {n: max(_LANE, self.outputs[n].width + 46.0, self.returns[n].width + 46.0) for n in self.shown}
        start = max(_LANE, self.inputs.width + 46.0)
        x = MARGIN + 14.0 + start
        self.middles: dict[int, float] = {}
        self.gap_after: dict[int, bool] = {}
        for k, n in enumerate(self.shown):
            self.middles[n] = x + wide[n] / 2
            x += wide[n] + lanes[n]
            jump = self.shown[k + 1] - n > 1 if k + 1 < len(self.shown) else False
            self.gap_after[n] = jump
            x += 34.0 if jump else 0.0
        self.loss_left = x
        last = self.shown[-1]
        x = max(x + self.loss_parts.width + 22.0, self.middles[last] + wide[last] / 2 + 34.0 + self.optimizer.width)
        heights = [max(card.height for card in row.values()) for row in self.rows]
        top = 20.0 + self.title.height + 18.0
        self.tops = []
        for height, gap in zip(heights, (30.0, 64.0, 34.0, 50.0, 0.0), strict=True):
            self.tops.append(top)
            top += height + gap
        self.heights = heights
        # The loss stands beside both rows: the prediction comes in above, the gradient goes out below.
        self.loss = Card(self.loss_parts, "grey", name="loss", low=self._level(2) - self._level(1) + 64.0)
        self.panel = (self.tops[4] - 16.0, top + 16.0)
        self.width = max(x, MARGIN + self.title.width) + MARGIN
        self.height = self.panel[1] + 22.0

    # --- painting ---

    def paint(self, canvas: Canvas, left: float, top: float) -> None:
        """Write the figure; it has a sheet of its own."""
        self.title.paint(canvas, MARGIN, 20.0)
        upper, lower = self.panel
        wide = self.width - 2 * MARGIN
        canvas.rectangle(MARGIN, upper, wide, lower - upper, 16.0, fill="purple", stroke="purple-line")
        self._center(canvas, self.optimizer, self.width - MARGIN - 18.0 - self.optimizer.width / 2, (upper + lower) / 2)
        for n in self.shown:
            for k, row in enumerate(self.rows):
                self._center(canvas, row[n], self.middles[n], self._level(k))
            for k, role in enumerate(("muted", "positive", "negative", "negative")):
                self._down(canvas, n, k, role)
        self._across(canvas)

    def _level(self, k: int) -> float:
        return self.tops[k] + self.heights[k] / 2

    @staticmethod
    def _center(canvas: Canvas, block: Block, x: float, y: float) -> None:
        block.paint(canvas, x - block.width / 2, y - block.height / 2)

    def _down(self, canvas: Canvas, n: int, k: int, role: str) -> None:
        """The arrow from one row to the next."""
        x = self.middles[n]
        y0 = self._level(k) + self.rows[k][n].height / 2 + 3.0
        y1 = self._level(k + 1) - self.rows[k + 1][n].height / 2 - 3.0
        _arrow(canvas, (x, y0), (x, y1), role)
        if k == 1:
            Line(symbol("z", n), ", ", before(n), size=13.0, role="muted").paint(canvas, x + 9.0, (y0 + y1) / 2 - 12.0)

    def _across(self, canvas: Canvas) -> None:
        """The two rows of arrows between the columns, with what they carry; and the loss."""
        forward, backward = self._level(1), self._level(2)
        first = self.shown[0]
        left = self.middles[first] - self.forward[first].width / 2
        self._carry(canvas, self.inputs, MARGIN, left, forward, "positive")
        for n, following in zip(self.shown, [*self.shown[1:], None], strict=True):
            ahead = self.middles[n] + self.forward[n].width / 2
            behind = self.middles[n] + self.backward[n].width / 2
            if following is not None:
                until = self.middles[following] - self.forward[following].width / 2
                back = self.middles[following] - self.backward[following].width / 2
                self._carry(canvas, self.outputs[n], ahead, until, forward, "positive")
                self._carry(canvas, self.returns[n], back, behind, backward, "negative")
                if self.gap_after[n]:
                    canvas.text(until - 24.0, (forward + backward) / 2 + 6.0, "⋯", 26.0, "sans", "muted")
            else:
                self._carry(canvas, self.outputs[n], ahead, self.loss_left, forward, "positive")
                self._carry(canvas, self.returns[n], self.loss_left, behind, backward, "negative")
        self.loss.paint(canvas, self.loss_left, (forward + backward) / 2 - self.loss.height / 2)

    def _carry(self, canvas: Canvas, block: Block, start: float, end: float, y: float, role: str) -> None:
        toward = 3.0 if end > start else -3.0
        _arrow(canvas, (start + toward, y), (end - toward, y), role)
        shift = -4.0 if end > start else 4.0
        self._center(canvas, _Plate(block), (start + end) / 2 + shift, y)


class _Plate:
    def __init__(self, inside: Block) -> None:
        self.inside, self.width, self.height = inside, inside.width + 6.0, inside.height + 2.0

    def paint(self, canvas: Canvas, left: float, top: float) -> None:
        canvas.rectangle(left, top, self.width, self.height, 5.0, fill="page")
        self.inside.paint(canvas, left + 3.0, top + 1.0)


def flow_lines(run: Run) -> list[str]:
    """The numbers of a step as text."""
    told = [*formulas.lines(run, backward=False), *formulas.lines(run, backward=True), run.optimizer]
    for n, layer in enumerate(run.layers, 1):
        told.append(f"W[{n}] = {formulas.listed(layer.weight)} -> {formulas.listed(layer.new_weight)}")
        if layer.bias is not None:
            told.append(f"b[{n}] = {formulas.listed(layer.bias)} -> {formulas.listed(layer.new_bias)}")
        for name, states in layer.new_state.items():
            before = layer.state.get(name)
            for k, (of, state) in enumerate(zip("Wb", states, strict=False)):
                old = formulas.listed(before[k]) if before else "none"
                told.append(f"{name} of {of}[{n}] = {old} -> {formulas.listed(state)}")
    return told


def _heading(text: str) -> Line:
    return Line(text, size=15.0, face="sans", bold=True)


def _arrow(canvas: Canvas, start: tuple[float, float], end: tuple[float, float], role: str) -> None:
    dx, dy = end[0] - start[0], end[1] - start[1]
    size = (dx * dx + dy * dy) ** 0.5
    stop = (end[0] - 7.0 * dx / size, end[1] - 7.0 * dy / size)
    canvas.path(f"M{start[0]:.1f},{start[1]:.1f}L{stop[0]:.1f},{stop[1]:.1f}", stroke=role, line=2.0)
    canvas.arrow(end, start, role)
