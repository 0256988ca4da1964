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


def place_pills(wires: Wires, widths: list[float], circles: Iterable[Point], first: float = 0.3) -> list[Point | None]:
    """A place on each wire for a pill of that width: touching no other pill and no circle, covering few other wires.

    Prefers the share `first` of the way. None where a wire has no room left.
    """
    circles = list(circles)
    places: list[Point | None] = []
    for k, (wire, width) in enumerate(zip(wires, widths, strict=True)):
        best, least = None, math.inf
        for step in range(14, 87):
            p = wire.at(step / 100)
            others = [(q, w) for q, w in zip(places, widths, strict=False) if q is not None]
            if any(_overlap(p, width, q, w) for q, w in others) or any(_touches(p, width, c) for c in circles):
                continue
            cost = abs(step / 100 - first) + 0.35 * sum(
                _crosses(p, width, other) for m, other in enumerate(wires) if m != k
            )
            if cost < least:
                best, least = p, cost
        places.append(best)
    return places


def _overlap(p: Point, width: float, q: Point, other: float) -> bool:
    return abs(p.x - q.x) < (width + other) / 2 + _CLEAR and abs(p.y - q.y) < PILL_HEIGHT + _CLEAR


def _touches(p: Point, width: float, circle: Point) -> bool:
    dx = max(0.0, abs(p.x - circle.x) - width / 2)
    dy = max(0.0, abs(p.y - circle.y) - PILL_HEIGHT / 2)
    return math.hypot(dx, dy) < RADIUS + 8.0


def _crosses(p: Point, width: float, wire: Wire) -> bool:
    """Whether a wire passes under the pill: judged where it is nearest to its middle."""
    (x0, y0), (x1, y1) = wire.start, wire.end
    share = (p.x - x0) / (x1 - x0)
    slope = abs((y1 - y0) / (x1 - x0))
    return 0.0 < share < 1.0 and abs(y0 + (y1 - y0) * share - p.y) < PILL_HEIGHT / 2 + slope * width / 2
