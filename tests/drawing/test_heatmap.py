"""Arrays on cards: cells, their numbers, and what stands under them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autograd import Tensor
from autograd.drawing import draw
from autograd.drawing.heatmap import LEVELS, MOST_COLUMNS, MOST_ROWS, heat_map


@given(arrays.arrays(np.float64, arrays.array_shapes(max_dims=4, max_side=30), elements=st.floats(width=64)))
def test_any_array_fits(data):
    cells = heat_map(data)
    assert 1 <= cells.rows <= MOST_ROWS
    assert 1 <= cells.columns <= MOST_COLUMNS
    assert all(level is None or abs(level) <= LEVELS for row in cells.levels for level in row)
    first = data[(0,) * (data.ndim - 2)] if data.ndim > 1 else data
    if not np.isfinite(first).all():
        assert None in {level for row in cells.levels for level in row}


@given(arrays.arrays(np.float64, (3, 4), elements=st.floats(-1e300, 1e300)))
def test_the_sign_of_every_element_is_kept(data):
    assert np.array_equal(np.sign(heat_map(data).levels), np.sign(data))


def test_large_arrays_are_means_of_blocks():
    data = np.zeros((16, 24))
    data[:2, :2] = [[4.0, 0.0], [0.0, 0.0]]
    data[-1, -1] = -2.0
    cells = heat_map(data)
    assert (cells.rows, cells.columns, cells.block) == (8, 12, "2×2")
    assert (cells.levels[0][0], cells.levels[-1][-1], cells.levels[3][3]) == (8, -4, 0)
    assert heat_map(np.full((20, 20), 1.7e308)).levels[0][0] == LEVELS


@pytest.mark.parametrize(
    ("data", "span", "kind", "texts"),
    [
        (np.array([1.0, -2.5]), "−2.5 … 1", "float64", (("1", "−2.5"),)),
        (np.ones((1, 3), np.float32), "1", "float32", (("1", "1", "1"),)),
        (np.array([np.nan, 1.0, np.inf, 2.0, 0.0]), "0 … 2, nan, ±inf", "float64", ()),
        (np.array([[np.nan]]), "nan", "float64", (("nan",),)),
        (np.arange(48).reshape(2, 2, 2, 6), "0 … 47", "int64 [0, 0]", ()),
        (np.array([True, False]), "0 … 1", "bool", (("1", "0"),)),
    ],
)  # fmt: skip
def test_what_is_written(data, span, kind, texts):
    cells = heat_map(data)
    assert (cells.span, cells.kind, cells.texts) == (span, kind, texts)


@pytest.mark.parametrize("data", [np.array(1.0), np.zeros((0, 3)), np.array(["a"]), None])
def test_without_numbers_there_is_none(data):
    assert heat_map(data) is None


def test_negative_cells_carry_a_sign_and_colours_are_literal():
    w = Tensor(np.linspace(-1.0, 1.0, 12), name="w")
    svg = draw(w).to_svg()
    bars = re.findall(r'<path class="f-negative-ink"[^>]*d="([^"]*)"', svg)
    assert sum(d.count("M") for d in bars) == 6
    cells = re.findall(
        r'<path class="f-(?:positive|negative)" fill="#[0-9a-f]{6}" fill-opacity="[0-9.]+" d="([^"]*)"', svg
    )
    assert sum(d.count("M") for d in cells) == 12


def test_the_tooltip_says_what_a_cell_is():
    assert "a cell is the mean of a block of 8×2" in draw(Tensor(np.ones((64, 20)))).scene.cards[0].tooltip
    assert "shown: [0]" in draw(Tensor(np.ones((2, 5, 5)))).scene.cards[0].tooltip
    assert "每格" in draw(Tensor(np.ones((64, 20))), lang="zh").scene.cards[0].tooltip
