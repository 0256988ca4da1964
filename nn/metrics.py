"""Measures of a classifier: `accuracy` and `confusion_matrix`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import OperandError, ShapeError, Tensor

__all__ = ["accuracy", "confusion_matrix"]


def accuracy(true: ArrayLike, predicted: ArrayLike) -> float:
    """The share of the labels that were predicted right.

    Parameters
    ----------
    true, predicted : class labels, shape ``(n,)``.

    >>> accuracy([0, 1, 2, 2], [0, 1, 1, 2])
    0.75
    """
    true, predicted = _labels(true, predicted)
    return float(np.mean(true == predicted))


def confusion_matrix(true: ArrayLike, predicted: ArrayLike, n_classes: int | None = None) -> NDArray[np.int64]:
    """How often each true class (down) was predicted as each class (across).

    Parameters
    ----------
    true, predicted : class labels 0, 1, ..., shape ``(n,)``.
    n_classes : how many classes there are; up to the largest label by default.

    Returns
    -------
    Counts of shape ``(n_classes, n_classes)``; the diagonal holds the right ones.

    >>> confusion_matrix([0, 1, 2, 2], [0, 1, 1, 2])
    array([[1, 0, 0],
           [0, 1, 0],
           [0, 1, 1]])
    """
    true, predicted = _labels(true, predicted)
    largest = int(max(true.max(), predicted.max()))
    n = largest + 1 if n_classes is None else n_classes
    if largest >= n or min(true.min(), predicted.min()) < 0:
        raise ShapeError(f"labels go from 0 to n_classes - 1 = {n - 1}, but there are {true.min()} and {largest}")
    return np.bincount(true * n + predicted, minlength=n * n).reshape(n, n).astype(np.int64)


def _labels(true: ArrayLike, predicted: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both as integer arrays of one and the same length."""
    if isinstance(true, Tensor) or isinstance(predicted, Tensor):
        raise OperandError(
            "true and predicted are class labels, not Tensors; nn.predict(model, x) gives those predicted"
        )
    arrays = np.asarray(true), np.asarray(predicted)
    if arrays[0].shape != arrays[1].shape or arrays[0].ndim != 1 or not arrays[0].size:
        raise ShapeError(
            f"true and predicted labels are two lists of one length, but got shapes {arrays[0].shape} and "
            f"{arrays[1].shape}; of scores of shape (n, classes) take .argmax(axis=1)"
        )
    if any(array.dtype.kind not in "iub" for array in arrays):
        raise OperandError(f"labels are integers, but got {arrays[0].dtype} and {arrays[1].dtype}")
    return arrays[0].astype(np.int64), arrays[1].astype(np.int64)
