"""Rules that make many elements one: sums, extremes and lengths, of all elements or along axes.

Legend: see `autograd/rules/arithmetic.py`. `axis=` is None (all), an integer or a tuple; `keepdims=` keeps the axes, at
length 1. Conventions: tied extremes share the gradient evenly; that of a length is 0 where the length is 0.
"""

from functools import cache
from typing import Any

import numpy as np

from autograd.finite import all_finite
from autograd.primitive import Primitive, general, linear, table
from autograd.rules.selection import equal, where
from autograd.rules.shape import broadcast_to, reshape

__all__ = [
    "argmax", "argmin", "axes_of", "constant", "direction", "foremost", "kept", "max", "middle", "min", "norm",
    "rest", "spread", "sum", "winners",
]  # fmt: skip

Axis = int | tuple[int, ...] | None


def constant(name: str, array: Any, **properties: Any) -> Primitive:
    """Declare a row without rules: its derivative is 0 wherever it has one, so plain arrays come back."""
    return Primitive("general", name, None, array, (), **properties)


def axes_of(x: Any, axis: Axis) -> tuple[int, ...]:
    """The axes that `axis` means for `x`, counted from the front."""
    ndim = len(x.shape)
    axes = range(ndim) if axis is None else [axis] if isinstance(axis, int) else axis
    return tuple(a % ndim for a in axes) if ndim else ()


def kept(x: Any, axis: Axis) -> tuple[int, ...]:
    """The shape of `x` with the reduced axes kept at length 1."""
    gone = axes_of(x, axis)
    return tuple(1 if i in gone else n for i, n in enumerate(x.shape))


def spread(reduced: Any, x: Any, axis: Axis) -> Any:
    """A reduced array back in the shape of `x`: each element at all places that it came from."""
    if not reduced.shape:  # fits everywhere
        return broadcast_to(reduced, shape=x.shape)
    return broadcast_to(reshape(reduced, shape=kept(x, axis)), shape=x.shape)


# --- sums and extremes ---


def _winners(ans, x, *, axis=None):  # any floating dtype
    tied = (x == np.reshape(ans, kept(x, axis))) | (x != x)
    return tied / np.sum(tied, axis=axis, keepdims=True, dtype=x.dtype)


def _middle(x, *, axis=None):
    low = np.minimum.reduce(x, axis=axis, keepdims=True, initial=np.inf)
    return 0.5 * low + 0.5 * np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)  # low + high may overflow


def _pull_extreme(g, ans, x, *, axis=None, keepdims=False):  # a rule
    share = winners(ans, x, axis=axis)
    return where(share > 0, spread(g, x, axis) * share, 0.0)


def _push_extreme(tangents, ans, x, *, axis=None, keepdims=False):  # a rule
    share = winners(ans, x, axis=axis)
    return sum(where(share > 0, tangents[0] * share, 0.0), axis=axis, keepdims=keepdims)


_AXES: list[tuple[list[tuple[int, ...]], dict[str, Any]]] = [
    ([(2, 3)], {}), ([(2, 3)], {"axis": 0}), ([(2, 3)], {"axis": -1, "keepdims": True}), ([(5,)], {"axis": 0}),
    ([(2, 3, 2)], {"axis": (0, -1)}), ([(2, 3, 2)], {"axis": (1, 2), "keepdims": True}), ([()], {}), ([(1, 1)], {}),
]  # fmt: skip
_BARE = [(shapes, {key: axis for key, axis in params.items() if key == "axis"}) for shapes, params in _AXES]
_LINES = [(shapes, params) for shapes, params in _AXES if not isinstance(params.get("axis"), tuple)]

sum = linear(
    "sum", lambda x, *, axis=None, keepdims=False: np.add.reduce(x, axis=axis, keepdims=keepdims),
    lambda g, ans, x, *, axis=None, keepdims=False: spread(g, x, axis),
    symbol="Σ", latex=r"\sum {}", doc="The sum of the elements, of all or along `axis=`.",
    examples=[*_AXES, ([(2, 3)], {"axis": ()}), ([(0, 3)], {"axis": 0})],
)  # fmt: skip
max = general(
    "max", lambda x, *, axis=None, keepdims=False: np.max(x, axis=axis, keepdims=keepdims), _pull_extreme,
    push=_push_extreme, latex=r"\max {}", doc="The largest element, of all or along `axis=`; ties share evenly.",
    examples=_AXES,
)  # fmt: skip
min = general(
    "min", lambda x, *, axis=None, keepdims=False: np.min(x, axis=axis, keepdims=keepdims), _pull_extreme,
    push=_push_extreme, latex=r"\min {}", doc="The smallest element, of all or along `axis=`; ties share evenly.",
    examples=_AXES,
)  # fmt: skip
winners = constant(
    "winners", _winners, public=False,
    doc="The share of each element of x in its extreme ans: 1, or 1/k among k tied ones.",
    examples=[([(), (1,)], {}), ([(2,), (2, 1)], {"axis": 1})],
)  # fmt: skip
middle = constant(
    "middle", _middle, public=False, order=0, examples=_BARE,
    doc="Half way from the smallest to the largest element, at axes of length 1: a constant to take off, where what is "
    "taken off cancels.",
)  # fmt: skip
argmax = constant(
    "argmax", lambda x, *, axis=None, keepdims=False: np.argmax(x, axis=axis, keepdims=keepdims),
    symbol="arg max", latex=r"\arg\max {}",
    doc="The position of the largest element, of all (flattened) or along `axis=`; of tied ones the first.",
    examples=_LINES,
)  # fmt: skip
argmin = constant(
    "argmin", lambda x, *, axis=None, keepdims=False: np.argmin(x, axis=axis, keepdims=keepdims),
    symbol="arg min", latex=r"\arg\min {}",
    doc="The position of the smallest element, of all (flattened) or along `axis=`; of tied ones the first.",
    examples=_LINES,
)  # fmt: skip

