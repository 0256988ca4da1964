"""The explorer in a notebook: what Python and the module say to each other, and what a browser shows of it."""

import base64
import json

import numpy as np
import pytest

import nn
from tests.drawing.browser import needs_chromium
from tests.nn.explorer.test_explorer import elsewhere

pytest.importorskip("anywidget")


def floats(content):
    return np.frombuffer(content, "<f4")


def test_a_frame_has_the_numbers_of_the_snapshot():
    explorer = nn.Explorer(data="spiral", hidden=[12])
    explorer.step(30)
    frame, now = explorer.widget.frame, explorer.snapshot()
    assert (frame["epoch"], frame["step"], frame["train"], frame["sizes"]) == (2, 30, now["train"], [2, 12, 3])
    assert floats(frame["plane"]) == pytest.approx(now["plane"].ravel(), rel=1e-6, abs=1e-30)
    assert floats(frame["weights"][0]) == pytest.approx(now["weights"][0][:8].ravel(), rel=1e-6)
    unit = np.frombuffer(frame["units"][1], np.int8).reshape(8, 32, 32)[3]
    assert unit / 127.0 == pytest.approx(now["units"][1][3] / np.abs(now["units"][1][3]).max(), abs=0.01)
    assert frame["curves"] == [explorer.history["loss"], explorer.history["val_loss"]]


def test_what_is_chosen_here_is_chosen_there():
    explorer = nn.Explorer()
    widget = explorer.widget
    widget.settings = {**widget.settings, "data": "moons", "hidden": [3]}
    assert (explorer.settings.data, explorer.settings.hidden) == ("moons", (3,))
    assert (widget.scene["classes"], widget.frame["sizes"]) == (["upper", "lower"], [2, 3, 1])
    explorer.change(activation="relu", optimizer="sgd")
    assert (widget.settings["activation"], widget.settings["lr"]) == ("relu", 0.3)
    widget.settings = {**widget.settings, "hidden": [0]}
    assert "positive whole numbers" in widget.frame["trouble"]
    assert widget.settings["hidden"] == [3]


def test_buttons():
    explorer = nn.Explorer()
    widget = explorer.widget
    widget._hear(widget, {"do": "step"}, [])
    assert (explorer.trial.steps, widget.frame["step"]) == (1, 1)
    widget._hear(widget, {"do": "reset"}, [])
    assert (explorer.trial.steps, widget.frame["step"]) == (0, 0)


def test_frames_wait_until_they_are_drawn():
    import asyncio

    async def main():
        explorer = nn.Explorer(speed=1)
        widget, told = explorer.widget, []
        widget.observe(lambda change: told.append(change["new"]["n"]), "frame")
        widget.playing = True
        while explorer.trial.steps < 6:
            await asyncio.sleep(0.001)
        unheard = len(told)
        widget._hear(widget, {"drawn": told[-1]}, [])
        while explorer.trial.steps < 10:
            await asyncio.sleep(0.001)
        heard = len(told)
        widget.playing = False
        return unheard, heard, explorer.playing, widget.frame["step"] - explorer.trial.steps

    assert elsewhere(asyncio.run, main()) == (1, 3, False, 0)


def test_it_pauses_when_nobody_looks_any_more():
    import asyncio

    async def main():
        explorer = nn.Explorer()
        widget, playing = explorer.widget, []
        widget.playing = True
        for more in (1, 1, -1, -1):
            widget._hear(widget, {"views": more}, [])
            playing.append(explorer.playing)
        return playing

    assert elsewhere(asyncio.run, main()) == [True, True, True, False]


@pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
def test_numbers_that_are_not_finite_are_shown():
    explorer = nn.Explorer(nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)))
    explorer.model[0].weight.data = np.full((3, 2), 1e308)
    explorer._tell()
    json.dumps(
        {**explorer.widget.frame, "plane": 0, "boundary": 0, "units": 0, "weights": 0, "biases": 0}, allow_nan=False
    )


def test_what_a_notebook_keeps():
    bundle, _ = nn.Explorer()._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"].startswith("an Explorer after 0 steps")


HOST = """document.body.innerHTML = '<div id="here"></div>';
const bytes = text => new DataView(Uint8Array.from(atob(text), letter => letter.charCodeAt(0)).buffer);
const read = (key, value) => value?.bytes === undefined ? value : bytes(value.bytes);
const state = {}, heard = {}, asked = [];
let changed = {};
const take = async said => {
    Object.assign(state, JSON.parse(await python(said), read));
    for (const event in heard) heard[event]();
};
const model = {
    get: name => state[name],
    set: (name, value) => { state[name] = value; changed[name] = value; },
    save_changes() {
        asked.push(changed);
        if (!("playing" in changed)) take({ state: changed });
        changed = {};
    },
    send(message) { if (message.do || message.views) take({ message }); },
    on: (event, f) => { heard[event] = f; },
    off: event => { delete heard[event]; },
};
await take({});
const stop = render({ model, el: document.querySelector("#here") });
Object.assign(globalThis, { stop, heard, asked, take });
"""
CONTRAST = """() => {
    const walk = document.querySelector("#here").shadowRoot.querySelector(".walk");
    const rgb = text => text.match(/[\\d.]+/g).map(Number);
    const light = colour => {
        const [r, g, b] = colour.map(x => x / 255).map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = one => {
        const colour = rgb(getComputedStyle(one).backgroundColor);
        return colour[3] === 0 && one !== walk ? ground(one.parentElement) : colour;
    };
    const words = "button:enabled, select, input, label, span, b, text, .tip, .range, .trouble";
    return [...walk.querySelectorAll(words)].filter(one => one.textContent.trim() && !one.hidden).map(one => {
        const style = getComputedStyle(one);
        const pair = [light(rgb(one.tagName === "text" ? style.fill : style.color)), light(ground(one))];
        return [one.textContent.trim().slice(0, 20), (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)];
    });
}"""

