import numpy as np
import pytest

pytest.importorskip("matplotlib")
from matplotlib.contour import QuadContourSet

from autograd import ShapeError
from nn import Linear, plot, predict, toys

DATA = toys.spiral(60, rng=np.random.default_rng(0))
INPUTS, LABELS, CLASSES = DATA.inputs, DATA.targets, DATA.classes
PAIR = ["left", "right"]


def lines(axes):
    """The vertices of every line at a level."""
    found = [c for c in axes.collections if isinstance(c, QuadContourSet) and not c.filled]
    return {level: path.vertices for c in found for level, path in zip(c.levels, c.get_paths(), strict=True)}


def test_the_plane_has_the_colour_of_its_class():
    figure = plot.boundary(
        lambda points: np.digitize(points[:, 0], [-0.3, 0.3]), INPUTS, LABELS, CLASSES, "arms"
    )  # fmt: skip
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == CLASSES
    assert sum(len(points.get_offsets()) for points in axes.collections[-3:]) == 60


@pytest.mark.parametrize("column", [False, True])
def test_one_score_has_a_line_at_each_threshold(column):
    (axes,) = plot.boundary(
        lambda x: x[:, :1] if column else x[:, 0], INPUTS, LABELS > 0, PAIR, threshold=[0.25, -0.25]
    ).axes
    found = lines(axes)
    assert set(found) == {0.25, -0.25}
    for threshold, vertices in found.items():
        assert vertices[:, 0] == pytest.approx(np.full(len(vertices), threshold))


def test_a_threshold_that_no_place_reaches_has_no_line():
    (axes,) = plot.boundary(lambda x: x[:, 0], INPUTS, LABELS > 0, PAIR, threshold=9.0).axes
    assert not lines(axes)


def test_scores_of_classes_meet_on_a_line_and_colour_both_sides():
    (axes,) = plot.boundary(lambda x: np.stack([-x[:, 0], x[:, 0]], axis=1), INPUTS, LABELS > 0, PAIR).axes
    assert lines(axes)[0.0][:, 0] == pytest.approx(0.0, abs=1e-12)
    image = axes.images[0].get_array()
    assert image[0, 0].argmax() == 2  # blue
    assert image[0, -1].argmax() == 0  # orange
    assert image[0, 0].min() < image[0, 95].min()  # near the line it is fainter


def test_a_module_is_asked_in_evaluation_mode():
    model = Linear(2, 3, rng=np.random.default_rng(0))
    model.train()
    (axes,) = plot.boundary(model, INPUTS, LABELS, CLASSES).axes
    assert model.training
    blue, orange, green = (c.get_facecolor()[0, :3] for c in axes.collections[-3:])
    nearest = np.argmin([np.linalg.norm(axes.images[0].get_array()[50, 150] - c) for c in (blue, orange, green)])
    x, y = (np.linspace(*limits, 201) for limits in (axes.get_xlim(), axes.get_ylim()))
    assert nearest == predict(model, np.array([[x[150], y[50]]]))[0]


@pytest.mark.parametrize(
    ("said", "inputs", "message"),
    [
        (lambda x: x[:5, 0], INPUTS, r"a class or scores for each of 40401 points, but it gave \(5,\)"),
        (lambda x: x, np.zeros((4, 3)), r"shape \(n, 2\), but got \(4, 3\)"),
    ],
)
def test_what_is_no_boundary_is_told(said, inputs, message):
    with pytest.raises(ShapeError, match=message):
        plot.boundary(said, inputs, LABELS, CLASSES)


@pytest.mark.parametrize("shape", [(9,), (9, 1)])
def test_a_regression_over_one_input_is_a_curve(shape):
    x = np.linspace(-1.0, 1.0, 9).reshape(shape)
    line, parabola = plot.regression({"a line": lambda x: x, "a parabola": lambda x: x * x}, x, x**2, "fits").axes
    drawn = parabola.lines[0].get_xydata()
    assert drawn[:, 1] == pytest.approx(drawn[:, 0] ** 2)
    assert np.array_equal(line.collections[0].get_offsets(), np.stack([x.ravel(), x.ravel() ** 2], axis=1))
    assert line.get_ylim() == parabola.get_ylim()


def test_a_regression_over_two_inputs_is_a_surface_with_the_targets_in_its_colours():
    axes = plot.regression(lambda x: x[:, :1] * x[:, 1:], INPUTS, INPUTS.prod(axis=1)).axes[0]
    surface, points = axes.collections
    assert np.array_equal(points.get_array(), INPUTS.prod(axis=1))
    assert points.norm is surface.norm


def test_what_is_no_regression_is_told():
    with pytest.raises(ShapeError, match="one or two inputs"):
        plot.regression(lambda x: x, np.zeros((4, 3)), np.zeros(4))
    with pytest.raises(ShapeError, match=r"one number for each of 401 places, but it gave \(401, 2\)"):
        plot.regression(lambda x: np.stack([x, x], axis=1), np.arange(4.0), np.zeros(4))
