"""What happens on the way of a training: stop early, save, clip, record, show a bar.

`fit` calls the methods of each callback with the `Training` under way, which it may look at and change: assigning
``training.stop`` ends it. A function does for a callback that only acts after each epoch::

    callbacks=[lambda training: print(training.history)]
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from nn.arguments import is_real, is_whole
from nn.checkpoint import save
from nn.diagnosis import layers_of, rms
from nn.extras import extra
from nn.optim import clip_grad_norm_, clip_grad_value_

if TYPE_CHECKING:
    from nn.train import Training

__all__ = ["Callback", "Checkpoint", "ClipGradients", "EarlyStopping", "GradientNorms", "ProgressBar", "as_callback"]


class Callback:
    """The base: a subclass defines what it needs of these methods.

    One that must remember something for a training to resume as if uninterrupted gives it in `state_dict`. One that is
    used again, for a training from its first epoch, begins anew.

    >>> class Tell(Callback):
    ...     def on_epoch_end(self, training):
    ...         print(f"epoch {training.history.epochs} of {training.epochs}")
    """

    comes_last = False
    """Whether it is called after the others, to see what they did."""

    def __init_subclass__(cls) -> None:
        events = [name for name in vars(Callback) if name.startswith("on_")]
        unknown = [name for name in vars(cls) if name.startswith("on_") and name not in events]
        if unknown:
            raise TypeError(f"{cls.__name__}.{unknown[0]} would never be called; there are {', '.join(events)}")

    def on_train_begin(self, training: Training) -> None:
        """Before the first batch."""

    def on_backward_end(self, training: Training) -> None:
        """In each step, when the gradients are there and the parameters not yet changed."""

    def on_batch_end(self, training: Training) -> None:
        """After each step."""

    def on_epoch_end(self, training: Training) -> None:
        """After each epoch that was finished, when it is in the history."""

    def on_train_end(self, training: Training) -> None:
        """After the last batch, also if training was stopped or broke off."""

    def state_dict(self) -> dict[str, Any]:
        """Arrays and numbers by name that the rest of the training depends on."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""

    def extra_repr(self) -> str:
        """What stands between the parentheses of the repr."""
        return ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"


class _EveryEpoch(Callback):
    """A function as a callback."""

    def __init__(self, function: Callable[[Training], Any]) -> None:
        self.function = function

    def on_epoch_end(self, training: Training) -> None:
        self.function(training)


def as_callback(callback: Callback | Callable[[Training], Any]) -> Callback:
    """A callback itself; a function is called after each epoch."""
    if isinstance(callback, type) or not (isinstance(callback, Callback) or callable(callback)):
        raise TypeError(f"callbacks are Callback objects or functions of a training, but got {callback!r}")
    return callback if isinstance(callback, Callback) else _EveryEpoch(callback)


class _Best:
    """The best number so far, and whether a new one is better."""

    def __init__(self, monitor: str, mode: str, min_delta: float = 0.0) -> None:
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode= takes 'min', 'max' or 'auto', but got {mode!r}")
        down = mode == "min" or (mode == "auto" and monitor.endswith("loss"))
        self.monitor, self.sign, self.min_delta = monitor, 1.0 if down else -1.0, min_delta
        self.cost = math.inf

    def begin(self, training: Training) -> None:
        """Forget what was best in another training."""
        if not training.history.epochs:
            self.cost = math.inf

    def improves(self, training: Training) -> bool:
        """Look at the latest number, and keep it if it is the best."""
        history = training.history
        if self.monitor not in history:
            raise ValueError(f"there is no {self.monitor!r} to monitor; the history has {', '.join(history)}")
        cost = self.sign * history[self.monitor][-1]
        if not cost < self.cost - self.min_delta:  # nor if it is nan
            return False
        self.cost = cost
        return True


