import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import (
    SGD,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    Piecewise,
    PolynomialLR,
    Schedule,
    SequentialLR,
    StepLR,
)

LR = 0.1
WITH_LR = [
    StepLR(LR, step_size=7),
    StepLR(LR, step_size=3, gamma=0.5),
    MultiStepLR(LR, milestones=(4, 9, 30)),
    ExponentialLR(LR, gamma=0.9),
    LinearLR(LR),
    LinearLR(LR, start_factor=0.1, end_factor=0.8, total_iters=17),
    PolynomialLR(LR),
    PolynomialLR(LR, total_iters=12, power=2.5),
    CosineAnnealingLR(LR, T_max=10),
    CosineAnnealingLR(LR, T_max=60, eta_min=0.01),
    CosineAnnealingWarmRestarts(LR, T_0=4),
    CosineAnnealingWarmRestarts(LR, T_0=3, T_mult=2, eta_min=0.02),
]
OWN_LR = [
    CyclicLR(0.01, 0.2, step_size_up=5),
    CyclicLR(0.01, 0.2, step_size_up=5, step_size_down=3, mode="triangular2"),
    CyclicLR(0.01, 0.2, step_size_up=4, mode="exp_range", gamma=0.97),
    OneCycleLR(0.3, total_steps=50),
    OneCycleLR(0.3, total_steps=50, pct_start=0.45, anneal_strategy="linear", div_factor=10.0, final_div_factor=50.0),
]


