"""The SVG: well formed, the same every time, safe for any name."""

import re
from xml.etree import ElementTree

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograd import Value, scope
from autograd.drawing import draw
from autograd.drawing.theme import DARK, LIGHT
from tests.drawing.graphs import neuron, programs, run

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg):
    return ElementTree.fromstring(svg)


@settings(max_examples=25)
@given(programs)
def test_well_formed_deterministic_and_with_unique_ids(program):
    root = run(program)
    svg = draw(root).to_svg()
    assert draw(root).to_svg() == svg
    tree = parsed(svg)
    ids = [element.get("id") for element in tree.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(name.startswith(tree.get("id")) for name in ids)


def test_the_same_graph_built_again_gives_the_same_figure():
    assert draw(neuron()).to_svg() == draw(neuron()).to_svg()


def test_different_figures_have_different_ids():
    figures = [draw(neuron()), draw(neuron(), passes="forward"), draw(neuron(), rankdir="TB"), draw(Value(1.0))]
    ids = {parsed(figure.to_svg(theme)).get("id") for figure in figures for theme in ("auto", "light", "dark")}
    assert len(ids) == 12


def test_described_for_those_who_do_not_see_it():
    tree = parsed(draw(neuron()).to_svg())
    assert tree.get("role") == "img"
    assert tree.find(f"{SVG}title").text == "Computation graph of o"
    assert "o = 0.7071" in tree.find(f"{SVG}desc").text


def test_described_in_chinese():
    tree = parsed(draw(neuron(), lang="zh").to_svg())
    assert tree.find(f"{SVG}title").text == "o 的计算图"
    assert tree.find(f"{SVG}desc").text == (
        "o = 0.7071。5 个运算，5 个叶子值。梯度：x1: −1.5、w1: 1、x2: 0.5、w2: 0、b: 0.5。"
    )


@settings(max_examples=50)
@given(st.text())
@example('<&">')
@example("\x00\x1b[0m\ud800")
@example("学习率")
def test_any_name_is_escaped(name):
    tree = parsed(draw(Value(1.0, name=name) * 2.0).to_svg().encode())
    assert len(tree.findall(f"{SVG}g")) == 6  # three cards, two wires, one pill
    assert not tree.findall(f".//{SVG}script")


def test_names_are_shown_with_subscripts_and_special_characters():
    svg = draw(Value(1.0, name="x12") * Value(1.0, name='<&">')).to_svg()
    assert re.search(r">x<tspan[^>]*>12</tspan>", svg)
    assert ">&lt;&amp;&quot;&gt;</text>" in svg


def test_every_number_that_is_not_finite_is_painted():
    x = Value(float("inf"), name="x")
    y = x * 0.0
    y.backward()
    svg = draw(y).to_svg("light")
    assert ">nan</text>" in svg
    assert ">inf</text>" in svg
    assert LIGHT["alarm-ink"] in svg


def test_themes_are_literal_colours():
    figure = draw(neuron())
    light, dark, auto = (figure.to_svg(theme) for theme in ("light", "dark", "auto"))
    assert "prefers-color-scheme" in auto
    assert "prefers-color-scheme" not in light + dark
    assert DARK["card"] in dark
    assert DARK["card"] not in light
    assert "var(" not in auto
    for element in parsed(auto).iter():
        assert element.tag.removeprefix(SVG) not in ("rect", "path", "circle") or element.get("fill")


def test_palettes_have_the_same_roles():
    assert LIGHT.keys() == DARK.keys()


@pytest.mark.parametrize(("passes", "arrows"), [("forward", 9), ("backward", 9), ("both", 0)])
def test_arrows(passes, arrows):
    svg = draw(neuron(), passes=passes).to_svg()
    assert len(re.findall(r'd="M[^"]*Z"', svg)) == arrows


def test_scopes_are_boxes_with_their_names_or_cards_with_what_they_hold():
    x = Value(2.0, name="x")
    with scope('<&">'), scope("inner"):
        y = x * 2.0 + x
    for theme in ("auto", "light", "dark"):
        svg = draw(y, names={}).to_svg(theme)
        assert svg.count('fill-opacity="0.05"') == 2
        assert svg.count("&lt;&amp;&quot;&gt;") == 1
        folded = draw(y, depth=0).to_svg(theme)
        parsed(folded)
        assert "2 operations</text>" in folded
        assert 'fill-opacity="0.05"' not in folded


def test_wires_do_not_strike_through_titles_and_pale_pills():
    x, y = Value(2.0, name="x"), Value(3.0, name="y")
    with scope("a part with a long title"):
        z = (x * y).tanh() + x * 2.0
    z.backward()
    assert 'paint-order="stroke"' not in draw(z).to_svg()
    assert f'class="s-page" stroke="{DARK["page"]}"' in draw(z, rankdir="TB").to_svg("dark")
    faded = draw(z, explain=x)
    pills = sum(edge.faded and bool(edge.label) for edge in faded.scene.edges)
    assert faded.to_svg("light").count(f'<rect class="f-page" fill="{LIGHT["page"]}" x="') == pills > 0


def test_a_title_is_cut_to_its_box():
    x = Value(2.0, name="x")
    with scope("a title of more words than a box of two small cards can possibly hold in its only line"):
        y = x * 2.0 + 1.0
    svg = draw(y).to_svg()
    assert "…</text>" in svg
