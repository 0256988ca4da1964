"""Data sets of scikit-learn, and what is done to any data for training: split, standardize, cut into batches.

Data are a pair ``(inputs, targets)`` of arrays with one entry per sample, or a `Dataset`, which names its columns too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import OperandError, ShapeError
from nn.arguments import is_whole
from nn.extras import extra
from nn.init import generator
from nn.names import meant

__all__ = ["Augment", "DataLoader", "Dataset", "checked_numbers", "load_dataset", "standardize", "stratified_split"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Augment = Callable[[Any, np.random.Generator], Any]
"""Changes a batch of inputs at random, such as `nn.augment.shift`."""


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Samples with names; `len` counts them.

    Attributes
    ----------
    inputs : shape ``(n, features)``; of images ``(n, channels, height, width)``.
    targets : class numbers from 0, or for regression numbers, shape ``(n,)``.
    features, classes : names of the columns and of the classes; a regression has no classes.

    Examples
    --------
    >>> Dataset(np.zeros((2, 3)), np.array([0, 1]), ["r", "g", "b"], ["black", "white"])
    Dataset(2 samples, inputs (2, 3), classes black, white)
    """

    inputs: Array
    targets: NDArray[Any]
    features: list[str]
    classes: list[str]

    def __post_init__(self) -> None:
        for name in ("inputs", "targets"):  # which may come as lists
            object.__setattr__(self, name, np.asarray(getattr(self, name)))

    def __len__(self) -> int:
        return len(self.targets)

    def __repr__(self) -> str:
        what = f"classes {', '.join(self.classes)}" if self.classes else "a regression"
        return f"Dataset({len(self)} samples, inputs {self.inputs.shape}, {what})"

    def split(self, test: float, rng: np.random.Generator) -> tuple[Dataset, Dataset]:
        """Two parts at random, the second with a share `test` of the samples: of each class where there are classes.

        >>> train, test = load_dataset("iris").split(0.2, np.random.default_rng(0))
        >>> len(train), np.bincount(test.targets)
        (120, array([10, 10, 10]))
        """
        groups = self.targets if self.classes else np.zeros(len(self), np.int64)
        first, second = (
            replace(self, inputs=self.inputs[part], targets=self.targets[part])
            for part in stratified_split(groups, test, rng)
        )
        return first, second


def load_dataset(name: str) -> Dataset:
    """One of the data sets that come with scikit-learn; nothing is downloaded.

    Parameters
    ----------
    name : ``"iris"``, ``"wine"``, ``"breast_cancer"`` or ``"digits"``, which have classes, or ``"diabetes"``, a
        regression.

    Raises
    ------
    ValueError : if there is no such data set.
    ImportError : if scikit-learn is not installed.

    >>> load_dataset("iris")
    Dataset(150 samples, inputs (150, 4), classes setosa, versicolor, virginica)

    Columns of other units are brought to one scale by `standardize`. The pixels of digits go from 0 to 16, in rows;
    `Conv2d` takes images with channels:

    >>> from dataclasses import replace
    >>> digits = load_dataset("digits")
    >>> replace(digits, inputs=digits.inputs.reshape(-1, 1, 8, 8) / 16.0)
    Dataset(1797 samples, inputs (1797, 1, 8, 8), classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    """
    names = ("iris", "wine", "breast_cancer", "digits", "diabetes")
    if name not in names:
        raise ValueError(f"there is no data set {name!r}{meant(name, names)}; choose from {', '.join(names)}")
    bunch = getattr(extra("sklearn.datasets"), f"load_{name}")()
    classes = [str(c) for c in bunch.get("target_names", [])]
    targets = bunch.target.astype(np.int64 if classes else np.float64)
    return Dataset(bunch.data.astype(np.float64), targets, [str(f) for f in bunch.feature_names], classes)


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
    labels, rng = np.asarray(labels), generator(rng)
    if not (isinstance(test, Real) and 0.0 < test < 1.0):
        raise ValueError(f"the test part is a share between 0 and 1, but got {test!r}")
    chosen = np.zeros(len(labels), bool)
    for each in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == each))
        chosen[members[: round(test * len(members))]] = True
    if chosen.all() or not chosen.any():
        raise ValueError(f"a test part of {test} of {len(labels)} samples leaves one part empty")
    return np.flatnonzero(~chosen), np.flatnonzero(chosen)


