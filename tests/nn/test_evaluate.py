from functools import partial

import numpy as np
import pytest

from autograd import OperandError, ShapeError, Tensor
from nn import (
    MLP,
    DataLoader,
    Dataset,
    Linear,
    Module,
    Sequential,
    binary_cross_entropy_with_logits,
    cross_entropy,
    evaluate,
    f1,
    mse_loss,
    predict,
    r2,
    roc_auc,
)

X = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
Y = np.array([0, 1, 1, 1])


def identity(x):
    return x


def second(x):
    return x[:, 1]


def test_the_largest_score_wins_and_one_score_needs_a_threshold():
    assert predict(identity, X).tolist() == [0, 1, 0, 1]
    assert predict(second, X, threshold=0.5).tolist() == [0, 1, 0, 1]
    assert predict(second, X, threshold=0.4).tolist() == [0, 1, 1, 1]
    assert predict(lambda x: x[:, 1:], X, threshold=0.4).tolist() == [0, 1, 1, 1]
    with pytest.raises(ValueError, match=r"threshold=0\.5 if it is a probability, 0\.0 if it is a logit"):
        predict(second, X)


@pytest.mark.parametrize("n", [3, 40])
def test_networks_of_values_are_called_for_each_sample(n):
    network, rows = MLP(2, [3, 2], rng=np.random.default_rng(0)), np.random.default_rng(1).normal(size=(n, 2))
    expected = [int(np.argmax([z.data for z in network(row)])) for row in rows]
    assert predict(network, rows).tolist() == expected
    assert predict(MLP(2, [2], lambda z: z * z), rows).shape == (n,)


@pytest.mark.parametrize("model", [second, Sequential(Linear(2, 1)), MLP(2, [1])])
@pytest.mark.parametrize("n", [0, 1, 50])
def test_inputs_are_predicted_in_batches(model, n):
    rows = np.random.default_rng(0).normal(size=(n, 2))
    sizes = []

    def watched(x):
        sizes.append(len(x))
        return second(x)

    expected = predict(model, rows, 0.1)
    assert expected.shape == (n,)
    assert predict(model, rows, 0.1, batch_size=21).tolist() == expected.tolist()
    predict(watched, rows, 0.1, batch_size=21)
    assert sizes == {0: [0], 1: [1], 50: [21, 21, 8]}[n]


@pytest.mark.parametrize(
    ("inputs", "options", "error", "message"),
    [
        ((X, Y), {}, OperandError, r"of a pair \(inputs, targets\) give the first"),
        ([[1.0], [1.0, 2.0]], {}, ShapeError, "the inputs are no array: samples have different lengths"),
        (3.0, {}, OperandError, "the inputs are an array with one entry per sample, but got"),
        ([["a", "b"]], {}, OperandError, "the inputs are an array with one entry per sample, but got"),
        ([[np.nan, 1.0]], {}, ValueError, "nan or infinite"),
        (X, {"batch_size": 0}, ValueError, "a whole number of samples, from 1, but got batch_size=0"),
    ],
)
def test_what_cannot_be_predicted_is_explained(inputs, options, error, message):
    with pytest.raises(error, match=message):
        predict(identity, inputs, **options)


def test_measures_are_those_of_their_names():
    found = evaluate(second, (X, Y), mse_loss, ["accuracy", "precision", "recall", "f1", "r2", "roc_auc"])
    predicted = np.array([0, 1, 0, 1])
    assert found["loss"] == pytest.approx(np.mean((X[:, 1] - Y) ** 2))
    assert (found["accuracy"], found["precision"], found["recall"]) == (0.75, 1.0, pytest.approx(2 / 3))
    assert found["f1"] == f1(Y, predicted)
    assert (found["r2"], found["roc_auc"]) == (r2(Y, X[:, 1]), roc_auc(Y, X[:, 1]))


def test_of_several_classes_the_mean_over_them_is_taken():
    scores, labels = np.eye(3)[[0, 1, 2, 2]], np.array([0, 1, 1, 2])
    found = evaluate(identity, (scores, labels), cross_entropy, ["f1", "accuracy"])
    assert found["f1"] == f1(labels, [0, 1, 2, 2], "macro")
    assert evaluate(identity, (scores, np.eye(3)[labels]), cross_entropy, ["f1", "accuracy"])["f1"] == found["f1"]


