"""The sweep: order, accumulation, strong zero, un-broadcasting, pruning, and depth."""

import array
import gc
import math
import os
import signal
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import (
    GraphError,
    OperandError,
    ShapeError,
    StaleError,
    Tensor,
    Value,
    elementwise,
    general,
    sweep,
    toposort,
)
from autograd.primitive import Primitive, table
from autograd.testing import graphs


def micrograd_readme():
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return a, b, g


def neuron():
    x1, x2 = Value(2.0, name="x1"), Value(0.0, name="x2")
    w1, w2 = Value(-3.0, name="w1"), Value(1.0, name="w2")
    b = Value(6.8813735870195432, name="b")
    return x1, x2, w1, w2, b, (x1 * w1 + x2 * w2 + b).tanh()


# --- the examples everybody knows ---


def test_micrograd_readme():
    a, b, g = micrograd_readme()
    g.backward()
    assert (round(g.data, 4), round(a.grad, 4), round(b.grad, 4)) == (24.7041, 138.8338, 645.5773)


def test_neuron():
    x1, x2, w1, w2, b, o = neuron()
    o.backward()
    assert o.data == pytest.approx(0.7071, abs=5e-5)
    assert [leaf.grad for leaf in (x1, w1, x2, w2, b)] == pytest.approx([-1.5, 1.0, 0.5, 0.0, 0.5])


# --- random graphs: tests/testing/test_graphs.py has them against PyTorch and mpmath ---


@given(graphs(["add", "sub", "neg", "mul", "sin", "cos", "tanh", "sigmoid"], bound=10.0), st.integers(0, 2**32 - 1))
def test_gradients_of_arrays_are_those_of_pytorch(graph, seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    arrays = [
        x + rng.uniform(-0.01, 0.01, shape) for x, shape in zip(graph.inputs, ((2, 3), (3,), (2, 1)), strict=False)
    ]
    leaves, theirs = [Tensor(x) for x in arrays], [torch.tensor(x, requires_grad=True) for x in arrays]
    root, their_root = graph.nodes(leaves)[-1], graph.nodes(theirs)[-1]
    out = rng.normal(size=root.shape)
    root.backward(out)
    their_root.backward(torch.tensor(out))
    for leaf, their in zip(leaves, theirs, strict=True):
        want = np.zeros(leaf.shape) if their.grad is None else their.grad.numpy()
        got = np.zeros(leaf.shape) if leaf.grad is None else leaf.grad
        np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9 * (1.0 + np.max(np.abs(want))))


@given(graphs())
def test_a_value_is_a_tensor_of_shape_nothing(graph):
    values, tensors = [Value(x) for x in graph.inputs], [Tensor(x) for x in graph.inputs]
    graph.nodes(values)[-1].backward()
    graph.nodes(tensors)[-1].backward()
    size = max(abs(value.grad or 0.0) for value in values)
    for value, tensor in zip(values, tensors, strict=True):
        assert (value.grad is None) == (tensor.grad is None)
        assert tensor.grad is None or float(tensor.grad) == pytest.approx(value.grad, rel=1e-9, abs=1e-9 * (1.0 + size))


@given(graphs())
def test_the_sweep_of_floats_is_the_general_sweep(graph):
    leaves = [Value(x) for x in graph.inputs]
    root = graph.nodes(leaves)[-1]
    order = toposort(root)
    leaves[0].grad = 7.0
    fast = sweep.pull_floats({root: 1.0}, keep=True)
    assert leaves[0].grad == 7.0
    inner = {node: node.grad for node in order if node.op}
    general = {root: 1.0}
    sweep.pull(order, general, keep=True)
    assert inner == {node: node.grad for node in order if node.op}
    assert fast == {leaf: general.get(leaf, 0.0) for leaf in order if not leaf.op}
    assert all(type(g) is float for g in (*fast.values(), *inner.values()))


@given(graphs())
def test_order_is_topological_and_holds_every_node_once(graph):
    order = toposort(graph.nodes([Value(x) for x in graph.inputs])[-1])
    place = {node: i for i, node in enumerate(order)}
    assert len(place) == len(order)
    for node in order:
        assert all(place[arg] < place[node] for arg in node.args if isinstance(arg, Value))


