"""`Schedule`: a scalar program as flat arrays, its equations sorted into runs that can be computed all at once.

The **level** of an equation is one more than the highest of its operands, so equations of one level need nothing of
each other. Those of one level and one operation are a **run**; their results lie side by side in the buffer of values.
A chain of additions whose partial sums nothing else needs is one **fold**: it is computed from left to right, as the
additions were, and so to the same bit, but takes one level instead of one per addition. Where most of what is added are
products that nothing else needs, these are not kept either: a fold of pairs is a **dot**.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autograd.primitive import Primitive
from autograd.tracing.equations import Ints
from autograd.tracing.lines import cut_at_bends, run_starts, sort_by_place, with_lines
from autograd.tracing.listing import Guard, Listing
from autograd.tracing.sums import folds_of, paired_in, uses_in

__all__ = ["DOT", "FOLD", "Kind", "Schedule", "is_flat", "scheduled"]

Floats = npt.NDArray[np.float64]

_SELECTING = frozenset(("where", "maximum", "minimum", "clip", "identity"))
_COUNTING = frozenset(("add", "mul", "where", "maximum", "minimum"))


class Kind(NamedTuple):
    """What a run does: a primitive with its static parameters, or a fold or dot, on so many operands."""

    op: Primitive | str
    params: tuple[tuple[str, Any], ...]
    arity: int


FOLD, DOT = "fold", "dot"
"""The `op` of a `Kind` that is a chain of additions, of its operands or of the products of each two of them."""


@dataclass(frozen=True, eq=False)
class Schedule:
    """A program as arrays: at most 24 bytes per equation.

    The buffer of values begins with the inputs, the captured leaves and the constants; then come the results of all
    runs, in order.

    Attributes
    ----------
    size : how many values there are.
    given : how many of them are inputs or captured.
    constants : the numbers that follow these.
    kinds : what runs do, each once.
    codes : per run its place in `kinds`.
    firsts : per run the place of its first result, and at the end `size`.
    lines : per run whether its operands are lines: evenly spaced places.
    offsets : per run where its operands begin in `operands`: the places of those in first position, of those in second
        position, and so on; for lines the first place and the step of each position.
    outputs : per result of the program its place; -1 where it is the constant in `fixed`.
    truths : which results are true or false.
    guards : guards of the program, in order, with the places they ask and what they expect.
    """

    size: int
    given: int
    constants: Floats
    kinds: tuple[Kind, ...]
    codes: Ints
    firsts: Ints
    lines: npt.NDArray[np.bool_]
    offsets: Ints
    operands: Ints
    outputs: Ints
    fixed: dict[int, Any]
    truths: tuple[int, ...]
    guards: tuple[Guard, ...]
    asked: Ints
    outcomes: npt.NDArray[np.bool_]

    def broken(self, values: npt.NDArray[Any]) -> tuple[Guard, int] | None:
        """The first guard that does not hold, for the first lane in which one does not, and that lane."""
        if not self.guards:
            return None
        wrong = (values[self.asked] != 0.0) != (self.outcomes if values.ndim == 1 else self.outcomes[:, None])
        if not wrong.any():
            return None
        if values.ndim == 1:
            return self.guards[int(np.argmax(wrong))], 0
        lane = int(np.argmax(wrong.any(axis=0)))
        return self.guards[int(np.argmax(wrong[:, lane]))], lane

    def __sizeof__(self) -> int:
        return sum(part.nbytes for part in vars(self).values() if isinstance(part, np.ndarray))


def is_flat(listing: Listing) -> bool:
    """Whether a program can be scheduled: all that takes part or comes out is a number, true or false, or nothing."""
    equations = listing.equations
    kinds = [equations.kinds[code] for code in set(equations.codes)]
    if not all(how.is_scalar and (op.scalar is not None or op.name == "identity") for op, how in kinds):
        return False
    if not all(node.is_scalar for _, node in listing.captured):
        return False
    used = {*equations.operands, *(guard.slot for guard in listing.guards)}
    if not all(_is_float(x) for slot, x in listing.constants.items() if slot in used):
        return False
    if any(isinstance(listing.constants.get(slot), np.ndarray) for slot in listing.outputs):
        return False
    return not any(is_truth(op) for op, _ in kinds) or _has_plain_truths(listing)


def is_truth(op: Primitive) -> bool:
    """Whether the results of a primitive are true or false."""
    return op.kind == "elementwise" and not op.rules


def _is_float(x: Any) -> bool:
    try:
        return isinstance(x, float | int | np.number | np.bool_) and bool(float(x) == x or x != x)
    except OverflowError:
        return False


def _has_plain_truths(listing: Listing) -> bool:
    """Whether truths may be the floats 0.0 and 1.0: Python's own are whole numbers, which know no -0.0."""
    whole = {slot for slot, x in listing.constants.items() if isinstance(x, bool | int)}
    for equation in listing.equations:
        name, operands = equation.op.name, equation.operands
        if is_truth(equation.op):
            whole.add(equation.result)
            continue
        if name in _SELECTING and any(slot in whole for slot in operands[name == "where" :]):
            whole.add(equation.result)
        elif all(slot in whole for slot in operands):
            if name not in _COUNTING:
                return False
            whole.add(equation.result)
    return True


