"""What a figure shows: every value once, every operand in order."""

import numpy as np
import pytest
from hypothesis import given

from autograd import Tensor, Value, no_grad
from autograd.drawing.naming import names_for
from autograd.drawing.scene import build
from tests.drawing.graphs import neuron, programs, reachable, run


@given(programs)
def test_every_node_is_one_card_and_every_operand_one_edge(program):
    root = run(program)
    nodes = sorted(reachable(root), key=lambda node: node.index)
    scene = build([root])
    raw = sum(not isinstance(arg, Value) for node in nodes for arg in node.args)
    assert len(scene.cards) == len(nodes) + raw
    own = [place for place, card in enumerate(scene.cards) if not card.tooltip.startswith("constant")]
    place = dict(zip(map(id, nodes), own, strict=True))
    expected = [(id(node), position) for node in nodes for position in range(len(node.args))]
    order = {place[id(node)]: id(node) for node in nodes}
    assert [(order[edge.target], edge.position) for edge in scene.edges] == expected
    for edge in scene.edges:
        arg = next(node for node in nodes if place[id(node)] == edge.target).args[edge.position]
        assert edge.source == place[id(arg)] if isinstance(arg, Value) else scene.cards[edge.source].kind == "constant"
        assert edge.source < edge.target


def test_a_value_used_twice_has_two_edges():
    a = Value(3.0, name="a")
    scene = build([a + a])
    assert [(edge.source, edge.target, edge.position, edge.label) for edge in scene.edges] == [
        (0, 1, 0, "×1"),
        (0, 1, 1, "×1"),
    ]


def test_order_of_operands_is_kept():
    a, b = Value(1.0, name="a"), Value(2.0, name="b")
    scene = build([b - a])
    assert [scene.cards[edge.source].name for edge in scene.edges] == ["b", "a"]
    assert [edge.label for edge in scene.edges] == ["×1", "×−1"]


@given(programs)
def test_pills_times_gradients_at_the_far_end_sum_to_the_gradient(program):
    root = run(program)
    if not root.requires_grad:
        return
    root.backward()
    scene = build([root], precision=17)
    for place, card in enumerate(scene.cards):
        if card.gradient and not card.is_root:
            leaving = [edge for edge in scene.edges if edge.source == place]
            total = sum(edge.partial * scene.cards[edge.target].gradient.size for edge in leaving)
            assert total == pytest.approx(card.gradient.size, rel=1e-12, abs=1e-300)


def test_the_strip_is_empty_until_a_sweep_fills_it():
    x = Value(2.0, name="x")
    y = x * 0.0
    assert [card.gradient.text for card in build([y]).cards if card.gradient] == ["", ""]
    y.backward()
    assert [card.gradient.text for card in build([y]).cards if card.gradient] == ["0", "1"]


def test_nothing_requires_a_gradient():
    with no_grad():
        root = Value(2.0) * 3.0
    constant = Value(2.0, requires_grad=False) * 3.0
    assert [card.kind for card in build([root]).cards] == ["constant"]
    assert [(card.kind, card.gradient) for card in build([constant]).cards] == [
        ("constant", None),
        ("constant", None),
        ("inner", None),
    ]


@pytest.mark.parametrize(("passes", "pills", "strips"), [("forward", 0, 0), ("backward", 9, 10), ("both", 9, 10)])
def test_passes(passes, pills, strips):
    scene = build([neuron()], passes=passes)
    assert sum(bool(edge.label) for edge in scene.edges) == pills
    assert sum(card.gradient is not None for card in scene.cards) == strips


def test_overwritten_data_leaves_the_pill_out():
    x = Value(2.0, name="x")
    y = x * 3.0
    x.data = 5.0
    scene = build([y])
    assert [edge.label for edge in scene.edges] == ["", ""]
    assert {scene.cards[edge.source].value for edge in scene.edges} == {"5", "3"}


def test_a_chain_of_a_million_operations_folds():
    y = Value(1.0)
    for _ in range(1_000_000):
        y = y * 1.0
    scene = build([y], max_nodes=20)
    assert scene.hidden == 999_981
    assert scene.cards[0].value == "… 999,981 more"
    assert len(scene.cards) == 1 + 20 + 20


def test_what_is_cut_off_is_one_card_and_one_edge_per_operation():
    xs = [Value(float(i)) for i in range(30)]
    y = xs[0]
    for x in xs[1:]:
        y = y * x
    scene = build([y], max_nodes=10)
    assert scene.hidden == 59 - 10
    assert [card.kind for card in scene.cards].count("more") == 1
    assert len({(edge.source, edge.target) for edge in scene.edges}) == len(scene.edges)


def test_thousands_of_constants_fold_too():
    from autograd.rules.shape import stack

    y = stack(*[np.float64(i) for i in range(500)], Tensor(np.array(1.0)))
    assert len(build([y], max_nodes=50).cards) <= 53
    assert build([y], max_nodes=50).hidden == 450


def test_second_order_gradients_are_shown_as_numbers():
    x = Value(3.0)
    y = x * x
    y.backward(create_graph=True)
    assert build([y]).cards[0].gradient.text == "6"


def test_names_of_variables():
    x = Value(1.0)
    root = x + 1.0
    scene = build([root], names=names_for({"_": root, "x": x, "total": root, "other": 3}))
    assert [card.name for card in scene.cards] == ["x", "", "total"]


@pytest.mark.parametrize(
    ("data", "value", "note"),
    [
        (np.zeros((64, 10)), "64×10", ""),
        (np.zeros((64, 10), np.float32), "64×10", "float32"),
        (np.array([1.0, -2.0, 0.5]), "[1, −2, 0.5]", "(3,)"),
        (np.zeros((2, 2)), "[[0, 0], [0, 0]]", "2×2"),
        (np.zeros(7), "(7,)", ""),
        (np.zeros((0, 3)), "0×3", ""),
        (np.array(2.5), "2.5", ""),
    ],
)
def test_tensors_show_their_shape_or_their_numbers(data, value, note):
    card = build([Tensor(data, name="w")]).cards[0]
    assert (card.value, card.note) == (value, note)


def test_tensors_show_the_norm_of_their_gradient():
    w = Tensor(np.array([3.0, 4.0, 0.0, 0.0, 0.0]), name="w")
    loss = (w * w).sum()
    loss.backward()
    scene = build([loss])
    assert (scene.cards[0].gradient.label, scene.cards[0].gradient.text) == ("‖∇‖", "10")


def test_norms_neither_overflow_nor_underflow():
    for size in (1e300, 1e-300):
        w = Tensor(np.full(5, 1.0))
        (w * size).sum().backward()
        assert build([w]).cards[0].gradient.size == pytest.approx(size * 5**0.5)


def test_large_figures_keep_local_partials_in_tooltips():
    x = Value(1.5, name="x")
    y = x
    for _ in range(210):
        y = y * x
    y.backward()
    scene = build([y], max_nodes=1000)
    assert len(scene.edges) == 420
    assert {edge.label for edge in scene.edges} == {""}
    assert all(edge.partial is not None and "contributes" in edge.tooltip for edge in scene.edges)
    assert build([y.args[0].args[0]], max_nodes=50).edges[-2].label == "×1.5"
