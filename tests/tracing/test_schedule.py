"""A schedule has every equation once, after what it needs, and folds additions from left to right."""

import math
import random
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, trace, value_and_grad
from autograd.testing import graphs
from autograd.tracing.levels import Levels
from autograd.tracing.schedule import FOLD, is_flat, scheduled
from tests.tracing.executors import ALGEBRA, FAST, needs_numba, rosenbrock


def schedule_of(f, *args):
    return scheduled(trace(f, *args)._listing)


def runs(schedule):
    """Kind, places of operands by equation, and places of results of every run."""
    for r, code in enumerate(schedule.codes):
        kind, count = schedule.kinds[code], schedule.firsts[r + 1] - schedule.firsts[r]
        part = schedule.operands[schedule.offsets[r] :]
        if schedule.lines[r]:
            places = [start + step * np.arange(count) for start, step in part[: 2 * kind.arity].reshape(-1, 2)]
        else:
            places = part[: kind.arity * count].reshape(kind.arity, count)
        yield kind, np.array(places), range(schedule.firsts[r], schedule.firsts[r + 1])


@given(graphs(ALGEBRA, size=40))
def test_operands_come_before_results(graph):
    program = trace(lambda *xs: [head * 1.5 for head in graph.run(xs)], *graph.inputs)
    schedule = scheduled(program._listing)
    known, sums = schedule.given + len(schedule.constants), 0
    for kind, places, results in runs(schedule):
        assert results.start == known
        assert places.max(initial=-1) < known
        known = results.stop
        sums += len(results) * (kind.arity - 1 if kind.op is FOLD else 1)
    assert known == schedule.size
    assert sums == len(program)


def test_levels_and_runs():
    def f(x):
        return [a * b for a, b in pairwise(x)] + [autograd.sin(a) for a in x]

    schedule = schedule_of(f, [float(i) for i in range(100)])
    assert [kind.op.name for kind, _, _ in runs(schedule)] == ["mul", "sin"]
    assert schedule.lines.tolist() == [True, True]
    assert len(schedule.operands) == 6  # a place and a step for each position
    assert len(schedule.outputs) == 199


def test_long_sums_are_folds():
    schedule = schedule_of(lambda x: sum(a * a for a in x), [float(i) for i in range(1000)])
    kinds = [kind for kind, _, _ in runs(schedule)]
    assert [getattr(kind.op, "name", kind.op) for kind in kinds] == ["mul", FOLD]
    assert kinds[1].arity in (1000, 1001)

    def running(x):  # whose partial sums are results
        sums = [x[0] + x[1]]
        for a in x[2:]:
            sums.append(sums[-1] + a)
        return sums

    assert [kind.op.name for kind, _, _ in runs(schedule_of(running, [1.0] * 9))] == ["add"] * 8


@given(st.lists(st.floats(-1e20, 1e20), min_size=3, max_size=80), st.integers(1, 40), st.randoms())
def test_a_fold_adds_from_left_to_right(xs, count, chance):
    """Also where many are computed at once, and where the sum is the right operand."""
    rows = [chance.sample(xs, len(xs)) for _ in range(count)]

    def sums(rows):
        out = []
        for row in rows:
            total = row[0]
            for x in row[1:]:
                total = total + x if len(out) % 2 else x + total
            out.append(total)
        return out

    assert trace(sums, rows, executor="numpy")(rows) == sums(rows)


@pytest.mark.parametrize("executor", ["python", *FAST])
def test_a_fold_of_one_number(executor):
    program = trace(lambda x, y: (x + x + x, y * y + y * y + y * y + y * y), 1.0, 2.0, executor=executor)
    assert program(3.0, 5.0) == (9.0, 100.0)
    assert program.flat([[3.0, 5.0], [0.5, 1.0]]).tolist() == [[9.0, 100.0], [1.5, 4.0]]


