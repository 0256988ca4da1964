"""grad, value_and_grad, vjp: structures, nesting, closures, perturbations kept apart."""

import math
from collections import namedtuple
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import GraphError, OperandError, ShapeError, StaleError, Tensor, Value, grad, no_grad, value_and_grad, vjp


def test_given_floats_floats_come_back():
    value, slope = value_and_grad(lambda x: x**3)(2.0)
    assert (type(value), type(slope), value, slope) == (float, float, 8.0, 12.0)


def test_given_arrays_arrays_come_back_that_may_be_written():
    x = np.array([1.0, 2.0])
    value, slope = value_and_grad(lambda x: (x * x).sum())(x)
    assert type(value) is type(slope) is np.ndarray
    slope[0] = 7.0
    assert x.tolist() == [1.0, 2.0]


def test_given_nodes_nodes_come_back():
    x = Value(2.0)
    slope = grad(lambda x: x**3)(x)
    assert type(slope) is Value
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)
    t = Tensor([1.0, 2.0])
    slope = grad(lambda x: (x**3).sum())(t)
    slope.sum().backward()
    np.testing.assert_allclose(t.grad, [6.0, 12.0])


def test_argnums():
    def f(x, y, scale=1.0):
        return x * x * y * scale

    assert grad(f, 1)(3.0, 2.0) == 9.0
    assert grad(f, -1)(3.0, 2.0, scale=2.0) == 18.0
    assert grad(f, (1, 0))(3.0, 2.0) == (9.0, 12.0)
    with pytest.raises(OperandError, match="argnums=2"):
        grad(f, 2)(3.0, 2.0)


def test_structures():
    point = namedtuple("point", "x y")
    f = lambda p, extra: p["a"][0] * p["a"][1] + (p["b"].x * extra).sum()  # noqa: E731
    slope = grad(f)({"a": [2.0, 3.0], "b": point(np.ones(2), 5.0)}, 4.0)
    assert slope["a"] == [3.0, 2.0]
    assert slope["b"].x.tolist() == [4.0, 4.0]
    assert slope["b"].y == 0.0


@pytest.mark.parametrize("order", range(1, 7))
def test_any_order(order):
    f = lambda x: autograd.sin(2.0 * x)  # noqa: E731
    for _ in range(order):
        f = grad(f)
    assert f(0.3) == pytest.approx(2.0**order * math.sin(0.6 + order * math.pi / 2), rel=1e-13)


def test_perturbations_are_kept_apart():
    assert grad(lambda x: x * grad(lambda y: x * y)(1.0))(3.0) == 6.0
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: grad(lambda y: x * x * y * y)(x))(2.0) == 6.0 * 4.0
    inner = lambda x: grad(lambda y: grad(lambda z: x * y * z * z)(y))(x)  # noqa: E731
    assert grad(inner)(2.0) == 16.0  # d/dx of 4x², which is d/dy of 2xy² at y = x


def test_nodes_from_outside_are_noticed():
    w = Value(3.0)
    slope = grad(lambda x: w * x)(2.0)
    assert type(slope) is Value
    slope.backward()
    assert (slope.data, w.grad) == (3.0, 1.0)
    assert grad(lambda x: w.item() * x)(2.0) == 3.0
    assert grad(lambda x: Value(3.0) * x)(2.0) == 3.0


def test_no_side_effects():
    w, x = Value(3.0), Value(2.0)
    grad(lambda x: w * x)(x)
    assert (w.grad, x.grad) == (None, None)


def test_inside_no_grad():
    w = Value(3.0)
    with no_grad():
        assert grad(lambda x: w * x * x)(2.0) == 12.0
        assert grad(grad(lambda x: x**3))(2.0) == 12.0
        slope = grad(lambda x: x * x)(w)
    assert (slope.data, slope.requires_grad) == (6.0, False)


def test_functions_of_math_cannot_hide_a_derivative():
    for f in (math.sin, lambda x: x * float(x), lambda x: math.exp(x) * x):
        with pytest.raises(OperandError, match="would lose the derivative"):
            grad(f)(1.0)
    assert grad(lambda x: x * x.item())(3.0) == 3.0
    assert float(Value(3.0) * 2.0) == 6.0


def test_numbers_and_arrays_side_by_side():
    value, slope = value_and_grad(lambda p: (p["w"] * 2.0).sum() + p["b"] * p["b"])({"w": np.ones(3), "b": 0.5})
    assert value == 6.25
    assert slope["w"].tolist() == [2.0, 2.0, 2.0]
    assert (type(slope["b"]), slope["b"]) == (float, 1.0)
    assert grad(lambda b, x: (b * x).sum())(0.5, np.ones(3)) == 3.0
    assert grad(grad(lambda b, x: (b * b * x).sum()))(0.5, np.ones(3)) == 6.0


def test_results_that_do_not_depend_on_the_input():
    assert grad(lambda x: 3.0)(2.0) == 0.0
    assert grad(lambda x: x)(2.0) == 1.0
    assert grad(lambda x: x.detach() * x)(2.0) == 2.0
    assert grad(lambda x: (x * np.zeros(0)).sum())(np.ones(0)).shape == (0,)


