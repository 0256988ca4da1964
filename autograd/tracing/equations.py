"""`Equations`: what a program computes, as flat arrays of some 30 bytes per equation, read like a list."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from autograd.primitive import Primitive

__all__ = ["Equation", "Equations"]


@dataclass(frozen=True, slots=True)
class Equation:
    """``result = op(*operands, **params)``, where result and operands are slots.

    Attributes
    ----------
    is_scalar : whether it computes one float of floats.
    is_constant : whether derivatives stop there, as in a part that was detached.
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
    ops : the primitives, each once.
    codes : per equation the place of its primitive in `ops`.
    operands, ends : the operands of all equations in one array, and where those of each equation end.
    params : static parameters by equation, for those that have some.
    lines : source lines; `line` has the number of each equation's.
    """

    def __init__(self, lines: list[str]) -> None:
        self.ops: list[Primitive] = []
        self.codes, self.results = array("H"), array("i")
        self.operands, self.ends = array("i"), array("i")
        self.params: dict[int, dict[str, Any]] = {}
        self.is_scalar, self.is_constant = bytearray(), bytearray()
        self.lines, self.line = lines, array("i")
        self.names: dict[int, str] = {}

    def append(
        self, code: int, operands: list[int], result: int, is_scalar: bool, is_constant: bool,
        params: dict[str, Any] | None, name: str | None, line: int,
    ) -> None:  # fmt: skip
        """One more, of the primitive ``ops[code]``."""
        if params:
            self.params[len(self.codes)] = params
        if name is not None:
            self.names[len(self.codes)] = name
        self.codes.append(code)
        self.results.append(result)
        self.operands.fromlist(operands)
        self.ends.append(len(self.operands))
        self.is_scalar.append(is_scalar)
        self.is_constant.append(is_constant)
        self.line.append(line)

    def kept(self, chosen: npt.NDArray[np.intp]) -> Equations:
        """Those in the `chosen` places, in order."""
        out = Equations(self.lines)
        out.ops = self.ops
        ends = np.asarray(self.ends)
        starts = np.concatenate([[0], ends])
        for name in ("codes", "results", "line"):
            mine = getattr(self, name)
            setattr(out, name, array(mine.typecode, np.asarray(mine)[chosen].tobytes()))
        out.is_scalar = bytearray(np.frombuffer(self.is_scalar, np.uint8)[chosen].tobytes())
        out.is_constant = bytearray(np.frombuffer(self.is_constant, np.uint8)[chosen].tobytes())
        counts = ends[chosen] - starts[chosen]
        out.ends = array("i", np.cumsum(counts, dtype=np.int32).tobytes())
        shift = np.repeat(starts[chosen] - np.cumsum(counts) + counts, counts)
        out.operands = array("i", np.asarray(self.operands)[np.arange(len(shift)) + shift].tobytes())
        where = {old: new for new, old in enumerate(chosen.tolist())} if self.params or self.names else {}
        out.params = {where[place]: params for place, params in self.params.items() if place in where}
        out.names = {where[place]: name for place, name in self.names.items() if place in where}
        return out

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
        return Equation(
            self.results[place], self.ops[self.codes[place]], tuple(self.operands_of(place)),
            self.params.get(place, {}), bool(self.is_scalar[place]), bool(self.is_constant[place]),
            self.lines[self.line[place]], self.names.get(place),
        )  # fmt: skip

    def __iter__(self) -> Iterator[Equation]:
        return map(self.__getitem__, range(len(self)))
