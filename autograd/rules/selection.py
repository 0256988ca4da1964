"""Sign, extremes, selection, rounding and comparison.

Legend: see `autograd/rules/arithmetic.py`. Conventions at kinks: |x|'(0) = 0; a tie of maximum or minimum passes half
to each operand, and so does clip where x meets a bound.
"""

import math
import operator

import numpy as np

from autograd.facts import Kink
from autograd.primitive import elementwise, table

__all__ = [
    "abs", "clip", "equal", "floor", "greater", "greater_equal", "less", "less_equal",
    "logical_and", "logical_not", "logical_or", "maximum", "minimum", "not_equal", "sign", "step", "where",
]  # fmt: skip

# --- sign and steps ---

_AT_ZERO = Kink("x = 0", lambda x: x, [(0.0,)], (0.0,))

abs = elementwise(
    "abs", operator.abs, np.abs,
    lambda g, ans, x: g * sign(x),
    symbol="|x|", latex=r"\left|{}\right|", doc="The absolute value, with |x|'(0) = 0.",
    kinks=[_AT_ZERO], reference=lambda mp, x: x if mp.re(x) >= 0 else -x,
)  # fmt: skip
sign = elementwise(
    "sign", lambda x: math.copysign(1.0, x) if x and x == x else x, np.sign, None,
    latex=r"\operatorname{{sign}}({})", doc="-1, 0 or 1; its derivative is 0 everywhere.",
    kinks=[_AT_ZERO], reference=lambda mp, x: mp.sign(mp.re(x)),
)  # fmt: skip
step = elementwise(
    "step", lambda x: 0.5 * (1.0 + math.copysign(1.0, x)) if x and x == x else 0.5 + x,
    lambda x: np.heaviside(x, 0.5), None,
    latex=r"\theta({})",
    doc="Heaviside's step: 0 below 0, 1 above and 1/2 at 0, which is (1 + sign x) / 2; its derivative is 0 everywhere.",
    kinks=[_AT_ZERO], reference=lambda mp, x: (1 + mp.sign(mp.re(x))) / 2,
)  # fmt: skip
floor = elementwise(
    "floor", lambda x: float(math.floor(x)) if x and math.isfinite(x) else x, np.floor, None,
    symbol="⌊x⌋", latex=r"\lfloor {} \rfloor",
    doc="The largest whole number that is not above x; its derivative is 0 everywhere.",
    kinks=[Kink("x whole", lambda x: x - np.rint(x), [(0.0,), (-1.0,), (3.0,)], (0.0,))],
    reference=lambda mp, x: mp.floor(mp.re(x)),
)  # fmt: skip

# --- extremes ---


def _of_larger(g, x, y):  # part of a rule
    """What maximum(x, y) passes to x."""
    return where(equal(x, y), 0.5 * g, where(greater(x, y), g, 0.0))


def _of_smaller(g, x, y):  # part of a rule
    """What minimum(x, y) passes to x."""
    return where(equal(x, y), 0.5 * g, where(less(x, y), g, 0.0))


_TIED = Kink("x = y", lambda x, y: x - y, [(0.0, 0.0), (2.0, 2.0), (-1e200, -1e200)], (0.5, 0.5))

maximum = elementwise(
    "maximum", lambda x, y: x if x > y or x != x else y, np.maximum,
    lambda g, ans, x, y: _of_larger(g, x, y),
    lambda g, ans, x, y: _of_larger(g, y, x),
    symbol="max", latex=r"\max({}, {})", doc="The larger of x and y; a tie passes half the gradient to each.",
    kinks=[_TIED], reference=lambda mp, x, y: x if mp.re(x) > mp.re(y) else y,
)  # fmt: skip
minimum = elementwise(
    "minimum", lambda x, y: x if x < y or x != x else y, np.minimum,
    lambda g, ans, x, y: _of_smaller(g, x, y),
    lambda g, ans, x, y: _of_smaller(g, y, x),
    symbol="min", latex=r"\min({}, {})", doc="The smaller of x and y; a tie passes half the gradient to each.",
    kinks=[_TIED], reference=lambda mp, x, y: x if mp.re(x) < mp.re(y) else y,
)  # fmt: skip


def _clip(x: float, low: float, high: float) -> float:
    held = x if x > low or x != x else low
    return held if held < high or held != held else high


