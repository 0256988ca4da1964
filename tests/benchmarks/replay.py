"""Programs replayed, beside peers: `python -m tests.benchmarks.replay` prints tables; `--quick` leaves out the slow.

All contenders of a table are measured in turns in one process, and the best time of each counts, since the machine may
change its pace; the load is told beside. They get one array of all inputs and give one of all results. Peers that are
not installed are left out.
"""

import argparse
import gc
import importlib.util
import os
import random
import time
import tracemalloc
from functools import partial

import numpy as np

from autograd import trace, value_and_grad
from autograd.collector import tick
from tests.benchmarks.bench_value import rosenbrock, start

HAS = {name: importlib.util.find_spec(name) is not None for name in ("numba", "casadi", "jax", "micrograd")}


def in_turns(contenders, *, rounds=30, seconds=0.02):
    """The best time of each function without arguments, in seconds."""
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, function in contenders.items():
            begin, calls = time.perf_counter(), 0
            while calls < 3 or time.perf_counter() - begin < seconds:
                before = time.perf_counter()
                function()
                best[name] = min(best[name], time.perf_counter() - before)
                calls += 1
                if time.perf_counter() - begin > 1.0:
                    break
    return best


def same(contenders):
    """Whether all give the same numbers, but for rounding."""
    results = [np.asarray(function(), float) for function in contenders.values()]
    for result in results:
        np.testing.assert_allclose(result, results[0], rtol=1e-9, atol=1e-12)


# --- value and gradient of the chained Rosenbrock function ---


def casadi_machine(f, x):
    """CasADi's virtual machine on its own buffers."""
    import casadi

    symbols = casadi.SX.sym("x", len(x))
    out = f([symbols[i] for i in range(len(x))])
    function = casadi.Function("f", [symbols], [casadi.vertcat(out, casadi.gradient(out, symbols))])
    buffer, call = function.buffer()
    result = np.empty(1 + len(x))
    buffer.set_arg(0, memoryview(x))
    buffer.set_res(0, memoryview(result))

    def run():
        call()
        return result

    run.keep = buffer, function
    return run


def jax_jit(f, x):
    """The same scalar code through XLA."""
    import jax

    jax.config.update("jax_enable_x64", True)
    function = jax.jit(jax.value_and_grad(lambda x: f(list(x))))

    def run():
        value, slopes = function(x)
        return np.concatenate([[value], np.asarray(slopes)])

    run()
    return run


def rosenbrock_by_hand(x):
    def run():
        a, b = x[:-1], x[1:]
        d, e = b - a * a, 1.0 - a
        out = np.zeros(1 + len(x))
        out[0] = 100.0 * (d @ d) + e @ e
        out[1:-1] -= 400.0 * d * a + 2.0 * e
        out[2:] += 200.0 * d
        return out

    return run


def rosenbrock_table(sizes, quick):
    print("\nvalue and gradient of the chained Rosenbrock function, ns per recorded operation (8 per term)")
    for n in sizes:
        x, operations = np.array(start(n)), 8 * (n - 1)
        begin, first = time.process_time(), tick()
        program = trace(value_and_grad(rosenbrock), x.tolist(), executor="numpy")
        recorded = tick() - first
        program.flat(x)
        traced = time.process_time() - begin
        xs, contenders = x.tolist(), {"glassgrad numpy": partial(program.flat, x)}
        if HAS["numba"]:
            fast = trace(value_and_grad(rosenbrock), x.tolist(), executor="numba")
            fast.flat(x)
            lanes = np.tile(x, (100, 1))
            fast.flat(lanes)
            contenders["glassgrad numba"] = partial(fast.flat, x)
            contenders["glassgrad numba, called with a list"] = partial(flattened, fast, xs)
        if n <= 1000:
            slow = trace(value_and_grad(rosenbrock), x.tolist(), executor="python")
            contenders["glassgrad python"] = partial(flattened, slow, xs)
        if HAS["casadi"]:
            contenders["CasADi's machine"] = casadi_machine(rosenbrock, x)
        if HAS["jax"] and n <= (100 if quick else 1000):
            contenders["JAX jit"] = jax_jit(rosenbrock, x)
        contenders["numpy by hand"] = rosenbrock_by_hand(x)
        same(contenders)
        times = in_turns(contenders)
        print(
            f"n = {n}: {recorded} operations recorded, with those of the gradient, traced and prepared in "
            f"{traced / recorded * 1e6:.1f} µs each; {len(program)} equations"
        )
        for name, seconds in times.items():
            print(f"  {name:36} {seconds / operations * 1e9:9.2f}")
        if HAS["numba"]:
            many = in_turns({"lanes": partial(fast.flat, lanes)}, rounds=10)["lanes"]
            print(f"  {'glassgrad numba, 100 lanes, per lane':36} {many / operations / 100 * 1e9:9.2f}")


def flattened(program, xs):
    value, slopes = program(xs)
    return [value, *slopes]


# --- a training step of the network of micrograd's demonstration ---


def moons(samples=100):
    rng = np.random.default_rng(0)
    t = rng.uniform(0.0, np.pi, samples)
    side = np.arange(samples) % 2
    x = np.stack([np.cos(t) * (1 - 2 * side) + side, np.sin(t) * (1 - 2 * side) + 0.5 * side], axis=1)
    return x + rng.normal(0.0, 0.1, x.shape), 2.0 * side - 1.0


SIZES = ((2, 16), (16, 16), (16, 1))
RATE, DECAY = 0.05, 1e-4


