"""Powers, exponentials and logarithms.

Legend: see `autograd/rules/arithmetic.py`.
"""

import math
import sys
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from autograd.primitive import elementwise, table
from autograd.rules.arithmetic import ieee
from autograd.rules.selection import equal, logical_and, where

__all__ = [
    "cbrt", "exp", "exp2", "expm1", "log", "log1p", "power", "power_log", "power_partial", "slope", "sqrt", "square",
    "xlogy",
]  # fmt: skip

# --- powers ---

_SMALLEST = sys.float_info.min  # below it numbers have fewer digits


def _fast_power(x: float, y: float) -> float:
    return x * x if y == 2.0 else math.pow(x, y)  # a square rounded correctly, and faster


_any_power = ieee(_fast_power, np.power)


def _power(x: float, y: float) -> float:
    return x * x if y == 2.0 else _any_power(x, y)


_power.fast = _fast_power  # type: ignore[attr-defined]


def _slope(x: float, y: float) -> float:
    """`_power_partial` with by_x=1, apart since it is the most common."""
    if y == 2.0:
        return x + x  # several times faster
    rest = _power(x, y - 1.0)
    if abs(y) >= 0.5 and _SMALLEST <= abs(rest) < math.inf:
        return y * rest
    is_end = not x or math.isinf(x)
    if not y or (is_end and not rest):
        return 0.0
    if rest != rest or is_end:
        return y * rest
    is_low = abs(y) < 0.5
    half = _power(abs(x), 0.5 * (y if is_low else y - 1.0))
    ans = math.copysign(1.0, rest) * (y * half)
    return ans / abs(x) * half if is_low else ans * half


def _power_partial(x: float, y: float, *, by_x: int = 0, by_y: int = 0) -> float:
    """∂ᵐ⁺ⁿ xʸ / ∂xᵐ∂yⁿ = n! xʸ⁻ᵐ [tⁿ] (y + t)(y + t - 1)...(y + t - m + 1) xᵗ, with m = `by_x` and n = `by_y`."""
    if by_y and not x:
        return 0.0 if by_x or y >= 0.0 else (-1.0) ** by_y * math.inf
    logs = _log(x) if by_y else 0.0
    factor: float = _factor(1.0, y, logs, by_x, by_y)
    rest = _power(x, y - by_x)
    is_end = not x or math.isinf(x)
    if not factor or (is_end and not rest):
        return 0.0  # whatever the other is
    if (_SMALLEST <= abs(rest) < math.inf and 2.0 * abs(y) >= by_x) or rest != rest or is_end:
        return factor * rest
    is_low = 2.0 * abs(y) < by_x  # y - m would round the exponent: divide by xᵐ instead
    half = _power(abs(x), 0.5 * (y if is_low else y - by_x))  # the whole may overflow, or lose digits as it underflows
    ans: float = math.copysign(1.0, rest) * _factor(half, y, logs, by_x, by_y)
    if not is_low:
        return ans * half
    ans = ans / abs(x) * half
    for _ in range(by_x - 1):
        ans /= abs(x)
    return ans


def _power_partial_array(x, y, *, by_x=0, by_y=0):  # any floating dtype
    logs = np.log(x) if by_y else 0.0
    factor, rest = _factor(1.0, y, logs, by_x, by_y), np.power(x, y - by_x)
    ans, is_low = factor * rest, 2 * np.abs(y) < by_x
    fits = (np.abs(rest) >= np.finfo(rest.dtype).smallest_normal) & (np.abs(rest) < np.inf) & ~is_low
    if not np.all(fits) or by_y:
        size = np.abs(x)
        half = np.power(size, 0.5 * np.where(is_low, y, y - by_x))
        careful = np.copysign(1, rest) * _factor(half, y, logs, by_x, by_y)
        careful = np.where(is_low, careful / size, careful) * half
        for _ in range(by_x - 1):
            careful = np.where(is_low, careful / size, careful)
        is_end = (x == 0) | np.isinf(x)
        ans = np.where(fits | (rest != rest) | is_end, ans, careful)
        ans = np.where((factor == 0) | (is_end & (rest == 0)), 0, ans)
    if by_y:
        ans = np.where(x == 0, np.where((by_x > 0) | (y >= 0), 0, (-1.0) ** by_y * np.inf), ans)
    return ans.astype(rest.dtype, copy=False)


