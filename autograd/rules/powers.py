"""Powers, exponentials and logarithms.

Legend: see `autograd/rules/arithmetic.py`.
"""

import math

import numpy as np

from autograd.primitive import elementwise, quiet, table
from autograd.rules.arithmetic import ieee
from autograd.rules.selection import abs, equal, where

__all__ = ["exp", "expm1", "log", "log1p", "power", "power_log", "slope", "sqrt", "square"]

# --- powers ---


def _power(x: float, y: float) -> float:
    if y == 2.0:
        return x * x  # rounded correctly, and faster
    try:
        ans = x**y
    except ArithmeticError:
        with quiet():
            return float(np.power(x, y))
    return ans if type(ans) is float else math.nan  # a negative base with a fraction as exponent would be complex


def _slope(x: float, y: float) -> float:
    if y == 2.0:
        return x + x
    if not y:
        return 0.0
    ans = y * _power(x, y - 1.0)
    if math.isfinite(ans) or not x or math.isinf(x):
        return ans
    return y * _power(x, y) / x  # xʸ⁻¹ alone overflowed


def _slope_array(x, y):  # any floating dtype
    ans = y * np.power(x, y - 1)
    ans = np.where(np.isfinite(ans) | (x == 0) | np.isinf(x), ans, y * np.power(x, y) / x)
    return np.where(y == 0, 0, ans)


def _power_log(x: float, y: float) -> float:
    return _power(x, y) * _log(x) if x else 0.0 if y >= 0.0 else -math.inf


def _power_log_array(x, y):  # any floating dtype
    return np.where(x == 0, np.where(y >= 0, 0.0, -np.inf), np.power(x, y) * np.log(x)).astype(np.result_type(x, y))


def _finite_times(y, s):  # part of a rule
    """The product, which is 0 where y is 0 though s is infinite."""
    return where(equal(y, 0.0) & equal(abs(s), math.inf), 0.0, y * s)


_log = ieee(math.log, np.log)
power = elementwise(
    "power", _power, np.power,
    lambda g, ans, x, y: g * slope(x, y),
    lambda g, ans, x, y: g * power_log(x, y),
    symbol="xʸ", latex="{}^{{{}}}",
    doc="x to the power y; nan where x < 0 and y is not whole. ∂/∂y is 0 at x = 0 for y ≥ 0.",
)  # fmt: skip
slope = elementwise(
    "slope", _slope, _slope_array,
    lambda g, ans, x, y: g * _finite_times(y, slope(x, y - 1.0)),
    lambda g, ans, x, y: g * where(equal(x, 0.0), 0.0, power(x, y - 1.0) * (1.0 + y * log(x))),
    symbol="y xʸ⁻¹", latex=r"{1} \, {0}^{{{1} - 1}}",
    public=False,
    doc="The derivative y xʸ⁻¹ of a power by x, as a function of its own: 0 where y = 0, since x⁰ is constant.",
)  # fmt: skip
power_log = elementwise(
    "power_log", _power_log, _power_log_array,
    lambda g, ans, x, y: g * where(equal(x, 0.0), 0.0, power(x, y - 1.0) * (1.0 + y * log(x))),
    lambda g, ans, x, y: g * where(equal(x, 0.0), 0.0, ans * log(x)),
    symbol="xʸ ln x", latex=r"{0}^{{{1}}} \ln {0}",
    public=False, doc="The derivative xʸ ln x of a power by y, as a function of its own: 0 where x = 0 and y ≥ 0.",
)  # fmt: skip
square = elementwise(
    "square", lambda x: x * x, np.square,
    lambda g, ans, x: g * (x + x),
    symbol="x²", latex="{}^2", doc="x².",
)  # fmt: skip
sqrt = elementwise(
    "sqrt", ieee(math.sqrt, np.sqrt), np.sqrt,
    lambda g, ans, x: g / (ans + ans),
    symbol="√", latex=r"\sqrt{{{}}}", doc="The square root; nan where x < 0.",
)  # fmt: skip


# --- exponentials and logarithms ---

exp = elementwise(
    "exp", ieee(math.exp, np.exp), np.exp,
    lambda g, ans, x: g * ans,
    latex="e^{{{}}}", doc="e to the power x.",
)  # fmt: skip
expm1 = elementwise(
    "expm1", ieee(math.expm1, np.expm1), np.expm1,
    lambda g, ans, x: g * exp(x),
    latex="e^{{{}}} - 1", doc="e to the power x, minus 1, without cancellation near 0.",
)  # fmt: skip
log = elementwise(
    "log", ieee(math.log, np.log), np.log,
    lambda g, ans, x: g / x,
    latex=r"\ln {}", doc="The natural logarithm; -inf at 0, nan below.",
)  # fmt: skip
log1p = elementwise(
    "log1p", ieee(math.log1p, np.log1p), np.log1p,
    lambda g, ans, x: g / (1.0 + x),
    latex=r"\ln(1 + {})", doc="log(1 + x), without cancellation near 0.",
)  # fmt: skip

table.bind(globals())
