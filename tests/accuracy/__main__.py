"""Judge every element-wise row of the table by mpmath, beside PyTorch and JAX where they are installed.

`python -m tests.accuracy` prints two tables; with `--write` they go into autograd/rules/README.md. An error is counted
in units of ε (1 + κ), with ε = 2.2e-16 and κ the condition number Σ|xⱼ ∂f/∂xⱼ| / |f| of the quantity in question (at
most 1e6): 1 is what rounding the operands costs anybody. What over- or underflows float64 is left out.
"""

import argparse
import os
import pathlib
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from multiprocessing import get_context

import numpy as np

from autograd import table
from tests.accuracy.judge import ROWS, judged
from tests.accuracy.peers import ENGINES

README = pathlib.Path(__file__).parent.parent.parent / "autograd" / "rules" / "README.md"
BEGIN, END = "<!-- made by `python -m tests.accuracy --write` -->", "<!-- end -->"


def shown(error):
    """An error to read: two digits."""
    return "all lost" if error > 1e14 else f"{error:.0e}".replace("e+0", "e") if error >= 1e3 else f"{error:.2g}"


def accuracy(count, each):
    """The table of worst errors, as Markdown."""
    engines = list(ENGINES)
    lines = [
        "| | " + " | ".join(f"{what} {engine}" for what in ("f", "f′", "f″") for engine in engines) + " |",
        "|---|" + "---:|" * (3 * len(engines)),
    ]
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:  # JAX has threads: no fork
        for name, worst in pool.map(judged, [row.name for row in ROWS], repeat(count), repeat(each)):
            promised = range(1 + table[name].facts.order)
            cells = [
                shown(worst[engine][order]) if engine in worst and order in promised else ""
                for order in range(3)
                for engine in engines
            ]
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    return "\n".join(lines)


def kinks():
    """The conventions where a derivative jumps, beside what the others do there, as Markdown."""
    lines = ["| function | at | " + " | ".join(ENGINES) + " |", "|---|---|" + "---|" * len(ENGINES)]
    for row in table.values():
        for kink in row.facts.kinks if any(row.rules) else ():
            point = kink.points[0]
            cells = []
            for measure in ENGINES.values():
                said = measure(row.name, [np.array([x]) for x in point])
                partials = [] if said is None else [g for g, rule in zip(said[1][0], row.rules, strict=True) if rule]
                cells.append(", ".join(f"{float(g):g}" for g in partials))
            lines.append(f"| {row.name} | {kink.where} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main():
    """Print the tables, or write them."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--points", type=int, default=10_000, help="how many per row")
    parser.add_argument("--judged", type=int, default=60, help="how many of them mpmath judges, per engine and order")
    parser.add_argument("--write", action="store_true", help="put the tables into autograd/rules/README.md")
    options = parser.parse_args()
    at_kinks = kinks()
    print(at_kinks, flush=True)
    worst = accuracy(options.points, options.judged)
    if options.write:
        text = README.read_text()
        for mark, made in (("kinks", at_kinks), ("accuracy", worst)):
            begin = BEGIN.replace("made", f"{mark}: made")
            before, rest = text.split(begin)
            text = before + begin + "\n\n" + made + "\n\n" + END + rest.split(END, 1)[1]
        README.write_text(text)


if __name__ == "__main__":
    main()
