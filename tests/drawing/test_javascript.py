"""Every row of the table computes the same numbers in a browser as in Python."""

import json
import math
from functools import partial
from itertools import product

import numpy as np
import pytest

from autograd.drawing.javascript import TranslationError, functions_of
from autograd.primitive import Primitive, table
from tests.drawing.browser import needs_chromium

pytestmark = needs_chromium

ROWS = [row for row in table.values() if row.kind == "elementwise" or row.name == "identity"]
POINTS = (
    0.0, -0.0, 0.3, -0.5, 1.0, -1.0, 1.5, 2.0, -2.4, 2.6, 7.5, -40.0, 0.999, -1e-300, 1e300, math.inf, -math.inf,
    math.nan,
)  # fmt: skip
FEW = (0.0, 1.0, -1.5, math.nan, math.inf)
COMPUTE = """cases => JSON.stringify(JSON.parse(cases).map(([name, xs, ...params]) => {
    const y = Number(operations[name](...xs.map(Number), ...params));
    return Object.is(y, -0) ? "-0.0" : String(y);
}))"""
"""As text, which is twenty times faster than the lists of playwright; and JSON has no nan."""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


def computed(page, rows, cases):
    page.evaluate(f"globalThis.operations = {functions_of(rows)}")
    written = [(name, [str(x).replace("inf", "Infinity") for x in xs], *static) for name, xs, *static in cases]
    return [float(x.replace("Infinity", "inf")) for x in json.loads(page.evaluate(COMPUTE, json.dumps(written)))]


def same(got, want):
    """Equal to twelve digits, with inf, nan and the sign of zero."""
    if want != want or not want or math.isinf(want):
        return (got != got and want != want) or (got == want and math.copysign(1.0, got) == math.copysign(1.0, want))
    return abs(got - want) <= 1e-12 * abs(want)


def test_every_row(page):
    """All at once: what takes time is the way to the browser."""
    cases = [
        (row.name, xs, *([params] if params else []))
        for row in ROWS
        for params in ({}, *row.facts.examples)
        for xs in product(POINTS if len(row.operands) < 3 else FEW, repeat=len(row.operands))
    ]
    assert {name for name, *_ in cases} == {row.name for row in ROWS}
    for (name, xs, *static), got in zip(cases, computed(page, ROWS, cases), strict=True):
        want = float(table[name](*xs, **(static[0] if static else {})))
        assert same(got, want), f"{name}{xs} {static}: {got} in JavaScript, {want} in Python"


def row_of(function, name="mine"):
    """A primitive that is in no table."""
    row = object.__new__(Primitive)
    row.name, row.scalar, row.array, row.rules = name, function, function, ()
    return row


def _softsign(x: float, *, scale=1.0) -> float:
    """A function with a static parameter."""
    let, total = abs(x), 0.0  # a word of JavaScript
    for n, sign in enumerate_twice(scale):
        total += sign * n
    return total if total else x / (1.0 + let)


def enumerate_twice(scale):
    return [[1.0, scale], [1.0, -scale]]


@pytest.mark.parametrize(
    "function",
    [
        _softsign,
        partial(_softsign, scale=3.0),
        lambda x: x**3 - 2 ** (x + 1) if -1.0 < x <= 2.0 else math.pi * -x,
        lambda x: x // 2.0 + bool(x and x < 1.0),
    ],
)
def test_functions_of_users(page, function):
    cases = [("mine", [x]) for x in (-2.5, -0.5, 0.0, 1.25, 2.0, 7.0)]
    got = computed(page, [row_of(function)], cases)
    assert got == pytest.approx([function(*xs) for _, xs in cases], rel=1e-14)


@pytest.mark.parametrize(
    "function",
    [
        lambda x: math.log(x, 2.0),
        lambda x: max(x, 0.0, 1.0),
        lambda x: math.gamma(x),
        lambda x: x if x > 0 else "text",
        lambda x: (x or 1.0) * 2.0,
        lambda *xs: xs[0],
        lambda x: (lambda y: y * y)(x),
        lambda x: min([y for y in [x] if y], x),
        np.sin,
        eval("lambda x: x + 1.0"),
    ],
)
def test_what_is_no_formula_is_refused(function):
    with pytest.raises(TranslationError):
        functions_of([row_of(function)])
