"""Gradient clipping: what keeps one bad batch, or an exploding gradient, from a step that undoes all others."""

from __future__ import annotations

import math
from collections.abc import Iterable
from numbers import Real
from typing import Any

import numpy as np

from autograd import GraphError, Tensor, Value
from nn.module import Parameter
from nn.optim.vector import check_list

__all__ = ["clip_grad_norm_", "clip_grad_value_"]


def clip_grad_norm_(
    parameters: Parameter | Iterable[Parameter],
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
) -> float:
    """Shorten the gradients of all parameters, as one long vector, to a length of at most `max_norm`.

    All are multiplied by max_norm / (norm + 10⁻⁶) if that is less than 1, as in PyTorch: the direction stays. (Pascanu,
    Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.)

    Parameters
    ----------
    parameters : those whose gradients to change, between ``loss.backward()`` and ``optimizer.step()``.
    max_norm : the largest length.
    norm_type : p of the norm (Σ |g|ᵖ)^(1/p); ``math.inf`` for the largest element.
    error_if_nonfinite : refuse gradients with a nan or inf, which otherwise spread to all.

    Returns
    -------
    The norm before clipping, 0 if there are no gradients.

    Raises
    ------
    ValueError : if `max_norm` is negative or no number, or `norm_type` not positive.
    GraphError : if the norm is not finite, and `error_if_nonfinite`.

    Examples
    --------
    >>> x = Tensor([3.0, 4.0])
    >>> (0.5 * x * x).sum().backward()
    >>> clip_grad_norm_([x], max_norm=1.0)
    5.0
    >>> x.grad.round(5)
    array([0.6, 0.8])
    """
    _check("max_norm", max_norm)
    if not (isinstance(norm_type, Real) and norm_type > 0.0):
        raise ValueError(f"norm_type= takes a positive number, or math.inf, but got {norm_type!r}")
    held = _with_gradient("clip_grad_norm_", parameters)
    norm = _norm([p.grad for p in held], float(norm_type))
    if error_if_nonfinite and not math.isfinite(norm):
        raise GraphError(f"the norm of the gradients is {norm}; autograd.find_nan(loss) says where that begins")
    shrink = float(max_norm) / (norm + 1e-6)
    if not shrink >= 1.0:
        for p in held:
            p.grad = shrink * p.grad
    return norm


def clip_grad_value_(parameters: Parameter | Iterable[Parameter], clip_value: float) -> None:
    """Cut every element of every gradient off at ±`clip_value`.

    Parameters
    ----------
    parameters : those whose gradients to change, between ``loss.backward()`` and ``optimizer.step()``.
    clip_value : the largest size of an element.

    Raises
    ------
    ValueError : if `clip_value` is negative or no number.

    Examples
    --------
    >>> x = Tensor([3.0, -0.2])
    >>> (x * x).sum().backward()
    >>> clip_grad_value_([x], 1.0)
    >>> x.grad
    array([ 1. , -0.4])
    """
    _check("clip_value", clip_value)
    most = float(clip_value)
    for p in _with_gradient("clip_grad_value_", parameters):
        g = p.grad
        p.grad = np.clip(g, -most, most) if isinstance(g, np.ndarray) else min(max(g, -most), most)


def _check(name: str, most: Any) -> None:
    if not (isinstance(most, Real) and float(most) >= 0.0):
        raise ValueError(f"{name}= takes a number that is not negative, but got {most!r}")


def _with_gradient(name: str, parameters: Parameter | Iterable[Parameter]) -> list[Parameter]:
    """The parameters that have a gradient, which is made plain numbers if it is a node."""
    held = [parameters] if isinstance(parameters, Value | Tensor) else parameters
    check_list(name, held)
    found = [p for p in {id(p): p for p in held}.values() if p.grad is not None]
    for p in found:
        if isinstance(p.grad, Value | Tensor):
            p.grad = p.grad.data
    return found


def _norm(gradients: list[Any], p: float) -> float:
    """(Σ |g|ᵖ)^(1/p) over all elements, which neither over- nor underflows: by the largest of them."""
    sizes = [np.abs(g) for g in gradients if isinstance(g, np.ndarray)]
    sizes.append(np.abs([g for g in gradients if not isinstance(g, np.ndarray)]))
    top = float(np.max([np.max(size, initial=0.0) for size in sizes]))
    if p == math.inf or top == 0.0 or not math.isfinite(top):
        return top
    total: float = sum(float(np.sum((size / top) ** p)) for size in sizes) ** (1.0 / p)
    return top * total
