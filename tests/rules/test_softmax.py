"""The softmax family keeps its digits where one element outweighs the others, and its sense at infinity."""

import mpmath
import numpy as np
import pytest

import autograd
from autograd import Tensor, hessian, jacobian

POINTS = [[0.0, -40.0, -41.0], [1000.0, 1000.5, 900.0], [-700.0, -1400.0], [0.0, 0.0, 0.0], [0.3, -2.0, 1.0]]
INF = np.inf


def exact(x):
    """By mpmath: shares, the sums of all other shares, log of the sum."""
    x = [mpmath.mpf(n) for n in x]
    total = sum(mpmath.exp(n) for n in x)
    shares = [mpmath.exp(n) / total for n in x]
    return shares, [sum(s for k, s in enumerate(shares) if k != i) for i in range(len(x))], mpmath.log(total)


@pytest.mark.parametrize("x", POINTS)
def test_full_relative_accuracy(x):
    with mpmath.workdps(1500):
        shares, others, log_total = exact(x)
        a = np.array(x)
        near = {"rel": 2e-15, "abs": 0.0}
        assert autograd.logsumexp(a) == pytest.approx(float(log_total), **near)
        log_shares = [float(mpmath.log(s)) for s in shares]
        assert autograd.log_softmax(a).tolist() == pytest.approx(log_shares, **near)
        assert autograd.softmax(a).tolist() == pytest.approx(list(map(float, shares)), **near)
        slopes = {name: jacobian(getattr(autograd, name))(a) for name in ("softmax", "log_softmax")}
        curve = hessian(autograd.logsumexp)(a)
        for i, (s, rest) in enumerate(zip(shares, others, strict=True)):
            for j, t in enumerate(shares):
                want = float(s * rest if i == j else -s * t)
                assert slopes["softmax"][i, j] == pytest.approx(want, rel=4e-15, abs=1e-307)
                assert curve[i, j] == pytest.approx(want, rel=4e-15, abs=1e-307)
                want = float(rest if i == j else -t)
                slack = 1 + abs(log_shares[j])  # the conditioning of e to the power of the result
                assert slopes["log_softmax"][i, j] == pytest.approx(want, rel=1e-15 * slack, abs=1e-307)


def test_infinite_elements_count_as_tied():
    x = np.array([[INF, 0.0, INF], [-INF, -INF, -INF], [-INF, 1.0, 1.0]])
    third = 1 / 3
    assert autograd.softmax(x).tolist() == [[0.5, 0.0, 0.5], [third] * 3, [0.0, 0.5, 0.5]]
    np.testing.assert_allclose(autograd.log_softmax(x), autograd.log(autograd.softmax(x)))
    assert autograd.logsumexp(x, axis=1).tolist() == [INF, -INF, 1.0 + np.log(2.0)]
    t = Tensor(x)
    autograd.logsumexp(t, axis=1).sum().backward()
    assert t.grad.tolist() == [[0.5, 0.0, 0.5], [third] * 3, [0.0, 0.5, 0.5]]
    assert np.isnan(autograd.softmax(np.array([np.nan, 1.0]))).all()


@pytest.mark.parametrize("axis", [None, 0, (0, 2)])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_axes(name, axis):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    total = autograd.logsumexp(x, axis=axis, keepdims=True)
    want = x - total if name == "log_softmax" else np.exp(x - total)
    np.testing.assert_allclose(getattr(autograd, name)(x, axis=axis), want, rtol=1e-13)


def test_empty():
    assert autograd.logsumexp(np.zeros((0, 2)), axis=0).tolist() == [-INF, -INF]
    assert autograd.softmax(np.zeros((0, 3))).shape == (0, 3)
    assert autograd.log_softmax(np.zeros((3, 0))).shape == (3, 0)


@pytest.mark.parametrize("f", [autograd.softmax, autograd.log_softmax, autograd.logsumexp])
def test_integers_and_lists(f):
    want = f(np.array([1.0, 2.0, 2.0]))
    assert np.array_equal(f([1, 2, 2]), want)
    assert np.array_equal(f(np.array([1, 2, 2], np.int8)), want)


def test_single_precision_stays_where_elements_are_tied():
    x = np.zeros((2, 3), np.float32)
    assert autograd.log_softmax(x).dtype == autograd.logsumexp(x, axis=-1).dtype == np.float32
