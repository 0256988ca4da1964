"""Hypothesis strategies: operands for a rule, cotangents, and random graphs.

Operands mix what breaks formulas: the whole domain evenly in magnitude, everyday numbers in [-50, 50] and those of
[-400, 400], distances from the ends of the domain, special values, and operands of one size, equal, or nearly so.
"""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from autograd.primitive import Primitive, quiet, table
from autograd.testing.graph import Graph, Step

__all__ = [
    "SPECIAL", "WEIRD", "Call", "cotangents", "graphs", "inputs_for", "is_inside", "is_tame", "params_of",
    "special_inputs",
]  # fmt: skip

SPECIAL = tuple(
    sign * x
    for x in (
        0.5, 2.0, 1.0, 3.0, 0.0, 20.0, 40.0, 75.0, 150.0, 300.0, 700.0, 1e-8, 1e-4, 1e8, 1e-200, 1e200, 1e-300, 1e300,
    )
    for sign in (1.0, -1.0)
)  # fmt: skip
"""Where formulas cancel, overflow, underflow or change their branch."""
WEIRD = (0.0, -0.0, math.inf, -math.inf, math.nan, 1e308, -1e308, 5e-324, -1.0, 1.0)
"""What has rules of its own in IEEE 754."""


Params = dict[str, Any]
"""Static parameters by name."""


class Call(NamedTuple):
    """Operands and static parameters of a primitive: ``rule(*call.args, **call.params)``."""

    args: tuple[Any, ...]
    params: dict[str, Any]


def is_inside(
    rule: Primitive, args: Sequence[float], params: Params | None = None, *, near_kinks: bool = False
) -> bool:
    """Whether a rule can be judged there: in its domain, at no singular point, and off the kinks."""
    facts = rule.facts
    if not near_kinks:
        size = max(map(abs, args))
        for kink in facts.kinks:
            gap = float(kink.gap(*args))
            if not abs(gap) > 1e-25 * size:
                return False
    if any(not low <= x <= high for x, (low, high) in zip(args, map(facts.interval, range(len(args))), strict=True)):
        return False
    if any(tuple(args) == tuple(point) for point in facts.singular):
        return False
    try:
        with quiet():
            rule(*args, **(params or {}))
    except (ArithmeticError, ValueError):
        return False
    return True


def params_of(rule: Primitive) -> list[dict[str, Any]]:
    """What static parameters to try an element-wise rule with: its defaults, and the examples in its row."""
    given = inspect.signature(rule).parameters.values()
    needed = any(one.kind is one.KEYWORD_ONLY and one.default is one.empty for one in given)
    return [*([] if needed else [{}]), *rule.facts.examples]


