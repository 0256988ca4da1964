"""Pooling: what is left of each window of an image. `nn.functional` has it as functions."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
from autograd import ShapeError
from nn import functional
from nn.init import generator
from nn.layers.convolution import Extent, pair, shown
from nn.module import Module, shape_of

__all__ = ["AvgPool2d", "GlobalAvgPool2d", "LPPool2d", "MaxPool2d", "Pool2d", "StochasticPool2d"]


class Pool2d(Module):
    """The base of pooling by windows: ``(batch, channels, height, width)`` to ``(..., out_height, out_width)``.

    Parameters
    ----------
    kernel_size : of a window: one integer, or a pair (vertical, horizontal).
    stride : the step between windows, by default their size.
    padding : how far windows reach over the border, at most by half their size.

    Raises
    ------
    ShapeError : if the sizes do not fit, or x is no batch of images.
    """

    def __init__(self, kernel_size: Extent, stride: Extent | None = None, padding: Extent = 0) -> None:
        name = type(self).__name__
        self.kernel_size = pair(name, "kernel_size", kernel_size)
        self.stride = self.kernel_size if stride is None else pair(name, "stride", stride)
        self.padding = pair(name, "padding", padding, least=0)
        if any(2 * p > n for p, n in zip(self.padding, self.kernel_size, strict=True)):
            raise ShapeError(f"{name}: padding={padding} is more than half of kernel_size={kernel_size}; use less")

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        stride = "" if self.stride == self.kernel_size else shown(stride=(self.stride, 0))
        return f"{shown(kernel_size=(self.kernel_size, 0))}{stride}{shown(padding=(self.padding, 0))}"[2:]


class MaxPool2d(Pool2d):
    """The largest element of each window; tied ones share the gradient evenly. Parameters as for `Pool2d`.

    >>> MaxPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Pool2d
        return functional.max_pool2d(x, self.kernel_size, self.stride, self.padding)


class AvgPool2d(Pool2d):
    """The mean of each window, in which padding counts as zeros. Parameters as for `Pool2d`.

    >>> AvgPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Pool2d
        return functional.avg_pool2d(x, self.kernel_size, self.stride, self.padding)


class LPPool2d(Pool2d):
    """(Σ xᵖ)^(1/p) over each window: the sum for p = 1, the largest for p = inf.

    Parameters
    ----------
    norm_type : p, above 0; see `nn.functional.lp_pool2d`.
    kernel_size, stride : as for `Pool2d`.

    >>> LPPool2d(2, 2)(np.array([[[[3.0, 0.0], [0.0, 4.0]]]])).item()
    5.0
    """

    def __init__(self, norm_type: float, kernel_size: Extent, stride: Extent | None = None) -> None:
        super().__init__(kernel_size, stride)
        if not (isinstance(norm_type, float | int | np.number) and norm_type > 0):
            raise ValueError(f"LPPool2d takes a norm_type above 0, but got {norm_type!r}")
        self.norm_type = norm_type

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Pool2d
        return functional.lp_pool2d(x, self.norm_type, self.kernel_size, self.stride)

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        return f"{self.norm_type}, {super().extra_repr()}"


class StochasticPool2d(Pool2d):
    """In training one element of each window, drawn with probability x / Σ x; in use their mean by these weights.

    Parameters
    ----------
    kernel_size, stride : as for `Pool2d`; see `nn.functional.stochastic_pool2d`.
    rng : what draws; a fresh Generator by default.

    >>> pool = StochasticPool2d(2, rng=np.random.default_rng(0))
    >>> x = np.array([[[[1.0, 3.0], [0.0, 0.0]]]])
    >>> sorted({pool(x).item() for _ in range(20)}), pool.eval()(x).item()
    ([1.0, 3.0], 2.5)
    """

    def __init__(
        self, kernel_size: Extent, stride: Extent | None = None, *, rng: np.random.Generator | None = None
    ) -> None:
        super().__init__(kernel_size, stride)
        self.rng = generator(rng)

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Pool2d
        return functional.stochastic_pool2d(x, self.kernel_size, self.stride, self.training, self.rng)


class GlobalAvgPool2d(Module):
    """The mean of each channel: ``(batch, channels, height, width)`` to ``(batch, channels)``.

    PyTorch's ``AdaptiveAvgPool2d(1)`` and then ``Flatten()``.

    >>> GlobalAvgPool2d()(np.arange(8.0).reshape(1, 2, 2, 2))
    array([[1.5, 5.5]])
    """

    def forward(self, x: Any) -> Any:  # noqa: D102  # see above
        if len(shape_of(x)) != 4:
            raise ShapeError(
                f"GlobalAvgPool2d takes images (batch, channels, height, width), but got shape {shape_of(x)}"
            )
        return autograd.mean(x, axis=(2, 3))
