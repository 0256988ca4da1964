"""The oracle for functions of floats: linear ones are their own derivative, for the others there are differences.

**Richardson extrapolation** of central differences, in long double where the function keeps it, with the error bound
of the extrapolation (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", 1982). One step does not fit all:
sin(1000 x) turns within 1e-3, and a long step over many periods may give a tidy number that means nothing. Steps
therefore fall, over up to 15 decades, until neighbouring extrapolations agree to four digits; among several such
plateaus that contradict each other that of the shortest step counts. Where there is none the entry is not judged.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import mpmath
import numpy as np

from autograd.testing.reference import Array, Jet, Vector

__all__ = ["jet_of_linear", "jet_of_numbers"]

_LEVELS, _COLUMNS, _MORE, _RATIO = 48, 8, 5, 1.9
_PLATEAU = 1e-4
_FIRST = 0.1180339887  # of the operand: no multiple of the period of anything


def jet_of_linear(function: Vector, xs: Sequence[float], operands: Sequence[slice], joint: bool) -> Jet:
    """The jet of a function that is linear in each of its `operands` (or in all of them together, `joint`)."""
    n = len(xs)

    def with_units(*places: int) -> Array:
        """The function where the operands in which the places lie are unit vectors: exact in float64."""
        given = [0.0] * n if joint else list(map(float, xs))
        for place in places:
            own = next(part for part in operands if part.start <= place < part.stop)
            given[own] = [0.0] * (own.stop - own.start)
        for place in places:
            given[place] = 1.0
        return np.array(list(map(float, function(given))))

    with mpmath.workdps(50):
        try:
            value = np.array(list(map(float, function([mpmath.mpf(x) for x in xs]))))
        except (TypeError, ValueError):  # the function takes no objects
            value = np.array(list(map(float, function(list(map(float, xs))))))
    first, second = np.zeros((len(value), n)), np.zeros((len(value), n, n))
    for i in range(n):
        first[:, i] = with_units(i)
    for i, j in itertools.combinations(range(n), 2) if not joint and len(operands) > 1 else ():
        if not any(part.start <= i and j < part.stop for part in operands):
            second[:, i, j] = second[:, j, i] = with_units(i, j)
    return Jet((value, first, second), source="the function itself")


@np.errstate(all="ignore")  # a long double may be beyond all floats
def jet_of_numbers(function: Vector, xs: Sequence[float], scale: float = 1.0, order: int = 2) -> Jet:
    """The jet of a function of floats by finite differences, with its error bounds; nan where they do not settle."""
    wide = [np.longdouble(x) for x in xs]
    n = len(wide)
    eps = 0.0

    def at(shifts: dict[int, Any]) -> Any:
        nonlocal eps
        found = np.asarray(function([x + shifts.get(i, 0) for i, x in enumerate(wide)]))
        eps = max(eps, float(np.finfo(found.dtype if found.dtype.kind == "f" else np.float64).eps))
        return found.astype(np.longdouble)

    value = at({})
    m = len(value)
    first, second = np.full((m, n), np.nan, np.longdouble), np.full((m, n, n), np.nan, np.longdouble)
    errors = [np.zeros((m, *[n] * k)) for k in range(3)]
    errors[0] += np.abs(np.asarray(value, np.float64)) * 1e-15

    def step(level: int, i: int) -> Any:
        """A step that is exact in float64, if it is not too short."""
        h = _FIRST * _RATIO**-level * (abs(float(xs[i])) or scale)
        return np.longdouble(float(xs[i]) + h) - np.longdouble(float(xs[i]))

    @cache
    def sides(level: int, i: int) -> tuple[Any, Any, Any]:
        h = step(level, i)
        up, down = at({i: h}), at({i: -h})
        size = np.maximum(np.maximum(np.abs(up), np.abs(down)), np.abs(value))
        # A rounded operand, or one that is rounded inside, moves the value as well.
        return up, down, 32 * eps * size + 4 * eps * np.abs(wide[i]) * np.abs(up - down) / (2 * h)

    def slope(level: int, i: int) -> Any:
        up, down, noise = sides(level, i)
        return (up - down) / (2 * step(level, i)), noise / step(level, i)

    def bend(level: int, i: int) -> Any:
        up, down, noise = sides(level, i)
        return (up - 2 * value + down) / step(level, i) ** 2, 4 * noise / step(level, i) ** 2

    def cross(level: int, i: int, j: int) -> Any:
        a, b = step(level, i), step(level, j)
        corners = [at({i: p * a, j: q * b}) for p, q in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
        size = 32 * eps * np.max(np.abs(corners), axis=0)
        change = corners[0] - corners[1] - corners[2] + corners[3]
        return change / (4 * a * b), (size + sides(level, i)[2] + sides(level, j)[2]) / (a * b)

    reached = []
    places = range(n if np.isfinite(value).all() else 0)  # where there is no value nothing will settle
    for i in places:
        first[:, i], errors[1][:, i], levels = _limit(lambda level, i=i: slope(level, i))  # type: ignore[misc]
        reached.append(int(levels.min(initial=_LEVELS)))
        if order == 2:
            second[:, i, i], error, deeper = _limit(lambda level, i=i: bend(level, i))  # type: ignore[misc]
            turns = np.array([step(int(level), i) for level in np.maximum(levels, deeper)])  # within such a length
            rounded = 4 * np.finfo(np.float64).eps * np.abs(wide[i] * first[:, i])  # an operand, inside the function
            errors[2][:, i, i] = error + np.nan_to_num(np.asarray(rounded / turns**2, np.float64), nan=0.0)
    for i, j in itertools.combinations(places, 2) if order == 2 else ():
        start = max(0, max(reached[i], reached[j]) - 2 * _MORE)
        found, error, _ = _limit(lambda level, i=i, j=j: cross(level, i, j), start)  # type: ignore[misc]
        second[:, i, j] = second[:, j, i] = found
        errors[2][:, i, j] = errors[2][:, j, i] = error
    orders = tuple(np.asarray(array, np.float64) for array in (value, first, second)[: order + 1])
    return Jet(orders, tuple(errors), "a finite difference")


def _limit(difference: Callable[[int], Any], start: int = 0) -> tuple[Any, Any, Any]:
    """The limit of a difference quotient that is even in its step, its error, and its level; else nan.

    ``difference(level)`` gives the quotient, for a step divided `level` times by `_RATIO`, and the rounding error in
    it. In the triangle of extrapolations an entry counts where it agrees with its three neighbours: to `_PLATEAU`, or
    within what rounding does, which is all that can be said of a derivative that is zero.
    """
    quotient, noise = difference(start)
    last, last_noise = [quotient], noise
    best, error = np.full(quotient.shape, np.nan, quotient.dtype), np.full(quotient.shape, np.inf)
    found = np.full(quotient.shape, start)  # at which level
    tidy = np.zeros(quotient.shape, bool)  # whether the best is on a plateau, not only within rounding
    with np.errstate(all="ignore"):
        for level in range(start + 1, _LEVELS):
            quotient, noise = difference(level)
            row = [quotient]
            for k in range(min(len(last), _COLUMNS)):
                finer = row[k] + (row[k] - last[k]) / (_RATIO ** (2 * k + 2) - 1)
                row.append(finer)
                before = last[k + 1] if k + 1 < len(last) else last[k]
                apart = np.max(np.abs([finer - row[k], finer - last[k], finer - before]), axis=0)
                new = 8.0 * (2.0 * noise + apart)
                plateau = new <= _PLATEAU * np.abs(finer)
                settled = plateau | (apart <= 4.0 * np.maximum(noise, last_noise))
                contradicts = np.abs(finer - best) > new + error
                better = settled & np.where(tidy, plateau & (contradicts | (new < error)), plateau | (new < error))
                found = np.where(better, level, found)
                best, error = np.where(better, finer, best), np.where(better, new, error)
                tidy |= better & plateau
            last, last_noise = row, noise
            if level - max(found.max(initial=start), start + _COLUMNS) >= _MORE and np.all(np.isfinite(best)):
                break
        return best, np.asarray(error, np.float64), found
