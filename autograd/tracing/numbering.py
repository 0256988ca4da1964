"""Slots: integers for all that takes part in a program. What is the same has the same slot, whoever asks for it.

Inputs come first, then captured leaves, constants and results in the order in which they are met (value numbering:
Cocke and Schwartz, "Programming Languages and Their Compilers", 1970). What is simplified on the way, and the loops
over all that was recorded, are in `autograd/tracing/kernels.py`.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.primitive import Primitive, table
from autograd.tracing import kernels
from autograd.tracing.equations import Equations, How, Operation, raw_result
from autograd.tracing.slots import GIVEN, NUMBER, ROLE_NAMES, ROLES, THING, UNLIKE, Rows, Slots, Templates

__all__ = ["Numbering"]

Flags = npt.NDArray[np.bool_]

_KINDS = [Operation(table[name], How({}, on_floats)) for on_floats in (True, False) for name in ROLE_NAMES]
_CODES: dict[Any, int] = {(op, how.is_scalar): 2 * kind for kind, (op, how) in enumerate(_KINDS)}


class Numbering:
    """Gives slots, and keeps the equations of those that are results.

    Parameters
    ----------
    inputs : the classes of what the first slots are, see `slots.Slots`.
    loops : the functions of `kernels`, or a compiled copy of them.

    Attributes
    ----------
    kinds : what equations do, each once.
    names : by slot.
    """

    def __init__(self, inputs: Iterable[int], loops: Any = kernels) -> None:
        self.names: dict[int, str] = {}
        self.kinds, self._codes = _KINDS.copy(), _CODES.copy()
        self._loops, self._things, self._numbers_of = loops, dict[int, Any](), dict[Any, int]()
        given = [*inputs]
        self._begin, self._line = array("i", [0] * (len(given) + 1)), array("i", [0] * len(given))
        self._operands, self._numbers, self._top = array("i"), array("d"), array("i", [len(given), 0, 0])
        self._squared = array("d", [math.nan] * 2 * ROLES)
        self._code, self._alike = array("i", [GIVEN] * len(given)), array("i", given)
        self._table: Any = {} if loops is kernels else array("i")

    def code(self, op: Primitive, params: dict[str, Any], is_scalar: bool, is_constant: bool) -> int:
        """The number of what an equation does."""
        key: Any = op, is_scalar
        if params:
            try:
                given = tuple(sorted(params.items()))
                hash(given)
                key = op, is_scalar, given, repr(given)  # in the text of which 1, 1.0 and True differ
            except TypeError:  # a parameter that cannot be compared, such as a list of places
                key = op, is_scalar, id(params)
        code = self._codes.get(key)
        if code is None:
            self._codes[key] = code = 2 * len(self.kinds)
            self.kinds.append(Operation(op, How(params, is_scalar)))
            times = params.get("by_x", 0) if op.name == "power_partial" and is_scalar and not params.get("by_y") else 0
            self._squared.append(math.nan if times < 2 else 2.0 if times == 2 else 0.0)
        return code + is_constant

    def given(self, alike: int, code: int = GIVEN) -> int:
        """A new slot, of something that no equation computes."""
        self._make_room(1, 0)
        slot = self._top[0]
        self._code[slot], self._begin[slot + 1], self._alike[slot] = code, self._begin[slot], alike
        self._top[0] += 1
        return slot

    def constant(self, x: Any) -> int:
        """The slot of a constant."""
        if type(x) is float:
            self._make_room(1, 0)
            return int(self._loops.constant(self._seen(self._slots), x))
        is_number = isinstance(x, float | int) and x == x
        key = (type(x), x) if is_number and x else (type(x), str(x)) if is_number else ("thing", id(x))
        slot = self._numbers_of.get(key)
        if slot is None:
            self._numbers_of[key] = slot = self.given(UNLIKE, THING)
            self._things[slot] = x  # which is kept, so that its identity is its own
        return slot

    def add(self, rows: Rows, start: int, stop: int, widest: int) -> None:
        """Give a slot to each of some rows, in order, which have so many operands at most."""
        while start < stop:
            limits = self._make_room(3, max(2, widest), stop - start)  # a result and two constants come of a row
            start = self._loops.number_rows(self._seen(self._slots), self._seen(rows), start, stop, *limits)

    def pull(
        self,
        rows: Rows,
        templates: Templates,
        start: int,
        stop: int,
        line: int,
        pending: array[int],
        active: bytearray,
    ) -> None:
        """Apply the rules of some rows, from the last to the first; see `kernels.pull_rows`."""
        self._loops.mark_active(self._seen(rows), start, stop, self._view(active))
        most = templates.width * (1 + templates.longest)  # equations that come of a row
        while stop > start:
            limits = self._make_room(3 * most, most * max(2, templates.widest), stop - start)
            sweep = self._view(pending), self._view(active), line
            views = map(self._seen, (self._slots, rows, templates))
            stop = self._loops.pull_rows(*views, sweep, start, stop, *limits)

    @property
    def _slots(self) -> Slots:
        return Slots(
            self._top, self._code, self._begin, self._alike, self._line, self._operands, self._numbers, self._table,
            self._squared,
        )  # fmt: skip

    def _seen(self, arrays: Any) -> Any:
        """Arrays as the loops take them."""
        return arrays if self._loops is kernels else type(arrays)(*map(self._view, arrays))

    def _view(self, one: Any) -> Any:
        return one if self._loops is kernels or isinstance(one, int) else np.asarray(one)

    def _make_room(self, slots: int, operands: int, more: int = 0) -> tuple[int, int]:
        """Let there be room for so many at once; and until how many of each there is.

        Where there is not, there will be for a quarter of what there is or for `more`, too.
        """
        count, numbers, _ = self._top
        if len(self._code) < count + slots:
            size = count + slots + max(count // 4, more)
            for part in (self._code, self._alike, self._line, self._begin):
                part.extend(array("i", [0]) * (size + (part is self._begin) - len(part)))
            if self._loops is not kernels and len(self._table) < 2 * size:
                self._table = array("i", [-1]) * (1 << (2 * size).bit_length())
                self._loops.rehash(self._seen(self._slots))
        if len(self._numbers) < numbers + slots + more // 32:
            self._numbers.extend([0.0] * (slots + max(numbers // 2, more // 16, 256)))
        filled = self._begin[count]
        if len(self._operands) < filled + operands:
            size = filled + operands + max(filled // 4, 2 * more)
            self._operands.frombytes(bytes(4 * (size - len(self._operands))))
        full = min(len(self._code), count + len(self._numbers) - numbers)  # a slot may be a number
        return full - slots, len(self._operands) - operands

    # --- what has come of it ---

    def listing(self, lines: list[str], needed: Sequence[int]) -> tuple[dict[int, Any], Equations, Flags]:
        """The constants, the equations that the slots `needed` depend on, and by slot whether it takes part.

        There are no new slots after that.
        """
        self._fold()
        self._table = self._alike = array("i")  # their memory is needed
        count = self._top[0]
        marks = bytearray(count)
        for slot in needed:
            marks[slot] = 1
        self._loops.living(self._seen(self._slots), self._view(marks))
        taking = np.frombuffer(marks, bool)
        codes, begin, line = (np.asarray(part, np.int32) for part in (self._code, self._begin, self._line))
        codes, begin = codes[:count], begin[: count + 1]
        is_kept, counts = (codes >= 0) & taking, begin[1:] - begin[:-1]
        what = codes[is_kept]
        is_used = np.bincount(what, minlength=2 * len(self.kinds)) > 0
        chosen = [(self.kinds[code >> 1], bool(code & 1)) for code in np.flatnonzero(is_used).tolist()]
        equations = Equations(
            [Operation(op, how._replace(is_constant=is_constant)) for (op, how), is_constant in chosen],
            (np.cumsum(is_used) - 1)[what],
            np.asarray(self._operands, np.int32)[: begin[-1]][np.repeat(is_kept, counts)],
            np.cumsum(counts[is_kept]),
            np.flatnonzero(is_kept),
            line[:count][is_kept],
            lines,
            self.names,
        )
        numbers = np.flatnonzero(codes == NUMBER)
        floats = np.asarray(self._numbers)[line[numbers]] if len(numbers) else numbers
        constants = self._things | dict(zip(numbers.tolist(), floats.tolist(), strict=True))
        return dict(sorted(constants.items())), equations, taking

    def _fold(self) -> None:
        """Compute what is computed of constants alone: what the loops cannot."""
        count, _, first = self._top
        for slot in range(first, count) if first else ():
            operands = self._operands[self._begin[slot] : self._begin[slot + 1]]
            if self._code[slot] >= 0 and all(self._code[operand] in (NUMBER, THING) for operand in operands):
                op, how = self.kinds[self._code[slot] >> 1]
                given = [self._things[x] if x in self._things else self._numbers[self._line[x]] for x in operands]
                self._things[slot] = raw_result(op, how, given)
                self._code[slot] = THING
