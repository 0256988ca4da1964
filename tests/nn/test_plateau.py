import numpy as np
import pytest

from nn import ReduceLROnPlateau

LR = 0.1


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"patience": 2},
        {"patience": 0, "factor": 0.5, "min_lr": 0.02},
        {"patience": 1, "cooldown": 3},
        {"patience": 1, "mode": "max"},
        {"patience": 1, "threshold": 0.2},
        {"patience": 1, "threshold": 0.2, "mode": "max"},
        {"patience": 1, "threshold": 0.2, "threshold_mode": "abs"},
        {"patience": 1, "threshold": 0.2, "threshold_mode": "abs", "mode": "max"},
        {"patience": 1, "eps": 0.05},
    ],
)
def test_plateaus_equal_those_of_pytorch(settings):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    metrics = (2.0 * 0.9 ** np.arange(60) + 0.3 * rng.normal(size=60)).tolist()
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    reference, schedule = (
        torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, **settings),
        ReduceLROnPlateau(LR, **settings),
    )
    for metric in metrics:
        reference.step(metric)
        assert schedule.step(metric) == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
    assert (schedule.best, schedule.bad_epochs) == (reference.best, reference.num_bad_epochs)


def test_a_plateau_goes_on_from_its_state():
    first, second = ReduceLROnPlateau(LR, patience=1, cooldown=1), ReduceLROnPlateau(1.0, patience=1, cooldown=1)
    for metric in (1.0, 2.0, 2.0, 2.0):
        first.step(metric)
    second.load_state_dict(first.state_dict())
    assert [first.step(m) for m in (2.0, 2.0, 0.5)] == [second.step(m) for m in (2.0, 2.0, 0.5)]
    with pytest.raises(ValueError, match=r"no state of ReduceLROnPlateau\(.* \['lr'\] instead of"):
        second.load_state_dict({"lr": 1.0})


def test_repr():
    assert repr(ReduceLROnPlateau(0.1)) == "ReduceLROnPlateau(lr=0.1, mode='min', factor=0.1, patience=10)"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ReduceLROnPlateau(0.1, mode="least"), "mode= takes 'min' or 'max'"),
        (lambda: ReduceLROnPlateau(0.1, factor=1.0), "factor="),
        (lambda: ReduceLROnPlateau(0.1, min_lr=-0.1), "min_lr= takes a finite number"),
        (lambda: ReduceLROnPlateau(-0.1), "lr= takes a finite number"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()
