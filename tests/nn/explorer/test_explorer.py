"""What an explorer does in plain Python: no widget, no browser."""

import asyncio
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import autograd
import nn
from autograd import OperandError, ShapeError
from nn.explorer.trial import SIZE

RNG = np.random.default_rng(0)
XOR = nn.toys.gate("xor")


def rng():
    return np.random.default_rng(1)


def elsewhere(f, *args):
    """The result of a function in a thread of its own: no event loop of other tests is there."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(f, *args).result()


def state(explorer):
    return {name: array.tolist() for name, array in explorer.model.state_dict().items()}


def test_a_seed_decides_everything():
    one, same, other = nn.Explorer(seed=3), nn.Explorer(seed=3), nn.Explorer(seed=4)
    for explorer in (one, same, other):
        explorer.step(20)
    assert state(one) == state(same) != state(other)
    assert one.history == same.history
    start = state(nn.Explorer(seed=3))
    one.reset()
    assert (state(one), one.trial.steps, one.history.epochs) == (start, 0, 0)


def test_the_history_is_that_of_fit():
    explorer = nn.Explorer(data="moons", batch_size=32)
    order = np.random.default_rng(0).spawn(3)[2]
    model = nn.Explorer(data="moons").model
    trial, optimizer = explorer.trial, nn.Adam(model.parameters(), lr=0.03)
    want = nn.fit(
        model, trial.train, nn.binary_cross_entropy_with_logits, optimizer, 2, 32, trial.test, ["accuracy"], rng=order
    )
    explorer.step(2 * len(trial._loader))
    assert explorer.history == want


def test_a_snapshot_has_the_numbers_of_the_model():
    explorer = nn.Explorer(data="spiral", hidden=[5])
    explorer.step(30)
    now, trial = explorer.snapshot(), explorer.trial
    assert (now["step"], now["epoch"]) == (30, 2)
    corner = np.array([[trial.low[0], trial.high[1]]])  # the first row is on top
    assert now["plane"][0, 0] == pytest.approx(autograd.softmax(explorer.model(corner).data[0]))
    assert now["plane"].shape == (SIZE, SIZE, 3)
    assert now["units"][1][:, 0, 0] == pytest.approx(explorer.model[:2](corner).data[0])
    assert [one.shape for one in now["units"]] == [(2, 32, 32), (5, 32, 32), (3, 32, 32)]
    assert np.array_equal(now["weights"][0], explorer.model[0].weight.data)
    assert now["train"] == nn.evaluate(explorer.model, trial.train, nn.cross_entropy, ["accuracy"])
    assert len(trial.train[1]) + len(trial.test[1]) == 300


def test_other_networks_start_anew():
    explorer = nn.Explorer()
    for change in ({"data": "moons"}, {"hidden": [3]}, {"activation": "relu"}, {"noise": 0.2}, {"seed": 1}):
        explorer.step()
        explorer.change(**change)
        assert explorer.trial.steps == 0, change
    assert [type(layer).__name__ for layer in explorer.model] == ["Linear", "ReLU", "Linear"]


def test_other_ways_to_learn_go_on():
    explorer = nn.Explorer()
    explorer.step(3)
    model, before = explorer.model, state(explorer)
    explorer.change(optimizer="sgd")
    assert isinstance(explorer.optimizer, nn.SGD)
    assert explorer.optimizer.lr == explorer.settings.lr == 0.3  # its own
    explorer.change(lr=0.01, weight_decay=0.1, batch_size=64, speed=1)
    assert explorer.optimizer.param_groups[0]["weight_decay"] == 0.1
    assert (explorer.model is model, state(explorer), explorer.trial.steps) == (True, before, 3)
    explorer.step(len(explorer.trial._loader))
    assert explorer.history.epochs == 1


def test_own_data_and_own_model():
    model = nn.MLP(2, [4, 1], rng=rng())
    explorer = nn.Explorer(model, (XOR.inputs, XOR.targets), lr=0.1)
    start = state(explorer)
    explorer.step(300)
    assert explorer.model is model
    assert explorer.history["accuracy"][-1] == 1.0
    assert explorer.trial.test is None  # too few
    explorer.reset()
    assert state(explorer) == start
    with pytest.raises(ValueError, match="the model is given, so there is no hidden="):
        explorer.change(hidden=[3])
    explorer.change(data="circles")
    assert explorer.settings.data == "circles"
    assert nn.Explorer(data=XOR).trial.data.classes == ["false", "true"]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Explorer(data="moon"), ValueError, "data= takes 'circles', 'moons'.*, but got 'moon'"),
        (lambda: nn.Explorer(data=""), ValueError, "name of toy data, or your own"),
        (lambda: nn.Explorer(data=(np.ones((4, 3)), [0, 1, 0, 1])), ShapeError, "two inputs.*choose two columns"),
        (lambda: nn.Explorer(data=(np.ones((2, 2)), [0.5, 1.0])), ValueError, "class numbers"),
        (lambda: nn.Explorer(data=(np.ones((2, 2)), [-1, 1])), ValueError, "class numbers"),
        (lambda: nn.Explorer(optimizer="newton"), ValueError, "optimizer= takes 'sgd'"),
        (lambda: nn.Explorer(hidden=[0]), ShapeError, "positive whole numbers"),
        (lambda: nn.Explorer(lr=-1.0), ValueError, "lr= takes a number that is not negative"),
        (lambda: nn.Explorer(batch_size=0), ValueError, "batch_size= takes a whole number from 1"),
        (lambda: nn.Explorer(lambda x: x), OperandError, "takes a module"),
        (lambda: nn.Explorer(nn.Linear(2, 2), "spiral"), ShapeError, "3 classes need a model of 3 outputs"),
        (lambda: nn.Explorer(nn.Linear(3, 1)), ShapeError, "rows of length 3"),
        (lambda: nn.Explorer(nn.Linear(2, 1), hidden=[3]), ValueError, "the model is given"),
        (lambda: nn.Explorer().change(learning_rate=0.1), TypeError, "no setting learning_rate"),
        (lambda: nn.Explorer().step(0), ValueError, "whole number of steps"),
    ],
)  # fmt: skip
def test_what_cannot_be(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_change_that_cannot_be_changes_nothing():
    explorer = nn.Explorer(nn.Linear(2, 1, rng=rng()))
    explorer.step(5)
    before = explorer.settings, explorer.trial, state(explorer)
    with pytest.raises(ShapeError):
        explorer.change(data="spiral", lr=0.5)
    assert (explorer.settings, explorer.trial, state(explorer)) == before


def test_a_loss_that_explodes_is_told():
    explorer = nn.Explorer(optimizer="sgd", activation="relu", lr=1e200)
    with pytest.raises(FloatingPointError):
        explorer.step(50)
    assert "a lower learning rate" in explorer.trial.trouble
    assert not np.isnan(explorer.model[0].weight.data).any()


# --- playing ---


def test_others_run_while_it_plays():
    async def main():
        explorer = nn.Explorer(speed=100)
        explorer.play()
        turns, started = 0, explorer.playing
        while explorer.trial.steps < 40:
            await asyncio.sleep(0)
            turns += 1
        explorer.pause()
        steps = explorer.trial.steps
        await asyncio.sleep(0.03)
        return started, turns, explorer.playing, explorer.trial.steps - steps

    started, turns, playing, after = elsewhere(asyncio.run, main())
    assert started
    assert turns > 10
    assert not playing
    assert after == 0


def test_it_plays_some_steps_and_ends():
    async def main():
        explorer = nn.Explorer()
        explorer.play(7)
        while explorer.playing:
            await asyncio.sleep(0.001)
        diverged = nn.Explorer(optimizer="sgd", activation="relu", lr=1e200)
        diverged.play()
        while diverged.playing:
            await asyncio.sleep(0.001)
        return explorer.trial.steps, diverged.trial.trouble

    steps, trouble = elsewhere(asyncio.run, main())
    assert steps == 7
    assert "lower learning rate" in trouble


def test_an_interrupt_between_cells_pauses(monkeypatch):
    handlers = {}
    monkeypatch.setattr(threading, "main_thread", threading.current_thread)
    monkeypatch.setattr(signal, "getsignal", lambda number: handlers.get(number, signal.SIG_IGN))  # as in a kernel
    monkeypatch.setattr(signal, "signal", handlers.__setitem__)

    async def main():
        explorer = nn.Explorer()
        explorer.play()
        while not handlers:
            await asyncio.sleep(0.001)
        handlers[signal.SIGINT](signal.SIGINT, None)
        await asyncio.sleep(0.001)
        return explorer.playing

    assert not elsewhere(asyncio.run, main())


def test_without_a_loop():
    explorer = nn.Explorer()
    elsewhere(explorer.play, 3)
    assert explorer.trial.steps == 3
    with pytest.raises(RuntimeError, match=r"no event loop.*play\(500\)"):
        elsewhere(explorer.play)


def test_without_anywidget(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    monkeypatch.delitem(sys.modules, "nn.explorer.widget", raising=False)
    with pytest.raises(ImportError, match=r"glassgrad\[notebook\]"):
        nn.Explorer()._repr_mimebundle_()


# --- pictures ---


@pytest.mark.parametrize(
    "make",
    [
        nn.Explorer,
        lambda: nn.Explorer(nn.Sequential(nn.Linear(2, 30, rng=rng()), nn.Linear(30, 3, rng=rng())), "spiral"),
    ],
)
def test_a_picture(make):
    explorer = make()
    explorer.step(20)
    picture = explorer.picture()
    svg = picture.to_svg()
    assert svg.count("<circle") == 300 + len(explorer.trial.data.classes)
    assert svg.count("<image") == 1 + sum(min(8, len(one)) for one in explorer.snapshot()["units"])
    assert ("+ 22" in svg) == (explorer.model[0].weight.shape == (30, 2))
    assert picture.to_png()[:4] == b"\x89PNG"
    assert str(picture).splitlines()[0] == "an Explorer after 20 steps, 1 epoch"