class EarlyStopping(Callback):
    """Stop when a number of the history gets no better, and go back to the parameters of the best epoch.

    Parameters
    ----------
    monitor : the name in the history.
    patience : after how many epochs without improvement to stop.
    min_delta : what less than this is better is not better.
    mode : ``"min"``, ``"max"``, or ``"auto"``: a loss should fall, anything else rise.
    restore_best : whether the model is given the state back that it had after its best epoch.

    Attributes
    ----------
    best_epoch : which that was, from 1; 0 before the first.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        patience: int = 5,
        min_delta: float = 0.0,
        mode: str = "auto",
        restore_best: bool = True,
    ) -> None:
        if not (is_whole(patience) and is_real(min_delta) and min_delta >= 0.0):
            raise ValueError(
                f"patience is a whole number from 1 and min_delta not negative, but got {patience=} and {min_delta=}"
            )
        self._best = _Best(monitor, mode, min_delta)
        self.patience, self.restore_best = patience, restore_best
        self.best_epoch = 0
        self._state: dict[str, Any] = {}

    def on_train_begin(self, training: Training) -> None:  # noqa: D102  # see Callback
        self._best.begin(training)
        if not training.history.epochs:
            self.best_epoch, self._state = 0, {}
        self._stop_if_due(training)

    def on_epoch_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        if self._best.improves(training):
            self.best_epoch = training.history.epochs
            if self.restore_best:
                self._state = dict(training.module.state_dict())
        self._stop_if_due(training)

    def _stop_if_due(self, training: Training) -> None:
        if self.best_epoch and training.history.epochs - self.best_epoch >= self.patience:
            training.stop = f"no better {self._best.monitor} than in epoch {self.best_epoch}"

    def on_train_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        if self._state:
            training.module.load_state_dict(self._state)

    def extra_repr(self) -> str:  # noqa: D102  # see Callback
        best = f", best_epoch={self.best_epoch}" if self.best_epoch else ""
        return f"{self._best.monitor!r}, patience={self.patience}{best}"

    def state_dict(self) -> dict[str, Any]:  # noqa: D102  # see Callback
        own = {"best": self._best.cost, "best_epoch": self.best_epoch}
        return own | {f"model.{name}": array for name, array in self._state.items()}

    def load_state_dict(self, state: dict[str, Any]) -> None:  # noqa: D102  # see Callback
        self._best.cost, self.best_epoch = state["best"], state["best_epoch"]
        self._state = {name[6:]: x for name, x in state.items() if name.startswith("model.")}


class Checkpoint(Callback):
    """Save the state of the training after each epoch; ``fit(..., resume=path)`` goes on from it.

    Parameters
    ----------
    path : the file, usually ``*.safetensors``. It is always whole: a new one replaces it in one move.
    every : how many epochs lie between.
    monitor : save only after epochs in which this number of the history is the best so far.
    mode : as in `EarlyStopping`.

    ``model.load_state_dict(nn.load(path, "model"))`` takes what the model had learnt, and nothing else.
    """

    comes_last = True

    def __init__(self, path: str | Path, every: int = 1, monitor: str | None = None, mode: str = "auto") -> None:
        if not is_whole(every):
            raise ValueError(f"a checkpoint is saved every 1, 2, ... epochs, but got {every=}")
        self.path, self.every = Path(path), every
        self._best = None if monitor is None else _Best(monitor, mode)

    def on_train_begin(self, training: Training) -> None:
        """Fail now rather than after the first epoch."""
        extra("safetensors")
        training.state_dict()
        if not self.path.absolute().parent.is_dir() or self.path.is_dir():
            raise FileNotFoundError(f"{self.path} cannot be written: it is a folder, or the folder for it is missing")
        if self._best is not None:
            self._best.begin(training)

    def on_epoch_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        due = training.history.epochs % self.every == 0 or training.history.epochs == training.epochs
        if due if self._best is None else self._best.improves(training):
            save(training.state_dict(), self.path)

    def extra_repr(self) -> str:  # noqa: D102  # see Callback
        when = f"every={self.every}" if self._best is None else f"monitor={self._best.monitor!r}"
        return f"{str(self.path)!r}, {when}"

    def state_dict(self) -> dict[str, Any]:  # noqa: D102  # see Callback
        return {} if self._best is None else {"best": self._best.cost}

    def load_state_dict(self, state: dict[str, Any]) -> None:  # noqa: D102  # see Callback
        if self._best is not None:
            self._best.cost = state["best"]


class ClipGradients(Callback):
    """Keep gradients from exploding: shorten or cut them before each step.

    Parameters
    ----------
    norm : the largest length of the gradient of all parameters together, see `clip_grad_norm_`.
    value : the largest size of each of its elements, see `clip_grad_value_`.
    """

    def __init__(self, norm: float | None = None, value: float | None = None) -> None:
        if norm is None and value is None:
            raise ValueError("say what to clip: ClipGradients(norm=1.0), or value=")
        for name, most in (("norm", norm), ("value", value)):
            if not (most is None or (is_real(most) and most > 0.0)):
                raise ValueError(f"{name}= takes a positive number, but got {most!r}")
        self.norm, self.value = norm, value

    def on_backward_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        if self.value is not None:
            clip_grad_value_(training.optimizer.parameters, self.value)
        if self.norm is not None:
            clip_grad_norm_(training.optimizer.parameters, self.norm)

    def extra_repr(self) -> str:  # noqa: D102  # see Callback
        given = {"norm": self.norm, "value": self.value}
        return ", ".join(f"{name}={most}" for name, most in given.items() if most is not None)


class GradientNorms(Callback):
    """Record how large the gradients of each layer are; `nn.plot.gradients` draws it.

    Attributes
    ----------
    norms : for each layer by path the root mean square of ∂L over all its parameters, mean over the batches of each
        epoch.
    """

    def __init__(self) -> None:
        self.norms: dict[str, list[float]] = {}
        self._sums: dict[str, float] = {}
        self._batches = 0

    def on_train_begin(self, training: Training) -> None:  # noqa: D102  # see Callback
        self._sums, self._batches = {}, 0
        if not training.history.epochs:
            self.norms = {}

    def on_backward_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        for path, (_, parameters) in layers_of(training.module).items():
            gradients = [np.ravel(p.grad) for p in parameters if p.grad is not None]
            if gradients:
                self._sums[path] = self._sums.get(path, 0.0) + rms(np.concatenate(gradients))
        self._batches += 1

    def on_epoch_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        for path, total in self._sums.items():
            self.norms.setdefault(path, []).append(total / self._batches)
        self._sums, self._batches = {}, 0

    def state_dict(self) -> dict[str, Any]:  # noqa: D102  # see Callback
        return dict(self.norms)

    def load_state_dict(self, state: dict[str, Any]) -> None:  # noqa: D102  # see Callback
        self.norms = dict(state)


class ProgressBar(Callback):
    """A bar on standard error, by tqdm, with the latest numbers of the history."""

    comes_last = True

    def on_train_begin(self, training: Training) -> None:  # noqa: D102  # see Callback
        history = training.history
        self._bar = extra("tqdm").tqdm(total=training.epochs, initial=history.epochs, unit="epoch")

    def on_epoch_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        latest = {name: f"{numbers[-1]:.4g}" for name, numbers in training.history.items()}
        self._bar.set_postfix(latest, refresh=False)
        self._bar.update()

    def on_train_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        self._bar.close()
