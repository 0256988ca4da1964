"""Losses of a yes or no: cross entropy of a probability, and of the logit before the sigmoid that makes it."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

import autograd
from autograd import OperandError, Tensor, scope
from nn.losses.batch import by_element
from nn.nested import holds_values, numbers

__all__ = ["binary_cross_entropy", "binary_cross_entropy_with_logits"]


@scope("binary_cross_entropy")
def binary_cross_entropy(prediction: Any, target: Any, reduction: str = "mean") -> Any:
    """The binary cross entropy -(1/n) Σ [y log p + (1 - y) log(1 - p)] of probabilities p, over all n elements.

    A prediction that is certain and wrong, p = 0 with y = 1, has infinite loss (PyTorch has 100 instead). From the
    outputs before a sigmoid, `binary_cross_entropy_with_logits` gives the same without that edge.

    Parameters
    ----------
    prediction : the probabilities p of a yes, a Tensor, a Value, or (nested) lists of Values.
    target : y of the same shape: 1 for yes, 0 for no, or probabilities.
    reduction : "mean", "sum", or "none" for the losses of all elements.

    Raises
    ------
    ShapeError : if the shapes differ, or are empty.
    ValueError : if a probability is not from 0 to 1, or `reduction` is none of the three.

    Examples
    --------
    >>> loss = binary_cross_entropy(Tensor([0.9, 0.2]), [1.0, 0.0])
    >>> print(f"{loss.item():.4f}")                          # -(log 0.9 + log 0.8) / 2
    0.1643
    """
    _check_probabilities("prediction", prediction)
    _check_probabilities("target", target)
    return by_element("binary_cross_entropy", prediction, target, _cross_entropy, reduction)


@scope("binary_cross_entropy_with_logits")
def binary_cross_entropy_with_logits(
    prediction: Any, target: Any, reduction: str = "mean", pos_weight: float = 1.0
) -> Any:
    """The binary cross entropy of p = sigmoid(prediction), exact for logits of any size.

    (1/n) Σ [pos_weight y softplus(-z) + (1 - y) softplus(z)] with logits z, since -log p = softplus(-z). If all targets
    are 0 or 1, also infinite logits have their limits: 0 on the right side (nan in PyTorch).

    Parameters
    ----------
    prediction : the logits z, a Tensor, a Value, or (nested) lists of Values.
    target : y of the same shape: 1 for yes, 0 for no, or probabilities.
    reduction : "mean", "sum", or "none" for the losses of all elements.
    pos_weight : how many times a yes counts, for data with few of them.

    Raises
    ------
    ShapeError : if the shapes differ, or are empty.
    ValueError : if a target is not from 0 to 1, `pos_weight` negative, or `reduction` none of the three.

    Examples
    --------
    >>> logits = Tensor([2.0, -40.0])
    >>> loss = binary_cross_entropy_with_logits(logits, [1.0, 0.0])
    >>> loss.backward()                               # (p - y) / n
    >>> print(f"{loss.item():.4f} {logits.grad[0]:.4f} {logits.grad[1]:.4g}")
    0.0635 -0.0596 2.124e-18
    """
    if not (isinstance(pos_weight, Real) and 0.0 <= pos_weight < np.inf):
        raise ValueError(f"pos_weight= takes a finite number that is not negative, but got {pos_weight!r}")
    _check_probabilities("target", target)
    weight = float(pos_weight)

    def loss(z: Any, y: Any) -> Any:
        if _is_hard(y):
            one = autograd.softplus((1.0 - 2.0 * y) * z)
            return one if weight == 1.0 else (1.0 + (weight - 1.0) * y) * one
        yes = y * autograd.softplus(-z)
        return (yes if weight == 1.0 else weight * yes) + (1.0 - y) * autograd.softplus(z)

    return by_element("binary_cross_entropy_with_logits", prediction, target, loss, reduction)


def _is_hard(y: Any) -> bool:
    """Whether a target, or all of an array, are 0 or 1."""
    if isinstance(y, np.ndarray):
        return bool(((y == 0.0) | (y == 1.0)).all())
    return isinstance(y, Real) and y in (0.0, 1.0)


def _cross_entropy(p: Any, y: Any) -> Any:
    no = (1.0 - y) * autograd.log1p(-p)  # accurate for small p, where 1 - p is not
    return -(autograd.xlogy(y, p) + autograd.where(autograd.equal(y, 1.0), 0.0, no))  # 0 · log 0 is 0


def _check_probabilities(what: str, x: Any) -> None:
    if autograd.is_tracing() and (isinstance(x, Tensor) or holds_values(x)):
        return  # nobody may look at the numbers
    raw = numbers(x)
    if raw.dtype.kind not in "fiub":
        raise OperandError(f"a {what} is a probability from 0 to 1, but got {x!r}")
    if raw.size and not (raw.min() >= 0.0 and raw.max() <= 1.0):
        raise ValueError(f"a {what} is a probability from 0 to 1, but got some from {raw.min()} to {raw.max()}")
