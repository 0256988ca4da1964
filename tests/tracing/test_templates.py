"""Gradients made of equations are the equations that a recorded sweep has."""

import gc
import math
import random
import threading
import tracemalloc
from contextlib import suppress
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import GuardError, Value, grad, jit, trace, value_and_grad
from autograd.collector import tick
from autograd.errors import TraceError
from autograd.testing import graphs
from autograd.testing.strategies import is_inside, params_of
from autograd.tracing.templates import _rules as rules_by_operand
from autograd.tracing.templates import rules_of
from autograd.tracing.tracer import InfiniteError
from tests.tracing.executors import FAST, needs_numba, rosenbrock

ROWS = [row for row in autograd.table.values() if row.scalar is not None and any(row.rules)]
POINTS = [(0.3, 0.6, 0.45), (1.5, 2.5, 0.5), (-0.4, 0.7, 0.2), (2.0, 0.0, 1.0), (1.0, 1.0, 1.0)]


def both(f, *args, executor="python"):
    """The program of `f` as it is, and with all sweeps recorded."""
    out = []
    for way in (rules_of, lambda nodes: None):
        with mock.patch("autograd.tracing.program.rules_of", way):
            out.append(trace(f, *args, executor=executor))
    return out


def assert_same(f, *args):
    made, recorded = both(f, *args)
    assert str(made) == str(recorded)
    assert [equation.line for equation in made.equations] == [equation.line for equation in recorded.equations]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_rule(row):
    places = tuple(place for place, rule in enumerate(row.rules) if rule is not None)
    tried = 0
    for params in params_of(row):
        assert rules_by_operand(row, params) is not None
        for args in POINTS:
            args = args[: len(row.rules)]
            if not is_inside(row, args, params):
                continue
            with suppress(InfiniteError):
                assert_same(value_and_grad(lambda *xs, params=params: row(*xs, **params), places), *args)
                assert_same(grad(lambda *xs, params=params: row(*xs, **params) * xs[0], places), *args)
                tried += 1
    assert tried


@given(graph=graphs([row.name for row in ROWS if row.public], size=12))
def test_random_graphs(graph):
    places = tuple(range(len(graph.inputs)))
    with suppress(InfiniteError):  # where a derivative is not finite, a recorded sweep is refused
        assert_same(value_and_grad(lambda *xs: graph.run(xs)[0] * 1.0, places), *graph.inputs)


def descent(x, steps=3):
    for _ in range(steps):
        x = x - 0.1 * grad(lambda y: y**2 * autograd.exp(-y))(x)
    return x


def with_gradient(f, x):
    return f(grad(lambda t: t * t)(x))


w = Value(0.7, name="w")


@pytest.mark.parametrize(
    "f",
    [
        descent,
        grad(descent),
        lambda x: grad(lambda y: y * x)(3.0),
        lambda x: grad(lambda y: y)(x) + grad(lambda y: 2.0)(x),
        lambda x: grad(lambda a, b: a * b + a, (0, 1))(x, x),
        lambda x: value_and_grad(lambda y: w * y**2 + w)(x),
        lambda x: grad(lambda y: y * x.detach())(x),
        lambda x: autograd.vjp(lambda y: y * y * x, x)[1](x * x),
        lambda x: autograd.jacobian(lambda y: [y * y, y / 3.0, 1.0 * y])(x),
        lambda x: grad(lambda y: (2.0 * (y - 1.0) / 5.0 + 1.0) ** 2.0)(x),
        lambda x: grad(lambda y: sum([y, y, y]) / 3)(x) * x,
        lambda x: [grad(lambda y: autograd.where(y > 0.0, y * x, -y))(x), grad(autograd.relu)(x)],
        lambda x: autograd.hessian(lambda y: y**3 * x)(x),
        lambda x: autograd.stack([grad(autograd.sin)(x), x]).sum(),
        lambda x: grad(lambda y: (autograd.stack([y, x]) ** 2).sum())(x),
        lambda x: [autograd.vjp(lambda: x * x)[1](1.0), grad(lambda p: x * x)([]), x],
        lambda x: with_gradient(lambda g: autograd.hessian(lambda a: a * a * a)(g), x),
        lambda x: with_gradient(lambda g: autograd.hvp(lambda a: a**3, (g,), (g,)), x),
        lambda x: with_gradient(lambda g: autograd.jacobian(lambda a: [a * a, 1.0, x], mode="reverse")(g), x),
        lambda x: with_gradient(lambda g: autograd.vjp(lambda a: g, x)[1](2.0), x),
        lambda x: with_gradient(lambda g: autograd.jvp(lambda a: g, (x,), (1.0,)), x),
    ],
    ids=range(21),
)
def test_sweeps_inside_a_function(f):
    made, recorded = both(f, 2.0)
    assert [equation.op for equation in made.equations] == [equation.op for equation in recorded.equations]
    for x in (2.0, 0.5):
        assert autograd.structure.leaves(made(x)) == autograd.structure.leaves(recorded(x))


