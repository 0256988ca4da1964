import numpy as np
import pytest

from autograd import OperandError, Tensor, Value
from nn import Layer, he_bound, init, xavier_bound
from nn.init import generator


@pytest.mark.parametrize(("fan_in", "fan_out"), [(200, 300), (300, 300)])
def test_a_linear_layer_keeps_the_variance_on_the_way_forward_and_back(fan_in, fan_out):
    rng = np.random.default_rng(0)
    bound = xavier_bound(fan_in, fan_out)
    weights = rng.uniform(-bound, bound, (fan_in, fan_out))
    forward = (rng.standard_normal((2000, fan_in)) @ weights).var()
    back = (rng.standard_normal((2000, fan_out)) @ weights.T).var()
    assert 2.0 / (1.0 / forward + 1.0 / back) == pytest.approx(1.0, rel=0.1)


def test_a_relu_layer_keeps_the_mean_square():
    rng = np.random.default_rng(0)
    bound = he_bound(300)
    hidden = rng.standard_normal((2000, 300))
    for _ in range(4):
        hidden = np.maximum(hidden @ rng.uniform(-bound, bound, (300, 300)), 0.0)
    assert np.mean(hidden**2) == pytest.approx(1.0, rel=0.2)


def test_a_generator_is_passed_on_and_a_seed_is_refused():
    rng = np.random.default_rng(0)
    assert generator(rng) is rng
    assert generator(None) is not generator(None)
    with pytest.raises(TypeError, match=r"takes a numpy.random.Generator, but got 3"):
        generator(3)


# --- in place ---

SEED = 3
SHAPES = [(5, 3), (4, 3, 2, 6)]


def like(shape):
    return Tensor(np.zeros(shape))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_xavier_has_the_scale_of_pytorch(shape, gain):
    torch = pytest.importorskip("torch")
    fan_in, fan_out = torch.nn.init._calculate_fan_in_and_fan_out(torch.zeros(shape))
    bound = gain * (6.0 / (fan_in + fan_out)) ** 0.5
    uniform = init.xavier_uniform_(like(shape), gain, np.random.default_rng(SEED))
    normal = init.xavier_normal_(like(shape), gain, np.random.default_rng(SEED))
    np.testing.assert_allclose(uniform.data, np.random.default_rng(SEED).uniform(-bound, bound, shape), rtol=1e-13)
    np.testing.assert_allclose(normal.data, np.random.default_rng(SEED).normal(0, bound / 3**0.5, shape), rtol=1e-13)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("mode", ["fan_in", "fan_out"])
@pytest.mark.parametrize(
    ("nonlinearity", "a"), [("leaky_relu", 0.0), ("leaky_relu", 0.3), ("relu", 0.0), ("tanh", 0.0), ("linear", 0.0)]
)
def test_kaiming_has_the_scale_of_pytorch(shape, mode, nonlinearity, a):
    torch = pytest.importorskip("torch")
    fan = torch.nn.init._calculate_correct_fan(torch.zeros(shape), mode)
    std = torch.nn.init.calculate_gain(nonlinearity, a) / fan**0.5
    options = {"a": a, "mode": mode, "nonlinearity": nonlinearity}
    uniform = init.kaiming_uniform_(like(shape), **options, rng=np.random.default_rng(SEED))
    normal = init.kaiming_normal_(like(shape), **options, rng=np.random.default_rng(SEED))
    bound = 3**0.5 * std
    np.testing.assert_allclose(uniform.data, np.random.default_rng(SEED).uniform(-bound, bound, shape), rtol=1e-13)
    np.testing.assert_allclose(normal.data, np.random.default_rng(SEED).normal(0.0, std, shape), rtol=1e-13)


def test_a_layer_of_values_is_filled_as_a_tensor_is():
    layer, weight = Layer(3, 2, rng=np.random.default_rng(0)), like((2, 3))
    rows = [neuron.w for neuron in layer.neurons]
    for weights in (rows, weight):
        assert init.kaiming_normal_(weights, rng=np.random.default_rng(SEED)) is weights
    assert [[w.data for w in row] for row in rows] == weight.data.tolist()
    init.zeros_(rows)
    assert all(type(p.data) is float and p.data == 0.0 for p in layer.parameters())


def test_constants_and_any_shape():
    assert init.ones_(like((2,))).data.tolist() == [1.0, 1.0]
    assert init.constant_(Tensor(0.0), 3).item() == 3.0
    assert abs(init.normal_(like((1000,)), 5.0, 0.1, np.random.default_rng(0)).data.mean() - 5.0) < 0.02
    single = Tensor(np.zeros((2, 2), np.float32))
    assert init.uniform_(single, 2.0, 3.0).dtype == np.float32
    assert (single.data >= 2.0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: init.xavier_uniform_(like((3,))), r"shape \(out, in, ...\), but got \(3,\)"),
        (lambda: init.kaiming_normal_([Value(1.0)]), r"but got \(1,\)"),
        (lambda: init.kaiming_normal_(like((3, 0))), r"but got \(3, 0\)"),
        (lambda: init.kaiming_normal_(like((3, 2)), mode="fan"), "mode= takes 'fan_in' or 'fan_out', but got 'fan'"),
        (lambda: init.kaiming_normal_(like((3, 2)), nonlinearity="exp"), "nonlinearity= takes 'linear', .* got 'exp'"),
        (lambda: init.normal_(like((3, 2)), std=-1.0), "std that is not negative"),
        (lambda: init.uniform_(like((3, 2)), 1.0, 0.0), "a <= b"),
        (lambda: init.zeros_([[Value(1.0)], [Value(1.0)] * 2]), "different shapes"),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("weights", [[1.0, 2.0], np.zeros((2, 2)), 3.0])
def test_what_cannot_be_filled_is_refused(weights):
    with pytest.raises(OperandError, match="weights to fill are a Tensor, or lists of Values"):
        init.zeros_(weights)
