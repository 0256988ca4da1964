"""Figures 1 and 2: every neuron and connection once, with the engine's numbers, and nothing on top of another."""

import math
import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import OperandError, ShapeError, Tensor
from autograd.drawing.text import number
from nn import MLP, Linear, Module, Sequential, Tanh
from nn.diagram.columns import MOST_UNITS, RADIUS, rows_of
from nn.diagram.network import MOST_PILLS
from nn.diagram.run import run
from tests.nn.diagram.networks import (
    SVG,
    box,
    extent,
    groups,
    overlap,
    parsed,
    sample,
    scalar,
    sizes,
    tensor,
    texts,
    tooltips,
)  # fmt: skip

both = pytest.mark.parametrize("make", [scalar, tensor])
passes = pytest.mark.parametrize("passes", ["forward", "backward"])


def figure(make, sizes, passes, **options):
    x, y = sample(sizes)
    return make(sizes).diagram(x, y, passes, **options)


@both
@passes
@settings(max_examples=25, deadline=None)
@given(sizes=sizes)
def test_every_neuron_and_connection_once(make, passes, sizes):
    tree = parsed(figure(make, sizes, passes))
    shown = [[unit for unit in rows_of(n) if unit is not None] for n in sizes]
    assert len(set(tooltips(tree, "neuron"))) == len(groups(tree, "neuron")) == sum(map(len, shown))
    assert len(groups(tree, "more")) == sum(n > MOST_UNITS for n in sizes)
    names = [re.match(r"w\[\d\]_[\d,]+|∂L/∂ŷ\S*", text)[0] for text in tooltips(tree, "edge")]
    pairs = [len(a) * len(b) for a, b in pairwise(shown)]
    assert len(set(names)) == len(names) == sum(pairs) + len(shown[-1]) * (passes == "backward")


@both
@passes
@settings(max_examples=25, deadline=None)
@given(sizes=sizes)
def test_nothing_lies_on_another(make, passes, sizes):
    tree = parsed(figure(make, sizes, passes))
    pills = [box(g.find(f"{SVG}rect")) for g in groups(tree, "pill")]
    assert not any(overlap(a, b) for i, a in enumerate(pills) for b in pills[:i])
    circles = [g.find(f"{SVG}circle") for g in groups(tree, "neuron")]
    centres = [(float(c.get("cx")), float(c.get("cy"))) for c in circles]
    assert all(math.dist(a, b) > 2 * RADIUS for i, a in enumerate(centres) for b in centres[:i])
    for left, top, right, bottom in pills:
        for x, y in centres:
            gap = math.hypot(max(left - x, 0, x - right), max(top - y, 0, y - bottom))
            assert gap > RADIUS
    cards = [box(g.find(f"{SVG}rect")) for name in ("box", "callout", "loss") for g in groups(tree, name)]
    assert not any(overlap(a, b) for i, a in enumerate(cards) for b in cards[:i])


@passes
@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=4))
def test_every_connection_of_a_small_network_has_its_pill(passes, sizes):
    if sum(a * b for a, b in pairwise(sizes)) > MOST_PILLS:
        return
    tree = parsed(figure(scalar, sizes, passes))
    inner = [text for text in tooltips(tree, "edge") if text.startswith("w")]
    assert sorted(text for text in tooltips(tree, "pill") if text.startswith("w")) == sorted(inner)


@both
@passes
@settings(max_examples=25, deadline=None)
@given(sizes=sizes, lang=st.sampled_from(["en", "zh"]))
def test_text_stays_inside(make, passes, sizes, lang):
    tree = parsed(figure(make, sizes, passes, lang=lang))
    right = float(tree.get("width"))
    for text in tree.iter(f"{SVG}text"):
        a, b = extent(text)
        assert a >= 0.0
        assert b <= right
    for name in ("box", "callout", "loss", "pill"):
        for group in groups(tree, name):
            left, top, right, bottom = box(group.find(f"{SVG}rect"))
            for text in group.iter(f"{SVG}text"):
                a, b = extent(text)
                assert left <= a
                assert b <= right
                assert top < float(text.get("y")) < bottom
    for group in groups(tree, "neuron"):
        for text in group.iter(f"{SVG}text"):
            a, b = extent(text)
            assert b - a <= 2 * RADIUS


