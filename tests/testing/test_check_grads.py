"""`check_grads` accepts what is right: floats, arrays, several operands, several results, no gradient at all."""

import numpy as np
import pytest

import autograd
from autograd.testing import check_grads, derivative


@pytest.mark.parametrize(
    ("f", "args"),
    [
        (lambda x: x * x * x, (2.0,)),
        (lambda x, y: autograd.sin(x) * y / (x + 3.0), (0.5, -2.0)),
        (lambda x: autograd.exp(x).sum(), (np.array([0.1, 1.0, -2.0]),)),
        (lambda x, w: autograd.tanh(x @ w), (np.array([[0.1, 0.2]]), np.array([[1.0, 2.0], [3.0, -1.0]]))),
        (lambda x: autograd.logsumexp(x), (np.array([1.0, 2.0, 30.0]),)),
        (lambda x, y: x * 0.0 + y, (1.0, 2.0)),
        (lambda x: autograd.sqrt(x), (1e-12,)),
        (lambda x: autograd.where(x > 0, autograd.log(x), 0.0), (2.0,)),
    ],
)
@pytest.mark.parametrize("order", [1, 2])
def test_right_gradients_pass(f, args, order):
    check_grads(f, args, order=order)


def test_functions_that_take_nodes_only():
    def method(x):
        return x.exp() * x.sin()

    check_grads(method, (0.7,))


def test_order_and_modes_are_checked():
    with pytest.raises(ValueError, match="order is 1 or 2"):
        check_grads(autograd.sin, (1.0,), order=3)
    with pytest.raises(ValueError, match="modes"):
        check_grads(autograd.sin, (1.0,), modes=("backward",))


@pytest.mark.parametrize(
    ("reference", "xs", "order", "want"),
    [
        (lambda mp, x: mp.tanh(x), (300.0,), 1, 1.0601586212017243e-260),
        (lambda mp, x: mp.tanh(x), (300.0,), 2, -2.1203172424034486e-260),
        (lambda mp, x: mp.log(x), (1e200,), 1, 1e-200),
        (lambda mp, x: mp.sin(x), (1e-200,), 2, -1e-200),
        (lambda mp, x: mp.sin(x), (1e200,), 1, 0.7650518214752429),
        (lambda mp, x: abs(x), (-3.0,), 1, -1.0),  # not analytic: found out, and done with real steps
        (lambda mp, x: x if x > 0 else 0, (-3.0,), 1, 0.0),
        (lambda mp, x: x**5, (2.0,), 3, 240.0),
    ],
)
def test_the_oracle(reference, xs, order, want):
    assert derivative(reference, xs, order).item() == pytest.approx(want, rel=1e-15, abs=0.0)


def test_the_oracle_gives_up_on_a_kink():
    with pytest.raises(ValueError, match="no derivative"):
        derivative(lambda mp, x: abs(x), (0.0,), order=2)


def test_the_oracle_beside_a_tiny_operand():
    second = derivative(lambda mp, x, y: x / (x * x + y * y), (1e-100, 0.0), order=2)
    assert second == pytest.approx(np.array([[2e300, 0.0], [0.0, -2e300]]), rel=1e-15, abs=0.0)


def test_mixed_third_derivatives():
    third = derivative(lambda mp, x, y, z: x * mp.exp(y) * mp.sin(z), (2.0, 0.5, 1.0), order=3)
    want = np.exp(0.5) * np.cos(1.0)
    assert third[0, 1, 2] == third[2, 1, 0] == pytest.approx(want, rel=1e-14)
    assert third[1, 1, 2] == pytest.approx(2.0 * want, rel=1e-14)
    assert third[0, 0, 2] == 0.0
