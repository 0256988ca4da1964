import numpy as np
import pytest

import nn
from nn.explorer.columns import columns

POINTS = np.random.default_rng(0).normal(size=(30, 2))


def rng():
    return np.random.default_rng(1)


def test_a_sequential_is_cut_before_its_linear_layers():
    model = nn.Sequential(
        nn.BatchNorm1d(2), nn.Sequential(nn.Linear(2, 4, rng=rng()), nn.Tanh(), nn.Dropout(0.5, rng=rng())),
        nn.Linear(4, 3, bias=False, rng=rng()),
    )  # fmt: skip
    found = columns(model, POINTS)
    model.eval()
    assert np.array_equal(found.outputs[1], model[:2](POINTS).data)
    assert np.array_equal(found.outputs[2], model(POINTS).data)
    assert [w.shape for w in found.weights] == [(4, 2), (3, 4)]
    assert np.array_equal(found.biases[1], np.zeros(3))


@pytest.mark.parametrize("activation", ["tanh", "relu", "linear"])
def test_an_mlp_of_values(activation):
    model = nn.MLP(2, [4, 3], activation=activation, rng=rng())
    found = columns(model, POINTS)
    assert found.outputs[2] == pytest.approx(np.array([[v.data for v in model(row)] for row in POINTS]))
    assert found.weights[0][1, 0] == model.layers[0].neurons[1].w[0].data


class Sum(nn.Module):
    def __init__(self):
        self.first, self.second = nn.Linear(2, 3, rng=rng()), nn.Linear(2, 3, rng=rng())

    def forward(self, x):
        return self.first(x) + self.second(x)


@pytest.mark.parametrize(
    "model", [Sum(), nn.Sequential(nn.Linear(2, 4, rng=rng()), nn.Linear(4, 2), lambda x: x[:, :1])]
)
def test_others_have_inputs_and_outputs_alone(model):
    found = columns(model, POINTS)
    assert len(found.outputs) == 2
    assert np.array_equal(found.outputs[1], model(POINTS).data)
    assert found.weights == found.biases == []