@both
@settings(max_examples=25, deadline=None)
@given(sizes=sizes)
def test_numbers_are_those_of_the_engine(make, sizes):
    x, y = sample(sizes)
    model = make(sizes)
    told = " ".join(tooltips(parsed(model.diagram(x, y, "backward")), "edge"))
    prediction = model(x)
    if isinstance(prediction, Tensor):
        loss = autograd.square(prediction - y).sum()
    else:
        outputs = prediction if isinstance(prediction, list) else [prediction]
        loss = autograd.stack([autograd.square(a - b) for a, b in zip(outputs, y, strict=True)]).sum()
    loss.backward()
    if make is tensor:
        slopes = model.layers[0].weight.grad
    else:
        slopes = np.array([[w.grad for w in neuron.w] for neuron in model.layers[0].neurons])
    shown = {(j, i) for j in rows_of(sizes[1]) for i in rows_of(sizes[0]) if None not in (j, i)}
    for j, i in shown:
        slope = re.search(rf"w\[1\]_{j + 1}{i + 1} = \S+, ∂L/∂w = (\S+)", told)[1]
        assert float(slope.replace("−", "-")) == pytest.approx(slopes[j, i], rel=1e-3, abs=1e-4)
    assert number(loss.item())[:5] in str(make(sizes).diagram(x, y, "backward"))


@both
def test_the_model_is_left_as_it_was(make):
    model = make([3, 4, 2])
    x, y = sample([3, 4, 2])
    before = [(np.copy(p.data), p.grad, p.requires_grad) for p in model.parameters()]
    model.diagram(x, y, "backward").to_svg()
    for p, (data, grad, requires_grad) in zip(model.parameters(), before, strict=True):
        assert np.array_equal(p.data, data)
        assert p.grad is grad is None
        assert p.requires_grad is requires_grad
    kept = model.parameters()[0]
    kept.grad = kept.data * 7.0
    grad = kept.grad
    with autograd.no_grad():
        model.diagram(x, y, "backward")
    assert kept.grad is grad


@both
@passes
def test_well_formed_deterministic_and_with_unique_ids(make, passes):
    first, second = (figure(make, [2, 4, 3, 1], passes) for _ in range(2))
    ids = set()
    for theme in ("auto", "light", "dark"):
        assert first.to_svg(theme) == second.to_svg(theme)
        tree = parsed(first, theme)
        names = [element.get("id") for element in tree.iter() if element.get("id")]
        assert len(set(names)) == len(names) == 3
        ids.update(names)
        assert tree.find(f"{SVG}title").text.endswith("2–4–3–1")
        assert "ŷ" in tree.find(f"{SVG}desc").text
    assert len(ids) == 9


def test_every_colour_is_literal_and_has_its_class():
    svg = figure(scalar, [2, 3, 1], "backward").to_svg()
    assert "var(" not in svg
    for classes, fill in re.findall(r'class="(f-[^"]*)" fill="([^"]*)"', svg):
        assert classes
        assert re.fullmatch("#[0-9a-f]{6}", fill)


@passes
def test_languages_differ_in_words_only(passes):
    english, chinese = (figure(scalar, [2, 3, 1], passes, lang=lang) for lang in ("en", "zh"))
    assert "输入层" in chinese.to_svg()
    assert "输入层" not in english.to_svg()
    assert english.lines == chinese.lines
    for name in ("neuron", "edge", "pill"):
        assert tooltips(parsed(english), name) == tooltips(parsed(chinese), name)


@pytest.mark.parametrize("x", [[1e300, -1e300], [0.0, -0.0], [float("nan"), 1.0], [float("inf"), 1e-300]])
@passes
def test_any_number_can_be_drawn(x, passes):
    for make in (scalar, tensor):
        tree = parsed(make([2, 3, 1]).diagram(x, [1.0], passes))
        assert len(groups(tree, "neuron")) == 6


