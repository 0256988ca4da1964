"""Activations as modules, each by element but the last two. `nn.functional` has them as functions."""

from __future__ import annotations

from typing import Any

from nn import functional
from nn.module import Module

__all__ = [
    "ELU", "GELU", "Activation", "Identity", "LeakyReLU", "LogSigmoid", "LogSoftmax", "ReLU", "SiLU", "Sigmoid",
    "Softmax", "Softplus", "Step", "Tanh",
]  # fmt: skip


class Activation(Module):
    """A function of x that has no parameters and keeps the shape.

    >>> import numpy as np
    >>> from nn import LeakyReLU
    >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
    array([-0.1,  2. ])
    """

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        given = {name: value for name, value in vars(self).items() if isinstance(value, int | float)}
        return ", ".join(f"{name}={value!r}" for name, value in given.items() if name != "training")


class Identity(Activation):
    """The x itself: a linear unit."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return x


class Step(Activation):
    """0 below 0, 1 above and 1/2 at 0: the perceptron's. Its derivative is 0, so gradients do not pass."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.step(x)


class Sigmoid(Activation):
    """The logistic function 1 / (1 + e⁻ˣ)."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.sigmoid(x)


class LogSigmoid(Activation):
    """The logarithm of the logistic function, without underflow."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.logsigmoid(x)


class Tanh(Activation):
    """The hyperbolic tangent."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.tanh(x)


class ReLU(Activation):
    """max(x, 0)."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.relu(x)


class LeakyReLU(Activation):
    """x above 0, and `negative_slope` times x below (Maas, Hannun and Ng 2013)."""

    def __init__(self, negative_slope: float = 0.01) -> None:
        self.negative_slope = negative_slope

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.leaky_relu(x, self.negative_slope)


class ELU(Activation):
    """x above 0, and `alpha` (eˣ - 1) below (Clevert, Unterthiner and Hochreiter 2016)."""

    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = alpha

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.elu(x, self.alpha)


class GELU(Activation):
    """x Φ(x) with the normal distribution Φ(x) = (1 + erf(x/√2)) / 2 (Hendrycks and Gimpel 2016)."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.gelu(x)


class SiLU(Activation):
    """x σ(x), also called swish (Elfwing, Uchibe and Doya 2018)."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.silu(x)


class Softplus(Activation):
    """log(1 + eˣ), a smooth ReLU; exact for all x, where PyTorch goes over to x above 20."""

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.softplus(x)


class Softmax(Activation):
    """The probabilities eˣ / Σ eˣ along the axis `dim`."""

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.softmax(x, self.dim)


class LogSoftmax(Activation):
    """The logarithms of `Softmax`, without underflow."""

    def __init__(self, dim: int = -1) -> None:
        self.dim = dim

    def forward(self, x: Any) -> Any:  # noqa: D102  # see Module
        return functional.log_softmax(x, self.dim)
