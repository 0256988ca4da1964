"""Folding: no node is lost, no edge is invented, and the chain rule holds from card to card."""

import json
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import nn
from autograd import Tensor, Value, add, mul, scope, scopes, sqrt, sub, tanh
from autograd.drawing import draw
from autograd.drawing.folding import Folding
from autograd.drawing.layout import _embedded
from autograd.drawing.scene import build
from autograd.drawing.text import number
from tests.drawing.graphs import reachable, run_scoped, scoped_programs


@pytest.fixture(autouse=True)
def fresh():
    scopes._closed.clear()


depths = st.integers(0, 4)


@given(scoped_programs, depths, st.booleans(), st.integers(1, 30))
def test_cards_stand_for_every_node_once(program, depth, repeats, most):
    root = run_scoped(program)
    for scene in (
        build([root], depth=depth, fold_repeats=repeats),
        build([root], max_nodes=most, fold_repeats=repeats),
        build([root], max_nodes=most, depth=depth, show_constants=False),
    ):
        assert sum(card.nodes for card in scene.cards) == len(reachable(root))
        assert sum(card.is_root for card in scene.cards) == 1


@settings(max_examples=200)
@given(scoped_programs, depths, st.booleans())
@example(["part", (tanh, 0, 0, False), "close", "part", (tanh, 1, 0, False), "close", (mul, 0, 1, False)], 1, True)
def test_cards_are_connected_where_nodes_are(program, depth, repeats):
    root = run_scoped(program)
    folding = Folding([root], repeats)
    folding.fold(depth)
    cards, sizes = folding.newest(10_000)
    assert sum(sizes.values()) == len(reachable(root))
    pairs = [(arg, node) for node in reachable(root) for arg in node.args if isinstance(arg, Value)]
    ends = {(folding.card(arg), folding.card(node)) for arg, node in pairs}
    real = {(source, target) for source, target in ends if source is not target}
    place = {card: i for i, card in enumerate(cards)}
    connected = {(folding.card(arg), card) for card in cards for arg in folding.operands(card)}
    assert {(source, target) for source, target in connected if source is not target} == real
    assert all(place[source] < place[target] for source, target in real)
    scene = build([root], depth=depth, fold_repeats=repeats, show_constants=False)
    assert {(edge.source, edge.target) for edge in scene.edges} == {(place[a], place[b]) for a, b in real}


@given(scoped_programs, depths, st.booleans())
def test_the_chain_rule_holds_from_card_to_card(program, depth, repeats):
    root = run_scoped(program)
    if not root.requires_grad:
        return
    root.backward()
    scene = build([root], depth=depth, show_constants=False, fold_repeats=repeats)
    for place, card in enumerate(scene.cards):
        leaving = [edge for edge in scene.edges if edge.source == place and not (edge.copy and edge.label)]
        if card.is_root or not card.gradient or any(edge.partial is None for edge in leaving):
            continue
        if card.gradient.is_norm:  # of several outputs
            continue
        if card.gradient.label != "grad":
            assert card.gradient.label.startswith("grad · Σ over ")
            continue
        total = sum(edge.partial * scene.cards[edge.target].gradient.size for edge in leaving)
        assert math.isclose(card.gradient.size, total, rel_tol=1e-9, abs_tol=1e-12)


def mlp(samples=1, sizes=(3, 1)):
    rng = np.random.default_rng(0)
    model = nn.MLP(2, list(sizes), rng=rng)
    rows = [[Value(x, name=f"x{i}") for i, x in enumerate(row)] for row in rng.normal(size=(samples, 2)).tolist()]
    loss = nn.mse_loss([model(row) for row in rows], [1.0] * samples)
    loss.backward()
    return loss, model, rows


def titles(scene):
    return Counter(card.title for card in scene.cards if card.title)


def test_depths_of_a_network():
    loss, _model, _ = mlp()
    scene = build([loss], depth=0)
    assert [card.title or card.name for card in scene.cards] == ["x0", "x1", "MLP", "mse_loss"]
    assert scene.cards[2].holds == "21 operations, 13 parameters"
    assert scene.areas == ()
    scene = build([loss], depth=1)
    assert titles(scene) == {"layers.0": 1, "layers.1": 1, "element": 1}
    assert scene.cards[2].holds == "Layer · 15 operations, 9 parameters"
    assert [area.title for area in scene.areas] == ["MLP"]
    scene = build([loss], depth=2)
    assert titles(scene) == {"neurons.0": 1, "neurons.1": 1, "neurons.2": 1, "layers.1.neurons.0": 1}
    areas = [(area.title, area.kind, area.parent) for area in scene.areas]
    assert areas == [("MLP", "", None), ("mse_loss", "", None), ("layers.0", "Layer", 0), ("element", "", 1)]


