import inspect

import numpy as np
import pytest

import autograd
from autograd import OperandError, ShapeError, Tensor
from autograd.testing import check_grads
from nn import AvgPool2d, Dropout, GlobalAvgPool2d, LPPool2d, MaxPool2d, Sequential, StochasticPool2d, functional
from tests.nn.layers.peer import assert_equals_pytorch

POOLS = [
    (MaxPool2d(2), lambda t: t.MaxPool2d(2)),
    (MaxPool2d((3, 2), 1, (1, 0)), lambda t: t.MaxPool2d((3, 2), 1, (1, 0))),
    (AvgPool2d(2), lambda t: t.AvgPool2d(2)),
    (AvgPool2d(3, (2, 1), 1), lambda t: t.AvgPool2d(3, (2, 1), 1)),
    (LPPool2d(1, 2), lambda t: t.LPPool2d(1, 2)),
    (LPPool2d(2, (3, 2), 1), lambda t: t.LPPool2d(2, (3, 2), 1)),
    (LPPool2d(4, 2), lambda t: t.LPPool2d(4, 2)),
    (GlobalAvgPool2d(), lambda t: t.Sequential(t.AdaptiveAvgPool2d(1), t.Flatten())),
]


@pytest.mark.parametrize(("ours", "theirs"), POOLS, ids=lambda x: "" if inspect.isfunction(x) else repr(x))
def test_it_equals_that_of_pytorch(ours, theirs):
    assert_equals_pytorch(ours, theirs, 2, 3, 6, 7)


@pytest.mark.parametrize("pool", [pool for pool, _ in POOLS], ids=repr)
def test_gradients(pool):
    check_grads(pool, (np.random.default_rng(0).normal(size=(1, 1, 3, 3)),), order=1)


def test_lp_pooling_goes_from_the_average_to_the_maximum():
    x = np.random.default_rng(0).uniform(size=(2, 3, 4, 4))
    np.testing.assert_allclose(LPPool2d(1, 2)(x), 4.0 * AvgPool2d(2)(x), rtol=1e-15)
    np.testing.assert_allclose(LPPool2d(200.0, 2)(x), MaxPool2d(2)(x), rtol=0.01)
    np.testing.assert_array_equal(LPPool2d(np.inf, 2)(x), MaxPool2d(2)(x))
    np.testing.assert_array_equal(LPPool2d(np.inf, 2)(-x), MaxPool2d(2)(x))


@pytest.mark.parametrize("size", [1e-200, 1.0, 1e200])
def test_lp_pooling_neither_overflows_nor_underflows(size):
    x = Tensor(size * np.array([[[[3.0, 0.0], [0.0, 4.0]]]]))
    y = LPPool2d(2, 2)(x)
    y.sum().backward()
    assert y.item() == pytest.approx(5.0 * size, rel=1e-15)
    np.testing.assert_allclose(x.grad, [[[[0.6, 0.0], [0.0, 0.8]]]], rtol=1e-14)


def test_lp_pooling_of_zeros_has_gradient_zero():
    x = Tensor(np.zeros((1, 1, 2, 2)))
    y = LPPool2d(2, 2)(x)
    y.sum().backward()
    assert (y.item(), x.grad.tolist()) == (0.0, [[[[0.0, 0.0], [0.0, 0.0]]]])


def test_stochastic_pooling_draws_by_size():
    x = np.zeros((1000, 2, 2, 4))
    x[:, :, 0, 1], x[:, :, 1, 0], x[:, :, 1, 3] = 1.0, 3.0, 5.0
    drawn = StochasticPool2d(2, rng=np.random.default_rng(0))(x)
    assert set(drawn[..., 0].ravel()) == {1.0, 3.0}
    assert np.mean(drawn[..., 0] == 3.0) == pytest.approx(0.75, abs=0.03)
    assert set(drawn[..., 1].ravel()) == {5.0}


