"""Rules that move elements without changing them: shape, order, selection, joining. All are linear.

Legend: see `autograd/rules/arithmetic.py`. Shapes come from the operands (`x.shape`), static parameters by keyword.
"""

import math
from typing import Any

import numpy as np

from autograd.primitive import linear, table

__all__ = [
    "astype", "broadcast_to", "concatenate", "expand_dims", "flip", "getitem", "reshape", "scatter", "squeeze", "stack",
    "swapaxes", "to_tensor", "to_value", "transpose",
]  # fmt: skip


def _transpose(x: Any, *, axes: tuple[int, ...] | None = None) -> Any:
    return np.transpose(x, axes)


def _inverse(axes: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The permutation that undoes `axes`."""
    return None if axes is None else tuple(int(i) for i in np.argsort([axis % len(axes) for axis in axes]))


def _scatter(x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with `x` added at `index`, as often as an element is indexed."""
    out = np.zeros(shape, x.dtype)
    parts = index if isinstance(index, tuple) else (index,)
    if all(isinstance(part, _ONCE) or (isinstance(part, np.ndarray) and part.dtype == bool) for part in parts):
        out[index] = x  # no element can be named twice, and this is 10 times faster
    elif x.dtype.char in "df" and out.ndim > 1 and 0 < out.size < 8 * x.size and all(map(_is_integer, parts)):
        _add_rows(out, parts, x)
    else:
        np.add.at(out, index, x)
    return out


def _add_rows(out: Any, index: tuple[Any, ...], x: Any) -> None:
    """``np.add.at(out, index, x)`` for arrays of integers and zeros in `out`.

    Each number is counted at its place by itself: 20 000 rows of 64 into a table of 10 000 take 3 ms instead of 11 (and
    2 in PyTorch). Sorting the rows first and adding up runs of them takes 14.
    """
    count = math.prod(out.shape[: len(index)])
    rows = np.ravel_multi_index(np.broadcast_arrays(*index), out.shape[: len(index)], mode="wrap").reshape(-1, 1)
    width = out.size // count
    places = rows * width + np.arange(width)
    out.ravel()[:] = np.bincount(places.ravel(), x.ravel(), out.size)


def _is_integer(part: Any) -> bool:
    return type(part) is int or (isinstance(part, np.ndarray) and part.dtype.kind in "iu")


_ONCE = (int, np.integer, slice, type(None), type(Ellipsis))


def _parts(g: Any, ans: Any, *xs: Any, axis: int = 0) -> Any:
    """The slices of `g` that belong to the operands of a concatenation, in order."""
    before, end = (slice(None),) * (axis % len(ans.shape)), 0
    for x in xs:
        start, end = end, end + x.shape[axis]
        yield getitem(g, index=(*before, slice(start, end)))


def _layers(g: Any, ans: Any, *xs: Any, axis: int = 0) -> Any:
    """The slices of `g` that belong to the operands of a stack, in order."""
    before = (slice(None),) * (axis % len(ans.shape))
    for position in range(len(xs)):
        yield getitem(g, index=(*before, position))


def _concatenate(*xs: Any, axis: int = 0) -> Any:
    if axis is None:
        raise ValueError("axis= takes an integer; flatten the operands to join all their elements")
    return np.concatenate(xs, axis=axis)


def _stack(*xs: Any, axis: int = 0) -> Any:
    return np.stack(xs, axis=axis)


_SUBSCRIPTS: list[tuple[tuple[int, ...], Any]] = [
    ((3, 4), 1), ((3, 4), (-1, 2)), ((6,), slice(None, None, -2)), ((3, 4), (slice(2, None, -1), slice(1, 3))),
    ((3, 4), (..., None, 0)), ((3, 4), np.array([[True, False, True, True]] * 3)),
    ((3,), np.array([2, 0, 2, -1])), ((3, 4), np.array([[0, 2], [-3, 0]])), ((3, 4, 2), (np.array([0, 0, 2]), -1)),
    ((3, 4), (np.array([[0], [0]]), np.array([1, -1, 1]))), ((3, 4), (slice(None), np.array([0, 0, 3]))), ((), ()),
]  # fmt: skip
"""Shapes and what to index them with: every kind of index, repeated elements too."""

# --- shape and order ---

reshape = linear(
    "reshape", lambda x, *, shape: np.reshape(x, shape),
    lambda g, ans, x, *, shape: reshape(g, shape=x.shape),
    doc="The same elements in another `shape=`; one extent may be -1.",
    examples=[([(2, 3)], {"shape": (3, 2)}), ([(2, 3)], {"shape": -1}), ([()], {"shape": (1, 1)})],
)  # fmt: skip
transpose = linear(
    "transpose", _transpose,
    lambda g, ans, x, *, axes=None: transpose(g, axes=_inverse(axes)),
    symbol="ᵀ", latex="{}^T", doc="Axes in the order `axes=`, reversed by default.",
    examples=[([(2, 3, 4)], {}), ([(2, 3, 4)], {"axes": (1, -1, 0)}), ([(2,)], {}), ([()], {})],
)  # fmt: skip
swapaxes = linear(
    "swapaxes", lambda x, *, axis1, axis2: np.swapaxes(x, axis1, axis2),
    lambda g, ans, x, *, axis1, axis2: swapaxes(g, axis1=axis1, axis2=axis2),
    symbol="ᵀ", latex="{}^T", doc="Two axes exchanged.",
    examples=[([(2, 3, 4)], {"axis1": 0, "axis2": -1}), ([(2, 3)], {"axis1": 1, "axis2": 1})],
)  # fmt: skip
flip = linear(
    "flip", lambda x, *, axis=None: np.flip(x, axis),
    lambda g, ans, x, *, axis=None: flip(g, axis=axis),
    latex="{}", doc="The elements in reverse order along `axis=`, an integer or a tuple, or along all axes.",
    examples=[([(2, 3)], {}), ([(2, 3)], {"axis": -1}), ([(2, 3, 2)], {"axis": (0, 2)}), ([()], {})],
)  # fmt: skip
expand_dims = linear(
    "expand_dims", lambda x, *, axis: np.expand_dims(x, axis),
    lambda g, ans, x, *, axis: reshape(g, shape=x.shape),
    latex="{}", doc="A new axis of length 1 at `axis=`.",
    examples=[([(2, 3)], {"axis": 1}), ([(2, 3)], {"axis": -1}), ([()], {"axis": 0}), ([(2,)], {"axis": (0, 2)})],
)  # fmt: skip
squeeze = linear(
    "squeeze", lambda x, *, axis=None: np.squeeze(x, axis),
    lambda g, ans, x, *, axis=None: reshape(g, shape=x.shape),
    latex="{}", doc="Without the axes of length 1, or those of them named by `axis=`.",
    examples=[([(1, 3, 1)], {}), ([(1, 3, 1)], {"axis": -1}), ([(1, 3, 1)], {"axis": (0, 2)}), ([(1,)], {})],
)  # fmt: skip
broadcast_to = linear(
    "broadcast_to", lambda x, *, shape: np.broadcast_to(x, shape),
    lambda g, ans, x, *, shape: g,  # the sweep sums over the broadcast axes, as for every primitive
    symbol="broadcast", latex="{}", doc="Repeated to `shape=` by numpy's broadcasting.",
    examples=[([(3,)], {"shape": (2, 3)}), ([(2, 1, 3)], {"shape": (4, 2, 5, 3)}), ([()], {"shape": (2,)})],
)  # fmt: skip

astype = linear(
    "astype", lambda x, *, dtype: np.asarray(x).astype(dtype),
    lambda g, ans, x, *, dtype: g,  # the sweep gives a contribution the dtype of its operand
    latex="{}", doc="In the floating `dtype=`.",
    examples=[([(2, 3)], {"dtype": np.dtype(np.float64)})],
    reference=lambda mp, x, *, dtype: x,
)  # fmt: skip

# --- selection and joining ---

getitem = linear(
    "getitem", lambda x, *, index: x[index],
    lambda g, ans, x, *, index: scatter(g, index=index, shape=x.shape),
    symbol="[ ]", latex="{}_{{i}}", doc="x[index]: integers, slices, masks and integer arrays, as in numpy.",
    examples=[([shape], {"index": index}) for shape, index in _SUBSCRIPTS],
)  # fmt: skip
scatter = linear(
    "scatter", _scatter,
    lambda g, ans, x, *, index, shape: getitem(g, index=index),
    latex=r"\operatorname{{scatter}}({})", public=False,
    doc="The transpose of getitem: zeros of `shape=` with x added at `index=`.",
    examples=[([np.empty(shape)[index].shape], {"index": index, "shape": shape}) for shape, index in _SUBSCRIPTS],
)  # fmt: skip
concatenate = linear(
    "concatenate", _concatenate, _parts,
    symbol="concat", variadic=True, doc="Arrays joined along `axis=`.",
    examples=[([(2,), (3,)], {}), ([(2, 1), (2, 3), (2, 0)], {"axis": -1}), ([(2, 3)], {})],
)  # fmt: skip
stack = linear(
    "stack", _stack, _layers,
    variadic=True, doc="Arrays of one shape joined along a new `axis=`.",
    examples=[([(2,), (2,)], {}), ([(2, 3)] * 3, {"axis": -1}), ([(2, 3)] * 2, {"axis": 1}), ([()], {})],
)  # fmt: skip

# --- between Value and Tensor ---

to_tensor = linear(
    "to_tensor", np.asarray, lambda g, ans, x: to_value(g),
    result="Tensor", latex="{}", doc="A Value as a Tensor of shape ().",
    examples=[([()], {})],
)  # fmt: skip
to_value = linear(
    "to_value", float, lambda g, ans, x: to_tensor(g),
    result="Value", latex="{}", doc="A Tensor of shape () as a Value.",
    examples=[([()], {})], reference=lambda mp, x: x,
)  # fmt: skip

table.bind(globals())
