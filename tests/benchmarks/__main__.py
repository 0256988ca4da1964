"""Run all benchmarks and print the table of the README; with `--write` put it there.

Peers that are not installed are left out. All times are of the same run: for scalars the mean, so that what each engine
leaves to the garbage collector is counted, for tensors the median. Memory is counted by tracemalloc.
"""

import argparse
import compileall
import importlib.util
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

HERE = pathlib.Path(__file__).parent
README = HERE.parent.parent / "README.md"
BEGIN, END = "<!-- benchmarks: made by `python -m tests.benchmarks --write` -->", "<!-- end of benchmarks -->"
PEERS = {"glassgrad": "**glassgrad**", "xad": "xad (C++)", "pytorch": "PyTorch", "micrograd": "micrograd"}


def measured() -> list[dict[str, Any]]:
    """All benchmark results of a fresh pytest run."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "out.json")
        files = sorted(map(str, HERE.glob("bench_*.py")))
        command = [sys.executable, "-m", "pytest", "-q", "--benchmark-enable", f"--benchmark-json={out}", *files]
        subprocess.run(command, check=True, cwd=HERE.parent.parent, stdout=sys.stderr)
        return json.loads(out.read_text())["benchmarks"]


def bytes_per_operation() -> tuple[float, float]:
    """Memory of a recorded graph per operation, and the most that was held during its sweep."""
    from autograd import Value
    from tests.benchmarks.bench_value import rosenbrock, start

    tracemalloc.start()
    x = [Value(v) for v in start(20_000)]
    root = rosenbrock(x)
    recorded = tracemalloc.get_traced_memory()[0]
    root.backward()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return recorded / (8 * 19_999), peak / (8 * 19_999)


def import_seconds(code: str) -> float:
    """The median time of a process that runs `code`, in seconds; sources are compiled before, as pip does."""
    compileall.compile_dir(HERE.parent.parent / "autograd", quiet=1)
    times = []
    for _ in range(9):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=HERE.parent.parent)
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def in_turns(*steps: Callable[[], Any]) -> list[float]:
    """The median time of each of some steps, in seconds: in turns, since the machine may change its pace."""
    times: list[list[float]] = [[] for _ in steps]
    for _ in range(40):
        for step, kept in zip(steps, times, strict=True):
            for _ in range(20):
                begin = time.perf_counter()
                step()
                kept.append(time.perf_counter() - begin)
    return [statistics.median(kept) for kept in times]


def step_rows() -> list[str]:
    """The rows of training steps: one beside numpy by hand, and networks of layers beside PyTorch."""
    from tests.benchmarks.bench_layers import NETWORKS, one_core, ours, pytorch
    from tests.benchmarks.bench_tensor import OFFSETS, ByHand, Ours, given_step

    our_step, *by_hand = in_turns(Ours(*given_step()), *(ByHand(*given_step(offset)) for offset in OFFSETS))
    rows = [("MLP 784-128-64-10", our_step, statistics.mean(by_hand), "numpy by hand")]
    if importlib.util.find_spec("torch"):
        with one_core():
            rows += [(f"{name}, one core", *in_turns(ours(name), pytorch(name)), "PyTorch") for name in NETWORKS]
    return [
        f"| a training step, {name}, 64 samples | {here * 1e3:.2f} ms | {there * 1e3:.2f} ms {peer} |"
        for name, here, there, peer in rows
    ]


def table() -> str:
    """The lines between the markers of the README."""
    results = measured()
    scalars, chain = {}, {}
    for result in results:
        info, stats = result["extra_info"], result["stats"]
        if "n" in info:
            scalars[info["engine"], info["n"]] = stats["mean"] / info["operations"] * 1e6
        elif "operations" in info:
            chain[info["engine"]] = stats["median"] / info["operations"] * 1e6
    lines = ["| µs per operation | n = 10 | n = 1,000 | n = 100,000 |", "|---|---:|---:|---:|"]
    for engine, title in PEERS.items():
        if (engine, 10) in scalars:
            cells = " | ".join(f"{scalars[engine, n]:.2f}" for n in (10, 1_000, 100_000))
            lines.append(f"| {title} | {cells} |")
    recorded, peak = bytes_per_operation()
    bare, ours = import_seconds("import numpy"), import_seconds("import autograd")
    lines += [
        "",
        "Value and gradient of the chained Rosenbrock function on scalars, recorded from scratch each time (the mean,",
        f"with garbage collection). An operation takes {recorded:.0f} bytes, {peak:.0f} at the peak of its sweep.",
        "",
        "| tensors | glassgrad | peer |",
        "|---|---:|---:|",
        *step_rows(),
    ]
    if "pytorch" in chain:
        ours_chain, theirs = chain["glassgrad"], chain["pytorch"]
        lines.append(f"| one of 1,000 operations on 4 numbers | {ours_chain:.1f} µs | {theirs:.1f} µs PyTorch |")
    lines.append(f"| start Python and import | {ours * 1e3:.0f} ms | {bare * 1e3:.0f} ms numpy alone |")
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it into the README."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    write = parser.parse_args().write
    text = table()
    print(text)
    if write:
        before, rest = README.read_text().split(BEGIN)
        README.write_text(before + BEGIN + "\n\n" + text + "\n\n" + END + rest.split(END)[1])


if __name__ == "__main__":
    main()
