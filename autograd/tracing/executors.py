"""What runs a program: "python", "numpy" or "numba", and which of them suits it.

All three compute the same from the same table. "python" takes any program; the others take those whose equations are
all scalar, and compute many of them at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from autograd.errors import GuardError, OperandError
from autograd.tensor import Tensor
from autograd.tracing import chains, hashing, kernels
from autograd.tracing.levels import Levels
from autograd.tracing.listing import Listing
from autograd.tracing.machine import Machine, compiled_copy, is_installed
from autograd.tracing.schedule import Schedule, is_flat, scheduled
from autograd.tracing.source import Replay, fallen
from autograd.tracing.tracer import Recorder

__all__ = ["EXECUTORS", "Executor", "Flat", "check_executor", "executor_of", "flat_of", "loops_for"]

EXECUTORS = ("auto", "python", "numpy", "numba")
"""What ``executor=`` takes."""
_LONG = {"numpy": 300, "numba": 2000}
"""From so many equations on "auto" takes another executor than Python: it must pay for being prepared."""
_WIDE = 16
"""So many equations a run has at least, on average, where "auto" takes "numpy": a call of numpy costs like so many."""
_BLOCK, _MOST = 1 << 18, 1 << 24
"""How many values of all lanes are computed at a time, so that they stay in the processor's cache, or in memory."""
_CALL = 512
"""A call of numpy costs as much as to compute so many numbers with it, and 25 with Python."""

Values = npt.NDArray[np.float64]


class Executor(Protocol):
    """A listing as a function from raw inputs and captured data to raw outputs."""

    name: str

    def __call__(self, given: Sequence[Any]) -> list[Any]:
        """The outputs, or a `GuardError`."""


class Filler(Protocol):
    """What computes a schedule in a buffer of values."""

    name: str
    schedule: Schedule

    def fill(self, values: Values) -> None:
        """Compute all results in the buffer, which holds all else; its second axis, if there is one, is of lanes."""

    def point(self, values: Values) -> Values:
        """The outputs, of a buffer with one axis that holds what is given."""


class Flat:
    """A program on one buffer of floats; it keeps no state. What is faster for one point may be `alone`."""

    def __init__(self, filler: Filler, alone: Executor | None = None) -> None:
        self._filler, self.schedule, self.name, self._alone = filler, filler.schedule, filler.name, alone

    def __call__(self, given: Sequence[Any]) -> list[Any]:
        """The outputs, or a `GuardError`."""
        schedule = self.schedule
        out: list[Any] = self.point(np.array(given, np.float64), ()).tolist()
        for place in schedule.truths:
            out[place] = bool(out[place])
        for place, x in schedule.fixed.items():
            out[place] = x
        return out

    def point(
        self, inputs: Values, captured: Sequence[float], lane: int | None = None, values: Values | None = None
    ) -> Values:
        """The outputs as floats, of shape (outputs,) for inputs of shape (inputs,); `values` is a buffer to use.

        Raises
        ------
        GuardError : where a guard does not hold; it names the `lane`.
        """
        schedule = self.schedule
        if self._alone:
            try:
                found = self._alone([*inputs.tolist(), *captured])
                return np.array([math.nan if x is None else x for x in found], np.float64)
            except GuardError:  # which does not know the lane
                pass
        values = np.empty(schedule.size) if values is None else values
        values[: len(inputs)] = inputs
        if captured:
            values[len(inputs) : schedule.given] = captured
        out = self._filler.point(values)
        return self._checked(values, out, lane) if schedule.guards or schedule.fixed else out

    def lanes(self, inputs: Values, captured: Sequence[float], first: int) -> Values:
        """The same for many points at once, with an axis of lanes behind; those are counted from `first`."""
        schedule = self.schedule
        values = np.empty((schedule.size, inputs.shape[1]))
        values[: len(inputs)] = inputs
        known = np.concatenate([np.array(captured), schedule.constants])
        values[len(inputs) : len(inputs) + len(known)] = known[:, None]
        self._filler.fill(values)
        return self._checked(values, values[schedule.outputs], first)

    def _checked(self, values: Values, out: Values, first: int | None) -> Values:
        """The outputs, with those that are constants, where no guard is broken."""
        if self.schedule.guards and (broken := self.schedule.broken(values)):
            raise fallen(broken[0], None if first is None else first + broken[1])
        for place, x in self.schedule.fixed.items():
            out[place] = math.nan if x is None else x
        return out

    def rows(self, inputs: Values, captured: Sequence[float]) -> Values:
        """The outputs of shape (lanes, outputs) for inputs of shape (lanes, inputs)."""
        schedule, lanes = self.schedule, len(inputs)
        out = np.empty((lanes, len(schedule.outputs)))
        step, calls = _BLOCK // max(1, schedule.size), len(schedule.codes) if isinstance(self._filler, Levels) else 0
        if step * schedule.size < _CALL * calls:  # calls cost more than numbers do
            step = min(_CALL * calls, _MOST) // schedule.size
        if lanes == 1 or step < 8 or (self._alone and lanes * schedule.size < 25 * calls):
            # one after the other: a lane is enough for the cache, and its runs for vector instructions
            values = np.empty(schedule.size)
            for lane, x in enumerate(inputs):
                out[lane] = self.point(x, captured, lane, values)
            return out
        for start in range(0, lanes, step):
            out[start : start + step] = self.lanes(inputs[start : start + step].T, captured, start).T
        return out

    def told(self, columns: Values) -> Iterator[Any]:
        """Results of lanes, one row each, with truth as truth, and nothing as nothing."""
        schedule = self.schedule
        for place, column in enumerate(columns):
            is_nothing = place in schedule.fixed and schedule.fixed[place] is None
            yield None if is_nothing else column.astype(bool) if place in schedule.truths else column


