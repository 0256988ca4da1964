"""Composites: stable, right at the edges, the same for arrays and Tensors."""

import numpy as np
import pytest

import autograd
from autograd import OperandError, Tensor, Value, grad

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
