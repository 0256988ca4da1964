from itertools import count, pairwise

import numpy as np
import pytest

import autograd
from autograd import GraphError, OperandError, Tensor, Value
from nn import MLP, Linear, Newton, Sequential, mse_loss


def valley(x, y):
    return 100.0 * (y - x * x) ** 2 + (1.0 - x) ** 2


def test_a_quadratic_is_solved_at_once():
    matrix = np.array([[3.0, 1.0], [1.0, 2.0]])
    x = Tensor([5.0, -7.0])
    Newton([x], damping=1e-12).step(lambda: 0.5 * x @ matrix @ x - x.sum())
    np.testing.assert_allclose(x.data, np.linalg.solve(matrix, [1.0, 1.0]), rtol=1e-9)


@pytest.mark.parametrize("start", [(-1.2, 1.0), (3.0, -8.0), (0.0, 0.0)])
def test_the_valley_of_rosenbrock(start):
    x, y = map(Value, start)
    optimizer = Newton([x, y])
    losses = [optimizer.step(lambda: valley(x, y)) for _ in range(60)]
    assert (x.data, y.data) == pytest.approx((1.0, 1.0), abs=1e-9)
    assert all(later <= earlier for earlier, later in pairwise(losses))


def test_gradient_and_hessian_are_those_of_the_transforms():
    x, y = Value(-1.2), Value(1.0)
    optimizer = Newton([x, y])
    optimizer.step(lambda: valley(x, y))
    np.testing.assert_allclose(optimizer.gradient, autograd.grad(lambda p: valley(*p))([-1.2, 1.0]), rtol=1e-13)
    np.testing.assert_allclose(optimizer.hessian, autograd.hessian(lambda p: valley(*p))([-1.2, 1.0]), rtol=1e-13)
    assert optimizer.steps == 1
    assert x.grad is None


def test_values_and_tensors_move_alike():
    inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    targets = [0.0, 1.0, 1.0, 0.0]
    scalars = MLP(2, [2, 1], rng=np.random.default_rng(1))
    tensors = Sequential(Linear(2, 2), autograd.tanh, Linear(2, 1))
    for layer, linear in zip(scalars.layers, (tensors.layers[0], tensors.layers[2]), strict=True):
        linear.weight.data = [[w.data for w in neuron.w] for neuron in layer.neurons]
        linear.bias.data = [neuron.b.data for neuron in layer.neurons]
    first, second = Newton(scalars.parameters()), Newton(tensors.parameters())
    for _ in range(3):
        one = first.step(lambda: mse_loss([scalars(row) for row in inputs], targets))
        other = second.step(lambda: mse_loss(tensors(np.array(inputs))[:, 0], targets))
        assert one == pytest.approx(other, rel=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_exclusive_or_is_learnt_in_fifteen_steps(seed):
    model = MLP(2, [3, 1], rng=np.random.default_rng(seed))
    optimizer = Newton(model.parameters())
    corners, targets = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
    losses = [optimizer.step(lambda: mse_loss([model(x) for x in corners], targets)) for _ in range(15)]
    assert losses[-1] < 1e-12


def test_a_saddle_is_left_downwards():
    x, y = Value(1e-3), Value(0.5)
    optimizer = Newton([x, y])
    for _ in range(30):
        optimizer.step(lambda: x**4 - x * x + y * y)
    assert abs(x.data) == pytest.approx(0.5**0.5)
    assert y.data == pytest.approx(0.0, abs=1e-9)


def test_a_minimum_stays():
    x = Value(0.0)
    optimizer = Newton([x])
    assert optimizer.step(lambda: x * x) == 0.0
    assert x.data == 0.0


def test_a_loss_that_nothing_lowers_leaves_the_parameters():
    x, calls = Value(0.5), count()
    optimizer = Newton([x])
    assert optimizer.step(lambda: x * x + next(calls)) == 0.25  # it rises with every call
    assert x.data == 0.5


def test_a_linear_loss_has_no_curvature():
    x, y = Value(1.0), Tensor([1.0, 2.0])
    optimizer = Newton([x, y], damping=1.0)
    optimizer.step(lambda: 3.0 * x)
    assert x.data == -2.0
    assert not optimizer.hessian.any()
    assert optimizer.gradient.tolist() == [3.0, 0.0, 0.0]


def test_repr():
    assert repr(Newton([Value(1.0), Tensor([1.0, 2.0])])) == "Newton(3 parameters, damping=0.001)"


X = Value(1.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Newton([]), ValueError, "Newton got no parameters"),
        (lambda: Newton(X), OperandError, r"write Newton\(\[p\], ...\)"),
        (lambda: Newton(MLP(2, [1])), OperandError, r"write Newton\(model.parameters\(\), ...\)"),
        (lambda: Newton([2.0]), OperandError, "not 2.0"),
        (lambda: Newton([X], damping=0.0), ValueError, "positive damping"),
        (lambda: Newton([X]).step(lambda: 3.0), GraphError, "it gave 3.0"),
        (lambda: Newton([X]).step(lambda: Tensor([1.0, 2.0])), GraphError, "gives the loss as a Value or Tensor"),
        (lambda: Newton([X]).step(lambda: 2.0 * Value(3.0)), GraphError, "depends on none"),
        (lambda: Newton([X]).step(lambda: autograd.sqrt(X - 1.0)), GraphError, "nan or inf"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()
