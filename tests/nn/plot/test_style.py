import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")
import matplotlib

from nn import loss_surface, plot, roc_curve
from nn.diagnosis import GradientReport, LayerReport

X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
ONES = np.array([1.0, 2.0])
FIGURES = {
    "boundary": lambda **look: plot.boundary(lambda x: x[:, 0], X, np.array([0, 1, 1]), ["a", "b"], **look),
    "confusion": lambda **look: plot.confusion(np.eye(2, dtype=int), ["a", "b"], **look),
    "curves": lambda **look: plot.curves({"loss": [1.0, 0.5]}, **look),
    "gradients": lambda **look: plot.gradients({"a": [1.0, 0.5]}, **look),
    "histograms": lambda **look: plot.histograms(GradientReport([LayerReport("a", "A", *[ONES] * 4)]), **look),
    "predictions": lambda **look: plot.predictions(ONES, ONES, **look),
    "regression": lambda **look: plot.regression(lambda x: x, ONES, ONES, **look),
    "roc": lambda **look: plot.roc(roc_curve([0, 1], [0.0, 1.0]), **look),
    "spreads": lambda **look: plot.spreads({"a": {"b": ONES}}, **look),
    "surface": lambda **look: plot.surface(loss_surface(lambda x, y: x * y, points=5), **look),
}


def test_every_figure_is_here():
    assert {*FIGURES, "save"} == set(plot.__all__)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_comes_in_light_and_dark_and_leaves_the_settings_alone(name):
    before = dict(matplotlib.rcParams)
    for dark, page, ink in ((False, "#ffffff", "#111827"), (True, "#0d1117", "#e6edf3")):
        figure = FIGURES[name](dark=dark)
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == page
        for axes in figure.axes:
            assert matplotlib.colors.to_hex(axes.get_facecolor()) == page
            assert axes.xaxis.label.get_color() == ink
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_same_figure_gives_the_same_bytes(tmp_path, suffix):
    first, second = (plot.save(FIGURES["curves"](), tmp_path / f"{i}{suffix}").read_bytes() for i in range(2))
    assert first == second


def test_pyplot_is_not_needed():
    before = "matplotlib.pyplot" in sys.modules
    FIGURES["curves"]()
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_a_notebook_shows_a_figure_finely():
    data, metadata = FIGURES["curves"]()._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert metadata["image/png"] == {"width": 768, "height": 307}
    assert int.from_bytes(data["image/png"][16:20]) == 960  # more dots than on the page
    assert data["image/png"][25] == 3  # a palette: a notebook with some figures stays small


def test_a_notebook_shows_it_alike_where_pyplot_is_used(monkeypatch):
    pytest.importorskip("IPython")
    shown = {}
    monkeypatch.setattr("IPython.display.display", lambda data, **options: shown.update(data, **options))
    FIGURES["curves"]()._ipython_display_()
    assert shown["image/png"].startswith(b"\x89PNG")
    assert shown["raw"]
    assert shown["metadata"]["image/png"]["width"] == 768
