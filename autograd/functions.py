"""Functions that are composed of primitives and have no rules of their own, and numpy's spelling of the variadic ones.

Like the primitives they take floats, arrays, Values or Tensors. Along an axis, `axis=None` means all elements.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograd.errors import OperandError
from autograd.primitive import Node
from autograd.rules import reduce, shape
from autograd.rules.powers import exp, log

__all__ = ["concatenate", "logsumexp", "mean", "softmax", "stack", "var"]

Axis = int | tuple[int, ...] | None


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
    return shape.stack(*_arrays(xs, "stack"), axis=axis)


def concatenate(xs: Iterable[Any], axis: int = 0) -> Any:
    """Join Tensors or arrays along an existing axis.

    >>> concatenate([np.array([1.0]), np.array([2.0, 3.0])])
    array([1., 2., 3.])
    """
    return shape.concatenate(*_arrays(xs, "concatenate"), axis=axis)


def mean(x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """The arithmetic mean, of all elements or along `axis`; nan of none, as in numpy.

    >>> float(mean(np.array([1.0, 2.0, 6.0])))
    3.0
    """
    return reduce.sum(x, axis=axis, keepdims=keepdims) / float(_count(x, axis))


def var(x: Any, *, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
    """The variance Σ (x - mean)² / (n - ddof); `ddof=1` for the unbiased estimate, as in numpy.

    >>> float(var(np.array([1.0, 2.0, 6.0]), ddof=1))
    7.0
    """
    off = x - mean(x, axis=axis, keepdims=True)
    return reduce.sum(off * off, axis=axis, keepdims=keepdims) / float(_count(x, axis) - ddof)


def logsumexp(x: Any, *, axis: Axis = None, keepdims: bool = False) -> Any:
    """Log Σ eˣ without overflow: the largest element is taken out first.

    >>> float(logsumexp(np.array([1000.0, 1000.0])))
    1000.6931471805599
    """
    top = _top(x, axis)
    total = log(reduce.sum(exp(x - top), axis=axis, keepdims=keepdims))
    return total + (top if keepdims else np.squeeze(top, axis))


def softmax(x: Any, *, axis: int = -1) -> Any:
    """eˣ / Σ eˣ along `axis`: positive, summing to 1.

    >>> softmax(np.array([0.0, 0.0, 1000.0]))
    array([0., 0., 1.])
    """
    grown = exp(x - _top(x, axis))
    return grown / reduce.sum(grown, axis=axis, keepdims=True)


def _top(x: Any, axis: Axis) -> Any:
    """The largest elements along `axis`, kept as constants: what is subtracted cancels in value and derivative.

    0 where they are infinite, so that inf - inf does not turn the answer into nan.
    """
    if isinstance(x, Node) and x.is_scalar:
        raise OperandError("softmax and logsumexp work on arrays; make a Tensor of Values with autograd.stack([...])")
    top = reduce.max(x._data if isinstance(x, Node) else x, axis=axis, keepdims=True)
    finite = np.isfinite(top)
    return top if finite.all() else np.where(finite, top, 0.0)


def _count(x: Any, axis: Axis) -> int:
    """How many elements are reduced to one."""
    extents = np.shape(x)
    axes = range(len(extents)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return math.prod(extents[a] for a in axes)


def _arrays(xs: Iterable[Any], name: str) -> Sequence[Any]:
    if isinstance(xs, Node) and xs.is_scalar:
        raise OperandError(f"{name} takes a sequence of Values, Tensors or arrays, but got one Value: {xs!r}")
    xs = list(xs)
    any_node = any(isinstance(x, Node) for x in xs)
    return [shape.to_tensor(x) if any_node and (np.isscalar(x) or getattr(x, "is_scalar", False)) else x for x in xs]
