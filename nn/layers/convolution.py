"""`Conv2d`: filters that slide over images."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd
from autograd import OperandError, ShapeError, Tensor
from nn.arguments import check_sizes, is_whole
from nn.init import generator
from nn.module import Module

__all__ = ["Conv2d", "Extent", "pair", "shown"]

Extent = int | tuple[int, int]
"""One integer for both axes of an image, or (vertical, horizontal)."""


class Conv2d(Module):
    """Each filter slides over the images, and gives a weighted sum of what it sees plus its bias, at every place.

    ``y[n, o, i, j] = b[o] + Σ W[o, c, k, l] x[n, c, stride i + dilation k - padding, stride j + dilation l - padding]``

    This is a cross-correlation, as in PyTorch.

    Parameters
    ----------
    in_channels, out_channels : of x, and how many filters there are.
    kernel_size, stride, padding, dilation : of the filters; one integer, or a pair (vertical, horizontal). `padding` is
        of zeros; ``"same"`` keeps the size of the images, for stride 1 and filters of odd extent.
    groups : into how many parts channels and filters are divided; each part sees only its own.
    bias : whether there is a b.
    rng : where the initial weights come from; a fresh Generator by default, different each time.
    dtype : of the parameters, float64 by default.

    Attributes
    ----------
    weight : Tensor ``(out_channels, in_channels / groups, kernel_height, kernel_width)``, at first uniform in ±1/√n as
        in PyTorch, where n is how many numbers a filter sees.
    bias : Tensor ``(out_channels,)``, likewise, or None.

    Raises
    ------
    ShapeError : if a size does not fit, or x is not ``(batch, in_channels, height, width)``.

    Examples
    --------
    >>> layer = Conv2d(1, 16, 3, padding=1, rng=np.random.default_rng(0))
    >>> layer
    Conv2d(1, 16, kernel_size=3, padding=1)  # 160 parameters
    >>> layer(np.zeros((64, 1, 8, 8))).shape
    (64, 16, 8, 8)
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Extent,
        stride: Extent = 1,
        padding: Extent | str = 0,
        dilation: Extent = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_sizes("Conv2d", in_channels, out_channels, groups)
        if in_channels % groups or out_channels % groups:
            raise ShapeError(
                f"Conv2d: groups={groups} does not divide the {in_channels} channels of x and the {out_channels} "
                "filters; choose a common divisor"
            )
        self.kernel_size = pair("Conv2d", "kernel_size", kernel_size)
        self.stride, self.dilation = pair("Conv2d", "stride", stride), pair("Conv2d", "dilation", dilation)
        self.padding = self._same() if padding == "same" else pair("Conv2d", "padding", padding, least=0)
        self.groups = groups
        rng, depth = generator(rng), in_channels // groups
        bound = (depth * math.prod(self.kernel_size)) ** -0.5
        weight = rng.uniform(-bound, bound, (out_channels, depth, *self.kernel_size))
        self.weight = Tensor(weight, dtype=dtype, name="W")
        self.bias = Tensor(rng.uniform(-bound, bound, out_channels), dtype=dtype, name="b") if bias else None

    def _same(self) -> tuple[int, int]:
        """The padding that keeps the size of images."""
        (height, width), (down, across) = self.kernel_size, self.dilation
        reach = (height - 1) * down, (width - 1) * across
        if self.stride != (1, 1) or reach[0] % 2 or reach[1] % 2:
            raise ShapeError(
                f'Conv2d: padding="same" takes stride 1 and filters of odd extent, but got kernel_size='
                f"{self.kernel_size}, stride={self.stride} and dilation={self.dilation}; give padding= in numbers"
            )
        return reach[0] // 2, reach[1] // 2

    def forward(self, x: Any) -> Any:
        """Images ``(batch, in_channels, height, width)`` to ``(batch, out_channels, out_height, out_width)``."""
        return autograd.conv2d(
            x, self.weight, self.bias,
            stride=self.stride, padding=self.padding, dilation=self.dilation, groups=self.groups,
        )  # fmt: skip

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        filters, depth = self.weight.shape[:2]
        more = shown(stride=(self.stride, 1), padding=(self.padding, 0), dilation=(self.dilation, 1))
        groups = f", groups={self.groups}" if self.groups > 1 else ""
        no_bias = ", bias=False" if self.bias is None else ""
        return f"{depth * self.groups}, {filters}{shown(kernel_size=(self.kernel_size, 0))}{more}{groups}{no_bias}"


def pair(layer: str, name: str, value: Any, least: int = 1) -> tuple[int, int]:
    """One integer for both axes, or two, each at least `least`."""
    both = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(both) != 2 or not all(is_whole(n, -math.inf) for n in both):
        raise OperandError(f"{layer}: {name}= takes an integer or a pair of integers, but got {value!r}")
    if min(both) < least:
        raise ShapeError(f"{layer}: {name}={value} is too small, the least is {least}")
    return int(both[0]), int(both[1])


def shown(**extents: tuple[tuple[int, int], int]) -> str:
    """Pairs as text for a repr, each with the number that it is by default and that is not shown."""
    given = {name: pair for name, (pair, usual) in extents.items() if pair != (usual, usual)}
    return "".join(f", {name}={both[0] if both[0] == both[1] else both}" for name, both in given.items())
