"""Normalization: numbers moved and scaled to mean 0 and variance 1, and then to the γ and β that were learnt.

All are y = γ (x - mean) / √(variance + eps) + β. They differ in which numbers go into one mean and variance:

    BatchNorm1d, BatchNorm2d    those of one channel, of all samples
    InstanceNorm2d              those of one channel of one sample
    GroupNorm                   those of some channels of one sample
    LayerNorm                   those of one sample, along the last axes

Here γ is called ``weight`` and β ``bias``, as in PyTorch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

import autograd
from autograd import ShapeError, Tensor, TraceError
from nn.arguments import check_sizes
from nn.module import Module, shape_of

__all__ = ["BatchNorm1d", "BatchNorm2d", "ChannelNorm", "GroupNorm", "InstanceNorm2d", "LayerNorm"]


class ChannelNorm(Module):
    """The base of what normalizes channel by channel, and may keep running statistics.

    Parameters
    ----------
    num_features : how many channels, the axis after that of the batch.
    eps : added to the variance.
    momentum : how much of the running statistics each batch replaces; None for the mean over all batches.
    affine : whether there are γ and β.
    track_running_stats : whether running statistics are kept, and used after `eval`.
    dtype : of parameters and statistics, float64 by default.

    Attributes
    ----------
    weight, bias : γ and β, Tensors of shape ``(num_features,)``, at first 1 and 0; or None.
    running_mean, running_var : arrays of this shape, at first 0 and 1, that each batch moves in training,
        ``r ← (1 - momentum) r + momentum s``, with the unbiased variance for s; or None.
    num_batches_tracked : how many batches did.

    Raises
    ------
    ShapeError : if x has another shape, or in training one number alone makes a mean.
    ValueError : if `eps` is negative, or `momentum` not from 0 to 1.
    """

    buffers = ("running_mean", "running_var", "num_batches_tracked")
    ndims: tuple[int, ...] = (4,)
    shape = "(batch, channels, height, width)"

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *,
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_sizes(type(self).__name__, num_features)
        self.num_features, self.eps = num_features, _within("eps", eps, math.inf)
        self.momentum = None if momentum is None else _within("momentum", momentum, 1.0)
        self.weight, self.bias = _affine((num_features,), affine, dtype)
        self.running_mean: Any = np.zeros(num_features, dtype) if track_running_stats else None
        self.running_var: Any = np.ones(num_features, dtype) if track_running_stats else None
        self.num_batches_tracked: Any = 0 if track_running_stats else None

    def _axes(self, ndim: int) -> tuple[int, ...]:
        """The axes whose numbers go into one mean."""
        return (0, *range(2, ndim))

    def forward(self, x: Any) -> Any:
        """The numbers normalized, in the shape of x."""
        shape = shape_of(x)
        if len(shape) not in self.ndims or shape[1] != self.num_features:
            raise ShapeError(
                f"{type(self).__name__}({self.num_features}) takes {self.shape} with {self.num_features} channels, "
                f"but got shape {shape}"
            )
        per_channel = (-1, *[1] * (len(shape) - 2))
        if self.training or self.running_mean is None:
            axes = self._axes(len(shape))
            off, mean, variance = _moments(x, axes)
            count = math.prod(shape[axis] for axis in axes)
            if self.training and count < 2:
                raise ShapeError(
                    f"{type(self).__name__} takes more than one number per mean in training, but got shape {shape}; "
                    "take a larger batch, or eval()"
                )
            if self.training and self.running_mean is not None:
                self._track(mean, variance, count)
        else:
            off = x - self.running_mean.reshape(per_channel)
            variance = self.running_var.reshape(per_channel)
        return _scaled(off, variance, self.eps, self.weight, self.bias, per_channel)

    def _track(self, mean: Any, variance: Any, count: int) -> None:
        """Move the running statistics towards those of a batch, made of `count` numbers each."""
        if autograd.is_tracing():
            raise TraceError(
                f"{type(self).__name__} moves its running statistics with each batch in training, which a program "
                "cannot; trace the model after eval(), or make the layer with track_running_stats=False"
            )
        self.num_batches_tracked += 1
        share = 1.0 / self.num_batches_tracked if self.momentum is None else self.momentum
        for name, now in (("running_mean", _raw(mean)), ("running_var", _raw(variance) * (count / (count - 1)))):
            before = getattr(self, name)
            now = now.reshape(-1, self.num_features).mean(axis=0)
            setattr(self, name, ((1.0 - share) * before + share * now).astype(before.dtype))

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        options = {"eps": (self.eps, 1e-5), "momentum": (self.momentum, 0.1)}
        return f"{self.num_features}" + "".join(f", {k}={v}" for k, (v, usual) in options.items() if v != usual)


class BatchNorm1d(ChannelNorm):
    """Each feature normalized over the batch; x is ``(batch, features)`` or ``(batch, features, length)``.

    After `eval` the running statistics take the place of those of the batch. Ioffe and Szegedy, "Batch normalization",
    2015. Parameters and attributes as for `ChannelNorm`.

    Examples
    --------
    >>> layer = BatchNorm1d(2)
    >>> layer(np.array([[1.0, 10.0], [3.0, 30.0]])).data.round(3) + 0.0
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> layer.running_mean, layer.running_var
    (array([0.2, 2. ]), array([ 1.1, 20.9]))
    """

    ndims = (2, 3)
    shape = "(batch, channels) or (batch, channels, length)"


class BatchNorm2d(ChannelNorm):
    """Each channel normalized over all images of the batch; x is ``(batch, channels, height, width)``.

    After `eval` the running statistics take the place of those of the batch. Ioffe and Szegedy, "Batch normalization",
    2015. Parameters and attributes as for `ChannelNorm`.

    >>> y = BatchNorm2d(3)(np.random.default_rng(0).normal(5.0, 2.0, (8, 3, 4, 4)))
    >>> y.data.mean(axis=(0, 2, 3)).round(12) + 0.0
    array([0., 0., 0.])
    """


class InstanceNorm2d(ChannelNorm):
    """Each channel of each image normalized by itself; x is ``(batch, channels, height, width)``.

    Ulyanov, Vedaldi and Lempitsky, "Instance normalization", 2016. Parameters and attributes as for `ChannelNorm`, but
    as in PyTorch there are no γ and β, and no running statistics, unless asked for.

    >>> y = InstanceNorm2d(3)(np.random.default_rng(0).normal(5.0, 2.0, (8, 3, 4, 4)))
    >>> y.mean(axis=(2, 3))[0].round(12) + 0.0
    array([0., 0., 0.])
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        *,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, dtype=dtype)

    def _axes(self, ndim: int) -> tuple[int, ...]:
        return tuple(range(2, ndim))