def fills(tree):
    """The colours of the columns, left to right, and then those of the boxes."""
    columns = [r for r in tree.findall(f"{SVG}rect") if r.get("rx") == "16"]
    return [r.get("fill") for r in (*columns, *(g.find(f"{SVG}rect") for g in groups(tree, "box")))]


def test_a_layer_has_one_colour_in_both_passes_and_another_than_the_others():
    forward, backward = (fills(parsed(figure(scalar, [2, 4, 3, 2, 1], passes))) for passes in ("forward", "backward"))
    assert forward == backward
    assert len(forward) == 9
    assert len(set(forward[:5])) == 5
    assert forward[1:5] == forward[5:]


@both
@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(1, 3), min_size=3, max_size=4), seed=st.integers(0, 99))
def test_the_numbers_of_the_callout_stand_in_the_figure(make, sizes, seed):
    x, y = sample(sizes, seed)
    tree = parsed(make(sizes, seed).diagram(x, y, "backward"))
    told = texts(groups(tree, "callout")[0])[1]
    shown = {text.lstrip("−") for name in ("box", "neuron") for group in groups(tree, name) for text in texts(group)}
    numbers = re.findall(r"\d[\d.]*(?:e[−\d]+)?", told)
    short = {number(float(text.replace("−", "-")), 2) for text in shown if re.fullmatch(r"[\d.]+", text)}
    assert {text for text in numbers if text not in shown and number(float(text), 2) not in short} == set()


def test_columns_say_what_their_circles_show():
    forward, backward = (" ".join(texts(parsed(figure(scalar, [2, 3, 1], p)))) for p in ("forward", "backward"))
    assert "a[1] ∈ " in forward
    assert "δ[1] ∈ " in backward
    assert "δ[2] ∈ " in backward
    assert "a[1] ∈ " not in backward


@passes
def test_an_input_that_is_no_number_is_marked(passes):
    tree = parsed(scalar([2, 3, 1]).diagram([1.0, float("nan")], 1.0, passes))
    marked = {
        group.find(f"{SVG}title").text.partition(" ")[0]
        for group in groups(tree, "neuron")
        if any("f-alarm" in circle.get("class") for circle in group.iter(f"{SVG}circle"))
    }
    assert "x_2" in marked
    assert "x_1" not in marked


def test_no_text_mixes_chinese_and_derivatives():
    for text in texts(parsed(figure(scalar, [2, 3, 1], "backward", lang="zh"))):
        assert not ("∂" in text and re.search("[一-龥]", text))


def test_an_activation_that_mixes_units_has_a_jacobian_instead_of_slopes():
    rng = np.random.default_rng(0)
    model = Sequential(Linear(2, 3, rng=rng), autograd.softmax, Linear(3, 1, rng=rng))
    told = " ".join(texts(parsed(model.diagram([1.0, -1.0], 1.0, "backward"))))
    assert "softmax′(z[1])T (W[2]T δ[2])" in told
    assert "⊙" not in told
    assert " = softmax(W[1] x + b[1]) = " in str(model.diagram([1.0, -1.0]))


@pytest.mark.parametrize("activation", [lambda v: v if float(v) > 0 else 0.1 * v, lambda v: 1.0, lambda v: v])
@passes
def test_an_activation_is_any_function_of_a_value(activation, passes):
    model = MLP(2, [3, 1], activation, np.random.default_rng(0))
    assert "a[1] = f(W[1] x + b[1])" in str(model.diagram([1.0, 2.0])) or activation(7.0) == 7.0
    parsed(model.diagram([1.0, 2.0], 1.0, passes))


