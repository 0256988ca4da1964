"""The stepper in a notebook: what Python and the module say to each other, and what is left without them."""

import sys

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value
from autograd.drawing import draw
from autograd.drawing.stepper import data_of, encoded, module
from autograd.drawing.text import number
from autograd.errors import GraphError
from tests.drawing.browser import needs_chromium
from tests.drawing.graphs import neuron


def test_without_anywidget(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "autograd.drawing.widget", raising=False)
    with pytest.raises(ImportError, match=r"glassgrad\[notebook\]"):
        neuron().step()


def test_what_has_no_steps():
    x = Value(2.0, name="x")
    for options in ({"passes": "backward"}, {"max_nodes": 1}, {"highlight": x}):
        with pytest.raises(GraphError, match="can be stepped through"):
            (x * x).step(**options)
    with pytest.raises(GraphError, match="can be stepped through"):
        Tensor(np.ones(3)).exp().step()


def test_python_computes_again():
    pytest.importorskip("anywidget")
    widget = neuron().step(lang="zh")
    walk = draw(neuron()).walk
    assert widget.data["words"]["code"] == "zh-Hans"
    assert widget.data["whatif"]
    assert widget.data["values"] == [encoded(node.data) for node in walk.tape.swept]
    numbers = [3.0, -1.0, 0.5, 2.0, 0.25]
    widget.leaves = numbers
    assert widget.numbers["values"] == [encoded(node.data) for node in walk.tape.run(numbers)]
    assert widget.numbers["partials"] == list(map(encoded, walk.tape.program(numbers)[1]))


def test_an_operation_of_the_user_takes_part():
    pytest.importorskip("anywidget")
    double = autograd.elementwise("opaque2", abs, np.abs, lambda g, ans, x: g * autograd.sign(x), doc="|x|.")
    try:
        widget = double(Value(-3.0)).step()
        widget.leaves = [-5.0]
        assert widget.numbers == {"values": [-5, 5], "partials": [-1]}
    finally:
        del autograd.table["opaque2"]


def test_what_a_notebook_keeps():
    pytest.importorskip("anywidget")
    bundle, _ = neuron().step()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert "prefers-reduced-motion" in bundle["image/svg+xml"]
    assert bundle["text/plain"].startswith("tanh o = 0.7071")


HOST = """document.body.innerHTML = '<div id="stepper"></div>';
const state = { step: 0, data: globalThis.given }, heard = {}, sent = [];
const model = {
    get: name => state[name],
    set: (name, value) => { state[name] = value; sent.push([name, value]); },
    save_changes() {},
    on: (event, f) => { heard[event] = f; },
    off: event => { delete heard[event]; },
};
const show = () => render({ model, el: document.querySelector("#stepper") });
const stop = show();
const tell = (name, value) => { state[name] = value; heard[`change:${name}`](); };
Object.assign(globalThis, { show, stop, heard, sent, tell });
"""
GROUND = """ground => getComputedStyle(document.querySelector("#stepper").shadowRoot.querySelector(".walk"))
    .backgroundColor === ground"""


@needs_chromium
def test_the_module_and_a_kernel(browser):
    """A leaf is asked for, numbers come back, and a step that Python chose is shown; keys stay inside."""
    figure = draw(neuron())
    page = browser.new_page()
    page.set_content("<!DOCTYPE html>")
    data = data_of(figure.walk, figure.walk_layout, "auto") | {"whatif": True, "host": True}
    page.evaluate("data => { globalThis.given = data; }", data)
    page.add_script_tag(type="module", content=module().replace("export default { render };", "") + HOST)
    count = page.locator(".bar .count")
    page.keyboard.press("ArrowRight")
    assert count.inner_text() == "0 / 11"
    page.locator("#stepper .walk").focus()
    page.keyboard.press("ArrowRight")
    assert count.inner_text() == "1 / 11"
    page.evaluate("tell('step', 11)")
    assert count.inner_text() == "11 / 11"
    page.locator("#w-node-0").click()
    page.locator(".whatif input[type=number]").fill("3")
    name, leaves = page.evaluate("sent.at(-1)")
    assert name == "leaves"
    assert leaves == [3, -3, 0, 1, 6.8813735870195432]
    values, partials = figure.walk.program(list(map(float, leaves)))
    page.evaluate(
        "numbers => tell('numbers', numbers)",
        {"values": list(map(encoded, values)), "partials": list(map(encoded, partials))},
    )
    assert page.locator("#w-node-9 .value").text_content() == number(values[-1])
    page.evaluate("() => { stop(); globalThis.stop = show(); }")  # in another cell: with the leaves as they are now
    page.locator("#w-node-9 .value", has_text=number(values[-1])).wait_for()
    for theme, ground in (("false", "rgb(13, 17, 23)"), ("true", "rgb(255, 255, 255)")):
        page.evaluate("theme => { document.body.dataset.jpThemeLight = theme; }", theme)
        page.wait_for_function(GROUND, arg=ground)
    page.evaluate("stop()")
    assert page.evaluate("Object.keys(heard)") == []
    page.close()
