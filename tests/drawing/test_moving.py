"""The figure that plays its steps: by CSS alone, in time, and at rest as the figure with all its numbers."""

import re

import pytest

from autograd import Value
from autograd.drawing import draw
from autograd.drawing.moving import _REST, _SECONDS
from autograd.drawing.walk import filled
from autograd.errors import GraphError
from tests.drawing.browser import needs_chromium
from tests.drawing.graphs import neuron

AT = """time => {
    document.getAnimations().forEach(one => { one.pause(); one.currentTime = 1000 * time; });
    const seen = one => +getComputedStyle(one).opacity > 0.99;
    const wide = node => parseFloat(getComputedStyle(node.querySelector(".frame")).strokeWidth) > 4;
    const texts = one => [...one.querySelectorAll("text")].map(text => text.textContent);
    return {
        captions: [...document.querySelectorAll("[class*=say]")].filter(seen).map(one => texts(one).slice(1)),
        parts: [...document.querySelectorAll(".at:not([class*=say])")].filter(seen).length,
        busy: [...document.querySelectorAll(".node")].filter(wide).map(node => node.id.split("-").pop()),
    };
}"""


@pytest.fixture
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


@needs_chromium
def test_it_plays_the_steps(page):
    figure = draw(neuron())
    walk = figure.walk
    page.set_content(figure.to_svg(animate=True))
    parts = [page.evaluate(AT, (now + 0.5) * _SECONDS) for now in range(len(walk.steps))]
    for step, seen in zip(walk.steps, parts, strict=True):
        assert seen["captions"] == [[filled(line.text, walk.numbers, 4) for line in step.lines]]
        assert seen["busy"] == ([] if step.phase == "leaves" else [str(walk.cards[step.place])])
    counts = [seen["parts"] for seen in parts]
    assert counts[0] == 0
    assert counts == sorted(counts)
    rest = page.evaluate(AT, len(walk.steps) * _SECONDS + 0.5 * _REST)
    assert rest["captions"] == parts[-1]["captions"]
    assert rest["parts"] == page.locator(".at:not([class*=say])").count() == 5 + 10 + 9


@needs_chromium
def test_less_motion(page):
    page.emulate_media(reduced_motion="reduce")
    page.set_content(draw(neuron()).to_svg(animate=True))
    assert page.evaluate("document.getAnimations().length") == 0
    seen = page.evaluate(AT, 0)
    assert seen["parts"] == 24
    assert len(seen["captions"]) == 1


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_at_rest_it_is_the_figure(theme):
    """Without the style, every part of the figure is in it as it is; a sweep before is not needed."""
    figure = draw(neuron())
    moving = figure.to_svg(theme, animate=True)
    for text in ("0.7071", "−1.5", "×−3"):
        assert f">{text}</text>" in moving
    assert len(re.findall(r'class="at say\d+" opacity="0"', moving)) == len(figure.walk.steps) - 1
    assert moving.count("prefers-color-scheme") == (theme == "auto")
    assert moving != figure.to_svg(theme)
    assert figure.to_svg(theme, animate=True) == moving


def test_what_cannot_move():
    a = Value(2.0, name="a")
    with pytest.raises(GraphError, match="can be stepped through"):
        draw(a * a, passes="forward").to_svg(animate=True)
    with pytest.raises(ValueError, match="theme= takes one of"):
        draw(a * a).to_svg("blue", animate=True)
