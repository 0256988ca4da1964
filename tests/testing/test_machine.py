"""The life of nodes as a state machine: create, combine, backward, zero, detach, write and use again.

The model of a node is a function of the leaves' numbers at the time, as a dict of partial derivatives that plain
arithmetic carries along (forward mode by hand); gradients accumulate in a dict beside.
"""

import math

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

import autograd
from autograd import GraphError, StaleError, Value, no_grad

NUMBERS = st.floats(-2.0, 2.0).map(lambda x: round(x, 2) + 0.0)


class Model:
    """A number, its partials by the leaves, and the versions of the leaves that it was computed from."""

    def __init__(self, number, partials, versions, is_leaf=False):
        self.number, self.partials, self.versions, self.is_leaf = number, partials, versions, is_leaf

    @property
    def is_constant(self):
        return not self.is_leaf and not self.partials


class Life(RuleBasedStateMachine):
    nodes = Bundle("nodes")

    def __init__(self):
        super().__init__()
        self.grads, self.version, self.models = {}, {}, {}

    def add(self, node, model):
        self.models[node] = model
        return node

    def combined(self, node, pairs, number):
        """The model of a result from (operand, partial derivative) pairs."""
        partials, versions = {}, {}
        for operand, slope in pairs:
            model = self.models[operand]
            used = {operand: self.version[operand]} if model.is_leaf else model.versions
            versions |= {leaf: min(v, versions.get(leaf, v)) for leaf, v in used.items()}  # the oldest that was used
            for leaf, partial in ({operand: 1.0} if model.is_leaf else model.partials).items():
                partials[leaf] = partials.get(leaf, 0.0) + slope * partial
        return self.add(node, Model(number, partials, versions))

    def is_stale(self, model):
        return any(self.version[leaf] != version for leaf, version in model.versions.items())

    @rule(target=nodes, x=NUMBERS)
    def create(self, x):
        leaf = Value(x)
        self.grads[leaf], self.version[leaf] = None, 0
        return self.add(leaf, Model(x, {}, {}, is_leaf=True))

    @rule(target=nodes, a=nodes, b=nodes)
    def multiply(self, a, b):
        x, y = a.data, b.data
        return self.combined((a * b).tanh(), [(a, y * _sech2(x * y)), (b, x * _sech2(x * y))], math.tanh(x * y))

    @rule(target=nodes, a=nodes, b=nodes)
    def subtract(self, a, b):
        return self.combined(a - b, [(a, 1.0), (b, -1.0)], a.data - b.data)

    @rule(target=nodes, a=nodes)
    def sine(self, a):
        return self.combined(autograd.sin(a), [(a, math.cos(a.data))], math.sin(a.data))

    @rule(target=nodes, a=nodes)
    def detach(self, a):
        return self.add(a.detach(), Model(a.data, {}, {}))

    @rule(target=nodes, a=nodes)
    def compute_without_recording(self, a):
        with no_grad():
            return self.add(a * 2.0, Model(a.data * 2.0, {}, {}))

    @rule(a=nodes, seed=NUMBERS, create_graph=st.booleans())
    def backward(self, a, seed, create_graph):
        model = self.models[a]
        if model.is_constant:
            with pytest.raises(GraphError, match="requires a gradient"):
                a.backward(seed)
        elif self.is_stale(model):
            with pytest.raises(StaleError):
                a.backward(seed, create_graph=create_graph)
        else:
            a.backward(seed, create_graph=create_graph)
            for leaf, partial in ({a: 1.0} if model.is_leaf else model.partials).items():
                self.grads[leaf] = (self.grads[leaf] or 0.0) + seed * partial

    @rule(a=nodes)
    def zero(self, a):
        a.zero_grad()
        if a in self.grads:
            self.grads[a] = None

    @rule(a=nodes, x=NUMBERS)
    def write(self, a, x):
        model = self.models[a]
        if a.op is not None:
            with pytest.raises(GraphError, match="cannot be assigned"):
                a.data = x
        elif model.is_leaf:
            a.data = model.number = x
            self.version[a] += 1

    @rule(a=nodes)
    def differentiate_as_a_function(self, a):
        """Transforms leave no trace on the nodes that they are given."""
        out, tangent = autograd.jvp(lambda x: autograd.sin(x) * x, (a.data,), (1.0,))
        assert out == pytest.approx(math.sin(a.data) * a.data)
        assert tangent == pytest.approx(math.cos(a.data) * a.data + math.sin(a.data))

    @invariant()
    def numbers_and_gradients_are_those_of_the_model(self):
        for node, model in self.models.items():
            assert node.data == pytest.approx(model.number, rel=1e-12, abs=1e-12)
        for leaf, want in self.grads.items():
            got = leaf.grad.item() if isinstance(leaf.grad, Value) else leaf.grad
            assert (got is None) == (want is None)
            assert got is None or got == pytest.approx(want, rel=1e-9, abs=1e-9)


def _sech2(x):
    return 1.0 / math.cosh(x) ** 2


TestLife = Life.TestCase
TestLife.settings = settings(stateful_step_count=30, deadline=None)
