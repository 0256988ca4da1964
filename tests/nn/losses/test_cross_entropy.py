import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import OperandError, ShapeError, SubscriptError, Tensor, Value, trace, value_and_grad
from autograd.testing import check_grads
from nn import cross_entropy

logits_and_labels = st.integers(1, 5).flatmap(
    lambda classes: st.lists(
        st.tuples(
            st.lists(st.floats(-50.0, 50.0), min_size=classes, max_size=classes), st.integers(0, classes - 1)
        ),
        min_size=1, max_size=4,
    )
)  # fmt: skip


def values(rows):
    return [[Value(z) for z in row] for row in rows]


def grads(rows):
    return np.array([[z.grad for z in row] for row in rows])


def one_hot(labels, classes):
    return np.eye(classes)[labels]


@given(logits_and_labels)
def test_values_and_tensors_agree(batch):
    rows, labels = [list(part) for part in zip(*batch, strict=True)]
    scalars, tensor, hot = values(rows), Tensor(rows), Tensor(rows)
    losses = [
        cross_entropy(scalars, labels),
        cross_entropy(tensor, labels),
        cross_entropy(hot, one_hot(labels, len(rows[0]))),
    ]
    for loss in losses:
        loss.backward()
    assert [loss.item() for loss in losses] == pytest.approx([losses[0].item()] * 3, rel=1e-12, abs=1e-14)
    np.testing.assert_allclose(grads(scalars), tensor.grad, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(hot.grad, tensor.grad, rtol=1e-12, atol=1e-15)


@given(logits_and_labels)
def test_the_gradient_is_softmax_minus_one_hot_over_the_batch(batch):
    rows, labels = [list(part) for part in zip(*batch, strict=True)]
    logits = Tensor(rows)
    cross_entropy(logits, labels).backward()
    shares = np.exp(logits.data - logits.data.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(logits.grad, (shares - one_hot(labels, len(rows[0]))) / len(rows), atol=1e-15)


def test_loss_and_gradients_equal_those_of_pytorch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal((16, 5)) * 5.0, rng.integers(0, 5, 16)
    soft = rng.dirichlet(np.ones(5), 16)
    for target, other in ((labels, torch.tensor(labels)), (soft, torch.tensor(soft))):
        ours, theirs = Tensor(x), torch.tensor(x, requires_grad=True)
        loss, expected = cross_entropy(ours, target), torch.nn.functional.cross_entropy(theirs, other)
        loss.backward()
        expected.backward()
        assert loss.item() == pytest.approx(expected.item(), rel=1e-12)
        np.testing.assert_allclose(ours.grad, theirs.grad.numpy(), rtol=1e-12, atol=1e-16)


@pytest.mark.parametrize("kind", [lambda z: [Value(x) for x in z], Tensor])
@pytest.mark.parametrize(
    ("logits", "label", "expected"),
    [
        ([1e4, 0.0, 0.0], 0, 0.0),
        ([1e4, 0.0, 0.0], 1, 1e4),
        ([-1e4, -1e4], 0, math.log(2.0)),
        ([1e308, -1e308], 0, 0.0),
        ([-math.inf, 0.0], 1, 0.0),
        ([7.0], 0, 0.0),
    ],
)
def test_one_sample_with_large_logits_is_stable(kind, logits, label, expected):
    logits = kind(logits)
    loss = cross_entropy(logits, label)
    loss.backward()
    assert loss.item() == pytest.approx(expected, rel=1e-15)
    gradient = [z.grad for z in logits] if isinstance(logits, list) else logits.grad
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("kind", [lambda z: [Value(x) for x in z], Tensor])
def test_a_class_of_probability_zero_and_infinite_cost_counts_nothing(kind):
    assert cross_entropy(kind([0.0, -math.inf, 0.0]), [0.5, 0.0, 0.5]).item() == pytest.approx(math.log(2.0))


def test_values_stay_values():
    loss = cross_entropy(values([[1.0, 2.0], [3.0, 4.0]]), [0, 1])
    assert isinstance(loss, Value)
    assert {op.name for op in _operations(loss)} <= {"sub", "exp", "add", "log", "div"}


def _operations(root):
    pending, found = [root], set()
    while pending:
        node = pending.pop()
        if isinstance(node, Value) and node.op is not None:
            found.add(node.op)
            pending += node.args
    return found


def test_targets_of_soft_labels_may_have_a_gradient():
    target = Tensor([[0.25, 0.75]])
    cross_entropy(Tensor([[0.0, 0.0]]), target).backward()
    np.testing.assert_allclose(target.grad, [[math.log(2.0)] * 2])


OPTIONS = [
    {"reduction": "sum"},
    {"reduction": "none"},
    {"weight": [0.5, 2.0, 1.0]},
    {"weight": [0.5, 2.0, 1.0], "reduction": "sum"},
    {"weight": [0.0, 0.0, 1.0]},
    {"label_smoothing": 0.2},
    {"label_smoothing": 0.1, "weight": [0.5, 2.0, 1.0]},
    {"label_smoothing": 0.1, "weight": [0.5, 2.0, 0.0], "reduction": "none"},
]


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("single", [False, True])
def test_options_equal_those_of_pytorch_for_tensors_and_values(options, soft, single):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    x, labels = 3.0 * rng.normal(size=(4, 3)), rng.dirichlet(np.ones(3), 4) if soft else rng.integers(0, 3, 4)
    if single:
        x, labels = x[1], labels[1]
    ours, theirs = Tensor(x), torch.tensor(x, requires_grad=True)
    scalars = [Value(z) for z in x] if single else values(x)
    other = {key: torch.tensor(v) if key == "weight" else v for key, v in options.items()}
    if "weight" in options:
        other["weight"] = other["weight"].double()
    loss, expected = (
        cross_entropy(ours, labels, **options),
        torch.nn.functional.cross_entropy(theirs, torch.tensor(labels), **other),
    )
    np.testing.assert_allclose(loss.data, expected.detach(), rtol=1e-12)
    small = cross_entropy(scalars, labels, **options)
    small = sum(z * z for z in small) if isinstance(small, list) else small * small
    assert small.item() == pytest.approx((expected * expected).sum().item(), rel=1e-12)
    for square in ((loss * loss).sum(), (expected * expected).sum(), small):
        square.backward()
    np.testing.assert_allclose(ours.grad, theirs.grad, rtol=1e-11, atol=1e-14)
    np.testing.assert_allclose(
        grads([scalars] if single else scalars).reshape(x.shape), ours.grad, rtol=1e-11, atol=1e-14
    )


@pytest.mark.parametrize("options", [{}, OPTIONS[-1]])
def test_derivatives(options):
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(2, 3)), rng.integers(0, 3, 2)
    check_grads(lambda z: cross_entropy(z, labels, **options), (x,))


def test_float32_stays_float32_with_soft_labels():
    logits = Tensor(np.zeros((2, 3), np.float32))
    assert cross_entropy(logits, [0, 1], weight=[1.0, 2.0, 3.0], label_smoothing=0.1).dtype == np.float32
    assert cross_entropy(logits, one_hot([0, 1], 3)).dtype == np.float32


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"weight": [1.0, 2.0]}, "weight= takes 3 numbers"),
        ({"weight": [1.0, 2.0, -1.0]}, "weight= takes 3 numbers that are not negative"),
        ({"label_smoothing": 1.5}, "label_smoothing= takes a share from 0 to 1"),
        ({"label_smoothing": -0.5}, "label_smoothing="),
        ({"reduction": "average"}, "reduction="),
    ],
)
def test_options_out_of_their_range_are_explained(options, message):
    with pytest.raises(ValueError, match=message):
        cross_entropy(Tensor(np.zeros((2, 3))), [0, 1], **options)


