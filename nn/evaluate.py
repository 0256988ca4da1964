"""What a model says of data, and how good that is: `predict` and `evaluate`. Nothing is recorded or learnt.

A model is a function from a batch of inputs to outputs. A network of Values takes one sample at a time, and is called
for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from autograd import OperandError, ShapeError, Tensor, Value, no_grad
from nn import metrics as measures
from nn.arguments import is_whole
from nn.data import DataLoader, Dataset, checked_numbers
from nn.lanes import Lanes
from nn.losses import binary_cross_entropy_with_logits
from nn.module import Module
from nn.names import meant
from nn.nested import holds_values, stacked
from nn.neuron import MLP
from nn.regularization import beside_tensors

__all__ = [
    "Loss",
    "Metric",
    "cost_of",
    "evaluate",
    "in_mode",
    "measured",
    "model_on_batches",
    "named",
    "predict",
    "raw",
    "raw_outputs",
    "score",
]

Array = NDArray[Any]
Loss = Callable[[Any, Any], Any]
"""Of outputs and targets, a mean over the samples. The outputs of a network of Values come as one Tensor."""
Metric = str | Callable[[Array, Array], float]
"""The name of a measure, or a function of targets and outputs as arrays."""
Measure = Callable[[Array, Array, Loss], float]
"""Of targets, outputs and the loss, which decides what threshold makes classes of one score."""

_of_classes = {name: getattr(measures, name) for name in ("accuracy", "precision", "recall", "f1")}
_of_numbers = {"r2": measures.r2, "roc_auc": measures.roc_auc}


def predict(
    model: Callable[[Any], Any], inputs: Any, threshold: float | None = None, batch_size: int = 1000
) -> NDArray[np.int64]:
    """The class of each sample, by a model in evaluation mode.

    Parameters
    ----------
    model : from inputs to scores of the classes, such as logits, or to one score per sample.
    inputs : shape ``(n, ...)``; or a `Dataset` or `DataLoader`, whose inputs are taken in order and as they are.
    threshold : where a score of one makes class 1: 0.5 for probabilities, 0.0 for logits.
    batch_size : how many samples are in memory at once.

    Returns
    -------
    Shape ``(n,)``: the class with the largest score, or whether the one score is at least the threshold.

    Raises
    ------
    ValueError : if there is one score per sample and no threshold, or a number is nan or infinite.
    OperandError : if the inputs are no array of numbers, such as a pair with targets.

    >>> predict(lambda x: x @ np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[0.2, 0.8], [0.7, 0.3]]))
    array([1, 0])
    >>> predict(lambda x: x[:, 0], np.array([[0.2], [0.7]]), threshold=0.5)
    array([0, 1])
    """
    return _classes(raw_outputs(model, inputs, batch_size), threshold)


def raw_outputs(model: Callable[[Any], Any], inputs: Any, batch_size: int = 1000) -> Array:
    """The outputs for all samples as a plain array, by a model in evaluation mode: what `predict` makes classes of.

    Arguments and errors are those of `predict`. The outputs have shape ``(n, ...)``: numbers of a regression, logits or
    probabilities of a classifier, as the model gives them.

    >>> raw_outputs(lambda x: x.sum(axis=1), np.array([[0.25, 0.5], [1.0, 2.0]]))
    array([0.75, 3.  ])
    """
    if isinstance(inputs, Dataset | DataLoader):
        inputs = inputs.inputs
    if isinstance(inputs, tuple):
        raise OperandError("inputs are an array, a Dataset or a DataLoader; of a pair (inputs, targets) give the first")
    if not is_whole(batch_size):
        raise ValueError(f"a batch has a whole number of samples, from 1, but got {batch_size=}")
    rows, run = checked_numbers(inputs, "inputs"), model_on_batches(model)
    starts = range(0, max(len(rows), 1), batch_size)
    with no_grad(), in_mode(model, training=False):
        return np.concatenate([raw(run(rows[start : start + batch_size])) for start in starts])


def evaluate(
    model: Callable[[Any], Any],
    data: Any,
    loss: Loss,
    metrics: Sequence[Metric] = (),
    batch_size: int = 1000,
) -> dict[str, float]:
    """Loss and metrics of a model on data, in evaluation mode.

    Parameters
    ----------
    model : from a batch of inputs to outputs; its mode is left as it was.
    data : a pair ``(inputs, targets)``, a `Dataset`, or a `DataLoader`, which has its own batch size.
    loss : of outputs and targets, a mean over the samples, as in `fit`.
    metrics : of outputs and targets. Of classes: ``"accuracy"``, ``"precision"``, ``"recall"``, ``"f1"`` (their means
        over the classes if there are more than two); with one score per sample, those of at least 0.5 are of class 1,
        or of at least 0 if the loss is `binary_cross_entropy_with_logits`. Of numbers: ``"r2"``, ``"roc_auc"``. Or any
        function ``(targets, outputs) -> float`` of arrays, which comes under its ``__name__``.
    batch_size : how many samples are in memory at once.

    Returns
    -------
    ``{"loss": ..., "accuracy": ...}``

    >>> from nn import mse_loss
    >>> data = np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 1.0, 2.5])
    >>> evaluate(lambda x: x[:, 0] + 0.5, data, mse_loss, ["r2"])
    {'loss': 0.16666666666666666, 'r2': 0.6666666666666667}
    """
    loader = data if isinstance(data, DataLoader) else DataLoader(data, batch_size)
    return measured(model, model_on_batches(model), loader, loss, metrics)


def measured(
    model: Any,
    run: Callable[[Any], Any],
    loader: DataLoader,
    loss: Loss,
    metrics: Sequence[Metric],
) -> dict[str, float]:
    """The same where `run` is the model on batches."""
    total, targets, outputs = 0.0, [], []
    with no_grad(), in_mode(model, training=False):
        for x, y in loader:
            out = run(x)
            total += float(cost_of(loss, out, y)) * len(y)
            targets.append(y)
            outputs.append(raw(out))
    seen = np.concatenate(targets)  # in the order of the loader, which may shuffle
    return {"loss": total / len(seen)} | score(metrics, seen, np.concatenate(outputs), loss)


def cost_of(loss: Loss, outputs: Any, targets: Array) -> Any:
    """The loss of a batch; penalties that are added to it are Tensors as the outputs are."""
    with beside_tensors():
        return loss(outputs, targets)


def score(metrics: Sequence[Metric], targets: Array, outputs: Array, loss: Any) -> dict[str, float]:
    """The metrics of outputs by name."""
    return {name: of(targets, outputs, loss) for name, of in named(metrics)}


def named(metrics: Sequence[Metric]) -> list[tuple[str, Measure]]:
    """The metrics with their names, of which no two are the same."""
    if isinstance(metrics, str):
        raise TypeError(f"metrics are a list: write metrics=[{metrics!r}]")
    found = list(map(_metric, metrics))
    names = ["loss", *(name for name, _ in found)]
    if len(set(names)) < len(names):
        raise ValueError(f"two metrics would share a name: {', '.join(names)}; a function is called by its __name__")
    return found


def _metric(metric: Metric) -> tuple[str, Measure]:
    if callable(metric):
        name = getattr(metric, "__name__", repr(metric))
        return name, lambda y, out, loss: _number(name, metric(y, out))
    if metric in _of_numbers:
        return metric, lambda y, out, loss: float(_of_numbers[metric](_column(y), _column(out)))
    if metric in _of_classes:
        return metric, lambda y, out, loss: _class_measure(_of_classes[metric], y, out, loss)
    names = ", ".join(map(repr, [*_of_classes, *_of_numbers]))
    hint = meant(metric, [*_of_classes, *_of_numbers])
    raise ValueError(f"there is no metric {metric!r}{hint}; choose from {names}, or give a function (targets, outputs)")


def _number(name: str, found: Any) -> float:
    if shape := getattr(found, "shape", ()):
        raise ShapeError(f"a metric is one number, but {name} gave shape {shape}")
    try:
        return float(found)
    except (TypeError, ValueError):
        raise TypeError(f"a metric is one number, but {name} gave {found!r}") from None


def _class_measure(of: Callable[..., float], targets: Array, outputs: Array, loss: Any) -> float:
    predicted = _classes(outputs, _threshold(loss))
    one_hot = targets.ndim == 2 and targets.shape[1] > 1
    true = targets.argmax(axis=1) if one_hot else _column(targets)
    if one_hot and not np.allclose(targets.sum(axis=1), 1.0):
        raise ValueError("targets with several columns are one-hot rows, but some do not sum to 1; give a function")
    if true.dtype.kind == "f" and (true == np.round(true)).all():  # 0.0 and 1.0, as binary losses take them
        true = true.astype(np.int64)
    if outputs[0].size == 1 and not np.isin(true, (0, 1)).all():
        raise ValueError(f"one score per sample tells class 1 from 0, but targets are {np.unique(true)[:5].tolist()}")
    many = of is not measures.accuracy and (outputs[0].size > 2 or true.max() > 1)
    return of(true, predicted, "macro") if many else of(true, predicted)


def _threshold(loss: Any) -> float:
    """Where one score makes class 1."""
    return 0.0 if getattr(loss, "func", loss) is binary_cross_entropy_with_logits else 0.5  # a partial has a func


def _classes(outputs: Array, threshold: float | None) -> NDArray[np.int64]:
    """The class that each row of outputs says."""
    if outputs.ndim == 2 and outputs.shape[1] > 1:
        return np.asarray(outputs.argmax(axis=1))
    if threshold is None:
        raise ValueError(
            "the model gives one score per sample; say threshold=0.5 if it is a probability, 0.0 if it is a logit, "
            "or what nn.best_threshold found on validation data"
        )
    return (_column(outputs) >= threshold).astype(np.int64)


def _column(x: Array) -> Array:
    """One number per sample."""
    if x.ndim == 2 and x.shape[1] == 1:
        return x[:, 0]
    if x.ndim != 1:
        raise ShapeError(f"this measure takes one number per sample, shape (n,) or (n, 1), but got {x.shape}")
    return x


# --- models ---


def model_on_batches(model: Callable[[Any], Any], lanes: bool = True) -> Callable[[Any], Any]:
    """From a batch to the outputs of a model; Values come as one Tensor.

    A network of Values is called for each sample, but with large batches in lanes.
    """
    parameters = model.parameters() if isinstance(model, Module) else []
    fits, in_lanes = Lanes.fits(model), cache(lambda: Lanes(cast(MLP, model)))
    of_values = fits or (parameters and all(isinstance(p, Value) for p in parameters))

    def run(rows: Any) -> Any:
        if lanes and fits and len(rows) >= 20:
            return Tensor(in_lanes()(rows))
        out = [model(row) for row in rows] if of_values else model(rows)
        return stacked(out) if holds_values(out) else out

    return run


def raw(outputs: Any) -> Array:
    """Outputs as a plain array: of a Tensor, an array, Values, or rows of Values."""
    if isinstance(outputs, list):
        return np.array([raw(row) for row in outputs])
    return np.asarray(outputs.data if isinstance(outputs, Tensor | Value) else outputs)


@contextmanager
def in_mode(model: Any, training: bool) -> Iterator[None]:
    """A context in which a model is in training or evaluation mode; after it every module is as it was."""
    modules = model.modules() if isinstance(model, Module) else []
    before = [module.training for module in modules]
    for module in modules:
        module.training = training
    try:
        yield
    finally:
        for module, mode in zip(modules, before, strict=True):
            module.training = mode
