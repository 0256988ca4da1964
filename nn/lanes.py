"""A network of Values on a batch: written down once, then replayed with numpy, a lane for every sample.

It computes what ``[network(row) for row in rows]`` and ``backward()`` do, and no graph is recorded: a step of a network
with two hidden layers of 16 on 120 samples takes a hundredth of the time.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import ShapeError, Value, grad, trace
from nn.neuron import MLP, Layer, Neuron

__all__ = ["Lanes"]

Array = NDArray[np.float64]
_MOST = 1024
"""Lanes at once."""


class Lanes:
    """An MLP that takes batches.

    Parameters
    ----------
    network : its parameters are read at every call, and are leaves. Its activations are given by name, and stay: a
        function could do something else each time, which a program would not.

    Examples
    --------
    >>> network = MLP(2, [3, 1], rng=np.random.default_rng(0))
    >>> lanes, rows = Lanes(network), np.array([[1.0, 2.0], [0.5, -1.0]])
    >>> np.allclose(lanes(rows), [network(row).data for row in rows], rtol=1e-15)
    True
    >>> lanes.backward(rows, np.array([1.0, 0.0]))           # as network(rows[0]).backward()
    >>> network.layers[1].neurons[0].b.grad
    1.0
    """

    def __init__(self, network: MLP) -> None:
        if not self.fits(network):
            raise TypeError(f"lanes are for an MLP with named activations, not for {network!r}")
        self.network = network
        self.n_in, self.n_out = len(network.layers[0].neurons[0].w), len(network.layers[-1].neurons)
        twin = copy.deepcopy(network)
        neurons = [neuron for layer in twin.layers for neuron in layer.neurons]

        def forward(parameters: Sequence[Any], row: Sequence[Any]) -> Any:
            rest = iter(parameters)
            for neuron in neurons:
                neuron.w, neuron.b = [next(rest) for _ in neuron.w], next(rest)
            return twin(row)

        def weighted(parameters: Sequence[Any], row: Sequence[Any], weights: Sequence[Any]) -> Any:
            out = forward(parameters, row)
            return sum(w * y for w, y in zip(weights, out if isinstance(out, list) else [out], strict=True))

        given = [p.item() for p in self._leaves()], [0.5] * self.n_in, [1.0] * self.n_out
        self._forward = trace(forward, *given[:2], executor="numpy")
        self._gradient = trace(grad(weighted), *given, executor="numpy")

    @staticmethod
    def fits(network: Any) -> bool:
        """Whether a network is one that lanes can be made of."""
        return type(network) is MLP and all(
            isinstance(layer, Layer) and all(map(Lanes._fits, layer.neurons)) for layer in network.layers
        )

    @staticmethod
    def _fits(neuron: Neuron) -> bool:
        return isinstance(neuron.activation, str) and all(p.op is None for p in (*neuron.w, neuron.b))

    def __call__(self, rows: Array) -> Array:
        """The outputs for a batch: shape ``(n, outputs)``, or ``(n,)`` if there is one output."""
        out = np.concatenate([self._forward.flat(part) for part in self._parts(rows)])
        return out[:, 0] if self.n_out == 1 else out

    def at(self, thetas: Array, rows: Array) -> Array:
        """The outputs for a batch with other parameters: shape ``(m, n, outputs)`` or ``(m, n)``.

        Parameters
        ----------
        thetas : m vectors, shape ``(m, parameters)``, each in the order of ``network.parameters()``.
        rows : the batch, shape ``(n, n_in)``.
        """
        column = {id(p): k for k, p in enumerate(self.network.parameters())}
        leaves = np.empty((len(thetas), len(self._leaves())))
        for k, p in enumerate(self._leaves()):
            leaves[:, k] = thetas[:, column[id(p)]] if id(p) in column else p.item()
        n = len(rows)
        starts = range(0, len(thetas) * n, _MOST)
        lanes = (np.arange(start, min(start + _MOST, len(thetas) * n)) for start in starts)
        out = np.concatenate([self._forward.flat(np.hstack([leaves[i // n], rows[i % n]])) for i in lanes])
        return out.reshape((len(thetas), n) if self.n_out == 1 else (len(thetas), n, self.n_out))

    def backward(self, rows: Array, gradient: Array) -> None:
        """Add to ``grad`` of all parameters what comes of the gradient by the outputs, which has their shape."""
        weights = np.reshape(gradient, (len(rows), self.n_out))
        total = sum(self._gradient.flat(part).sum(axis=0) for part in self._parts(rows, weights))
        for p, g in zip(self._leaves(), np.asarray(total).tolist(), strict=True):
            if p.requires_grad:
                p.grad = g if p.grad is None else p.grad + g

    def _parts(self, rows: Array, *more: Array) -> Iterator[Array]:
        """One row per sample: the parameters, then its inputs, and more. Not too many at once: all take memory."""
        if np.ndim(rows) != 2 or np.shape(rows)[1] != self.n_in:
            raise ShapeError(f"the network takes rows of {self.n_in} inputs, but got shape {np.shape(rows)}")
        parameters = [p.item() for p in self._leaves()]
        for start in range(0, len(rows), _MOST):
            part = [columns[start : start + _MOST] for columns in (rows, *more)]
            yield np.hstack([np.broadcast_to(parameters, (len(part[0]), len(parameters))), *part])

    def _leaves(self) -> list[Value]:
        """Weights and bias of each neuron, also those that are frozen."""
        return [p for layer in self.network.layers for neuron in layer.neurons for p in (*neuron.w, neuron.b)]
