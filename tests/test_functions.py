"""Composites: stable, right at the edges, the same for arrays and Tensors."""

import numpy as np
import pytest

import autograd
from autograd import OperandError, ShapeError, SubscriptError, Tensor, Value, grad, hessian, vjp

BIG = np.array([[1000.0, 1001.0, 999.0], [-1000.0, -1001.0, -1e4]])


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_softmax_of_large_numbers(axis):
    p = autograd.softmax(BIG, axis=axis)
    np.testing.assert_allclose(p.sum(axis=axis), 1.0, rtol=1e-15)
    want = BIG - autograd.logsumexp(BIG, axis=axis, keepdims=True)
    np.testing.assert_allclose(autograd.log_softmax(BIG, axis=axis), want)


def test_logsumexp_at_infinity():
    assert autograd.logsumexp(np.array([-np.inf, -np.inf])) == -np.inf
    assert autograd.logsumexp(np.array([np.inf, 0.0])) == np.inf
    assert autograd.logsumexp(np.array([-np.inf, 3.0])) == 3.0
    assert grad(autograd.logsumexp)(np.array([-np.inf, 3.0])).tolist() == [0.0, 1.0]


def test_gradient_of_logsumexp_is_softmax():
    want = autograd.softmax(BIG.ravel()).reshape(BIG.shape)
    np.testing.assert_allclose(grad(lambda x: autograd.logsumexp(x))(BIG), want)


@pytest.mark.parametrize("axis", [None, 0, (0, 1), -1])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("name", ["mean", "var", "sum", "max", "min"])
def test_reductions_are_those_of_numpy(name, axis, keepdims):
    want = getattr(np, name)(BIG, axis=axis, keepdims=keepdims)
    ours, x = getattr(autograd, name), Tensor(BIG)
    for got in (
        ours(BIG, axis=axis, keepdims=keepdims),
        ours(x, axis=axis, keepdims=keepdims).data,
        getattr(x, name)(axis, keepdims).data,
        getattr(np, name)(x, axis, keepdims=keepdims).data,
    ):
        np.testing.assert_allclose(got, want, rtol=1e-14)


def test_values_need_a_stack():
    with pytest.raises(OperandError, match=r"autograd.stack"):
        autograd.softmax(Value(1.0))
    with pytest.raises(OperandError, match="sequence"):
        autograd.stack(Value(1.0))
    a, b = Value(1.0), Value(2.0)
    autograd.softmax(autograd.stack([a, b]))[0].backward()
    assert a.grad == pytest.approx(-b.grad)
    assert a.grad == pytest.approx(0.19661193324148185)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize("name", ["std", "var"])
def test_deviations_are_those_of_numpy(name, axis, ddof):
    want = getattr(np, name)(BIG, axis=axis, ddof=ddof)
    for got in (
        getattr(autograd, name)(BIG, axis=axis, ddof=ddof),
        getattr(Tensor(BIG), name)(axis, ddof=ddof).data,
        getattr(np, name)(Tensor(BIG), axis=axis, ddof=ddof).data,
    ):
        np.testing.assert_allclose(got, want, rtol=1e-14)


@pytest.mark.parametrize("x", [[0.1, 0.1, 0.1], [1e300] * 4, [5e-324, 5e-324], [-3.3], [0.0, 0.0]])
def test_deviation_of_equal_numbers(x):
    assert autograd.std(np.array(x)) == autograd.var(np.array(x)) == 0.0
    assert grad(autograd.std)(np.array(x)).tolist() == [0.0] * len(x)
    assert hessian(autograd.std)(np.array(x)).tolist() == [[0.0] * len(x)] * len(x)


@pytest.mark.parametrize("scale", [1.0, 1e200, 1e-200])
def test_deviation_over_the_whole_range(scale):
    x = np.array([1.0, 3.0, 2.0, -1.0]) * scale
    assert autograd.std(x) == pytest.approx(scale * np.std([1.0, 3.0, 2.0, -1.0]), rel=1e-14)
    want = np.array([-0.25, 1.75, 0.75, -2.25]) / 4 / np.std([1.0, 3.0, 2.0, -1.0])
    np.testing.assert_allclose(grad(autograd.std)(x), want, rtol=1e-13)


