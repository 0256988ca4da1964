"""Measures of predictions: of classes, of scores with a threshold, and of numbers.

Everything takes the truth first, as scikit-learn does, and plain numbers; `nn.predict` makes them of a model. For two
classes, 1 is the positive one. TP, FP, TN and FN count true and false positives and negatives.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import OperandError, ShapeError, Tensor

__all__ = [
    "Roc", "accuracy", "best_threshold", "confusion_matrix", "f1", "false_positive_rate", "precision", "r2", "recall",
    "roc_auc", "roc_curve",
]  # fmt: skip

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


# --- predicted classes ---


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


def confusion_matrix(true: ArrayLike, predicted: ArrayLike, n_classes: int | None = None) -> Labels:
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
    largest, smallest = (int(of([of(true), of(predicted)])) for of in (np.max, np.min))
    n = largest + 1 if n_classes is None else n_classes
    if largest >= n or smallest < 0:
        raise ShapeError(f"labels go from 0 to n_classes - 1 = {n - 1}, but there are {smallest} to {largest}")
    if n * n > 2**30:
        raise ShapeError(
            f"labels are class numbers 0, 1, ..., but there would be {n} classes; "
            "np.unique(labels, return_inverse=True) gives numbers to those that occur"
        )
    return np.bincount(true * n + predicted, minlength=n * n).reshape(n, n).astype(np.int64)


def precision(true: ArrayLike, predicted: ArrayLike, average: str | None = "binary") -> Any:
    """TP / (TP + FP): which share of those predicted to be of a class are.

    Parameters
    ----------
    true, predicted : class labels, shape ``(n,)``.
    average : ``"binary"``, of class 1 where there are two; or over several classes ``"macro"``, the mean over those
        that occur, ``"weighted"``, by how often each is true, ``"micro"``, of all counts together; or None for an array
        with one number per class.

    Returns
    -------
    A share; 0 for 0 / 0, where nothing was predicted to be of the class.

    Raises
    ------
    ValueError : if there is no such average, or more than two classes with ``"binary"``.

    >>> precision([0, 1, 1, 0], [1, 1, 1, 0])
    0.6666666666666666
    >>> precision([0, 1, 2, 2], [0, 1, 1, 2], average=None)
    array([1. , 0.5, 1. ])
    """
    return _ratio(true, predicted, average, lambda hits, guessed, actual: (hits, guessed))


def recall(true: ArrayLike, predicted: ArrayLike, average: str | None = "binary") -> Any:
    """TP / (TP + FN), the true positive rate: which share of a class was predicted to be of it.

    Parameters, averages and errors are those of `precision`.

    >>> recall([0, 1, 1, 0], [1, 0, 1, 0])
    0.5
    """
    return _ratio(true, predicted, average, lambda hits, guessed, actual: (hits, actual))


def false_positive_rate(true: ArrayLike, predicted: ArrayLike, average: str | None = "binary") -> Any:
    """FP / (FP + TN): which share of what is not of a class was predicted to be of it.

    Parameters, averages and errors are those of `precision`.

    >>> false_positive_rate([0, 1, 1, 0, 0, 0], [1, 0, 1, 0, 0, 0])
    0.25
    """
    return _ratio(true, predicted, average, lambda hits, guessed, actual: (guessed - hits, actual.sum() - actual))


def f1(true: ArrayLike, predicted: ArrayLike, average: str | None = "binary") -> Any:
    """2 TP / (2 TP + FP + FN): the harmonic mean of precision and recall.

    Parameters, averages and errors are those of `precision`.

    >>> f1([0, 1, 1, 0], [1, 1, 1, 0])
    0.8
    """
    return _ratio(true, predicted, average, lambda hits, guessed, actual: (2 * hits, guessed + actual))


Counts = Callable[[Labels, Labels, Labels], tuple[Labels, Labels]]
"""From TP, TP + FP and TP + FN per class to a numerator and a denominator."""


def _ratio(true: ArrayLike, predicted: ArrayLike, average: str | None, counts: Counts) -> Any:
    """A ratio of counts per class, and what `average` makes of it."""
    averages = ("binary", "macro", "weighted", "micro", None)
    if average not in averages:
        raise ValueError(f"average= takes one of {', '.join(map(repr, averages))}, but got {average!r}")
    matrix = confusion_matrix(true, predicted)
    if average == "binary" and len(matrix) > 2:
        raise ValueError(f"there are {len(matrix)} classes; say average='macro', 'weighted', 'micro' or None for each")
    if average == "binary" and len(matrix) < 2:
        matrix = np.pad(matrix, (0, 1))
    hits, guessed, actual = matrix.diagonal(), matrix.sum(axis=0), matrix.sum(axis=1)
    above, below = counts(hits, guessed, actual)
    if average == "micro":
        return float(above.sum() / max(below.sum(), 1))
    shares: Array = above / np.maximum(below, 1)  # the numerator is 0 where the denominator is
    if average is None:
        return shares
    if average == "binary":
        return float(shares[1])
    return float(np.average(shares, weights=actual if average == "weighted" else guessed + actual > 0))


def _labels(true: ArrayLike, predicted: ArrayLike) -> tuple[Labels, Labels]:
    """Both as integer arrays of one and the same length."""
    first, second = _arrays(true, predicted, "labels")
    for array in (first, second):
        if array.dtype.kind not in "iub":
            raise OperandError(f"labels are integers, but got {first.dtype} and {second.dtype}; use .astype(int)")
    return first.astype(np.int64), second.astype(np.int64)


# --- scores, of which a threshold makes classes ---


class Roc(NamedTuple):
    """A receiver operating characteristic: one point per threshold, from "nothing is positive" to "everything is".

    false_positive_rate, true_positive_rate : where ``score >= threshold`` is predicted to be positive.
    thresholds : decreasing; infinity first, then every score.
    """

    false_positive_rate: Array
    true_positive_rate: Array
    thresholds: Array


def roc_curve(true: ArrayLike, scores: ArrayLike) -> Roc:
    """The rates of false and of true positives over all thresholds.

    Parameters
    ----------
    true : labels 0 and 1, both of which occur, shape ``(n,)``. For one class against the rest of several,
        ``roc_curve(labels == k, probabilities[:, k])``.
    scores : higher means positive: probabilities or logits, shape ``(n,)``.

    Raises
    ------
    ShapeError : if the shapes differ.
    ValueError : if a label is neither 0 nor 1, only one of them occurs, or a score is nan.

    >>> rates = roc_curve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    >>> rates.thresholds
    array([ inf, 0.8 , 0.4 , 0.35, 0.1 ])
    >>> rates.false_positive_rate, rates.true_positive_rate
    (array([0. , 0. , 0.5, 0.5, 1. ]), array([0. , 0.5, 0.5, 1. , 1. ]))
    """
    false, hits, thresholds = _cumulated(true, scores)
    return Roc(false / false[-1], hits / hits[-1], thresholds)


def roc_auc(true: ArrayLike, scores: ArrayLike) -> float:
    """The area under the ROC: how likely a positive scores higher than a negative; ties count half.

    Parameters and errors are those of `roc_curve`.

    >>> roc_auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    false, hits, _ = _cumulated(true, scores)
    doubled = np.sum(np.diff(false) * (hits[1:] + hits[:-1]))  # trapezoids in whole numbers: exact
    return float(doubled / (2 * false[-1] * hits[-1]))


