"""Data sets of scikit-learn, and what is done to any data before training: split, standardize, cut into batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import ShapeError
from nn.extras import extra

__all__ = ["Dataset", "batches", "load", "standardize", "stratified_split"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


class Dataset(NamedTuple):
    """Samples of classes.

    inputs : shape ``(n, features)``.
    labels : class numbers from 0, shape ``(n,)``.
    features, classes : names of the columns and of the classes.
    """

    inputs: Array
    labels: Labels
    features: list[str]
    classes: list[str]


def load(name: str) -> Dataset:
    """One of the classification data sets that come with scikit-learn; nothing is downloaded.

    Parameters
    ----------
    name : ``"iris"``, ``"digits"``, ``"wine"`` or ``"breast_cancer"``.

    Raises
    ------
    ValueError : if there is no such data set.
    ImportError : if scikit-learn is not installed.

    >>> iris = load("iris")
    >>> iris.inputs.shape, iris.classes
    ((150, 4), ['setosa', 'versicolor', 'virginica'])
    """
    names = ("iris", "digits", "wine", "breast_cancer")
    if name not in names:
        raise ValueError(f"there is no data set {name!r}; choose from {', '.join(names)}")
    bunch = getattr(extra("sklearn.datasets"), f"load_{name}")()
    features, classes = [str(f) for f in bunch.feature_names], [str(c) for c in bunch.target_names]
    return Dataset(bunch.data.astype(np.float64), bunch.target.astype(np.int64), features, classes)


def stratified_split(labels: ArrayLike, test: float, rng: np.random.Generator) -> tuple[Labels, Labels]:
    """Split samples at random into two parts with the same share of each class.

    Parameters
    ----------
    labels : class labels, shape ``(n,)``.
    test : share of the samples that go into the second part, between 0 and 1; rounded within each class.
    rng : decides which.

    Returns
    -------
    Indices of the first and of the second part, each in increasing order.

    Raises
    ------
    ValueError : if `test` is not between 0 and 1, or one part would be empty.

    >>> train, test = stratified_split([0, 0, 0, 0, 1, 1, 1, 1], 0.25, np.random.default_rng(0))
    >>> len(train), len(test)
    (6, 2)
    """
    labels = np.asarray(labels)
    if not 0.0 < test < 1.0:
        raise ValueError(f"the test part is a share between 0 and 1, but got {test!r}")
    chosen = np.zeros(len(labels), bool)
    for each in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == each))
        chosen[members[: round(test * len(members))]] = True
    if chosen.all() or not chosen.any():
        raise ValueError(f"a test part of {test} of {len(labels)} samples leaves one part empty")
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def standardize(train: Array, *others: Array) -> tuple[Array, ...]:
    """Shift and scale each column to mean 0 and variance 1 in the training part; the others by the same numbers.

    Columns that are constant in the training part become 0 there.

    >>> standardize(np.array([[1.0], [3.0]]), np.array([[4.0]]))
    (array([[-1.],
           [ 1.]]), array([[2.]]))
    """
    center, scale = train.mean(axis=0), train.std(axis=0)
    scale = np.where(scale > 0.0, scale, 1.0)
    return tuple((part - center) / scale for part in (train, *others))


def batches(n: int, size: int, rng: np.random.Generator) -> Iterator[Labels]:
    """The indices 0..n-1 in random order, `size` at a time; the last batch may be smaller.

    Raises
    ------
    ShapeError : if there is nothing to cut, or `size` is not positive.

    >>> [len(batch) for batch in batches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    """
    if n < 1 or size < 1:
        raise ShapeError(f"batches need samples and a positive size, but got {n} samples and size {size}")
    order = rng.permutation(n)
    return (order[start : start + size] for start in range(0, n, size))
