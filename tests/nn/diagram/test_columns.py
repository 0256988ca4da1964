"""Pills keep away from circles and from each other, and off other wires where they can."""

import math

from hypothesis import given
from hypothesis import strategies as st

from nn.diagram.columns import PILL_HEIGHT, RADIUS, Point, Wire, place_pills, rows_of

ends = st.tuples(st.floats(0.0, 500.0), st.floats(0.0, 500.0))


@given(st.lists(ends, min_size=1, max_size=12), st.floats(90.0, 300.0), st.floats(20.0, 70.0))
def test_a_pill_touches_neither_circles_nor_pills_or_is_left_out(pairs, gap, width):
    wires = [Wire(0, k, Point(0.0, a), Point(gap, b)) for k, (a, b) in enumerate(pairs)]
    circles = [end for wire in wires for end in (wire.start, wire.end)]
    places = place_pills(wires, [width] * len(wires), circles)
    assert len(places) == len(wires)
    placed = [p for p in places if p is not None]
    for k, p in enumerate(placed):
        for x, y in circles:
            dx, dy = max(abs(p.x - x) - width / 2, 0.0), max(abs(p.y - y) - PILL_HEIGHT / 2, 0.0)
            assert math.hypot(dx, dy) > RADIUS
        assert all(abs(p.x - q.x) > width or abs(p.y - q.y) > PILL_HEIGHT for q in placed[:k])


def test_no_room_no_pill():
    wire = Wire(0, 0, Point(0.0, 0.0), Point(80.0, 0.0))
    assert place_pills([wire], [40.0], [wire.start, wire.end]) == [None]


def test_a_pill_avoids_a_crossing():
    wires = [Wire(0, 1, Point(0.0, 0.0), Point(236.0, 94.0)), Wire(1, 0, Point(0.0, 94.0), Point(236.0, 0.0))]
    first, second = place_pills(wires, [40.0, 40.0], [], first=0.5)
    assert min(math.dist(p, (118.0, 47.0)) for p in (first, second)) > 25.0


@given(st.integers(1, 1000))
def test_a_wide_column_shows_its_ends(units):
    rows = rows_of(units)
    shown = [row for row in rows if row is not None]
    assert shown == sorted(set(shown))
    assert (shown[0], shown[-1]) == (0, units - 1)
    assert len(rows) <= 6
    assert (len(shown) == units) is (None not in rows)
