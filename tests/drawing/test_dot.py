"""Plain DOT: complete, and readable by Graphviz."""

import json

import pytest

from autograd import Value
from autograd.drawing import draw, draw_dot
from autograd.drawing.layout import _embedded
from tests.drawing.graphs import neuron


def test_graphviz_reads_it():
    placed = json.loads(_embedded(draw_dot(neuron()).source))
    assert (len(placed["objects"]), len(placed["edges"])) == (10, 9)


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
