"""`check_rule` and `check_grads`: prove a derivative rule, or the gradient of any function."""

from __future__ import annotations

import difflib
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from autograd.facts import Kink
from autograd.primitive import Node, Primitive, quiet, raw_of, table
from autograd.tensor import Tensor
from autograd.testing import laws
from autograd.testing.behaviour import ARRAY_LAWS, ELEMENTWISE_LAWS, raises_with_the_primal
from autograd.testing.claims import linear_operands, plain_results, silent_operands
from autograd.testing.differences import jet_of_numbers
from autograd.testing.failure import RuleError, show
from autograd.testing.laws import Case
from autograd.testing.oracle import case_of, is_finite
from autograd.testing.second import NUMBERS, second_along, second_order
from autograd.testing.single import fits_in_single, side_by_side, single_precision
from autograd.testing.strategies import (
    WEIRD,
    Call,
    arrays_for,
    inputs_for,
    is_inside,
    params_of,
    special_arrays,
    special_inputs,
)
from autograd.testing.ties import moved_together, tied_calls
from autograd.value import Value

__all__ = ["check_grads", "check_rule", "checked"]

checked: set[str] = set()
"""The names of the rules that `check_rule` was called with in this process."""

_LANES, _MANY = 40, 12


def check_rule(primitive: Primitive | str, *, examples: Sequence[Any] | None = None) -> None:
    """Prove one row of the table, ours or yours: every law, at special values and at random ones.

    Values, first and second derivatives in all nestings of the modes are compared with an independent reference
    (`autograd.testing.reference`), and those in float32 with them; then come linearity in the cotangent, strong zero,
    shapes, dtypes, broadcasting, memory layouts, mutation, aliasing, accumulation, and the conventions on kinks and
    ties. How many random operands are tried is said by the Hypothesis profile.

    Parameters
    ----------
    primitive : a row of the table, or its name. The facts in it (`autograd.facts.Facts`) say where to look: without
        ``domain=`` it is tried on all floats, and without ``reference=`` it is compared with a finite difference.
    examples : more to try: tuples of floats for an element-wise rule, else tuples ``(shapes, params)``.

    Raises
    ------
    RuleError : naming rule, operands, entry, mode, got, want and tolerance, with a program that reproduces it.

    Examples
    --------
    >>> from autograd.primitive import table
    >>> check_rule(table["tanh"])
    """
    primitive = _row(primitive)
    checked.add(primitive.name)
    silent_operands(primitive, primitive.facts.examples)
    linear_operands(primitive, primitive.facts.examples)
    if not primitive.rules:
        plain_results(primitive)
    elif primitive.kind == "elementwise":
        _check_elementwise(primitive, examples or ())
    else:
        _check_arrays(primitive, [*primitive.facts.examples, *(examples or ())])


def _row(given: Any) -> Primitive:
    if isinstance(given, str):
        if given not in table:
            near = difflib.get_close_matches(given, table, 3)
            hint = f"; near it: {', '.join(near)}" if near else ""
            raise ValueError(f"the table has no primitive named {given!r}{hint}")
        return table[given]
    if not isinstance(given, Primitive):
        what = f"the function {given.__name__}" if hasattr(given, "__name__") else repr(given)
        raise TypeError(
            f"check_rule takes a primitive (a row of autograd.table, or its name), but got {what}; what is made of "
            "primitives is tried by check_grads(f, args)"
        )
    return given


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = laws.MODES,
) -> None:
    """Compare the derivatives of a function with finite differences of its values, with error bounds.

    Parameters
    ----------
    f : a function of floats and arrays, written with functions of autograd.
    args : where: a tuple of floats and arrays, one per operand.
    order : 1, or 2 for second derivatives in all nestings of the modes, too; of more than 12 numbers along a few random
        directions.
    modes : ``"forward"``, ``"reverse"``, or both.

    Raises
    ------
    RuleError : as in `check_rule`.

    Examples
    --------
    >>> from autograd.rules import sin
    >>> check_grads(lambda x, y: sin(x * y), (0.3, 2.0))
    """
    if order not in (1, 2) or not set(modes) <= set(laws.MODES):
        raise ValueError(f'order is 1 or 2 and modes are of "forward" and "reverse", but got {order!r}, {modes!r}')
    if not isinstance(args, tuple | list):
        raise TypeError(
            f"check_grads(f, args) takes a tuple with one entry per operand: check_grads(f, ({show(args)},))"
        )
    points = [x if isinstance(x, np.ndarray) else raw_of(x) if isinstance(x, Node) else float(x) for x in args]
    many = sum(map(np.size, points)) > _MANY

    def function(flat: Sequence[Any]) -> Any:
        return _evaluate(case, flat)

    case: Case = Case(f, points, {}, lambda: jet_of_numbers(function, case.flat.tolist(), order=1 if many else 2))
    with _naming(case.name, points, {}):
        laws.first_order(case, modes)
        if order == 2:
            second_order(case, modes)
        if order == 2 and many:
            second_along(case, function, modes)
        laws.linear_in_the_cotangent(case)
        laws.strong_zero(case)


