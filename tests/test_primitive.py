"""The three declarers, from a user's side."""

import math

import numpy as np
import pytest

import autograd
from autograd import OperandError, Tensor, Value, elementwise, general, grad, linear, table


@pytest.fixture
def forget():
    """Take the rows that a test declares out of the table again."""
    before = set(table)
    yield
    for name in set(table) - before:
        del table[name]


@pytest.mark.usefixtures("forget")
def test_a_rule_of_your_own_works_like_ours():
    softsign = elementwise(
        "softsign",
        lambda x: x / (1.0 + math.fabs(x)),
        lambda x: x / (1.0 + np.abs(x)),
        lambda g, ans, x: g / (1.0 + autograd.abs(x)) / (1.0 + autograd.abs(x)),
        symbol="ss",
    )
    assert softsign(1.0) == 0.5
    assert grad(softsign)(1.0) == 0.25
    assert grad(grad(softsign))(1.0) == -0.25
    t = Tensor([1.0, -3.0])
    softsign(t).sum().backward()
    assert t.grad.tolist() == [0.25, 1 / 16]


@pytest.mark.usefixtures("forget")
def test_several_operands_parameters_and_constants():
    lerp = elementwise(
        "lerp",
        lambda t, x, y, *, scale=1.0: scale * (x + t * (y - x)),
        lambda t, x, y, *, scale=1.0: scale * (x + t * (y - x)),
        None,
        lambda g, ans, t, x, y, *, scale=1.0: g * (scale * (1.0 - t)),
        lambda g, ans, t, x, y, *, scale=1.0: g * (scale * t),
    )
    x, y = Value(1.0), Value(3.0)
    z = lerp(Value(0.25), x, y, scale=2.0)
    z.backward()
    assert (z.data, x.grad, y.grad) == (3.0, 1.5, 0.5)
    assert z.args[0] == 0.25  # an operand without a rule is a constant
    assert type(z.args[0]) is float


@pytest.mark.usefixtures("forget")
def test_linear_and_general():
    reverse = linear("reverse", lambda x: x[::-1], lambda g, ans, x: reverse(g))
    norm = general(
        "norm2",
        lambda x: np.sqrt(np.sum(x * x)),
        lambda g, ans, x: g * x / ans,
        push=lambda tangents, ans, x: (tangents[0] * x).sum() / ans,
    )
    x = Tensor([3.0, 4.0])
    (norm(reverse(x)) * reverse(x)[0]).backward()
    np.testing.assert_allclose(x.grad, [3.0 / 5.0 * 4.0, 4.0 / 5.0 * 4.0 + 5.0])
    assert grad(norm)(np.array([3.0, 4.0])).tolist() == [0.6, 0.8]


def test_operands_go_by_name_too():
    t = Tensor([-2.0, 0.5, 3.0])
    assert autograd.clip(t, low=-1.0, high=1.0).tolist() == [-1.0, 0.5, 1.0]
    assert autograd.clip(2.0, high=1.0, low=0.0) == 1.0
    y = Value(1.0)
    assert autograd.atan2(y, x=2.0).data == math.atan2(1.0, 2.0)
    with pytest.raises(OperandError, match=r"clip takes 3 operand\(s\) but got 2; write clip\(x, low, high\)"):
        autograd.clip(t, -1.0)
    with pytest.raises(OperandError, match="sum has no parameter dim=; it takes axis=, keepdims="):
        autograd.sum(t, dim=0)
    with pytest.raises(OperandError, match=r"write sum\(x, axis=..., keepdims=...\)"):
        autograd.sum(t, 0)
    assert autograd.gelu([1.0, 2]).shape == (2,)


@pytest.mark.usefixtures("forget")
def test_a_name_is_taken_once():
    with pytest.raises(ValueError, match="already has a primitive named 'exp'"):
        elementwise("exp", math.exp, np.exp, lambda g, ans, x: g * ans)


@pytest.mark.usefixtures("forget")
def test_a_cell_that_declares_a_row_may_run_again():
    cell = "row = autograd.elementwise('again_in_tests', lambda x: x + {0}, lambda x: x + {0}, lambda g, ans, x: g)"
    notebook = {"__name__": "__main__", "autograd": autograd}
    try:
        for number in (1.0, 2.0):
            exec(cell.format(number), notebook)
            assert autograd.table["again_in_tests"](1.0) == notebook["row"](1.0) == 1.0 + number
        with pytest.raises(ValueError, match="already has a primitive named 'again_in_tests'"):
            autograd.linear("again_in_tests", lambda x: x, lambda g, ans, x: g)
        with pytest.raises(ValueError, match="already has a primitive named 'exp'"):
            exec(cell.replace("again_in_tests", "exp").format(3.0), notebook)
    finally:
        del autograd.table["again_in_tests"]


def test_forgotten_rules_and_wrong_rules_are_named():
    with pytest.raises(ValueError, match="takes the function twice"):
        elementwise("half", lambda x: x / 2, lambda g, ans, x: g / 2)
    with pytest.raises(ValueError, match="one rule per operand"):
        elementwise("half", lambda x: x / 2, lambda x: x / 2)
    short = elementwise("short", lambda x: x, np.positive, lambda g: g)
    del table["short"]
    for x in (Value(1.0), Tensor(1.0)):
        with pytest.raises(OperandError, match=r"rule 0 of short failed.*rule\(g, ans, x"):
            short(x).backward()


@pytest.mark.usefixtures("forget")
def test_functions_of_math_in_a_rule_cannot_hide_a_second_derivative():
    bad = elementwise("bad", math.exp, np.exp, lambda g, ans, x: g * math.exp(x))
    assert grad(bad)(1.0) == math.e
    with pytest.raises(OperandError, match="would lose the derivative"):
        grad(grad(bad))(1.0)


def test_rules_on_raw_numbers_are_the_same_text():
    for row in table.values():
        for rule, on_floats, on_arrays in zip(row.rules, row.float_rules, row.array_rules, strict=True):
            assert (rule is None) == (on_floats is None) == (on_arrays is None)
            assert rule is None or rule.__code__ is on_floats.__code__ is on_arrays.__code__


def test_primitives_on_raw_numbers_record_nothing():
    assert type(autograd.exp(1.0)) is float
    assert type(autograd.exp(np.float32(1.0))) is np.float32
    assert type(autograd.exp(np.ones(2))) is np.ndarray
    assert autograd.matmul(np.eye(2), [1.0, 2.0]).tolist() == [1.0, 2.0]
    with pytest.raises(OperandError, match="exp cannot take"):
        autograd.exp("1")


def test_raw_integers_count_as_floats():
    assert autograd.power(2, 3) == 8.0
    assert autograd.reciprocal(np.array([2])).tolist() == [0.5]
    assert autograd.sub(np.uint8(0), np.uint8(1)) == -1.0
    assert autograd.power(np.array([10]), -1).tolist() == [0.1]
    assert autograd.where(np.array([True, False]), 1, 2).tolist() == [1.0, 2.0]
    for call in (lambda: autograd.exp(1j), lambda: autograd.exp(np.array([1j]))):
        with pytest.raises(OperandError, match="complex"):
            call()
