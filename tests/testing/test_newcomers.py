"""What a newcomer gets wrong is said in words: references, facts, operands; and oracles that know nothing say so."""

import math

import numpy as np
import pytest

import autograd
from autograd.primitive import elementwise, general, linear, table
from autograd.testing import Kink, RuleError, check_grads, check_rule, derivative, inputs_for

ON_FLOATS, ON_ARRAYS = (lambda x: x / (1.0 + abs(x))), (lambda x: x / (1.0 + np.abs(x)))


def wrong(g, ans, x):
    return g * x


@pytest.fixture
def declare():
    """`elementwise` for rows that are in the table for one test."""
    before = set(table)
    yield lambda *functions, **facts: elementwise(f"new_in_tests_{len(table)}", *functions, **facts)
    for name in set(table) - before:
        del table[name]


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        (lambda x: x / (1 + abs(x)), r"TypeError: .*takes 1 positional"),
        (lambda mp, x: None, "None, of type NoneType"),
        (lambda mp, x: float(x * x), "lost the digits"),
        (lambda mp, x: math.fabs(x), "lost the digits"),
        (lambda mp, x: mp.tanhh(x), "AttributeError"),
    ],
)
def test_a_reference_that_is_none_is_refused(declare, reference, told):
    row = declare(ON_FLOATS, ON_ARRAYS, wrong, reference=reference)
    with pytest.raises(RuleError, match=told) as caught:
        check_rule(row)
    assert "reference(mp, x)" in str(caught.value)


def test_a_forgotten_rule_is_found(declare):
    with pytest.raises(RuleError, match="the value changes with operand 0, which has no rule"):
        check_rule(declare(lambda x: x * x, np.square, None))
    with pytest.raises(RuleError, match="operand 1, which has no rule"):
        check_rule(declare(lambda x, y: x / y, np.divide, lambda g, ans, x, y: g / y, None))


def test_linear_is_linear_and_a_row_without_rules_is_constant(declare):
    for row in (
        linear("rounds", lambda x: np.round(x, 1), lambda g, ans, x: g, examples=[([(3,)], {})]),
        linear("clips", lambda x: np.clip(x, -1.5, 1.5), lambda g, ans, x: g),
    ):
        with pytest.raises(RuleError, match="a linear primitive is linear in each operand"):
            check_rule(row)
    with pytest.raises(RuleError, match="which has no rule"):
        check_rule(general("no_rules", lambda x: np.sum(x * x), push=lambda tangents, ans, x: 0.0))


def test_a_reference_that_always_raises_judges_nothing(declare):
    def reference(mp, x):
        raise ValueError("not today")

    with pytest.raises(RuleError, match="cannot be judged"):
        check_rule(declare(ON_FLOATS, ON_ARRAYS, wrong, reference=reference))