def test_order_since_a_node():
    x = Value(2.0)
    y = x * x
    z = y + x
    assert toposort(z, y, z, since=y.index) == [y, z]
    assert toposort(y, since=y.index) == [y]
    x.index = 0  # the very first one
    assert toposort(x) == [x]


def test_order_since_a_node_includes_it():
    a = Value(1.0)
    b = a + 1.0
    c = b * 2.0
    assert toposort(c, since=b.index) == [b, c]
    assert toposort(c, since=c.index) == toposort(c, a, since=b.index + 1) == [c]
    assert toposort(c, since=c.index + 1) == []


def test_gradients_are_numbers_unless_asked_otherwise():
    x = Value(2.0)
    sweep.backward(x * x)
    assert type(x.grad) is float
    y, t = x.exp() * x, Tensor([1.0]) * 2.0
    for root, seed in ((y, 1.0), (t, np.ones(1))):
        pending = {root: seed}
        sweep.pull(toposort(root), pending)
        assert {type(g) for g in pending.values()} == {type(seed)}
        assert root.grad is None


# --- accumulation ---


def test_an_operand_used_twice_counts_twice():
    x = Value(3.0)
    (x * x + x).backward()
    assert x.grad == 7.0


def test_gradients_of_shape_nothing_stay_arrays():
    x = Tensor(3.0)
    for _ in range(2):
        (x * x + x * 2.0).backward()
        assert type(x.grad) is np.ndarray
    x.grad *= 2.0
    assert x.grad == 32.0


def test_a_gradient_of_shape_nothing_is_an_array():
    x = Tensor(3.0)
    (x * 2.0).backward()
    assert type(x.grad) is np.ndarray


def test_leaves_accumulate_until_zero_grad():
    x = Value(3.0)
    (x * 2.0).backward()
    (x * 5.0).backward()
    assert x.grad == 7.0
    x.zero_grad()
    assert x.grad is None


def test_inner_nodes_hold_the_latest_sweep():
    x = Value(3.0)
    shared = x * x
    a, b = shared * 2.0, shared * 5.0
    a.backward()
    assert (shared.grad, x.grad) == (2.0, 12.0)
    b.backward()
    assert (shared.grad, x.grad) == (5.0, 42.0)
    b.backward()
    assert (shared.grad, x.grad) == (5.0, 72.0)


def test_backward_on_a_leaf():
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0


def test_gradient_argument_scales():
    x = Value(3.0)
    (x * x).backward(0.5)
    assert x.grad == 3.0


def test_a_failing_sweep_changes_no_leaf():
    fails = autograd.elementwise("fails_in_tests", lambda x: x, np.positive, lambda g, ans, x: 1 / None)
    try:
        x, y = Value(1.0), Value(2.0)
        x.grad = y.grad = 5.0
        root = y * fails(x * 1.0)
        with pytest.raises(OperandError, match="rule 0 of fails_in_tests failed"):
            root.backward()
        assert (x.grad, y.grad) == (5.0, 5.0)
    finally:
        del autograd.table["fails_in_tests"]


# --- strong zero ---


@pytest.mark.parametrize("make", [Value, Tensor])
@pytest.mark.parametrize(
    "f",
    [
        lambda x: autograd.where(x > 0.0, autograd.sqrt(x), 0.0),
        lambda x: autograd.where(x > 0.0, autograd.log(x), x * 0.0),
        lambda x: autograd.where(x > 0.0, 1.0 / x, 0.0),
        lambda x: autograd.sqrt(x) * 0.0,
    ],
)
def test_the_branch_not_taken_contributes_zero(make, f):
    x = make(0.0)
    f(x).backward()
    assert float(x.grad) == 0.0


def test_strong_zero_by_element():
    x = Tensor([0.0, 4.0])
    autograd.where(x > 0.0, autograd.sqrt(x), 0.0).sum().backward()
    assert x.grad.tolist() == [0.0, 0.25]


