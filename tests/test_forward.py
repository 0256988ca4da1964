"""Forward mode, alone and in every nesting with reverse mode."""

import itertools
import math

import numpy as np
import pytest

import autograd
from autograd import GraphError, OperandError, ShapeError, Tensor, Value, grad, hvp, jvp, vjp


def forward(f):
    """The derivative of a function of one number, by a pushforward."""
    return lambda x: jvp(f, (x,), (1.0,))[1]


def rich(x):
    """A function of one number through many primitives, with sharing, and arrays on the way."""
    t = autograd.stack([x, autograd.sin(x), x * x])
    moved = autograd.concatenate([t, t[::-1]]).reshape((2, 3)).T[1].sum()
    mixed = (t @ autograd.exp(-t)) * autograd.logsumexp(t) + moved
    return autograd.to_value(mixed + autograd.max(t) * autograd.log_softmax(t)[0]) / (1.0 + x * x)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_all_nestings_agree(order):
    found = []
    for modes in itertools.product([grad, forward], repeat=order):
        f = rich
        for mode in modes:
            f = mode(f)
        found.append(f(0.7))
    np.testing.assert_allclose(found, found[0], rtol=1e-12)
    h = 1e-3
    g = rich if order == 1 else (grad if order == 2 else lambda f: grad(grad(f)))(rich)
    assert found[0] == pytest.approx((g(0.7 + h) - g(0.7 - h)) / (2 * h), rel=1e-4)


@pytest.mark.parametrize("outer", [grad, forward])
@pytest.mark.parametrize("inner", [grad, forward])
def test_perturbations_are_not_confused(outer, inner):
    """d/dx [x · d/dy (x + y)] = 1; an engine that mixes the two up says 2 (Siskind and Pearlmutter, 2005)."""
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert outer(lambda x: inner(lambda y: x * y)(x))(3.0) == 1.0
    assert outer(lambda x: inner(lambda y: inner(lambda z: x * y * z * z)(y))(x))(2.0) == 16.0


