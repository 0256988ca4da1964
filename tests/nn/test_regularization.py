import math

import numpy as np
import pytest

from autograd import GraphError, Tensor, Value
from autograd.testing import check_grads
from nn import MLP, SGD, Linear, Sequential, evaluate, fit, gradient_report, l1_penalty, l2_penalty, mse_loss

both = pytest.mark.parametrize("penalty", [l1_penalty, l2_penalty])


@both
def test_values_and_tensors_agree(penalty):
    scalars = MLP(3, [2], rng=np.random.default_rng(0))
    tensors = Sequential(Linear(3, 2))
    tensors.layers[0].weight.data = [[w.data for w in neuron.w] for neuron in scalars.layers[0].neurons]
    tensors.layers[0].bias.data = [0.0, 0.0]
    small, large = penalty(scalars, 0.3), penalty(tensors, 0.3)
    assert isinstance(small, Value)
    assert small.data == pytest.approx(large.item(), rel=1e-14)
    small.backward()
    large.backward()
    grads = [[w.grad for w in neuron.w] for neuron in scalars.layers[0].neurons]
    np.testing.assert_allclose(grads, tensors.layers[0].weight.grad, rtol=1e-14)


@both
def test_derivatives(penalty):
    check_grads(lambda x, y: penalty([x, y], 0.3), (np.array([0.5, -2.0]), np.array([[1.5]])))


def test_l2_is_weight_decay_of_plain_descent():
    x, y = Tensor([1.0, -2.0]), Tensor([1.0, -2.0])
    first, second = SGD([x], lr=0.1), SGD([y], lr=0.1, weight_decay=0.6)
    for _ in range(20):
        first.zero_grad()
        second.zero_grad()
        (mse_loss(x, [0.5, 0.5]) + l2_penalty([x], 0.3)).backward()
        mse_loss(y, [0.5, 0.5]).backward()
        first.step()
        second.step()
    np.testing.assert_allclose(x.data, y.data, rtol=1e-13)


def test_l1_pulls_at_zero_in_no_direction():
    x = Value(0.0)
    l1_penalty([x], 1.0).backward()
    assert x.grad == 0.0


@both
def test_mistakes_are_explained(penalty):
    for strength in (-0.1, math.nan, math.inf):
        with pytest.raises(ValueError, match="strength="):
            penalty([Value(1.0)], strength)
    with pytest.raises(GraphError, match="no parameters"):
        penalty(Sequential(), 0.1)


@both
@pytest.mark.parametrize("n", [5, 40])
def test_a_penalty_adds_to_the_loss_wherever_one_is_given(penalty, n):
    rng = np.random.default_rng(0)
    network, x, y = MLP(2, [3, 1], rng=rng), rng.normal(size=(n, 2)), rng.normal(size=n)

    def loss(out, target):
        assert isinstance(out, Tensor)
        return mse_loss(out, target) + penalty(network, 0.3)

    by_hand = mse_loss([network(row) for row in x], y) + penalty(network, 0.3)
    by_hand.backward()
    expected = [p.grad for p in network.parameters()]
    assert evaluate(network, (x, y), loss)["loss"] == pytest.approx(by_hand.data, rel=1e-14)
    report = gradient_report(network, (x, y), loss)
    assert np.concatenate([layer.d_weights for layer in report.layers]) == pytest.approx(expected, rel=1e-13)
    assert [p.grad for p in network.parameters()] == expected
    start = [p.data for p in network.parameters()]
    history = fit(network, (x, y), loss, SGD(network.parameters(), lr=1.0), batch_size=n)
    assert history["loss"] == pytest.approx([by_hand.data], rel=1e-14)
    assert [a - p.data for a, p in zip(start, network.parameters(), strict=True)] == pytest.approx(expected, rel=1e-11)
