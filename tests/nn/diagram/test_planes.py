"""The figure of a receptive field shows what the gradient reaches, and says where it lies in the padding."""

import re

import pytest

from autograd import ShapeError, SubscriptError
from nn import Conv2d, MaxPool2d, ReLU, receptive_field

LAYERS = [Conv2d(1, 4, 3, padding=1), ReLU(), MaxPool2d(2), Conv2d(4, 2, (3, 5), stride=(1, 2))]


def boxes(figure, **look):
    """Left, top, width and height of the rectangles that look so."""
    found = []
    for tag in re.findall(r"<rect [^>]*>", figure.to_svg("light")):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if all(given.get(name.replace("_", "-")) == value for name, value in look.items()):
            found.append(tuple(float(given[name]) for name in ("x", "y", "width", "height")))
    return found


def test_the_part_of_the_image_is_the_receptive_field():
    field = receptive_field(LAYERS)
    figure = field.diagram(12, 14, at=(1, 1))
    down, across = field.of(1, 1)
    assert figure.lines[0] == (
        f"image 12 × 14: rows {down.start} to {down.stop - 1}, columns {across.start} to {across.stop - 1}"
    )
    assert [line.partition(":")[0] for line in figure.lines] == [
        "image 12 × 14", "Conv2d 12 × 14", "MaxPool2d 6 × 7", "Conv2d 4 × 2",
    ]  # fmt: skip
    cell = 168.0 / 14
    plane = boxes(figure, rx="2")
    part = boxes(figure, stroke="#2563eb")[0]
    assert (part[0] - plane[0][0], part[1] - plane[0][1]) == pytest.approx(
        (across.start * cell, down.start * cell), abs=0.2
    )
    assert part[2:] == pytest.approx((field.size[1] * cell, field.size[0] * cell), abs=0.2)


def test_what_lies_in_the_padding_is_dashed():
    field = receptive_field(LAYERS[:3])
    assert len(boxes(field.diagram(8, 8, at=(0, 0)), stroke_dasharray="4 3")) == 1
    assert not boxes(field.diagram(8, 8), stroke_dasharray="4 3")


def test_everything_lies_on_the_sheet():
    for at in ((0, 0), (3, 1), None):
        figure = receptive_field(LAYERS).diagram(12, 14, at=at)
        width, height = figure.size
        for left, top, wide, high in boxes(figure, stroke="#2563eb"):
            assert 0.0 < left < left + wide < width
            assert 0.0 < top < top + high < height


def test_it_speaks_chinese():
    figure = receptive_field(LAYERS).diagram(12, 14, lang="zh")
    assert figure.title == "感受野: 8 × 12"
    assert "步幅" in figure.to_svg()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda field: field.diagram(4, 4), ShapeError, "an image of 4 by 4 is too small for these layers"),
        (lambda field: field.diagram(12, 14, at=(4, 0)), SubscriptError, "no place of an output of 4 by 2"),
        (lambda field: field.diagram(12, 14, lang="fr"), ValueError, "lang= takes one of 'en', 'zh'"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call(receptive_field(LAYERS))