def test_floats_arrays_and_nodes_come_back_as_given():
    out, tangent = jvp(autograd.sin, (0.5,), (2.0,))
    assert (type(out), type(tangent), tangent) == (float, float, 2.0 * math.cos(0.5))
    out, tangent = jvp(lambda x: x @ x, (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    assert (type(tangent), tangent.shape, float(tangent)) == (np.ndarray, (), 2.0)
    x = Value(3.0)
    out, tangent = jvp(lambda x: x * x, (x,), (1.0,))
    assert isinstance(out, Value)
    tangent.backward()
    assert x.grad == 2.0
    _, tangent = jvp(lambda x: x, (Value(1.0, requires_grad=False),), (Value(2.0, requires_grad=False),))
    assert isinstance(tangent, Value)


def test_trees_in_trees_out():
    out, tangent = jvp(
        lambda p, q: {"a": p["w"] * q, "b": [q, 1.0]}, ({"w": np.ones(2)}, 3.0), ({"w": np.array([1.0, 2.0])}, 1.0)
    )
    assert tangent["a"].tolist() == [4.0, 7.0]
    assert (float(tangent["b"][0]), tangent["b"][1]) == (1.0, 0.0)
    assert out["a"].tolist() == [3.0, 3.0]


def test_constants_have_no_tangent():
    assert jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)
    _, tangent = jvp(lambda x: (np.ones(2), autograd.sign(x)), (1.0,), (1.0,))
    assert tangent[0].tolist() == [0.0, 0.0]
    assert tangent[1] == 0.0


def test_broadcasting_spreads_a_tangent():
    row, column = np.arange(3.0), np.ones((2, 1))
    for f in (lambda r, c: r + c, lambda r, c: r * c, lambda r, c: c - r, autograd.maximum):
        out, tangent = jvp(f, (row, column), (np.ones(3), np.zeros((2, 1))))
        assert out.shape == tangent.shape == (2, 3)
    assert jvp(lambda r: r + np.ones((2, 3)), (row,), (row,))[1].tolist() == [[0.0, 1.0, 2.0]] * 2


def test_forward_is_the_transpose_of_reverse():
    rng = np.random.default_rng(0)

    def f(x, w):
        h = autograd.tanh(x @ w)
        parts = autograd.stack([h.max(axis=0), h.sum(axis=0), h[[0, 0, 1]].mean(axis=0)])
        return parts.T, autograd.log_softmax(h, axis=0)

    primals = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    tangents = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    out, pushed = jvp(f, primals, tangents)
    cotangents = tuple(rng.normal(size=part.shape) for part in out)
    pulled = vjp(f, *primals)[1](cotangents)
    left = sum((a * b).sum() for a, b in zip(pushed, cotangents, strict=True))
    right = sum((a * b).sum() for a, b in zip(pulled, tangents, strict=True))
    assert left == pytest.approx(right, rel=1e-13)


def test_strong_zero_holds_forward_too():
    f = lambda x: autograd.where(x > 0.0, autograd.sqrt(x), 0.0)  # noqa: E731
    assert jvp(f, (0.0,), (1.0,))[1] == 0.0
    assert jvp(lambda x, y: x / y, (1.0, 0.0), (0.0, 0.0))[1] == 0.0
    _, tangent = jvp(lambda t: t * np.array([np.inf, 2.0]), (np.ones(2),), (np.array([0.0, 1.0]),))
    assert tangent.tolist() == [0.0, 2.0]
    m = np.array([[np.inf, 1.0], [2.0, 3.0]])
    assert jvp(lambda t: m @ t, (np.ones(2),), (np.array([0.0, 1.0]),))[1].tolist() == [1.0, 3.0]


def test_a_constant_zero_tangent_is_none_at_all():
    """Else 0 times a derivative that overflows would be nan in the next order."""
    along = lambda f: lambda y, x: jvp(f, (y, x), (1.0, 0.0))[1]  # noqa: E731
    assert along(along(autograd.atan2))(-1e-200, 1e-300) == pytest.approx(2e300)
    assert jvp(lambda x: (x, autograd.sqrt(x)), (0.0,), (0.0,))[1] == (0.0, 0.0)
    _, pullback = vjp(lambda x: (x, autograd.sqrt(x)), 0.0)
    assert pullback((1.0, 0.0)) == (1.0,)
    variable = grad(lambda t: jvp(autograd.sin, (0.5,), (t,))[1])  # a zero that is differentiated by is kept
    assert variable(0.0) == math.cos(0.5)


def test_the_fast_way_is_the_general_way(monkeypatch):
    f = lambda x, y: autograd.tanh(x * y + 2.0) / (x - 3.0 * autograd.exp(y)) ** 2.0  # noqa: E731
    fast = jvp(f, (0.3, -0.2), (1.0, 0.5))
    monkeypatch.setattr("autograd.forward._push_float", lambda node, tangents: None)
    assert jvp(f, (0.3, -0.2), (1.0, 0.5)) == fast


def test_float32_stays():
    x = np.ones(3, np.float32)
    out, tangent = jvp(lambda t: autograd.exp(t) * 2.0, (x,), (np.ones(3),))
    assert (out.dtype, tangent.dtype) == (np.float32, np.float32)


def test_hvp():
    rng = np.random.default_rng(1)
    a, v = rng.normal(size=(3, 3)), rng.normal(size=3)
    (product,) = hvp(lambda x: x @ a @ x, (rng.normal(size=3),), (v,))
    np.testing.assert_allclose(product, (a + a.T) @ v, rtol=1e-13)
    assert hvp(lambda x, y: x * x * y, (3.0, 2.0), (1.0, 0.0)) == (4.0, 6.0)


def test_trees_are_matched_by_key():
    f = lambda p: p["a"] * p["b"]  # noqa: E731
    assert jvp(f, ({"a": 2.0, "b": 3.0},), ({"b": 1.0, "a": 0.0},))[1] == 2.0
    _, pullback = vjp(lambda p: {"s": p["a"], "t": 10.0 * p["b"]}, {"a": 2.0, "b": 3.0})
    assert pullback({"t": 1.0, "s": 0.0}) == ({"a": 0.0, "b": 10.0},)
    with pytest.raises(ShapeError, match="a dict with the keys 'q' where a dict with the keys 'a', 'b' is needed"):
        jvp(f, ({"a": 2.0, "b": 3.0},), ({"q": 1.0},))
    with pytest.raises(ShapeError, match=r"1\.0 where 2 parts in a list is needed"):
        jvp(lambda p: p[0][0] * p[1], ([[1.0, 2.0], 3.0],), ([1.0, [0.0, 0.0]],))


LANES = {
    "logsumexp": lambda x: autograd.logsumexp(autograd.log(x), axis=1), "prod": lambda x: autograd.prod(x, axis=1),
    "norm": lambda x: autograd.norm(x, axis=-1), "cumprod": lambda x: autograd.cumprod(x, axis=1)[:, 1],
    "softmax": lambda x: autograd.softmax(autograd.log(x), axis=1)[:, 0], "kept": lambda x: autograd.sum(
        autograd.prod(x, axis=1, keepdims=True), axis=1),
}  # fmt: skip


@pytest.mark.parametrize("name", LANES)
def test_strong_zero_holds_in_each_lane_of_a_general_rule(name):
    f = lambda x: autograd.where(np.array([True, False]), LANES[name](x), 0.0).sum()  # noqa: E731
    for bad in ([-1.0, 2.0, 1.0], [1e200, 1e200, 1e200], [np.inf, 1.0, 1.0], [np.nan, 0.0, 1.0]):
        x = np.array([[3.0, 4.0, 1.0], bad])
        alone = grad(lambda x: LANES[name](x).sum())(x[:1])
        np.testing.assert_allclose(grad(f)(x), np.vstack([alone, np.zeros(3)]))
        np.testing.assert_allclose(autograd.jacobian(f, mode="forward")(x), np.vstack([alone, np.zeros(3)]))
    x, t = np.array([[3.0, 4.0, 1.0], [np.inf, 1.0, 1.0]]), np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 0.0]])
    assert jvp(LANES[name], (x,), (t,))[1][1] == 0.0


