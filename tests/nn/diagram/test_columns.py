"""Pills keep away from circles and from each other, and off other wires where they can."""

import math

import pytest
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
    first, second = place_pills(wires, [40.0, 40.0], [])
    assert min(math.dist(p, (118.0, 47.0)) for p in (first, second)) > 25.0


@pytest.mark.parametrize("after", range(1, 5))
@pytest.mark.parametrize("before", range(1, 7))
def test_pills_stand_on_their_own_wires_and_with_room_between(before, after):
    columns = [[Point(x, 94.0 * (k - n / 2)) for k in range(n)] for x, n in ((0.0, before), (236.0, after))]
    wires = [Wire(i, j, a, b) for i, a in enumerate(columns[0]) for j, b in enumerate(columns[1])]
    places = place_pills(wires, [46.0] * len(wires), [*columns[0], *columns[1]])
    assert None not in places
    for wire, p in zip(wires, places, strict=True):
        share = (p.x - wire.start.x) / (wire.end.x - wire.start.x)
        assert math.dist(p, wire.at(share)) < 1e-9
    gaps = [max(abs(p.x - q.x) - 46.0, abs(p.y - q.y) - PILL_HEIGHT) for k, p in enumerate(places) for q in places[:k]]
    assert min(gaps, default=math.inf) > (9.0 if len(wires) <= 16 else 3.0)


def test_few_pills_lie_in_the_middle():
    wires = [Wire(0, 0, Point(0.0, 0.0), Point(236.0, 0.0))]
    assert place_pills(wires, [40.0], [wires[0].start, wires[0].end]) == [Point(118.0, 0.0)]


@given(st.integers(1, 1000))
def test_a_wide_column_shows_its_ends(units):
    rows = rows_of(units)
    shown = [row for row in rows if row is not None]
    assert shown == sorted(set(shown))
    assert (shown[0], shown[-1]) == (0, units - 1)
    assert len(rows) <= 6
    assert (len(shown) == units) is (None not in rows)
