"""The softmax family: shares of exponentials along axes.

Legend: see `autograd/rules/arithmetic.py`. `axis=` is an integer, a tuple, or None for all elements. Infinite elements
count as tied, as in the limit: the softmax of (∞, 0) is (1, 0), that of (-∞, -∞) is (½, ½).
"""

from typing import Any

import numpy as np

from autograd.finite import all_finite
from autograd.primitive import general, table
from autograd.rules.powers import exp, expm1
from autograd.rules.reduce import foremost, rest, spread, sum
from autograd.rules.selection import where

__all__ = ["log_softmax", "logsumexp", "softmax"]


def _below(x: Any, axis: Any) -> tuple[Any, Any]:
    """The largest elements, and the distances of all from them."""
    x = np.asarray(x)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    top = np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)
    off = x - top
    return top, off if all_finite(top) else np.where(x == top, 0, off)  # inf - inf would be nan


def _log_sum(off: Any, axis: Any) -> Any:
    """Log Σ eˣ of numbers whose largest is 0: ln(1 + the others), which keeps what the others add however small."""
    largest = off == 0
    others = np.add.reduce(np.exp(off) - largest, axis=axis, keepdims=True)
    if np.count_nonzero(largest) > others.size:  # ties
        others += np.add.reduce(largest, axis=axis, keepdims=True, dtype=off.dtype) - 1
    return np.log1p(others)


def _log_softmax(x, *, axis=-1):
    off = _below(x, axis)[1]
    return off - _log_sum(off, axis)


def _logsumexp(x, *, axis=None, keepdims=False):
    top, off = _below(x, axis)
    total = top + _log_sum(off, axis)
    return total if keepdims else np.squeeze(total, axis)


def _softmax(x, *, axis=-1):
    grown = np.exp(_below(x, axis)[1])
    return grown / np.add.reduce(grown, axis=axis, keepdims=True)


def _centre(v, s, axis):  # part of a rule
    """V - ⟨s, v⟩, what a shift of the logarithms leaves of v.

    A constant may be taken off v first, since nothing is left of it: with the v of the largest share, there remains no
    difference of nearly equal numbers, as `1 - s` would be.
    """
    v = v - sum(where(foremost(s, axis=axis), v, 0.0), axis=axis, keepdims=True)
    return v - sum(s * v, axis=axis, keepdims=True)


def _exponentials(mp, x, axis):
    grown = np.vectorize(mp.exp, otypes=[object])(x)
    return grown, np.sum(grown, axis=axis, keepdims=True)


def _mp_logsumexp(mp, x, *, axis=None, keepdims=False):
    total = np.vectorize(mp.log, otypes=[object])(_exponentials(mp, x, axis)[1])
    return total if keepdims else np.squeeze(total, axis)


def _mp_softmax(mp, x, *, axis=-1):
    grown, total = _exponentials(mp, x, axis)
    return grown / total


_EXAMPLES: list[Any] = [
    ([(2, 3)], {}),
    ([(2, 3)], {"axis": 0}),
    ([(4,)], {"axis": -1}),
    ([(2, 3, 2)], {"axis": (0, 2)}),
]

softmax = general(
    "softmax", _softmax,
    lambda g, ans, x, *, axis=-1: ans * _centre(g, ans, axis),
    push=lambda tangents, ans, x, *, axis=-1: ans * _centre(tangents[0], ans, axis),
    latex=r"\operatorname{{softmax}}({})",
    doc="eˣ / Σ eˣ along `axis=` (the last): positive, summing to 1; its derivative is exact where one share is all.",
    examples=[*_EXAMPLES, ([(2, 3)], {"axis": None})], reference=_mp_softmax,
)  # fmt: skip
log_softmax = general(
    "log_softmax", _log_softmax,
    lambda g, ans, x, *, axis=-1: -(g * expm1(ans)) - exp(ans) * rest(g, axis=axis),
    push=lambda tangents, ans, x, *, axis=-1: _centre(tangents[0], exp(ans), axis),
    symbol="log softmax", latex=r"\ln \operatorname{{softmax}}({})",
    doc="x - log Σ eˣ along `axis=` (the last), exact where softmax underflows, and where it is nearly 1.",
    examples=[*_EXAMPLES, ([(2, 3)], {"axis": None})],
    reference=lambda mp, x, *, axis=-1: x - _mp_logsumexp(mp, x, axis=axis, keepdims=True),
)  # fmt: skip
logsumexp = general(
    "logsumexp", _logsumexp,
    lambda g, ans, x, *, axis=None, keepdims=False: spread(g, x, axis) * softmax(x, axis=axis),
    push=lambda tangents, ans, x, *, axis=None, keepdims=False: sum(
        tangents[0] * softmax(x, axis=axis), axis=axis, keepdims=keepdims
    ),
    symbol="log Σ exp", latex=r"\ln \sum e^{{{}}}",
    doc="log Σ eˣ of all elements or along `axis=`, without overflow, and exact where one outweighs the others.",
    examples=[*_EXAMPLES, ([(2, 3)], {"axis": -1, "keepdims": True}), ([()], {})], reference=_mp_logsumexp,
)  # fmt: skip

table.bind(globals())
