"""Which oracle judges a row: its ``reference=``, the function itself where it is linear, or finite differences."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NoReturn

import mpmath
import numpy as np

from autograd.primitive import Primitive, quiet
from autograd.testing.differences import jet_of_linear, jet_of_numbers
from autograd.testing.failure import RuleError
from autograd.testing.laws import Case
from autograd.testing.reference import Jet, jet_of_reference
from autograd.testing.strategies import Call

__all__ = ["case_of", "is_finite", "jet_in", "moving_places"]


def case_of(rule: Primitive, call: Call) -> Case:
    """A rule at a point, with what the row says about its reference."""
    case: Case = Case(rule, call.args, call.params, lambda: _jet(rule, case))
    return case


def is_finite(case: Case) -> bool:
    """Whether the value is, by the oracle where it knows: a rule whose value overflows too early is judged."""
    return bool(np.isfinite(case.out if case.jet is None else case.jet.orders[0]).all())


def _jet(rule: Primitive, case: Case) -> Jet | None:
    moving = moving_places(rule, case)
    found = jet_in(rule, case, [[place] for place in moving])
    return found if found is None or len(moving) == case.flat.size else _embedded(found, moving, case.flat.size)


def moving_places(rule: Primitive, case: Case) -> list[int]:
    """Which numbers among all the operands have a derivative."""
    ends = np.cumsum([0, *case.sizes])
    active = [k for k in range(len(case.args)) if rule.variadic or rule.rules[k] is not None]
    return [i for k in active for i in range(ends[k], ends[k + 1])]


def jet_in(rule: Primitive, case: Case, groups: Sequence[Sequence[int]]) -> Jet | None:
    """The jet in one number per group of places, which all places of the group share; the others stand still."""
    facts, params = rule.facts, case.params
    ends = np.cumsum([0, *case.sizes])
    shapes = [np.shape(x) for x in case.args]

    def split(flat: Sequence[Any]) -> list[Any]:
        """All operands, those that do not move included, as the function takes them."""
        numbers: list[Any] = case.flat.tolist()
        for group, x in zip(groups, flat, strict=True):
            for place in group:
                numbers[place] = x
        if case.is_scalar:
            return numbers
        kind = object if any(isinstance(x, mpmath.mpf | mpmath.mpc) for x in flat) else None
        return [np.array(numbers[a:b], kind).reshape(s) for a, b, s in zip(ends, ends[1:], shapes, strict=False)]

    def exactly(flat: Sequence[Any]) -> Any:
        if facts.reference is not None:
            out = facts.reference(mpmath.mp, *split(flat), **params)
        else:
            out = rule.array(*split(flat), **params)
        return [out] if case.is_scalar else np.ravel(np.asarray(out, object))

    def in_floats(flat: Sequence[Any]) -> Any:
        with quiet():
            return np.ravel(np.asarray(rule.array(*split(flat), **params)))

    point = [float(case.flat[group[0]]) for group in groups]
    if facts.reference is not None:
        _check_reference(case, lambda: exactly([mpmath.mpf(x) for x in point]))
    found: Jet | None
    if not point:
        value = np.array(list(map(float, exactly(()))))
        found = Jet((value, np.zeros((value.size, 0)), np.zeros((value.size, 0, 0))))
    elif rule.kind == "linear":
        operands = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        found = jet_of_linear(in_floats, point, operands, rule.variadic)
    elif facts.reference is not None:
        found = jet_of_reference(exactly, point, facts.scale)
    else:  # the function on arrays may take objects
        found = jet_of_reference(exactly, point, facts.scale) if rule.kind == "general" else None
        found = found or jet_of_numbers(in_floats, point, facts.scale)
    return found


def _check_reference(case: Case, run: Callable[[], Any]) -> None:
    """Whether the reference of a row can be an oracle; at a pole, or outside its domain, it may raise."""
    with mpmath.workdps(60):
        try:
            results = list(run())
        except (ArithmeticError, ValueError, mpmath.libmp.NoConvergence):
            return
        except Exception as error:
            _refuse_reference(case, f"{type(error).__name__}: {error}")
    for x in results:
        if isinstance(x, float | bool | np.floating) or not (isinstance(x, int) or hasattr(x, "_mpf_") or _is_mpc(x)):
            lost = ", which has lost the digits of mpmath" if isinstance(x, float | np.floating) else ""
            _refuse_reference(case, f"its result is {x!r}, of type {type(x).__name__}{lost}")


def _is_mpc(x: Any) -> bool:
    return hasattr(x, "_mpc_")


def _refuse_reference(case: Case, why: str) -> NoReturn:
    rule = case.subject
    assert isinstance(rule, Primitive)
    taken = ", ".join(["x", "y", "z", "w"][: len(rule.rules)]) if 0 < len(rule.rules) <= 4 else "*xs"
    try:
        given = f"{getattr(rule.facts.reference, '__name__', 'it')}{inspect.signature(rule.facts.reference)}"  # type: ignore[arg-type]
    except (TypeError, ValueError):
        given = repr(rule.facts.reference)
    raise RuleError(
        rule.name, "its reference= gives numbers of mpmath", point=case.args, params=case.params, entry=given,
        why=f"{why}; a reference is written reference(mp, {taken}) and computes with mp: "
        f"reference=lambda mp, {taken}: mp.tanh({taken.split(',')[0].strip('*')})",
    )  # fmt: skip


def _embedded(jet: Jet, moving: Sequence[int], size: int) -> Jet:
    """A jet in all operands, zero by those that have no derivative."""

    def grown(array: Any, order: int) -> Any:
        if not np.ndim(array):
            return array
        out = np.zeros((array.shape[0], *[size] * order))
        place: Any = (slice(None), *(np.ix_(*[moving] * order) if order else ()))
        out[place] = array
        return out

    orders = tuple(grown(array, order) for order, array in enumerate(jet.orders))
    return Jet(orders, tuple(grown(array, order) for order, array in enumerate(jet.errors)), jet.source)
