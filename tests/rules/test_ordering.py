"""Sorting: along which axis, and in which order."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, grad, hessian


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_as_numpy(axis):
    x = np.random.default_rng(0).normal(size=(3, 4))
    assert np.array_equal(autograd.sort(x, axis=axis), np.sort(x, axis=axis))
    assert np.array_equal(autograd.argsort(Tensor(x), axis=axis), np.argsort(x, axis=axis))


def test_the_last_axis_is_the_usual_one():
    x = np.random.default_rng(0).normal(size=(3, 4))
    assert np.array_equal(autograd.sort(x), np.sort(x))
    assert np.array_equal(autograd.argsort(x), np.argsort(x))
    assert autograd.argsort(np.zeros(40)).tolist() == list(range(40))  # tied elements keep their order


@pytest.mark.parametrize("axis", [0, 1, None])
def test_second_derivatives(axis):
    x = np.random.default_rng(0).normal(size=(2, 3))
    places = np.argsort(np.argsort(x, axis=axis), axis=axis)
    weights = 1.0 + (places.reshape(2, 3) if axis is None else places)

    def f(x):
        ranked = autograd.sort(x, axis=axis)
        steps = np.arange(1.0, ranked.size + 1.0) if axis is None else 1.0 + np.indices(ranked.shape)[axis]
        return (steps * ranked * ranked).sum()

    assert np.allclose(grad(f)(x), 2.0 * weights * x)
    assert np.allclose(hessian(f)(x).reshape(6, 6), np.diag(2.0 * weights.ravel()))
