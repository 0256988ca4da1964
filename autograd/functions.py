"""Functions that are composed of primitives and have no rules of their own, and numpy's spelling of the variadic ones.

Like the primitives they take floats, arrays, Values or Tensors. Along an axis, `axis=None` means all elements.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.errors import OperandError, ShapeError
from autograd.primitive import Node, raw_of
from autograd.rules import reduce, shape
from autograd.rules.arithmetic import div, mul, sub

__all__ = ["arrays", "concatenate", "mean", "outer", "pad", "stack", "std", "take", "var"]

Axis = int | tuple[int, ...] | None


# --- joining and selecting ---


def stack(xs: Iterable[Any], axis: int = 0) -> Any:
    """Join Values, Tensors or arrays of one shape along a new axis; this is how Values become a Tensor.

    Raises
    ------
    ShapeError : if the shapes differ, or there is nothing to join.

    >>> from autograd import Value
    >>> a, b = Value(1.0), Value(2.0)
    >>> t = stack([a, b])
    >>> (t * t).sum().backward(); a.grad, b.grad
    (2.0, 4.0)
    """
    return shape.stack(*arrays(xs, "stack"), axis=axis)


def concatenate(xs: Iterable[Any], axis: int = 0) -> Any:
    """Join Tensors or arrays along an existing axis.

    >>> concatenate([np.array([1.0]), np.array([2.0, 3.0])])
    array([1., 2., 3.])
    """
    return shape.concatenate(*arrays(xs, "concatenate"), axis=axis)


def take(x: Any, indices: Any, axis: int | None = None) -> Any:
    """The elements, or the parts along `axis`, at the given positions; negative ones count from the end.

    A position may be named several times (the rows of an embedding): its gradient is the sum.

    Parameters
    ----------
    x : an array or a Tensor.
    indices : integers in any shape.
    axis : the axis that they count along; None for the flattened array.

    Raises
    ------
    SubscriptError : if a position lies outside.
    OperandError : if `indices` are not integers.

    >>> take(np.array([[1.0, 2.0], [3.0, 4.0]]), [1, 1, 0], axis=0)
    array([[3., 4.],
           [3., 4.],
           [1., 2.]])
    """
    positions = np.asarray(indices.numpy() if isinstance(indices, Node) else indices)  # type: ignore[attr-defined]
    if positions.dtype.kind not in "iu" and positions.size:
        raise OperandError(f"take: indices are integers, but got {positions.dtype}; use .astype(int)")
    positions = positions.astype(np.intp)
    x = _as_operand(x)
    if axis is None:
        return shape.getitem(shape.reshape(x, shape=(-1,)), index=positions)
    before = (slice(None),) * _axis(axis, x, "take")
    return shape.getitem(x, index=(*before, positions) if before else positions)


def pad(x: Any, pad_width: Any) -> Any:
    """`x` with zeros around it.

    Parameters
    ----------
    x : an array or a Tensor.
    pad_width : how many, as numpy takes it: one number for all sides, ``(before, after)`` for all axes, or one such
        pair per axis.

    Raises
    ------
    ShapeError : if `pad_width` fits neither form, or is negative.

    >>> pad(np.array([[1.0, 2.0]]), ((0, 1), (1, 0)))
    array([[0., 1., 2.],
           [0., 0., 0.]])
    """
    x = _as_operand(x)
    try:
        widths = np.broadcast_to(np.asarray(pad_width), (x.ndim, 2)).tolist()
    except ValueError:
        raise ShapeError(
            f"pad: pad_width={pad_width!r} does not fit an array of shape {x.shape}; give one number, a pair "
            f"(before, after), or {x.ndim} such pairs"
        ) from None
    if any(type(width) is not int or width < 0 for pair in widths for width in pair):
        raise ShapeError(f"pad: pad_width={pad_width!r} is not made of integers from 0 on; to cut off, use x[...]")
    index = tuple(slice(before, before + n) for n, (before, _) in zip(x.shape, widths, strict=True))
    extents = tuple(before + n + after for n, (before, after) in zip(x.shape, widths, strict=True))
    return shape.scatter(x, index=index, shape=extents)


def outer(x: Any, y: Any) -> Any:
    """All products of an element of `x` with one of `y`: xᵢ yⱼ, both flattened.

    >>> outer(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array([[3., 4.],
           [6., 8.]])
    """
    x, y = arrays([x, y], "outer")
    return mul(shape.reshape(x, shape=(-1, 1)), shape.reshape(y, shape=(1, -1)))


# --- statistics ---


def mean(x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """The arithmetic mean, of all elements or along `axis`; nan of none, as in numpy.

    >>> from autograd import mean
    >>> float(mean(np.array([1.0, 2.0, 6.0])))
    3.0
    """
    return div(reduce.sum(x, axis=axis, keepdims=keepdims), float(_count(x, axis)))


def var(x: Any, *, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    """The variance Σ (x - mean)² / (n - ddof); `ddof=1` for the unbiased estimate, as in numpy.

    >>> from autograd import var
    >>> float(var(np.array([1.0, 2.0, 6.0]), ddof=1))
    7.0
    """
    off = _deviations(x, axis)
    return div(reduce.sum(mul(off, off), axis=axis, keepdims=keepdims), float(_count(x, axis) - ddof))


def std(x: Any, *, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    """The standard deviation √(Σ (x - mean)² / (n - ddof)); its gradient is 0 where all elements are equal.

    It is right from 1e-300 to 1e300, where the variance has long underflowed or overflowed.

    >>> from autograd import std
    >>> float(std(np.array([1e200, 3e200])))
    1e+200
    """
    scale = math.sqrt(max(_count(x, axis) - ddof, 0))
    return div(reduce.norm(_deviations(x, axis), axis=axis, keepdims=keepdims), scale)


def _deviations(x: Any, axis: Axis) -> Any:
    """X - mean(x), exactly 0 where all are equal.

    What is taken off first is a constant: it cancels in value and derivative, and makes the mean small.
    """
    x = _as_operand(x)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    moved = sub(x, reduce.middle(x, axis=axis))
    return sub(moved, mean(moved, axis=axis, keepdims=True))


def _count(x: Any, axis: Axis) -> int:
    """How many elements are reduced to one."""
    extents = np.shape(raw_of(x))
    axes = range(len(extents)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return math.prod(extents[a] for a in axes)


# --- operands ---


def arrays(xs: Iterable[Any], name: str) -> Sequence[Any]:
    """The operands as arrays and Tensors: Values become Tensors, numbers and lists take the dtype of a Tensor there."""
    if isinstance(xs, Node) and xs.is_scalar:
        raise OperandError(f"{name} takes a sequence of Values, Tensors or arrays, but got one Value: {xs!r}")
    xs = list(xs)
    dtype = next((raw_of(x).dtype for x in xs if isinstance(x, Node) and not x.is_scalar), None)
    return [_as_operand(x, dtype) for x in xs]


def _as_operand(x: Any, dtype: Any = None) -> Any:
    """`x` as an array or a Tensor; numbers and lists in `dtype`."""
    if isinstance(x, Node):
        return shape.to_tensor(x) if x.is_scalar else x
    return x if isinstance(x, np.ndarray) else np.asarray(x, dtype)


def _axis(axis: int, x: Any, name: str) -> int:
    """`axis` counted from the front."""
    if not -x.ndim <= axis < x.ndim:
        raise ShapeError(f"{name}: axis={axis} is not one of the {x.ndim} axes of shape {x.shape}")
    return axis % int(x.ndim)
