"""`Linear`, the fully connected layer; and what leads to it: `Flatten` and `Embedding`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd
from autograd import OperandError, ShapeError, SubscriptError, Tensor
from nn.arguments import check_sizes, is_whole
from nn.init import generator
from nn.module import Module, shape_of

__all__ = ["Embedding", "Flatten", "Linear"]


class Linear(Module):
    """y = x Wᵀ + b, for a batch of rows.

    Parameters
    ----------
    in_features, out_features : the length of a row of x and of y.
    bias : whether there is a b.
    rng : where the initial weights come from; a fresh Generator by default, different each time.
    dtype : of the parameters, float64 by default.

    Attributes
    ----------
    weight : Tensor of shape ``(out_features, in_features)``, at first uniform in ±1/√in_features as in PyTorch.
    bias : Tensor of shape ``(out_features,)``, likewise, or None.

    Raises
    ------
    ShapeError : if a size is not a positive integer, or x has rows of another length.

    Examples
    --------
    >>> layer = Linear(4, 3, rng=np.random.default_rng(0))
    >>> y = layer(np.ones((64, 4)))
    >>> y.shape
    (64, 3)
    >>> y.sum().backward()
    >>> layer.weight.grad.shape, layer.bias.grad
    ((3, 4), array([64., 64., 64.]))
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_sizes("Linear", in_features, out_features)
        rng = generator(rng)
        bound = in_features**-0.5
        self.weight = Tensor(rng.uniform(-bound, bound, (out_features, in_features)), dtype=dtype, name="W")
        self.bias = Tensor(rng.uniform(-bound, bound, out_features), dtype=dtype, name="b") if bias else None

    def forward(self, x: Any) -> Any:
        """Rows ``(..., in_features)`` to rows ``(..., out_features)``."""
        shape = shape_of(x)
        if not shape or shape[-1] != self.weight.shape[1]:
            raise ShapeError(
                f"Linear({self.extra_repr()}) takes rows of length {self.weight.shape[1]}, but got shape {shape}"
            )
        y = autograd.inner(x, self.weight)
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        out_features, in_features = self.weight.shape
        return f"{in_features}, {out_features}{', bias=False' if self.bias is None else ''}"


class Flatten(Module):
    """The axes from `start_dim` to `end_dim` as one: images to rows, if nothing else is said.

    Raises
    ------
    ShapeError : if x lacks these axes.

    >>> Flatten()(np.zeros((64, 16, 4, 4))).shape
    (64, 256)
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        self.start_dim, self.end_dim = start_dim, end_dim

    def forward(self, x: Any) -> Any:  # noqa: D102  # see above
        shape = shape_of(x)
        n = len(shape)
        start, end = (axis + n if axis < 0 else axis for axis in (self.start_dim, self.end_dim))
        if not 0 <= start <= end < n:
            raise ShapeError(f"Flatten(start_dim={self.start_dim}, end_dim={self.end_dim}) cannot take shape {shape}")
        return autograd.reshape(x, shape=(*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        return "" if (self.start_dim, self.end_dim) == (1, -1) else f"{self.start_dim}, {self.end_dim}"


class Embedding(Module):
    """A row of numbers, to be learnt, for each of some things that are counted from 0, such as words.

    Parameters
    ----------
    num_embeddings, embedding_dim : how many things, and numbers in a row.
    padding_idx : a thing that stands for nothing: its row is 0 at first and gets no gradient.
    rng : where the initial weights come from; a fresh Generator by default, different each time.
    dtype : of the parameter, float64 by default.

    Attributes
    ----------
    weight : Tensor of shape ``(num_embeddings, embedding_dim)``, at first normal as in PyTorch.

    Raises
    ------
    SubscriptError : if a thing is not counted from 0 to `num_embeddings` - 1.
    OperandError : if things are not counted in integers.

    Examples
    --------
    >>> layer = Embedding(10, 3, rng=np.random.default_rng(0))
    >>> y = layer([[1, 1, 4], [0, 2, 9]])
    >>> y.shape
    (2, 3, 3)
    >>> y.sum().backward()
    >>> layer.weight.grad[:3, 0]
    array([1., 2., 1.])
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        *,
        rng: np.random.Generator | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        check_sizes("Embedding", num_embeddings, embedding_dim)
        if padding_idx is not None and not (is_whole(padding_idx, 0) and padding_idx < num_embeddings):
            raise SubscriptError(f"Embedding: padding_idx={padding_idx!r} is not from 0 to {num_embeddings - 1}")
        weight = generator(rng).normal(size=(num_embeddings, embedding_dim))
        if padding_idx is not None:
            weight[padding_idx] = 0.0
        self.weight, self.padding_idx = Tensor(weight, dtype=dtype, name="W"), padding_idx

    def forward(self, x: Any) -> Any:
        """Integers of any shape to their rows, ``(*shape, embedding_dim)``."""
        places = np.asarray(x)
        if places.dtype.kind not in "iu":
            raise OperandError(f"Embedding takes integers, but got {places.dtype}; use .astype(int)")
        things = self.weight.shape[0]
        if places.size and not 0 <= places.min() <= places.max() < things:
            raise SubscriptError(
                f"Embedding({self.extra_repr()}) takes integers from 0 to {things - 1}, "
                f"but got some from {places.min()} to {places.max()}"
            )
        rows = autograd.take(self.weight, places, axis=0)
        if self.padding_idx is None:
            return rows
        return autograd.where((places == self.padding_idx)[..., None], rows.detach(), rows)

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        things, size = self.weight.shape
        return f"{things}, {size}{'' if self.padding_idx is None else f', padding_idx={self.padding_idx}'}"
