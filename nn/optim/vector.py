"""All parameters as one vector θ, for methods that do not treat them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import OperandError, Tensor, Value, no_grad
from nn.module import Module, Parameter

__all__ = ["Array", "Loss", "Vector", "check_list", "checked"]

Array = NDArray[np.float64]

Loss = Callable[[], Any]
"""Runs the model with the parameters as they are, and gives its loss: a Value, a Tensor of one element, or a number."""


def check_list(kind: str, parameters: Any) -> None:
    """Raise an OperandError for what is easily given instead of a list of parameters."""
    if isinstance(parameters, Module):
        raise OperandError(f"{kind} takes parameters, but got a model; write {kind}(model.parameters(), ...)")
    if isinstance(parameters, Value | Tensor):
        raise OperandError(f"{kind} takes a list of parameters, but got one; write {kind}([p], ...)")
    if isinstance(parameters, dict | str) or not isinstance(parameters, Iterable):
        raise OperandError(f"{kind} takes a list of parameters, but got {parameters!r}")


def checked(kind: str, parameters: Iterable[Parameter]) -> list[Parameter]:
    """The parameters as a list, each once.

    Raises
    ------
    OperandError : if one is no leaf that requires a gradient.
    ValueError : if there are none.
    """
    check_list(kind, parameters)
    found = list({id(p): p for p in parameters}.values())
    for p in found:
        if not (isinstance(p, Value | Tensor) and p.requires_grad and p.op is None):
            raise OperandError(f"{kind} changes Values and Tensors that are leaves and require a gradient, not {p!r}")
    if not found:
        raise ValueError(f"{kind} got no parameters; a model has some if model.parameters() is not empty")
    return found


class Vector:
    """θ, read from and written to the parameters of a model.

    >>> x, y = Value(1.0), Tensor([[2.0, 3.0]])
    >>> theta = Vector("Newton", [x, y])
    >>> theta.read()
    array([1., 2., 3.])
    >>> theta.write(np.array([4.0, 5.0, 6.0]))
    >>> x.data, y.data
    (4.0, array([[5., 6.]]))
    """

    def __init__(self, kind: str, parameters: Iterable[Parameter]) -> None:
        self.kind, self.parameters = kind, checked(kind, parameters)

    def read(self) -> Array:
        """All numbers in one array."""
        return self.joined([p.data for p in self.parameters])

    def joined(self, parts: list[Any]) -> Array:
        """One array of what there is for each parameter; None is 0."""
        sized = zip(parts, self.parameters, strict=True)
        return np.concatenate([np.zeros(_size(p)) if part is None else np.ravel(part) for part, p in sized])

    def write(self, theta: Array) -> None:
        """Give the parameters new numbers."""
        end = 0
        for p in self.parameters:
            start, end = end, end + _size(p)
            p.data = theta[start:end].reshape(p.shape) if isinstance(p, Tensor) else float(theta[start])

    @contextmanager
    def trial(self) -> Iterator[Array]:
        """A block that changes the parameters; gives θ as it is before, and goes back to it if the block fails."""
        start = self.read()
        try:
            yield start
        except BaseException:
            self.write(start)
            raise

    def cost_at(self, theta: Array, loss: Loss) -> float:
        """Write θ and give the number of the loss there, without recording anything; nan counts as inf."""
        self.write(theta)
        with no_grad():
            number = loss()
        if isinstance(number, Value | Tensor):
            number = number.item()
        try:
            number = float(number)
        except (TypeError, ValueError):
            raise OperandError(
                f"{self.kind}.step takes a function without arguments that gives the loss as one number, but it gave "
                f"{number!r}"
            ) from None
        return number if number == number else np.inf

    def told(self, settings: str) -> str:
        """What a method says of itself."""
        n = len(self)
        return f"{self.kind}({n:,} parameter{'s' * (n != 1)}, {settings})"

    def __len__(self) -> int:
        return sum(map(_size, self.parameters))


def _size(p: Parameter) -> int:
    return p.size if isinstance(p, Tensor) else 1
