"""Random graphs against a naive model written here, and against PyTorch and mpmath."""

import mpmath
import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st

import autograd
from autograd import Tensor, Value, table
from autograd.testing import Graph, cotangents, graphs, inputs_for
from autograd.testing.strategies import is_inside

IN_TORCH = [
    "add", "sub", "mul", "div", "neg", "exp", "exp2", "expm1", "log", "log1p", "sqrt", "square", "reciprocal", "abs",
    "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "hypot",
    "maximum", "minimum", "sigmoid", "softplus", "relu", "erf", "logaddexp", "xlogy", "power",
]  # fmt: skip


class Model:
    """A tape as small as can be: values, and for each operation its operands and partial derivatives."""

    def __init__(self, graph):
        self.values, self.tape = list(graph.inputs), []
        for name, backs in graph.steps:
            places = [len(self.values) - 1 - back for back in backs]
            args = [self.values[place] for place in places]
            self.values.append(table[name](*args))
            self.tape.append((places, [self.partial(name, args, i) for i in range(len(args))]))

    @staticmethod
    def partial(name, args, i):
        """By mpmath, from the primal alone."""
        with mpmath.workdps(60):
            f = table[name].facts.reference
            step = mpmath.mpf(10) ** -25
            up, down = ([mpmath.mpf(x) + s * step * (k == i) for k, x in enumerate(args)] for s in (1, -1))
            return float((f(mpmath.mp, *up) - f(mpmath.mp, *down)) / (2 * step))

    def gradient(self, place):
        """Of one node by the inputs, from the last operation to the first."""
        slopes = [0.0] * len(self.values)
        slopes[place] = 1.0
        inputs = len(self.values) - len(self.tape)
        for number in reversed(range(len(self.tape))):
            for operand, partial in zip(*self.tape[number], strict=True):
                slopes[operand] += slopes[inputs + number] * partial
        return slopes[:inputs]


@given(graphs())
def test_gradients_are_those_of_a_naive_tape(graph):
    model, last = Model(graph), len(graph.inputs) + len(graph.steps) - 1
    leaves = [Value(x) for x in graph.inputs]
    for head, back in zip(graph.run(leaves), graph.heads, strict=True):
        want = model.gradient(last - back)
        got = autograd.grad(lambda xs, back=back: graph.nodes(xs)[-1 - back])(list(graph.inputs))
        scale = max(map(abs, want), default=0.0)
        assert head.data == model.values[last - back]
        assert got == pytest.approx(want, rel=1e-9, abs=1e-9 * scale + 1e-12)


@given(graphs(), st.data())
def test_several_heads_are_pulled_back_together(graph, data):
    seeds = [data.draw(cotangents()) for _ in graph.heads]
    together = autograd.vjp(lambda *xs: graph.run(xs), *graph.inputs)[1](seeds)
    leaves = [Value(x) for x in graph.inputs]
    for head, seed in zip(graph.run(leaves), seeds, strict=True):
        if head.requires_grad:
            head.backward(seed)
    size = max((abs(leaf.grad or 0.0) for leaf in leaves), default=0.0)
    assert list(together) == pytest.approx([leaf.grad or 0.0 for leaf in leaves], rel=1e-9, abs=1e-12 * (1.0 + size))


@given(graphs(size=8))
def test_forward_is_reverse(graph):
    direction = tuple(1.0 + i for i in range(len(graph.inputs)))
    out, tangents = autograd.jvp(lambda *xs: graph.run(xs), graph.inputs, direction)
    pullback = autograd.vjp(lambda *xs: graph.run(xs), *graph.inputs)[1]
    for i in range(len(out)):
        rows = pullback([float(i == k) for k in range(len(out))])
        products = [r * d for r, d in zip(rows, direction, strict=True)]
        assert tangents[i] == pytest.approx(sum(products), rel=1e-9, abs=1e-10 * sum(map(abs, products)) + 1e-12)


@given(graphs(IN_TORCH))
def test_gradients_are_those_of_pytorch(graph):
    torch = pytest.importorskip("torch")
    leaves = [Value(x) for x in graph.inputs]
    theirs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in graph.inputs]
    sum(graph.run(leaves)).backward()
    sum(graph.run(theirs)).backward()
    want = [0.0 if their.grad is None else their.grad.item() for their in theirs]
    size = max(map(abs, want), default=0.0)
    assert [leaf.grad or 0.0 for leaf in leaves] == pytest.approx(want, rel=1e-8, abs=1e-9 * (1.0 + size))


@given(graphs(size=8))
def test_tensors_and_mpmath_compute_what_floats_do(graph):
    floats = graph.run(list(graph.inputs))
    tensors = graph.run([Tensor(np.full(3, x)) for x in graph.inputs])
    with mpmath.workdps(40):
        exact = graph.run([mpmath.mpf(x) for x in graph.inputs])
    for a, b, c in zip(floats, tensors, exact, strict=True):
        assert b.numpy() == pytest.approx(np.full(3, a), rel=1e-9, abs=1e-9)
        assert a == pytest.approx(float(mpmath.re(c)), rel=1e-6, abs=1e-6)


@given(graphs())
def test_a_graph_prints_as_a_program_that_computes_it(graph):
    names = {"autograd": autograd, "Value": Value}
    exec(str(graph), names)
    assert [head.data for head in names["heads"]] == graph.run(list(graph.inputs))


def test_graphs_shrink_to_a_line_or_two():
    wrong = find(graphs(), lambda graph: any(name == "tanh" for name, _ in graph.steps))
    assert wrong == Graph((0.0,), (("tanh", (0,)),), (0,))
    shared = find(graphs(["add", "mul"]), lambda graph: sum(len(set(backs)) == 2 for _, backs in graph.steps) > 0)
    assert len(shared.steps) <= 2


@given(st.sampled_from([row for row in table.values() if row.kind == "elementwise" and any(row.rules)]).flatmap(
    lambda row: st.tuples(st.just(row), inputs_for(row))
))  # fmt: skip
def test_inputs_are_inside_the_domain(drawn):
    row, call = drawn
    assert len(call.args) == len(row.rules)
    assert is_inside(row, *call)


def test_inputs_reach_everywhere():
    sqrt = inputs_for(table["sqrt"])
    for wanted in (lambda x: x > 1e150, lambda x: 0 < x < 1e-150, lambda x: x == 1.0, lambda x: 2.0 < x < 50.0):
        assert find(sqrt, lambda call, wanted=wanted: wanted(call.args[0])).args[0] >= 0.0
    hypot = inputs_for(table["hypot"])
    find(hypot, lambda call: min(map(abs, call.args)) > 1e150)
    find(hypot, lambda call: 0.0 < abs(abs(call.args[0]) - abs(call.args[1])) < 1e-3 * abs(call.args[0]))
    find(inputs_for(table["maximum"], near_kinks=True), lambda call: call.args[0] == call.args[1] != 0.0)
