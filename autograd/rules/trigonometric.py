"""Trigonometric and hyperbolic functions and their inverses, angles and lengths; angles are in radians.

Legend: see `autograd/rules/arithmetic.py`. Derivatives after the NIST Handbook of Mathematical Functions (DLMF),
chapter 4; those of inverse functions are written with `circle`, `hypot` and `inversion`, whose own derivatives neither
cancel nor overflow. Convention at a kink: hypot(x, y) is a cone, with derivative 0 at its tip, as |x| has.
"""

import math
from functools import cache

import numpy as np

from autograd.facts import Kink
from autograd.primitive import elementwise, table
from autograd.rules.arithmetic import ieee
from autograd.rules.powers import sqrt, square
from autograd.rules.selection import equal, logical_and, where

__all__ = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "circle", "cos", "cosh", "hypot", "inversion",
    "saddle", "sech", "sech2", "sin", "sinc", "sinc_slope", "sinh", "tan", "tanh", "unit",
]  # fmt: skip

# --- circular functions ---

sin = elementwise(
    "sin", ieee(math.sin, np.sin), np.sin,
    lambda g, ans, x: g * cos(x),
    latex=r"\sin {}", doc="The sine of x radians.", reference=lambda mp, x: mp.sin(x),
)  # fmt: skip
cos = elementwise(
    "cos", ieee(math.cos, np.cos), np.cos,
    lambda g, ans, x: -g * sin(x),
    latex=r"\cos {}", doc="The cosine of x radians.", reference=lambda mp, x: mp.cos(x),
)  # fmt: skip
tan = elementwise(
    "tan", ieee(math.tan, np.tan), np.tan,
    lambda g, ans, x: g / cos(x) / cos(x),
    latex=r"\tan {}", doc="The tangent of x radians.", reference=lambda mp, x: mp.sin(x) / mp.cos(x),
)  # fmt: skip


def _circle(x: float) -> float:
    return math.sqrt((1.0 - x) * (1.0 + x))


def _circle_array(x):  # any floating dtype
    return np.sqrt((1 - x) * (1 + x))


asin = elementwise(
    "asin", math.asin, np.arcsin,
    lambda g, ans, x: g / circle(x),
    latex=r"\arcsin {}", doc="The angle in [-π/2, π/2] whose sine is x; asin'(x) = 1 / √(1 - x²), nan beyond ±1.",
    domain=[(-1.0, 1.0)], singular=[(-1.0,), (1.0,)],
    reference=lambda mp, x: mp.atan(x / mp.sqrt(1 - x * x)) if abs(mp.re(x)) < 1 else mp.sign(mp.re(x)) * mp.pi / 2,
)  # fmt: skip
acos = elementwise(
    "acos", math.acos, np.arccos,
    lambda g, ans, x: -g / circle(x),
    latex=r"\arccos {}", doc="The angle in [0, π] whose cosine is x; acos'(x) = -1 / √(1 - x²), nan beyond ±1.",
    domain=[(-1.0, 1.0)], singular=[(-1.0,), (1.0,)],
    reference=lambda mp, x: 2 * mp.atan(mp.sqrt((1 - x) / (1 + x))) if mp.re(x) > -1 else +mp.pi,
)  # fmt: skip
circle = elementwise(
    "circle", ieee(_circle, _circle_array), _circle_array,
    lambda g, ans, x: -g * (x / ans),
    symbol="√(1−x²)", latex=r"\sqrt{{1 - {}^2}}", public=False,
    doc="√(1 - x²), a part of the derivatives of asin, acos and atanh: exact near ±1, and its slope -x / √(1 - x²) is "
    "exact near 0, where that of √((1 - x)(1 + x)) cancels.",
    domain=[(-1.0, 1.0)], singular=[(-1.0,), (1.0,)], reference=lambda mp, x: mp.sqrt(1 - x * x),
)  # fmt: skip
atan = elementwise(
    "atan", math.atan, np.arctan,
    lambda g, ans, x: g * inversion(1.0, x),
    latex=r"\arctan {}", doc="The angle in [-π/2, π/2] whose tangent is x; atan'(x) = 1 / (1 + x²).",
    reference=lambda mp, x: mp.atan(x),
)  # fmt: skip

# --- hyperbolic functions ---

