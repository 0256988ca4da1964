"""The table of slots that numba compiles, which has no dicts that cost as little: an open-addressed hash table.

It stands in `Slots.table` as an array whose length is a power of 2, with -1 where there is no slot. Its functions take
the place of those of the same names in `autograd/tracing/kernels.py`.
"""

from __future__ import annotations

import math
from typing import Any

from autograd.tracing.slots import COMMUTATIVE, NUMBER, Slots

__all__ = ["entered", "entered_number", "rehash"]


def entered_number(s: Slots, x: float, new: int) -> int:
    """The slot of a number, which is `new` where there is none."""
    table, last = s.table, len(s.table) - 1
    h = _hash_of_number(x) & last
    slot = table[h]
    while slot >= 0:
        if s.code[slot] == NUMBER:
            y = s.numbers[s.line[slot]]
            same_sign = x != 0.0 or math.copysign(1.0, x) == math.copysign(1.0, y)
            if (x == y and same_sign) or (x != x and y != y):  # nan
                return slot  # type: ignore[no-any-return]
        h = (h + 1) & last
        slot = table[h]
    table[h] = new
    return new


def entered(s: Slots, at: int, code: int, count: int, new: int) -> int:
    """The slot of an equation, which is `new` where there is none."""
    _, codes, begin, _, _, operands, _, table, _ = s
    last, x = len(table) - 1, operands[at]
    y = operands[at + 1] if count == 2 else x
    h = _hash_of_equation(code, operands, at, count) & last
    slot = table[h]
    while slot >= 0:
        if codes[slot] == code:
            b = begin[slot]
            if count == 2:
                if operands[b] == x:
                    if operands[b + 1] == y:
                        return slot  # type: ignore[no-any-return]
                elif operands[b] == y and operands[b + 1] == x and code >> 1 in COMMUTATIVE:
                    return slot  # type: ignore[no-any-return]
            elif begin[slot + 1] - b == count:
                k = 0
                while k < count and operands[at + k] == operands[b + k]:
                    k += 1
                if k == count:
                    return slot  # type: ignore[no-any-return]
        h = (h + 1) & last
        slot = table[h]
    table[h] = new
    return new


def rehash(s: Slots) -> None:
    """Fill a new table with all slots."""
    top, codes, begin, _, line, operands, numbers, table, _ = s
    last = len(table) - 1
    for slot in range(top[0]):
        code = codes[slot]
        if code == NUMBER:
            h = _hash_of_number(numbers[line[slot]]) & last
        elif code >= 0:
            h = _hash_of_equation(code, operands, begin[slot], begin[slot + 1] - begin[slot]) & last
        else:
            continue
        while table[h] >= 0:
            h = (h + 1) & last
        table[h] = slot


def _hash_of_number(x: float) -> int:
    if x - x != 0.0:  # inf or nan
        return 0
    part, exponent = math.frexp(x)
    h = int(part * 9007199254740992.0)  # all bits
    return (h ^ (h >> 29) ^ (h >> 13)) + 40503 * exponent


def _hash_of_equation(code: int, operands: Any, at: int, count: int) -> int:
    """The same for either order of two operands."""
    if count == 2:
        x, y = operands[at], operands[at + 1]
        return 1000003 * code + 524287 * (x + y) + 34534 * abs(x - y)  # type: ignore[no-any-return]
    h = 1000003 * code
    for k in range(at, at + count):
        h = (33 * h + 69069 * operands[k]) & 0x3FFFFFFF
    return h ^ (h >> 13)
