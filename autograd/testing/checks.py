"""`check_rule` and `check_grads`: prove a derivative rule, or the gradient of any function."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import Any, NoReturn

import mpmath
import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from autograd.primitive import Node, Primitive, quiet, raw_of
from autograd.tensor import Tensor
from autograd.testing import laws
from autograd.testing.behaviour import ARRAY_LAWS, ELEMENTWISE_LAWS, raises_with_the_primal
from autograd.testing.failure import RuleError
from autograd.testing.laws import Case
from autograd.testing.reference import Jet, jet_of_linear, jet_of_numbers, jet_of_reference
from autograd.testing.strategies import Call, arrays_for, inputs_for, is_inside, special_arrays, special_inputs
from autograd.value import Value

__all__ = ["check_grads", "check_rule", "checked"]

checked: set[str] = set()
"""The names of the rules that `check_rule` was called with in this process."""

_LANES = 40
_WEIRD = (0.0, -0.0, math.inf, -math.inf, math.nan, 1e308, -1e308, 5e-324, -1.0, 1.0)


def check_rule(primitive: Primitive, *, examples: Sequence[Any] | None = None) -> None:
    """Prove one row of the table, ours or yours: every law, at special values and at random ones.

    Values, first and second derivatives in all nestings of the modes are compared with an independent reference
    (`autograd.testing.reference`); then come linearity in the cotangent, strong zero, shapes, dtypes, broadcasting,
    memory layouts, mutation, aliasing, accumulation, and the conventions on kinks. How many random operands are tried
    is said by the Hypothesis profile.

    Parameters
    ----------
    primitive : a row of the table. The facts in it (`autograd.facts.Facts`) say where to look: without ``domain=`` it
        is tried on all floats, and without ``reference=`` its derivative is compared with a finite difference.
    examples : more to try: tuples of floats for an element-wise rule, else tuples ``(shapes, params)``.

    Raises
    ------
    RuleError : naming rule, operands, entry, mode, got, want and tolerance, with a program that reproduces it.

    Examples
    --------
    >>> from autograd.primitive import table
    >>> check_rule(table["tanh"])
    """
    checked.add(primitive.name)
    if not primitive.rules:
        _check_constant(primitive)
    elif primitive.kind == "elementwise":
        _check_elementwise(primitive, examples or ())
    else:
        _check_arrays(primitive, [*primitive.facts.examples, *(examples or ())])


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
    args : where.
    order : 1, or 2 for second derivatives in all nestings of the modes, too.
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
    points = [x if isinstance(x, np.ndarray) else raw_of(x) if isinstance(x, Node) else float(x) for x in args]
    case: Case = Case(f, points, {}, lambda: jet_of_numbers(lambda flat: _evaluate(case, flat), case.flat.tolist()))
    with _naming(case.name, points, {}):
        laws.first_order(case, modes)
        if order == 2:
            laws.second_order(case, modes)
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


# --- the oracle for a row ---


def _case(rule: Primitive, call: Call) -> Case:
    """A rule at a point, with what the row says about its reference."""
    case: Case = Case(rule, call.args, call.params, lambda: _jet(rule, case))
    return case


def _is_finite(case: Case) -> bool:
    """Whether the value is, by the oracle where it knows: a rule whose value overflows too early is judged."""
    return bool(np.isfinite(case.out if case.jet is None else case.jet.orders[0]).all())


def _jet(rule: Primitive, case: Case) -> Jet | None:
    facts, params = rule.facts, case.params
    active = [rule.variadic or rule.rules[k] is not None for k in range(len(case.args))]
    ends = np.cumsum([0, *case.sizes])
    moving = [i for k, on in enumerate(active) if on for i in range(ends[k], ends[k + 1])]
    shapes = [np.shape(x) for x in case.args]

    def split(flat: Sequence[Any]) -> list[Any]:
        """All operands, those that do not move included, as the function takes them."""
        numbers: list[Any] = case.flat.tolist()
        for place, x in zip(moving, flat, strict=True):
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

    point = [float(case.flat[i]) for i in moving]
    if not point:
        value = np.array(list(map(float, exactly(()))))
        found: Jet | None = Jet((value, np.zeros((value.size, 0)), np.zeros((value.size, 0, 0))))
    elif rule.kind == "linear":
        operands = [slice(int(a), int(b)) for a, b in pairwise(ends)]
        found = jet_of_linear(in_floats, point, operands, rule.variadic)
    elif facts.reference is not None or rule.kind == "general":
        try:
            found = jet_of_reference(exactly, point, facts.scale)
        except TypeError:  # no function of objects
            found = jet_of_numbers(in_floats, point, facts.scale)
        if found is None and facts.reference is None:
            found = jet_of_numbers(in_floats, point, facts.scale)
    else:
        found = jet_of_numbers(in_floats, point, facts.scale)
    return found if found is None or all(active) else _embedded(found, moving, case.flat.size)


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
    return Jet(orders, tuple(grown(array, order) for order, array in enumerate(jet.errors)))


# --- element-wise rules ---


def _check_elementwise(rule: Primitive, examples: Sequence[Any]) -> None:
    seen: list[Case] = []

    def prove(call: Call) -> None:
        case = _case(rule, call)
        with _naming(rule.name, call.args, call.params):
            if not _is_finite(case):
                return
            for law in laws.NUMBERS[: 1 + rule.facts.order]:
                law(case)
            laws.linear_in_the_cotangent(case)
            laws.strong_zero(case)
            accumulates(case)
        seen.append(case)

    accumulates = ARRAY_LAWS[-1]
    for kink in rule.facts.kinks:
        for point in kink.points:
            case = _case(rule, Call(tuple(map(float, point)), {}))
            with _naming(rule.name, point, {}):
                laws.convention(case, kink.partials, kink.where)
                laws.convention(_case(rule, Call(tuple(map(np.array, point)), {})), kink.partials, kink.where)
    for point in [*special_inputs(rule), *(tuple(map(float, point)) for point in examples)]:
        prove(Call(point, {}))
    _explore(inputs_for(rule), prove)
    if not seen:
        _refuse(rule, "no operands were found in its domain")
    with _naming(rule.name, (), {}):
        laws.lanes([*seen[: _LANES // 2], *seen[-_LANES // 2 :]])
        moderate = [case for case in seen if np.all((np.abs(case.flat) > 1e-3) & (np.abs(case.flat) < 1e3))][:5]
        columns = zip(*(case.args for case in (moderate or seen[:5])), strict=True)
        batch = _case(rule, Call(tuple(map(np.array, columns)), {}))
        for law in (*ARRAY_LAWS, *ELEMENTWISE_LAWS, laws.linear_in_the_cotangent, laws.forward_is_reverse):
            law(batch)
    for point in (*rule.facts.singular, *_weird(len(rule.rules))):
        case = _case(rule, Call(tuple(map(float, point)), {}))
        with _naming(rule.name, point, {}):
            raises_with_the_primal(case)
            raises_with_the_primal(_case(rule, Call(tuple(map(np.array, case.args)), {})))
            if math.isnan(case.out) or is_inside(rule, case.args, near_kinks=True) or not math.isfinite(case.out):
                laws.strong_zero(case)


def _weird(count: int) -> Iterator[tuple[float, ...]]:
    for k in range(3 if count > 1 else 1):
        for i in range(len(_WEIRD)):
            yield tuple(_WEIRD[(i + k * j) % len(_WEIRD)] for j in range(count))


# --- rules of arrays ---


def _check_arrays(rule: Primitive, examples: Sequence[Any]) -> None:
    examples = examples or _shapes_that_fit(rule)

    def prove(call: Call) -> None:
        if rule.result == "Tensor":  # of Values
            call = Call(tuple(map(float, call.args)), call.params)
        case = _case(rule, call)
        with _naming(rule.name, call.args, call.params):
            if not _is_finite(case):
                return
            numbers = laws.NUMBERS[: 1 + rule.facts.order]
            for law in (*numbers, laws.linear_in_the_cotangent, laws.strong_zero, laws.forward_is_reverse):
                law(case)
            if not case.is_scalar and np.all((np.abs(case.flat) < 1e3) & (np.abs(case.flat) > 1e-6)):
                for law in ARRAY_LAWS:
                    law(case)

    for shapes, params in examples:
        for call in special_arrays(rule, shapes, params):
            prove(call)
        share = max(2, _examples() // (8 * len(examples)))
        _explore(arrays_for(rule, shapes, params), prove, share)


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
        rule.name, "a rule can be tried", why=f"{why}; say in its row, with domain=... for an element-wise rule or "
        "examples=[(shapes, params)] for one of arrays, where to try it"
    )  # fmt: skip


def _check_constant(rule: Primitive) -> None:
    """A row without rules gives plain numbers, the same for nodes as for their data."""
    xs = np.array([[1.0, -2.0, 2.0], [0.5, 2.0, -3.0]])
    for count in (2, 1) if rule.kind == "elementwise" else (1, 2):
        operands = [xs, np.flip(xs)][:count]
        try:
            want = rule.array(*operands)
        except (TypeError, ValueError):
            continue
        got = rule(*map(Tensor, operands))
        if isinstance(got, Node) or not np.array_equal(got, want):
            raise RuleError(rule.name, "a row without rules gives plain numbers", point=operands, got=got, want=want)
        if rule.scalar is not None:
            scalars = [rule(*map(Value, map(float, pair))) for pair in zip(*map(np.ravel, operands), strict=True)]
            if any(isinstance(x, Node) for x in scalars) or not np.array_equal(scalars, np.ravel(want)):
                raise RuleError(rule.name, "floats and arrays agree", point=operands, got=scalars, want=want)
        return


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
        phases=(Phase.generate, Phase.shrink),
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
        raise RuleError(
            name, "derivatives are computed without an error", point=point, params=params, why=why
        ) from error
