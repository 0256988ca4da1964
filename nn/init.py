"""How large the first random weights are: uniform in [-bound, bound], with a bound that keeps signals in scale."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["generator", "he_bound", "xavier_bound"]


def xavier_bound(fan_in: int, fan_out: int) -> float:
    """√(6 / (fan_in + fan_out)): keeps the variance through layers that are linear near 0 (tanh, sigmoid).

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16.

    >>> xavier_bound(2, 4)
    1.0
    """
    return math.sqrt(6.0 / (fan_in + fan_out))


def he_bound(fan_in: int) -> float:
    """√(6 / fan_in): keeps the variance through ReLUs, which silence half of it.

    He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, equation 10, for a uniform distribution.

    >>> he_bound(6)
    1.0
    """
    return math.sqrt(6.0 / fan_in)


def generator(rng: np.random.Generator | None) -> np.random.Generator:
    """`rng` itself, or a fresh one with another outcome each time if it is None.

    Raises
    ------
    TypeError : if it is anything else, for instance a seed: that would start every layer with the same numbers.
    """
    if rng is None:
        return np.random.default_rng()
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng= takes a numpy.random.Generator, but got {rng!r} of type {type(rng).__name__}; "
            "make one with numpy.random.default_rng(seed) and pass it to all layers"
        )
    return rng