OUTSIDE_AND_UNLABELLED = """() => {
    const all = selector => [...document.querySelector("#here").shadowRoot.querySelectorAll(selector)];
    const outside = all(".unit, select, .head, .square").filter(one => one.getBoundingClientRect().right > 600);
    const named = one => one.ariaLabel || one.textContent.trim() || one.closest("label");
    const unlabelled = all("button, select, input").filter(one => !named(one));
    return [outside, unlabelled].map(some => some.map(one => one.outerHTML.slice(0, 80)));
}"""


@pytest.fixture
def hosted(browser):
    """An explorer on a page, with Python behind it."""
    pages = []

    def encoded(value):
        return {"bytes": base64.b64encode(value).decode()}

    def open_page(explorer, width=900):
        widget = explorer.widget
        page = browser.new_page(viewport={"width": width, "height": 700})
        pages.append(page)

        def python(said):
            for name, value in said.get("state", {}).items():
                setattr(widget, name, value)
            if "message" in said:
                widget._hear(widget, said["message"], [])
            shown = ("settings", "playing", "menus", "scene", "frame")
            return json.dumps({name: getattr(widget, name) for name in shown}, default=encoded)

        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda message: page.errors.append(message.text) if message.type == "error" else None)
        page.expose_function("python", python)
        page.set_content("<!DOCTYPE html><body style='margin:0'>")
        page.add_script_tag(type="module", content=widget._esm.replace("export default { render };", "") + HOST)
        page.wait_for_selector(".boundary", state="attached")
        return page

    yield open_page
    for page in pages:
        page.close()


@needs_chromium
def test_the_module_and_a_kernel(hosted):
    """Buttons and menus reach Python, and what Python says is shown: numbers, colours, lines."""
    explorer = nn.Explorer(hidden=[4, 3])
    page = hosted(explorer)
    page.locator("[data-do=step]").click()
    page.wait_for_function("document.querySelector('#here').shadowRoot.querySelector('.count').textContent === '1'")
    explorer.step(299)
    page.evaluate("take({})")
    page.wait_for_function("document.querySelector('#here').shadowRoot.querySelector('.count').textContent === '300'")
    assert page.locator(".unit").count() == 2 + 4 + 3 + 1
    assert page.locator(".edge").count() == 2 * 4 + 4 * 3 + 3
    weights = explorer.model[0].weight.data
    strokes = page.locator(".edge").evaluate_all("all => all.map(one => one.getAttribute('stroke'))")[:8]
    assert strokes == [f"var(--{'positive' if w > 0 else 'negative'})" for w in weights.ravel()]
    page.locator(".unit").nth(3).focus()
    bias = page.locator(".tip").inner_text().split("=")[1].replace("−", "-")
    assert float(bias) == pytest.approx(explorer.model[0].bias.data[1], rel=0.01)
    page.locator("select[data-name=data]").select_option("spiral")
    page.get_by_label("one unit more in layer 2").click()
    page.wait_for_function("document.querySelector('#here').shadowRoot.querySelectorAll('.unit').length === 13")
    assert (explorer.settings.data, explorer.settings.hidden) == ("spiral", (4, 4))
    page.locator("[data-do=play]").click()
    assert page.evaluate("asked.at(-1)") == {"playing": True}
    assert explorer.widget._views == 1
    page.evaluate("stop()")
    assert page.evaluate("Object.keys(heard)") == []
    assert page.errors == []


@needs_chromium
def test_both_themes_can_be_read(hosted):
    explorer = nn.Explorer(data="spiral")
    explorer.step(60)
    explorer.trial.trouble = "the loss became nan"
    page = hosted(explorer, 600)
    page.locator(".unit").nth(3).focus()
    for theme, ground in (("false", "rgb(13, 17, 23)"), ("true", "rgb(255, 255, 255)")):
        page.evaluate("theme => { document.body.dataset.jpThemeLight = theme; }", theme)
        walk = "getComputedStyle(document.querySelector('#here').shadowRoot.querySelector('.walk'))"
        page.wait_for_function(f"ground => {walk}.backgroundColor === ground", arg=ground)
        measured = page.evaluate(CONTRAST)
        assert len(measured) > 40
        assert [one for one in measured if one[1] < 4.5] == []
    found = page.evaluate(OUTSIDE_AND_UNLABELLED)
    assert found == [[], []]