sinh = elementwise(
    "sinh", ieee(math.sinh, np.sinh), np.sinh,
    lambda g, ans, x: g * cosh(x),
    latex=r"\sinh {}", doc="The hyperbolic sine.",
    domain=[(-710.4, 710.4)], reference=lambda mp, x: (mp.exp(x) - mp.exp(-x)) / 2,
)  # fmt: skip
cosh = elementwise(
    "cosh", ieee(math.cosh, np.cosh), np.cosh,
    lambda g, ans, x: g * sinh(x),
    latex=r"\cosh {}", doc="The hyperbolic cosine.",
    domain=[(-710.4, 710.4)], reference=lambda mp, x: (mp.exp(x) + mp.exp(-x)) / 2,
)  # fmt: skip
tanh = elementwise(
    "tanh", math.tanh, np.tanh,
    lambda g, ans, x: g * sech2(x),
    latex=r"\tanh {}", doc="The hyperbolic tangent; its derivative is exact in the tails: tanh'(20) = 1.7e-17, not 0.",
    reference=lambda mp, x: 1 - 2 / (mp.exp(2 * x) + 1) if mp.re(x) < 0 else 2 / (mp.exp(-2 * x) + 1) - 1,
)  # fmt: skip


def _sech2(x: float) -> float:
    c = math.cosh(x)
    return 1.0 / c / c  # c² would overflow first


def _sech2_array(x):  # any floating dtype
    c = np.cosh(x)
    return 1 / c / c


def _sech(x: float) -> float:
    small = math.exp(-math.fabs(x))
    return 2.0 * small / (1.0 + small * small)  # cosh would overflow where its reciprocal is still a number


def _sech_array(x):  # any floating dtype
    small = np.exp(-np.abs(x))
    return 2 * small / (1 + small * small)


sech2 = elementwise(
    "sech2", _sech2, _sech2_array,
    lambda g, ans, x: g * (-2.0 * tanh(x) * ans),
    symbol="sech²", latex=r"\operatorname{{sech}}^2 {}",
    public=False,
    doc="1 / cosh² x, the derivative of tanh, as a function of its own: no cancelling, no underflow in the tails.",
    reference=lambda mp, x: 1 / mp.cosh(x) ** 2,
)  # fmt: skip
sech = elementwise(
    "sech", _sech, _sech_array,
    lambda g, ans, x: -g * (tanh(x) * ans),
    latex=r"\operatorname{{sech}} {}", public=False,
    doc="1 / cosh x, for products with sech² x that must not underflow before the other factor has come in.",
    reference=lambda mp, x: 1 / mp.cosh(x),
)  # fmt: skip
asinh = elementwise(
    "asinh", math.asinh, np.arcsinh,
    lambda g, ans, x: g / hypot(1.0, x),
    latex=r"\operatorname{{arsinh}} {}", doc="The inverse of sinh; asinh'(x) = 1 / √(1 + x²).",
    reference=lambda mp, x: mp.log(x + mp.sqrt(1 + x * x)) if mp.re(x) >= 0 else -mp.log(mp.sqrt(1 + x * x) - x),
)  # fmt: skip
acosh = elementwise(
    "acosh", math.acosh, np.arccosh,
    lambda g, ans, x: g / sqrt(x - 1.0) / sqrt(x + 1.0),
    latex=r"\operatorname{{arcosh}} {}", doc="The inverse of cosh; acosh'(x) = 1 / √(x² - 1), nan below 1.",
    domain=[(1.0, math.inf)], singular=[(1.0,)], reference=lambda mp, x: mp.log(x + mp.sqrt(x * x - 1)),
)  # fmt: skip
atanh = elementwise(
    "atanh", math.atanh, np.arctanh,
    lambda g, ans, x: g / circle(x) / circle(x),
    latex=r"\operatorname{{artanh}} {}", doc="The inverse of tanh; atanh'(x) = 1 / (1 - x²), ±inf at ±1, nan beyond.",
    domain=[(-1.0, 1.0)], singular=[(-1.0,), (1.0,)], reference=lambda mp, x: mp.log((1 + x) / (1 - x)) / 2,
)  # fmt: skip

# --- angles and lengths in the plane ---


def _unit(x: float, y: float) -> float:
    length = math.hypot(x, y)
    return x / length if length else 0.0


def _unit_array(x, y):  # any floating dtype
    length = np.hypot(x, y)
    return x / (length + (length == 0))


def _inversion(x: float, y: float) -> float:
    length = math.hypot(x, y)
    return x / length / length if length else 0.0  # x² + y² would overflow first


def _inversion_array(x, y):  # any floating dtype
    length = np.hypot(x, y)
    length = length + (length == 0)
    return x / length / length


def _saddle(x: float, y: float) -> float:
    length = math.hypot(x, y)
    if not length:
        return 0.0
    return 4.0 * ((0.5 * y - 0.5 * x) / length) * ((0.5 * y + 0.5 * x) / length) / length / length


