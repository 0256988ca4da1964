"""Programs replayed, beside peers: `python -m tests.benchmarks.replay` prints the tables of the README.

`--quick` leaves out what takes long, and `--write` puts the tables into the README.

All contenders of a table are measured in turns in one process, and the best time of each counts, since the machine may
change its pace; the load is told beside. They get one array of all inputs and give one of all results. Peers that are
not installed are left out.
"""

import argparse
import gc
import importlib.util
import os
import pathlib
import statistics
import subprocess
import sys
import textwrap
import time
import tracemalloc
from functools import partial

import numpy as np

from autograd import hvp, trace, value_and_grad
from tests.benchmarks.bench_value import rosenbrock, start
from tests.benchmarks.replay_peers import (
    RATE,
    casadi_machine,
    casadi_second_order,
    casadi_step,
    jax_jit,
    jax_step,
    micrograd_step,
    moons,
    network_loss,
    parameters,
    rosenbrock_by_hand,
    step_by_hand,
)

README = pathlib.Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- replays: made by `python -m tests.benchmarks.replay --write` -->", "<!-- end of replays -->"
HAS = {name: importlib.util.find_spec(name) is not None for name in ("numba", "casadi", "jax", "micrograd")}


def in_turns(contenders, *, rounds=30, seconds=0.02):
    """The best time of each function without arguments, in seconds."""
    for _ in range(2):
        gc.collect()  # after which autograd.collector is back at Python's own pace, which is that of the peers
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


def rosenbrock_table(sizes, quick):
    """Lines of a table: ns per operation of the function, of which there are 8 per term, for value and gradient."""
    rows = {}
    for n in sizes:
        x, operations = np.array(start(n)), 8 * (n - 1)
        program = trace(value_and_grad(rosenbrock), x.tolist(), executor="numpy")
        xs, contenders = x.tolist(), {"glassgrad, numpy": partial(program.flat, x)}
        if HAS["numba"]:
            fast = trace(value_and_grad(rosenbrock), x.tolist(), executor="numba")
            fast.flat(x)
            lanes = np.tile(x, (100 if n <= 10_000 else 1, 1))
            fast.flat(lanes)
            contenders = {"**glassgrad, numba**": partial(fast.flat, x), **contenders}
        if n <= 1000:
            slow = trace(value_and_grad(rosenbrock), x.tolist(), executor="python")
            contenders["glassgrad, python"] = partial(flattened, slow, xs)
        if HAS["casadi"]:
            contenders["CasADi's virtual machine"] = casadi_machine(rosenbrock, x)
        if HAS["jax"] and n <= (100 if quick else 1000):
            contenders["JAX jit of the same code"] = jax_jit(rosenbrock, x)
        contenders["numpy by hand"] = rosenbrock_by_hand(x)
        same(contenders)
        times = in_turns(contenders)
        if HAS["numba"] and n <= 10_000:
            times["**glassgrad, numba**, 100 points at once"] = (
                in_turns({"lanes": partial(fast.flat, lanes)}, rounds=10)["lanes"] / 100
            )
        for name, seconds in times.items():
            rows.setdefault(name, {})[n] = seconds / operations * 1e9
    titles = [f"n = {n:,}" for n in sizes]
    lines = [f"| ns per operation | {' | '.join(titles)} |", "|---|" + "---:|" * len(sizes)]
    for name, row in rows.items():
        lines.append(f"| {name} | {' | '.join(f'{row[n]:.1f}' if n in row else '' for n in sizes)} |")
    return lines


def flattened(program, xs):
    value, slopes = program(xs)
    return [value, *slopes]


