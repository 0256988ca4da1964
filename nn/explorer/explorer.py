"""`Explorer`: holds the network, the data and the optimizer, makes the steps, and says how things stand."""

from __future__ import annotations

import asyncio
import base64
import math
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from autograd import OperandError
from nn.arguments import is_whole
from nn.data import Dataset
from nn.explorer.settings import Settings
from nn.explorer.still import Still
from nn.explorer.trial import Trial, points_of
from nn.module import Module
from nn.optim import Optimizer
from nn.train import History

__all__ = ["Explorer"]

_ANEW = "data", "noise", "hidden", "activation", "seed"
"""Settings that a network cannot go on with."""
_PAUSE, _SLICE = 0.02, 0.015
"""Seconds left to others between two slices of training, and the most that one takes."""


class Explorer:
    """A network with two inputs that learns to tell classes of points, step by step, to be looked at and changed.

    A notebook shows it as a widget (extra ``"notebook"``): menus, the network with its weights and what each unit says
    of the plane, the decision boundary, and the loss. It trains between the cells that you run, and pauses when its
    last view is gone. What the widget can do can be done from here, and the other way round.

    Parameters
    ----------
    model : a module from rows of two inputs to one logit, or one for each class; an `MLP` of Values, too. By default
        one is built of `hidden` and `activation`.
    data : the name of toy data, ``"circles"``, ``"moons"``, ``"linear"``, ``"petals"`` or ``"spiral"``; or your own, a
        `Dataset` or a pair: inputs ``(n, 2)``, best standardized, and class numbers from 0, ``(n,)``.
    hidden, activation : units of the hidden layers, and what comes after each: ``"tanh"``, ``"relu"`` ...
    optimizer, lr, batch_size, weight_decay : ``"sgd"``, ``"momentum"``, ``"nesterov"``, ``"adagrad"``, ``"rmsprop"``,
        ``"adam"`` or ``"adamw"``; each has a learning rate of its own if none is given.
    noise : of toy data, a standard deviation.
    test : the share of the data to test with.
    speed : steps from one picture of the widget to the next, of which it shows about 25 a second.
    seed : of everything random.

    Attributes
    ----------
    model, optimizer, history : as they are now. The history has a row per epoch, as that of `nn.fit`.
    settings : what is chosen; see `change`.
    trial : what there is since the network started anew: the data in parts, how many ``steps`` were made.

    Raises
    ------
    ShapeError, ValueError : if data have not two inputs and class numbers, the model has not the right outputs, or a
        setting cannot be.

    Examples
    --------
    >>> explorer = Explorer(data="petals", hidden=[8], lr=0.1, seed=1)
    >>> explorer.step(200)
    >>> explorer.history["val_accuracy"][-1] > 0.9
    True
    >>> explorer.change(activation="relu", lr=0.01)             # another network: it starts anew
    >>> explorer.trial.steps, explorer.model[1]
    (0, ReLU())
    """

    def __init__(
        self,
        model: Module | None = None,
        data: Any = "circles",
        *,
        hidden: Sequence[int] | None = None,
        activation: str | None = None,
        optimizer: str = "adam",
        lr: float | None = None,
        batch_size: int = 16,
        weight_decay: float = 0.0,
        noise: float = 0.05,
        test: float = 0.3,
        speed: int = 5,
        seed: int = 0,
    ) -> None:
        if not (model is None or isinstance(model, Module)):
            raise OperandError(f"Explorer takes a module as its model, but got {model!r}")
        self._model, self._share = model, test
        self._data: Dataset | None = None
        self._initial = {} if model is None else model.state_dict()
        self._watchers: list[Callable[[], None]] = []
        self._task: asyncio.Task[None] | None = None
        self.settings = Settings()
        given = {"hidden": hidden, "activation": activation, "lr": lr}
        self._begin(
            *self._choice(
                data=data, optimizer=optimizer, batch_size=batch_size, weight_decay=weight_decay, noise=noise,
                speed=speed, seed=seed, **{name: value for name, value in given.items() if value is not None},
            )
        )  # fmt: skip

    # --- what is chosen ---

    def change(self, **settings: Any) -> None:
        """Choose something else: data, or any of the settings, by the names that they have above.

        Other data, another network or seed start anew; other ways to learn go on with the network as it is. An
        optimizer comes with its own learning rate, unless ``lr=`` says another.

        Raises
        ------
        ValueError : if a setting cannot be; then nothing is changed.
        """
        now, data = self._choice(**settings)
        if data is not self._data or any(getattr(now, name) != getattr(self.settings, name) for name in _ANEW):
            self._begin(now, data)
        else:
            self.trial.adapt(self.settings, now)
            self.settings = now
        self._tell()

    def reset(self) -> None:
        """Forget what was learnt: the same initial weights, and an empty history."""
        self.pause()
        self._begin(self.settings, self._data)
        self._tell()

    def _choice(self, **settings: Any) -> tuple[Settings, Dataset | None]:
        """The settings, and one's own data, with changes."""
        if self._model is not None and (named := settings.keys() & {"hidden", "activation"}):
            raise ValueError(f"the model is given, so there is no {' or '.join(sorted(named))}= to choose")
        data = self._data
        if "data" in settings and not isinstance(settings["data"], str):
            data, settings["data"] = points_of(settings["data"]), ""
        elif settings.get("data"):
            data = None
        now = self.settings.changed(**settings)
        if not now.data and data is None:
            raise ValueError("data= takes the name of toy data, or your own, but got ''")
        return now, data

    def _begin(self, settings: Settings, data: Dataset | None) -> None:
        self.trial = Trial(settings, data, self._model, self._share)
        if self._model is not None:
            self._model.load_state_dict(self._initial)
        self.settings, self._data = settings, data

    @property
    def own_model(self) -> bool:
        """Whether the model was given."""
        return self._model is not None

    @property
    def model(self) -> Module:
        """The network."""
        return self.trial.model

    @property
    def optimizer(self) -> Optimizer:
        """What changes its parameters."""
        return self.trial.optimizer

    @property
    def history(self) -> History:
        """Loss and accuracy of each epoch, as `nn.fit` has them."""
        return self.trial.history

    # --- training ---

    def step(self, n: int = 1) -> None:
        """Make `n` steps at once, each with one batch.

        Raises
        ------
        FloatingPointError : if the loss becomes nan or infinite; before the parameters do.
        """
        if not is_whole(n):
            raise ValueError(f"step takes a whole number of steps, but got {n!r}")
        try:
            for _ in range(n):
                self.trial.step()
        finally:
            self._tell()

    def play(self, steps: int | None = None) -> None:
        """Train in the background of a notebook until `pause`, or for some steps; the next cell can run meanwhile.

        Without an event loop, as in a script, `steps` are made at once.

        Raises
        ------
        RuntimeError : if there is no event loop, and no number of steps.
        """
        if not (steps is None or is_whole(steps)):
            raise ValueError(f"play takes a whole number of steps, but got {steps!r}")
        self.pause()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            if steps is None:
                raise RuntimeError(
                    "there is no event loop to train in, such as a notebook has; say how many steps: play(500)"
                ) from None
            self.step(steps)
            return
        self._task = loop.create_task(self._train(steps))
        self._task.add_done_callback(lambda task: self._tell())
        self._tell()

    def pause(self) -> None:
        """Stop training for now."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self._tell()

    @property
    def playing(self) -> bool:
        """Whether it trains in the background."""
        return self._task is not None and not self._task.done()

    async def _train(self, steps: int | None) -> None:
        left = math.inf if steps is None else steps
        while left > 0:
            await asyncio.sleep(_PAUSE)
            self._heed_interrupts()
            end = time.perf_counter() + _SLICE
            for _ in range(int(min(left, self.settings.speed))):
                try:
                    self.trial.step()
                except FloatingPointError:
                    return  # the widget shows the trouble
                left -= 1
                if time.perf_counter() > end:
                    break
            self._tell()

    def _heed_interrupts(self) -> None:
        """Let the interrupt of a notebook pause: between its cells, where training runs, a kernel ignores it."""
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            loop = asyncio.get_running_loop()
            signal.signal(signal.SIGINT, lambda number, frame: loop.call_soon_threadsafe(self.pause))

    # --- how things stand ---

    def snapshot(self) -> dict[str, Any]:
        """How things stand, in numbers; see `Trial.snapshot`."""
        return self.trial.snapshot()

    def picture(self) -> Still:
        """A picture of the present state, to be shown or saved: ``explorer.picture().save("trained.svg")``."""
        return Still(self.trial)

    @cached_property
    def widget(self) -> Any:
        """The widget that a notebook shows, to be put beside others.

        Raises
        ------
        ImportError : if anywidget is not installed; it comes with the extra "notebook".
        """
        try:
            from nn.explorer.widget import ExplorerWidget
        except ImportError as error:
            raise ImportError(
                "an Explorer in a notebook needs anywidget, which is not installed; it comes with the extra "
                '"notebook": pip install "glassgrad[notebook]", or ".[notebook]" in a clone. Without it step() '
                "trains, and picture() draws"
            ) from error
        widget = ExplorerWidget(self)
        self._watchers.append(widget.show)
        return widget

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget, and where there is none, as in a notebook that was exported, a picture of the state."""
        bundle = self.widget._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        picture = self.picture()
        still = {
            "image/svg+xml": picture.to_svg(),
            "image/png": base64.b64encode(picture.to_png(1.0)).decode("ascii"),  # colours that blend take room
        }
        return {**still, **(data or {}), "text/plain": str(picture)}, metadata

    def __repr__(self) -> str:
        data = self.settings.data or "own data"
        return f"<Explorer of {type(self.model).__name__} on {data}: {self.trial.steps} steps, {self.history}>"
