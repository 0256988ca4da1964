"""Names that figures find themselves: those of the variables of whoever draws."""

import gc
import weakref

import pytest

import autograd
import nn
from autograd import OperandError, Value
from autograd.drawing import draw, draw_dot
from autograd.drawing.naming import names_for

everywhere = Value(7.0)
_hidden = Value(8.0)


def shown(figure):
    return {card.name for card in figure.scene.cards if card.name}


@pytest.mark.parametrize(
    "drawn",
    [lambda node: shown(node.graph()), lambda node: shown(autograd.draw(node)), lambda node: shown(draw(node))],
)
def test_the_frame_is_that_of_the_caller(drawn):
    node = Value(1.0) * everywhere  # of which the lambda knows only this one name, and the file another
    assert drawn(node) == {"node", "everywhere"}


def test_variables_of_the_function_and_of_the_file():
    x, _y, given = Value(1.0), Value(2.0), Value(3.0, name="w")
    total = x * _y * given * everywhere * _hidden
    assert shown(total.graph()) == {"x", "w", "total", "everywhere"}
    assert "|x|" in draw_dot(total).source or "x|1" in draw_dot(total).source
    assert draw_dot(total, names={}).source.count("x|1") == 0


def test_the_first_name_counts_and_variables_go_before_elements():
    first = Value(1.0)
    second, row = first, [first, Value(2.0)]
    assert shown((first * row[1]).graph()) == {"first", "row[1]"}
    assert second is first


def test_elements_of_lists_tuples_and_dicts_but_not_of_long_or_nested_ones():
    x, p, deep = [Value(1.0)], {"w": Value(2.0), 3: Value(3.0), None: Value(4.0)}, [[Value(5.0)]]
    long = [Value(6.0)] * 2000
    root = x[0] * p["w"] * p[3] * p[None] * deep[0][0] * long[0]
    assert shown(root.graph()) == {"root", "x[0]", "p['w']", "p[3]"}


class Line(nn.Module):
    def __init__(self):
        self.slope, self.rest = Value(2.0), {"offset": Value(1.0)}

    def forward(self, x):
        return self.slope * x + self.rest["offset"]


def test_parameters_of_a_module_by_their_paths():
    line = Line()
    y = line(Value(3.0, name="x"))
    assert shown(y.graph()) == {"slope", "rest.offset", "x", "y"}
    other = Line()
    y = line(Value(3.0, name="x")) + other(1.0)
    expected = {f"{name}.{path}" for name in ("line", "other") for path in ("slope", "rest.offset")}
    assert shown(y.graph()) == expected | {"x", "y"}


def test_a_module_that_cannot_list_its_parameters_names_nothing():
    class Loose(nn.Module):
        def __init__(self):
            self.parts = {Value(1.0)}

    _space = {"module": Loose(), "kind": Loose, "x": Value(1.0)}
    assert shown((_space["x"] * 1.0).graph(names=_space)) == {"x"}


def test_an_empty_mapping_turns_it_off_and_another_is_taken_alone():
    x = Value(1.0)
    y = x * 2.0
    assert shown(y.graph(names={})) == set()
    assert shown(y.graph(names={"a": x})) == {"a"}
    assert shown(y.graph(names={"row": [x]})) == {"row[0]"}


@pytest.mark.parametrize("names", [3, "x", ["x"], {1: Value(1.0)}, {"a": "b"}])
def test_names_are_checked(names):
    with pytest.raises(OperandError, match="names= takes a mapping"):
        Value(1.0).graph(names=names)


def test_nothing_is_kept_alive():
    class Thing:
        pass

    def work():
        thing, x = Thing(), Value(1.0)
        return (x * 2.0).graph(), weakref.ref(thing)

    gc.collect()
    gc.disable()
    try:
        figure, thing = work()
        assert thing() is None
        assert shown(figure) == {"x"}
    finally:
        gc.enable()


def test_the_history_of_a_notebook_is_no_name():
    space = {"__name__": "__main__", "get_ipython": None, "draw": draw, "Out": {1: Value(1.0)}}
    space["In"] = ["", "x = 1"]
    exec("y = Out[1] * 2.0; figure = draw(y)", space)
    assert shown(space["figure"]) == {"y"}
    del space["get_ipython"]
    exec("figure = draw(y)", space)
    assert shown(space["figure"]) == {"y", "Out[1]"}


def test_a_variable_that_cannot_be_looked_into_does_no_harm():
    class Odd:
        def __getattr__(self, name):
            raise RuntimeError("no")

    x = Value(1.0)
    assert names_for({"odd": Odd(), "x": x}) == {id(x): "x"}
