import numpy as np
import pytest

pytest.importorskip("matplotlib")
from matplotlib.patches import StepPatch

from nn import Linear, ReLU, Sequential, Tanh, cross_entropy, gradient_report, plot, toys
from nn.diagnosis import GradientReport, LayerReport

DATA = toys.spiral(60, rng=np.random.default_rng(0))
NOTHING = np.empty(0)


def network(std, activation=Tanh):
    rng = np.random.default_rng(0)
    model = Sequential(Linear(2, 16, rng=rng), activation(), Linear(16, 3, rng=rng))
    model.layers[0].weight.data = std * rng.normal(size=(16, 2))
    return model


def report(std=1.0, activation=Tanh):
    return gradient_report(network(std, activation), DATA, cross_entropy)


def rows(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


def words(axes):
    return [text.get_text() for text in axes.texts]


def test_kinds_come_side_by_side_and_layers_below_each_other_in_order():
    weights, outputs, gradients = plot.histograms(report(), title="fresh").axes
    assert rows(weights) == ["layers.0 Linear", "layers.1 Tanh", "layers.2 Linear"]
    assert [axes.get_xlabel() for axes in (weights, outputs, gradients)] == ["weights", "output", "|∂L/∂output|"]
    assert [axes.get_xscale() for axes in (weights, outputs, gradients)] == ["linear", "linear", "log"]
    assert weights.get_ylim()[0] > weights.get_ylim()[1]  # the first layer is at the top
    assert len(words(weights)) == 2  # Tanh has none


def test_a_histogram_counts_what_is_not_0():
    numbers = np.array([0.0, 0.0, 1.0, 1.0, 1.0, -2.0])
    layer = LayerReport("layer", "Linear", numbers, NOTHING, NOTHING, NOTHING)
    (axes,) = plot.histograms(GradientReport([layer]), "outputs").axes
    filled = next(patch for patch in axes.patches if isinstance(patch, StepPatch))
    heights, edges, _ = filled.get_data()
    heights = -heights / 0.84
    (two,), (one,) = (np.flatnonzero((edges[:-1] <= x) & (x < edges[1:])) for x in (-2.0, 1.0))
    assert heights[one] == pytest.approx(1.0)
    assert heights[two] == pytest.approx(1.0 / 3.0)
    assert heights.sum() == pytest.approx(4.0 / 3.0)
    assert words(axes) == ["rms 1.1\n33% are 0"]


def test_reports_by_name_share_a_scale_unless_one_would_be_flattened():
    alike = plot.histograms({"before": report(1.0), "after": report(1.5)}).axes
    assert alike[0].get_xlim() == alike[1].get_xlim()
    assert [axes.get_title() for axes in alike] == ["before", "after"]
    small, large = plot.histograms({"small": report(0.01), "large": report(10.0)}, "weights").axes
    assert small.get_xlim()[1] < 0.2 * large.get_xlim()[1]
    small, large = plot.histograms({"small": report(0.01), "large": report(10.0)}, "d_weights").axes
    assert small.get_xlim() == large.get_xlim()


def test_sizes_can_be_asked_for():
    (axes,) = plot.histograms(report(activation=ReLU), "outputs", log=True).axes
    assert (axes.get_xlabel(), axes.get_xscale()) == ("|output|", "log")


def test_layers_of_zeros_and_infinities_can_be_drawn():
    spoilt = np.array([np.nan, np.inf, 1.0])
    layers = [LayerReport(name, "Linear", x, x, x, x) for name, x in (("dead", np.zeros(4)), ("spoilt", spoilt))]
    figure = plot.histograms(GradientReport(layers))
    assert words(figure.axes[0])[0] == "all 0"
    plot.histograms(GradientReport(layers[:1]))


def test_after_a_backward_pass_alone_weights_are_known():
    model = network(1.0)
    cross_entropy(model(DATA.inputs), DATA.targets).backward()
    known = gradient_report(model)
    assert [axes.get_xlabel() for axes in plot.histograms(known).axes] == ["weights"]
    with pytest.raises(ValueError, match="knows outputs and their gradients"):
        plot.histograms(known, "outputs")
    with pytest.raises(ValueError, match="got of='activations'"):
        plot.histograms(known, "activations")


def test_spreads_stand_at_the_median():
    (axes,) = plot.spreads({"sizes": {"first": np.array([-1.0, 2.0, 4.0, 0.0]), "second": np.zeros(2)}}).axes
    assert axes.lines[-1].get_xdata() == [2.0]
    assert words(axes) == ["all 0"]


@pytest.mark.parametrize("reports", [5, {"before": 5}])
def test_histograms_are_of_reports(reports):
    with pytest.raises(TypeError, match=r"histograms are of what nn\.gradient_report gives, .* but got 5"):
        plot.histograms(reports)
