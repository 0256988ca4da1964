"""The stepper in a real browser: every number is Python's, keys and buttons work, nothing is asked of a network."""

import math
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value
from autograd.drawing import draw
from autograd.drawing.explain import explain
from autograd.drawing.stepper import data_of, module
from autograd.drawing.text import number
from autograd.drawing.walk import filled
from tests.drawing.browser import needs_chromium
from tests.drawing.graphs import OPERATIONS, neuron, run

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def page(browser):
    """A page that fails a test where it asks for anything, or complains."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(30_000)
    yield page
    page.close()


@pytest.fixture
def opened(page, tmp_path):
    """Opens a figure from disk; at the end nothing may have been asked for or complained of."""
    trouble = []
    listeners = {
        "console": lambda message: trouble.append(message.text),
        "pageerror": lambda error: trouble.append(str(error)),
        "request": lambda request: request.url.startswith("file:") or trouble.append(request.url),
    }

    def go(figure, **options):
        path = figure.save(tmp_path / "figure.html", **options)
        page.goto(path.as_uri())
        return page

    for event, listener in listeners.items():
        page.on(event, listener)
    yield go
    for event, listener in listeners.items():
        page.remove_listener(event, listener)
    assert trouble == []


LOOK = """() => {
    const walk = document.querySelector("#stepper").shadowRoot.querySelector(".walk");
    const on = group => group && !group.classList.contains("off");
    const texts = group => [...group.querySelectorAll("text")].map(text => text.textContent);
    const cards = [...walk.querySelectorAll(".node")];
    return {
        count: walk.querySelector(".bar .count").textContent,
        phase: walk.querySelector(".phase").textContent,
        lines: [...walk.querySelectorAll(".caption .line")].map(line => [...line.children].map(one => one.textContent)),
        plus: walk.querySelectorAll(".caption .plus").length,
        values: cards.map(card => on(card.querySelector(".value")) ? texts(card.querySelector(".value"))[0] : null),
        strips: cards.map(card => on(card.querySelector(".strip")) ? texts(card.querySelector(".strip"))[1] : null),
        pills: Object.fromEntries([...walk.querySelectorAll(".pill")].filter(on).map(p => [p.dataset.i, texts(p)[0]])),
        hot: walk.querySelectorAll(".node.hot").length,
        panel: [...walk.querySelectorAll(".panel .line")].map(line => line.firstChild.textContent),
    };
}"""


def look(page):
    return page.evaluate(LOOK)


def twice():
    """A value that is used three times, once twice by one operation; with a constant, and a leaf without gradient."""
    a, b = Value(-1.5, name="a"), Value(2.0, name="b", requires_grad=False)
    q = (a * a + a * 0.5) / b - autograd.maximum(a, b)
    q.name = "q"
    return q


def long():
    """More paths than are written out, longer than a line, with equal factors in a row."""
    a = Value(1.5, name="a")
    h = a
    for _ in range(4):
        h = h * a + h
    for _ in range(6):
        h = h + 1.0
    h.name = "h"
    return h


def lost():
    """A zero that meets an infinite partial."""
    x = Value(0.0, name="x")
    return autograd.sqrt(x) * 0.0 + x


def layer():
    x, w = Tensor(np.ones((2, 3)), name="X"), Tensor(np.full((3, 2), 0.5), name="W")
    loss = autograd.tanh(x @ w).sum()
    loss.name = "loss"
    return loss


def expected(figure):
    """What each step shows, by Python: captions, and gradients so far by card."""
    walk = figure.walk
    strips: dict[int, float] = {}
    for step in walk.steps:
        if step.phase == "seed":
            strips[walk.cards[walk.root]] = 1.0
        for edge in step.edges:
            strips[walk.cards[walk.ends(edge)[1]]] = walk.numbers[f"t{edge}"]
        texts = {card: number(gradient, 4) for card, gradient in strips.items()}
        yield step, [filled(line.text, walk.numbers, 4) for line in step.lines], texts


WALK = f"""count => {{
    const seen = [];
    for (let i = 0; i <= count; i++) {{
        seen.push(({LOOK})());
        document.dispatchEvent(new KeyboardEvent("keydown", {{ key: "ArrowRight", bubbles: true }}));
    }}
    return seen;
}}"""
"""All steps in one call: what takes time is the way to the browser."""


@pytest.mark.parametrize(("make", "lang"), [(neuron, "en"), (twice, "en"), (lost, "en"), (twice, "zh")])
def test_every_step(opened, make, lang):
    root = make()
    figure = draw(root, lang=lang)
    count = len(figure.walk.steps)
    *steps, again = opened(figure).evaluate(WALK, count)
    for now, ((step, lines, strips), seen) in enumerate(zip(expected(figure), steps, strict=True)):
        assert seen["count"] == f"{now} / {count - 1}"
        assert seen["phase"] == figure.walk.words[step.phase]
        assert [text for text, _ in seen["lines"]] == lines
        assert {card: text for card, text in enumerate(seen["strips"]) if text is not None} == strips
        assert seen["hot"] > 0
    assert again == steps[-1]
    if root.grad is None:
        root.backward()
    scene = draw(root).scene
    assert seen["values"] == [card.value for card in scene.cards]
    assert seen["strips"] == [card.gradient and card.gradient.text for card in scene.cards]
    assert seen["pills"] == {str(i): edge.label for i, edge in enumerate(scene.edges) if edge.label}


def test_what_is_used_twice_adds_up(opened):
    page = opened(draw(twice()))
    page.keyboard.press("End")
    seen = look(page)
    assert seen["plus"] == 2
    assert [text for text, _ in seen["lines"]] == [
        "∂q/∂a += −1.5 × 0.5 = −0.75   Σ = −0.5",
        "∂q/∂a += −1.5 × 0.5 = −0.75   Σ = −1.25",
    ]
    assert seen["lines"][0][1] == "∂v1/∂a = a = −1.5".replace("v1", "v₁")


def test_strong_zeros_are_told(opened):
    page = opened(draw(lost()))
    page.keyboard.press("End")
    (line,) = look(page)["lines"]
    assert "inf × 0 = 0" in line[0]
    assert "strong zero" in line[1]


def test_buttons_keys_and_slider(opened):
    page = opened(draw(neuron()))

    def now():
        return int(page.locator(".bar .count").inner_text().split(" /")[0])

    for button, step in (("next", 1), ("last", 11), ("back", 10), ("first", 0)):
        page.locator(f"[data-to={button}]").click()
        assert now() == step
    assert page.locator("[data-to=back]").is_disabled()
    for key, step in (("ArrowRight", 1), ("ArrowLeft", 0), ("ArrowLeft", 0), ("End", 11), ("Home", 0)):
        page.keyboard.press(key)
        assert now() == step
    page.locator(".steps").fill("7")
    assert now() == 7
    page.locator("#stepper .walk").focus()
    page.keyboard.press(" ")
    assert "pause" in page.locator("[data-to=play]").inner_text()
    page.locator("[data-to=play]").click()
    assert "play" in page.locator("[data-to=play]").inner_text()


def test_play_runs_to_the_end(opened, page):
    page.clock.install()
    try:
        opened(draw(neuron()))
        page.locator("[data-to=play]").click()
        page.clock.run_for(20_000)
        assert look(page)["count"] == "11 / 11"
        assert "play" in page.locator("[data-to=play]").inner_text()
    finally:
        page.clock.resume()


PANELS = f"""cards => cards.map(card => {{
    const node = document.querySelector("#stepper").shadowRoot.querySelector(`#w-node-${{card}}`);
    node.focus();
    node.dispatchEvent(new KeyboardEvent("keydown", {{ key: "Enter", bubbles: true, composed: true }}));
    return ({LOOK})().panel;
}})"""


@pytest.mark.parametrize("make", [neuron, twice, long])
def test_a_click_explains(opened, make):
    figure = draw(make())
    page, walk = opened(figure), figure.walk
    nodes = walk.tape.swept
    names = dict(zip(nodes, walk.names, strict=True))
    for place, panel in enumerate(page.evaluate(PANELS, walk.cards)):
        if nodes[place].requires_grad:
            lines = explain(nodes[-1], nodes[place], 4, names.get).lines
            assert panel[0] == filled(walk.formula(place), walk.numbers, 4)
            assert panel[panel.index(lines[0]) :] == list(lines)
    page.locator(f"#w-node-{walk.cards[-1]}").click()
    assert not page.locator(".panel").is_visible()


@pytest.mark.parametrize("make", [neuron, twice])
def test_what_if(opened, make):
    """The page computes what Python does, to the last digit shown."""
    figure = draw(make())
    page, walk = opened(figure), figure.walk
    page.keyboard.press("End")
    rng = np.random.default_rng(0)
    numbers = [walk.tape.entries[place].data for place in walk.tape.leaves]
    for turn, place in enumerate(walk.tape.leaves[:2]):
        numbers[turn] = round(float(rng.normal(scale=3.0)), 3)
        page.locator(f"#w-node-{walk.cards[place]}").click()
        page.locator(".whatif input[type=number]").fill(str(numbers[turn]))
        nodes = walk.tape.run(numbers)
        nodes[-1].backward()
        seen = look(page)
        assert [seen["values"][card] for card in walk.cards] == [number(node.data, 4) for node in nodes]
        want = [None if node.grad is None else number(node.grad, 4) for node in nodes]
        assert [seen["strips"][card] for card in walk.cards] == want
        assert look(page)["panel"][0] == f"{walk.names[place]} = {number(numbers[turn], 4)}"
        page.locator(f"#w-node-{walk.cards[place]}").click()
    page.locator(f"#w-node-{walk.cards[0]}").click()
    page.locator(".whatif button").click()
    assert look(page)["values"][walk.cards[0]] == number(walk.tape.entries[0].data, 4)


def test_what_if_stays_on_the_cards(opened):
    page = opened(draw(neuron()))
    page.keyboard.press("End")
    page.locator("#w-node-0").click()
    page.locator(".whatif input[type=number]").fill("-123456.789")
    for card in page.evaluate(BOXES):
        left, right = card.pop(0)
        for start, end in card:
            assert left - 0.5 <= start <= end <= right + 0.5
        for (_, end), (start, _) in pairwise(card):
            assert end <= start + 0.5


def test_an_operation_that_only_python_computes(opened):
    row = autograd.elementwise("opaque", math.gamma, np.vectorize(math.gamma), lambda g, ans, x: g * ans, doc="Γ(x).")
    try:
        page = opened(draw(row(Value(3.0, name="x"))))
        page.locator("#w-node-0").click()
        assert page.locator(".whatif").count() == 0
        assert look(page)["panel"][0] == "x = 3"
    finally:
        del autograd.table["opaque"]


def test_tensors(opened):
    loss = layer()
    loss.backward()
    figure = draw(loss)
    page = opened(figure)
    page.keyboard.press("ArrowRight")
    assert look(page)["lines"][0][0] == "v₁ = X · W = [2×2]"
    page.keyboard.press("End")
    seen = look(page)
    assert [line[0] for line in seen["lines"]] == ["∂loss/∂X += Ḡ · Wᵀ", "∂loss/∂W += Xᵀ · Ḡ"]
    assert seen["strips"] == [card.gradient and card.gradient.text for card in figure.scene.cards]


BOXES = """() => [...document.querySelector("#stepper").shadowRoot.querySelectorAll(".node")].map(node =>
    [node.querySelector(".frame"), ...node.querySelectorAll(".tilted, .value text")].map(one => one.getBBox())
        .map(box => [box.x, box.x + box.width]))"""


ENDS = """all => all.map(data => {
    const el = document.createElement("div");
    document.body.replaceChildren(el);
    const model = { get: name => name === "data" ? data : data.last, set() {}, save_changes() {} };
    render({ model, el });
    return [...el.shadowRoot.querySelectorAll(".node")].map(node => {
        const strip = node.querySelector(".strip:not(.off)");
        return strip && strip.querySelectorAll("text")[1].textContent;
    });
})"""


def test_random_graphs(page):
    """What the module sums up of local partials is what the engine's own sweep gives, on graphs of any form."""
    rng, all_data, want = np.random.default_rng(0), [], []
    while len(all_data) < 20:
        program = [(OPERATIONS[i], *rng.integers(0, 30, 2), bool(rng.random() < 0.2)) for i in rng.integers(0, 4, 8)]
        figure = draw(run(program))
        if figure.walk is None:
            continue
        data = data_of(figure.walk, figure.walk_layout, "auto")
        all_data.append(data | {"host": True, "whatif": False, "last": len(figure.walk.steps) - 1})
        want.append([card.gradient and card.gradient.text for card in figure.walk.scene.cards])
    page.goto("about:blank")
    page.add_script_tag(type="module", content=module().replace("export default", "globalThis.made =") + "\n")
    page.evaluate("void (globalThis.render = made.render)")
    assert page.evaluate(ENDS, all_data) == want


