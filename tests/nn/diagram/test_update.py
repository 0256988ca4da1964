"""The optimizer's share of a figure: its state before and after, and rules whose numbers come out."""

import re

import numpy as np
import pytest

from autograd import Tensor
from nn import SGD, Adagrad, Adam, AdamW, RMSprop, layer_step, mse_loss, training_flow
from tests.nn.diagram.networks import groups, parsed, sample, scalar, tensor, texts

both = pytest.mark.parametrize("make", [scalar, tensor])
SETTINGS = [
    {"momentum": 0.9},
    {"momentum": 0.9, "weight_decay": 0.01},
    {"momentum": 0.9, "weight_decay": 0.01, "nesterov": True},
    {"momentum": 0.9, "dampening": 0.5},
]


def stepped(make, steps=1, kind=SGD, **settings):
    """A model after some real steps, its optimizer, a sample and its label."""
    model = make([2, 3, 1])
    x, y = sample([2, 3, 1])
    optimizer = kind(model.parameters(), **{"lr": 0.1, **settings})
    y = np.array(y) if make is tensor else y[0]
    for _ in range(steps):
        optimizer.zero_grad()
        mse_loss(model(x), y).backward()
        optimizer.step()
    optimizer.zero_grad()
    return model, optimizer, x, y


def matrices(cards):
    """The numbers that stand under each name in some cards, in rows of their own order."""
    found, name = {}, None
    for text in (text for card in cards for text in texts(card)):
        if re.fullmatch(r"−?[\d.]+(e−?\d+)?", text):
            found[name].append(float(text.replace("−", "-")))
        else:
            name = text
            found[name] = []
    return {name: np.array(numbers) for name, numbers in found.items() if numbers}


def update_panel(figure):
    """What goes into the third panel and comes out of it, and its rules."""
    tree = parsed(figure)
    return matrices(groups(tree, "in")[-3:]), matrices(groups(tree, "out")), texts(groups(tree, "rule")[-1])


@both
@pytest.mark.parametrize("settings", SETTINGS)
def test_a_student_who_computes_the_update_gets_what_the_panel_shows(make, settings):
    model, optimizer, x, y = stepped(make, **settings)
    before, after, _ = update_panel(layer_step(model, 2, x, y, optimizer, mse_loss))
    for letter in "Wb":
        theta, v = before[f"{letter}[2]"], before[f"v[2]{letter}"]
        g = before[f"∂L/∂{letter}[2]"] + settings.get("weight_decay", 0.0) * theta
        new_v = 0.9 * v + (1.0 - settings.get("dampening", 0.0)) * g
        along = g + 0.9 * new_v if settings.get("nesterov") else new_v
        np.testing.assert_allclose(after[f"v′[2]{letter}"], new_v, atol=2e-4)
        np.testing.assert_allclose(after[f"{letter}′[2]"], theta - 0.1 * along, atol=2e-4)
        assert not np.allclose(v, new_v, atol=1e-3)


@both
@pytest.mark.parametrize(
    ("settings", "rules"),
    [
        ({}, ["g = ∂L/∂θ", "θ′ = θ − 0.1 g"]),
        ({"momentum": 0.9}, ["g = ∂L/∂θ", "v′ = 0.9 v + g", "θ′ = θ − 0.1 v′"]),
        ({"weight_decay": 0.01, "lr": 1e-5}, ["g = ∂L/∂θ + 0.01 θ", "θ′ = θ − 1e−5 g"]),
        ({"momentum": 0.9, "dampening": 0.5}, ["g = ∂L/∂θ", "v′ = 0.9 v + 0.5 g", "θ′ = θ − 0.1 v′"]),
        ({"momentum": 0.9, "nesterov": True},
         ["g = ∂L/∂θ", "v′ = 0.9 v + g", "d = g + 0.9 v′", "θ′ = θ − 0.1 d"]),
    ],
)  # fmt: skip
def test_the_formula_follows_the_options(make, settings, rules):
    model, optimizer, x, y = stepped(make, **settings)
    told = update_panel(layer_step(model, 1, x, y, optimizer))[2]
    assert told[2 : 2 + len(rules)] == rules
    flow = texts(parsed(training_flow(model, mse_loss, optimizer, x, y)))
    assert set(rules) <= set(flow)


@both
def test_the_rules_with_the_numbers_of_the_first_weight(make):
    model, optimizer, x, y = stepped(make, momentum=0.9, weight_decay=0.01)
    before, after, told = update_panel(layer_step(model, 2, x, y, optimizer, mse_loss))
    assert "θ = w[2]11:" in told
    lines = {line[0] + "′" * ("′ = " in line): line for line in told[told.index("θ = w[2]11:") + 1 :]}
    numbers = {letter: re.split(" = ", line.replace("−", "-"))[1:] for letter, line in lines.items()}
    assert float(numbers["v′"][-1]) == after["v′[2]W"][0]
    assert float(numbers["θ′"][-1]) == after["W′[2]"][0]
    assert f"0.9·({before['v[2]W'][0]:.4f})".replace("(", "").replace(")", "") in re.sub("[()]", "", numbers["v′"][0])