def _evaluate(case: Case, flat: Sequence[Any]) -> Any:
    """The function on long doubles where it takes them, else on nodes of float64."""
    ends = np.cumsum(case.sizes)[:-1]
    parts = [
        part.reshape(np.shape(x)) if isinstance(x, np.ndarray) else part[0]
        for part, x in zip(np.split(np.array(flat), ends), case.args, strict=True)
    ]
    try:
        with quiet():
            out = np.asarray(raw_of(case(*parts)))
        if out.dtype == np.longdouble or out.dtype == np.float64:
            return out.ravel()
    except (TypeError, ValueError, AttributeError):
        pass
    nodes = [Tensor(np.asarray(x, np.float64)) if isinstance(x, np.ndarray) else Value(float(x)) for x in parts]
    return np.ravel(raw_of(case(*nodes)))


# --- element-wise rules ---


def _check_elementwise(rule: Primitive, examples: Sequence[Any]) -> None:
    if not params_of(rule):
        _refuse(rule, "its static parameters have no defaults")
    seen: list[Case] = []
    numbers = NUMBERS[: 1 + rule.facts.order]
    others = (laws.linear_in_the_cotangent, laws.strong_zero, ARRAY_LAWS[-1])

    def prove(call: Call) -> None:
        case = case_of(rule, call)
        with _naming(rule.name, call.args, call.params):
            if is_finite(case):
                _keeps(case, (*numbers, *others))
                seen.append(case)

    for kink, params in itertools.product(rule.facts.kinks, params_of(rule)):
        for point in kink.points:
            _check_kink(rule, kink, Call(tuple(map(float, point)), params))
    given = [Call(tuple(map(float, point)), params) for point in examples for params in params_of(rule)]
    cases = [case_of(rule, call) for call in (*special_inputs(rule), *given)]
    for laws_together in (*((law,) for law in numbers), others):  # no second derivative before all the first: the
        for case in cases:  # simplest failure is shown
            with _naming(rule.name, case.args, case.params):
                if is_finite(case):
                    _keeps(case, laws_together)
    seen += [case for case in cases if is_finite(case)]
    _refuse_unjudged(rule, seen)
    _explore(inputs_for(rule), prove)
    _refuse_unjudged(rule, seen)
    for params in params_of(rule):
        with _naming(rule.name, (), params):
            _check_lanes(rule, [case for case in seen if case.params == params])
    for point in (*rule.facts.singular, *_weird(len(rule.rules))):
        case = case_of(rule, Call(tuple(map(float, point)), params_of(rule)[0]))
        with _naming(rule.name, point, case.params):
            raises_with_the_primal(case)
            raises_with_the_primal(case_of(rule, Call(tuple(map(np.array, case.args)), case.params)))
            inside = is_inside(rule, case.args, case.params, near_kinks=True)
            if math.isnan(case.out) or inside or not math.isfinite(case.out):
                laws.strong_zero(case)


def _check_kink(rule: Primitive, kink: Kink, call: Call) -> None:
    case = case_of(rule, call)
    with _naming(rule.name, *call):
        laws.linear_in_the_cotangent(case)
        if call.params:
            laws.between(case)
        else:
            laws.convention(case, kink.partials, kink.where)
            laws.convention(case_of(rule, Call(tuple(map(np.array, call.args)), {})), kink.partials, kink.where)


