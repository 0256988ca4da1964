import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograd import OperandError, ShapeError, Tensor
from nn.metrics import (
    accuracy,
    best_threshold,
    confusion_matrix,
    f1,
    false_positive_rate,
    precision,
    r2,
    recall,
    roc_auc,
    roc_curve,
)

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)
binary = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=30)
scored = st.lists(
    st.tuples(st.integers(0, 1), st.sampled_from([-2.0, 0.0, 0.1, 0.5, 1.0]) | st.floats(-3.0, 3.0)), min_size=2
).filter(lambda pairs: len({label for label, _ in pairs}) == 2)


def of_scikit_learn(name, *args, **options):
    return getattr(pytest.importorskip("sklearn.metrics"), name)(*args, **options)


# --- predicted classes ---


@settings(max_examples=20)
@given(pairs)
def test_matrix_and_accuracy_equal_those_of_scikit_learn(labels):
    true, predicted = zip(*labels, strict=True)
    expected = of_scikit_learn("confusion_matrix", true, predicted, labels=range(5))
    assert confusion_matrix(true, predicted, 5).tolist() == expected.tolist()
    assert accuracy(true, predicted) == of_scikit_learn("accuracy_score", true, predicted)


@pytest.mark.parametrize("measure", [precision, recall, f1])
@pytest.mark.parametrize("average", ["macro", "weighted", "micro"])
@settings(max_examples=10)  # scikit-learn takes 10 ms for each
@given(labels=pairs)
def test_averages_over_classes_equal_those_of_scikit_learn(measure, average, labels):
    true, predicted = zip(*labels, strict=True)
    name = measure.__name__ + "_score"
    expected = of_scikit_learn(name, true, predicted, average=average, zero_division=0.0)
    assert measure(true, predicted, average) == pytest.approx(expected, rel=1e-14)
    classes = range(max(true + predicted) + 1)
    each = of_scikit_learn(name, true, predicted, labels=classes, average=None, zero_division=0.0)
    np.testing.assert_allclose(measure(true, predicted, None), each, rtol=1e-14)


@settings(max_examples=20)
@given(binary)
def test_measures_of_two_classes_equal_those_of_scikit_learn(labels):
    true, predicted = zip(*labels, strict=True)
    for measure in (precision, recall, f1):
        expected = of_scikit_learn(measure.__name__ + "_score", true, predicted, zero_division=0.0)
        assert measure(true, predicted) == pytest.approx(expected, rel=1e-14)
    # The rate of false positives is the recall of class 0, missed.
    expected = of_scikit_learn("recall_score", true, predicted, pos_label=0, zero_division=1.0)
    assert false_positive_rate(true, predicted) == pytest.approx(1.0 - expected, abs=1e-14)


@given(pairs)
def test_true_classes_go_down_and_predicted_ones_across(labels):
    true, predicted = zip(*labels, strict=True)
    matrix = confusion_matrix(true, predicted, 5)
    assert matrix.sum(axis=1).tolist() == [true.count(k) for k in range(5)]
    assert matrix.sum(axis=0).tolist() == [predicted.count(k) for k in range(5)]


@pytest.mark.parametrize(
    ("true", "predicted", "error", "message"),
    [
        ([0, 1], [0], ShapeError, r"\(2,\) and \(1,\)"),
        ([0, 1], [[0.1, 0.9], [0.5, 0.5]], ShapeError, "argmax"),
        ([], [], ShapeError, r"\(0,\)"),
        ([0, 1], [[0], [1]], ShapeError, r"of a column take \.ravel\(\)"),
        ([0.5], [1], OperandError, r"labels are integers, .*; use \.astype\(int\)"),
        ([1], Tensor([1.0]), OperandError, "not Tensors; nn.predict"),
    ],
)
def test_labels_that_do_not_fit_are_explained(true, predicted, error, message):
    for measure in (accuracy, confusion_matrix, precision, recall, f1, false_positive_rate):
        with pytest.raises(error, match=message):
            measure(true, predicted)


@pytest.mark.parametrize("labels", [[0, 3], [0, -1]])
def test_a_label_beyond_the_classes_is_refused(labels):
    with pytest.raises(ShapeError, match="from 0 to n_classes - 1 = 2"):
        confusion_matrix([0, 1], np.array(labels), 3)


def test_several_classes_need_an_average():
    with pytest.raises(ValueError, match="3 classes; say average='macro'"):
        f1([0, 1, 2], [0, 1, 2])
    with pytest.raises(ValueError, match="takes one of 'binary', 'macro'"):
        f1([0, 1], [0, 1], "mean")


# --- scores ---


