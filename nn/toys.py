"""Toy data: logic gates, and points of the plane in classes that need more than a line.

The points lie in about [-1, 1] × [-1, 1]. All take how many points, the standard deviation of the noise that is added
to each coordinate, and a Generator.
"""

from __future__ import annotations

import math
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from autograd import ShapeError
from nn.arguments import is_whole
from nn.data import Dataset
from nn.init import generator

__all__ = ["circles", "gate", "linear", "moons", "petals", "spiral"]

Array = NDArray[np.float64]


def gate(name: str) -> Dataset:
    """The truth table of a logic gate: ``"and"``, ``"or"``, ``"nand"``, or ``"xor"``, which no line can split.

    >>> gate("xor").inputs.tolist(), gate("xor").targets
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], array([0, 1, 1, 0]))
    """
    tables = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "nand": [1, 1, 1, 0], "xor": [0, 1, 1, 0]}
    if name not in tables:
        raise ValueError(f"there is no gate {name!r}; choose from {', '.join(tables)}")
    inputs = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return Dataset(inputs, np.array(tables[name]), ["x1", "x2"], ["false", "true"])


def linear(n: int = 200, noise: float = 0.0, rng: np.random.Generator | None = None, gap: float = 0.1) -> Dataset:
    """Two classes on both sides of the line x₁ + 2 x₂ = 0, with no point closer to it than `gap`.

    >>> points = linear(100, rng=np.random.default_rng(0))
    >>> bool(np.all((points.inputs @ [1.0, 2.0] > 0.0) == points.targets))
    True
    """
    if not (isinstance(gap, Real) and 0.0 <= gap <= 1.0):
        raise ValueError(f"gap= takes a distance from 0 to 1, but got {gap!r}")
    labels, rng = _halves(n, 2), generator(rng)
    along, away = rng.uniform(-1.0, 1.0, n), rng.uniform(gap, 1.0, n) * np.where(labels == 1, 1.0, -1.0)
    line, normal = np.array([2.0, -1.0]) / math.sqrt(5.0), np.array([1.0, 2.0]) / math.sqrt(5.0)
    return _points(along[:, None] * line + away[:, None] * normal, labels, noise, rng, ["below", "above"])


def circles(n: int = 200, noise: float = 0.02, rng: np.random.Generator | None = None) -> Dataset:
    """A ring of radius 0.7 to 1 round a disc of radius 0.5.

    >>> points = circles(100, noise=0.0, rng=np.random.default_rng(0))
    >>> bool(np.all((np.hypot(*points.inputs.T) > 0.6) == points.targets))
    True
    """
    labels, rng = _halves(n, 2), generator(rng)
    inner, outer = np.where(labels == 1, 0.7, 0.0), np.where(labels == 1, 1.0, 0.5)
    radius = np.sqrt(rng.uniform(inner**2, outer**2))  # as many points everywhere
    return _points(_polar(radius, rng.uniform(0.0, 2.0 * math.pi, n)), labels, noise, rng, ["disc", "ring"])


def petals(n: int = 400, noise: float = 0.02, rng: np.random.Generator | None = None, count: int = 6) -> Dataset:
    """A flower r = 0.2 + 0.8 |sin(count · θ / 2)| of `count` petals, an even number, in two classes by turns.

    >>> points = petals(100, noise=0.0, rng=np.random.default_rng(0))
    >>> theta = np.arctan2(*points.inputs.T[::-1]) % (2.0 * np.pi)
    >>> bool(np.all((theta // (np.pi / 3.0)) % 2 == points.targets))
    True
    """
    if not is_whole(count, 2) or count % 2:
        raise ValueError(f"petals of two classes by turns are an even number of them, but got {count!r}")
    labels, rng = _halves(n, 2), generator(rng)
    petal = 2 * rng.integers(0, count // 2, n) + labels
    theta = (petal + rng.uniform(0.08, 0.92, n)) * 2.0 * math.pi / count  # with room between the petals
    radius = 0.2 + 0.8 * np.abs(np.sin(0.5 * count * theta))
    return _points(_polar(radius, theta), labels, noise, rng, ["odd", "even"])


def spiral(
    n: int = 300, noise: float = 0.02, rng: np.random.Generator | None = None, arms: int = 3, turns: float = 0.75
) -> Dataset:
    """Arms that wind round the centre, each a class: θ = 2π (k / arms + turns · r) for r from 0.1 to 1.

    >>> spiral(300, rng=np.random.default_rng(0)).classes
    ['arm 1', 'arm 2', 'arm 3']
    """
    labels, rng = _halves(n, arms), generator(rng)
    radius = rng.uniform(0.1, 1.0, n)
    theta = 2.0 * math.pi * (labels / arms + turns * radius)
    return _points(_polar(radius, theta), labels, noise, rng, [f"arm {k}" for k in range(1, arms + 1)])


def moons(n: int = 200, noise: float = 0.05, rng: np.random.Generator | None = None) -> Dataset:
    """Two half circles, each with one end inside the other.

    >>> points = moons(200, noise=0.0, rng=np.random.default_rng(0))
    >>> points.inputs.min(axis=0).round(1), points.inputs.max(axis=0).round(1)
    (array([-1. , -0.5]), array([1. , 0.5]))
    """
    labels, rng = _halves(n, 2), generator(rng)
    theta = math.pi * (rng.uniform(0.0, 1.0, n) + labels)
    shift = np.where(labels == 1, 1.0, -1.0)[:, None] * np.array([1.0 / 3.0, 1.0 / 6.0])
    return _points(_polar(np.full(n, 2.0 / 3.0), theta) + shift, labels, noise, rng, ["upper", "lower"])


def _halves(n: int, classes: int) -> NDArray[np.int64]:
    """Labels of `n` points, as many of each class, up to one."""
    if not is_whole(classes) or not is_whole(n, classes):
        raise ShapeError(f"{classes!r} classes need at least as many points, but got {n!r}; both are whole numbers")
    return np.arange(n) % classes


def _polar(radius: Array, theta: Array) -> Array:
    return np.stack([radius * np.cos(theta), radius * np.sin(theta)], axis=1)


def _points(
    inputs: Array, labels: NDArray[np.int64], noise: float, rng: np.random.Generator, classes: list[str]
) -> Dataset:
    if not (isinstance(noise, Real) and 0.0 <= noise < math.inf):
        raise ValueError(f"noise is a standard deviation and not negative, but got {noise!r}")
    return Dataset(inputs + noise * rng.standard_normal(inputs.shape), labels, ["x1", "x2"], classes)
