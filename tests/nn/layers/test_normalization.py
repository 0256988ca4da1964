import copy
import inspect

import numpy as np
import pytest

from autograd import ShapeError, Tensor, TraceError, no_grad, trace
from autograd.testing import check_grads
from nn import BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm2d, LayerNorm, Linear, Sequential
from tests.nn.layers.peer import assert_close, assert_equals_pytorch

NORMS = [
    (BatchNorm1d(3), lambda t: t.BatchNorm1d(3), (4, 3)),
    (BatchNorm1d(3, eps=0.1, momentum=0.3), lambda t: t.BatchNorm1d(3, eps=0.1, momentum=0.3), (4, 3, 5)),
    (BatchNorm1d(3, momentum=None, affine=False), lambda t: t.BatchNorm1d(3, momentum=None, affine=False), (4, 3)),
    (BatchNorm2d(3), lambda t: t.BatchNorm2d(3), (4, 3, 2, 2)),
    (
        BatchNorm2d(3, track_running_stats=False),
        lambda t: t.BatchNorm2d(3, track_running_stats=False), (4, 3, 2, 2),
    ),
    (InstanceNorm2d(3), lambda t: t.InstanceNorm2d(3), (4, 3, 2, 3)),
    (
        InstanceNorm2d(3, affine=True, track_running_stats=True),
        lambda t: t.InstanceNorm2d(3, affine=True, track_running_stats=True), (4, 3, 2, 3),
    ),
    (GroupNorm(2, 6), lambda t: t.GroupNorm(2, 6), (4, 6, 2, 3)),
    (GroupNorm(3, 6, eps=0.01, affine=False), lambda t: t.GroupNorm(3, 6, eps=0.01, affine=False), (4, 6)),
    (LayerNorm(5), lambda t: t.LayerNorm(5), (4, 3, 5)),
    (LayerNorm([3, 5], eps=0.01, bias=False), lambda t: t.LayerNorm([3, 5], eps=0.01, bias=False), (4, 3, 5)),
    (LayerNorm(5, elementwise_affine=False), lambda t: t.LayerNorm(5, elementwise_affine=False), (4, 5)),
]  # fmt: skip


@pytest.mark.parametrize(("ours", "theirs", "shape"), NORMS, ids=lambda x: "" if inspect.isfunction(x) else repr(x))
def test_it_equals_that_of_pytorch_in_training_and_in_use(ours, theirs, shape):
    trained, peer = assert_equals_pytorch(ours, theirs, *shape, lr=1.0)
    torch = pytest.importorskip("torch")
    x = np.random.default_rng(1).normal(2.0, 3.0, shape)
    assert_close(trained.eval()(Tensor(x)).data, peer.eval()(torch.tensor(x)))
    assert_equals_pytorch(trained, lambda t: peer, *shape, steps=2)


