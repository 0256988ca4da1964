"""Search without gradients: an evolution strategy, and a genetic algorithm. They need the loss, and nothing of it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from nn.arguments import is_real, is_whole
from nn.init import generator
from nn.module import Parameter
from nn.optim.vector import Array, Loss, Vector

__all__ = ["EvolutionStrategy", "GeneticAlgorithm"]


class EvolutionStrategy:
    """Try points around the present one, and go to the weighted mean of the better half.

    With the present parameters as the mean θ, of λ points θ + σ z, z standard normal, the best μ = λ / 2 are taken:

        θ ← θ + σ Σ wᵢ zᵢ,   wᵢ ∝ log(μ + ½) - log i

    σ grows while successive steps point the same way, and shrinks while they undo each other (cumulative step-size
    adaptation: Hansen and Ostermeier, "Completely derandomized self-adaptation in evolution strategies", 2001).

    Parameters
    ----------
    parameters : what to change: n numbers in all.
    sigma : σ at first.
    population : λ, at least 4; 4 + ⌊3 log n⌋ by default.
    rng : where the points come from; a fresh Generator by default, different each time.

    Attributes
    ----------
    sigma : σ for the next step.
    path : the steps of the past, fading; shape ``(n,)``.
    steps : how many steps were taken.

    Raises
    ------
    ValueError : if there are no parameters, σ is not positive, or the population too small.
    OperandError : if a parameter is no leaf that requires a gradient.

    Examples
    --------
    >>> from autograd import Value
    >>> x, y = Value(3.0), Value(-2.0)
    >>> search = EvolutionStrategy([x, y], sigma=0.5, rng=np.random.default_rng(0))
    >>> for _ in range(100):
    ...     loss = search.step(lambda: x * x + y * y)
    >>> loss < 1e-6
    True
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        sigma: float = 0.1,
        population: int | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        if not (is_real(sigma) and 0.0 < sigma < math.inf):
            raise ValueError(f"EvolutionStrategy takes a positive sigma, but got {sigma!r}")
        self._theta = Vector("EvolutionStrategy", parameters)
        self.parameters = self._theta.parameters
        n = len(self._theta)
        self.population = 4 + int(3.0 * math.log(n)) if population is None else population
        if not is_whole(self.population, 4):
            raise ValueError(f"EvolutionStrategy takes a whole population of at least 4, but got {population!r}")
        self.sigma, self.path, self.steps = float(sigma), np.zeros(n), 0
        self._rng = generator(rng)
        half = self.population // 2
        weights = math.log(half + 0.5) - np.log(np.arange(1, half + 1))
        self._weights: Array = weights / weights.sum()

    def step(self, closure: Loss) -> float:
        """Try a population of points, go to the mean of the better ones, and return the loss of the best.

        Parameters
        ----------
        closure : runs the model and gives its loss; it is called once for each point. A loss that is nan is the worst.
        """
        points = self._rng.standard_normal((self.population, len(self.path)))
        with self._theta.trial() as mean:
            losses = [self._theta.cost_at(mean + self.sigma * z, closure) for z in points]
            order = np.argsort(losses, kind="stable")
            step: Array = self._weights @ points[order[: len(self._weights)]]
            self._theta.write(mean + self.sigma * step)
        self._adapt(step)
        self.steps += 1
        return min(losses)

    def _adapt(self, step: Array) -> None:
        """Lengthen or shorten σ, by how long the path of the steps is beside one of random steps."""
        n = len(step)
        counted = 1.0 / float(self._weights @ self._weights)
        fading = (counted + 2.0) / (n + counted + 5.0)
        slowness = 1.0 + fading + 2.0 * max(0.0, math.sqrt((counted - 1.0) / (n + 1.0)) - 1.0)
        self.path = (1.0 - fading) * self.path + math.sqrt(fading * (2.0 - fading) * counted) * step
        usual = math.sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n))
        self.sigma *= math.exp(fading / slowness * (float(np.linalg.norm(self.path)) / usual - 1.0))

    def __repr__(self) -> str:
        return self._theta.told(f"sigma={self.sigma:g}, population={self.population}")


