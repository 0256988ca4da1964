"""Rules that move elements without changing them: shape, order, selection, joining. All are linear.

Legend: see `autograd/rules/arithmetic.py`. Shapes come from the operands (`x.shape`), static parameters by keyword.
"""

from typing import Any

import numpy as np

from autograd.primitive import linear, table

__all__ = [
    "astype", "broadcast_to", "concatenate", "expand_dims", "getitem", "reshape", "scatter", "squeeze", "stack",
    "swapaxes", "to_tensor", "to_value", "transpose",
]  # fmt: skip


def _transpose(x: Any, *, axes: tuple[int, ...] | None = None) -> Any:
    return np.transpose(x, axes)


def _inverse(axes: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """The permutation that undoes `axes`."""
    return None if axes is None else tuple(int(i) for i in np.argsort([axis % len(axes) for axis in axes]))


def _scatter(x: Any, *, index: Any, shape: tuple[int, ...]) -> Any:
    """Zeros of `shape` with `x` added at `index`, as often as an element is indexed."""
    out = np.zeros(shape, np.result_type(x))
    parts = index if isinstance(index, tuple) else (index,)
    if all(isinstance(part, _ONCE) or (isinstance(part, np.ndarray) and part.dtype == bool) for part in parts):
        out[index] = x  # no element can be named twice, and this is 10 times faster
    else:
        np.add.at(out, index, x)
    return out


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


# --- shape and order ---

reshape = linear(
    "reshape", lambda x, *, shape: np.reshape(x, shape),
    lambda g, ans, x, *, shape: reshape(g, shape=x.shape),
    doc="The same elements in another `shape=`; one extent may be -1.",
)  # fmt: skip
transpose = linear(
    "transpose", _transpose,
    lambda g, ans, x, *, axes=None: transpose(g, axes=_inverse(axes)),
    symbol="ᵀ", latex="{}^T", doc="Axes in the order `axes=`, reversed by default.",
)  # fmt: skip
swapaxes = linear(
    "swapaxes", lambda x, *, axis1, axis2: np.swapaxes(x, axis1, axis2),
    lambda g, ans, x, *, axis1, axis2: swapaxes(g, axis1=axis1, axis2=axis2),
    symbol="ᵀ", latex="{}^T", doc="Two axes exchanged.",
)  # fmt: skip
expand_dims = linear(
    "expand_dims", lambda x, *, axis: np.expand_dims(x, axis),
    lambda g, ans, x, *, axis: reshape(g, shape=x.shape),
    latex="{}", doc="A new axis of length 1 at `axis=`.",
)  # fmt: skip
squeeze = linear(
    "squeeze", lambda x, *, axis=None: np.squeeze(x, axis),
    lambda g, ans, x, *, axis=None: reshape(g, shape=x.shape),
    latex="{}", doc="Without the axes of length 1, or those of them named by `axis=`.",
)  # fmt: skip
broadcast_to = linear(
    "broadcast_to", lambda x, *, shape: np.broadcast_to(x, shape),
    lambda g, ans, x, *, shape: g,  # the sweep sums over the broadcast axes, as for every primitive
    symbol="broadcast", latex="{}", doc="Repeated to `shape=` by numpy's broadcasting.",
)  # fmt: skip

astype = linear(
    "astype", lambda x, *, dtype: np.asarray(x).astype(dtype),
    lambda g, ans, x, *, dtype: g,  # the sweep gives a contribution the dtype of its operand
    latex="{}", doc="In the floating `dtype=`.",
)  # fmt: skip

# --- selection and joining ---

getitem = linear(
    "getitem", lambda x, *, index: x[index],
    lambda g, ans, x, *, index: scatter(g, index=index, shape=x.shape),
    symbol="[ ]", latex="{}_{{i}}", doc="x[index]: integers, slices, masks and integer arrays, as in numpy.",
)  # fmt: skip
scatter = linear(
    "scatter", _scatter,
    lambda g, ans, x, *, index, shape: getitem(g, index=index),
    latex=r"\operatorname{{scatter}}({})", public=False,
    doc="The transpose of getitem: zeros of `shape=` with x added at `index=`.",
)  # fmt: skip
concatenate = linear(
    "concatenate", _concatenate, _parts,
    symbol="concat", variadic=True, doc="Arrays joined along `axis=`.",
)  # fmt: skip
stack = linear(
    "stack", _stack, _layers,
    variadic=True, doc="Arrays of one shape joined along a new `axis=`.",
)  # fmt: skip

# --- between Value and Tensor ---

to_tensor = linear(
    "to_tensor", np.asarray, lambda g, ans, x: to_value(g),
    result="Tensor", latex="{}", doc="A Value as a Tensor of shape ().",
)  # fmt: skip
to_value = linear(
    "to_value", float, lambda g, ans, x: to_tensor(g),
    result="Value", latex="{}", doc="A Tensor of shape () as a Value.",
)  # fmt: skip

table.bind(globals())