def test_the_pill_before_a_folded_part_is_the_derivative_through_it():
    _, model, (row,) = mlp()
    neuron = model.layers[0].neurons[0]
    for x in row:
        x.zero_grad()
    a = neuron(row)
    a.backward()
    scene = build([a], depth=0)
    slope = 1.0 - a.data**2
    assert [edge.partial for edge in scene.edges] == pytest.approx([slope * w.data for w in neuron.w], rel=1e-12)
    assert [card.gradient.size for card in scene.cards[:2]] == pytest.approx([slope * w.data for w in neuron.w])


def test_the_pill_before_a_folded_part_says_nan_where_the_sweep_does():
    x = Value(1.0)
    with scope("part"):
        y = sqrt(x * 0.0)
    y.backward()
    assert math.isnan(x.grad)
    assert [edge.label for edge in build([y], depth=0).edges] == ["×nan"]


def test_parts_with_several_outputs_show_them_and_have_no_pills():
    x = Value(2.0, name="x")
    with scope("two"):
        a, b = x * 3.0, x * -1.0
    root = a * b
    root.backward()
    scene = build([root], depth=0)
    part = scene.cards[1]
    assert (part.title, part.value, part.gradient.label) == ("two", "[6, −2]", "‖∇‖")
    assert part.gradient.size == pytest.approx(math.hypot(a.grad, b.grad))
    assert [edge.label for edge in scene.edges] == ["", "×−2", "×6"]
    assert build([root], depth=0, passes="forward").cards[1].gradient is None


def test_a_part_of_a_stale_graph_has_no_pills():
    x = Value(2.0, name="x")
    with scope("part"):
        y = x * 3.0 + 1.0
    x.data = 5.0
    assert [edge.label for edge in build([y], depth=0).edges] == [""]


def test_a_scope_of_one_operation_stays_what_it_is():
    x = Value(2.0)
    with scope("part"):
        y = x * 3.0
    scene = build([y], depth=0)
    assert not titles(scene)
    assert scene.areas == ()


def test_a_graph_that_is_older_than_the_log_is_not_folded(monkeypatch):
    x = Value(1.0)
    with scope("part"):
        y = x * 2.0 + x
    monkeypatch.setattr(scopes, "_closed", type(scopes._closed)(maxlen=3))
    assert not titles(build([y], depth=0))


def test_without_their_module_parameters_are_operands():
    y = nn.Neuron(2)([1.0, 2.0])
    assert Counter(card.kind for card in build([y], depth=0).cards) == {"leaf": 3, "part": 1}


def test_parameters_shared_by_folded_samples_are_in_the_first():
    loss, _model, _ = mlp(samples=3)
    scene = build([loss], depth=0)
    assert titles(scene) == {"MLP": 3, "mse_loss": 1}
    assert {card.holds for card in scene.cards if card.title == "MLP"} == {"21 operations, 13 parameters"}
    assert len(scene.cards) == 6 + 3 + 1
    assert not any(scene.cards[edge.source].title == scene.cards[edge.target].title for edge in scene.edges)


# --- repeats ---


def test_samples_repeat_each_other():
    loss, _model, _ = mlp(samples=30)
    scene = build([loss], depth=0, fold_repeats=True)
    assert [card.title or card.name for card in scene.cards] == ["x0", "x1", "MLP × 30", "mse_loss"]
    assert [card.nodes for card in scene.cards] == [30, 30, 30 * 21 + 13, len(reachable(loss)) - 30 * 23 - 13]
    assert scene.cards[2].holds == "21 operations, 13 parameters"
    assert "the first" in scene.caption[-1]


def test_neurons_repeat_each_other_also_in_repeated_samples():
    loss, _model, _ = mlp(samples=4)
    scene = build([loss], depth=2, fold_repeats=True, max_nodes=1000)
    assert titles(scene) == {"layers.0.neurons × 3": 1, "layers.1.neurons.0": 1}
    assert [area.title for area in scene.areas] == ["MLP × 4", "mse_loss", "element × 4"]
    assert sum(card.nodes for card in scene.cards) == len(reachable(loss))


def unit(x, name="unit"):
    with scope(name):
        return tanh(x * 2.0)


