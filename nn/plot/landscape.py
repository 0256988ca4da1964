"""A loss surface from above or as a relief, with the paths of optimizers on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.plot.labels import label_paths
from nn.plot.style import Palette, beside, cycle, drawing, ramp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nn.surface import LossSurface, Paths

__all__ = ["surface"]

Array = NDArray[np.float64]
_BANDS = 20
_DOTTED = 80
"""Paths of up to so many points show each."""
_FEW = 8
"""Up to so many paths are labelled directly."""


def surface(
    losses: LossSurface,
    paths: Paths | None = None,
    title: str = "",
    *,
    levels: Sequence[float] | None = None,
    relief: bool = False,
    dark: bool = False,
) -> Figure:
    """The contours of a loss, and the paths of optimizers: each from a ring to a dot, fainter where it is long ago.

    Parameters
    ----------
    losses : of `nn.loss_surface`.
    paths : of `nn.ParameterPath` or `nn.descend`: one, or several by name. Of more than two parameters their projection
        on the plane is shown.
    title : over the axes.
    levels : where contours lie, rising; by default denser where more of the surface lies, so that valleys have some.
    relief : draw it in three dimensions.
    dark : light on dark.

    Raises
    ------
    ShapeError : if a path has not as many numbers as the parameters.
    ValueError : if no loss is finite, or the levels do not rise.

    >>> from nn import SGD, descend, loss_surface
    >>> bowl = lambda x, y: x * x + 2.0 * y * y
    >>> path = descend(bowl, (1.5, 1.5), lambda place: SGD(place, lr=0.1), steps=20)
    >>> figure = surface(loss_surface(bowl, points=21), {"SGD": path})
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['SGD']
    """
    named = paths if isinstance(paths, Mapping) else {} if paths is None else {"": paths}
    walked = {name: losses.project(path) for name, path in named.items()}
    bounds = _levels(losses.losses) if levels is None else _given(levels)
    with drawing(6.4, 5.2 if relief else 4.9, dark) as (figure, palette):
        colors = dict(zip(walked, [cycle(palette)[k % 10] for k in range(1, len(walked) + 1)], strict=True))
        (_relief if relief else _contours)(figure, losses, bounds, walked, colors, palette)
        figure.axes[0].set(xlabel=losses.labels[0], ylabel=losses.labels[1], title=title)
    return figure


def _levels(losses: Array) -> Array:
    """Where contours lie: half of the bands hold half of the surface."""
    finite = losses[np.isfinite(losses)]
    if not finite.size:
        raise ValueError("no loss on this surface is finite; look at a smaller part of it")
    low, high = float(finite.min()), float(finite.max())
    if low == high:
        return np.array([low - 0.5, low + 0.5])
    middle = float(np.median((finite - low) / (high - low)))
    power = np.clip(np.log(max(middle, 1e-9)) / np.log(0.5), 1.0, 6.0)
    return np.asarray(low + (high - low) * np.linspace(0.0, 1.0, _BANDS + 1) ** power)


def _given(levels: Sequence[float]) -> Array:
    bounds = np.asarray(levels, np.float64)
    if bounds.ndim != 1 or len(bounds) < 2 or not np.all(np.diff(bounds) > 0.0):
        raise ValueError(f"levels are at least two numbers, each larger than the one before, but got {levels!r}")
    return bounds


def _contours(
    figure: Any, losses: LossSurface, levels: Array, walked: dict[str, Array], colors: dict[str, str], palette: Palette
) -> None:
    axes = figure.subplots()
    shades = ramp(palette)(np.linspace(0.0, 1.0, len(levels) - 1))
    heights = np.ma.masked_invalid(losses.losses)
    filled = axes.contourf(losses.x, losses.y, heights, levels=levels, colors=shades, extend="both")
    axes.contour(
        losses.x, losses.y, heights, levels=levels, colors=palette["ink"], linewidths=0.4, linestyles="solid", alpha=0.3
    )
    beside(figure, filled, axes, "loss").set_ticks(_some(levels), labels=map(_told, _some(levels)))
    axes.set(xlim=losses.x[[0, -1]], ylim=losses.y[[0, -1]])
    axes.spines[:].set_visible(False)
    for name, path in walked.items():
        _walk(axes, path, colors[name], palette)
    if 0 < len(walked) <= _FEW:
        label_paths(axes, walked, colors, palette)
    elif walked:
        handles = [axes.plot([], [], color=colors[name], linewidth=2.2, label=name)[0] for name in walked]
        figure.legend(handles=handles, loc="outside lower center", ncols=4)


def _some(levels: Any) -> Any:
    return levels[:: 4 if len(levels) > 8 else 1]


def _told(loss: float) -> str:
    """A number of few digits with a real minus."""
    return f"{loss:.3g}".replace("-", "−")


def _walk(axes: Any, path: Array, color: str, palette: Palette) -> None:
    """One path on the map: a line with a pale seam, strong at its end, dots where steps are few; a ring and a dot."""
    from matplotlib.collections import LineCollection

    page, faded = palette["page"], ramp(palette, palette["page"], color)
    shades = faded(np.linspace(0.5, 1.0, len(path)))
    axes.plot(*path.T, color=page, linewidth=3.8, alpha=0.6, zorder=3)
    pieces: Any = np.stack([path[:-1], path[1:]], axis=1)
    axes.add_collection(LineCollection(pieces, colors=shades[1:], linewidths=2.0, capstyle="round", zorder=4))
    if len(path) <= _DOTTED:
        axes.scatter(*path[1:-1].T, s=12, color=shades[1:-1], linewidth=0.0, zorder=4)
    axes.scatter(*path[0], s=42, color=page, edgecolor=palette["ink"], linewidth=1.6, zorder=5)
    axes.scatter(*path[-1], s=48, color=color, edgecolor=page, linewidth=1.2, zorder=6)


def _relief(
    figure: Any, losses: LossSurface, levels: Array, walked: dict[str, Array], colors: dict[str, str], palette: Palette
) -> None:
    from matplotlib.colors import LightSource

    axes: Any = figure.add_subplot(projection="3d", computed_zorder=False)  # or the surface would hide paths
    places = np.arange(len(levels))
    heights = np.interp(np.nan_to_num(losses.losses, nan=levels[-1]), levels, places)
    light = LightSource(azdeg=200.0, altdeg=50.0)
    shades = light.shade(heights, ramp(palette), blend_mode="soft", vert_exag=0.0035 * len(losses.x))
    axes.plot_surface(
        *np.meshgrid(losses.x, losses.y), heights, facecolors=shades, shade=False,
        rcount=120, ccount=120, linewidth=0.0, antialiased=False, zorder=1,
    )  # fmt: skip
    for name, path in walked.items():
        inside = np.clip(path, [losses.x[0], losses.y[0]], [losses.x[-1], losses.y[-1]])
        z = _bilinear(losses.x, losses.y, heights, inside) + 0.01 * places[-1]
        axes.plot(*inside.T, z, color=palette["page"], linewidth=3.6, alpha=0.55, zorder=3)
        axes.plot(*inside.T, z, color=colors[name], linewidth=2.0, zorder=4, label=name)
        axes.scatter(*inside[:1].T, z[:1], s=42, color=palette["page"], edgecolor=palette["ink"], zorder=5)
        axes.scatter(*inside[-1:].T, z[-1:], s=48, color=colors[name], edgecolor=palette["page"], zorder=6)
    axes.set_zticks(_some(places), map(_told, _some(levels)))
    axes.set_zlabel("loss", labelpad=12)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color(palette["page"])
    axes.view_init(elev=48.0, azim=-60.0)
    axes.set_box_aspect((1.0, 1.0, 0.65), zoom=1.05)
    if any(walked):
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=4)


def _bilinear(x: Array, y: Array, heights: Array, points: Array) -> Array:
    """Heights at points between those of the grid."""
    columns = np.clip(np.searchsorted(x, points[:, 0]) - 1, 0, len(x) - 2)
    rows = np.clip(np.searchsorted(y, points[:, 1]) - 1, 0, len(y) - 2)
    a = (points[:, 0] - x[columns]) / (x[columns + 1] - x[columns])
    b = (points[:, 1] - y[rows]) / (y[rows + 1] - y[rows])
    below = (1.0 - a) * heights[rows, columns] + a * heights[rows, columns + 1]
    above = (1.0 - a) * heights[rows + 1, columns] + a * heights[rows + 1, columns + 1]
    return np.asarray((1.0 - b) * below + b * above)
