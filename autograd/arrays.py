"""What may stand beside a Tensor: raw numbers, arrays and indices, checked and made our own."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import recording
from autograd.differentiable import Differentiable
from autograd.errors import OperandError, ShapeError
from autograd.primitive import mixed

__all__ = ["Array", "as_array", "as_constant", "as_index", "is_foreign"]

Array = NDArray[np.floating[Any]]


def as_array(x: Any, name: str) -> Array:
    """`x` as a floating array; anything that is not real numbers in a regular shape is an error that says so."""
    try:
        array = np.asarray(x)
    except ValueError as error:
        raise ShapeError(f"{name}: the rows have different lengths, an array needs equal ones ({error})") from error
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iub":
        return array.astype(np.float64)
    if array.dtype.kind == "c":
        raise OperandError(f"{name}: complex numbers are not supported; use one Tensor each for the two parts")
    what = f"an array of dtype {array.dtype}" if isinstance(x, np.ndarray) else f"{x!r} of type {type(x).__name__}"
    raise OperandError(f"{name}: a Tensor takes real numbers, arrays of them or Tensors, but got {what}")


def as_constant(x: Any, name: str, dtype: np.dtype[Any]) -> Any:
    """A raw operand as it is recorded: a Python float, or an array of our own.

    Numbers, lists and arrays of integers take the dtype of the Tensor beside them, so float32 stays float32.
    """
    if type(x) is float:
        return x
    if isinstance(x, Differentiable):
        raise mixed(name)
    if isinstance(x, numbers.Real | np.bool_):
        return float(x)
    array = as_array(x, name)
    if array is not x:
        return array.astype(dtype, copy=False)
    return np.array(array) if recording.is_recording() else array  # the caller may write into it before a sweep


def is_foreign(x: Any) -> bool:
    """Whether `x` may know itself what to do with a Tensor: then its own operator is asked."""
    known = (float, numbers.Number, np.generic, np.ndarray, Differentiable, str, bytes, list, tuple, dict, set)
    return x is not None and not isinstance(x, known)


def as_index(index: Any) -> Any:
    """An index of our own: arrays in it are copied, since a sweep reads them again."""
    if isinstance(index, tuple):
        return tuple(map(as_index, index))
    if isinstance(index, Differentiable):
        raise OperandError("an index is made of integers, slices or masks, not of nodes; use x.numpy().astype(int)")
    return np.array(index) if isinstance(index, list | np.ndarray) else index
