"""Every element-wise rule against mpmath: value, first and second derivative, tails and kinks included."""

import math

import mpmath
import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, grad, table

MP = {
    "abs": abs, "neg": lambda x: -x, "square": lambda x: x * x, "reciprocal": lambda x: 1 / x,
    "relu": lambda x: max(x, 0),
    "sech2": lambda x: 1 / mpmath.cosh(x) ** 2,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "sign": mpmath.sign, "identity": lambda x: x,
}  # fmt: skip
WIDE = [-300.0, -40.0, -20.0, -3.0, -1.0, -1e-3, -1e-8, 1e-200, 1e-8, 0.3, 1.0, 2.0, 20.0, 40.0, 300.0]
POSITIVE = [x for x in WIDE if x > 0] + [1e-100, 1e100, 1e200]
DOMAIN = {
    "log": POSITIVE, "sqrt": POSITIVE, "log1p": [x for x in WIDE if x > -1] + [1e200], "square": [*WIDE, 1e100],
    "reciprocal": [*WIDE, 1e100], "tan": [x for x in WIDE if abs(x) < 30], "sin": [*WIDE, 1e5], "cos": [*WIDE, 1e5],
    "sinh": WIDE, "cosh": WIDE, "relu": WIDE, "abs": WIDE, "neg": WIDE,
}  # fmt: skip
UNARY = [name for name, row in table.items() if row.kind == "elementwise" and len(row.rules) == 1 and row.rules[0]]


def exact(name, x, order):
    """The derivative of `order` by mpmath, with so many digits that neither tails nor tiny arguments cancel."""
    f = MP.get(name) or getattr(mpmath, name)
    with mpmath.workdps(900):
        if order == 0:
            return f(mpmath.mpf(x))
        step = mpmath.mpf(10) ** -60 * max(abs(mpmath.mpf(x)), mpmath.mpf(10) ** -200)
        x = mpmath.mpf(x)
        if order == 1:
            return (f(x + step) - f(x - step)) / (2 * step)
        return (f(x + step) - 2 * f(x) + f(x - step)) / step**2


@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("name", UNARY)
def test_unary_rules_keep_full_relative_accuracy(name, order):
    f = table[name]
    for _ in range(order):
        f = grad(f)
    for x in DOMAIN.get(name, WIDE):
        with mpmath.workdps(900):
            want = 0 if order == 2 and name in ("neg", "abs", "relu") else exact(name, x, order)
            if want == 0:
                assert f(x) == 0.0, (name, order, x)
            if not 1e-300 < abs(want) < 1e300:
                continue
            # conditioning of trigonometry near its zeros is not the rule's fault
            slack = 1 + abs(x) if name in ("sin", "cos", "tan") else 1 + min(abs(x), 300) / 8
            error = abs((mpmath.mpf(f(x)) - want) / want)
            assert error < 1e-15 * slack * 8, (name, order, x, f(x), float(want))


@pytest.mark.parametrize("name", UNARY)
def test_floats_and_arrays_agree(name):
    f = table[name]
    xs = np.array(DOMAIN.get(name, WIDE))
    slow = [f(float(x)) for x in xs]
    np.testing.assert_allclose(f(xs), slow, rtol=1e-15)
    t = Tensor(xs)
    f(t).sum().backward()
    for x, got in zip(xs, t.grad, strict=True):
        v = Value(x)
        f(v).backward()
        assert got == pytest.approx(v.grad, rel=1e-15, abs=0), (name, x)


