"""A schedule has every equation once, after what it needs, and folds additions from left to right."""

import math
import random
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, trace, value_and_grad
from autograd.testing import graphs
from autograd.tracing.levels import Levels
from autograd.tracing.schedule import FOLD, is_flat, scheduled
from tests.tracing.executors import ALGEBRA, rosenbrock


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
    assert [kind.op and kind.op.name for kind in kinds] == ["mul", FOLD]
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


def test_a_fold_of_negative_zeros():
    zeros = [-0.0] * 12
    for count in (1, 20):
        out = trace(lambda rows: [x[0] + x[1] + x[2] for x in rows], [[1.0, 2.0, 3.0]] * 1, executor="numpy")
        assert math.copysign(1.0, out([zeros[:3]])[0]) == -1.0
        rows = [[float(i), float(i + k), 1.0] for i, k in zip(range(count), range(50, 50 + count), strict=True)]
        out = trace(lambda rows: [x[0] + x[1] + x[2] for x in rows], rows, executor="numpy")
        assert {math.copysign(1.0, x) for x in out([zeros[:3]] * count)} == {-1.0}


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
