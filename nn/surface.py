"""The loss over a plane through the space of parameters: what a landscape an optimizer walks in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from itertools import repeat
from math import isfinite
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from autograd import OperandError, ShapeError, Tensor, Value, no_grad
from nn.arguments import is_whole
from nn.data import pair
from nn.evaluate import Loss, cost_of, in_mode, model_on_batches
from nn.init import generator
from nn.lanes import Lanes
from nn.module import Module, Parameter
from nn.neuron import MLP
from nn.optim.vector import Vector

__all__ = ["LossSurface", "Paths", "loss_surface"]

Array = NDArray[np.float64]
Paths = Array | Mapping[str, Array]
"""Where the parameters were after each step, shape ``(steps, parameters)``; or several such by name."""
Direction = str | Array
"""The path of a parameter of one number, such as ``"b"`` or ``"weight[0, 1]"``; or a vector of all parameters."""


@dataclass(frozen=True, eq=False, repr=False)
class LossSurface:
    """Losses at θ = origin + x · directions[0] + y · directions[1]; `nn.plot.surface` draws them.

    Attributes
    ----------
    x, y : the coordinates of the grid, shapes ``(columns,)`` and ``(rows,)``.
    losses : shape ``(rows, columns)``; nan or inf where there is none.
    labels : what the axes are.
    origin, directions : shapes ``(parameters,)`` and ``(2, parameters)``.
    """

    x: Array
    y: Array
    losses: Array
    labels: tuple[str, str]
    origin: Array
    directions: Array

    def project(self, path: Any) -> Array:
        """The coordinates of the points of the plane that are nearest to those of a path, shape ``(steps, 2)``.

        Raises
        ------
        ShapeError : if it is no path of these parameters.
        """
        return _project(_path(path, len(self.origin)), self.origin, self.directions)

    def __repr__(self) -> str:
        (x, y), finite = self.labels, self.losses[np.isfinite(self.losses)]
        found = f"{finite.min():.4g} to {finite.max():.4g}" if finite.size else "none finite"
        return f"LossSurface({self.losses.shape[1]} × {self.losses.shape[0]} over {x} and {y}, losses {found})"


def loss_surface(
    model: Module | Callable[[Any, Any], Any],
    data: Any = None,
    loss: Loss | None = None,
    along: str | Sequence[Direction] | None = None,
    x: tuple[float, float] | None = None,
    y: tuple[float, float] | None = None,
    *,
    paths: Paths | None = None,
    points: int | None = None,
    rng: np.random.Generator | None = None,
) -> LossSurface:
    """The loss of a model over two of its parameters or along two directions, or a function of two numbers.

    The model is measured in evaluation mode. Its parameters are changed on the way and are as before in the end, also
    if that is an error or Ctrl-C.

    Parameters
    ----------
    model : an `nn.Module`; or a function of two numbers, for which no data are needed.
    data : a pair ``(inputs, targets)``, or a `Dataset`: one batch.
    loss : of outputs and targets.
    along : what the axes are. Two parameters, see `Direction`; ``"random"`` directions, in which each filter is as long
        as that of the model, and biases stay (Li et al., "Visualizing the loss landscape of neural nets", 2018); the
        ``"principal"`` directions of `paths`, those of their largest variance; or two directions of your own. By
        default the parameters of a model with two numbers, and random directions of others.
    x, y : from where to where; by default round the paths if there are some. Along parameters these are their values,
        along directions they count from the model as it is.
    paths : of an `nn.ParameterPath` or `nn.descend`, to make room for.
    points : how many along each axis: by default 51, of a function 121.
    rng : for random directions; a fresh Generator by default, different each time.

    Raises
    ------
    TypeError : if data or the loss are missing.
    ValueError : if a parameter is not there, directions are parallel, or a range is empty.
    ShapeError : if a direction or path has not as many numbers as the model.

    Examples
    --------
    >>> bowl = loss_surface(lambda x, y: x * x + 2.0 * y * y, x=(-1, 1), y=(-2, 2), points=3)
    >>> bowl.losses
    array([[9., 8., 9.],
           [1., 0., 1.],
           [9., 8., 9.]])
    >>> from nn import MLP, mse_loss, toys
    >>> network, moons = MLP(2, [4, 1], rng=np.random.default_rng(0)), toys.moons(40, rng=np.random.default_rng(0))
    >>> loss_surface(network, moons, mse_loss, ["layers.1.neurons.0.w.0", "layers.1.neurons.0.b"], points=21)
    LossSurface(21 × 21 over layers.1.neurons.0.w.0 and layers.1.neurons.0.b, losses 0.1648 to 6.827)
    """
    if points is None:
        points = 51 if isinstance(model, Module) else 121
    if not is_whole(points, least=2):
        raise ValueError(f"a surface has a whole number of points along each axis, from 2, but got {points=}")
    if not isinstance(model, Module):
        return _of_function(model, data, along, (x, y), paths, points)
    if data is None or loss is None:
        raise TypeError("the loss of a model needs data: loss_surface(model, (inputs, targets), nn.mse_loss)")
    theta = Vector("loss_surface", model.parameters()).read()
    walked = _walked(paths, len(theta))
    labels, origin, directions = _plane(model, theta, along, walked, generator(rng))
    seen = [_project(path, origin, directions) for path in walked or [theta[None]]]
    x_axis, y_axis = _axes((x, y), np.concatenate(seen), 0.0 if walked else 1.0 if origin is theta else 2.0, points)
    losses = _losses(model, data, loss, _grid(x_axis, y_axis) @ directions + origin)
    return LossSurface(x_axis, y_axis, losses.reshape(points, points), labels, origin, directions)


def _of_function(
    function: Any, data: Any, along: Any, ranges: tuple[Any, Any], paths: Paths | None, points: int
) -> LossSurface:
    if not callable(function) or not (data is None and along is None):
        raise TypeError(
            "a loss surface is of an nn.Module with data and a loss, or of a function of two numbers without, but got "
            f"{function!r}"
        )
    walked = _walked(paths, 2)
    x, y = _axes(ranges, np.concatenate(walked or [np.zeros((1, 2))]), 0.0 if walked else 2.0, points)
    with no_grad(), np.errstate(all="ignore"):
        losses = np.array([_number(function(Value(a), Value(b))) for a, b in _grid(x, y).tolist()])
    return LossSurface(x, y, losses.reshape(points, points), _arguments(function), np.zeros(2), np.eye(2))


def _arguments(function: Any) -> tuple[str, str]:
    """What the axes are called: like the arguments, where they can be looked at."""
    try:
        names = list(signature(function).parameters)
    except ValueError:
        names = []
    return (names[0], names[1]) if len(names) == 2 else ("x", "y")


# --- the plane ---

_NTH = "1st", "2nd"


def _plane(
    model: Module, theta: Array, along: Any, walked: list[Array], rng: np.random.Generator
) -> tuple[tuple[str, str], Array, Array]:
    """What the axes are, and the origin and directions of the plane; the origin is `theta` but for parameters."""
    if along is None:
        along = list(_names(model)) if len(theta) == 2 else "random"
    labels: tuple[str, ...]
    origin = theta
    if isinstance(along, str):
        if along not in ("random", "principal"):
            raise ValueError(f"along= takes 'random', 'principal' or two directions, but got {along!r}")
        if along == "random":
            labels = tuple(f"{nth} random direction" for nth in _NTH)
            directions = np.stack([_by_filter(model, theta, rng) for _ in range(2)])
        else:
            directions, shares = _principal(walked)
            told = zip(_NTH, shares, strict=True)
            labels = tuple(f"{nth} principal direction, {share:.0%} of the variance" for nth, share in told)
    else:
        if not isinstance(along, Sequence | np.ndarray) or len(along) != 2:
            raise ValueError(f"along= takes two directions, but got {along!r}")
        labels = tuple(d if isinstance(d, str) else f"{nth} direction" for nth, d in zip(_NTH, along, strict=True))
        directions = np.stack([_direction(model, d, len(theta)) for d in along])
        of_parameters = directions[[isinstance(d, str) for d in along]].any(axis=0)
        origin = np.where(of_parameters, 0.0, theta) if of_parameters.any() else theta
    if np.linalg.matrix_rank(directions) < 2:
        raise ValueError("the two directions are parallel, or one is 0: they span no plane")
    return (labels[0], labels[1]), origin, directions


def _direction(model: Module, given: Direction, n: int) -> Array:
    """A vector of all parameters."""
    if isinstance(given, str):
        names = _names(model)
        if given not in names:
            some = ", ".join(list(names)[:6]) + (", ..." if len(names) > 6 else "")
            raise ValueError(f"there is no parameter {given!r} of one number; there are {some}")
        return np.asarray(np.eye(1, n, names[given])[0])
    vector = np.asarray(given, np.float64)
    if vector.shape != (n,):
        raise ShapeError(f"a direction has a number for each of {n} parameters, but got shape {vector.shape}")
    return vector


def _names(model: Module) -> dict[str, int]:
    """Every number among the parameters by its path, such as ``weight[0, 1]``, and where it is in θ."""
    names = []
    for path, p in model.named_parameters():
        names += [f"{path}{list(i)}" if i else path for i in np.ndindex(p.shape if isinstance(p, Tensor) else ())]
    return {name: i for i, name in enumerate(names)}


def _by_filter(model: Module, theta: Array, rng: np.random.Generator) -> Array:
    """A random direction whose filters are as long as those of the model, and whose biases are 0.

    A filter is what leads into one unit or channel: a row of a Tensor, a list of Values.
    """
    groups: dict[str, list[int]] = {}
    for name, i in _names(model).items():
        path, bracket, place = name.partition("[")
        row = f"{path}{place.partition(',')[0]}" if "," in place else ""
        parent, _, last = path.rpartition(".")
        key = row if bracket else parent if last.isdigit() else ""
        groups.setdefault(key, []).append(i)
    filters = [group for key, group in groups.items() if key] or list(groups.values())
    noise, direction = rng.standard_normal(len(theta)), np.zeros(len(theta))
    for group in filters:
        direction[group] = noise[group] * (np.linalg.norm(theta[group]) / np.linalg.norm(noise[group]))
    return direction


def _principal(walked: list[Array]) -> tuple[Array, Array]:
    """The two directions of the largest variance of paths, the first step towards them negative, and its shares."""
    if not walked:
        raise ValueError("principal directions are those of a path; give paths=, as nn.ParameterPath records them")
    points = np.concatenate(walked)
    centered = points - points.mean(axis=0)
    _, sizes, rows = np.linalg.svd(centered, full_matrices=False)
    if not sizes[0] or len(rows) < 2:
        raise ValueError("the path stays where it is, and so has no principal directions")
    signs = np.where((points[0] - points[-1]) @ rows[:2].T < 0.0, -1.0, 1.0)
    return rows[:2] * signs[:, None], sizes[:2] ** 2 / np.sum(sizes**2)


# --- the grid ---


def _axes(given: tuple[Any, Any], seen: Array, reach: float, points: int) -> list[Array]:
    """Both axes: as given, or round what is to be seen, with room or as far as `reach`."""
    axes = []
    for limits, low, high in zip(given, seen.min(axis=0), seen.max(axis=0), strict=True):
        room = reach or 0.25 * max(high - low, 0.2 * float(np.ptp(seen, axis=0).max()), 1e-6)
        try:
            start, stop = (low - room, high + room) if limits is None else map(float, limits)
        except (TypeError, ValueError):
            raise ValueError(f"x= and y= take where an axis starts and stops, but got {limits!r}") from None
        if not (isfinite(start) and isfinite(stop) and start < stop):
            raise ValueError(f"an axis goes from a number to a larger one, but got {limits!r}")
        axes.append(np.linspace(start, stop, points))
    return axes


def _grid(x: Array, y: Array) -> Array:
    """All points, shape ``(rows · columns, 2)``."""
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _losses(model: Module, data: Any, loss: Loss, thetas: Array) -> Array:
    """The loss with each of many θ."""
    inputs, targets = pair(data)
    with no_grad(), in_mode(model, training=False), np.errstate(all="ignore"), _restored(model.parameters()):
        return np.array([_number(cost_of(loss, out, targets)) for out in _outputs(model, inputs, thetas)])


def _outputs(model: Module, inputs: Array, thetas: Array) -> Iterator[Any]:
    """The outputs with each θ, which is written into the model, where the loss may look at it too."""
    vector, run = Vector("loss_surface", model.parameters()), model_on_batches(model)
    lanes = Lanes(cast(MLP, model)) if Lanes.fits(model) else None
    for start in range(0, len(thetas), 64):
        part = thetas[start : start + 64]
        for theta, out in zip(part, lanes.at(part, inputs) if lanes else repeat(None), strict=False):
            vector.write(theta)
            yield run(inputs) if out is None else Tensor(out)


@contextmanager
def _restored(parameters: list[Parameter]) -> Iterator[None]:
    """A block that changes parameters, which are as before after it."""
    before = [p.data for p in parameters]
    try:
        yield
    finally:
        for p, data in zip(parameters, before, strict=True):
            p.data = data


def _number(loss: Any) -> float:
    """A loss as a float."""
    try:
        return float(loss.item() if isinstance(loss, Value | Tensor) else loss)
    except (TypeError, ValueError):
        raise OperandError(f"a loss is one number, but got {loss!r}") from None


# --- paths ---


def _walked(paths: Paths | None, n: int) -> list[Array]:
    """Paths as a list of arrays."""
    if paths is None:
        return []
    return [_path(path, n) for path in (paths.values() if isinstance(paths, Mapping) else [paths])]


def _path(path: Any, n: int) -> Array:
    points = np.asarray(path, np.float64)
    if points.ndim != 2 or points.shape[1] != n or not len(points):
        raise ShapeError(
            f"a path has a row of {n} numbers for each step, as many as there are parameters, but got shape "
            f"{points.shape}; nn.ParameterPath has it in points"
        )
    return points


def _project(path: Array, origin: Array, directions: Array) -> Array:
    return np.asarray((path - origin) @ np.linalg.pinv(directions))
