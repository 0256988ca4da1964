"""Learning-rate schedules: functions ``step -> lr``, with PyTorch's names and formulas.

A schedule is a plain value: it can be called for any step, compared, printed and plotted. It holds the learning rate
that it starts from, instead of an optimizer; ``optimizer.lr = schedule(step)`` before each step is all there is to do.
Any function of the step can stand in its place.

>>> schedule = SequentialLR([LinearLR(0.1, start_factor=0.25, total_iters=3), CosineAnnealingLR(0.1, T_max=4)], [3])
>>> [round(schedule(step), 4) for step in range(8)]
[0.025, 0.05, 0.075, 0.1, 0.0854, 0.05, 0.0146, 0.0]
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from numbers import Real

from nn.arguments import is_whole

__all__ = [
    "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR", "ExponentialLR", "LinearLR", "MultiStepLR",
    "OneCycleLR", "Piecewise", "PolynomialLR", "Schedule", "SequentialLR", "StepLR",
]  # fmt: skip


class Schedule:
    """The base of schedules: settings that are checked, and a call. A subclass is a dataclass, and defines `rate`.

    >>> @dataclass(frozen=True)
    ... class InverseSqrt(Schedule):
    ...     lr: float
    ...     warmup: int
    ...     def rate(self, step):
    ...         return self.lr * min((step + 1) / self.warmup, (self.warmup / (step + 1)) ** 0.5)
    >>> schedule = InverseSqrt(0.1, warmup=4)
    >>> [round(schedule(step), 4) for step in (0, 3, 15)]
    [0.025, 0.1, 0.05]
    """

    def __call__(self, step: int) -> float:
        """The learning rate of a step; the first is step 0.

        Raises
        ------
        ValueError : if `step` is negative or not finite.
        """
        if not (isinstance(step, Real) and 0 <= step < math.inf):
            raise ValueError(f"a schedule is asked for step 0, 1, ..., but got {step!r}")
        return self.rate(step)

    def rate(self, step: int) -> float:
        """The same, for a step that was checked."""
        raise NotImplementedError(f"{type(self).__name__} needs a method rate(self, step), which calling it asks")

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]  # subclasses are dataclasses
            value, name = getattr(self, field.name), f"{field.name}= of {type(self).__name__}"
            if field.type in (int, "int") and not is_whole(value):
                raise ValueError(f"{name} takes a positive whole number, but got {value!r}")
            if field.type in (float, "float") and not (isinstance(value, Real) and 0.0 <= float(value) < math.inf):
                why = "; a schedule needs no optimizer, but the rate to start from" * hasattr(value, "param_groups")
                raise ValueError(f"{name} takes a finite number that is not negative, but got {value!r}{why}")


# --- steps ---


@dataclass(frozen=True)
class StepLR(Schedule):
    """lr · gammaᵏ, with k = ⌊step / step_size⌋.

    >>> [round(StepLR(0.1, step_size=2)(step), 4) for step in range(5)]
    [0.1, 0.1, 0.01, 0.01, 0.001]
    """

    lr: float
    step_size: int
    gamma: float = 0.1

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        return self.lr * self.gamma ** (step // self.step_size)


@dataclass(frozen=True)
class MultiStepLR(Schedule):
    """lr · gammaᵏ, with k the number of milestones that were reached.

    >>> [round(MultiStepLR(0.1, milestones=(2, 3))(step), 4) for step in range(5)]
    [0.1, 0.1, 0.01, 0.001, 0.001]
    """

    lr: float
    milestones: Sequence[int]
    gamma: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        _check_rising("MultiStepLR", self.milestones)

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        return self.lr * self.gamma ** bisect_right(self.milestones, step)


@dataclass(frozen=True)
class Piecewise(Schedule):
    """Constants: the first of the rates until the first milestone, then the second, and so on.

    >>> [Piecewise([0.1, 0.03, 0.001], milestones=[2, 3])(step) for step in range(5)]
    [0.1, 0.1, 0.03, 0.001, 0.001]
    """

    rates: Sequence[float]
    milestones: Sequence[int]

    def __post_init__(self) -> None:
        _check_rising("Piecewise", self.milestones)
        if len(self.rates) != len(self.milestones) + 1:
            raise ValueError(
                f"Piecewise takes one rate more than milestones, but got {len(self.rates)} and {len(self.milestones)}"
            )
        if not all(isinstance(rate, Real) and 0.0 <= rate < math.inf for rate in self.rates):
            raise ValueError(f"Piecewise takes finite rates that are not negative, but got {self.rates!r}")

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        return self.rates[bisect_right(self.milestones, step)]


@dataclass(frozen=True)
class SequentialLR(Schedule):
    """One schedule after the other: each starts from its own step 0 when its milestone is reached.

    For instance a warm-up and then a decay, as at the top of this page.

    >>> [SequentialLR([lambda step: 0.1, lambda step: 0.5 + step], milestones=[2])(step) for step in range(4)]
    [0.1, 0.1, 0.5, 1.5]
    """

    schedules: Sequence[Callable[[int], float]]
    milestones: Sequence[int]

    def __post_init__(self) -> None:
        _check_rising("SequentialLR", self.milestones)
        for schedule in self.schedules:
            if not callable(schedule):
                raise TypeError(f"SequentialLR takes functions of a step, such as LinearLR(0.1), but got {schedule!r}")
        if len(self.schedules) != len(self.milestones) + 1:
            raise ValueError(
                "SequentialLR takes one schedule more than milestones, "
                f"but got {len(self.schedules)} and {len(self.milestones)}"
            )

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        k = bisect_right(self.milestones, step)
        return self.schedules[k](step - self.milestones[k - 1] if k else step)


# --- smooth ---


@dataclass(frozen=True)
class ExponentialLR(Schedule):
    """lr · gamma^step.

    >>> [ExponentialLR(0.5, gamma=0.5)(step) for step in range(3)]
    [0.5, 0.25, 0.125]
    """

    lr: float
    gamma: float

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        return self.lr * self.gamma**step


@dataclass(frozen=True)
class LinearLR(Schedule):
    """In a straight line from lr · start_factor to lr · end_factor, in `total_iters` steps; then it stays.

    >>> [round(LinearLR(0.1, start_factor=0.0, total_iters=2)(step), 4) for step in range(4)]
    [0.0, 0.05, 0.1, 0.1]
    """

    lr: float
    start_factor: float = 1.0 / 3.0
    end_factor: float = 1.0
    total_iters: int = 5

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        done = min(step, self.total_iters) / self.total_iters
        return self.lr * (self.start_factor + (self.end_factor - self.start_factor) * done)


@dataclass(frozen=True)
class PolynomialLR(Schedule):
    """lr · (1 - step / total_iters)^power, and 0 from then on.

    >>> [round(PolynomialLR(0.1, total_iters=2, power=2.0)(step), 4) for step in range(4)]
    [0.1, 0.025, 0.0, 0.0]
    """

    lr: float
    total_iters: int = 5
    power: float = 1.0

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        rate: float = self.lr * (1.0 - min(step, self.total_iters) / self.total_iters) ** self.power
        return rate


@dataclass(frozen=True)
class CosineAnnealingLR(Schedule):
    """Along half a cosine from `lr` to `eta_min` in `T_max` steps, and back up in as many.

    eta_min + (lr - eta_min) (1 + cos(π step / T_max)) / 2 (Loshchilov and Hutter, "SGDR", 2017).

    >>> [round(CosineAnnealingLR(0.1, T_max=2)(step), 4) for step in range(4)]
    [0.1, 0.05, 0.0, 0.05]
    """

    lr: float
    T_max: int
    eta_min: float = 0.0

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        return self.eta_min + (self.lr - self.eta_min) * _falling(step / self.T_max)


@dataclass(frozen=True)
class CosineAnnealingWarmRestarts(Schedule):
    """Along half a cosine from `lr` to `eta_min` in `T_0` steps, then again from the top in `T_mult` times as many.

    >>> [round(CosineAnnealingWarmRestarts(0.1, T_0=2, T_mult=2)(step), 4) for step in range(7)]
    [0.1, 0.05, 0.1, 0.0854, 0.05, 0.0146, 0.1]
    """

    lr: float
    T_0: int
    T_mult: int = 1
    eta_min: float = 0.0

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        length, since = self.T_0, step
        if self.T_mult == 1:
            since %= length
        while since >= length:
            since -= length
            length *= self.T_mult
        return self.eta_min + (self.lr - self.eta_min) * _falling(since / length)


# --- cyclic ---


@dataclass(frozen=True)
class CyclicLR(Schedule):
    """From `base_lr` up to `max_lr` in `step_size_up` steps, down again in `step_size_down` (as many by default).

    With mode "triangular2" each peak is half as high as the one before; with "exp_range" it is `gamma` to the power of
    the step (Smith, "Cyclical learning rates for training neural networks", 2017).

    >>> [round(CyclicLR(0.1, 0.2, step_size_up=2)(step), 4) for step in range(6)]
    [0.1, 0.15, 0.2, 0.15, 0.1, 0.15]
    """

    base_lr: float
    max_lr: float
    step_size_up: int = 2000
    step_size_down: int | None = None
    mode: str = "triangular"
    gamma: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError(f"mode= takes 'triangular', 'triangular2' or 'exp_range', but got {self.mode!r}")
        if self.step_size_down is not None and not is_whole(self.step_size_down):
            raise ValueError(f"step_size_down= takes a positive whole number, but got {self.step_size_down!r}")

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        down = self.step_size_up if self.step_size_down is None else self.step_size_down
        cycle, since = divmod(step, self.step_size_up + down)
        height = since / self.step_size_up if since <= self.step_size_up else (self.step_size_up + down - since) / down
        scale = {"triangular": 1.0, "triangular2": 0.5**cycle, "exp_range": self.gamma**step}[self.mode]
        return self.base_lr + (self.max_lr - self.base_lr) * height * scale


@dataclass(frozen=True)
class OneCycleLR(Schedule):
    """Up from max_lr / div_factor to `max_lr`, and down to the starting rate / final_div_factor at the last step.

    The way up takes the share `pct_start` of `total_steps`; both are half cosines, or lines if anneal_strategy is
    "linear" (Smith and Topin, "Super-convergence", 2019). After the last step it stays.

    >>> [round(OneCycleLR(0.1, total_steps=5, pct_start=0.4)(step), 4) for step in range(5)]
    [0.004, 0.1, 0.075, 0.025, 0.0]
    """

    max_lr: float
    total_steps: int
    pct_start: float = 0.3
    anneal_strategy: str = "cos"
    div_factor: float = 25.0
    final_div_factor: float = 1e4

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy= takes 'cos' or 'linear', but got {self.anneal_strategy!r}")
        if self.pct_start > 1.0 or not self.div_factor or not self.final_div_factor:
            raise ValueError("OneCycleLR takes pct_start from 0 to 1, and positive div_factor and final_div_factor")

    def rate(self, step: int) -> float:  # noqa: D102  # see Schedule
        low, last = self.max_lr / self.div_factor, self.total_steps - 1
        turn = self.pct_start * self.total_steps - 1.0
        step = min(step, last)
        if step <= turn:
            return self._between(low, self.max_lr, step / turn if turn else 1.0)
        return self._between(self.max_lr, low / self.final_div_factor, (step - turn) / (last - turn))

    def _between(self, start: float, end: float, done: float) -> float:
        return end + (start - end) * (_falling(done) if self.anneal_strategy == "cos" else 1.0 - done)


def _falling(done: float) -> float:
    """Half a cosine, from 1 to 0."""
    return 0.5 * (1.0 + math.cos(math.pi * done))


def _check_rising(kind: str, milestones: Sequence[int]) -> None:
    if not isinstance(milestones, Sequence) or any(
        later <= earlier for earlier, later in zip([0, *milestones], milestones, strict=False)
    ):
        raise ValueError(f"{kind} takes positive milestones that rise, but got {milestones!r}")
