"""How large a card is and where its parts go, in points. Layout and painter both ask here, so that they agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autograd.drawing.heatmap import HeatMap
from autograd.drawing.scene import Area, Card
from autograd.drawing.text import Name, face_for, split_name, width

__all__ = ["Frame", "area_title", "caption_height", "frame", "pill_width"]

NAME, SUBSCRIPT, VALUE, NOTE, GRADIENT, LABEL, PILL = 17.0, 12.0, 15.0, 11.0, 12.0, 10.5, 10.5
"""Font sizes."""
TALL, SHORT, SMALL = 62.0, 40.0, 30.0
"""Heights of a card with a gradient strip, without, and of a bare constant."""
BELOW_CELLS = 19.0
"""Height of the line under a heat map, with the space around it."""
TITLE, HOLDS, SECOND = 14.0, 10.5, 16.0
"""Font sizes of the two lines of a folded part, and how much higher the second makes its card."""
STACK = 4.0
"""How far the second card behind that of a folded part shows, above and at the right."""
AREA = 11.0
"""Font size of the title of a box around cards."""
PILL_HEIGHT = 18.0
CELL, SPAN = 10.5, 9.5
"""Font sizes in a heat map and under it."""
CAPTION, LINE = 13.0, 21.0
"""Font size and line height of the text under a figure."""
_EDGE = 5.0
_PADDING = 10.0
_GAP = 14.0
_STEP = 16.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The measures of one card; `left` and `right` bound its text, `chip` is the width of its operation's chip."""

    width: float
    height: float
    name: Name
    value_size: float
    chip: float
    chip_size: float
    left: float
    right: float
    cell: tuple[float, float] = (0.0, 0.0)
    """Width and height of a cell of the heat map, with the gap to the next."""


def name_width(name: Name) -> float:
    """The width of a name with its subscripts and superscripts."""
    small = sum(width(part.superscript + part.subscript, SUBSCRIPT, "serif") for part in name)
    return small + sum(width(part.base, NAME, "serif") for part in name)


def area_title(area: Area) -> str:
    """What stands in the corner of a box around cards."""
    return f"{area.title}   {area.kind}".rstrip()


def caption_height(lines: Sequence[str]) -> float:
    """The height of the text under a figure, with some space around it; 0 without any."""
    return len(lines) * LINE + 12.0 if lines else 0.0


def pill_width(label: str) -> float:
    """The width of the pill around `label`; 0 where an edge has none."""
    return width(label, PILL, face_for(label, "mono")) + 13.0 if label else 0.0


def frame(card: Card) -> Frame:
    """Measure a card."""
    name = split_name(card.name)
    cells, cell = card.cells, _cell(card.cells)
    bare = card.kind in ("constant", "more") and not (card.name or card.symbol or cells)
    height = SMALL if bare else TALL if card.gradient else SHORT
    value, note = (cells.shape, "") if cells else (card.value, "" if card.title else card.note)
    value_size = 12.0 if bare else VALUE
    chip_size = 18.0 if len(card.symbol) == 1 else 12.0
    chip = max(28.0, width(card.symbol, chip_size, "sans") + 12.0) if card.symbol else 0.0
    left = _EDGE + chip + 6.0 if chip else _PADDING
    parts = [
        width(card.title, TITLE, "sans"),
        name_width(name),
        width(note, NOTE, "mono"),
        width(value, value_size, "mono"),
    ]
    rows = [sum(parts) + _GAP * (sum(part > 0 for part in parts) - 1), 16.0 if bare else 72.0 if chip else 90.0]
    if card.gradient:
        label, text = card.gradient.label, card.gradient.text
        rows.append(width(label, LABEL, "sans") + 12.0 + width(text, GRADIENT, "mono") + 8.0)
    if cells:
        height += cells.rows * cell[1] + (BELOW_CELLS if card.gradient else BELOW_CELLS - 4.0)
        rows += [cells.columns * cell[0], width(f"{cells.kind}  {cells.span}", SPAN, "mono")]
    if card.title:
        height += SECOND
        rows.append(width(card.holds, HOLDS, "sans") * 0.95)
    right = left + max(rows)
    if not bare:  # whole steps, so that most cards of a column are equally wide
        right = math.ceil((right + _PADDING) / _STEP) * _STEP - _PADDING
    if cells:  # stretched over the card, as far as cells stay cells
        cell = min((right - left + 1.0) / cells.columns, 6.0 * max(cell)), cell[1]
    return Frame(right + _PADDING, height, name, value_size, chip, chip_size, left, right, cell)


def _cell(cells: HeatMap | None) -> tuple[float, float]:
    """The least width of a cell, and its height: with room for a number where there is one."""
    if cells is None:
        return 0.0, 0.0
    if cells.texts:
        return max(width(text, CELL, "mono") for row in cells.texts for text in row) + 9.0, 17.0
    side = max(8.0, min(13.0, 64.0 / cells.rows))
    return 8.0, side
