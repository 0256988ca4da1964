"""Extremes, lengths and products: conventions, the whole range of floats, zeros."""

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import autograd
from autograd import ShapeError, Tensor, grad, hessian, jvp, table, vjp

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(("x", "want"), [([3.0, 4.0], 5.0), ([3e200, 4e200], 5e200), ([3e-200, 4e-200], 5e-200),
                                         ([3e-320, 4e-320], 5e-320), ([0.0, 0.0], 0.0), ([], 0.0),
                                         ([np.inf, 1.0], np.inf), ([np.nan, 1.0], np.nan)])  # fmt: skip
def test_length_over_the_whole_range(x, want):
    got = autograd.norm(np.array(x))
    assert got == pytest.approx(want, rel=1e-15 if want > 1e-300 else 1e-3, abs=0.0, nan_ok=True)


def test_gradient_of_a_length():
    for scale in (1.0, 1e200, 1e-200, 1e-310):
        np.testing.assert_allclose(grad(autograd.norm)(scale * np.array([3.0, 4.0])), [0.6, 0.8], rtol=1e-12)
    assert grad(autograd.norm)(np.zeros(3)).tolist() == [0.0] * 3
    assert hessian(autograd.norm)(np.zeros(2)).tolist() == [[0.0] * 2] * 2
    rows = np.array([[0.0, 0.0], [3.0, 4.0]])
    got = grad(lambda x: autograd.norm(x, axis=1).sum())(rows)
    np.testing.assert_allclose(got, [[0.0, 0.0], [0.6, 0.8]])


@pytest.mark.parametrize("x", [[1.0, 1e-8], [3e150, 4e150], [1e-150, 2e-150], [1.0, 1e-3, -2.0], [5.0]])
def test_curvature_of_a_length_does_not_cancel(x):
    got = hessian(autograd.norm)(np.array(x))
    with mpmath.workdps(60):
        v = [mpmath.mpf(n) for n in x]
        n = mpmath.sqrt(sum(a * a for a in v))
        for i, a in enumerate(v):
            for j, b in enumerate(v):
                rest = sum(c * c for k, c in enumerate(v) if k != i)
                want = (rest if i == j else -a * b) / n**3
                assert got[i, j] == pytest.approx(float(want), rel=4e-15, abs=0.0)


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
def test_lengths_are_those_of_numpy(axis):
    x = np.random.default_rng(0).normal(size=(3, 4))
    for keepdims in (False, True):
        want = np.linalg.norm(x, axis=axis, keepdims=keepdims)
        np.testing.assert_allclose(autograd.norm(x, axis=axis, keepdims=keepdims), want, rtol=1e-15)
        np.testing.assert_allclose(np.linalg.norm(Tensor(x), axis=axis, keepdims=keepdims).data, want, rtol=1e-15)


ZEROS = [[2.0, 3.0, 5.0], [2.0, 0.0, 5.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0], [-1.0, 0.0, 0.0, 4.0], [7.0]]


@pytest.mark.parametrize("x", ZEROS)
@pytest.mark.parametrize("name", ["prod", "cumprod"])
def test_products_with_zeros(name, x):
    """All derivatives are polynomials: compare with those of PyTorch's products of the other elements."""
    ours, theirs = getattr(autograd, name), (lambda t: t.prod()) if name == "prod" else (lambda t: t.cumprod(0))
    weights = np.arange(1.0, len(x) + 1)

    def f(x):
        return (ours(x) * weights).sum()

    def g(t):
        return (theirs(t) * torch.tensor(weights)).sum()

    t = torch.tensor(x, dtype=torch.float64)
    np.testing.assert_allclose(grad(f)(np.array(x)), torch.func.grad(g)(t).numpy(), rtol=1e-14, atol=0)
    n = len(x)
    exact = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if i != j:
                for k in range(n) if name == "cumprod" else [n - 1]:
                    if max(i, j) <= k:
                        others = [x[m] for m in range(k + 1) if m not in (i, j)]
                        exact[i, j] += (weights[k] if name == "cumprod" else weights.sum()) * np.prod(others)
    np.testing.assert_allclose(hessian(f)(np.array(x)), exact, rtol=1e-14, atol=0)


