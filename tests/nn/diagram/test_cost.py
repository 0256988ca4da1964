"""The loss box: the name, the formula with its numbers, and the loss that it shows."""

import math

import numpy as np
import pytest

from autograd.drawing.text import number
from nn import (
    MLP,
    SGD,
    Neuron,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    huber_loss,
    l1_loss,
    mse_loss,
    training_flow,
)
from nn.diagram.words import numeral
from tests.nn.diagram.networks import groups, parsed, scalar, tensor, texts

both = pytest.mark.parametrize("make", [scalar, tensor])


def mine(prediction, y):
    return 2.0 * mse_loss(prediction, y)


@both
@pytest.mark.parametrize(
    ("loss", "y", "name", "rule"),
    [
        (None, [1.0, 0.0, 2.0], "squared error", "L = Σ (yk − ŷk)²"),
        (mse_loss, [1.0, 0.0, 2.0], "mean squared error", "L = 1/3 Σ (yk − ŷk)²"),
        (half_squared_error, [1.0, 0.0, 2.0], "half squared error", "L = ½ Σ (yk − ŷk)²"),
        (l1_loss, [1.0, 0.0, 2.0], "mean absolute error", "L = 1/3 Σ |yk − ŷk|"),
        (binary_cross_entropy_with_logits, [1.0, 0.0, 1.0], "binary cross entropy of logits",
         "L = −1/3 Σ [yk log σ(ŷk) + (1 − yk) log σ(−ŷk)]"),
        (huber_loss, [1.0, 0.0, 2.0], "Huber loss", "L = huber_loss(ŷ, y)"),
        (cross_entropy, 2, "cross entropy", "L = −log softmax(ŷ)y"),
        (cross_entropy, [0.5, 0.5, 0.0], "cross entropy", "L = −Σ yk log softmax(ŷ)k"),
        (mine, [1.0, 0.0, 2.0], None, "L = mine(ŷ, y)"),
        (lambda prediction, y: mine(prediction, y), [1.0, 0.0, 2.0], None, "L = loss(ŷ, y)"),
    ],
)  # fmt: skip
def test_the_loss_is_named_and_written_out(make, loss, y, name, rule):
    model, x = make([2, 4, 3]), [0.5, -1.0]
    figure = model.diagram(x, y, "backward", loss=loss)
    told = texts(groups(parsed(figure), "loss")[0])
    assert rule in told
    assert (name in told) if name else not {"squared error", "mean squared error", "cross entropy"} & set(told)
    prediction = model(x)
    cost = loss(prediction, y) if loss else 3.0 * mse_loss(prediction, y)
    assert f"L = {numeral(cost.item(), 4)}" in told
    assert f" = {number(cost.item())}, y = " in str(figure)


@both
def test_one_number_needs_no_sum(make):
    for loss in (None, mse_loss):
        model = make([2, 3, 1])
        y = np.array([1.0]) if make is tensor else 1.0
        told = texts(groups(parsed(model.diagram([0.5, -1.0], y, "backward", loss=loss)), "loss")[0])
        assert "L = (y − ŷ)²" in told


def test_a_probability_has_the_formula_of_its_cross_entropy():
    model = MLP(2, [3, 1], rng=np.random.default_rng(0))
    model.layers[-1].neurons[0] = Neuron(3, "sigmoid", np.random.default_rng(1))
    told = texts(groups(parsed(model.diagram([0.5, -1.0], 1.0, "backward", loss=binary_cross_entropy)), "loss")[0])
    assert "L = −[y log ŷ + (1 − y) log(1 − ŷ)]" in told


def test_the_formula_of_a_batch_gives_its_loss():
    model = tensor([2, 4, 3])
    x, y = np.random.default_rng(0).normal(size=(5, 2)), np.array([0, 1, 2, 0, 1])
    told = texts(groups(parsed(training_flow(model, cross_entropy, SGD(model.parameters()), x, y)), "loss")[0])
    assert "L = −1/5 Σ log softmax(ŷ)y" in told
    scores = model(x).data
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    cost = -sum(math.log(row[label]) for row, label in zip(p, y, strict=True)) / 5
    assert f"L = {numeral(cost, 4)}" in told


def test_other_gradients_by_another_loss():
    model, x, y = scalar([2, 3, 2]), [0.5, -1.0], [1.0, 2.0]
    halves = model.diagram(x, y, "backward", loss=mse_loss)
    assert str(halves) != str(model.diagram(x, y, "backward"))
    assert (
        str(model.diagram(x, y, "backward", loss=lambda p, t: 2.0 * mse_loss(p, t))).splitlines()[2:]
        == (str(model.diagram(x, y, "backward")).splitlines()[2:])
    )
