"""Every path from a value to the root, and that their sum is the gradient."""

import math
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given

from autograd import GraphError, OperandError, Tensor, Value, exp, sqrt, stack, tanh, to_value, where
from autograd.drawing import draw
from autograd.drawing.explain import explain
from autograd.testing import graphs


def called(node):
    return node.name or ""


def test_the_chain_rule_is_written_out():
    x, w, b = Value(2.0, name="x"), Value(-3.0, name="w"), Value(0.5, name="b")
    y = (x * w) * x + w * b
    figure = draw(y, explain=x, names={})
    assert figure.scene.caption == (
        "∂root/∂x = −12, the sum over 2 paths:",
        "x → × → +:   −6 × 1 = −6",
        "x → × → × → +:   −3 × 2 × 1 = −6",
        "∂root/∂x = −6 − 6 = −12",
    )
    faded = {card.name for card in figure.scene.cards if card.faded}
    assert faded == {"w", "b", ""}  # and the product of the two
    assert sum(edge.faded for edge in figure.scene.edges) == 4
    assert str(figure).endswith("∂root/∂x = −6 − 6 = −12")
    tree = ElementTree.fromstring(figure.to_svg())
    texts = ["".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert set(figure.scene.caption) <= set(texts)


def test_an_operand_used_twice_has_two_paths():
    a = Value(3.0, name="a")
    assert explain(a + a, a, 4, called).lines == (
        "∂root/∂a = 2, the sum over 2 paths:",
        "a → + (left):   1 = 1",
        "a → + (right):   1 = 1",
        "∂root/∂a = 1 + 1 = 2",
    )
    x = Value(2.0, name="x")
    assert explain(where(x, x, x), x, 4, called).lines[1] == "x → where (operand 2):   1 = 1"
    assert explain(a, a, 4, called).lines == ("∂a/∂a = 1, one path:", "a:   1 = 1")


def test_many_paths_are_counted_not_walked():
    x = y = Value(1.0, name="x")
    for _ in range(200):
        y = y + y
    lines = explain(y, x, 4, called).lines
    assert len(lines) == 11
    assert lines[0] == "∂root/∂x = 1.6069e60, the sum over about 10⁶⁰ paths:"
    assert lines[-2:] == ("… and about 10⁶⁰ more", "∂root/∂x = 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + … = 1.6069e60")
    x = y = Value(1.0, name="x")
    for _ in range(15_000):
        y = y * y
    assert explain(y, x, 4, called).lines[0] == "∂root/∂x = inf, the sum over about 10⁴⁵¹⁵ paths:"


def test_a_long_path_is_written_with_its_ends():
    x = y = Value(1.0, name="x")
    for _ in range(27):
        y = (y + 1.0) * -1.0
    assert explain(y, x, 4, called).lines[1].startswith("x → + → × → … (50 steps) … → + → ×:   1 × −1 × 1 × … × 1 × −1")
    for _ in range(50):
        y = y * -0.5
    assert "… × −1 × (−0.5)⁵⁰ = −8.882e−16" in explain(y, x, 4, called).lines[1]


def test_the_largest_paths_are_shown():
    x = Value(1.0, name="x")
    total = x * 0.0
    for i in range(20):
        total = total + x * float((-1) ** i * (i + 1))
    lines = explain(total, x, 4, called).lines
    assert [line.rpartition(" = ")[2] for line in lines[1:9]] == ["−20", "19", "−18", "17", "−16", "15", "−14", "13"]
    assert lines[-1] == "∂root/∂x = −20 + 19 − 18 + 17 − 16 + 15 − 14 + 13 + … = −10"


def test_zero_times_infinity_is_what_the_sweep_says():
    x = Value(1.0, name="x")
    y = sqrt(x * 0.0)
    y.backward()
    assert math.isnan(x.grad)
    assert explain(y, x, 4, called).lines == ("∂root/∂x = nan, one path:", "x → × → √:   0 × inf = nan")
    x = Value(0.0, name="x")
    y = sqrt(x) * 0.0  # strong zero: a zero from above stays zero
    y.backward()
    assert x.grad == 0.0
    assert explain(y, x, 4, called).lines == ("∂root/∂x = 0, one path:", "x → √ → ×:   inf × 0 = 0")


def test_what_the_gradient_holds_beside_this_sweep_is_told():
    x = Value(3.0, name="x")
    y = x * x
    y.backward()
    assert "x.grad" not in explain(y, x, 4, called).lines[-1]
    y.backward()
    assert explain(y, x, 4, called).lines[-1] == "x.grad = 12 is not of this sweep alone"


def test_a_path_through_arrays_is_refused():
    a, b = Value(3.0, name="a"), Value(2.0, name="b")
    squares = stack([a, b])
    y = to_value((squares * squares).sum()) + a * 2.0
    with pytest.raises(OperandError, match="through the operation sum, whose derivative is an array"):
        explain(y, a, 4, called)
    c = Value(1.0, name="c")
    assert explain(y * c, c, 4, called).lines[0] == "∂root/∂c = 19, one path:"


@given(graphs())
def test_the_sum_is_the_gradient(graph):
    xs = [Value(x, name=f"x{i}") for i, x in enumerate(graph.inputs)]
    root = graph.nodes(xs)[-1]
    root.backward()
    for x in xs:
        if x.grad is None:
            with pytest.raises(GraphError, match="does not use"):
                explain(root, x, 4, called)
        else:
            total = float(explain(root, x, 17, called).lines[0].split(" = ")[1].split(", ")[0].replace("−", "-"))
            assert total == pytest.approx(x.grad, rel=1e-12, abs=1e-17)


def test_highlight_fades_the_others():
    x, y = Value(1.0, name="x"), Value(2.0, name="y")
    z = tanh(x) * exp(y)
    scene = draw(z, highlight=[x, z.args[0], z]).scene
    assert [card.faded for card in scene.cards if card.name] == [False, True, False]
    assert [edge.faded for edge in scene.edges] == [False, True, False, True]
    assert '<g opacity="0.22">' in draw(z, highlight=[x]).to_svg()
    assert "opacity" not in re.sub("fill-opacity", "", draw(z).to_svg())


def test_what_cannot_be_highlighted():
    x = y = Value(1.0, name="x")
    for _ in range(30):
        y = y * 2.0
    assert [card.name for card in draw(y, highlight=y).scene.cards if not card.faded] == ["y"]
    with pytest.raises(OperandError, match="highlight= takes Values and Tensors, but got 1 of type int"):
        draw(y, highlight=[1])
    with pytest.raises(OperandError, match="highlight= takes Values and Tensors, but got 1 of type int"):
        draw(y, highlight=1)
    with pytest.raises(GraphError, match=r"highlight= got .*'z'.*, which the graph that is drawn does not use"):
        draw(y, highlight=[Value(1.0, name="z")])
    with pytest.raises(GraphError, match=r"highlight= got .*'x'.* pass a larger max_nodes="):
        draw(y, highlight=x, max_nodes=5)


def test_mistakes_are_named():
    x, y = Value(1.0, name="x"), Value(2.0, name="y")
    with pytest.raises(GraphError, match="explain= got 'y', which the root does not use"):
        draw(x * x, explain=y)
    with pytest.raises(OperandError, match="follows Values"):
        draw(Tensor([1.0]).sum(), explain=x)
    with pytest.raises(OperandError, match="follows Values"):
        draw(x * x, explain="x")
    with pytest.raises(OperandError, match="pass one Value"):
        draw(x * x, explain=[x])