def test_how_many_classes_there_are_is_said_by_the_outputs():
    scores, labels = np.eye(3)[[0, 1, 1, 0]], np.array([0, 1, 0, 0])
    assert evaluate(identity, (scores, labels), cross_entropy, ["recall"])["recall"] == (2 / 3 + 1.0) / 2


def test_a_function_is_a_measure():
    def largest_error(targets, outputs):
        return np.abs(targets - outputs).max()

    assert evaluate(second, (X, Y), mse_loss, [largest_error])["largest_error"] == pytest.approx(0.6)


def test_a_function_that_gives_an_array_is_refused():
    with pytest.raises(ShapeError, match=r"a metric is one number, but <lambda> gave shape \(4,\)"):
        evaluate(identity, (X, Y), cross_entropy, [lambda true, out: true])


def test_batches_do_not_show():
    whole = evaluate(identity, (X, Y), cross_entropy, ["accuracy"])
    assert evaluate(identity, (X, Y), cross_entropy, ["accuracy"], batch_size=3) == pytest.approx(whole)


def test_nothing_is_recorded_and_modes_are_kept():
    class Watched(Module):
        def __init__(self):
            self.layer = Linear(2, 2)

        def forward(self, x):
            assert not self.training
            assert not self.layer.training
            out = self.layer(x)
            assert not out.requires_grad
            return out

    model = Sequential(Watched())
    model.layers[0].layer.eval()
    predict(model, X)
    evaluate(model, (X, Y), cross_entropy)
    assert [module.training for _, module in model.named_modules()] == [True, True, False]
    assert [p.grad for p in model.parameters()] == [None, None]


def test_outputs_that_are_no_numbers_per_sample_are_refused():
    with pytest.raises(ShapeError, match=r"shape \(n,\) or \(n, 1\), but got \(4, 2\)"):
        evaluate(identity, (X, X), mse_loss, ["r2"])
    with pytest.raises(TypeError, match="labels are integers"):
        evaluate(identity, (X, X[:, 0]), lambda out, y: 0.0, ["accuracy"])


def test_targets_that_are_no_classes_are_refused():
    with pytest.raises(ValueError, match=r"class 1 from 0, but targets are \[-1, 1\]"):
        evaluate(second, (X, 2 * Y - 1), mse_loss, ["accuracy"])
    with pytest.raises(ValueError, match=r"one score per sample tells class 1 from 0, but targets are \[0\.1"):
        evaluate(second, (X, X[:, 1]), mse_loss, ["accuracy"])
    with pytest.raises(ValueError, match="one-hot rows"):
        evaluate(identity, (X, np.array([[1, 1], [0, 1], [1, 0], [0, 1]])), mse_loss, ["f1"])


def test_a_loader_and_a_data_set_serve_as_well_as_arrays():
    loader = DataLoader((X, Y), 3, shuffle=True, rng=np.random.default_rng(0), augment=lambda x, rng: x[:, ::-1])
    assert predict(identity, loader).tolist() == predict(identity, X).tolist()
    assert predict(identity, Dataset(X, Y, ["a", "b"], ["no", "yes"])).tolist() == predict(identity, X).tolist()
    plain = DataLoader((X, Y), 3, shuffle=True, rng=np.random.default_rng(0))
    found, usual = (evaluate(identity, data, cross_entropy, ["accuracy"]) for data in (plain, (X, Y)))
    assert found == pytest.approx(usual)


def test_tensors_come_as_arrays():
    assert predict(lambda x: Tensor(x), X).tolist() == [0, 1, 0, 1]


def test_logits_are_cut_at_zero():
    logits = 4.0 * X[:, 1] - 2.5
    data = X, Y.astype(float)
    for loss in (binary_cross_entropy_with_logits, partial(binary_cross_entropy_with_logits, pos_weight=2.0)):
        found = evaluate(lambda x: Tensor(4.0 * x[:, 1] - 2.5), data, loss, ["accuracy"])
        assert found["accuracy"] == np.mean((logits >= 0.0) == Y) == 0.75


def test_a_metric_that_is_no_number_is_explained():
    with pytest.raises(TypeError, match="a metric is one number, but <lambda> gave None"):
        evaluate(second, (X, Y), mse_loss, [lambda y, out: None])
