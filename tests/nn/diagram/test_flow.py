"""Figures 3 and 4: one step of training, and one layer of it, with the numbers of a real step."""

import copy
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import OperandError, SubscriptError
from autograd.drawing.text import number
from nn import SGD, cross_entropy, layer_step, mse_loss, training_flow
from nn.diagram.run import run
from tests.nn.diagram.networks import SVG, box, extent, groups, overlap, parsed, sample, scalar, sizes, tensor, texts

both = pytest.mark.parametrize("make", [scalar, tensor])
CARDS = ("weights", "fwd", "bwd", "gradients", "update", "loss", "in", "rule", "out")


def prepared(make, sizes, **settings):
    model = make(sizes)
    x, y = sample(sizes)
    return model, SGD(model.parameters(), **{"lr": 0.1, "momentum": 0.5, **settings}), x, y[0] if len(y) == 1 else y


def drawn(make, sizes, kind, lang="en"):
    model, optimizer, x, y = prepared(make, sizes)
    y = np.reshape(y, -1) if make is tensor else y
    if kind == "flow":
        return training_flow(model, mse_loss, optimizer, x, y, lang)
    return layer_step(model, len(sizes) - 1, x, y, optimizer, mse_loss, lang)


@both
@settings(max_examples=25, deadline=None)
@given(sizes=sizes, kind=st.sampled_from(["flow", "step"]), lang=st.sampled_from(["en", "zh"]))
def test_cards_hold_their_text_and_lie_apart(make, sizes, kind, lang):
    tree = parsed(drawn(make, sizes, kind, lang))
    width, height = (float(tree.get(key)) for key in ("width", "height"))
    boxes = []
    for name in CARDS:
        for group in groups(tree, name):
            left, top, right, bottom = box(group.find(f"{SVG}rect"))
            boxes.append((left, top, right, bottom))
            assert 0.0 <= left < right <= width
            assert 0.0 <= top < bottom <= height
            for text in group.iter(f"{SVG}text"):
                a, b = extent(text)
                assert left <= a
                assert b <= right
                assert top < float(text.get("y")) < bottom
    assert len(boxes) > 5
    assert not any(overlap(a, b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_flow_has_a_column_per_layer_and_leaves_out_the_middle_of_many():
    names = ("weights", "fwd", "bwd", "gradients", "update")
    for depth, shown in ((1, 1), (3, 3), (4, 4), (7, 3)):
        tree = parsed(drawn(scalar, [2] * (depth + 1), "flow"))
        assert [len(groups(tree, name)) for name in names] == [shown] * 5


@both
@settings(max_examples=25, deadline=None)
@given(sizes=sizes, momentum=st.sampled_from([0.0, 0.9]))
def test_the_numbers_are_those_of_a_real_step(make, sizes, momentum):
    model, optimizer, x, y = prepared(make, sizes, momentum=momentum)
    y = np.reshape(y, -1) if make is tensor else y
    written = run(model, x, y, mse_loss, optimizer)
    loss = mse_loss(model(x), y)
    loss.backward()
    gradients = [np.copy(p.grad) for p in model.parameters()]
    optimizer.step()
    assert written.loss == loss.item()

    def flat(weights, biases):  # in the order of parameters: a scalar neuron has its bias behind its weights
        if make is scalar:
            pairs = [np.column_stack(pair) for pair in zip(weights, biases, strict=True)]
        else:
            pairs = [part for pair in zip(weights, biases, strict=True) for part in pair]
        return np.concatenate([part.ravel() for part in pairs])

    layers = written.layers
    told = flat([layer.d_weight for layer in layers], [layer.d_bias for layer in layers])
    assert np.array_equal(told, np.concatenate([np.ravel(g) for g in gradients]))
    new = flat([layer.new_weight for layer in layers], [layer.new_bias for layer in layers])
    assert np.array_equal(new, np.concatenate([np.ravel(p.data) for p in model.parameters()]))
    assert all(layer.state == {} for layer in layers)
    assert all(set(layer.new_state) == ({"velocity"} if momentum else set()) for layer in layers)
    again = run(model, x, y, mse_loss, optimizer)
    for before, layer in zip(layers, again.layers, strict=True):
        for name in before.new_state:
            for old, new in zip(before.new_state[name], layer.state[name], strict=True):
                assert np.array_equal(old, new)


@both
def test_model_and_optimizer_are_left_as_they_were(make):
    model, optimizer, x, y = prepared(make, [3, 4, 2])
    mse_loss(model(x), y).backward()
    optimizer.step()
    before = copy.deepcopy((model.parameters(), optimizer.velocity, optimizer.steps))
    grads = [p.grad for p in model.parameters()]
    training_flow(model, mse_loss, optimizer, x, y).to_svg()
    layer_step(model, 1, x, y, optimizer).to_svg()
    after = (model.parameters(), optimizer.velocity, optimizer.steps)
    assert all(p.grad is grad for p, grad in zip(model.parameters(), grads, strict=True))
    for p, q in zip(before[0], after[0], strict=True):
        assert np.array_equal(p.data, q.data)
    for v, w in zip(before[1], after[1], strict=True):
        assert np.array_equal(v, w)
    assert before[2] == after[2] == 1


def test_a_batch_and_a_classifier():
    model = tensor([4, 16, 3])
    rng = np.random.default_rng(0)
    optimizer = SGD(model.parameters(), lr=0.1)
    figure = training_flow(model, cross_entropy, optimizer, rng.normal(size=(5, 4)), np.array([0, 1, 2, 0, 1]))
    assert "W[2] = " in str(figure)
    ElementTree.fromstring(figure.to_svg())
    scalars = scalar([2, 3, 1])
    rows = rng.normal(size=(4, 2))
    figure = training_flow(scalars, mse_loss, SGD(scalars.parameters()), rows, [0.0, 1.0, 0.0, 1.0])
    loss = mse_loss([scalars(row) for row in rows], [0.0, 1.0, 0.0, 1.0])
    assert f"L = mse_loss(ŷ, y) = {number(loss.item())}" in str(figure)
    assert "4 samples, one column each" in " ".join(texts(parsed(figure)))
    assert "one column each" not in " ".join(texts(parsed(drawn(scalar, [2, 3, 1], "flow"))))


@both
def test_parameters_are_counted_in_numbers(make):
    told = " ".join(texts(parsed(drawn(make, [4, 8, 3], "flow"))))
    assert "67 parameters" in told
    assert told.count("parameters") == 1


def test_chinese_is_chinese():
    for kind in ("flow", "step"):
        told = " ".join(texts(parsed(drawn(scalar, [2, 3, 1], kind, "zh"))))
        assert not re.search("velocity|FWD|BWD|parameters|state|loss", told)
        assert "速度" in told


def test_the_text_of_a_step():
    lines = str(drawn(scalar, [2, 3, 1], "flow")).splitlines()
    assert lines[0] == "Training flow: MLP 2–3–1"
    assert any(line.startswith("W[1] = ") and " -> " in line for line in lines)
    assert any(line.startswith("SGD(") for line in lines)


def test_layers_are_counted_from_1():
    model, optimizer, x, y = prepared(scalar, [2, 3, 1])
    assert "Layer 1" in repr(layer_step(model, 1, x, y))
    for i in (0, 3, -1, "1", 1.0, True, None):
        with pytest.raises(SubscriptError, match="a whole number, a layer from 1 to 2"):
            layer_step(model, i, x, y, optimizer)


@both
def test_a_part_that_is_no_part_of_a_step_is_named(make):
    model, optimizer, x, y = prepared(make, [2, 3, 1])
    other = prepared(make, [2, 3, 1])[1]
    mistakes = [
        ("mse", optimizer, "loss= takes a function .* got 'mse'"),
        (optimizer, mse_loss, r"loss= takes a function .* got SGD\("),
        (mse_loss, "SGD", "optimizer= takes an optimizer .* got 'SGD'"),
        (mse_loss, SGD, "optimizer= takes an optimizer .* got <class"),
        (mse_loss, None, "needs an optimizer"),
        (mse_loss, other, "the optimizer holds none of this model's parameters"),
    ]
    for loss, stepper, message in mistakes:
        with pytest.raises(OperandError, match=message):
            training_flow(model, loss, stepper, x, y)
    with pytest.raises(OperandError, match="needs a label"):
        training_flow(model, mse_loss, optimizer, x, None)


def test_the_loss_is_a_node_and_the_model_layered():
    model, optimizer, x, y = prepared(scalar, [2, 3, 1])
    with pytest.raises(OperandError, match="loss"):
        training_flow(model, lambda prediction, y: 1.0, optimizer, x, y)
    with pytest.raises(OperandError, match="MLP or a Sequential"):
        training_flow(model.layers[0], mse_loss, optimizer, x, y)
