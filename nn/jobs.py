"""The two networks that `python -m nn` trains: iris with a network of Values, digits with one of Tensors.

How long and how fast to learn was chosen inside the training part, never by the test part: for iris by five-fold
cross-validation, for digits on a quarter held out, each over the splits of seeds 0, 1 and 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, Value
from nn.augment import shift
from nn.data import Augment, Dataset, load_dataset, standardize, stratified_split
from nn.extras import extra
from nn.layers import Linear, ReLU
from nn.losses import cross_entropy
from nn.module import Module, Sequential
from nn.neuron import MLP
from nn.optim import SGD
from nn.train import History, fit

__all__ = ["Job", "digits", "iris", "jobs"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]


@dataclass
class Job:
    """A network, the data that it learns, and how.

    Attributes
    ----------
    data : the whole data set, for the names in it.
    train, test : inputs as the network takes them, and labels.
    network : what has the parameters.
    optimizer, epochs, batch_size, augment : how it learns; the learning rate of the optimizer falls to 0 along half a
        cosine.
    example : a loss to draw the graph of.
    depth : how deep that figure goes into the network: down to the neurons, or down to the layers.
    rng : shuffles.
    """

    data: Dataset
    train: tuple[Array, Labels]
    test: tuple[Array, Labels]
    network: Module
    optimizer: SGD
    epochs: int
    batch_size: int
    example: Callable[[], Value | Tensor]
    depth: int
    rng: np.random.Generator
    augment: Augment | None = None

    def run(self, epochs: int | None = None, progress: bool = False) -> History:
        """Train; see `nn.train.fit`. The linear algebra runs on one core.

        These matrices are too small to share: digits take 3 s on one core, and minutes on two that other work keeps
        busy, since the threads wait for each other.
        """
        top, epochs = self.optimizer.lr, self.epochs if epochs is None else epochs
        steps = epochs * -(-len(self.train[1]) // self.batch_size)
        with extra("threadpoolctl").threadpool_limits(1, "blas"):
            return fit(
                self.network, self.train, cross_entropy, self.optimizer, epochs, self.batch_size, self.test,
                ["accuracy"], rng=self.rng, augment=self.augment, progress=progress,
                schedule=lambda step: top * 0.5 * (1.0 + math.cos(math.pi * step / steps)),
            )  # fmt: skip


def iris(seed: int) -> Job:
    """Iris flowers (150 samples, 4 measures, 3 species) with a 4-8-3 network of Values.

    >>> iris(0).network
    MLP(  # 67 parameters
      (layers.0): Layer(4, 8, tanh)  # 40 parameters
      (layers.1): Layer(8, 3, linear)  # 27 parameters
    )
    """
    split, init, rng = np.random.default_rng(seed).spawn(3)
    data = load_dataset("iris")
    train, test = stratified_split(data.targets, 0.2, split)
    inputs, test_inputs = standardize(data.inputs[train], data.inputs[test])
    network = MLP(4, [8, 3], rng=init)

    def example() -> Value:
        row = [Value(x, name=f"x{i}", requires_grad=False) for i, x in enumerate(test_inputs[0].tolist(), 1)]
        loss: Value = cross_entropy(network(row), int(data.targets[test[0]]))
        return loss

    return Job(
        data, (inputs, data.targets[train]), (test_inputs, data.targets[test]),
        network, SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=3e-3), epochs=50, batch_size=16,
        example=example, depth=2, rng=rng,
    )  # fmt: skip


def digits(seed: int) -> Job:
    """Handwritten digits (1797 samples of 8 by 8 pixels, 10 classes) with a network of Tensors.

    >>> digits(0).network
    Sequential(  # 50,826 parameters
      (layers.0): Linear(64, 256)  # 16,640 parameters
      (layers.1): ReLU()
      (layers.2): Linear(256, 128)  # 32,896 parameters
      (layers.3): ReLU()
      (layers.4): Linear(128, 10)  # 1,290 parameters
    )
    """
    split, init, rng = np.random.default_rng(seed).spawn(3)
    data = load_dataset("digits")
    train, test = stratified_split(data.targets, 0.2, split)
    inputs = data.inputs / 16.0  # pixels are 0..16
    network = Sequential(
        Linear(64, 256, rng=init), ReLU(), Linear(256, 128, rng=init), ReLU(), Linear(128, 10, rng=init)
    )

    def example() -> Tensor:
        batch = Tensor(inputs[test[:64]], name="x", requires_grad=False)
        loss: Tensor = cross_entropy(network(batch), data.targets[test[:64]])
        return loss

    return Job(
        data, (inputs[train], data.targets[train]), (inputs[test], data.targets[test]), network,
        SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4, nesterov=True), epochs=80, batch_size=64,
        example=example, depth=1, rng=rng, augment=_shifted,
    )  # fmt: skip


def _shifted(rows: Array, rng: np.random.Generator) -> Array:
    images: Array = shift(rows.reshape(-1, 8, 8), rng, most=0.75)
    return images.reshape(rows.shape)


jobs: dict[str, Callable[[int], Job]] = {"iris": iris, "digits": digits}
"""What `python -m nn` knows, by name."""
