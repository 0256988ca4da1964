"""A loss of each element, of Tensors and of lists of Values alike, and what is made of them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd
from autograd import OperandError, ShapeError, Tensor, scope
from nn.nested import elements, holds_values, nested, shape_of

__all__ = ["by_element", "check_reduction", "reduced", "total"]


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
    if holds_values(target):
        raise OperandError(f"{name} got a Tensor and Values; autograd.stack(values) makes a Tensor of these")
    prediction = _raw(name, prediction, np.dtype(float))
    target = _raw(name, target, getattr(prediction, "dtype", np.dtype(float)))
    return reduced(loss(prediction, target), shape, reduction)


def _raw(name: str, x: Any, dtype: np.dtype[Any]) -> Any:
    """A Tensor as it is, or real numbers: lists and integers, whose differences wrap around, as an array of a dtype."""
    if isinstance(x, Tensor):
        return x
    array = np.asarray(x)
    if array.dtype.kind not in "fiub":
        raise OperandError(f"{name} takes real numbers, but got {x!r}")
    return array.astype(dtype) if isinstance(x, list | tuple) or array.dtype.kind != "f" else x


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


def total(terms: Sequence[Any]) -> Any:
    """The sum of one or more terms."""
    first, *others = terms
    for term in others:
        first = first + term
    return first
