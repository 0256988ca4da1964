"""Einstein summation against numpy and PyTorch, derivatives included."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import OperandError, ShapeError, Tensor, grad, vjp

CASES = [
    ("ij,jk->ik", (2, 3), (3, 4)),
    ("ij,jk", (2, 3), (3, 4)),
    ("ba", (2, 3)),
    ("ii->i", (3, 3)),
    ("ii", (3, 3)),
    ("iij->j", (3, 3, 2)),
    ("iji->ij", (3, 2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("i,j->ij", (2,), (3,)),
    ("i,i", (3,), (3,)),
    ("i,i->i", (3,), (3,)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("...ij,...jk", (2, 3, 4), (4, 5)),
    ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
    ("i...->...", (3, 2)),
    ("...", (2, 3)),
    ("ij,k->k", (2, 3), (4,)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)),
    ("i,ij,j->", (2,), (2, 3), (3,)),
    ("ij,ij,ij->i", (2, 3), (2, 3), (2, 3)),
    ("ij,j->i", (2, 1), (3,)),
    ("ij,ij->ij", (1, 3), (2, 1)),
    (",ij->ji", (), (2, 3)),
    ("", ()),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
    ("ijj,jk->ki", (2, 3, 3), (3, 2)),
    ("aab,bcc->ac", (2, 2, 3), (3, 2, 2)),
    (" i j , j -> i ", (2, 3), (3,)),
    ("iJ,J->i", (2, 3), (3,)),
    ("ab,bc,cd,de->ae", (2, 3), (3, 2), (2, 3), (3, 2)),
    ("ij,jk->ik", (0, 3), (3, 2)),
    ("ij,jk->ik", (2, 0), (0, 2)),
]


def drawn(shapes, seed=0):
    return [np.random.default_rng(seed + i).normal(size=shape) for i, shape in enumerate(shapes)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_values_and_gradients(case):
    torch = pytest.importorskip("torch")
    subscripts, *shapes = case
    xs = drawn(shapes)
    want = np.einsum(subscripts, *xs)
    np.testing.assert_allclose(autograd.einsum(subscripts, *xs), want, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(np.einsum(subscripts, *map(Tensor, xs)).data, want, rtol=1e-13, atol=1e-14)
    out, pullback = vjp(lambda *xs: autograd.einsum(subscripts, *xs), *xs)
    assert out.shape == want.shape
    (g,) = drawn([want.shape], 9)
    ts = [torch.tensor(x, requires_grad=True) for x in xs]
    torch.einsum(subscripts, *ts).backward(torch.tensor(g))
    for got, t in zip(pullback(g), ts, strict=True):
        np.testing.assert_allclose(got, t.grad.numpy(), rtol=1e-12, atol=1e-13)


@given(st.data())
def test_any_pair(data):
    letters = "abcd"
    extent = dict(zip(letters, (2, 3, 1, 4), strict=True))
    names = [data.draw(st.text(letters, max_size=3)) for _ in range(data.draw(st.integers(1, 3)))]
    out = "".join(data.draw(st.permutations(sorted(set("".join(names))))))[: data.draw(st.integers(0, 4))]
    xs = drawn([[extent[i] for i in own] for own in names])
    subscripts = f"{','.join(names)}->{out}"
    np.testing.assert_allclose(autograd.einsum(subscripts, *xs), np.einsum(subscripts, *xs), rtol=1e-12, atol=1e-13)


def test_second_order():
    x, y = drawn([(3, 3), (3,)])

    def form(y):  # yᵀ x y
        return autograd.einsum("i,ij,j->", y, x, y)

    hess = np.array([grad(lambda y, i=i: grad(form)(y)[i])(y) for i in range(3)])
    np.testing.assert_allclose(hess, x + x.T, rtol=1e-13)


def test_float32_stays_and_values_are_taken():
    x = Tensor(np.ones((2, 2), np.float32))
    assert autograd.einsum("ij,j->i", x, np.ones(2, np.float32)).dtype == np.float32
    a = autograd.Value(3.0)
    autograd.einsum(",i->", a, np.array([1.0, 2.0])).backward()
    assert a.grad == 3.0


@pytest.mark.parametrize(
    ("subscripts", "shapes", "why"),
    [
        ("ij,jk", [(2, 3)], "2 groups"),
        ("ij->ij", [(2, 3, 4)], "does not name"),
        ("ij,jk->ik", [(2, 3), (4, 5)], "'j'"),
        ("ii", [(2, 3)], "'i'"),
        ("ij->ik", [(2, 3)], "no operand has"),
        ("ij->ii", [(2, 3)], "twice"),
        ("i1->i", [(2, 3)], "letters"),
        ("...i->i", [(2, 3)], "lacks"),
        ("ijk", [(2, 3)], "does not name"),
        ("ii", [(3, 1)], "'i'"),
        ("i......", [(2, 3)], "letters"),
    ],
)
def test_misfits_are_explained(subscripts, shapes, why):
    with pytest.raises(ShapeError, match="einsum") as error:
        autograd.einsum(subscripts, *drawn(shapes))
    assert why in str(error.value)
    assert repr(subscripts) in str(error.value)
    assert str(shapes[0]) in str(error.value)


def test_subscripts_are_text():
    with pytest.raises(OperandError, match="text"):
        autograd.einsum(np.ones(2), [0])
