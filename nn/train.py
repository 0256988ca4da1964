"""The training loop: `fit`."""

from __future__ import annotations

import math
import signal
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np

from autograd import Tensor, Value
from nn.arguments import is_whole
from nn.callbacks import Callback, ProgressBar, as_callback
from nn.checkpoint import CheckpointError, load
from nn.data import Augment, DataLoader
from nn.evaluate import Loss, Metric, cost_of, in_mode, measured, model_on_batches, named, raw, score
from nn.lanes import Lanes
from nn.module import Module
from nn.neuron import MLP
from nn.optim import Optimizer

__all__ = ["History", "Training", "fit"]


class History(dict[str, list[float]]):
    """One number per epoch under each name: ``loss``, metrics, and ``val_loss`` and the like of validation data.

    Attributes
    ----------
    stopped : why training ended before its last epoch, if it did.

    >>> History(loss=[0.5, 0.25], accuracy=[0.5, 0.75])
    History of 2 epochs: loss 0.25, accuracy 0.75
    """

    stopped: str = ""

    @property
    def epochs(self) -> int:
        """How many epochs were finished."""
        return len(self.get("loss", []))

    def add(self, row: dict[str, float]) -> None:
        """Note an epoch; nan stands where a name was not measured."""
        done = self.epochs
        for name in {**self, **row}:
            self.setdefault(name, [math.nan] * done).append(row.get(name, math.nan))

    def __repr__(self) -> str:
        latest = ", ".join(f"{name} {numbers[-1]:.4g}" for name, numbers in self.items() if numbers)
        why = f"; {self.stopped}" if self.stopped else ""
        return f"History of {self.epochs} epoch{'s' * (self.epochs != 1)}{latest and ': '}{latest}{why}"


@dataclass
class Training:
    """A training under way: what callbacks are given.

    Attributes
    ----------
    model, loss, optimizer, metrics, callbacks, schedule : as given to `fit`.
    loader, validation : the data in batches; `validation` may be None.
    history : of the epochs that are done.
    epochs : how many of them there will be.
    stop : why to stop after this batch; empty to go on. A callback may assign it.
    """

    model: Callable[[Any], Any]
    loader: DataLoader
    loss: Loss
    optimizer: Optimizer
    validation: DataLoader | None = None
    metrics: Sequence[Metric] = ()
    callbacks: Sequence[Callback] = ()
    schedule: Any = None
    history: History = field(default_factory=History)
    epochs: int = 1
    stop: str = ""

    def __post_init__(self) -> None:
        named(self.metrics)  # says now what is wrong with them
        self._lanes = lanes = Lanes(cast(MLP, self.model)) if Lanes.fits(self.model) else None
        self._run = model_on_batches(self.model) if lanes is None else lambda rows: Tensor(lanes(rows))

    @property
    def module(self) -> Module:
        """The model, which must be a module."""
        if not isinstance(self.model, Module):
            raise TypeError(f"only a Module has a state that can be saved, but the model is {self.model!r}")
        return self.model

    def epoch(self) -> None:
        """Go through the data once, and note how that went; nothing is noted of an epoch that is broken off."""
        total, targets, outputs = 0.0, [], []
        with in_mode(self.model, training=True):
            for x, y in self.loader:
                if self.schedule is not None and not hasattr(self.schedule, "step"):
                    self.optimizer.lr = self.schedule(self.optimizer.steps)
                cost, out = self.batch(x, y)
                total += cost * len(y)
                targets.append(y)
                outputs.append(out)
                self.tell("on_batch_end")
                if self.stop:
                    return
        seen = np.concatenate(targets)
        row = {"loss": total / len(seen)} | score(self.metrics, seen, np.concatenate(outputs), self.loss)
        if self.validation is not None:
            found = measured(self.model, self._run, self.validation, self.loss, self.metrics)
            row |= {f"val_{name}": number for name, number in found.items()}
        if hasattr(self.schedule, "step"):
            self.optimizer.lr = self.schedule.step(row.get("val_loss", row["loss"]))
        self.history.add(row)
        self.tell("on_epoch_end")

    def batch(self, x: Any, y: Any) -> tuple[float, Any]:
        """One step; the loss and the outputs before it."""
        self.optimizer.zero_grad()
        with self.optimizer.look_ahead():
            out: Any = self._run(x)
            cost = cost_of(self.loss, out, y)
            if not isinstance(cost, Value | Tensor) or np.size(cost.data) != 1:
                raise TypeError(f"the loss is one number as a Value or Tensor, such as a mean, but it gave {cost!r}")
            if not math.isfinite(cost):
                raise FloatingPointError(
                    f"the loss became {float(cost)} in epoch {self.history.epochs + 1}, after {self.optimizer.steps} "
                    "steps; a lower learning rate or clipped gradients may help, and autograd.detect_anomaly() says "
                    "where it came from"
                )
            cost.backward()
            if self._lanes is not None and out.grad is not None:
                self._lanes.backward(x, out.grad)
        self.tell("on_backward_end")
        self.optimizer.step()
        return float(cost), raw(out)

    def tell(self, event: str) -> None:
        """Call a method of all callbacks."""
        for callback in self.callbacks:
            getattr(callback, event)(self)

    # --- state ---

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next epochs depend on, so that a training resumes as if it had not been interrupted."""
        parts = {name: owner.state_dict() for name, owner in self._owners().items()}
        parts["generators"] = {name: rng.bit_generator.state for name, rng in self._generators().items()}
        parts["history"] = dict(self.history)
        return {f"{part}/{name}": x for part, state in parts.items() for name, x in state.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave; if it does not fit, nothing is changed.

        Raises
        ------
        CheckpointError : if it is the state of something else; the message says what differs.
        """
        before = self.state_dict()
        try:
            self._load(state)
        except (ValueError, TypeError, KeyError) as error:
            self._load(before)
            raise CheckpointError(f"this is not the state of such a training: {error}") from error

    def _load(self, state: dict[str, Any]) -> None:
        parts: dict[str, dict[str, Any]] = defaultdict(dict)
        for key, x in state.items():
            part, _, name = key.partition("/")
            parts[part][name] = x
        generators = self._generators()
        if parts["generators"].keys() != generators.keys():
            found = ", ".join(parts["generators"]) or "none"
            raise ValueError(f"it has the generators {found}, but there are {', '.join(generators)}")
        for name, owner in self._owners().items():
            if owner.state_dict() and not parts[name]:
                raise ValueError(f"it has nothing of {name}")
            owner.load_state_dict(parts[name])
        for name, rng in generators.items():
            rng.bit_generator.state = parts["generators"][name]
        self.history.clear()
        self.history.update(parts["history"])

    def _owners(self) -> dict[str, Any]:
        """What has a state of its own, by name."""
        owners: dict[str, Any] = {"model": self.module, "optimizer": self.optimizer}
        if hasattr(self.schedule, "state_dict"):
            owners["schedule"] = self.schedule
        for callback in self.callbacks:
            kind = type(callback).__name__
            owners[f"{kind}.{sum(name.startswith(kind + '.') for name in owners)}"] = callback
        return owners

    def _generators(self) -> dict[str, np.random.Generator]:
        loaders = {"loader": self.loader, "validation": self.validation}
        used = {name: loader.rng for name, loader in loaders.items() if loader and (loader.shuffle or loader.augment)}
        return used | dict(self.module.named_generators())


