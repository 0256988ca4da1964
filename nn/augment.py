"""Augmentation: random changes of images that leave their class as it is, made anew for every batch.

Each function takes a batch of images, of shape ``(n, height, width)`` or ``(n, channels, height, width)``, and a
Generator. `fit` and `DataLoader` take one as ``augment=``::

    augment=lambda images, rng: noise(shift(images, rng), rng, std=0.05)
"""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import ShapeError
from nn.init import generator

__all__ = ["flip", "noise", "shift"]

Array = NDArray[Any]


def shift(images: Array, rng: np.random.Generator, most: float = 1.0) -> Array:
    """Move each image by up to `most` pixels down and across, interpolating linearly; zeros come in.

    >>> image = np.zeros((1, 8, 8)); image[0, 3, 3] = 1.0
    >>> moved = shift(image, np.random.default_rng(0))
    >>> f"{moved.sum():.1f}", int(np.count_nonzero(moved))
    ('1.0', 4)
    """
    planes, rng = _planes(images), generator(rng)
    if not (isinstance(most, Real) and 0.0 <= most < np.inf):
        raise ValueError(f"images are shifted by up to a number of pixels that is not negative, but got {most!r}")
    n, channels, height, width = planes.shape
    frame = int(np.ceil(most)) + 1
    framed = np.pad(planes, ((0, 0), (0, 0), (frame, frame), (frame, frame)))
    by = rng.uniform(-most, most, (2, n, 1, 1, 1))
    whole = np.floor(by).astype(int)
    down, across = (by - whole).astype(planes.dtype)
    sample, channel, row, column = np.ogrid[:n, :channels, frame : frame + height, frame : frame + width]
    row, column = row - whole[0], column - whole[1]
    moved: Array = (
        (1 - down) * (1 - across) * framed[sample, channel, row, column]
        + down * (1 - across) * framed[sample, channel, row - 1, column]
        + (1 - down) * across * framed[sample, channel, row, column - 1]
        + down * across * framed[sample, channel, row - 1, column - 1]
    )
    return moved.reshape(images.shape)


def flip(images: Array, rng: np.random.Generator, p: float = 0.5) -> Array:
    """Mirror each image, left to right, with probability `p`.

    >>> flip(np.array([[[1.0, 2.0, 3.0]]]), np.random.default_rng(0), p=1.0)
    array([[[3., 2., 1.]]])
    """
    planes, rng = _planes(images), generator(rng)
    if not (isinstance(p, Real) and 0.0 <= p <= 1.0):
        raise ValueError(f"p= takes a probability between 0 and 1, but got {p!r}")
    mirrored = rng.uniform(size=(len(planes), 1, 1, 1)) < p
    return np.where(mirrored, planes[..., ::-1], planes).reshape(images.shape)


def noise(inputs: Array, rng: np.random.Generator, std: float = 0.1) -> Array:
    """Add normal noise of standard deviation `std` to every number; inputs of any shape.

    >>> noise(np.zeros(3), np.random.default_rng(0), std=0.1).round(2)
    array([ 0.01, -0.01,  0.06])
    """
    inputs, rng = _real(inputs), generator(rng)
    if not (isinstance(std, Real) and 0.0 <= std < np.inf):
        raise ValueError(f"std= takes a finite number that is not negative, but got {std!r}")
    return inputs + float(std) * rng.standard_normal(inputs.shape).astype(inputs.dtype)


def _planes(images: Array) -> Array:
    """Images as an array ``(n, channels, height, width)``."""
    shape = np.shape(images)
    if len(shape) not in (3, 4):
        raise ShapeError(f"images come as (n, height, width) or (n, channels, height, width), but got shape {shape}")
    return _real(images).reshape(shape[0], -1, *shape[-2:])


def _real(numbers: Array) -> Array:
    """An array of floats; integers become float64."""
    array = np.asarray(numbers)
    return array if array.dtype.kind == "f" else array.astype(np.float64)