def test_strong_zero_through_a_matrix_product():
    w, v = Tensor([[1.0, 2.0], [3.0, 4.0]]), np.array([[np.inf, 1.0], [2.0, 3.0]])
    (w @ v)[:, 1].sum().backward()  # the first column, with its inf, is not used
    assert w.grad.tolist() == [[1.0, 3.0], [1.0, 3.0]]


@pytest.mark.parametrize("rows", [1, 7])
def test_strong_zero_where_the_other_operand_is_smaller_than_the_contribution(rows):
    w, x = Tensor(np.ones((3, 5))), np.full((rows, 5), 2.0)
    x[0, 1], x[0, 2] = np.inf, np.nan
    autograd.inner(x, w)[:, 1].sum().backward()
    sums = x.sum(axis=0)
    np.testing.assert_array_equal(w.grad, [np.zeros(5), sums, np.zeros(5)])


def test_strong_zero_where_an_operand_is_smaller_than_its_contribution():
    w, x = Tensor(np.ones((5, 3))), np.full((7, 2, 5), 2.0)
    x[0, 0, 1], x[0, 1, 2] = np.inf, np.nan
    (x @ w)[..., 1].sum().backward()
    np.testing.assert_array_equal(w.grad.T, [np.zeros(5), x.sum(axis=(0, 1)), np.zeros(5)])


def test_strong_zero_where_a_divisor_is_smaller_than_the_contribution():
    x = Tensor(np.ones(3))
    (x / np.zeros(1)).backward(np.array([0.0, 1.0, -1.0]))
    assert x.grad.tolist() == [0.0, math.inf, -math.inf]


def test_an_overflow_in_a_matrix_product_is_no_zero():
    w = Tensor(np.ones((3, 5)))
    autograd.inner(np.full((2, 5), 1e200), w).backward(np.full((2, 3), 1e200))
    np.testing.assert_array_equal(w.grad, np.full((3, 5), np.inf))


def test_a_live_inf_stays_visible():
    x = Value(0.0)
    autograd.sqrt(x).backward()
    assert x.grad == math.inf
    t = Tensor([[1.0, 1.0]])
    (t @ np.array([[np.inf], [1.0]])).sum().backward()
    assert t.grad.tolist() == [[math.inf, 1.0]]


def test_second_order_strong_zero():
    x = Value(0.0)
    autograd.where(x > 0.0, autograd.sqrt(x), x * x).backward(create_graph=True)
    slope, x.grad = x.grad, None
    slope.backward()
    assert x.grad == 2.0


def test_python_float_division_by_zero_is_ieee():
    x, y = Value(1.0), Value(0.0)
    z = x / y
    z.backward()
    assert (z.data, x.grad, y.grad) == (math.inf, math.inf, -math.inf)


def test_division_by_zero_among_numbers_of_a_rule_is_ieee_at_every_order():
    parabola = autograd.elementwise(
        "parabola_in_tests",
        lambda x, y: x * x,
        lambda x, y: x * x,
        lambda g, ans, x, y: g * (2.0 * x) * (1.0 / y),
        None,
    )
    try:
        slope = autograd.grad(parabola)
        assert slope(2.0, 0.0) == autograd.grad(slope)(2.0, 0.0) == math.inf
        x = Value(2.0)
        parabola(x, 0.0).backward(create_graph=True)
        assert x.grad.data == math.inf
    finally:
        del autograd.table["parabola_in_tests"]


# --- un-broadcasting and shapes ---


