"""`Equations`: what a program computes, as flat arrays of some 22 bytes per equation, read like a list."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from autograd.primitive import Primitive

Ints = npt.NDArray[np.signedinteger[Any]]

__all__ = ["Equation", "Equations", "How", "Ints", "Operation"]


class How(NamedTuple):
    """How an operation is done.

    Attributes
    ----------
    params : its static parameters.
    is_scalar : whether it computes one float of floats.
    is_constant : whether derivatives stop there, as in a part that was detached.
    """

    params: dict[str, Any] = {}
    is_scalar: bool = True
    is_constant: bool = False


class Operation(NamedTuple):
    """What an equation does to its operands."""

    op: Primitive
    how: How


@dataclass(frozen=True, slots=True)
class Equation:
    """``result = op(*operands, **params)``, where result and operands are slots.

    Attributes
    ----------
    params, is_scalar, is_constant : see `How`.
    line : the source line that wrote it; for what a transform computes, the line that called it.
    """

    result: int
    op: Primitive
    operands: tuple[int, ...]
    params: dict[str, Any]
    is_scalar: bool
    is_constant: bool
    line: str = ""
    name: str | None = None


class Equations(Sequence[Equation]):
    """A list of equations that keeps numbers only.

    Attributes
    ----------
    kinds : what they do, each once.
    codes : per equation the place in `kinds` of what it does.
    operands, ends : the operands of all equations in one array, and where those of each equation end.
    results : their slots, which increase.
    lines : source lines; `line` has the number of each equation's.
    names : by slot, of results that have one.
    """

    def __init__(
        self,
        kinds: list[Operation],
        made: Ints,
        longer: list[tuple[int, ...]],
        line: Sequence[int],
        lines: list[str],
        names: dict[int, str],
    ) -> None:
        """One equation per slot that is `made`: a row with a place in `kinds` and two operands.

        The place is -1 where nothing is done, the second operand where there is one only; where there are more, the
        first is -1 and the second their place in `longer`.
        """
        results = np.flatnonzero(made[:, 0] >= 0).astype(np.int32)
        codes, first, second = made[results].T
        is_long = first < 0
        counts = 1 + (second >= 0).astype(np.int32)
        counts[is_long] = np.array(list(map(len, longer)), np.int32)[second[is_long]]
        ends = np.cumsum(counts, dtype=np.int32)
        starts = ends - counts
        operands = np.empty(ends[-1] if len(ends) else 0, np.int32)
        operands[starts[counts == 2] + 1] = second[counts == 2]
        operands[starts] = first
        for place in np.flatnonzero(is_long).tolist():
            operands[starts[place] : ends[place]] = longer[second[place]]
        self.kinds, self.codes, self.results = kinds, _array("i", codes), _array("i", results)
        self.operands, self.ends = _array("i", operands), _array("i", ends)
        self.line, self.lines, self.names = array("i", line), lines, names

    def keep(self, chosen: npt.NDArray[np.bool_]) -> None:
        """Drop the equations that are not `chosen`."""
        ends = np.asarray(self.ends)
        counts = np.diff(ends, prepend=0)
        self.operands = _array("i", np.asarray(self.operands)[np.repeat(chosen, counts)])
        self.ends = _array("i", np.cumsum(counts[chosen]))
        for name in ("codes", "results", "line"):
            mine = getattr(self, name)
            setattr(self, name, _array(mine.typecode, np.asarray(mine)[chosen]))

    def operands_of(self, place: int) -> array[int]:
        """The operands of one equation."""
        return self.operands[self.ends[place - 1] if place else 0 : self.ends[place]]

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, place: int) -> Equation: ...
    @overload
    def __getitem__(self, place: slice) -> list[Equation]: ...
    def __getitem__(self, place: int | slice) -> Equation | list[Equation]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        op, how = self.kinds[self.codes[place]]
        result, line = self.results[place], self.lines[self.line[place]]
        return Equation(result, op, tuple(self.operands_of(place)), *how, line, self.names.get(result))

    def __iter__(self) -> Iterator[Equation]:
        return map(self.__getitem__, range(len(self)))


def _array(typecode: str, numbers: npt.NDArray[Any]) -> array[int]:
    return array(typecode, numbers.astype(typecode, copy=False).tobytes())
