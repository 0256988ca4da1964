"""Where a field on a grid is 0: the decision boundary, as short lines."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["boundary", "zeros"]

Array = NDArray[Any]


def boundary(chances: Array) -> Array:
    """The lines between the classes, shape ``(lines, 2, 2)``, of chances ``(n, n, classes)``, or those of class 1.

    Points are (across, down), from 0 to 1. A line between two of many classes may come twice.
    """
    if chances.shape[2] == 1:
        return zeros(chances[..., 0] - 0.5)
    last = chances.shape[2] - 1  # whose lines are those of the others
    return np.concatenate([zeros(chances[..., k] - np.delete(chances, k, axis=2).max(axis=2)) for k in range(last)])


def zeros(field: Array) -> Array:
    """Marching squares: a line through each cell of the grid at whose corners the sign changes, two in a saddle.

    >>> zeros(np.array([[-1.0, 1.0], [-1.0, 1.0]])).tolist()
    [[[0.5, 0.0], [0.5, 1.0]]]
    """
    row, column = np.indices((field.shape[0] - 1, field.shape[1] - 1))
    corners = field[:-1, :-1], field[:-1, 1:], field[1:, 1:], field[1:, :-1]  # round a cell, from its top left
    ways = ((0, 0, 1, 0), (1, 0, 1, 1), (0, 1, 1, 1), (0, 0, 0, 1))  # ends of each side: across, down
    crossed, points = [], []
    for (one, other), (x, y, x_end, y_end) in zip(((0, 1), (1, 2), (3, 2), (0, 3)), ways, strict=True):
        start, end = corners[one], corners[other]
        crossed.append((start > 0.0) != (end > 0.0))
        share = start / np.where(crossed[-1], start - end, 1.0)
        points.append(np.stack([column + x + share * (x_end - x), row + y + share * (y_end - y)], axis=-1))
    count = np.sum(crossed, axis=0)
    lines = [
        np.stack([points[one][cells], points[other][cells]], axis=1)
        for one, other in combinations(range(4), 2)
        for cells in [(crossed[one] & crossed[other]) & ((count == 2) | ((count == 4) & (one + other == 3)))]
    ]
    ends: Array = np.concatenate(lines) / (np.array(field.shape)[::-1] - 1)
    return ends
