import signal
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from autograd import GraphError, OperandError, Tensor
from nn import (
    MLP,
    SGD,
    Adam,
    BatchNorm2d,
    Callback,
    ClipGradients,
    Conv2d,
    CosineAnnealingLR,
    DataLoader,
    EarlyStopping,
    Flatten,
    History,
    Linear,
    MaxPool2d,
    Module,
    Newton,
    ReduceLROnPlateau,
    ReLU,
    Sequential,
    Tanh,
    cross_entropy,
    evaluate,
    fit,
    mse_loss,
    predict,
)  # fmt: skip
from nn.callbacks import ProgressBar


@pytest.fixture(autouse=True)
def interruptible():
    """Interrupts as in a terminal: a process in the background of a shell ignores them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def problem(seed=0):
    """Two classes that a line separates."""
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(-1.0, 1.0, (60, 2))
    return inputs, (inputs @ [1.0, -2.0] > 0).astype(int)


def tensors(rng):
    network = Sequential(Linear(2, 4, rng=rng), Tanh(), Linear(4, 2, rng=rng))
    return network, network


def values(rng):
    network = MLP(2, [3, 2], rng=rng)
    return network, network


def a_function(rng):
    network = MLP(2, [3, 2], rng=rng)
    return network, lambda rows: [network(row) for row in rows]


def train(kind, epochs=8, **options):
    rng = np.random.default_rng(1)
    network, model = kind(rng)
    optimizer = SGD(network.parameters(), lr=0.3, momentum=0.5)
    settings = {"batch_size": 8, "rng": rng, "metrics": ["accuracy"]} | options
    return fit(model, problem(), cross_entropy, optimizer, epochs, **settings), model, optimizer


@pytest.mark.parametrize("kind", [values, tensors, a_function])
def test_all_kinds_of_network_learn(kind):
    history, model, _ = train(kind, validation=problem(1))
    assert list(history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert {len(numbers) for numbers in history.values()} == {8} == {history.epochs}
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    after = evaluate(model, problem(1), cross_entropy, ["accuracy"])
    assert after["loss"] == pytest.approx(history["val_loss"][-1], rel=1e-14)
    assert after["accuracy"] == history["val_accuracy"][-1] > 0.9


@pytest.mark.parametrize("kind", [values, tensors])
def test_the_generator_decides_everything(kind):
    assert train(kind)[0] == train(kind)[0]


def test_lanes_make_the_steps_of_the_network_itself():
    fast, _, _ = train(values)
    slow, _, _ = train(a_function)
    assert fast["loss"] == pytest.approx(slow["loss"], rel=1e-12)


def test_validation_may_come_in_any_order():
    loader = DataLoader(problem(1), 7, shuffle=True, drop_last=True, rng=np.random.default_rng(3))
    history, *_ = train(tensors, epochs=3, validation=loader)
    assert history["val_accuracy"][-1] > 0.9
    again = train(tensors, epochs=3, validation=DataLoader(problem(1), 7, drop_last=True))[0]
    assert again["loss"] == history["loss"]


def test_a_step_is_that_of_the_plain_loop():
    (inputs, labels), rng = problem(), np.random.default_rng(0)
    _, model = tensors(rng)
    by_fit = Sequential(*(Linear(2, 4), Tanh(), Linear(4, 2)))
    by_fit.load_state_dict(model.state_dict())
    optimizer = SGD(model.parameters(), lr=0.3, momentum=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        cross_entropy(model(inputs), labels).backward()
        optimizer.step()
    loader = DataLoader((inputs, labels), batch_size=60)
    fit(by_fit, loader, cross_entropy, SGD(by_fit.parameters(), lr=0.3, momentum=0.5), epochs=3)
    for ours, theirs in zip(by_fit.parameters(), model.parameters(), strict=True):
        assert (ours.data == theirs.data).all()


def test_a_schedule_gives_the_rate_of_every_step():
    asked = []
    _, _, optimizer = train(tensors, epochs=2, batch_size=20, schedule=lambda step: asked.append(step) or 0.1 + step)
    assert asked == [0, 1, 2, 3, 4, 5]
    assert optimizer.lr == pytest.approx(5.1)


def test_a_rate_that_falls_on_a_plateau_starts_from_its_own():
    rates = []

    class Listen(Callback):
        def on_batch_end(self, training):
            rates.append(training.optimizer.lr)

    train(tensors, epochs=2, batch_size=60, schedule=ReduceLROnPlateau(0.05), callbacks=[Listen()])
    assert rates == [0.05, 0.05]


@pytest.mark.parametrize("validation", [None, problem(1)])
def test_a_schedule_with_a_step_is_told_the_loss_of_every_epoch(validation):
    class Halving:
        def __init__(self):
            self.told, self.lr = [], 1.0

        def step(self, loss):
            self.told.append(loss)
            self.lr *= 0.5
            return self.lr

    schedule = Halving()
    history, _, optimizer = train(tensors, epochs=3, schedule=schedule, validation=validation)
    assert schedule.told == history["val_loss" if validation else "loss"]
    assert optimizer.lr == 0.125


def test_augmentation_changes_training_inputs_only():
    seen = []
    history, *_ = train(tensors, epochs=1, augment=lambda rows, rng: seen.append(rows) or rows * 0.0)
    assert sum(map(len, seen)) == 60
    assert history["loss"][0] == pytest.approx(np.log(2.0), rel=0.2)  # of constant inputs nothing can be learnt


def test_the_last_smaller_batch_counts_by_its_size():
    rng = np.random.default_rng(0)
    _, model = tensors(rng)
    optimizer = SGD(model.parameters(), lr=0.0)
    history = fit(model, problem(), cross_entropy, optimizer, 1, batch_size=7, metrics=["accuracy"], rng=rng)
    expected = evaluate(model, problem(), cross_entropy, ["accuracy"], batch_size=60)
    assert {name: numbers[0] for name, numbers in history.items()} == pytest.approx(expected, rel=1e-13)


class Noisy(Module):
    """A line that remembers in which mode it was called."""

    def __init__(self):
        self.inner = Sequential(Linear(2, 2, rng=np.random.default_rng(0)))
        self.modes = []

    def forward(self, x):
        self.modes.append(self.training)
        return self.inner(x)


def test_the_model_trains_in_training_mode_and_is_measured_in_evaluation_mode():
    model = Noisy()
    model.inner.eval()
    fit(model, problem(), cross_entropy, SGD(model.parameters()), batch_size=60, validation=problem(1))
    assert model.modes == [True, False]
    assert (model.training, model.inner.training) == (True, False)  # as they were


def test_every_epoch_trains_in_training_mode():
    model = Noisy()
    fit(model, problem(), cross_entropy, SGD(model.parameters()), 2, 60, callbacks=[lambda t: t.model.eval()])
    assert model.modes == [True, True]
    assert not model.training  # as the callback left it


# --- what ends a training ---


def test_an_interrupt_ends_after_the_batch_and_the_history_comes_back():
    before = signal.getsignal(signal.SIGINT)

    def interrupt(training):
        if training.history.epochs == 3:
            signal.raise_signal(signal.SIGINT)

    history, model, optimizer = train(tensors, epochs=50, callbacks=[interrupt], validation=problem(1))
    assert (history.epochs, history.stopped) == (3, "interrupted")
    assert {len(numbers) for numbers in history.values()} == {3}
    assert optimizer.steps == 24
    assert evaluate(model, problem(), cross_entropy)["loss"] < history["loss"][0]
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_within_an_epoch_leaves_whole_epochs_in_the_history():
    count = iter(range(100))

    def schedule(step):
        if next(count) == 11:
            signal.raise_signal(signal.SIGINT)
        return 0.1

    history, _, optimizer = train(tensors, epochs=50, schedule=schedule)
    assert (history.epochs, optimizer.steps) == (1, 12)


def test_a_second_interrupt_does_not_wait():
    history = History()

    def impatient(step):
        if step == 10:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return 0.1

    with pytest.raises(KeyboardInterrupt):
        train(tensors, epochs=50, schedule=impatient, history=history)
    assert history.epochs == 1
    assert history.stopped == "interrupted"


def test_an_interrupt_that_is_ignored_stays_so():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        history, *_ = train(tensors, callbacks=[lambda training: signal.raise_signal(signal.SIGINT)])
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    assert history.epochs == 8


def test_it_trains_in_another_thread_too():
    found = []
    thread = threading.Thread(target=lambda: found.append(train(tensors)[0]))
    thread.start()
    thread.join()
    assert found == [train(tensors)[0]]


def test_a_history_is_continued():
    history = History()
    assert train(tensors, epochs=3, history=history)[0] is history
    train(tensors, epochs=2, history=history)
    assert history.epochs == 5


def test_columns_of_a_history_stay_side_by_side():
    history = History()
    train(tensors, epochs=1, history=history, metrics=["accuracy"])
    train(tensors, epochs=1, history=history, metrics=["f1"])
    assert np.isnan([history["f1"][0], history["accuracy"][1]]).all()
    assert np.isfinite([history["accuracy"][0], history["f1"][1]]).all()


def test_a_loss_that_is_not_finite_is_refused_before_the_parameters_are_spoilt():
    _, model = tensors(np.random.default_rng(0))
    history = History()
    optimizer = SGD(model.parameters(), lr=1e200)
    data = problem()[0], problem()[0]
    with (
        pytest.raises(FloatingPointError, match=r"loss became (nan|inf) in epoch 1, after \d+ steps; a lower learning"),
        np.errstate(all="ignore"),
    ):
        fit(model, data, mse_loss, optimizer, 5, history=history, rng=np.random.default_rng(0))
    assert all(np.isfinite(p.data).all() for p in model.parameters())


def test_no_epochs_change_nothing():
    history, _, optimizer = train(tensors, epochs=0)
    assert (dict(history), optimizer.steps) == ({}, 0)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"epochs": -1}, ValueError, "epochs=-1"),
        ({"epochs": 2.5}, ValueError, "a whole number of epochs, but got epochs=2.5"),
        ({"epochs": None}, ValueError, "epochs=None"),
        ({"batch_size": 0}, ValueError, "batch_size=0"),
        ({"batch_size": 2.5}, ValueError, "batch_size=2.5"),
        ({"metrics": ["f1", "f1"]}, ValueError, "two metrics would share a name: loss, f1, f1"),
        ({"metrics": [lambda y, out: 0.0] * 2}, ValueError, "<lambda>, <lambda>; a function is called by"),
        ({"history": History(), "resume": "file"}, ValueError, "resume= or history="),
        ({"metrics": "accuracy"}, TypeError, r"write metrics=\['accuracy'\]"),
        ({"metrics": ["speed"]}, ValueError, "no metric 'speed'; choose from 'accuracy', 'precision'"),
        ({"callbacks": EarlyStopping()}, TypeError, r"write callbacks=\[...\] around the EarlyStopping"),
        ({"callbacks": print}, TypeError, r"write callbacks=\[...\]"),
        ({"callbacks": [History]}, TypeError, "callbacks are Callback objects or functions"),
        ({"schedule": 0.1}, TypeError, r"schedule= takes a function of the step, .* but got 0\.1"),
        ({"schedule": ReduceLROnPlateau}, TypeError, "schedule= takes .* but got <class"),
        ({"validation": (np.zeros((3, 2)), np.zeros(2))}, ValueError, "3 inputs and 2 targets"),
    ],
)
def test_wrong_settings_are_explained(options, error, message):
    with pytest.raises(error, match=message):
        train(tensors, **options)


def test_the_order_of_arguments_is_explained():
    _, model = tensors(np.random.default_rng(0))
    with pytest.raises(TypeError, match=r"data are a pair .* but got function"):
        fit(model, cross_entropy, problem(), SGD(model.parameters()))
    with pytest.raises(TypeError, match=r"the loss is a function .* but got 'cross_entropy'"):
        fit(model, problem(), "cross_entropy", SGD(model.parameters()))
    with pytest.raises(OperandError, match=r"data are a pair .* but got ndarray"):
        fit(model, *problem(), cross_entropy, SGD(model.parameters()))
    with pytest.raises(TypeError, match=r"that goes by gradients, such as nn\.SGD.* but got <class"):
        fit(model, problem(), cross_entropy, SGD)
    with pytest.raises(TypeError, match=r"that goes by gradients, .* but got Newton\("):
        fit(model, problem(), cross_entropy, Newton(model.parameters()))
    with pytest.raises(ValueError, match="a DataLoader has its own rng= and augment="):
        fit(model, DataLoader(problem()), cross_entropy, SGD(model.parameters()), rng=np.random.default_rng(0))


@pytest.mark.parametrize("reduced", [lambda loss: loss, lambda loss: loss.numpy().mean()])
def test_a_loss_that_is_no_one_number_to_differentiate_is_explained(reduced):
    _, model = tensors(np.random.default_rng(0))
    with pytest.raises(TypeError, match="the loss is one number as a Value or Tensor, such as a mean, but it gave"):
        fit(model, problem(), lambda out, y: reduced(cross_entropy(out, y, "none")), SGD(model.parameters()))


def test_the_optimizer_of_another_model_is_noticed():
    (_, model), (_, other) = tensors(np.random.default_rng(0)), tensors(np.random.default_rng(0))
    with pytest.raises(GraphError, match="is this the optimizer of another model"):
        fit(model, problem(), cross_entropy, SGD(other.parameters()))


@pytest.mark.parametrize("kind", [values, tensors])
def test_a_loss_that_does_not_depend_on_the_parameters_is_explained(kind):
    _, model = kind(np.random.default_rng(0))
    with pytest.raises(GraphError, match="no parameter has a gradient"):
        fit(model, problem(), lambda out, y: Tensor(1.0), SGD(model.parameters()))


@pytest.mark.parametrize("kind", [values, a_function])
@pytest.mark.parametrize("n", [8, 30])
def test_the_loss_is_given_a_tensor_also_of_values(kind, n):
    seen = []
    network, model = kind(np.random.default_rng(0))
    data = problem()[0][:n], problem()[1][:n]

    def loss(out, y):
        seen.append(type(out))
        return cross_entropy(out, y)

    fit(model, data, loss, SGD(network.parameters()), validation=data, batch_size=n)
    evaluate(model, data, loss)
    assert seen == [Tensor] * 3


# --- the history ---


def test_a_history_tells_itself():
    history = History(loss=[1.0, 0.5], accuracy=[0.5, 0.875])
    assert repr(history) == "History of 2 epochs: loss 0.5, accuracy 0.875"
    history.stopped = "interrupted"
    assert repr(history).endswith("0.875; interrupted")
    assert repr(History()) == "History of 0 epochs"


def test_the_progress_bar_goes_to_standard_error(capsys):
    pytest.importorskip("tqdm")
    train(tensors, epochs=2, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "2/2" in err
    assert "loss=" in err


def test_the_progress_bar_tells_a_loss_of_any_size_in_a_few_digits(capsys):
    pytest.importorskip("tqdm")
    bar, training = ProgressBar(), SimpleNamespace(epochs=1, history=History(loss=[1e200], val_loss=[0.00012345]))
    bar.on_train_begin(training)
    bar.on_epoch_end(training)
    bar.on_train_end(training)
    assert "loss=1e+200, val_loss=0.0001234]" in capsys.readouterr().err


def test_one_output_per_sample_may_be_a_column():
    rng = np.random.default_rng(0)
    model = Sequential(Linear(2, 1, rng=rng))
    inputs, labels = problem()
    data = inputs, labels[:, None].astype(float)
    history = fit(model, data, mse_loss, SGD(model.parameters(), lr=0.1), 40, metrics=["accuracy", "roc_auc"], rng=rng)
    assert history["accuracy"][-1] > 0.9
    assert isinstance(model(inputs), Tensor)


# --- beside PyTorch ---


def test_twenty_steps_of_a_network_for_images_are_those_of_torch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    images, labels = rng.normal(size=(40, 1, 8, 8)), rng.integers(0, 3, 40)
    ours = Sequential(Conv2d(1, 4, 3, padding=1, rng=rng), BatchNorm2d(4), ReLU(), MaxPool2d(2), Flatten(),
                      Linear(64, 3, rng=rng))  # fmt: skip
    t = torch.nn
    theirs = t.Sequential(t.Conv2d(1, 4, 3, padding=1), t.BatchNorm2d(4), t.ReLU(), t.MaxPool2d(2), t.Flatten(),
                          t.Linear(64, 3)).double()  # fmt: skip
    state = {name.removeprefix("layers."): torch.tensor(array) for name, array in ours.state_dict().items()}
    theirs.load_state_dict(state)

    loader = DataLoader((images, labels), batch_size=10)
    schedule = CosineAnnealingLR(0.01, T_max=20)
    fit(ours, loader, cross_entropy, Adam(ours.parameters(), lr=0.01), 5, schedule=schedule,
        callbacks=[ClipGradients(norm=0.5)])  # fmt: skip

    optimizer = torch.optim.Adam(theirs.parameters(), lr=0.01)
    annealing = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
    for step in range(20):
        batch = slice(step % 4 * 10, step % 4 * 10 + 10)
        optimizer.zero_grad()
        t.functional.cross_entropy(theirs(torch.tensor(images[batch])), torch.tensor(labels[batch])).backward()
        t.utils.clip_grad_norm_(theirs.parameters(), 0.5)
        optimizer.step()
        annealing.step()
    for name, array in theirs.state_dict().items():
        np.testing.assert_allclose(ours.state_dict()[f"layers.{name}"], array.numpy(), rtol=1e-10, atol=1e-10)
    theirs.eval()
    expected = theirs(torch.tensor(images)).argmax(dim=1).numpy()
    assert (predict(ours, images) == expected).all()
