"""`find_nan` and `detect_anomaly`: the first operation that made nan or inf, with its line where that is known."""

import math

import numpy as np
import pytest

import autograd
from autograd import AnomalyError, OperandError, Tensor, Value, detect_anomaly, find_nan, grad


def test_the_first_operation_is_named_not_the_last():
    x, y = Value(2.0, name="x"), Value(0.0, name="y")
    bad = x / y
    root = autograd.exp(bad - bad) * x
    found = find_nan(root)
    assert found.node is bad
    assert (found.phase, found.operands, found.result, found.line) == ("forward", (x, y), math.inf, None)
    assert str(found) == "forward pass: div(x = 2.0, y = 0.0) made inf"


def test_a_leaf_and_a_node_without_gradient():
    assert str(find_nan(Value(math.nan, name="w") * 2.0)) == "forward pass: 'w' is nan from the start"
    hidden = autograd.log(Value(-1.0, requires_grad=False))
    assert find_nan(hidden + Value(1.0)).node is hidden


def test_a_constant_operand_is_named():
    w = Tensor([[1.0, 2.0]], name="w")
    found = find_nan(autograd.exp(w * np.array([[1.0], [math.nan]])).sum())
    assert (found.phase, found.position) == ("forward", 1)
    array = "an array of shape (2, 1) with 1 nan or inf, the first nan at [1, 0]"
    assert str(found) == f"forward pass: operand 1 of mul, a constant, is {array}"
    with detect_anomaly(), pytest.raises(AnomalyError, match="operand 0 of sub, a constant, is inf, recorded at"):
        math.inf - Value(1.0)


def test_arrays_say_where():
    t = Tensor([[1.0, 0.0], [-1.0, 2.0]], name="t")
    text = str(find_nan(autograd.log(t).sum()))
    assert text == (
        "forward pass: log(t = an array of shape (2, 2) from -1 to 2) made an array of shape (2, 2) with 2 nan or inf, "
        "the first -inf at [0, 1]"
    )


def test_the_backward_pass_leaves_no_trace():
    x = Value(0.0, name="x")
    inner = autograd.sqrt(x)
    root = inner * 3.0
    found = find_nan(root)
    assert (found.phase, found.node, found.position, found.gradient, found.result) == (
        "backward",
        inner,
        0,
        3.0,
        math.inf,
    )
    assert (x.grad, inner.grad, root.grad) == (None, None, None)
    t = Tensor([0.0, 4.0])
    assert "backward pass: the rule of sqrt(" in str(find_nan(autograd.sqrt(t)))
    assert find_nan(autograd.where(t.data > 0, autograd.sqrt(t), 0.0)) is None


def test_finite_graphs_have_none():
    x = Value(1.0)
    assert find_nan(autograd.sin(x) * x) is None
    assert find_nan(Value(1.0, requires_grad=False)) is None
    with pytest.raises(OperandError, match="takes a Value or a Tensor"):
        find_nan(1.0)


def test_detection_raises_at_once_with_the_line():
    x = Value(0.0, name="x")
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"log\(x = 0.0\) made -inf, recorded at .*test_anomaly.py"),
    ):
        autograd.log(x)
    with (
        detect_anomaly(),
        pytest.raises(AnomalyError, match=r"rule of sqrt.*recorded at .*in test_detection") as caught,
    ):
        autograd.sqrt(x).backward()
    assert caught.value.anomaly.position == 0
    assert x.grad is None
    with detect_anomaly(), pytest.raises(AnomalyError, match="rule of sqrt"):
        autograd.sqrt(Tensor([0.0])).sum().backward()
    with detect_anomaly(), pytest.raises(AnomalyError):
        grad(autograd.sqrt)(0.0)
    assert autograd.log(x).data == -math.inf  # and is quiet again


def test_find_nan_knows_lines_inside_a_block():
    with detect_anomaly():
        y = autograd.sqrt(Value(4.0))
        assert find_nan(y) is None
        t = Tensor([np.inf]) * 2.0  # no anomaly: it was inf before
        assert find_nan(t).line is None
        z = Value(0.0) * 1.0
        root = autograd.reciprocal(z + 1e-200)
        assert "test_find_nan_knows_lines" in find_nan(root).line


def test_forward_mode_and_sums_are_watched():
    with detect_anomaly(), pytest.raises(AnomalyError, match=r"forward mode: the tangent of sqrt\(0.0\) is inf"):
        autograd.jvp(autograd.sqrt, (0.0,), (1.0,))
    a = Value(1e-10)
    assert find_nan(a * 1.5e308 + a * 1.5e308).result == math.inf


def test_what_rules_compute_on_their_way_is_no_anomaly():
    with detect_anomaly():
        assert grad(grad(grad(lambda x: x**3)))(0.0) == 6.0


def test_lines_of_an_outer_block_are_known():
    with detect_anomaly():
        x = autograd.sqrt(Value(0.0))
        with detect_anomaly():
            assert "test_lines_of_an_outer_block" in find_nan(x).line


def test_it_is_a_decorator_and_nests_with_no_grad():
    @detect_anomaly()
    def f(x):
        with autograd.no_grad():
            return autograd.log(x)

    with pytest.raises(AnomalyError):
        f(Value(0.0))
    assert f(Value(1.0)).requires_grad is False
    with detect_anomaly(), detect_anomaly():
        assert autograd.exp(Value(1.0)).data == math.e


def test_what_a_rule_computes_on_its_way_is_its_own():
    x = Value(800.0)
    with detect_anomaly():
        autograd.elu(x).backward(create_graph=True)  # where the branch that is not taken holds e^800
    assert x.grad.data == 1.0


def test_derivatives_that_nobody_asked_for_are_not_looked_at():
    y = Value(0.0)
    with detect_anomaly():
        assert grad(lambda x: x * y**0.5)(2.0).data == 0.0
