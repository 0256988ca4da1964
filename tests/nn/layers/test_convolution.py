import numpy as np
import pytest

from autograd import OperandError, ShapeError, Tensor
from autograd.testing import check_grads
from nn import Conv2d
from tests.nn.layers.peer import assert_equals_pytorch

OPTIONS = [
    {}, {"padding": 1}, {"stride": 2, "padding": (1, 0)}, {"dilation": (1, 2), "bias": False},
    {"groups": 2}, {"groups": 4, "padding": 1}, {"padding": "same"},
]  # fmt: skip


def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_it_equals_that_of_pytorch(options):
    layer = Conv2d(4, 8, (3, 3), rng=rng(), **options)
    assert_equals_pytorch(layer, lambda t: t.Conv2d(4, 8, (3, 3), **options), 2, 4, 6, 7)


@pytest.mark.parametrize("options", OPTIONS[:5], ids=str)
def test_gradients(options):
    layer = Conv2d(4, 2, 2 if "padding" in options else (1, 2), rng=rng(), **options)

    def run(x, weight):
        layer.weight = weight
        return layer(x)

    check_grads(run, (rng().normal(size=(1, 4, 3, 3)), layer.weight.numpy()), order=1)


def test_initial_weights_are_uniform_in_one_over_the_root_of_what_a_filter_sees():
    layer = Conv2d(8, 200, 3, groups=2, rng=rng())
    assert layer.weight.shape == (200, 4, 3, 3)
    assert 0.99 / 6.0 < abs(layer.weight.data).max() <= 1.0 / 6.0
    assert 0.9 / 6.0 < abs(layer.bias.data).max() <= 1.0 / 6.0
    assert layer.weight.data.mean() == pytest.approx(0.0, abs=0.005)


def test_the_generator_decides_the_weights():
    assert Conv2d(1, 2, 3, rng=rng()).weight.tolist() == Conv2d(1, 2, 3, rng=rng()).weight.tolist()
    assert Conv2d(1, 2, 3).weight.tolist() != Conv2d(1, 2, 3).weight.tolist()


def test_float32_stays_float32():
    layer = Conv2d(1, 2, 3, dtype=np.float32)
    y = layer(Tensor(np.ones((1, 1, 4, 4), np.float32)))
    y.sum().backward()
    assert {y.dtype, layer.weight.grad.dtype, layer.bias.grad.dtype} == {np.dtype(np.float32)}


def test_repr_shows_what_is_not_usual():
    assert repr(Conv2d(1, 16, 3)) == "Conv2d(1, 16, kernel_size=3)  # 160 parameters"
    layer = Conv2d(4, 8, (3, 5), stride=2, padding=(0, 1), dilation=2, groups=2, bias=False)
    assert layer.extra_repr() == "4, 8, kernel_size=(3, 5), stride=2, padding=(0, 1), dilation=2, groups=2, bias=False"


def test_same_padding_keeps_the_size():
    assert Conv2d(1, 1, (3, 5), padding="same", dilation=(2, 1))(np.zeros((1, 1, 7, 6))).shape == (1, 1, 7, 6)
    assert Conv2d(1, 1, 2, padding="same", dilation=2)(np.zeros((1, 1, 7, 6))).shape == (1, 1, 7, 6)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Conv2d(4, 8, 3, groups=3), ShapeError, "groups=3 does not divide the 4 channels of x and the 8"),
        (lambda: Conv2d(0, 8, 3), ShapeError, "positive whole numbers"),
        (lambda: Conv2d(1, 8, 0), ShapeError, "kernel_size=0 is too small"),
        (lambda: Conv2d(1, 8, 3, stride=(1, 0)), ShapeError, r"stride=\(1, 0\) is too small"),
        (lambda: Conv2d(1, 8, 3, padding=-1), ShapeError, "padding=-1 is too small"),
        (lambda: Conv2d(1, 8, 2.5), OperandError, "kernel_size= takes an integer or a pair"),
        (lambda: Conv2d(1, 8, (1, 2, 3)), OperandError, "kernel_size= takes an integer or a pair"),
        (lambda: Conv2d(1, 8, 3, padding="valid"), OperandError, "padding= takes an integer or a pair"),
        (lambda: Conv2d(1, 8, 3, True), OperandError, "stride= takes an integer"),
        (lambda: Conv2d(1, 8, 2, padding="same"), ShapeError, "filters of odd extent"),
        (lambda: Conv2d(1, 8, 3, 2, "same"), ShapeError, "takes stride 1"),
        (lambda: Conv2d(1, 8, 3)(np.zeros((2, 3, 8, 8))), ShapeError, "has 3 channels"),
        (lambda: Conv2d(1, 8, 3)(np.zeros((8, 8))), ShapeError, "adds a batch of one"),
        (lambda: Conv2d(1, 8, 3)(np.zeros((5, 64))), ShapeError, r"x\.reshape\(-1, channels, height, width\)"),
        (lambda: Conv2d(1, 8, 3)(np.zeros((2, 1, 2, 2))), ShapeError, "larger than images"),
        (lambda: Conv2d(1, 8, 3, rng=1), TypeError, "default_rng"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()
