"""The loops of scheduling: plain Python, which numba compiles as it stands; see `autograd/tracing/sums.py`."""

from __future__ import annotations

from typing import Any

__all__ = ["chain_sums", "fill_sums", "find_levels"]


def chain_sums(
    sums: Any, ends: Any, operands: Any, results: Any, uses: Any, length: Any, left: Any, right: Any, part: Any
) -> None:
    """Find the chains of the equations that are `sums`: per slot how many of them end there, their last operands, and
    whether it is a part of a longer one.
    """
    for place in sums:
        x, y = operands[ends[place] - 2], operands[ends[place] - 1]
        before, other = length[x] if uses[x] == 1 else 0, length[y] if uses[y] == 1 else 0
        if other > before:
            before, x, y = other, y, x  # a sum is the same to the last bit
        slot = results[place]
        length[slot], left[slot], right[slot] = before + 1, x, y
    for place in sums[::-1]:
        slot = results[place]
        if not part[slot]:
            while length[slot] > 1:
                slot = left[slot]
                part[slot] = 1


def fill_sums(ends: Any, results: Any, operands: Any, length: Any, left: Any, right: Any) -> None:
    """Write the operands of chains, in the order in which they are added."""
    for k in range(len(ends)):
        at, slot = ends[k] - 1, results[k]
        while length[slot] > 1:
            operands[at] = right[slot]
            slot = left[slot]
            at -= 1
        operands[at], operands[at - 1] = right[slot], left[slot]


def find_levels(ends: Any, operands: Any, results: Any, levels: Any) -> None:
    """Per slot one more than the highest level of its operands."""
    first = 0
    for end, slot in zip(ends, results):  # noqa: B905  # numba knows no strict=
        height = levels[operands[first]]
        for at in range(first + 1, end):
            level = levels[operands[at]]
            if level > height:
                height = level
        levels[slot] = height + 1
        first = end
