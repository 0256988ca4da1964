import math
import pickle

import numpy as np
import pytest

import autograd
from autograd import OperandError, ShapeError, Value
from nn import MLP, SGD, Layer, Neuron, mse_loss


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize(
    ("activation", "function"),
    [
        ("tanh", math.tanh),
        ("relu", lambda z: max(z, 0.0)),
        ("sigmoid", lambda z: 1.0 / (1.0 + math.exp(-z))),
        ("leaky_relu", lambda z: max(z, 0.01 * z)),
        ("softplus", lambda z: math.log(1.0 + math.exp(z))),
        ("step", lambda z: float(z > 0.0)),
        ("linear", lambda z: z),
        (autograd.sin, math.sin),
    ],
)
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_neuron_is_its_activation_of_the_weighted_sum_and_bias(activation, function, sign):
    neuron = Neuron(2, activation, rng())
    for parameter, number in zip(neuron.parameters(), [0.5, -1.5, 0.25], strict=True):
        parameter.data = number
    assert neuron([2.0 * sign, 1.0 * sign]).data == pytest.approx(function(sign * (1.0 - 1.5) + 0.25), rel=1e-15)


def test_inputs_may_be_values_numbers_tuples_or_an_array():
    neuron = Neuron(2, rng=rng())
    x = [Value(0.5), Value(-1.0)]
    y = neuron(x)
    y.backward()
    assert x[0].grad == pytest.approx(neuron.w[0].data * (1.0 - y.data**2), rel=1e-14)
    others = ([0.5, -1.0], (0.5, -1), np.array([0.5, -1.0]), [np.float64(0.5), np.float32(-1.0)])
    assert {neuron(other).data for other in others} == {y.data}


def test_one_output_is_a_value_several_are_a_list():
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    for out in (MLP(2, [3, 2])([1.0, 2.0]), Layer(2, 2)([1.0, 2.0])):
        assert isinstance(out, list)
        assert len(out) == 2


def test_only_the_last_layer_is_linear():
    assert [layer.neurons[0].activation for layer in MLP(2, [3, 3, 1], "relu").layers] == ["relu", "relu", "linear"]


def test_the_last_layer_may_have_an_activation():
    model = MLP(2, [3, 1], "relu", output_activation="sigmoid", rng=np.random.default_rng(0))
    assert [layer.neurons[0].activation for layer in model.layers] == ["relu", "sigmoid"]
    with pytest.raises(ValueError, match="activation= takes"):
        MLP(2, [1], output_activation="sigmoyd")


def test_weights_are_named_for_figures():
    assert [p.name for p in Neuron(3).parameters()] == ["w1", "w2", "w3", "b"]


def test_the_generator_decides_the_weights():
    first, same, other = (MLP(2, [4, 1], rng=rng(seed)).parameters() for seed in (1, 1, 2))
    assert [p.data for p in first] == [p.data for p in same]
    assert [p.data for p in first] != [p.data for p in other]
    assert [p.data for p in MLP(2, [1]).parameters()] != [p.data for p in MLP(2, [1]).parameters()]


@pytest.mark.parametrize(("activation", "bound"), [("tanh", math.sqrt(6.0 / 400.0)), ("relu", math.sqrt(6.0 / 100.0))])
def test_initial_weights_fill_the_xavier_or_he_interval_and_biases_are_zero(activation, bound):
    layer = Layer(100, 300, activation, rng())
    weights = np.array([w.data for neuron in layer.neurons for w in neuron.w])
    assert 0.999 * bound < abs(weights).max() <= bound
    assert weights.var() == pytest.approx(bound**2 / 3.0, rel=0.02)
    assert {neuron.b.data for neuron in layer.neurons} == {0.0}


def test_the_network_agrees_with_micrograd():
    micrograd = pytest.importorskip("micrograd.nn")
    ours, theirs = MLP(3, [4, 4, 1], "relu", rng()), micrograd.MLP(3, [4, 4, 1])
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        q.data = p.data
    x = [0.3, -1.2, 2.0]
    y, z = ours(x), theirs(x)
    y.backward()
    z.backward()
    assert y.data == pytest.approx(z.data, rel=1e-13)
    assert [p.grad for p in ours.parameters()] == pytest.approx([q.grad for q in theirs.parameters()], rel=1e-12)


def test_xor_is_learnt():
    points, wanted = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]
    model = MLP(2, [4, 1], rng=rng())
    optimizer = SGD(model.parameters(), lr=0.2, momentum=0.9)
    for _ in range(200):
        loss = mse_loss([model(x) for x in points], wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert [round(model(x).data, 1) for x in points] == wanted


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Neuron(2)([1.0]), ShapeError, "Neuron takes 2 inputs, but got 1"),
        (lambda: Layer(2, 2)([1.0, 2.0, 3.0]), ShapeError, "Layer takes 2 inputs, but got 3"),
        (lambda: MLP(2, [1])([]), ShapeError, "MLP takes 2 inputs, but got 0"),
        (lambda: MLP(2, [1])([[1.0, 2.0], [3.0, 4.0]]), ShapeError, "one sample at a time"),
        (lambda: MLP(2, [1])(np.zeros((2, 2))), ShapeError, "one sample at a time"),
        (lambda: MLP(1, [1])(0.5), OperandError, "as a list of 1 numbers"),
        (lambda: MLP(1, [1])(autograd.Tensor([0.5])), OperandError, "as a list of 1 numbers"),
        (lambda: MLP(1, [1])(np.array(0.5)), OperandError, "as a list of 1 numbers"),
        (lambda: MLP(2, [1])(["a", 1.0]), OperandError, "'a'"),
        (lambda: MLP(2, []), ShapeError, "sizes of its layers"),
        (lambda: MLP(2, 3), ShapeError, "sizes of its layers"),
        (lambda: MLP(2, [0]), ShapeError, "positive whole numbers"),
        (lambda: MLP(2, [1.5]), ShapeError, "positive whole numbers"),
        (lambda: Neuron(0), ShapeError, "positive whole numbers"),
        (lambda: Layer(2, -1), ShapeError, "positive whole numbers"),
        (lambda: Layer(2, True), ShapeError, "positive whole numbers"),
        (lambda: Neuron(2, "swish"), ValueError, "'tanh', 'relu', .*'linear' or a function"),
        (lambda: Neuron(2, None), ValueError, "but got None"),
        (lambda: MLP(2, [1], rng=0), TypeError, r"numpy.random.default_rng\(seed\)"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_an_activation_may_be_assigned():
    neuron = Neuron(1, "tanh", np.random.default_rng(0))
    neuron.activation = "relu"
    assert neuron.activate(Value(3.0)).data == 3.0


def test_a_network_survives_pickling():
    model = MLP(2, [3, 1], "relu", np.random.default_rng(0))
    assert pickle.loads(pickle.dumps(model))([0.5, -1.0]).data == model([0.5, -1.0]).data


def test_an_unknown_activation_is_refused_also_where_no_layer_takes_it():
    with pytest.raises(ValueError, match=r"activation= takes .* but got 'ReLU'"):
        MLP(2, [1], "ReLU")
