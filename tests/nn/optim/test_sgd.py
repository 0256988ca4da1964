import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import OperandError, Tensor, Value
from nn import SGD

SETTINGS = [
    {"lr": 0.1},
    {"lr": 0.1, "momentum": 0.9},
    {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01},
    {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01, "nesterov": True},
    {"lr": 0.1, "momentum": 0.9, "dampening": 0.5},
    {"lr": 0.1, "weight_decay": 0.3},
]


def descend(optimizer, x, steps=5):
    """Steps on Σ (x² - x)², as code for our Tensors and those of PyTorch."""
    for _ in range(steps):
        optimizer.zero_grad()
        loss = ((x * x - x) * (x * x - x)).sum()
        loss.backward()
        optimizer.step()


@pytest.mark.parametrize("settings", SETTINGS)
def test_steps_equal_those_of_pytorch(settings):
    torch = pytest.importorskip("torch")
    start = np.array([1.5, -0.3, 0.9])
    ours, theirs = Tensor(start), torch.tensor(start, requires_grad=True)
    optimizer, reference = SGD([ours], **settings), torch.optim.SGD([theirs], **settings)
    descend(optimizer, ours, steps=20)
    descend(reference, theirs, steps=20)
    np.testing.assert_allclose(ours.data, theirs.detach().numpy(), rtol=1e-10)
    if settings.get("momentum"):
        np.testing.assert_allclose(optimizer.velocity[0], reference.state[theirs]["momentum_buffer"], rtol=1e-10)


@pytest.mark.parametrize("settings", SETTINGS)
def test_a_value_moves_as_a_tensor_does(settings):
    scalar, tensor = Value(1.5), Tensor(1.5)
    first, second = SGD([scalar], **settings), SGD([tensor], **settings)
    for optimizer, x in ((first, scalar), (second, tensor)):
        for _ in range(4):
            optimizer.zero_grad()
            ((x * x - x) * (x * x - x)).backward()
            optimizer.step()
    assert scalar.data == pytest.approx(tensor.item(), rel=1e-13)


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_rules_tell_what_a_step_does(settings):
    x = Value(1.5)
    optimizer = SGD([x], **settings)
    for _ in range(3):
        optimizer.zero_grad()
        ((x * x - x) * (x * x - x)).backward()
        known = {"θ": x.data, "∂L/∂θ": x.grad, "v": optimizer.velocity[0]}
        for letter, terms in optimizer.rules(x):
            known[letter] = sum(factor * known[of] for factor, of in terms)
        optimizer.step()
        assert known["θ′"] == pytest.approx(x.data, rel=1e-14)
        assert known.get("v′") == optimizer.velocity[0]


def test_no_rules_for_what_does_not_move():
    x, y = Value(1.0), Value(2.0)
    optimizer = SGD([x])
    assert optimizer.rules(x) == []
    x.grad = y.grad = 1.0
    assert optimizer.rules(x)
    assert optimizer.rules(y) == []


@given(st.floats(-10.0, 10.0), st.floats(0.0, 1.0))
def test_a_plain_step_is_lr_times_the_gradient(start, lr):
    x = Value(start)
    (3.0 * x).backward()
    SGD([x], lr=lr).step()
    assert x.data == start - lr * 3.0


def test_a_parameter_without_gradient_stays():
    x, y = Value(1.0), Value(2.0)
    optimizer = SGD([x, y], lr=0.1, momentum=0.9, weight_decay=0.5)
    (x * x).backward()
    optimizer.step()
    assert y.data == 2.0
    assert optimizer.velocity[1] is None


def test_state_is_its_own():
    x = Tensor([1.0, 2.0])
    optimizer = SGD([x], lr=0.1, momentum=0.9)
    (x * x).sum().backward()
    optimizer.step()
    x.grad *= 0.0
    assert optimizer.velocity[0].tolist() == [2.0, 4.0]
    assert optimizer.steps == 1


def test_a_shared_parameter_moves_once():
    x = Value(1.0)
    x.grad = 1.0
    SGD([x, x], lr=0.5).step()
    assert x.data == 0.5


def test_gradients_that_are_nodes_move_it_too_and_are_not_recorded():
    x = Tensor([1.0, 2.0])
    (x * x * x).sum().backward(create_graph=True)
    optimizer = SGD([x], lr=0.1, momentum=0.9)
    optimizer.step()
    np.testing.assert_allclose(x.data, [0.7, 0.8])
    assert x.op is None
    assert isinstance(optimizer.velocity[0], np.ndarray)


def test_float32_stays_float32():
    x = Tensor(np.ones(2, np.float32))
    optimizer = SGD([x], lr=0.1, momentum=0.9, weight_decay=0.1)
    descend(optimizer, x)
    assert x.dtype == np.float32
    assert optimizer.velocity[0].dtype == np.float32


def test_zero_grad_and_repr():
    x = Value(1.0)
    x.grad = 1.0
    optimizer = SGD([x], lr=0.1, nesterov=True, momentum=0.9)
    optimizer.zero_grad()
    assert x.grad is None
    assert repr(optimizer) == "SGD(1 parameter, lr=0.1, momentum=0.9, nesterov=True)"
    assert repr(SGD([x, Tensor(np.zeros((30, 50)))])) == "SGD(1,501 parameters, lr=0.001)"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SGD([]), ValueError, "no parameters"),
        (lambda: SGD(Value(1.0)), OperandError, r"SGD\(\[p\], ...\)"),
        (lambda: SGD([1.0]), OperandError, "not 1.0"),
        (lambda: SGD([Value(1.0) * 2.0]), OperandError, "leaves"),
        (lambda: SGD([Value(1.0, requires_grad=False)]), OperandError, "require a gradient"),
        (lambda: SGD([Value(1.0)], lr=-0.1), ValueError, "lr that is not negative, but got -0.1"),
        (lambda: SGD([Value(1.0)], lr=math.nan), ValueError, "finite lr"),
        (lambda: SGD([Value(1.0)], momentum=-1), ValueError, "momentum"),
        (lambda: SGD([Value(1.0)], weight_decay=math.inf), ValueError, "weight_decay"),
        (lambda: SGD([Value(1.0)], nesterov=True), ValueError, "nesterov needs momentum"),
        (lambda: SGD([Value(1.0)], momentum=0.9, dampening=0.1, nesterov=True), ValueError, "no dampening"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()
