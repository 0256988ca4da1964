import numpy as np
import pytest

pytest.importorskip("matplotlib")

from nn import plot, roc_curve


def test_the_confusion_matrix_has_true_classes_down():
    (axes,) = plot.confusion(np.array([[5, 2], [0, 7]]), ["cat", "dog"]).axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    assert {text.get_position(): text.get_text() for text in axes.texts} == {
        (0, 0): "5", (1, 0): "2", (0, 1): "", (1, 1): "7",
    }  # fmt: skip


def test_a_class_without_samples_can_be_drawn():
    plot.confusion(np.array([[5, 0], [0, 0]]), ["cat", "dog"])


@pytest.mark.parametrize("dark", [False, True])
def test_every_number_stands_out_from_its_cell(dark):
    from matplotlib.colors import to_rgb

    def luminance(color):
        rgb = np.array(to_rgb(color))
        return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]

    matrix = np.stack([np.arange(21), 20 - np.arange(21)], axis=1)
    (axes,) = plot.confusion(np.pad(matrix, ((0, 0), (0, 19))), ["a"] * 21, dark=dark).axes
    image = axes.images[0]
    for text in axes.texts:
        if text.get_text():
            x, y = text.get_position()
            ground = image.cmap(image.norm(image.get_array()[y, x]))
            low, high = sorted((luminance(text.get_color()), luminance(ground)))
            assert (high + 0.05) / (low + 0.05) > 4.5


def test_a_roc_starts_with_nothing_and_ends_with_all():
    true, scores = [0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    (axes,) = plot.roc(roc_curve(true, scores), 8 / 9, "cats").axes
    points = axes.lines[0].get_xydata()
    assert points[0].tolist() == [0.0, 0.0]
    assert points[-1].tolist() == [1.0, 1.0]
    assert axes.get_title() == "cats"


def test_predictions_lie_on_the_diagonal_where_they_are_right():
    (axes,) = plot.predictions(np.array([1.0, 3.0]), np.array([1.0, 2.0]), "line").axes
    assert axes.collections[0].get_offsets().tolist() == [[1.0, 1.0], [3.0, 2.0]]
    assert axes.lines[0].get_xydata().tolist() == [[1.0, 1.0], [3.0, 3.0]]