def standardize(train: Any, *others: Any) -> Any:
    """Shift and scale each column to mean 0 and variance 1 in the training part; the others by the same numbers.

    Parts are arrays, or data sets, of which the inputs are changed. Columns that are constant in the training part
    become 0 there. Of several parts there comes a tuple, of one the part itself.

    >>> standardize(np.array([[1.0], [3.0]]))
    array([[-1.],
           [ 1.]])
    >>> standardize(np.array([[1.0], [3.0]]), np.array([[4.0]]))
    (array([[-1.],
           [ 1.]]), array([[2.]]))
    >>> train, test = standardize(*load_dataset("iris").split(0.2, np.random.default_rng(0)))
    >>> bool(np.allclose(train.inputs.std(axis=0), 1.0))
    True
    """
    first = np.asarray(train.inputs if isinstance(train, Dataset) else train)
    constant = np.ptp(first, axis=0) == 0.0  # whose mean and deviation may be off by rounding
    center = np.where(constant, first[0], first.mean(axis=0))
    scale = np.where(constant, 1.0, first.std(axis=0))
    parts = tuple(
        replace(part, inputs=(part.inputs - center) / scale) if isinstance(part, Dataset) else (part - center) / scale
        for part in (train, *others)
    )
    return parts if others else parts[0]


class DataLoader:
    """Data in mini-batches; each pass over it is an epoch.

    Parameters
    ----------
    data : a pair ``(inputs, targets)`` of arrays with one entry per sample, or a `Dataset`.
    batch_size : samples per batch; the last one may be smaller.
    shuffle : whether the samples come in a new random order in each epoch.
    drop_last : leave a smaller last batch out.
    rng : shuffles and augments; a fresh Generator by default, different each time.
    augment : changes the inputs of each batch, with the Generator.

    Raises
    ------
    OperandError : if the data are no pair of arrays of numbers.
    ShapeError : if inputs and targets are not equally many, or there are none.
    ValueError : if the batch size is not positive, or a number is nan or infinite.

    Examples
    --------
    >>> loader = DataLoader((np.arange(10.0), np.arange(10) % 2), batch_size=4, rng=np.random.default_rng(0))
    >>> for inputs, targets in loader:
    ...     print(inputs, targets)
    [0. 1. 2. 3.] [0 1 0 1]
    [4. 5. 6. 7.] [0 1 0 1]
    [8. 9.] [0 1]
    >>> len(loader)
    3
    """

    def __init__(
        self,
        data: Any,
        batch_size: int = 1,
        shuffle: bool = False,
        *,
        drop_last: bool = False,
        rng: np.random.Generator | None = None,
        augment: Augment | None = None,
    ) -> None:
        self.inputs, self.targets = pair(data)
        if not is_whole(batch_size):
            raise ValueError(f"a batch has a whole number of samples, from 1, but got batch_size={batch_size!r}")
        if drop_last and batch_size > len(self.targets):
            raise ValueError(f"no batch of {batch_size} can be had of {len(self.targets)} samples with drop_last=True")
        self.batch_size, self.shuffle, self.drop_last = batch_size, shuffle, drop_last
        self.rng, self.augment = generator(rng), augment

    def __len__(self) -> int:
        n = len(self.targets)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)

    def __iter__(self) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        n = len(self.targets)
        order = self.rng.permutation(n) if self.shuffle else np.arange(n)
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            batch = order[start : start + self.batch_size]
            inputs = self.inputs[batch]
            yield inputs if self.augment is None else self.augment(inputs, self.rng), self.targets[batch]

    def __repr__(self) -> str:
        n, size = len(self.targets), self.batch_size
        return (
            f"DataLoader({n} samples, {size} a batch{', shuffled' * self.shuffle}{', augmented' * bool(self.augment)})"
        )


def pair(data: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Inputs and targets as checked arrays."""
    parts = (data.inputs, data.targets) if isinstance(data, Dataset) else data
    if not isinstance(parts, tuple | list) or len(parts) != 2:
        raise OperandError(f"data are a pair (inputs, targets) or a Dataset, but got {type(data).__name__}")
    inputs, targets = (checked_numbers(part, what) for part, what in zip(parts, ("inputs", "targets"), strict=True))
    if len(inputs) != len(targets) or not len(inputs):
        raise ShapeError(f"there are {len(inputs)} inputs and {len(targets)} targets; each sample has one of both")
    return inputs, targets


def checked_numbers(part: Any, what: str) -> NDArray[Any]:
    """An array of numbers, none of which is nan or infinite."""
    try:
        array = np.asarray(part)
    except ValueError:
        raise ShapeError(f"the {what} are no array: samples have different lengths") from None
    if array.dtype.kind not in "fiub" or not array.ndim:
        raise OperandError(f"the {what} are an array with one entry per sample, but got {array.dtype} {array.shape}")
    wrong = ~np.isfinite(array)
    if wrong.any():
        place = np.argwhere(wrong)[0].tolist()
        raise ValueError(
            f"the {what} have {wrong.sum()} number(s) that are nan or infinite, the first at {place}; "
            "leave these samples out, or fill the gaps, for instance with the mean of the column"
        )
    return array
