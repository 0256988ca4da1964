"""The numbers of an array as a small grid of cells, for its card."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.drawing.text import number, shape

__all__ = ["HeatMap", "heat_map"]

MOST_ROWS, MOST_COLUMNS = 8, 12
"""Larger arrays are reduced to so many cells, each the mean of a block."""
MOST_NUMBERS = 4
"""Arrays with at most so many rows and columns have their numbers in the cells."""
LEVELS = 8


@dataclass(frozen=True, slots=True)
class HeatMap:
    """A grid of cells.

    Attributes
    ----------
    levels : per row and cell the tint, from -8 (the largest negative) over 0 to 8; None where it is not finite.
    texts : per row and cell its number, for small arrays; else empty.
    shape : that of the array, as text.
    span : the smallest and the largest number of the array, as text.
    dtype : its type, as text.
    block : the extents of the blocks whose means are shown, such as ``65×16``; empty where cells are elements.
    part : which matrix of an array of more than two axes is shown, such as ``[0, 0]``; else empty.
    """

    levels: tuple[tuple[int | None, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    shape: str
    span: str
    dtype: str
    block: str = ""
    part: str = ""

    @property
    def kind(self) -> str:
        """What stands at the left under the cells."""
        return f"{self.dtype} {self.part}".rstrip()

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.levels)

    @property
    def columns(self) -> int:
        """The number of cells in a row."""
        return len(self.levels[0])


def heat_map(data: Any, precision: int = 4) -> HeatMap | None:
    """The heat map of an array with at least one axis; None for what has no numbers.

    A vector is one row; of more than two axes the first matrix is shown.

    >>> heat_map(np.array([[1.0, -2.0], [0.5, 0.0]])).levels
    ((4, -8), (2, 0))
    >>> large = heat_map(np.ones((64, 10)))
    >>> large.rows, large.columns, large.block
    (8, 10, '8×1')
    """
    data = np.asarray(data)
    if data.ndim == 0 or data.size == 0 or data.dtype.kind not in "fiub":
        return None
    span = _span(data, precision)
    matrix = data[(0,) * (data.ndim - 2)] if data.ndim > 1 else data[None]
    part = f"[{', '.join('0' * (data.ndim - 2))}]" if data.ndim > 2 else ""
    small = max(matrix.shape) <= MOST_NUMBERS
    cells, block = _reduced(matrix)
    return HeatMap(
        levels=_levels(cells),
        texts=tuple(tuple(number(x, min(precision, 2)) for x in row) for row in matrix) if small else (),
        shape=shape(data.shape),
        span=span,
        dtype=str(data.dtype),
        block=block if data.ndim > 1 else block.partition("×")[2],
        part=part,
    )


def _span(data: Any, precision: int) -> str:
    """The smallest and the largest number, and that there are others where not all are finite."""
    odd = []
    if not (np.isfinite(data.min()) and np.isfinite(data.max())):
        odd = [text for text, found in (("nan", np.isnan), ("±inf", np.isinf)) if found(data).any()]
        data = data[np.isfinite(data)]
    texts = [number(x, min(precision, 3)) for x in ((data.min(), data.max()) if data.size else ())]
    return ", ".join([" … ".join(dict.fromkeys(texts)), *odd] if texts else odd)


def _reduced(matrix: Any) -> tuple[Any, str]:
    """A matrix as the means of blocks, as many as there may be cells, and the extents of a block."""
    block = []
    for axis, most in enumerate((MOST_ROWS, MOST_COLUMNS)):
        extent = matrix.shape[axis]
        starts = np.linspace(0, extent, min(extent, most), endpoint=False).astype(int)
        counts = np.expand_dims(np.diff([*starts, extent]), 1 - axis)
        block.append(math.ceil(extent / len(starts)))
        with np.errstate(over="ignore", invalid="ignore"):
            sums = np.add.reduceat(matrix, starts, axis=axis, dtype=np.float64)
            if not np.isfinite(sums).all():  # where it may be the sum alone that is not
                sums, counts = np.add.reduceat(matrix / extent, starts, axis=axis, dtype=np.float64), counts / extent
            matrix = sums / counts
    return matrix, "×".join(map(str, block)) if max(block) > 1 else ""


def _levels(cells: Any) -> tuple[tuple[int | None, ...], ...]:
    """The tints of cells; none but zero has the tint of zero."""
    size = np.abs(cells)
    largest = np.max(size, initial=0.0, where=np.isfinite(cells)) or 1.0
    with np.errstate(invalid="ignore"):
        tints = np.sign(cells) * np.clip(np.ceil(size / largest * LEVELS), 1, LEVELS)
    return tuple(
        tuple(int(tint) if np.isfinite(cell) else None for cell, tint in zip(*rows, strict=True))
        for rows in zip(cells, tints, strict=True)
    )