clip = elementwise(
    "clip", _clip,
    lambda x, low, high: np.minimum(np.maximum(x, low), high),
    lambda g, ans, x, low, high: _of_larger(_of_smaller(g, maximum(x, low), high), x, low),
    lambda g, ans, x, low, high: _of_larger(_of_smaller(g, maximum(x, low), high), low, x),
    lambda g, ans, x, low, high: _of_smaller(g, high, maximum(x, low)),
    latex=r"\operatorname{{clip}}({}, {}, {})",
    doc="x, held between the bounds low and high: min(max(x, low), high), also where they are crossed. The gradient "
    "goes to x between the bounds, to a bound beyond it, and half to each where x meets one. A bound may be infinite.",
    kinks=[
        Kink("x = low", lambda x, low, high: x - low, [(-1.0, -1.0, 1.0)], (0.5, 0.5, 0.0)),
        Kink("x = high", lambda x, low, high: x - high, [(1.0, -1.0, 1.0)], (0.5, 0.0, 0.5)),
        Kink("low = high", lambda x, low, high: low - high, [(-2.0, 1.0, 1.0)], (0.0, 0.5, 0.5)),
    ],
    reference=lambda mp, x, low, high: sorted([max([x, low], key=mp.re), high], key=mp.re)[0],
)  # fmt: skip

# --- selection ---


def _where(c, x, y):
    """np.where, which branches at every element; where y is 0, as in most rules, a mask takes half the time."""
    is_zero = type(y) is float and y == 0.0 and math.copysign(1.0, y) > 0.0
    if not is_zero or getattr(x, "size", 0) < 1000 or x.dtype != np.float64 or np.shape(c) != x.shape:
        return np.where(c, x, y)
    mask = np.asarray(c).astype(bool).astype(np.int64)
    np.negative(mask, out=mask)  # all bits, or none
    return np.bitwise_and(mask, x.view(np.int64), out=mask).view(np.float64)


where = elementwise(
    "where", lambda c, x, y: x if c else y, _where,
    None,
    lambda g, ans, c, x, y: where(c, g, 0.0),
    lambda g, ans, c, x, y: where(c, 0.0, g),
    latex=r"\begin{{cases}} {1} & {0} \\ {2} \end{{cases}}",
    doc="x where the condition c holds, else y. The branch not taken contributes exactly 0, even where it is nan.",
    reference=lambda mp, c, x, y: x if c else y,
)  # fmt: skip

# --- comparison: true or false, no derivative, so plain bools and arrays come back ---

greater = elementwise(
    "greater", operator.gt, np.greater, comparison=True,
    symbol=">", latex="{} > {}", doc="x > y.", reference=lambda mp, x, y: x > y,
)  # fmt: skip
less = elementwise(
    "less", operator.lt, np.less, comparison=True,
    symbol="<", latex="{} < {}", doc="x < y.", reference=lambda mp, x, y: x < y,
)  # fmt: skip
greater_equal = elementwise(
    "greater_equal", operator.ge, np.greater_equal, comparison=True,
    symbol="≥", latex=r"{} \ge {}", doc="x ≥ y.", reference=lambda mp, x, y: x >= y,
)  # fmt: skip
less_equal = elementwise(
    "less_equal", operator.le, np.less_equal, comparison=True,
    symbol="≤", latex=r"{} \le {}", doc="x ≤ y.", reference=lambda mp, x, y: x <= y,
)  # fmt: skip
equal = elementwise(
    "equal", operator.eq, np.equal, comparison=True,
    symbol="=", latex="{} = {}", doc="x = y.", reference=lambda mp, x, y: x == y,
)  # fmt: skip
not_equal = elementwise(
    "not_equal", operator.ne, np.not_equal, comparison=True,
    symbol="≠", latex=r"{} \ne {}", doc="x ≠ y.", reference=lambda mp, x, y: x != y,
)  # fmt: skip
logical_and = elementwise(
    "logical_and", lambda x, y: bool(x and y), np.logical_and, comparison=True,
    symbol="∧", latex=r"{} \wedge {}", doc="Whether both are true, that is, not 0.",
    reference=lambda mp, x, y: bool(x) and bool(y),
)  # fmt: skip
logical_or = elementwise(
    "logical_or", lambda x, y: bool(x or y), np.logical_or, comparison=True,
    symbol="∨", latex=r"{} \vee {}", doc="Whether one of them is true, that is, not 0.",
    reference=lambda mp, x, y: bool(x) or bool(y),
)  # fmt: skip
logical_not = elementwise(
    "logical_not", operator.not_, np.logical_not, comparison=True,
    symbol="¬", latex=r"\neg {}", doc="Whether x is false, that is, 0.", reference=lambda mp, x: not x,
)  # fmt: skip

table.bind(globals())
