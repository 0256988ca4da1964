"""How large a card is and where its parts go, in points. Layout and painter both ask here, so that they agree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from autograd.drawing.scene import Card
from autograd.drawing.text import Name, split_name, width

__all__ = ["Frame", "caption_height", "frame", "pill_width"]

NAME, SUBSCRIPT, VALUE, NOTE, GRADIENT, LABEL, PILL = 17.0, 12.0, 15.0, 11.0, 12.0, 10.5, 10.5
"""Font sizes."""
TALL, SHORT, SMALL = 62.0, 40.0, 30.0
"""Heights of a card with a gradient strip, without, and of a bare constant."""
PILL_HEIGHT = 18.0
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


def name_width(name: Name) -> float:
    """The width of a name with its subscripts."""
    return sum(width(part.base, NAME, "serif") + width(part.subscript, SUBSCRIPT, "serif") for part in name)


def caption_height(lines: Sequence[str]) -> float:
    """The height of the text under a figure, with some space around it; 0 without any."""
    return len(lines) * LINE + 12.0 if lines else 0.0


def pill_width(label: str) -> float:
    """The width of the pill around `label`; 0 where an edge has none."""
    return width(label, PILL, "mono") + 13.0 if label else 0.0


def frame(card: Card) -> Frame:
    """Measure a card."""
    name = split_name(card.name)
    bare = card.kind in ("constant", "more") and not card.name and not card.symbol
    height = SMALL if bare else TALL if card.gradient else SHORT
    value_size = 12.0 if bare else VALUE if not card.value.startswith("[") else 13.0
    chip_size = 18.0 if len(card.symbol) == 1 else 12.0
    chip = max(28.0, width(card.symbol, chip_size, "sans") + 12.0) if card.symbol else 0.0
    left = _EDGE + chip + 6.0 if chip else _PADDING
    parts = [name_width(name), width(card.note, NOTE, "mono"), width(card.value, value_size, "mono")]
    row = sum(parts) + _GAP * (sum(part > 0 for part in parts) - 1)
    strip = 0.0
    if card.gradient:
        strip = width(card.gradient.label, LABEL, "sans") + 12.0 + width(card.gradient.text, GRADIENT, "mono") + 8.0
    right = left + max(row, strip, 16.0 if bare else 72.0 if chip else 90.0)
    if not bare:  # whole steps, so that most cards of a column are equally wide
        right = math.ceil((right + _PADDING) / _STEP) * _STEP - _PADDING
    return Frame(right + _PADDING, height, name, value_size, chip, chip_size, left, right)