def _check_lanes(rule: Primitive, seen: Sequence[Case]) -> None:
    """Many points at once, as the elements of arrays."""
    if not seen:
        return
    few = [*seen[: _LANES // 2], *seen[-_LANES // 2 :]]
    laws.lanes(few)
    if fitting := [case for case in few if fits_in_single(case)]:
        single_precision(side_by_side(fitting))
    moderate = [case for case in seen if np.all((np.abs(case.flat) > 1e-3) & (np.abs(case.flat) < 1e3))][:5]
    columns = zip(*(case.args for case in (moderate or seen[:5])), strict=True)
    batch = case_of(rule, Call(tuple(map(np.array, columns)), seen[0].params))
    _keeps(batch, (*ARRAY_LAWS, *ELEMENTWISE_LAWS, laws.linear_in_the_cotangent, laws.forward_is_reverse))


def _keeps(case: Case, kept: Sequence[Callable[[Case], None]]) -> None:
    for law in kept:
        law(case)


def _refuse_unjudged(rule: Primitive, seen: Sequence[Case]) -> None:
    """Say so where the oracle knows too little, instead of passing."""
    if not seen:
        _refuse(rule, "no operands were found in its domain")
    silent = [case for case in seen if case.jet is None or not case.jet.is_judged]
    if 2 * len(silent) > len(seen):
        facts = rule.facts
        why = (
            "the reference has no derivative there: it must be analytic near the operands, in functions of mp"
            if facts.reference is not None
            else "finite differences do not settle; give reference=lambda mp, x: ..., written in functions of mp"
        )
        raise RuleError(
            rule.name, "a rule can be judged", point=silent[0].args, params=silent[0].params,
            why=f"it cannot be judged at {len(silent)} of {len(seen)} points, such as this one: {why}",
        )  # fmt: skip


def _weird(count: int) -> Iterator[tuple[float, ...]]:
    for k in range(3 if count > 1 else 1):
        for i in range(len(WEIRD)):
            yield tuple(WEIRD[(i + k * j) % len(WEIRD)] for j in range(count))


# --- rules of arrays ---


def _check_arrays(rule: Primitive, examples: Sequence[Any]) -> None:
    examples = examples or _shapes_that_fit(rule)
    seen: list[Case] = []

    def prove(call: Call) -> None:
        if rule.result == "Tensor":  # of Values
            call = Call(tuple(map(float, call.args)), call.params)
        case = case_of(rule, call)
        with _naming(rule.name, call.args, call.params):
            if not is_finite(case):
                return
            numbers = NUMBERS[: 1 + rule.facts.order]
            _keeps(case, (*numbers, laws.linear_in_the_cotangent, laws.strong_zero, laws.forward_is_reverse))
            if not case.is_scalar and np.all((np.abs(case.flat) < 1e3) & (np.abs(case.flat) > 1e-6)):
                _keeps(case, ARRAY_LAWS)
                if fits_in_single(case):
                    single_precision(case)
            seen.append(case)

    for shapes, params in examples:
        special = special_arrays(rule, shapes, params)
        for call in special:
            prove(call)
        for call in special[:1]:
            _check_ties(rule, call)
        for thin in _thinned(rule, shapes, params):
            for call in special_arrays(rule, thin, params)[:1]:
                prove(call)
        share = max(2, _examples() // (8 * len(examples)))
        _explore(arrays_for(rule, shapes, params), prove, share)
    _refuse_unjudged(rule, seen)


def _check_ties(rule: Primitive, call: Call) -> None:
    if rule.kind != "general":
        return
    for tied in tied_calls(rule, call):
        case = case_of(rule, tied)
        with _naming(rule.name, *tied):
            if np.isfinite(case.out).all():
                _keeps(case, (laws.linear_in_the_cotangent, laws.strong_zero, laws.forward_is_reverse))
                moved_together(rule, tied)


def _thinned(rule: Primitive, shapes: Sequence[tuple[int, ...]], params: dict[str, Any]) -> Iterator[list[Any]]:
    """The shapes with all axes of some length made 1, where the function takes them and no parameter tells lengths."""
    if any(isinstance(given, tuple | list | np.ndarray) for name, given in params.items() if name[:2] != "ax"):
        return
    for length in sorted({n for shape in shapes for n in shape if n > 1}):
        thin = [tuple(1 if n == length else n for n in shape) for shape in shapes]
        try:
            rule.array(*map(np.ones, thin), **params)
        except (TypeError, ValueError, IndexError):
            continue
        yield thin


def _shapes_that_fit(rule: Primitive) -> list[Any]:
    count = 2 if rule.variadic else len(rule.rules)
    fitting: list[Any] = []
    for shapes in ([(3,)] * count, [(2, 3)] * count, [()] * count):
        try:
            rule.array(*(np.ones(shape) for shape in shapes))
        except Exception:  # it is the user's own function: any error says that it does not fit
            continue
        fitting.append((shapes, {}))
    return fitting or _refuse(rule, "it takes none of the usual shapes")


def _refuse(rule: Primitive, why: str) -> NoReturn:
    raise RuleError(
        rule.name, "a rule can be tried", why=f"{why}; say in its row, with domain=... and examples=[params] for an "
        "element-wise rule or examples=[(shapes, params)] for one of arrays, where to try it"
    )  # fmt: skip


# --- Hypothesis ---


def _examples() -> int:
    return settings().max_examples


def _explore(strategy: Any, prove: Callable[[Call], None], count: int | None = None) -> None:
    """Run `prove` on operands drawn by Hypothesis, as often as its current profile says, and shrink what fails."""
    quietly = settings(
        settings(),
        max_examples=count or _examples(),
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        print_blob=False,
        suppress_health_check=list(HealthCheck),
        phases=set(settings().phases) & {Phase.generate, Phase.shrink},
    )
    quietly(given(strategy)(prove))()  # type: ignore[no-untyped-call]


@contextmanager
def _naming(name: str, point: Sequence[Any], params: dict[str, Any]) -> Iterator[None]:
    """Turn whatever a rule raises into an error that names it."""
    try:
        yield
    except RuleError:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        if isinstance(error, ArithmeticError) or "math domain error" in why:
            why += (
                "\n" + " " * 15 + "on floats a primitive, and a rule, follow IEEE 754: return nan or inf, do not raise"
            )
        lines = ["import autograd", f"f = autograd.table[{name!r}]", f"print(f({', '.join(map(show, point))}))"]
        program = "\n".join(lines) if name in table and not params else ""
        raise RuleError(
            name, "derivatives are computed without an error", point=point, params=params, why=why, program=program
        ) from error
