"""`ReduceLROnPlateau`: a learning rate that follows the progress instead of the clock; `schedules` has the others."""

from __future__ import annotations

import math
from typing import Any

from nn.arguments import is_real

__all__ = ["ReduceLROnPlateau"]


class ReduceLROnPlateau:
    """Lower the learning rate when a metric has stopped improving, such as the loss on validation data.

    After more than `patience` epochs without a new best, lr ← max(lr · factor, min_lr), as in PyTorch.

    Parameters
    ----------
    lr : the learning rate to start with.
    mode : "min" if less is better, "max" if more is.
    factor : what the learning rate is multiplied by; less than 1.
    patience : how many epochs without a new best are tolerated.
    threshold : how much better than the best a new best is: relative to it, or absolute if `threshold_mode` is "abs".
    cooldown : how many epochs after a reduction are not counted.
    min_lr : the lowest learning rate.
    eps : a smaller change is not made.

    Attributes
    ----------
    best : the best metric so far.
    bad_epochs : how many epochs ago that was, since the last reduction.

    Raises
    ------
    ValueError : if a setting is out of its range.

    Examples
    --------
    >>> schedule = ReduceLROnPlateau(0.1, patience=1)
    >>> [round(schedule.step(loss), 4) for loss in (2.0, 1.0, 1.0, 1.2, 1.1)]
    [0.1, 0.1, 0.1, 0.01, 0.01]
    """

    def __init__(
        self,
        lr: float,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        if mode not in ("min", "max") or threshold_mode not in ("rel", "abs"):
            raise ValueError(
                f"mode= takes 'min' or 'max' and threshold_mode= 'rel' or 'abs': {mode=}, {threshold_mode=}"
            )
        if not (is_real(factor) and 0.0 <= factor < 1.0):
            raise ValueError(f"factor= takes a number from 0 to below 1, but got {factor!r}")
        numbers = {"lr": lr, "patience": patience, "threshold": threshold, "cooldown": cooldown}
        for name, number in {**numbers, "min_lr": min_lr, "eps": eps}.items():
            if not (is_real(number) and 0.0 <= number < math.inf):
                raise ValueError(f"{name}= takes a finite number that is not negative, but got {number!r}")
        self.lr, self.mode, self.factor, self.patience = lr, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown = threshold, threshold_mode, cooldown
        self.min_lr, self.eps = min_lr, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.bad_epochs = self.cooling = 0

    def step(self, metric: float) -> float:
        """The learning rate after an epoch with this metric."""
        metric = float(metric)
        if self._better(metric):
            self.best, self.bad_epochs = metric, 0
        else:
            self.bad_epochs += 1
        if self.cooling:
            self.cooling -= 1
            self.bad_epochs = 0
        if self.bad_epochs > self.patience:
            lower = max(self.lr * self.factor, self.min_lr)
            self.lr = lower if self.lr - lower > self.eps else self.lr
            self.cooling, self.bad_epochs = self.cooldown, 0
        return self.lr

    def _better(self, metric: float) -> bool:
        """Whether a metric is a new best, as in PyTorch (where a threshold relative to a negative best is reversed)."""
        sign = -1.0 if self.mode == "min" else 1.0
        relative = self.threshold_mode == "rel"
        needed = self.best * (1.0 + sign * self.threshold) if relative else self.best + sign * self.threshold
        return metric < needed if self.mode == "min" else metric > needed

    def state_dict(self) -> dict[str, Any]:
        """What the next steps depend on, as numbers by name."""
        return {name: getattr(self, name) for name in ("lr", "best", "bad_epochs", "cooling")}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state_dict` gave.

        Raises
        ------
        ValueError : if names are missing or unexpected; then nothing is changed.
        """
        known = self.state_dict()
        if state.keys() != known.keys():
            raise ValueError(f"this is no state of {self!r}: it has {list(state)} instead of {list(known)}")
        self.lr, self.best = float(state["lr"]), float(state["best"])
        self.bad_epochs, self.cooling = int(state["bad_epochs"]), int(state["cooling"])

    def __repr__(self) -> str:
        return f"ReduceLROnPlateau(lr={self.lr:g}, mode={self.mode!r}, factor={self.factor}, patience={self.patience})"
