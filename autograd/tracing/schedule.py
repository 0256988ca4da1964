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
from autograd.tracing import chains
from autograd.tracing.equations import Ints
from autograd.tracing.lines import cut_at_bends, run_starts, sort_by_place, with_lines
from autograd.tracing.listing import Guard, Listing
from autograd.tracing.sums import FOLDS, Units, units_of

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
    if not all(how.is_scalar and (op.scalar is not None or op.name == "identity") for op, how in equations.kinds):
        return False
    if not all(node.is_scalar for _, node in listing.captured):
        return False
    if not all(_is_float(x) for x, is_used in zip(listing.constants.values(), _used(listing), strict=True) if is_used):
        return False
    if any(isinstance(listing.constants.get(slot), np.ndarray) for slot in listing.outputs):
        return False
    return not any(is_truth(op) for op, _ in equations.kinds) or _has_plain_truths(listing)


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


def scheduled(listing: Listing, wide: int = 32, dots: bool = False, loops: Any = chains) -> Schedule:
    """The schedule of a listing that `is_flat`, in time linear in its length (but for sorting integers).

    A run of at least `wide` equations may keep its operands as lines, and is kept apart from its neighbours for that.
    Folds of products become `dots` where that is asked for, and long folds have lines in narrow runs, too. `loops` are
    `chains` or a compiled copy of them.
    """
    place_of, constants, given = _places(listing)
    units = units_of(listing, dots, len(place_of) - 1, loops)
    levels = _levels(units, len(place_of), loops)
    starts, results, flat = units.starts, units.results, units.operands
    arities = units.ends - starts
    kinds, kind_of = _kinds(listing, units, arities)

    base = given + len(constants)
    pair = [flat[np.minimum(starts + k, units.ends - 1)] if len(flat) else flat for k in (0, 1)]
    source = -place_of - 1
    source[results] = levels * len(kinds) + kind_of
    sources = [source[slots] for slots in pair]
    order = np.lexsort((sources[1], sources[0], kind_of, levels))
    place_of[results[order]] = np.arange(base, base + len(order), dtype=np.int32)
    sort_by_place(order, levels, kind_of, pair, results, place_of)
    begins = run_starts((levels[order], kind_of[order]), [key[order] for key in sources], wide)
    if dots:
        begins = cut_at_bends(begins, order, units, place_of)

    counts = np.diff(np.append(begins, len(order)))
    codes = kind_of[order][begins]
    arity_of = np.array([kind.arity for kind in kinds], np.int64)[codes]
    operands, offsets = _gathered(order, begins, counts, arity_of, starts, place_of[flat])
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


def _gathered(order: Ints, begins: Ints, counts: Ints, arity_of: Ints, starts: Ints, places: Ints) -> tuple[Ints, Ints]:
    """The places of all operands, by run and by position, and where those of each run begin."""
    offsets = np.concatenate([[0], np.cumsum(arity_of * counts)])
    run_of = np.repeat(np.arange(len(counts)), counts)
    arities = arity_of[run_of]
    within = np.arange(offsets[-1], dtype=np.int32)  # the position of an operand, of which there may be many millions
    within -= np.repeat((np.cumsum(arities) - arities).astype(np.int32), arities)
    to = np.repeat(counts.astype(np.int32)[run_of], arities)
    to *= within
    to += np.repeat((offsets[run_of] + np.arange(len(order)) - begins[run_of]).astype(np.int32), arities)
    within += np.repeat(starts[order], arities)
    operands = np.empty(offsets[-1], np.int32)
    operands[to] = places[within]
    return operands, offsets


def _levels(units: Units, slots: int, loops: Any) -> Ints:
    """Per unit one more than the highest level of its operands; there are so many `slots`."""
    levels: Any = np.zeros(slots, np.int32)
    parts: list[Any] = [units.ends, units.operands, units.results]
    if loops is chains:  # lists are faster in Python
        parts, levels = [part.tolist() for part in parts], levels.tolist()
    loops.find_levels(*parts, levels)
    found: Ints = np.asarray(levels, np.int64)[units.results]
    return found


def _kinds(listing: Listing, units: Units, arities: Ints) -> tuple[tuple[Kind, ...], Ints]:
    """What there is to do, each once, and per unit which of it."""
    codes, kinds = units.codes, listing.equations.kinds
    found, number_of = list[Kind](), dict[Any, int]()  # by what may not be the same although it is equal, as 1 and True

    def number(kind: Kind, params: dict[str, Any] | None) -> int:
        of = number_of.setdefault((kind.op, kind.arity, id(params)), len(found))
        if of == len(found):
            found.append(kind)
        return of

    is_sum, of = codes < 0, np.zeros(len(codes), np.int64)
    arity_of, numbers = (np.zeros(len(kinds), np.int64) for _ in range(2))
    arity_of[codes[~is_sum]] = arities[~is_sum]
    for code in np.flatnonzero(arity_of).tolist():
        op, how = kinds[code]
        numbers[code] = number(Kind(op, tuple(sorted(how.params.items())), int(arity_of[code])), how.params)
    of[~is_sum] = numbers[codes[~is_sum]]
    for place in np.flatnonzero(is_sum).tolist():
        of[place] = number(Kind(FOLD if codes[place] == FOLDS else DOT, (), int(arities[place])), None)
    return tuple(found), of


def _places(listing: Listing) -> tuple[Ints, Floats, int]:
    """The places of slots in the buffer (those of results are not known yet), the constants, and where they begin.

    The last constant is 1, under a slot that is not in the listing.
    """
    used = [slot for slot, is_used in zip(listing.constants, _used(listing), strict=True) if is_used]
    given = [*listing.inputs, *(slot for slot, _ in listing.captured)]
    known = [*given, *used]
    results = listing.equations.results
    place_of = np.full(2 + max([*known, *listing.outputs, *results[-1:]], default=0), -1, np.int32)
    place_of[known] = np.arange(len(known), dtype=np.int32)
    place_of[-1] = len(known)
    return place_of, np.array([*(float(listing.constants[slot]) for slot in used), 1.0]), len(given)


def _used(listing: Listing) -> list[bool]:
    """Which constants are operands, or are asked by a guard."""
    operands, asked = np.asarray(listing.equations.operands, np.int32), [guard.slot for guard in listing.guards]
    marks = np.zeros(1 + max([*listing.constants, *asked, operands.max(initial=0)]), bool)
    marks[operands] = marks[asked] = True
    return [bool(marks[slot]) for slot in listing.constants]


def _truths(listing: Listing) -> set[int]:
    """The slots of all results that are true or false."""
    equations = listing.equations
    codes = [code for code, what in enumerate(equations.kinds) if is_truth(what.op)]
    return set(np.asarray(equations.results)[np.isin(equations.codes, codes)].tolist())
