"""Tensor: operators, methods, shapes, indexing, numpy's protocols, copies, errors."""

import copy
import operator
import pickle
import warnings

import numpy as np
import pytest

import autograd
from autograd import OperandError, ShapeError, SubscriptError, Tensor, Value

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
DATA = np.arange(1.0, 7.0).reshape(2, 3)


def pulled(f, data, seed_of=None):
    """∂(Σ seed∘f)/∂data by central differences, and by the engine."""
    x = Tensor(data)
    out = f(x)
    rng = np.random.default_rng(0)
    seed = rng.normal(size=out.shape)
    out.backward(seed)
    want = np.zeros_like(data)
    for i in np.ndindex(data.shape):
        step = np.zeros_like(data)
        step[i] = 1e-6
        want[i] = np.sum(seed * (f(Tensor(data + step)).data - f(Tensor(data - step)).data)) / 2e-6
    return x.grad, want


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("other", [2, 2.0, True, np.float64(2.0), np.array([1, 2, 3]), np.array(2.0), [1.0, 2.0, 3.0]])
def test_numbers_and_arrays_on_both_sides(op, other):
    x = Tensor(DATA)
    raw = np.asarray(other, float)
    for result, want in ((op(x, other), op(DATA, raw)), (op(other, x), op(raw, DATA))):
        assert type(result) is Tensor
        np.testing.assert_array_equal(result.data, want)


@pytest.mark.parametrize("other", ["2", None, {}, 1j, np.array([1j]), np.array(["a"]), object()])
@pytest.mark.parametrize("op", [*OPERATORS, operator.matmul])
def test_operands_that_are_not_numbers(op, other):
    for left, right in ((Tensor(DATA), other), (other, Tensor(DATA))):
        with pytest.raises(TypeError):
            op(left, right)


def test_comparisons_give_plain_masks():
    x = Tensor([1.0, 2.0, 3.0])
    for mask in (x > 1.5, x >= 2, np.array([1.5, 1.5, 1.5]) < x, x != 1.0):
        assert type(mask) is np.ndarray
        assert mask.tolist() == [False, True, True]
    assert (x == x.detach()).all()
    assert x != None  # noqa: E711
    assert hash(x) != hash(x.detach())


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.T,
        lambda x: x.reshape(3, 2),
        lambda x: x.reshape((-1,)),
        lambda x: x.reshape(-1),
        lambda x: x.flatten(),
        lambda x: x.transpose(1, 0),
        lambda x: x.transpose((-1, 0)),
        lambda x: x.swapaxes(0, 1),
        lambda x: x.expand_dims(1),
        lambda x: x.expand_dims(1).squeeze(),
        lambda x: x.expand_dims(0).squeeze(0),
        lambda x: x.broadcast_to((4, 2, 3)),
        lambda x: x.sum(),
        lambda x: x.sum(0),
        lambda x: x.sum(axis=(0, -1)),
        lambda x: x.sum(axis=-1, keepdims=True),
        lambda x: x.mean(axis=0),
        lambda x: x.var(axis=1, ddof=1),
        lambda x: x.max(),
        lambda x: x.max(axis=1),
        lambda x: x.min(axis=(0, 1), keepdims=True),
        lambda x: x[1],
        lambda x: x[-1, ::-1],
        lambda x: x[:, None, 1:],
        lambda x: x[..., 0],
        lambda x: x[x > 2.5],
        lambda x: x[1:, np.array([True, False, True])],
        lambda x: x[[0, 0, 1]],
        lambda x: x[np.array([0, 1, 1]), np.array([2, 0, 0])],
        lambda x: x @ x.T,
        lambda x: x @ np.array([1.0, 2.0, 3.0]),
        lambda x: np.array([1.0, 2.0]) @ x,
        lambda x: x[0] @ x[1],
        lambda x: np.ones((4, 5, 2)) @ x,
        lambda x: x @ np.arange(24.0).reshape(4, 3, 2),
        lambda x: x[0] @ np.arange(24.0).reshape(4, 3, 2),
        lambda x: np.arange(24.0).reshape(2, 4, 3) @ x[1],
        lambda x: autograd.inner(x, x * 2.0),
        lambda x: autograd.inner(x, np.array([1.0, 2.0, 3.0])),
        lambda x: autograd.inner(x[0], x),
        lambda x: autograd.inner(x[0], x[1]),
        lambda x: autograd.inner(np.arange(24.0).reshape(4, 2, 3), x),
        lambda x: autograd.inner(x.reshape(2, 1, 3), x),
        lambda x: autograd.concatenate([x, x * 2.0, DATA], axis=1),
        lambda x: autograd.concatenate([x, x], axis=-2),
        lambda x: autograd.stack([x, x * x], axis=-1),
        lambda x: autograd.stack(x.unstack(), axis=1),
        lambda x: autograd.stack([x[0, 0], 2.0, x[1, 1]]),
        lambda x: autograd.softmax(x),
        lambda x: autograd.log_softmax(x, axis=0),
        lambda x: autograd.logsumexp(x),
        lambda x: autograd.logsumexp(x, axis=1, keepdims=True),
        lambda x: autograd.where(x > 3.5, x * x, -x),
        lambda x: np.sum(np.exp(x) * np.array([1.0, 2.0, 3.0]), axis=0),
        lambda x: np.concatenate([x, x]),
        lambda x: autograd.inner(x, 2.0 * x)[0],
        lambda x: np.where(x > 3.5, x, 0.0),
        lambda x: np.mean(np.transpose(x)),
        lambda x: np.matmul(x, x.T),
        lambda x: x.astype(np.float64),
        lambda x: autograd.to_value(x.sum()) and x,
    ],
)
def test_gradients_against_differences(f):
    got, want = pulled(f, DATA.copy())
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-7)


