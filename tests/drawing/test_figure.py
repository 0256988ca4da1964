"""`draw` and `Figure`: options, formats, notebooks, text."""

import base64
from xml.etree import ElementTree

import pytest

from autograd import OperandError, Value
from autograd.drawing import Figure, draw
from tests.drawing.graphs import neuron

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    "options",
    [
        {"rankdir": "RL"},
        {"passes": "up"},
        {"max_nodes": 0},
        {"max_nodes": 1.5},
        {"max_nodes": True},
        {"precision": -1},
        {"precision": 18},
        {"lang": "fr"},
    ],
)
def test_options_are_checked(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"^{name}= takes"):
        draw(Value(1.0), **options)


def test_roots_are_checked():
    with pytest.raises(OperandError, match="something to draw"):
        draw()
    with pytest.raises(OperandError, match="float"):
        draw(1.0)
    with pytest.raises(OperandError, match=r"of type list; for a list of them write draw\(\*list\)"):
        draw([Value(1.0)])


def test_options_that_there_are_not_name_those_that_there_are():
    with pytest.raises(TypeError, match=r"no option color=; it takes rankdir, max_nodes, .*, show_constants$"):
        Value(1.0).graph(color="red")
    with pytest.raises(TypeError, match=r"no option theme=; theme= is for its save\(\) or to_svg\(\); it takes"):
        Value(1.0).graph(theme="dark")


def test_several_roots():
    x = Value(2.0, name="x")
    figure = draw(x * x, x + 1.0)
    assert len(figure.scene.roots) == 2


@pytest.mark.parametrize("suffix", ["svg", "png", "dot", "gv", "SVG"])
def test_save_by_suffix(suffix, tmp_path):
    path = draw(neuron()).save(tmp_path / f"figure.{suffix}")
    content = path.read_bytes()
    start = {"svg": b"<svg", "png": PNG, "dot": b"digraph", "gv": b"digraph"}[suffix.lower()]
    assert content.startswith(start)


@pytest.mark.parametrize("name", ["figure.jpg", "figure", ".svg"])
def test_save_names_the_suffixes_that_it_knows(name, tmp_path):
    with pytest.raises(ValueError, match=r"\.svg \.png \.pdf \.html \.dot \.gv"):
        draw(Value(1.0)).save(tmp_path / name)


def test_a_page_says_its_language():
    assert '<html lang="zh-Hans">' in draw(neuron(), lang="zh").to_html()
    assert '<html lang="en">' in draw(neuron()).to_html()


def test_png_scales():
    figure = draw(Value(1.0))
    assert figure.to_png(1.0).startswith(PNG)
    assert len(figure.to_png(3.0)) > len(figure.to_png(1.0))
    assert figure.to_png(theme="dark") != figure.to_png()
    with pytest.raises(ValueError, match="scale="):
        figure.to_png(0)
    with pytest.raises(ValueError, match="theme="):
        figure.to_svg("blue")


def test_notebooks_get_svg_png_and_text():
    bundle = draw(neuron())._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}
    ElementTree.fromstring(bundle["image/svg+xml"])
    assert base64.b64decode(bundle["image/png"]).startswith(PNG)
    assert "max-width:100%" in bundle["image/svg+xml"]


def test_a_figure_is_a_snapshot():
    o = neuron()
    figure = draw(o)
    before = str(figure)
    o.backward()
    assert str(figure) == before
    assert figure.to_svg() == draw(neuron()).to_svg()


def test_text():
    figure = draw(neuron())
    assert repr(figure) == "<Figure of 10 values>"
    assert str(figure).splitlines()[0] == "tanh o = 0.7071   grad 1"
    assert isinstance(figure, Figure)
    assert repr(draw(neuron(), max_nodes=3)) == "<Figure of 3 values and 7 more>"


def test_the_tree_of_a_deep_graph_stays_small():
    y = Value(1.0)
    for _ in range(300):
        y = y * y
    text = str(draw(y))
    assert len(text.splitlines()) <= 61
    assert max(map(len, text.splitlines())) < 80


def test_the_words_are_in_one_language():
    o = neuron()
    svg = draw(o, lang="zh", explain=o.args[0], max_nodes=8).to_svg()
    tree = ElementTree.fromstring(svg)
    assert tree.get("lang") == "zh-Hans"
    shown = "".join("".join(part.itertext()) for part in tree if not part.tag.endswith("style"))
    for word in ("梯度", "计算图", "另有", "贡献", "，一条路径"):
        assert word in shown
    for word in ("grad", "graph", "more", "contributes", "path", "leaf"):
        assert word not in shown
    assert 'lang="en"' in draw(o).to_svg()
