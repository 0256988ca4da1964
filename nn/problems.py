"""The problems that ``python -m nn`` trains on, and how: a table of them, one of models, and one of optimizers.

Settings are first guesses that did; the weight decay of breast_cancer was chosen by cross-validation inside the
training parts of the splits of seeds 0, 1 and 2. None was tuned to the test part of real data.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, Value
from nn import toys
from nn.augment import shift
from nn.callbacks import Callback, Checkpoint
from nn.data import Augment, Dataset, load_dataset, standardize
from nn.evaluate import Loss
from nn.extras import extra
from nn.layers import Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Tanh
from nn.losses import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from nn.module import Module, Sequential
from nn.neuron import MLP
from nn.optim import SGD, Adagrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSprop
from nn.schedules import CosineAnnealingLR
from nn.train import History, fit

__all__ = ["Job", "Problem", "job", "models", "optimizers", "problems"]

Array = NDArray[Any]
Rng = np.random.Generator


# --- models: from the shape of a sample, the number of outputs and the widths of hidden layers ---


def _linear(shape: tuple[int, ...], outputs: int, hidden: tuple[int, ...], rng: Rng) -> Module:
    return _mlp(shape, outputs, (), rng)


def _mlp(shape: tuple[int, ...], outputs: int, hidden: tuple[int, ...], rng: Rng) -> Module:
    sizes = [math.prod(shape), *hidden]
    layers: list[Module] = [Flatten()] if len(shape) > 1 else []
    for before, size in zip(sizes, hidden, strict=False):
        layers += [Linear(before, size, rng=rng), Tanh()]
    return Sequential(*layers, Linear(sizes[-1], outputs, rng=rng))


def _values(shape: tuple[int, ...], outputs: int, hidden: tuple[int, ...], rng: Rng) -> Module:
    return MLP(math.prod(shape), [*hidden, outputs], rng=rng)


def _cnn(shape: tuple[int, ...], outputs: int, hidden: tuple[int, ...], rng: Rng) -> Module:
    channels, height, width = shape
    return Sequential(
        Conv2d(channels, 16, 3, padding=1, rng=rng), ReLU(),
        Conv2d(16, 32, 3, padding=1, rng=rng), ReLU(), MaxPool2d(2),
        Flatten(), Dropout(0.3, rng=rng), Linear(32 * (height // 2) * (width // 2), outputs, rng=rng),
    )  # fmt: skip


models: dict[str, Callable[[tuple[int, ...], int, tuple[int, ...], Rng], Module]] = {
    "linear": _linear,
    "mlp": _mlp,
    "values": _values,
    "cnn": _cnn,
}
"""Of no hidden layer; of Tensors; of Values, small enough to look at every number; of filters, for images."""

optimizers: dict[str, tuple[Callable[..., Optimizer], float]] = {
    "sgd": (SGD, 0.1),
    "momentum": (partial(Momentum, beta=0.9), 0.3),
    "nesterov": (partial(Nesterov, beta=0.9), 0.03),
    "adagrad": (Adagrad, 0.05),
    "rmsprop": (RMSprop, 0.005),
    "adam": (Adam, 0.01),
    "adamw": (AdamW, 0.01),
}
"""By name, with the learning rate to start from."""


# --- problems ---


@dataclass(frozen=True)
class Problem:
    """Data, and how they are learnt unless something else is asked for.

    Attributes
    ----------
    data : from a Generator to a data set.
    epochs, batch_size, model, optimizer, lr, hidden, weight_decay : how it is learnt; names are those of `models` and
        `optimizers`, which have learning rates of their own.
    scaled : whether columns are shifted and scaled to mean 0 and variance 1 in the training part.
    image : the shape of a sample, if it is an image.
    augment : what is done to training batches.
    """

    data: Callable[[Rng], Dataset]
    epochs: int
    batch_size: int = 32
    model: str = "mlp"
    optimizer: str = "adamw"
    lr: float | None = None
    hidden: tuple[int, ...] = (32, 32)
    weight_decay: float = 0.01
    scaled: bool = False
    image: tuple[int, ...] = ()
    augment: Augment | None = None


def _gate(name: str, hidden: tuple[int, ...] = ()) -> Problem:
    return Problem(lambda rng: toys.gate(name), 300, 4, "values", lr=0.05, hidden=hidden)


def _real(name: str, epochs: int, **settings: Any) -> Problem:
    return Problem(lambda rng: load_dataset(name), epochs, scaled="image" not in settings, **settings)


problems: dict[str, Problem] = {
    "and": _gate("and"),
    "or": _gate("or"),
    "nand": _gate("nand"),
    "xor": _gate("xor", (8,)),  # which one neuron cannot learn
    "linear": Problem(lambda rng: toys.linear(300, rng=rng), 60, model="linear", lr=0.1),
    "circles": Problem(lambda rng: toys.circles(400, rng=rng), 100),
    "petals": Problem(lambda rng: toys.petals(800, rng=rng), 100),
    "spiral": Problem(lambda rng: toys.spiral(600, rng=rng), 150),
    "moons": Problem(lambda rng: toys.moons(400, rng=rng), 100),
    "iris": _real("iris", 60, batch_size=16, model="values", hidden=(8,)),
    "wine": _real("wine", 60, batch_size=16),
    "breast_cancer": _real("breast_cancer", 60, model="linear", weight_decay=0.3),
    "digits": _real("digits", 40, batch_size=64, model="cnn", image=(1, 8, 8), augment=partial(shift, most=0.75)),
    "diabetes": _real("diabetes", 60, model="linear"),
}
"""What ``python -m nn`` knows, by name."""


class Origin(Callback):
    """Says in each checkpoint what the training is of, so that none goes on with other data, or another test part."""

    def __init__(self, problem: str, seed: int) -> None:
        self.facts = {"problem": problem, "seed": seed}

    def state_dict(self) -> dict[str, Any]:
        return self.facts

    def load_state_dict(self, state: dict[str, Any]) -> None:
        if state != self.facts:
            told = (f"{facts.get('problem')!r} with seed {facts.get('seed')}" for facts in (state, self.facts))
            raise ValueError("it is of {}, and this is {}".format(*told))


@dataclass
class Job:
    """A problem made ready to train.

    Attributes
    ----------
    name, data, seed : the problem, the whole data set, and what decides everything random.
    train, test : inputs as the network takes them, and targets as the loss does. A gate has no test part: it is learnt
        and measured on all of its table.
    network, optimizer, loss : what learns, and how.
    epochs, batch_size, augment, rng : see `nn.train.fit`. The learning rate falls to 0 along half a cosine.
    metric : what the result is measured by: accuracy, or R² of a regression.
    """

    name: str
    seed: int
    data: Dataset
    train: tuple[Array, Array]
    test: tuple[Array, Array]
    network: Module
    optimizer: Optimizer
    loss: Loss
    metric: str
    epochs: int
    batch_size: int
    augment: Augment | None
    rng: Rng = field(repr=False)

    @property
    def labels(self) -> Array:
        """The targets of the test part, one number each."""
        return self.test[1].reshape(len(self.test[1]))

    @property
    def threshold(self) -> float | None:
        """Where a logit makes class 1, if there is one logit per sample."""
        return 0.0 if self.loss is binary_cross_entropy_with_logits else None

    def run(self, checkpoint: Path | None = None, resume: Path | None = None, progress: bool = False) -> History:
        """Train; see `nn.train.fit`. The linear algebra runs on one core.

        These matrices are too small to share: digits take seconds on one core, and minutes on two that other work keeps
        busy, since the threads wait for each other.
        """
        callbacks = [Origin(self.name, self.seed), *([Checkpoint(checkpoint)] if checkpoint else [])]
        steps = self.epochs * -(-len(self.train[1]) // self.batch_size)
        with extra("threadpoolctl").threadpool_limits(1, "blas"):
            return fit(
                self.network, self.train, self.loss, self.optimizer, self.epochs, self.batch_size, self.test,
                [self.metric], callbacks, rng=self.rng, augment=self.augment,
                schedule=CosineAnnealingLR(self.optimizer.lr, T_max=steps), resume=resume, progress=progress,
            )  # fmt: skip

    def example(self) -> Value | Tensor:
        """A loss to draw the graph of: a sample through a network of Values, or a batch through one of Tensors."""
        inputs, targets = self.test[0][:64], self.test[1][:64]
        if isinstance(self.network, MLP):
            row = [Value(x, name=f"x{i}", requires_grad=False) for i, x in enumerate(inputs[0].tolist(), 1)]
            loss: Value | Tensor = self.loss(self.network(row), targets[0])
        else:
            loss = self.loss(self.network(Tensor(inputs, name="x", requires_grad=False)), targets)
        return loss


def job(
    name: str, seed: int = 0, model: str | None = None, optimizer: str | None = None, lr: float | None = None,
    epochs: int | None = None,
) -> Job:  # fmt: skip
    """A problem with its network, ready to train.

    Parameters
    ----------
    name : one of `problems`.
    seed : of the split, the initial weights, and the order of the samples.
    model, optimizer : of `models` and `optimizers`; those of the problem by default, like `epochs`.
    lr : the learning rate; that of the optimizer by default.

    Raises
    ------
    ValueError : if there is no such problem, model or optimizer, or the model is for images and the data are none.

    >>> job("iris").network
    MLP(  # 67 parameters
      (layers.0): Layer(4, 8, tanh)  # 40 parameters
      (layers.1): Layer(8, 3, linear)  # 27 parameters
    )
    """
    problem = _chosen("problem", name, problems)
    split, init, rng = np.random.default_rng(seed).spawn(3)
    data = problem.data(split)
    gate = len(data.targets) == 4
    train, test = (data, data) if gate else data.split(0.2, split)
    model = model or problem.model
    build = _chosen("model", model, models)
    if model == "cnn" and not problem.image:
        raise ValueError(f"the model cnn is for images, which {name} has not; the images are those of digits")
    kind, rate = _chosen("optimizer", optimizer or problem.optimizer, optimizers)
    lr = lr or (problem.lr if optimizer is None else None) or rate

    inputs: tuple[Array, ...] = (train.inputs, test.inputs)
    if problem.image:
        inputs = tuple((part / 16.0).reshape(len(part), *problem.image) for part in inputs)  # pixels are 0..16
        if model == "values":
            inputs = tuple(part.reshape(len(part), -1) for part in inputs)
    if problem.scaled:
        inputs = standardize(*inputs)
    targets: tuple[Array, ...] = (train.targets, test.targets)
    if not data.classes:
        targets = standardize(*targets)
    one = len(data.classes) <= 2
    if one:  # as a column, like the output of a layer; a network of Values has one Value
        shape = (-1,) if model == "values" else (-1, 1)
        targets = tuple(part.astype(np.float64).reshape(shape) for part in targets)

    network = build(inputs[0].shape[1:], 1 if one else len(data.classes), problem.hidden, init)
    settings = {"weight_decay": problem.weight_decay} if kind is AdamW else {}
    return Job(
        name, seed, data, (inputs[0], targets[0]), (inputs[1], targets[1]), network,
        kind(network.parameters(), lr=lr, **settings),
        mse_loss if not data.classes else binary_cross_entropy_with_logits if one else cross_entropy,
        "accuracy" if data.classes else "r2", problem.epochs if epochs is None else epochs, problem.batch_size,
        None if model == "values" else problem.augment, rng,
    )  # fmt: skip


def _chosen(what: str, name: str, table: dict[str, Any]) -> Any:
    if name not in table:
        raise ValueError(f"there is no {what} {name!r}; choose from {', '.join(table)}")
    return table[name]