def _factor(scale: Any, y: Any, logs: Any, by_x: int, by_y: int) -> Any:
    """`scale` times what stands before xʸ⁻ᵐ: a product of truncated series in t."""
    terms = [scale]
    for n in range(1, by_y + 1):
        terms.append(terms[-1] * logs / n)
    for m in range(by_x):
        terms = [(y - m) * terms[0], *((y - m) * term + lower for lower, term in pairwise(terms))]
    return math.factorial(by_y) * terms[-1]


def _reference(mp, x, y, by_x=0, by_y=0):  # with Stirling's numbers: (y)ₘ = Σ s(m, j) yʲ
    def factor(k):
        return mp.fsum(mp.stirling1(by_x, j) * mp.ff(j, k) * y ** (j - k) for j in range(k, by_x + 1))

    logs = mp.log(x)
    terms = (mp.binomial(by_y, k) * logs ** (by_y - k) * factor(k) for k in range(by_y + 1))
    return mp.exp((y - by_x) * logs) * mp.fsum(terms)


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
    "slope", _slope, partial(_power_partial_array, by_x=1),
    lambda g, ans, x, y: g * power_partial(x, y, by_x=2),
    lambda g, ans, x, y: g * power_partial(x, y, by_x=1, by_y=1),
    symbol="y xʸ⁻¹", latex=r"{1} \, {0}^{{{1} - 1}}", public=False,
    doc="The derivative y xʸ⁻¹ of a power by x: 0 where y = 0, since x⁰ is constant.",
    domain=_POWERS, singular=[(0.0, 0.5)], order=1, reference=lambda mp, x, y: y * mp.exp((y - 1) * mp.log(x)),
)  # fmt: skip
power_log = elementwise(
    "power_log", partial(_power_partial, by_y=1), partial(_power_partial_array, by_y=1),
    lambda g, ans, x, y: g * power_partial(x, y, by_x=1, by_y=1),
    lambda g, ans, x, y: g * power_partial(x, y, by_y=2),
    symbol="xʸ ln x", latex=r"{0}^{{{1}}} \ln {0}", public=False,
    doc="The derivative xʸ ln x of a power by y: 0 where x = 0 and y ≥ 0.",
    domain=_POWERS, singular=[(0.0, -1.0)], order=1, reference=lambda mp, x, y: mp.exp(y * mp.log(x)) * mp.log(x),
)  # fmt: skip
power_partial = elementwise(
    "power_partial", _power_partial, _power_partial_array,
    lambda g, ans, x, y, *, by_x=0, by_y=0: g * power_partial(x, y, by_x=by_x + 1, by_y=by_y),
    lambda g, ans, x, y, *, by_x=0, by_y=0: g * power_partial(x, y, by_x=by_x, by_y=by_y + 1),
    symbol="∂ᵐ⁺ⁿxʸ", latex=r"D^{{({by_x}, {by_y})}} {0}^{{{1}}}", public=False,
    doc="The derivative of xʸ, `by_x=` times by x and `by_y=` times by y. Where x = 0 and `by_y` > 0, it is 0 by "
    "convention, but for ∂ⁿ/∂yⁿ with y < 0.",
    domain=_POWERS, singular=[(0.0, 0.5)], order=1, reference=_reference,
    examples=[{"by_x": 2}, {"by_x": 1, "by_y": 1}, {"by_y": 2}, {"by_x": 3}],
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
    "exp2", math.exp2, np.exp2,
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
    lambda g, ans, x, y: where(logical_and(equal(x, 0.0), equal(y, 0.0)), 0.0, g * (x / y)),
    symbol="x ln y", latex=r"{} \ln {}",
    doc="x log y, and 0 where x = 0 (for entropies): 0 log 0 = 0. Its derivative by y at (0, 0) is 0, that by x -inf.",
    domain=[(-math.inf, math.inf), (0.0, math.inf)], singular=[(0.0, 0.0), (1.0, 0.0)],
    reference=lambda mp, x, y: x * mp.log(y),
)  # fmt: skip

table.bind(globals())