NUMBERS = (
    0.0, -0.0, 1.0, -2.5, 1 / 3, 0.03125, 0.09375, 3.03125, 2.5, 0.5, 1.5, 0.01, 0.00999999, 0.0078125, 1e-5,
    123456.789, 999999.99996, 999999.5, 1e6, 1000050.0, 1234567890.0, 1e22, 1.7e308, 5e-324, -1.2345678e-300,
    0.9999999, 99.99995, math.inf, -math.inf, math.nan,
)  # fmt: skip


def test_numbers_are_written_as_in_python(page):
    rng = np.random.default_rng(0)
    xs = [*NUMBERS, *(rng.normal(size=300) * 10.0 ** rng.integers(-12, 12, size=300)).tolist()]
    page.goto("about:blank")
    page.evaluate(
        f"() => {{ {module().split('// --- the graph')[0].replace('export ', '')}; globalThis.number = number; }}"
    )
    for precision in (0, 1, 4, 9, 17):
        got = page.evaluate(
            "([xs, p]) => xs.map(x => number(Number(x.replace('inf', 'Infinity')), p))",
            [list(map(repr, xs)), precision],
        )
        assert got == [number(x, precision) for x in xs]


CONTRAST = """() => {
    const sheet = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const canvas = sheet.getContext("2d", { willReadFrequently: true });
    const rgb = colour => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].map(x => x / 255); };
    const over = (top, share, below) => below.map((x, i) => top[i] * share + x * (1 - share));
    const light = c => { const [r, g, b] = c.map(x => x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const walk = document.querySelector("#stepper").shadowRoot.querySelector(".walk");
    const page = rgb(getComputedStyle(walk).backgroundColor).slice(0, 3);
    const found = [];
    const compare = (element, ink, ground) => {
        const [a, b] = [light(rgb(ink).slice(0, 3)), light(ground)].sort((x, y) => y - x);
        found.push([element.textContent.trim().slice(0, 30), (a + 0.05) / (b + 0.05)]);
    };
    for (const text of walk.querySelectorAll("svg text")) {
        if (!text.textContent) continue;
        const { x, y, width, height } = text.getBBox();
        let ground = page;
        for (const box of walk.querySelectorAll("svg rect")) {
            const b = box.getBBox();
            const [dx, dy] = [x + width / 2 - b.x, y + height / 2 - b.y];
            if (dx >= 0 && dx <= b.width && dy >= 0 && dy <= b.height) {
                const style = getComputedStyle(box);
                if (style.fill !== "none") ground = over(rgb(style.fill), +style.fillOpacity, ground);
            }
        }
        compare(text, getComputedStyle(text).fill, ground);
    }
    const words = "button:enabled, .count, .phase, .line span, .line small, .hint, label, input[type=number]";
    for (const element of walk.querySelectorAll(words)) {
        let ground = page;
        for (let one = element; one && one !== walk; one = one.parentElement) {
            const colour = rgb(getComputedStyle(one).backgroundColor);
            if (colour[3] > 0.5) { ground = colour.slice(0, 3); break; }
        }
        compare(element, getComputedStyle(element).color, ground);
    }
    return found;
}"""


