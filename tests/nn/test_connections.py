import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import ShapeError, Tensor
from nn import accuracy, load_dataset, standardize, toys
from nn.connections import ConstNode, Network

X, T = [0.2, 0.9, 0.4], [0.9, 0.1]


def sigma(z):
    return 1.0 / (1.0 + math.exp(-z))


@pytest.fixture
def network():
    network = Network([3, 4, 2], rng=np.random.default_rng(0))
    for k, connection in enumerate(network.connections):
        connection.weight = math.sin(k + 1.0)
    return network


def test_the_worked_example_by_number(network):
    w = {ends: network.connections[ends].weight for ends in network.connections._by_ends}
    x1, x2, x3 = X
    t1, t2 = T
    a4, a5, a6, a7 = (
        sigma(w[j, 1] * x1 + w[j, 2] * x2 + w[j, 3] * x3 + w[j, "b"]) for j in (4, 5, 6, 7)
    )  # fmt: skip
    y1 = sigma(w[8, 4] * a4 + w[8, 5] * a5 + w[8, 6] * a6 + w[8, 7] * a7 + w[8, "b"])
    y2 = sigma(w[9, 4] * a4 + w[9, 5] * a5 + w[9, 6] * a6 + w[9, 7] * a7 + w[9, "b"])
    assert network.predict(X) == pytest.approx([y1, y2], rel=1e-15)
    assert network.error(X, T) == pytest.approx(((t1 - y1) ** 2 + (t2 - y2) ** 2) / 2.0, rel=1e-14)

    d8, d9 = y1 * (1 - y1) * (t1 - y1), y2 * (1 - y2) * (t2 - y2)
    d4 = a4 * (1 - a4) * (w[8, 4] * d8 + w[9, 4] * d9)
    network.learn(X, T, rate=0.3)
    assert [network.node(j).delta for j in (8, 9, 4)] == pytest.approx([d8, d9, d4], rel=1e-13)
    expected = {
        (8, 4): w[8, 4] + 0.3 * d8 * a4,
        (8, "b"): w[8, "b"] + 0.3 * d8,
        (4, 1): w[4, 1] + 0.3 * d4 * x1,
        (4, "b"): w[4, "b"] + 0.3 * d4,
    }
    for ends, weight in expected.items():
        assert network.connections[ends].weight == pytest.approx(weight, rel=1e-14)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.integers(0, 99))
def test_error_terms_engine_and_differences_agree(sizes, seed):
    rng = np.random.default_rng(seed)
    network = Network(sizes, rng)
    for connection in network.connections:
        connection.weight = rng.normal()
    before = [connection.weight for connection in network.connections]
    for name, by_hand, by_engine, by_difference in network.check(
        rng.normal(size=sizes[0]), rng.uniform(size=sizes[-1])
    ):
        assert by_hand == pytest.approx(by_engine, rel=1e-12, abs=1e-17), name
        assert by_hand == pytest.approx(by_difference, abs=1e-8), name
    assert [connection.weight for connection in network.connections] == before


def test_a_delta_is_minus_the_slope_of_the_error_by_the_weighted_sum(network):
    network.calc_deltas(X, T)
    hidden, output = ([c.weight for c in network.connections][part] for part in (slice(16), slice(16, None)))
    first, last = np.reshape(hidden, (4, 4)), np.reshape(output, (2, 5))
    net = Tensor(first @ [*X, 1.0])
    out = Tensor(last[:, :4]) @ autograd.sigmoid(net) + last[:, 4]
    (autograd.square(T - autograd.sigmoid(out)).sum() * 0.5).backward()
    np.testing.assert_allclose([node.delta for node in network.layers[1].nodes], -net.grad, rtol=1e-13)
    np.testing.assert_allclose([node.delta for node in network.layers[2].nodes], -out.grad, rtol=1e-13)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_learns_exclusive_or(seed):
    rng = np.random.default_rng(seed)
    network, gate = Network([2, 3, 1], rng), toys.gate("xor")
    errors = network.train(gate.inputs, gate.targets[:, None], rate=1.0, epochs=3000, rng=rng)
    assert len(errors) == 3000
    assert errors[-1] < 0.02 * errors[0]
    assert [round(*network.predict(x)) for x in gate.inputs] == [0, 1, 1, 0]


