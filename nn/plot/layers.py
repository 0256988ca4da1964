"""The numbers in a network, layer by layer: how they are spread, and their histograms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.plot.style import Palette, drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nn.diagnosis import GradientReport

__all__ = ["histograms", "spreads"]

Array = NDArray[Any]
Panels = Mapping[str, Mapping[str, Array]]
"""Arrays by the name of their layer, for each panel by what they are."""

_KINDS = {  # the attributes of a LayerReport: what to call them, and their colour
    "weights": ("weights", "sum"),
    "outputs": ("output", "positive"),
    "d_outputs": ("∂L/∂output", "negative"),
    "d_weights": ("∂L/∂W", "negative"),
}


def spreads(panels: Panels, title: str = "", *, dark: bool = False) -> Figure:
    """How the sizes of numbers are spread, in panels side by side: a row for each array, sizes along a log axis.

    A dot stands at the median of what is not 0, a bar reaches over the middle half, and a line over the middle 90 %.

    >>> import numpy as np
    >>> figure = spreads({"|∂L/∂output|": {"first": np.array([1e-3, 2e-3]), "second": np.array([0.1, 0.2])}})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['first', 'second']
    """
    names = list(next(iter(panels.values())))
    with drawing(1.6 + 3.6 * len(panels), 1.2 + 0.32 * max(len(names), 3), dark) as (figure, palette):
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (what, arrays) in zip(row, panels.items(), strict=True):
            for y, name in enumerate(names):
                sizes = np.abs(_present(arrays[name]))
                if sizes.size:
                    low, start, middle, end, high = np.quantile(sizes, [0.05, 0.25, 0.5, 0.75, 0.95])
                    color = palette["positive"]
                    axes.plot([low, high], [y, y], color=color, linewidth=1.2, solid_capstyle="butt")
                    axes.plot([start, end], [y, y], color=color, linewidth=6.0, alpha=0.55, solid_capstyle="butt")
                    axes.plot([middle], [y], color=color, marker="o", markersize=4.0)
                else:
                    axes.text(0.03, y, "all 0", color=palette["muted"], va="center", transform=_across(axes))
            axes.set(xscale="log", xlabel=what)
            _rows(axes, names, -0.6, len(names) - 0.4)
        if title:
            figure.suptitle(title)
    return figure


def histograms(
    reports: GradientReport | Mapping[str, GradientReport],
    of: str | None = None,
    title: str = "",
    *,
    log: bool | None = None,
    dark: bool = False,
) -> Figure:
    """Histograms of weights, outputs and gradients, a row for each layer: gradients that vanish or explode drift away.

    Each is as high as its fullest bin. What is exactly 0 is left out, and its share told beside the root mean square.

    Parameters
    ----------
    reports : of `nn.gradient_report`: one, whose numbers of each kind come side by side; or several by name (before and
        after training, from different initial weights) whose numbers of one kind come side by side, on one scale unless
        that would flatten some.
    of : which kind: ``"weights"``, ``"outputs"`` (the default for several reports), ``"d_outputs"``, or
        ``"d_weights"``.
    title : over all of them.
    log : whether along the axis are sizes, by their logarithm; by default those of gradients are.
    dark : light on dark.

    Raises
    ------
    TypeError : if it is no report.
    ValueError : if the reports have no such numbers: activations are known if `gradient_report` was given data.

    >>> import numpy as np
    >>> from nn import MLP, gradient_report, mse_loss, toys
    >>> moons = toys.moons(40, rng=np.random.default_rng(0))
    >>> network = MLP(2, [8, 8, 1], rng=np.random.default_rng(0))
    >>> figure = histograms(gradient_report(network, moons, mse_loss))
    >>> [axes.get_xlabel() for axes in figure.axes]
    ['weights', 'output', '|∂L/∂output|']
    """
    if of is not None and of not in _KINDS:
        raise ValueError(f"histograms are of {', '.join(map(repr, _KINDS))}, but got of={of!r}")
    if isinstance(reports, Mapping):
        kinds = dict.fromkeys(reports, of or "outputs")
        panels = {name: _by_layer(report, kinds[name]) for name, report in reports.items()}
    else:
        known = [of] if of else [kind for kind in ("weights", "outputs", "d_outputs") if _by_layer(reports, kind)]
        kinds = {kind: kind for kind in known or ["weights"]}
        panels = {kind: _by_layer(reports, kind) for kind in kinds}
    if not any(panels.values()):
        raise ValueError(
            "there is nothing to draw; nn.gradient_report(model, data, loss) knows outputs and their gradients"
        )
    several = isinstance(reports, Mapping)
    names = [name for name in _names(reports) if any(name in arrays for arrays in panels.values())]
    with drawing(1.8 + 2.7 * len(panels), 1.1 + 0.46 * max(len(names), 2), dark) as (figure, palette):
        row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (panel, arrays) in zip(row, panels.items(), strict=True):
            what, role = _KINDS[kinds[panel]]
            by_size = kinds[panel].startswith("d_") if log is None else log
            edges = _edges(list(panels.values()) if several else [arrays], arrays, by_size)
            for y, name in enumerate(names):
                if name in arrays:
                    _ridge(axes, y, arrays[name], edges, by_size, palette[role], palette)
            axes.set(xlabel=f"|{what}|" if by_size else what, title=panel if several else "")
            axes.set_xscale("log" if by_size else "linear")
            axes.set_xlim(edges[0], edges[-1])
            _rows(axes, names, -1.0, len(names) - 0.6, lift=0.3)
        if title:
            figure.suptitle(title)
    return figure


def _names(reports: GradientReport | Mapping[str, GradientReport]) -> list[str]:
    """All layers, in order."""
    each = reports.values() if isinstance(reports, Mapping) else [reports]
    return list(dict.fromkeys(f"{layer.name} {layer.kind}" for report in each for layer in report.layers))


def _by_layer(report: GradientReport, kind: str) -> dict[str, Array]:
    if not hasattr(report, "layers"):
        raise TypeError(f"histograms are of what nn.gradient_report gives, one or several by name, but got {report!r}")
    found = {f"{layer.name} {layer.kind}": np.ravel(getattr(layer, kind)) for layer in report.layers}
    return {name: numbers for name, numbers in found.items() if numbers.size}


def _edges(panels: list[dict[str, Array]], own: dict[str, Array], by_size: bool) -> Array:
    """Where bins begin and end: nearly all numbers of all panels are inside; where that would flatten one, its own."""
    if by_size:
        lows, highs = zip(*(_sizes(arrays) for arrays in panels), strict=True)
        low, high = min(lows), max(highs)
        return np.geomspace(0.5 * low, 2.0 * high * (high / low) ** 0.35, 81)  # with room for words
    reaches = [_sizes(arrays)[1] for arrays in panels]
    reach = max(reaches) if max(reaches) < 5.0 * min(reaches) else _sizes(own)[1]
    return np.linspace(-1.05 * reach, 1.05 * reach, 62)  # a bin has 0 in its middle


def _sizes(arrays: dict[str, Array]) -> tuple[float, float]:
    """From where to where nearly all numbers of a panel are in size."""
    sizes = [np.abs(x) for x in map(_present, arrays.values()) if x.size] or [np.ones(1)]
    return min(float(np.quantile(x, 0.01)) for x in sizes), max(float(np.quantile(x, 0.998)) for x in sizes)


def _ridge(axes: Any, y: int, numbers: Array, edges: Array, by_size: bool, color: str, palette: Palette) -> None:
    """One histogram, standing on the line of its row."""
    present = _present(numbers)
    counts, _ = np.histogram(np.abs(present) if by_size else present, edges)
    heights = 0.84 * counts / max(counts.max(), 1)
    axes.axhline(y, color=palette["line"], linewidth=0.8, zorder=1)
    axes.stairs(y - heights, edges, baseline=y, fill=True, color=color, alpha=0.45)
    axes.stairs(np.where(counts, y - heights, np.nan), edges, baseline=y, color=color, linewidth=1.0)
    zero = float(np.mean(numbers == 0.0))
    told = f"rms {np.sqrt(np.mean(np.square(numbers))):.2g}" + (f"\n{zero:.0%} are 0" if 0.05 < zero < 1.0 else "")
    axes.text(
        0.99, y - 0.9, "all 0" if zero == 1.0 else told, transform=_across(axes),
        ha="right", va="top", fontsize=7.5, color=palette["muted"],
    )  # fmt: skip


def _present(numbers: Array) -> Array:
    """What is neither 0 nor nan nor infinite."""
    kept: Array = numbers[np.isfinite(numbers) & (numbers != 0.0)]
    return kept


def _across(axes: Any) -> Any:
    """Coordinates from 0 to 1 across the axes, and rows down."""
    return axes.get_yaxis_transform()


def _rows(axes: Any, names: list[str], top: float, bottom: float, lift: float = 0.0) -> None:
    """A row for each layer, the first at the top, and its name so much above it."""
    axes.set_yticks(np.arange(len(names)) - lift, names)
    axes.set_ylim(bottom, top)
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