def test_a_fold_of_negative_zeros():
    zeros = [-0.0] * 12
    for count in (1, 20):
        out = trace(lambda rows: [x[0] + x[1] + x[2] for x in rows], [[1.0, 2.0, 3.0]] * 1, executor="numpy")
        assert math.copysign(1.0, out([zeros[:3]])[0]) == -1.0
        rows = [[float(i), float(i + k), 1.0] for i, k in zip(range(count), range(50, 50 + count), strict=True)]
        out = trace(lambda rows: [x[0] + x[1] + x[2] for x in rows], rows, executor="numpy")
        assert {math.copysign(1.0, x) for x in out([zeros[:3]] * count)} == {-1.0}


@needs_numba
@given(st.lists(st.floats(allow_nan=False) | st.sampled_from([-0.0, 0.0]), min_size=8, max_size=40), st.integers(1, 40),
       st.randoms())  # fmt: skip
def test_a_dot_is_the_sum_of_products_to_the_last_bit(xs, count, chance):
    """In lines and in other orders, few and many, with terms that are no products."""
    width = len(xs) // 2

    def dots(xs, orders):
        out = []
        for order in orders:
            total = xs[order[0]] * xs[order[1]]
            for k in range(1, width):
                total = total + (xs[order[2 * k]] * xs[order[2 * k + 1]] if k % 5 else xs[order[2 * k]])
            out.append(total)
        return out

    crooked = [chance.sample(range(len(xs)), 2 * width) for _ in range(count)]
    evenly = [[(k if k % 2 else 0) + i for k in range(2 * width)] for i in range(40)]
    for orders, many in ((crooked, xs), (evenly, [*xs, *range(100)])):
        many = [float(x) for x in many]
        program = trace(
            lambda xs, orders=orders: dots(xs, orders), [1.0 + i for i in range(len(many))], executor="numba"
        )
        with np.errstate(all="ignore"):
            want = dots(many, orders)
        for got in (program(many), program.flat([many] * 9)[4]):
            np.testing.assert_array_equal(got, want)
            assert np.array_equal(np.signbit(got)[np.equal(want, 0.0)], np.signbit(want)[np.equal(want, 0.0)])


@needs_numba
@pytest.mark.parametrize(("units", "inputs"), [(3, 9), (2, 16), (4, 31), (5, 3), (16, 7)])
def test_long_dots_are_cut_where_they_leave_their_lines(units, inputs):
    """Those for the weights of one unit lie on lines; the last bits are those of a sum from left to right."""
    samples = 20

    def slopes(errors, given):
        return [
            sum([errors[s][u] * given[s][i] for s in range(1, samples)], start=errors[0][u] * given[0][i])
            for u in range(units) for i in range(inputs)
        ]  # fmt: skip

    chance = np.random.default_rng(units)
    points = chance.normal(size=(9, samples * (units + inputs)))
    split = samples * units
    errors, given = (points[0][part].reshape(samples, -1).tolist() for part in (slice(split), slice(split, None)))
    program = trace(slopes, errors, given, executor="numba")
    schedule = scheduled(program._listing, 32, dots=True)
    assert [kind.arity for kind, _, _ in runs(schedule)] == [2 * samples] * len(schedule.codes)
    assert schedule.lines.all() == (inputs >= 8)
    assert len(schedule.codes) == (units if inputs >= 8 else 1)
    assert program(errors, given) == slopes(errors, given)
    for row, point in zip(program.flat(points), points, strict=True):
        errors, given = (point[part].reshape(samples, -1).tolist() for part in (slice(split), slice(split, None)))
        assert row.tolist() == slopes(errors, given)


def test_only_products_that_nothing_else_needs_are_in_dots():
    def f(x):
        products = [a * b for a, b in pairwise(x)]
        return sum(products[1:], start=products[0]), products[3]

    listing = trace(f, [float(i) for i in range(9)])._listing
    by_kind = {getattr(kind.op, "name", kind.op): places for kind, places, _ in runs(scheduled(listing, dots=True))}
    assert list(by_kind) == ["mul", "dot"]
    assert by_kind["mul"].shape == (2, 1)
    assert by_kind["dot"].shape == (16, 1)
    alone = trace(lambda x: sum([a + 1.0 * b * b for a, b in pairwise(x)], start=x[0] + x[1]), [1.0] * 9)._listing
    assert any(kind.op == "fold" for kind, _, _ in runs(scheduled(alone, dots=True)))


