"""`Linear`: the fully connected layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike

import autograd
from autograd import ShapeError, Tensor
from nn.init import generator
from nn.module import Module, check_sizes

__all__ = ["Linear"]


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
        self.weight = Tensor(rng.uniform(-bound, bound, (out_features, in_features)).astype(dtype), name="W")
        self.bias = Tensor(rng.uniform(-bound, bound, out_features).astype(dtype), name="b") if bias else None

    def forward(self, x: Any) -> Any:
        """Rows ``(..., in_features)`` to rows ``(..., out_features)``."""
        shape = x.shape if isinstance(x, Tensor) else np.shape(x)
        if not shape or shape[-1] != self.weight.shape[1]:
            raise ShapeError(
                f"Linear({self.extra_repr()}) takes rows of length {self.weight.shape[1]}, but got shape {shape}"
            )
        y = autograd.inner(x, self.weight)
        return y if self.bias is None else y + self.bias

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        out_features, in_features = self.weight.shape
        return f"{in_features}, {out_features}{', bias=False' if self.bias is None else ''}"
