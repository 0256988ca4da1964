"""Plain DOT: complete, and readable by Graphviz."""

import json

import pytest
from hypothesis import given, settings

from autograd import Tensor, Value
from autograd.drawing import draw, draw_dot
from autograd.drawing.layout import _embedded
from tests.drawing.graphs import neuron, programs, run


def test_graphviz_reads_it():
    placed = json.loads(_embedded(draw_dot(neuron()).source))
    assert (len(placed["objects"]), len(placed["edges"])) == (10, 9)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pydot's parser
@settings(max_examples=25)
@given(programs)
def test_other_parsers_read_it(program):
    pydot = pytest.importorskip("pydot")
    figure = draw(run(program))
    (graph,) = pydot.graph_from_dot_data(figure.to_dot())
    ends = sorted((edge.get_source(), edge.get_destination()) for edge in graph.get_edges())
    assert ends == sorted((f"n{edge.source}", f"n{edge.target}") for edge in figure.scene.edges)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_formula_is_a_label():
    a, b = Tensor([[1.0, 2.0]], name="A"), Tensor([[3.0], [4.0]], name="B")
    (graph,) = pytest.importorskip("pydot").graph_from_dot_data(draw(a @ b).to_dot())
    assert [edge.get("label") for edge in graph.get_edges()] == ['"Ḡ · Bᵀ"', '"Aᵀ · Ḡ"']


@pytest.mark.parametrize("name", ['"', "<b>", "a|b", "{a}", "a\\", "\\n", "学", "<&>", "", "\x00"])
def test_any_name_is_escaped(name):
    placed = json.loads(_embedded(draw_dot(Value(1.0, name=name) + 1.0).source))
    assert (len(placed["objects"]), len(placed["edges"])) == (3, 2)


def test_it_has_everything():
    y = Value(1.0)
    for _ in range(300):
        y = y * y
    assert draw_dot(y).source.count("->") == 600
    assert draw(y, max_nodes=10).to_dot().count("->") == 9 * 2 + 1


def test_as_micrograd_takes_it():
    dot = draw_dot(neuron(), format="png", rankdir="TB")
    assert dot.format == "png"
    assert "rankdir=TB" in dot.source
