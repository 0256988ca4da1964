import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from nn import plot

HISTORY = {"loss": [1.0, 0.5], "accuracy": [0.5, 0.8], "val_loss": [0.9, 0.6], "val_accuracy": [0.6, 0.7]}


def test_curves_show_training_and_test_over_epochs_from_one():
    for axes, name in zip(plot.curves(HISTORY, "iris").axes, ("loss", "accuracy"), strict=True):
        lines = {line.get_label(): line for line in axes.lines}
        assert list(lines["training"].get_xdata()) == [1, 2]
        assert list(lines["training"].get_ydata()) == HISTORY[name]
        assert list(lines["validation"].get_ydata()) == HISTORY[f"val_{name}"]
        assert axes.get_xlabel() == "epoch"


@pytest.mark.parametrize("history", [{}, {"loss": [1.0], "accuracy": [0.5]}])
def test_curves_of_little_or_nothing_can_be_drawn(history, tmp_path):
    assert plot.save(plot.curves(history), tmp_path / "curve.svg").stat().st_size > 1000


def test_the_confusion_matrix_has_true_classes_down():
    (axes,) = plot.confusion(np.array([[5, 2], [0, 7]]), ["cat", "dog"]).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert {text.get_position(): text.get_text() for text in axes.texts} == {
        (0, 0): "5", (1, 0): "2", (0, 1): "", (1, 1): "7",
    }  # fmt: skip


def test_a_class_without_samples_can_be_drawn():
    plot.confusion(np.array([[5, 0], [0, 0]]), ["cat", "dog"])


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_the_same_figure_gives_the_same_bytes(tmp_path, suffix):
    first, second = (plot.save(plot.curves(HISTORY), tmp_path / f"{i}{suffix}").read_bytes() for i in range(2))
    assert first == second


def test_pyplot_is_not_needed():
    assert "matplotlib.pyplot" not in vars(plot)
    before = "matplotlib.pyplot" in sys.modules
    plot.curves(HISTORY)
    assert ("matplotlib.pyplot" in sys.modules) == before


def test_a_roc_starts_with_nothing_and_ends_with_all():
    from nn import roc_curve

    true, scores = [0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    (axes,) = plot.roc(roc_curve(true, scores), 8 / 9, "cats").axes
    points = axes.lines[0].get_xydata()
    assert points[0].tolist() == [0.0, 0.0]
    assert points[-1].tolist() == [1.0, 1.0]
    assert axes.get_title() == "cats"


def test_the_plane_has_the_colour_of_its_class(tmp_path):
    from nn import toys

    data = toys.spiral(60, rng=np.random.default_rng(0))
    figure = plot.boundary(
        lambda points: np.digitize(points[:, 0], [-0.3, 0.3]), data.inputs, data.targets, data.classes, "arms"
    )
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == data.classes
    assert sum(len(points.get_offsets()) for points in axes.collections[-3:]) == 60
    assert plot.save(figure, tmp_path / "boundary.png").stat().st_size > 1000


def test_predictions_lie_on_the_diagonal_where_they_are_right():
    (axes,) = plot.predictions(np.array([1.0, 3.0]), np.array([1.0, 2.0]), "line").axes
    assert axes.collections[0].get_offsets().tolist() == [[1.0, 1.0], [3.0, 2.0]]
    assert axes.lines[0].get_xydata().tolist() == [[1.0, 1.0], [3.0, 3.0]]


@pytest.mark.parametrize("norms", [{}, {"layers.0": [0.1], "layers.1": [0.2]}])
def test_gradients_of_little_or_nothing_can_be_drawn(norms, tmp_path):
    assert plot.save(plot.gradients(norms, "deep"), tmp_path / "gradients.svg").stat().st_size > 1000