def test_deviation_of_nothing_and_of_infinity():
    assert np.isnan(autograd.std(np.zeros(0)))
    assert np.isnan(autograd.std(np.array([np.inf, 1.0])))
    assert np.isnan(autograd.std(np.array([np.nan, 1.0])))
    assert autograd.std(np.zeros((2, 0)), axis=0).shape == (0,)


@pytest.mark.parametrize("width", [1, (1, 2), ((1, 0), (0, 2)), ((1, 2),), 0])
def test_pad(width):
    x = np.arange(6.0).reshape(2, 3)
    want = np.pad(x, width)
    for got in (autograd.pad(x, width), autograd.pad(Tensor(x), width).data, np.pad(Tensor(x), width).data):
        np.testing.assert_array_equal(got, want)
    g = np.random.default_rng(0).normal(size=want.shape)
    (got,) = vjp(lambda x: autograd.pad(x, width), x)[1](g)
    assert (g * autograd.pad(x, width)).sum() == pytest.approx((got * x).sum())  # the transpose


def test_pad_explains():
    with pytest.raises(ShapeError, match=r"does not fit an array of shape \(2, 2\)"):
        autograd.pad(np.ones((2, 2)), (1, 2, 3))
    with pytest.raises(ShapeError, match="integers from 0 on"):
        autograd.pad(np.ones(2), -1)
    with pytest.raises(OperandError, match="pads with zeros"):
        np.pad(Tensor([1.0]), 1, mode="edge")


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_take(axis):
    x = np.arange(12.0).reshape(3, 4)
    indices = np.array([[2, -1], [0, 2]])
    want = np.take(x, indices, axis=axis)
    for got in (autograd.take(x, indices, axis), np.take(Tensor(x), indices, axis=axis).data):
        np.testing.assert_array_equal(got, want)
    g = np.random.default_rng(0).normal(size=want.shape)
    (got,) = vjp(lambda x: autograd.take(x, indices, axis), x)[1](g)
    assert (got * x).sum() == pytest.approx((g * want).sum())


def test_take_explains():
    with pytest.raises(SubscriptError):
        autograd.take(Tensor([1.0]), 3)
    with pytest.raises(OperandError, match="integers"):
        autograd.take(np.ones(3), 0.5)
    with pytest.raises(ShapeError, match="axis=2"):
        autograd.take(np.ones(3), 0, axis=2)
    assert autograd.take(np.ones(3), []).shape == (0,)


def test_outer():
    x, y = Tensor([[1.0, 2.0]]), np.array([3.0, 4.0, 5.0])
    out = np.outer(x, y)
    assert out.data.tolist() == np.outer([1.0, 2.0], y).tolist()
    out.sum().backward()
    assert x.grad.tolist() == [[12.0, 12.0]]
    assert autograd.outer(np.array([1.0]), [2.0]).tolist() == [[2.0]]


def test_numpy_norms_of_another_kind_are_refused():
    assert np.linalg.norm(Tensor([3.0, 4.0]), 2).item() == 5.0
    with pytest.raises(OperandError, match="Euclidean"):
        np.linalg.norm(Tensor([3.0, 4.0]), 1)


def test_methods_and_numpy_agree():
    x = Tensor(BIG / 1000)
    for name in ("prod", "cumsum", "cumprod", "sort", "std"):
        want = getattr(np, name)(x.numpy())
        np.testing.assert_allclose(getattr(np, name)(x).data, want, rtol=1e-14)
        np.testing.assert_allclose(getattr(x, name)().data, want, rtol=1e-14)
        np.testing.assert_allclose(getattr(autograd, name)(x.numpy()), want, rtol=1e-14)
    assert x.norm().item() == pytest.approx(np.linalg.norm(x.numpy()))


@pytest.mark.parametrize(
    "name", ["norm", "logsumexp", "std", "var", "mean", "prod", "sum", "cumsum", "cumprod", "flip"]
)
def test_arrays_without_axes(name):
    x = Tensor(2.0)
    out = getattr(autograd, name)(x)
    assert out.size == 1
    out.sum().backward()
    assert x.grad == (0.0 if name in ("std", "var") else 1.0)
