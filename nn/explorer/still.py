"""`Still`: a picture of an `Explorer` as it is now, painted as its widget is, for paper and pages."""

from __future__ import annotations

import base64
import struct
import zlib
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd.drawing import Canvas, Picture
from autograd.drawing.text import number
from autograd.drawing.theme import ThemeName

if TYPE_CHECKING:
    from nn.explorer.trial import Trial

__all__ = ["MOST_UNITS", "Still", "class_roles", "tints"]

Array = NDArray[Any]

MOST_UNITS = 8
"""Units that are shown of a column."""
_WIDTH, _HEIGHT = 900.0, 420.0
_NETWORK = 50.0, 56.0, 468.0, 226.0
_LOSSES = 78.0, 324.0, 440.0, 66.0
_PLANE = 546.0, 64.0, 326.0, 326.0


def class_roles(count: int) -> list[str]:
    """The colour of each class: orange and blue as signs are, or as many as there are."""
    if count == 2:
        return ["negative", "positive"]
    roles = "positive", "negative", "sum", "function", "product", "leaf", "root"
    return [roles[k % len(roles)] for k in range(count)]


def tints(chances: Array) -> tuple[Array, Array]:
    """The class that is most likely at each place, and how sure that is from 0 to 1."""
    if chances.shape[-1] == 1:
        return (chances[..., 0] > 0.5).astype(np.int64), np.abs(2.0 * chances[..., 0] - 1.0)
    even = 1.0 / chances.shape[-1]
    return chances.argmax(axis=-1), (chances.max(axis=-1) - even) / (1.0 - even)


