"""Figures of training by matplotlib: curves, results, how numbers are spread. None is shown; no display is needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn.extras import extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nn.metrics import Roc

__all__ = ["boundary", "confusion", "curves", "gradients", "predictions", "roc", "save", "spreads"]

_CLASSES = "#2f6fb0", "#d9822b", "#3a8f5c", "#b3479a", "#7a6a4f", "#c0392b", "#5b5fc7", "#1f9aa5", "#8a8f1f", "#6b7280"
_TRAIN, _TEST, _MUTED = "#2f6fb0", "#d9822b", "#5f6b76"


def curves(history: Mapping[str, Sequence[float]], title: str = "") -> Figure:
    """Loss and the first metric over the epochs, of training and, where the history has them, of validation data.

    >>> figure = curves({"loss": [1.0, 0.5], "accuracy": [0.5, 0.8], "val_loss": [0.9, 0.6]})
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss', 'accuracy']
    """
    figure = _figure(8.0, 3.2)
    other = next((name for name in history if name != "loss" and not name.startswith("val_")), "accuracy")
    for axes, name in zip(figure.subplots(1, 2), ("loss", other), strict=True):
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


def gradients(norms: Mapping[str, Sequence[float]], title: str = "") -> Figure:
    """How large the gradients of each layer were over the epochs, of `nn.GradientNorms`; first layers are lighter.

    >>> figure = gradients({"layers.0": [1e-3, 1e-4], "layers.2": [1e-2, 1e-3]})
    >>> figure.axes[0].get_yscale(), [line.get_label() for line in figure.axes[0].lines]
    ('log', ['layers.0', 'layers.2'])
    """
    figure = _figure(6.4, 3.4)
    axes: Any = figure.subplots()
    for k, (name, numbers) in enumerate(norms.items()):
        shade = 0.25 + 0.75 * (k + 1) / len(norms)
        marker = "o" if len(numbers) == 1 else ""
        epochs = range(1, len(numbers) + 1)
        axes.plot(epochs, numbers, color=_TRAIN, alpha=shade, label=name, marker=marker, linewidth=1.6)
    axes.set(xlabel="epoch", ylabel="∂L/∂W, root mean square", yscale="log")
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(True, linewidth=0.5, alpha=0.35)
    axes.spines[["top", "right"]].set_visible(False)
    if axes.lines:
        axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    else:
        _say(axes, "no epoch was finished")
    if title:
        axes.set_title(title, fontsize=11)
    return figure


def roc(rates: Roc, area: float | None = None, title: str = "") -> Figure:
    """The rates of true and of false positives over all thresholds, of `nn.roc_curve`, and the diagonal of chance.

    >>> from nn import roc_curve
    >>> figure = roc(roc_curve([0, 1, 0, 1], [0.1, 0.4, 0.35, 0.8]), 1.0)
    >>> figure.axes[0].lines[0].get_label()
    'AUC = 1.0000'
    """
    figure = _figure(3.9, 3.7)
    axes = figure.subplots()
    label = "" if area is None else f"AUC = {area:.4f}"
    axes.step(
        rates.false_positive_rate, rates.true_positive_rate, where="post", color=_TRAIN, linewidth=1.6, label=label
    )
    axes.fill_between(rates.false_positive_rate, rates.true_positive_rate, step="post", color=_TRAIN, alpha=0.1)
    axes.plot([0.0, 1.0], [0.0, 1.0], color=_MUTED, linewidth=1.0, linestyle="--")
    axes.set(xlabel="false positive rate", ylabel="true positive rate", xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    axes.set_aspect("equal")
    axes.grid(True, linewidth=0.5, alpha=0.35)
    axes.spines[["top", "right"]].set_visible(False)
    if label:
        axes.legend(frameon=False, loc="lower right")
    if title:
        axes.set_title(title, fontsize=11)
    return figure


def boundary(
    predict: Callable[[NDArray[Any]], NDArray[Any]],
    inputs: NDArray[Any],
    labels: NDArray[Any],
    classes: Sequence[str],
    title: str = "",
) -> Figure:
    """Samples in the plane over the classes that a model says of every place.

    Parameters
    ----------
    predict : from points, shape ``(n, 2)``, to classes, shape ``(n,)``: for a model with a score for each class
        ``lambda points: nn.predict(model, points)``, for one with one score that with a ``threshold=``.
    inputs, labels : the samples; shapes ``(n, 2)`` and ``(n,)``.
    classes : their names.

    >>> import numpy as np
    >>> points = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> figure = boundary(lambda x: (x[:, 0] > 0.5).astype(int), points, np.array([0, 1]), ["left", "right"])
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['left', 'right']
    """
    figure = _figure(4.6, 4.4)
    axes = figure.subplots()
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    margin = 0.12 * (high - low).max()
    x, y = (np.linspace(low[k] - margin, high[k] + margin, 201) for k in (0, 1))
    places = predict(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)).reshape(len(y), len(x))
    levels = np.arange(len(classes) + 1) - 0.5
    colors = [_CLASSES[k % len(_CLASSES)] for k in range(len(classes))]
    axes.contourf(x, y, places, levels=levels, colors=colors, alpha=0.18)
    for k, name in enumerate(classes):
        own = inputs[labels == k]
        axes.scatter(own[:, 0], own[:, 1], s=16, color=colors[k], edgecolor="white", linewidth=0.4, label=name)
    axes.set(xlabel="x₁", ylabel="x₂", aspect="equal")
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    if title:
        axes.set_title(title, fontsize=11)
    return figure


def predictions(true: NDArray[Any], predicted: NDArray[Any], title: str = "") -> Figure:
    """What a regression predicts against what is true; a perfect one lies on the diagonal.

    >>> import numpy as np
    >>> predictions(np.array([1.0, 2.0]), np.array([1.1, 1.8])).axes[0].get_ylabel()
    'predicted'
    """
    figure = _figure(4.0, 3.8)
    axes = figure.subplots()
    ends = min(true.min(), predicted.min()), max(true.max(), predicted.max())
    axes.plot(ends, ends, color=_MUTED, linewidth=1.0, linestyle="--")
    axes.scatter(true, predicted, s=14, color=_TRAIN, alpha=0.7, linewidth=0)
    axes.set(xlabel="true", ylabel="predicted", aspect="equal")
    axes.grid(True, linewidth=0.5, alpha=0.35)
    axes.spines[["top", "right"]].set_visible(False)
    if title:
        axes.set_title(title, fontsize=11)
    return figure


def spreads(panels: Mapping[str, Mapping[str, NDArray[Any]]], title: str = "") -> Figure:
    """How the sizes of numbers are spread, in panels side by side: a row for each array, sizes along a log axis.

    A dot stands at the median of what is not 0, a bar reaches over the middle half, and a line over the middle 90 %.

    >>> import numpy as np
    >>> figure = spreads({"|∂L/∂output|": {"first": np.array([1e-3, 2e-3]), "second": np.array([0.1, 0.2])}})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['first', 'second']
    """
    names = list(next(iter(panels.values())))
    figure = _figure(1.6 + 3.6 * len(panels), 1.2 + 0.32 * max(len(names), 3))
    row = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for axes, (what, arrays) in zip(row, panels.items(), strict=True):
        for y, name in enumerate(names):
            sizes = np.abs(arrays[name][arrays[name] != 0.0])
            sizes = sizes[np.isfinite(sizes)]
            if sizes.size:
                low, start, middle, end, high = np.quantile(sizes, [0.05, 0.25, 0.5, 0.75, 0.95])
                axes.plot([low, high], [y, y], color=_TRAIN, linewidth=1.2, solid_capstyle="butt")
                axes.plot([start, end], [y, y], color=_TRAIN, linewidth=6.0, alpha=0.55, solid_capstyle="butt")
                axes.plot([middle], [y], color=_TRAIN, marker="o", markersize=4.0)
            else:
                axes.text(0.03, y, "all 0", color=_MUTED, va="center", transform=axes.get_yaxis_transform())
        axes.set_xscale("log")
        axes.set_xlabel(what)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.grid(True, axis="x", linewidth=0.5, alpha=0.35)
        axes.tick_params(axis="y", length=0)
        axes.spines[["top", "right", "left"]].set_visible(False)
    if title:
        figure.suptitle(title, fontsize=11)
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