@given(scored)
def test_the_curve_and_its_area_equal_those_of_scikit_learn(pairs):
    true, scores = zip(*pairs, strict=True)
    expected = of_scikit_learn("roc_curve", true, scores, drop_intermediate=False)
    for ours, theirs in zip(roc_curve(true, scores), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-14)
    assert roc_auc(true, scores) == pytest.approx(of_scikit_learn("roc_auc_score", true, scores), rel=1e-13, abs=1e-15)


@pytest.mark.parametrize("measure", ["youden", "f1", "accuracy"])
@given(pairs=scored)
def test_no_threshold_is_better_than_the_best(measure, pairs):
    true, scores = (np.array(column) for column in zip(*pairs, strict=True))

    def quality(threshold):
        predicted = (scores >= threshold).astype(int)
        if measure == "youden":
            return recall(true, predicted) - false_positive_rate(true, predicted)
        return {"f1": f1, "accuracy": accuracy}[measure](true, predicted)

    best = best_threshold(true, scores, measure)
    assert quality(best) == pytest.approx(max(quality(t) for t in [np.inf, *scores]), abs=1e-14)


def test_a_dear_miss_lowers_the_threshold():
    true, scores = [0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4, 0.9]
    assert best_threshold(true, scores, lambda tp, fp, tn, fn: -(fp + 0.1 * fn)) == 0.9
    assert best_threshold(true, scores, lambda tp, fp, tn, fn: -(fp + 10 * fn)) == 0.3


def test_a_measure_that_is_nan_is_not_the_best():
    assert best_threshold([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], lambda tp, fp, tn, fn: tp / (tp + fp)) == 0.8


@pytest.mark.parametrize("measure", [roc_curve, roc_auc, best_threshold])
@pytest.mark.parametrize(
    ("true", "scores", "message"),
    [([1, 1], [0.1, 0.2], "both of them"), ([0, 2], [0.1, 0.2], r"\[0, 2\]"), ([0, 1], [0.1, np.nan], "1 of 2")],
)
def test_what_has_no_curve_is_explained(measure, true, scores, message):
    with pytest.raises(ValueError, match=message):
        measure(true, scores)


@pytest.mark.parametrize("dtype", [np.uint8, bool, np.float32])
def test_scores_of_any_numbers_are_ranked(dtype):
    assert roc_auc([0, 1, 1], np.array([0, 1, 1], dtype)) == 1.0
    assert roc_auc([1, 0, 0], np.array([0, 1, 1], dtype)) == 0.0


def test_infinite_scores_tie():
    assert roc_auc([0, 1, 1], [-np.inf, -np.inf, np.inf]) == 0.75


def test_scores_are_numbers():
    with pytest.raises(OperandError, match="scores are real numbers"):
        roc_auc([0, 1], ["low", "high"])


def test_an_unknown_measure_lists_the_known():
    with pytest.raises(ValueError, match="'youden', 'f1', 'accuracy' or a function, but got 'auc'"):
        best_threshold([0, 1], [0.1, 0.2], "auc")


# --- numbers ---


@given(st.lists(st.tuples(st.floats(-10.0, 10.0), st.floats(-10.0, 10.0)), min_size=2, max_size=20))
def test_r2_equals_that_of_scikit_learn(pairs):
    true, predicted = zip(*pairs, strict=True)
    assume(
        max(true) - min(true) > 1e-100 or true == predicted
    )  # where scikit-learn divides by a rounding error, or by 0
    assert r2(true, predicted) == pytest.approx(of_scikit_learn("r2_score", true, predicted), rel=1e-12, abs=1e-12)


def test_r2_of_targets_whose_squares_underflow():
    assert r2([0.0, 1e-221], [0.0, 0.0]) == -1.0
    assert r2([0.0, 1e-221], [0.0, 1.0]) == -np.inf


def test_r2_of_equal_targets_tells_whether_they_were_met():
    assert np.mean([0.1] * 3) != 0.1
    assert r2([0.1] * 3, [0.1] * 3) == 1.0
    assert r2([0.1] * 3, [0.1, 0.1, 0.2]) == 0.0


@pytest.mark.parametrize("scale", [1e-300, 1e200, 1e308])
def test_r2_does_not_overflow(scale):
    assert r2(scale * np.array([0.25, 0.5, 0.75]), scale * np.array([0.25, 0.5, 1.0])) == pytest.approx(0.5, rel=1e-14)


def test_labels_that_are_no_class_numbers_are_told():
    with pytest.raises(ShapeError, match=r"there would be 1099511627777 classes; np\.unique"):
        confusion_matrix([0, 2**40], [0, 1])