def test_backward_inside_a_transform_keeps_the_derivative():
    def f(x):
        y = x**3.0
        y.backward()
        return x.grad * x  # 3x³

    assert grad(f)(2.0) == jvp(f, (2.0,), (1.0,))[1] == 36.0


def test_what_is_no_number_is_refused_as_a_result():
    for f in (lambda x: (x for _ in [0]), lambda x: "a", lambda x: {x}, lambda x: None):
        with pytest.raises(GraphError, match="which cannot be differentiated"):
            autograd.jacobian(f)(2.0)


def test_an_infinite_operand_keeps_its_place_in_second_derivatives():
    a = np.array([[1.0, np.inf], [2.0, 3.0]])
    assert autograd.hessian(lambda x: x @ a @ x)(np.ones(2)).tolist() == [[2.0, np.inf], [np.inf, 6.0]]


def test_mistakes_are_named():
    with pytest.raises(OperandError, match="two tuples"):
        jvp(autograd.sin, 1.0, 1.0)
    with pytest.raises(OperandError, match="two tuples"):
        hvp(autograd.sin, 1.0, (1.0,))
    with pytest.raises(ShapeError, match="has 2 parts in a tuple where 1 parts in a tuple is needed"):
        jvp(lambda x: x, (1.0,), (1.0, 2.0))
    with pytest.raises(ShapeError, match=r"the tangent has shape \(2,\), but a Tensor has shape \(3,\)"):
        jvp(lambda x: x, (np.ones(3),), (np.ones(2),))
    with pytest.raises(OperandError, match="the tangent takes real numbers"):
        jvp(lambda x: x, (1.0,), ("one",))
    with pytest.raises(GraphError, match="returns one number"):
        hvp(lambda x: x, (np.ones(2),), (np.ones(2),))


def test_a_million_operations_go_forward():
    def f(x):
        for _ in range(200_000):
            x = x + 1e-6
        return x

    assert jvp(f, (1.0,), (1.0,))[1] == 1.0
    assert Tensor(jvp(lambda x: x * 2.0, (1.0,), (3.0,))[1]).item() == 6.0