def test_stochastic_pooling_passes_the_gradient_to_what_was_drawn():
    x = Tensor(np.random.default_rng(1).uniform(0.5, 1.0, (2, 3, 4, 4)))
    y = StochasticPool2d(2, rng=np.random.default_rng(0))(x)
    y.backward(np.full(y.shape, 7.0))
    assert np.sort(x.grad, axis=None)[-24:].tolist() == [7.0] * 24
    assert np.count_nonzero(x.grad) == 24
    np.testing.assert_array_equal(np.sort(x.data[x.grad != 0.0]), np.sort(y.data, axis=None))
    check_grads(
        lambda x: StochasticPool2d(2, 1, rng=np.random.default_rng(0))(x) ** 2,
        (np.arange(1.0, 10.0).reshape(1, 1, 3, 3),),
        order=1,
    )


def test_stochastic_pooling_in_use_is_the_mean_by_weight():
    x = np.random.default_rng(0).uniform(size=(2, 3, 5, 5))
    pool = StochasticPool2d((2, 3), 1).eval()
    seen = functional.windows2d(x, (2, 3), 1)
    np.testing.assert_allclose(pool(x), (seen**2).sum((2, 3)) / seen.sum((2, 3)), rtol=1e-14)
    check_grads(pool, (x[:1, :1],), order=1)
    x[...] = 0.0
    assert not pool(x).any()
    assert not pool.train()(x).any()


def test_the_generator_decides_what_is_drawn():
    x = np.random.default_rng(0).uniform(size=(2, 3, 4, 4))
    first, same = (StochasticPool2d(2, rng=np.random.default_rng(5))(x) for _ in range(2))
    np.testing.assert_array_equal(first, same)
    model = Sequential(StochasticPool2d(2, rng=np.random.default_rng(5)))
    assert [path for path, _ in model.named_generators()] == ["layers.0.rng"]


def test_repr_shows_what_is_not_usual():
    assert repr(MaxPool2d(2)) == "MaxPool2d(kernel_size=2)"
    assert repr(AvgPool2d((3, 2), 1, (1, 0))) == "AvgPool2d(kernel_size=(3, 2), stride=1, padding=(1, 0))"
    assert repr(LPPool2d(2, 3)) == "LPPool2d(2, kernel_size=3)"


def test_float32_stays_float32():
    x = Tensor(np.ones((1, 1, 4, 4), np.float32))
    for pool in (MaxPool2d(2), AvgPool2d(2), LPPool2d(3, 2), StochasticPool2d(2), StochasticPool2d(2).eval()):
        y = pool(x)
        y.sum().backward()
        assert {y.dtype, x.grad.dtype} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: MaxPool2d(0), ShapeError, "MaxPool2d: kernel_size=0 is too small"),
        (lambda: AvgPool2d(2, 0), ShapeError, "AvgPool2d: stride=0 is too small"),
        (lambda: MaxPool2d("2"), OperandError, "takes an integer or a pair"),
        (lambda: MaxPool2d(2, padding=2), ShapeError, "more than half"),
        (lambda: MaxPool2d(2)(np.zeros((3, 4))), ShapeError, "images are"),
        (lambda: AvgPool2d(5)(np.zeros((1, 1, 4, 4))), ShapeError, "larger than images"),
        (lambda: GlobalAvgPool2d()(np.zeros((3, 4))), ShapeError, r"got shape \(3, 4\)"),
        (lambda: LPPool2d(0, 2), ValueError, "norm_type above 0"),
        (lambda: functional.lp_pool2d(np.ones((1, 1, 2, 2)), -1, 2), ValueError, "norm_type above 0"),
        (lambda: StochasticPool2d(2)(-np.ones((1, 1, 2, 2))), ValueError, "put a ReLU before it"),
        (lambda: StochasticPool2d(2)(np.full((1, 1, 2, 2), np.nan)), ValueError, "least element is nan"),
        (
            lambda: autograd.trace(StochasticPool2d(2), Tensor(np.ones((1, 1, 2, 2)))),
            autograd.TraceError, "number would be a constant",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_text_is_no_number():
    for make in (lambda: LPPool2d("2", 2), lambda: Dropout("0.5")):
        with pytest.raises(ValueError, match="but got '"):
            make()
