"""What autograd.testing does not ask of every element-wise rule: one row at a time, by number, and at the edges."""

import contextlib
import itertools
import math

import mpmath
import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, grad, table, vjp

MAGNITUDES = [
    1e-300, 1e-200, 1e-155, 1e-100, 1e-20, 1e-8, 1e-3, 0.1, 0.3, 0.5, 0.59, 0.61, 0.76, 1.0, 1.3, 2.0, 3.0, 6.5, 10.0,
    20.0, 26.5, 37.0, 38.3, 40.0, 100.0, 300.0, 369.0, 700.0, 740.0, 1e3, 1e5, 1e8, 1e20, 1e100, 1e155, 1e200,
    1e300,
]  # fmt: skip
FEW = [1e-300, 1e-200, 1e-160, 1e-8, 0.3, 1.0, 2.0, 40.0, 1e8, 1e160, 1e200, 1e300]
EDGES = [2.0**-53, 1e-8, 1e-3]
TINY = 5e-324
ROWS = [name for name, row in table.items() if row.kind == "elementwise" and row.rules and row.facts.reference]
SMOOTH = [name for name in ROWS if any(table[name].rules)]


def operands(name):
    """Points all over the domain, kinks and singular points left out."""
    row = table[name]
    size, axes = len(row.rules), []
    for position in range(size):
        if row.rules[position] is None and any(row.rules):
            axes.append([True, False])
            continue
        low, high = row.facts.interval(position)
        xs = [sign * x for x in (MAGNITUDES if size == 1 else FEW if size == 2 else FEW[3::2]) for sign in (1, -1)]
        xs += [bound * (1 + off) for bound in (low, high) if abs(bound) == 1 for off in (*EDGES, *(-e for e in EDGES))]
        axes.append([x for x in [*xs, 0.0][: len(xs) + (size == 1)] if low < x < high])
    points = itertools.product(*axes)
    return [p for p in points if p not in row.facts.singular and all(kink.gap(*p) for kink in row.facts.kinks)]


@pytest.mark.parametrize("name", SMOOTH)
def test_floats_and_arrays_agree(name):
    row = table[name]
    columns = [np.array(column) for column in zip(*operands(name)[::7], strict=True)]
    live = [position for position, rule in enumerate(row.rules) if rule]
    tensors = [Tensor(x) if i in live else x for i, x in enumerate(columns)]
    result = row(*tensors)
    result.sum().backward()
    for k, point in enumerate(zip(*columns, strict=True)):
        values = [Value(x) if i in live else x for i, x in enumerate(point)]
        slow = row(*values)
        slow.backward()
        for fast, want in [(result.data[k], slow.data), *((tensors[i].grad[k], values[i].grad) for i in live)]:
            assert fast == pytest.approx(want, rel=1e-15, abs=64 * TINY, nan_ok=True), point


@pytest.mark.parametrize("name", SMOOTH)
def test_single_precision_stays(name):
    row = table[name]
    for shape in [(), (0,), (3,)]:
        tensors = [Tensor(np.full(shape, 0.5, np.float32)) if rule else np.full(shape, True) for rule in row.rules]
        result = row(*tensors)
        result.backward(np.ones(shape, np.float32))
        grads = [x.grad for x in tensors if isinstance(x, Tensor)]
        assert {x.dtype for x in [result.data, *grads]} == {np.dtype(np.float32)}
        assert {x.shape for x in [result.data, *grads]} == {shape}


KINKS = [(name, kink, point) for name in ROWS for kink in table[name].facts.kinks for point in kink.points]


@pytest.mark.parametrize(("name", "kink", "point"), KINKS)
@pytest.mark.parametrize("make", [float, np.array])
def test_the_derivative_at_a_kink_is_the_convention(name, kink, point, make):
    xs = list(map(make, point))
    for i, want in enumerate(kink.partials):
        assert grad(table[name], i)(*xs) == want
        for j in range(len(xs)):
            assert grad(grad(table[name], i), j)(*xs) == 0.0


