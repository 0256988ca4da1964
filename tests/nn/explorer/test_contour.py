import numpy as np
import pytest

from nn.explorer.contour import boundary, zeros


def test_a_circle_is_a_circle():
    x, y = np.meshgrid(np.linspace(-1.0, 1.0, 64), np.linspace(-1.0, 1.0, 64))
    ends = 2.0 * zeros(x * x + y * y - 0.25) - 1.0
    assert np.hypot(ends[..., 0], ends[..., 1]) == pytest.approx(0.5, abs=1e-3)
    assert np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1).sum() == pytest.approx(np.pi, rel=0.01)


def test_a_line_is_where_it_is():
    x, y = np.meshgrid(np.linspace(0.0, 1.0, 5), np.linspace(0.0, 1.0, 9))
    ends = zeros(2.0 * x + y - 1.1)
    assert 2.0 * ends[..., 0] + ends[..., 1] == pytest.approx(1.1)


def test_a_saddle_has_two_lines_and_a_plain_field_none():
    assert len(zeros(np.array([[1.0, -1.0], [-1.0, 1.0]]))) == 2
    assert zeros(np.ones((4, 4))).shape == (0, 2, 2)


def test_one_chance_says_what_two_do():
    chance = np.random.default_rng(0).uniform(size=(6, 6, 1))
    one, two = boundary(chance), boundary(np.concatenate([1.0 - chance, chance], axis=2))
    assert np.sort(one.ravel()) == pytest.approx(np.sort(two.ravel()))


def test_three_classes_meet():
    x, y = np.meshgrid(np.linspace(-1.0, 1.0, 33), np.linspace(-1.0, 1.0, 33))
    ends = 2.0 * boundary(np.stack([x, y, -x - y], axis=-1)) - 1.0
    on_a_line = [np.isclose(ends[..., 0], ends[..., 1])]
    on_a_line += [np.isclose(2.0 * ends[..., k] + ends[..., 1 - k], 0.0) for k in (0, 1)]
    assert all(some.any() for some in on_a_line)
    assert np.mean(np.any(on_a_line, axis=0)) > 0.9  # but for the cells round the centre
