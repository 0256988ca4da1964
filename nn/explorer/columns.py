"""A network as columns of units: the weights between them, and what each unit says of points.

A `Sequential` is cut before each of its `Linear` layers, an `MLP` has its layers. Other models have their inputs and
outputs alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import no_grad
from nn.evaluate import in_mode, raw, raw_outputs
from nn.layers import Linear
from nn.module import Sequential
from nn.neuron import MLP, Layer

__all__ = ["Columns", "columns"]

Array = NDArray[Any]


@dataclass(frozen=True)
class Columns:
    """What the units say, column by column.

    Attributes
    ----------
    outputs : of inputs, hidden layers, outputs: shape ``(points, units)`` each.
    weights, biases : from each column to the next, shapes ``(units, units before)`` and ``(units,)``; a layer without
        bias has zeros. Empty if the model is not known from inside.
    """

    outputs: list[Array]
    weights: list[Array]
    biases: list[Array]


def columns(model: Any, points: Array) -> Columns:
    """Run a model in evaluation mode on points of the plane, shape ``(points, 2)``.

    >>> from nn import Linear, Sequential, Tanh
    >>> found = columns(Sequential(Linear(2, 3), Tanh(), Linear(3, 1)), np.zeros((5, 2)))
    >>> [part.shape for part in found.outputs], [weight.shape for weight in found.weights]
    ([(5, 2), (5, 3), (5, 1)], [(3, 2), (1, 3)])
    """
    stages = list(_stages(model))
    outputs = [points]
    with no_grad(), in_mode(model, training=False):
        for weight, _, run in stages:
            outputs.append(raw(run(outputs[-1])))
            if outputs[-1].shape != (len(points), len(weight)):  # a part between two layers mixed or cut the units
                stages = []
                break
    if not stages:
        return Columns([points, raw_outputs(model, points).reshape(len(points), -1)], [], [])
    return Columns(outputs, [weight for weight, _, _ in stages], [bias for _, bias, _ in stages])


def _stages(model: Any) -> Iterator[tuple[Array, Array, Callable[[Any], Any]]]:
    """Weights, biases, and the function of the column before."""
    if type(model) is MLP and all(isinstance(layer, Layer) for layer in model.layers):
        for layer in model.layers:
            weight = np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
            bias = np.array([neuron.b.data for neuron in layer.neurons])
            yield weight, bias, _side_by_side(layer, weight, bias)
    elif type(model) is Sequential:
        chains: list[list[Any]] = [[]]
        for part in _flat(model):
            if isinstance(part, Linear) and any(isinstance(one, Linear) for one in chains[-1]):
                chains.append([])
            chains[-1].append(part)
        for chain in chains:
            linear = next((part for part in chain if isinstance(part, Linear)), None)
            if linear is not None:
                weight = linear.weight.data
                bias = np.zeros(len(weight)) if linear.bias is None else linear.bias.data
                yield weight, bias, Sequential(*chain)


def _side_by_side(layer: Layer, weight: Array, bias: Array) -> Callable[[Any], Any]:
    def run(x: Array) -> Array:
        z = x @ weight.T + bias
        return np.stack([neuron.activate(z[:, i]) for i, neuron in enumerate(layer.neurons)], axis=1)

    return run


def _flat(model: Sequential) -> Iterator[Any]:
    for part in model:
        yield from _flat(part) if isinstance(part, Sequential) else (part,)
