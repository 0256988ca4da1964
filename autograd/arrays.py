"""What may stand beside a Tensor: raw numbers, arrays and indices, checked and made our own."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import recording
from autograd.differentiable import Differentiable
from autograd.errors import OperandError, ShapeError
from autograd.primitive import Primitive, mixed, raw_of

__all__ = ["Array", "Locked", "as_array", "as_constant", "as_operands", "as_param", "is_foreign"]

Array = NDArray[np.floating[Any]]

np.empty(16 << 20, np.uint8)
# glibc hands freed memory back to the system until it has seen a large block come and go. Without this line a training
# step may lose the pages of its activations and fault them in again each time: 0.95 instead of 0.73 ms for a step of
# 784-128-64-10 with 64 samples, depending on where the heap happens to end. The block is never touched: it is free.


def _unless_locked(name: str) -> Any:
    """An operation of ndarray that writes, with a message that says what to do where writing is not allowed."""
    write = getattr(np.ndarray, name)

    def method(self: Any, *args: Any) -> Any:
        if self.flags.writeable:  # a copy
            return write(self, *args)
        raise ValueError(
            "the array of a Tensor is read-only, since graphs that used it would give wrong gradients; "
            "assign a new one instead: w.data = w.data - 0.1 * w.grad"
        )

    return method


class Locked(np.ndarray[Any, np.dtype[np.floating[Any]]]):
    """What ``tensor.data`` hands out: an array that says what to do instead when it is written into.

    What is computed from it is an ordinary array.
    """

    def __array_wrap__(self, array: Any, context: Any = None, return_scalar: bool = False) -> Any:
        return array[()] if return_scalar else np.asarray(array)

    def __repr__(self) -> str:
        return repr(np.asarray(self))

    __setitem__ = _unless_locked("__setitem__")
    __iadd__, __isub__ = _unless_locked("__iadd__"), _unless_locked("__isub__")
    __imul__, __itruediv__ = _unless_locked("__imul__"), _unless_locked("__itruediv__")
    __ipow__, __imatmul__ = _unless_locked("__ipow__"), _unless_locked("__imatmul__")


def as_array(x: Any, name: str) -> Array:
    """`x` as a floating array; anything that is not real numbers in a regular shape is an error that says so."""
    if type(x) is np.ndarray and x.dtype.kind == "f":
        return x
    if isinstance(x, np.ma.MaskedArray):
        raise OperandError(f"{name}: masked arrays are not supported; use autograd.where(mask, x, y), or x.filled(0.0)")
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

    Numbers, lists and arrays of integers take the dtype of the Tensor beside them, so float32 stays float32; beside one
    of bools or integers, which there are while tracing, they become float64.
    """
    if type(x) is float:
        return x
    if isinstance(x, Differentiable):
        raise mixed(name)
    if not isinstance(x, np.ndarray) and isinstance(x, numbers.Real | np.bool_):
        return float(x)
    array = as_array(x, name)
    if dtype.kind != "f":
        dtype = np.dtype(np.float64)
    if isinstance(x, list | tuple):
        return array.astype(dtype, copy=False)
    if not (isinstance(x, np.ndarray) and x.dtype.kind == "f"):
        return array.astype(dtype)
    return (
        np.array(array) if recording.is_recording() or recording.tracer() else array
    )  # the caller may write into it before a sweep


def as_operands(op: Primitive, args: Sequence[Any]) -> tuple[Any, ...]:
    """The operands of `op`, at least one of them a Tensor, as they are recorded: Tensors, floats, arrays of our own."""
    tensors = [isinstance(arg, Differentiable) and not arg.is_scalar for arg in args]
    dtypes = [arg._data.dtype for arg, is_tensor in zip(args, tensors, strict=True) if is_tensor]
    dtype = next((dtype for dtype in dtypes if dtype.kind == "f"), dtypes[0])
    parts, tracer = list(args), recording.tracer()
    for position, (arg, is_tensor) in enumerate(zip(args, tensors, strict=True)):
        ruled = not op.rules or op.variadic or op.rules[position] is not None
        if is_tensor and (ruled or tracer):
            parts[position] = arg if ruled else arg.detach()
        else:  # an operand without a rule has no derivative: it is recorded as the constant that it is
            parts[position] = as_constant(arg, op.name, dtype) if ruled else np.array(raw_of(arg))
    return tuple(parts)


def is_foreign(x: Any) -> bool:
    """Whether `x` may know itself what to do with a Tensor: then its own operator is asked."""
    return x is not None and not isinstance(x, _KNOWN)


def as_param(value: Any) -> Any:
    """A static parameter of our own: nothing that the caller may write into later, and Python's integers.

    So are the arrays in an index copied, since a sweep reads them again.
    """
    if value is None or type(value) in (int, bool, slice):
        return value
    if isinstance(value, tuple):
        return tuple(map(as_param, value))
    if isinstance(value, np.integer):
        return int(value)
    if isinstance(value, Differentiable):
        value.look("an index made of x")
        raise OperandError("an index is made of integers, slices or masks, not of nodes; use x.numpy().astype(int)")
    if isinstance(value, list | np.ndarray):
        array = np.array(value)
        return array.astype(np.intp) if not array.size and array.dtype.kind == "f" else array  # [] is no float here
    return value


_KNOWN = (float, np.ndarray, np.generic, Differentiable, str, bytes, list, tuple, dict, set, numbers.Number)
"""In this order: whether something is of an abstract class is a slow question."""
