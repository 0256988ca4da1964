"""Points all over the domain of a row, and how wrong each engine is there, judged by mpmath."""

import math
import random

import mpmath
import numpy as np

from autograd import table
from autograd.testing.reference import jet_of_reference
from tests.accuracy.peers import ENGINES

ROWS = [row for row in table.values() if row.kind == "elementwise" and any(row.rules) and row.facts.reference]
ROWS = [row for row in ROWS if row.rules[0] is not None]  # `where` only selects
SMALLEST, LARGEST = 1e-290, 1e300


def points(row, count):
    """Points all over the domain: any magnitude, ordinary numbers, the ends of the domain, pairs of one size."""
    draw = random.Random(row.name)
    found = []
    while len(found) < count:
        joint = 10.0 ** draw.uniform(-300, 300) if draw.random() < 0.5 else None
        point = tuple(number(draw, *row.facts.interval(i), joint) for i in range(len(row.rules)))
        if None not in point and not any(kink.gap(*point) == 0 for kink in row.facts.kinks):
            found.append(point)
    return found


def number(draw, low, high, joint):
    """One operand in an interval, or None for a miss."""
    way = draw.randrange(4)
    if way == 0:
        x = draw.choice((-1, 1)) * 10.0 ** draw.uniform(-300, 300)
    elif way == 1:
        x = draw.uniform(max(low, -50.0), min(high, 50.0))
    elif way == 2 and (math.isfinite(low) or math.isfinite(high)):
        end = draw.choice([bound for bound in (low, high) if math.isfinite(bound)])
        x = end + (1 if end == low else -1) * 10.0 ** draw.uniform(-15, 0) * max(abs(end), 1.0)
    else:
        x = draw.choice((-1, 1)) * (joint or 1.0) * draw.uniform(0.1, 10.0)
    return x if low < x < high else None


def suspects(said, columns, each):
    """The points at which engines differ most, beyond conditioning, in each order; and as many at random."""
    ours, found, stretch = said["glassgrad"], set(), 1.0
    xs = np.stack(columns, -1)
    with np.errstate(all="ignore"):
        for order in range(3):
            if order < 2:  # what the operands' rounding makes of this order, by our own next one
                slopes = np.abs(ours[order + 1] * (xs[:, None] if order else xs)).sum(-1)
                stretch = np.maximum(stretch, np.nan_to_num(slopes / np.abs(ours[order]), nan=0.0, posinf=1e6))
            for theirs in said.values():
                if theirs is not None and theirs is not ours:
                    apart = np.abs(theirs[order] - ours[order]) / np.abs(ours[order]) / np.minimum(stretch, 1e6)
                    apart = np.nan_to_num(apart, nan=np.inf).reshape(len(apart), -1).max(-1)
                    found.update(np.argsort(-apart)[:each].tolist())
            stretch = np.expand_dims(stretch, -1)
    return sorted(found.union(range(10 * each if len(found) == 0 else 3 * each)))  # the points are in random order


def judged(name, count, each):
    """Per engine the worst error of value, first and second derivative of one row.

    `count` points are tried, and mpmath judges those at which the engines differ most, `each` per pair of engines and
    order, and some at random.
    """
    row = next(row for row in ROWS if row.name == name)
    xs = points(row, count)
    columns = [np.array(column) for column in zip(*xs, strict=True)]
    said = {engine: measure(name, columns) for engine, measure in ENGINES.items()}
    worst = {engine: [0.0, 0.0, 0.0] for engine, orders in said.items() if orders is not None}
    for place in suspects(said, columns, each):
        point = xs[place]
        jet = jet_of_reference(lambda p: [row.facts.reference(mpmath.mp, *p)], point, row.facts.scale)
        if jet is None:
            continue
        for order in range(3):
            want, steeper = jet.orders[order][0], jet.orders[order + 1][0]
            size = np.abs(want)
            with np.errstate(all="ignore"):
                condition = np.minimum(np.nan_to_num(np.abs(steeper * point).sum(-1) / size, nan=0.0), 1e6)
            fair = (size > SMALLEST) & (size < LARGEST)
            for engine, sums in worst.items():
                got = said[engine][order][place]
                with np.errstate(all="ignore"):
                    error = np.abs(got - want) / (size * np.finfo(float).eps * (1.0 + condition))
                error = np.where(np.isfinite(got), error, math.inf)[fair]
                sums[order] = max(sums[order], float(error.max(initial=0.0)))
    return name, worst
