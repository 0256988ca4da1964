"""Formulas of symbols, and the table as a page of calculus."""

import math
import random

import numpy as np
import pytest

import autograd
from autograd import GraphError, OperandError, Tensor, Value, catalogue, table
from autograd.expression import evaluate
from autograd.formula import Symbol, latex, python, unicode

X, Y, Z = Symbol("x"), Symbol("y", "y_1"), Symbol("z")


@pytest.mark.parametrize(
    ("formula", "as_python", "as_latex"),
    [
        (X + X, "2 * x", r"2 \, x"),
        (1.0 * X, "x", "x"),
        (X * Y / X, "y", "y_1"),
        (-(X - Y), "-(x - y)", r"-\left(x - y_1\right)"),
        (X - (Y - Z), "x - (y - z)", r"x - \left(y_1 - z\right)"),
        (X - (Y + Z), "x - (y + z)", r"x - \left(y_1 + z\right)"),
        ((X + Y) * Z, "(x + y) * z", r"\left(x + y_1\right) \, z"),
        (X / Y / Y, "x / y**2", r"\frac{x}{y_1^{2}}"),
        (0.25 * X, "x / 4", r"\frac{x}{4}"),
        (0.5 / (X * Y), "1 / (2 * x * y)", r"\frac{1}{2 \, x \, y_1}"),
        (0.3 * X, "0.3 * x", r"0.3 \, x"),
        (X + 0.0, "x", "x"),
        (X + 16777217.0, "x + 16777217", r"x + 1.67772 \cdot 10^{7}"),
        (X * 5e-324, "5e-324 * x", r"4.94066 \cdot 10^{-324} \, x"),
        (2.0**X, "2**x", "2^{x}"),
        (X**3.0 / X, "x**2", "x^{2}"),
        (autograd.log(X) ** 0.0, "1", "1"),
        ((X + 1.0) ** Y, "(x + 1)**y", r"\left(x + 1\right)^{y_1}"),
        (autograd.exp(-X) * autograd.exp(-X), "exp(-x)**2", r"\left(e^{-x}\right)^{2}"),
        (autograd.expm1(X) * Y, "expm1(x) * y", r"\left(e^{x} - 1\right) \, y_1"),
        (autograd.sin(X + Y) * Z, "sin(x + y) * z", r"\sin \left(x + y_1\right) \, z"),
        (autograd.sum(X, axis=0), "sum(x, axis=0)", r"\sum x"),
        (X * math.inf, "x * inf", r"x \, \infty"),
        (X @ Y, "x @ y", r"x \, y_1"),
        (
            autograd.where(autograd.logical_and(autograd.greater(X, 0.0), autograd.less(X, 1.0)), X, 0.0),
            "where(logical_and(x > 0, x < 1), x, 0)",
            r"\begin{cases} x & \left(x > 0\right) \wedge \left(x < 1\right) \\ 0 & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_formulas(formula, as_python, as_latex):
    assert python(formula) == str(formula) == as_python
    assert latex(formula) == as_latex


def test_formulas_of_graphs():
    x, w, b = Value(2.0, name="x1"), Value(-3.0, name="w_{in}"), Value(0.5)
    o = autograd.tanh(x * w - b) / Value(math.inf)
    assert o.expression() == "tanh(x1 * w_{in} - b) / inf"
    assert o.expression(names={}) == "tanh(x1 * w_{in} - 1 / 2) / inf"
    assert o.latex(names={}) == r"\frac{\tanh \left(x_{1} \, \mathrm{w\_\{in\}} - \frac{1}{2}\right)}{\infty}"
    t = Tensor([[1.0, 2.0, 3.0]], name="W")
    assert (t @ np.ones(3)).sum().expression() == "sum(W @ [1.0, 1.0, 1.0])"
    assert (t * np.ones((2, 3))).expression() == "W * [2×3]"
    assert Value(3.0).expression() == "3"
    slope, w12, parts = Value(0.5), Value(2.0), [Value(1.0), Value(4.0)]
    y = autograd.exp(slope * w12) + parts[1] * Value(3.0)
    assert y.expression() == "exp(slope * w12) + 3 * parts[1]"
    assert y.expression(names={"a": slope}) == "exp(2 * a) + 12"
    assert y.expression(names={}) == "exp(1) + 12"
    assert y.latex(names={"a_in": slope, "w12": w12}) == r"e^{a_{in} \, w_{12}} + 12"
    assert (
        evaluate(o.expression(names={}).replace("{in}", "in").replace("inf", "1"), {"x1": 2.0, "w_in": -3.0}).data < 0
    )


def test_long_formulas_are_refused_and_deep_ones_need_no_recursion():
    x = y = Value(1.0, name="x")
    for _ in range(60):
        y = autograd.sin(y) * autograd.cos(y)
    with pytest.raises(GraphError, match="longer than 10,000 characters"):
        y.expression()
    z = x
    for _ in range(100_000):
        z = -z
    assert z.expression() == "x"


def test_a_symbol_is_no_condition():
    with pytest.raises(OperandError, match="neither true nor false"):
        bool(autograd.greater(X, 0.0))


@pytest.mark.parametrize("name", [n for n, row in table.items() if row.kind == "elementwise" and any(row.rules)])
def test_the_formula_of_a_rule_computes_what_the_rule_computes(name):
    """Read back as Python, in functions of the table, the formula gives the derivative."""
    line = catalogue._line(table[name])
    numbers = dict(zip("xyz", random.Random(name).sample([0.3, 0.45, 0.6, 0.8], 3), strict=True))
    if name == "acosh":
        numbers["x"] = 1.5
    operands = [numbers[n] for n in "xyz"[: len(line.row.rules)]]
    ans = line.row(*operands)
    for rule, formula in zip(line.row.rules, line.derivatives, strict=True):
        if rule is not None:
            text = python(formula)
            got = eval(text, {**table, **numbers, "inf": math.inf})
            assert got == pytest.approx(rule(1.0, ans, *operands), rel=1e-5), text


def test_the_page():
    text = str(table)
    assert "  mul " in text
    assert "∂/∂x = y,  ∂/∂y = x" in text
    assert "g @ swapaxes(y, axis1=-1, axis2=-2)" in text
    assert len(text.splitlines()) > len(table)
    page = table._repr_html_()
    for name in table:
        assert f"<code>{name}</code>" in page
    assert page.count("<tr>") == page.count("</tr>") == len(table)
    assert r"\frac{\partial f}{\partial x} = \cos x" in page
    assert table._repr_latex_().startswith(r"$$\begin{array}")


def test_a_rule_of_your_own_is_on_the_page():
    triple = autograd.elementwise("triple_it", lambda x: 3 * x, lambda x: 3 * x, lambda g, ans, x: g * 3.0)
    try:
        assert "triple_it(x)" in str(table)
        assert "= 3" in str(table)
        assert r"\operatorname{triple\_it}(x)" in table._repr_html_()
        assert triple(1.0) == 3
    finally:
        del table["triple_it"]


@pytest.mark.parametrize(
    ("name", "position", "text"),
    [
        ("matmul", 0, "g · yᵀ"), ("matmul", 1, "xᵀ · g"), ("div", 1, "−x / y²"), ("tanh", 0, "sech²(x)"),
        ("relu", 0, "[x > 0]"), ("sqrt", 0, "1 / (2 √x)"), ("sigmoid", 0, "sech²(x / 2) / 4"),
        ("cbrt", 0, "1 / (3 cbrt(x)²)"),
        ("maximum", 0, "where(x = y, 1 / 2, [x > y])"),
        ("transpose", 0, "gᵀ"), ("xlogy", 1, "where((x = 0) ∧ (y = 0), 0, x / y)"),
    ],
)  # fmt: skip
def test_unicode(name, position, text):
    row = table[name]
    xs = [Symbol(letter) for letter in "xyz"[: len(row.rules)]]
    g = 1.0 if row.kind == "elementwise" else Symbol("g")
    assert unicode(row.rules[position](g, Symbol.record(row, tuple(xs), {}), *xs)) == text
