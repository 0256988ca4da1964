"""Where a layered network goes: columns of circles, wires between them, and pills on wires that never collide."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["RADIUS", "Point", "Wire", "Wires", "place_pills", "rows_of"]

RADIUS = 30.0
ROW = 94.0
MOST_UNITS = 6
PILL_HEIGHT = 18.0
_CLEAR = 3.0
_NEAR = (4.0, 8.0, 12.0, 16.0, 20.0, 24.0, 24.0)
"""Gaps between pills that cost something, round by round: at first all find a place, and then they spread."""
_BESIDE = 5.0
_COLLISION = 2.0


class Point(NamedTuple):
    """The middle of a circle."""

    x: float
    y: float


@dataclass(frozen=True)
class Wire:
    """A connection from unit `i` of the column before (circle `start`) to unit `j` of this one (`end`)."""

    i: int
    j: int
    start: Point
    end: Point

    def at(self, share: float) -> Point:
        """A point on the way."""
        return Point(*(a + (b - a) * share for a, b in zip(self.start, self.end, strict=True)))

    def trimmed(self, room: float = RADIUS + 3.0) -> tuple[Point, Point]:
        """The ends outside both circles."""
        share = room / math.dist(self.start, self.end)
        return self.at(share), self.at(1.0 - share)


Wires = list[Wire]


def rows_of(units: int) -> list[int | None]:
    """Which units a column shows; None stands for those left out.

    >>> rows_of(3), rows_of(16)
    ([0, 1, 2], [0, 1, 2, None, 14, 15])
    """
    if units <= MOST_UNITS:
        return list(range(units))
    return [*range(MOST_UNITS - 3), None, units - 2, units - 1]


def place_pills(wires: Wires, widths: list[float], circles: Iterable[Point]) -> list[Point | None]:
    """A place on each wire for a pill of that width: touching no other pill and no circle, far from other wires.

    Each pill in turn moves to where it is best beside the others, a few times over. None where a wire has no room left.
    """
    circles = list(circles)
    choices = [_choices(wires, k, width, circles) for k, width in enumerate(widths)]
    pills = [_Pill(None, width) for width in widths]
    for near in _NEAR:
        for k, width in enumerate(widths):
            pills[k] = _best(choices[k], width, pills[:k] + pills[k + 1 :], near)
    for k, pill in enumerate(pills):
        if any(_gap(pill, other) < _CLEAR for other in pills[:k]):
            pills[k] = _Pill(None, pill.width)
    return [pill.place for pill in pills]


class _Pill(NamedTuple):
    place: Point | None
    width: float


def _choices(wires: Wires, k: int, width: float, circles: list[Point]) -> list[tuple[float, Point]]:
    """Where on its wire a pill may be, and what it costs: wires that it covers or nearly does, way from the middle."""
    others = [wire for m, wire in enumerate(wires) if m != k]
    found = []
    for step in range(12, 89):
        p = wires[k].at(step / 100)
        if not any(_touches(p, width, circle) for circle in circles):
            found.append((0.6 * abs(step / 100 - 0.5) + 0.35 * sum(_crosses(p, width, wire) for wire in others), p))
    return found


def _best(choices: list[tuple[float, Point]], width: float, others: list[_Pill], near: float) -> _Pill:
    """The pill where it costs least beside the others; without a place if there is no choice."""
    pills = [(cost, _Pill(p, width)) for cost, p in choices]
    costs = [(cost + sum(_crowding(_gap(pill, other), near) for other in others), pill) for cost, pill in pills]
    return min(costs, default=(0.0, _Pill(None, width)))[1]


def _gap(pill: _Pill, other: _Pill) -> float:
    """How far apart two pills are, across or along; negative where they overlap."""
    p, q = pill.place, other.place
    if p is None or q is None:
        return math.inf
    return max(abs(p.x - q.x) - (pill.width + other.width) / 2, abs(p.y - q.y) - PILL_HEIGHT)


def _crowding(gap: float, near: float) -> float:
    """What it costs to be that near to another pill."""
    return _COLLISION if gap < _CLEAR else 1.5 * max(0.0, 1.0 - gap / near) ** 2


def _touches(p: Point, width: float, circle: Point) -> bool:
    dx = max(0.0, abs(p.x - circle.x) - width / 2)
    dy = max(0.0, abs(p.y - circle.y) - PILL_HEIGHT / 2)
    return math.hypot(dx, dy) < RADIUS + 8.0


def _crosses(p: Point, width: float, wire: Wire) -> bool:
    """Whether a wire passes under the pill, or close beside it: judged where it is nearest to its middle."""
    (x0, y0), (x1, y1) = wire.start, wire.end
    share = (p.x - x0) / (x1 - x0)
    slope = abs((y1 - y0) / (x1 - x0))
    return 0.0 < share < 1.0 and abs(y0 + (y1 - y0) * share - p.y) < PILL_HEIGHT / 2 + _BESIDE + slope * width / 2