@pytest.mark.parametrize("make", [twice, layer])
def test_contrast(opened, page, make):
    """At least 4.5 for every text, as WCAG 2.2 asks for: on the page, on cards, strips, chips, buttons."""
    opened(draw(make()))
    page.keyboard.press("End")
    page.locator("#w-node-0").click()
    try:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.wait_for_function("document.getAnimations().length === 0")
            measured = page.evaluate(CONTRAST)
            assert len(measured) > 25
            assert [one for one in measured if one[1] < 4.5] == []
    finally:
        page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_theme_that_is_fixed(opened, page, theme):
    page.emulate_media(color_scheme="dark" if theme == "light" else "light")
    try:
        opened(draw(neuron()), theme=theme)
        ground = page.evaluate(
            "getComputedStyle(document.querySelector('#stepper').shadowRoot.querySelector('.walk')).backgroundColor"
        )
        assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(13, 17, 23)"}[theme]
    finally:
        page.emulate_media(color_scheme="light")


def test_without_scripts():
    """The figure is there, with all its numbers."""
    text = draw(neuron()).to_html().partition("<script")[0]
    assert text.count('class="node"') == 10
    assert ">0.7071</text>" in text
    assert ">−1.5</text>" in text


def test_size():
    import nn

    model = nn.MLP(2, [3, 1], rng=np.random.default_rng(0))
    root = (model([Value(0.5, name="x1"), Value(-1.0, name="x2")]) - 1.0) ** 2
    figure = root.graph()
    assert len(figure.scene.cards) == 40
    assert len(figure.to_html().encode()) < 80_000


@pytest.mark.parametrize(
    "options", [{"passes": "forward"}, {"depth": 0}, {"max_nodes": 2}, {"highlight": "a"}, {"explain": "a"}]
)
def test_other_figures_stay_pictures(options):
    a = Value(2.0, name="a")
    with autograd.scope("part"):
        root = (a * a + 1.0).tanh()
    options = {key: a if value == "a" else value for key, value in options.items()}
    text = draw(root, **options).to_html()
    assert "<script" not in text
    assert "<svg" in text


def test_a_name_cannot_break_out(opened):
    name = "</script><b>&amp;\"'{v0}<!--"
    page = opened(draw(Value(2.0, name=name) * 3.0))
    page.keyboard.press("End")
    assert name in look(page)["lines"][0][0] or "script" in look(page)["lines"][0][0]


def test_no_address_in_the_page():
    text = re.sub(r'xmlns="[^"]*"', "", draw(neuron()).to_html())
    assert "http" not in text
    assert "import " not in text.replace("important", "")
    assert Path(autograd.drawing.__file__).with_name("stepper.js").exists()
