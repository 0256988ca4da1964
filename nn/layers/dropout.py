"""`Dropout`: units that fall silent by chance while a network is trained."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn import functional
from nn.init import generator
from nn.module import Module

__all__ = ["Dropout"]


class Dropout(Module):
    """In training each element is 0 with probability `p`, and else x / (1 - p); in use x stays.

    Parameters
    ----------
    p : from 0 to 1.
    rng : what draws; a fresh Generator by default.

    Raises
    ------
    ValueError : if `p` is no probability.

    Examples
    --------
    >>> layer = Dropout(0.5, rng=np.random.default_rng(0))
    >>> layer(np.ones(6))
    array([2., 0., 0., 0., 2., 2.])
    >>> layer.eval()(np.ones(6))
    array([1., 1., 1., 1., 1., 1.])
    """

    def __init__(self, p: float = 0.5, *, rng: np.random.Generator | None = None) -> None:
        if not (isinstance(p, float | int | np.number) and 0.0 <= p <= 1.0):
            raise ValueError(f"Dropout takes a probability p from 0 to 1, but got {p!r}")
        self.p, self.rng = p, generator(rng)

    def forward(self, x: Any) -> Any:  # noqa: D102  # see above
        return functional.dropout(x, self.p, self.training, self.rng)

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        return f"p={self.p}"
