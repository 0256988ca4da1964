"""Chains of additions in a listing, and which of them add products up; see `autograd/tracing/schedule.py`."""

from __future__ import annotations

import numpy as np

from autograd.primitive import table
from autograd.tracing.equations import Ints
from autograd.tracing.listing import Listing

__all__ = ["folds_of", "paired_in", "uses_in"]


def folds_of(listing: Listing, uses: Ints) -> tuple[dict[int, list[int]], bytearray]:
    """The operands of all chains of additions by their last equation, and which equations are parts of one."""
    equations = listing.equations
    is_part, folds = bytearray(len(equations)), dict[int, list[int]]()
    adding = _places_of("add", listing)
    if not len(adding):
        return folds, is_part
    ends = np.asarray(equations.ends)[adding]
    flat, results = np.asarray(equations.operands), np.asarray(equations.results)[adding]
    links: dict[int, tuple[int, int, int]] = {}  # by the slot of a sum: how long its chain is, and its operands
    chains: dict[int, int] = {}  # by the slot of a sum that is used once: how long its chain is
    is_link = (uses[results] == 1).tolist()
    pairs = zip(flat[ends - 2].tolist(), flat[ends - 1].tolist(), results.tolist(), is_link, strict=True)
    for left, right, slot, is_one in pairs:
        length, other = chains.get(left, 0), chains.get(right, 0)
        if other > length:
            length, left, right = other, right, left  # a sum is the same to the last bit
        links[slot] = length + 1, left, right
        if is_one:
            chains[slot] = length + 1
    taken = set[int]()
    for place, slot in zip(adding[::-1].tolist(), results[::-1].tolist(), strict=True):
        if slot in taken:
            is_part[place] = True
        elif links[slot][0] > 1:
            slots = []
            length, left, right = links[slot]
            while length > 1:
                slots.append(right)
                taken.add(left)
                length, left, right = links[left]
            folds[place] = [left, right, *slots[::-1]]
    return folds, is_part


def uses_in(listing: Listing) -> Ints:
    """Per slot how often it is an operand, an output, or asked by a guard."""
    asked = [*listing.outputs, *(guard.slot for guard in listing.guards)]
    return np.bincount(np.concatenate([np.asarray(listing.equations.operands, np.int32), np.array(asked, np.int32)]))


def paired_in(listing: Listing, uses: Ints, folds: dict[int, list[int]], is_part: bytearray, one: int) -> set[int]:
    """Which folds are dots. Their operands become pairs of factors; what is no product is one with the slot `one`."""
    equations = listing.equations
    multiplying = _places_of("mul", listing)
    if not (len(multiplying) and folds):
        return set()
    results = np.asarray(equations.results)
    places = multiplying[uses[results[multiplying]] == 1]
    ends, flat = np.asarray(equations.ends)[places], np.asarray(equations.operands)
    factors = zip(places.tolist(), flat[ends - 2].tolist(), flat[ends - 1].tolist(), strict=True)
    products = dict(zip(results[places].tolist(), factors, strict=True))
    paired = set()
    for unit, slots in folds.items():
        found = [slot in products for slot in slots]
        if 2 * sum(found) >= len(slots):
            paired.add(unit)
            pairs = []
            for slot in slots:
                place, left, right = products.get(slot, (-1, slot, one))
                pairs += [left, right]
                if place >= 0:
                    is_part[place] = True
            folds[unit] = pairs
    return paired


def _places_of(name: str, listing: Listing) -> Ints:
    """The equations that do this."""
    equations = listing.equations
    codes = [code for code, what in enumerate(equations.kinds) if what.op is table[name]]
    places: Ints = np.flatnonzero(np.isin(equations.codes, codes))
    return places
