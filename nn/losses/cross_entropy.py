"""The loss of a classifier."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import autograd
from autograd import OperandError, ShapeError, SubscriptError, Tensor, scope
from nn.losses.batch import check_reduction, reduced, total
from nn.nested import holds_values, numbers, shape_of

__all__ = ["cross_entropy"]


@scope("cross_entropy")
def cross_entropy(
    logits: Any,
    labels: Any,
    reduction: str = "mean",
    weight: ArrayLike | None = None,
    label_smoothing: float = 0.0,
) -> Any:
    """The cross entropy -(1/n) Σ log softmax(logits)[label] of a classifier, mean over the batch.

    Computed from the logits (the outputs before softmax) with the largest taken out as a constant, so that logits of
    any size are safe. With probabilities q as labels it is -(1/n) Σ q log softmax(logits).

    Parameters
    ----------
    logits : a Tensor of shape ``(batch, classes)`` or ``(classes,)``, or the same as lists of Values.
    labels : integers of shape ``(batch,)`` or ``()``, or probabilities (such as one-hot rows) in the shape of `logits`.
    reduction : "mean"; "sum" over the batch; or "none" for the loss of each row.
    weight : how much each class counts, shape ``(classes,)``. The mean over integer labels is then weighted, too.
    label_smoothing : the share ε of each label that is spread over all classes: q ← (1 - ε) q + ε / classes.

    Raises
    ------
    ShapeError : if the shapes do not fit, or are empty.
    SubscriptError : if a label is not one of the classes.
    OperandError : if labels are neither integers nor of the shape of the logits.
    ValueError : if rows of probabilities are negative or do not sum to 1, or an option is out of its range.

    Examples
    --------
    >>> from autograd import Value
    >>> logits = Tensor([[2.0, 0.0, 0.0], [0.0, 1e4, 0.0]])
    >>> loss = cross_entropy(logits, [0, 1])
    >>> loss.backward()                              # (softmax - one-hot) / batch
    >>> print(f"{loss.item():.4f}", logits.grad[0].round(4))
    0.1198 [-0.1065  0.0533  0.0533]
    >>> one = cross_entropy([Value(2.0), Value(0.0), Value(0.0)], 0)
    >>> print(f"{one:.4f}")
    0.2395
    """
    shape = shape_of(logits)
    if len(shape) not in (1, 2) or 0 in shape:
        raise ShapeError(f"cross_entropy takes logits of shape (batch, classes) or (classes,), but got {shape}")
    check_reduction(reduction)
    labels, over = _checked_labels(labels, shape), float(shape[0] if len(shape) == 2 else 1)
    if weight is not None or label_smoothing:
        labels, over = _shares(labels, shape, weight, label_smoothing)
    if holds_values(logits):
        rows = [logits] if len(shape) == 1 else logits
        losses = [_of_row(z, y) for z, y in zip(rows, [labels] if len(shape) == 1 else labels, strict=True)]
        if reduction == "mean":
            return total(losses) / over if over != 1.0 else total(losses)
        return reduced(losses, shape[:-1], reduction)
    if isinstance(logits, list | tuple):
        logits = np.asarray(logits, float)
    log_p = autograd.log_softmax(logits)
    if shape_of(labels) == shape:
        if isinstance(labels, np.ndarray):
            labels = labels.astype(log_p.dtype, copy=False)
        weighted = labels * log_p
        nothing = autograd.where(autograd.equal(labels, 0.0), 0.0, weighted)  # 0 · log 0 is 0
        terms = autograd.where(autograd.equal(log_p, -math.inf), nothing, weighted)
        if reduction == "none":
            return -autograd.sum(terms, axis=-1)
        return -autograd.sum(terms) / (over if reduction == "mean" else 1.0)
    if len(shape) == 1:
        return -log_p[labels]
    picked = log_p[np.arange(shape[0]), labels]
    if reduction == "mean":
        return picked @ np.full(shape[0], -1.0 / over, log_p.dtype)  # minus the mean, in one step
    return -picked if reduction == "none" else -autograd.sum(picked)


@scope("sample")
def _of_row(logits: Sequence[Any], label: Any) -> Any:
    """The loss of one sample in Values: log Σ exp(zᵢ - top) - (z_label - top), or its mean over probabilities."""
    with autograd.no_grad():
        top = reduce(autograd.maximum, logits)
    off = [z - top for z in logits] if abs(top) < math.inf else list(logits)
    log_sum = autograd.log(total([autograd.exp(z) for z in off]))
    if np.ndim(label) == 0:
        return log_sum - off[int(label)]
    terms = [q * (log_sum - z) for q, z in zip(label.tolist(), off, strict=True) if q]
    return total(terms) if terms else autograd.where(True, 0.0, log_sum)  # a label of weight 0


def _shares(labels: Any, shape: tuple[int, ...], weight: ArrayLike | None, smoothing: float) -> tuple[Any, float]:
    """Labels as smooth and weighted shares of all classes, and what the sum of the losses is divided by for a mean."""
    classes = shape[-1]
    if not (isinstance(smoothing, Real) and 0.0 <= smoothing <= 1.0):
        raise ValueError(f"label_smoothing= takes a share from 0 to 1, but got {smoothing!r}")
    weights = np.ones(classes) if weight is None else np.asarray(weight, float)
    if weights.shape != (classes,) or not (weights >= 0.0).all():
        raise ValueError(f"weight= takes {classes} numbers that are not negative, one per class, but got {weight!r}")
    over = float(shape[0] if len(shape) == 2 else 1)
    if shape_of(labels) != shape:
        over = float(np.sum(weights[labels]))
        labels = np.eye(classes)[labels]
    return ((1.0 - smoothing) * labels + smoothing / classes) * weights, over


def _checked_labels(labels: Any, shape: tuple[int, ...]) -> Any:
    """Labels that fit logits of `shape`: an integer array, or probabilities."""
    if holds_values(labels):
        raise OperandError("cross_entropy takes labels as numbers or a Tensor, but got Values; use their .item()")
    if autograd.is_tracing() and isinstance(labels, Tensor) and labels.shape == shape:
        return labels
    raw = numbers(labels)
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