def parameters():
    random.seed(0)
    return np.array([random.uniform(-1.0, 1.0) for inner, outer in SIZES for _ in range((inner + 1) * outer)])


def network_loss(p, points, labels):
    """The loss on scalars: weights and bias of every neuron stand one after the other in p."""
    losses = []
    for x, y in zip(points, labels, strict=True):
        at, values = 0, list(x)
        for layer, (inner, outer) in enumerate(SIZES):
            out = []
            for _ in range(outer):
                total = p[at + inner]
                for w, v in zip(p[at : at + inner], values, strict=True):
                    total = total + w * v
                out.append(total if layer == len(SIZES) - 1 else total.relu())
                at += inner + 1
            values = out
        losses.append((1.0 - y * values[0]).relu())
    return sum(losses) * (1.0 / len(losses)) + DECAY * sum(w * w for w in p)


def step_by_hand(p, points, labels):
    """The same on arrays, with its derivative worked out."""

    def run():
        at, layers = 0, []
        for inner, outer in SIZES:
            layers.append(p[at : at + (inner + 1) * outer].reshape(outer, inner + 1))
            at += (inner + 1) * outer
        values = [points]
        for w in layers[:-1]:
            values.append(np.maximum(values[-1] @ w[:, :-1].T + w[:, -1], 0.0))
        w = layers[-1]
        margin = 1.0 - labels * (values[-1] @ w[0, :-1] + w[0, -1])
        loss = np.maximum(margin, 0.0).mean() + DECAY * (p @ p)
        g = np.where(margin > 0.0, -labels / len(labels), 0.0)[:, None]
        slopes = []
        for w, v in zip(layers[::-1], values[::-1], strict=True):
            slopes.append(np.concatenate([g.T @ v, g.sum(axis=0)[:, None]], axis=1).ravel())
            g = (g @ w[:, :-1]) * (v > 0.0)
        gradient = np.concatenate(slopes[::-1]) + 2.0 * DECAY * p
        return np.append(loss, p - RATE * gradient)

    return run


def jax_step(p, points, labels):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss(p):
        at, values = 0, points
        for layer, (inner, outer) in enumerate(SIZES):
            w = p[at : at + (inner + 1) * outer].reshape(outer, inner + 1)
            values = values @ w[:, :-1].T + w[:, -1]
            if layer < len(SIZES) - 1:
                values = jnp.maximum(values, 0.0)
            at += (inner + 1) * outer
        return jnp.maximum(1.0 - labels * values[:, 0], 0.0).mean() + DECAY * (p @ p)

    @jax.jit
    def step(p):
        value, slopes = jax.value_and_grad(loss)(p)
        return value, p - RATE * slopes

    def run():
        value, after = step(p)
        return np.append(value, np.asarray(after))

    run()
    return run


def casadi_step(p, points, labels):
    import casadi

    casadi.SX.relu = lambda x: casadi.fmax(x, 0.0)
    inner = casadi_machine(lambda q: network_loss(q, points.tolist(), labels.tolist()), p)

    def run():
        out = inner()
        return np.append(out[0], p - RATE * out[1:])

    return run


def micrograd_step(p, points, labels):
    from micrograd.engine import Value

    def run():
        q = [Value(w) for w in p.tolist()]
        loss = network_loss(q, points.tolist(), labels.tolist())
        loss.backward()
        return np.append(loss.data, [w.data - RATE * w.grad for w in q])

    return run


def moons_table(quick):
    points, labels = moons()
    p = parameters()

    def loss(q):
        return network_loss(q, points.tolist(), labels.tolist())

    contenders = {}
    for executor in ["numpy", "numba"][: 1 + HAS["numba"]]:
        begin = time.process_time()
        program = trace(value_and_grad(loss), p.tolist(), executor=executor)
        program.flat(p)

        def run(program=program):
            out = program.flat(p)
            out[1:] = p - RATE * out[1:]
            return out

        contenders[f"glassgrad {executor}"] = run
        print(f"\n{len(program)} equations, traced and prepared for {executor} in {time.process_time() - begin:.1f} s")
    if HAS["casadi"]:
        contenders["CasADi's machine"] = casadi_step(p, points, labels)
    if HAS["jax"]:
        contenders["JAX jit, tensors"] = jax_step(p, points, labels)
    contenders["numpy by hand"] = step_by_hand(p, points, labels)
    if HAS["micrograd"] and not quick:
        contenders["micrograd"] = micrograd_step(p, points, labels)
    same(contenders)
    times = in_turns(contenders, rounds=10)
    print("a training step of micrograd's network 2-16-16-1 on 100 points, ms")
    for name, seconds in times.items():
        print(f"  {name:36} {seconds * 1e3:9.3f}")


# --- memory ---


def memory_table():
    """Bytes per recorded operation: what tracing takes at most, and what a prepared program keeps."""
    n = 5_000
    x = start(n)
    for name, f in [("forward", rosenbrock), ("value and gradient", value_and_grad(rosenbrock))]:
        trace(f, x[:10]).batch([x[:10]])
        gc.collect()
        tracemalloc.start()
        first = tick()
        program = trace(f, x, executor="numpy")
        recorded = tick() - first
        peak = tracemalloc.get_traced_memory()[1]
        program.flat(x)
        gc.collect()
        kept = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        print(
            f"memory, {name}: {peak / recorded:.0f} bytes per recorded operation while tracing, "
            f"{kept / len(program):.0f} per equation kept"
        )


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.replay", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes to compile or to run")
    quick = parser.parse_args().quick
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    memory_table()
    rosenbrock_table((100, 1_000, 10_000), quick)
    moons_table(quick)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