def test_plain_numbers_give_a_plain_number():
    assert cross_entropy([[0.0, 0.0]], [1]) == pytest.approx(math.log(2.0))
    assert cross_entropy(np.zeros((3, 4)), np.zeros(3, int)) == pytest.approx(math.log(4.0))


@pytest.mark.parametrize("kind", [values, Tensor])
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ([0, 2], SubscriptError, "labels go from 0 to 1"),
        ([-1, 0], SubscriptError, "labels go from 0 to 1"),
        ([0], ShapeError, r"labels of shape \(1,\) for logits of shape \(2, 2\)"),
        ([[0], [1]], ShapeError, r"labels of shape \(2, 1\)"),
        (1, ShapeError, r"labels of shape \(\)"),
        ([0.0, 1.0], OperandError, "integers as labels, but got float64"),
        (["a", "b"], OperandError, "integers as labels"),
        ([["a", "b"], ["c", "d"]], OperandError, "integers as labels"),
        (None, OperandError, "but got None"),
        ([True, False], OperandError, "integers as labels, but got bool"),
        ([[1.0, 1.0], [0.0, 1.0]], ValueError, "sum to 1"),
        ([[2.0, -1.0], [0.0, 1.0]], ValueError, "negative"),
        ([[math.nan, 1.0], [0.0, 1.0]], ValueError, "sum to 1"),
    ],
)
def test_labels_that_do_not_fit_are_explained(kind, labels, error, message):
    with pytest.raises(error, match=message):
        cross_entropy(kind([[1.0, 2.0], [3.0, 4.0]]), labels)


@pytest.mark.parametrize("logits", [Value(1.0), Tensor(np.zeros((2, 2, 2))), [], Tensor(np.zeros((0, 3)))])
def test_logits_of_another_shape_are_refused(logits):
    with pytest.raises(ShapeError, match=r"\(batch, classes\)"):
        cross_entropy(logits, 0)


@pytest.mark.parametrize("label", [1, np.array([0.2, 0.3, 0.5])])
def test_a_traced_loss_of_values(label):
    def loss(a, b, c):
        return cross_entropy([a, b, c], label)

    program = trace(value_and_grad(loss, (0, 1, 2)), 0.1, 0.5, -0.3)
    for logits in ([1.0, 2.0, 3.0], [1000.0, 0.0, -5.0]):
        value, slopes = program(*logits)
        want, want_slopes = value_and_grad(loss, (0, 1, 2))(*logits)
        assert value == want
        assert slopes == pytest.approx(want_slopes, rel=1e-14)


def test_traced_losses_of_tensors():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(size=(5, 3)), rng.integers(0, 3, 5)
    shares = np.eye(3)[labels] * 0.9 + 0.1 / 3.0
    for loss, where in [
        (lambda z: cross_entropy(z, labels), (logits,)),
        (lambda z, q: cross_entropy(z, q), (logits, shares)),
    ]:
        program = trace(value_and_grad(loss), *where)
        value, slope = program(3.0 * logits, *where[1:])
        want, want_slope = value_and_grad(loss)(3.0 * logits, *where[1:])
        assert value == want
        assert np.array_equal(slope, want_slope)


def test_traced_labels():
    rng = np.random.default_rng(0)
    logits, shares = rng.normal(size=(5, 3)), rng.dirichlet(np.ones(3), 5)
    program = trace(cross_entropy, Tensor(logits), Tensor(shares[::-1]))
    assert float(program(logits, shares)) == pytest.approx(float(cross_entropy(logits, shares)), rel=1e-14)
