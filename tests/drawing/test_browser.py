"""Figures as a real browser measures them: text in its card, nothing overlaps, and the same picture as resvg paints.

Needs playwright and Chromium; skipped where one of them is missing.
"""

import io
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
from autograd import Tensor, Value
from autograd.drawing import draw
from autograd.testing import graphs
from nn.gallery.figures import FIGURES
from tests.drawing.browser import needs_chromium
from tests.drawing.graphs import neuron

pytestmark = needs_chromium

SLACK = 0.5
"""Points by which a text may stand out at the sides: antialiasing, no letter."""
NAMES = (
    "x", "w12", "学习率", "梯度₁", "a_rather_long_name_of_a_parameter", "W" * 64, "M" * 200, '<&">', "ﷺ", "é",
    "x\u0304", "学MWMWMW", "𝒳", "🙂", "", "‖∇‖", "\x00", "ǆ", "Ж",
)  # fmt: skip
NUMBERS = (0.0, -0.0, 1.0, -2.5, 1 / 3, 1e-300, -1.2345678e-300, 123456.789, 1e300, np.inf, -np.inf, np.nan, 5e-324)

MEASURE = """() => {
    const box = element => { const b = element.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; };
    const inside = (group, frame) => ({
        frame: box(group.querySelector(frame)),
        texts: [...group.querySelectorAll("text")].map(text => [text.textContent, ...box(text)]),
    });
    const svg = document.querySelector("svg");
    return {
        size: [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height],
        cards: [...svg.querySelectorAll(".node")].map(group => inside(group, "rect")),
        pills: [...svg.querySelectorAll(".pill")].map(group => inside(group, "rect")),
        texts: [...svg.querySelectorAll("text")].map(text => [text.textContent, ...box(text)]),
        ids: [...document.querySelectorAll("[id]")].map(element => element.id),
    };
}"""


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": 2400, "height": 1600})
    yield page
    page.close()


def show(page, svg):
    page.set_content(f'<!DOCTYPE html><body style="margin:0">{svg}')
    return page.evaluate(MEASURE)


def check(page, figure):
    """What every figure keeps, in points as Chromium measures them."""
    seen = show(page, figure.to_svg())
    assert len(seen["cards"]) == len(figure.scene.cards)
    assert len(set(seen["ids"])) == len(seen["ids"])
    for group in seen["cards"] + seen["pills"]:
        left, top, right, bottom = group["frame"]
        for text, x, y, x_end, y_end in group["texts"]:
            assert left - SLACK <= x, (text, left, x)
            assert x_end <= right + SLACK, (text, right, x_end)
            assert top - 4.0 <= y, (text, top, y)  # the box of a line has room for accents above its letters
            assert y_end <= bottom + 4.0, (text, bottom, y_end)
    for text, x, _, x_end, y_end in seen["texts"]:
        assert x >= 0.0, text
        assert x_end <= seen["size"][0], text
        assert y_end <= seen["size"][1], text
    for group in seen["cards"]:
        for (one, *a), (other, *b) in combinations([text for text in group["texts"] if text[0]], 2):
            beside = a[2] <= b[0] + SLACK or b[2] <= a[0] + SLACK
            above = a[3] <= b[1] + 4.0 or b[3] <= a[1] + 4.0  # boxes of lines touch, letters do not
            assert beside or above, f"{one!r} runs into {other!r}"
    frames = [group["frame"] for group in seen["cards"] + seen["pills"]]
    for a, b in combinations(frames, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], "two cards or pills overlap"


@settings(max_examples=25)
@given(graphs(size=8), st.lists(st.sampled_from(NAMES), min_size=3, max_size=3), st.sampled_from(("LR", "TB")))
def test_random_graphs(page, graph, names, rankdir):
    xs = [Value(x, name=name) for x, name in zip(graph.inputs, names, strict=False)]
    heads = graph.run(xs)
    heads[0].backward()
    check(page, draw(*heads, rankdir=rankdir))


@settings(max_examples=25)
@given(st.sampled_from(NAMES), st.sampled_from(NUMBERS), st.sampled_from(NUMBERS), st.sampled_from(("en", "zh")))
def test_any_name_and_any_number(page, name, x, y, lang):
    a, b = Value(x, name=name), Value(y, name="b")
    root = a * b + a
    root.backward()
    check(page, draw(root, lang=lang, explain=a))


