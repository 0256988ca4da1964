"""Names beside paths, where they hide neither each other nor a path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.plot.style import Palette

__all__ = ["label_paths"]

Array = NDArray[np.float64]
_GAP = 9.0
"""Pixels between a path and its name."""


def label_paths(axes: Any, paths: Mapping[str, Array], colors: Mapping[str, str], palette: Palette) -> None:
    """Write the name of each path beside it, near its end if there is room; the limits of the axes must be final."""
    from matplotlib.patheffects import withStroke

    axes.get_figure().draw_without_rendering()  # which puts the axes where they will be
    frame = axes.get_window_extent()
    low, high = frame.min - _GAP, frame.max + _GAP
    drawn = {name: _dense(np.clip(axes.transData.transform(path), low, high)) for name, path in paths.items()}
    taken: list[Array] = []
    for name, path in drawn.items():
        text = axes.text(
            *paths[name][-1], name, color=colors[name], fontsize=9.5, fontweight="bold", zorder=7,
            path_effects=[withStroke(linewidth=3.0, foreground=palette["page"])],
        )  # fmt: skip
        text.set_in_layout(False)
        box = text.get_window_extent()
        others = np.concatenate([np.empty((0, 2)), *(other for key, other in drawn.items() if key != name)])
        middle = _place(path, np.array([box.width, box.height]), others, taken, frame)
        taken.append(np.array([middle - 0.5 * box.size, middle + 0.5 * box.size]))
        text.set(position=axes.transData.inverted().transform(middle), ha="center", va="center")


def _dense(path: Array, spacing: float = 6.0) -> Array:
    """Points all along a path in pixels, not only at its steps."""
    lengths = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    places = np.linspace(0.0, along[-1], min(int(along[-1] / spacing) + 2, 2000))
    return np.stack([np.interp(places, along, column) for column in path.T], axis=1)


def _place(path: Array, size: Array, others: Array, taken: list[Array], frame: Any) -> Any:
    """Where to centre a name: of places beside the path, rather near its end, the one where it hides least."""
    everything = np.concatenate([path, others])
    directions = [np.array([np.cos(angle), np.sin(angle)]) for angle in np.arange(8) * np.pi / 4.0]

    def cost(share: float, middle: Array) -> float:
        low, high = middle - 0.5 * size, middle + 0.5 * size
        outside = np.any(low < frame.min + 3.0) or np.any(high > frame.max - 3.0)
        overlaps = sum(bool(np.all(low < box[1] + 4.0) and np.all(high > box[0] - 4.0)) for box in taken)
        hidden = np.sum(np.all((everything > low - 3.0) & (everything < high + 3.0), axis=1))
        crowding = 40.0 / (1.0 + np.hypot(*(others - middle).T).min(initial=1e9) / 10.0)
        return float(1000.0 * (outside + overlaps) + hidden + crowding + 12.0 * (1.0 - share))

    places = [
        (share, path[round(share * (len(path) - 1))] + way * (_GAP + 0.5 * np.abs(way) @ size))
        for share in np.linspace(1.0, 0.1, 13)
        for way in directions
    ]
    return min(places, key=lambda place: cost(*place))[1]
