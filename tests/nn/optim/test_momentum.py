import numpy as np
import pytest

from autograd import GraphError, StaleError, Tensor, Value
from nn import SGD, Momentum, Nesterov

START = np.array([1.5, -0.3, 0.9])


def gradient(theta):
    """That of Σ (θ² - θ)², by hand, for the formulas as they stand in a lecture."""
    return 2.0 * (theta * theta - theta) * (2.0 * theta - 1.0)


def train(optimizer, x, steps=20):
    for _ in range(steps):
        optimizer.zero_grad()
        with optimizer.look_ahead():
            loss = (x * x - x) * (x * x - x)
            (loss.sum() if isinstance(x, Tensor) else loss).backward()
        optimizer.step()


def test_averaged_momentum_is_the_formula():
    theta, v = START, np.zeros(3)
    for _ in range(20):
        v = 0.8 * v + 0.2 * gradient(theta)
        theta = theta - 0.1 * v
    x = Tensor(START)
    optimizer = Momentum([x], lr=0.1, beta=0.8)
    train(optimizer, x)
    np.testing.assert_allclose(x.data, theta, rtol=1e-12)
    np.testing.assert_allclose(optimizer.velocity[0], v, rtol=1e-10)


def test_nesterov_is_the_formula():
    theta, v = START, np.zeros(3)
    for _ in range(20):
        v = 0.8 * v + gradient(theta - 0.05 * 0.8 * v)
        theta = theta - 0.05 * v
    x = Tensor(START)
    optimizer = Nesterov([x], lr=0.05, beta=0.8)
    train(optimizer, x)
    np.testing.assert_allclose(x.data, theta, rtol=1e-12)
    np.testing.assert_allclose(optimizer.velocity[0], v, rtol=1e-10)


def test_nesterov_looks_where_sgd_stands():
    x, y = Tensor(START), Tensor(START)
    optimizer = Nesterov([x], lr=0.05, beta=0.8)
    train(optimizer, x)
    train(SGD([y], lr=0.05, momentum=0.8, nesterov=True), y)
    with optimizer.look_ahead():
        np.testing.assert_allclose(x.data, y.data, rtol=1e-12)


def test_averaged_momentum_is_dampened_sgd_after_the_first_step():
    torch = pytest.importorskip("torch")
    x, y = Tensor(START), torch.tensor(START, requires_grad=True)
    optimizer, reference = Momentum([x], lr=0.1, beta=0.8), torch.optim.SGD([y], lr=0.1, momentum=0.8, dampening=0.8)
    optimizer.velocity[0] += gradient(START)  # so that v is g after one step
    for _ in range(20):
        train(optimizer, x, steps=1)
        reference.zero_grad()
        ((y * y - y) * (y * y - y)).sum().backward()
        reference.step()
    np.testing.assert_allclose(x.data, y.detach(), rtol=1e-11)


@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov])
def test_a_closure_computes_the_gradient_where_it_is_taken(kind):
    x, y = Tensor(START), Tensor(START)
    optimizer, other = kind([x], lr=0.1), kind([y], lr=0.1)

    def closure():
        optimizer.zero_grad()
        loss = ((x * x - x) * (x * x - x)).sum()
        loss.backward()
        return loss

    losses = [optimizer.step(closure).item() for _ in range(5)]
    train(other, y, steps=5)
    np.testing.assert_array_equal(x.data, y.data)
    assert losses[-1] < losses[0]
    assert optimizer.steps == 5


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_a_value_moves_as_a_tensor_does(kind):
    x, y = Value(1.5), Tensor(1.5)
    for p in (x, y):
        train(kind([p], lr=0.1), p, steps=5)
    assert x.data == pytest.approx(y.item(), rel=1e-13)


def test_looking_ahead_comes_back_even_from_an_error():
    x = Value(1.5)
    optimizer = Nesterov([x], lr=0.1)
    train(optimizer, x, steps=1)
    before = x.data
    with optimizer.look_ahead():
        assert x.data != before
    assert x.data == before
    train(optimizer, x, steps=1)
    before = x.data
    with pytest.raises(ZeroDivisionError), optimizer.look_ahead():
        raise ZeroDivisionError
    assert x.data == before
    with pytest.raises(GraphError, match="look_ahead"):
        optimizer.step()


def test_a_gradient_that_was_taken_elsewhere_is_refused():
    x = Value(1.5)
    optimizer = Nesterov([x], lr=0.1)
    (x * x).backward()
    optimizer.step()  # the first one looks ahead by nothing
    (x * x).backward()
    with pytest.raises(GraphError, match=r"look_ahead\(\).*nesterov=True"):
        optimizer.step()
    with optimizer.look_ahead():
        loss = x * x
    with pytest.raises(StaleError):
        loss.backward()


@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_beta_is_less_than_one(kind):
    with pytest.raises(ValueError, match="beta from 0 to below 1"):
        kind([Value(1.0)], beta=1.0)


def test_a_step_inside_the_look_ahead_which_would_be_undone_is_refused():
    x = Value(1.0)
    optimizer = Nesterov([x], lr=0.1)
    x.grad = 2.0
    with optimizer.look_ahead(), pytest.raises(GraphError, match="comes after the block"):
        optimizer.step()
    assert (x.data, optimizer.velocity, optimizer.steps) == (1.0, [0.0], 0)