@pytest.mark.parametrize(("name", "kink", "point"), KINKS)
def test_a_kink_passes_its_share_of_any_cotangent(name, kink, point):
    want = [-3.0 * partial for partial in kink.partials]
    assert list(vjp(table[name], *point)[1](-3.0)) == want
    assert [float(part) for part in vjp(table[name], *map(np.array, point))[1](np.array(-3.0))] == want


@pytest.mark.parametrize("name", [name for name in ROWS if len(table[name].rules) == 1 and name != "sign"])
def test_floats_and_arrays_have_one_sign_at_zero(name):
    for zero in (0.0, -0.0):
        value, lane = table[name](zero), table[name](np.array(zero))
        assert math.copysign(1.0, value) == np.copysign(1.0, lane)


@pytest.mark.parametrize("name", ROWS)
def test_nothing_raises_at_the_edge_of_the_floats(name):
    row = table[name]
    xs = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, math.inf, -math.inf, math.nan, 1e308, -1e308, 5e-324, *row.facts.interval(0)]
    points = [p for p in itertools.product(xs, repeat=len(row.rules)) if len(p) < 3 or p[1] == -1.0]
    columns = [np.array(column) for column in zip(*points, strict=True)]
    with np.errstate(all="ignore"):
        values = row(*columns)
    live = [position for position, rule in enumerate(row.rules) if rule]
    for k, point in enumerate([*points, *row.facts.singular]):
        value = row(*point)
        assert type(value) is float
        if k < len(points):
            np.testing.assert_allclose(value, values[k], rtol=1e-15, err_msg=str(point))
        for i, j in itertools.product(live, repeat=2):
            assert type(grad(row, i)(*point)) is float
            assert type(grad(grad(row, i), j)(*point)) is float


@pytest.mark.parametrize("order", [3, 4])
def test_derivatives_of_sinc_of_higher_order(order):
    f = autograd.sinc
    for _ in range(order):
        f = grad(f)
    reference = table["sinc_slope"].facts.reference
    with mpmath.workdps(200):
        for x in [1e-8, 0.1, -0.3, 0.599, 0.601, 0.9, 2.5, 10.3, -1e4]:
            assert f(x) == pytest.approx(float(mpmath.re(reference(mpmath.mp, mpmath.mpf(x), order=order))), rel=1e-12)


@pytest.mark.parametrize(
    "row", [row for row in table.values() if hasattr(row.scalar, "fast")], ids=lambda row: row.name
)
def test_what_is_compiled_is_the_function_where_that_raises_nothing(row):
    for xs in itertools.product((0.3, 1.0, 2.0, 3.0), repeat=len(row.rules)):
        with contextlib.suppress(ArithmeticError, ValueError):
            assert row.scalar.fast(*xs) == row.scalar(*xs)


@pytest.mark.parametrize("m", range(5))
@pytest.mark.parametrize("n", range(3))
def test_derivatives_of_a_power_of_any_order(m, n):
    f = autograd.power
    for position in (0,) * m + (1,) * n:
        f = grad(f, position)
    reference = table["power_partial"].facts.reference
    points = [
        (300.0, -126.5625), (7.5e9, -31.0), (0.993, 1e5), (2.0, 3.0), (2.0, 0.3), (5.0, 0.0), (3.0, 1.0), (0.5, 2.0),
        (1e200, 2.5), (1e-200, -0.4), (1e100, 0.6), (1e300, 1.02), (1.0, 1e160), (1e-150, 2.03), (2.0**-1025, 1.0001),
        (1e-3, 106.5), (-3.0, 5.0), (-2.0, 1.0), (-2.0, -1.0), (-1e-150, -3.0), (-1e160, 3.0),
        (-1e62, -1.0),
    ]  # fmt: skip
    for x, y in points[: len(points) if n == 0 else -6]:
        with mpmath.workdps(400):
            want = mpmath.re(reference(mpmath.mp, mpmath.mpf(x), mpmath.mpf(y), by_x=m, by_y=n))
        scale = 1.0 + m + n + abs(y) * (1.0 + abs(math.log(abs(x))))
        expected = pytest.approx(float(want), rel=4e-16 * scale, abs=1e-323)
        assert f(x, y) == expected, (x, y)
        assert f(np.array(x), np.array(y)) == expected, (x, y)
    if n:
        want = 0.0 if m else (-1.0) ** n * math.inf
        assert f(0.0, -1.0) == f(np.array(0.0), np.array(-1.0)) == want
    assert f(0.0, 1e155) == f(np.array(0.0), np.array(1e155)) == 0.0
    assert f(math.inf, -1e155) == f(np.array(math.inf), np.array(-1e155)) == 0.0


