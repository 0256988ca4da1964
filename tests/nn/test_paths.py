import numpy as np
import pytest

from autograd import GraphError, Tensor, Value, square
from nn import MLP, SGD, Adam, EvolutionStrategy, Nesterov, Newton, ParameterPath, descend, fit, mse_loss

X = np.linspace(-1.0, 1.0, 6)
DATA = X[:, None], 2.0 * X


def trained(path, epochs=2, batch_size=2, **options):
    network = MLP(1, [1], rng=np.random.default_rng(0))
    optimizer = SGD(network.parameters(), lr=0.1)
    rng = np.random.default_rng(1)
    fit(network, DATA, mse_loss, optimizer, epochs, batch_size, callbacks=[path], rng=rng, **options)
    return network


def test_fit_records_the_start_and_every_step():
    path = ParameterPath()
    start = [p.data for p in MLP(1, [1], rng=np.random.default_rng(0)).parameters()]
    network = trained(path)
    assert path.points.shape == (7, 2)
    assert path.points[0].tolist() == start
    assert path.points[-1].tolist() == [p.data for p in network.parameters()]


def test_every_so_many_steps():
    whole, part = ParameterPath(), ParameterPath(every=3)
    trained(whole)
    trained(part)
    assert np.array_equal(part.points, whole.points[::3])
    with pytest.raises(ValueError, match="every=0"):
        ParameterPath(every=0)


def test_a_new_training_begins_a_new_path_and_a_longer_one_goes_on():
    path = ParameterPath()
    trained(path)
    first = path.points
    trained(path)
    assert np.array_equal(path.points, first)
    other = ParameterPath()
    other.load_state_dict(path.state_dict())
    assert np.array_equal(other.points, first)


def test_a_path_of_some_parameters():
    network = MLP(1, [1], rng=np.random.default_rng(0))
    path = ParameterPath([network.layers[0].neurons[0].b])
    fit(network, DATA, mse_loss, SGD(network.parameters(), lr=0.1), batch_size=6, callbacks=[path])
    assert path.points.shape == (2, 1)


def test_a_loop_says_whose_path_it_is():
    with pytest.raises(ValueError, match=r"nn\.ParameterPath\(model\.parameters\(\)\)"):
        ParameterPath().record()
    weight = Tensor([1.0, 2.0])
    path = ParameterPath([weight])
    path.record()
    weight.data = weight.data - 1.0
    path.record()
    assert path.points.tolist() == [[1.0, 2.0], [0.0, 1.0]]


def bowl(x, y):
    return square(x) + 2.0 * square(y)


def test_descent_takes_the_steps_of_the_optimizer():
    path = descend(bowl, (1.0, 1.0), lambda place: SGD(place, lr=0.1), steps=5)
    by_hand = [(1.0, 1.0)]
    for _ in range(5):
        x, y = by_hand[-1]
        by_hand.append((x - 0.1 * 2.0 * x, y - 0.1 * 4.0 * y))
    assert path == pytest.approx(np.array(by_hand))


@pytest.mark.parametrize(
    "optimizer",
    [
        lambda place: Adam(place, lr=0.3),
        lambda place: Nesterov(place, lr=0.02),
        Newton,
        lambda place: EvolutionStrategy(place, rng=np.random.default_rng(0)),
    ],
)
def test_every_optimizer_descends(optimizer):
    path = descend(bowl, (1.0, -1.0), optimizer, steps=60)
    assert path.shape == (61, 2)
    assert bowl(*path[-1]) < 0.05 * bowl(*path[0])


def test_descent_that_blows_up_ends_where_it_is_finite():
    path = descend(lambda x: x**4.0, (3.0,), lambda place: SGD(place, lr=1.0), steps=50)
    assert 1 < len(path) < 20
    assert np.isfinite(path).all()


def test_a_function_of_plain_numbers_is_told():
    with pytest.raises(GraphError, match=r"a function of Values that gives a Value, but it gave 1\.0"):
        descend(lambda x: 1.0, (3.0,), lambda place: SGD(place, lr=1.0))
    assert descend(lambda x: x * x, [Value(3.0).data], lambda place: SGD(place, lr=0.5), 1).tolist() == [[3.0], [0.0]]


@pytest.mark.parametrize("steps", [-1, 2.5, True])
def test_descend_takes_whole_numbers_of_steps(steps):
    with pytest.raises(ValueError, match="a whole number of steps, from 0, but got steps="):
        descend(lambda x: x * x, [1.0], lambda place: SGD(place, lr=0.1), steps)
