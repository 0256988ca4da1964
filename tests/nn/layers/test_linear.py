import numpy as np
import pytest

from autograd import ShapeError, Tensor
from nn import Linear, ReLU, Sequential, Sigmoid, Tanh


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
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    ours = Sequential(
        Linear(5, 7, rng=rng), ReLU(), Linear(7, 6, rng=rng), Tanh(), Linear(6, 4, bias=False, rng=rng), Sigmoid()
    )
    theirs = torch.nn.Sequential(
        torch.nn.Linear(5, 7), torch.nn.ReLU(), torch.nn.Linear(7, 6), torch.nn.Tanh(),
        torch.nn.Linear(6, 4, bias=False), torch.nn.Sigmoid(),
    ).double()  # fmt: skip
    with torch.no_grad():
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            assert p.shape == tuple(q.shape)
            q.copy_(torch.tensor(p.numpy()))
    x = rng.standard_normal((8, 5))
    y, z = ours(x), theirs(torch.tensor(x))
    y.sum().backward()
    z.sum().backward()
    np.testing.assert_allclose(y.data, z.detach().numpy(), rtol=1e-12)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.grad, q.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Linear(4, 3)(np.zeros((2, 5))), r"Linear\(4, 3\) takes rows of length 4, but got shape \(2, 5\)"),
        (lambda: Linear(4, 3)(1.0), r"got shape \(\)"),
        (lambda: Linear(0, 3), "positive whole numbers"),
        (lambda: Linear(4, 2.0), "positive whole numbers"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ShapeError, match=message):
        call()