def scheduled(listing: Listing, wide: int = 32, dots: bool = False) -> Schedule:
    """The schedule of a listing that `is_flat`, in time linear in its length (but for sorting integers).

    A run of at least `wide` equations may keep its operands as lines, and is kept apart from its neighbours for that.
    Folds of products become `dots` where that is asked for, and long folds have lines in narrow runs, too.
    """
    equations = listing.equations
    place_of, constants, given = _places(listing)
    uses = uses_in(listing)
    folds, is_part = folds_of(listing, uses)
    paired = paired_in(listing, uses, folds, is_part, one=len(place_of) - 1) if dots else set()
    levels = _levels(listing, folds, is_part, len(place_of))
    ends = np.asarray(equations.ends, np.int64)
    starts = np.concatenate([[0], ends])[:-1]
    arities = ends - starts
    for unit, slots in folds.items():
        arities[unit] = len(slots)
    kinds, kind_of = _kinds(listing, folds, paired, arities)
    flat = np.asarray(equations.operands, np.int32)

    base, results = given + len(constants), np.asarray(equations.results, np.int32)
    pair = [flat[np.minimum(starts + k, ends - 1)] if len(flat) else flat for k in (0, 1)]
    for unit, slots in folds.items():
        pair[0][unit], pair[1][unit] = slots[:2]
    source = -place_of - 1
    source[results] = levels * len(kinds) + kind_of
    sources = [source[slots] for slots in pair]
    order = np.flatnonzero(np.frombuffer(is_part, np.uint8) == 0)
    order = order[np.lexsort((sources[1][order], sources[0][order], kind_of[order], levels[order]))]
    place_of[results[order]] = np.arange(base, base + len(order), dtype=np.int32)
    sort_by_place(order, levels, kind_of, pair, results, place_of)
    begins = run_starts((levels[order], kind_of[order]), [key[order] for key in sources], wide)
    if dots:
        begins = cut_at_bends(begins, order, folds, place_of)

    counts = np.diff(np.append(begins, len(order)))
    codes = kind_of[order][begins]
    arity_of = np.array([kind.arity for kind in kinds], np.int64)[codes]
    operands, offsets = _gathered(order, begins, arity_of, starts, folds, place_of[flat], place_of)
    operands, offsets, lines = with_lines(operands, offsets, arity_of, counts, wide)
    truths = _truths(listing)
    return Schedule(
        size=base + len(order),
        given=given,
        constants=constants,
        kinds=kinds,
        codes=codes.astype(np.int32),
        firsts=np.append(begins + base, base + len(order)).astype(np.int32),
        lines=lines,
        offsets=offsets.astype(np.int32),
        operands=operands,
        outputs=np.array([-1 if slot in listing.constants else place_of[slot] for slot in listing.outputs], np.int32),
        fixed={n: listing.constants[slot] for n, slot in enumerate(listing.outputs) if slot in listing.constants},
        truths=tuple(n for n, slot in enumerate(listing.outputs) if slot in truths),
        guards=tuple(listing.guards),
        asked=place_of[[guard.slot for guard in listing.guards]],
        outcomes=np.array([guard.outcome for guard in listing.guards], bool),
    )


