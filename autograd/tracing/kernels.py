"""The loops of numbering, over the arrays of `autograd/tracing/slots.py`: Python that numba compiles as it stands.

What is simplified is bit-identical: ``x**2`` is ``x·x``, ``1·x`` is ``x``, and of negatives, which derivatives are full
of, most are left out: ``x + (-y)`` is ``x - y``, ``(-x)·2`` is ``x·(-2)``.
"""

from __future__ import annotations

import math
from typing import Any

from autograd.tracing.slots import (
    ADD,
    COMMUTATIVE,
    DIV,
    IDENTITY,
    MUL,
    NEG,
    NUMBER,
    PLAIN,
    POWER,
    ROLES,
    SLOPE,
    SUB,
    TRACKED,
    UNLIKE,
    Rows,
    Slots,
    Templates,
)

__all__ = ["constant", "living", "mark_active", "number_rows", "pull_rows"]

# --- slots ---


def constant(s: Slots, x: float) -> int:
    """The slot of a float: 0.0 is not -0.0."""
    top, codes, begin, alike, line, _, numbers, _, _ = s
    new, place = top[0], top[1]
    slot = entered_number(s, x, new)
    if slot == new:
        numbers[place] = x
        codes[new], begin[new + 1], alike[new], line[new] = NUMBER, begin[new], UNLIKE, place
        top[0], top[1] = new + 1, place + 1
    return slot


def numbered(s: Slots, at: int, code: int, alike: int, line: int, count: int) -> int:
    """The slot of an equation whose operands begin at `at`, behind all others; one that says the same is shared."""
    top, codes, begin, classes, lines, operands, _, _, _ = s
    new = top[0]
    slot = entered(s, at, code, count, new)
    if slot != new:
        return slot
    codes[new], begin[new + 1], classes[new], lines[new] = code, at + count, alike, line
    top[0] = new + 1
    k, end = at, at + count
    while k < end and codes[operands[k]] <= NUMBER:
        k += 1
    if k == end and not top[2]:
        top[2] = new
    return new  # type: ignore[no-any-return]


# What the table of slots is for Python; for numba it is that of `autograd/tracing/hashing.py`.


def entered_number(s: Slots, x: float, new: int) -> int:
    """The slot of a number, which is `new` where there is none."""
    key = ("number", x) if x and x == x else str(x)  # alone, 1.0 would be the 1 of an equation
    return s.table.setdefault(key, new)  # type: ignore[no-any-return]


def entered(s: Slots, at: int, code: int, count: int, new: int) -> int:
    """The slot of an equation, which is `new` where there is none."""
    operands = s.operands
    x: Any = operands[at]
    key: Any = code << 31
    if count == 2:
        y = operands[at + 1]
        if y < x and code >> 1 in COMMUTATIVE:
            x, y = y, x
        key = (key | x) << 31 | y  # half as large as a tuple
    elif count == 1:
        key = ~(key | x)  # unlike that of any two
    else:
        key = code, *operands[at : at + count]
    return s.table.setdefault(key, new)  # type: ignore[no-any-return]


# --- what is simpler ---