def of_pytorch(torch, make, steps=50):
    """The learning rates that a scheduler of PyTorch sets."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    scheduler, rates = make(optimizer), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return [float(rate) for rate in rates]


@pytest.mark.parametrize("schedule", [*WITH_LR, *OWN_LR], ids=repr)
@pytest.mark.filterwarnings("ignore")
def test_fifty_steps_equal_those_of_pytorch(schedule):
    torch = pytest.importorskip("torch")
    settings = {name: value for name, value in vars(schedule).items() if name != "lr"}
    if schedule in OWN_LR:
        settings["cycle_momentum"] = False
        steps = settings.get("total_steps", 51) - 1
    else:
        steps = 50
    kind = getattr(torch.optim.lr_scheduler, type(schedule).__name__)
    expected = of_pytorch(torch, lambda optimizer: kind(optimizer, **settings), steps)
    np.testing.assert_allclose([schedule(step) for step in range(steps)], expected, rtol=1e-11, atol=1e-16)


@pytest.mark.filterwarnings("ignore")
def test_a_warm_up_and_a_decay_equal_those_of_pytorch():
    torch = pytest.importorskip("torch")
    L = torch.optim.lr_scheduler

    def make(optimizer):
        parts = [L.LinearLR(optimizer, 0.01, total_iters=5), L.CosineAnnealingLR(optimizer, 45)]
        return L.SequentialLR(optimizer, parts, [5])

    schedule = SequentialLR([LinearLR(LR, 0.01, total_iters=5), CosineAnnealingLR(LR, 45)], [5])
    expected = of_pytorch(torch, make)
    np.testing.assert_allclose([schedule(step) for step in range(50)], expected, rtol=1e-11, atol=1e-16)


def test_piecewise_and_sequences_change_at_their_milestones():
    assert [Piecewise([3.0, 2.0], [2])(step) for step in (0, 1, 2, 100)] == [3.0, 3.0, 2.0, 2.0]
    assert [SequentialLR([lambda step: step], [])(step) for step in (0, 1)] == [0, 1]


def test_one_cycle_ends_at_its_end_and_stays():
    schedule = OneCycleLR(1.0, total_steps=10, div_factor=10.0, final_div_factor=10.0)
    assert schedule(9) == schedule(10) == schedule(1000) == pytest.approx(0.01)
    assert max(schedule(step) for step in range(10)) == pytest.approx(1.0)


def test_a_schedule_sets_the_rate_of_an_optimizer():
    x = Value(1.0)
    optimizer = nn.SGD([x], lr=0.5)
    rates = [setattr(optimizer, "lr", WITH_LR[3](step)) or optimizer.lr for step in range(3)]
    assert all(later < earlier for earlier, later in pairwise(rates))


@given(st.sampled_from([*WITH_LR, *OWN_LR]), st.integers(0, 10**6))
def test_a_rate_is_never_negative_and_never_above_the_highest(schedule, step):
    highest = getattr(schedule, "max_lr", LR)
    assert 0.0 <= schedule(step) <= highest * (1.0 + 1e-12)
    assert type(schedule(step)) is float


@pytest.mark.parametrize("step", [-1, math.nan, math.inf, None, "3"])
def test_there_is_no_rate_before_the_first_step(step):
    for schedule in [*WITH_LR, *OWN_LR]:
        with pytest.raises(ValueError, match=r"is asked for step 0, 1, \.\.\."):
            schedule(step)


@given(st.sampled_from([*WITH_LR, *OWN_LR]), st.lists(st.integers(0, 50), min_size=2))
def test_steps_may_be_asked_for_in_any_order(schedule, steps):
    assert [schedule(step) for step in steps] == [schedule(step) for step in reversed(steps)][::-1]


def test_schedules_are_values():
    assert StepLR(0.1, 3) == StepLR(0.1, step_size=3) != StepLR(0.1, 4)
    assert repr(StepLR(0.1, 3)) == "StepLR(lr=0.1, step_size=3, gamma=0.1)"


@dataclass(frozen=True)
class InverseSqrt(Schedule):
    lr: float
    warmup: int

    def rate(self, step):
        return self.lr * min((step + 1) / self.warmup, (self.warmup / (step + 1)) ** 0.5)


def test_a_schedule_of_ones_own_is_checked_like_ours():
    assert InverseSqrt(0.1, 4)(15) == 0.05
    with pytest.raises(ValueError, match="lr= of InverseSqrt takes a finite number"):
        InverseSqrt(-0.1, 4)
    with pytest.raises(ValueError, match="warmup= of InverseSqrt takes a positive whole number"):
        InverseSqrt(0.1, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: StepLR(-0.1, 3), "lr= of StepLR takes a finite number that is not negative, but got -0.1"),
        (lambda: StepLR(math.nan, 3), "lr= of StepLR"),
        (lambda: StepLR(0.1, 0), "step_size= of StepLR takes a positive whole number, but got 0"),
        (lambda: StepLR(0.1, 2.5), "step_size= of StepLR"),
        (lambda: MultiStepLR(0.1, [3, 3]), "milestones that rise"),
        (lambda: StepLR(None, 3), "lr= of StepLR .* got None"),
        (lambda: StepLR(SGD([Value(1.0)]), 3), r"lr= of StepLR .* got SGD\(.*\); a schedule needs no optimizer"),
        (lambda: MultiStepLR(0.1, 3), "milestones that rise, but got 3"),
        (lambda: MultiStepLR(-0.1, [3]), "lr= of MultiStepLR"),
        (lambda: Piecewise([0.1], [3]), "one rate more than milestones, but got 1 and 1"),
        (lambda: Piecewise([0.1, -0.2], [3]), "rates that are not negative"),
        (lambda: SequentialLR([StepLR(0.1, 3)], [3]), "one schedule more than milestones, but got 1 and 1"),
        (lambda: SequentialLR([StepLR(0.1, 3)] * 3, [3, 2]), "milestones that rise"),
        (lambda: CyclicLR(0.1, 0.2, mode="up"), "mode= takes 'triangular'"),
        (lambda: CyclicLR(0.1, 0.2, step_size_down=0), "step_size_down="),
        (lambda: OneCycleLR(0.1, 10, anneal_strategy="exp"), "anneal_strategy= takes"),
        (lambda: OneCycleLR(0.1, 10, pct_start=1.5), "pct_start from 0 to 1"),
    ],
)  # fmt: skip
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_numbers_are_no_schedules():
    with pytest.raises(TypeError, match=r"functions of a step, such as LinearLR\(0.1\), but got 0.1"):
        nn.SequentialLR([0.1, 0.2], [1])