def test_an_activation_with_parameters_leaves_their_gradients_alone():
    class Scale(Module):
        def __init__(self, factor):
            self.factor = factor

        def forward(self, x):
            return x * self.factor

    rng = np.random.default_rng(0)
    first = Linear(1, 2, rng=rng)
    first.bias.data = Tensor([2.0, 3.0])
    model = Sequential(first, Scale(first.bias), Linear(2, 1, rng=rng))
    assert {"Scale′(z[1])", "2", "3"} <= set(texts(parsed(model.diagram([1.0], 1.0, "backward"))))
    written = run(model, [1.0], 1.0)
    autograd.square(model([1.0]) - 1.0).sum().backward()
    assert np.array_equal(written.layers[0].d_bias, first.bias.grad)


def test_a_layer_without_bias_and_names_of_functions():
    rng = np.random.default_rng(0)
    model = Sequential(Linear(2, 3, bias=False, rng=rng), lambda z: z * z, Linear(3, 1, rng=rng), Tanh())
    text = str(model.diagram([1.0, 2.0]))
    assert "a[1] = f(W[1] x) =" in text
    assert "ŷ = tanh(W[2] a[1] + b[2]) =" in text
    assert "<b>" not in MLP(1, [1], lambda z: z).diagram([1.0]).to_svg()


def test_a_frozen_parameter_shows_its_derivative_too():
    model = scalar([1, 1])
    w = model.layers[0].neurons[0].w[0]
    free = str(model.diagram([2.0], 1.0, "backward"))
    w.requires_grad = False
    assert str(model.diagram([2.0], 1.0, "backward")) == free
    assert w.requires_grad is False


def test_what_cannot_be_drawn_says_so():
    model = scalar([2, 1])
    with pytest.raises(ValueError, match="label"):
        model.diagram([1.0, 2.0], passes="backward")
    with pytest.raises(ValueError, match="passes="):
        model.diagram([1.0, 2.0], passes="both")
    with pytest.raises(ValueError, match="lang="):
        model.diagram([1.0, 2.0], lang="de")
    with pytest.raises(ShapeError, match="one sample"):
        model.diagram([[1.0, 2.0]])
    for network in (model, Sequential(Linear(2, 1))):
        with pytest.raises(ShapeError, match="the network takes 2 numbers as x, but got 3"):
            network.diagram([1.0, 2.0, 3.0])
        with pytest.raises(ShapeError, match="the network predicts one number, but y has 2"):
            network.diagram([1.0, 2.0], [1.0, 2.0], "backward")
        with pytest.raises(OperandError, match="x takes numbers, but got text: 'ab'"):
            network.diagram("ab")
        with pytest.raises(OperandError, match="y takes numbers, but got text"):
            network.diagram([1.0, 2.0], "one")
        with pytest.raises(OperandError, match="x takes numbers, but got NoneType"):
            network.diagram(None)
        with pytest.raises(ShapeError, match="rows of one length"):
            network.diagram([[1.0, 2.0], [1.0]])
        with pytest.raises(OperandError, match="loss= takes a function"):
            network.diagram([1.0, 2.0], 1.0, loss="mse")
    with pytest.raises(OperandError, match="starts with a Linear"):
        Sequential(Tanh()).diagram([1.0])
    with pytest.raises(ShapeError, match="changes the shape"):
        Sequential(Linear(2, 2), lambda z: z.sum()).diagram([1.0, 2.0])
    with pytest.raises(OperandError, match="no Tensor"):
        Sequential(Linear(2, 2), lambda z: 3.0).diagram([1.0, 2.0])


def test_formats(tmp_path):
    drawn = figure(scalar, [2, 3, 1], "forward")
    assert set(drawn._repr_mimebundle_()) == {"image/svg+xml", "image/png", "text/plain"}
    assert drawn.save(tmp_path / "network.png").read_bytes().startswith(b"\x89PNG")
    page = drawn.save(tmp_path / "network.html").read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>")
    assert "<svg" in page
    assert not re.search(r'(href|src)="http', page)
    with pytest.raises(ValueError, match="end the name"):
        drawn.save(tmp_path / "network.dot")
    assert repr(drawn) == "<Diagram: Forward pass: MLP 2–3–1>"
