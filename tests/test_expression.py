"""Formulas as text: the same numbers as operators, and errors that point at the place."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import ExpressionError, Value
from autograd.expression import FUNCTIONS, evaluate, variables


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("x + y*2 - 3/x", 2 + 6 - 1.5), ("-x**2", -4.0), ("+x", 2.0), ("2**-x", 0.25), ("exp(0) + tanh(0)", 1.0),
        ("maximum(x, y)", 3.0), ("pi", math.pi), ("e**1", math.e), ("9**9**9**9", math.inf), ("1/0", math.inf),
        ("1e400", math.inf), ("9" * 400, math.inf), ("  −x×2", -4.0), ("x\n+ y", 5.0), ("abs(-y)", 3.0), ("学", 1.0),
        ("x ÷ y", 2 / 3), ("x·y", 6.0), ("(" * 50 + "x" + ")" * 50, 2.0),
    ],
)  # fmt: skip
def test_values(text, value):
    assert evaluate(text, {"x": 2.0, "y": 3.0, "学": 1.0}).data == value


def test_records_what_operators_record():
    x = Value(2.0, name="x")
    y = evaluate("x*x - tanh(x)", {"x": x})
    y.backward()
    z = Value(2.0)
    by_hand = z * z - z.tanh()
    by_hand.backward()
    assert (y.data, x.grad) == (by_hand.data, z.grad)
    assert y.name is None


def test_a_variable_is_one_leaf_of_its_name():
    y = evaluate("x + x", {"x": 2.0})
    assert y.args[0] is y.args[1]
    assert y.args[0].name == "x"


def test_variables_shadow_constants():
    assert evaluate("pi + e", {"pi": 1.0, "e": 2.0}).data == 3.0


def test_without_variables_the_result_is_a_constant():
    assert not evaluate("1 + 2", {}).requires_grad


@pytest.mark.parametrize(
    ("text", "message", "column"),
    [
        ("", "empty", 0),
        ("x +", "invalid syntax", 3),
        ("x y", "invalid syntax", 2),
        ("(x", "never closed", 0),
        ("x)+(y", "unmatched", 1),
        ("x + sinn(x)", "did you mean sin", 4),
        ("zzz(x)", "there are abs", 0),
        ("x + yy", "did you mean y", 4),
        ("q", "known are x, y", 0),
        ("学 + 学学*q", "'学学' has no value", 4),
        ("sin + 1", "call it, as in sin", 0),
        ("2 * x(3)", "a number, not a function", 4),
        ("sin(x, y)", "takes 1", 0),
        ("maximum(x)", r"maximum\(x, y\)", 0),
        ("sin(x=1)", "named", 0),
        ("sin(*x)", "takes 1", 0),
        ("x < y", "no derivative", 2),
        ("x ^ 2", r"\*\*, not \^", 2),
        ("(x) // 2", "written /", 4),
        ("x @ y", "cannot hold", 2),
        ("1j", "real number", 0),
        ("'a'", "real number", 0),
        ("True", "real number", 0),
        ("math.sin(x)", "without a prefix", 0),
        ("x[0]", "x1", 0),
        ("1,5", "1.5", 0),
        ("x if y else 1", "choice", 0),
        ("x and y", "'and'", 0),
        ("not x", "cannot hold", 0),
        ("lambda: 1", "cannot hold", 0),
        ("[x]", "cannot hold", 0),
        ("__import__('os')", "no function", 0),
        ("-" * 100_000 + "x", "too deeply", 0),
        ("x₁", "invalid character", 1),
    ],
)
def test_errors_point_at_the_place(text, message, column):
    with pytest.raises(ExpressionError, match=message) as caught:
        evaluate(text, {"x": 2.0, "y": 3.0, "学": 1.0})
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text", ["(" * 500 + "x" + ")" * 500, "+".join(["x"] * 100_000), "9" * 5000, "sin(" * 300, "x\0"]
)
def test_huge_formulas_are_refused_not_fatal(text):
    with pytest.raises(ExpressionError):
        evaluate(text, {"x": 1.0})


def test_long_sums_are_read():
    assert evaluate("+".join(["x"] * 500), {"x": 1.0}).data == 500.0


@given(st.text(alphabet="x y1.+-*/()^,e=<'\n\t学−", max_size=12))
def test_any_text_is_a_value_or_an_expression_error(text):
    try:
        assert isinstance(evaluate(text, {"x": 2.0}), Value)
    except ExpressionError as error:
        column = error.column
    else:
        column = 0
    assert 0 <= column <= len(text)


def test_variables_in_order_of_appearance():
    assert variables("tanh(w*x + b) * w + pi") == ["w", "x", "b", "pi"]


def test_the_functions_are_those_of_the_table():
    assert {"sin", "tanh", "relu", "maximum", "power"} <= FUNCTIONS.keys()
    assert not {"sum", "where", "greater", "matmul"} & FUNCTIONS.keys()