def fit(
    model: Callable[[Any], Any],
    data: Any,
    loss: Loss,
    optimizer: Optimizer,
    epochs: int = 1,
    batch_size: int = 32,
    validation: Any = None,
    metrics: Sequence[Metric] = (),
    callbacks: Sequence[Callback | Callable[[Training], None]] = (),
    *,
    rng: np.random.Generator | None = None,
    augment: Augment | None = None,
    schedule: Any = None,
    history: History | None = None,
    resume: str | Path | None = None,
    progress: bool = False,
) -> History:
    """Train a model by mini-batches in random order.

    Ctrl-C ends training after the batch that is under way, and the history comes back as after any other end; a second
    one interrupts at once.

    Parameters
    ----------
    model : from a batch of inputs to outputs. A network of Values is called for each sample; an `MLP` runs much faster
        than that, by `Lanes`.
    data : the training part: a pair ``(inputs, targets)`` of arrays, a `Dataset`, or a `DataLoader`, which has its own
        batch size, Generator and augmentation.
    loss : of outputs and targets, a mean over the samples, such as `cross_entropy`; perhaps with an `l2_penalty`. Of a
        network of Values the outputs of all samples come as one Tensor.
    optimizer : holds the parameters; changes them after each batch. `Newton` and its like, which take the loss as a
        function, have no batches: call their ``step`` in a loop.
    epochs : how often to go through all samples.
    batch_size : samples per step.
    validation : data to measure after each epoch, in evaluation mode; nothing is learnt from them.
    metrics : what else to measure, see `evaluate`: ``["accuracy"]``.
    callbacks : what is to happen on the way, see `nn.callbacks`; a function is called after every epoch.
    rng : shuffles, and is passed to `augment`; a fresh Generator by default.
    augment : changes the inputs of each training batch, with the Generator; see `nn.augment`.
    schedule : the learning rate as a function of the steps that are done; or an object with a method ``step(loss)``
        that gives it after each epoch, by the validation loss where there is one, and perhaps ``lr`` to start with.
    history : an earlier history to go on with; what is in it stays whole whatever happens.
    resume : the file of a `Checkpoint` to go on from, up to `epochs` in all. With the same arguments the result is the
        same, bit for bit, as without the interruption.
    progress : show a bar (needs tqdm).

    Returns
    -------
    The history. Loss and metrics of training are those of the outputs before each step, over the epoch; those of
    validation are taken at its end.

    Raises
    ------
    FloatingPointError : if the loss becomes nan or infinite; before the parameters do.
    GraphError : if no parameter gets a gradient, since the loss does not depend on them.
    CheckpointError : if `resume` is the state of another training; then nothing is changed.

    Examples
    --------
    >>> from nn import MLP, SGD, mse_loss, toys
    >>> rng = np.random.default_rng(0)
    >>> network, moons = MLP(2, [8, 1], rng=rng), toys.moons(100, rng=rng)
    >>> optimizer = SGD(network.parameters(), lr=0.1, momentum=0.9)
    >>> history = fit(network, moons, mse_loss, optimizer, epochs=100, metrics=["accuracy"], rng=rng)
    >>> history.epochs, history["accuracy"][-1] > 0.95
    (100, True)

    With early stopping by a validation part, and a schedule, which counts steps, ``len(loader)`` of them in an epoch:

    >>> from nn import CosineAnnealingLR, DataLoader, EarlyStopping
    >>> train, validation = moons.split(0.2, rng)
    >>> loader = DataLoader(train, batch_size=16, shuffle=True, rng=rng)
    >>> schedule = CosineAnnealingLR(0.01, T_max=50 * len(loader))
    >>> history = fit(network, loader, mse_loss, optimizer, epochs=50, validation=validation, schedule=schedule,
    ...               callbacks=[EarlyStopping(patience=10)])
    >>> min(history["val_loss"]) < 0.1
    True
    """
    if history is not None and resume is not None:
        raise ValueError("a training goes on from its file or from a history; give resume= or history=")
    if isinstance(data, DataLoader):
        if rng is not None or augment is not None:
            raise ValueError("a DataLoader has its own rng= and augment=; give them to it")
    else:
        data = DataLoader(data, batch_size, shuffle=True, rng=rng, augment=augment)
    if not (validation is None or isinstance(validation, DataLoader)):
        validation = DataLoader(validation, batch_size=1000)
    if not callable(loss):
        raise TypeError(f"the loss is a function of outputs and targets, such as nn.mse_loss, but got {loss!r}")
    if not isinstance(optimizer, Optimizer):
        such = "an optimizer that goes by gradients, such as nn.SGD(model.parameters(), lr=0.1)"
        raise TypeError(f"fit takes {such}, but got {optimizer!r}")
    if not is_whole(epochs, least=0):
        raise ValueError(f"fit takes a whole number of epochs, but got {epochs=}")
    if isinstance(schedule, type) or not (schedule is None or callable(schedule) or hasattr(schedule, "step")):
        raise TypeError(f"schedule= takes a function of the step, such as nn.StepLR(0.1, 100), but got {schedule!r}")
    if isinstance(callbacks, Callback) or callable(callbacks):
        raise TypeError(f"callbacks are a list: write callbacks=[...] around the {type(callbacks).__name__}")
    called = [*map(as_callback, callbacks), *([ProgressBar()] if progress else [])]
    called.sort(key=lambda callback: callback.comes_last)
    training = Training(model, data, loss, optimizer, validation, metrics, called, schedule)
    if history is not None:
        training.history = history
    training.epochs = epochs + training.history.epochs
    if resume is not None:
        training.load_state_dict(load(resume))
        training.epochs = epochs
    if hasattr(schedule, "step") and hasattr(schedule, "lr"):
        optimizer.lr = schedule.lr
    training.history.stopped = ""
    with _interruptible(training):
        training.tell("on_train_begin")
        try:
            while training.history.epochs < training.epochs and not training.stop:
                training.epoch()
        finally:
            training.history.stopped = training.stop
            training.tell("on_train_end")
    return training.history


@contextmanager
def _interruptible(training: Training) -> Iterator[None]:
    """A context in which the first Ctrl-C asks the training to stop, and the next one interrupts."""

    def ask(signum: int, frame: Any) -> None:
        if training.stop == _INTERRUPTED:
            raise KeyboardInterrupt
        training.stop = _INTERRUPTED

    before = signal.getsignal(signal.SIGINT)
    handled = threading.current_thread() is threading.main_thread() and callable(before)  # and not ignored
    if handled:
        signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        if handled:
            signal.signal(signal.SIGINT, before)


_INTERRUPTED = "interrupted"
