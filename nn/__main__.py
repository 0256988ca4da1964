"""`python -m nn NAME`: train a network on a problem, measure it, and write figures.

Into the output folder go the training curve, the confusion matrix of the test part or what a regression predicts, the
ROC of two classes, the classes in the plane, the graph of a loss through the trained network, how its gradients are
spread (SVG), the history (CSV), and a checkpoint (safetensors). Ctrl-C stops training early and writes what there is.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nn import plot
from nn.checkpoint import CheckpointError
from nn.diagnosis import gradient_report
from nn.evaluate import evaluate, predict, raw_outputs
from nn.extras import extra
from nn.metrics import confusion_matrix, roc_auc, roc_curve
from nn.neuron import MLP
from nn.problems import Job, job, models, optimizers, problems
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
    out = options.out or Path("out") / options.name
    checkpoint = out / "checkpoint.safetensors"
    try:
        for module in ("sklearn", "matplotlib", "tqdm", "threadpoolctl", "safetensors"):
            extra(module)
        todo = job(options.name, options.seed, options.model, options.optimizer, options.lr, options.epochs)
        out.mkdir(parents=True, exist_ok=True)
    except (ImportError, ValueError) as error:
        parser.error(str(error))
    except OSError as error:
        parser.error(f"--out {out} cannot be made a folder: {error.strerror}")

    n_train, n_test = len(todo.train[1]), len(todo.test[1])
    tested = "the same" if todo.test[0] is todo.train[0] else n_test
    print(f"{options.name}: {n_train} samples to train on, {tested} to test, seed {options.seed}")
    print(todo.network)
    print(todo.optimizer)
    start = time.perf_counter()
    try:
        history = todo.run(checkpoint, checkpoint if options.resume else None, progress=True)
    except (CheckpointError, FileNotFoundError) as error:
        parser.error(f"--resume: {error}")
    except FloatingPointError as error:
        parser.exit(1, f"{error}\n")
    except OSError as error:
        parser.exit(1, f"the checkpoint cannot be written: {error}\n")
    if history.stopped:
        print(f"\nstopped early, {history.epochs} epoch(s) are done; --resume goes on", file=sys.stderr)
    print(f"training took   {time.perf_counter() - start:.1f} s")
    for part, data in (("train", todo.train), ("test", todo.test)):
        found = evaluate(todo.network, data, todo.loss, [todo.metric])[todo.metric]
        count = f"  ({round(found * len(data[1]))} of {len(data[1])})" if todo.data.classes else ""
        print(f"{part + ' ' + todo.metric:<15} {found:.4f}{count}")
    try:
        for path in [*_write(out, todo, history), *([checkpoint] if history.epochs else [])]:
            print(f"wrote           {path}")
    except OSError as error:
        parser.exit(1, f"the results cannot be written: {error}\n")
    return 0


def _write(out: Path, todo: Job, history: History) -> Iterator[Path]:
    """Write all files of a run, and give their paths."""
    table = out / "history.csv"
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *history])
        writer.writerows([epoch, *row] for epoch, row in enumerate(zip(*history.values(), strict=True), 1))
    yield table
    yield plot.save(plot.curves(history, todo.name), out / "curve.svg")
    for name, figure in _results(todo):
        yield plot.save(figure, out / f"{name}.svg")
    inputs, targets = todo.train
    report = gradient_report(todo.network, (inputs[:64], targets[:64]), todo.loss)
    yield plot.save(report.figure(), out / "gradients.svg")
    loss = todo.example()
    loss.backward()
    yield loss.graph(depth=2 if isinstance(todo.network, MLP) else 1).save(out / "graph.svg")
    todo.network.zero_grad()


def _results(todo: Job) -> Iterator[tuple[str, Any]]:
    """Figures of what the network says of the test part, by name."""
    classes, (inputs, _), labels = todo.data.classes, todo.test, todo.labels
    outputs = raw_outputs(todo.network, inputs)
    if not classes:
        yield (
            "predictions",
            plot.predictions(labels, outputs.ravel(), f"{todo.name}, test part, standardized"),
        )
        return
    predicted = predict(todo.network, inputs, todo.threshold)
    matrix = confusion_matrix(labels.astype(np.int64), predicted, len(classes))
    right = f"{matrix.trace()} of {matrix.sum()} right"
    yield "confusion", plot.confusion(matrix, classes, f"{todo.name}, test part: {right}")
    if len(classes) == 2:
        rates, area = roc_curve(labels, outputs.ravel()), roc_auc(labels, outputs.ravel())
        yield "roc", plot.roc(rates, area, f"{todo.name}, test part")
    if inputs.shape[1:] == (2,):
        both = [np.concatenate(parts) for parts in zip(todo.train, todo.test, strict=True)]
        yield (
            "boundary",
            plot.boundary(
                lambda points: predict(todo.network, points, todo.threshold),
                both[0],
                both[1].ravel(),
                classes,
                todo.name,
            ),
        )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nn", description="Train a network on a problem, print how good it is, and write figures of it."
    )
    parser.add_argument("name", choices=problems, metavar="NAME", help=f"the problem: {', '.join(problems)}")
    parser.add_argument("--model", choices=models, help="values: scalars, each to be looked at; others of tensors")
    parser.add_argument("--optimizer", choices=optimizers, help="how to learn (default: as suits the problem)")
    parser.add_argument("--lr", type=_positive, metavar="LR", help="the learning rate to start from")
    parser.add_argument("--epochs", type=_whole(1), metavar="N", help="how often to go through the data")
    parser.add_argument("--seed", type=_whole(0), default=0, metavar="S", help="of everything random (default 0)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the results (default out/NAME)")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint there, after an interruption")
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


def _positive(text: str) -> float:
    """A type for argparse: positive numbers."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"takes a positive number, but got {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
