"""Nested lists of Values, which stand for arrays: their shapes and elements, and those of Tensors and numbers alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

import autograd
from autograd import ShapeError, Tensor, Value

__all__ = ["elements", "holds_values", "nested", "numbers", "shape_of", "stacked"]


def numbers(x: Any) -> Any:
    """The raw array in or made of `x`."""
    if isinstance(x, (Tensor, Value)):
        return np.asarray(x.data)
    if holds_values(x):
        raw = [element.item() if isinstance(element, Value) else element for element in elements(x)]
        return np.array(raw, float).reshape(shape_of(x))
    return np.asarray(x)


def shape_of(x: Any) -> tuple[int, ...]:
    """The shape, also of nested lists of Values; an error where rows have different lengths."""
    if isinstance(x, Tensor | np.ndarray):
        return x.shape
    if isinstance(x, Value):
        return ()
    if not isinstance(x, list | tuple):
        return np.shape(x)
    inner = {shape_of(part) for part in x}
    if len(inner) > 1:
        raise ShapeError(f"rows of different shapes are no batch: {sorted(inner)}")
    return (len(x), *(inner.pop() if inner else ()))


def holds_values(x: Any) -> bool:
    """Whether `x` is a Value, or nested lists with one in them."""
    return isinstance(x, (Value, list, tuple)) and any(isinstance(element, Value) for element in elements(x))


def elements(x: Any) -> Iterator[Any]:
    """The numbers or Values in nested lists, in order."""
    if isinstance(x, np.ndarray):
        yield from x.ravel().tolist()
    elif isinstance(x, list | tuple):
        for part in x:
            yield from elements(part)
    else:
        yield x


def nested(flat: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """The elements as nested lists of a shape."""
    if not shape:
        return flat[0]
    size = len(flat) // shape[0]
    return [nested(flat[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]


def stacked(x: Any) -> Any:
    """One Tensor of (nested) lists of Values and numbers."""
    return autograd.stack([stacked(part) for part in x]) if isinstance(x, list | tuple) else x
