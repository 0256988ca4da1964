"""The scalar network: `Neuron`, `Layer` and `MLP`, made of `Value`, so that every number in them can be looked at.

A neuron computes a = f(Σ wᵢ xᵢ + b). The call is that of micrograd, ``MLP(2, [16, 16, 1])``, the last layer without
activation. Three things differ: hidden layers are tanh unless ``activation="relu"`` says otherwise, initial weights are
scaled by the size of the layer instead of drawn from [-1, 1], and randomness comes from a Generator.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import autograd
from autograd import OperandError, ShapeError, Value
from nn.arguments import check_sizes
from nn.diagram import diagram
from nn.init import generator, he_bound, xavier_bound
from nn.module import Module
from nn.names import meant

__all__ = ["MLP", "Activation", "Layer", "Neuron"]

Activation = str | Callable[[Any], Any]

_activations: dict[str, Callable[[Any], Any] | None] = {
    "tanh": autograd.tanh,
    "relu": autograd.relu,
    "leaky_relu": autograd.leaky_relu,
    "elu": autograd.elu,
    "gelu": autograd.gelu,
    "silu": autograd.silu,
    "softplus": autograd.softplus,
    "sigmoid": autograd.sigmoid,
    "step": autograd.step,
    "linear": None,
}


class Neuron(Module):
    """One unit: f(w₁x₁ + ... + wₙxₙ + b).

    Parameters
    ----------
    n_in : how many inputs.
    activation : ``"tanh"``, ``"relu"``, ``"leaky_relu"``, ``"elu"``, ``"gelu"``, ``"silu"``, ``"softplus"``,
        ``"sigmoid"``, ``"step"``, ``"linear"``, or a function of a Value.
    rng : where the initial weights come from; a fresh Generator by default, different each time. The bias starts at 0.
    fan_out : how many units stand beside it in its layer, for the scale of the weights (Xavier; He for ``"relu"``).

    Raises
    ------
    ValueError : if there is no such activation.
    ShapeError : if a size is not a positive integer, or the number of inputs of a call is not `n_in`.

    Examples
    --------
    >>> neuron = Neuron(2, "relu", np.random.default_rng(0))
    >>> for w, number in zip(neuron.w, [2.0, -3.0]):
    ...     w.data = number
    >>> a = neuron([4.0, 1.0])
    >>> a.backward()
    >>> a.data, [p.grad for p in neuron.parameters()]
    (5.0, [4.0, 1.0, 1.0])
    """

    def __init__(
        self,
        n_in: int,
        activation: Activation = "tanh",
        rng: np.random.Generator | None = None,
        *,
        fan_out: int = 1,
    ) -> None:
        check_sizes("Neuron", n_in, fan_out)
        _function(activation)
        self.activation = activation
        bound = he_bound(n_in) if activation == "relu" else xavier_bound(n_in, fan_out)
        numbers = generator(rng).uniform(-bound, bound, n_in).tolist()
        self.w = [Value(number, name=f"w{i}") for i, number in enumerate(numbers, 1)]
        self.b = Value(0.0, name="b")

    def forward(self, x: Sequence[Any]) -> Value:
        """The activation for `n_in` inputs: numbers or Values."""
        a: Value = self.activate(self.weighted(x))
        return a

    def weighted(self, x: Sequence[Any]) -> Any:
        """What the activation is applied to: z = w₁x₁ + ... + wₙxₙ + b."""
        weights = self.w
        x = _inputs(self, x, len(weights))
        z = weights[0] * x[0]
        for w, value in zip(weights[1:], x[1:], strict=True):
            z = z + w * value
        return z + self.b

    def activate(self, z: Any) -> Any:
        """The activation of a weighted sum: f(z)."""
        function = _function(self.activation)
        return z if function is None else function(z)

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        return f"{len(self.w)}, {_name(self.activation)}"


class Layer(Module):
    """Units side by side, all with the same inputs.

    Parameters
    ----------
    n_in, n_out : how many inputs and units.
    activation, rng : as in `Neuron`.

    Examples
    --------
    >>> layer = Layer(2, 3, rng=np.random.default_rng(0))
    >>> layer
    Layer(2, 3, tanh)  # 9 parameters
    >>> len(layer([1.0, -1.0]))
    3
    """

    def __init__(
        self, n_in: int, n_out: int, activation: Activation = "tanh", rng: np.random.Generator | None = None
    ) -> None:
        check_sizes("Layer", n_in, n_out)
        rng = generator(rng)
        self.neurons = [Neuron(n_in, activation, rng, fan_out=n_out) for _ in range(n_out)]

    def forward(self, x: Sequence[Any]) -> Any:
        """A list of `n_out` Values, or the Value itself if there is one unit."""
        x = _inputs(self, x, len(self.neurons[0].w))
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        first = self.neurons[0]
        return f"{len(first.w)}, {len(self.neurons)}, {_name(first.activation)}"

    def __repr__(self) -> str:
        return f"Layer({self.extra_repr()})  # {len(self.parameters()):,} parameters"  # one line, not one per neuron


class MLP(Module):
    """A multi-layer perceptron of Values: layers one after the other.

    Parameters
    ----------
    n_in : how many inputs.
    sizes : how many units in each layer; the last is the number of outputs.
    activation : of all layers but the last, as in `Neuron`.
    rng : as in `Neuron`.
    output_activation : of the last layer, which is linear by default.

    Raises
    ------
    ValueError : if there is no such activation.
    ShapeError : if a size is not a positive integer, or a call has not `n_in` inputs.

    Examples
    --------
    >>> model = MLP(2, [16, 16, 1], rng=np.random.default_rng(0))
    >>> model
    MLP(  # 337 parameters
      (layers.0): Layer(2, 16, tanh)  # 48 parameters
      (layers.1): Layer(16, 16, tanh)  # 272 parameters
      (layers.2): Layer(16, 1, linear)  # 17 parameters
    )
    >>> y = model([0.5, -1.0])          # one output: a Value; several: a list of them
    >>> y.backward()
    >>> model.parameters()[0].grad is None
    False
    """

    def __init__(
        self,
        n_in: int,
        sizes: Sequence[int],
        activation: Activation = "tanh",
        rng: np.random.Generator | None = None,
        *,
        output_activation: Activation = "linear",
    ) -> None:
        if not isinstance(sizes, Sequence) or isinstance(sizes, str) or not sizes:
            raise ShapeError(f"MLP takes the sizes of its layers as a list such as [16, 16, 1], but got {sizes!r}")
        check_sizes("MLP", n_in, *sizes)
        _function(activation)  # which one layer alone would not take
        rng = generator(rng)
        last = len(sizes) - 1
        self.layers = [
            Layer(before, size, output_activation if i == last else activation, rng)
            for i, (before, size) in enumerate(zip([n_in, *sizes[:-1]], sizes, strict=True))
        ]

    def forward(self, x: Sequence[Any]) -> Any:
        """The outputs for one sample: a Value if there is one, else a list."""
        x = _inputs(self, x, len(self.layers[0].neurons[0].w))
        for layer in self.layers[:-1]:
            out = layer(x)
            x = out if isinstance(out, list) else [out]
        return self.layers[-1](x)

    def diagram(
        self, x: Sequence[Any], y: Any = None, passes: str = "forward", lang: str = "en", loss: Any = None
    ) -> Any:
        """Draw the network with one sample: its forward pass, or back propagation; see `nn.diagram.diagram`."""
        return diagram(self, x, y, passes, lang, loss)


def _function(activation: Activation) -> Callable[[Any], Any] | None:
    """The function that an `activation=` argument means; None for none."""
    if callable(activation):
        return activation
    try:
        return _activations[activation]
    except (KeyError, TypeError):
        raise ValueError(
            f"activation= takes {', '.join(map(repr, _activations))} or a function, but got {activation!r}"
            + meant(activation, _activations)
        ) from None


def _name(activation: Activation) -> str:
    return activation if isinstance(activation, str) else getattr(activation, "__name__", repr(activation))


def _inputs(module: Module, x: Any, n_in: int) -> Sequence[Any]:
    """One sample as a sequence of `n_in` numbers or Values."""
    if isinstance(x, np.ndarray):
        x = x.tolist()  # Python floats: a Value times one of numpy costs twice as much
    if not isinstance(x, list | tuple):
        raise OperandError(
            f"{type(module).__name__} takes one sample as a list of {n_in} numbers or Values, "
            f"but got {x!r} of type {type(x).__name__}"
        )
    if x and isinstance(x[0], list | tuple):
        raise ShapeError(
            f"{type(module).__name__} takes one sample at a time, but got {len(x)} rows; "
            "use [model(row) for row in rows]"
        )
    if len(x) != n_in:
        raise ShapeError(f"{type(module).__name__} takes {n_in} inputs, but got {len(x)}")
    return x
