"""Every row that is not element-wise, on all of its examples: both directions, and once more.

A derivative is compared with central differences of random directions; the operands are of moderate size and have no
ties, so these are good to 1e-9.
"""

import numpy as np
import pytest

from autograd import ShapeError, Tensor, grad, inner, jvp, table, vjp

ROWS = [row for row in table.values() if row.kind != "elementwise" and row.rules]
CASES = [
    pytest.param(row, shapes, params, id=f"{row.name}-{i}")
    for row in ROWS
    for i, (shapes, params) in enumerate(row.facts.examples)
    if row.result is None
]


def operands(shapes, seed=0):
    draw = np.random.default_rng(seed)
    return [np.asarray(draw.permutation(np.linspace(-2.0, 2.1, max(int(np.prod(s)), 1)))[: int(np.prod(s))]
                       + draw.uniform(-0.1, 0.1, int(np.prod(s)))).reshape(s) for s in shapes]  # fmt: skip


def ruled(row, count):
    return [i for i in range(count) if row.variadic or row.rules[i] is not None]


def slope(f, step=1e-4):
    """The derivative of f at 0 by central differences of order 4."""
    return (8 * (f(step) - f(-step)) - (f(2 * step) - f(-2 * step))) / (12 * step)


def test_every_row_has_examples():
    assert [row.name for row in ROWS if not row.facts.examples and row.name != "identity"] == []


@pytest.mark.parametrize(("row", "shapes", "params"), CASES)
def test_first_derivatives_both_ways(row, shapes, params):
    xs, ways = operands(shapes), operands(shapes, 1)
    for i in set(range(len(xs))) - set(ruled(row, len(xs))):
        ways[i] = 0.0 * ways[i]
    out, pullback = vjp(lambda *xs: row(*xs, **params), *xs)
    g = operands([np.shape(out)], 2)[0]
    want = slope(lambda t: np.sum(g * row(*(x + t * way for x, way in zip(xs, ways, strict=True)), **params)))
    cotangents = pullback(g)
    for cotangent, x in zip(cotangents, xs, strict=True):
        assert cotangent.shape == x.shape
    got = sum(np.sum(c * way) for c, way in zip(cotangents, ways, strict=True))
    assert got == pytest.approx(want, rel=1e-8, abs=1e-9)
    value, tangent = jvp(lambda *xs: row(*xs, **params), tuple(xs), tuple(ways))
    np.testing.assert_array_equal(value, out)
    assert tangent.shape == np.shape(out)
    assert np.sum(g * tangent) == pytest.approx(want, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize(("row", "shapes", "params"), CASES)
def test_second_derivatives(row, shapes, params):
    xs, ways, weights = operands(shapes), operands(shapes, 1), operands(shapes, 3)
    chosen = ruled(row, len(xs))
    g = operands([np.shape(row(*xs, **params))], 2)[0]

    def at(t):
        return [np.asarray(x + t * way) if i in chosen else x for i, (x, way) in enumerate(zip(xs, ways, strict=True))]

    def weighed(*xs):  # the gradient of a nonlinear function of the row, in the direction of the weights
        parts = grad(lambda *xs: (row(*xs, **params) ** 2 * g).sum(), argnums=tuple(chosen))(*xs)
        return sum((part * weights[i]).sum() for i, part in zip(chosen, parts, strict=True))

    second = grad(weighed, argnums=tuple(chosen))(*xs)
    got = sum(np.sum(part * ways[i]) for i, part in zip(chosen, second, strict=True))
    want = slope(lambda t: weighed(*at(t)))
    assert got == pytest.approx(want, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize(("row", "shapes", "params"), [case for case in CASES if case.values[0].name != "astype"])
def test_float32_stays(row, shapes, params):
    xs = [Tensor(x.astype(np.float32)) for x in operands(shapes)]
    out = row(*xs, **params)
    assert out.dtype == np.float32
    (out * out).sum().backward()
    for i in ruled(row, len(xs)):
        assert xs[i].grad.dtype == np.float32


@pytest.mark.parametrize(("row", "shapes", "params"), [case for case in CASES if len(case.values[1]) > 1])
def test_one_operand_alone(row, shapes, params):
    """The tangent of one operand, the others constant: the parts add up to the whole."""
    xs, ways = operands(shapes), operands(shapes, 1)
    chosen = ruled(row, len(xs))
    zeros = [np.zeros_like(way) for way in ways]
    parts = []
    for i in chosen:
        _, tangent = jvp(lambda x, i=i: row(*xs[:i], x, *xs[i + 1 :], **params), (xs[i],), (ways[i],))
        parts.append(tangent)
    moving = tuple(way if i in chosen else zero for i, (way, zero) in enumerate(zip(ways, zeros, strict=True)))
    _, whole = jvp(lambda *xs: row(*xs, **params), tuple(xs), moving)
    np.testing.assert_allclose(sum(parts), whole, rtol=1e-12, atol=1e-13)


def test_inner_takes_lists_and_wants_axes():
    assert inner([1.0, 2.0], [3.0, 4.0]) == 11.0
    assert inner(np.array([[1.0, 2.0]]), [[3.0, 4.0]]).tolist() == [[11.0]]
    for x, y in (([1.0], 2.0), (2.0, [1.0])):
        with pytest.raises(ShapeError, match="has one or two axes"):
            inner(x, y)