@given(hnp.arrays(np.float64, st.integers(1, 7), elements=st.sampled_from([0.0, 0.5, -2.0, 3.0, 1.0])))
def test_derivative_of_a_product_is_that_of_the_others(x):
    want = [np.prod(np.delete(x, i)) for i in range(len(x))]
    np.testing.assert_array_equal(grad(autograd.prod)(x), want)


def test_running_products_along_axes():
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    x[0, 1, 2] = x[1, 1, 1] = 0.0
    for axis in (0, 1, -1):
        for name in ("cumprod", "cumsum"):
            g = np.random.default_rng(1).normal(size=x.shape)
            t = torch.tensor(x, requires_grad=True)
            getattr(torch, name)(t, axis).backward(torch.tensor(g))
            out, pullback = vjp(lambda x, name=name, axis=axis: getattr(autograd, name)(x, axis=axis), x)
            np.testing.assert_array_equal(out, getattr(np, name)(x, axis=axis))
            np.testing.assert_allclose(pullback(g)[0], t.grad.numpy(), rtol=1e-12, atol=1e-14)


def test_ties_share_evenly():
    x = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    assert grad(lambda x: autograd.max(x, axis=1).sum())(x).tolist() == [[0.0, 0.5, 0.5], [1 / 3] * 3]
    assert grad(lambda x: autograd.max(x))(x).sum() == 1.0
    assert grad(lambda x: autograd.min(x))(x).tolist() == [[1.0, 0.0, 0.0], [0.0] * 3]


@pytest.mark.parametrize(("name", "x"), [("max", [1.0, 3.0, 3.0]), ("min", [3.0, 1.0, 1.0])])
def test_ties_share_tangents_evenly(name, x):
    x, way = np.array([x, [2.0, 2.0, 2.0]]), np.array([[5.0, 4.0, -2.0], [1.0, 3.0, 5.0]])
    extreme = getattr(autograd, name)
    assert jvp(lambda x: extreme(x, axis=1), (x,), (way,))[1].tolist() == pytest.approx([1.0, 3.0], rel=1e-15)


def test_positions_are_plain_integers():
    x = Tensor([[1.0, 5.0, 5.0], [0.0, -1.0, 2.0]])
    for name in ("argmax", "argmin"):
        for axis in (None, 0, -1):
            want = getattr(np, name)(x.numpy(), axis=axis)
            for got in (getattr(autograd, name)(x, axis=axis), getattr(x, name)(axis), getattr(np, name)(x, axis=axis)):
                np.testing.assert_array_equal(got, want)
                assert not isinstance(got, Tensor)
    assert autograd.argsort(x, axis=0).tolist() == [[1, 1, 1], [0, 0, 0]]
    with pytest.raises(ShapeError, match="argmax"):
        autograd.argmax(Tensor(np.zeros(0)))


@pytest.mark.parametrize("axis", [0, 1, -1, None])
def test_sorting_moves_the_cotangents(axis):
    x = np.random.default_rng(2).normal(size=(3, 4))
    g = np.arange(12.0) if axis is None else np.arange(12.0).reshape(3, 4)
    out, pullback = vjp(lambda x: autograd.sort(x, axis=axis), x)
    np.testing.assert_array_equal(out, np.sort(x, axis=axis))
    np.testing.assert_array_equal(np.sort(Tensor(x), axis=axis).data, out)
    t = torch.tensor(x, requires_grad=True)
    torch.sort(t.flatten() if axis is None else t, 0 if axis is None else axis)[0].backward(torch.tensor(g))
    np.testing.assert_array_equal(pullback(g)[0], t.grad.numpy())


def test_sorting_is_stable():
    assert vjp(autograd.sort, np.array([2.0, 1.0, 2.0, 1.0]))[1](np.arange(4.0))[0].tolist() == [2.0, 0.0, 3.0, 1.0]


def test_sorting_many_ties_is_stable_both_ways():
    x, way = np.arange(100.0) % 3, np.arange(100.0)
    order = np.argsort(x, kind="stable")
    np.testing.assert_array_equal(jvp(autograd.sort, (x,), (way,))[1], way[order])
    np.testing.assert_array_equal(vjp(autograd.sort, x)[1](way)[0][order], way)
    np.testing.assert_array_equal(autograd.argsort(x), order)


