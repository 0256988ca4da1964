"""What stands on an edge: a number, or what the rule says of symbols."""

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, table
from autograd.drawing import draw
from autograd.drawing.partial import LONGEST, partial_of
from autograd.drawing.text import number
from autograd.primitive import Node


def labels(node):
    places = [place for place, arg in enumerate(node.args) if isinstance(arg, Node)]
    return [partial_of(node, place, number, lambda arg: arg.name or "").label for place in places]


def array(name, *shape):
    return Tensor(np.ones(shape), name=name)


X, W, x, y, b = array("X", 2, 3), array("W", 3, 4), array("x", 3), array("y", 3), array("b1", 4)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (X @ W, ["Ḡ · Wᵀ", "Xᵀ · Ḡ"]),
        (array(None, 2, 3) @ array(None, 3, 4), ["Ḡ · Bᵀ", "Aᵀ · Ḡ"]),
        (array("learning_rate", 2, 3) @ W, ["Ḡ · Wᵀ", "Aᵀ · Ḡ"]),
        (autograd.inner(X, array("V", 4, 3)), ["Ḡ · V", "Ḡᵀ · X"]),
        (x @ y, ["ḡ y", "x ḡ"]),
        (X @ W + b, ["×1", "Σ Ḡ"]),
        (X - x, ["×1", "−Σ Ḡ"]),
        (X * x, ["⊙ x", "Σ Ḡ ⊙ X"]),
        (x * 3.0, ["×3"]),
        (x**2, ["⊙ 2 x"]),
        (x**-1.0, ["⊙ −1 / x²"]),
        (autograd.tanh(x), ["⊙ sech²(x)"]),
        (autograd.relu(X @ W), ["⊙ [u > 0]"]),
        (autograd.gelu(x), ["⊙ GELU′(x)"]),
        (autograd.exp(autograd.exp(x)), ["⊙ exp(u)"]),
        (X.sum(), ["broadcast(ḡ)"]),
        (X.T, ["Ḡᵀ"]),
        (X.reshape(6), ["reshape(ḡ)"]),
        (X[0], ["scatter(ḡ)"]),
        (autograd.concatenate([x, y]), ["ḡ[…]", "ḡ[…]"]),
        (autograd.log_softmax(X, axis=1), ["Jᵀ · Ḡ"]),
        (autograd.max(x), ["Jᵀ · ḡ"]),
        (Value(2.0) * Value(-3.0), ["×−3", "×2"]),
        (x.sum() * 2.0, ["×2"]),
    ],
)  # fmt: skip
def test_formulas(node, expected):
    assert labels(node) == expected


def test_a_matrix_that_is_used_twice_has_one_letter():
    a = array(None, 3, 3)
    assert labels(a @ a) == ["Ḡ · Aᵀ", "Aᵀ · Ḡ"]


@pytest.mark.parametrize("name", [name for name, row in table.items() if row.rules and row.facts.examples])
def test_every_row_has_a_short_label(name):
    row = table[name]
    for example in row.facts.examples:
        shapes, params = ([(3,)] * len(row.rules), example) if row.kind == "elementwise" else example
        args = [Tensor(np.full(shape, 0.5)) for shape in shapes]
        node = row(*args, **params)
        if isinstance(node, Tensor) and node.op is row and node.ndim:
            assert all(0 < len(label) <= LONGEST + 6 for label in labels(node))


def test_the_tooltip_has_the_whole_formula():
    p = autograd.log_softmax(array("z", 2, 3), axis=1)
    p.name = "p"
    (edge,) = draw(p).scene.edges
    assert edge.tooltip == "∂p/∂z: −Ḡ expm1(p) − exp(p) rest(Ḡ)\nḠ is the gradient of p"
    assert edge.partial is None


@pytest.fixture
def declare():
    before = set(table)
    yield autograd.elementwise
    for name in set(table) - before:
        del table[name]


def endless(g, ans, x):
    for _ in range(20):
        x = x * x + x  # what is used twice is written twice
    return g * x


@pytest.mark.parametrize("rule", [lambda g, ans, x: g * x[0].mine, lambda g, ans, x: g if x > 0 else -g, endless])
def test_a_rule_that_tells_no_formula_has_a_label_all_the_same(declare, rule):
    twice = declare("twice", lambda x: 2 * x, lambda x: 2 * x, rule)
    assert labels(twice(x)) == ["⊙ twice′"]
