"""Numbers and names as they are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from autograd.drawing import draw
from autograd.drawing.measure import frame
from autograd.drawing.text import number, printable, shortened, split_name, width


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (2.0, "2"), (-3.0, "−3"), (0.70710678, "0.7071"), (-0.0, "−0"), (1e-300, "1e−300"), (-1e300, "−1e300"),
        (float("nan"), "nan"), (float("-inf"), "−inf"), (999999.99999, "1000000"), (0.00123456, "0.001235"),
        (1e6, "1e6"), (100.0, "100"), (1 / 3, "0.3333"), (5e-324, "4.941e−324"),
    ],
)  # fmt: skip
def test_numbers(x, text):
    assert number(x) == text


@given(st.floats(-1e300, 1e300), st.integers(0, 10))
def test_a_number_reads_back_close(x, precision):
    back = float(number(x, precision).replace("−", "-"))
    assert back == pytest.approx(x, rel=0.6 * 10.0 ** (1 - max(precision, 1)), abs=0.5 * 10.0**-precision)
    assert back != 0.0 or abs(x) < 1.0


@given(st.floats(min_value=5e-324, max_value=1e-3))
def test_small_numbers_never_read_as_zero(x):
    assert float(number(x).replace("−", "-")) > 0.0


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("x", [("x", "")]),
        ("x1", [("x", "1")]),
        ("w12", [("w", "12")]),
        ("w_1_2", [("w", "1,2")]),
        ("W_in", [("W", "in")]),
        ("loss_2", [("loss", "2")]),
        ("learning_rate", [("learning_rate", "")]),
        ("x₁", [("x", "1")]),
        ("权重1", [("权重", "1")]),
        ("x1w1", [("x", "1"), ("w", "1")]),
        ("a11_2", [("a", "11,2")]),
        ("x[0]", [("x[0]", "")]),
        ("p['w']", [("p['w']", "")]),
        ("layer2_out", [("layer2_out", "")]),
        ("layers.0.weight", [("layers.0.weight", "")]),
        ("conv2d", [("conv2d", "")]),
        ("1", [("1", "")]),
        ("", [("", "")]),
    ],
)
def test_subscripts(name, pieces):
    assert [(piece.base, piece.subscript) for piece in split_name(name)] == pieces
    assert not any(piece.superscript for piece in split_name(name))


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("a^1", ("a", "", "1")),
        ("a^1_2", ("a", "2", "1")),
        ("w^2_12", ("w", "12", "2")),
        ("δ^L_j", ("δ", "j", "L")),
        ("x^", ("x^", "", "")),
        ("x**2", ("x**2", "", "")),
        ("two words^1", ("two words^1", "", "")),
    ],
)
def test_superscripts(name, piece):
    assert [tuple(one) for one in split_name(name)] == [piece]


@given(st.text())
def test_any_text_is_printable_on_one_line(text):
    shown = printable(text)
    assert not any(char < " " for char in shown)
    assert sum(width(piece.base, 1.0, "serif") for piece in split_name(text)) >= 0.0


def test_a_long_name_keeps_both_ends_and_a_card_its_size():
    name = "encoder.layers.11.attention.projection.out.weight"
    assert shortened("w" * 27) == "w" * 27
    assert shortened(name) == "encoder.layer…on.out.weight"
    (card,) = draw(Value(1.0, name=name)).scene.cards
    assert frame(card).width < 330.0
    assert name in card.tooltip