class GroupNorm(Module):
    """Channels in groups, each group of each sample normalized by itself; x is ``(batch, channels, ...)``.

    Wu and He, "Group normalization", 2018.

    Parameters
    ----------
    num_groups, num_channels : the first divides the second.
    eps : added to the variance.
    affine : whether there are γ and β, one per channel.
    dtype : of the parameters, float64 by default.

    Attributes
    ----------
    weight, bias : γ and β, Tensors of shape ``(num_channels,)``, at first 1 and 0; or None.

    Raises
    ------
    ShapeError : if the sizes do not fit.

    >>> y = GroupNorm(2, 6)(np.random.default_rng(0).normal(5.0, 2.0, (8, 6, 4, 4)))
    >>> y.data[0, :3].mean().round(12) + 0.0
    np.float64(0.0)
    """

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        *,
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_sizes("GroupNorm", num_groups, num_channels)
        if num_channels % num_groups:
            raise ShapeError(f"GroupNorm: {num_channels} channels do not make {num_groups} groups of one size")
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, _within("eps", eps, math.inf)
        self.weight, self.bias = _affine((num_channels,), affine, dtype)

    def forward(self, x: Any) -> Any:
        """The numbers normalized, in the shape of x."""
        shape = shape_of(x)
        if len(shape) < 2 or shape[1] != self.num_channels:
            raise ShapeError(
                f"GroupNorm({self.extra_repr()}) takes (batch, {self.num_channels}, ...), but got shape {shape}"
            )
        size = self.num_channels // self.num_groups
        grouped = autograd.reshape(x, shape=(shape[0], self.num_groups, size, math.prod(shape[2:])))
        off, _, variance = _moments(grouped, (2, 3))
        y = _scaled(off, variance, self.eps, self.weight, self.bias, (self.num_groups, size, 1))
        return autograd.reshape(y, shape=shape)

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        return f"{self.num_groups}, {self.num_channels}{'' if self.eps == 1e-5 else f', eps={self.eps}'}"


