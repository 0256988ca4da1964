"""Figures of training by matplotlib: curves and the confusion matrix. Nothing is shown, and no display is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from nn.extras import extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["confusion", "curves", "save"]

_TRAIN, _TEST, _MUTED = "#2f6fb0", "#d9822b", "#5f6b76"


def curves(history: Mapping[str, Sequence[float]], title: str = "") -> Figure:
    """Loss and accuracy over the epochs, of training and, where the history has them, of validation data.

    >>> figure = curves({"loss": [1.0, 0.5], "accuracy": [0.5, 0.8], "val_loss": [0.9, 0.6]})
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss', 'accuracy']
    """
    figure = _figure(8.0, 3.2)
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for prefix, label, color in (("", "training", _TRAIN), ("val_", "validation", _TEST)):
            numbers = history.get(prefix + name, [])
            if numbers:
                marker = "o" if len(numbers) == 1 else ""
                axes.plot(range(1, len(numbers) + 1), numbers, color=color, label=label, marker=marker, linewidth=1.6)
        axes.set_xlabel("epoch")
        axes.set_ylabel(name)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(True, linewidth=0.5, alpha=0.35)
        axes.spines[["top", "right"]].set_visible(False)
        if axes.lines:
            axes.legend(frameon=False)
        else:
            _say(axes, "no epoch was finished")
    figure.axes[0].set_ylim(bottom=0.0)
    if title:
        figure.suptitle(title, fontsize=11)
    return figure


def confusion(matrix: NDArray[Any], classes: Sequence[str], title: str = "") -> Figure:
    """A confusion matrix: true class down, predicted class across, darker with the share of the true class.

    >>> import numpy as np
    >>> figure = confusion(np.array([[9, 1], [0, 10]]), ["cat", "dog"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['9', '1', '', '10']
    """
    n = len(matrix)
    side = 2.2 + 0.36 * max(n, 4)
    figure = _figure(side + 0.4, side)
    axes = figure.subplots()
    shares = matrix / matrix.sum(axis=1, keepdims=True).clip(1)
    axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.15)
    for i in range(n):
        for j in range(n):
            color = "white" if shares[i, j] > 0.55 else "#b3261e" if i != j else "black"
            axes.text(j, i, str(matrix[i, j] or ""), ha="center", va="center", color=color, fontsize=10)
    long = max(map(len, classes)) > 3
    axes.set_xticks(range(n), classes, rotation=30 if long else 0, ha="right" if long else "center")
    axes.set_yticks(range(n), classes)
    axes.set_xticks([k - 0.5 for k in range(1, n)], minor=True)
    axes.set_yticks([k - 0.5 for k in range(1, n)], minor=True)
    axes.grid(which="minor", color="white", linewidth=1.5)
    axes.tick_params(which="both", length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    if title:
        axes.set_title(title, fontsize=11)
    return figure


def save(figure: Figure, path: str | Path) -> Path:
    """Write a figure in the format of the suffix; the same figure gives the same bytes, without a date in them."""
    path = Path(path)
    with extra("matplotlib").rc_context({"svg.hashsalt": "glassgrad"}):
        date = {"Date": None} if path.suffix == ".svg" else None
        figure.savefig(path, metadata=date, dpi=150)
    return path


def _figure(width: float, height: float) -> Figure:
    figure: Figure = extra("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    return figure


def _say(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.5, text, ha="center", va="center", color=_MUTED, transform=axes.transAxes)