def test_parts_that_follow_each_other_do_not_repeat():
    x = Value(1.0)
    y = unit(unit(unit(x)))
    assert titles(build([y], depth=0, fold_repeats=True)) == {"unit": 3}
    a, b = unit(Value(1.0)), unit(Value(2.0))
    assert titles(build([a * b], depth=0, fold_repeats=True)) == {"unit × 2": 1}
    a = unit(Value(1.0))
    b = unit(tanh(a))
    assert titles(build([a * b], depth=0, fold_repeats=True)) == {"unit": 2}


def test_a_circle_of_two_sorts_is_not_made():
    one = unit(tanh(Value(1.0)), "a")
    two = unit(one, "b")
    three = unit(tanh(Value(2.0)), "b")
    four = unit(three, "a")
    scene = build([two * four], depth=0, fold_repeats=True)
    assert titles(scene) == {"a × 2": 1, "b": 2}
    assert all(edge.source < edge.target for edge in scene.edges)


@pytest.mark.parametrize("start", [None, 0.0])
def test_a_running_sum_over_repeats_is_one_card(start):
    x = Value(3.0, name="x")
    terms = [unit(x) for _ in range(5)]
    total = terms[0] if start is None else start + terms[0]
    for term in terms[1:]:
        total = term + total
    scene = build([total], fold_repeats=True, names={id(total): "total"})
    assert [card.symbol or card.name or card.value for card in scene.cards] == ["x", "2", "×", "tanh", "Σ"]
    assert (scene.cards[-1].value, scene.cards[-1].nodes) == (build([total]).cards[-1].value, 4 + (start == 0.0))
    assert [(edge.source, edge.target) for edge in scene.edges] == [(0, 2), (1, 2), (2, 3), (3, 4)]


def test_sums_inside_a_repeated_part_stay():
    loss, _model, _ = mlp(samples=3)
    scene = build([loss], fold_repeats=True, max_nodes=1000)
    assert Counter(card.symbol for card in scene.cards if card.symbol) == {
        "×": 5, "+": 5, "tanh": 1, "−": 1, "x²": 1, "Σ": 1, "÷": 1,
    }  # fmt: skip


def test_a_sum_that_is_used_on_its_way_or_starts_from_something_stays():
    x, y = Value(3.0, name="x"), Value(2.0, name="y")
    a, b, c = unit(x), unit(x), unit(x)
    first = a + b
    scene = build([(first + c) * first], fold_repeats=True, show_constants=False)
    assert [card.symbol for card in scene.cards] == ["", "× 2", "tanh", "+", "+", "×"]
    a, b = unit(x), unit(x)
    scene = build([y + a + b], fold_repeats=True, show_constants=False)
    assert [card.symbol or card.name for card in scene.cards] == ["x", "y", "× 2", "tanh", "Σ"]
    assert sorted(edge.source for edge in scene.edges if edge.target == 4) == [1, 3]


def test_another_name_structure_constant_or_shape_is_no_repeat():
    def drawn(*parts):
        root = parts[0]
        for part in parts[1:]:
            root = root * part
        return titles(build([root], depth=0, fold_repeats=True))

    def other(x):
        with scope("unit"):
            return tanh(x + 2.0)

    x = Value(1.0)
    assert drawn(unit(x), unit(x, "other")) == {"unit": 1, "other": 1}
    assert drawn(unit(x), other(x)) == {"unit": 2}
    assert drawn(unit(x), unit(Value(1.0, requires_grad=False))) == {"unit": 2}
    assert drawn(unit(Tensor([1.0, 2.0])).sum(), unit(Tensor([1.0])).sum()) == {"unit": 2}

    def wired(x, y):
        with scope("unit"):
            return x * y * x

    y = Value(2.0)
    assert drawn(wired(x, y), wired(x, x)) == {"unit": 2}
    assert drawn(wired(x, y), wired(y, x)) == {"unit × 2": 1}


def test_a_repeat_that_uses_something_else_keeps_its_edge():
    x, y = Value(1.0, name="x"), Value(2.0, name="y")
    z = unit(x) * unit(y) * y
    scene = build([z], fold_repeats=True)
    cards = scene.cards
    into = [cards[edge.source].name for edge in scene.edges if cards[edge.target].symbol == "×" and edge.target == 3]
    assert sorted(into) == ["", "x", "y"]


