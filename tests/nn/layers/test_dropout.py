import numpy as np
import pytest

import autograd
from autograd import Tensor, TraceError
from autograd.testing import check_grads
from nn import Dropout, functional


def test_in_training_some_are_zero_and_the_mean_stays():
    y = Dropout(0.3, rng=np.random.default_rng(0))(np.ones((100, 100)))
    assert set(np.unique(y)) == {0.0, 1.0 / 0.7}
    assert np.mean(y == 0.0) == pytest.approx(0.3, abs=0.01)
    assert y.mean() == pytest.approx(1.0, abs=0.02)


def test_in_use_nothing_changes():
    x = Tensor([1.0, 2.0])
    assert Dropout(0.9).eval()(x) is x
    assert Dropout(0.0)(x) is x


def test_all_or_nothing():
    assert Dropout(1.0)(np.ones(5)).tolist() == [0.0] * 5


def test_each_call_draws_anew_and_the_generator_decides():
    layer, same = (Dropout(rng=np.random.default_rng(5)) for _ in range(2))
    first, second = layer(np.ones(50)), layer(np.ones(50))
    assert first.tolist() != second.tolist()
    assert [same(np.ones(50)).tolist() for _ in range(2)] == [first.tolist(), second.tolist()]


def test_the_gradient_passes_where_x_did():
    x = Tensor(np.ones(50))
    y = Dropout(0.4, rng=np.random.default_rng(0))(x)
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)
    check_grads(lambda x: functional.dropout(x, 0.4, rng=np.random.default_rng(0)), (np.arange(1.0, 7.0),))


def test_float32_stays_float32():
    assert Dropout(0.3)(Tensor(np.ones(3, np.float32))).dtype == np.float32
    assert Dropout(0.3)(np.ones(3, np.float32)).dtype == np.float32


def test_a_program_cannot_draw_anew():
    layer, x = Dropout(0.5), Tensor(np.ones(3))
    with pytest.raises(TraceError, match="after eval"):
        autograd.trace(layer, x)
    assert autograd.trace(layer.eval(), x)(x).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("p", [-0.1, 1.5, float("nan")])
def test_p_is_a_probability(p):
    with pytest.raises(ValueError, match="from 0 to 1"):
        Dropout(p)
    with pytest.raises(ValueError, match="from 0 to 1"):
        functional.dropout(np.ones(2), p)
