"""The losses that are a mean over elements: of numbers, and of probabilities."""

import math

import numpy as np
import pytest

import nn
from autograd import OperandError, ShapeError, Tensor, Value, trace, value_and_grad
from autograd.testing import check_grads
from nn import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    huber_loss,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
    squared_error,
)

RNG = np.random.default_rng(0)
NUMBERS = 2.0 * RNG.normal(size=(3, 4)), RNG.normal(size=(3, 4))
PROBABILITIES = RNG.uniform(0.05, 0.95, (3, 4)), RNG.uniform(size=(3, 4))
HARD = RNG.uniform(0.05, 0.95, (3, 4)), RNG.integers(0, 2, (3, 4)).astype(float)
LOGITS = 3.0 * NUMBERS[0], HARD[1]
LOSSES = [
    (mse_loss, NUMBERS, {}),
    (squared_error, NUMBERS, {}),
    (half_squared_error, NUMBERS, {}),
    (l1_loss, NUMBERS, {}),
    (huber_loss, NUMBERS, {}),
    (huber_loss, NUMBERS, {"delta": 0.4}),
    (smooth_l1_loss, NUMBERS, {"beta": 0.4}),
    (smooth_l1_loss, NUMBERS, {"beta": 0.0}),
    (binary_cross_entropy, PROBABILITIES, {}),
    (binary_cross_entropy, HARD, {}),
    (binary_cross_entropy_with_logits, LOGITS, {}),
    (binary_cross_entropy_with_logits, LOGITS, {"pos_weight": 3.0}),
    (binary_cross_entropy_with_logits, (LOGITS[0], PROBABILITIES[1]), {"pos_weight": 3.0}),
]
every = pytest.mark.parametrize(("loss", "data", "options"), LOSSES)
every_reduction = pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
FUNCTIONS = list(dict.fromkeys(loss for loss, _, _ in LOSSES))


def values(rows):
    return [[Value(z) for z in row] for row in rows]


def grads(rows):
    return np.array([[z.grad for z in row] for row in rows])


def reference(torch, loss, options):
    """The same loss of PyTorch."""
    if loss in (squared_error, half_squared_error):
        factor = 1.0 if loss is squared_error else 0.5
        return lambda p, t, reduction: factor * torch.nn.functional.mse_loss(p, t, reduction=reduction)
    options = {k: torch.tensor(v) if k == "pos_weight" else v for k, v in options.items()}
    return lambda p, t, reduction: getattr(torch.nn.functional, loss.__name__)(p, t, reduction=reduction, **options)


# --- what they are ---


