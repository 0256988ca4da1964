import numpy as np
import pytest

from autograd import ShapeError
from nn import toys

POINTS = [toys.linear, toys.circles, toys.petals, toys.spiral, toys.moons]


@pytest.mark.parametrize("make", POINTS)
def test_points_come_in_equal_classes_and_are_repeatable(make):
    data, again, other = (make(121, rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert data.inputs.shape == (121, 2)
    assert np.ptp(np.bincount(data.targets)) <= 1
    assert len(np.bincount(data.targets)) == len(data.classes)
    assert np.abs(data.inputs).max() < 1.4
    assert (data.inputs == again.inputs).all()
    assert (data.inputs != other.inputs).any()


@pytest.mark.parametrize("make", POINTS)
def test_noise_moves_the_points_by_its_standard_deviation(make):
    clean, noisy = (make(2000, noise, np.random.default_rng(0)).inputs for noise in (0.0, 0.05))
    assert (noisy - clean).std() == pytest.approx(0.05, rel=0.05)


@pytest.mark.parametrize("make", POINTS[1:])
def test_only_linear_points_are_split_by_a_line(make):
    linear_model = pytest.importorskip("sklearn.linear_model")

    def score(data):
        return linear_model.LogisticRegression(C=1e4).fit(data.inputs, data.targets).score(data.inputs, data.targets)

    assert score(toys.linear(300, rng=np.random.default_rng(0))) == 1.0
    assert score(make(300, rng=np.random.default_rng(0))) < 0.95


def test_gates_are_truth_tables():
    for name, truth in [
        ("and", min),
        ("or", max),
        ("xor", lambda row: sum(row) % 2),
        ("nand", lambda row: 1 - min(row)),
    ]:
        data = toys.gate(name)
        assert data.targets.tolist() == [truth(row) for row in data.inputs.astype(int).tolist()]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: toys.gate("nor"), ValueError, "choose from and, or, nand, xor"),
        (lambda: toys.spiral(2, arms=3), ShapeError, "3 classes need at least as many points, but got 2"),
        (lambda: toys.petals(count=5), ValueError, "even number of them, but got 5"),
        (lambda: toys.moons(noise=-0.1), ValueError, "not negative, but got -0.1"),
        (lambda: toys.linear(gap=-0.5), ValueError, "a distance from 0 to 1, but got -0.5"),
        (lambda: toys.moons(10.0), ShapeError, "but got 10.0; both are whole numbers"),
        (lambda: toys.moons(noise="0.1"), ValueError, "not negative, but got '0.1'"),
        (lambda: toys.moons(rng=0), TypeError, "numpy.random.Generator"),
    ],
)
def test_wrong_settings_are_explained(make, error, message):
    with pytest.raises(error, match=message):
        make()
