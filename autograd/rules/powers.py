"""Powers, exponentials and logarithms.

Legend: see `autograd/rules/arithmetic.py`.
"""

import math

import numpy as np

from autograd.primitive import elementwise, quiet, table
from autograd.rules.arithmetic import ieee
from autograd.rules.selection import abs, equal, less, not_equal, where

__all__ = [
    "cbrt", "exp", "exp2", "expm1", "log", "log1p", "lowered", "power", "power_log", "slope", "sqrt", "square", "xlogy",
]  # fmt: skip

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
    if -0.5 < y < 0.5 and x and not math.isinf(x):
        return y * _power(x, y) / x  # y - 1 would round the exponent
    ans = y * _power(x, y - 1.0)
    if math.isfinite(ans) or not x or math.isinf(x):
        return ans
    return y * _power(x, y) / x  # xʸ⁻¹ alone overflowed


def _slope_array(x, y):  # any floating dtype
    ans = y * np.power(x, y - 1)
    is_fit = (np.isfinite(ans) & (np.abs(y) >= 0.5)) | (x == 0) | np.isinf(x)
    return np.where(y == 0, 0, np.where(is_fit, ans, y * np.power(x, y) / x))


def _lowered(x: float, y: float) -> float:
    return _power(x, y) / x if -0.5 < y < 0.5 and x else _power(x, y - 1.0)


def _lowered_array(x, y):  # any floating dtype
    return np.where((np.abs(y) < 0.5) & (x != 0), np.power(x, y) / x, np.power(x, y - 1))


def _power_log(x: float, y: float, *, order: int = 1) -> float:
    if not x:
        return 0.0 if y >= 0.0 else (-1.0) ** order * math.inf
    half, logs = _power(x, 0.5 * y), 1.0
    for _ in range(order):
        logs *= _log(x)
    return half * logs * half  # xʸ alone may underflow


def _power_log_array(x, y, *, order=1):  # any floating dtype
    half = np.power(x, 0.5 * y)
    ans = np.where(x == 0, np.where(y >= 0, 0.0, (-1.0) ** order * np.inf), half * np.log(x) ** order * half)
    return ans.astype(np.result_type(x, y))


def _finite_times(y, s):  # part of a rule
    """The product, which is 0 where y is 0 though s is infinite."""
    return where(equal(y, 0.0) & equal(abs(s), math.inf), 0.0, y * s)


_LN2 = math.log(2.0)
_log = ieee(math.log, np.log)
_POWERS = [(0.0, math.inf), (-math.inf, math.inf)]
power = elementwise(
    "power", _power, np.power,
    lambda g, ans, x, y: g * slope(x, y),
    lambda g, ans, x, y: g * power_log(x, y),
    symbol="xʸ", latex="{}^{{{}}}",
    doc="x to the power y; nan where x < 0 and y is not whole. ∂/∂y is 0 at x = 0 for y ≥ 0.",
    domain=_POWERS, singular=[(0.0, -1.0), (0.0, 0.0), (0.0, 0.5)], reference=lambda mp, x, y: mp.exp(y * mp.log(x)),
)  # fmt: skip
slope = elementwise(
    "slope", _slope, _slope_array,
    lambda g, ans, x, y: g * where(
        less(abs(y), 0.5) & not_equal(x, 0.0), (y - 1.0) * ans / x, _finite_times(y, slope(x, y - 1.0))
    ),
    lambda g, ans, x, y: g * where(equal(x, 0.0), 0.0, lowered(x, y) + y * lowered(x, y) * log(x)),
    symbol="y xʸ⁻¹", latex=r"{1} \, {0}^{{{1} - 1}}",
    public=False,
    doc="The derivative y xʸ⁻¹ of a power by x, as a function of its own: 0 where y = 0, since x⁰ is constant.",
    domain=_POWERS, singular=[(0.0, 0.5)], order=1, reference=lambda mp, x, y: y * mp.exp((y - 1) * mp.log(x)),
)  # fmt: skip
power_log = elementwise(
    "power_log", _power_log, _power_log_array,
    lambda g, ans, x, y, *, order=1: g * where(
        equal(x, 0.0), 0.0, (order * lowered(x, y) + y * (lowered(x, y) * log(x))) * power(log(x), order - 1.0)
    ),
    lambda g, ans, x, y, *, order=1: g * where(equal(x, 0.0), 0.0, power_log(x, y, order=order + 1)),
    symbol="xʸ ln x", latex=r"{0}^{{{1}}} \ln {0}",
    public=False, doc="xʸ lnⁿ x, the derivative of a power by y of `order=` n: 0 where x = 0 and y ≥ 0.",
    domain=_POWERS, singular=[(0.0, -1.0)], order=1,
    reference=lambda mp, x, y, order=1: mp.exp(y * mp.log(x)) * mp.log(x) ** order,
)  # fmt: skip
lowered = elementwise(
    "lowered", _lowered, _lowered_array,
    lambda g, ans, x, y: g * slope(x, y - 1.0),
    lambda g, ans, x, y: g * (ans * log(x)),
    symbol="xʸ⁻¹", latex="{0}^{{{1} - 1}}", public=False,
    doc="x to the power y - 1, where the exponent is not rounded: the derivatives of `slope` and `power_log`.",
    domain=_POWERS, singular=[(0.0, 0.5)], order=0, reference=lambda mp, x, y: mp.exp((y - 1) * mp.log(x)),
)  # fmt: skip
square = elementwise(
    "square", lambda x: x * x, np.square,
    lambda g, ans, x: g * (x + x),
    symbol="x²", latex="{}^2", doc="x².", domain=[(-1.34e154, 1.34e154)], reference=lambda mp, x: x * x,
)  # fmt: skip
sqrt = elementwise(
    "sqrt", ieee(math.sqrt, np.sqrt), np.sqrt,
    lambda g, ans, x: g / (ans + ans),
    symbol="√", latex=r"\sqrt{{{}}}", doc="The square root; nan where x < 0.",
    domain=[(0.0, math.inf)], singular=[(0.0,)], reference=lambda mp, x: mp.sqrt(x),
)  # fmt: skip
cbrt = elementwise(
    "cbrt", math.cbrt, np.cbrt,
    lambda g, ans, x: g / (3.0 * ans * ans),
    symbol="∛", latex=r"\sqrt[3]{{{}}}", doc="The cube root, of negative numbers too.",
    singular=[(0.0,)], reference=lambda mp, x: mp.cbrt(x) if mp.re(x) >= 0 else -mp.cbrt(-x),
)  # fmt: skip


