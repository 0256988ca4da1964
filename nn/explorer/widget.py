"""The widget of an `Explorer` for notebooks: an anywidget, so the extra "notebook" has to be there.

Python tells the module ``explorer.js`` what there is to see: the scene when a network starts anew, and frames while it
learns, each when those before were drawn. The module says what was chosen and pressed.
"""

from __future__ import annotations

import math
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from anywidget import AnyWidget
from numpy.typing import NDArray
from traitlets import Bool, Dict

from autograd.drawing.stage import theme_rules
from autograd.drawing.stepper import with_host
from nn.explorer.settings import MENUS
from nn.explorer.still import MOST_UNITS, class_roles

if TYPE_CHECKING:
    from nn.explorer.explorer import Explorer

__all__ = ["ExplorerWidget", "module"]


@cache
def module() -> str:
    """The text of ``explorer.js``."""
    return with_host(Path(__file__).with_name("explorer.js"))


class ExplorerWidget(AnyWidget):  # type: ignore[misc]  # of a class that mypy need not know
    """An explorer to look at.

    Attributes
    ----------
    settings : what is chosen; assign others to change them.
    playing : whether it trains; assign to play or pause.
    menus, scene, frame : what is shown.
    """

    _esm = module()
    settings = Dict().tag(sync=True)
    playing = Bool(False).tag(sync=True)
    menus = Dict().tag(sync=True)
    scene = Dict().tag(sync=True)
    frame = Dict().tag(sync=True)

    def __init__(self, explorer: Explorer) -> None:
        self._explorer = explorer
        self._trial: Any = None
        self._sent = self._drawn = self._views = 0
        super().__init__(menus={**MENUS, "theme": theme_rules("auto")})
        self.show()
        self.observe(self._choose, "settings")
        self.observe(self._play, "playing")
        self.on_msg(self._hear)

    def show(self) -> None:
        """Tell the module how things stand, unless it is still drawing how they stood before."""
        explorer = self._explorer
        if explorer.playing and explorer.trial is self._trial and self._sent > self._drawn + 1:
            return
        self._sent += 1
        with self.hold_sync():
            self.settings = {**vars(explorer.settings), "hidden": list(explorer.settings.hidden)}
            self.playing = explorer.playing
            if explorer.trial is not self._trial:
                self._trial = explorer.trial
                self.scene = _scene(explorer)
            self.frame = {"n": self._sent, **_frame(explorer)}

    def _choose(self, change: Any) -> None:
        shown = self._explorer.settings
        chosen = {name: tuple(x) if name == "hidden" else x for name, x in change["new"].items()}
        others = {name: x for name, x in chosen.items() if x != getattr(shown, name)}
        if others:
            try:
                self._explorer.change(**others)
            except (TypeError, ValueError) as error:
                self._explorer.trial.trouble = str(error)
                self.show()

    def _play(self, change: Any) -> None:
        if change["new"] and not self._explorer.playing:
            self._explorer.play()
        elif not change["new"]:
            self._explorer.pause()

    def _hear(self, widget: Any, message: Any, buffers: Any) -> None:
        self._drawn = max(self._drawn, message.get("drawn", 0))
        self._views += message.get("views", 0)
        if message.get("views") and not self._views:  # the cell ran again, or its notebook was closed
            self._explorer.pause()
        elif message.get("do") == "step":
            self._explorer.pause()
            with suppress(FloatingPointError):  # which is shown
                self._explorer.step()
        elif message.get("do") == "reset":
            self._explorer.reset()


def _scene(explorer: Explorer) -> dict[str, Any]:
    """What stays while a network learns."""
    trial = explorer.trial
    parts = [part for part in (trial.train, trial.test) if part is not None]
    points = [(part[0] - trial.low) / (trial.high - trial.low) for part in parts]
    return {
        "points": [np.round(part, 4).tolist() for part in points],
        "labels": [part[1].ravel().astype(int).tolist() for part in parts],
        "low": trial.low.tolist(),
        "high": trial.high.tolist(),
        "classes": trial.data.classes,
        "roles": class_roles(len(trial.data.classes)),
        "features": trial.data.features,
        "model": type(trial.model).__name__,
        "own": {"model": explorer.own_model, "data": not explorer.settings.data},
    }


def _frame(explorer: Explorer) -> dict[str, Any]:
    """How things stand: `Explorer.snapshot`, arrays as bytes, of columns with many units the first few."""
    now, history = explorer.snapshot(), explorer.history
    every = max(1, history.epochs // 300)
    units = [np.nan_to_num(one[:MOST_UNITS]) for one in now["units"]]
    largest = [np.abs(one).max(axis=(1, 2), keepdims=True) for one in units]
    return {
        **{name: now[name] for name in ("epoch", "step")},
        **{name: now[name] and {key: _plain(x) for key, x in now[name].items()} for name in ("train", "test")},
        "trouble": explorer.trial.trouble,
        "curves": [[*map(_plain, history.get(name, [])[::-every][::-1])] for name in ("loss", "val_loss")],
        "outputs": now["plane"].shape[2],
        "plane": _bytes(now["plane"]),
        "boundary": _bytes(now["boundary"]),
        "sizes": [len(one) for one in now["units"]],
        "units": [
            (127.0 * one / np.where(most, most, 1.0)).astype(np.int8).tobytes()
            for one, most in zip(units, largest, strict=True)
        ],
        "weights": [_bytes(one[:MOST_UNITS, :MOST_UNITS]) for one in now["weights"]],
        "biases": [_bytes(one[:MOST_UNITS]) for one in now["biases"]],
    }


def _plain(x: float) -> float | None:
    """A number as JSON may have it."""
    return x if math.isfinite(x) else None


def _bytes(numbers: NDArray[Any]) -> bytes:
    return bytes(np.nan_to_num(numbers).clip(-1e30, 1e30).astype("<f4").tobytes())
