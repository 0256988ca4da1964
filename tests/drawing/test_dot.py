"""Plain DOT: complete, and readable by Graphviz."""

import json

import pytest
from hypothesis import given, settings

from autograd import Tensor, Value, exp, scope
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


def test_it_follows_what_the_figure_shows():
    x, y = Value(2.0, name="x"), Value(3.0, name="y")
    with scope('a "part"'), scope("in it"):
        z = x * y + y
    z.backward()
    source = draw(z, names={}).to_dot()
    assert json.loads(_embedded(source))["objects"][0]["name"] == "cluster0"
    assert source.count("subgraph cluster") == 2
    assert 'label="a \\"part\\""' in source
    assert "dir=back" not in source
    assert draw(z, passes="backward").to_dot().count("dir=back") == 4
    pale = draw(z, explain=x).to_dot()
    assert source.count("#d1d5db") == 0
    assert pale.count("#d1d5db") == 2 * 3  # y and its two edges, each with its text
    with scope("unit"):
        a = exp(x * 2.0)
    with scope("unit"):
        b = exp(y * 2.0)
    assert draw(a + b, fold_repeats=True).to_dot().count("style=dashed") == 1
