"""Rules that make many elements one: sums and extremes along axes, and the matrix product.

Legend: see `autograd/rules/arithmetic.py`. `axis=` is None (all), an integer or a tuple; `keepdims=` keeps the axes, at
length 1. Convention: tied extremes share the gradient evenly.
"""

import math
from typing import Any

import numpy as np

from autograd.primitive import general, linear, table
from autograd.rules.powers import exp
from autograd.rules.selection import equal, where
from autograd.rules.shape import broadcast_to, expand_dims, reshape, swapaxes

__all__ = ["inner", "log_softmax", "matmul", "max", "min", "sum"]

Axis = int | tuple[int, ...] | None


def _kept(shape: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """`shape` with the reduced axes kept at length 1."""
    ndim = len(shape)
    axes = range(ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    gone = {a % ndim for a in axes}
    return tuple(1 if i in gone else n for i, n in enumerate(shape))


def _spread(reduced: Any, x: Any, axis: Axis) -> Any:
    """A reduced array back in the shape of `x`: each element at all places that it came from."""
    if not reduced.shape:  # fits everywhere
        return broadcast_to(reduced, shape=x.shape)
    return broadcast_to(reshape(reduced, shape=_kept(x.shape, axis)), shape=x.shape)


def _winners(ans: Any, x: Any, axis: Axis) -> Any:
    """The share of each element of `x` in its extreme: 1, or 1/k among k tied ones. Shares are constants."""
    x, ans = (getattr(array, "_data", array) for array in (x, ans))
    with np.errstate(all="ignore"):
        tied = equal(x, np.reshape(ans, _kept(x.shape, axis))) | (x != x)
        return tied / np.sum(tied, axis=axis, keepdims=True, dtype=x.dtype)


def _pull_extreme(g, ans, x, *, axis=None, keepdims=False):  # a rule
    share = _winners(ans, x, axis)
    return where(share > 0, _spread(g, x, axis) * share, 0.0)


def _push_extreme(tangents, ans, x, *, axis=None, keepdims=False):  # a rule
    share = _winners(ans, x, axis)
    return sum(where(share > 0, tangents[0] * share, 0.0), axis=axis, keepdims=keepdims)


def _log_softmax(x, *, axis=-1):
    top = np.maximum.reduce(x, axis=axis, keepdims=True)
    finite = np.isfinite(top)
    off = x - (top if finite.all() else np.where(finite, top, 0))  # inf - inf would be nan
    return off - np.log(np.add.reduce(np.exp(off), axis=axis, keepdims=True))


def _matmul_x(g, ans, x, y):  # a rule
    if y.ndim == 1:  # (..., n) @ (n,) -> (...)
        return expand_dims(g, axis=-1) * y
    if x.ndim == 1:  # (n,) @ (..., n, m) -> (..., m)
        return reshape(matmul(y, expand_dims(g, axis=-1)), shape=y.shape[:-1])
    return matmul(g, swapaxes(y, axis1=-1, axis2=-2))


def _matmul_y(g, ans, x, y):  # a rule
    if x.ndim == 1:  # (n,) @ (..., n, m) -> (..., m), and (n,) @ (n,) -> ()
        column = reshape(x, shape=(x.shape[0], 1)) if y.ndim > 1 else x
        return column * (expand_dims(g, axis=-2) if y.ndim > 1 else g)
    if y.ndim == 1:  # (..., n) @ (n,) -> (...)
        return expand_dims(g, axis=-1) * x
    return matmul(swapaxes(x, axis1=-1, axis2=-2), g)


def _inner(x, y):
    if not np.ndim(x) or np.ndim(y) not in (1, 2):
        raise ValueError("the first operand is an array, and the second has one or two axes")
    return np.inner(x, y)


def _inner_y(g, ans, x, y):  # a rule
    if y.ndim == 1:  # (..., n), (n,) -> (...)
        return expand_dims(g, axis=-1) * x
    rows, columns = y.shape  # (..., n), (m, n) -> (..., m)
    batch = math.prod(x.shape[:-1])
    return matmul(swapaxes(reshape(g, shape=(batch, rows)), axis1=0, axis2=1), reshape(x, shape=(batch, columns)))


sum = linear(
    "sum", lambda x, *, axis=None, keepdims=False: np.add.reduce(x, axis=axis, keepdims=keepdims),
    lambda g, ans, x, *, axis=None, keepdims=False: _spread(g, x, axis),
    symbol="Σ", latex=r"\sum {}", doc="The sum of the elements, of all or along `axis=`.",
)  # fmt: skip
max = general(
    "max", lambda x, *, axis=None, keepdims=False: np.max(x, axis=axis, keepdims=keepdims), _pull_extreme,
    push=_push_extreme, latex=r"\max {}", doc="The largest element, of all or along `axis=`; ties share evenly.",
)  # fmt: skip
min = general(
    "min", lambda x, *, axis=None, keepdims=False: np.min(x, axis=axis, keepdims=keepdims), _pull_extreme,
    push=_push_extreme, latex=r"\min {}", doc="The smallest element, of all or along `axis=`; ties share evenly.",
)  # fmt: skip
log_softmax = general(
    "log_softmax", _log_softmax,
    lambda g, ans, x, *, axis=-1: g - exp(ans) * sum(g, axis=axis, keepdims=True),
    push=lambda tangents, ans, x, *, axis=-1: (
        tangents[0] - sum(exp(ans) * tangents[0], axis=axis, keepdims=True)
    ),
    symbol="log softmax", latex=r"\ln \operatorname{{softmax}}({})",
    doc="x - log Σ eˣ along `axis=` (the last), exact where softmax underflows.",
)  # fmt: skip
inner = linear(
    "inner", _inner,
    lambda g, ans, x, y: matmul(g, y) if y.ndim == 2 else expand_dims(g, axis=-1) * y,
    _inner_y,
    symbol="@ᵀ", latex=r"{} \, {}^T",
    doc="Inner products of the rows of x with the rows of y: x yᵀ for matrices, in one step. y is (n,) or (m, n).",
)  # fmt: skip
matmul = linear(
    "matmul", np.matmul, _matmul_x, _matmul_y,
    symbol="@", latex=r"{} \, {}", doc="The matrix product x @ y of vectors, matrices or stacks of matrices.",
)  # fmt: skip

table.bind(globals())