@pytest.mark.parametrize("name", ["cumprod", "cumsum"])
def test_running_totals_of_nothing_and_of_one_number(name):
    f = getattr(autograd, name)
    for shape in [(2, 0), (3, 0), (0, 2)]:
        assert grad(lambda x: f(x, axis=-1).sum())(np.zeros(shape)).shape == shape
    assert grad(lambda x: f(x, axis=0).sum())(np.array(2.0)) == 1.0
    assert jvp(lambda x: f(x, axis=0).sum(), (np.array(2.0),), (np.array(3.0),))[1] == 3.0


def test_an_axis_of_a_single_number():
    x = np.array(2.0)
    for f in (autograd.sum, autograd.max, autograd.norm, autograd.prod):
        assert grad(lambda x, f=f: f(x, axis=0))(x) == 1.0


def test_extremes_of_nan_and_infinite_cotangents():
    assert grad(lambda x: x.max())(np.array([1.0, np.nan, 3.0])).tolist() == [0.0, 1.0, 0.0]
    assert vjp(lambda x: x.max(), np.array([1.0, 2.0]))[1](np.inf)[0].tolist() == [0.0, np.inf]
    assert vjp(lambda x: x.min(), np.array([1.0, 2.0]))[1](np.inf)[0].tolist() == [np.inf, 0.0]


def test_places_of_extremes_keep_their_axes():
    x = np.array([[1.0, 5.0, 5.0], [7.0, 0.0, -2.0]])
    for ours, numpys in ((autograd.argmax, np.argmax), (autograd.argmin, np.argmin)):
        for axis in (None, 0, -1):
            for keepdims in (False, True):
                want = numpys(x, axis=axis, keepdims=keepdims)
                np.testing.assert_array_equal(ours(x, axis=axis, keepdims=keepdims), want)
                assert np.shape(ours(x, axis=axis, keepdims=keepdims)) == np.shape(want)


def test_where_an_extreme_moves_the_others_do_not_matter():
    for f in (autograd.max, lambda x: -autograd.min(-x)):
        assert jvp(f, (np.array([1.0, 2.0]),), (np.array([np.inf, 3.0]),)) == (2.0, 3.0)


def test_the_foremost_of_nothing():
    for shape, axis in (((0, 3), 0), ((2, 0), 1), ((0,), None), ((0, 2), (0, 1))):
        got = table["foremost"](np.zeros(shape), axis=axis)
        assert (got.shape, got.dtype) == (shape, np.dtype(bool))


def test_the_rest_of_a_sum_beside_infinity_and_beside_the_largest():
    rest = table["rest"]
    assert rest(np.array([np.inf, 1.0, 2.0])).tolist() == [3.0, np.inf, np.inf]
    assert rest(np.array([[0.0, np.inf], [1.0, 2.0]]), axis=1).tolist() == [[np.inf, 0.0], [2.0, 1.0]]
    long = np.array([1e20, *[1.0] * 40])
    for x in (long, long[None], np.stack([long, long[::-1]])):
        axis = 0 if x.ndim == 1 else 1
        assert np.max(np.where(np.abs(x) > 1.0, rest(x, axis=axis), 0.0)) == 40.0
        assert rest(x.T, axis=0).tolist() == rest(x, axis=axis).T.tolist()
    assert rest(np.array([[1e20, 1.0], [1.0, 1e20]]), axis=0).tolist() == [[1.0, 1e20], [1e20, 1.0]]


@pytest.mark.parametrize("axis", [None, 0, 1, 2, -1, (0, 1), (1, 2), (0, 2), (2, 0), (0, 1, 2)])
def test_the_foremost_is_one_of_each_line(axis):
    x = np.random.default_rng(0).normal(size=(2, 3, 4))
    largest = np.max(np.abs(x), axis=axis, keepdims=True)
    assert np.array_equal(table["foremost"](x, axis=axis), np.abs(x) == largest)


def test_lengths_of_rows_of_different_scales():
    rows = np.array([[3e200, 4e200], [3e-200, 4e-200], [0.0, 0.0]])
    np.testing.assert_allclose(autograd.norm(rows, axis=1), [5e200, 5e-200, 0.0], rtol=1e-15)
    np.testing.assert_allclose(grad(lambda x: autograd.norm(x, axis=1).sum())(rows), [[0.6, 0.8], [0.6, 0.8], [0, 0]])
    assert grad(autograd.norm)(np.zeros(0)).shape == (0,)
    assert grad(lambda x: autograd.norm(x, axis=1).sum())(np.zeros((2, 0))).shape == (2, 0)
    assert autograd.norm([3.0, 4.0]) == 5.0
