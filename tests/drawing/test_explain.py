"""Every path from a value to the root, and that their sum is the gradient."""

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given

from autograd import GraphError, OperandError, Tensor, Value, exp, tanh
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
        "x → × → × → +:   −3 × 2 × 1 = −6",
        "x → × → +:   −6 × 1 = −6",
    )
    faded = {card.name for card in figure.scene.cards if card.faded}
    assert faded == {"w", "b", ""}  # and the product of the two
    assert sum(edge.faded for edge in figure.scene.edges) == 4
    assert str(figure).endswith("x → × → +:   −6 × 1 = −6")
    tree = ElementTree.fromstring(figure.to_svg())
    texts = ["".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert set(figure.scene.caption) <= set(texts)


def test_an_operand_used_twice_has_two_paths():
    a = Value(3.0, name="a")
    assert explain(a + a, a, 4, called).lines[0] == "∂root/∂a = 2, the sum over 2 paths:"
    assert explain(a, a, 4, called).lines == ("∂a/∂a = 1, one path:", "a:   1 = 1")


def test_many_paths_are_counted_not_walked():
    x = y = Value(1.0, name="x")
    for _ in range(200):
        y = y + y
    lines = explain(y, x, 4, called).lines
    assert len(lines) == 10
    assert lines[0].startswith("∂root/∂x = 1.6069e60, the sum over 1,606,938,044,258,990,")
    assert re.fullmatch(r"… and [0-9,]+ more", lines[-1])


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


def test_mistakes_are_named():
    x, y = Value(1.0, name="x"), Value(2.0, name="y")
    with pytest.raises(GraphError, match="explain= got 'y', which the root does not use"):
        draw(x * x, explain=y)
    with pytest.raises(OperandError, match="follows Values"):
        draw(Tensor([1.0]).sum(), explain=x)
    with pytest.raises(OperandError, match="follows Values"):
        draw(x * x, explain="x")
