"""What can be chosen in an `nn.Explorer`, and from what."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from nn import toys
from nn.arguments import check_sizes, is_whole
from nn.data import Dataset
from nn.layers import ELU, GELU, Identity, LeakyReLU, Linear, ReLU, Sigmoid, SiLU, Tanh
from nn.module import Module, Sequential
from nn.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop

__all__ = ["MENUS", "Settings"]

_POINTS = 300
_toys: dict[str, Callable[[int, float, np.random.Generator], Dataset]] = {
    "circles": toys.circles,
    "moons": toys.moons,
    "linear": toys.linear,
    "petals": toys.petals,
    "spiral": toys.spiral,
}
_activations: dict[str, Callable[[], Module]] = {
    "tanh": Tanh,
    "relu": ReLU,
    "sigmoid": Sigmoid,
    "leaky_relu": LeakyReLU,
    "elu": ELU,
    "gelu": GELU,
    "silu": SiLU,
    "linear": Identity,
}
_optimizers: dict[str, tuple[Callable[..., Optimizer], float]] = {
    "sgd": (SGD, 0.3),
    "momentum": (partial(SGD, momentum=0.9), 0.1),
    "nesterov": (partial(SGD, momentum=0.9, nesterov=True), 0.1),
    "adagrad": (Adagrad, 0.1),
    "rmsprop": (RMSprop, 0.01),
    "adam": (Adam, 0.03),
    "adamw": (AdamW, 0.03),
}
"""By name, with the learning rate to start from in a network this small."""

MENUS: dict[str, list[Any]] = {
    "data": list(_toys),
    "noise": [0.0, 0.02, 0.05, 0.1, 0.2, 0.3],
    "activation": list(_activations),
    "optimizer": list(_optimizers),
    "lr": [0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0],
    "batch_size": [1, 4, 16, 32, 64, 300],
    "weight_decay": [0.0, 0.0001, 0.001, 0.01, 0.1],
    "speed": [1, 5, 20, 100],
}
"""What the menus of the widget offer; from Python any number may be chosen."""


@dataclass(frozen=True)
class Settings:
    """What is chosen.

    Attributes
    ----------
    data, noise : the toy data, of `nn.toys`, and the standard deviation of its noise; ``data`` is empty for your own.
    hidden, activation : the hidden layers, by their units.
    optimizer, lr, batch_size, weight_decay : how it learns.
    speed : how many steps are made from one picture to the next.
    seed : of the points, the initial weights, and the order of the samples.

    Raises
    ------
    ValueError : if a setting is not one that can be.
    """

    data: str = "circles"
    noise: float = 0.05
    hidden: tuple[int, ...] = (4, 3)
    activation: str = "tanh"
    optimizer: str = "adam"
    lr: float = 0.03
    batch_size: int = 16
    weight_decay: float = 0.0
    speed: int = 5
    seed: int = 0

    def __post_init__(self) -> None:
        for name, table in (("data", {**_toys, "": None}), ("activation", _activations), ("optimizer", _optimizers)):
            if getattr(self, name) not in table:
                raise ValueError(
                    f"{name}= takes {', '.join(repr(key) for key in table if key)}, but got {getattr(self, name)!r}"
                )
        for name, least in (("batch_size", 1), ("speed", 1), ("seed", 0)):
            if not is_whole(getattr(self, name), least):
                raise ValueError(f"{name}= takes a whole number from {least}, but got {getattr(self, name)!r}")
        for name in ("noise", "lr", "weight_decay"):
            if not (isinstance(getattr(self, name), Real) and 0.0 <= getattr(self, name) < math.inf):
                raise ValueError(f"{name}= takes a number that is not negative, but got {getattr(self, name)!r}")
        object.__setattr__(self, "hidden", tuple(self.hidden))
        check_sizes("hidden=", *self.hidden)

    def changed(self, **changes: Any) -> Settings:
        """The settings with some others; an optimizer comes with its own learning rate."""
        unknown = changes.keys() - vars(self).keys()
        if unknown:
            raise TypeError(f"there is no setting {', '.join(sorted(unknown))}; there are {', '.join(vars(self))}")
        if changes.get("optimizer", self.optimizer) != self.optimizer and changes["optimizer"] in _optimizers:
            changes = {"lr": _optimizers[changes["optimizer"]][1], **changes}
        return replace(self, **changes)

    def points(self, rng: np.random.Generator) -> Dataset:
        """The toy data."""
        return _toys[self.data](_POINTS, self.noise, rng)

    def model(self, outputs: int, rng: np.random.Generator) -> Sequential:
        """A network of two inputs."""
        sizes = [2, *self.hidden]
        layers: list[Module] = []
        for before, size in zip(sizes, self.hidden, strict=False):
            layers += [Linear(before, size, rng=rng), _activations[self.activation]()]
        return Sequential(*layers, Linear(sizes[-1], outputs, rng=rng))

    def optimizer_of(self, model: Module) -> Optimizer:
        """The optimizer of its parameters."""
        make = _optimizers[self.optimizer][0]
        return make(model.parameters(), lr=self.lr, weight_decay=self.weight_decay)