def test_static_parameters():
    assert grad(lambda x: autograd.leaky_relu(x, slope=0.2))(-3.0) == 0.2
    assert grad(lambda x: autograd.elu(x, alpha=2.0))(-1.0) == 2.0 * math.exp(-1.0)
    assert autograd.elu(np.array([-1.0, 2.0]), alpha=2.0).tolist() == [2.0 * math.expm1(-1.0), 2.0]


def test_crossed_and_infinite_bounds():
    assert autograd.clip(0.0, 2.0, 1.0) == np.clip(0.0, 2.0, 1.0) == 1.0
    assert grad(autograd.clip, (0, 1, 2))(0.0, 2.0, 1.0) == (0.0, 0.0, 1.0)
    assert grad(autograd.clip, (0, 1, 2))(3.0, -math.inf, math.inf) == (1.0, 0.0, 0.0)


@pytest.mark.parametrize("make", [float, np.array])
def test_an_entropy_at_its_end(make):
    by_x, by_y = (grad(autograd.xlogy, argnum) for argnum in (0, 1))
    assert (by_x(make(0.0), make(0.0)), by_y(make(0.0), make(0.0))) == (-math.inf, 0.0)
    assert (by_x(make(2.0), make(0.0)), by_y(make(2.0), make(0.0))) == (-math.inf, math.inf)
    assert by_y(make(0.0), make(3.0)) == 0.0
    assert math.isnan(by_y(make(math.nan), make(0.0)))


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


@pytest.mark.parametrize("y", [0.0, -0.0, 0.3, -0.2, 0.5, 1.0, 2.5, 3.0, -3.7, 1e-310, 400.0, math.inf, math.nan])
def test_the_slope_of_a_power_is_its_partial_derivative(y):
    """The row that is written apart, for speed, and the general one."""
    for x in [0.0, -0.0, 0.5, 1.0, -2.0, 1e-300, 5e-324, -1e-310, 1e200, 1e308, math.inf, -math.inf, math.nan]:
        want, got = table["power_partial"](x, y, by_x=1), table["slope"](x, y)
        assert np.array_equal(want, got, equal_nan=True)
        assert want != 0.0 or math.copysign(1.0, want) == math.copysign(1.0, got)


@pytest.mark.parametrize("make", [Value, Tensor])
def test_where_passes_to_the_branch_taken(make):
    for condition, to_x, to_y in ((True, 1.0, 0.0), (False, 0.0, 1.0)):
        x, y = make(2.0), make(math.nan)
        autograd.where(condition, x, y).backward()
        assert (float(x.grad), float(y.grad)) == (to_x, to_y)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_where_of_many_elements(dtype):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 40)).astype(dtype)
    x[::7] = rng.choice([np.inf, -np.inf, np.nan, 0.0, -0.0, 5e-324], 40).astype(dtype)
    for c in (rng.random(x.shape) < 0.5, rng.random(40) < 0.5, (x > 0.0).astype(float) * 3.0, True):
        for other in (0.0, -0.0, 1.0, x[::-1]):
            want = np.where(c, x, other)
            found = table["where"].array(c, x, other)
            assert (found.dtype, found.tobytes()) == (want.dtype, want.tobytes())


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