@every
@every_reduction
def test_values_and_gradients_equal_those_of_pytorch(loss, data, options, reduction):
    torch = pytest.importorskip("torch")
    ours, theirs = Tensor(data[0]), torch.tensor(data[0], requires_grad=True)
    value = loss(ours, data[1], reduction=reduction, **options)
    expected = reference(torch, loss, options)(theirs, torch.tensor(data[1]), reduction)
    np.testing.assert_allclose(value.data, expected.detach(), rtol=1e-12)
    (value * value).sum().backward()
    (expected * expected).sum().backward()
    np.testing.assert_allclose(ours.grad, theirs.grad, rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize(
    ("loss", "data", "options"), [entry for entry in LOSSES if entry[0] is not binary_cross_entropy]
)
def test_twenty_steps_equal_those_of_pytorch(loss, data, options):
    torch = pytest.importorskip("torch")
    ours, theirs = Tensor(data[0]), torch.tensor(data[0], requires_grad=True)
    first, second = nn.SGD([ours], lr=0.3, momentum=0.5), torch.optim.SGD([theirs], lr=0.3, momentum=0.5)
    other = reference(torch, loss, options)
    for _ in range(20):
        first.zero_grad()
        second.zero_grad()
        loss(ours, data[1], reduction="sum", **options).backward()
        other(theirs, torch.tensor(data[1]), "sum").backward()
        first.step()
        second.step()
    np.testing.assert_allclose(ours.data, theirs.detach(), rtol=1e-10, atol=1e-12)


@every
@every_reduction
def test_values_and_tensors_and_numbers_agree(loss, data, options, reduction):
    scalars, tensor = values(data[0]), Tensor(data[0])
    one, other = (loss(p, data[1], reduction=reduction, **options) for p in (scalars, tensor))
    if reduction == "none":
        assert all(isinstance(x, Value) for row in one for x in row)
        np.testing.assert_allclose([[x.data for x in row] for row in one], other.data, rtol=1e-13)
        one, other = sum(x for row in one for x in row), other.sum()
    assert one.item() == pytest.approx(other.item(), rel=1e-13)
    one.backward()
    other.backward()
    np.testing.assert_allclose(grads(scalars), tensor.grad, rtol=1e-12, atol=1e-15)
    plain = np.sum(loss(data[0].tolist(), data[1].tolist(), reduction=reduction, **options))
    assert plain == pytest.approx(other.item(), rel=1e-13)


@every
def test_derivatives_by_prediction_and_target(loss, data, options):
    p, t = (part[0, :2] for part in data)
    if data is PROBABILITIES or "pos_weight" in options:  # differences must not lead out of [0, 1]
        p, t = 0.4 + 0.2 * (p % 1.0), 0.4 + 0.2 * t
    if data[1] is HARD[1]:
        check_grads(lambda p: loss(p, t, **options), (p,))
    else:
        check_grads(lambda p, t: loss(p, t, **options), (p, t))


@every
def test_lists_beside_float32_stay_float32(loss, data, options):
    prediction = Tensor(data[0].astype(np.float32))
    value = loss(prediction, data[1].tolist(), **options)
    value.backward()
    assert value.dtype == prediction.grad.dtype == np.float32


@every
def test_a_traced_loss(loss, data, options):
    def f(p):
        return loss(p, data[1], **options)

    program = trace(value_and_grad(f), data[0])
    elsewhere = 0.5 * data[0] + 0.1
    value, slope = program(elsewhere)
    want, want_slope = value_and_grad(f)(elsewhere)
    assert value == want
    assert np.array_equal(slope, want_slope)


def test_small_ones_by_hand():
    assert mse_loss(Value(3.0), 1).data == 4.0
    assert mse_loss([Value(3.0), Value(1.0)], np.array([1.0, 1.0])).data == 2.0
    assert half_squared_error([Value(3.0), Value(2.0)], [1.0, 1.0]).data == 2.5
    assert l1_loss(Value(3.0), 1.0).data == 2.0
    assert binary_cross_entropy(Value(0.5), 1).data == pytest.approx(math.log(2.0))
    at_the_bend = Value(2.0)
    huber_loss(at_the_bend, 0.0, delta=2.0).backward()
    assert at_the_bend.grad == 2.0


def test_a_target_that_wants_a_gradient_gets_one():
    target = Tensor([1.0, 2.0])
    mse_loss(Tensor([0.0, 0.0]), target).backward()
    assert target.grad.tolist() == [1.0, 2.0]
    scalar = Value(2.0)
    mse_loss([0.0, 1.0], [scalar, 1.0]).backward()
    assert scalar.grad == 2.0


# --- probabilities at their ends ---


@pytest.mark.parametrize("kind", [lambda x: [Value(z) for z in x], Tensor])
def test_a_certain_and_right_prediction_costs_nothing(kind):
    p = kind([0.0, 1.0])
    loss = binary_cross_entropy(p, [0.0, 1.0])
    loss.backward()
    gradient = [z.grad for z in p] if isinstance(p, list) else p.grad.tolist()
    assert loss.item() == 0.0
    assert gradient == [0.5, -0.5]
    assert binary_cross_entropy(kind([0.0]), [1.0]).item() == math.inf


def test_small_probabilities_keep_their_digits():
    assert binary_cross_entropy(Tensor([1e-20]), [0.0]).item() == 1e-20
    for z in (40.0, 700.0):
        logits = Tensor([z, -z])
        loss = binary_cross_entropy_with_logits(logits, [1.0, 0.0], reduction="none")
        loss.sum().backward()
        np.testing.assert_allclose(loss.data, math.exp(-z), rtol=1e-14)
        np.testing.assert_allclose(logits.grad, [-math.exp(-z), math.exp(-z)], rtol=1e-14)


@pytest.mark.parametrize("kind", [Tensor, lambda zs: [Value(z) for z in zs]])
@pytest.mark.parametrize("pos_weight", [1.0, 3.0])
def test_infinite_logits_have_their_limits(kind, pos_weight):
    z = kind([math.inf, -math.inf, 0.0])
    loss = binary_cross_entropy_with_logits(z, [1.0, 0.0, 0.0], pos_weight=pos_weight)
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2.0) / 3.0, rel=1e-15)
    assert (z.grad if isinstance(z, Tensor) else np.array([x.grad for x in z])).tolist() == [0.0, 0.0, 0.5 / 3.0]
    wrong = kind([math.inf, -math.inf])
    assert binary_cross_entropy_with_logits(wrong, [0, 1], pos_weight=pos_weight).item() == math.inf