def result(s: Slots, at: int, code: int, alike: int, line: int, count: int) -> int:
    """The slot of a result: that of its equation, or of something simpler that is the same to the last bit.

    Its operands begin at `at`, behind those of all others.
    """
    _, codes, begin, _, lines, operands, numbers, _, squared = s
    x, kind = operands[at], code >> 1
    y = operands[at + 1] if count == 2 else x
    if kind >= 2 * ROLES:
        if count == 2 and squared[kind] == squared[kind] and _is(s, y, 2.0):
            return constant(s, squared[kind])
        return numbered(s, at, code, alike, line, count)
    role = kind if kind < ROLES else kind - ROLES
    if role <= DIV and codes[x] not in _SPECIAL and codes[y] not in _SPECIAL:
        return numbered(s, at, code, alike, line, count)
    if kind <= NEG and codes[x] == NUMBER and codes[y] == NUMBER:
        v, w = numbers[lines[x]], numbers[lines[y]]
        if role != DIV or w != 0.0:
            return constant(s, _folded(role, v, w))
    if code & 1:
        return _simpler_alike(s, at, role, code, alike, line, count, x, y)
    if role == MUL:
        return _product(s, at, code, alike, line, x, y)
    same = code - 2 * role  # with another role it is the code of that operation on such numbers
    if role == ADD:
        if codes[y] in _NEGATIVE and codes[x] not in _SUM:
            return _numbered_pair(s, at, same + 2 * SUB, alike, line, x, operands[begin[y]])
        if codes[x] in _NEGATIVE and codes[y] not in _SUM:
            return _numbered_pair(s, at, same + 2 * SUB, alike, line, y, operands[begin[x]])
    elif role == SUB and codes[y] in _NEGATIVE:
        return _numbered_pair(s, at, same + 2 * ADD, alike, line, x, operands[begin[y]])
    elif role == NEG:
        b = begin[x]
        if codes[x] in _NEGATIVE:
            return operands[b]  # type: ignore[no-any-return]
        if codes[x] in _PRODUCT and codes[operands[b + 1]] == NUMBER:
            c = constant(s, -numbers[lines[operands[b + 1]]])
            return _numbered_pair(s, at, same + 2 * MUL, alike, line, operands[b], c)
    elif kind == SLOPE and _is(s, y, 2.0):
        return _numbered_pair(s, at, 2 * ADD, alike, line, x, x)
    return _simpler_alike(s, at, role, code, alike, line, count, x, y)


_SUM, _PRODUCT, _NEGATIVE = ((2 * role, 2 * (ROLES + role)) for role in (ADD, MUL, NEG))
"""Codes with a derivative. A sum that goes on stays a sum: long ones are computed at once."""
_SPECIAL = (NUMBER, *_NEGATIVE)
"""Codes of operands with which arithmetic may be simpler."""


def _product(s: Slots, at: int, code: int, alike: int, line: int, x: int, y: int) -> int:
    v, c = (x, y) if s.code[y] == NUMBER else (y, x)
    if s.code[c] != NUMBER:
        return numbered(s, at, code, alike, line, 2)
    factor = s.numbers[s.line[c]]
    if factor == 1.0 and s.alike[v] == alike:
        return v
    if s.code[v] in _NEGATIVE:
        v, factor = s.operands[s.begin[v]], -factor
        c = constant(s, factor)
    if code == 2 * MUL and 1.0 <= abs(factor) < 1e300:
        b = s.begin[v]
        first, second = s.operands[b], s.operands[b + 1]
        if (s.code[v] == 2 * ADD and first == second) or (s.code[v] == 2 * MUL and _is(s, second, 2.0)):
            v, c = first, constant(s, 2.0 * factor)
    return _numbered_pair(s, at, code, alike, line, v, c)


def _simpler_alike(s: Slots, at: int, role: int, code: int, alike: int, line: int, count: int, x: int, y: int) -> int:
    """The same where an operand of the class of the result may take its place."""
    if s.alike[x] == alike:
        if role == IDENTITY or (role == SUB and _is(s, y, 0.0)):
            return x
        if role in (MUL, DIV, POWER) and _is(s, y, 1.0):
            return x
        if role == POWER and _is(s, y, 2.0):
            return _numbered_pair(s, at, code - 2 * POWER + 2 * MUL, alike, line, x, x)
    if role == MUL and s.alike[y] == alike and _is(s, x, 1.0):
        return y
    if role == IDENTITY and (s.code[x] == NUMBER or (code & 1 and s.alike[x] <= PLAIN)):
        return x
    return numbered(s, at, code, alike, line, count)


def _numbered_pair(s: Slots, at: int, code: int, alike: int, line: int, x: int, y: int) -> int:
    at = s.begin[s.top[0]]
    s.operands[at] = x
    s.operands[at + 1] = y
    return numbered(s, at, code, alike, line, 2)


def _is(s: Slots, slot: int, x: float) -> bool:
    """Whether it is this constant: 0.0 is not -0.0."""
    if s.code[slot] != NUMBER:
        return False
    y = s.numbers[s.line[slot]]
    return x == y and (x != 0.0 or math.copysign(1.0, y) > 0.0)


