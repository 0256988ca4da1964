import numpy as np
import pytest

from nn import (
    MLP,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    BatchNorm1d,
    Callback,
    Checkpoint,
    CheckpointError,
    ClipGradients,
    Dropout,
    EarlyStopping,
    GradientNorms,
    Linear,
    Module,
    Momentum,
    Nesterov,
    ReduceLROnPlateau,
    ReLU,
    RMSprop,
    Sequential,
    Tanh,
    cross_entropy,
    fit,
    load,
    save,
)  # fmt: skip

CALLS = ["on_train_begin", "on_backward_end", "on_batch_end", "on_epoch_end", "on_train_end"]


def problem(seed=0, n=60):
    rng = np.random.default_rng(seed)
    inputs = rng.uniform(-1.0, 1.0, (n, 2))
    return inputs, (inputs[:, 0] * inputs[:, 1] > 0).astype(int)


class Shaky(Module):
    """Multiplies by random numbers in training, and counts its calls: a stand-in for dropout and batch norm."""

    buffers = ("calls", "mean")

    def __init__(self, rng):
        self.rng, self.calls, self.mean = rng, 0, np.zeros(8)

    def forward(self, x):
        if not self.training:
            return x
        self.calls += 1
        self.mean = 0.9 * self.mean + 0.1 * x.data.mean(axis=0)
        return x * self.rng.uniform(0.5, 1.5, x.shape)


def tensors(seed):
    rng, own = np.random.default_rng(seed).spawn(2)
    return Sequential(Linear(2, 8, rng=rng), Tanh(), Shaky(own), Linear(8, 2, rng=rng))


def values(seed):
    return MLP(2, [4, 2], rng=np.random.default_rng(seed))


def train(model, epochs, callbacks=(), lr=0.1, **options):
    optimizer = SGD(model.parameters(), lr=lr, momentum=0.9)
    rng = np.random.default_rng(5)
    return fit(
        model, problem(), cross_entropy, optimizer, epochs, 16, problem(1), ["accuracy"], callbacks, rng=rng,
        augment=lambda x, rng: x + rng.normal(0.0, 0.01, x.shape), **options,
    )  # fmt: skip


def same(first, second):
    states = first.state_dict(), second.state_dict()
    return states[0].keys() == states[1].keys() and all((states[0][k] == states[1][k]).all() for k in states[0])


# --- when they are called ---


def test_every_event_comes_in_its_turn():
    heard = []

    def hear(event):
        return lambda self, training: heard.append(event)

    train(values(0), 2, [type("Ear", (Callback,), {event: hear(event) for event in CALLS})()])
    step = ["on_backward_end", "on_batch_end"]
    assert heard == ["on_train_begin", *2 * (4 * step + ["on_epoch_end"]), "on_train_end"]


def test_a_callback_sees_the_training_and_may_stop_it():
    def look(training):
        assert training.model is model
        assert training.history.epochs <= training.epochs == 9
        if training.history["loss"][-1] < 10.0:
            training.stop = "enough"

    model = values(0)
    history = train(model, 9, [look])
    assert (history.epochs, history.stopped) == (1, "enough")


# --- early stopping ---


class Script(Callback):
    """Writes given numbers into the history, before the others look."""

    def __init__(self, numbers):
        self.numbers = iter(numbers)

    def on_epoch_end(self, training):
        training.history["val_loss"][-1] = next(self.numbers)


@pytest.mark.parametrize(
    ("numbers", "options", "epochs", "best"),
    [
        ([3.0, 2.0, 2.5, 2.5, 1.0], {"patience": 2}, 4, 2),
        ([3.0, 2.0, 2.5, 1.9, 2.0, 2.0, 0.0], {"patience": 2}, 6, 4),
        ([3.0, 2.95, 2.9, 2.85], {"patience": 2, "min_delta": 0.2}, 3, 1),
        ([1.0, 2.0, 1.5, 1.5, 1.5], {"patience": 3, "mode": "max"}, 5, 2),
        ([3.0, np.nan, np.nan, 1.0], {"patience": 2}, 3, 1),
        ([3.0, 2.0, 1.0], {"patience": 1}, 3, 3),
    ],
)
def test_it_stops_after_epochs_without_improvement(numbers, options, epochs, best):
    stopping = EarlyStopping(**options)
    history = train(values(0), len(numbers), [Script(numbers), stopping])
    assert (history.epochs, stopping.best_epoch) == (epochs, best)
    assert (history.stopped == f"no better val_loss than in epoch {best}") == (epochs - best >= options["patience"])


