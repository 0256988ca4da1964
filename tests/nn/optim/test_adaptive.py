import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tensor, Value
from nn import SGD, Adagrad, Adam, AdamW, Momentum, Nesterov, RMSprop
from nn.optim.rules import value
from tests.nn.optim.test_optimizer import descend

START = np.array([1.5, -0.3, 0.9])
SETTINGS = [
    (Adagrad, {}),
    (Adagrad, {"lr": 0.1, "lr_decay": 0.3, "weight_decay": 0.1, "initial_accumulator_value": 0.2, "eps": 1e-3}),
    (RMSprop, {}),
    (RMSprop, {"lr": 0.02, "alpha": 0.8, "weight_decay": 0.1, "eps": 1e-4}),
    (RMSprop, {"centered": True}),
    (RMSprop, {"momentum": 0.9, "centered": True, "eps": 1e-3}),
    (RMSprop, {"momentum": 0.5}),
    (Adam, {}),
    (Adam, {"lr": 0.1, "betas": (0.8, 0.9), "weight_decay": 0.1, "eps": 1e-3}),
    (Adam, {"lr": 0.1, "amsgrad": True, "betas": (0.5, 0.5)}),
    (AdamW, {}),
    (AdamW, {"lr": 0.1, "betas": (0.8, 0.9), "weight_decay": 0.5}),
    (AdamW, {"lr": 0.1, "amsgrad": True, "betas": (0.5, 0.5)}),
]  # fmt: skip
STATES = {
    Adagrad: {"G": "sum", "t": "step"},
    RMSprop: {"v": "square_avg", "u": "momentum_buffer", "mean": "grad_avg"},
    Adam: {"m": "exp_avg", "v": "exp_avg_sq", "t": "step", "largest": "max_exp_avg_sq"},
}


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_twenty_steps_and_their_state_equal_those_of_pytorch(kind, settings):
    torch = pytest.importorskip("torch")
    x, y = Tensor(START), torch.tensor(START, requires_grad=True)
    rare, other = Tensor(START), torch.tensor(START, requires_grad=True)  # has a gradient in every third step only
    optimizer = kind([x, rare], **settings)
    reference = getattr(torch.optim, kind.__name__)([y, other], **settings)
    assert {k: optimizer.defaults[k] for k in optimizer.defaults} == {
        k: reference.defaults[k] for k in optimizer.defaults
    }
    for k in range(20):
        for one, p, q in ((optimizer, x, rare), (reference, y, other)):
            one.zero_grad()
            loss = ((p * p - p) * (p * p - p)).sum()
            (loss if k % 3 else loss + ((q - 1.0) * (q - 1.0)).sum()).backward()
            one.step()
    np.testing.assert_allclose(x.data, y.detach(), rtol=1e-12)
    np.testing.assert_allclose(rare.data, other.detach(), rtol=1e-12)
    for name, theirs in STATES[Adam if issubclass(kind, Adam) else kind].items():
        state = getattr(optimizer, name)[0]
        if state is None:
            assert theirs not in reference.state[y]
        else:
            np.testing.assert_allclose(state, reference.state[y][theirs], rtol=1e-11, atol=1e-15)
    assert optimizer.steps == 20


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_a_value_moves_as_a_tensor_does(kind, settings):
    x, y = Value(1.5), Tensor(1.5)
    first, second = kind([x], **settings), kind([y], **settings)
    descend(first, x, steps=5)
    descend(second, y, steps=5)
    assert x.data == pytest.approx(y.item(), rel=1e-13)
    assert all(isinstance(state, float | int | None) for name in first.buffers for state in getattr(first, name))


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_float32_stays_float32(kind, settings):
    x = Tensor(START.astype(np.float32))
    optimizer = kind([x], **settings)
    descend(optimizer, x)
    assert x.dtype == np.float32
    states = [getattr(optimizer, name)[0] for name in optimizer.buffers if name != "t"]
    assert all(state is None or state.dtype == np.float32 for state in states)


