import numpy as np
import pytest

from autograd import ShapeError, Tensor, Value
from nn import MLP, Sequential, cross_entropy, mse_loss
from nn.lanes import Lanes
from nn.neuron import _activations


@pytest.mark.parametrize("activation", [name for name in _activations if name != "step"])
@pytest.mark.parametrize(("sizes", "loss"), [([5, 4, 3], cross_entropy), ([4, 1], mse_loss)])
def test_lanes_do_what_the_network_does(activation, sizes, loss):
    rng = np.random.default_rng(0)
    network = MLP(3, sizes, activation, rng)
    rows = rng.normal(size=(7, 3))
    targets = rng.integers(0, 3, 7) if sizes[-1] == 3 else rng.normal(size=7)
    lanes = Lanes(network)
    for _ in range(2):
        outputs = [network(row) for row in rows]
        loss(outputs, targets).backward()
        expected = [p.grad for p in network.parameters()]
        numbers = np.array([[z.data for z in row] if isinstance(row, list) else row.data for row in outputs])
        network.zero_grad()

        assert lanes(rows) == pytest.approx(numbers, rel=1e-15, abs=1e-15)
        heads = Tensor(lanes(rows))
        loss(heads, targets).backward()
        lanes.backward(rows, heads.grad)
        assert [p.grad for p in network.parameters()] == pytest.approx(expected, rel=1e-13, abs=1e-15)
        lanes.backward(rows, heads.grad)  # gradients add up
        assert [p.grad for p in network.parameters()] == pytest.approx(
            [2.0 * g for g in expected], rel=1e-13, abs=1e-15
        )

        for p in network.parameters():  # and the next round reads other parameters
            p.data = p.data + 0.1
        network.zero_grad()


def test_many_samples_run_in_parts(monkeypatch):
    network, rows = MLP(2, [3, 2], rng=np.random.default_rng(0)), np.random.default_rng(1).normal(size=(10, 2))
    lanes = Lanes(network)
    whole = lanes(rows)
    lanes.backward(rows, whole)
    expected = [p.grad for p in network.parameters()]
    network.zero_grad()
    monkeypatch.setattr("nn.lanes._MOST", 4)
    assert (lanes(rows) == whole).all()
    lanes.backward(rows, whole)
    assert [p.grad for p in network.parameters()] == pytest.approx(expected, rel=1e-13)


def test_frozen_weights_stay_and_shared_ones_get_both_gradients():
    network, rows = MLP(2, [3, 1], rng=np.random.default_rng(0)), np.ones((4, 2))
    first = network.layers[0].neurons
    first[1].w[0].requires_grad = False
    first[2].w[1] = first[0].w[1]
    for row in rows:
        network(row).backward()
    expected = [p.grad for p in network.parameters()]
    network.zero_grad()
    Lanes(network).backward(rows, np.ones(4))
    assert [p.grad for p in network.parameters()] == pytest.approx(expected, rel=1e-14)
    assert first[1].w[0].grad is None


def test_the_network_itself_is_left_alone():
    network = MLP(2, [3, 2], rng=np.random.default_rng(0))
    before = [(id(p), p.data, p.grad) for p in network.parameters()]
    Lanes(network)(np.ones((4, 2)))
    assert [(id(p), p.data, p.grad) for p in network.parameters()] == before


def test_functions_as_activations_have_no_lanes():
    network = MLP(2, [3, 1], activation=lambda z: z * z)
    assert not Lanes.fits(network)
    with pytest.raises(TypeError, match="named activations"):
        Lanes(network)


def test_rows_of_another_length_are_refused():
    with pytest.raises(ShapeError, match=r"rows of 2 inputs, but got shape \(4, 3\)"):
        Lanes(MLP(2, [1]))(np.ones((4, 3)))


def test_networks_with_other_parts_are_called_sample_by_sample():
    rng = np.random.default_rng(0)
    twice, wrapped, tied = (MLP(2, [3, 1], rng=rng) for _ in range(3))
    twice.layers.insert(1, lambda x: [2.0 * number for number in x])
    wrapped.layers[0] = Sequential(wrapped.layers[0])
    tied.layers[0].neurons[0].w[0] = 2.0 * Value(1.0)
    assert not any(map(Lanes.fits, (twice, wrapped, tied)))


@pytest.mark.parametrize("sizes", [[3, 2], [3, 1]])
def test_lanes_with_other_parameters(sizes, monkeypatch):
    rng = np.random.default_rng(0)
    network, rows = MLP(2, sizes, rng=rng), rng.normal(size=(5, 2))
    network.layers[0].neurons[1].w[0].requires_grad = False  # which stays
    before = [p.data for p in network.parameters()]
    thetas = rng.normal(size=(3, len(before)))
    monkeypatch.setattr("nn.lanes._MOST", 4)
    found = Lanes(network).at(thetas, rows)
    assert [p.data for p in network.parameters()] == before
    for theta, outputs in zip(thetas, found, strict=True):
        for p, number in zip(network.parameters(), theta.tolist(), strict=True):
            p.data = number
        assert outputs == pytest.approx(Lanes(network)(rows), rel=1e-15)
