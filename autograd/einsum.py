"""Einstein summation: any sum of products of elements, by naming the axes."""

from __future__ import annotations

import math
import string
from itertools import combinations
from typing import Any

import numpy as np

from autograd.errors import OperandError, ShapeError
from autograd.functions import arrays
from autograd.rules.contraction import contract
from autograd.rules.reduce import sum as sum_
from autograd.rules.shape import getitem, reshape, transpose

__all__ = ["einsum"]


def einsum(subscripts: str, *operands: Any) -> Any:
    """The sum of products that `subscripts` spell, as in ``np.einsum``.

    A letter names an axis, the same letter the same extent; letters that are missing behind ``->`` are summed over.
    Without ``->`` the result has the letters that occur once, in alphabetical order. ``...`` stands for any further
    axes, which broadcast. More than two operands are multiplied in pairs, the smallest products first.

    Parameters
    ----------
    subscripts : one group of letters per operand, and those of the result: ``"ij,jk->ik"`` is a product of matrices.
    *operands : arrays or Tensors.

    Raises
    ------
    ShapeError : if subscripts and shapes do not fit together.
    OperandError : if `subscripts` is not text.

    Examples
    --------
    >>> x = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> einsum("ij,j->i", x, np.array([1.0, -1.0])), float(einsum("ii", x))
    (array([-1., -1.]), 5.0)
    """
    if not isinstance(subscripts, str):
        raise OperandError(f'einsum: subscripts are text such as "ij,jk->ik", but got {subscripts!r}')
    given = arrays(operands, "einsum")
    names, out = _named(subscripts, [np.shape(x) for x in given])
    extents = _extents(subscripts, names, given)
    terms = [_simplified(x, own, extents) for x, own in zip(given, names, strict=True)]
    for position, (x, own) in enumerate(terms):
        elsewhere = set(out).union(*(other for place, (_, other) in enumerate(terms) if place != position))
        terms[position] = _summed(x, own, elsewhere)
    while len(terms) > 1:
        pairs = combinations(range(len(terms)), 2)
        first, second = min(pairs, key=lambda pair: _work(pair, terms, out, extents))
        (x, of_x), (y, of_y) = terms[first], terms[second]
        terms = [term for position, term in enumerate(terms) if position not in (first, second)]
        left = out if not terms else _left(of_x, of_y, [own for _, own in terms], out)
        terms.append((contract(x, y, subscripts=f"{of_x},{of_y}->{left}"), left))
    ((x, own),) = terms
    return x if own == out else transpose(x, axes=tuple(own.index(i) for i in out))


def _named(subscripts: str, shapes: list[tuple[int, ...]]) -> tuple[list[str], str]:
    """A letter for every axis of every operand and of the result: ``...`` is spelled out."""
    left, arrow, right = subscripts.replace(" ", "").partition("->")
    groups = left.split(",")
    if len(groups) != len(shapes):
        raise _misfit(subscripts, shapes, f"there are {len(groups)} groups of letters for {len(shapes)} operand(s)")
    free = [letter for letter in string.ascii_letters if letter not in subscripts]
    widths = []
    for group, shape in zip([*groups, right], [*shapes, None], strict=True):
        letters = group.replace("...", "", 1)
        if not set(letters) <= set(string.ascii_letters):
            raise _misfit(subscripts, shapes, f"{group!r} is not made of letters and at most one '...'")
        if shape is not None:
            width = len(shape) - len(letters)
            if width < 0 or (width and "..." not in group):
                raise _misfit(subscripts, shapes, f"{group!r} does not name the {len(shape)} axes of shape {shape}")
            widths.append(width)
    more = "".join(free[: max(widths)])
    names = [group.replace("...", more[len(more) - width :]) for group, width in zip(groups, widths, strict=True)]
    if not arrow:
        every = "".join(groups).replace("...", "")
        return names, more + "".join(sorted(letter for letter in set(every) if every.count(letter) == 1))
    if more and "..." not in right:
        raise _misfit(
            subscripts, shapes, f"the result {right!r} lacks the '...' of the operands; sum over letters instead"
        )
    out = right.replace("...", more)
    if len(set(out)) < len(out) or not set(out) <= set("".join(names)):
        raise _misfit(subscripts, shapes, f"the result {right!r} names an axis twice, or one that no operand has")
    return names, out


def _extents(subscripts: str, names: list[str], operands: Any) -> dict[str, int]:
    """How long the axes are; those of length 1 stretch."""
    extents: dict[str, int] = {}
    for own, x in zip(names, operands, strict=True):
        for name, extent in zip(own, x.shape, strict=True):
            before = extents.get(name, 1)
            diagonal = {x.shape[place] for place, other in enumerate(own) if other == name}
            if len(diagonal) > 1 or (extent not in (1, before) and before != 1):
                shapes = [operand.shape for operand in operands]
                raise _misfit(subscripts, shapes, f"{name!r} would name axes of different lengths")
            extents[name] = before if extent == 1 else extent
    return extents


def _simplified(x: Any, own: str, extents: dict[str, int]) -> tuple[Any, str]:
    """An operand in which no axis repeats or stretches, and the names of its axes."""
    for name in dict.fromkeys(own):
        places = [place for place, other in enumerate(own) if other == name]
        if len(places) > 1:  # the diagonal, put in front
            rest = [place for place in range(len(own)) if place not in places]
            moved = transpose(x, axes=(*places, *rest))
            x = getitem(moved, index=(np.arange(moved.shape[0]),) * len(places))
            own = name + "".join(own[place] for place in rest)
    stretched = [place for place, name in enumerate(own) if x.shape[place] == 1 and extents[name] != 1]
    if stretched:
        kept = [place for place in range(len(own)) if place not in stretched]
        x, own = reshape(x, shape=tuple(x.shape[place] for place in kept)), "".join(own[place] for place in kept)
    return x, own


def _summed(x: Any, own: str, elsewhere: set[str]) -> tuple[Any, str]:
    """An operand without the axes that it alone has, summed over."""
    alone = tuple(place for place, name in enumerate(own) if name not in elsewhere)
    if alone:
        x, own = sum_(x, axis=alone), "".join(name for name in own if name in elsewhere)
    return x, own


def _left(of_x: str, of_y: str, others: list[str], out: str) -> str:
    """The axes that the product of two operands keeps for the others and for the result."""
    wanted = set(out).union(*others)
    return "".join(name for name in dict.fromkeys(of_x + of_y) if name in wanted)


def _work(pair: tuple[int, ...], terms: list[tuple[Any, str]], out: str, extents: dict[str, int]) -> tuple[int, int]:
    """The size of the product of two terms, and then the number of multiplications in it."""
    of_x, of_y = (terms[position][1] for position in pair)
    others = [own for position, (_, own) in enumerate(terms) if position not in pair]
    left = _left(of_x, of_y, others, out)
    return math.prod(extents[i] for i in left), math.prod(extents[i] for i in set(of_x + of_y))


def _misfit(subscripts: str, shapes: Any, why: str) -> ShapeError:
    given = " and ".join(map(str, shapes)) or "no operands"
    return ShapeError(f"einsum: subscripts {subscripts!r} do not fit shape{'s' * (len(shapes) != 1)} {given}: {why}")
