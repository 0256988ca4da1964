"""`Trial`: one network that learns one data set, from its start on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd
from autograd import ShapeError
from nn.data import DataLoader, Dataset, pair
from nn.evaluate import evaluate, in_mode, raw_outputs, score
from nn.explorer.columns import columns
from nn.explorer.contour import boundary
from nn.explorer.settings import Settings
from nn.losses import binary_cross_entropy_with_logits, cross_entropy
from nn.module import Module
from nn.optim import Optimizer
from nn.train import History, Training

__all__ = ["SIZE", "Trial", "points_of"]

Array = NDArray[Any]

SIZE = 64
"""Points along a side of the plane at which the network is asked."""


class Trial:
    """A network, its data and its optimizer.

    Parameters
    ----------
    settings : what is chosen.
    data : one's own, of `points_of`; None for toy data.
    model : one's own; None for one that is built.
    share : of the data, to test with.

    Attributes
    ----------
    data, train, test : all, and its parts as the loss takes them; `test` may be None.
    low, high : the corners of the plane that is looked at.
    model, optimizer, history, loss : as in `nn.fit`.
    steps : how many were made.
    trouble : what kept the last step from being made, if something did.
    """

    def __init__(self, settings: Settings, data: Dataset | None, model: Module | None, share: float) -> None:
        data_rng, init_rng, order_rng = np.random.default_rng(settings.seed).spawn(3)
        self.data = data or settings.points(data_rng)
        count = int(self.data.targets.max()) + 1
        self.model = model or settings.model(1 if count == 2 else count, init_rng)
        shape = raw_outputs(self.model, self.data.inputs[:2]).shape[1:]
        outputs = math.prod(shape)
        if outputs < count and not (outputs == 1 and count == 2):
            raise ShapeError(
                f"data of {count} classes need a model of {count} outputs{' or one' * (count == 2)}, "
                f"but this one gives {outputs}"
            )
        train, test = self.data.split(share, data_rng) if share and len(self.data) >= 10 else (self.data, None)
        self.train, self.test = _taught(train, shape), None if test is None else _taught(test, shape)
        self.loss = binary_cross_entropy_with_logits if outputs == 1 else cross_entropy
        self._loader = DataLoader(self.train, settings.batch_size, shuffle=True, rng=order_rng)
        self._training = Training(self.model, self._loader, self.loss, settings.optimizer_of(self.model))
        self._learning = self._learn()
        self.steps, self.trouble = 0, ""
        low, high = self.data.inputs.min(axis=0), self.data.inputs.max(axis=0)
        margin = 0.12 * np.maximum(high - low, 1e-9)
        self.low, self.high = low - margin, high + margin

    @property
    def optimizer(self) -> Optimizer:
        """What changes the parameters."""
        return self._training.optimizer

    @property
    def history(self) -> History:
        """Loss and accuracy of each epoch."""
        return self._training.history

    def adapt(self, before: Settings, now: Settings) -> None:
        """Go on with other settings of learning."""
        if now.optimizer != before.optimizer:
            self._training.optimizer = now.optimizer_of(self.model)
        self.optimizer.lr = now.lr
        self.optimizer.param_groups[0]["weight_decay"] = now.weight_decay
        if now.batch_size != before.batch_size:
            self._loader.batch_size = now.batch_size
            self._learning = self._learn()

    def step(self) -> None:
        """Learn from one batch.

        Raises
        ------
        FloatingPointError : if the loss becomes nan or infinite; before the parameters do.
        """
        try:
            next(self._learning)
        except FloatingPointError as error:
            self.trouble, self._learning = str(error), self._learn()
            raise
        self.steps, self.trouble = self.steps + 1, ""

    def _learn(self) -> Iterator[None]:
        """Train for ever: a step for each item. An epoch has its row in the history after its last step."""
        while True:
            total, targets, outputs = 0.0, [], []
            for x, y in self._loader:
                with in_mode(self.model, training=True):
                    cost, out = self._training.batch(x, y)
                total += cost * len(y)
                targets.append(y)
                outputs.append(out)
                if len(targets) == len(self._loader):
                    seen = np.concatenate(targets)
                    row = {"loss": total / len(seen)}
                    row |= score(["accuracy"], seen, np.concatenate(outputs), self.loss)
                    if self.test is not None:
                        found = evaluate(self.model, self.test, self.loss, ["accuracy"])
                        row |= {f"val_{name}": number for name, number in found.items()}
                    self.history.add(row)
                yield

    def snapshot(self) -> dict[str, Any]:
        """How things stand, in numbers.

        Keys
        ----
        epoch, step : how many were finished.
        train, test : loss and accuracy as they are now; None for a test part that is not there.
        plane : what the model says on a grid of the plane, shape ``(64, 64, outputs)``, the first row on top: the
            probability of class 1, or of each class.
        boundary : the lines between classes, shape ``(lines, 2, 2)``: ends (across, down) from 0 to 1.
        units : what each unit says, for inputs, hidden layers and outputs an array ``(units, 32, 32)``.
        weights, biases : from each of these columns to the next; empty for a model that is no `MLP` and no `Sequential`
            of `Linear` and activations.
        """
        across, down = (np.linspace(self.low[k], self.high[k], SIZE) for k in (0, 1))
        grid = np.stack(np.meshgrid(across, down[::-1]), axis=-1).reshape(-1, 2)
        found = columns(self.model, grid)
        scores = found.outputs[-1]
        chances = autograd.sigmoid(scores) if scores.shape[1] == 1 else autograd.softmax(scores, axis=1)
        plane = np.asarray(chances).reshape(SIZE, SIZE, -1)
        measured = {
            name: None if part is None else evaluate(self.model, part, self.loss, ["accuracy"])
            for name, part in (("train", self.train), ("test", self.test))
        }
        return {
            "epoch": self.history.epochs,
            "step": self.steps,
            **measured,
            "plane": plane,
            "boundary": boundary(plane),
            "units": [np.moveaxis(one.reshape(SIZE, SIZE, -1)[::2, ::2], -1, 0) for one in found.outputs],
            "weights": found.weights,
            "biases": found.biases,
        }


def points_of(data: Any) -> Dataset:
    """Data of one's own, as classes in the plane."""
    inputs, targets = pair(data)
    if inputs.ndim != 2 or inputs.shape[1] != 2:
        raise ShapeError(
            f"an Explorer shows the plane, so a sample has two inputs, shape (n, 2), but got {inputs.shape}; "
            "choose two columns, such as inputs[:, [0, 1]]"
        )
    classes = np.round(targets).astype(np.int64)
    if targets.ndim != 1 or (classes != targets).any() or classes.min() < 0 or classes.max() < 1:
        raise ValueError("an Explorer tells classes apart, so targets are class numbers 0, 1, ... of shape (n,)")
    named = isinstance(data, Dataset) and len(data.classes) > classes.max()
    names = data.classes if named else [str(k) for k in range(classes.max() + 1)]
    features = data.features if isinstance(data, Dataset) else ["x1", "x2"]
    return Dataset(inputs.astype(np.float64), classes, features, names)


def _taught(part: Dataset, shape: tuple[int, ...]) -> tuple[Array, Array]:
    """Inputs, and targets as the loss takes them: class numbers, or 0.0 and 1.0 in the shape of one output."""
    one = math.prod(shape) == 1
    return part.inputs, part.targets.astype(np.float64).reshape(-1, *shape) if one else part.targets
