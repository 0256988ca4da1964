"""Element-wise rules: arithmetic, powers, exponentials, trigonometry, activations, selection, comparison.

Legend: `g` is the cotangent of the result, `ans` the result, `x` and `y` the operands (see `autograd/primitive.py`).
A rule is written in the form that keeps full relative accuracy over the float64 range, also when it is differentiated
again: `1 - ans²` would cancel for tanh, `ans (1 - ans)` for the sigmoid, hence `slope` and `sech2`. Functions inside a
rule are primitives of the table themselves; `**` and `math.*` are not used in one, since they raise or turn complex
where IEEE 754 has inf or nan.

Conventions at kinks: relu'(0) = 0, |x|'(0) = 0, a tie of maximum or minimum passes half to each operand.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.primitive import elementwise, linear, quiet, table

__all__ = [
    "abs", "add", "cos", "cosh", "div", "equal", "exp", "expm1", "greater", "greater_equal", "identity", "less",
    "less_equal", "log", "log1p", "maximum", "minimum", "mul", "neg", "not_equal", "power", "power_log", "reciprocal",
    "relu", "sech2", "sigmoid", "sign", "sin", "sinh", "slope", "sqrt", "square", "sub", "tan", "tanh", "where",
]  # fmt: skip


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

    return binary if getattr(array, "nin", 1) == 2 else unary


# --- arithmetic ---

add = elementwise(
    "add", operator.add, np.add,
    lambda g, ans, x, y: g,
    lambda g, ans, x, y: g,
    symbol="+", latex="{} + {}", doc="x + y.",
)  # fmt: skip
sub = elementwise(
    "sub", operator.sub, np.subtract,
    lambda g, ans, x, y: g,
    lambda g, ans, x, y: -g,
    symbol="−", latex="{} - {}", doc="x - y.",
)  # fmt: skip
mul = elementwise(
    "mul", operator.mul, np.multiply,
    lambda g, ans, x, y: g * y,
    lambda g, ans, x, y: g * x,
    symbol="×", latex=r"{} \, {}", doc="x y.",
)  # fmt: skip
div = elementwise(
    "div", ieee(operator.truediv, np.divide), np.divide,
    lambda g, ans, x, y: g / y,
    lambda g, ans, x, y: -(g / y) * ans,
    symbol="÷", latex=r"\frac{{{}}}{{{}}}", doc="x / y; inf or nan where y is 0.",
)  # fmt: skip
neg = elementwise("neg", operator.neg, np.negative, lambda g, ans, x: -g, symbol="−x", latex="-{}", doc="-x.")
reciprocal = elementwise(
    "reciprocal", ieee(lambda x: 1.0 / x, np.reciprocal), np.reciprocal,
    lambda g, ans, x: -(g * ans) * ans,
    symbol="1/x", latex=r"\frac{{1}}{{{}}}", doc="1 / x.",
)  # fmt: skip
identity = linear("identity", lambda x: x, lambda g, ans, x: g, symbol="=", latex="{}", doc="x itself, as a new node.")

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

# --- trigonometric and hyperbolic ---


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

# --- activations ---


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

# --- sign and selection ---

abs = elementwise(
    "abs", operator.abs, np.abs,
    lambda g, ans, x: g * sign(x),
    symbol="|x|", latex=r"\left|{}\right|", doc="The absolute value, with |x|'(0) = 0.",
)  # fmt: skip
sign = elementwise(
    "sign", lambda x: math.copysign(1.0, x) if x else x, np.sign, None,
    latex=r"\operatorname{{sign}}({})", doc="-1, 0 or 1; its derivative is 0 everywhere.",
)  # fmt: skip
maximum = elementwise(
    "maximum", lambda x, y: x if x > y or x != x else y, np.maximum,
    lambda g, ans, x, y: where(equal(x, y), 0.5 * g, where(greater(x, y), g, 0.0)),
    lambda g, ans, x, y: where(equal(x, y), 0.5 * g, where(greater(y, x), g, 0.0)),
    symbol="max", latex=r"\max({}, {})", doc="The larger of x and y; a tie passes half the gradient to each.",
)  # fmt: skip
minimum = elementwise(
    "minimum", lambda x, y: x if x < y or x != x else y, np.minimum,
    lambda g, ans, x, y: where(equal(x, y), 0.5 * g, where(less(x, y), g, 0.0)),
    lambda g, ans, x, y: where(equal(x, y), 0.5 * g, where(less(y, x), g, 0.0)),
    symbol="min", latex=r"\min({}, {})", doc="The smaller of x and y; a tie passes half the gradient to each.",
)  # fmt: skip
where = elementwise(
    "where", lambda c, x, y: x if c else y, np.where,
    None,
    lambda g, ans, c, x, y: where(c, g, 0.0),
    lambda g, ans, c, x, y: where(c, 0.0, g),
    latex=r"\begin{{cases}} {1} & {0} \\ {2} \end{{cases}}",
    doc="x where the condition c holds, else y. The branch not taken contributes exactly 0, even where it is nan.",
)  # fmt: skip

# --- comparison: true or false, no derivative, so plain bools and arrays come back ---

greater = elementwise("greater", operator.gt, np.greater, comparison=True, symbol=">", latex="{} > {}", doc="x > y.")
less = elementwise("less", operator.lt, np.less, comparison=True, symbol="<", latex="{} < {}", doc="x < y.")
greater_equal = elementwise(
    "greater_equal", operator.ge, np.greater_equal, comparison=True, symbol="≥", latex=r"{} \ge {}", doc="x ≥ y.",
)  # fmt: skip
less_equal = elementwise(
    "less_equal", operator.le, np.less_equal, comparison=True, symbol="≤", latex=r"{} \le {}", doc="x ≤ y."
)
equal = elementwise("equal", operator.eq, np.equal, comparison=True, symbol="=", latex="{} = {}", doc="x = y.")
not_equal = elementwise(
    "not_equal", operator.ne, np.not_equal, comparison=True, symbol="≠", latex=r"{} \ne {}", doc="x ≠ y."
)

table.bind(globals())
