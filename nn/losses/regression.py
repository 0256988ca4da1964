"""Losses of numbers: squared, absolute, and between the two."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import autograd
from autograd import scope
from nn.losses.batch import by_element

__all__ = ["half_squared_error", "huber_loss", "l1_loss", "mse_loss", "smooth_l1_loss", "squared_error"]


@scope("mse_loss")
def mse_loss(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The mean squared error (1/n) Σ (prediction - target)², over all n elements.

    Parameters
    ----------
    prediction : a Tensor, a Value, or (nested) lists of Values.
    target : numbers or nodes of the same shape.
    reduction : "mean"; "sum" for Σ (prediction - target)²; "none" for the squares themselves.

    Raises
    ------
    ShapeError : if the shapes differ (also (n,) and (n, 1), which would broadcast to n² differences), or are empty.
    ValueError : if `reduction` is none of the three.

    Examples
    --------
    >>> from autograd import Tensor, Value
    >>> prediction = Tensor([1.0, 2.0])
    >>> loss = mse_loss(prediction, [0.0, 4.0])
    >>> loss.backward()
    >>> loss.item(), prediction.grad
    (2.5, array([ 1., -2.]))
    >>> mse_loss([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    2.5
    """
    return by_element("mse_loss", prediction, target, lambda p, t: autograd.square(p - t), reduction)


@scope("squared_error")
def squared_error(prediction: Any, target: Any, reduction: str = "sum") -> Any:
    """The squared error L = (target - prediction)², summed over all elements.

    Parameters and errors are those of `mse_loss`.

    >>> float(squared_error([0.5, 1.0], [1.0, 1.0]))
    0.25
    """
    return by_element("squared_error", prediction, target, lambda p, t: autograd.square(t - p), reduction)


@scope("half_squared_error")
def half_squared_error(prediction: Any, target: Any, reduction: str = "sum") -> Any:
    """Half the sum of squares, E = ½ Σ (target - prediction)², whose derivative is prediction - target.

    Parameters and errors are those of `mse_loss`.

    >>> float(half_squared_error([0.5, 1.0], [1.0, 1.0]))
    0.125
    """
    return by_element("half_squared_error", prediction, target, lambda p, t: 0.5 * autograd.square(t - p), reduction)


@scope("l1_loss")
def l1_loss(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The mean absolute error (1/n) Σ |prediction - target|: outliers count no more than they are off.

    Parameters and errors are those of `mse_loss`.

    >>> float(l1_loss([1.0, 2.0], [0.0, 4.0]))
    1.5
    """
    return by_element("l1_loss", prediction, target, lambda p, t: autograd.abs(p - t), reduction)


@scope("huber_loss")
def huber_loss(prediction: Any, target: Any, reduction: str = "mean", delta: float = 1.0) -> Any:
    """Squared where it is near, absolute where it is far: the mean of ½ d² if |d| < delta, else delta (|d| - ½ delta).

    d is prediction - target. (Huber, "Robust estimation of a location parameter", 1964.) Parameters and errors are
    those of `mse_loss`; `delta` is positive.

    >>> huber_loss([0.5, 3.0], [0.0, 0.0], reduction="none")
    array([0.125, 2.5  ])
    """
    if not (isinstance(delta, Real) and 0.0 < delta < math.inf):
        raise ValueError(f"delta= takes a positive number, but got {delta!r}")
    return by_element("huber_loss", prediction, target, lambda p, t: _huber(p - t, float(delta)), reduction)


@scope("smooth_l1_loss")
def smooth_l1_loss(prediction: Any, target: Any, reduction: str = "mean", beta: float = 1.0) -> Any:
    """The Huber loss divided by its threshold: the mean of ½ d² / beta if |d| < beta, else |d| - ½ beta.

    d is prediction - target. (Girshick, "Fast R-CNN", 2015.) Parameters and errors are those of `mse_loss`; with `beta`
    0 this is `l1_loss`.

    >>> smooth_l1_loss([0.5, 3.0], [0.0, 0.0], reduction="none", beta=2.0)
    array([0.0625, 2.    ])
    """
    if not (isinstance(beta, Real) and 0.0 <= beta < math.inf):
        raise ValueError(f"beta= takes a number that is not negative, but got {beta!r}")
    scale = float(beta)

    def loss(p: Any, t: Any) -> Any:
        return _huber(p - t, scale) / scale if scale else autograd.abs(p - t)

    return by_element("smooth_l1_loss", prediction, target, loss, reduction)


def _huber(off: Any, delta: float) -> Any:
    """½ d² up to delta, and in a straight line from there: m (|d| - ½ m) with m the smaller of |d| and delta."""
    size = autograd.abs(off)
    near = autograd.minimum(size, delta)
    return near * (size - 0.5 * near)
