import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import ShapeError
from nn.data import batches, load, standardize, stratified_split


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [("iris", (150, 4), 3), ("digits", (1797, 64), 10), ("wine", (178, 13), 3), ("breast_cancer", (569, 30), 2)],
)
def test_data_sets_have_their_shapes_and_names(name, shape, classes):
    pytest.importorskip("sklearn")
    data = load(name)
    assert data.inputs.shape == shape
    assert data.inputs.dtype == np.float64
    assert set(data.labels) == set(range(classes))
    assert (len(data.features), len(data.classes)) == (shape[1], classes)


def test_an_unknown_data_set_lists_the_known():
    with pytest.raises(ValueError, match="choose from iris, digits"):
        load("irises")


@given(st.lists(st.integers(0, 3), min_size=8, max_size=60), st.floats(0.2, 0.8), st.integers(0, 9))
def test_a_split_takes_each_sample_once_and_the_same_share_of_each_class(labels, share, seed):
    labels = np.array(labels)
    train, test = stratified_split(labels, share, np.random.default_rng(seed))
    assert sorted([*train, *test]) == list(range(len(labels)))
    for each in set(labels):
        assert abs(np.sum(labels[test] == each) - share * np.sum(labels == each)) <= 0.5 + 1e-9


def test_the_generator_decides_the_split():
    labels = np.arange(100) % 2
    splits = [stratified_split(labels, 0.3, np.random.default_rng(seed))[1].tolist() for seed in (1, 1, 2)]
    assert splits[0] == splits[1] != splits[2]


@pytest.mark.parametrize("share", [0.0, 1.0, -0.5, float("nan"), 0.001])
def test_a_split_with_an_empty_part_is_refused(share):
    with pytest.raises(ValueError, match="part"):
        stratified_split([0, 1, 0, 1], share, np.random.default_rng(0))


def test_standardizing_uses_the_statistics_of_the_training_part_only():
    rng = np.random.default_rng(0)
    train, test = rng.normal(5.0, 3.0, (50, 3)), rng.normal(9.0, 1.0, (20, 3))
    train[:, 2] = 4.0
    ours, others = standardize(train, test)
    np.testing.assert_allclose(ours.mean(axis=0), 0.0, atol=1e-14)
    np.testing.assert_allclose(ours.std(axis=0), [1.0, 1.0, 0.0], atol=1e-14)
    np.testing.assert_allclose(others[:, 0], (test[:, 0] - train[:, 0].mean()) / train[:, 0].std())
    np.testing.assert_allclose(others[:, 2], test[:, 2] - 4.0)


@given(st.integers(1, 50), st.integers(1, 60))
def test_batches_hold_each_sample_once(n, size):
    parts = list(batches(n, size, np.random.default_rng(0)))
    assert sorted(np.concatenate(parts)) == list(range(n))
    assert {len(part) for part in parts[:-1]} <= {size}


@pytest.mark.parametrize(("n", "size"), [(0, 4), (4, 0), (4, -1)])
def test_no_samples_or_no_size_is_refused(n, size):
    with pytest.raises(ShapeError, match="samples and a positive size"):
        batches(n, size, np.random.default_rng(0))