def test_exact_constants_are_numbers(declare):
    check_rule(
        declare(
            lambda x: max(x, 0.0), lambda x: np.maximum(x, 0.0), lambda g, ans, x: table["where"](x > 0.0, g, 0.0),
            kinks=[Kink("x = 0", lambda x: x, [(0.0,)], (0.0,))], reference=lambda mp, x: x if mp.re(x) > 0 else 0,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("f", "x"),
    [
        (lambda x: autograd.sin(1000.0 * x), 4.0),
        (lambda x: autograd.sin(100.0 * x), 4.0),
        (autograd.sin, 1e8),
        (lambda x: x + 1e-3 * autograd.sin(1e4 * x), 1e3),
        (lambda x: (x * 1e4).sin() * x.exp(), 2.0),
        (lambda x: autograd.sin(x * (2.0 * math.pi)), 1024.0),
        (lambda x: (x + 1e10) - 1e10, 0.3),
        (lambda x: autograd.cos(1e6 * x), 0.0),
    ],
)
def test_finite_differences_find_the_step(f, x):
    check_grads(f, (x,))


def test_finite_differences_are_called_so_and_still_find_what_is_wrong(declare):
    row = declare(
        lambda x: math.sin(1e3 * x), lambda x: np.sin(1e3 * x), lambda g, ans, x: g * 999.9 * table["cos"](1e3 * x),
        domain=[(-10.0, 10.0)],
    )  # fmt: skip
    with pytest.raises(RuleError, match="that of a finite difference"):
        check_rule(row)


def test_a_domain_may_end_near_0(declare):
    row = declare(lambda x: 1.0 / x, lambda x: 1.0 / x, lambda g, ans, x: -g * ans * ans, domain=[(1e-60, 1e60)])
    inputs_for(row).validate()


def test_many_inputs_are_judged_along_directions(declare):
    a, b = (np.linspace(-1.0, 2.0, 36).reshape(6, 6), np.linspace(-2.0, 1.0, 48).reshape(6, 8))
    check_grads(lambda a, b: autograd.tanh(a @ b).sum(), (a, b))
    half = declare(math.sin, np.sin, lambda g, ans, x: g * np.cos(getattr(x, "data", x)))
    with pytest.raises(RuleError, match="second derivative"):
        check_grads(lambda x: half(x).sum(), (np.linspace(0.5, 1.0, 20),))


@pytest.mark.parametrize(
    ("reference", "xs", "order", "want"),
    [
        (lambda mp, x, y: mp.log(mp.cosh(x - y)), (-1e-200, -1e-200), 2, [[1.0, -1.0], [-1.0, 1.0]]),
        (lambda mp, x, y: mp.log(mp.cosh(x - y)), (5.88e245, -5.88e245), 1, [1.0, -1.0]),
        (lambda mp, x: 1 - mp.cos(x), (1e-300,), 1, [1e-300]),
    ],
)
def test_the_mpmath_oracle_at_extremes(reference, xs, order, want):
    assert derivative(reference, xs, order=order).tolist() == want


def test_a_scalar_function_may_raise_where_the_other_has_inf(declare):
    log2 = declare(math.log2, np.log2, lambda g, ans, x: g / (x * math.log(2.0)))
    assert log2(0.0) == log2(autograd.Value(0.0)).data == -math.inf
    assert math.isnan(log2(-1.0))
    check_rule(log2)


def test_two_functions_that_raise_are_told_of_ieee(declare):
    row = declare(math.log, np.vectorize(math.log), lambda g, ans, x: g / x)
    with pytest.raises(ValueError, match="IEEE 754: return inf or nan instead"):
        row(0.0)
    with pytest.raises(RuleError, match="IEEE 754") as caught:
        check_rule(row)
    assert "print(f(" in caught.value.program


@pytest.mark.parametrize(
    ("facts", "error", "told"),
    [
        ({"domain": (0, 10.0)}, ValueError, "list of intervals"),
        ({"domain": [(1.0, 0.0)]}, ValueError, "low < high"),
        ({"domain": [(0.0, 1.0)] * 2}, ValueError, "1 operand"),
        ({"singular": [0.0]}, ValueError, "list of tuples"),
        ({"kinks": [(0.0,)]}, ValueError, "list of autograd.testing.Kink"),
        ({"kinks": [Kink("x = 0", lambda x: x, [0.0], (0.0,))]}, ValueError, "points of the kink x = 0"),
        ({"kinks": [Kink("x = 0", lambda x: x, [(0.0,)], (0.0, 1.0))]}, ValueError, "partials of the kink"),
        ({"scale": 0.0}, ValueError, "positive"),
        ({"reference": 3.0}, ValueError, "reference"),
        ({"examples": [(0.5,)]}, ValueError, "dicts of static parameters"),
        ({"domian": [(0.0, 1.0)]}, TypeError, "'domian'; its facts are domain, kinks"),
    ],
)
def test_facts_are_checked_where_they_are_declared(declare, facts, error, told):
    with pytest.raises(error, match=told):
        declare(ON_FLOATS, ON_ARRAYS, wrong, **facts)
    assert "new_in_tests" not in table


def test_examples_of_arrays_are_shapes_and_parameters():
    with pytest.raises(ValueError, match=r"tuples \(shapes, params\)"):
        linear("new_in_tests", lambda x, *, axis: x, lambda g, ans, x, *, axis: g, examples=[{"axis": 0}])


def test_static_parameters_without_defaults_need_examples(declare):
    functions = lambda x, *, by: by * x, lambda x, *, by: by * x, lambda g, ans, x, *, by: by * g
    check_rule(declare(*functions, examples=[{"by": 3.0}, {"by": -0.5}]))
    with pytest.raises(RuleError, match=r"no defaults; .*examples=\[params\]"):
        check_rule(declare(*functions))


def test_what_is_not_a_primitive():
    check_rule("neg")
    with pytest.raises(ValueError, match="near it: tanh"):
        check_rule("tnah")
    with pytest.raises(TypeError, match=r"function mean.*check_grads"):
        check_rule(autograd.mean)
    with pytest.raises(TypeError, match=r"check_grads\(f, \(0.3,\)\)"):
        check_grads(autograd.sin, 0.3)


def test_the_simplest_failure_is_shown(declare):
    exchanged = declare(
        math.sin, np.sin, lambda x, ans, g: g * table["cos"](x), reference=lambda mp, x: mp.sin(x)
    )  # fmt: skip
    with pytest.raises(RuleError, match=r"\(0.5\) breaks the law: the first derivative") as caught:
        check_rule(exchanged)
    assert caught.value.ans == math.sin(0.5)
    assert "ans        0.479" in str(caught.value)