@both
def test_a_fresh_optimizer_remembers_nothing_yet(make):
    model, optimizer, x, y = stepped(make, steps=0, momentum=0.9, dampening=0.5)
    figure = layer_step(model, 2, x, y, optimizer, mse_loss)
    before, after, told = update_panel(figure)
    assert "none yet" in texts(parsed(figure))
    assert "v[2]W" not in before
    assert "v′ = g" in told
    for letter in "Wb":
        np.testing.assert_array_equal(after[f"v′[2]{letter}"], before[f"∂L/∂{letter}[2]"])
    assert "velocity of b[2] = none -> " in str(figure)


@both
def test_no_momentum_no_state(make):
    model, optimizer, x, y = stepped(make)
    told = texts(parsed(layer_step(model, 1, x, y, optimizer)))
    assert "none" in told
    assert not any("state ·" in text for text in told)


@both
def test_a_layer_that_the_optimizer_does_not_hold_stays(make):
    model, _, x, y = stepped(make)
    held = SGD(model.layers[0].parameters(), lr=0.1, momentum=0.9)
    before, after, told = update_panel(layer_step(model, 2, x, y, held))
    assert told[-1] == "W′ = W"
    np.testing.assert_array_equal(before["W[2]"], after["W′[2]"])
    assert "v′[2]W" not in after


@both
@pytest.mark.parametrize(
    ("kind", "settings", "rules"),
    [
        (Adagrad, {}, ["G′ = G + g²", "θ′ = θ − 0.1 g / (√G′ + 1e−10)"]),
        (RMSprop, {"centered": True}, ["ḡ′ = 0.99 ḡ + 0.01 g", "s = v′ − ḡ′²", "θ′ = θ − 0.1 g / (√s + 1e−8)"]),
        (Adam, {"betas": (0.9, 0.5)},
         ["m′ = 0.9 m + 0.1 g", "m̂ = m′ / (1 − 0.9²)", "v̂ = v′ / (1 − 0.5²)", "θ′ = θ − 0.1 m̂ / (√v̂ + 1e−8)"]),
        (AdamW, {"amsgrad": True, "weight_decay": 0.5},
         ["u′ = max(u, v′)", "θ′ = θ − 0.05 θ − 0.1 m̂ / (√v̂ + 1e−8)"]),
    ],
)  # fmt: skip
def test_adaptive_steps_are_written_as_in_a_textbook_and_their_numbers_come_out(make, kind, settings, rules):
    model, optimizer, x, y = stepped(make, kind=kind, **settings)
    figure = layer_step(model, 2, x, y, optimizer, mse_loss)
    _, after, told = update_panel(figure)
    assert [rule for rule in rules if rule not in told] == []
    assert float(told[-1].rpartition(" = ")[2].replace("−", "-")) == after["W′[2]"][0]
    assert not any(name.startswith("t") for name in after)
    optimizer.param_groups[0]["lr"] = 0.0
    flow = texts(parsed(training_flow(model, mse_loss, optimizer, x, y)))
    assert set(rules[:-1]) <= set(flow)
    if kind is Adam:
        assert "betas=(0.9, 0.5)" in flow


class Halving:
    """An optimizer that has no rules to tell, and changes its state in place."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.calls = [np.zeros(p.shape) for p in parameters]

    def step(self):
        for p, calls in zip(self.parameters, self.calls, strict=True):
            calls += 1.0
            p.data = Tensor(p.data / 2.0)

    def __repr__(self):
        return "Halving()"


def test_another_optimizer_has_its_own_state_and_no_rules():
    model, _, x, y = stepped(tensor)
    before, after, told = update_panel(layer_step(model, 1, x, y, Halving(model.parameters())))
    assert told == ["Halving()"]
    assert set(before["calls[1]W"]) == {0.0}
    assert set(after["calls′[1]b"]) == {1.0}


@both
def test_groups_are_told_and_each_layer_has_the_rules_of_its_own(make):
    model, _, x, y = stepped(make)
    first, last = model.layers[0].parameters(), model.layers[-1].parameters()
    optimizer = SGD([{"params": first}, {"params": last, "lr": 0.01}], lr=0.1)
    figures = [parsed(layer_step(model, n, x, y, optimizer)) for n in (1, 2)]
    assert all("SGD(lr=0.1 or 0.01)" in texts(figure) for figure in figures)
    assert "θ′ = θ − 0.1 g" in texts(figures[0])
    assert "θ′ = θ − 0.01 g" in texts(figures[1])
