"""Activation functions, the error function and logarithms of sums.

Legend: see `autograd/rules/arithmetic.py`. Conventions at kinks: relu'(0) = 0, leaky_relu'(0) = slope, elu'(0) = 1.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.facts import Kink
from autograd.primitive import elementwise, table
from autograd.rules.powers import exp, square
from autograd.rules.selection import greater, less, where
from autograd.rules.trigonometric import sech, sech2, tanh

__all__ = [
    "bell", "elu", "erf", "erfc", "gelu", "gelu_slope", "leaky_relu", "logaddexp", "logsigmoid", "relu", "sigmoid",
    "silu", "silu_slope", "softplus",
]  # fmt: skip

# --- sigmoid and the logarithms of sums that it is the derivative of ---


def _sigmoid(x: float) -> float:
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    small = math.exp(x)  # nan lands here too, and stays nan
    return small / (1.0 + small)


def _sigmoid_array(x):  # any floating dtype
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)


def _softplus_reference(mp, x):
    grown = mp.exp(-x if mp.re(x) > 0 else x)
    return (x if mp.re(x) > 0 else 0) + (mp.log(1 + grown) if abs(mp.re(x)) < 100_000 else grown)


def _softplus(x: float) -> float:
    return (x if x > 0.0 else 0.0) + math.log1p(math.exp(-math.fabs(x)))


def _logaddexp(x: float, y: float) -> float:
    return x + math.log(2.0) if x == y else max(x, y) + math.log1p(math.exp(-math.fabs(x - y)))


sigmoid = elementwise(
    "sigmoid", _sigmoid, _sigmoid_array,
    lambda g, ans, x: g * (0.25 * sech2(0.5 * x)),
    symbol="σ", latex=r"\sigma({})",
    doc="The logistic function 1 / (1 + e⁻ˣ); σ'(x) = sech²(x/2) / 4, exact in both tails.",
    reference=lambda mp, x: 1 / (1 + mp.exp(-x)),
)  # fmt: skip
softplus = elementwise(
    "softplus", _softplus, lambda x: np.logaddexp(x, 0),
    lambda g, ans, x: g * sigmoid(x),
    latex=r"\operatorname{{softplus}}({})", doc="log(1 + eˣ), a smooth relu, without overflow; its derivative is σ(x).",
    reference=_softplus_reference,
)  # fmt: skip
logsigmoid = elementwise(
    "logsigmoid", lambda x: -_softplus(-x), lambda x: -np.logaddexp(-x, 0),
    lambda g, ans, x: g * sigmoid(-x),
    symbol="ln σ", latex=r"\ln \sigma({})", doc="log σ(x) = -softplus(-x), without underflow; its derivative is σ(-x).",
    reference=lambda mp, x: -_softplus_reference(mp, -x),
)  # fmt: skip
logaddexp = elementwise(
    "logaddexp", _logaddexp, np.logaddexp,
    lambda g, ans, x, y: g * sigmoid(x - y),
    lambda g, ans, x, y: g * sigmoid(y - x),
    symbol="ln(eˣ+eʸ)", latex=r"\ln(e^{{{}}} + e^{{{}}})",
    doc="log(eˣ + eʸ) without overflow; its derivatives are σ(x - y) and σ(y - x).",
    reference=lambda mp, x, y: y + _softplus_reference(mp, x - y),
)  # fmt: skip

# --- the error function ---


def _each(f: Callable[[float], float]) -> Callable[..., Any]:
    """A function of floats on arrays of any floating dtype, element by element."""
    each = np.vectorize(f, otypes=[np.float64])
    return lambda x: each(x).astype(np.result_type(x))[()]


def _erfc_reference(mp, x):
    return mp.erfc(x) if abs(mp.re(x)) < 100 else 1 - mp.sign(mp.re(x))  # e^(-10000) is beyond all floats


_HALF_SQRT2, _2_SQRTPI, _SQRT2PI = math.sqrt(0.5), 2.0 / math.sqrt(math.pi), math.sqrt(2.0 * math.pi)
_erfc_array = _each(math.erfc)

erf = elementwise(
    "erf", math.erf, _each(math.erf),
    lambda g, ans, x: g * (_2_SQRTPI * bell(x)),
    latex=r"\operatorname{{erf}}({})",
    doc="The error function 2/√π ∫ e^(-t²) dt from 0 to x; its derivative is 2/√π e^(-x²) (DLMF 7.2.1).",
    reference=lambda mp, x: mp.erf(x) if abs(mp.re(x)) < 100 else mp.sign(mp.re(x)),
)  # fmt: skip
erfc = elementwise(
    "erfc", math.erfc, _erfc_array,
    lambda g, ans, x: -g * (_2_SQRTPI * bell(x)),
    latex=r"\operatorname{{erfc}}({})",
    doc="The complementary error function 1 - erf x, exact in the upper tail (DLMF 7.2.2).",
    reference=_erfc_reference,
)  # fmt: skip
bell = elementwise(
    "bell", lambda x: math.exp(-x * x), lambda x: np.exp(-x * x),
    lambda g, ans, x: g * (-2.0 * (x * ans)),
    symbol="e^(−x²)", latex="e^{{-{}^2}}", public=False,
    doc="The bell curve e^(-x²), a part of the derivatives of erf and gelu.",
    domain=[(-26.0, 26.0)], reference=lambda mp, x: mp.exp(-x * x),
)  # fmt: skip

# --- rectifiers ---

relu = elementwise(
    "relu", lambda x: x if x > 0.0 or x != x else 0.0, lambda x: np.maximum(x, 0),
    lambda g, ans, x: where(greater(x, 0.0), g, 0.0),
    latex=r"\operatorname{{ReLU}}({})", doc="max(x, 0), with relu'(0) = 0.",
    kinks=[Kink("x = 0", lambda x: x, [(0.0,)], (0.0,))], reference=lambda mp, x: x if mp.re(x) > 0 else mp.zero,
)  # fmt: skip
leaky_relu = elementwise(
    "leaky_relu",
    lambda x, *, slope=0.01: x if x > 0.0 else slope * x,
    lambda x, *, slope=0.01: np.where(x > 0, x, slope * x),
    lambda g, ans, x, *, slope=0.01: where(greater(x, 0.0), g, slope * g),
    latex=r"\operatorname{{LeakyReLU}}({})",
    doc="x above 0 and `slope=` times x (0.01) below; its derivative at 0 is the slope (Maas et al. 2013).",
    kinks=[Kink("x = 0", lambda x: x, [(0.0,)], (0.01,))],
    reference=lambda mp, x, slope=0.01: x if mp.re(x) > 0 else slope * x,
    examples=[{"slope": 0.2}, {"slope": -1.5}],
)  # fmt: skip
elu = elementwise(
    "elu",
    lambda x, *, alpha=1.0: alpha * math.expm1(x) if x < 0.0 else x,
    lambda x, *, alpha=1.0: np.where(x < 0, alpha * np.expm1(x), x),
    lambda g, ans, x, *, alpha=1.0: where(less(x, 0.0), g * (alpha * exp(x)), g),
    latex=r"\operatorname{{ELU}}({})",
    doc="x above 0 and `alpha=` times eˣ - 1 below; its derivative at 0 is 1 (Clevert, Unterthiner, Hochreiter 2016, "
    "arXiv:1511.07289).",
    kinks=[Kink("x = 0", lambda x: x, [(0.0,)], (1.0,))],
    reference=lambda mp, x, alpha=1.0: alpha * (mp.exp(x) - 1) if mp.re(x) < 0 else x,
    examples=[{"alpha": 0.3}, {"alpha": 2.0}],
)  # fmt: skip


def _silu(x: float) -> float:
    half = math.exp(-0.5 * math.fabs(x))  # so that x comes in before e⁻ˣ underflows
    ans = x / (1.0 + half * half)
    return ans if x >= 0.0 else ans * half * half


def _silu_array(x):  # any floating dtype
    half = np.exp(-0.5 * np.abs(x))
    ans = x / (1 + half * half)
    return np.where(x >= 0, ans, ans * half * half)


def _silu_slope(x: float) -> float:
    half = math.exp(-0.5 * math.fabs(x))
    large = 1.0 / (1.0 + half * half)  # σ(|x|)
    return large * (1.0 + x * half * half * large) if x >= 0.0 else (1.0 + x * large) * large * half * half


def _silu_slope_array(x):  # any floating dtype
    half = np.exp(-0.5 * np.abs(x))
    large = 1 / (1 + half * half)
    return np.where(x >= 0, large * (1 + x * half * half * large), (1 + x * large) * large * half * half)


silu = elementwise(
    "silu", _silu, _silu_array,
    lambda g, ans, x: g * silu_slope(x),
    latex=r"\operatorname{{SiLU}}({})",
    doc="x σ(x), also called swish (Elfwing, Uchibe, Doya 2018, arXiv:1702.03118).",
    reference=lambda mp, x: x / (1 + mp.exp(-x)),
)  # fmt: skip
silu_slope = elementwise(
    "silu_slope", _silu_slope, _silu_slope_array,
    lambda g, ans, x: g * (0.25 * (2.0 - x * tanh(0.5 * x)) * sech(0.5 * x) * sech(0.5 * x)),
    symbol="SiLU′", latex=r"\operatorname{{SiLU}}'({})", public=False,
    doc="σ(x) (1 + x σ(-x)), the derivative of silu; its own is (2 - x tanh(x/2)) sech²(x/2) / 4.",
    reference=lambda mp, x: 1 / (1 + mp.exp(-x)) + x * mp.exp(-x) / (1 + mp.exp(-x)) ** 2,
)  # fmt: skip


def _gelu_slope(x: float) -> float:
    return 0.5 * math.erfc(-_HALF_SQRT2 * x) + x * math.exp(-0.5 * x * x) / _SQRT2PI


def _gelu_slope_array(x):  # any floating dtype
    return 0.5 * _erfc_array(-_HALF_SQRT2 * x) + x * np.exp(-0.5 * x * x) / _SQRT2PI


gelu = elementwise(
    "gelu", lambda x: 0.5 * x * math.erfc(-_HALF_SQRT2 * x), lambda x: 0.5 * x * _erfc_array(-_HALF_SQRT2 * x),
    lambda g, ans, x: g * gelu_slope(x),
    latex=r"\operatorname{{GELU}}({})",
    doc="x Φ(x), where Φ(x) = erfc(-x/√2) / 2 is the normal distribution (Hendrycks, Gimpel 2016, arXiv:1606.08415).",
    reference=lambda mp, x: x * _erfc_reference(mp, -x / mp.sqrt(2)) / 2,
)  # fmt: skip
gelu_slope = elementwise(
    "gelu_slope", _gelu_slope, _gelu_slope_array,
    lambda g, ans, x: g * ((2.0 * square(bell(0.5 * x)) - square(x * bell(0.5 * x))) / _SQRT2PI),
    symbol="GELU′", latex=r"\operatorname{{GELU}}'({})", public=False,
    doc="Φ(x) + x φ(x), the derivative of gelu, with the normal density φ; its own is (2 - x²) φ(x).",
    reference=lambda mp, x: _erfc_reference(mp, -x / mp.sqrt(2)) / 2 + x * mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi),
)  # fmt: skip

table.bind(globals())
