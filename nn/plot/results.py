"""How good the answers are: confusion matrix, ROC, and predicted against true numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from nn.plot.style import drawing, ramp, readable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nn.metrics import Roc

__all__ = ["confusion", "predictions", "roc"]


def confusion(matrix: NDArray[Any], classes: Sequence[str], title: str = "", *, dark: bool = False) -> Figure:
    """A confusion matrix: true class down, predicted class across, stronger with the share of the true class.

    >>> import numpy as np
    >>> figure = confusion(np.array([[9, 1], [0, 10]]), ["cat", "dog"])
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['9', '1', '', '10']
    """
    n = len(matrix)
    side = 2.2 + 0.36 * max(n, 4)
    shares = matrix / matrix.sum(axis=1, keepdims=True).clip(1)
    with drawing(side + 0.4, side, dark) as (figure, palette):
        axes = figure.subplots()
        shades = ramp(palette, palette["zero"], palette["positive"])
        axes.imshow(shares, cmap=shades, vmin=0.0, vmax=1.0)
        for i in range(n):
            for j in range(n):
                wrong = i != j and shares[i, j] < 0.3
                color = palette["alarm-ink"] if wrong else readable(shades(shares[i, j]))
                axes.text(j, i, str(matrix[i, j] or ""), ha="center", va="center", color=color)
        long = n * max(map(len, classes)) > 20
        axes.set_xticks(range(n), classes, rotation=30 if long else 0, ha="right" if long else "center")
        axes.set_yticks(range(n), classes)
        axes.set_xticks([k - 0.5 for k in range(1, n)], minor=True)
        axes.set_yticks([k - 0.5 for k in range(1, n)], minor=True)
        axes.grid(which="minor", color=palette["page"], linewidth=1.5, alpha=1.0)
        axes.tick_params(which="both", length=0)
        axes.spines[:].set_visible(False)
        axes.set(xlabel="predicted class", ylabel="true class", title=title)
    return figure


def roc(rates: Roc, area: float | None = None, title: str = "", *, dark: bool = False) -> Figure:
    """The rates of true and of false positives over all thresholds, of `nn.roc_curve`, and the diagonal of chance.

    >>> from nn import roc_curve
    >>> figure = roc(roc_curve([0, 1, 0, 1], [0.1, 0.4, 0.35, 0.8]), 1.0)
    >>> figure.axes[0].lines[0].get_label()
    'AUC = 1.0000'
    """
    label = "" if area is None else f"AUC = {area:.4f}"
    x, y = rates.false_positive_rate, rates.true_positive_rate
    with drawing(3.9, 3.7, dark) as (figure, palette):
        axes = figure.subplots()
        axes.step(x, y, where="post", color=palette["positive"], label=label)
        axes.fill_between(x, y, step="post", color=palette["positive"], alpha=0.12, linewidth=0.0)
        axes.plot([0.0, 1.0], [0.0, 1.0], color=palette["muted"], linewidth=1.0, linestyle="--")
        axes.set(xlabel="false positive rate", ylabel="true positive rate", title=title)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.grid(True)
        if label:
            axes.legend(loc="lower right")
    return figure


def predictions(true: NDArray[Any], predicted: NDArray[Any], title: str = "", *, dark: bool = False) -> Figure:
    """What a regression predicts against what is true; a perfect one lies on the diagonal.

    >>> import numpy as np
    >>> predictions(np.array([1.0, 2.0]), np.array([1.1, 1.8])).axes[0].get_ylabel()
    'predicted'
    """
    ends = min(true.min(), predicted.min()), max(true.max(), predicted.max())
    with drawing(4.0, 3.8, dark) as (figure, palette):
        axes = figure.subplots()
        axes.plot(ends, ends, color=palette["muted"], linewidth=1.0, linestyle="--")
        axes.scatter(true, predicted, s=14, color=palette["positive"], alpha=0.7, linewidth=0)
        axes.set(xlabel="true", ylabel="predicted", aspect="equal", title=title)
        axes.grid(True)
    return figure
