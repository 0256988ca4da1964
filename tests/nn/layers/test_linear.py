import numpy as np
import pytest

from autograd import OperandError, ShapeError, SubscriptError, Tensor
from autograd.testing import check_grads
from nn import Conv2d, Embedding, Flatten, Linear, ReLU, Sequential, Sigmoid, Tanh
from tests.nn.layers.peer import assert_equals_pytorch


def test_linear_is_x_times_weight_transposed_plus_bias():
    layer = Linear(3, 2, rng=np.random.default_rng(0))
    x = np.arange(12.0).reshape(4, 3)
    np.testing.assert_allclose(layer(x).data, x @ layer.weight.data.T + layer.bias.data, rtol=1e-15)
    np.testing.assert_allclose(layer(x.reshape(2, 2, 3)).data.reshape(4, 2), layer(x).data, rtol=1e-15)
    np.testing.assert_allclose(layer(x[0]).data, layer(x).data[0], rtol=1e-14)


def test_linear_without_bias():
    layer = Linear(3, 2, bias=False)
    assert layer.bias is None
    assert layer.parameters() == [layer.weight] or len(layer.parameters()) == 1
    assert layer(np.zeros((1, 3))).tolist() == [[0.0, 0.0]]


def test_initial_weights_are_uniform_in_one_over_the_root_of_the_inputs():
    layer = Linear(400, 300, rng=np.random.default_rng(0))
    assert 0.0499 < abs(layer.weight.data).max() <= 0.05
    assert layer.weight.data.var() == pytest.approx(0.05**2 / 3.0, rel=0.02)
    assert 0.04 < abs(layer.bias.data).max() <= 0.05


def test_the_generator_decides_the_weights():
    first, same = (Linear(3, 2, rng=np.random.default_rng(5)) for _ in range(2))
    assert first.weight.tolist() == same.weight.tolist()
    assert Linear(3, 2).weight.tolist() != Linear(3, 2).weight.tolist()


def test_float32_stays_float32():
    layer = Linear(3, 2, dtype=np.float32)
    y = layer(Tensor(np.ones((1, 3), np.float32)))
    y.sum().backward()
    assert {y.dtype, layer.weight.grad.dtype, layer.bias.grad.dtype} == {np.dtype(np.float32)}


def test_the_network_and_its_gradients_equal_those_of_pytorch():
    rng = np.random.default_rng(0)
    ours = Sequential(
        Linear(5, 7, rng=rng), ReLU(), Linear(7, 6, rng=rng), Tanh(), Linear(6, 4, bias=False, rng=rng), Sigmoid()
    )
    assert_equals_pytorch(
        ours,
        lambda t: t.Sequential(
            t.Linear(5, 7), t.ReLU(), t.Linear(7, 6), t.Tanh(), t.Linear(6, 4, bias=False), t.Sigmoid()
        ),
        8, 5,
    )  # fmt: skip


def test_flatten_equals_that_of_pytorch():
    assert_equals_pytorch(Flatten(), lambda t: t.Flatten(), 2, 3, 4, 5)
    assert_equals_pytorch(Flatten(0, 2), lambda t: t.Flatten(0, 2), 2, 3, 4, 5)
    assert_equals_pytorch(Flatten(-2), lambda t: t.Flatten(-2), 2, 3, 4, 5)
    assert Flatten()(np.zeros((0, 3, 4))).shape == (0, 12)
    assert (repr(Flatten()), repr(Flatten(0, 2))) == ("Flatten()", "Flatten(0, 2)")


@pytest.mark.parametrize("padding", [None, 2])
def test_embedding_equals_that_of_pytorch(padding):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    ours, theirs = Embedding(5, 3, padding, rng=rng), torch.nn.Embedding(5, 3, padding).double()
    assert padding is None or not ours.weight.data[padding].any()
    ours.weight.data = rng.normal(size=(5, 3))
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(ours.weight.numpy()))
    for _ in range(20):
        words = rng.integers(0, 5, (4, 2))
        y, z = ours(words), theirs(torch.tensor(words))
        np.testing.assert_array_equal(y.data, z.detach().numpy())
        ours.zero_grad()
        theirs.zero_grad()
        (y * y * y).sum().backward()
        (z**3).sum().backward()
        np.testing.assert_allclose(ours.weight.grad, theirs.weight.grad.numpy(), rtol=1e-12)
        ours.weight.data = ours.weight.data - 0.01 * ours.weight.grad
        theirs.weight.data = theirs.weight.data - 0.01 * theirs.weight.grad


def test_gradients_of_linear_and_flatten():
    layer = Sequential(Flatten(), Linear(4, 2, rng=np.random.default_rng(0)))

    def run(x, weight, bias):
        layer[1].weight, layer[1].bias = weight, bias
        return layer(x)

    check_grads(run, (np.arange(4.0).reshape(1, 2, 2), layer[1].weight.numpy(), layer[1].bias.numpy()), order=1)


def test_embedding_gradients():
    layer = Embedding(4, 2, rng=np.random.default_rng(0))

    def run(weight):
        layer.weight = weight
        return layer([[1, 1], [3, 0]])

    check_grads(run, (layer.weight.numpy(),))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Linear(4, 3)(np.zeros((2, 5))), r"Linear\(4, 3\) takes rows of length 4, but got shape \(2, 5\)"),
        (lambda: Linear(4, 3)(1.0), r"got shape \(\)"),
        (lambda: Linear(0, 3), "positive whole numbers"),
        (lambda: Linear(4, 2.0), "positive whole numbers"),
        (lambda: Flatten(2)(np.zeros((2, 3))), r"Flatten\(start_dim=2, end_dim=-1\) cannot take shape \(2, 3\)"),
        (lambda: Flatten(2, 1)(np.zeros((2, 3, 4))), "cannot take shape"),
        (lambda: Embedding(0, 3), "positive whole numbers"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ShapeError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Embedding(4, 3)([0, 4]), SubscriptError, r"from 0 to 3, but got some from 0 to 4"),
        (lambda: Embedding(4, 3)([-1]), SubscriptError, "from -1 to -1"),
        (lambda: Embedding(4, 3)([1.0]), OperandError, "takes integers, but got float64"),
        (lambda: Embedding(4, 3, padding_idx=4), SubscriptError, "padding_idx=4 is not from 0 to 3"),
    ],
)
def test_words_outside_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    "make", [lambda d: Linear(2, 3, dtype=d), lambda d: Embedding(2, 3, dtype=d), lambda d: Conv2d(1, 1, 2, dtype=d)]
)
def test_parameters_are_not_rounded_to_integers(make):
    with pytest.raises(OperandError, match="a floating dtype"):
        make(int)