@needs_numba
@given(graph=graphs([row.name for row in ROWS if row.public], size=15))
def test_compiled_loops_do_the_same(graph):
    places = tuple(range(len(graph.inputs)))
    f = value_and_grad(lambda *xs: graph.run(xs)[0] * 1.0, places)
    told = []
    for executor in ("python", "numba"):
        try:
            told.append(str(trace(f, *graph.inputs, executor=executor)))
        except TraceError as error:
            told.append(str(error))
    assert told[0] == told[1]


def test_a_gradient_has_a_number_for_who_asks():
    def f(x):
        slope = grad(lambda y: y**3)(x)
        return slope if slope > 5.0 else -slope

    program, fast = trace(f, 2.0), jit(f)
    assert program(3.0) == 27.0
    with pytest.raises(GuardError):
        program(1.0)
    assert [fast(x) for x in (2.0, 1.0, 3.0)] == [12.0, -3.0, 27.0]
    with pytest.raises(TraceError, match="float"):
        trace(lambda x: float(grad(lambda y: y**3)(x)), 2.0)


def test_guards_on_a_gradient_that_is_zero_times_infinite():
    root = lambda y: autograd.where(y > 0.0, autograd.sqrt(y), 0.0)  # noqa: E731

    def f(x):
        slope = grad(root)(x)
        return slope if slope < 1.0 else -slope

    fast = jit(f)
    assert [fast(x) for x in (0.0, 4.0, 0.0, 0.0)] == [0.0, 0.25, 0.0, 0.0]
    assert fast.cache_info().currsize == 1


def test_constants_are_numbers():
    program = trace(lambda x: autograd.tanh(Value(0.5)).detach() * x, 2.0, executor="numpy")
    assert program.executor == "numpy"
    assert type(program(3.0)) is float


def test_an_inspector_sees_what_is_recorded():
    with pytest.raises(TraceError, match="not finite"), autograd.detect_anomaly():
        trace(grad(autograd.sqrt), 0.0)


def test_where_a_derivative_is_infinite_the_program_is_that_for_other_points():
    program = trace(grad(autograd.sqrt), 0.0)
    assert program(0.0) == float("inf")
    assert program(4.0) == 0.25
    kinked = trace(grad(lambda x: autograd.where(x > 0.0, autograd.sqrt(x), 0.0)), 0.0)
    assert [kinked(x) for x in (0.0, 4.0)] == [0.0, 0.25]


def test_backward_where_only_the_inner_sweep_is_infinite():
    root = lambda x: autograd.where(x > 0.0, autograd.sqrt(x), 0.0)  # noqa: E731
    v = Value(4.0)
    program = trace(lambda x: root(v) * x + grad(root)(v * 1.0) * x, 1.0)
    for data in (4.0, 0.0):
        v.data, v.grad = data, None
        value, got = program.backward(3.0), v.grad
        v.grad = None
        want = root(v) * 3.0 + grad(root)(v * 1.0) * 3.0
        want.backward()
        assert (value, got) == (want.item(), v.grad)


def test_what_was_computed_elsewhere_is_recorded():
    _, pull = autograd.vjp(lambda x: x**3, 2.0)
    (result,) = trace(lambda c: pull(c), 1.0)(2.0)
    assert autograd.primitive.raw_of(result) == 24.0

    def threaded(x):
        out = []
        worker = threading.Thread(target=lambda: out.append(x * x))
        worker.start()
        worker.join()
        return out[0]

    assert trace(grad(threaded), 2.0)(3.0) == 6.0
    with pytest.raises(TraceError, match="another thread"):
        trace(grad(lambda x: threaded(x) * x), 2.0)


def test_what_is_detached_stays_so():
    f = lambda x: grad(lambda y: y * y * x)(x.detach())  # noqa: E731
    assert trace(f, 3.0).grad()(3.0) == grad(f)(3.0) == 6.0


@pytest.mark.parametrize(
    "inner",
    [
        lambda x: grad(lambda t: t**3)(x),
        lambda x: value_and_grad(lambda t: t**3)(x)[0],
        lambda x: autograd.jvp(lambda t: t**3, (x,), (1.0,))[1],
        lambda x: autograd.vjp(lambda t: t * t, x)[1](x)[0],
    ],
    ids=range(4),
)
def test_what_is_computed_without_history_stays_so(inner):
    def f(x):
        with autograd.no_grad():
            got = inner(x)
        return got * x

    assert trace(f, 2.0)(3.0) == f(3.0)
    assert trace(f, 2.0).grad()(3.0) == grad(f)(3.0)


