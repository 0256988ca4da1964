"""Convolution and pooling of images: sliding windows, and a product or a reduction of these."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.errors import OperandError, ShapeError
from autograd.functions import arrays, pad
from autograd.rules.arithmetic import div
from autograd.rules.contraction import matmul
from autograd.rules.shape import reshape
from autograd.rules.windows import largest, window_sum, windows

__all__ = ["avg_pool2d", "conv2d", "max_pool2d", "windows2d"]

Extent = int | tuple[int, int]


def conv2d(
    x: Any,
    weight: Any,
    bias: Any = None,
    *,
    stride: Extent = 1,
    padding: Extent = 0,
    dilation: Extent = 1,
    groups: int = 1,
) -> Any:
    """Slide filters over images; PyTorch's ``conv2d``, which is a cross-correlation.

    ``out[n, o, i, j] = bias[o] + Σ weight[o, c, k, l] x[n, c, stride i + dilation k, stride j + dilation l]``

    Parameters
    ----------
    x : (batch, channels, height, width).
    weight : (filters, channels / groups, kernel_height, kernel_width).
    bias : (filters,), or None.
    stride, padding, dilation : one integer for both axes, or a pair (vertical, horizontal). `padding` is of zeros.
    groups : into how many parts channels and filters are divided; each part sees only its own.

    Returns
    -------
    (batch, filters, out_height, out_width), with out = (in + 2 padding - dilation (kernel - 1) - 1) // stride + 1.

    Raises
    ------
    ShapeError : if the shapes do not fit together.

    Examples
    --------
    >>> x = np.arange(9.0).reshape(1, 1, 3, 3)
    >>> conv2d(x, np.ones((1, 1, 2, 2)))
    array([[[[ 8., 12.],
             [20., 24.]]]])
    """
    x, weight = arrays([x, weight], "conv2d")
    strides, pads, dilations = (
        _pair(value, name, least)
        for value, name, least in ((stride, "stride", 1), (padding, "padding", 0), (dilation, "dilation", 1))
    )
    _check_images(x, "conv2d")
    if weight.ndim != 4:
        raise ShapeError(
            f"conv2d: weight is (filters, channels / groups, height, width), but it has shape {weight.shape}"
        )
    (batch, channels, *_), (filters, depth, *size) = x.shape, weight.shape
    if groups < 1 or channels % groups or filters % groups:
        raise ShapeError(
            f"conv2d: groups={groups} does not divide the {channels} channels of x {x.shape} and the {filters} filters "
            f"of weight {weight.shape}; choose a common divisor"
        )
    if depth * groups != channels:
        raise ShapeError(
            f"conv2d: x {x.shape} has {channels} channels, but weight {weight.shape} with groups={groups} takes "
            f"{depth * groups}; give weight the shape ({filters}, {channels // groups}, {size[0]}, {size[1]})"
        )
    if bias is not None:
        (bias,) = arrays([bias], "conv2d")
        if bias.shape != (filters,):
            raise ShapeError(f"conv2d: bias has shape {bias.shape}, but there are {filters} filters: ({filters},)")
    patches = _windows(x, tuple(size), strides, pads, dilations, "conv2d")
    height, width = patches.shape[-2:]
    columns = reshape(patches, shape=(batch, groups, depth * size[0] * size[1], height * width))
    rows = reshape(weight, shape=(groups, filters // groups, depth * size[0] * size[1]))
    out = reshape(matmul(rows, columns), shape=(batch, filters, height, width))
    return out if bias is None else out + reshape(bias, shape=(filters, 1, 1))


def max_pool2d(x: Any, kernel_size: Extent, stride: Extent | None = None, padding: Extent = 0) -> Any:
    """The largest element of each window; tied ones share the gradient evenly.

    Parameters
    ----------
    x : (batch, channels, height, width).
    kernel_size : of a window: one integer, or a pair (vertical, horizontal).
    stride : the step between windows, by default their size.
    padding : how far windows reach over the border, at most by half their size; nothing there is ever the largest.

    Raises
    ------
    ShapeError : if the shapes do not fit together.

    >>> max_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """
    x, size, strides, pads = _pooling(x, kernel_size, stride, padding, "max_pool2d")
    return largest(x, size=size, stride=strides, padding=pads)


def avg_pool2d(x: Any, kernel_size: Extent, stride: Extent | None = None, padding: Extent = 0) -> Any:
    """The mean of each window; `padding` counts as zeros. Parameters as for `max_pool2d`.

    >>> avg_pool2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """
    x, size, strides, pads = _pooling(x, kernel_size, stride, padding, "avg_pool2d")
    return div(window_sum(x, size=size, stride=strides, padding=pads), float(math.prod(size)))


def windows2d(x: Any, kernel_size: Extent, stride: Extent | None = None, padding: Extent = 0) -> Any:
    """All windows of images, for pooling of other kinds; `padding` is of zeros. Parameters as for `max_pool2d`.

    Returns
    -------
    (batch, channels, kernel_height, kernel_width, out_height, out_width).

    >>> windows2d(np.arange(16.0).reshape(1, 1, 4, 4), 2)[0, 0, :, :, 1, 0]
    array([[ 8.,  9.],
           [12., 13.]])
    """
    x, size, strides, pads = _pooling(x, kernel_size, stride, padding, "windows2d")
    return _windows(x, size, strides, pads, (1, 1), "windows2d")


def _pooling(
    x: Any, kernel_size: Extent, stride: Extent | None, padding: Extent, name: str
) -> tuple[Any, tuple[int, int], tuple[int, int], tuple[int, int]]:
    """What pooling was given, checked: images, and the size, stride and padding of windows as pairs."""
    (x,) = arrays([x], name)
    _check_images(x, name)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)  # no integer is below all others, as the border is
    size, pads = _pair(kernel_size, "kernel_size", 1), _pair(padding, "padding", 0)
    steps = size if stride is None else _pair(stride, "stride", 1)
    if any(2 * p > n for p, n in zip(pads, size, strict=True)):
        raise ShapeError(f"{name}: padding={padding} is more than half of kernel_size={kernel_size}; use less")
    _check_fit(x, size, pads, (1, 1), name)
    return x, size, steps, pads


def _windows(
    x: Any,
    size: tuple[int, ...],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    name: str,
) -> Any:
    """The windows of padded images, (batch, channels, *size, out_height, out_width)."""
    _check_fit(x, size, padding, dilation, name)
    if any(padding):
        x = pad(x, ((0, 0), (0, 0), *((p, p) for p in padding)))
    return windows(x, size=size, stride=stride, dilation=dilation)


def _check_fit(x: Any, size: tuple[int, ...], padding: tuple[int, int], dilation: tuple[int, int], name: str) -> None:
    extents = tuple(n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True))
    if any((n - 1) * d + 1 > extent for n, d, extent in zip(size, dilation, extents, strict=True)):
        raise ShapeError(
            f"{name}: windows of {size} with dilation={dilation} are larger than images of {x.shape[2:]} with "
            f"padding={padding}; use a smaller kernel or more padding"
        )


def _check_images(x: Any, name: str) -> None:
    if x.ndim != 4:
        raise ShapeError(
            f"{name}: images are (batch, channels, height, width), but x has shape {x.shape}; "
            "x.reshape(1, ...) adds a batch of one, x.reshape(-1, channels, height, width) makes images of rows"
        )


def _pair(value: Extent, name: str, least: int) -> tuple[int, int]:
    """One integer for both axes, or two."""
    pair = value if isinstance(value, tuple | list) else (value, value)
    if len(pair) != 2 or not all(isinstance(n, int | np.integer) for n in pair):
        raise OperandError(f"{name}= takes an integer or a pair of integers, but got {value!r}")
    if min(pair) < least:
        raise ShapeError(f"{name}={value} is too small, the least is {least}")
    return int(pair[0]), int(pair[1])
