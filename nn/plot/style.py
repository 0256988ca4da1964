"""One look for all plots, in light and in dark: the colours of the other figures, as settings of matplotlib."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.diagram.palette import NIGHT, PAPER
from nn.extras import extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

__all__ = ["Palette", "beside", "cycle", "drawing", "legend_beside", "ramp", "readable", "save", "say", "whole_epochs"]

Palette = Mapping[str, str]
"""Colours by what they are for."""

_CYCLE = {  # after blue, orange, green, violet and pink
    "light": ("#b7791f", "#0e7490", "#4d7c0f", "#92400e", "#6b7280"),
    "dark": ("#facc15", "#22d3ee", "#a3e635", "#d6a77a", "#8b949e"),
}
_LOSSES = {  # a landscape: valleys are deep, heights fade into the page
    "light": ("#6f9bd8", "#9dbde8", "#c4d8f2", "#e1ebf8", "#f5f8fd"),
    "dark": ("#3f78bd", "#2b5893", "#1d3f6c", "#152b49", "#101b2b"),
}


@contextmanager
def drawing(width: float, height: float, dark: bool) -> Iterator[tuple[Figure, Palette]]:
    """A block that draws: gives an empty figure, sizes in inches, and the colours.

    The figure shows itself in a notebook, without pyplot; see `nn.plot.picture`.
    """
    palette = NIGHT if dark else PAPER
    with extra("matplotlib").rc_context(_settings(palette)):
        from nn.plot.picture import Picture  # which needs matplotlib

        yield Picture(figsize=(width, height), layout="compressed"), palette


def _settings(palette: Palette) -> dict[str, Any]:
    page, ink, muted, line = (palette[role] for role in ("page", "ink", "muted", "line"))
    return {
        "figure.facecolor": page, "axes.facecolor": page, "savefig.facecolor": "auto",
        "text.color": ink, "axes.labelcolor": ink, "axes.titlecolor": ink, "legend.labelcolor": ink,
        "axes.edgecolor": line, "xtick.color": line, "ytick.color": line, "grid.color": line,
        "xtick.labelcolor": muted, "ytick.labelcolor": muted,
        "axes.spines.top": False, "axes.spines.right": False,
        "grid.linewidth": 0.5, "grid.alpha": 0.7, "axes.axisbelow": True,
        "font.size": 10.0, "axes.titlesize": 11.0, "figure.titlesize": 11.0, "axes.labelsize": 10.0,
        "xtick.labelsize": 9.0, "ytick.labelsize": 9.0, "legend.fontsize": 9.5,
        "legend.frameon": False, "lines.linewidth": 1.6, "lines.solid_capstyle": "round",
    }  # fmt: skip


def cycle(palette: Palette) -> list[str]:
    """Ten colours to tell things apart by."""
    first = [palette[role] for role in ("positive", "negative", "sum", "product", "function")]
    return [*first, *_CYCLE["dark" if palette is NIGHT else "light"]]


def ramp(palette: Palette, *colors: str) -> Colormap:
    """A colour map through the colours; without any the one for losses, low to high."""
    through = colors or _LOSSES["dark" if palette is NIGHT else "light"]
    found: Colormap = extra("matplotlib.colors").LinearSegmentedColormap.from_list("", through)
    return found


def readable(ground: Any) -> str:
    """Black or white, whichever stands out more from a colour: at least 4.5 to 1 (WCAG 2)."""
    rgb = np.array(extra("matplotlib.colors").to_rgb(ground))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = float(linear @ [0.2126, 0.7152, 0.0722])
    return "#000000" if (luminance + 0.05) ** 2 > 0.05 * 1.05 else "#ffffff"


def beside(figure: Any, filled: Any, axes: Any, label: str) -> Any:
    """The scale of colours to the right of the axes."""
    bar = figure.colorbar(filled, ax=axes, label=label, pad=0.02, extendfrac=0.0)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0)
    return bar


def say(axes: Axes, text: str, palette: Palette) -> None:
    """Words in the middle of axes with nothing in them."""
    axes.text(0.5, 0.5, text, ha="center", va="center", color=palette["muted"], transform=axes.transAxes)


def whole_epochs(axes: Any) -> None:
    """An axis of epochs, and a grid."""
    axes.set_xlabel("epoch")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(True)


def legend_beside(axes: Axes) -> None:
    """A legend to the right of the axes."""
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure in the format of the suffix; the same figure gives the same bytes, without a date in them."""
    path = Path(path)
    with extra("matplotlib").rc_context({"svg.hashsalt": "glassgrad"}):
        date = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, metadata=date, dpi=150)
    return path