def test_a_gradient_may_have_a_name_and_is_seen_as_a_leaf():
    def f(x):
        slope = grad(lambda y: y**3)(x)
        slope.name = "slope"
        assert slope.expression() == "slope"
        assert slope.op is None
        return slope * slope

    program = trace(f, 2.0)
    assert [equation.name for equation in program.equations] == ["slope", None]
    assert [node.name for node in program.nodes()[0].args if isinstance(node, Value)][:1] == ["slope"]


class Amount:
    def __init__(self, by):
        self.by = by

    def __repr__(self):
        return "Amount()"


def test_parameters_that_look_the_same():
    scaled = autograd.elementwise(
        "scaled_in_tests", lambda x, *, by=None: x * by.by, lambda x, *, by=None: x * by.by,
        lambda g, ans, x, *, by=None: g * by.by,
    )  # fmt: skip
    try:

        def f(x):
            return grad(lambda t: scaled(t, by=Amount(2.0)) * t + scaled(t, by=Amount(5.0)))(x)

        assert trace(f, 1.0)(2.0) == f(2.0) == 13.0
    finally:
        del autograd.table["scaled_in_tests"]


def test_rules_that_ask_are_recorded():
    asks = autograd.elementwise("asks_in_tests", lambda x: x, lambda x: x, lambda g, ans, x: g if x > 0.0 else -g)
    try:
        assert rules_by_operand(asks, {}) is None
        program = trace(grad(lambda x: asks(x) * 2.0), 3.0)
        assert program(4.0) == 2.0
        with pytest.raises(GuardError):
            program(-4.0)
    finally:
        del autograd.table["asks_in_tests"]


@given(st.integers(1, 40))
def test_long_folds_of_constants(steps):
    def f(x):
        out = x
        for _ in range(steps):
            out = autograd.tanh(autograd.exp2(Value(0.5))) * out + Value(1.0) * 2.0
        return out

    program = trace(grad(f), 1.0)
    assert program(1.0) == grad(f)(1.0)
    assert len(program) == 0


@pytest.mark.parametrize("executor", FAST)
def test_memory_while_tracing(executor):
    x = [0.01 * k for k in range(1000)]
    f = value_and_grad(rosenbrock)
    trace(f, x[:3], executor=executor)
    gc.collect()
    tracemalloc.start()
    before = tick()
    trace(f, x, executor=executor)
    recorded, operations = tick() - before, 8 * (len(x) - 1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 400 * (operations if executor == "numba" else recorded)


def test_rules_of_users_are_read_anew():
    scale = {"by": 2.0}
    moody = autograd.elementwise("moody_in_tests", lambda x: x, lambda x: x, lambda g, ans, x: g * scale["by"])
    leaning = autograd.elementwise("leaning_in_tests", lambda x: x, lambda x: x, lambda g, ans, x: g * w)
    whole = autograd.elementwise("whole_in_tests", lambda x: x, lambda x: x, lambda g, ans, x: 3)
    try:
        assert trace(grad(lambda x: moody(x) * x), 3.0)(1.0) == 3.0
        scale["by"] = 5.0
        assert trace(grad(lambda x: moody(x) * x), 3.0)(1.0) == 6.0
        assert rules_by_operand(leaning, {}) is None
        program = trace(grad(leaning), 3.0)
        assert program(1.0).item() == w.item()
        assert w in program.captured

        def changing(x):
            scale["by"] = 2.0
            slope = grad(lambda y: moody(y) * y)(x)
            scale["by"] = 5.0
            return slope

        assert trace(changing, 3.0)(1.0) == changing(1.0) == 3.0
        assert trace(grad(lambda x: whole(x) * 2.0), 3.0)(1.0) == grad(lambda x: whole(x) * 2.0)(1.0) == 3.0
    finally:
        for name in ("moody", "leaning", "whole"):
            del autograd.table[f"{name}_in_tests"]


@needs_numba
@pytest.mark.parametrize("seed", range(4))
def test_compiled_loops_do_the_same_on_long_programs(seed):
    draw = random.Random(seed)
    operations = [
        lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: b - a * 1.0, lambda a, b: -a,
        lambda a, b: a**2, lambda a, b: autograd.where(a > 0.5, a, b),
    ]  # fmt: skip
    constants = [0.0, -0.0, 1.0, 2.0, -1.0, 0.5, math.inf, math.nan, 1e300, *(draw.random() for _ in range(40))]

    def f(x, y):
        state, known = random.Random(seed), [x, y]
        for _ in range(700):
            a, b = state.choice(known[-30:]), state.choice([*known[-30:], *constants])
            op = state.choice(operations)
            known.append(op(a, b))
        return sum(known[-20:])

    told = [str(trace(value_and_grad(f, (0, 1)), 0.3, 0.7, executor=name)) for name in ("python", "numba")]
    assert told[0] == told[1]


@needs_numba
def test_numbers_that_lie_close_together():
    from autograd.tracing import hashing

    buckets = {hashing._hash_of_number(1.7e9 + k * 1e-3) & 0x3FFFF for k in range(100_000)}
    assert len(buckets) > 50_000
