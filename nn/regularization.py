"""Penalties on the size of weights, to be added to a loss: against a model that learns its samples by heart."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from numbers import Real
from typing import Any

import autograd
from autograd import GraphError, Value, scope
from nn.losses.batch import total
from nn.module import Module, Parameter

__all__ = ["beside_tensors", "l1_penalty", "l2_penalty"]

_beside_tensors = ContextVar("beside_tensors", default=False)


@scope("l1_penalty")
def l1_penalty(weights: Module | Iterable[Parameter], strength: float) -> Any:
    """L1 regularisation, λ Σ |w|: pulls every weight to 0 with one force, so that many become 0.

    A network of Values has one that is a Value, which adds to a loss of Values. Inside a loss that `fit` or `evaluate`
    calls it is a Tensor, like the outputs there: the same loss serves both networks::

        fit(model, data, lambda out, y: mse_loss(out, y) + l1_penalty(model, 1e-3), optimizer)

    Parameters
    ----------
    weights : a model, for all of its parameters; or those that are meant, for instance without biases.
    strength : λ.

    Raises
    ------
    ValueError : if λ is negative or not finite.
    GraphError : if there are no parameters.

    Examples
    --------
    >>> weight = autograd.Tensor([3.0, -4.0])
    >>> penalty = l1_penalty([weight], 0.1)
    >>> penalty.backward()
    >>> print(f"{penalty.item():.2f}", weight.grad)
    0.70 [ 0.1 -0.1]
    """
    return _penalty(weights, strength, autograd.abs)


@scope("l2_penalty")
def l2_penalty(weights: Module | Iterable[Parameter], strength: float) -> Any:
    """L2 regularisation, λ Σ w²: pulls every weight to 0 in proportion to its size.

    With plain gradient descent it does the same as ``weight_decay=2 * strength`` of the optimizer. Parameters and
    errors are those of `l1_penalty`.

    >>> weight = autograd.Tensor([3.0, -4.0])
    >>> penalty = l2_penalty([weight], 0.1)
    >>> penalty.backward()
    >>> print(f"{penalty.item():.2f}", weight.grad)
    2.50 [ 0.6 -0.8]
    """
    return _penalty(weights, strength, autograd.square)


def _penalty(weights: Module | Iterable[Parameter], strength: float, size: Callable[[Any], Any]) -> Any:
    if not (isinstance(strength, Real) and 0.0 <= strength < math.inf):
        raise ValueError(f"strength= takes a finite number that is not negative, but got {strength!r}")
    parameters = weights.parameters() if isinstance(weights, Module) else list(weights)
    if not parameters:
        raise GraphError("there are no parameters to keep small; a model has some if model.parameters() is not empty")
    penalty = total([size(p) if isinstance(p, Value) else autograd.sum(size(p)) for p in parameters])
    if _beside_tensors.get() and isinstance(penalty, Value):
        penalty = autograd.to_tensor(penalty)
    return float(strength) * penalty


@contextmanager
def beside_tensors() -> Iterator[None]:
    """A context in which penalties are Tensors, to be added to a loss that is one."""
    token = _beside_tensors.set(True)
    try:
        yield
    finally:
        _beside_tensors.reset(token)
