"""`python -m nn iris` and `python -m nn digits`: train, measure, and write figures.

Into the output folder go the training curve, the graph of a loss through the trained network, the confusion matrix of
the test part (SVG), and the history (CSV). Ctrl-C stops training early and writes what there is.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nn import plot
from nn.evaluate import evaluate, predict
from nn.extras import extra
from nn.jobs import Job, jobs
from nn.losses import cross_entropy
from nn.metrics import accuracy, confusion_matrix
from nn.train import History

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code.

    Parameters
    ----------
    argv : the arguments, those of the process by default.
    """
    parser = _parser()
    options = parser.parse_args(argv)
    try:
        for module in ("sklearn", "matplotlib", "tqdm"):
            extra(module)
    except ImportError as error:
        parser.error(str(error))
    out = options.out or Path("out") / options.name
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"--out {out} cannot be made a folder: {error.strerror}")

    job = jobs[options.name](options.seed)
    n_train, n_test = len(job.train[1]), len(job.test[1])
    print(f"{options.name}: {n_train} samples to train on, {n_test} to test, seed {options.seed}")
    print(job.network)
    start = time.perf_counter()
    history = job.run(options.epochs, progress=True)
    if history.stopped:
        print(f"\nstopped early, {history.epochs} epoch(s) are done", file=sys.stderr)
    seconds = time.perf_counter() - start

    predicted = predict(job.network, job.test[0])
    test = accuracy(job.test[1], predicted)
    print(f"train accuracy  {evaluate(job.network, job.train, cross_entropy, ['accuracy'])['accuracy']:.4f}")
    print(f"test accuracy   {test:.4f}  ({sum(predicted == job.test[1])} of {n_test})")
    print(f"training took   {seconds:.1f} s")
    try:
        written = _write(out, options.name, job, history, predicted)
    except OSError as error:
        parser.exit(1, f"the results cannot be written: {error}\n")
    for path in written:
        print(f"wrote           {path}")
    return 0


def _write(out: Path, name: str, job: Job, history: History, predicted: Any) -> list[Path]:
    """Write all files of a run; returns their paths."""
    table = out / "history.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *history])
        writer.writerows([epoch, *row] for epoch, row in enumerate(zip(*history.values(), strict=True), 1))
    matrix = confusion_matrix(job.test[1], predicted, len(job.data.classes))
    right = f"{matrix.trace()} of {matrix.sum()} right"
    loss = job.example()
    loss.backward()
    graph = out / "graph.svg"
    loss.graph(depth=job.depth).save(graph)
    job.network.zero_grad()
    return [
        plot.save(plot.curves(history, name), out / "curve.svg"),
        graph,
        plot.save(plot.confusion(matrix, job.data.classes, f"{name}, test part: {right}"), out / "confusion.svg"),
        table,
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nn", description="Train a network, print its accuracy, and write figures of it."
    )
    parser.add_argument("name", choices=jobs, help="iris: a network of Values; digits: one of Tensors")
    parser.add_argument("--epochs", type=_whole(1), metavar="N", help="how often to go through the data")
    parser.add_argument("--seed", type=_whole(0), default=0, metavar="S", help="of everything random (default 0)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the results (default out/NAME)")
    return parser


def _whole(least: int) -> Any:
    """A type for argparse: whole numbers from `least`."""

    def whole(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"takes a whole number from {least}, but got {text!r}")
        return number

    return whole


if __name__ == "__main__":
    sys.exit(main())