@pytest.mark.parametrize("out", [lambda x: x * np.ones(2), lambda x: (x.sum(), x.sum()), lambda x: None, lambda x: "1"])
def test_grad_needs_one_number(out):
    with pytest.raises(GraphError, match="one number"):
        grad(out)(np.ones(2))


@pytest.mark.parametrize("x", ["1", None, 1j])
def test_inputs_are_real_numbers(x):
    with pytest.raises(OperandError):
        grad(lambda x: x)(x)


def test_vjp_may_be_pulled_many_times():
    x = np.array([1.0, 2.0, 3.0])
    out, pullback = vjp(lambda x: x * x, x)
    assert out.tolist() == [1.0, 4.0, 9.0]
    jacobian = [pullback(row)[0].tolist() for row in np.eye(3)]
    assert jacobian == [[2.0, 0.0, 0.0], [0.0, 4.0, 0.0], [0.0, 0.0, 6.0]]


def test_vjp_with_structures():
    out, pullback = vjp(lambda x, y: {"sum": x + y, "pair": [x * y, x]}, 3.0, 2.0)
    assert out == {"sum": 5.0, "pair": [6.0, 3.0]}
    assert pullback({"sum": 1.0, "pair": [10.0, 100.0]}) == (121.0, 31.0)


def test_vjp_checks_the_cotangent():
    _, pullback = vjp(lambda x: x * x, np.ones(3))
    with pytest.raises(ShapeError, match=r"shape \(2,\)"):
        pullback(np.ones(2))
    with pytest.raises(ShapeError, match="2 parts in a tuple where one number or array is needed"):
        pullback((np.ones(3), 1.0))
    with pytest.raises(OperandError, match="real numbers"):
        pullback("1")


def test_vjp_is_differentiable_in_the_cotangent():
    g = Value(2.0)
    _, pullback = vjp(lambda x: x * x, 3.0)
    (slope,) = pullback(g)
    slope.backward()
    assert (slope.data, g.grad) == (12.0, 6.0)


def test_a_transform_inside_a_large_graph_costs_only_its_own_part():
    x = Value(1.0)
    for _ in range(50_000):
        x = x + 1.0
    for _ in range(200):  # each of these would walk the 50,000 nodes if the search did not stop at the inputs
        slope = grad(lambda y: x * y)(2.0)
    assert slope.data == 50_001.0


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_product_rule(x, y):
    f, g = (lambda t: autograd.sin(t) * y), (lambda t: autograd.exp(t) + t * t)
    product = grad(lambda t: f(t) * g(t))(x)
    assert product == pytest.approx(grad(f)(x) * g(x) + f(x) * grad(g)(x), rel=1e-12, abs=1e-12)


def test_two_hundred_dimensional_rosenbrock_minimum():
    def rosenbrock(x):
        return sum(100.0 * (b - a * a) ** 2 + (1.0 - a) ** 2 for a, b in pairwise(x))

    assert grad(rosenbrock)([1.0] * 200) == [0.0] * 200
    assert grad(rosenbrock)([0.0, 0.0]) == [-2.0, 0.0]


# --- what a hostile reader found ---


@pytest.mark.parametrize("x", [Value(3.0, requires_grad=False), Value(3.0).detach(), Tensor(3.0).detach()])
def test_at_a_constant(x):
    assert float(grad(lambda x: x * x)(x)) == 6.0
    _, pullback = vjp(lambda x, y: x * y, x, 4.0)
    assert [float(part) for part in pullback(1.0)] == [4.0, 3.0]


@pytest.mark.parametrize("w", [Value(2.0), Tensor([1.0, 2.0], requires_grad=False)])
def test_data_overwritten_before_the_pullback_is_noticed(w):
    x = 1.0 if isinstance(w, Value) else np.ones(2)
    _, pullback = vjp(lambda x: autograd.exp(x * w), x)
    w.data = w.data * 2.0
    with pytest.raises(StaleError):
        pullback(np.ones(np.shape(x)))


@pytest.mark.parametrize("argnums", [(0, 0), (0, -1)])
def test_an_argument_is_named_once(argnums):
    with pytest.raises(OperandError, match="twice"):
        grad(lambda x: x * x, argnums)(3.0)


@pytest.mark.parametrize("argnums", [None, "a", 1.5, ("a",)])
def test_argnums_are_integers(argnums):
    with pytest.raises(OperandError, match="argnums="):
        grad(lambda x: x, argnums)


def test_kept_nodes_keep_no_gradient():
    kept = []

    def f(x):
        kept.append(x * x)
        return kept[0] + x

    grad(f)(3.0)
    assert kept[0].grad is None


def test_a_result_that_is_from_outside_stays_the_node_that_it_is():
    w = Value(3.0)
    out, pullback = vjp(lambda x: w, 1.0)
    assert out is w
    assert pullback(1.0) == (0.0,)
    assert vjp(lambda x: w.detach(), 1.0)[0] == 3.0
    assert type(vjp(lambda x: x, 1.0)[0]) is float  # which is not from outside