def equations(scene):
    """The additions and subtractions of a scene: the chip, what its operands are, and what it makes of them."""
    for place, card in enumerate(scene.cards):
        if card.symbol in ("+", "−"):
            into = sorted((edge for edge in scene.edges if edge.target == place), key=lambda edge: edge.position)
            assert [edge.position for edge in into] == [0, 1]
            texts = [edge.label.split(": ")[1] if edge.copy else scene.cards[edge.source].value for edge in into]
            yield card.symbol, [float(text.replace("−", "-")) for text in (*texts, card.value)]


def test_what_comes_from_another_copy_is_not_the_number_of_the_first():
    model = nn.MLP(1, [1], rng=np.random.default_rng(0))
    loss = (model([1.0]) - 1.0) ** 2 + (model([2.0]) - 1.0) ** 2
    loss.backward()
    figure = draw(loss, depth=0, fold_repeats=True)
    assert [(symbol, len(numbers)) for symbol, numbers in equations(figure.scene)] == [("−", 3), ("+", 3)]
    (copy,) = [edge for edge in figure.scene.edges if edge.copy]
    assert (copy.label, copy.partial) == ("copy 2: 0.002611", None)
    assert copy.tooltip.startswith("copy 2, which is not drawn: 0.0026")
    assert "xʸ 0.2762   × 2   grad 1 ↑   (copy 2: 0.002611)" in str(figure)
    assert 'stroke-dasharray="6 4"' in figure.to_svg()
    assert figure.scene.caption[-1].endswith("dashed: to or from another copy")
    chinese = draw(loss, depth=0, fold_repeats=True, lang="zh").scene
    assert [edge.label for edge in chinese.edges if edge.copy] == ["第 2 份：0.002611"]


@given(scoped_programs, depths)
@example(
    ["unit", (tanh, 0, 0, False), "close", (add, 0, 0, True), "unit", (tanh, 1, 0, False), "close", (add, 0, 1, True),
     (sub, 0, 2, False)], 1,
)  # fmt: skip
def test_every_sum_that_is_drawn_is_right(program, depth):
    scene = build([run_scoped(program)], depth=depth, fold_repeats=True, precision=12)
    assume(not any(edge.copy and not edge.label for edge in scene.edges))
    assume(not any(card.value.startswith("[") for card in scene.cards))  # parts with several outputs
    for symbol, (a, b, ans) in equations(scene):
        assert ans == pytest.approx(a + b if symbol == "+" else a - b, rel=1e-6, abs=1e-9)


def test_a_folded_part_that_uses_a_copy_has_its_value():
    a, b = unit(Value(1.0)), unit(Value(0.1))
    with scope("end"):
        c = b * b + 1.0
    root = a * c
    root.backward()
    scene = build([root], depth=0, fold_repeats=True)
    assert [edge.label for edge in scene.edges if edge.copy] == ["copy 2: 0.1974"]


def test_a_gradient_over_several_copies_says_so():
    loss, _model, _ = mlp(samples=20)
    scene = build([loss], fold_repeats=True, max_nodes=1000)
    labels = Counter(card.gradient.label for card in scene.cards if card.kind == "leaf")
    assert labels == {"grad · Σ over 20": 7, "grad · Σ over 3": 2}  # parameters, and inputs of three neurons
    assert any("the sum over 20 copies, of which the edges show the first" in card.tooltip for card in scene.cards)
    chinese = build([loss], fold_repeats=True, max_nodes=1000, lang="zh")
    assert "梯度 · 20 份之和" in {card.gradient.label for card in chinese.cards if card.gradient}
    scene = build([loss], max_nodes=1000)
    assert {card.gradient.label for card in scene.cards if card.gradient} == {"grad"}


def test_what_is_done_to_each_of_some_copies_is_drawn_once():
    model = nn.MLP(2, [3, 1], rng=np.random.default_rng(0))
    rows = np.random.default_rng(1).normal(size=(64, 3)).tolist()
    loss = 0.0
    for *xs, y in rows:
        loss = loss + (model([Value(x) for x in xs]) - y) ** 2
    scene = build([loss], depth=0, fold_repeats=True, show_constants=False)
    assert [(card.symbol or card.title, card.note) for card in scene.cards] == [
        ("", ""), ("", ""), ("MLP × 64", ""), (f"− {number(rows[0][2])}", "× 64"), ("x²", "× 64"), ("Σ", ""),
    ]  # fmt: skip
    assert sum(card.nodes for card in scene.cards) == len(reachable(loss))
    other = (unit(Value(1.0)) + 1.0) * (unit(Value(2.0)) - 1.0)
    assert [card.symbol for card in build([other], fold_repeats=True, show_constants=False).cards if card.symbol] == [
        "× 2", "tanh", "+ 1", "− 1", "×",
    ]  # fmt: skip
    x, y = Value(1.0, name="x"), Value(2.0, name="y")
    shared = (unit(x) * x) * (unit(y) * y)  # each with a leaf of its own, which is used twice
    assert len(build([shared], fold_repeats=True).cards) == 8


