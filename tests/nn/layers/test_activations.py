import numpy as np
import pytest

import autograd
import nn
from autograd.testing import check_grads
from nn import functional
from tests.nn.layers.peer import assert_equals_pytorch

ACTIVATIONS = [
    (nn.Identity(), lambda t: t.Identity()),
    (nn.Sigmoid(), lambda t: t.Sigmoid()),
    (nn.LogSigmoid(), lambda t: t.LogSigmoid()),
    (nn.Tanh(), lambda t: t.Tanh()),
    (nn.ReLU(), lambda t: t.ReLU()),
    (nn.LeakyReLU(), lambda t: t.LeakyReLU()),
    (nn.LeakyReLU(0.3), lambda t: t.LeakyReLU(0.3)),
    (nn.ELU(), lambda t: t.ELU()),
    (nn.ELU(0.5), lambda t: t.ELU(0.5)),
    (nn.GELU(), lambda t: t.GELU()),
    (nn.SiLU(), lambda t: t.SiLU()),
    (nn.Softplus(), lambda t: t.Softplus()),
    (nn.Softmax(), lambda t: t.Softmax(-1)),
    (nn.Softmax(1), lambda t: t.Softmax(1)),
    (nn.LogSoftmax(0), lambda t: t.LogSoftmax(0)),
]


@pytest.mark.parametrize(("ours", "theirs"), ACTIVATIONS, ids=lambda x: repr(x) if isinstance(x, nn.Module) else "")
def test_an_activation_equals_that_of_pytorch(ours, theirs):
    assert_equals_pytorch(ours, theirs, 5, 3, 4)


@pytest.mark.parametrize("activation", [ours for ours, _ in ACTIVATIONS], ids=repr)
def test_gradients(activation):
    check_grads(activation, (np.random.default_rng(0).normal(size=(2, 3)),))


SETTING = np.float64(0.5)
SET_BY_NUMPY = [nn.LeakyReLU(SETTING), nn.ELU(SETTING), nn.Dropout(SETTING), nn.BatchNorm2d(3, SETTING, dtype="f4")]


@pytest.mark.parametrize("layer", [*SET_BY_NUMPY, nn.BatchNorm2d(3, SETTING, SETTING, dtype="f4").eval()], ids=repr)
def test_a_setting_that_is_a_number_of_numpy_leaves_float32_as_it_is(layer):
    assert layer(autograd.Tensor(np.ones((2, 3, 2, 2), np.float32))).dtype == np.float32


def test_step_is_the_perceptrons():
    assert nn.Step()(np.array([-2.0, 0.0, 3.0])).tolist() == [0.0, 0.5, 1.0]


def test_repr_names_the_arguments():
    assert repr(nn.LeakyReLU(0.2).eval()) == "LeakyReLU(negative_slope=0.2)"
    assert repr(nn.Softmax()) == "Softmax(dim=-1)"
    listened = nn.ELU()
    listened.forward = lambda x: x
    assert repr(listened) == "ELU(alpha=1.0)"


def test_element_wise_functions_take_values():
    x = autograd.Value(-1.0)
    for function in (functional.leaky_relu, functional.elu, functional.gelu, functional.silu, functional.softplus):
        assert isinstance(function(x), autograd.Value)
