"""The classic network of objects: nodes, and connections between them, with error terms written by hand.

It shows what backpropagation was before there were engines: every node keeps its output and its error term
δ = -∂E/∂net, where net is the weighted sum that it applies the sigmoid to, and a connection learns from the two nodes
at its ends. The units are numbered 1, 2, ... through all layers, inputs first; the weight w₄₁ goes *to* node 4 *from*
node 1, and w₄b to node 4 from a constant 1, its bias. `Network.check` holds the error terms against `autograd`.

    output    a₄ = σ(w₄₁ x₁ + w₄₂ x₂ + w₄₃ x₃ + w₄b)
    error     E = ½ Σ (tᵢ - yᵢ)²
    δ         yᵢ (1 - yᵢ) (tᵢ - yᵢ)  of an output node,   aᵢ (1 - aᵢ) Σₖ wₖᵢ δₖ  of a hidden one
    update    wⱼᵢ ← wⱼᵢ + η δⱼ xⱼᵢ  with xⱼᵢ, what node i sends to node j
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

import autograd
from autograd import ShapeError
from nn.arguments import check_sizes, is_whole
from nn.data import pair
from nn.init import generator, xavier_bound

__all__ = ["Check", "Connection", "Connections", "ConstNode", "Layer", "Network", "Node"]


class Node:
    """A unit: its number, its output and error term, and the connections that lead to it and from it.

    Attributes
    ----------
    number : 1, 2, ... through the network; None of a constant.
    output : what it sends downstream, as of the latest sample.
    delta : its error term δ, as of the latest sample that had targets.
    upstream, downstream : the connections to it and from it.
    """

    def __init__(self, number: int | None) -> None:
        self.number = number
        self.output: Any = 0.0
        self.delta = 0.0
        self.upstream: list[Connection] = []
        self.downstream: list[Connection] = []

    def calc_output(self) -> None:
        """From the nodes upstream, aⱼ = σ(Σᵢ wⱼᵢ xⱼᵢ + wⱼb)."""
        net: Any = 0.0
        for connection in self.upstream:
            net = net + connection.weight * connection.source.output
        self.output = autograd.sigmoid(net)

    def calc_output_delta(self, target: float) -> None:
        """Of an output node, δᵢ = yᵢ (1 - yᵢ) (tᵢ - yᵢ)."""
        y = self.output
        self.delta = y * (1.0 - y) * (target - y)

    def calc_hidden_delta(self) -> None:
        """Of a hidden node, δᵢ = aᵢ (1 - aᵢ) Σₖ wₖᵢ δₖ, from the nodes downstream."""
        a = self.output
        self.delta = a * (1.0 - a) * sum(c.weight * c.target.delta for c in self.downstream)

    def __repr__(self) -> str:
        return f"Node({self.number}, output={self.output!r}, delta={self.delta!r})"


class ConstNode(Node):
    """A node whose output is always 1, so that a bias is a weight like any other."""

    def __init__(self) -> None:
        super().__init__(None)
        self.output = 1.0

    def __repr__(self) -> str:
        return "ConstNode()"


class Connection:
    """A weight from one node to another."""

    def __init__(self, source: Node, target: Node, weight: float) -> None:
        self.source, self.target = source, target
        self.weight: Any = weight
        source.downstream.append(self)
        target.upstream.append(self)

    @property
    def gradient(self) -> float:
        """∂E/∂wⱼᵢ = -δⱼ xⱼᵢ, as of the latest sample that had targets."""
        slope: float = -self.target.delta * self.source.output
        return slope

    def update(self, rate: float) -> None:
        """One step downhill, wⱼᵢ ← wⱼᵢ + η δⱼ xⱼᵢ."""
        self.weight += rate * self.target.delta * self.source.output

    @property
    def name(self) -> str:
        """As in the formulas: ``w41``, ``w4b``; with a comma where a number has two digits."""
        ends = [str(self.target.number), str(self.source.number or "b")]
        return "w" + ("" if max(map(len, ends)) == 1 else ",").join(ends)

    def __repr__(self) -> str:
        return f"Connection({self.name} = {self.weight!r})"


class Connections:
    """All connections of a network in order, found by the numbers of their ends: to, from (``"b"`` for the bias)."""

    def __init__(self) -> None:
        self._by_ends: dict[tuple[int, int | str], Connection] = {}

    def add(self, connection: Connection) -> None:
        """Take one more."""
        assert connection.target.number is not None
        self._by_ends[connection.target.number, connection.source.number or "b"] = connection

    def __getitem__(self, ends: tuple[int, int | str]) -> Connection:
        try:
            return self._by_ends[ends]
        except (KeyError, TypeError):
            raise KeyError(f"there is no connection {ends!r}; they are found as (to, from), such as (8, 4)") from None

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._by_ends.values())

    def __len__(self) -> int:
        return len(self._by_ends)

    def __repr__(self) -> str:
        return f"Connections({', '.join(f'{c.name} = {c.weight:.4g}' for c in self)})"


class Layer:
    """Nodes side by side."""

    def __init__(self, first: int, size: int) -> None:
        self.nodes = [Node(number) for number in range(first, first + size)]

    @property
    def outputs(self) -> list[Any]:
        """What its nodes send downstream."""
        return [node.output for node in self.nodes]

    def __repr__(self) -> str:
        return f"Layer(nodes {self.nodes[0].number} to {self.nodes[-1].number})"


class Check(NamedTuple):
    """The slope ∂E/∂w of one connection, three times: by error terms, by the engine, and as a difference quotient."""

    name: str
    by_hand: float
    by_engine: float
    by_difference: float


class Network:
    """Layers of sigmoid nodes, each connected with all of the next layer.

    Parameters
    ----------
    sizes : how many nodes in each layer, inputs first.
    rng : where the initial weights come from (Xavier, uniform; biases 0); a fresh Generator by default.

    Attributes
    ----------
    layers, connections : the parts; ``connections[8, 4]`` leads to node 8 from node 4.

    Raises
    ------
    ShapeError : if there are fewer than two layers, or a sample has another length than its layer.

    Examples
    --------
    >>> network = Network([3, 4, 2], rng=np.random.default_rng(0))
    >>> network.connections[8, 4].weight = 0.5
    >>> network
    Network([3, 4, 2])  # 26 connections, nodes 1 to 9
    >>> before = network.error([0.2, 0.9, 0.4], [1.0, 0.0])
    >>> for _ in range(100):
    ...     network.learn([0.2, 0.9, 0.4], [1.0, 0.0], rate=0.5)
    >>> network.error([0.2, 0.9, 0.4], [1.0, 0.0]) < 0.2 * before
    True
    """

    def __init__(self, sizes: Sequence[int], rng: np.random.Generator | None = None) -> None:
        if not isinstance(sizes, list | tuple) or len(sizes) < 2:
            raise ShapeError(f"a Network takes the sizes of two or more layers, such as [3, 4, 2], but got {sizes!r}")
        check_sizes("Network", *sizes)
        rng = generator(rng)
        firsts = np.cumsum([1, *sizes[:-1]]).tolist()
        self.layers = [Layer(first, size) for first, size in zip(firsts, sizes, strict=True)]
        self.connections = Connections()
        one = ConstNode()
        for before, layer in zip(self.layers, self.layers[1:], strict=False):
            bound = xavier_bound(len(before.nodes), len(layer.nodes))
            for target in layer.nodes:
                for source in before.nodes:
                    self.connections.add(Connection(source, target, float(rng.uniform(-bound, bound))))
                self.connections.add(Connection(one, target, 0.0))

    def node(self, number: int) -> Node:
        """The node with a number.

        >>> Network([3, 4, 2], rng=np.random.default_rng(0)).node(4).upstream[0].name
        'w41'
        """
        nodes = [node for layer in self.layers for node in layer.nodes]
        if not is_whole(number) or number > len(nodes):
            raise IndexError(f"the nodes have the numbers 1 to {len(nodes)}, but got {number!r}")
        return nodes[number - 1]

    def predict(self, x: Sequence[float]) -> list[Any]:
        """The outputs for one sample."""
        inputs, *others = self.layers
        for node, number in zip(inputs.nodes, _sample(x, inputs, "inputs"), strict=True):
            node.output = number
        for layer in others:
            for node in layer.nodes:
                node.calc_output()
        return self.layers[-1].outputs

    def error(self, x: Sequence[float], t: Sequence[float]) -> Any:
        """E = ½ Σ (tᵢ - yᵢ)² for one sample with its targets."""
        targets = _sample(t, self.layers[-1], "targets")
        return 0.5 * sum((target - y) * (target - y) for target, y in zip(targets, self.predict(x), strict=True))

    def calc_deltas(self, x: Sequence[float], t: Sequence[float]) -> None:
        """Error terms of all nodes for one sample with its targets, from the last layer back."""
        targets = _sample(t, self.layers[-1], "targets")
        self.predict(x)
        for node, target in zip(self.layers[-1].nodes, targets, strict=True):
            node.calc_output_delta(target)
        for layer in self.layers[-2:0:-1]:
            for node in layer.nodes:
                node.calc_hidden_delta()

    def learn(self, x: Sequence[float], t: Sequence[float], rate: float) -> None:
        """One step downhill for one sample with its targets.

        Raises
        ------
        ValueError : if `rate` is negative or not finite, or a number of the sample is not finite.
        """
        if not (isinstance(rate, Real) and 0.0 <= rate < math.inf):
            raise ValueError(f"learn takes a finite rate that is not negative, but got {rate!r}")
        self.calc_deltas(x, t)
        for connection in self.connections:
            connection.update(rate)

    def train(
        self,
        inputs: Sequence[Sequence[float]],
        targets: Sequence[Sequence[float]],
        rate: float,
        epochs: int,
        rng: np.random.Generator | None = None,
    ) -> list[float]:
        """Stochastic gradient descent: `learn` every sample in turn, again and again.

        Parameters
        ----------
        inputs, targets : one row per sample; targets between 0 and 1, for classes one-hot.
        rate : the learning rate η.
        epochs : how often to go through the samples.
        rng : shuffles them in every epoch; without it they keep their order.

        Returns
        -------
        The mean error E over the samples, after each epoch.
        """
        if not is_whole(epochs, least=0):
            raise ValueError(f"train takes a whole number of epochs, but got {epochs=}")
        rows, goals = (part.tolist() for part in pair((inputs, targets)))
        errors = []
        for _ in range(epochs):
            for i in range(len(rows)) if rng is None else generator(rng).permutation(len(rows)):
                self.learn(rows[i], goals[i], rate)
            errors.append(sum(map(self.error, rows, goals)) / len(rows))
        return errors

    def check(self, x: Sequence[float], t: Sequence[float], step: float = 1e-4) -> list[Check]:
        """The gradient check: the slope of every connection by error terms, by the engine, and as a difference.

        Parameters
        ----------
        x, t : a sample with its targets.
        step : h of the difference quotient (E(w + h) - E(w - h)) / 2h.

        >>> network = Network([3, 4, 2], rng=np.random.default_rng(0))
        >>> checks = network.check([0.2, 0.9, 0.4], [1.0, 0.0])
        >>> all(abs(c.by_hand - c.by_engine) < 1e-15 for c in checks)
        True
        >>> all(abs(c.by_hand - c.by_difference) < 1e-8 for c in checks)
        True
        """
        weights = [connection.weight for connection in self.connections]

        def error(weights: Sequence[Any]) -> Any:
            for connection, weight in zip(self.connections, weights, strict=True):
                connection.weight = weight
            return self.error(x, t)

        def difference(i: int) -> float:
            ends = [error([*weights[:i], weights[i] + h, *weights[i + 1 :]]) for h in (step, -step)]
            return float(ends[0] - ends[1]) / (2.0 * step)

        try:
            by_engine = autograd.grad(error)(weights)
            by_difference = [difference(i) for i in range(len(weights))]
        finally:
            error(weights)
        self.calc_deltas(x, t)
        by_hand = [connection.gradient for connection in self.connections]
        names = [connection.name for connection in self.connections]
        return list(map(Check, names, by_hand, by_engine, by_difference))

    def __repr__(self) -> str:
        sizes = [len(layer.nodes) for layer in self.layers]
        return f"Network({sizes})  # {len(self.connections)} connections, nodes 1 to {sum(sizes)}"


def _sample(numbers: Sequence[float], layer: Layer, what: str) -> list[float]:
    """One number per node of a layer."""
    if np.shape(numbers) != (len(layer.nodes),):
        raise ShapeError(f"a sample has {len(layer.nodes)} {what} as a list, but got shape {np.shape(numbers)}")
    sample = [float(number) for number in numbers]
    if not all(map(math.isfinite, sample)):
        raise ValueError(f"a sample has finite {what}, but got {sample}")
    return sample