@pytest.mark.parametrize(
    ("a", "b"),
    [((3,), ()), ((), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((2, 3), (2, 1)), ((1,), (4, 1)), ((0, 3), (3,))],
)
@pytest.mark.parametrize("op", ["add", "mul", "div", "maximum", "power"])
def test_broadcast_operands_get_gradients_of_their_own_shape(a, b, op):
    rng = np.random.default_rng(0)
    x, y = Tensor(rng.uniform(1, 2, a)), Tensor(rng.uniform(1, 2, b))
    seed = rng.normal(size=np.broadcast_shapes(a, b))
    getattr(autograd, op)(x, y).backward(seed)
    wide_x, wide_y = (Tensor(np.broadcast_to(t.data, seed.shape)) for t in (x, y))
    getattr(autograd, op)(wide_x, wide_y).backward(seed)
    for narrow, wide in ((x, wide_x), (y, wide_y)):
        extra = seed.ndim - narrow.ndim
        axes = tuple(range(extra)) + tuple(i + extra for i, n in enumerate(narrow.shape) if n != seed.shape[i + extra])
        np.testing.assert_allclose(narrow.grad, wide.grad.sum(axis=axes).reshape(narrow.shape), rtol=1e-14)
        assert narrow.grad.dtype == narrow.dtype


@pytest.mark.parametrize(
    ("rule", "shape"), [(lambda g: g[0], r"\(\)"), (lambda g: autograd.stack([*g, *g]), r"\(4,\)")]
)
def test_a_rule_of_the_wrong_shape_is_named(rule, shape):
    wrong = autograd.linear("wrong_in_tests", lambda x: x * 1.0, lambda g, ans, x: rule(g))
    try:
        with pytest.raises(ShapeError, match=rf"rule 0 of wrong_in_tests returned shape {shape} for .* shape \(2,\)"):
            wrong(Tensor([1.0, 2.0])).sum().backward()
    finally:
        del autograd.table["wrong_in_tests"]


def test_a_rule_may_divide_operands_by_zero():
    x, y = Value(2.0), Value(0.0)
    autograd.xlogy(x, y).backward()
    assert (x.grad, y.grad) == (-math.inf, math.inf)


def test_an_error_inside_a_rule_keeps_its_own_words():
    refuses = autograd.elementwise("refuses_in_tests", lambda x: x, np.positive, lambda g, ans, x: autograd.exp(1j))
    try:
        with pytest.raises(OperandError, match=r"^exp: complex"):
            refuses(Tensor([1.0, 2.0])).sum().backward()
    finally:
        del autograd.table["refuses_in_tests"]


def test_float32_stays_float32():
    x, w = Tensor([1.0, 2.0], dtype=np.float32), Tensor([3.0, 4.0])
    y = (2 * x.tanh() + np.array([1, 2]) + True).exp() / 3.0
    assert y.dtype == np.float32
    assert (x * np.ones(2)).dtype == np.float64  # by promotion, as in numpy, recording or not
    with autograd.no_grad():
        assert (x * np.ones(2)).dtype == np.float64
    (x * w).sum().backward()  # float64 by promotion; each leaf gets its own dtype back
    assert (x.grad.dtype, w.grad.dtype) == (np.float32, np.float64)


# --- nothing is shared, nothing is written through ---


def test_gradients_share_memory_with_nothing():
    x, y, seed = Tensor([1.0, 2.0]), Tensor([3.0, 4.0]), np.array([1.0, 1.0])
    z = x + y
    z.backward(seed)
    x.grad *= 100.0
    assert y.grad.tolist() == seed.tolist() == z.grad.tolist() == [1.0, 1.0]


def test_gradients_share_memory_through_no_view():
    x, y = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    z = x + y
    autograd.cumprod(z).sum().backward()  # whose rule gives a view
    want = z.grad.tolist()
    x.grad *= 100.0
    assert y.grad.tolist() == z.grad.tolist() == want == [7.0, 4.0]


def test_writing_into_an_operand_after_recording_changes_nothing():
    x, constant = Tensor([1.0, 2.0]), np.array([3.0, 4.0])
    mask = np.array([True, False])
    index = np.array([0, 1])
    loss = (x * constant + autograd.where(mask, x, 0.0))[index].sum()
    constant[:] = np.nan
    mask[:] = False
    index[:] = 0
    loss.backward()
    assert x.grad.tolist() == [4.0, 4.0]


def test_the_array_of_a_tensor_is_locked():
    source = np.array([1.0, 2.0])
    x = Tensor(source)
    source[0] = 7.0
    assert x.data.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        x.data[0] = 5.0
    with pytest.raises(ValueError, match="read-only"):
        (x * 2).data[0] = 5.0


@pytest.mark.parametrize(("x", "new"), [(Value(2.0, name="w"), 3.0), (Tensor([2.0], name="w"), [3.0])])
def test_data_overwritten_after_use_is_noticed(x, new):
    y = x * x
    x.data = new
    with pytest.raises(StaleError, match="'w' was overwritten after mul"):
        y.sum().backward() if isinstance(y, Tensor) else y.backward()
    again = x * x
    again.backward(np.ones_like(again.numpy()))
    assert float(np.sum(x.grad)) == 6.0


def test_overwritten_constants_are_noticed_too():
    x, c = Value(2.0), Value(3.0, requires_grad=False)
    y = x * c
    c.data = 100.0
    with pytest.raises(StaleError):
        y.backward()


# --- pruning, detaching, errors ---


def test_what_needs_no_gradient_is_never_visited():
    calls = []
    spy = autograd.elementwise("spy_in_tests", lambda x: x, np.positive, lambda g, ans, x: calls.append(1) or g)
    try:
        x, c = Value(2.0), Value(3.0, requires_grad=False)
        (x * spy(c)).backward()
        assert (x.grad, c.grad, calls) == (3.0, None, [])
    finally:
        del autograd.table["spy_in_tests"]


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("make", [Value, Tensor])
def test_what_needs_no_gradient_gets_none(make, create_graph):
    x, c = make(2.0), make(3.0, requires_grad=False)
    constant = c * c
    y = x * constant
    assert toposort(y) == [x, y]
    assert toposort(c, constant) == []
    y.backward(create_graph=create_graph)
    assert (float(x.grad.data if create_graph else x.grad), c.grad, constant.grad) == (9.0, None, None)


def test_detached_parts_are_constants():
    x = Value(3.0)
    (x * (x * x).detach()).backward()
    assert x.grad == 9.0


@pytest.mark.parametrize("root", [Value(3.0).detach(), Value(3.0, requires_grad=False) * 2.0, Tensor([1.0]).detach()])
def test_backward_from_what_requires_no_gradient(root):
    with pytest.raises(GraphError, match="requires a gradient"):
        root.backward()


def test_backward_from_an_array_needs_a_gradient():
    with pytest.raises(GraphError, match=r"of shape \(2,\) needs the gradient"):
        (Tensor([1.0, 2.0]) * 2).backward()


@pytest.mark.parametrize("gradient", [1.0, [1.0], [[1.0, 1.0]], np.ones(3)])
def test_a_gradient_is_never_broadcast(gradient):
    x = Tensor([1.0, 2.0])
    with pytest.raises(ShapeError, match="gradient= has shape"):
        (x * 2).backward(gradient)
    assert x.grad is None


@pytest.mark.parametrize("gradient", ["1", 1j, object()])
def test_a_gradient_is_made_of_real_numbers(gradient):
    with pytest.raises(OperandError, match="gradient= takes real numbers"):
        (Value(2.0) * 2).backward(gradient)


# --- higher order ---


def test_create_graph_any_order():
    x = Value(2.0)
    y = x**5
    for order, want in enumerate([80.0, 160.0, 240.0, 240.0, 120.0, 0.0], 1):
        x.grad = None
        y.backward(create_graph=True)
        y = x.grad
        assert y.data == want, order


def test_create_graph_with_tensors():
    rng = np.random.default_rng(1)
    w, x = Tensor(rng.normal(size=(3, 2))), rng.normal(size=(4, 3))
    loss = autograd.logsumexp(x @ w, axis=1).sum()
    loss.backward(create_graph=True)
    slope = (w.grad * w.grad).sum()
    w.grad = None
    slope.backward()

    def squared_slope(data):
        p = np.exp(x @ data)
        return np.sum((x.T @ (p / p.sum(1, keepdims=True))) ** 2)

    for i in np.ndindex(w.shape):
        step = np.zeros(w.shape)
        step[i] = 1e-6
        want = (squared_slope(w.data + step) - squared_slope(w.data - step)) / 2e-6
        assert w.grad[i] == pytest.approx(want, rel=1e-6)


def test_values_through_a_tensor_and_back():
    a, b = Value(2.0), Value(3.0)
    t = autograd.stack([a, b, a])
    out = autograd.to_value((t * t * np.array([1.0, 10.0, 100.0])).sum())
    (out * a).backward(create_graph=True)
    assert (out.data, a.grad.data, b.grad.data) == (494.0, 494.0 + 2.0 * 404.0, 120.0)
    slope, a.grad, b.grad = a.grad, None, None
    slope.backward()
    assert (a.grad, b.grad) == (6 * 2.0 * 101.0, 60.0)


# --- size ---


@pytest.mark.parametrize("start", [Value(1.0), Tensor([1.0, 2.0])])
def test_a_long_chain(start):
    length = 1_000_000 if isinstance(start, Value) else 50_000
    x = start
    for _ in range(length):
        x = x + 1.0
    x.backward(np.ones_like(x.numpy()))
    assert np.all(np.asarray(start.grad) == 1.0)
    del x


def test_graphs_die_by_reference_counting():
    def alive():
        return sum(type(thing) is Value for thing in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = alive()
        for _ in range(20):
            _, _, g = micrograd_readme()
            g.backward()
        del g, _
        assert alive() == before
    finally:
        gc.enable()


def test_threads_build_and_sweep_their_own_graphs():
    shared, wrong = Value(2.0), []

    def work(seed):
        for i in range(50):
            a, _, g = micrograd_readme()
            (g + shared * 0.0).backward()
            x = Value(float(seed + i))
            (x * x * shared).backward()
            if round(a.grad, 4) != 138.8338 or x.grad != 4.0 * (seed + i):
                wrong.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@given(st.floats(-2, 2), st.floats(-2, 2))
def test_linear_in_the_cotangent(g, h):
    def pulled(seed):
        x = Value(0.7)
        (x.sin() * x.exp()).backward(seed)
        return x.grad

    assert pulled(g + h) == pytest.approx(pulled(g) + pulled(h), rel=1e-12, abs=1e-12)


# --- what a hostile reader found ---


def test_parameters_reach_the_rule_of_two_operands():
    scaled = autograd.elementwise(
        "scaled_in_tests",
        lambda x, y, *, k=1.0: k * x * y,
        lambda x, y, *, k=1.0: k * x * y,
        lambda g, ans, x, y, *, k=1.0: g * k * y,
        lambda g, ans, x, y, *, k=1.0: g * k * x,
    )
    try:
        a, b = Value(2.0), Value(5.0)
        (scaled(a, 5.0, k=3.0) + scaled(a, b, k=2.0)).backward()
        assert (a.grad, b.grad) == (25.0, 4.0)
    finally:
        del autograd.table["scaled_in_tests"]


@pytest.mark.parametrize("x", [Value(1.0), Tensor([1.0])])
def test_results_cannot_be_given_other_data(x):
    y = x.exp()
    with pytest.raises(GraphError, match="cannot be assigned"):
        y.data = x.data


def test_a_sweep_inside_a_rule_counts():
    w = Value(2.0)

    def rule(g, ans, x):
        (w * 1.0).backward()
        return g

    nested = autograd.elementwise("nested_in_tests", lambda x: x, np.positive, rule)
    try:
        (nested(w) * 1.0 + w * 5.0).backward()
        assert w.grad == 7.0
    finally:
        del autograd.table["nested_in_tests"]


def test_threads_may_sweep_one_graph():
    x = Value(2.0)
    y = x
    for _ in range(300):
        y = y * 1.0 + 0.0

    def work(create_graph):
        for _ in range(30):
            y.backward(create_graph=create_graph)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(flag,)) for flag in (False, False, True, False)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert float(x.grad.item()) == 120.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_threads_add_to_a_leaf_in_turn():
    class Slow(float):
        def __add__(self, other):
            time.sleep(0.05)
            return Slow(float(self) + other)

    w = Value(2.0)
    w.grad = Slow(0.0)
    threads = [threading.Thread(target=(w * factor).backward) for factor in (1.0, 2.0, 4.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert w.grad == 7.0


def test_a_rule_that_cuts_the_second_derivative_is_refused():
    def rule(g, ans, x):
        return g * math.cos(x)  # which makes a plain float of a node

    wave = Primitive("elementwise", "wave", math.sin, np.sin, (rule,))
    table.pop("wave")
    x = Value(0.5)
    wave(x).backward()
    assert x.grad == math.cos(0.5)
    with pytest.raises(OperandError, match="float"):
        wave(x).backward(create_graph=True)


def test_a_forked_child_has_locks_of_its_own():
    held, over = threading.Event(), threading.Event()

    def hold():
        with sweep._sweeping, sweep._writing:
            held.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    child = os.fork()
    if child == 0:
        signal.alarm(5)  # which ends it where it waits for a lock
        x = Value(2.0)
        quick = sweep.pull_floats({x * x: 1.0})
        (x * x).backward()
        os._exit(not (quick == {x: 4.0} and x.grad == 4.0))
    _, status = os.waitpid(child, 0)
    over.set()
    thread.join()
    assert status == 0


def test_an_interrupted_sweep_changes_no_leaf():
    calls = []

    def rule(g, ans, x):
        calls.append(x)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return g

    stops = autograd.elementwise("stops_in_tests", lambda x: x, np.positive, rule)
    try:
        leaves = [Value(float(i)) for i in range(5)]
        for leaf in leaves:
            leaf.grad = 100.0
        with pytest.raises(KeyboardInterrupt):
            sum(stops(leaf) for leaf in leaves).backward()
        assert [leaf.grad for leaf in leaves] == [100.0] * 5
        sum(leaves).backward()
        assert [leaf.grad for leaf in leaves] == [101.0] * 5
    finally:
        del autograd.table["stops_in_tests"]


def test_parameters_and_constants_of_every_kind_are_our_own():
    x, index, axes = Tensor([[1.0, 2.0, 3.0]]), np.array([0, 1]), [1, 0]
    weights = [np.array([[3.0, 4.0, 5.0]]).view(np.matrix), array.array("d", [3.0, 4.0, 5.0])]
    picked, turned = autograd.getitem(x, index=(slice(None), index)), autograd.transpose(x, axes=axes)
    weighted = [autograd.mul(x, weight) for weight in weights]
    index[:], axes[:], weights[0][:] = 2, [0, 1], 0.0
    weights[1][0] = 0.0
    picked.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0, 0.0]]
    turned.backward(np.array([[1.0], [2.0], [3.0]]))
    assert x.grad.tolist() == [[2.0, 3.0, 3.0]]
    for part in weighted:
        x.zero_grad()
        part.sum().backward()
        assert x.grad.tolist() == [[3.0, 4.0, 5.0]]
    with pytest.raises(OperandError, match="masked arrays"):
        x * np.ma.masked_array([1.0, 2.0, 3.0], [True, False, False])


def test_indices_of_every_kind_add_up():
    for index in (((0, 0),), array.array("l", [0, 0]), [0, 0], np.array([0, 0])):
        x = Tensor([1.0, 2.0, 3.0])
        x[index].sum().backward()
        assert x.grad.tolist() == [2.0, 0.0, 0.0]
    assert Tensor([1.0])[[]].shape == (0,)


def test_one_constant_node_does_not_change_the_rest():
    x, c = Value(2.0), Value(3.0, requires_grad=False)
    gate = autograd.elementwise("gate_in_tests", lambda k, y: k * y, np.multiply, None, lambda g, ans, k, y: g * k)
    try:
        (x * c + gate(3, x) + x * x).backward()
        assert (x.grad, c.grad) == (10.0, None)
    finally:
        del autograd.table["gate_in_tests"]


def test_strong_zero_is_per_term_of_a_matrix_product():
    a = Tensor([[1.0], [1.0], [1.0]])
    z = a @ np.array([[math.inf, math.inf, -math.inf, math.nan]])
    z.backward(np.array([[0.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1.0, 0.0], [0.0, 0.0, 2.0, 0.0]]))
    np.testing.assert_array_equal(a.grad, [[math.inf], [math.nan], [-math.inf]])


@pytest.mark.parametrize("y", [3.0, 2.5, 2.0])
def test_powers_of_infinity(y):
    x, t = Value(math.inf), Tensor([math.inf])
    (x**y).backward()
    (t**y).sum().backward()
    assert x.grad == t.grad[0] == math.inf


def test_empty_masks():
    assert Tensor(np.zeros((0, 3)))[np.zeros((0, 3), bool)].shape == (0,)
    x = Tensor(np.ones((2, 0)))
    assert x[x.data > 0].shape == (0,)


def test_a_signal_handler_may_sweep():
    w = Tensor(np.ones(300_000))

    def handler(*_):
        y = Value(2.0)
        (y * y).backward()
        assert y.grad == 4.0

    before = signal.signal(signal.SIGALRM, handler)
    try:
        for i in range(40):
            signal.setitimer(signal.ITIMER_REAL, 2e-4 + 5e-5 * i)
            (w * 2.0).sum().backward()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert w.grad[0] == 80.0


def test_data_cannot_be_assigned_where_it_is_differentiated():
    x = Value(2.0)

    def f(a):
        x.data = 5.0
        return a * x

    with pytest.raises(GraphError, match="inside a function"):
        autograd.grad(f)(3.0)


def test_a_gradient_is_an_array_of_its_own_whatever_a_rule_returns():
    kept = np.ones((2, 3))
    look = general("look", lambda x: x.copy(), lambda g, ans, x: kept[0], push=None)
    try:
        x = Tensor([1.0, 2.0, 3.0])
        look(x).sum().backward()
        kept[:] = 7.0
        assert x.grad.tolist() == [1.0, 1.0, 1.0]
    finally:
        del table["look"]


def test_a_root_behind_another_root_is_swept_once():
    def f(x):
        y = x * x
        return y, y * x

    for cotangents, want in (((1.0, 1.0), 6.0 + 27.0), ((1.0, 0.0), 6.0), ((0.0, 1.0), 27.0)):
        assert autograd.vjp(f, 3.0)[1](cotangents) == (want,)
        assert autograd.vjp(lambda x: f(x)[::-1], 3.0)[1](cotangents[::-1]) == (want,)


def test_a_zero_cotangent_stops_a_sweep_of_floats_whatever_the_local_partial():
    x = Value(0.0)
    root = x**0.5
    (0.0 * root).backward()
    assert (root.grad, x.grad, type(x.grad)) == (0.0, 0.0, float)
    y = Value(0.0)
    inner = y**0.5
    _, pullback = autograd.vjp(lambda z: 0.0 * z**0.5 * inner.detach(), 0.0)
    assert pullback(1.0) == (0.0,)
    kept = []
    autograd.grad(lambda z: kept.append(z * z) or 0.0 * kept[0])(3.0)
    assert kept[0].grad is None


def test_gradients_through_static_parameters_are_floats():
    for f in (lambda x: autograd.elu(x, alpha=2.0), lambda x: autograd.leaky_relu(x, slope=0.1),
              lambda x: autograd.elu(x * 2.0, alpha=0.5) * x):  # fmt: skip
        x = Value(-1.0)
        f(x).backward()
        assert type(x.grad) is float
        assert x.grad == autograd.grad(f)(-1.0)


def test_a_rule_that_raises_gets_its_static_parameters_again():
    row = elementwise(
        "steep", lambda x, *, k=1.0: k * x, lambda x, *, k=1.0: k * x, lambda g, ans, x, *, k=1.0: k * g / x
    )
    try:
        x = Value(0.0)
        row(x, k=-2.0).backward()
        assert x.grad == -math.inf
        assert type(x.grad) is float
    finally:
        del table["steep"]


def test_a_rule_that_returns_a_number_for_an_array_is_told():
    constant = elementwise("constant_by_test", lambda x: x, lambda x: x, lambda g, ans, x: 0.0)
    try:
        with pytest.raises(ShapeError, match=r"rule 0 of constant_by_test returned shape \(\)"):
            constant(Tensor([1.0, 2.0])).sum().backward()
    finally:
        del table["constant_by_test"]
