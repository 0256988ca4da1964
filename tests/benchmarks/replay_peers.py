"""What replays are measured beside: each function here takes a problem and gives a function without arguments."""

import random

import numpy as np

from tests.benchmarks.bench_value import rosenbrock

# --- value and gradient of the chained Rosenbrock function ---


def casadi_machine(f, x):
    """CasADi's virtual machine on its own buffers."""
    import casadi

    symbols = casadi.SX.sym("x", len(x))
    out = f([symbols[i] for i in range(len(x))])
    function = casadi.Function("f", [symbols], [casadi.vertcat(out, casadi.gradient(out, symbols))])
    return casadi_call(function, [x], 1 + len(x))


def casadi_call(function, given, size):
    buffer, call = function.buffer()
    result = np.empty(size)
    for place, x in enumerate(given):
        buffer.set_arg(place, memoryview(x))
    buffer.set_res(0, memoryview(result))

    def run():
        call()
        return result

    run.keep = buffer, function, given
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


def casadi_second_order(x, v):
    """CasADi's virtual machine for the entries of the Hessian, and for its product with `v`."""
    import casadi

    p, q = casadi.SX.sym("x", len(x)), casadi.SX.sym("v", len(x))
    matrix, slopes = casadi.hessian(rosenbrock([p[i] for i in range(len(x))]), p)
    product = casadi.jtimes(slopes, p, q)
    return (
        casadi_call(casadi.Function("hessian", [p], [matrix]), [x], matrix.nnz()),
        casadi_call(casadi.Function("product", [p, q], [product]), [x, v], len(x)),
    )


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