@pytest.mark.parametrize("restore", [True, False])
def test_the_model_goes_back_to_its_best_epoch(restore):
    model, states = tensors(0), []
    keep = [Script([3.0, 1.0, 2.0, 2.0]), lambda training: states.append(training.model.state_dict())]
    train(model, 9, [*keep, EarlyStopping(patience=2, restore_best=restore)])
    expected = states[1 if restore else 3]
    assert all((array == expected[name]).all() for name, array in model.state_dict().items())


def test_what_was_best_in_one_training_is_forgotten_in_the_next():
    stopping = EarlyStopping(patience=9)
    train(values(0), 2, [Script([2.0, 1.0]), stopping])
    model, states = values(1), []
    train(model, 2, [Script([4.0, 5.0]), lambda training: states.append(training.model.state_dict()), stopping])
    assert stopping.best_epoch == 1
    assert all((array == states[0][name]).all() for name, array in model.state_dict().items())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EarlyStopping(patience=0), "patience=0"),
        (lambda: EarlyStopping(patience=1.5), "a whole number from 1 .*patience=1.5"),
        (lambda: EarlyStopping(min_delta=-1.0), "min_delta=-1.0"),
        (lambda: EarlyStopping(mode="down"), "'min', 'max' or 'auto', but got 'down'"),
        (lambda: Checkpoint("file", every=0), "every=0"),
        (lambda: ClipGradients(), "say what to clip"),
        (lambda: ClipGradients(norm=-1.0), "norm= takes a positive number, but got -1.0"),
        (lambda: train(values(0), 1, [EarlyStopping("val_f1")]), "no 'val_f1' to monitor; the history has loss, acc"),
    ],
)
def test_wrong_settings_are_explained(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_event_that_never_comes_is_refused():
    message = "Logger.on_epoch_begin would never be called; there are on_train_begin, .*, on_train_end"
    with pytest.raises(TypeError, match=message):
        type("Logger", (Callback,), {"on_epoch_begin": lambda self, training: None})


# --- checkpoints ---

safetensors = pytest.mark.skipif("not __import__('importlib.util').util.find_spec('safetensors')")


@safetensors
@pytest.mark.parametrize("kind", [tensors, values])
@pytest.mark.parametrize("broken", [1, 3])
def test_a_training_resumes_to_the_same_bits(kind, broken, tmp_path):
    path = tmp_path / "run.safetensors"

    def callbacks():
        return [Checkpoint(path), GradientNorms(), EarlyStopping(patience=50)]

    whole, parts = kind(0), kind(0)
    expected, norms = train(whole, 6, (first := callbacks())), first[1].norms
    train(parts, broken, callbacks())
    other, rest = kind(7), callbacks()  # another process: nothing is left but the file
    history = train(other, 6, rest, resume=path)
    assert history == expected
    assert same(other, whole)
    assert rest[1].norms == norms
    assert rest[2].best_epoch == first[2].best_epoch


@safetensors
@pytest.mark.parametrize("kind", [SGD, Momentum, Nesterov, Adagrad, RMSprop, Adam, AdamW])
def test_every_optimizer_and_all_layers_with_a_state_resume(kind, tmp_path):
    def start(seed):
        rng = np.random.default_rng(seed)
        model = Sequential(Linear(2, 8, rng=rng), BatchNorm1d(8), ReLU(), Dropout(0.3, rng=rng), Linear(8, 2, rng=rng))
        return model, kind(model.parameters(), lr=0.05), ReduceLROnPlateau(0.05, patience=0, threshold=0.5)

    def go(model, optimizer, schedule, epochs, **options):
        rng, keep = np.random.default_rng(5), [Checkpoint(tmp_path / "run")]
        return fit(model, problem(), cross_entropy, optimizer, epochs, 16, problem(1), ["accuracy"], keep,
                   rng=rng, schedule=schedule, **options)  # fmt: skip

    whole, parts, other = start(0), start(0), start(1)
    expected = go(*whole, 5)
    go(*parts, 2)
    assert go(*other, 5, resume=tmp_path / "run") == expected
    assert same(other[0], whole[0])
    assert other[1].lr == whole[1].lr < 0.05


@safetensors
def test_an_interrupt_within_an_epoch_resumes_to_the_same_bits(tmp_path):
    class Interrupt(Callback):
        def on_batch_end(self, training):
            if training.optimizer.steps == 10:
                training.stop = "interrupted"

    path = tmp_path / "run"
    whole, broken, other = (tensors(0) for _ in range(3))
    train(whole, 5)
    assert train(broken, 5, [Checkpoint(path), Interrupt()]).epochs == 2
    train(other, 5, resume=path, callbacks=[Checkpoint(path)])
    assert same(other, whole)


@safetensors
def test_the_model_can_be_had_without_its_training(tmp_path):
    model, other = tensors(0), tensors(1)
    history = train(model, 2, [Checkpoint(tmp_path / "run")])
    other.load_state_dict(load(tmp_path / "run", "model"))
    assert same(other, model)
    assert load(tmp_path / "run", "history") == history
    with pytest.raises(CheckpointError, match="no part 'weights'; it has model, optimizer, generators"):
        load(tmp_path / "run", "weights")


@safetensors
def test_a_training_that_stopped_early_stays_stopped(tmp_path):
    path, numbers = tmp_path / "run", [1.0, 2.0, 2.0, 0.5]
    train(tensors(0), 9, [Script(numbers), EarlyStopping(patience=2), Checkpoint(path)])
    model, stopping = tensors(0), EarlyStopping(patience=2)
    history = train(model, 9, [Script([]), stopping, Checkpoint(path)], resume=path)
    assert (history.epochs, stopping.best_epoch) == (3, 1)
    assert history.stopped == "no better val_loss than in epoch 1"


@safetensors
def test_only_the_best_epochs_or_every_other_are_saved(tmp_path):
    best, second = tmp_path / "best", tmp_path / "second"
    sizes = []
    look = [Checkpoint(best, monitor="val_loss"), Checkpoint(second, every=2)]
    watch = lambda training: sizes.append((best.exists(), second.exists()))  # noqa: E731
    train(tensors(0), 5, [*look, Script([3.0, 1.0, 2.0, 2.0, 2.0]), watch])
    assert sizes == [(False, False), (True, False), (True, True), (True, True), (True, True)]
    model = tensors(1)
    assert train(model, 2, [Script([]), *look], resume=best).epochs == 2
    model = tensors(1)
    assert train(model, 5, [Script([3.0, 1.0, 1.0]), *look], resume=second).epochs == 5


@safetensors
@pytest.mark.parametrize("other", ["model", "optimizer", "foreign", "damaged", "generators"])
def test_the_state_of_another_training_changes_nothing(other, tmp_path):
    path = tmp_path / "run"
    train(tensors(0), 1, [Checkpoint(path)])
    model = tensors(3)
    if other == "model":
        model = Sequential(Linear(2, 9), Shaky(np.random.default_rng(0)), Linear(9, 2))
    optimizer = SGD(model.parameters(), lr=0.5, momentum=0.0 if other != "optimizer" else 0.9)
    if other == "optimizer":
        optimizer = SGD(model.parameters()[:2], lr=0.5)
    if other == "foreign":
        save(model.state_dict(), path)
    if other == "damaged":
        path.write_bytes(path.read_bytes()[:-5])
    if other == "generators":
        model.layers[2].rng = np.random.Generator(np.random.MT19937(3))
    rng = np.random.default_rng(0)
    before, drawn = model.state_dict(), rng.bit_generator.state
    with pytest.raises(CheckpointError, match=r"only a part of one|not the state of such a training"):
        fit(model, problem(), cross_entropy, optimizer, 3, resume=path, rng=rng)
    assert all((array == before[name]).all() for name, array in model.state_dict().items())
    assert (optimizer.steps, optimizer.lr, rng.bit_generator.state) == (0, 0.5, drawn)


@safetensors
def test_what_is_missing_is_named(tmp_path):
    path = tmp_path / "run"
    train(tensors(0), 1, [Checkpoint(path)])
    with pytest.raises(CheckpointError, match=r"it has nothing of EarlyStopping\.0"):
        train(tensors(0), 1, [EarlyStopping()], resume=path)
    with pytest.raises(CheckpointError, match=r"generators loader, layers\.2\.rng, but there are loader"):
        train(values(0), 1, resume=path)


@safetensors
def test_a_function_has_no_state(tmp_path):
    model = values(0)
    with pytest.raises(TypeError, match="only a Module has a state"):
        fit(lambda x: [model(row) for row in x], problem(), cross_entropy, SGD(model.parameters()), 1,
            callbacks=[Checkpoint(tmp_path / "run")])  # fmt: skip


@pytest.mark.parametrize("generator", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
@safetensors
def test_any_generator_can_be_saved(generator, tmp_path):
    model = tensors(0)
    model.layers[2].rng = np.random.Generator(generator(0))
    model.layers[2].rng.uniform(size=3)
    train(model, 1, [Checkpoint(tmp_path / "run")])
    expected = model.layers[2].rng.uniform(size=5)
    train(model, 1, resume=tmp_path / "run")
    assert (model.layers[2].rng.uniform(size=5) == expected).all()


# --- gradients ---


def test_gradients_are_clipped_before_the_step():
    class Listen(Callback):
        def on_backward_end(self, training):
            gradient = [p.grad for p in training.model.parameters()]
            sizes.append((np.linalg.norm(gradient), np.abs(gradient).max()))

    sizes = []
    train(values(0), 1, [ClipGradients(value=0.05), Listen(), ClipGradients(norm=0.01), Listen()])
    assert max(largest for _, largest in sizes[::2]) == 0.05
    assert max(norm for norm, _ in sizes[1::2]) == pytest.approx(0.01, rel=1e-3)


def test_gradients_are_recorded_by_layer_and_epoch():
    record, model = GradientNorms(), values(0)
    sizes = []

    class Listen(Callback):
        def on_backward_end(self, training):
            sizes.append(np.sqrt(np.mean([p.grad**2 for p in training.model.layers[0].parameters()])))

    train(model, 3, [record, Listen()])
    assert list(record.norms) == ["layers.0", "layers.1"]
    assert record.norms["layers.0"] == pytest.approx([np.mean(sizes[i : i + 4]) for i in (0, 4, 8)])


def test_a_record_of_gradients_begins_anew_with_each_training():
    record, once = GradientNorms(), GradientNorms()
    train(values(0), 2, [record], lr=0.5)
    train(values(1), 1, [record])
    train(values(1), 1, [once])
    assert record.norms == once.norms


@safetensors
@pytest.mark.parametrize("path", [".", "missing/run"])
def test_a_file_that_cannot_be_written_fails_before_the_first_epoch(path, tmp_path):
    epochs = []
    with pytest.raises(FileNotFoundError, match="cannot be written"):
        train(values(0), 1, [epochs.append, Checkpoint(tmp_path / path)])
    assert not epochs


@pytest.mark.parametrize(
    ("callback", "told"),
    [
        (EarlyStopping(), "EarlyStopping('val_loss', patience=5)"),
        (Checkpoint("a.safetensors", every=2), "Checkpoint('a.safetensors', every=2)"),
        (Checkpoint("a.safetensors", monitor="loss"), "Checkpoint('a.safetensors', monitor='loss')"),
        (ClipGradients(norm=1.0), "ClipGradients(norm=1.0)"),
        (GradientNorms(), "GradientNorms()"),
    ],
)
def test_a_callback_tells_itself(callback, told):
    assert repr(callback) == told
