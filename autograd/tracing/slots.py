"""What slots, rows and templates are: flat arrays of integers, for loops that numba can compile.

An equation is a code and the slots of its operands. Codes come in pairs, an even one for results with a derivative and
the odd one after it for results without; half of it is the place of what is done in `Numbering.kinds`. The first
`ROLES` of these are the operations below on floats, the next `ROLES` the same operations on arrays.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = [
    "ADD", "COMMUTATIVE", "DIV", "GIVEN", "IDENTITY", "MUL", "NEG", "NUMBER", "PLAIN", "POWER", "ROLES", "ROLE_NAMES",
    "SLOPE", "SUB", "THING", "TRACKED", "UNLIKE", "Rows", "Slots", "Templates",
]  # fmt: skip

ROLE_NAMES = ("add", "sub", "mul", "div", "neg", "power", "slope", "identity")
ADD, SUB, MUL, DIV, NEG, POWER, SLOPE, IDENTITY, ROLES = range(9)
COMMUTATIVE = (ADD, MUL, ROLES + ADD, ROLES + MUL)
"""Kinds."""
GIVEN, NUMBER, THING = -1, -2, -3
"""The codes of slots that no equation computes: inputs and captured leaves, floats, and other constants."""
PLAIN, TRACKED, UNLIKE = 0, 1, -1
"""What a slot is `alike`: a number without derivative, or with one; constants and conditions are like nothing."""


class Slots(NamedTuple):
    """What slots are: arrays with room for more than there are.

    Attributes
    ----------
    top : how many slots and numbers there are, and the first slot of something that constants alone are computed to.
    code : by slot what computes it; for a float `NUMBER`.
    begin : by slot where its operands begin, and at the end where the next would.
    alike : by slot its class: slots of one class have one kind and shape, and have derivatives or do not.
    line : by slot the number of its source line; for a float its place among the `numbers`.
    operands, numbers : of all slots, one after the other.
    table : what is asked for the slot of an equation or a number.
    squared : by kind what it is where its second operand is 2, or nan.
    """

    top: Any
    code: Any
    begin: Any
    alike: Any
    line: Any
    operands: Any
    numbers: Any
    table: Any
    squared: Any


class Rows(NamedTuple):
    """What was recorded: one row per node.

    Attributes
    ----------
    code, alike, line : as in `Slots`.
    place : the creation index of the node, counted from the first.
    ends : where the operands of each row end.
    operands : places; ~slot for what is no node of the run.
    slot_of : slots by place, -1 where there is none yet.
    """

    code: Any
    alike: Any
    line: Any
    place: Any
    ends: Any
    operands: Any
    slot_of: Any


class Templates(NamedTuple):
    """Derivative rules as equations on a frame: the cotangent, the result, the operands, and then what is computed.

    Attributes
    ----------
    width, longest, widest : the most operands that a row has, and equations that a rule has, and operands that one of
        these has.
    of : by ``width * kind + position`` which rule it is, -1 where there is none.
    starts : where the equations of each rule begin.
    out : what it gives: a place in the frame, or ~slot.
    frame : where its equations put their results.
    code, alike : of each equation; an odd code is that of something that never has a derivative.
    begin, operands : what it takes: places in the frame, or ~slot.
    """

    width: int
    longest: int
    widest: int
    of: Any
    starts: Any
    out: Any
    frame: Any
    code: Any
    alike: Any
    begin: Any
    operands: Any
