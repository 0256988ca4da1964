"""Runs whose operands lie on lines: evenly spaced places in the buffer, so that not each of them has to be kept."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from autograd.tracing.equations import Ints
from autograd.tracing.sums import Units

__all__ = ["cut_at_bends", "run_starts", "sort_by_place", "with_lines"]


LONG, NARROW = 32, 8
"""A fold of so many operands pays for a run of its own from so many equations on."""


def sort_by_place(
    order: Ints, levels: Ints, kind_of: Ints, pair: Sequence[Ints], results: Ints, place_of: Ints
) -> None:
    """Put equations of one run into the order of their operands in the buffer, which then often are lines.

    That goes level by level, and only where these are wide: a deep program has no long lines anyway.
    """
    bounds = np.append(np.flatnonzero(np.diff(levels[order], prepend=-1)), len(order))
    if 64 * len(bounds) > len(order):
        return
    for start, end in pairwise(bounds.tolist()):
        part = order[start:end]
        left, right = (place_of[slots[part]] for slots in pair)
        part = part[np.lexsort((np.maximum(left, right), np.minimum(left, right), kind_of[part]))]
        first = place_of[results[order[start:end]]].min()
        order[start:end] = part
        place_of[results[part]] = np.arange(first, first + len(part), dtype=np.int32)


def run_starts(whole: Sequence[Ints], finer: Sequence[Ints], wide: int) -> Ints:
    """Where runs begin: where one of `whole` changes, and at both ends of wide stretches in which `finer` do not."""

    def changes(keys: Sequence[Ints]) -> Any:
        return np.logical_or.reduce([np.append(True, key[1:] != key[:-1]) for key in keys])

    if not len(whole[0]):
        return np.empty(0, np.intp)
    is_run = changes(whole)
    pieces = np.flatnonzero(is_run | changes(finer))
    is_wide = np.diff(np.append(pieces, len(is_run))) >= wide
    starts: Ints = pieces[is_run[pieces] | is_wide | np.append(False, is_wide[:-1])]
    return starts


def cut_at_bends(starts: Ints, order: Ints, units: Units, place_of: Ints) -> Ints:
    """Where runs begin when long folds are cut where their operands leave their lines, unless the pieces are too small.

    Derivatives by the weights of a layer, which are sums over samples, lie on lines neuron by neuron.
    """
    cuts, arities, firsts = [starts], np.diff(units.ends, prepend=0), units.starts
    for start, end in pairwise(np.append(starts, len(order)).tolist()):
        if end - start < 2 * NARROW or units.codes[order[start]] >= 0 or arities[order[start]] < LONG:
            continue
        chosen = order[start:end]
        operands = units.operands[firsts[chosen][:, None] + np.arange(arities[chosen[0]])]
        steps = np.diff(place_of[operands], axis=0)
        at, found = 0, []
        for bend in (np.flatnonzero((steps[1:] != steps[:-1]).any(axis=1)) + 2).tolist():
            if bend >= at + 2:  # two places make a line
                at = bend
                found.append(start + at)
        if NARROW * (1 + len(found)) <= len(chosen):
            cuts.append(np.array(found, np.intp))
    return np.sort(np.concatenate(cuts))


def with_lines(operands: Ints, offsets: Ints, per_run: Ints, counts: Ints, wide: int) -> tuple[Ints, Ints, Any]:
    """The operands of wide runs, and of long folds, as lines, where all of them are."""
    if not len(operands):
        return operands, offsets[:-1], np.zeros(len(counts), bool)
    lengths = np.repeat(counts, per_run)  # of blocks: the operands of a run in one position
    begins = np.cumsum(lengths) - lengths
    steps = np.diff(operands, append=operands[-1:])
    given = np.where(lengths > 1, steps[begins], 0)
    is_off = steps != np.repeat(given, lengths)
    is_off[begins + lengths - 1] = False
    is_crooked = np.logical_or.reduceat(np.logical_or.reduceat(is_off, begins), np.cumsum(per_run) - per_run)
    is_wide = (counts >= wide) | ((counts >= NARROW) & (per_run >= LONG))
    lines = is_wide & ~is_crooked
    on_line = np.repeat(lines, per_run)
    operands[begins[on_line] + 1] = given[on_line]
    kept = ~np.repeat(on_line, lengths)
    kept[begins] = kept[begins[on_line] + 1] = True
    widths = per_run * np.where(lines, 2, counts)
    return operands[kept], np.cumsum(widths) - widths, lines