def check_rules(optimizer, x, gradient):
    """Compare what the rules say of a step with the step."""
    letters = {"velocity": "v", "mean": "ḡ", "largest": "u"}
    x.grad = gradient
    known = {letters.get(name, name): getattr(optimizer, name)[0] for name in optimizer.buffers}
    known |= {"θ": x.data, "∂L/∂θ": x.grad}
    for letter, terms in optimizer.rules(x):
        known[letter] = sum(factor * value(of, known) for factor, of in terms)
    with optimizer.look_ahead():
        pass
    optimizer.step()
    assert known["θ′"] == pytest.approx(x.data, rel=1e-13, abs=1e-13)
    for name in optimizer.buffers:
        state = getattr(optimizer, name)[0]
        if name != "t" and state is not None:
            assert known[letters.get(name, name) + "′"] == pytest.approx(state, rel=1e-13, abs=1e-300)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [*SETTINGS, (SGD, {"momentum": 0.9, "nesterov": True}), (Momentum, {}), (Nesterov, {})],
)
def test_the_rules_tell_what_a_step_does(kind, settings):
    x = Value(1.5)
    optimizer = kind([x], **settings)
    for gradient in (1.5, -0.2, 3.0):
        check_rules(optimizer, x, gradient)


shares = st.floats(0.0, 0.99)
gradients = st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=4)


@given(gradients, st.floats(0.0, 2.0), shares, shares, st.floats(0.0, 1.0), st.booleans())
def test_the_rules_hold_for_any_settings(steps, lr, first, second, decay, option):
    for kind, settings in (
        (Adam, {"betas": (first, second), "amsgrad": option}),
        (AdamW, {"betas": (first, second), "amsgrad": option}),
        (RMSprop, {"alpha": first, "momentum": second, "centered": False}),
        (Adagrad, {"lr_decay": first, "initial_accumulator_value": second}),
        (SGD, {"momentum": first, "dampening": 0.0 if option else second, "nesterov": option and first > 0.0}),
    ):
        x = Value(1.5)
        optimizer = kind([x], lr=lr, weight_decay=decay, **settings)
        for gradient in steps:
            check_rules(optimizer, x, gradient)


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_a_loaded_state_goes_on_bit_for_bit(kind, settings):
    x, y = Tensor(START), Tensor(START)
    first, second = kind([x], **settings), kind([y], **settings)
    descend(first, x, steps=4)
    second.load_state_dict(first.state_dict())
    y.data = x.data
    descend(first, x)
    descend(second, y)
    np.testing.assert_array_equal(x.data, y.data)
    assert type(second.defaults["lr"]) is float


@pytest.mark.parametrize(
    ("kind", "name", "option"), [(RMSprop, "momentum", 0.5), (RMSprop, "centered", True), (Adam, "amsgrad", True)]
)
def test_an_option_may_be_switched_on_between_steps(kind, name, option):
    x = Value(1.5)
    optimizer = kind([x])
    check_rules(optimizer, x, 1.0)
    optimizer.param_groups[0][name] = option
    for gradient in (2.0, -0.5, 0.1):
        check_rules(optimizer, x, gradient)


def test_the_variance_of_a_gradient_that_stays_the_same_is_zero():
    x, y = Value(1.0), Tensor([1.0, 2.0])
    optimizer = RMSprop([x, y], alpha=0.13, centered=True, eps=0.1)
    for _ in range(100):
        y.grad = np.array([0.2, -1.3])
        check_rules(optimizer, x, 0.2)
    assert np.isfinite(y.data).all()
    assert type(x.data) is float


def test_no_gradient_no_change_and_no_nan():
    for kind in (Adagrad, RMSprop, Adam):
        x = Tensor(START)
        (0.0 * x).sum().backward()
        kind([x]).step()
        np.testing.assert_array_equal(x.data, START)


X = Value(1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Adam([X], betas=(0.9, 1.0)), "betas from 0 to below 1, but got 1.0"),
        (lambda: Adam([X], betas=(0.9,)), "two numbers as betas"),
        (lambda: Adam([X], betas=0.9), "two numbers as betas"),
        (lambda: Adam([X], lr=-0.9), "lr that is not negative"),
        (lambda: AdamW([X], weight_decay=-0.9), "AdamW takes a finite weight_decay"),
        (lambda: RMSprop([X], alpha=1.5), "alpha from 0 to below 1"),
        (lambda: Adagrad([X], eps=float("nan")), "finite eps"),
        (lambda: Adam([]), "Adam got no parameters"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()
