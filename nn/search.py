"""Bayesian search of hyperparameters, such as the learning rate and the number of units; needs Optuna."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np

from nn.arguments import is_real
from nn.extras import extra
from nn.init import generator

__all__ = ["Found", "bayesian_search"]

Range = tuple[float, float] | tuple[float, float, str] | list[Any]


class Found(NamedTuple):
    """The settings with the best value, and all that were tried, in order, with their values."""

    best: dict[str, Any]
    value: float
    trials: list[tuple[dict[str, Any], float]]

    def __repr__(self) -> str:
        return f"Found(best={self.best}, value={self.value:.4g}, of {len(self.trials)} trials)"


def bayesian_search(
    objective: Callable[..., float],
    space: dict[str, Range],
    trials: int = 50,
    *,
    maximize: bool = False,
    rng: np.random.Generator | None = None,
) -> Found:
    """Find settings with which a function is smallest, in few calls: each is chosen by a model of those before.

    After ten at random, settings are drawn where good ones are dense and bad ones rare (the tree-structured Parzen
    estimator: Bergstra, Bardenet, Bengio and Kégl, "Algorithms for hyper-parameter optimization", 2011; that of
    Optuna).

    Parameters
    ----------
    objective : takes the settings by name and gives a number, for instance the loss on validation data after training.
    space : for each name a range ``(low, high)`` of floats, or of ints if both are; ``(low, high, "log")`` if the order
        of magnitude is in question; or a list of choices.
    trials : how often to call `objective`.
    maximize : look for the largest value instead.
    rng : where the draws come from; a fresh Generator by default, different each time.

    Raises
    ------
    ValueError : if the space is empty or a range is none, or no call gave a number (calls that give nan do not count).
    ImportError : if Optuna is not installed; says how to.

    Examples
    --------
    >>> space = {"lr": (1e-4, 1.0, "log"), "units": (2, 64), "activation": ["tanh", "relu"]}
    >>> found = bayesian_search(train, space, trials=30)                    # doctest: +SKIP
    >>> found.best                                                          # doctest: +SKIP
    {'lr': 0.034, 'units': 17, 'activation': 'tanh'}
    """
    _check(space, trials)
    seed = int(generator(rng).integers(2**31))
    optuna = extra("optuna")
    tried: list[tuple[dict[str, Any], float]] = []

    def call(trial: Any) -> float:
        settings = {name: _suggested(trial, name, of) for name, of in space.items()}
        value = float(objective(**settings))
        if not math.isnan(value):
            tried.append((settings, value))
        return value

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        sampler = optuna.samplers.TPESampler(seed=seed)
        study = optuna.create_study(direction="maximize" if maximize else "minimize", sampler=sampler)
        study.optimize(call, n_trials=trials)
    finally:
        optuna.logging.set_verbosity(before)
    if not tried:
        raise ValueError(f"none of {trials} calls of the objective gave a number: all were nan")
    best, value = (max if maximize else min)(tried, key=lambda pair: pair[1])
    return Found(best, value, tried)


def _suggested(trial: Any, name: str, of: Range) -> Any:
    """What Optuna suggests for one setting."""
    if isinstance(of, list):
        return of[trial.suggest_categorical(name, range(len(of)))]
    low, high, log = of[0], of[1], len(of) == 3
    if isinstance(low, Integral) and isinstance(high, Integral):
        return trial.suggest_int(name, int(low), int(high), log=log)
    return trial.suggest_float(name, float(low), float(high), log=log)


def _check(space: dict[str, Range], trials: int) -> None:
    if trials < 1 or not space:
        raise ValueError(f"bayesian_search takes one trial or more and a space that is not empty, but got {trials=}")
    for name, of in space.items():
        if isinstance(of, list) and of:
            continue
        numbers = isinstance(of, tuple) and len(of) >= 2 and all(map(is_real, of[:2]))
        if not numbers or list(of[2:]) not in ([], ["log"]):
            raise ValueError(f"{name} takes (low, high), (low, high, 'log') or a list of choices, but got {of!r}")
        low, high = float(of[0]), float(of[1])
        if not -math.inf < low <= high < math.inf or (len(of) == 3 and low <= 0.0):
            raise ValueError(f"{name} takes finite bounds with low <= high, positive for 'log', but got {of!r}")
