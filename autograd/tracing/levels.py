"""The "numpy" executor: one call of numpy per run of a `Schedule`, on the row's own function of arrays.

A row whose functions of floats and of arrays agree to the last bit (arithmetic, sqrt, extremes, where) gives what eager
code gives. Where numpy has a function of its own, as for exp and tanh, it differs from Python's by 1 or 2 units in the
last place, and rows made of several by up to 9 (gelu_slope by 32, where it cancels).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.primitive import quiet
from autograd.tracing.schedule import FOLD, Kind, Schedule

__all__ = ["Levels"]

Values = npt.NDArray[np.float64]
Step = Callable[[Values], None]
Where = slice | npt.NDArray[np.intp]


class Levels:
    """A schedule as a function of a buffer of values, with one axis or with a second one for lanes."""

    name = "numpy"
    wide = 512
    """A call of numpy costs as much as gathering so many operands."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self._steps = [_step(schedule, run) for run in range(len(schedule.codes))]

    def fill(self, values: Values) -> None:
        """Compute all results in the buffer."""
        with quiet():
            for step in self._steps:
                step(values)

    def point(self, values: Values) -> Values:
        """Put the constants beside the inputs, compute all results, and give the outputs."""
        schedule = self.schedule
        values[schedule.given : schedule.given + len(schedule.constants)] = schedule.constants
        self.fill(values)
        return values[schedule.outputs]


def _step(schedule: Schedule, run: int) -> Step:
    """One run as a function of the buffer."""
    kind = schedule.kinds[schedule.codes[run]]
    first, end = schedule.firsts[run : run + 2].tolist()
    offset, count = int(schedule.offsets[run]), end - first
    if schedule.lines[run]:
        pairs = schedule.operands[offset : offset + 2 * kind.arity].reshape(kind.arity, 2).tolist()
        return _call(kind, [_line(start, step, count) for start, step in pairs], slice(first, end))
    places = schedule.operands[offset : offset + kind.arity * count].reshape(kind.arity, count)
    if kind.op is FOLD and count < kind.arity:
        is_line = count == 1 and places[0, 0] != places[1, 0]  # not one number many times, which is not broadcast here
        return _columns(_compact(places[:, 0]) if is_line else places.astype(np.intp), slice(first, end))
    return _call(kind, [_compact(row) for row in places], slice(first, end))


def _line(start: int, step: int, count: int) -> slice:
    """Evenly spaced places, which can be read without a copy."""
    if step == 0:
        return slice(start, start + 1)  # one number for all: it is broadcast
    stop = start + step * count
    return slice(start, None if stop < 0 else stop, step)


def _compact(places: npt.NDArray[Any]) -> Where:
    """Places as a line, where they are one."""
    count = len(places)
    step = int(places[1]) - int(places[0]) if count > 1 else 0
    if (places[1:] - places[:-1] == step).all():
        return _line(int(places[0]), step, count)
    return places.astype(np.intp)


def _call(kind: Kind, where: Sequence[Where], out: slice) -> Step:
    """The function of arrays on all operands."""
    if isinstance(kind.op, str):
        return _rows(where, out)
    array, params = kind.op.array, dict(kind.params)
    if isinstance(array, np.ufunc) and len(where) == 2:
        left, right = where
        return lambda values: array(values[left], values[right], out=values[out])
    if isinstance(array, np.ufunc) and len(where) == 1:
        (only,) = where
        return lambda values: array(values[only], out=values[out])

    def step(values: Values) -> None:
        values[out] = array(*(values[one] for one in where), **params)

    return step


def _rows(where: Sequence[Where], out: slice) -> Step:
    """Many folds at once, an addition of all of them at a time."""

    def step(values: Values) -> None:
        total = values[out]
        np.add(values[where[0]], values[where[1]], out=total)
        for one in where[2:]:
            np.add(total, values[one], out=total)

    return step


def _columns(where: Where, out: slice) -> Step:
    """A few long folds from left to right, where `np.sum` would add pairs first."""

    def step(values: Values) -> None:
        values[out] = np.add.accumulate(values[where], axis=0)[-1]

    return step
