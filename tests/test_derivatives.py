"""`jacobian` and `hessian`, dense and sparse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import OperandError, Tensor, Value, grad, hessian, jacobian
from autograd.sparse import _coloured, _star_coloured, _transposed


def rosenbrock(p):
    return sum(100.0 * (p[i + 1] - p[i] ** 2) ** 2 + (1.0 - p[i]) ** 2 for i in range(len(p) - 1))


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobian_of_arrays(mode):
    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(4, 3)), rng.normal(size=(2, 3))
    got = jacobian(lambda x: autograd.tanh(x @ w.T), mode=mode)(x)
    assert got.shape == (2, 4, 2, 3)
    slope = 1.0 - np.tanh(x @ w.T) ** 2
    want = np.einsum("no,oi,nm->nomi", slope, w, np.eye(2))
    np.testing.assert_allclose(got, want, rtol=1e-12)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobian_of_trees(mode):
    f = lambda p, x: {"y": p["w"] @ x + p["b"], "n": (x * x).sum()}  # noqa: E731
    args = {"w": np.ones((2, 3)), "b": np.zeros(2)}, np.array([1.0, 2.0, 3.0])
    by_both = jacobian(f, argnums=(0, 1), mode=mode)(*args)
    assert by_both["y"][0]["w"].shape == (2, 2, 3)
    assert by_both["y"][0]["b"].tolist() == [[1.0, 0.0], [0.0, 1.0]]
    assert by_both["y"][1].tolist() == [[1.0] * 3] * 2
    assert by_both["n"][1].tolist() == [2.0, 4.0, 6.0]
    assert by_both["n"][0]["w"].tolist() == [[0.0] * 3] * 2
    assert jacobian(f, argnums=1, mode=mode)(*args)["n"].tolist() == [2.0, 4.0, 6.0]


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_jacobian_of_numbers(mode):
    f = lambda x, y: [x * y, x + y, 3.0]  # noqa: E731
    assert jacobian(f, (0, 1), mode)(3.0, 2.0) == [(2.0, 3.0), (1.0, 1.0), (0.0, 0.0)]
    assert jacobian(lambda x: x * x, mode=mode)(3.0) == 6.0
    stacked = jacobian(lambda x: autograd.stack([x, x * x]), mode=mode)(3.0)
    assert stacked.tolist() == [1.0, 6.0]
    assert jacobian(lambda x: x, mode=mode)(np.ones(0)).shape == (0, 0)


def test_auto_takes_the_fewer_sweeps(monkeypatch):
    swept = []
    for way in ("push", "pull"):
        method = getattr(autograd.linearized.Linearized, way)
        monkeypatch.setattr(
            autograd.linearized.Linearized, way, lambda *args, m=method, w=way: swept.append(w) or m(*args)
        )
    jacobian(lambda x: autograd.stack([x, x * x]))(1.0)
    assert swept == ["push"]
    swept.clear()
    jacobian(lambda x: x.sum())(np.ones(5))
    assert swept == ["pull"]


def test_derivatives_of_derivatives():
    f = lambda x: (autograd.exp(x) * x).sum()  # noqa: E731
    x = np.array([0.1, 0.5])
    third = jacobian(hessian(f))(x)
    assert third.shape == (2, 2, 2)
    np.testing.assert_allclose(third[1, 1, 1], (3.5) * np.exp(0.5), rtol=1e-14)
    assert grad(lambda x: jacobian(lambda y: y * y * x)(x))(2.0) == pytest.approx(8.0)
    t = Tensor(x)
    hessian(f)(t).sum().backward()
    np.testing.assert_allclose(t.grad, (3.0 + x) * np.exp(x), rtol=1e-14)


def test_hessian_of_two_arguments():
    f = lambda x, y: (x * x).sum() * y  # noqa: E731
    (xx, xy), (yx, yy) = hessian(f, (0, 1))(np.array([1.0, 2.0]), 3.0)
    assert xx.tolist() == [[6.0, 0.0], [0.0, 6.0]]
    assert xy.tolist() == yx.tolist() == [2.0, 4.0]
    assert float(yy) == 0.0
    assert hessian(rosenbrock)([1.0, 1.0]) == [[802.0, -400.0], [-400.0, 200.0]]


def test_sparse_hessians_take_few_sweeps(monkeypatch):
    swept = []
    push = autograd.linearized.Linearized.push
    monkeypatch.setattr(autograd.linearized.Linearized, "push", lambda *args: swept.append(1) or push(*args))
    x = [0.1 * i for i in range(40)]
    banded = hessian(rosenbrock, sparse=True)(x)
    assert len(swept) == 3
    assert banded.shape == (40, 40)
    assert len(banded.values) == 40 + 2 * 39
    np.testing.assert_allclose(banded.toarray(), np.array(hessian(rosenbrock)(x)), rtol=1e-14)
    swept.clear()
    arrow = lambda p: sum(p[0] * p[0] * q * q for q in p[1:])  # noqa: E731
    got = hessian(arrow, sparse=True)(x)
    assert len(swept) == 2
    np.testing.assert_allclose(got.toarray(), np.array(hessian(arrow)(x)), rtol=1e-14)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_sparse_jacobian(mode):
    f = lambda p: [p[0] * p[1], autograd.sin(p[1]), p[2], 5.0, p[0] * p[0]]  # noqa: E731
    got = jacobian(f, mode=mode, sparse=True)([2.0, 3.0, 4.0])
    np.testing.assert_array_equal(got.toarray(), np.array(jacobian(f)([2.0, 3.0, 4.0])))
    assert list(zip(got.rows.tolist(), got.columns.tolist(), strict=True)) == [(0, 0), (0, 1), (1, 1), (2, 2), (4, 0)]


def test_sparse_in_other_forms():
    m = jacobian(lambda p: [p[0] * p[1], p[1]], sparse=True)([2.0, 3.0])
    assert repr(m) == "<Sparse 2×2 with 3 entries>"
    assert np.asarray(m).tolist() == [[3.0, 2.0], [0.0, 1.0]]
    pytest.importorskip("scipy")
    assert (m.toscipy() @ np.ones(2)).tolist() == [5.0, 1.0]


def test_sparse_of_nodes_is_differentiated_again():
    x = [Value(1.0), Value(2.0)]
    m = hessian(lambda p: p[0] * p[0] * p[1] + p[1] ** 3, sparse=True)(x)
    assert [entry.data for entry in m.values] == [4.0, 2.0, 2.0, 12.0]
    with pytest.raises(OperandError, match="would lose its history"):
        m.toarray()
    m.values[-1].backward()
    assert (x[0].grad, x[1].grad) == (None, 6.0)
    third = jacobian(lambda p: hessian(lambda p: p[0] * p[0] * p[1], sparse=True)(p))([1.0, 2.0])
    np.testing.assert_array_equal(third.values, [[0.0, 2.0], [2.0, 0.0], [2.0, 0.0]])


def test_sparse_refuses_what_it_is_not_for():
    with pytest.raises(OperandError, match="made of Values alone"):
        jacobian(lambda x: x * x, sparse=True)(np.ones(3))
    with pytest.raises(OperandError, match="mode="):
        jacobian(lambda x: x, mode="sideways")


@given(st.lists(st.integers(0, 2**7 - 1), min_size=7, max_size=7))
def test_colourings(rows):
    columns = _transposed(rows, 7)
    colours = _coloured(columns, rows)
    for row in rows:
        inside = [colours[j] for j in range(7) if row >> j & 1]
        assert len(set(inside)) == len(inside)
    near = [a | b | 1 << i for i, (a, b) in enumerate(zip(rows, columns, strict=True))]
    star = _star_coloured(near)
    for i in range(7):
        for j in range(7):
            if near[i] >> j & 1:
                in_row = [star[k] for k in range(7) if near[i] >> k & 1].count(star[j])
                in_mirror = [star[k] for k in range(7) if near[j] >> k & 1].count(star[i])
                assert 1 in (in_row, in_mirror)
