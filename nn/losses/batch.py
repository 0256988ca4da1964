"""Numbers, Tensors, and lists of Values alike: their shapes and elements, and what is made of the losses of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

import autograd
from autograd import OperandError, ShapeError, Tensor, Value, scope

__all__ = [
    "by_element",
    "check_reduction",
    "elements",
    "holds_values",
    "nested",
    "numbers",
    "reduced",
    "shape_of",
    "total",
]


def by_element(name: str, prediction: Any, target: Any, loss: Callable[[Any, Any], Any], reduction: str) -> Any:
    """The loss of each element, and what `reduction` makes of them."""
    check_reduction(reduction)
    shape = shape_of(prediction)
    if shape != shape_of(target) or 0 in shape:
        raise ShapeError(
            f"{name} needs predictions and targets of one shape and not empty, but got {shape} and {shape_of(target)}; "
            "reshape one of them: broadcasting would compare each with all"
        )
    if not isinstance(prediction, Tensor) and (holds_values(prediction) or holds_values(target)):
        losses = []
        for p, t in zip(elements(prediction), elements(target), strict=True):
            with scope("element"):
                losses.append(loss(p, t))
        return reduced(losses, shape, reduction)
    if isinstance(prediction, list | tuple):
        prediction = np.asarray(prediction, float)
    if holds_values(target):
        raise OperandError(f"{name} got a Tensor and Values; autograd.stack(values) makes a Tensor of these")
    if isinstance(target, list | tuple):
        target = np.asarray(target, getattr(prediction, "dtype", float))
    return reduced(loss(prediction, target), shape, reduction)


def reduced(losses: Any, shape: tuple[int, ...], reduction: str) -> Any:
    """The mean or sum of losses, or all of them in their shape: of a Tensor or array, or of a list of Values."""
    if isinstance(losses, list):
        if reduction == "none":
            return nested(losses, shape)
        summed = total(losses)
        return summed / float(len(losses)) if reduction == "mean" and len(losses) > 1 else summed
    if reduction == "none":
        return losses
    return autograd.mean(losses) if reduction == "mean" else autograd.sum(losses)


def check_reduction(reduction: str) -> None:
    """Raise an error unless it is one of three."""
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"reduction= takes 'mean', 'sum' or 'none', but got {reduction!r}")


def numbers(x: Any) -> Any:
    """The raw array in or made of `x`."""
    if isinstance(x, Tensor | Value):
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
    return isinstance(x, Value | list | tuple) and any(isinstance(element, Value) for element in elements(x))


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


def total(terms: Sequence[Any]) -> Any:
    """The sum of one or more terms."""
    first, *others = terms
    for term in others:
        first = first + term
    return first