# --- other forms ---


def test_text_and_dot_of_a_folded_figure():
    x = Value(2.0, name="x")
    with scope("part {1}"):
        y = x * 3.0 + x
    figure = draw(y, depth=0)
    assert str(figure).splitlines() == ["part {1} y = 8   2 operations", "└─ x = 2"]
    placed = json.loads(_embedded(figure.to_dot()))
    assert (len(placed["objects"]), len(placed["edges"])) == (2, 1)


# --- large graphs ---


def test_a_large_network_folds_to_its_parts():
    loss, _model, _ = mlp(samples=20)
    scene = build([loss], max_nodes=15)
    assert titles(scene) == {"layers.0.neurons × 3": 1, "layers.1.neurons.0": 1}
    assert scene.hidden == 0
    assert scene.caption[-1].startswith("533 values, scopes folded below depth 2, of repeated scopes the first is ")
    loss, _model, _ = mlp(samples=200)
    scene = build([loss])
    assert scene.hidden == 0
    assert [area.title for area in scene.areas][:2] == ["MLP × 200", "mse_loss"]
    assert len(scene.cards) == 26
    assert scene.caption[-1].endswith("of repeated scopes the first is shown, dashed: to or from another copy")


def test_a_large_graph_without_scopes_is_cut():
    y = Value(1.0)
    for _ in range(1000):
        y = y * 1.0
    assert len(build([y], show_constants=False).cards) == 25
    scene = build([y], max_nodes=20)
    assert scene.hidden == 981
    assert scene.caption == ()
    with scope("loop"):
        for _ in range(1000):
            y = y * 1.0
    scene = build([y], max_nodes=20)
    assert titles(scene) == {"loop": 1}
    assert scene.hidden == 1001 - 19


def test_a_very_deep_nesting_of_scopes():
    def down(x, n):
        with scope("down"):
            return down(x * 1.0, n - 1) * 1.0 if n else x

    scene = build([down(Value(1.0), 150)], max_nodes=50)
    assert len([card for card in scene.cards if card.nodes]) <= 50
    assert titles(scene) == {"down": 1}


# --- options ---


@pytest.mark.parametrize(
    "option", [{"depth": -1}, {"depth": 1.0}, {"depth": True}, {"fold_repeats": 1}, {"show_constants": None}]
)
def test_options_are_checked(option):
    (name,) = option
    with pytest.raises(ValueError, match=f"^{name}= takes"):
        draw(Value(1.0), **option)


@pytest.mark.parametrize(
    ("make", "chip"),
    [
        (lambda x: x * 2.0, "× 2"),
        (lambda x: 2.0 * x, "2 ×"),
        (lambda x: x - 0.5, "− 0.5"),
        (lambda x: x**2, "x²"),
        (lambda x: x**-1, "x⁻¹"),
        (lambda x: x**0.5, "x^0.5"),
        (lambda x: 2.0**x, "2ʸ"),
        (lambda x: x * x, "×"),
    ],
)
def test_constants_are_left_out(make, chip):
    x = Value(3.0, name="x")
    scene = build([make(x)], show_constants=False)
    assert [card.kind for card in scene.cards] == ["leaf", "inner"]
    assert scene.cards[1].symbol == chip
    assert {(edge.source, edge.target, edge.operands) for edge in scene.edges} == {(0, 1, len(scene.edges))}


def test_highlight_lights_the_part_that_a_node_is_in():
    x, y = Value(2.0, name="x"), Value(1.0, name="y")
    with scope("part"):
        inside = x * 3.0
        z = inside + y
    scene = build([z], depth=0, highlight=[inside, x])
    assert {card.title or card.name: card.faded for card in scene.cards} == {"x": False, "y": True, "part": False}


def test_in_chinese():
    loss, _model, _ = mlp(samples=30)
    scene = build([loss], lang="zh", depth=0, fold_repeats=True)
    assert scene.cards[2].holds == "21 个运算、13 个参数"
    assert scene.caption == ("793 个值、重复的部分只显示第一个",)
