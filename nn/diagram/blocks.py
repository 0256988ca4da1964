"""Blocks of text and numbers that know their size: lines of formula, matrices, and rows, stacks and cards of them."""

from __future__ import annotations

from html import escape
from typing import Any, Protocol

import numpy as np

from autograd.drawing import Canvas
from autograd.drawing.text import width
from autograd.drawing.theme import FONTS
from nn.diagram.words import Atom, numeral

__all__ = ["Block", "Card", "Grid", "Line", "Row", "Stack"]

SCRIPT = 0.6
"""Size of what stands above and below: in mono, of which all fonts are as wide, so that both start at one place."""
_ADVANCE = 0.602
_DIGITS = 10.5
_ROW = 15.0


class Block(Protocol):
    """Something that has a size and paints itself."""

    width: float
    height: float

    def paint(self, canvas: Canvas, left: float, top: float) -> None:
        """Write the block with its top left corner there."""


class Line:
    """One line of formula or plain text.

    Parameters
    ----------
    formula : atoms and text.
    size : of the font; `face` is that of the plain text between the atoms.
    role : of the colour.
    bold : whether the text is.
    """

    def __init__(
        self, *formula: Atom | str, size: float = 15.0, face: str = "serif", role: str = "ink", bold: bool = False
    ) -> None:
        self.formula, self.size, self.face, self.role, self.bold = formula, size, face, role, bold
        self.width = sum(self._advance(part) for part in formula)
        self.height = size * 1.5

    def _advance(self, part: Atom | str) -> float:
        if isinstance(part, str):
            return width(part, self.size, self.face)
        scripts = max(len(part.above), len(part.below)) * _ADVANCE * SCRIPT * self.size
        return width(part.base, self.size, part.face) + scripts

    def paint(self, canvas: Canvas, left: float, top: float) -> None:  # noqa: D102  # see Block
        self.write(canvas, left, top + 1.05 * self.size)

    def write(self, canvas: Canvas, x: float, y: float, anchor: str = "start") -> None:
        """Write the line on a base line: `x` is its start, middle or end."""
        content, dx, dy = "", 0.0, 0.0  # what moves the next part back to the base line, behind both scripts
        for part in self.formula:
            markup, dx, dy = self._markup(part, dx, dy)
            content += markup
        extra = f' text-anchor="{anchor}"' if anchor != "start" else ""
        canvas.text(x, y, content, self.size, self.face, self.role, extra + ' font-weight="600"' * self.bold)

    def _markup(self, part: Atom | str, dx: float, dy: float) -> tuple[str, float, float]:
        if isinstance(part, str):  # SVG drops plain spaces at the ends
            return _span(part.replace(" ", "\u00a0"), dx=dx, dy=dy), 0.0, 0.0
        content = _span(
            part.base,
            _family(part.face) * (part.face != self.face) + ' font-style="italic"' * part.italic,
            dx, dy,
        )  # fmt: skip
        small, up, down = round(self.size * SCRIPT, 2), 0.46 * self.size, 0.26 * self.size
        look = f' font-size="{small:g}"{_family("mono")}'
        above, below = len(part.above) * _ADVANCE * small, len(part.below) * _ADVANCE * small
        if part.above:
            content += _span(part.above, look, 0.0, -up)
        if part.below:
            content += _span(part.below, look, -above, up * bool(part.above) + down)
        return content, max(0.0, above - below) if part.below else 0.0, -down if part.below else up * bool(part.above)


