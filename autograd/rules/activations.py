"""Activation functions.

Legend: see `autograd/rules/arithmetic.py`. Convention at the kink: relu'(0) = 0.
"""

import math

import numpy as np

from autograd.primitive import elementwise, table
from autograd.rules.selection import greater, where
from autograd.rules.trigonometric import sech2

__all__ = ["relu", "sigmoid"]


def _sigmoid(x: float) -> float:
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    small = math.exp(x)  # nan lands here too, and stays nan
    return small / (1.0 + small)


def _sigmoid_array(x):  # any floating dtype
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


sigmoid = elementwise(
    "sigmoid", _sigmoid, _sigmoid_array,
    lambda g, ans, x: g * (0.25 * sech2(0.5 * x)),
    symbol="σ", latex=r"\sigma({})",
    doc="The logistic function 1 / (1 + e⁻ˣ); σ'(x) = sech²(x/2) / 4, exact in both tails.",
)  # fmt: skip
relu = elementwise(
    "relu", lambda x: x if x > 0.0 or x != x else 0.0, lambda x: np.maximum(x, 0),
    lambda g, ans, x: where(greater(x, 0.0), g, 0.0),
    latex=r"\operatorname{{ReLU}}({})", doc="max(x, 0), with relu'(0) = 0.",
)  # fmt: skip

table.bind(globals())
