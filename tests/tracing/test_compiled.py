"""`jit`: right on every path, whatever is called with what."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import OperandError, ShapeError, Tensor, Value, grad, jit, trace, value_and_grad

STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "mul", "if", "while", "max", "sort"]), st.integers(0, 4), st.integers(0, 4)),
    min_size=1,
    max_size=8,
)


def function_of(steps):
    """A function with branches and loops, made of random steps."""

    def f(x, y):
        values = [x, y]
        for kind, i, j in steps:
            a, b = values[i % len(values)], values[j % len(values)]
            if kind == "add":
                values.append(a + b)
            elif kind == "mul":
                values.append(autograd.tanh(a * b))
            elif kind == "if":
                values.append(a * 2.0 if a > b else b - 1.0)
            elif kind == "while":
                while abs(a) > 1.5:
                    a = a / 2.0
                values.append(a)
            elif kind == "max":
                values.append(max(a, b, 0.5))
            else:
                values.append(sorted([a, b, a - b])[1])
        return values[-1] * 1.0

    return f


@given(STEPS, st.lists(st.tuples(st.floats(-5.0, 5.0), st.floats(-5.0, 5.0)), min_size=1, max_size=6))
def test_functions_with_branches_and_loops(steps, points):
    f = function_of(steps)
    fast, both = jit(f), jit(value_and_grad(f, (0, 1)))
    for x, y in [*points, *points]:
        assert fast(x, y) == f(x, y)
        value, slopes = both(x, y)
        want, want_slopes = value_and_grad(f, (0, 1))(x, y)
        assert value == want
        assert slopes == pytest.approx(want_slopes, rel=1e-13)


def test_it_traces_by_path_and_by_shape():
    calls = []

    @jit
    def f(x):
        calls.append(1)
        return (x * x).sum() if isinstance(x, Tensor) else x if x > 0.0 else -x

    assert [f(2.0), f(-2.0), f(3.0), f(-3.0)] == [2.0, 2.0, 3.0, 3.0]
    assert f(np.ones(3)) == f(np.ones(3)) == 3.0
    assert f(np.ones(4)) == 4.0
    assert len(calls) == 4
    assert f.cache_info() == (3, 4, 128, 4)
    assert len(f.programs) == 4
    assert repr(f).endswith("f: 4 programs>")
    f.cache_clear()
    assert f.cache_info() == (0, 0, 128, 0)


def test_a_bounded_cache():
    @jit(maxsize=2)
    def f(x, n):
        return x * len(n)

    for name in ("a", "bb", "a", "ccc", "a", "bb"):
        assert f(2.0, name) == 2.0 * len(name)
    assert f.cache_info() == (2, 4, 2, 2)


def test_constants_are_part_of_the_key():
    @jit
    def f(x, how, places):
        return x[places[0]] if how == "one" else x.sum()

    x = np.array([1.0, 2.0, 3.0])
    assert f(x, "one", np.array([1])) == 2.0
    assert f(x, "one", np.array([2])) == 3.0
    assert f(x, "all", np.array([2])) == 6.0
    assert f(x, how="one", places=np.array([0])) == 1.0
    assert f(x, how="one", places=np.array([0])) == 1.0
    assert f.cache_info().misses == 4


def test_methods():
    class Model:
        def __init__(self, w):
            self.w = Value(w)

        @jit
        def __call__(self, x):
            return self.w * x

    one, two = Model(2.0), Model(3.0)
    assert (one(5.0), two(5.0), one(6.0)) == (10.0, 15.0, 12.0)
    one.w.data = 4.0
    assert one(5.0) == 20.0
    assert Model.__call__.cache_info().misses == 2


def test_backward_on_every_path():
    w = Value(3.0)
    step = jit(lambda x: w * x if x > 0.0 else w * w * x)
    for _ in range(2):
        assert [step.backward(2.0), step.backward(-1.0)] == [6.0, -9.0]
    assert w.grad == 2.0 * (2.0 - 6.0)
    assert step.cache_info() == (2, 2, 128, 2)


def test_it_composes_with_grad():
    f = jit(lambda x: x**3.0)
    assert grad(f)(2.0) == jit(grad(f))(2.0) == 12.0
    assert jit(grad(grad(f)))(2.0) == grad(jit(grad(f)))(2.0) == 12.0
    x = Value(2.0)
    f(x).backward()
    assert x.grad == 12.0
    assert jit(lambda x: f(x) + 1.0)(2.0) == 9.0
    assert f.__wrapped__(2.0) == 8.0


def test_infinite_derivatives():
    f = jit(grad(lambda x: autograd.where(x > 0.0, autograd.sqrt(x), x)))
    assert [f(x) for x in (0.0, 4.0, 0.0)] == [1.0, 0.25, 1.0]
    assert f.cache_info()[:2] == (2, 1)
    second = jit(grad(grad(lambda x: autograd.where(x > 0.0, autograd.sqrt(x), x))))  # its first sweep is recorded
    assert [second(x) for x in (0.0, 4.0, 0.0)] == [0.0, -1 / 32, 0.0]
    assert math.isnan(jit(autograd.log)(-1.0))


def test_bad_input():
    with pytest.raises(OperandError, match="takes a function"):
        jit(3.0)
    with pytest.raises(ValueError, match="maxsize"):
        jit(maxsize=0)


# --- arguments that are part of the program ---


def repeated(x, count, scale=1.0):
    for _ in range(count):
        x = autograd.tanh(x) * scale
    return x


def test_static_arguments_choose_the_program():
    f = jit(repeated, static_argnums=1)
    with pytest.raises(TypeError):
        f(0.5, 1.0)
    for count in (3, 1, 3, True, -2):
        assert f(0.5, count) == repeated(0.5, count)
        assert f(Value(0.25), count).item() == repeated(0.25, count)
    assert len(f.programs) == 4
    assert f(0.5, 3, scale=2.0) == repeated(0.5, 3, 2.0)
    assert f.cache_info().hits == 1
    assert f.programs[0](0.125, 1) == repeated(0.125, 1)


def test_a_program_with_a_static_argument():
    program = trace(repeated, 0.5, 2, static_argnums=(1,))
    assert program(0.25, 2) == repeated(0.25, 2)
    assert program.value_and_grad()(0.25, 2) == autograd.value_and_grad(repeated)(0.25, 2)
    assert len(program.inputs) == 1
    assert program.nodes()[0].item() == repeated(0.5, 2)
    with pytest.raises(ShapeError, match="takes the constant 2 as argument 1, but got the constant 3"):
        program(0.25, 3)
    w = Value(2.0)
    step = jit(lambda x, count: repeated(x * w, count), static_argnums=1)
    assert step.backward(0.5, 2) == repeated(1.0, 2)
    assert w.grad == pytest.approx(0.5 * autograd.grad(repeated)(1.0, 2))
    step = jit(lambda x, count, scale=1.0: repeated(x * w, count, scale), static_argnums=1)
    for count in (2, 3, 2):
        w.zero_grad()
        assert step.backward(0.5, count, scale=3.0) == repeated(1.0, count, 3.0)
        assert w.grad == pytest.approx(0.5 * autograd.grad(repeated)(1.0, count, 3.0))
    assert step.cache_info()[:2] == (1, 2)


def test_options_are_no_arguments():
    f = jit(lambda *args, **options: options["x"] if options else args[0]["x"] * 2.0)
    for _ in range(2):
        assert [f(x=3.0), f({"x": 3.0})] == [3.0, 6.0]


def test_static_arrays_are_told_apart_by_what_is_in_them():
    f = jit(lambda x, table: x * table[1], static_argnums=-1)
    tables = np.array([1.0, 2.0]), np.array([1.0, 3.0])
    assert [f(2.0, table) for table in (*tables, *tables)] == [4.0, 6.0, 4.0, 6.0]
    assert f.cache_info()[:2] == (2, 2)
    tables[0][1] = 5.0
    assert f(2.0, tables[0]) == 10.0
    with pytest.raises(OperandError, match="use a tuple for a list"):
        f(2.0, [1.0, 2.0])


# --- what it says ---


def test_a_method_has_all_that_a_function_has():
    class Model:
        def __init__(self):
            self.w = Value(3.0)

        @jit
        def loss(self, x, *, power=2):
            return (x * self.w) ** power

    model = Model()
    with autograd.no_grad():
        assert model.loss(2.0) == 36.0
    assert model.loss.backward(2.0) == 36.0
    assert model.w.grad == 24.0
    assert model.loss.backward(2.0, power=1) == 6.0
    assert model.loss.cache_info() == Model.loss.cache_info()
    assert len(model.loss.programs) == model.loss.cache_info().currsize == 2
    model.loss.cache_clear()
    assert model.loss.programs == ()


def test_static_arguments_by_name():
    f = jit(lambda x, n=1: sum((x for _ in range(n)), 0.0), static_argnums=1)
    assert [f(2.0, 3), f(2.0, n=3), f(2.0), f(2.0, n=2), f(2.0, n=3)] == [6.0, 6.0, 2.0, 4.0, 6.0]
    assert f.cache_info()[:2] == (1, 4)
    w = Value(2.0)
    g = jit(lambda x, n: sum((x * w for _ in range(n)), 0.0), static_argnums=-1)
    assert g.backward(1.0, n=3) == 6.0
    assert w.grad == 3.0


def test_it_warns_where_no_program_is_used_again():
    f = jit(lambda x, labels: x * labels.sum())
    with pytest.warns(RuntimeWarning, match="traced 128 times one after the other") as caught:
        assert [f(2.0, np.array([k])) for k in range(140)] == [2.0 * k for k in range(140)]
    assert [warning.filename for warning in caught] == [__file__]
    calm = jit(lambda x, n: x * n, static_argnums=1)
    for n in range(200):
        calm(1.0, 1000)
        calm(1.0, n)