class Grid:
    """A matrix in brackets, or a vector as a column; a large one shows its corners around dots."""

    def __init__(self, numbers: Any, most: int = 4, role: str = "ink", precision: int = 2) -> None:
        numbers = np.asarray(numbers)
        table = numbers[:, None] if numbers.ndim == 1 else np.atleast_2d(numbers)
        rows, columns = _around(table.shape[0], most), _around(table.shape[1], most)
        whole = [all(float(table[i, j]).is_integer() for i in rows if i >= 0) for j in columns]
        self.cells = [
            [_cell(table, i, j, precision, units) for j, units in zip(columns, whole, strict=True)] for i in rows
        ]
        self.role = role
        self.widths = [max(width(row[j], _DIGITS, "mono") for row in self.cells) for j in range(len(columns))]
        self.width = sum(self.widths) + 8.0 * (len(columns) - 1) + 14.0
        self.height = _ROW * len(rows) + 4.0

    def paint(self, canvas: Canvas, left: float, top: float) -> None:  # noqa: D102  # see Block
        right, bottom = left + self.width, top + self.height
        for edge, inward in ((left + 0.8, 4.0), (right - 0.8, -4.0)):
            canvas.path(
                f"M{edge + inward:.1f},{top:.1f}H{edge:.1f}V{bottom:.1f}H{edge + inward:.1f}", stroke="muted", line=1.1
            )
        for i, row in enumerate(self.cells):
            x = left + 7.0
            for text, wide in zip(row, self.widths, strict=True):
                x += wide
                dots = text in "…⋮⋱"
                where, anchor = (x - wide / 2, "middle") if dots else (x, "end")
                base = top + 2.0 + _ROW * i + 11.0
                canvas.text(where, base, text, _DIGITS, "mono", self.role, f' text-anchor="{anchor}"')
                x += 8.0


class Row:
    """Blocks beside each other, on one middle line; `align` is 0 for the top, 1 for the bottom."""

    def __init__(self, *blocks: Block, gap: float = 7.0, align: float = 0.5) -> None:
        self.blocks, self.gap, self.align = blocks, gap, align
        self.width = sum(b.width for b in blocks) + gap * (len(blocks) - 1)
        self.height = max(b.height for b in blocks)

    def paint(self, canvas: Canvas, left: float, top: float) -> None:  # noqa: D102  # see Block
        for block in self.blocks:
            block.paint(canvas, left, top + (self.height - block.height) * self.align)
            left += block.width + self.gap


class Stack:
    """Blocks below each other; `align` is 0 for the left, 1 for the right."""

    def __init__(self, *blocks: Block, gap: float = 5.0, align: float = 0.5) -> None:
        self.blocks, self.gap, self.align = blocks, gap, align
        self.width = max(b.width for b in blocks)
        self.height = sum(b.height for b in blocks) + gap * (len(blocks) - 1)

    def paint(self, canvas: Canvas, left: float, top: float) -> None:  # noqa: D102  # see Block
        for block in self.blocks:
            block.paint(canvas, left + (self.width - block.width) * self.align, top)
            top += block.height + self.gap


class Card:
    """A block in a frame with round corners, in the colours of a role and its line."""

    def __init__(
        self, inside: Block, role: str, *, name: str = "card", least: float = 0.0, low: float = 0.0,
        padding: float = 11.0,
    ) -> None:  # fmt: skip
        self.inside, self.role, self.name = inside, role, name
        self.width = max(least, inside.width + 2 * padding)
        self.height = max(low, inside.height + 1.6 * padding)

    def paint(self, canvas: Canvas, left: float, top: float) -> None:  # noqa: D102  # see Block
        with canvas.group(self.name):
            canvas.rectangle(left, top, self.width, self.height, 11.0, fill=self.role, stroke=f"{self.role}-line")
            x, y = left + (self.width - self.inside.width) / 2, top + (self.height - self.inside.height) / 2
            self.inside.paint(canvas, x, y)


def _span(text: str, look: str = "", dx: float = 0.0, dy: float = 0.0) -> str:
    """A part of a line, moved."""
    look += f' dx="{dx:.2f}"' * (dx != 0.0) + f' dy="{dy:.2f}"' * (dy != 0.0)
    return f"<tspan{look}>{escape(text)}</tspan>" if look else escape(text)


def _family(face: str) -> str:
    return f' font-family="{FONTS[face]}"'


def _around(n: int, most: int) -> list[int]:
    """Which of n rows a matrix shows; -1 stands for those left out."""
    return list(range(n)) if n <= most else [*range(most - 2), -1, n - 1]


def _cell(table: Any, i: int, j: int, precision: int, whole: bool) -> str:
    if i < 0 or j < 0:
        return "⋱" if i == j else "⋮" if i < 0 else "…"
    return numeral(table[i, j], precision, whole)