@pytest.mark.parametrize(
    ("name", "x", "y", "dx", "dy"),
    [
        ("add", 2.0, 3.0, 1.0, 1.0),
        ("sub", 2.0, 3.0, 1.0, -1.0),
        ("mul", 2.0, 3.0, 3.0, 2.0),
        ("div", 3.0, 2.0, 0.5, -0.75),
        ("div", 1e200, 1e200, 1e-200, -1e-200),
        ("div", 1e-200, 1e-200, 1e200, -1e200),
        ("div", 1e200, 1e-100, 1e100, -math.inf),
        ("power", 2.0, 3.0, 12.0, 8.0 * math.log(2.0)),
        ("power", 2.0, 0.0, 0.0, math.log(2.0)),
        ("power", 0.0, 2.0, 0.0, 0.0),
        ("power", 0.0, 1.0, 1.0, 0.0),
        ("power", 0.0, 0.0, 0.0, 0.0),
        ("power", -2.0, 3.0, 12.0, math.nan),
        ("power", 1e100, 2.0, 2e100, 1e200 * 100 * math.log(10)),
        ("power", 1e-100, 2.0, 2e-100, -1e-200 * 100 * math.log(10)),
        ("maximum", 1.0, 2.0, 0.0, 1.0),
        ("maximum", 2.0, 2.0, 0.5, 0.5),
        ("minimum", 1.0, 2.0, 1.0, 0.0),
        ("minimum", 2.0, 2.0, 0.5, 0.5),
    ],
)
@pytest.mark.parametrize("make", [Value, Tensor])
def test_binary_rules(make, name, x, y, dx, dy):
    a, b = make(x), make(y)
    getattr(autograd, name)(a, b).backward()
    assert float(a.grad) == pytest.approx(dx, rel=1e-15, nan_ok=True)
    assert float(b.grad) == pytest.approx(dy, rel=1e-15, nan_ok=True)


def test_kinks():
    assert grad(autograd.relu)(0.0) == 0.0
    assert grad(autograd.abs)(0.0) == 0.0
    assert grad(autograd.sign)(3.0) == 0.0


def test_mixed_second_derivative_of_a_power():
    """∂²(xᵖ)/∂x∂p at p = 0 is 1/x; PyTorch 2.13 gives 0."""
    for x, want in ((2.0, 0.5), (5.0, 0.2)):
        assert grad(lambda p, x=x: grad(lambda x: x**p)(x))(0.0) == want
        assert grad(lambda x: grad(lambda p: x**p)(0.0))(x) == want
    assert grad(grad(lambda x: x**0.0))(0.0) == 0.0
    assert grad(lambda x: x**0)(1e-310) == grad(grad(lambda x: x**1))(1e-310) == 0.0
    assert grad(grad(grad(lambda x: x**2)))(1e-310) == 0.0
    assert grad(lambda x: x**1e-10)(1e-309) == pytest.approx(1e299, rel=1e-6)
    assert grad(grad(lambda x: x**2))(0.0) == 2.0
    assert grad(grad(grad(lambda x: x**3)))(0.0) == 6.0


@pytest.mark.parametrize("make", [float, np.array])
@pytest.mark.parametrize(("x", "y"), [(2.0, 3.0), (1e-200, 2.0), (1e200, 2.0), (1e300, 1.5), (0.0, 2.0), (0.5, -3.0)])
def test_both_orders_of_the_mixed_derivative_of_a_power(x, y, make):
    x_then_y = grad(lambda y: grad(lambda x: x**y)(make(x)))(make(y))
    y_then_x = grad(lambda x: grad(lambda y: x**y)(make(y)))(make(x))
    want = x ** (y - 1.0) * (1.0 + y * math.log(x)) if x else 0.0
    assert float(x_then_y) == pytest.approx(want, rel=1e-13, abs=0.0)
    assert float(y_then_x) == pytest.approx(want, rel=1e-13, abs=0.0)


@pytest.mark.parametrize(
    ("name", "x", "want"),
    [
        ("sigmoid", 40.0, 4.248354255291589e-18),
        ("sigmoid", -40.0, 4.248354255291589e-18),
        ("tanh", 20.0, 1.6993417021166355e-17),
        ("tanh", 300.0, 1.0602e-260),
    ],
)
def test_tails_that_other_libraries_lose(name, x, want):
    assert grad(getattr(autograd, name))(x) == pytest.approx(want, rel=1e-4 if x == 300.0 else 1e-14)


@pytest.mark.parametrize("make", [Value, Tensor])
def test_where_passes_to_the_branch_taken(make):
    for condition, to_x, to_y in ((True, 1.0, 0.0), (False, 0.0, 1.0)):
        x, y = make(2.0), make(math.nan)
        autograd.where(condition, x, y).backward()
        assert (float(x.grad), float(y.grad)) == (to_x, to_y)


def test_every_row_is_documented():
    for name, row in table.items():
        assert row.name == name
        assert row.__doc__, name
        assert row.symbol, name
        assert repr(row) == f"<{row.kind} primitive {name}>"


def test_the_table_is_public():
    for name, row in table.items():
        if row.public and not row.variadic:  # stack and concatenate take a sequence instead, as in numpy
            assert getattr(autograd, name) is row, name
        else:
            assert getattr(autograd, name, None) is not row, name
