"""How weights start: zeros, normal, uniform, Xavier (Glorot) and He (Kaiming), with PyTorch's names.

The functions fill a Tensor in place and return it. Nested lists of Values with rows of one length serve as well: the
weights of a `Layer` are ``[neuron.w for neuron in layer.neurons]``. The names fan_in and fan_out are for the number of
inputs of a unit and of units that an input goes to: shape ``(units, inputs)``, or of a convolution ``(channels out,
channels in, height, width)``, where every position of the kernel counts.

>>> from autograd import Tensor
>>> weight = Tensor(np.zeros((3, 6)))
>>> _ = kaiming_uniform_(weight, nonlinearity="relu", rng=np.random.default_rng(0))
>>> bool(abs(weight.data).max() < he_bound(6))
True
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np

from autograd import OperandError, ShapeError, Tensor, Value
from nn.names import meant
from nn.nested import elements, shape_of

__all__ = [
    "calculate_gain", "constant_", "generator", "he_bound", "kaiming_normal_", "kaiming_uniform_", "normal_", "ones_",
    "uniform_", "xavier_bound", "xavier_normal_", "xavier_uniform_", "zeros_",
]  # fmt: skip

Weights = Any
"""A Tensor, or nested lists of Values."""


# --- of any shape ---


def constant_(weights: Weights, val: float) -> Weights:
    """All the same number."""
    return _filled(weights, np.full(shape_of(weights), float(val)))


def zeros_(weights: Weights) -> Weights:
    """All 0: right for biases; units whose weights are all 0 stay alike for ever."""
    return constant_(weights, 0.0)


def ones_(weights: Weights) -> Weights:
    """All 1."""
    return constant_(weights, 1.0)


def uniform_(weights: Weights, a: float = 0.0, b: float = 1.0, rng: np.random.Generator | None = None) -> Weights:
    """Uniform from a to b."""
    if not (isinstance(a, Real) and isinstance(b, Real) and -math.inf < a <= b < math.inf):
        raise ValueError(f"uniform_ takes finite bounds with a <= b, but got {a=} and {b=}")
    return _filled(weights, generator(rng).uniform(a, b, shape_of(weights)))


def normal_(weights: Weights, mean: float = 0.0, std: float = 1.0, rng: np.random.Generator | None = None) -> Weights:
    """Normal with a mean and a standard deviation."""
    if not (isinstance(std, Real) and isinstance(mean, Real) and 0.0 <= std < math.inf and math.isfinite(mean)):
        raise ValueError(f"normal_ takes a finite mean, and a std that is not negative, but got {mean=} and {std=}")
    return _filled(weights, generator(rng).normal(mean, std, shape_of(weights)))


# --- by the size of the layer ---


def xavier_uniform_(weights: Weights, gain: float = 1.0, rng: np.random.Generator | None = None) -> Weights:
    """Uniform within ±gain √(6 / (fan_in + fan_out)), see `xavier_bound`.

    Raises
    ------
    ShapeError : if the weights have fewer than two axes.
    """
    bound = gain * xavier_bound(*_fans(weights))
    return uniform_(weights, -bound, bound, rng)


def xavier_normal_(weights: Weights, gain: float = 1.0, rng: np.random.Generator | None = None) -> Weights:
    """Normal with standard deviation gain √(2 / (fan_in + fan_out)), that of `xavier_uniform_`.

    Raises
    ------
    ShapeError : if the weights have fewer than two axes.
    """
    return normal_(weights, 0.0, gain * xavier_bound(*_fans(weights)) / math.sqrt(3.0), rng)


def kaiming_uniform_(
    weights: Weights,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    rng: np.random.Generator | None = None,
) -> Weights:
    """Uniform within ±gain √(3 / fan), see `he_bound` for ReLU.

    Parameters
    ----------
    weights : a Tensor, or nested lists of Values.
    a : the slope of a leaky ReLU below 0.
    mode : "fan_in" keeps the variance on the way forward, "fan_out" that of the gradients on the way back.
    nonlinearity : what follows, see `calculate_gain`.
    rng : where the numbers come from; a fresh Generator by default, different each time.

    Raises
    ------
    ShapeError : if the weights have fewer than two axes.
    ValueError : if there is no such mode or nonlinearity.
    """
    bound = math.sqrt(3.0) * _kaiming_std(weights, a, mode, nonlinearity)
    return uniform_(weights, -bound, bound, rng)


def kaiming_normal_(
    weights: Weights,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    rng: np.random.Generator | None = None,
) -> Weights:
    """Normal with standard deviation gain / √fan; parameters and errors are those of `kaiming_uniform_`."""
    return normal_(weights, 0.0, _kaiming_std(weights, a, mode, nonlinearity), rng)


def calculate_gain(nonlinearity: str, param: float = 0.01) -> float:
    """How much larger weights have to be before an activation, to make up for what it takes from the variance.

    Parameters
    ----------
    nonlinearity : "linear", "conv2d", "sigmoid", "tanh", "relu", or "leaky_relu".
    param : the slope of a leaky ReLU below 0.

    >>> round(calculate_gain("relu"), 4), round(calculate_gain("tanh"), 4)
    (1.4142, 1.6667)
    """
    gains = {
        "linear": 1.0, "conv2d": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0, "relu": math.sqrt(2.0),
        "leaky_relu": math.sqrt(2.0 / (1.0 + param * param)),
    }  # fmt: skip
    if nonlinearity not in gains:
        hint = meant(nonlinearity, gains)
        raise ValueError(f"nonlinearity= takes {', '.join(map(repr, gains))}, but got {nonlinearity!r}{hint}")
    return gains[nonlinearity]


def xavier_bound(fan_in: int, fan_out: int) -> float:
    """√(6 / (fan_in + fan_out)): keeps the variance through layers that are linear near 0 (tanh, sigmoid).

    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010, equation 16.

    >>> xavier_bound(2, 4)
    1.0
    """
    return math.sqrt(6.0 / (fan_in + fan_out))


def he_bound(fan_in: int) -> float:
    """√(6 / fan_in): keeps the variance through ReLUs, which silence half of it.

    He, Zhang, Ren and Sun, "Delving deep into rectifiers", 2015, equation 10, for a uniform distribution.

    >>> he_bound(6)
    1.0
    """
    return math.sqrt(6.0 / fan_in)


def generator(rng: np.random.Generator | None) -> np.random.Generator:
    """`rng` itself, or a fresh one with another outcome each time if it is None.

    Raises
    ------
    TypeError : if it is anything else, for instance a seed: that would start every layer with the same numbers.
    """
    if rng is None:
        return np.random.default_rng()
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng= takes a numpy.random.Generator, but got {rng!r} of type {type(rng).__name__}; "
            "make one with numpy.random.default_rng(seed) and pass it to all layers"
        )
    return rng


def _kaiming_std(weights: Weights, a: float, mode: str, nonlinearity: str) -> float:
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"mode= takes 'fan_in' or 'fan_out', but got {mode!r}")
    return calculate_gain(nonlinearity, a) / math.sqrt(_fans(weights)[mode == "fan_out"])


def _fans(weights: Weights) -> tuple[int, int]:
    """The number of inputs of a unit, and of units that an input goes to."""
    shape = shape_of(weights)
    if len(shape) < 2 or 0 in shape:
        raise ShapeError(f"fan_in and fan_out are those of weights of shape (out, in, ...), but got {shape}")
    kernel = math.prod(shape[2:])
    return shape[1] * kernel, shape[0] * kernel


def _filled(weights: Weights, numbers: Any) -> Weights:
    """The weights, with numbers of their shape assigned."""
    if isinstance(weights, Tensor):
        weights.data = numbers
        return weights
    values = list(elements(weights))
    if not all(isinstance(value, Value) for value in values):
        raise OperandError(f"weights to fill are a Tensor, or lists of Values, but got {weights!r}")
    for value, number in zip(values, numbers.ravel().tolist(), strict=True):
        value.data = number
    return weights