class Still(Picture):
    """The network, the plane and the losses of a trial; a snapshot, as every figure."""

    def __init__(self, trial: Trial) -> None:
        self.now, self.data, self.parts = trial.snapshot(), trial.data, (trial.train, trial.test)
        self.low, self.high, self.history = trial.low, trial.high, dict(trial.history)

    @property
    def size(self) -> tuple[float, float]:  # noqa: D102  # see Picture
        return _WIDTH, _HEIGHT

    def paint(self, theme: ThemeName) -> str:  # noqa: D102  # see Picture
        canvas = Canvas(theme)
        head = f"epoch {self.now['epoch']:,} · step {self.now['step']:,}"
        canvas.text(28.0, 36.0, head, 17.0, "sans", extra=' font-weight="600"')
        self._network(canvas)
        self._losses(canvas)
        self._plane(canvas)
        return canvas.document(*self.size, str(self).partition("\n")[0], str(self))

    def _network(self, canvas: Canvas) -> None:
        left, top, width, height = _NETWORK
        units = [one[:MOST_UNITS] for one in self.now["units"]]
        side = min(40.0, height / max(map(len, units)) - 5.0)
        gap = (width - side) / (len(units) - 1)
        places = [
            [(left + k * gap, top + (i + 0.5) * height / len(one) - side / 2) for i in range(len(one))]
            for k, one in enumerate(units)
        ]
        largest = max([float(np.abs(w).max()) for w in self.now["weights"]], default=1.0) or 1.0
        for k, weight in enumerate(self.now["weights"]):
            for i, (x_end, y_end) in enumerate(places[k + 1]):
                for j, (x, y) in enumerate(places[k]):
                    start, end, middle = x + side, x_end, (x + side + x_end) / 2
                    share = abs(weight[i, j]) / largest
                    curve = f"M{start:.1f},{y + side / 2:.1f}C{middle:.1f},{y + side / 2:.1f} {middle:.1f},"
                    canvas.path(
                        f"{curve}{y_end + side / 2:.1f} {end:.1f},{y_end + side / 2:.1f}",
                        stroke="positive" if weight[i, j] > 0.0 else "negative",
                        line=0.6 + 4.0 * share,
                        opacity=0.35 + 0.6 * share,
                    )
        for one, column, every in zip(units, places, self.now["units"], strict=True):
            for says, (x, y) in zip(one, column, strict=True):
                canvas.rectangle(x, y, side, side, 2.0, fill="page")
                share = says / (np.abs(says).max() or 1.0)
                _image(canvas, x, y, side, (share > 0.0).astype(int), np.abs(share), ["negative", "positive"])
                canvas.rectangle(x, y, side, side, 2.0, stroke="wire", line=1.6)
            if one is units[0]:
                for i, (x, y) in enumerate(column):
                    canvas.text(x - 5.0, y + side / 2 + 5.0, f"x{'₁₂'[i]}", 15.0, "serif", "ink", _END + _TILTED)
            if len(every) > len(one):
                x, y = column[-1]
                canvas.text(x + side / 2, y + side + 16.0, f"+ {len(every) - len(one)}", 11.0, "sans", "muted", _MIDDLE)

    def _losses(self, canvas: Canvas) -> None:
        left, top, width, height = _LOSSES
        curves = [self.history.get(name, []) for name in ("loss", "val_loss")]
        high = max([x for curve in curves for x in curve if np.isfinite(x)], default=1.0) or 1.0
        for share in (0.0, 1.0):
            y = top + height * (1.0 - share)
            canvas.path(f"M{left:.1f},{y:.1f}h{width:.1f}", stroke="line", line=1.0)
            canvas.text(left - 8.0, y + 4.0, number(share * high, 3), 11.0, "mono", "muted", _END)
        x = left
        for name, curve, role, dash in zip(("train", "test"), curves, ("ink", "function"), ("", "5 3"), strict=True):
            if len(curve) > 1:
                across = np.linspace(left, left + width, len(curve))
                steps = range(0, len(curve), max(1, len(curve) // 300))
                points = "L".join(f"{across[i]:.1f},{top + height * (1.0 - curve[i] / high):.1f}" for i in steps)
                canvas.path(f"M{points}", stroke=role, line=1.8, dash=dash)
            found = self.now[name]
            if found:
                canvas.path(f"M{x:.1f},{top - 17.0:.1f}h18", stroke=role, line=2.2, dash=dash)
                told = f"{name} loss {number(found['loss'], 3)}, {100.0 * found['accuracy']:.1f} % right"
                canvas.text(x + 24.0, top - 13.0, told, 11.5, "sans")
                x += 226.0

    def _plane(self, canvas: Canvas) -> None:
        left, top, width, height = _PLANE
        roles = class_roles(len(self.data.classes))
        canvas.rectangle(left, top, width, height, 2.0, fill="page")
        _image(canvas, left, top, width, *tints(self.now["plane"]), roles, deepest=0.55)
        lines = self.now["boundary"] * [width, height] + [left, top]
        path = "".join(f"M{a:.1f},{b:.1f}L{c:.1f},{d:.1f}" for (a, b), (c, d) in lines)
        if path:
            canvas.path(path, stroke="ink", line=1.4, opacity=0.75)
        for part, outline in zip(self.parts, ("page", "ink"), strict=True):
            if part is None:
                continue
            places = (part[0] - self.low) / (self.high - self.low) * [width, -height] + [left, top + height]
            for (x, y), k in zip(places, part[1].ravel().astype(int), strict=True):
                canvas.circle(x, y, 3.6, fill=roles[k], stroke=outline, line=0.9)
        canvas.rectangle(left, top, width, height, 2.0, stroke="wire", line=1.6)
        x = left
        for name, role in zip(self.data.classes, roles, strict=True):
            canvas.circle(x + 5.0, top - 16.0, 5.0, fill=role)
            canvas.text(x + 15.0, top - 12.0, escape(name[:14]), 12.0, "sans")
            x += 26.0 + 7.4 * len(name[:14])

    def __str__(self) -> str:
        counts = [f"{self.now[what]:,} {what}{'s' * (self.now[what] != 1)}" for what in ("step", "epoch")]
        lines = [f"an Explorer after {', '.join(counts)}"]
        for name in ("train", "test"):
            if self.now[name]:
                lines.append(f"{name}: loss {self.now[name]['loss']:.4g}, accuracy {self.now[name]['accuracy']:.4g}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"<Still: {str(self).partition(chr(10))[0]}>"


_MIDDLE, _END, _TILTED = ' text-anchor="middle"', ' text-anchor="end"', ' font-style="italic"'


def _image(
    canvas: Canvas, left: float, top: float, side: float, kind: Array, share: Array, roles: list[str],
    deepest: float = 0.9,
) -> None:  # fmt: skip
    """A square picture of which colour is how strong; the page shines through."""
    colors = np.array([[int(canvas.palette[role][i : i + 2], 16) for i in (1, 3, 5)] for role in roles], np.uint8)
    pixels = np.dstack([colors[kind], (255.0 * deepest * share.clip(0.0, 1.0)).astype(np.uint8)])
    place = f'x="{left:.1f}" y="{top:.1f}" width="{side:.1f}" height="{side:.1f}"'
    canvas.elements.append(f'<image {place} preserveAspectRatio="none" href="data:image/png;base64,{_png(pixels)}"/>')


def _png(pixels: Array) -> str:
    """An array ``(height, width, 4)`` of bytes as a PNG in base64."""
    height, width, _ = pixels.shape
    rows = np.hstack([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)])  # each starts with its filter: none

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    parts = (
        chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(rows.tobytes(), 9)),
        chunk(b"IEND", b""),
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(parts)).decode("ascii")
