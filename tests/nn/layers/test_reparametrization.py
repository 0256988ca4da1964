import numpy as np
import pytest

from autograd import OperandError, ShapeError, Tensor
from autograd.testing import check_grads
from nn import Conv2d, Embedding, Linear, ReLU, Sequential, SpectralNorm, WeightNorm
from tests.nn.layers.peer import assert_close


def rng(seed=0):
    return np.random.default_rng(seed)


def layers():
    return [(Linear(4, 3, rng=rng()), (5, 4)), (Conv2d(2, 3, 2, rng=rng()), (2, 2, 4, 4))]


def peer_of(layer):
    torch = pytest.importorskip("torch")
    peer = torch.nn.Linear(4, 3) if isinstance(layer, Linear) else torch.nn.Conv2d(2, 3, 2)
    peer = peer.double()
    with torch.no_grad():
        peer.weight.copy_(torch.tensor(layer.weight.numpy()))
        peer.bias.copy_(torch.tensor(layer.bias.numpy()))
    return torch, peer


def trained_beside(torch, ours, theirs, pairs, shape):
    """20 steps, all numbers compared; `pairs` are parameters of ours and of PyTorch."""
    for step in range(20):
        x = rng(step).normal(size=shape)
        y, z = ours(x), theirs(torch.tensor(x))
        assert_close(y.data, z)
        ours.zero_grad()
        theirs.zero_grad()
        (y * y).sum().backward()
        (z**2).sum().backward()
        for p, q in pairs:
            assert_close(p.grad, q.grad)
            p.data, q.data = p.data - 0.02 * p.grad, q.data - 0.02 * q.grad


@pytest.mark.parametrize("kind", [0, 1], ids=["linear", "convolution"])
def test_spectral_norm_equals_that_of_pytorch(kind):
    layer, shape = layers()[kind]
    torch, peer = peer_of(layer)
    ours = SpectralNorm(layer, rng=rng(1))
    theirs = torch.nn.utils.parametrizations.spectral_norm(peer)
    parts = theirs.parametrizations.weight
    parts[0]._u, parts[0]._v = torch.tensor(ours.u), torch.tensor(ours.v)
    trained_beside(torch, ours, theirs, [(layer.weight, parts.original), (layer.bias, theirs.bias)], shape)
    assert_close(ours.u, parts[0]._u)
    x = rng().normal(size=shape)
    assert_close(ours.eval()(x).data, theirs.eval()(torch.tensor(x)))


@pytest.mark.parametrize("dim", [0, 1, -1, None])
@pytest.mark.parametrize("kind", [0, 1], ids=["linear", "convolution"])
def test_weight_norm_equals_that_of_pytorch(kind, dim):
    layer, shape = layers()[kind]
    torch, peer = peer_of(layer)
    before = layer.weight.numpy()
    ours = WeightNorm(layer, dim=dim)
    np.testing.assert_allclose(ours.weight.data, before, rtol=1e-14)
    theirs = torch.nn.utils.parametrizations.weight_norm(peer, dim=None if dim is None else dim % before.ndim)
    parts = theirs.parametrizations.weight
    assert ours.g.size == parts.original0.numel()
    pairs = [(ours.g, parts.original0), (layer.weight, parts.original1), (layer.bias, theirs.bias)]
    trained_beside(torch, ours, theirs, pairs, shape)


@pytest.mark.parametrize("wrapped", [SpectralNorm(Linear(3, 2)).eval(), WeightNorm(Linear(3, 2))], ids=repr)
def test_gradients(wrapped):
    layer = wrapped.module

    def run(weight, x):
        before, layer.weight = layer.weight, weight
        try:
            return wrapped(x)
        finally:
            layer.weight = before

    check_grads(run, (layer.weight.numpy(), np.array([[1.0, -2.0, 0.5]])), order=1)


def test_power_iteration_finds_the_largest_singular_value():
    layer = Linear(20, 10, rng=rng())
    wrapped = SpectralNorm(layer, rng=rng(1))
    for _ in range(200):
        wrapped(np.zeros((1, 20)))
    largest = np.linalg.svd(layer.weight.data)[1][0]
    np.testing.assert_allclose(wrapped.weight.data, layer.weight.data / largest, rtol=1e-6)
    u, v = wrapped.u, wrapped.v
    wrapped.eval()(np.zeros((1, 20)))
    assert wrapped.u is u
    assert wrapped.v is v


def test_the_layer_has_its_own_weight_back_also_after_an_error():
    layer = Linear(3, 2)
    weight = layer.weight
    for wrapped in (SpectralNorm(layer), WeightNorm(layer)):
        with pytest.raises(ShapeError):
            wrapped(np.ones((1, 4)))
        assert layer.weight is weight


@pytest.mark.parametrize("wrap", [SpectralNorm, WeightNorm])
def test_a_layer_that_is_also_used_bare_learns_there_too(wrap):
    layer = Linear(3, 2, rng=rng())
    wrapped, x = wrap(layer), np.ones((1, 3))
    assert any(p is layer.weight for p in wrapped.parameters())
    layer(x).sum().backward()
    np.testing.assert_array_equal(layer.weight.grad, np.ones((2, 3)))
    wrapped(x).sum().backward()
    assert not np.allclose(layer.weight.grad, 1.0)


def test_parameters_and_state():
    model = Sequential(SpectralNorm(Linear(3, 2)), ReLU(), WeightNorm(Conv2d(1, 2, 3, bias=False)))
    assert [path for path, _ in model.named_parameters()] == [
        "layers.0.module.weight", "layers.0.module.bias", "layers.2.g", "layers.2.module.weight",
    ]  # fmt: skip
    assert list(model.state_dict())[4:] == ["layers.0.u", "layers.0.v"]
    assert repr(model).splitlines()[1:3] == [
        "  (layers.0): SpectralNorm(  # 8 parameters",
        "    (module): Linear(3, 2)  # 8 parameters",
    ]


def test_a_state_gives_the_same_results():
    first, second = (WeightNorm(Linear(3, 2, rng=rng(seed))) for seed in (0, 1))
    second.load_state_dict(first.state_dict())
    x = rng().normal(size=(4, 3))
    np.testing.assert_array_equal(first(x).data, second(x).data)


def test_other_parameters_have_names():
    assert SpectralNorm(Embedding(5, 3))([1, 2]).shape == (2, 3)
    assert repr(WeightNorm(Linear(3, 2), "bias")).startswith("WeightNorm(bias")


def test_float32_stays_float32():
    for wrap in (SpectralNorm, WeightNorm):
        layer = wrap(Linear(3, 2, dtype=np.float32))
        assert layer(Tensor(np.ones((1, 3), np.float32))).dtype == np.float32
        assert {array.dtype for array in layer.state_dict().values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SpectralNorm(ReLU()), OperandError, r"with a Tensor 'weight' of at least 2 axes, but got ReLU\(\)"),
        (lambda: SpectralNorm(Linear(3, 2), "bias"), OperandError, "at least 2 axes"),
        (lambda: WeightNorm(np.ones(3)), OperandError, "takes a module"),
        (lambda: WeightNorm(SpectralNorm(Linear(3, 2))), OperandError, "but got SpectralNorm"),
        (lambda: WeightNorm(Linear(3, 2), dim=2), ShapeError, r"dim=2 is not one of the 2 axes of weight \(2, 3\)"),
        (lambda: SpectralNorm(Linear(3, 2), n_power_iterations=0), ShapeError, "positive whole numbers"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()