# --- exponentials and logarithms ---

exp = elementwise(
    "exp", ieee(math.exp, np.exp), np.exp,
    lambda g, ans, x: g * ans,
    latex="e^{{{}}}", doc="e to the power x.",
    domain=[(-math.inf, 709.78)], reference=lambda mp, x: mp.exp(x),
)  # fmt: skip
exp2 = elementwise(
    "exp2", ieee(math.exp2, np.exp2), np.exp2,
    lambda g, ans, x: g * (_LN2 * ans),
    latex="2^{{{}}}", doc="2 to the power x.",
    domain=[(-math.inf, 1023.99)], reference=lambda mp, x: mp.exp(x * mp.ln(2)),
)  # fmt: skip
expm1 = elementwise(
    "expm1", ieee(math.expm1, np.expm1), np.expm1,
    lambda g, ans, x: g * exp(x),
    latex="e^{{{}}} - 1", doc="e to the power x, minus 1, without cancellation near 0.",
    domain=[(-math.inf, 709.78)], reference=lambda mp, x: mp.exp(x) - 1,
)  # fmt: skip
log = elementwise(
    "log", ieee(math.log, np.log), np.log,
    lambda g, ans, x: g / x,
    latex=r"\ln {}", doc="The natural logarithm; -inf at 0, nan below.",
    domain=[(0.0, math.inf)], singular=[(0.0,)], reference=lambda mp, x: mp.log(x),
)  # fmt: skip
log1p = elementwise(
    "log1p", ieee(math.log1p, np.log1p), np.log1p,
    lambda g, ans, x: g / (1.0 + x),
    latex=r"\ln(1 + {})", doc="log(1 + x), without cancellation near 0.",
    domain=[(-1.0, math.inf)], singular=[(-1.0,)], reference=lambda mp, x: mp.log(1 + x),
)  # fmt: skip


def _xlogy(x: float, y: float) -> float:
    return x * _log(y) if x or y != y else 0.0


def _xlogy_array(x, y):  # any floating dtype
    return np.where((x == 0) & (y == y), 0, x * np.log(y))


xlogy = elementwise(
    "xlogy", _xlogy, _xlogy_array,
    lambda g, ans, x, y: g * log(y),
    lambda g, ans, x, y: where(equal(x, 0.0) & equal(y, 0.0), 0.0, g * (x / y)),
    symbol="x ln y", latex=r"{} \ln {}",
    doc="x log y, and 0 where x = 0 (for entropies): 0 log 0 = 0. Its derivative by y at (0, 0) is 0, that by x -inf.",
    domain=[(-math.inf, math.inf), (0.0, math.inf)], singular=[(0.0, 0.0), (1.0, 0.0)],
    reference=lambda mp, x, y: x * mp.log(y),
)  # fmt: skip

table.bind(globals())
