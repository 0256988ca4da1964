import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import OperandError, ShapeError
from nn.data import DataLoader, Dataset, load_dataset, standardize, stratified_split


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [
        ("iris", (150, 4), 3),
        ("digits", (1797, 64), 10),
        ("wine", (178, 13), 3),
        ("breast_cancer", (569, 30), 2),
        ("diabetes", (442, 10), 0),
    ],
)
def test_data_sets_have_their_shapes_and_names(name, shape, classes):
    pytest.importorskip("sklearn")
    data = load_dataset(name)
    assert data.inputs.shape == shape
    assert data.inputs.dtype == np.float64
    assert set(data.targets) == set(range(classes)) or not classes
    assert data.targets.dtype == (np.int64 if classes else np.float64)
    assert (len(data), len(data.features), len(data.classes)) == (*shape, classes)


def test_a_regression_says_so():
    assert repr(Dataset(np.zeros((2, 1)), np.zeros(2), ["x"], [])) == "Dataset(2 samples, inputs (2, 1), a regression)"


def test_a_data_set_of_lists_has_arrays():
    data = Dataset([[0.0], [1.0], [2.0], [3.0]], [0, 1, 0, 1], ["x"], ["no", "yes"])
    assert repr(data) == "Dataset(4 samples, inputs (4, 1), classes no, yes)"
    assert [len(part) for part in data.split(0.5, np.random.default_rng(0))] == [2, 2]


def test_an_unknown_data_set_lists_the_known():
    with pytest.raises(ValueError, match="choose from iris, wine"):
        load_dataset("irises")


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


def test_data_sets_are_standardized_by_their_inputs():
    train, test = (Dataset(np.array(rows), np.array([0, 1]), ["x"], []) for rows in ([[1.0], [3.0]], [[4.0], [2.0]]))
    first, second = standardize(train, test)
    assert (first.inputs.tolist(), second.inputs.tolist()) == ([[-1.0], [1.0]], [[2.0], [0.0]])
    assert (first.features, first.targets.tolist()) == (["x"], [0, 1])


def test_one_part_alone_comes_as_itself():
    rows = np.array([[1.0], [3.0]])
    assert standardize(rows).tolist() == standardize(rows.tolist()).tolist() == [[-1.0], [1.0]]
    assert standardize(Dataset(rows, np.array([0, 1]), ["x"], [])).inputs.tolist() == [[-1.0], [1.0]]


def test_standardizing_uses_the_statistics_of_the_training_part_only():
    rng = np.random.default_rng(0)
    train, test = rng.normal(5.0, 3.0, (50, 3)), rng.normal(9.0, 1.0, (20, 3))
    train[:, 2] = 4.0
    ours, others = standardize(train, test)
    np.testing.assert_allclose(ours.mean(axis=0), 0.0, atol=1e-14)
    np.testing.assert_allclose(ours.std(axis=0), [1.0, 1.0, 0.0], atol=1e-14)
    np.testing.assert_allclose(others[:, 0], (test[:, 0] - train[:, 0].mean()) / train[:, 0].std())
    np.testing.assert_allclose(others[:, 2], test[:, 2] - 4.0)


def test_a_column_is_constant_also_where_its_mean_is_rounded():
    train, test = np.full((3, 1), 0.1), np.array([[0.6]])
    assert train.std() > 0.0
    ours, others = standardize(train, test)
    assert not ours.any()
    assert others == 0.5


# --- mini-batches ---


def pairs(n):
    return np.arange(float(n)), np.arange(n)


@given(st.integers(1, 50), st.integers(1, 60), st.booleans())
def test_an_epoch_holds_each_sample_once(n, size, shuffle):
    loader = DataLoader(pairs(n), size, shuffle, rng=np.random.default_rng(0))
    parts = list(loader)
    assert len(parts) == len(loader)
    assert all((inputs == targets).all() for inputs, targets in parts)
    assert sorted(np.concatenate([targets for _, targets in parts])) == list(range(n))
    assert {len(targets) for _, targets in parts[:-1]} <= {size}


def test_without_shuffling_the_order_is_kept_and_with_it_every_epoch_has_another():
    assert [targets.tolist() for _, targets in DataLoader(pairs(5), 2)] == [[0, 1], [2, 3], [4]]
    loader = DataLoader(pairs(20), 20, shuffle=True, rng=np.random.default_rng(0))
    first, second = (next(iter(loader))[1].tolist() for _ in range(2))
    assert first != second


def test_a_smaller_last_batch_can_be_dropped():
    loader = DataLoader(pairs(5), 2, drop_last=True)
    assert [len(targets) for _, targets in loader] == [2, 2]
    assert len(loader) == 2


def test_a_loader_tells_itself():
    assert repr(DataLoader(pairs(5), 2)) == "DataLoader(5 samples, 2 a batch)"
    shaken = DataLoader(pairs(5), 2, shuffle=True, augment=lambda x, rng: x)
    assert repr(shaken) == "DataLoader(5 samples, 2 a batch, shuffled, augmented)"


def test_augmentation_gets_the_generator_and_leaves_the_data():
    data = pairs(6)
    loader = DataLoader(data, 6, rng=np.random.default_rng(3), augment=lambda x, rng: x + rng.normal(size=x.shape))
    ((inputs, _),) = loader
    assert (inputs == np.arange(6.0) + np.random.default_rng(3).normal(size=6)).all()
    assert (data[0] == np.arange(6.0)).all()


NAN = np.array([[0.0, 1.0], [2.0, np.nan], [np.inf, 1.0]])


@pytest.mark.parametrize(
    ("data", "options", "error", "message"),
    [
        (np.zeros((4, 2)), {}, OperandError, "a pair .* but got ndarray"),
        ((np.zeros((3, 2)), np.zeros(2)), {}, ShapeError, "3 inputs and 2 targets"),
        ((np.zeros((0, 2)), np.zeros(0)), {}, ShapeError, "0 inputs"),
        (([[1.0], [1.0, 2.0]], [0, 1]), {}, ShapeError, "different lengths"),
        ((["a", "b"], [0, 1]), {}, OperandError, "<U1"),
        ((NAN, np.zeros(3)), {}, ValueError, r"inputs have 2 number\(s\).* first at \[1, 1\]"),
        ((np.zeros((3, 2)), [0.0, 1.0, np.nan]), {}, ValueError, r"targets have 1 .* first at \[2\]"),
        (pairs(4), {"batch_size": 0}, ValueError, "batch_size=0"),
        (pairs(4), {"batch_size": 5, "drop_last": True}, ValueError, "no batch of 5"),
    ],
)
def test_data_that_cannot_be_learnt_from_are_explained(data, options, error, message):
    with pytest.raises(error, match=message):
        DataLoader(data, **options)


# --- parts ---


def test_a_regression_is_split_without_regard_to_its_targets():
    pytest.importorskip("sklearn")
    data = load_dataset("diabetes")
    train, test = data.split(0.25, np.random.default_rng(0))
    assert (len(train.targets), len(test.targets)) == (332, 110)
    assert sorted([*train.targets, *test.targets]) == sorted(data.targets)
    assert train.features == data.features