def _gathered(
    order: Ints,
    run_starts: Ints,
    arity_of: Ints,
    starts: Ints,
    folds: dict[int, list[int]],
    places: Ints,
    place_of: Ints,
) -> tuple[Ints, Ints]:
    """The places of all operands, by run and by position, and where those of each run begin."""
    counts = np.diff(np.append(run_starts, len(order)))
    offsets = np.concatenate([[0], np.cumsum(arity_of * counts)])
    operands = np.empty(offsets[-1], np.int32)
    run_of = np.repeat(np.arange(len(counts)), counts)
    targets = offsets[run_of] + np.arange(len(order)) - run_starts[run_of]  # of the first operand
    is_fold = np.isin(order, np.fromiter(folds, np.int64, len(folds)))
    plain = np.flatnonzero(~is_fold)
    for k in range(int(arity_of[run_of[plain]].max(initial=0))):
        plain = plain[arity_of[run_of[plain]] > k]
        operands[targets[plain] + k * counts[run_of[plain]]] = places[starts[order[plain]] + k]
    for position in np.flatnonzero(is_fold).tolist():
        slots, first, step = folds[int(order[position])], targets[position], counts[run_of[position]]
        operands[first : first + step * len(slots) : step] = place_of[slots]
    return operands, offsets


def _levels(listing: Listing, folds: dict[int, list[int]], is_part: bytearray, slots: int) -> Ints:
    """Per equation one more than the highest level of its operands; there are so many `slots`."""
    equations = listing.equations
    flat, results = np.asarray(equations.operands), np.asarray(equations.results)
    places = np.flatnonzero(np.frombuffer(is_part, np.uint8) == 0)
    ends = np.asarray(equations.ends)
    starts, ends = np.append(0, ends)[places], ends[places]
    first, last = (flat[starts], flat[ends - 1]) if len(flat) else (flat, flat)
    more = ends - starts > 2
    more[np.searchsorted(places, list(folds))] = True
    first[more] = -1 - places[more]  # those of more than two operands: they are looked up
    level = [0] * slots
    for left, right, result in zip(first.tolist(), last.tolist(), results[places].tolist(), strict=True):
        if left < 0:
            place = -1 - left
            height = max(map(level.__getitem__, folds[place] if place in folds else equations.operands_of(place)))
        else:
            height, other = level[left], level[right]
            if other > height:
                height = other
        level[result] = height + 1
    levels: Ints = np.array(level, np.int64)[results]
    return levels


def _kinds(
    listing: Listing, folds: dict[int, list[int]], paired: set[int], arities: Ints
) -> tuple[tuple[Kind, ...], Ints]:
    """What there is to do, each once, and per equation which of it."""
    equations = listing.equations
    codes = np.asarray(equations.codes)
    number_of: dict[Kind, int] = {}
    least = np.full(len(equations.kinds), np.iinfo(np.int64).max)
    np.minimum.at(least, codes, arities)
    numbers = np.zeros(len(equations.kinds), np.int64)
    for code in np.flatnonzero(np.bincount(codes)).tolist():
        op, how = equations.kinds[code]
        kind = Kind(op, tuple(sorted(how.params.items())), int(least[code]))
        numbers[code] = number_of.setdefault(kind, len(number_of))
    of = numbers[codes]
    for place, slots in folds.items():
        of[place] = number_of.setdefault(Kind(DOT if place in paired else FOLD, (), len(slots)), len(number_of))
    return tuple(number_of), of


def _places(listing: Listing) -> tuple[Ints, Floats, int]:
    """The places of slots in the buffer (those of results are not known yet), the constants, and where they begin.

    The last constant is 1, under a slot that is not in the listing.
    """
    equations = listing.equations
    used = {*equations.operands, *(guard.slot for guard in listing.guards)} & listing.constants.keys()
    given = [*listing.inputs, *(slot for slot, _ in listing.captured)]
    known = [*given, *sorted(used)]
    place_of = np.full(2 + max([*known, *listing.outputs, *equations.results], default=0), -1, np.int32)
    place_of[known] = np.arange(len(known), dtype=np.int32)
    place_of[-1] = len(known)
    return place_of, np.array([*(float(listing.constants[slot]) for slot in known[len(given) :]), 1.0]), len(given)


def _truths(listing: Listing) -> set[int]:
    """The slots of all results that are true or false."""
    equations = listing.equations
    codes = [code for code, what in enumerate(equations.kinds) if is_truth(what.op)]
    return set(np.asarray(equations.results)[np.isin(equations.codes, codes)].tolist())
