import numpy as np
import pytest

from autograd import ShapeError
from nn import MLP, SGD, Linear, Sequential, Tanh, cross_entropy
from nn.train import fit, predict, scores


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
    return network, lambda rows: [network(row) for row in rows]


def train(kind, **options):
    rng = np.random.default_rng(1)
    network, model = kind(rng)
    settings = {"epochs": 8, "batch_size": 8, "rng": rng} | options
    optimizer = SGD(network.parameters(), lr=0.3, momentum=0.5)
    return fit(model, cross_entropy, optimizer, *problem(), **settings), model, optimizer


@pytest.mark.parametrize("kind", [values, tensors])
def test_both_kinds_of_network_learn(kind):
    history, model, _ = train(kind, test=problem(1))
    assert list(history) == ["loss", "accuracy", "test_loss", "test_accuracy"]
    assert {len(numbers) for numbers in history.values()} == {8}
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    loss, right = scores(model, cross_entropy, *problem(1))
    assert (loss, right) == (history["test_loss"][-1], history["test_accuracy"][-1])
    assert right > 0.9
    assert np.mean(predict(model, problem(1)[0]) == problem(1)[1]) == right


@pytest.mark.parametrize("kind", [values, tensors])
def test_the_generator_decides_everything(kind):
    assert train(kind)[0] == train(kind)[0]


def test_the_schedule_goes_from_zero_towards_one():
    asked = []
    _, _, optimizer = train(tensors, epochs=2, batch_size=20, schedule=lambda done: asked.append(done) or 0.1 + done)
    assert asked == pytest.approx([0.0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6])
    assert optimizer.lr == pytest.approx(0.1 + 5 / 6)


def test_augmentation_changes_training_inputs_only():
    seen = []
    clean = problem()[0]
    history, *_ = train(tensors, epochs=1, augment=lambda rows, rng: seen.append(rows) or rows * 0.0)
    assert sum(map(len, seen)) == 60
    assert history["loss"][0] == pytest.approx(np.log(2.0), rel=0.2)  # of constant inputs nothing can be learnt
    assert (problem()[0] == clean).all()


def test_a_history_is_continued_and_survives_an_interrupt():
    history = {}

    def interrupt(done):
        if done > 0.5:
            raise KeyboardInterrupt
        return 0.1

    with pytest.raises(KeyboardInterrupt):
        train(tensors, epochs=4, batch_size=60, schedule=interrupt, history=history)
    assert len(history["loss"]) == 3
    train(tensors, epochs=2, history=history)
    assert len(history["loss"]) == 5


def test_the_last_smaller_batch_counts_by_its_size():
    rng = np.random.default_rng(0)
    network, _ = tensors(rng)
    optimizer = SGD(network.parameters(), lr=0.0)
    history = fit(network, cross_entropy, optimizer, *problem(), epochs=1, batch_size=7, rng=rng)
    loss, right = scores(network, cross_entropy, *problem())
    assert history["loss"][0] == pytest.approx(loss, rel=1e-13)
    assert history["accuracy"][0] == pytest.approx(right, rel=1e-13)


def test_the_progress_bar_goes_to_standard_error(capsys):
    train(tensors, epochs=2, progress=True)
    out, err = capsys.readouterr()
    assert out == ""
    assert "2/2" in err
    assert "loss=" in err


def test_scores_record_nothing():
    network, _ = tensors(np.random.default_rng(0))
    scores(network, cross_entropy, *problem())
    assert [p.grad for p in network.parameters()] == [None] * 4


def test_inputs_and_labels_of_different_lengths_are_refused():
    rng = np.random.default_rng(0)
    network, _ = tensors(rng)
    with pytest.raises(ShapeError, match="3 inputs and 2 targets"):
        fit(network, cross_entropy, SGD(network.parameters()), np.zeros((3, 2)), np.zeros(2, int),
            epochs=1, batch_size=1, rng=rng)  # fmt: skip
