"""The law of float32: the same numbers as in float64, to the digits that it has.

The oracle has judged those of float64. How far the others may be from them is said by the same bound, in its units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.primitive import Primitive
from autograd.testing.failure import show
from autograd.testing.laws import Case, flatten, judge
from autograd.testing.reference import Array, Jet
from autograd.transforms import jvp, vjp

__all__ = ["fits_in_single", "side_by_side", "single_precision"]

_EPS, _SUBNORMAL = float(np.finfo(np.float32).eps), float(np.finfo(np.float32).smallest_subnormal)
_LEAST, _MOST = 1e-36, 1e36


def fits_in_single(case: Case) -> bool:
    """Whether operands, value and first derivatives neither overflow nor underflow in float32."""
    if case.jet is None:
        return False
    sizes = np.abs(np.concatenate([case.flat, *map(np.ravel, case.jet.orders[:2])]))
    return bool(np.all((sizes == 0.0) | ((sizes > _LEAST) & (sizes < _MOST))))


def side_by_side(cases: Sequence[Case]) -> Case:
    """Some points of one element-wise rule as the elements of arrays; what the oracle says of each, it says of it."""
    columns = tuple(np.array(column) for column in zip(*(case.args for case in cases), strict=True))
    jets, count, size = [case.jet for case in cases if case.jet is not None], len(cases), len(columns)

    def jet() -> Jet:
        orders = []
        for order in range(min(3, *(len(one.orders) for one in jets))):
            whole = np.zeros((count, *[size * count] * order))
            for lane, one in enumerate(jets):
                own = np.arange(lane, size * count, count)
                whole[np.ix_(np.array([lane]), *[own] * order)] = one.orders[order]
            orders.append(whole)
        return Jet(tuple(orders))

    return Case(cases[0].subject, columns, cases[0].params, jet)


def single_precision(case: Case) -> None:
    """In float32 value, gradient and tangent are those of float64, to a few units times their condition."""
    if case.jet is None:
        return
    narrow = tuple(np.asarray(x, np.float32) for x in case.args)
    wide = tuple(x.astype(np.float64) for x in narrow)
    found, wanted = _all_of(case, narrow), _all_of(case, wide)
    is_promised = not isinstance(case.subject, Primitive) or case.subject.facts.order > 0
    slack = _slack(case.jet, 1, case.flat) if is_promised else np.full(case.jet.orders[1].shape, np.inf)
    slacks = {"f(*xs)": _slack(case.jet, 0, case.flat)}
    slacks["autograd.vjp(f, *xs)[1](np.ones_like(f(*xs)))"] = slack.sum(axis=0)
    slacks["autograd.jvp(f, xs, tuple(map(np.ones_like, xs)))[1]"] = slack.sum(axis=1)
    for (line, tolerance), got, want in zip(slacks.items(), found, wanted, strict=True):
        judge(
            case, "float32 has the numbers of float64", got, want, tolerance, lambda m: f"number {m}",
            f"xs = {show(narrow)}\nprint({line})", "float32",
        )  # fmt: skip


def _all_of(case: Case, xs: tuple[Any, ...]) -> tuple[Array, ...]:
    """Value, gradient and tangent, for a cotangent and tangents of ones."""
    out, pullback = vjp(case, *xs)
    tangent = jvp(case, xs, tuple(map(np.ones_like, xs)))[1]
    return flatten(out), flatten(pullback(np.ones_like(out))), flatten(tangent)


def _slack(jet: Jet, order: int, xs: Array) -> Array:
    """How far derivatives of one order may be off; without bound where rounding an operand changes them much."""
    tolerance, size = jet.tolerance(order, xs, _EPS) + 64 * _SUBNORMAL, np.abs(jet.orders[order])
    return np.where((tolerance > 0.1 * size) & (size > 0.0), np.inf, tolerance)
