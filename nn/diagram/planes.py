"""The receptive field as a figure: the image, what each layer makes of it, and what one number at the end sees."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from autograd.drawing import Canvas
from nn.diagram.blocks import Line, Stack
from nn.diagram.words import WORDS

__all__ = ["Planes"]

MARGIN = 28.0
_SIDE = 168.0
"""The longer side of the image."""
_GAP = 60.0
_FINEST = 4.0
"""Smaller cells have no lines between them."""

Interval = tuple[int, int]


class _Box(NamedTuple):
    """A rectangle by its edges."""

    left: float
    top: float
    right: float
    bottom: float

    def moved(self, x: float, y: float) -> _Box:
        return _Box(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def within(self, other: _Box) -> _Box:
        (a, b, c, d), (e, f, g, h) = self, other
        return _Box(max(a, e), max(b, f), min(c, g), min(d, h))

    def paint(self, canvas: Canvas, radius: float, **look: Any) -> None:
        canvas.rectangle(self.left, self.top, self.right - self.left, self.bottom - self.top, radius, **look)


class Planes:
    """A grid per plane, side by side; on each the part that the chosen number depends on, joined to the next.

    Parameters
    ----------
    field : an `nn.receptive.ReceptiveField`.
    sizes : (height, width) of the image and of what each layer makes of it.
    at : the row and column of the number.
    lang : of the words.
    """

    def __init__(self, field: Any, sizes: list[Interval], at: Interval, lang: str) -> None:
        words, parts = WORDS[lang], _parts(field, at)
        self.sizes, self.cell = sizes, _SIDE / max(sizes[0])
        sees = "{} × {}".format(*field.size)
        self.title = Stack(
            Line(words["field"], size=21.0, face="sans", bold=True),
            Line(words["sees"].format(sees), size=12.0, face="sans", role="muted"),
            gap=2.0, align=0.0,
        )  # fmt: skip
        names = [words["image"], *(window.layer.partition("(")[0] for window in field.windows)]
        self.labels = [
            Stack(
                Line(name, size=13.0, face="sans", bold=True),
                Line(f"{height} × {width}", size=12.0, face="mono"),
                Line(_slides(window, words), size=11.0, face="sans", role="muted"),
                gap=0.0,
            )
            for name, (height, width), window in zip(names, sizes, (None, *field.windows), strict=True)
        ]
        self.lines = [
            f"{name} {height} × {width}: rows {down[0]} to {down[1] - 1}, columns {across[0]} to {across[1] - 1}"
            for name, (height, width), (down, across) in zip(names, sizes, parts, strict=True)
        ]
        self._place(parts)

    def _place(self, parts: list[tuple[Interval, Interval]]) -> None:
        """Where planes and parts lie: the planes on one middle line."""
        c = self.cell
        planes, seen = [], []
        for (rows, columns), (down, across) in zip(self.sizes, parts, strict=True):
            plane = _Box(-columns * c / 2, -rows * c / 2, columns * c / 2, rows * c / 2)
            planes.append(plane)
            seen.append(_Box(across[0] * c, down[0] * c, across[1] * c, down[1] * c).moved(plane.left, plane.top))
        middle = 20.0 + self.title.height + 18.0 - min(box.top for box in planes + seen)
        self.below = middle + max(box.bottom for box in planes + seen) + 12.0
        self.planes, self.seen, self.centres, x = [], [], [], MARGIN
        for plane, part, label in zip(planes, seen, self.labels, strict=True):
            centre = x - min(plane.left, part.left, -label.width / 2)
            x = centre + max(plane.right, part.right, label.width / 2) + _GAP
            self.centres.append(centre)
            self.planes.append(plane.moved(centre, middle))
            self.seen.append(part.moved(centre, middle))
        self.width = max(x - _GAP, MARGIN + self.title.width) + MARGIN
        self.height = self.below + self.labels[0].height + 18.0

    def paint(self, canvas: Canvas, left: float, top: float) -> None:
        """Write the figure; it has a sheet of its own."""
        self.title.paint(canvas, MARGIN, 20.0)
        for plane, centre, label in zip(self.planes, self.centres, self.labels, strict=True):
            plane.paint(canvas, 2.0, fill="card", stroke="card-line")
            label.paint(canvas, centre - label.width / 2, self.below)
        for a, b in pairwise(self.seen):
            corners = f"{b.left:.1f},{b.top:.1f}V{b.bottom:.1f}L{a.right:.1f},{a.bottom:.1f}"
            canvas.path(f"M{a.right:.1f},{a.top:.1f}L{corners}Z", fill="positive", opacity=0.08)
        for k, (plane, part, size) in enumerate(zip(self.planes, self.seen, self.sizes, strict=True), 1):
            inside = part.within(plane)
            inside.paint(canvas, 0.0, fill="positive", opacity=0.18 if k < len(self.planes) else 1.0)
            if self.cell >= _FINEST:
                self._rule(canvas, plane, *size)
            part.paint(canvas, 1.0, stroke="positive", line=1.6, dash="" if inside == part else "4 3")

    def _rule(self, canvas: Canvas, plane: _Box, rows: int, columns: int) -> None:
        """The lines between the cells of a plane."""
        left, top, right, bottom = plane
        lines = [f"M{left:.1f},{top + i * self.cell:.1f}H{right:.1f}" for i in range(1, rows)]
        lines += [f"M{left + j * self.cell:.1f},{top:.1f}V{bottom:.1f}" for j in range(1, columns)]
        if lines:
            canvas.path("".join(lines), stroke="card-line", line=0.7)


def _parts(field: Any, at: Interval) -> list[tuple[Interval, Interval]]:
    """The rows and columns that the number depends on, plane by plane from the image on; half open."""
    down, across = ((place, place + 1) for place in at)
    parts = [(down, across)]
    for window in reversed(field.windows):
        down, across = (
            (first * s - p, (last - 1) * s - p + k)
            for (first, last), k, s, p in zip(parts[-1], window.size, window.stride, window.padding, strict=True)
        )
        parts.append((down, across))
    return parts[::-1]


def _slides(window: Any, words: dict[str, str]) -> str:
    """The size of a window, and its stride where that is not 1."""
    if window is None:
        return ""
    size, (down, across) = "{} × {}".format(*window.size), window.stride
    if window.stride == (1, 1):
        return words["window"].format(size)
    return words["strided"].format(size, down if down == across else f"{down} × {across}")