class GeneticAlgorithm:
    """Breed a population of parameter vectors: the fitter are parents, children mix them and differ a little.

    Each generation, the best `elite` live on. Every other child has two parents, each the best of `tournament` drawn at
    random; it takes each number from one or the other, and each changes by a normal one of spread `sigma` with
    probability `mutation`. (Holland, "Adaptation in natural and artificial systems", 1975.)

    Parameters
    ----------
    parameters : what to change: n numbers in all. The first population lies around them, within `spread`.
    population : how many vectors there are.
    sigma, mutation, tournament, elite : as above.
    spread : the standard deviation of the first population.
    rng : where all that is random comes from; a fresh Generator by default, different each time.

    Attributes
    ----------
    individuals : the population, shape ``(population, n)``.
    steps : how many generations there were.

    Raises
    ------
    ValueError : if there are no parameters, or a setting is out of its range.
    OperandError : if a parameter is no leaf that requires a gradient.

    Examples
    --------
    >>> from autograd import Value
    >>> x, y = Value(3.0), Value(-2.0)
    >>> search = GeneticAlgorithm([x, y], rng=np.random.default_rng(0))
    >>> for _ in range(60):
    ...     loss = search.step(lambda: x * x + abs(y))
    >>> loss < 1e-2
    True
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        population: int = 50,
        sigma: float = 0.1,
        mutation: float = 0.2,
        tournament: int = 3,
        elite: int = 2,
        spread: float = 1.0,
        rng: np.random.Generator | None = None,
    ) -> None:
        whole = all(is_whole(number, 0) for number in (population, elite, tournament))
        if not whole or population < 2 or not 0 <= elite < population or not 1 <= tournament <= population:
            raise ValueError(
                "GeneticAlgorithm takes a population of at least 2, an elite from 0 to below it and a tournament of 1 "
                f"to all, but got {population=}, {elite=} and {tournament=}"
            )
        numbers = all(is_real(number) for number in (sigma, spread, mutation))
        if not (numbers and 0.0 <= sigma < math.inf and 0.0 <= spread < math.inf and 0.0 <= mutation <= 1.0):
            raise ValueError(
                "GeneticAlgorithm takes a finite sigma and spread that are not negative, and a mutation from 0 to 1, "
                f"but got {sigma=}, {spread=} and {mutation=}"
            )
        self._theta = Vector("GeneticAlgorithm", parameters)
        self.parameters = self._theta.parameters
        self.population, self.sigma, self.mutation = population, sigma, mutation
        self.tournament, self.elite, self.steps = tournament, elite, 0
        self._rng = generator(rng)
        around = self._theta.read()
        self.individuals: Array = around + spread * self._rng.standard_normal((population, len(around)))
        self.individuals[0] = around

    def step(self, closure: Loss) -> float:
        """Measure everybody, give the parameters of the best to the model, breed, and return the loss of the best.

        Parameters
        ----------
        closure : runs the model and gives its loss; it is called once for each individual. Losses that are nan are the
            worst.
        """
        with self._theta.trial():
            losses = [self._theta.cost_at(individual, closure) for individual in self.individuals]
            ranked = self.individuals[np.argsort(losses, kind="stable")]
            self._theta.write(ranked[0])
        self.individuals = np.concatenate([ranked[: self.elite], self._children(ranked)])
        self.steps += 1
        return min(losses)

    def _children(self, ranked: Array) -> Array:
        """Children of a population in the order of its fitness."""
        shape = (self.population - self.elite, ranked.shape[1])
        drawn = self._rng.integers(0, self.population, (2, shape[0], self.tournament)).min(
            axis=2
        )  # the best has rank 0
        mothers, fathers = ranked[drawn[0]], ranked[drawn[1]]
        children: Array = np.where(self._rng.random(shape) < 0.5, mothers, fathers)
        changed = self._rng.random(shape) < self.mutation
        children += changed * self.sigma * self._rng.standard_normal(shape)
        return children

    def __repr__(self) -> str:
        return self._theta.told(f"population={self.population}, sigma={self.sigma:g}, mutation={self.mutation:g}")
