"""Moving elements: every kind of index, and the fast ways to add at one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, grad, vjp
from autograd.rules import scatter


def added(index, shape, x):
    out = np.zeros(shape)
    np.add.at(out, index, x)
    return out


@given(st.data())
def test_adding_at_integer_arrays(data):
    """The quick way, by counting, and ``np.add.at`` are pinned to each other."""
    shape = tuple(data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=3)))
    count = data.draw(st.integers(1, len(shape)))
    size = data.draw(st.integers(0, 12))
    index = tuple(
        np.array(data.draw(st.lists(st.integers(-n, n - 1), min_size=size, max_size=size)), int) for n in shape[:count]
    )
    if data.draw(st.booleans()):
        index = (*index[:-1], -1)
    if count == 1:
        index = index[0]
    x = np.random.default_rng(0).normal(size=np.empty(shape)[index].shape)
    np.testing.assert_allclose(scatter(x, index=index, shape=shape), added(index, shape, x), rtol=1e-13, atol=1e-15)


def test_rows_of_an_embedding():
    table, rows = np.random.default_rng(0).normal(size=(50, 8)), np.random.default_rng(1).integers(-50, 50, (20, 5))
    g = np.random.default_rng(2).normal(size=(20, 5, 8))
    for dtype in (np.float64, np.float32):
        out, pullback = vjp(lambda t: t[rows], table.astype(dtype))
        (got,) = pullback(g.astype(dtype))
        assert out.dtype == got.dtype == dtype
        np.testing.assert_allclose(got, added(rows, (50, 8), g), rtol=1e-4 if dtype == np.float32 else 1e-13, atol=1e-6)
        np.testing.assert_array_equal(autograd.take(table, rows, axis=0), table[rows])


def test_infinite_cotangents_stay_in_their_rows():
    (got,) = vjp(lambda x: x[np.array([0, 1, 1, 2])], np.ones((3, 2)))[1](
        np.array([[1.0, np.nan], [np.inf, 1.0], [-np.inf, 1.0], [0.0, 0.0]])
    )
    np.testing.assert_array_equal(got, [[1.0, np.nan], [np.nan, 2.0], [0.0, 0.0]])


@pytest.mark.parametrize(
    "index", [slice(None, None, -1), slice(4, None, -2), np.array([3, -1, 3]), [0, 0], (slice(1, 4),), -2, ...]
)
def test_the_square_of_a_part(index):
    x = np.arange(5.0)
    want = np.zeros(5)
    np.add.at(want, index, 2 * x[index])
    assert grad(lambda x: (x[index] ** 2).sum())(x).tolist() == want.tolist()
    curve = grad(lambda x: (grad(lambda x: (x[index] ** 3).sum())(x) * 1.0).sum())(x)
    want = np.zeros(5)
    np.add.at(want, index, 6 * x[index])
    assert curve.tolist() == want.tolist()


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
def test_flip(axis):
    x = np.arange(6.0).reshape(2, 3)
    for got in (autograd.flip(x, axis=axis), np.flip(Tensor(x), axis).data, Tensor(x).flip(axis).data):
        np.testing.assert_array_equal(got, np.flip(x, axis))
    np.testing.assert_array_equal(vjp(lambda x: autograd.flip(x, axis=axis), x)[1](x)[0], np.flip(x, axis))


def test_lists_take_a_dtype():
    assert autograd.astype([1.5, 2.0], dtype=np.float32).dtype == np.float32