SMALL = [
    (BatchNorm1d(2), (3, 2)), (BatchNorm1d(1, eps=0.5), (2, 1, 2)), (BatchNorm2d(1), (2, 1, 2, 1)),
    (InstanceNorm2d(1, affine=True, track_running_stats=True), (2, 1, 3, 1)), (GroupNorm(1, 2), (1, 2, 3)),
    (GroupNorm(2, 4, eps=0.1), (1, 4)), (LayerNorm(3), (2, 3)), (LayerNorm([3, 1], elementwise_affine=False), (3, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("norm", "shape"), SMALL, ids=str)
def test_gradients(norm, shape):
    norm, x = copy.deepcopy(norm), np.random.default_rng(0).normal(size=shape)
    check_grads(norm, (x,), order=1)
    check_grads(norm.eval(), (x,), order=1)


def test_gradients_by_gamma_and_beta():
    norm, x = BatchNorm2d(2), np.random.default_rng(0).normal(size=(2, 2, 2, 1))

    def run(weight, bias):
        norm.weight, norm.bias = weight, bias
        return norm(x)

    check_grads(run, (np.array([0.5, 2.0]), np.array([1.0, -1.0])))


def test_running_statistics_move_by_momentum_with_the_unbiased_variance():
    norm, x = BatchNorm1d(1, momentum=0.25), np.array([[1.0], [3.0], [8.0]])
    norm(x)
    assert norm.running_mean.tolist() == [1.0]
    assert norm.running_var.tolist() == [0.75 + 0.25 * np.var(x, ddof=1)]
    assert norm.num_batches_tracked == 1
    before = norm.running_mean
    with no_grad():
        norm(x)
    assert before.tolist() == [1.0]
    assert norm.running_mean.tolist() == [1.75]


def test_in_use_nothing_moves_and_one_sample_is_enough():
    norm = BatchNorm1d(2).eval()
    np.testing.assert_allclose(norm(np.array([[3.0, 4.0]])).data, [[3.0, 4.0]], rtol=1e-5)
    assert (norm.running_mean.tolist(), norm.num_batches_tracked) == ([0.0, 0.0], 0)


def test_statistics_are_part_of_the_state_but_no_parameters():
    model = Sequential(Linear(2, 3), BatchNorm1d(3))
    model(np.random.default_rng(0).normal(size=(5, 2)))
    assert [path for path, _ in model.named_parameters()][2:] == ["layers.1.weight", "layers.1.bias"]
    state = model.state_dict()
    assert list(state)[4:] == [f"layers.1.{name}" for name in ("running_mean", "running_var", "num_batches_tracked")]
    other = Sequential(Linear(2, 3), BatchNorm1d(3))
    other.load_state_dict(state)
    np.testing.assert_array_equal(other[1].running_var, model[1].running_var)
    assert other[1].num_batches_tracked == 1
    assert list(BatchNorm1d(3, track_running_stats=False).state_dict()) == ["weight", "bias"]


def test_float32_stays_float32():
    x = Tensor(np.random.default_rng(0).normal(size=(3, 4, 2, 2)).astype(np.float32))
    for norm in (BatchNorm2d, InstanceNorm2d, lambda n, **given: GroupNorm(2, n, **given)):
        layer = norm(4, dtype=np.float32)
        y = layer(x)
        y.sum().backward()
        assert {y.dtype, x.grad.dtype, *(array.dtype for array in layer.state_dict().values() if array.ndim)} == {
            np.dtype(np.float32)
        }


def test_a_program_cannot_track_statistics():
    norm, x = BatchNorm1d(2), Tensor(np.random.default_rng(0).normal(size=(3, 2)))
    with pytest.raises(TraceError):
        trace(norm, x)
    norm.eval()
    np.testing.assert_array_equal(trace(norm, x.numpy())(x.numpy()).data, norm(x).data)


def test_an_empty_batch_stays_empty_where_samples_are_on_their_own():
    for norm in (GroupNorm(2, 4), LayerNorm([4, 2, 3]), BatchNorm2d(4).eval()):
        assert norm(np.ones((0, 4, 2, 3))).shape == (0, 4, 2, 3)


def test_repr_shows_what_is_not_usual():
    assert repr(BatchNorm2d(3)) == "BatchNorm2d(3)  # 6 parameters"
    assert repr(InstanceNorm2d(3, eps=0.1, momentum=None)) == "InstanceNorm2d(3, eps=0.1, momentum=None)"
    assert repr(GroupNorm(2, 4, eps=0.1)) == "GroupNorm(2, 4, eps=0.1)  # 8 parameters"
    assert repr(LayerNorm([2, 3], eps=0.1)) == "LayerNorm((2, 3), eps=0.1)  # 12 parameters"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: BatchNorm1d(0), "positive whole numbers"),
        (lambda: BatchNorm1d(3)(np.ones((4, 2))), r"BatchNorm1d\(3\) takes .* with 3 channels, but got shape \(4, 2\)"),
        (lambda: BatchNorm1d(3)(np.ones(3)), r"got shape \(3,\)"),
        (lambda: BatchNorm1d(3)(np.ones((4, 3, 2, 2))), r"\(batch, channels, length\)"),
        (lambda: BatchNorm2d(3)(np.ones((4, 3))), r"takes \(batch, channels, height, width\)"),
        (lambda: BatchNorm1d(3)(np.ones((1, 3))), "more than one number per mean in training"),
        (lambda: BatchNorm1d(3)(np.ones((0, 3))), "more than one number per mean in training"),
        (lambda: InstanceNorm2d(3)(np.ones((4, 3, 1, 1))), "more than one number"),
        (lambda: GroupNorm(3, 4), "4 channels do not make 3 groups"),
        (lambda: GroupNorm(2, 4)(np.ones((2, 3))), r"GroupNorm\(2, 4\) takes \(batch, 4, ...\)"),
        (lambda: LayerNorm(3)(np.ones((2, 4))), r"takes \(..., 3\), but got shape \(2, 4\)"),
        (lambda: LayerNorm([])(np.ones((2, 4))), "takes"),
        (lambda: LayerNorm([2, 0]), "positive whole numbers"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ShapeError, match=message):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: BatchNorm1d(3, eps=-1e-5),
        lambda: BatchNorm2d(3, momentum=1.5),
        lambda: InstanceNorm2d(3, momentum="0.1"),
        lambda: GroupNorm(1, 3, eps=np.nan),
        lambda: LayerNorm(3, eps=None),
    ],
)
def test_settings_out_of_their_range_are_refused(call):
    with pytest.raises(ValueError, match=r"(eps|momentum)= takes a number"):
        call()