def test_it_learns_iris():
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    train, test = load_dataset("iris").split(0.2, rng)
    inputs, others = standardize(train.inputs, test.inputs)
    network = Network([4, 5, 3], rng)
    network.train(inputs, np.eye(3)[train.targets], rate=0.3, epochs=20, rng=rng)
    assert accuracy(test.targets, [int(np.argmax(network.predict(x))) for x in others]) >= 0.9


def test_parts_are_found_by_number_and_named_as_in_the_formulas(network):
    assert network.node(4).upstream == [network.connections[4, end] for end in (1, 2, 3, "b")]
    assert network.node(4).downstream == [network.connections[8, 4], network.connections[9, 4]]
    assert [c.name for c in network.node(9).upstream] == ["w94", "w95", "w96", "w97", "w9b"]
    assert Network([9, 2]).connections[10, 9].name == "w10,9"
    assert len(network.connections) == 26
    assert isinstance(network.connections[4, "b"].source, ConstNode)
    assert network.connections[4, "b"].source.output == 1.0


def test_everything_has_a_repr(network):
    assert repr(network) == "Network([3, 4, 2])  # 26 connections, nodes 1 to 9"
    assert repr(network.layers[1]) == "Layer(nodes 4 to 7)"
    assert repr(network.node(1)) == "Node(1, output=0.0, delta=0.0)"
    assert repr(network.connections[4, "b"].source) == "ConstNode()"
    assert repr(network.connections[4, 1]) == f"Connection(w41 = {math.sin(1.0)!r})"
    assert repr(network.connections).startswith("Connections(w41 = 0.8415, w42 = 0.9093")


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda n: Network([3]), ShapeError, r"two or more layers, such as \[3, 4, 2\]"),
        (lambda n: Network([3, 0]), ShapeError, "positive whole numbers"),
        (lambda n: n.predict([1.0, 2.0]), ShapeError, r"3 inputs as a list, but got shape \(2,\)"),
        (lambda n: n.learn(X, [1.0], 0.1), ShapeError, r"2 targets as a list, but got shape \(1,\)"),
        (lambda n: n.train([X], [], 0.1, 1), ShapeError, "1 inputs and 0 targets"),
        (lambda n: n.train([X, X], [[1.0, 0.0], [1.0, math.nan]], 0.1, 1), ValueError, "nan or infinite"),
        (lambda n: n.train([X], [[1.0, 0.0]], 0.1, 1.5), ValueError, "a whole number of epochs"),
        (lambda n: n.learn([math.inf, 0.0, 0.0], [1.0, 0.0], 0.1), ValueError, "finite inputs"),
        (lambda n: n.train([X], [[1.0, 0.0]], 0.1, 1, rng=0), TypeError, "numpy.random.Generator, but got 0"),
        (lambda n: n.learn(X, [1.0, 0.0], -0.1), ValueError, "rate that is not negative, but got -0.1"),
        (lambda n: n.learn(X, [1.0, 0.0], math.nan), ValueError, "a finite rate"),
        (lambda n: n.node(10), IndexError, "numbers 1 to 9, but got 10"),
        (lambda n: n.node("1"), IndexError, "numbers 1 to 9, but got '1'"),
        (lambda n: n.connections[1], KeyError, "no connection 1; they are found as"),
        (lambda n: n.connections[4, 8], KeyError, r"no connection \(4, 8\); they are found as \(to, from\)"),
    ],
)
def test_what_does_not_fit_is_explained(network, wrong, error, message):
    before = [connection.weight for connection in network.connections]
    with pytest.raises(error, match=message):
        wrong(network)
    assert [connection.weight for connection in network.connections] == before