class LayerNorm(Module):
    """Each sample normalized along its last axes.

    Ba, Kiros and Hinton, "Layer normalization", 2016.

    Parameters
    ----------
    normalized_shape : the extents of these axes; an integer for one.
    eps : added to the variance.
    elementwise_affine : whether there are γ and β, one per element.
    bias : whether there is a β then.
    dtype : of the parameters, float64 by default.

    Attributes
    ----------
    weight, bias : γ and β, Tensors of shape `normalized_shape`, at first 1 and 0; or None.

    Raises
    ------
    ShapeError : if the last axes of x have other extents.

    >>> LayerNorm(3)(np.array([[1.0, 2.0, 3.0]])).data.round(3)
    array([[-1.225,  0.   ,  1.225]])
    """

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        *,
        dtype: DTypeLike = np.float64,
    ) -> None:
        extents = tuple(normalized_shape) if isinstance(normalized_shape, Sequence) else (normalized_shape,)
        check_sizes("LayerNorm", *extents)
        self.normalized_shape, self.eps = extents, _within("eps", eps, math.inf)
        self.weight, beta = _affine(extents, elementwise_affine, dtype)
        self.bias = beta if bias else None

    def forward(self, x: Any) -> Any:
        """The numbers normalized, in the shape of x."""
        shape, n = shape_of(x), len(self.normalized_shape)
        if not n or shape[-n:] != self.normalized_shape:
            raise ShapeError(
                f"LayerNorm({self.extra_repr()}) takes (..., {', '.join(map(str, self.normalized_shape))}), "
                f"but got shape {shape}"
            )
        off, _, variance = _moments(x, tuple(range(-n, 0)))
        return _scaled(off, variance, self.eps, self.weight, self.bias, self.normalized_shape)

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        extents = self.normalized_shape[0] if len(self.normalized_shape) == 1 else self.normalized_shape
        return f"{extents}{'' if self.eps == 1e-5 else f', eps={self.eps}'}"


def _within(name: str, value: Any, most: float) -> float:
    """A setting from 0 to `most`, as a float: arrays of float32 would not stay so beside one of numpy."""
    if not (isinstance(value, Real) and 0.0 <= float(value) <= most):
        limits = "that is not negative" if most == math.inf else f"from 0 to {most:g}"
        raise ValueError(f"{name}= takes a number {limits}, but got {value!r}")
    return float(value)


def _affine(shape: tuple[int, ...], wanted: bool, dtype: DTypeLike) -> tuple[Tensor | None, Tensor | None]:
    """γ and β."""
    if not wanted:
        return None, None
    return Tensor(np.ones(shape), dtype=dtype, name="γ"), Tensor(np.zeros(shape), dtype=dtype, name="β")


def _moments(x: Any, axes: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """What x is off its mean along some axes, the mean, and the variance, these with the axes at length 1."""
    mean = autograd.mean(x, axis=axes, keepdims=True)
    off = x - mean
    return off, mean, autograd.mean(autograd.square(off), axis=axes, keepdims=True)


def _scaled(off: Any, variance: Any, eps: float, weight: Any, bias: Any, shape: tuple[int, ...]) -> Any:
    """γ off / √(variance + eps) + β, with γ and β in a `shape` that fits."""
    scale = autograd.reciprocal(autograd.sqrt(variance + eps))
    if weight is not None:
        scale = scale * weight.reshape(shape)  # before it meets all numbers
    y = off * scale
    return y if bias is None else y + bias.reshape(shape)


def _raw(x: Any) -> NDArray[Any]:
    return x.data if isinstance(x, Tensor) else np.asarray(x)
