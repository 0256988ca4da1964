"""A tape runs the operations of a graph again, and sweeps them."""

import math

import numpy as np
import pytest
from hypothesis import given

import autograd
from autograd import Tensor, Value
from autograd.drawing.tape import Tape
from autograd.partials import local_partial
from tests.drawing.graphs import neuron, programs, reachable, run


def in_order(root):
    return sorted(reachable(root), key=lambda node: node.index)


@given(programs)
def test_the_same_numbers_as_the_graph(program):
    root = run(program)
    nodes = in_order(root)
    tape = Tape(nodes)
    assert [node.data for node in tape.run([node.data for node in nodes if node.op is None])] == [x.data for x in nodes]
    if root.requires_grad:
        root.backward()
        assert [node.grad for node in tape.swept] == [node.grad for node in nodes]


@given(programs)
def test_the_program_has_values_and_partials(program):
    root = run(program)
    nodes = in_order(root)
    tape = Tape(nodes)
    values, partials = tape.program([node.data for node in nodes if node.op is None])
    assert values == [node.data for node in nodes]
    assert partials == [local_partial(nodes[target], position) for target, position in tape.edges]


def test_the_program_computes_elsewhere():
    nodes = in_order(neuron())
    tape = Tape(nodes)
    values, partials = tape.program([3.0, -1.0, 0.5, 2.0, 0.25])
    assert values[-1] == pytest.approx(math.tanh(-1.75))
    assert partials[-1] == pytest.approx(1.0 / math.cosh(-1.75) ** 2)


def test_a_snapshot_outlives_the_graph():
    a = Value(2.0)
    tape = Tape([a, a * a])
    a.data = 7.0
    a.grad = 99.0
    assert [node.data for node in tape.swept] == [2.0, 4.0]
    assert tape.swept[0].grad == 4.0


def test_infinite_partials():
    x = Value(0.0)
    tape = Tape(in_order(autograd.sqrt(x) * 0.0))
    assert tape.program([0.0])[1] == [math.inf, 0.0]
    assert tape.program([4.0])[1] == [0.25, 0.0]
    assert tape.swept[0].grad == 0.0  # strong zero


def test_tensors():
    x = Tensor(np.ones((2, 3)))
    root = (x @ np.ones((3, 2))).sum()
    tape = Tape([x, root.args[0], root])
    assert not tape.is_scalar
    assert np.array_equal(tape.swept[0].grad, np.full((2, 3), 2.0))
