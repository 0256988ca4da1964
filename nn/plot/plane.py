"""What a model says of every place: classes in the plane with their boundary, and the curve or surface of a regression.

A model is an `nn.Module`, or any function from points to what it says of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import ShapeError
from nn.evaluate import raw, raw_outputs
from nn.extras import extra
from nn.module import Module
from nn.plot.style import Palette, beside, cycle, drawing, legend_beside, ramp

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["boundary", "regression"]

Array = NDArray[Any]
Model = Callable[[Any], Any]


def boundary(
    predict: Model,
    inputs: Array,
    labels: Array,
    classes: Sequence[str],
    title: str = "",
    *,
    threshold: float | Sequence[float] = 0.5,
    dark: bool = False,
) -> Figure:
    """Samples in the plane over the classes that a model says of every place.

    Parameters
    ----------
    predict : from points, shape ``(n, 2)``, to integers, the classes, shape ``(n,)``; or to scores, floats, which shade
        the plane by how sure they are: one per point, shape ``(n,)`` or ``(n, 1)``, or one for each class, ``(n, k)``.
    inputs, labels : the samples; shapes ``(n, 2)`` and ``(n,)``.
    classes : their names.
    title : over the axes.
    threshold : where one score makes class 1: 0.5 for probabilities, 0.0 for logits. Several draw a line for each.
    dark : light on dark.

    Raises
    ------
    ShapeError : if inputs are no points of the plane, or `predict` gives something else of them.

    >>> import numpy as np
    >>> points = np.array([[0.0, 1.0], [1.0, 0.0]])
    >>> figure = boundary(lambda x: (x[:, 0] > 0.5).astype(int), points, np.array([0, 1]), ["left", "right"])
    >>> [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    ['left', 'right']
    """
    inputs, labels = np.asarray(inputs), np.asarray(labels)
    if inputs.ndim != 2 or inputs.shape[1] != 2:
        raise ShapeError(f"a boundary is drawn in the plane, inputs have shape (n, 2), but got {inputs.shape}")
    x, y, places = _plane(inputs, 0.12)
    said = _said(predict, places)
    if said.shape[0] != len(places) or said.ndim > 2:
        raise ShapeError(
            f"predict gives a class or scores for each of {len(places)} points, but it gave {said.shape}; "
            "see the parameter predict"
        )
    thresholds = [float(t) for t in np.atleast_1d(threshold)]
    with drawing(4.9, 0.7 + 3.5 * np.clip(np.ptp(y) / np.ptp(x), 0.4, 1.6), dark) as (figure, palette):
        axes = figure.subplots()
        colors = [cycle(palette)[k % 10] for k in range(len(classes))]
        if said.dtype.kind in "iub":
            levels = np.arange(len(classes) + 1) - 0.5
            axes.contourf(x, y, said.reshape(len(y), len(x)), levels=levels, colors=colors, alpha=0.18)
        elif said.size == len(places):
            _one_score(axes, x, y, said.reshape(len(y), len(x)), thresholds, colors, palette)
        else:
            _scores(axes, x, y, said.reshape(len(y), len(x), -1), colors, palette)
        for k, name in enumerate(classes):
            own = inputs[labels == k]
            color, edge = colors[k], palette["page"]
            axes.scatter(own[:, 0], own[:, 1], s=18, color=color, edgecolor=edge, linewidth=0.5, label=name, zorder=3)
        axes.set(xlabel="x₁", ylabel="x₂", aspect="equal", title=title)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        legend_beside(axes)
    return figure


def _one_score(
    axes: Any, x: Array, y: Array, score: Array, thresholds: list[float], colors: list[str], palette: Palette
) -> None:
    """Shades on both sides of the first threshold, the stronger the further from it, and a line at each."""
    reach = max(float(np.abs(score - thresholds[0]).max()), 1e-12)
    levels = thresholds[0] + reach * np.linspace(-1.0, 1.0, 15)  # an odd number: one of them is the threshold
    shades = ramp(palette, colors[0], palette["page"], colors[1])(np.linspace(0.28, 0.72, 14))
    axes.contourf(x, y, score, levels=levels, colors=shades, extend="both")
    shown = sorted(t for t in set(thresholds) if score.min() < t < score.max())
    if shown:
        widths = [1.8 if t == thresholds[0] else 1.0 for t in shown]
        lines = axes.contour(x, y, score, levels=shown, colors=palette["ink"], linewidths=widths)
        if len(thresholds) > 1:
            axes.clabel(lines, fmt="%g", fontsize=8)


def _scores(axes: Any, x: Array, y: Array, scores: Array, colors: list[str], palette: Palette) -> None:
    """The colour of the largest score, the stronger the further the next one is behind; lines where two are equal."""
    from matplotlib.colors import to_rgb

    ranked = np.sort(scores, axis=-1)
    lead = ranked[..., -1] - ranked[..., -2]
    strength = 0.08 + 0.26 * np.clip(lead / max(float(np.quantile(lead, 0.9)), 1e-12), 0.0, 1.0)
    own = np.array([to_rgb(color) for color in colors])[scores.argmax(axis=-1)]
    shades = strength[..., None] * own + (1.0 - strength[..., None]) * np.array(to_rgb(palette["page"]))
    axes.imshow(shades, extent=(x[0], x[-1], y[0], y[-1]), origin="lower", interpolation="bilinear")
    for k in range(scores.shape[-1]):
        others = np.delete(scores, k, axis=-1).max(axis=-1)
        ahead = scores[..., k] - others
        if ahead.min() < 0.0 < ahead.max():
            axes.contour(x, y, ahead, levels=[0.0], colors=palette["muted"], linewidths=0.9)


def regression(
    predict: Model | Mapping[str, Model], inputs: Array, targets: Array, title: str = "", *, dark: bool = False
) -> Figure:
    """What a regression says of every place, and the samples: a curve over one input, a surface over two.

    Parameters
    ----------
    predict : from inputs to one number each; or several of these by name, side by side: models that under-fit, fit and
        over-fit.
    inputs : the samples, shape ``(n,)``, ``(n, 1)`` or ``(n, 2)``. Models are given places in the same shape.
    targets : shape ``(n,)``. Over two inputs they have the colours of the surface: a point that stands out is wrong.
    title : over all.
    dark : light on dark.

    Raises
    ------
    ShapeError : if the inputs are more than two, or a model gives not one number for each place.

    >>> import numpy as np
    >>> x = np.linspace(-1.0, 1.0, 9)
    >>> figure = regression({"a line": lambda x: x, "a parabola": lambda x: x * x}, x, x * x)
    >>> [axes.get_title() for axes in figure.axes]
    ['a line', 'a parabola']
    """
    inputs, targets = np.asarray(inputs), np.asarray(targets).ravel()
    columns = 1 if inputs.ndim == 1 else inputs.shape[1]
    if inputs.ndim > 2 or columns > 2:
        raise ShapeError(f"a regression is drawn over one or two inputs, but got inputs of shape {inputs.shape}")
    models = predict if isinstance(predict, Mapping) else {title: predict}
    with drawing(1.2 + 3.4 * len(models), 3.6, dark) as (figure, palette):
        row = figure.subplots(1, len(models), sharex=True, sharey=True, squeeze=False)[0]
        for axes, (name, model) in zip(row, models.items(), strict=True):
            (_curve if columns == 1 else _surface)(axes, model, inputs, targets, palette)
            axes.set_title(name)
        if columns == 2:
            beside(figure, row[-1].collections[0], row.tolist(), "predicted")
        if title and models is predict:
            figure.suptitle(title)
    return figure


def _curve(axes: Any, model: Model, inputs: Array, targets: Array, palette: Palette) -> None:
    low, high = inputs.min(), inputs.max()
    x = np.linspace(low - 0.05 * (high - low), high + 0.05 * (high - low), 401)
    axes.scatter(inputs.ravel(), targets, s=18, color=palette["positive"], edgecolor=palette["page"], linewidth=0.5)
    axes.plot(x, _numbers(model, x.reshape(-1, *inputs.shape[1:])), color=palette["negative"], linewidth=2.0)
    axes.set(xlabel="x", ylabel="y" if axes.get_subplotspec().is_first_col() else "")
    margin = 0.25 * max(float(np.ptp(targets)), 1e-12)  # a curve that shoots away leaves the samples in sight
    axes.set_ylim(targets.min() - margin, targets.max() + margin)
    axes.grid(True)


def _surface(axes: Any, model: Model, inputs: Array, targets: Array, palette: Palette) -> None:
    x, y, places = _plane(inputs, 0.05)
    said = _numbers(model, places).reshape(len(y), len(x))
    levels = extra("matplotlib.ticker").MaxNLocator(14).tick_values(targets.min(), targets.max())
    shades = ramp(palette, *(palette[role] for role in ("negative", "page", "positive")))
    filled = axes.contourf(x, y, said, levels=levels, cmap=shades, extend="both")
    look = {"cmap": shades, "norm": filled.norm, "edgecolor": palette["ink"], "linewidth": 0.6}
    axes.scatter(inputs[:, 0], inputs[:, 1], c=targets, s=22, **look)
    axes.set(xlabel="x₁", ylabel="x₂", aspect="equal")
    axes.spines[:].set_visible(False)


def _plane(inputs: Array, margin: float) -> tuple[Array, Array, Array]:
    """A grid round the samples: both axes, and all points, shape ``(n, 2)``."""
    low, high = inputs.min(axis=0), inputs.max(axis=0)
    room = margin * (high - low).max()
    x, y = (np.linspace(low[k] - room, high[k] + room, 201) for k in (0, 1))
    return x, y, np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _said(model: Model, places: Array) -> Array:
    return raw_outputs(model, places) if isinstance(model, Module) else raw(model(places))


def _numbers(model: Model, places: Array) -> Array:
    said = _said(model, places)
    if said.size != len(places):
        raise ShapeError(f"a regression gives one number for each of {len(places)} places, but it gave {said.shape}")
    return said.ravel()