_measures: dict[str, Callable[[Array, Array, Array, Array], Array]] = {
    "youden": lambda tp, fp, tn, fn: tp / (tp + fn) - fp / (fp + tn),
    "f1": lambda tp, fp, tn, fn: 2.0 * tp / (2.0 * tp + fp + fn),
    "accuracy": lambda tp, fp, tn, fn: (tp + tn) / (tp + fp + tn + fn),
}


def best_threshold(
    true: ArrayLike, scores: ArrayLike, measure: str | Callable[[Array, Array, Array, Array], Array] = "youden"
) -> float:
    """The threshold with the best measure where ``score >= threshold`` is predicted to be positive.

    Choose it on validation data, not on those that the result is reported for.

    Parameters
    ----------
    true, scores : as in `roc_curve`.
    measure : ``"youden"`` (TPR - FPR), ``"f1"``, ``"accuracy"``, or a function of the arrays TP, FP, TN, FN, of which
        the largest result wins and nan, as of 0 / 0, loses: ``lambda tp, fp, tn, fn: -(fp + 10 * fn)`` where a miss
        costs ten false alarms.

    Returns
    -------
    One of the scores, or infinity if it is best to predict no positive; the highest of equally good ones.

    >>> best_threshold([0, 0, 1, 1], [0.1, 0.4, 0.45, 0.8])
    0.45
    >>> best_threshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], lambda tp, fp, tn, fn: -(fp + 10 * fn))
    0.35
    """
    if not callable(measure) and measure not in _measures:
        raise ValueError(f"measure= takes {', '.join(map(repr, _measures))} or a function, but got {measure!r}")
    false, hits, thresholds = _cumulated(true, scores)
    of = measure if callable(measure) else _measures[measure]
    with np.errstate(invalid="ignore"):
        found = np.asarray(of(hits, false, false[-1] - false, hits[-1] - hits), np.float64)
    return float(thresholds[np.argmax(np.where(np.isnan(found), -np.inf, found))])