def special_inputs(rule: Primitive) -> list[Call]:
    """The special values in the domain of an element-wise rule, alone, tied, and beside the others.

    Each comes with one of the static parameters of `params_of`, drawn by lot.
    """
    count = len(rule.rules)
    values = [*SPECIAL, *(math.nextafter(end, 0.0) for k in range(count) for end in rule.facts.interval(k))]
    values = [x for x in dict.fromkeys(values) if math.isfinite(x)]
    if count == 1:
        points: list[tuple[float, ...]] = [(x,) for x in values]
    else:
        shifted = [values[3 * k % len(values) :] + values[: 3 * k % len(values)] for k in (1, 3, 5)]
        points = [(x,) * count for x in values]
        for other in shifted:
            rows = [values, other, list(reversed(values))][:count]
            points += [tuple(row[k % len(row)] for row in rows) for k in range(len(values))]
            points += [tuple(reversed(point)) for point in points[-len(values) :]]
        points += [(x, *(x * ratio for ratio in (0.75, -1.25)[: count - 1])) for x in values if abs(x) < 1e308]
    extremes = [] if count == 1 else [(x, *[r] * (count - 1)) for x in (0.0, 1e-200, 1e200, -1e200) for r in (2.0, 0.0)]
    params, draw = params_of(rule), random.Random(0)

    def inside(tried: Sequence[tuple[float, ...]]) -> list[Call]:
        calls = [Call(point, draw.choice(params)) for point in dict.fromkeys(tried)]
        return [call for call in calls if is_inside(rule, *call)]

    found = inside(points)
    return [*inside(extremes), *found[:: max(1, len(found) // 64)]]


def inputs_for(rule: Primitive, *, near_kinks: bool = False) -> st.SearchStrategy[Call]:
    """Operands for a primitive, inside its domain and off its kinks.

    Parameters
    ----------
    rule : a primitive. One of arrays needs ``examples=`` in its row.
    near_kinks : allow points on kinks and ties, too.

    Examples
    --------
    >>> from hypothesis import given
    >>> @given(inputs_for(table["tanh"]))
    ... def odd(call):
    ...     (x,) = call.args
    ...     assert table["tanh"](-x) == -table["tanh"](x)
    >>> odd()
    """
    if rule.kind == "elementwise":
        count = len(rule.operands)
        calls = st.builds(Call, _points(rule, count), st.sampled_from(params_of(rule)))
        return calls.filter(lambda call: is_inside(rule, *call, near_kinks=near_kinks))
    return st.sampled_from(list(rule.facts.examples)).flatmap(lambda example: arrays_for(rule, *example))


def _points(rule: Primitive, count: int) -> st.SearchStrategy[tuple[float, ...]]:
    ends = [rule.facts.interval(k) for k in range(count)]
    alone = st.tuples(*(_numbers(low, high) for low, high in ends))
    if count == 1:
        return alone

    def scaled(x: float, ratios: Sequence[float]) -> tuple[float, ...]:
        return (x, *(max(-1e308, min(x * ratio, 1e308)) for ratio in ratios))

    near = st.floats(-1e-3, 1e-3).map(lambda t: 1.0 + t)
    ratio = st.one_of(st.floats(-4.0, 4.0), st.sampled_from([1.0, -1.0, 0.5, 2.0]), near)
    jointly = st.builds(scaled, _numbers(*ends[0]), st.lists(ratio, min_size=count - 1, max_size=count - 1))
    return st.one_of(alone, jointly)


def _numbers(low: float, high: float) -> st.SearchStrategy[float]:
    """Numbers between the bounds, which may be infinite."""
    special = [x for x in SPECIAL if low <= x <= high]
    kinds = [st.sampled_from(special)] if special else []
    for reach in (50.0, 400.0):
        if max(low, -reach) < min(high, reach):
            kinds.append(st.floats(max(low, -reach), min(high, reach), allow_subnormal=False))
    top = math.log10(min(max(abs(low), abs(high)), 1e308))
    magnitude = st.builds(
        lambda e, m, s: s * m * 10.0**e, st.floats(-307.0, top), st.floats(0.5, 1.0), _sign(low, high)
    )
    kinds.append(magnitude.filter(lambda x: low <= x <= high))
    for end, inward in ((low, 1.0), (high, -1.0)):
        if math.isfinite(end) and end:
            most = math.log10(abs(end))
            distance = st.floats(min(-16.0, most - 16.0), most)
            kinds.append(distance.map(lambda e, end=end, inward=inward: end + inward * 10.0**e))  # type: ignore[misc]
    return st.one_of(kinds)


def _sign(low: float, high: float) -> st.SearchStrategy[float]:
    return st.sampled_from([s for s, there in ((1.0, high > 0.0), (-1.0, low < 0.0)) if there] or [1.0])


_SCALES = (1.0, 1e-3, 30.0, 1e8, 1e-200, 1e200)


def special_arrays(rule: Primitive, shapes: Sequence[tuple[int, ...]], params: dict[str, Any]) -> list[Call]:
    """The same arrays in all sizes from 1e-200 to 1e200 (the last for few elements: the oracle needs many digits)."""
    steps = np.arange(sum(map(math.prod, shapes)))
    numbers = ((steps * 0.6180339887 + 0.4) % 1.0 - 0.45) * 3.0
    scales = _SCALES if steps.size <= 6 else _SCALES[:-1]
    calls = (_shaped(numbers, scale, shapes, params) for scale in scales)
    return [call for call in calls if is_tame(rule, call)]


def arrays_for(rule: Primitive, shapes: Sequence[tuple[int, ...]], params: dict[str, Any]) -> st.SearchStrategy[Call]:
    """Arrays of the given shapes; all elements differ, so that extremes and orders are clear."""
    size = sum(map(math.prod, shapes))
    low, high = rule.facts.interval(0)
    everyday = st.floats(max(low, -10.0), min(high, 10.0), width=32, allow_subnormal=False)
    elements = st.lists(everyday, min_size=size, max_size=size, unique=True)
    drawn = st.builds(lambda flat, scale: _shaped(flat, scale, shapes, params), elements, st.sampled_from(_SCALES))
    return drawn.filter(lambda call: is_tame(rule, call))


def _shaped(flat: Any, scale: float, shapes: Sequence[tuple[int, ...]], params: dict[str, Any]) -> Call:
    parts = np.split(np.asarray(flat, np.float64) * scale, np.cumsum([math.prod(shape) for shape in shapes])[:-1])
    return Call(tuple(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)), params)


def is_tame(rule: Primitive, call: Call, *, distinct: bool = True) -> bool:
    """Whether arrays are in the domain, and all their elements differ."""
    low, high = rule.facts.interval(0)
    flat = np.concatenate([np.ravel(x) for x in call.args])
    return bool(np.all((low <= flat) & (flat <= high)) and (not distinct or np.unique(flat).size == flat.size))


def cotangents(shape: tuple[int, ...] = ()) -> st.SearchStrategy[Any]:
    """Cotangents for a result of some shape: zeros among them, and numbers of either sign; floats for ``()``.

    >>> from hypothesis import find
    >>> find(cotangents((2,)), lambda g: True)
    array([0., 0.])
    """
    number = st.one_of(st.just(0.0), st.floats(-8.0, 8.0, allow_subnormal=False), st.sampled_from([1.0, -1.0, 1e-150]))
    if shape == ():
        return number
    size = math.prod(shape)
    return st.lists(number, min_size=size, max_size=size).map(lambda flat: np.array(flat).reshape(shape))


def graphs(
    primitives: Sequence[Primitive | str] | None = None,
    *,
    size: int = 12,
    inputs: int = 3,
    heads: int = 3,
    bound: float = 1e3,
    clear: float = 1e-2,
) -> st.SearchStrategy[Graph]:
    """Random expression graphs with shared parts and several heads; see `Graph`.

    A graph is a list of operations whose operands count back from the newest node, so that it shrinks to a line or two.
    An operation is left out where it would leave its domain, come near a kink, or grow beyond `bound`.

    Parameters
    ----------
    primitives : element-wise rows of the table, or their names; by default all public ones with a rule.
    size : at most how many operations.
    inputs, heads : at most how many of these.
    bound : values and partial derivatives of each node stay below it.
    clear : how far from kinks and the ends of a domain each node stays.

    Examples
    --------
    >>> from hypothesis import find
    >>> print(find(graphs(["sin", "mul"]), lambda graph: len(graph.steps) == 2))
    a = Value(0.0)
    b = autograd.sin(a)
    c = autograd.sin(b)
    heads = [c]
    """
    if primitives is None:
        rows = [row for row in table.values() if row.kind == "elementwise" and row.public and any(row.rules)]
    else:
        rows = [table[row] if isinstance(row, str) else row for row in primitives]
    known = {row.name: row for row in rows}
    back = st.integers(0, 5)
    steps = st.lists(st.tuples(st.sampled_from(list(known)), st.tuples(back, back, back)), min_size=1, max_size=size)
    starts = st.lists(st.floats(-4.0, 4.0).map(lambda x: round(x, 3)), min_size=1, max_size=inputs)

    def build(numbers: list[float], drawn: list[Step], ends: list[int]) -> Graph:
        values, kept = [x + 0.0 for x in numbers], []
        for name, backs in drawn:
            operands = tuple(min(b, len(values) - 1) for b in backs[: len(known[name].rules)])
            args = [values[-1 - b] for b in operands]
            if _is_clear(known[name], args, bound, clear):
                values.append(known[name](*args))
                kept.append((name, operands))
        return Graph(
            tuple(x + 0.0 for x in numbers), tuple(kept), tuple(dict.fromkeys(min(e, len(values) - 1) for e in ends))
        )

    return st.builds(build, starts, steps, st.lists(st.integers(0, 5), min_size=1, max_size=heads)).filter(
        lambda graph: bool(graph.steps)
    )


def _is_clear(rule: Primitive, args: Sequence[float], bound: float, clear: float) -> bool:
    """Whether an operation stays tame: its value and partials bounded, itself off kinks and ends of its domain."""
    if not is_inside(rule, args) or any(not abs(kink.gap(*args)) >= clear for kink in rule.facts.kinks):
        return False
    if rule.name == "power" and args[0] <= 0.0:
        return False
    away: Callable[[int, float], bool] = lambda k, x: all(  # noqa: E731
        abs(x - end) >= clear for end in rule.facts.interval(k)
    )
    if not all(away(k, x) for k, x in enumerate(args)):
        return False
    if any(max(abs(a - b) for a, b in zip(args, point, strict=True)) < clear for point in rule.facts.singular):
        return False
    ans = rule(*args)
    if not abs(ans) <= bound:
        return False
    try:
        partials = [float(part(1.0, ans, *args)) for part in rule.float_rules if part is not None]
    except ArithmeticError:
        return False
    return all(abs(x) <= bound for x in partials)
