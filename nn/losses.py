"""Losses: how far predictions are from what they should be, as one number to descend.

Both losses take Tensors, and also Values in lists, which stay Values: every number of a small loss can be looked at.
Targets may be raw numbers, which are constants. Shapes must be equal: nothing is broadcast.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import Any

import numpy as np

import autograd
from autograd import OperandError, ShapeError, SubscriptError, Tensor, Value, scope

__all__ = ["cross_entropy", "mse_loss"]


@scope("mse_loss")
def mse_loss(prediction: Any, target: Any) -> Any:
    """The mean squared error (1/n) Σ (prediction - target)², over all n elements.

    Parameters
    ----------
    prediction : a Tensor, a Value, or (nested) lists of Values.
    target : numbers or nodes of the same shape.

    Raises
    ------
    ShapeError : if the shapes differ (also (n,) and (n, 1), which would broadcast to n² differences), or are empty.

    Examples
    --------
    >>> prediction = Tensor([1.0, 2.0])
    >>> loss = mse_loss(prediction, [0.0, 4.0])
    >>> loss.backward()
    >>> loss.item(), prediction.grad
    (2.5, array([ 1., -2.]))
    >>> mse_loss([Value(1.0), Value(2.0)], [0.0, 4.0]).data
    2.5
    """
    shape = _shape(prediction)
    if shape != _shape(target) or 0 in shape:
        raise ShapeError(
            f"mse_loss needs predictions and targets of one shape and not empty, but got {shape} and {_shape(target)}; "
            "reshape one of them: broadcasting would compare each with all"
        )
    if not isinstance(prediction, Tensor) and (_holds_values(prediction) or _holds_values(target)):
        return _mean([_squared(p, t) for p, t in zip(_elements(prediction), _elements(target), strict=True)])
    if isinstance(prediction, list | tuple):
        prediction = np.asarray(prediction, float)
    return autograd.mean(autograd.square(prediction - target))


@scope("cross_entropy")
def cross_entropy(logits: Any, labels: Any) -> Any:
    """The cross entropy -(1/n) Σ log softmax(logits)[label] of a classifier, mean over the batch.

    Computed from the logits (the outputs before softmax) with the largest taken out as a constant, so that logits of
    any size are safe. With probabilities q as labels it is -(1/n) Σ q log softmax(logits).

    Parameters
    ----------
    logits : a Tensor of shape ``(batch, classes)`` or ``(classes,)``, or the same as lists of Values.
    labels : integers of shape ``(batch,)`` or ``()``, or probabilities (such as one-hot rows) in the shape of `logits`.

    Raises
    ------
    ShapeError : if the shapes do not fit, or are empty.
    SubscriptError : if a label is not one of the classes.
    OperandError : if labels are neither integers nor of the shape of the logits.
    ValueError : if rows of probabilities are negative or do not sum to 1.

    Examples
    --------
    >>> logits = Tensor([[2.0, 0.0, 0.0], [0.0, 1e4, 0.0]])
    >>> loss = cross_entropy(logits, [0, 1])
    >>> loss.backward()                              # (softmax - one-hot) / batch
    >>> print(f"{loss.item():.4f}", logits.grad[0].round(4))
    0.1198 [-0.1065  0.0533  0.0533]
    >>> one = cross_entropy([Value(2.0), Value(0.0), Value(0.0)], 0)
    >>> print(f"{one:.4f}")
    0.2395
    """
    shape = _shape(logits)
    if len(shape) not in (1, 2) or 0 in shape:
        raise ShapeError(f"cross_entropy takes logits of shape (batch, classes) or (classes,), but got {shape}")
    labels = _checked_labels(labels, shape)
    if _holds_values(logits):
        if len(shape) == 1:
            return _scalar_cross_entropy(logits, labels)
        return _mean([_scalar_cross_entropy(row, label) for row, label in zip(logits, labels, strict=True)])
    if isinstance(logits, list | tuple):
        logits = np.asarray(logits, float)
    batch = shape[0] if len(shape) == 2 else 1
    log_p = autograd.log_softmax(logits)
    if _shape(labels) == shape:
        weighted = labels * log_p
        nothing = autograd.where(autograd.equal(labels, 0.0), 0.0, weighted)  # 0 · log 0 is 0
        return -autograd.sum(autograd.where(autograd.equal(log_p, -math.inf), nothing, weighted)) / float(batch)
    if len(shape) == 1:
        return -log_p[labels]
    return log_p[np.arange(batch), labels] @ np.full(batch, -1.0 / batch, log_p.dtype)  # minus the mean, in one step


@scope("element")
def _squared(prediction: Any, target: Any) -> Any:
    """The loss of one element."""
    return autograd.square(prediction - target)


@scope("sample")
def _scalar_cross_entropy(logits: Sequence[Any], label: Any) -> Any:
    """The loss of one sample in Values: log Σ exp(zᵢ - top) - (z_label - top), or its mean over probabilities."""
    with autograd.no_grad():
        top = reduce(autograd.maximum, logits)
    off = [z - top for z in logits] if abs(top) < math.inf else list(logits)
    log_sum = autograd.log(_sum([autograd.exp(z) for z in off]))
    if np.ndim(label) == 0:
        return log_sum - off[int(label)]
    return _sum([q * (log_sum - z) for q, z in zip(label.tolist(), off, strict=True) if q])


def _checked_labels(labels: Any, shape: tuple[int, ...]) -> Any:
    """Labels that fit logits of `shape`: an integer array, or probabilities."""
    if _holds_values(labels):
        raise OperandError("cross_entropy takes labels as numbers or a Tensor, but got Values; use their .item()")
    if autograd.is_tracing() and isinstance(labels, Tensor) and labels.shape == shape:
        return labels
    raw = _numbers(labels)
    if raw.dtype.kind not in "fiub":
        raise OperandError(f"cross_entropy takes integers as labels, or probabilities, but got {labels!r}")
    if raw.shape == shape:
        sums = raw.sum(axis=-1)
        if (raw < 0).any() or not np.allclose(sums, 1.0, rtol=0, atol=1e-5):
            raise ValueError(
                f"cross_entropy takes labels in the shape {shape} of the logits as probabilities, but some are "
                "negative or do not sum to 1 along the last axis; classes are given as integers, one per row"
            )
        return labels if isinstance(labels, Tensor) else raw
    if raw.shape != shape[:-1]:
        raise ShapeError(
            f"cross_entropy got labels of shape {raw.shape} for logits of shape {shape}; "
            f"it takes integers of shape {shape[:-1]}, or probabilities of shape {shape}"
        )
    if raw.dtype.kind not in "iu":
        raise OperandError(f"cross_entropy takes integers as labels, but got {raw.dtype}; use labels.astype(int)")
    if raw.min() < 0 or raw.max() >= shape[-1]:
        raise SubscriptError(
            f"labels go from 0 to {shape[-1] - 1} for {shape[-1]} classes, but got some from {raw.min()} to {raw.max()}"
        )
    return raw


# --- numbers, Tensors, and lists of Values alike ---


def _numbers(x: Any) -> Any:
    """The raw array in or made of `x`."""
    if isinstance(x, Tensor | Value):
        return np.asarray(x.data)
    if _holds_values(x):
        numbers = [element.item() if isinstance(element, Value) else element for element in _elements(x)]
        return np.array(numbers, float).reshape(_shape(x))
    return np.asarray(x)


def _shape(x: Any) -> tuple[int, ...]:
    """The shape, also of nested lists of Values; an error where rows have different lengths."""
    if isinstance(x, Tensor | np.ndarray):
        return x.shape
    if isinstance(x, Value):
        return ()
    if not isinstance(x, list | tuple):
        return np.shape(x)
    inner = {_shape(part) for part in x}
    if len(inner) > 1:
        raise ShapeError(f"rows of different shapes are no batch: {sorted(inner)}")
    return (len(x), *(inner.pop() if inner else ()))


def _holds_values(x: Any) -> bool:
    """Whether `x` is a Value, or nested lists with one in them."""
    return isinstance(x, Value | list | tuple) and any(isinstance(element, Value) for element in _elements(x))


def _elements(x: Any) -> Iterator[Any]:
    """The numbers or Values in nested lists, in order."""
    if isinstance(x, np.ndarray):
        yield from x.ravel().tolist()
    elif isinstance(x, list | tuple):
        for part in x:
            yield from _elements(part)
    else:
        yield x


def _sum(terms: Sequence[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _mean(terms: Sequence[Any]) -> Any:
    return _sum(terms) / float(len(terms)) if len(terms) > 1 else terms[0]