def layer(name="W", dtype=np.float64):
    rng = np.random.default_rng(0)
    x = Tensor(rng.normal(size=(64, 20)).astype(dtype), name="X")
    w, b = Tensor(rng.normal(size=(20, 3)).astype(dtype), name=name), Tensor(rng.normal(size=3).astype(dtype), name="b")
    loss = -autograd.log_softmax(np.tanh(x @ w + b), axis=1)[:, 0].mean()
    loss.backward()
    return loss


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("rankdir", ["LR", "TB"])
@pytest.mark.parametrize("passes", ["forward", "backward", "both"])
def test_tensors(page, rankdir, passes, lang):
    check(page, draw(layer(), rankdir=rankdir, passes=passes, lang=lang))
    check(page, draw(layer("一个很长的名字", np.float32), rankdir=rankdir, passes=passes, lang=lang))


@pytest.mark.parametrize("shape", [(1,), (3,), (40,), (4, 4), (9, 1), (1, 9), (30, 30), (2, 3, 5, 5), (0, 2), ()])
def test_arrays_of_any_shape(page, shape):
    for fill in (1.0, -1e-300, np.nan, -1.7e308, 12345.678):
        check(page, draw(Tensor(np.full(shape, fill), name="A") * np.full(shape, 2.0)))


def pixels(png):
    image = pytest.importorskip("PIL.Image").open(io.BytesIO(png)).convert("RGBA")
    array = np.asarray(image, float)
    return array[..., :3] * (array[..., 3:] / 255.0) + 255.0 - array[..., 3:]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("make", [neuron, layer])
def test_chromium_and_resvg_paint_the_same_picture(page, make, theme):
    """Both choose fonts from the same stacks, but place, hint and smooth letters each in its own way.

    So letters differ by up to a pixel, and the means of blocks of 8×8 pixels are compared. Measured: they differ by
    0.0006 to 0.0012 of the range on average, and by 0.10 at most. A picture that is moved by two pixels differs by
    0.019 on average; one without a card by 0.0015 to 0.009, and in some block by all of the colour of a strip.
    """
    figure = draw(make())
    show(page, figure.to_svg(theme))
    chromium = pixels(page.locator("svg").screenshot())
    resvg = pixels(figure.to_png(1.0, theme))
    height, width = (min(chromium.shape[i], resvg.shape[i]) // 8 * 8 for i in (0, 1))
    assert abs(chromium.shape[0] - resvg.shape[0]) <= 1
    assert abs(chromium.shape[1] - resvg.shape[1]) <= 1
    means = [
        image[:height, :width].reshape(height // 8, 8, width // 8, 8, 3).mean(axis=(1, 3))
        for image in (chromium, resvg)
    ]
    difference = np.abs(means[0] - means[1]) / 255.0
    assert difference.mean() < 0.002
    assert difference.max() < 0.2


def test_the_dark_palette_is_the_dark_figure(page):
    figure = draw(layer())
    page.emulate_media(color_scheme="dark")
    try:
        show(page, figure.to_svg("auto"))
        automatic = pixels(page.locator("svg").screenshot())
        show(page, figure.to_svg("dark"))
        assert np.array_equal(automatic, pixels(page.locator("svg").screenshot()))
    finally:
        page.emulate_media(color_scheme="light")


def test_text_can_be_selected(page):
    show(page, draw(neuron()).to_svg())
    page.keyboard.press("Control+a")
    selected = page.evaluate("() => getSelection().toString()")
    assert "0.7071" in selected
    assert "grad" in selected


@pytest.mark.parametrize("make", FIGURES, ids=lambda make: make.__name__)
def test_the_gallery_stays_on_its_sheets(page, make):
    seen = show(page, make().to_svg())
    assert len(set(seen["ids"])) == len(seen["ids"])
    for text, x, y, x_end, y_end in seen["texts"]:
        assert x >= 0.0, text
        assert y >= 0.0, text
        assert x_end <= seen["size"][0], text
        assert y_end <= seen["size"][1], text
