import pytest

pytest.importorskip("matplotlib")

from nn import plot

HISTORY = {"loss": [1.0, 0.5], "accuracy": [0.5, 0.8], "val_loss": [0.9, 0.6], "val_accuracy": [0.6, 0.7]}


def drawn(axes):
    return {line.get_label(): list(line.get_ydata()) for line in axes.lines}


def test_curves_show_training_and_test_over_epochs_from_one():
    for axes, name in zip(plot.curves(HISTORY, "iris").axes, ("loss", "accuracy"), strict=True):
        assert drawn(axes) == {"training": HISTORY[name], "validation": HISTORY[f"val_{name}"]}
        assert all(list(line.get_xdata()) == [1, 2] for line in axes.lines)
        assert axes.get_xlabel() == "epoch"


@pytest.mark.parametrize("history", [{}, {"loss": [1.0], "accuracy": [0.5]}])
def test_curves_of_little_or_nothing_can_be_drawn(history):
    plot.curves(history).draw_without_rendering()


def test_several_histories_come_side_by_side_on_one_scale():
    figure = plot.curves({"under": HISTORY, "over": {"loss": [1.0, 0.1], "val_loss": [1.0, 3.0]}}, "fits")
    under, over = figure.axes
    assert drawn(over) == {"training": [1.0, 0.1], "validation": [1.0, 3.0]}
    assert [axes.get_title() for axes in figure.axes] == ["under", "over"]
    assert under.get_ylim() == over.get_ylim()
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["training", "validation"]


def test_several_histories_show_the_metric_that_is_asked_for():
    (axes,) = plot.curves({"iris": HISTORY}, metric="accuracy").axes
    assert drawn(axes)["validation"] == [0.6, 0.7]
    with pytest.raises(ValueError, match="no 'r2' in the history of iris"):
        plot.curves({"iris": HISTORY}, metric="r2")
    with pytest.raises(TypeError, match="one history, or histories by name"):
        plot.curves({"iris": HISTORY, "loss": [1.0]})


@pytest.mark.parametrize("norms", [{}, {"layers.0": [0.1], "layers.1": [0.2]}])
def test_gradients_of_little_or_nothing_can_be_drawn(norms):
    plot.gradients(norms, "deep").draw_without_rendering()