def test_method_names_are_those_of_numpy():
    x = Tensor(DATA)
    assert (x.shape, x.ndim, x.size, x.dtype, len(x)) == ((2, 3), 2, 6, np.float64, 2)
    assert x.tolist() == DATA.tolist()
    assert [row.tolist() for row in x] == DATA.tolist()


def test_single_elements_are_numbers():
    x = Tensor([[2.5]])
    assert (float(x), int(x), x.item(), bool(x)) == (2.5, 2, 2.5, True)
    with pytest.raises(ShapeError, match=r"shape \(2, 3\)"):
        float(Tensor(DATA))


def test_numpy_gives_a_copy():
    x = Tensor(DATA)
    mine = x.numpy()
    mine[0, 0] = 99.0
    assert x.data[0, 0] == 1.0


def test_data_is_copied_converted_and_checked():
    assert Tensor([1, 2]).dtype == np.float64
    assert Tensor(np.array([1, 2], np.float32)).dtype == np.float32
    assert Tensor([True]).data.tolist() == [1.0]
    assert Tensor([1.0], dtype="float32").dtype == np.float32
    x = Tensor(DATA)
    x.data = DATA.astype(np.int64) * 2
    assert x.dtype == np.float64
    with pytest.raises(ShapeError, match=r"shape \(2,\)"):
        x.data = [1.0, 2.0]


def test_writing_into_data_says_what_to_do():
    x = Tensor(DATA)
    for write in (
        lambda: x.data.__setitem__(0, 1.0),
        lambda: operator.isub(x.data, 1.0),
        lambda: operator.imul(x.data[0], 2.0),
    ):
        with pytest.raises(ValueError, match=r"assign a new one instead: w.data ="):
            write()
    with pytest.raises(ValueError, match=r"assign a new one instead"):
        x.data -= 1.0
    assert x.data.tolist() == DATA.tolist()


def test_what_is_computed_from_data_is_an_ordinary_array():
    x = Tensor(DATA)
    assert repr(x.data) == repr(DATA)
    for array in (x.data * 2.0, np.exp(x.data), x.data.sum(axis=0), x.data @ x.data.T, x.numpy(), np.array(x.data)):
        assert type(array) is np.ndarray
    copy_ = x.data.copy()
    copy_ -= 1.0
    copy_[0] = 5.0
    assert copy_.flags.writeable


def test_an_array_can_be_taken_over():
    mine = np.array([1.0, 2.0])
    x = Tensor(mine, copy=False)
    assert x.data.base is mine
    with pytest.raises(ValueError, match="read-only"):
        mine[0] = 5.0
    assert Tensor(mine, copy=False, dtype=np.float32).dtype == np.float32


@pytest.mark.parametrize(
    ("data", "error", "match"),
    [
        ([[1.0], [1.0, 2.0]], ShapeError, "different lengths"),
        ("abc", OperandError, "real numbers"),
        (None, OperandError, "real numbers"),
        ([1j], OperandError, "complex"),
        ([[None]], OperandError, "real numbers"),
        ([Value(1.0)], OperandError, "autograd.stack"),
        (Value(1.0), OperandError, "autograd.stack"),
        (Tensor([1.0]), OperandError, "use it as it is"),
    ],
)
def test_data_that_is_no_array(data, error, match):
    with pytest.raises(error, match=match):
        Tensor(data)


@pytest.mark.parametrize("dtype", ["int64", "complex128", "bool"])
def test_dtypes_are_floating(dtype):
    with pytest.raises(OperandError, match="floating dtype"):
        Tensor([1.0], dtype=dtype)
    with pytest.raises(OperandError, match="floating dtype"):
        Tensor([1.0]).astype(dtype)


