"""Tensors: one training step beside the same step written by hand in numpy, and a long chain beside PyTorch."""

from itertools import pairwise

import numpy as np
import pytest

import nn
from autograd import Tensor

SIZES = [784, 128, 64, 10]


class ByHand:
    """MLP 784-128-64-10, relu, cross entropy, plain gradient descent, 64 samples, float64."""

    def __init__(self, weights, biases, x, labels):
        self.w, self.b, self.x, self.labels = weights, biases, x, labels

    def __call__(self):
        (w1, w2, w3), (b1, b2, b3), x, n = self.w, self.b, self.x, len(self.labels)
        z1 = x @ w1.T + b1
        h1 = np.maximum(z1, 0.0)
        z2 = h1 @ w2.T + b2
        h2 = np.maximum(z2, 0.0)
        z3 = h2 @ w3.T + b3
        off = z3 - z3.max(axis=1, keepdims=True)
        grown = np.exp(off)
        total = grown.sum(axis=1, keepdims=True)
        loss = np.mean(np.log(total[:, 0]) - off[np.arange(n), self.labels])
        d3 = grown / total
        d3[np.arange(n), self.labels] -= 1.0
        d3 /= n
        d2 = (d3 @ w3) * (z2 > 0.0)
        d1 = (d2 @ w2) * (z1 > 0.0)
        for w, b, d, a in ((w3, b3, d3, h2), (w2, b2, d2, h1), (w1, b1, d1, x)):
            w -= 0.01 * (d.T @ a)
            b -= 0.01 * d.sum(axis=0)
        return loss


class Ours:
    """The same with nn."""

    def __init__(self, weights, biases, x, labels):
        layers = [nn.Linear(a, b) for a, b in pairwise(SIZES)]
        for layer, w, b in zip(layers, weights, biases, strict=True):
            layer.weight.data, layer.bias.data = w, b
        self.model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
        self.optimizer = nn.SGD(self.model.parameters(), lr=0.01)
        self.x, self.labels = Tensor(x, requires_grad=False), labels

    def __call__(self):
        loss = nn.cross_entropy(self.model(self.x), self.labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def given_step(offset=None):
    """Weights, biases, images and labels, the same each time; the weights so many bytes behind a line of the cache."""
    rng = np.random.default_rng(0)
    weights = [rng.normal(0.0, a**-0.5, (b, a)) for a, b in pairwise(SIZES)]
    if offset is not None:
        weights = [placed(w, offset) for w in weights]
    return weights, [np.zeros(b) for b in SIZES[1:]], rng.normal(size=(64, 784)), rng.integers(0, 10, 64)


def placed(array, offset):
    """A copy whose memory begins `offset` bytes behind a multiple of 64."""
    buffer = np.empty(array.size + 8)
    start = (offset - buffer.ctypes.data) % 64 // 8
    copy = buffer[start : start + array.size].reshape(array.shape)
    copy[...] = array
    return copy


OFFSETS = (0, 16, 32, 48)
"""Where memory may lie. The step by hand, which keeps its weights, takes a tenth less where they begin at 0."""


@pytest.mark.parametrize("make", [Ours, ByHand])
def test_step(benchmark, make):
    assert Ours(*given_step())() == pytest.approx(ByHand(*given_step())())
    benchmark.extra_info.update(engine=make.__name__)
    benchmark.pedantic(make(*given_step()), rounds=300, warmup_rounds=20)


def chain(x, last):
    for i in range(1000):
        x = x * 1.0001 if i % 2 else x.sin()
    last(x).backward()


def glassgrad():
    chain(Tensor(np.ones(4)), lambda y: y.sum())


def pytorch():
    import torch

    chain(torch.ones(4, dtype=torch.float64, requires_grad=True), lambda y: y.sum())


@pytest.mark.parametrize("engine", [glassgrad, pytorch])
@pytest.mark.filterwarnings("ignore")
def test_chain(benchmark, engine):
    if engine is pytorch:  # before anything is measured, or there would be nothing to write down
        pytest.importorskip("torch")
    benchmark.extra_info.update(engine=engine.__name__, operations=1000)
    benchmark.pedantic(engine, rounds=40, warmup_rounds=3)