def _folded(role: int, x: float, y: float) -> float:
    if role == ADD:
        return x + y
    if role == SUB:
        return x - y
    if role == MUL:
        return x * y
    if role == DIV:
        return x / y
    return -x


# --- what was recorded, and its derivatives ---


def number_rows(s: Slots, rows: Rows, start: int, stop: int, full: int, crowded: int) -> int:
    """Give slots to some rows, in order, until there are `full` slots or `crowded` operands; so far it came."""
    codes, classes, line, places, ends, operands, slot_of = rows
    top, _, begin, _, _, taken, _, _, _ = s
    first = ends[start - 1] if start else 0
    for row in range(start, stop):
        at, end = begin[top[0]], ends[row]
        if top[0] > full or at > crowded:
            return row
        behind = at
        for k in range(first, end):
            place = operands[k]
            taken[behind] = slot_of[place] if place >= 0 else ~place
            behind += 1
        slot_of[places[row]] = result(s, at, codes[row], classes[row], line[row], end - first)
        first = end
    return stop


def mark_active(rows: Rows, start: int, stop: int, active: Any) -> None:
    """Mark the places that depend on those that are marked, by operations with derivatives."""
    codes, _, _, places, ends, operands, _ = rows
    first = ends[start - 1] if start else 0
    for row in range(start, stop):
        end = ends[row]
        if codes[row] & 1 == 0:
            for k in range(first, end):
                if operands[k] >= 0 and active[operands[k]]:
                    active[places[row]] = 1
        first = end


def pull_rows(
    s: Slots, rows: Rows, t: Templates, sweep: tuple[Any, Any, int], start: int, stop: int, full: int, crowded: int
) -> int:
    """Apply the rules to rows, from the last to the first, as far as `number_rows` would go; so far it came.

    A `sweep` has the slots of cotangents by place, -1 where there is none, the active places, and a source line.
    """
    pending, active, line = sweep
    width, _, _, rule_of, starts, out, frame, steps, alikes, begins, takes = t
    codes, _, _, places, ends, operands, slot_of = rows
    top, _, begin, classes, _, taken, _, _, _ = s
    for row in range(stop - 1, start - 1, -1):
        place = places[row]
        g = pending[place]
        if g < 0 or not active[place]:
            continue
        if top[0] > full or begin[top[0]] > crowded:
            return row + 1
        first, end, given, position = ends[row - 1] if row else 0, ends[row], 2, width * (codes[row] >> 1)
        frame[0], frame[1] = g, slot_of[place]
        for k in range(first, end):
            operand = operands[k]
            frame[given] = slot_of[operand] if operand >= 0 else ~operand
            given += 1
        for k in range(first, end):
            operand, rule, filled = operands[k], rule_of[position], given
            position += 1
            if rule < 0 or operand < 0 or not active[operand]:
                continue
            for step in range(starts[rule], starts[rule + 1]):
                at, is_plain, last = begin[top[0]], True, begins[step + 1]
                behind = at
                for n in range(begins[step], last):
                    slot = takes[n]
                    slot = frame[slot] if slot >= 0 else ~slot
                    taken[behind] = slot
                    behind += 1
                    if classes[slot] == TRACKED:
                        is_plain = False
                code, alike = steps[step], alikes[step]
                if code & 1 == 0:  # it has a derivative where an operand has one
                    code += is_plain
                    alike = PLAIN if is_plain else TRACKED
                frame[filled] = result(s, at, code, alike, line, behind - at)
                filled += 1
            part = frame[out[rule]] if out[rule] >= 0 else ~out[rule]
            before = pending[operand]
            if before >= 0:
                at = begin[top[0]]
                taken[at], taken[at + 1] = before, part
                is_plain = classes[before] != TRACKED and classes[part] != TRACKED
                part = result(s, at, 2 * ADD + is_plain, PLAIN if is_plain else TRACKED, line, 2)
            pending[operand] = part
    return start


def living(s: Slots, needed: Any) -> None:
    """Mark all that the slots marked as needed depend on."""
    top, codes, begin, _, _, operands, _, _, _ = s
    for slot in range(top[0] - 1, -1, -1):
        if needed[slot] and codes[slot] >= 0:
            for k in range(begin[slot], begin[slot + 1]):
                needed[operands[k]] = 1