def _cumulated(true: ArrayLike, scores: ArrayLike) -> tuple[Array, Array, Array]:
    """False positives, true positives, and thresholds, from infinity down to the lowest score."""
    labels, numbers = _arrays(true, scores, "labels and scores")
    if set(np.unique(labels)) != {0, 1}:
        raise ValueError(f"a ROC needs labels 0 and 1, and both of them, but got {np.unique(labels)[:5].tolist()}")
    if numbers.dtype.kind not in "fiub":
        raise OperandError(f"scores are real numbers, but got {numbers.dtype}")
    numbers = numbers.astype(np.float64)
    if np.isnan(numbers).any():
        raise ValueError(f"{np.isnan(numbers).sum()} of {len(numbers)} scores are nan, which has no place in an order")
    order = np.argsort(-numbers, kind="stable")
    ordered = numbers[order]
    last = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(ordered) - 1)  # of equal scores
    hits = np.cumsum(labels[order].astype(np.float64))[last]
    return np.append(0.0, last + 1 - hits), np.append(0.0, hits), np.append(np.inf, ordered[last])


# --- numbers ---


def r2(true: ArrayLike, predicted: ArrayLike) -> float:
    """R² = 1 - Σ (true - predicted)² / Σ (true - mean)²: 1 is exact, 0 no better than the mean.

    Parameters
    ----------
    true, predicted : numbers, shape ``(n,)``. If all of `true` are equal, the result is 1 if they were met, else 0.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
    0.5
    """
    target, guess = (array.astype(np.float64) for array in _arrays(true, predicted, "numbers"))
    _, exponent = np.frexp(np.abs([target, guess]).max())
    target, guess = np.ldexp(target, -exponent), np.ldexp(guess, -exponent)  # whose squares do not overflow
    error, spread = np.sum((target - guess) ** 2), np.sum((target - target.mean()) ** 2)
    if np.ptp(target) == 0.0:  # where the spread may be a rounding error
        return float(error == 0.0)
    return float(1.0 - error / spread) if spread else -np.inf  # larger than any float can tell


def _arrays(true: ArrayLike, predicted: ArrayLike, what: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Both as arrays of one and the same length."""
    if isinstance(true, Tensor) or isinstance(predicted, Tensor):
        raise OperandError(
            f"measures take {what} as plain numbers, not Tensors; nn.predict(model, x) gives classes, x.data numbers"
        )
    first, second = np.asarray(true), np.asarray(predicted)
    if first.shape != second.shape or first.ndim != 1 or not first.size:
        raise ShapeError(
            f"measures take two lists of one length and not empty, but got shapes {first.shape} and {second.shape}; "
            "of a column take .ravel(), and of scores of shape (n, classes) .argmax(axis=1)"
        )
    return first, second
