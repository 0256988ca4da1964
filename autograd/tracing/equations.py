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

__all__ = ["Equation", "Equations", "How", "Ints", "Operation", "raw_result"]


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
        codes: Ints,
        operands: Ints,
        ends: Ints,
        results: Ints,
        line: Ints,
        lines: list[str],
        names: dict[int, str],
    ) -> None:
        self.kinds, self.lines, self.names = kinds, lines, names
        self.codes, self.operands, self.ends, self.results, self.line = map(
            _array, (codes, operands, ends, results, line)
        )

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


def _array(numbers: Ints) -> array[int]:
    return array("i", numbers.astype(np.int32, copy=False).tobytes())


def raw_result(op: Primitive, how: How, operands: Sequence[Any]) -> Any:
    """What an operation gives for raw operands, as eager recording computes it."""
    if not how.is_scalar:
        out = op.compute(operands, how.params)
        return float(out) if op.result == "Value" else np.asarray(out)
    if op.scalar is None:  # identity
        return operands[0]
    try:
        return op.scalar(*operands, **how.params)
    except (ArithmeticError, ValueError):
        return op.in_ieee(operands, how.params)
