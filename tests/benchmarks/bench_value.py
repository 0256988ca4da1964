"""Value and gradient of the chained Rosenbrock function on scalars, from scratch each time, beside peers.

8 operations per term: f(x) = Σ 100 (xᵢ₊₁ - xᵢ²)² + (1 - xᵢ)². Run by `python -m tests.benchmarks`, or by hand:
`pytest tests/benchmarks/bench_value.py --benchmark-enable`.
"""

import sys

import pytest

from autograd import Value

SIZES = {10: 2_000, 1_000: 40, 100_000: 2}  # n: rounds


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total = total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total


def start(n):
    return [0.5 + 0.001 * (i % 7) for i in range(n)]


def glassgrad(n):
    x = [Value(v) for v in start(n)]
    rosenbrock(x).backward()
    return [v.grad for v in x]


def micrograd(n):
    from micrograd import engine

    sys.setrecursionlimit(10_000_000)  # its topological sort is recursive
    x = [engine.Value(v) for v in start(n)]
    rosenbrock(x).backward()
    return [v.grad for v in x]


def pytorch(n):
    import torch

    x = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in start(n)]
    rosenbrock(x).backward()
    return [v.grad.item() for v in x]


def xad(n):
    import xad.adj_1st as tape_of

    with tape_of.Tape() as tape:
        x = [tape_of.Real(v) for v in start(n)]
        tape.registerInputs(x)
        tape.newRecording()
        y = rosenbrock(x)
        tape.registerOutput(y)
        y.derivative = 1.0
        tape.computeAdjoints()
        return [v.derivative for v in x]


PEERS = {xad: "xad", pytorch: "torch", micrograd: "micrograd"}


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("engine", [glassgrad, xad, pytorch, micrograd])
@pytest.mark.filterwarnings("ignore")
def test_rosenbrock(benchmark, engine, n):
    if engine in PEERS:  # before anything is measured, or there would be nothing to write down
        pytest.importorskip(PEERS[engine])
    benchmark.extra_info.update(engine=engine.__name__, n=n, operations=8 * (n - 1))
    slow = n == 100_000 and engine in (micrograd, pytorch)
    got = benchmark.pedantic(engine, (n,), rounds=1 if slow else SIZES[n], warmup_rounds=0 if slow else 1)
    assert got == pytest.approx(glassgrad(n), rel=1e-12)
