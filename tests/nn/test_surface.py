import numpy as np
import pytest

from autograd import OperandError, ShapeError, Tensor, exp, no_grad
from nn import (
    MLP,
    Adam,
    BatchNorm1d,
    Conv2d,
    Dropout,
    Flatten,
    Linear,
    Module,
    Neuron,
    ParameterPath,
    Sequential,
    Tanh,
    cross_entropy,
    fit,
    l2_penalty,
    loss_surface,
    mse_loss,
    toys,
)  # fmt: skip

RNG = np.random.default_rng
MOONS = toys.moons(24, rng=RNG(0))
LINE = np.linspace(-1.0, 1.0, 5)[:, None], np.linspace(-1.0, 3.0, 5)


def loss_at(model, data, loss, theta):
    """By hand, in a model that is not needed afterwards."""
    end = 0
    for p in model.parameters():
        start, end = end, end + (p.size if isinstance(p, Tensor) else 1)
        p.data = theta[start:end].reshape(p.shape) if isinstance(p, Tensor) else float(theta[start])
    with no_grad():
        rows = data.inputs if hasattr(data, "inputs") else data[0]
        targets = data.targets if hasattr(data, "inputs") else data[1]
        outputs = model(rows) if isinstance(next(iter(model.parameters())), Tensor) else [model(row) for row in rows]
        return float(loss(outputs, targets))