def _saddle_array(x, y):  # any floating dtype
    length = np.hypot(x, y)
    length = length + (length == 0)
    return 4 * ((0.5 * y - 0.5 * x) / length) * ((0.5 * y + 0.5 * x) / length) / length / length


def _off_origin(x, y, part):  # part of a rule
    return where(logical_and(equal(x, 0.0), equal(y, 0.0)), 0.0, part)


def _angle(mp, y, x):  # for a reference
    if mp.re(x) > 0 or not y:
        return mp.atan(y / x) + (0 if mp.re(x) > 0 else mp.pi)
    return mp.sign(mp.re(y)) * mp.pi / 2 - mp.atan(x / y) if mp.re(y) else mp.pi + mp.atan(y / x)


_ORIGIN = Kink("x = y = 0", math.hypot, [(0.0, 0.0)], (0.0, 0.0))
_PLANE = [(-1.2e308, 1.2e308), (-1.2e308, 1.2e308)]

hypot = elementwise(
    "hypot", math.hypot, np.hypot,
    lambda g, ans, x, y: g * unit(x, y),
    lambda g, ans, x, y: g * unit(y, x),
    latex=r"\sqrt{{{}^2 + {}^2}}", doc="The length √(x² + y²) of a vector; its derivative at (0, 0) is 0, as for |x|.",
    domain=_PLANE, kinks=[_ORIGIN], reference=lambda mp, x, y: mp.sqrt(x * x + y * y),
)  # fmt: skip
atan2 = elementwise(
    "atan2", math.atan2, np.arctan2,
    lambda g, ans, y, x: g * inversion(x, y),
    lambda g, ans, y, x: -g * inversion(y, x),
    latex=r"\operatorname{{atan2}}({}, {})",
    doc="The angle of the point (x, y), in [-π, π]; as in numpy, y comes first. Its derivative by y is x / (x² + y²), "
    "by x it is -y / (x² + y²), and at (0, 0), where both run through all numbers, they are 0.",
    domain=_PLANE, singular=[(0.0, 0.0)], reference=_angle,
)  # fmt: skip
unit = elementwise(
    "unit", _unit, _unit_array,
    lambda g, ans, x, y: g * _off_origin(x, y, unit(y, x) / hypot(x, y) * unit(y, x)),
    lambda g, ans, x, y: -g * _off_origin(x, y, ans * unit(y, x) / hypot(x, y)),
    symbol="x/r", latex=r"\frac{{{0}}}{{\sqrt{{{0}^2 + {1}^2}}}}", public=False,
    doc="x / √(x² + y²), the derivative of hypot by x: its own are y² / r³ and -x y / r³, also where one operand is "
    "far smaller, and 0 at (0, 0).",
    domain=_PLANE, singular=[(0.0, 0.0)], order=1, reference=lambda mp, x, y: x / mp.sqrt(x * x + y * y),
)  # fmt: skip
inversion = elementwise(
    "inversion", _inversion, _inversion_array,
    lambda g, ans, x, y: g * saddle(x, y),
    lambda g, ans, x, y: g * (-2.0 * ans * inversion(y, x)),
    symbol="x/r²", latex=r"\frac{{{0}}}{{{0}^2 + {1}^2}}", public=False,
    doc="x / (x² + y²), the point (x, y) mirrored in the unit circle, the derivative of atan2 by y; 0 at (0, 0).",
    domain=_PLANE, singular=[(0.0, 0.0)], reference=lambda mp, x, y: x / (x * x + y * y),
)  # fmt: skip

saddle = elementwise(
    "saddle", _saddle, _saddle_array,
    lambda g, ans, x, y: g * (2.0 * inversion(x, y) * (square(inversion(x, y)) - 3.0 * square(inversion(y, x)))),
    lambda g, ans, x, y: g * (2.0 * inversion(y, x) * (3.0 * square(inversion(x, y)) - square(inversion(y, x)))),
    symbol="(y²−x²)/r⁴", latex=r"\frac{{{1}^2 - {0}^2}}{{({0}^2 + {1}^2)^2}}", public=False,
    doc="(y² - x²) / (x² + y²)², the derivative of inversion by x; 0 at (0, 0).",
    domain=_PLANE, singular=[(0.0, 0.0)], order=1, reference=lambda mp, x, y: (y * y - x * x) / (x * x + y * y) ** 2,
)  # fmt: skip

# --- sinc ---


