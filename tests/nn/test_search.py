import math
import sys

import numpy as np
import pytest

from nn import SGD, Found, Linear, bayesian_search, mse_loss

SPACE = {"x": (-5.0, 5.0), "scale": (1e-3, 10.0, "log"), "units": (1, 8), "shape": ["flat", "steep", None]}


def objective(x, scale, units, shape):
    """0 at x = 1, scale = 0.1, units = 3, without a shape."""
    return (x - 1.0) ** 2 + math.log10(10.0 * scale) ** 2 + abs(units - 3) + (shape is not None)


@pytest.fixture
def optuna():
    return pytest.importorskip("optuna")


@pytest.mark.parametrize("seed", range(3))
def test_it_comes_closer_than_chance(optuna, seed):
    found = bayesian_search(objective, SPACE, trials=60, rng=np.random.default_rng(seed))
    early = min(value for _, value in found.trials[:10])
    assert found.value == objective(**found.best) == min(value for _, value in found.trials)
    assert found.value < min(1.5, early)
    assert len(found.trials) == 60
    assert all(type(settings["units"]) is int and 1 <= settings["units"] <= 8 for settings, _ in found.trials)
    assert all(-5.0 <= settings["x"] <= 5.0 and 1e-3 <= settings["scale"] <= 10.0 for settings, _ in found.trials)


def test_the_same_seed_finds_the_same(optuna):
    one, other = (bayesian_search(objective, SPACE, trials=15, rng=np.random.default_rng(1)) for _ in range(2))
    assert one == other


def test_the_largest_on_request_and_nan_does_not_count(optuna):
    found = bayesian_search(
        lambda x: math.nan if x > 0.0 else x, {"x": (-1.0, 1.0)}, trials=20, maximize=True, rng=np.random.default_rng(0)
    )
    assert found.value <= 0.0
    assert 0 < len(found.trials) < 20
    with pytest.raises(ValueError, match="all were nan"):
        bayesian_search(lambda x: math.nan, {"x": (0.0, 1.0)}, trials=2)


def test_a_learning_rate_is_found(optuna):
    x = np.random.default_rng(0).normal(size=(40, 3))
    y = x @ [[1.0], [-2.0], [0.5]]

    def train(lr):
        model = Linear(3, 1, rng=np.random.default_rng(0))
        optimizer = SGD(model.parameters(), lr=lr)
        for _ in range(10):
            optimizer.zero_grad()
            mse_loss(model(x), y).backward()
            optimizer.step()
        return mse_loss(model(x), y).item()

    found = bayesian_search(train, {"lr": (1e-4, 1.0, "log")}, trials=25, rng=np.random.default_rng(0))
    assert 0.1 < found.best["lr"] < 1.0


def test_what_was_found_is_told_without_all_trials():
    found = Found({"lr": 0.1}, 1 / 3, [({"lr": 0.1}, 1 / 3)] * 50)
    assert repr(found) == "Found(best={'lr': 0.1}, value=0.3333, of 50 trials)"


def test_without_optuna_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ImportError, match=r'needs optuna, .*pip install "glassgrad\[search\]"'):
        bayesian_search(objective, SPACE)


@pytest.mark.parametrize(
    ("space", "message"),
    [
        ({}, "a space that is not empty"),
        ({"x": []}, r"x takes \(low, high\), .* but got \[\]"),
        ({"x": (1.0,)}, "x takes"),
        ({"x": (1.0, 2.0, "linear")}, "x takes"),
        ({"x": ("a", "b")}, "x takes"),
        ({"x": (2.0, 1.0)}, "low <= high"),
        ({"x": (0.0, 1.0, "log")}, "positive for 'log'"),
        ({"x": (0.0, math.inf)}, "finite bounds"),
    ],
)
def test_mistakes_are_explained(space, message):
    with pytest.raises(ValueError, match=message):
        bayesian_search(objective, space)


def test_bounds_may_be_numbers_of_numpy(optuna):
    space = {"lr": (np.float32(0.25), np.float64(1.0), "log"), "units": (np.int64(1), np.int32(8)), "mixed": (0, 0.5)}
    _, _, trials = bayesian_search(lambda **settings: 0.0, space, trials=3, rng=np.random.default_rng(0))
    for settings, _ in trials:
        assert {name: type(x) for name, x in settings.items()} == {"lr": float, "units": int, "mixed": float}