@pytest.mark.parametrize(
    ("f", "error", "match"),
    [
        (lambda x: x + np.ones(4), ShapeError, r"add cannot take shapes? \(2, 3\) and \(4,\)"),
        (lambda x: x @ x, ShapeError, r"matmul cannot take shapes? \(2, 3\) and \(2, 3\)"),
        (lambda x: x @ 2.0, ShapeError, "matmul"),
        (lambda x: autograd.inner(x, x.T), ShapeError, "inner"),
        (lambda x: autograd.inner(x.sum(), np.ones(2)), ShapeError, "the first operand is an array"),
        (lambda x: autograd.concatenate([x, x], axis=None), ShapeError, "flatten"),
        (lambda x: autograd.inner(x, np.ones((2, 2, 3))), ShapeError, "one or two axes"),
        (lambda x: x.sum(axis=2), ShapeError, "axis 2 is out of bounds"),
        (lambda x: x.max(axis=-3), ShapeError, "axis -3 is out of bounds"),
        (lambda x: x.reshape(4, 2), ShapeError, r"reshape cannot take shapes? \(2, 3\), shape=\(4, 2\)"),
        (lambda x: x.transpose(0, 0), ShapeError, "repeated axis"),
        (lambda x: x.squeeze(0), ShapeError, "squeeze"),
        (lambda x: x[2], SubscriptError, "index 2 is out of bounds"),
        (lambda x: x[0, 0, 0], SubscriptError, "too many indices"),
        (lambda x: x["a"], SubscriptError, "getitem"),
        (lambda x: x[x], OperandError, "not of nodes"),
        (lambda x: x[np.array([True, False, True])], SubscriptError, "boolean"),
        (lambda x: autograd.concatenate([x, np.ones(3)]), ShapeError, "concatenate"),
        (lambda x: autograd.concatenate([]), ShapeError, "concatenate"),
        (lambda x: autograd.stack([x, x[0]]), ShapeError, "stack"),
        (lambda x: autograd.sum(x, 0), OperandError, "write sum"),
        (lambda x: np.linalg.inv(x), OperandError, "no derivative rule"),
        (lambda x: np.median(x), OperandError, "no derivative rule"),
        (lambda x: x.__setitem__(0, 1.0), OperandError, "not written into"),
        (lambda x: len(x.sum()), OperandError, "no length"),
        (lambda x: list(x.sum()), OperandError, "iterated"),
        (lambda x: np.asarray(x), OperandError, "lose its history"),
        (lambda x: x.broadcast_to((2, 4)), ShapeError, "broadcast_to"),
    ],
)
def test_errors_say_what_and_why(f, error, match):
    with pytest.raises(error, match=match):
        f(Tensor(DATA))


def test_no_warnings_for_ieee_values():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = Tensor([0.0, -1.0, 1e308, np.inf])
        out = x.log() + x.sqrt() + 1.0 / x + x * 10.0 + x.exp() + x**0.5
        out.sum().backward()
        (Tensor([np.inf]) - np.inf).sum().backward()


def test_repr_is_short():
    assert repr(Tensor([1.0, 2.0], name="w")) == "Tensor([1., 2.], grad=None, name='w')"
    big = repr(Tensor(np.zeros((500, 500), np.float32)))
    assert "shape=(500, 500), dtype=float32" in big
    assert len(big) < 200


def test_leaves_can_be_copied_and_pickled():
    x = Tensor(DATA, name="x")
    x.sum().backward()
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        np.testing.assert_array_equal(twin.data, x.data)
        np.testing.assert_array_equal(twin.grad, x.grad)
        assert (twin.name, twin.requires_grad) == ("x", True)
        assert not twin.data.flags.writeable


def test_numpy_integers_as_parameters():
    x = Tensor(DATA)
    total = x.sum(axis=np.int64(0)) + x.mean(axis=np.int64(0)) + x.reshape(np.int64(6))[:3]
    total.sum().backward()
    assert x.grad.tolist() == [[2.5, 2.5, 2.5], [1.5, 1.5, 1.5]]


def test_empty_operands():
    x, y = Tensor(np.zeros((2, 3))), Tensor(np.zeros((0, 3)))
    autograd.inner(x, y).sum().backward()
    assert (x.grad.shape, y.grad.shape) == ((2, 3), (0, 3))
    autograd.concatenate([x, y]).sum().backward()
    assert (x.grad.sum(), y.grad.shape) == (6.0, (0, 3))


def test_ties_share_evenly():
    x = Tensor([[2.0, 2.0, 1.0], [0.0, 3.0, 3.0]])
    x.max(axis=1).sum().backward()
    assert x.grad.tolist() == [[0.5, 0.5, 0.0], [0.0, 0.5, 0.5]]


def test_repeated_indices_add_up():
    x = Tensor([1.0, 2.0])
    x[[0, 0, 1, 0]].sum().backward()
    assert x.grad.tolist() == [3.0, 1.0]


def test_product_of_matrices_by_the_textbook():
    rng = np.random.default_rng(0)
    a, x, b, g = (rng.normal(size=size) for size in ((2, 3), (3, 4), (4, 5), (2, 5)))
    x = Tensor(x)
    (g * (a @ x @ b)).sum().backward()
    np.testing.assert_allclose(x.grad, a.T @ g @ b.T, rtol=1e-13)  # ∂/∂X of Σ G∘(A X B)


def test_the_method_of_a_function_without_derivative():
    x = Tensor([2.0, -3.0])
    y = x.sign()
    assert not y.requires_grad
    assert y.args[0] is not x
    (y * x).sum().backward()
    assert np.array_equal(x.grad, y.data)