def check_by_hand(surface, model, data, loss):
    for j in (0, len(surface.y) - 1):
        for i in (0, len(surface.x) // 2):
            theta = surface.origin + surface.x[i] * surface.directions[0] + surface.y[j] * surface.directions[1]
            assert surface.losses[j, i] == pytest.approx(loss_at(model, data, loss, theta), rel=1e-12)


MODELS = {
    "values": lambda: MLP(2, [3, 1], rng=RNG(0)),
    "values with a function": lambda: MLP(2, [3, 1], activation=lambda z: z * z, rng=RNG(0)),
    "tensors": lambda: Sequential(Linear(2, 3, rng=RNG(0)), Tanh(), Linear(3, 1, rng=RNG(1)), lambda x: x[:, 0]),
}


# --- functions ---


def test_a_function_of_two_numbers():
    surface = loss_surface(lambda w, b: exp(w) - 3.0 * b, x=(0, 1), y=(-1, 1), points=3)
    assert surface.labels == ("w", "b")
    assert (surface.x.tolist(), surface.y.tolist()) == ([0.0, 0.5, 1.0], [-1.0, 0.0, 1.0])
    assert surface.losses == pytest.approx(np.exp(surface.x) - 3.0 * surface.y[:, None])
    assert repr(surface) == "LossSurface(3 × 3 over w and b, losses -2 to 5.718)"


def test_of_other_functions_the_axes_are_x_and_y():
    assert loss_surface(lambda *place: place[0], points=2).labels == ("x", "y")


def test_a_function_makes_room_for_paths():
    surface = loss_surface(lambda x, y: x * y, paths={"a": [[0.0, 0.0], [2.0, 1.0]], "b": [[-2.0, 0.0]]}, points=5)
    assert (surface.x[0], surface.x[-1]) == (-3.0, 3.0)
    assert (surface.y[0], surface.y[-1]) == (-0.25, 1.25)
    assert surface.project([[2.0, 1.0]]).tolist() == [[2.0, 1.0]]


# --- parameters ---


def test_a_model_of_two_numbers_has_them_as_axes():
    neuron = Neuron(1, "linear", RNG(0))
    surface = loss_surface(neuron, LINE, mse_loss, x=(-1.0, 3.0), y=(0.0, 2.0), points=5)
    assert surface.labels == ("w.0", "b")
    x, y = LINE
    expected = [[np.mean((w * x[:, 0] + b - y) ** 2) for w in surface.x] for b in surface.y]
    assert surface.losses == pytest.approx(np.array(expected))
    assert surface.losses[2, 3] == pytest.approx(0.0, abs=1e-15)  # w = 2, b = 1


@pytest.mark.parametrize("kind", MODELS)
def test_two_parameters_by_name(kind):
    names = {"tensors": ["layers.0.weight[1, 0]", "layers.2.bias[0]"]}.get(
        kind, ["layers.0.neurons.1.w.0", "layers.1.neurons.0.b"]
    )
    surface = loss_surface(MODELS[kind](), MOONS, mse_loss, names, points=5)
    assert surface.labels == tuple(names)
    assert surface.directions.sum() == 2.0
    assert surface.origin @ surface.directions.T == pytest.approx([0.0, 0.0])
    theta = ParameterPath(MODELS[kind]().parameters())
    theta.record()
    ((x, y),) = surface.project(theta.points)
    assert (surface.x[2], surface.y[2]) == pytest.approx((x, y))  # round the model as it is
    check_by_hand(surface, MODELS[kind](), MOONS, mse_loss)


# --- directions ---


@pytest.mark.parametrize("kind", MODELS)
def test_random_directions_have_filters_as_long_as_those_of_the_model(kind):
    surface = loss_surface(MODELS[kind](), MOONS, mse_loss, points=5, rng=RNG(3))
    assert surface.labels == ("1st random direction", "2nd random direction")
    assert surface.x.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    by_row = kind == "tensors"
    filters = [[0, 1], [2, 3], [4, 5], [9, 10, 11]] if by_row else [[0, 1], [3, 4], [6, 7], [9, 10, 11]]
    biases = [6, 7, 8, 12] if by_row else [2, 5, 8, 12]
    for direction in surface.directions:
        for places in filters:
            assert np.linalg.norm(direction[places]) == pytest.approx(np.linalg.norm(surface.origin[places]))
        assert not direction[biases].any()
    check_by_hand(surface, MODELS[kind](), MOONS, mse_loss)


def test_kernels_are_filters():
    model = Sequential(Conv2d(2, 3, 2, rng=RNG(0)), Flatten(), Linear(12, 2, rng=RNG(0)))
    data = RNG(1).normal(size=(4, 2, 3, 3)), np.array([0, 1, 0, 1])
    surface = loss_surface(model, data, cross_entropy, points=2, rng=RNG(0))
    kernels = surface.directions[0][:24].reshape(3, 8)
    own = np.reshape(model.layers[0].weight.data, (3, 8))
    assert np.linalg.norm(kernels, axis=1) == pytest.approx(np.linalg.norm(own, axis=1))


def test_a_model_of_biases_only_has_one_direction_for_all():
    class Scale(Module):
        def __init__(self):
            self.scale = Tensor([1.0, 2.0, 2.0])

        def forward(self, x):
            return (x * self.scale).sum(axis=1)

    surface = loss_surface(Scale(), (np.ones((2, 3)), np.zeros(2)), mse_loss, "random", points=2, rng=RNG(0))
    assert np.linalg.norm(surface.directions, axis=1) == pytest.approx([3.0, 3.0])


def test_principal_directions_hold_a_path_of_the_plane():
    model = MODELS["tensors"]()
    path = ParameterPath()
    fit(model, MOONS, mse_loss, Adam(model.parameters(), lr=0.05), epochs=3, batch_size=6, callbacks=[path], rng=RNG(0))
    surface = loss_surface(model, MOONS, mse_loss, "principal", paths=path.points, points=5)
    assert surface.directions @ surface.directions.T == pytest.approx(np.eye(2))
    seen = surface.project(path.points)
    assert seen[-1] == pytest.approx([0.0, 0.0])  # where the model is
    assert seen[0].min() >= 0.0
    centered = path.points - path.points.mean(axis=0)
    share = (centered @ surface.directions[0]).var() / centered.var(axis=0).sum()
    assert surface.labels[0] == f"1st principal direction, {share:.0%} of the variance"
    assert share > (centered @ surface.directions[1]).var() / centered.var(axis=0).sum()
    assert surface.x[0] < seen[:, 0].min() < seen[:, 0].max() < surface.x[-1]
    check_by_hand(surface, model, MOONS, mse_loss)


def test_directions_of_ones_own():
    directions = RNG(0).normal(size=(2, 13))
    surface = loss_surface(MODELS["values"](), MOONS, mse_loss, directions, points=3)
    assert np.array_equal(surface.directions, directions)
    steps = np.array([[0.5, -0.25], [0.0, 0.0]])
    assert surface.project(surface.origin + steps @ directions) == pytest.approx(steps)
    check_by_hand(surface, MODELS["values"](), MOONS, mse_loss)


# --- the model stays ---


class Interrupted(BaseException):
    pass


@pytest.mark.parametrize("error", [None, ValueError, KeyboardInterrupt, Interrupted])
@pytest.mark.parametrize("kind", MODELS)
def test_the_model_is_left_as_it_was(kind, error):
    model, calls = MODELS[kind](), []
    model.train()
    before = model.state_dict()

    def loss(out, y):
        calls.append(1)
        if error and len(calls) == 5:
            raise error
        return mse_loss(out, y)

    if error:
        with pytest.raises(error):
            loss_surface(model, MOONS, loss, points=4)
    else:
        loss_surface(model, MOONS, loss, points=4)
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())
    assert all(p.grad is None for p in model.parameters())
    assert model.training


