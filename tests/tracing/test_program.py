"""A program computes what the function does, to the last bit, or says that it does not."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import autograd
import nn
from autograd import GuardError, OperandError, ShapeError, Tensor, TraceError, Value, grad, trace, value_and_grad
from autograd.structure import leaves
from autograd.testing import graphs
from tests.tracing.executors import in_threads

SMOOTH = ["add", "sub", "mul", "div", "exp", "sin", "tanh", "sigmoid", "sqrt", "log", "power", "hypot", "square"]
KINKED = ["maximum", "minimum", "abs", "relu", "clip", "where", "sign"]


def same(a, b):
    return np.array_equal(a, b, equal_nan=True)


# --- replay is what the function computes ---


@given(graphs(), st.lists(st.floats(-4.0, 4.0), min_size=3, max_size=3))
def test_a_replay_is_the_function(graph, others):
    program = trace(lambda *xs: graph.run(xs), *graph.inputs)
    for xs in (graph.inputs, others[: len(graph.inputs)]):
        assert same(program(*xs), graph.run(xs))


@given(graphs(SMOOTH + KINKED, size=6), st.lists(st.floats(0.1, 4.0), min_size=3, max_size=3))
def test_a_derivative_is_a_program_like_any_other(graph, others):
    def first(*xs):
        return graph.run(xs)[0] * 1.0

    places = tuple(range(len(graph.inputs)))
    try:
        program = trace(first, *graph.inputs)
        gradient, curvature = program.value_and_grad(places), program.hessian(places)
    except TraceError:
        assume(False)
    for xs in (graph.inputs, tuple(others[: len(graph.inputs)])):
        value, slopes = value_and_grad(first, places)(*xs)
        again, others_slopes = gradient(*xs)
        assert same(again, value)
        np.testing.assert_allclose(others_slopes, slopes, rtol=1e-12, atol=1e-300, equal_nan=True)
        np.testing.assert_allclose(
            curvature(*xs), autograd.hessian(first, places)(*xs), rtol=1e-11, atol=1e-300, equal_nan=True
        )


def test_structures_of_arguments_and_results():
    def f(point, bias):
        return {"sum": point["x"] + bias[0], "rest": [point["y"] * bias[1], bias[0], 2.0]}

    program = trace(f, {"x": 1.0, "y": 2.0}, (3.0, 4.0))
    assert program({"x": 10.0, "y": 20.0}, (30.0, 40.0)) == {"sum": 40.0, "rest": [800.0, 30.0, 2.0]}
    assert trace(lambda x: x, 2.0)(3.0) == 3.0
    assert trace(lambda x: 5.0, 2.0)(3.0) == 5.0
    assert trace(lambda x: (x, x), 2.0)(3.0) == (3.0, 3.0)
    v = Value(2.0)
    assert trace(lambda x, y: x * y, v, v)(3.0, 4.0) == 12.0


def test_arrays():
    def loss(w, x):
        return autograd.softmax(x @ w).sum(axis=0).max() + (w * w).mean()

    rng = np.random.default_rng(0)
    w, x = rng.normal(size=(3, 4)), rng.normal(size=(5, 3))
    both = trace(value_and_grad(loss), w, x)
    for scale in (1.0, -2.0, 0.3):
        value, slope = both(scale * w, x + scale)
        want, want_slope = value_and_grad(loss)(scale * w, x + scale)
        assert value == want
        assert same(slope, want_slope)
    slope[...] = 0.0  # an array of its own


def test_results_share_no_memory_with_what_was_given():
    x = np.ones((2, 3))
    w = Tensor(np.ones((2, 3)))
    for program in (trace(lambda x: x, x), trace(lambda x: x.T, x), trace(lambda x: w, x), trace(lambda x: w.T, x)):
        with autograd.no_grad():
            out = program(x)
        out[...] = 7.0
        assert x.max() == w.numpy().max() == 1.0


def test_numbers_beside_arrays():
    program = trace(lambda x, a: (x * a).sum(), np.ones(3), 2.0)
    assert program(np.array([1.0, 2.0, 3.0]), 10.0) == 60.0
    assert trace(autograd.to_value, np.array(2.0))(np.array(3.0)) == 3.0


def test_float32_stays():
    x = np.ones(3, np.float32)
    assert trace(lambda x: (2.0 * x).tanh(), x)(x).dtype == np.float32


# --- what a program is ---


def test_equations_are_shared_dropped_and_folded():
    def f(x):
        _ = x.exp()
        a, b = x * x, x**2.0
        three = Value(1.0) + 2.0
        return (a + b) * 1.0 / 1.0 * three

    program = trace(f, 2.0)
    assert [equation.op.name for equation in program.equations] == ["mul", "mul"]  # (a + a)·3 is a·6
    assert program(3.0) == 54.0
    assert len(program) == 2
    assert repr(program).startswith("<Program test_equations")


@pytest.mark.parametrize(
    ("f", "ops"),
    [
        (lambda x, y: -(+(-x)) * y, ["mul"]),
        (lambda x, y: x + (-y), ["sub"]),
        (lambda x, y: (-x) + y, ["sub"]),
        (lambda x, y: x - (-y), ["add"]),
        (lambda x, y: x * y + (-y), ["mul", "sub"]),
        (lambda x, y: (x + y + 1.0) + (-y), ["add", "add", "neg", "add"]),  # a sum goes on
        (lambda x, y: -(3.0 * x) + y * (-x), ["mul", "neg", "mul", "add"]),
        (lambda x, y: (-x) * 7.0, ["mul"]),
        (lambda x, y: x * 2.0 * 50.0 - (y + y) * -1.5, ["mul", "mul", "sub"]),
        (lambda x, y: (x + x) * 0.25, ["add", "mul"]),  # the sum may overflow
        (lambda x, y: x * y * (y * x), ["mul", "mul"]),
        (lambda x, y: x.detach() * 2.0 - (-x.detach()), ["identity", "mul", "neg", "sub"]),  # constants stay
    ],
)
def test_signs_and_doubles_on_the_way_are_left_out(f, ops):
    program = trace(f, 3.0, 5.0)
    assert [equation.op.name for equation in program.equations] == ops


def plain(tree):
    return [x.item() if isinstance(x, Value) else x for x in leaves(tree)]


NUMBERS = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, 200.0, 1e300, -1e308, 5e-324, math.inf, math.nan]
STEPS = st.tuples(st.sampled_from(["neg", "add", "sub", "mul", "times", "from", "detach"]), st.integers(0, 9),
                  st.integers(0, 9), st.sampled_from(NUMBERS))  # fmt: skip


@given(
    st.lists(STEPS, min_size=2, max_size=14), st.lists(st.sampled_from(NUMBERS) | st.floats(), min_size=4, max_size=4)
)
def test_what_is_simplified_is_the_same_to_the_last_bit(steps, numbers):
    def f(x, y):
        known = [x, y]
        for kind, i, j, c in steps:
            a, b = known[-1 - i % len(known)], known[-1 - j % len(known)]
            known.append({
                "neg": lambda a, b, c: -a, "add": lambda a, b, c: a + b, "sub": lambda a, b, c: a - b,
                "mul": lambda a, b, c: a * b, "times": lambda a, b, c: a * c, "from": lambda a, b, c: c - a,
                "detach": lambda a, b, c: a.detach() if isinstance(a, Value) else a,
            }[kind](a, b, c))  # fmt: skip
        return known[-3:]

    total = value_and_grad(lambda x, y: sum(f(x, y)) + 0.0 * x, (0, 1))
    for function in (lambda x, y: tuple(f(x, y)), total):
        try:
            program = trace(function, 2.0, 3.0)
        except TraceError:  # a derivative that is not finite there
            continue
        for point in (numbers[:2], numbers[2:]):
            got, want = (np.array(leaves(result)) for result in (program(*point), plain(function(*map(Value, point)))))
            np.testing.assert_array_equal(got, want)
            if function is not total:  # a sweep of floats gives 0.0 for what may be -0.0 in one of nodes
                np.testing.assert_array_equal(np.signbit(got)[got == got], np.signbit(want)[got == got])


def test_signed_zeros_survive():
    assert math.copysign(1.0, trace(lambda x: x * 1.0, 1.0)(-0.0)) == -1.0
    assert math.copysign(1.0, trace(lambda x: x + 0.0, 1.0)(-0.0)) == 1.0
    assert math.copysign(1.0, trace(lambda x: x - 0.0, 1.0)(-0.0)) == -1.0
    assert math.copysign(1.0, trace(lambda x: x * -0.0, 1.0)(1.0)) == -1.0
    assert math.copysign(1.0, trace(lambda x: (x * -0.0) + (x * 0.0), 1.0)(1.0)) == 1.0


def test_the_text_names_inputs_and_lines():
    w = Value(3.0, name="w")

    def f(x, points):
        y = autograd.tanh(points[1] * w)
        return y if y > x else x

    program = trace(f, 0.1, [1.0, 2.0])
    text = str(program).splitlines()
    assert text[0] == "program(x, x1, x2):"
    assert text[1] == "  captured w"
    assert text[2].split() == ["v0", "=", "mul", "x2", "w", "#", f"test_program.py:{f.__code__.co_firstlineno + 1}"]
    assert "guard v2 is True" in text[5]
    assert program.captured == (w,)
    assert program.guards[0].line == f"test_program.py:{f.__code__.co_firstlineno + 2}"
    assert program.source.startswith("def program(x0, x1, x2, w0):\n    v0 = x2 * w0")
    assert [program.inputs, len(program.outputs)] == [(0, 1, 2), 1]


def test_what_a_transform_computes_has_the_line_that_called_it():
    def f(x):
        return autograd.tanh(x * x)

    def slope(x):
        return grad(f)(x)

    lines = {equation.line for equation in trace(slope, 0.5).equations if equation.op.name not in ("mul", "tanh")}
    assert lines == {f"test_program.py:{slope.__code__.co_firstlineno + 1}"}


def test_a_comparison_has_the_line_that_asks():
    def inner(x):
        return x > 0.0

    def outer(x):
        return x * 2.0 if inner(x) else x

    program = trace(outer, 1.0)
    here = outer.__code__.co_firstlineno + 1
    assert {equation.op.name: equation.line for equation in program.equations} == {
        "greater": f"test_program.py:{inner.__code__.co_firstlineno + 1}", "mul": f"test_program.py:{here}"
    }  # fmt: skip
    assert program.guards[0].line == f"test_program.py:{here}"
    arrays = trace(lambda x: autograd.where(inner(x), x, 0.0), np.ones(2))
    assert arrays.equations[0].line == f"test_program.py:{inner.__code__.co_firstlineno + 1}"


def test_many_operands_and_parameters_that_cannot_be_compared():
    def f(x, c):
        rows = autograd.stack([x[0], x[1:3].sum(), autograd.where(c > 0.0, x[2], x[1]), x[1:3].sum()])
        return rows, x[np.array([0, 2])], x[np.array([0, 2])]

    program = trace(f, np.array([1.0, 2.0, 3.0]), 1.0)
    assert sum(equation.op.name == "sum" for equation in program.equations) <= 2
    for x, c in [(np.array([4.0, 5.0, 6.0]), -1.0), (np.array([1.0, -2.0, 3.0]), 2.0)]:
        for got, want in zip(program(x, c), f(Tensor(x), Tensor(c)), strict=True):
            np.testing.assert_array_equal(got, want.numpy())


def test_a_line_in_a_notebook_is_that_of_its_cell(monkeypatch):
    cells = {__file__: ("Cell", "In[3]")}
    shell = SimpleNamespace(compile=SimpleNamespace(format_code_name=cells.get))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    program = trace(lambda x: x if x > 0.0 else -x, 1.0)
    assert program.guards[0].line == f"In[3]:{sys._getframe().f_lineno - 1}"


def test_backward_runs_on_the_executor_that_was_named():
    w = Value(3.0)
    program = trace(lambda x: (x * w) ** 2, 1.0, executor="numpy")
    program.backward(2.0)
    assert [step.executor for step in program._steps.values()] == ["numpy"]


def test_a_drawing():
    w = Value(3.0, name="w")
    figure = trace(lambda x: (autograd.tanh(x * w), x + 1.0), 0.5).draw(passes="forward")
    assert "tanh 0.9051" in str(figure)
    assert "x = 0.5" in str(figure)
    assert (
        len(trace(lambda x: x * w, 0.5).draw().scene.cards)
        == len(autograd.draw(trace(lambda x: x * w, 0.5)).scene.cards)
        == 3
    )
    with pytest.raises(OperandError, match="nothing to draw"):
        trace(lambda x: 5.0, 2.0).draw()


# --- inside other transforms ---


def test_programs_can_be_differentiated_and_traced_again():
    program = trace(lambda x: x**3.0, 2.0)
    assert grad(grad(program))(3.0) == 18.0
    assert trace(lambda x: program(x) + x, 1.0)(2.0) == 10.0
    x = Value(3.0)
    program(x).backward()
    assert x.grad == 27.0
    assert type(program(x)) is Value
    assert program.grad().grad()(3.0) == program.hessian()(3.0) == program.jacobian().jacobian()(3.0) == 18.0


def test_what_is_detached_stays_dynamic():
    def f(x):
        with autograd.no_grad():
            y = x * 2.0
        return x * y + x.detach() * x

    program = trace(f, 1.0)
    assert program(3.0) == 27.0
    assert program.grad()(3.0) == grad(f)(3.0) == 9.0
    assert trace(lambda x: autograd.sign(x) * x + autograd.floor(x), 1.5).grad()(-3.2) == -1.0


def test_masks_stay_dynamic():
    def f(x):
        large, small = x > 1.0, x < -1.0
        return autograd.where((large | small) & ~(x > 3.0), x * x, 0.0).sum() + x.max()

    program = trace(f, np.array([0.0, 1.0]))
    for x in ([2.0, 0.5], [-2.0, 4.0], [1.0, 1.0]):
        x = np.array(x)
        assert program(x) == f(Tensor(x)).item()
        assert same(program.grad()(x), grad(f)(x))


def test_masks_of_values():
    def f(x):
        inside = (x > 0.0) & (x < 1.0)
        return autograd.where(inside, 1.0, x * x) + autograd.where(autograd.logical_not(x > 0.0), 1.0, 0.0)

    program = trace(f, 0.5)
    assert [program(x) for x in (0.5, 2.0, -3.0)] == [1.0, 4.0, 10.0]


def test_any_and_all_are_guards():
    program = trace(lambda x: x if (x > 0.0).all() and (x > 1.0).any() else -x, np.ones(2) * 2.0)
    assert program(np.array([0.5, 3.0])).tolist() == [0.5, 3.0]
    for x in ([0.5, 0.5], [-1.0, 3.0]):
        with pytest.raises(GuardError):
            program(np.array(x))


# --- parameters from outside ---


def test_captured_leaves_are_read_at_every_call():
    model = nn.MLP(2, [3, 1], rng=np.random.default_rng(0))
    program = trace(lambda a, b: model([a, b]), 0.1, 0.2)
    assert len(program.captured) == len(model.parameters())
    for _ in range(2):
        with autograd.no_grad():
            assert program(0.3, -0.4) == model([0.3, -0.4]).item()
        assert program(0.3, -0.4).requires_grad
        for parameter in model.parameters():
            parameter.data = parameter.data + 0.1
    dense = nn.Sequential(nn.Linear(3, 4, rng=np.random.default_rng(1)), nn.ReLU(), nn.Linear(4, 1))
    x = np.random.default_rng(2).normal(size=(5, 3))
    forward = trace(lambda x: dense(x), x)
    with autograd.no_grad():
        before = forward(x)
        dense.layers[0].weight.data = dense.layers[0].weight.data * 2.0
        assert not same(forward(x), before)
        assert same(forward(x), dense(Tensor(x)).numpy())


def test_a_training_step_without_a_graph():
    x = np.random.default_rng(2).normal(size=(5, 3))
    models = [
        nn.Sequential(nn.Linear(3, 4, rng=np.random.default_rng(1)), nn.Tanh(), nn.Linear(4, 1)) for _ in range(2)
    ]
    for model in models:
        for parameter, other in zip(model.parameters(), models[0].parameters(), strict=True):
            parameter.data = other.data
    replayed, recorded = models
    program = trace(lambda x: nn.mse_loss(replayed(x), np.ones((5, 1))), x)
    optimizers = [nn.SGD(model.parameters(), lr=0.1) for model in models]
    for _ in range(3):
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss = nn.mse_loss(recorded(Tensor(x)), np.ones((5, 1)))
        loss.backward()
        assert program.backward(x) == loss.item()
        for mine, other in zip(replayed.parameters(), recorded.parameters(), strict=True):
            np.testing.assert_allclose(mine.grad, other.grad, rtol=1e-13)
        for optimizer in optimizers:
            optimizer.step()


def test_backward_accumulates_and_says_what_it_needs():
    w, constant = Value(3.0), Value(2.0, requires_grad=False)
    program = trace(lambda x: (x * w) ** 2 * constant, 1.0)
    assert [program.backward(2.0), program.backward(1.0)] == [72.0, 18.0]
    assert (w.grad, constant.grad) == (48.0 + 12.0, None)
    with pytest.raises(autograd.GraphError, match="captured no leaf"):
        trace(lambda x: x * x, 1.0).backward(2.0)
    with pytest.raises(autograd.GraphError, match="one number"):
        trace(lambda x: (x, w * x), 1.0).backward(2.0)


# --- guards and errors ---


def test_guards():
    program = trace(lambda x: x * x if x > 0.0 else -x, 2.0)
    assert program(3.0) == 9.0
    with pytest.raises(GuardError, match=r"test_program\.py:\d+ was true"):
        program(-3.0)
    with pytest.raises(GuardError, match="was false"):
        trace(lambda x: x if not x > 0.0 else -x, -2.0)(3.0)
    assert len(trace(lambda x, y: max(x, y, x * y), 2.0, 3.0).guards) == 2
    with pytest.raises(GuardError):
        trace(lambda x, y: sorted([x, y])[0], 2.0, 3.0)(3.0, 2.0)
    truth = trace(lambda x: x * 2.0 if x else x + 1.0, 2.0)
    assert truth(5.0) == 10.0
    with pytest.raises(GuardError):
        truth(0.0)
    with pytest.raises(GuardError):
        trace(lambda x: 1.0 if x == 2.0 else x, 2.0)(Value(3.0))


def test_a_guard_keeps_what_follows_from_running():
    program = trace(lambda x: autograd.log(x) if x > 0.0 else x, 2.0)
    with pytest.raises(GuardError):
        program(-1.0)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: math.sin(x), lambda x: x.data * 2.0, lambda x: x.item() * x, lambda x: int(x) * x,
        lambda x: float(x) * x, lambda x: x.numpy() * 1.0, lambda x: np.asarray(x),
    ],
)  # fmt: skip
def test_numbers_that_would_be_frozen_are_refused(f):
    with pytest.raises(TraceError, match=r"test_program\.py"):
        trace(f, 2.0)


def test_what_a_replay_would_not_do_is_refused():
    w = Value(1.0)

    def sweeps(x):
        (w * x).backward()
        return x

    def assigns(x):
        w.data = 3.0
        return x

    with pytest.raises(TraceError, match="value_and_grad"):
        trace(sweeps, 2.0)
    with pytest.raises(autograd.GraphError, match="traced"):
        trace(assigns, 2.0)
    with pytest.raises(TraceError, match="not finite"):
        trace(grad(grad(autograd.sqrt)), 0.0)
    with pytest.raises(TraceError, match="returned 'a'"):
        trace(lambda x: "a", 2.0)
    assert w.grad is None


def test_other_integers_are_refused():
    program = trace(lambda x: (x * x).sum(), np.arange(3))
    with pytest.raises(ShapeError, match=r"array of int64 with other elements .* give .* as floats"):
        program(np.array([1, 2, 5]))


def test_arguments_of_another_shape_are_refused():
    program = trace(lambda x, k: x * 1.0, np.ones(3), {"a": 1.0})
    for args, said in [
        ((np.ones(4), {"a": 1.0}), "shape \\(3,\\).*shape \\(4,\\)"),
        ((np.ones(3), {"b": 1.0}), "'a'"),
        ((np.ones(3),), "2 argument"),
        ((2.0, {"a": 1.0}), "a number"),
    ]:
        with pytest.raises(ShapeError, match=said):
            program(*args)
    with pytest.raises(ShapeError, match="constant 'mean'"):
        trace(lambda x, how: x, 1.0, "mean")(1.0, "sum")


def test_where_a_derivative_is_not_finite_the_function_itself_is_asked():
    def f(x):
        return autograd.where(x > 0.0, autograd.sqrt(x), 0.0)

    program = trace(grad(f), 4.0)
    assert program(0.0) == grad(f)(0.0) == 0.0


def test_ieee_754():
    assert trace(lambda x: 1.0 / x, 2.0)(0.0) == math.inf
    assert math.isnan(trace(autograd.log, 2.0)(-1.0))
    assert trace(lambda x: autograd.exp(x) - 1.0 / x, 2.0)(1e4) == math.inf


def test_threads_replay_one_program():
    program = trace(value_and_grad(lambda x, y: autograd.tanh(x * y) / y), 1.0, 2.0)
    want = {k: value_and_grad(lambda x, y: autograd.tanh(x * y) / y)(float(k), 2.0) for k in range(8)}
    wrong = []

    def work(k):
        for _ in range(200):
            if program(float(k), 2.0) != want[k]:
                wrong.append(k)

    in_threads(work, range(8))
    assert not wrong
