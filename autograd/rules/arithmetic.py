"""Arithmetic: the rules that need no other rule. The other pages of the table are written in the same way.

Legend: `g` is the cotangent of the result, `ans` the result, `x` and `y` the operands (see `autograd/primitive.py`).
A rule is written in the form that keeps full relative accuracy over the float64 range, also when it is differentiated
again: `1 - ans²` would cancel for tanh, `ans (1 - ans)` for the sigmoid. Where that takes a function of its own, it is
a row with ``public=False``. Functions inside a rule are primitives of the table themselves; `**` and `math.*` are not
used in one, since they raise or turn complex where IEEE 754 has inf or nan.
"""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.primitive import elementwise, linear, quiet, table

__all__ = ["add", "div", "identity", "ieee", "mul", "neg", "reciprocal", "sub"]


def ieee(fast: Callable[..., float], array: Callable[..., Any]) -> Callable[..., float]:
    """`fast` on floats, except that where Python raises (1/0, log(-1), exp(1000)) numpy's inf or nan comes back."""

    def careful(*xs: float) -> float:
        with quiet():
            return float(array(*map(np.float64, xs)))

    def unary(x: float) -> float:
        try:
            return fast(x)
        except (ArithmeticError, ValueError):
            return careful(x)

    def binary(x: float, y: float) -> float:
        try:
            return fast(x, y)
        except (ArithmeticError, ValueError):
            return careful(x, y)

    whole: Any = binary if getattr(array, "nin", 1) == 2 else unary
    whole.fast = fast  # for those who catch what it raises themselves
    return whole  # type: ignore[no-any-return]


add = elementwise(
    "add", operator.add, np.add,
    lambda g, ans, x, y: g,
    lambda g, ans, x, y: g,
    symbol="+", latex="{} + {}", doc="x + y.", reference=lambda mp, x, y: x + y,
)  # fmt: skip
sub = elementwise(
    "sub", operator.sub, np.subtract,
    lambda g, ans, x, y: g,
    lambda g, ans, x, y: -g,
    symbol="−", latex="{} - {}", doc="x - y.", reference=lambda mp, x, y: x - y,
)  # fmt: skip
mul = elementwise(
    "mul", operator.mul, np.multiply,
    lambda g, ans, x, y: g * y,
    lambda g, ans, x, y: g * x,
    symbol="×", latex=r"{} \, {}", doc="x y.", reference=lambda mp, x, y: x * y,
)  # fmt: skip
div = elementwise(
    "div", ieee(operator.truediv, np.divide), np.divide,
    lambda g, ans, x, y: g / y,
    lambda g, ans, x, y: -(g * ans) / y,  # from ans to ans / y to ans / y²: nothing on the way is more extreme
    symbol="÷", latex=r"\frac{{{}}}{{{}}}", doc="x / y; inf or nan where y is 0.",
    singular=[(1.0, 0.0), (0.0, 0.0)], reference=lambda mp, x, y: x / y,
)  # fmt: skip
neg = elementwise(
    "neg", operator.neg, np.negative,
    lambda g, ans, x: -g,
    symbol="−x", latex="-{}", doc="-x.", reference=lambda mp, x: -x,
)  # fmt: skip
reciprocal = elementwise(
    "reciprocal", ieee(lambda x: 1.0 / x, np.reciprocal), np.reciprocal,
    lambda g, ans, x: -(g * ans) * ans,
    symbol="1/x", latex=r"\frac{{1}}{{{}}}", doc="1 / x.", singular=[(0.0,)], reference=lambda mp, x: 1 / x,
)  # fmt: skip
identity = linear("identity", lambda x: x, lambda g, ans, x: g, symbol="=", latex="{}", doc="x itself, as a new node.")

table.bind(globals())