def _sin_of_turn(x: float, quarters: int) -> float:
    """Sin(π x + quarters π/2), exact for whole and half x."""
    turn = math.remainder(x, 2.0)
    if quarters % 2:
        turn = 0.5 - math.fabs(turn)  # a cosine
    elif math.fabs(turn) > 0.5:
        turn = math.copysign(1.0, turn) - turn
    ans = math.sin(math.pi * turn)
    return -ans if quarters & 2 else ans


def _sin_of_turn_array(x, quarters):  # any floating dtype
    turn = x - 2 * np.rint(x / 2)
    folded = np.where(np.abs(turn) > 0.5, np.copysign(1, turn) - turn, turn)
    turn = 0.5 - np.abs(turn) if quarters % 2 else folded
    ans = np.sin(math.pi * turn)
    return -ans if quarters & 2 else ans


def _sinc(x: float) -> float:
    return _sin_of_turn(x, 0) / (math.pi * x) if x else 1.0


def _sinc_array(x):  # any floating dtype
    return np.where(x == 0, 1, _sin_of_turn_array(x, 0) / (math.pi * x))


_NEAR = 0.6
"""Up to here the series of the derivatives of sinc is used: both ways lose less than a digit there."""


@cache
def _series(order: int) -> list[float]:
    """The coefficients of the derivative of sinc of that order in powers of x², the highest first.

    It is Σ (-1)ᵏ π²ᵏ x²ᵏ⁻ⁿ / ((2k + 1) (2k - n)!).
    """
    start = (order + 1) // 2
    return [(-1) ** k * math.pi ** (2 * k) / ((2 * k + 1) * math.factorial(2 * k - order))
            for k in reversed(range(start, start + 16))]  # fmt: skip


def _sinc_slope(x: float, *, order: int = 1) -> float:
    if math.fabs(x) < _NEAR:
        ans = 0.0
        for coefficient in _series(order):
            ans = ans * (x * x) + coefficient
        return ans * x if order % 2 else ans
    ans = 0.0
    for n in range(order + 1):  # the n-th derivative of x sinc x = sin(π x) / π
        ans = (math.pi ** (n - 1) * _sin_of_turn(x, n) - n * ans) / x if math.isfinite(x) else math.nan
    return ans


def _sinc_slope_array(x, *, order=1):  # any floating dtype
    inner = outer = 0 * x
    for coefficient in _series(order):
        inner = inner * (x * x) + coefficient
    for n in range(order + 1):
        outer = (math.pi ** (n - 1) * _sin_of_turn_array(x, n) - n * outer) / x
    return np.where(np.abs(x) < _NEAR, inner * x if order % 2 else inner, outer)


def _sinc_slope_reference(mp, x, order=1):
    """π j₀⁽ⁿ⁾(π x) π^(n - 1) by an integral: the mean of cos(π x t + n π/2) (π t)ⁿ over t in [0, 1], in closed form."""
    if not x:
        return mp.zero if order % 2 else (-1) ** (order // 2) * mp.pi**order / mp.mpf(order + 1)
    w = mp.mpc(0, 1) * mp.pi * x  # ∫ tⁿ e^(w t) dt = Σ (-1)ʲ n! / (n - j)! e^w / w^(j + 1), less its value at t = 0

    def primitive(w):
        parts = [(-1) ** j * mp.factorial(order) / mp.factorial(order - j) / w ** (j + 1) for j in range(order + 1)]
        return mp.exp(w) * sum(parts) - parts[-1]

    turn = mp.mpc(0, mp.pi) ** order  # even and odd part of cos by e^(w t) and e^(-w t)
    return (turn * primitive(w) + (-1) ** order * turn * primitive(-w)) / 2


sinc = elementwise(
    "sinc", _sinc, _sinc_array,
    lambda g, ans, x: g * sinc_slope(x),
    latex=r"\operatorname{{sinc}} {}",
    doc="sin(π x) / (π x), and 1 at 0, as in numpy; exactly 0 at the other whole numbers.",
    reference=lambda mp, x: mp.sin(mp.pi * x) / (mp.pi * x) if x else mp.one,
)  # fmt: skip
sinc_slope = elementwise(
    "sinc_slope", _sinc_slope, _sinc_slope_array,
    lambda g, ans, x, *, order=1: g * sinc_slope(x, order=order + 1),
    symbol="sinc′", latex=r"\operatorname{{sinc}}' {}", public=False,
    doc="The derivative of sinc of `order=` 1, 2, ...: a series near 0, a recurrence elsewhere (DLMF 10.51, since sinc "
    "x is the spherical Bessel function j₀(π x)). Each order above the third loses about a bit near x = 0.6.",
    examples=[{"order": 2}, {"order": 3}], reference=_sinc_slope_reference,
)  # fmt: skip

table.bind(globals())
