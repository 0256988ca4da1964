"""Chains of additions in a listing, and which of them add products up; see `autograd/tracing/schedule.py`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from autograd.primitive import Primitive, table
from autograd.tracing import chains
from autograd.tracing.equations import Ints
from autograd.tracing.listing import Listing

__all__ = ["DOTS", "FOLDS", "Units", "units_of"]

FOLDS, DOTS = -1, -2
"""The codes of chains of additions: of their operands, or of the products of each two of them."""


class Units(NamedTuple):
    """What is computed at once: an equation, a fold or a dot.

    Attributes
    ----------
    codes : what each does: a place in the `kinds` of the equations, or one of the above.
    results : their slots.
    ends, operands : the operands of all in one array, and where those of each end.
    """

    codes: Ints
    results: Ints
    ends: Ints
    operands: Ints

    @property
    def starts(self) -> Ints:
        """Where the operands of each begin."""
        return np.append(np.int32(0), self.ends)[:-1]


def units_of(listing: Listing, dots: bool, one: int, loops: Any) -> Units:
    """The units of a listing, with `dots` or without; in a dot, what is no product is one with the slot `one`."""
    equations = listing.equations
    parts = equations.codes, equations.results, equations.ends, equations.operands
    units, uses = Units(*(np.asarray(part, np.int32) for part in parts)), _uses_in(listing)
    sums, products = (_doing(table[name], listing)[units.codes] for name in ("add", "mul"))
    if sums.any():
        units = _folded(units, np.flatnonzero(sums).astype(np.int32), uses, loops)
    if dots and (units.codes == FOLDS).any() and products.any():
        once = products & (uses[equations.results] == 1)
        units = _paired(units, np.asarray(equations.results)[once], one)
    return units


def _uses_in(listing: Listing) -> Ints:
    """Per slot how often it is an operand, an output, or asked by a guard."""
    asked = [*listing.outputs, *(guard.slot for guard in listing.guards)]
    slots = np.concatenate([np.asarray(listing.equations.operands, np.int32), np.array(asked, np.int32)])
    results = listing.equations.results
    return np.bincount(slots, minlength=1 + max(results[-1] if results else 0, 0)).astype(np.int32)


def _doing(op: Primitive, listing: Listing) -> Any:
    """Which kinds of equations do this."""
    return np.array([what.op is op for what in listing.equations.kinds], bool)


def _folded(units: Units, sums: Ints, uses: Ints, loops: Any) -> Units:
    """The same with all chains of additions that nothing else needs as folds."""
    codes, results, ends, operands = units
    known: list[Any] = [sums, ends, operands, results, uses]
    found: list[Any] = [np.zeros(len(uses), np.int32) for _ in range(4)]
    if loops is chains:  # lists are faster in Python
        known, found = [one.tolist() for one in known], [one.tolist() for one in found]
    loops.chain_sums(*known, *found)
    length, is_part = np.asarray(found[0])[results], np.asarray(found[3])[results] > 0
    is_fold = (length > 1) & ~is_part
    counts = np.diff(ends, prepend=0)
    wide = np.where(is_fold, length + 1, np.where(is_part, 0, counts))
    ends, plain = np.cumsum(wide).astype(np.int32), ~(is_fold | is_part)
    out = np.zeros(ends[-1], np.int32)
    out[np.repeat(plain, wide)] = operands[np.repeat(plain, counts)]
    folds: list[Any] = [ends[is_fold], results[is_fold], out]
    if loops is chains:
        folds = [one.tolist() for one in folds]
    loops.fill_sums(*folds, *found[:3])
    codes, is_unit = np.where(is_fold, FOLDS, codes), ~is_part
    return Units(codes[is_unit], results[is_unit], ends[is_unit], np.asarray(folds[2], np.int32))


def _paired(units: Units, products: Ints, one: int) -> Units:
    """The same with folds as dots, where at least half of their operands are among the slots of `products`."""
    codes, results, ends, operands = units
    starts, counts = units.starts, np.diff(ends, prepend=0)
    place_of = np.full(one + 1, -1, np.int32)  # `one` is the last slot, and results increase
    place_of[products] = np.searchsorted(results, products)
    places = place_of[operands]
    is_dot = (codes == FOLDS) & (2 * np.add.reduceat(places >= 0, starts) >= counts)
    inside = np.repeat(is_dot, counts)
    is_product = places >= 0
    is_kept = np.ones(len(codes), bool)
    is_kept[places[inside & is_product]] = False
    widths = np.where(inside, 2, 1) * np.repeat(is_kept, counts)
    after = np.cumsum(widths)[inside]
    out, first = np.repeat(operands, widths), starts[np.maximum(places[inside], 0)]
    out[after - 2] = np.where(is_product[inside], operands[first], operands[inside])
    out[after - 1] = np.where(is_product[inside], operands[first + 1], one)
    ends = np.cumsum(np.add.reduceat(widths, starts)[is_kept]).astype(np.int32)
    return Units(np.where(is_dot, DOTS, codes)[is_kept], results[is_kept], ends, out)