def test_only_programs_of_floats_are_flat():
    def flat(f, *args):
        return is_flat(trace(f, *args)._listing)

    assert flat(lambda x: autograd.where(x > 0.0, x, 0.0), 1.0)
    assert flat(lambda x: (x > 0.0) & (x < 1.0), 1.0)
    assert not flat(lambda x: x * 2.0, np.ones(3))
    assert not flat(lambda x: autograd.stack([x, x]), 1.0)
    assert not flat(lambda x: x > 10**400, 1.0)
    assert not flat(lambda x: -(x > 0.0), 1.0), "Python's -False is 0, not -0.0"


def test_a_prepared_program_is_small():
    chance = random.Random(0)
    n = 20_000

    def f(x):
        values = list(x)
        for _ in range(n):
            a, b = chance.choice(values[-500:]), chance.choice(values)
            values.append(a * b if chance.random() < 0.5 else a - b)
        return values[-100:]

    program = trace(f, [Value(float(i)) for i in range(50)])
    schedule = scheduled(program._listing)
    equations = program._listing.equations
    arrays = (equations.codes, equations.results, equations.operands, equations.ends, equations.line)
    listed = sum(part.itemsize * len(part) for part in arrays) + 2 * len(equations)
    assert (schedule.__sizeof__() + 8 * schedule.size + listed) / len(program) < 50
    program = trace(value_and_grad(rosenbrock), [1.0 + 0.001 * i for i in range(500)])
    assert scheduled(program._listing).__sizeof__() / len(program) < 2


def test_a_program_without_equations():
    for f in (lambda x: x, lambda x: (x, 5.0, None)):
        schedule = schedule_of(f, 2.0)
        Levels(schedule).fill(np.zeros(schedule.size))
        assert schedule.size == schedule.given + len(schedule.constants)


def test_an_array_among_the_results_is_left_to_python():
    linear = autograd.hessian(lambda v: v[0] * 2.0, sparse=True)
    for f in (lambda x: (x + 1.0, np.array([1.0, 2.0])), lambda x: (x + 1.0, linear([x]).values)):
        for name in ("auto", "numpy"):
            program = trace(f, 2.0, executor=name)
            (number, array), want = program(3.0), f(3.0)
            assert (number, array.tolist()) == (want[0], want[1].tolist())
            with pytest.raises(autograd.OperandError, match="works on arrays"):
                program.flat([3.0])


@pytest.mark.parametrize("executor", ["python", *FAST])
def test_parameters_that_are_equal_and_not_the_same(executor):
    def told(x, *, mode=1):
        return x * (1.5 if mode is True else 2.0 if isinstance(mode, int) else 3.0)

    telling = autograd.elementwise("telling_in_tests", told, told, lambda g, ans, x, *, mode=1: g)
    try:
        program = trace(lambda x: [telling(x, mode=mode) for mode in (1, 1.0, True)], 1.0, executor=executor)
        assert program(1.0) == [2.0, 3.0, 1.5]
    finally:
        del autograd.table["telling_in_tests"]


@needs_numba
@pytest.mark.parametrize("last", [autograd.tanh, lambda x: -x, lambda x: x], ids=["tanh", "neg", "none"])
def test_a_dot_with_a_term_that_is_no_product(last):
    def neuron(w, x, v, y, b):
        return last(w * x + v * y + b)

    for f in (neuron, autograd.value_and_grad(neuron, (0, 1, 2, 3, 4))):
        program = trace(f, 1.0, 2.0, 3.0, 4.0, 5.0, executor="numba")
        assert program(0.1, 0.2, 0.3, 0.4, 0.5) == f(0.1, 0.2, 0.3, 0.4, 0.5)
