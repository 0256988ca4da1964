import math
from itertools import pairwise

import numpy as np
import pytest

from autograd import OperandError, Tensor, Value, is_recording
from nn import MLP, EvolutionStrategy, GeneticAlgorithm, Linear, Sequential, Tanh, mse_loss

CORNERS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
XOR = np.array([[0.0], [1.0], [1.0], [0.0]])
both = pytest.mark.parametrize("kind", [EvolutionStrategy, GeneticAlgorithm])


def bowl(x):
    """A minimum of 0 at 1, 2, 3, with axes of different lengths."""
    return (np.array([1.0, 4.0, 9.0]) * (x - np.array([1.0, 2.0, 3.0])) ** 2).sum()


@pytest.mark.parametrize("seed", range(3))
def test_an_evolution_strategy_finds_the_minimum_of_a_bowl(seed):
    x = Tensor([0.0, 0.0, 0.0])
    search = EvolutionStrategy([x], sigma=0.5, rng=np.random.default_rng(seed))
    for _ in range(150):
        search.step(lambda: bowl(x))
    np.testing.assert_allclose(x.data, [1.0, 2.0, 3.0], atol=1e-6)
    assert search.sigma < 1e-4
    assert search.steps == 150


@pytest.mark.parametrize("seed", range(3))
def test_a_genetic_algorithm_comes_near_it_and_never_back(seed):
    x = Tensor([0.0, 0.0, 0.0])
    search = GeneticAlgorithm([x], rng=np.random.default_rng(seed))
    losses = [search.step(lambda: bowl(x)) for _ in range(80)]
    assert all(later <= earlier for earlier, later in pairwise(losses))
    assert losses[-1] < 0.05
    assert bowl(x).item() == losses[-1]


@pytest.mark.parametrize("seed", range(3))
def test_exclusive_or_is_learnt_without_a_gradient(seed):
    rng = np.random.default_rng(seed)
    model = Sequential(Linear(2, 4, rng=rng), Tanh(), Linear(4, 1, rng=rng))
    search = EvolutionStrategy(model.parameters(), sigma=0.5, population=20, rng=rng)
    for _ in range(200):
        search.step(lambda: mse_loss(model(CORNERS), XOR))
    assert np.abs(model(CORNERS).data - XOR).max() < 0.25


@both
def test_the_same_seed_gives_the_same_path_for_values_and_tensors(kind):
    ends = []
    for p in ([Value(0.5), Value(0.25), Value(0.125)], [Tensor([0.5, 0.25, 0.125])]):
        search = kind(p, rng=np.random.default_rng(7))
        for _ in range(5):
            search.step(lambda p=p: sum((x * x).sum() if isinstance(x, Tensor) else x * x for x in p))
        ends.append(np.ravel([x.data for x in p]))
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-12)


@both
def test_nothing_is_recorded_and_a_loss_may_be_a_number_or_nan(kind):
    x = Value(0.5)
    seen = []

    def loss():
        seen.append(is_recording())
        return math.nan if x.data < 0.0 else abs(x.data - 2.0)

    search = kind([x], rng=np.random.default_rng(0))
    for _ in range(60):
        search.step(loss)
    assert not any(seen)
    assert x.data == pytest.approx(2.0, abs=0.05)


@both
def test_a_loss_that_fails_leaves_the_parameters_as_they_were(kind):
    x = Value(0.5)
    search = kind([x], rng=np.random.default_rng(0))
    with pytest.raises(ZeroDivisionError):
        search.step(lambda: 1.0 / 0.0)
    assert x.data == 0.5


def test_a_population_is_as_large_as_told():
    model = MLP(2, [2, 1], rng=np.random.default_rng(0))
    counted = []
    assert EvolutionStrategy(model.parameters()).population == 4 + int(3 * math.log(9))
    EvolutionStrategy(model.parameters(), population=6).step(lambda: counted.append(1) or 0.0)
    GeneticAlgorithm(model.parameters(), population=5).step(lambda: counted.append(1) or 0.0)
    assert len(counted) == 11


def test_reprs():
    assert repr(EvolutionStrategy([Value(1.0)])) == "EvolutionStrategy(1 parameter, sigma=0.1, population=4)"
    told = "GeneticAlgorithm(2 parameters, population=50, sigma=0.1, mutation=0.2)"
    assert repr(GeneticAlgorithm([Tensor([1.0, 2.0])])) == told


X = Value(1.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: EvolutionStrategy([]), ValueError, "got no parameters"),
        (lambda: EvolutionStrategy([X], sigma=0.0), ValueError, "positive sigma"),
        (lambda: EvolutionStrategy([X], population=3), ValueError, "at least 4"),
        (lambda: EvolutionStrategy([X], population=4.5), ValueError, "whole population"),
        (lambda: GeneticAlgorithm([X], elite=1.5), ValueError, "elite"),
        (lambda: EvolutionStrategy([X], rng=3), TypeError, "numpy.random.Generator"),
        (lambda: GeneticAlgorithm([X], population=1), ValueError, "at least 2"),
        (lambda: GeneticAlgorithm([X], elite=50), ValueError, "elite"),
        (lambda: GeneticAlgorithm([X], mutation=1.5), ValueError, "mutation from 0 to 1"),
        (lambda: GeneticAlgorithm([X]).step(lambda: None), OperandError, "one number, but it gave None"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("search", [EvolutionStrategy, GeneticAlgorithm])
def test_a_population_may_be_a_whole_number_of_numpy(search):
    assert search([Value(1.0)], population=np.int64(10)).population == 10
