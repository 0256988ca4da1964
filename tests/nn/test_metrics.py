import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import OperandError, ShapeError
from nn import accuracy, confusion_matrix

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30)


@given(pairs)
def test_both_equal_those_of_scikit_learn(labels):
    metrics = pytest.importorskip("sklearn.metrics")
    true, predicted = zip(*labels, strict=True)
    expected = metrics.confusion_matrix(true, predicted, labels=range(5))
    assert confusion_matrix(true, predicted, 5).tolist() == expected.tolist()
    assert accuracy(true, predicted) == metrics.accuracy_score(true, predicted)


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
        ([0.5], [1], OperandError, "labels are integers"),
    ],
)
def test_labels_that_do_not_fit_are_explained(true, predicted, error, message):
    for measure in (accuracy, confusion_matrix):
        with pytest.raises(error, match=message):
            measure(true, predicted)


@pytest.mark.parametrize("labels", [[0, 3], [0, -1]])
def test_a_label_beyond_the_classes_is_refused(labels):
    with pytest.raises(ShapeError, match="from 0 to n_classes - 1 = 2"):
        confusion_matrix([0, 1], np.array(labels), 3)