def second_order_table(n=100):
    """Lines of a table: µs for the Hessian of the same function, all entries, and for its product with a vector."""
    x, v = np.array(start(n)), np.linspace(-1.0, 1.0, n)
    executor = "numba" if HAS["numba"] else "numpy"
    matrix = trace(rosenbrock, x.tolist(), executor=executor).hessian(sparse=True)
    product = trace(lambda x, v: hvp(rosenbrock, (x,), (v,))[0], x.tolist(), v.tolist(), executor=executor)
    both = np.concatenate([x, v])
    columns = {f"**glassgrad, {executor}**": (partial(matrix.flat, x), partial(product.flat, both))}
    if HAS["casadi"]:
        columns["CasADi's virtual machine"] = casadi_second_order(x, v)
    titles = [f"the Hessian, n = {n}, {len(matrix(x.tolist()).values)} entries", "its product with a vector"]
    lines = [f"| µs | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    for title, *functions in zip(titles, *columns.values(), strict=True):
        contenders = dict(zip(columns, functions, strict=True))
        same({name: lambda function=function: np.sort(function()) for name, function in contenders.items()})
        cells = [f"{seconds * 1e6:.1f}" for seconds in in_turns(contenders).values()]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def moons_table(quick):
    """Lines of a table: one whole step of training on scalars, beside the same on tensors."""
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

        contenders["**glassgrad, numba**" if executor == "numba" else "glassgrad, numpy"] = run
        told(f"{len(program)} equations, traced and prepared for {executor} in {time.process_time() - begin:.1f} s")
    if HAS["casadi"]:
        contenders["CasADi's virtual machine"] = casadi_step(p, points, labels)
    if HAS["jax"]:
        contenders["JAX jit, on tensors"] = jax_step(p, points, labels)
    contenders["numpy by hand, on tensors"] = step_by_hand(p, points, labels)
    if HAS["micrograd"] and not quick:
        contenders["micrograd"] = micrograd_step(p, points, labels)
    same(contenders)
    times = in_turns(contenders, rounds=10)
    lines = ["| a training step of micrograd's network 2-16-16-1, 100 points | ms |", "|---|---:|"]
    return lines + [f"| {name} | {seconds * 1e3:.3f} |" for name, seconds in times.items()]


def cost_of_tracing(sizes):
    """Lines of text: what it takes to trace and prepare value and gradient, per operation of the function."""
    executors = ["numba", "numpy"][1 - HAS["numba"] :]
    ways = {f"glassgrad, {executor}": partial(to_trace, executor) for executor in executors}
    if HAS["casadi"]:
        ways["CasADi's virtual machine"] = lambda x: casadi_machine(rosenbrock, np.array(x))()
    lines = ["| to trace and prepare, µs per operation | " + " | ".join(f"n = {n:,}" for n in sizes) + " |"]
    lines.append("|---|" + "---:|" * len(sizes))
    for name, way in ways.items():
        times = [f"{median_seconds(way, start(n)) / (8 * (n - 1)) * 1e6:.1f}" for n in sizes]
        lines.append(f"| {name.replace('glassgrad, numba', '**glassgrad, numba**')} | {' | '.join(times)} |")
    peaks, kept, equations = zip(*(memory_to_trace(executor, n=5_000) for executor in executors), strict=True)
    text = (
        f"Up to the first result, medians of {TRACED}. Tracing takes {' or '.join(f'{peak:.0f}' for peak in peaks)} "
        f"bytes per operation; {kept[0]:.0f} are kept for each equation, of which there are {equations[0]:.1f} per "
        "operation, since the gradient has some, too."
    )
    if HAS["numba"]:
        firsts = ", ".join(f"{seconds_to_the_first(n):.2f}" for n in sizes)
        text += (
            f" Numba with its machine and loops is loaded once per process, in {seconds_to_load():.2f} s: in a fresh "
            f"one the first result comes after {firsts} s."
        )
    return [*lines, "", *textwrap.wrap(text, 120)]


TRACED = 7


def to_trace(executor, x):
    """Trace and prepare, up to the first result."""
    return trace(value_and_grad(rosenbrock), x, executor=executor).flat(np.array(x))


def median_seconds(way, x):
    """The median time of a way to get ready."""
    each = []
    for _ in range(TRACED):
        gc.collect()
        begin = time.thread_time()
        way(x)
        each.append(time.thread_time() - begin)
        if sum(each) > 10.0 and len(each) % 2:
            break
    return statistics.median(each)


def memory_to_trace(executor, n):
    """The most bytes per operation while tracing, the bytes kept per equation, and the equations per operation."""
    f, x, operations = value_and_grad(rosenbrock), start(n), 8 * (n - 1)
    gc.collect()
    tracemalloc.start()
    program = trace(f, x, executor=executor)
    peak = tracemalloc.get_traced_memory()[1]
    program.flat(x)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return peak / operations, kept / len(program), len(program) / operations


def seconds_to_load():
    """The least time until the first replay on numba in a fresh process, without what the second one takes."""
    code = """
        import time, autograd
        times = []
        for _ in range(2):
            begin = time.perf_counter()
            autograd.trace(lambda x: autograd.sin(x) * x, 1.0, executor="numba").flat([2.0])
            times.append(time.perf_counter() - begin)
        print(times[0] - times[1])
    """
    return min(in_fresh_processes(code, 5))


def seconds_to_the_first(n):
    """The median time until the first value and gradient on numba in a fresh process, loading included."""
    code = f"""
        import time, numpy, autograd
        from tests.benchmarks.bench_value import rosenbrock, start
        x = start({n})
        begin = time.perf_counter()
        autograd.trace(autograd.value_and_grad(rosenbrock), x, executor="numba").flat(numpy.array(x))
        print(time.perf_counter() - begin)
    """
    return statistics.median(in_fresh_processes(code, 5))


def in_fresh_processes(code, times):
    """The number that a piece of Python prints, each time in a process of its own."""
    command = [sys.executable, "-c", textwrap.dedent(code)]
    return [float(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(times)]


def told(line):
    """Progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.replay", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes to compile or to run")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    options = parser.parse_args()
    told(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    sizes = (100, 1_000, 10_000, 125_000)[: 3 if options.quick else 4]  # the last one has a million operations
    tracing = cost_of_tracing(sizes)  # before the garbage collector has to go through all that the peers import
    tables = [rosenbrock_table(sizes, options.quick), tracing, second_order_table(), moons_table(options.quick)]
    text = "\n\n".join("\n".join(lines) for lines in tables)
    print(text)
    if options.write:
        before, rest = README.read_text().split(BEGIN)
        README.write_text(before + BEGIN + "\n\n" + text + "\n\n" + END + rest.split(END)[1])
    told(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