def check_executor(name: str) -> None:
    """Raise where an executor is not known, or not installed."""
    if name not in EXECUTORS:
        raise OperandError(f"executor= takes one of {', '.join(map(repr, EXECUTORS))}, but got {name!r}")
    if name == "numba" and not is_installed():
        raise OperandError(
            'executor="numba" needs numba, which is not installed: pip install "glassgrad[fast]"; '
            'executor="auto" takes it where it is there'
        )


def loops_for(recorder: Recorder, name: str) -> Any:
    """The loops of numbering for what was recorded: compiled where the program will run on what numba compiles."""
    if name == "numba" or (name == "auto" and len(recorder.nodes) >= _LONG["numba"] and is_installed()):
        return kernels if Tensor in set(map(type, recorder.nodes)) else compiled_copy(kernels, hashing)
    return kernels


def executor_of(listing: Listing, name: str) -> Executor:
    """The executor of a program: that asked for where it can run it, else the next simpler one."""
    length = len(listing.equations)
    if name == "python" or (name == "auto" and length < _LONG["numpy"]) or not is_flat(listing):
        return Replay(listing)
    if (name == "numba" or (name == "auto" and length >= _LONG["numba"] and is_installed())) and Machine.knows(listing):
        return Flat(Machine(scheduled(listing, Machine.wide, dots=True, loops=compiled_copy(chains))))
    schedule = scheduled(listing, Levels.wide)
    if name == "auto" and length < _WIDE * len(schedule.codes):
        return Replay(listing)
    return Flat(Levels(schedule))


def flat_of(listing: Listing, name: str, alone: Executor) -> Flat | None:
    """The executor for lanes, which compute many numbers at once however short the program is; one point is `alone`."""
    if not is_flat(listing):
        return None
    long = len(listing.equations) >= _LONG["numpy"]  # it may have to be compiled, which takes about a minute
    if (name == "numba" or (name == "auto" and long and is_installed())) and Machine.knows(listing):
        return Flat(Machine(scheduled(listing, Machine.wide, dots=True, loops=compiled_copy(chains))))
    return Flat(Levels(scheduled(listing, Levels.wide)), alone)
