import numpy as np
import pytest

pytest.importorskip("matplotlib")
from matplotlib.contour import QuadContourSet
from matplotlib.text import Text

from nn import MLP, SGD, ParameterPath, descend, loss_surface, mse_loss, plot


def bowl(x, y):
    return x * x + 2.0 * y * y


BOWL = loss_surface(bowl, x=(-2.0, 2.0), y=(-1.0, 1.0), points=21)
PATHS = {
    "slow": descend(bowl, (1.5, 0.8), lambda place: SGD(place, lr=0.02), 20),
    "fast": descend(bowl, (1.5, 0.8), lambda place: SGD(place, lr=0.2), 20),
}


def levels(figure):
    return next(c.levels for c in figure.axes[0].collections if isinstance(c, QuadContourSet) and c.filled)


def test_contours_reach_over_the_grid_and_all_losses():
    figure = plot.surface(BOWL, title="a bowl")
    axes, bar = figure.axes
    assert (axes.get_xlim(), axes.get_ylim()) == ((-2.0, 2.0), (-1.0, 1.0))
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == ("x", "y", "a bowl")
    assert (levels(figure)[0], levels(figure)[-1]) == (0.0, 6.0)
    assert bar.get_ylabel() == "loss"


def test_half_of_the_bands_hold_half_of_the_surface():
    for function in (bowl, lambda x, y: bowl(x, y) ** 2.0, lambda x, y: x * x - y * y):
        losses = loss_surface(function, points=41)
        found = levels(plot.surface(losses))
        assert found[10] == pytest.approx(np.median(losses.losses), abs=0.05 * np.ptp(losses.losses))


def test_levels_can_be_given():
    assert levels(plot.surface(BOWL, levels=[0.1, 1.0, 10.0])).tolist() == [0.1, 1.0, 10.0]
    with pytest.raises(ValueError, match="each larger than the one before"):
        plot.surface(BOWL, levels=[1.0, 1.0])


def test_a_path_is_drawn_as_it_went_and_named():
    (axes, _) = plot.surface(BOWL, PATHS).axes
    assert np.array_equal(axes.lines[0].get_xydata(), PATHS["slow"])
    assert [text.get_text() for text in axes.texts] == ["slow", "fast"]
    ends = [c.get_offsets().tolist() for c in axes.collections if not isinstance(c, QuadContourSet)]
    assert [PATHS["fast"][0].tolist()] in ends
    assert [PATHS["fast"][-1].tolist()] in ends


def test_one_path_needs_no_name():
    (axes, _) = plot.surface(BOWL, PATHS["fast"]).axes
    assert np.array_equal(axes.lines[0].get_xydata(), PATHS["fast"])
    assert not any(text.get_text() for text in axes.texts)


def test_many_paths_have_a_legend():
    figure = plot.surface(BOWL, {f"run {k}": PATHS["fast"] for k in range(12)})
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [f"run {k}" for k in range(12)]
    assert not figure.axes[0].texts


def test_names_hide_neither_each_other_nor_a_path():
    figure = plot.surface(BOWL, PATHS | {"Momentum": descend(bowl, (-1.5, 0.8), lambda p: SGD(p, lr=0.2), 20)})
    figure.draw_without_rendering()
    axes = figure.axes[0]
    boxes = [text.get_window_extent() for text in axes.findobj(Text) if text in axes.texts]
    for k, box in enumerate(boxes):
        assert axes.bbox.x0 < box.x0 < box.x1 < axes.bbox.x1
        assert axes.bbox.y0 < box.y0 < box.y1 < axes.bbox.y1
        assert not any(box.overlaps(other) for other in boxes[:k])
        for line in axes.lines:
            assert not box.count_contains(axes.transData.transform(line.get_xydata()))


def test_a_path_that_leaves_the_frame_is_named_inside():
    away = descend(lambda x, y: -bowl(x, y), (0.1, 0.1), lambda place: SGD(place, lr=0.9), 30)
    figure = plot.surface(BOWL, {"away": away})
    figure.draw_without_rendering()
    (text,) = figure.axes[0].texts
    assert figure.axes[0].bbox.containsx(text.get_window_extent().x0)
    assert figure.axes[0].bbox.containsy(text.get_window_extent().y0)


def test_paths_of_many_parameters_are_projected():
    network = MLP(1, [3, 1], rng=np.random.default_rng(0))
    x = np.linspace(-1.0, 1.0, 5)
    path = ParameterPath(network.parameters())
    for step in range(3):
        path.record()
        for p in network.parameters():
            p.data += 0.1 * (step + 1) * p.data
    plane = loss_surface(network, (x[:, None], x), mse_loss, np.eye(10)[[0, 3]], points=5)
    (axes, _) = plot.surface(plane, path.points).axes
    assert axes.lines[0].get_xydata() == pytest.approx((path.points - plane.origin)[:, [0, 3]])


def test_a_relief_has_the_heights_of_the_losses_and_the_paths_on_it():
    axes = plot.surface(BOWL, PATHS, "a bowl", relief=True, levels=np.linspace(0.0, 6.0, 7)).axes[0]
    assert axes.get_zlabel() == "loss"
    x, y, z = (np.asarray(part) for part in axes.lines[1].get_data_3d())
    assert np.stack([x, y], axis=1) == pytest.approx(PATHS["slow"])
    assert z == pytest.approx(bowl(x, y), abs=0.15)


def test_flat_and_broken_surfaces():
    plot.surface(loss_surface(lambda x, y: 1.0, points=3))
    holes = loss_surface(lambda x, y: float("nan") if x.data < 0 else x * y, points=5)
    plot.surface(holes)
    plot.surface(holes, relief=True)
    with pytest.raises(ValueError, match="no loss on this surface is finite"):
        plot.surface(loss_surface(lambda x, y: float("inf"), points=3))
