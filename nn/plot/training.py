"""How a training went: losses, metrics and gradients over the epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from nn.plot.style import Palette, drawing, legend_beside, say, whole_epochs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["curves", "gradients"]

Curves = Mapping[str, Sequence[float]]
"""Numbers per epoch by name, as in an `nn.History`."""


def curves(
    history: Curves | Mapping[str, Curves], title: str = "", *, metric: str = "loss", dark: bool = False
) -> Figure:
    """Loss and the first metric over the epochs, of training and, where the history has them, of validation data.

    Parameters
    ----------
    history : of a training; or histories by name, whose curves come side by side on the same scale: models that
        under-fit, fit and over-fit.
    title : over all of them.
    metric : what to show of several histories.
    dark : light on dark.

    >>> figure = curves({"loss": [1.0, 0.5], "accuracy": [0.5, 0.8], "val_loss": [0.9, 0.6]})
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['loss', 'accuracy']
    >>> figure = curves({"8 units": {"loss": [1.0, 0.9]}, "64 units": {"loss": [1.0, 0.1], "val_loss": [1.0, 1.2]}})
    >>> [axes.get_title() for axes in figure.axes]
    ['8 units', '64 units']
    """
    histories = {name: part for name, part in history.items() if isinstance(part, Mapping)}
    if not histories:
        return _one(history, title, dark)  # type: ignore[arg-type]
    if len(histories) < len(history):
        raise TypeError(f"curves takes one history, or histories by name, but got both: {', '.join(history)}")
    missing = [name for name, one in histories.items() if metric not in one]
    if missing:
        raise ValueError(f"there is no {metric!r} in the history of {', '.join(missing)}")
    with drawing(1.0 + 2.9 * len(histories), 3.2, dark) as (figure, palette):
        row = figure.subplots(1, len(histories), sharey=True, squeeze=False)[0]
        for axes, (name, one) in zip(row, histories.items(), strict=True):
            _pair(axes, one, metric, palette)
            axes.set_title(name)
        row[0].set_ylabel(metric)
        if metric == "loss":
            row[0].set_ylim(bottom=0.0)
        lines = {line.get_label(): line for axes in row for line in axes.lines}
        figure.legend(lines.values(), lines.keys(), loc="outside right upper")
        if title:
            figure.suptitle(title)
    return figure


def _one(history: Curves, title: str, dark: bool) -> Figure:
    other = next((name for name in history if name != "loss" and not name.startswith("val_")), "accuracy")
    with drawing(8.0, 3.2, dark) as (figure, palette):
        for axes, name in zip(figure.subplots(1, 2), ("loss", other), strict=True):
            _pair(axes, history, name, palette)
            axes.set_ylabel(name)
            if axes.lines:
                axes.legend()
        figure.axes[0].set_ylim(bottom=0.0)
        if title:
            figure.suptitle(title)
    return figure


def _pair(axes: Any, history: Curves, name: str, palette: Palette) -> None:
    """What was measured on training data, and beside it on validation data."""
    for prefix, label, role in (("", "training", "positive"), ("val_", "validation", "negative")):
        numbers = history.get(prefix + name, [])
        if len(numbers):
            marker = "o" if len(numbers) == 1 else ""
            axes.plot(range(1, len(numbers) + 1), numbers, color=palette[role], label=label, marker=marker)
    whole_epochs(axes)
    if not axes.lines:
        say(axes, "no epoch was finished", palette)


def gradients(norms: Curves, title: str = "", *, dark: bool = False) -> Figure:
    """How large the gradients of each layer were over the epochs, of `nn.GradientNorms`; first layers are fainter.

    >>> figure = gradients({"layers.0": [1e-3, 1e-4], "layers.2": [1e-2, 1e-3]})
    >>> figure.axes[0].get_yscale(), [line.get_label() for line in figure.axes[0].lines]
    ('log', ['layers.0', 'layers.2'])
    """
    with drawing(6.4, 3.4, dark) as (figure, palette):
        axes = figure.subplots()
        for k, (name, numbers) in enumerate(norms.items()):
            shade = 0.25 + 0.75 * (k + 1) / len(norms)
            marker = "o" if len(numbers) == 1 else ""
            epochs = range(1, len(numbers) + 1)
            axes.plot(epochs, numbers, color=palette["positive"], alpha=shade, label=name, marker=marker)
        axes.set(ylabel="∂L/∂W, root mean square", yscale="log", title=title)
        whole_epochs(axes)
        if axes.lines:
            legend_beside(axes)
        else:
            say(axes, "no epoch was finished", palette)
    return figure
