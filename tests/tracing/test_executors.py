"""All executors compute what the function does, and refuse what its other branches would do."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import autograd
from autograd import GuardError, OperandError, ShapeError, TraceError, Value, jit, trace, value_and_grad
from autograd.testing import graphs
from autograd.testing.strategies import SPECIAL, WEIRD
from autograd.tracing import executors
from tests.tracing.executors import ALGEBRA, FAST, in_threads, needs_numba, rosenbrock

POINTS = st.lists(st.floats(-4.0, 4.0) | st.sampled_from(WEIRD), min_size=3, max_size=3)


def same(a, b):
    return np.array_equal(a, b, equal_nan=True)


@pytest.mark.parametrize("executor", ["python", *FAST])
def test_sparse_second_derivatives(executor):
    x, y = [0.1 * i for i in range(12)], [1.0 - 0.2 * i for i in range(12)]
    program = trace(rosenbrock, x, executor=executor).hessian(sparse=True)
    assert program.executor == executor
    for point in (x, y):
        want = autograd.hessian(rosenbrock, sparse=True)(point)
        for got in (program(point), jit(autograd.hessian(rosenbrock, sparse=True))(point)):
            assert isinstance(got.values, np.ndarray)
            assert all(same(a, b) for a, b in zip(got, want, strict=True))
        assert same(program.flat(point), want.values)
    lanes = program.batch([x, y])
    assert [len(entry) for entry in lanes.values] == [2] * len(want.values)


def test_python_nests_what_is_used_once_and_shows_it_apart():
    def f(x, y):
        total = x
        for k in range(100):
            total = total * y + (0.1 * k if total > 0.5 else -x)
        return total - autograd.exp(x) / y

    program = trace(f, 0.7, 1.01, executor="python")
    assert program(0.7, 1.01) == f(0.7, 1.01)
    assert program.source.count("=") == len(program)
    assert program._executor.text.count("=") < len(program)
    with pytest.raises(GuardError):
        program(-0.7, 1.01)
    assert trace(lambda x, y: (x + 1.0) * 2.0 / y, 1.0, 2.0, executor="python")(1.0, 0.0) == math.inf


# --- random graphs ---


@pytest.mark.parametrize("executor", FAST)
@given(graph=graphs(ALGEBRA, size=25), others=st.lists(POINTS, min_size=1, max_size=4))
def test_random_graphs(executor, graph, others):
    program = trace(lambda *xs: graph.run(xs), *graph.inputs, executor=executor)
    assert program.executor == executor
    points = [graph.inputs, *(xs[: len(graph.inputs)] for xs in others)]
    for xs in points:
        assert same(program(*xs), graph.run(xs))
        assert same(program.flat(xs), graph.run(xs))
    assert same(np.transpose(np.array(program.batch(points), float)), [graph.run(xs) for xs in points])


@pytest.mark.parametrize("executor", FAST)
@settings(max_examples=40)
@given(graph=graphs(ALGEBRA[:11], size=8), others=POINTS)
def test_derivatives_of_random_graphs(executor, graph, others):
    def first(*xs):
        return graph.run(xs)[0] * 1.0

    places = tuple(range(len(graph.inputs)))
    try:
        program = trace(first, *graph.inputs, executor="python")
        both = program.value_and_grad(places), program.hessian(places)
    except TraceError:
        assume(False)
    fast = trace(first, *graph.inputs, executor=executor)
    for slow, quick in zip(both, (fast.value_and_grad(places), fast.hessian(places)), strict=True):
        assert (slow.executor, quick.executor) == ("python", executor)
        for xs in (graph.inputs, others[: len(places)]):
            want, got = autograd.structure.leaves(slow(*xs)), autograd.structure.leaves(quick(*xs))
            assert same(want, got)


@pytest.mark.parametrize("executor", FAST)
@given(graph=graphs(["add", "mul", "maximum", "sub"], size=10), xs=POINTS, ys=POINTS)
def test_random_guards(executor, graph, xs, ys):
    def f(*xs):
        a, b, *_ = [*graph.run(xs), xs[0]]
        return a * 2.0 if a > b else b - a

    count = len(graph.inputs)
    program = trace(f, *xs[:count], executor=executor)
    for point in (xs[:count], ys[:count]):
        try:
            assert same(program(*point), f(*map(Value, point)).item())
        except GuardError:
            assert same(jit(f, executor=executor)(*point), f(*map(Value, point)).item())
            assert point is not xs


# --- every row ---

ULPS = {
    "numpy": {"cbrt": 3, "gelu_slope": 64, "silu_slope": 64, "silu": 4, "sech2": 8, "saddle": 8, "slope": 8, "elu": 4,
              "power_partial": 16, "sinc_slope": 64, "softplus": 4, "logsigmoid": 4, "inversion": 4, "erfc": 4},
    "numba": {"hypot": 2, "unit": 4, "inversion": 4, "saddle": 8},
}  # fmt: skip
"""By how many units in the last place a row differs from eager code at most, where numbers are everyday ones."""
ROWS = [row for row in autograd.table.values() if row.scalar is not None]


@pytest.mark.parametrize("executor", FAST)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row(row, executor):
    """Over numbers that break formulas, all of them in one run."""
    params = {key: 1 if key.startswith(("by", "order")) else 0.5 for key in row.static}
    rng, arity = np.random.default_rng(0), len(row.operands)
    points = [tuple(rng.choice(SPECIAL + WEIRD, arity)) for _ in range(300)]
    points += [tuple(xs) for xs in rng.normal(size=(300, arity)) * 10.0 ** rng.uniform(-2.0, 2.0, (300, arity))]
    points = [tuple(map(float, xs)) for xs in points]
    program = trace(
        lambda points: [row(*xs, **params) for xs in points], [(0.5,) * arity] * len(points), executor=executor
    )
    want, got = [float(row(*xs, **params)) for xs in points], program(points)
    allowed = ULPS[program.executor].get(row.name, 0 if program.executor == "numba" or row.name in ALGEBRA else 2)
    for xs, a, b in zip(points, want, got, strict=True):
        if not same(a, b):
            assert math.isfinite(a), (xs, a, b)
            assert abs(a - b) <= allowed * math.ulp(a), (xs, a, b)


# --- guards ---


@pytest.mark.parametrize("executor", FAST)
def test_the_first_guard_that_fails_is_named(executor):
    def f(x, y):
        a = autograd.log(x) if x > 0.0 else x
        b = y if y < 1.0 else 2.0 * y
        return a + b

    program = trace(f, 2.0, 0.5, executor=executor)
    line = f.__code__.co_firstlineno
    assert program(3.0, 0.0) == math.log(3.0)
    for xs, where in [((-1.0, 0.5), 1), ((-1.0, 3.0), 1), ((1.0, 3.0), 2), ((math.nan, 0.0), 1)]:
        with pytest.raises(GuardError, match=rf"test_executors\.py:{line + where} was true"):
            program(*xs)
    assert same(program.batch([[1.0, 0.0], [math.e, 0.5]]), [0.0, 1.5])
    with pytest.raises(GuardError, match=rf"py:{line + 2} was true.*lane 1"):
        program.batch([[1.0, 0.0], [1.0, 3.0], [-1.0, 0.0]])
    with pytest.raises(GuardError, match="lane 0"):
        program.batch([[-1.0, 0.0]])


# --- lanes ---


@pytest.mark.parametrize("executor", FAST)
def test_lanes_of_a_large_program(executor, monkeypatch):
    monkeypatch.setattr(executors, "_BLOCK", 2000)  # a few lanes at a time
    points = np.random.default_rng(0).normal(size=(37, 40))
    both = value_and_grad(rosenbrock)
    program = trace(both, points[0].tolist(), executor=executor)
    value, slopes = program.batch(points)
    assert value.shape == (37,)
    for lane, point in enumerate(points.tolist()):
        want, want_slopes = both(point)
        assert value[lane] == want
        assert [slope[lane] for slope in slopes] == want_slopes
    assert same(program.flat(points)[:, 0], value)
    assert program.batch(np.empty((0, 40)))[0].shape == (0,)


@pytest.mark.parametrize("executor", ["python", "numpy"])
@pytest.mark.parametrize("lanes", [1, 3, 600])
def test_lanes_of_a_narrow_program(executor, lanes):
    def f(x):
        level = x[0]
        for _ in range(2_000):  # every operation needs the one before
            level = level - 0.001 * level * x[1]
        return level if level > 0.0 else x[1], None

    points = np.random.default_rng(0).uniform(0.5, 1.0, (lanes, 2))
    program = trace(f, points[0].tolist(), executor=executor)
    level, nothing = program.batch(points)
    assert nothing is None
    assert level.tolist() == [f(point)[0] for point in points.tolist()]
    assert program.flat(points[0]).tolist()[:1] == [level[0]]
    points[-1, 0] = -1.0
    with pytest.raises(GuardError, match=f"lane {lanes - 1}"):
        program.flat(points)
    with pytest.raises(GuardError, match="these arguments"):
        program.flat(points[-1])


def test_a_sparse_matrix_per_lane():
    points = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    matrices = trace(lambda p: p[0] ** 2 * p[1], [1.0, 2.0]).hessian(sparse=True).batch(points)
    want = np.stack([[[2.0 * y, 2.0 * x], [2.0 * x, 0.0]] for x, y in points], axis=-1)
    np.testing.assert_array_equal(matrices.toarray(), want)
    with pytest.raises(OperandError, match="this one has lanes"):
        matrices.toscipy()


@pytest.mark.parametrize("wrong", [[None, 1.0], ["a", "b"], {"x": 1.0}, [1j, 2.0], [[1.0], [1.0, 2.0]], "text", None])
def test_what_is_no_array_of_numbers(wrong):
    program = trace(lambda x, y: x * y, 1.0, 2.0)
    for take in (program.flat, program.batch):
        with pytest.raises(OperandError, match="as one array of real numbers, but got"):
            take(wrong)


@pytest.mark.parametrize("executor", FAST)
def test_structure_of_a_batch(executor):
    w = Value(3.0)
    program = trace(lambda x, y: {"a": x * w, "b": [y, 2.0, None], "c": (x + y > 0.0,)}, 1.0, 2.0, executor=executor)
    out = program.batch([[1.0, 2.0], [3.0, -4.0]])
    assert {key: [np.asarray(x).tolist() for x in out[key]] if key != "a" else out[key].tolist() for key in out} == {
        "a": [3.0, 9.0], "b": [[2.0, -4.0], [2.0, 2.0], None], "c": [[True, False]],
    }  # fmt: skip
    w.data = 5.0
    assert program.batch([[1.0, 2.0]])["a"] == [5.0]
    assert program(1.0, 2.0) == {"a": 5.0, "b": [2.0, 2.0, None], "c": (True,)}
    assert program(1.0, 2.0)["c"][0] is True


@pytest.mark.parametrize("executor", FAST)
def test_lanes_whose_derivative_is_not_finite(executor):
    f = value_and_grad(lambda x: autograd.where(x > 0.0, autograd.sqrt(x), 0.0))
    program = trace(f, 4.0, executor=executor)
    assert same(program.batch([[4.0], [0.0], [9.0]]), [[2.0, 0.0, 3.0], [0.25, 0.0, 1.0 / 6.0]])


def test_bad_input():
    program = trace(lambda x, y: x * y, 1.0, 2.0)
    for x in ([1.0, 2.0], [[1.0]], np.ones((2, 2, 2))):
        with pytest.raises(ShapeError, match="lanes"):
            program.batch(x)
    with pytest.raises(ShapeError, match="takes an array of shape"):
        program.flat([1.0])
    with pytest.raises(OperandError, match="works on arrays"):
        trace(lambda x: x * 2.0, np.ones(3)).batch(np.ones((2, 3)))
    for wrong in (trace, jit):
        with pytest.raises(OperandError, match="'auto', 'python', 'numpy', 'numba', but got 'cuda'"):
            wrong(lambda x: x, executor="cuda") if wrong is jit else trace(lambda x: x, 1.0, executor="cuda")


# --- which one ---


def test_auto_goes_by_size(monkeypatch):
    def wide(x):
        return [a * a + 1.0 for a in x]

    def deep(x):
        for _ in range(500):
            x = autograd.sin(x)
        return x

    monkeypatch.setattr(executors, "is_installed", lambda: False)
    assert trace(wide, [1.0] * 10).executor == "python"
    assert trace(wide, [1.0 + i for i in range(200)]).executor == "numpy"
    assert trace(deep, 1.0).executor == "python"
    assert trace(deep, 1.0, executor="numpy").executor == "numpy"
    assert trace(lambda x: x * 2.0, np.ones(3), executor="numpy").executor == "python"
    with pytest.raises(OperandError, match="pip install"):
        trace(deep, 1.0, executor="numba")


@needs_numba
def test_auto_takes_numba_where_it_is_there():
    program = trace(value_and_grad(rosenbrock), [1.0 + 0.01 * i for i in range(200)])
    assert program.executor == "numba"
    assert trace(lambda x: autograd.floor(x) * x, 1.0, executor="numba").executor == "numpy"


def test_numba_is_not_imported_with_autograd():
    code = "import sys, autograd; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("executor", FAST)
def test_jit(executor):
    @jit(executor=executor)
    def f(x):
        return x * x if x > 0.0 else -x

    assert [f(2.0), f(-2.0), f(3.0)] == [4.0, 2.0, 9.0]
    assert [program.executor for program in f.programs] == [executor] * 2


@pytest.mark.parametrize("executor", FAST)
def test_threads_replay_one_program(executor):
    program = trace(value_and_grad(rosenbrock), [1.0 + 0.01 * i for i in range(30)], executor=executor)
    points = np.random.default_rng(1).normal(size=(8, 30)).tolist()
    want = [program(point) for point in points]
    wrong = []

    def work(k):
        for _ in range(200):
            if program(points[k]) != want[k]:
                wrong.append(k)

    in_threads(work, range(8))
    assert not wrong


@pytest.mark.parametrize("executor", FAST)
def test_large_and_many_results_are_finite_without_a_word(executor):
    """Squares of them overflow, and a product of more than 10,000 would be shared among threads."""
    program = trace(value_and_grad(lambda x: x[0] * x[1]), [1.0, 2.0], executor=executor)
    assert program.flat([1e200, 1e90]).tolist() == [1e200 * 1e90, 1e90, 1e200]
    assert program.flat([[1e200, 1e90]] * 2).tolist() == [[1e200 * 1e90, 1e90, 1e200]] * 2
    many = np.tile([3.0, 1e160], (9_000, 1))
    many[-1, 1] = math.inf
    assert program.flat(many)[[0, -1]].tolist() == [[3e160, 1e160, 3.0], [math.inf, math.inf, 3.0]]
