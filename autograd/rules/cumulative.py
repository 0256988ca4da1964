"""Running sums and products, and the product of all.

Legend: see `autograd/rules/arithmetic.py`. Nothing here is divided by an element, so zeros among them do no harm: the
product of all the others is the product of those before times the product of those after.
"""

from typing import Any

import numpy as np

from autograd.primitive import general, linear, table
from autograd.rules.reduce import axes_of, spread, sum
from autograd.rules.shape import concatenate, flip, getitem, reshape, swapaxes, transpose

__all__ = ["cumprod", "cumsum", "prod", "recur"]


def _before(x: Any, first: float) -> Any:
    """`x` moved on by one along the last axis: what stands before each element, and `first` before the first."""
    start = np.full((*x.shape[:-1], 1), first, x.dtype)[..., : x.shape[-1]]
    return concatenate(start, getitem(x, index=(..., slice(None, -1))), axis=-1)


def _products_before(x: Any) -> Any:
    """The product of all elements before each, along the last axis."""
    return cumprod(_before(x, 1.0), axis=-1)


def _recur_back(factors: Any, g: Any) -> Any:
    """What a recurrence makes of the cotangent of its result: r[i] = g[i] + factors[i + 1] r[i + 1]."""
    return flip(recur(_before(flip(factors, axis=-1), 0.0), flip(g, axis=-1)), axis=-1)


def _recur(factors, x):
    ans = np.array(x, np.result_type(factors, x))
    steps, factors = np.moveaxis(ans, -1, 0), np.moveaxis(factors, -1, 0)
    for i in range(1, len(steps)):
        steps[i] += factors[i] * steps[i - 1]
    return ans


# --- along an axis ---


def _in_line(x: Any, axis: int | None) -> Any:
    """`x` with `axis` last; all elements in one axis for None, and a single number."""
    return reshape(x, shape=(-1,)) if axis is None or not x.shape else swapaxes(x, axis1=axis, axis2=-1)


def _back_in_place(line: Any, x: Any, axis: int | None) -> Any:
    """The inverse of `_in_line`, in the shape of `x`."""
    return reshape(line if axis is None else swapaxes(line, axis1=axis, axis2=-1), shape=x.shape)


def _pull_cumprod(g, ans, x, *, axis=None):  # a rule
    factors, g = _in_line(x, axis), _in_line(g, axis)
    return _back_in_place(_products_before(factors) * _recur_back(factors, g), x, axis)


def _push_cumprod(tangents, ans, x, *, axis=None):  # a rule
    factors, tangent = _in_line(x, axis), _in_line(tangents[0], axis)
    line = recur(factors, tangent * _products_before(factors))
    return line if axis is None else swapaxes(line, axis1=axis, axis2=-1)


def _push_recur(tangents, ans, factors, x):  # a rule
    to_factors, to_x = tangents
    if to_factors is None:
        return recur(factors, to_x)
    change = to_factors * _before(ans, 0.0)
    return recur(factors, change if to_x is None else change + to_x)


def _others(x: Any, axis: Any) -> Any:
    """For each element the product of all the others that it is multiplied with."""
    axes = axes_of(x, axis)
    order = (*(a for a in range(len(x.shape)) if a not in axes), *axes)
    moved = transpose(x, axes=order)
    rows = reshape(moved, shape=(*moved.shape[: len(x.shape) - len(axes)], _extent(x, axes)))
    after = flip(_products_before(flip(rows, axis=-1)), axis=-1)
    return transpose(reshape(_products_before(rows) * after, shape=moved.shape), axes=tuple(np.argsort(order).tolist()))


def _extent(x: Any, axes: tuple[int, ...]) -> int:
    """How many elements there are along the axes."""
    extent = 1
    for axis in axes:
        extent *= x.shape[axis]
    return extent


_LINES: list[Any] = [
    ([(4,)], {"axis": 0}), ([(2, 3)], {"axis": -1}), ([(3, 2)], {"axis": 0}), ([(2, 3)], {}),
    ([(2, 3, 2)], {"axis": 1}), ([(1,)], {"axis": 0}), ([()], {}),
]  # fmt: skip

cumsum = linear(
    "cumsum", lambda x, *, axis=None: np.cumsum(x, axis=axis),
    lambda g, ans, x, *, axis=None: reshape(
        flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis), shape=x.shape
    ),
    symbol="cumsum", doc="The sums of all elements so far, along `axis=`, or of the flattened array.",
    examples=_LINES,
)  # fmt: skip
cumprod = general(
    "cumprod", lambda x, *, axis=None: np.cumprod(x, axis=axis), _pull_cumprod,
    push=_push_cumprod,
    doc="The products of all elements so far, along `axis=`, or of the flattened array; zeros keep their derivatives.",
    examples=_LINES,
)  # fmt: skip
recur = general(
    "recur", _recur,
    lambda g, ans, factors, x: _recur_back(factors, g) * _before(ans, 0.0),
    lambda g, ans, factors, x: _recur_back(factors, g),
    push=_push_recur, public=False,
    doc="The linear recurrence y[i] = factors[i] y[i-1] + x[i] along the last axis, y[0] = x[0]: the derivative of a "
    "running product, and of itself.",
    examples=[([(4,), (4,)], {}), ([(2, 3), (2, 3)], {}), ([(1,), (1,)], {})],
)  # fmt: skip
prod = general(
    "prod", lambda x, *, axis=None, keepdims=False: np.prod(x, axis=axis, keepdims=keepdims),
    lambda g, ans, x, *, axis=None, keepdims=False: spread(g, x, axis) * _others(x, axis),
    push=lambda tangents, ans, x, *, axis=None, keepdims=False: sum(
        tangents[0] * _others(x, axis), axis=axis, keepdims=keepdims
    ),
    symbol="Π", latex=r"\prod {}",
    doc="The product of the elements, of all or along `axis=`; zeros keep their derivatives.",
    examples=[
        ([(4,)], {}), ([(2, 3)], {}), ([(2, 3)], {"axis": 0}), ([(2, 3)], {"axis": -1, "keepdims": True}),
        ([(2, 2, 2)], {"axis": (0, -1)}), ([()], {}), ([(0,)], {}),
    ],
)  # fmt: skip

table.bind(globals())
