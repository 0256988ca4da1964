"""Networks of layers: a training step of 64 samples beside PyTorch, on one core and in float64."""

import contextlib

import numpy as np
import pytest

import nn
from autograd import Tensor


def convolutional(m):
    """For digits, 8 by 8 pixels; `m` is our `nn` or that of PyTorch."""
    return m.Sequential(
        m.Conv2d(1, 16, 3, padding=1), m.ReLU(), m.MaxPool2d(2),
        m.Conv2d(16, 32, 3, padding=1), m.ReLU(), m.MaxPool2d(2),
        m.Flatten(), m.Linear(128, 10),
    )  # fmt: skip


def normalized(m):
    """784-128-64-10 with batch normalization."""
    return m.Sequential(
        m.Linear(784, 128), m.BatchNorm1d(128), m.ReLU(), m.Linear(128, 64), m.BatchNorm1d(64), m.ReLU(),
        m.Linear(64, 10),
    )  # fmt: skip


NETWORKS = {"CNN on digits": (convolutional, (64, 1, 8, 8)), "MLP with batch norm": (normalized, (64, 784))}


def given(name):
    """A network by its name: how it is made, images and labels; the same each time."""
    make, shape = NETWORKS[name]
    rng = np.random.default_rng(0)
    return make, rng.normal(size=shape), rng.integers(0, 10, 64)


def ours(name):
    """A training step with nn, as a function that gives the loss."""
    make, x, labels = given(name)
    model = make(nn)
    rng = np.random.default_rng(1)
    for p in model.parameters():
        p.data = rng.normal(0.0, 0.1, p.shape)
    optimizer, x = nn.SGD(model.parameters(), lr=0.01), Tensor(x, requires_grad=False)

    def step():
        loss = nn.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def pytorch(name):
    """The same with PyTorch."""
    torch = pytest.importorskip("torch")
    make, x, labels = given(name)
    model = make(torch.nn).double()
    rng = np.random.default_rng(1)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.tensor(rng.normal(0.0, 0.1, p.shape)))
    optimizer, x, labels = torch.optim.SGD(model.parameters(), lr=0.01), torch.tensor(x), torch.tensor(labels)

    def step():
        loss = torch.nn.functional.cross_entropy(model(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


@contextlib.contextmanager
def one_core():
    """Linear algebra on one thread, here and in PyTorch."""
    from threadpoolctl import threadpool_limits

    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1, "blas"):
            yield
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("engine", [ours, pytorch])
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.filterwarnings("ignore")
def test_step(benchmark, name, engine):
    benchmark.extra_info.update(engine=engine.__name__, network=name)
    with one_core():
        first, second = ours(name), pytorch(name)
        for _ in range(3):
            assert first() == pytest.approx(second(), rel=1e-10)
        benchmark.pedantic(engine(name), rounds=100, warmup_rounds=10)
