"""Graphs in many threads at once, and graphs that die: at once, wholly, by reference counting."""

import gc
import math
import sys
import threading

import numpy as np
import pytest

import autograd
from autograd import Tensor, Value, grad, hessian, jvp


def differentiated(a):
    """Backward, nested transforms, forward mode and arrays."""
    x = Value(a)
    y = x
    for _ in range(50):
        y = autograd.sin(y) * x + 0.1
    y.backward()
    return (
        grad(grad(lambda x: x**3))(a),
        jvp(lambda x: autograd.exp(x * x), (a,), (1.0,))[1],
        x.grad,
        hessian(lambda t: (t * t * t).sum())(np.array([a]))[0, 0],
        grad(lambda t: autograd.logsumexp(t @ t.T))(Tensor([[a, 1.0]])).data.sum(),
    )


def test_64_threads_differentiate_their_own_graphs():
    results, together = {}, threading.Barrier(64)

    def work(seed):
        together.wait()
        results[seed] = [differentiated(0.5 + seed / 64) for _ in range(5)]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    for seed in range(64):
        a = 0.5 + seed / 64
        assert results[seed] == [differentiated(a)] * 5  # what one thread finds alone
        assert results[seed][0][:2] == pytest.approx((6 * a, 2 * a * math.exp(a * a)))


def scalar():
    x = Value(0.3)
    (autograd.tanh(x * x) / (x + 2.0)).backward()


def tensor():
    t = Tensor(np.ones((3, 4)))
    autograd.log_softmax(t @ t.T).sum().backward()


def nested():
    hessian(lambda p: p[0] * p[1] ** 2)([1.0, 2.0])
    jvp(grad(autograd.sin), (1.0,), (1.0,))


@pytest.mark.parametrize("build", [scalar, tensor, nested])
def test_ten_thousand_graphs_leave_nothing(build):
    gc.collect()
    gc.disable()  # so that only reference counting frees
    try:
        for _ in range(3_000):  # Python keeps some thousand freed tuples and floats for later: fill these stores
            build()
        before = sys.getallocatedblocks()
        for _ in range(10_000):
            build()
        left = sys.getallocatedblocks() - before
    finally:
        gc.enable()
    assert left < 100


def test_a_graph_dies_with_its_root():
    gc.collect()
    gc.disable()
    try:
        x = Value(1.0)
        alive = sys.getrefcount(x)
        y = autograd.exp(x * x + x)
        y.backward()
        assert sys.getrefcount(x) > alive
        del y
        assert sys.getrefcount(x) == alive
        grad(lambda z: z * x.data)(2.0)
        jvp(lambda z: z * x.data, (2.0,), (1.0,))
        assert sys.getrefcount(x) == alive
        assert gc.collect() == 0
    finally:
        gc.enable()