# --- what is largest, and what remains ---


def _foremost(x, *, axis=None):
    if not x.size:
        return np.zeros(x.shape, bool)
    if isinstance(axis, int) and x.ndim:
        places = np.arange(x.shape[axis]).reshape([-1 if a == axis % x.ndim else 1 for a in range(x.ndim)])
        return places == np.argmax(np.abs(x), axis=axis, keepdims=True)
    axes = axes_of(x, axis)
    order = [*(a for a in range(x.ndim) if a not in axes), *axes]
    moved = np.asarray(np.abs(np.transpose(x, order)))
    rows = moved.reshape(*moved.shape[: x.ndim - len(axes)], -1)
    mark = np.arange(rows.shape[-1]) == np.argmax(rows, axis=-1)[..., None]
    return np.transpose(mark.reshape(moved.shape), np.argsort(order))


def _rest(x, *, axis=None):
    if axis in (-1, np.ndim(x) - 1) and 0 < x.shape[-1] <= 32:
        rest = x @ _others(x.shape[-1], x.dtype)
        if all_finite(rest):  # 0 times infinity is no zero
            return rest
    rest = np.asarray(np.add.reduce(x, axis=axis, keepdims=True) - x)
    largest = _foremost(x, axis=axis)  # it may be all of the total, to the last digit
    np.copyto(rest, np.add.reduce(np.where(largest, 0, x), axis=axis, keepdims=True), where=largest)
    return rest


@cache
def _others(n, dtype):
    return np.ones((n, n), dtype) - np.eye(n, dtype=dtype)


rest = linear(
    "rest", _rest, lambda g, ans, x, *, axis=None: rest(g, axis=axis),
    public=False, doc="For each element the sum of all the others, without cancellation; this is its own transpose.",
    examples=_BARE,
)  # fmt: skip
foremost = constant(
    "foremost", _foremost, public=False,
    doc="Whether an element is the one of largest size, of all or along `axis=`; of tied ones the first.",
    examples=_BARE,
)  # fmt: skip

# --- lengths ---


def _norm(x, *, axis=None, keepdims=False):  # any floating dtype
    top = np.max(np.abs(x), axis=axis, keepdims=True, initial=0)
    power = np.frexp(top)[1]  # scaled by a power of 2, which is exact, squares neither overflow nor vanish
    scaled = np.ldexp(x, -power)
    length = np.sqrt(np.sum(scaled * scaled, axis=axis, keepdims=keepdims))
    return np.ldexp(length, power if keepdims else np.squeeze(power, axis))


def _direction(x, *, axis=None):  # any floating dtype
    top = np.max(np.abs(x), axis=axis, keepdims=True, initial=0)
    scaled = np.ldexp(x, -np.frexp(top)[1])  # the length of a subnormal vector has few digits
    return np.where(top == 0, 0, scaled / np.sqrt(np.sum(scaled * scaled, axis=axis, keepdims=True)))


def _turn(v, u, x, axis):  # part of a rule
    """(v - u ⟨u, v⟩) / ‖x‖, the derivative of u = x / ‖x‖ in the direction v.

    A multiple of u may be taken out of v first, since nothing is left of it: with the one that makes v zero where u is
    largest, there remains no difference of nearly equal numbers, as `1 - u²` would be.
    """
    largest = foremost(u, axis=axis)
    ratio = sum(where(largest, v, 0.0), axis=axis, keepdims=True) / sum(
        where(largest, u, 0.0), axis=axis, keepdims=True
    )
    w = v - ratio * u
    length = norm(x, axis=axis, keepdims=True)
    return where(equal(length, 0.0), 0.0, (w - u * sum(u * w, axis=axis, keepdims=True)) / length)


norm = general(
    "norm", _norm,
    lambda g, ans, x, *, axis=None, keepdims=False: spread(g, x, axis) * direction(x, axis=axis),
    push=lambda tangents, ans, x, *, axis=None, keepdims=False: sum(
        tangents[0] * direction(x, axis=axis), axis=axis, keepdims=keepdims
    ),
    symbol="‖ ‖", latex=r"\left\lVert {} \right\rVert",
    doc="The Euclidean length √Σx², of all elements or along `axis=`. It neither overflows nor underflows; its "
    "gradient is x / ‖x‖, and 0 where x is 0.",
    examples=_AXES,
    reference=lambda mp, x, *, axis=None, keepdims=False: np.vectorize(mp.sqrt, otypes=[object])(
        np.sum(x * x, axis=axis, keepdims=keepdims)
    ),
)  # fmt: skip
direction = general(
    "direction", _direction,
    lambda g, ans, x, *, axis=None: _turn(g, ans, x, axis),
    push=lambda tangents, ans, x, *, axis=None: _turn(tangents[0], ans, x, axis),
    public=False, doc="x / ‖x‖, the derivative of the length, as a function of its own; 0 where x is 0.",
    examples=_BARE,
    reference=lambda mp, x, *, axis=None: x / np.vectorize(mp.sqrt, otypes=[object])(
        np.sum(x * x, axis=axis, keepdims=True)
    ),
)  # fmt: skip

table.bind(globals())