def test_statistics_and_dropout_stay_out_of_it():
    model = Sequential(Linear(2, 4, rng=RNG(0)), BatchNorm1d(4), Dropout(0.5, rng=RNG(0)), Linear(4, 2, rng=RNG(0)))
    before, drawn = model.state_dict(), model.layers[2].rng.bit_generator.state
    first, second = (loss_surface(model, MOONS, cross_entropy, points=3, rng=RNG(0)).losses for _ in range(2))
    assert np.array_equal(first, second)
    assert all(np.array_equal(before[name], array) for name, array in model.state_dict().items())
    assert model.layers[2].rng.bit_generator.state == drawn


def test_single_precision_comes_back_to_the_bit():
    model = Sequential(Linear(2, 2, rng=RNG(0)))
    model.layers[0].weight = Tensor(np.array([[0.1, 0.2], [0.3, 0.4]], np.float32))
    before = model.layers[0].weight.data
    loss_surface(model, MOONS, cross_entropy, points=3)
    assert model.layers[0].weight.data.dtype == np.float32
    assert np.array_equal(model.layers[0].weight.data, before)


@pytest.mark.parametrize("kind", MODELS)
def test_a_penalty_in_the_loss_sees_the_parameters_of_the_place(kind):
    model = MODELS[kind]()
    plain = loss_surface(model, MOONS, mse_loss, points=3, rng=RNG(0))
    penalized = loss_surface(
        model, MOONS, lambda out, y: mse_loss(out, y) + l2_penalty(model.parameters(), 0.1), points=3, rng=RNG(0)
    )
    grid = np.stack(np.meshgrid(plain.x, plain.y), axis=-1) @ plain.directions + plain.origin
    assert penalized.losses - plain.losses == pytest.approx(0.1 * np.sum(grid**2, axis=-1))


# --- errors ---


def model():
    return MODELS["values"]()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: loss_surface(model()), TypeError, r"needs data: loss_surface\(model"),
        (lambda: loss_surface(3.0), TypeError, "or of a function of two numbers"),
        (lambda: loss_surface(lambda x, y: x, MOONS, mse_loss), TypeError, "or of a function of two numbers"),
        (lambda: loss_surface(model(), MOONS, mse_loss, points=1), ValueError, "points=1"),
        (lambda: loss_surface(model(), MOONS, mse_loss, "pca"), ValueError, "'random', 'principal' or two directions"),
        (lambda: loss_surface(model(), MOONS, mse_loss, ["b"]), ValueError, "takes two directions"),
        (
            lambda: loss_surface(model(), MOONS, mse_loss, ["b", "c"]),
            ValueError,
            r"no parameter 'b' .* are layers",
        ),
        (lambda: loss_surface(model(), MOONS, mse_loss, [np.ones(3)] * 2), ShapeError, "13 parameters"),
        (lambda: loss_surface(model(), MOONS, mse_loss, [np.ones(13)] * 2), ValueError, "parallel"),
        (lambda: loss_surface(model(), MOONS, mse_loss, "principal"), ValueError, "give paths="),
        (
            lambda: loss_surface(model(), MOONS, mse_loss, "principal", paths=np.ones((4, 13))),
            ValueError,
            "stays where it is",
        ),
        (lambda: loss_surface(model(), MOONS, mse_loss, paths=np.ones((4, 2))), ShapeError, r"row of 13 .* \(4, 2\)"),
        (lambda: loss_surface(lambda x, y: x, x=(1, -1)), ValueError, "from a number to a larger one"),
        (lambda: loss_surface(lambda x, y: x, x=2.0), ValueError, r"where an axis starts and stops, but got 2\.0"),
        (lambda: loss_surface(lambda x, y: "high"), OperandError, "a loss is one number, but got 'high'"),
    ],
)
def test_what_is_wrong_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_loss_may_have_a_penalty_of_a_network_of_values():
    network = model()
    given = []

    def loss(out, y):
        given.append(type(out))
        return mse_loss(out, y) + l2_penalty(network, 0.1)

    surface = loss_surface(network, MOONS, loss, points=3)
    assert set(given) == {Tensor}
    assert np.isfinite(surface.losses).all()
