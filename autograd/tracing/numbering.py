"""Slots: integers for all that takes part in a program. What is the same has the same slot, whoever asks for it.

Inputs come first, then captured leaves, constants and results in the order in which they are met (value numbering:
Cocke and Schwartz, "Programming Languages and Their Compilers", 1970). Constants are folded, and what is simplified is
bit-identical: ``x**2`` is ``x·x``, ``1·x`` is ``x``, and of negatives, which derivatives are full of, most are left
out: ``x + (-y)`` is ``x - y``, ``(-x)·2`` is ``x·(-2)``.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.primitive import Node, Primitive, table
from autograd.tensor import Tensor
from autograd.tracing.equations import Equations, How, Operation
from autograd.value import Value

__all__ = ["Numbering"]

Row = tuple[int, ...]
Simpler = int | tuple[Primitive, Row]
_USUAL = How()


class Numbering:
    """Gives slots, and keeps the equations of those that are results.

    Attributes
    ----------
    count : how many slots there are.
    constants : by slot.
    kinds : what equations do, each once.
    names : by slot.
    """

    def __init__(self, inputs: int) -> None:
        self.count = inputs
        self.constants: dict[int, Any] = {}
        self.kinds: list[Operation] = []
        self.names: dict[int, str] = {}
        self._made: list[int] = [-1, -1, -1] * inputs  # three per slot, see `Equations`; a tuple takes 60 bytes more
        self._longer: list[Row] = []
        self._line: list[int] = []
        self._known: list[dict[Any, int]] = []  # by what is done, of which operands
        self._codes: dict[Any, int] = {}
        self._numbers: dict[Any, int] = {}
        self._negated: dict[int, int] = {}  # the operand by the slot of its negative
        self._special: set[int] = set()  # constants and negatives: what is done with them may be simpler

    def new(self) -> int:
        """A new slot, of something that is given."""
        self._made += (-1, -1, -1)
        self.count += 1
        return self.count - 1

    def constant(self, x: Any) -> int:
        """The slot of a constant."""
        key = x
        if type(x) is not float or x != x or (not x and math.copysign(1.0, x) < 0.0):
            is_number = isinstance(x, float | int) and x == x
            key = (type(x), x) if is_number and x else (type(x), str(x)) if is_number else ("thing", id(x))
        slot = self._numbers.get(key)
        if slot is None:
            self._numbers[key] = slot = self.new()
            self.constants[slot] = x  # which is kept, so that its identity is its own
            self._special.add(slot)
        return slot

    def result(self, node: Node, operands: Row, line: int) -> int:
        """The slot of what was recorded: that of an equation, new where none says the same, or of something simpler."""
        op: Any = node.op
        if type(node) is Value and node.requires_grad and not node.params and op.scalar is not None:
            how = _USUAL
        else:
            is_scalar = node.is_scalar and (
                op.scalar is not None or all(getattr(arg, "is_scalar", True) for arg in node.args)
            )
            how = How(node.params or {}, is_scalar, not node.requires_grad)
        if op not in _UNARY and self._special.isdisjoint(operands):
            return self._numbered(op, operands, line, how)
        return self._simplified(node, op, operands, line, how)

    def _numbered(self, op: Primitive, operands: Row, line: int, how: How) -> int:
        """The slot of an equation."""
        code = self._codes.get(op) if how is _USUAL else None
        if code is None:
            code = self._code(op, how)
        key: Any
        if len(operands) == 2:
            x, y = operands
            key = y << 32 | x if y < x and op in _COMMUTATIVE else x << 32 | y
        elif len(operands) == 1:
            x, y = operands[0], -1
            key = ~x  # unlike that of any two
        else:
            key, x, y = operands, -1, len(self._longer)
        slot = self._known[code].setdefault(key, self.count)
        if slot == self.count:
            self.count += 1
            self._made += (code, x, y)
            self._line.append(line)
            if x < 0:
                self._longer.append(operands)
        return slot

    def _code(self, op: Primitive, how: How) -> int:
        """The number of what an equation does."""
        key: Any = op
        if how != _USUAL:
            try:
                params = tuple(sorted(how.params.items()))
                hash(params)
                key = op, params, repr(params), *how[1:]  # in the text of which 1, 1.0 and True differ
            except TypeError:  # a parameter that cannot be compared, such as a list of places
                key = op, id(how.params)
        code = self._codes.get(key)
        if code is None:
            self._codes[key] = code = len(self.kinds)
            self.kinds.append(Operation(op, how))
            self._known.append({})
        return code

    def _simplified(self, node: Node, op: Primitive, operands: Row, line: int, how: How) -> int:
        """The slot of a result, by a simpler operation or none where that is the same to the last bit."""
        constants = self.constants
        if operands[0] in constants and all(map(constants.__contains__, operands)):
            return self.constant(node._data)
        simpler = _SIMPLER.get(op)
        if simpler is not None:
            found = simpler(self, operands, how, node)
            if isinstance(found, int):
                return found
            if found[0] is not op and how.params:
                how = how._replace(params={})
            op, operands = found
        slot = self._numbered(op, operands, line, how)
        if op is _NEG and not how.is_constant:
            self._negated[slot] = operands[0]
            self._special.add(slot)
        return slot

    # --- what is simpler, by operation: another operation on other operands, or a slot ---

    def _mul(self, operands: Row, how: How, node: Node) -> Simpler:
        x, c = operands
        constants = self.constants
        number = constants.get(c)
        if number is None:
            c, x = operands
            number = constants.get(c)
        if type(number) is not float:
            return _MUL, operands
        if number == 1.0 and self._is_alike(x, operands, node):
            return x
        if how.is_constant:
            return _MUL, operands
        if x in self._negated:
            x, number = self._negated[x], -number
            c = self.constant(number)
        if how.is_scalar and self._is_double(x) and 1.0 <= abs(number) < 1e300:
            return _MUL, (self._made[3 * x + 1], self.constant(2.0 * number))
        return _MUL, (x, c)

    def _div(self, operands: Row, how: How, node: Node) -> Simpler:
        x, y = operands
        return x if self._is(y, 1.0) and self._is_alike(x, operands, node) else (_DIV, operands)

    def _add(self, operands: Row, how: How, node: Node) -> Simpler:
        """A sum that goes on stays a sum: long ones are computed at once."""
        if not how.is_constant:
            for x, y in (operands, operands[::-1]):
                if y in self._negated and self._op_of(x) is not _ADD:
                    return _SUB, (x, self._negated[y])
        return _ADD, operands

    def _sub(self, operands: Row, how: How, node: Node) -> Simpler:
        x, y = operands
        if y in self._negated and not how.is_constant:
            return _ADD, (x, self._negated[y])
        return x if self._is(y, 0.0) and self._is_alike(x, operands, node) else (_SUB, operands)

    def _neg(self, operands: Row, how: How, node: Node) -> Simpler:
        (x,) = operands
        if how.is_constant:
            return _NEG, operands
        if x in self._negated:
            return self._negated[x]
        if self._op_of(x) is _MUL:
            y, c = self._made[3 * x + 1 : 3 * x + 3]
            if type(self.constants.get(c)) is float:
                return _MUL, (y, self.constant(-self.constants[c]))
        return _NEG, operands

    def _power(self, operands: Row, how: How, node: Node) -> Simpler:
        x, y = operands
        if not self._is_alike(x, operands, node):
            return _POWER, operands
        return (_MUL, (x, x)) if self._is(y, 2.0) else x if self._is(y, 1.0) else (_POWER, operands)

    def _slope(self, operands: Row, how: How, node: Node) -> Simpler:
        x, y = operands
        return (_ADD, (x, x)) if how.is_scalar and self._is(y, 2.0) else (_SLOPE, operands)

    def _power_partial(self, operands: Row, how: How, node: Node) -> Simpler:
        times = how.params.get("by_x", 0)
        if how.is_scalar and self._is(operands[1], 2.0) and times >= 2 and not how.params.get("by_y"):
            return self.constant(2.0 if times == 2 else 0.0)
        return _POWER_PARTIAL, operands

    def _identity(self, operands: Row, how: How, node: Node) -> Simpler:
        (x,) = operands
        return x if self._is_alike(x, operands, node) else (_IDENTITY, operands)

    def _is_double(self, slot: int) -> bool:
        """Whether it is a number with a derivative that was made of another by doubling it."""
        code, x, y = self._made[3 * slot : 3 * slot + 3]
        if code == self._codes.get(_ADD):
            return x == y
        return code == self._codes.get(_MUL) and self._is(y, 2.0)

    def _is(self, slot: int, number: float) -> bool:
        """Whether it is this constant: 0.0 is not -0.0."""
        x = self.constants.get(slot)
        return type(x) is float and x == number and math.copysign(1.0, x) > 0.0

    def _is_alike(self, slot: int, operands: Row, node: Node) -> bool:
        """Whether an operand can take the place of the result: of one kind and shape, with derivatives or without."""
        operand, kind = node.args[operands.index(slot)], Value if node.is_scalar else Tensor
        return (
            type(operand) is kind
            and operand.requires_grad == node.requires_grad
            and (kind is Value or operand._data.shape == node._data.shape)
        )

    def _op_of(self, slot: int) -> Primitive | None:
        """What computes a slot; None where it is given, or where derivatives stop."""
        code = self._made[3 * slot]
        if code < 0 or self.kinds[code].how.is_constant:
            return None
        return self.kinds[code].op

    def equations(self, lines: list[str], needed: Sequence[int]) -> Equations:
        """The equations that the slots `needed` depend on, in order; there are no new slots after that."""
        self._known.clear()  # their memory is needed
        made = np.fromiter(self._made, np.int32).reshape(-1, 3)
        self._made.clear()
        equations = Equations(self.kinds, made, self._longer, self._line, lines, self.names)
        uses = np.bincount(equations.operands, minlength=len(made))
        uses[np.array(needed, int)] += 1
        results = np.asarray(equations.results)
        dead = results[uses[results] == 0].tolist()
        for slot in dead:  # which grows while it is walked
            for operand in equations.operands_of(bisect_left(equations.results, slot)):
                uses[operand] -= 1
                if not uses[operand] and made[operand, 0] >= 0:
                    dead.append(operand)
        if dead:
            equations.keep(~np.isin(results, dead))
        return equations


_ADD, _SUB, _MUL, _DIV, _NEG = (table[name] for name in ("add", "sub", "mul", "div", "neg"))
_POWER, _SLOPE, _POWER_PARTIAL, _IDENTITY = (table[name] for name in ("power", "slope", "power_partial", "identity"))
_UNARY, _COMMUTATIVE = {_IDENTITY, _NEG}, {_ADD, _MUL}
_SIMPLER: dict[Primitive, Callable[[Numbering, Row, How, Node], Simpler]] = {
    _ADD: Numbering._add, _SUB: Numbering._sub, _MUL: Numbering._mul, _DIV: Numbering._div, _NEG: Numbering._neg,
    _POWER: Numbering._power, _SLOPE: Numbering._slope, _POWER_PARTIAL: Numbering._power_partial,
    _IDENTITY: Numbering._identity,
}  # fmt: skip