def test_logits_and_their_probabilities_agree():
    z, y = LOGITS
    p = 1.0 / (1.0 + np.exp(-z))
    assert binary_cross_entropy(p, y) == pytest.approx(binary_cross_entropy_with_logits(z, y), rel=1e-10)


# --- mistakes ---


@pytest.mark.parametrize("loss", FUNCTIONS)
@pytest.mark.parametrize(
    ("prediction", "target"),
    [
        (Tensor([0.5, 0.2]), np.zeros((2, 1))),
        (Tensor([[0.5], [0.2]]), [1.0, 0.0]),
        (Tensor([0.5]), 1.0),
        (Value(0.5), [1.0]),
        ([Value(0.5)], 1.0),
        ([Value(0.5), Value(0.2)], [1.0]),
        ([[Value(0.5)], [Value(0.2)]], [1.0, 0.0]),
        ([], []),
        (Tensor(np.zeros((0, 2))), np.zeros((0, 2))),
    ],
)
def test_nothing_is_broadcast(loss, prediction, target):
    with pytest.raises(ShapeError, match=loss.__name__):
        loss(prediction, target)


@pytest.mark.parametrize("loss", FUNCTIONS)
@pytest.mark.parametrize(("prediction", "target"), [([Value(0.5)], Tensor([1.0])), (Tensor([0.5]), [Value(1.0)])])
def test_values_and_tensors_do_not_mix(loss, prediction, target):
    with pytest.raises(OperandError):
        loss(prediction, target)


@pytest.mark.parametrize("loss", FUNCTIONS)
@pytest.mark.parametrize("target", [["a"], [None], np.array(["a"]), [1j]])
def test_targets_are_real_numbers(loss, target):
    with pytest.raises(OperandError, match=r"real numbers|a probability from 0 to 1, but got"):
        loss(Tensor([0.5]), target)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        *[(lambda loss=loss: loss([0.5], [1.0], reduction="total"), "'mean', 'sum' or 'none'") for loss in FUNCTIONS],
        (lambda: cross_entropy([0.5], 0, reduction="total"), "'mean', 'sum' or 'none'"),
        (lambda: huber_loss([0.5], [1.0], delta=0.0), "delta= takes a positive"),
        (lambda: smooth_l1_loss([0.5], [1.0], beta=-1.0), "beta="),
        (lambda: binary_cross_entropy(Tensor([0.5, 1.5]), [1.0, 1.0]), "a prediction is a probability .* 0.5 to 1.5"),
        (lambda: binary_cross_entropy([Value(-0.5)], [1.0]), "a prediction is a probability"),
        (lambda: binary_cross_entropy(Tensor([0.5]), [2]), "a target is a probability from 0 to 1"),
        (lambda: binary_cross_entropy_with_logits(Tensor([0.5]), [math.nan]), "a target is a probability"),
        (lambda: binary_cross_entropy_with_logits(Tensor([0.5]), [0.0], pos_weight=-1.0), "pos_weight="),
        (lambda: mse_loss([[Value(1.0)], [Value(2.0), Value(3.0)]], [[1.0], [2.0]]), "different shapes are no batch"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("loss", [mse_loss, l1_loss, huber_loss, smooth_l1_loss, squared_error, half_squared_error])
@pytest.mark.parametrize("dtype", ["uint8", "int8", "bool"])
def test_differences_of_small_integers_do_not_wrap_around(loss, dtype):
    prediction, target = (np.array(numbers).astype(dtype) for numbers in ([1, 100], [100, 1]))
    assert loss(prediction, target) == loss(prediction.astype(float), target.astype(float))
