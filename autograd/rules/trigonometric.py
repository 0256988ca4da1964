"""Trigonometric and hyperbolic functions; angles are in radians.

Legend: see `autograd/rules/arithmetic.py`.
"""

import math

import numpy as np

from autograd.primitive import elementwise, table
from autograd.rules.arithmetic import ieee

__all__ = ["cos", "cosh", "sech2", "sin", "sinh", "tan", "tanh"]

sin = elementwise(
    "sin", ieee(math.sin, np.sin), np.sin,
    lambda g, ans, x: g * cos(x),
    latex=r"\sin {}", doc="The sine of x radians.",
)  # fmt: skip
cos = elementwise(
    "cos", ieee(math.cos, np.cos), np.cos,
    lambda g, ans, x: -g * sin(x),
    latex=r"\cos {}", doc="The cosine of x radians.",
)  # fmt: skip
tan = elementwise(
    "tan", ieee(math.tan, np.tan), np.tan,
    lambda g, ans, x: g / cos(x) / cos(x),
    latex=r"\tan {}", doc="The tangent of x radians.",
)  # fmt: skip
sinh = elementwise(
    "sinh", ieee(math.sinh, np.sinh), np.sinh,
    lambda g, ans, x: g * cosh(x),
    latex=r"\sinh {}", doc="The hyperbolic sine.",
)  # fmt: skip
cosh = elementwise(
    "cosh", ieee(math.cosh, np.cosh), np.cosh,
    lambda g, ans, x: g * sinh(x),
    latex=r"\cosh {}", doc="The hyperbolic cosine.",
)  # fmt: skip
tanh = elementwise(
    "tanh", math.tanh, np.tanh,
    lambda g, ans, x: g * sech2(x),
    latex=r"\tanh {}", doc="The hyperbolic tangent; its derivative is exact in the tails: tanh'(20) = 1.7e-17, not 0.",
)  # fmt: skip


def _sech2(x: float) -> float:
    c = _cosh(x)
    return 1.0 / c / c  # c² would overflow first


def _sech2_array(x):  # any floating dtype
    c = np.cosh(x)
    return 1 / c / c


_cosh = ieee(math.cosh, np.cosh)
sech2 = elementwise(
    "sech2", _sech2, _sech2_array,
    lambda g, ans, x: g * (-2.0 * tanh(x) * ans),
    symbol="sech²", latex=r"\operatorname{{sech}}^2 {}",
    public=False,
    doc="1 / cosh² x, the derivative of tanh, as a function of its own: no cancelling, no underflow in the tails.",
)  # fmt: skip

table.bind(globals())
