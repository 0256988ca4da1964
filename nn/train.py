"""The training loop."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import Tensor, Value, no_grad
from nn.data import Augment, DataLoader
from nn.extras import extra
from nn.metrics import accuracy
from nn.optim import SGD

__all__ = ["History", "fit", "predict", "scores"]

Array = NDArray[np.float64]
Labels = NDArray[np.int64]
Model = Callable[[Array], Any]
History = dict[str, list[float]]
"""One number per epoch under each name: ``loss``, ``accuracy``, and with test data ``test_loss``, ``test_accuracy``."""


def fit(
    model: Model,
    loss: Callable[[Any, Labels], Any],
    optimizer: SGD,
    inputs: Array,
    labels: Labels,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    test: tuple[Array, Labels] | None = None,
    schedule: Callable[[float], float] | None = None,
    augment: Augment | None = None,
    history: History | None = None,
    progress: bool = False,
) -> History:
    """Train a classifier by mini-batches in random order.

    Parameters
    ----------
    model : from a batch of inputs to its logits: a module of Tensors, or for a network of Values
        ``lambda rows: [network(row) for row in rows]``.
    loss : of logits and labels, such as `nn.cross_entropy`.
    optimizer : holds the parameters; changes them after each batch.
    inputs, labels : the training part, shapes ``(n, ...)`` and ``(n,)``.
    epochs : how often to go through all samples.
    batch_size : samples per step.
    rng : shuffles, and is passed to `augment`.
    test : inputs and labels to measure after each epoch; nothing is learnt from them.
    schedule : the learning rate as a function of the share of training that is done, from 0 to 1.
    augment : changes the inputs of each training batch, with the Generator.
    history : an earlier history to go on with. What is in it stays whole if training is interrupted.
    progress : show a bar (needs tqdm).

    Returns
    -------
    The history. Loss and accuracy of training are means over the epoch while the parameters change; those of the test
    part are taken at its end.

    Examples
    --------
    >>> from nn import MLP, cross_entropy
    >>> rng = np.random.default_rng(0)
    >>> inputs = rng.uniform(-1.0, 1.0, (40, 2))
    >>> labels = (inputs[:, 0] > inputs[:, 1]).astype(int)
    >>> network = MLP(2, [2], rng=rng)
    >>> history = fit(lambda rows: [network(row) for row in rows], cross_entropy, SGD(network.parameters(), lr=0.5),
    ...               inputs, labels, epochs=5, batch_size=8, rng=rng)
    >>> len(history["loss"]), history["accuracy"][-1] > 0.9
    (5, True)
    """
    if epochs < 0:
        raise ValueError(f"fit takes epochs from 0, but got {epochs=}")
    loader = DataLoader((inputs, labels), batch_size, shuffle=True, rng=rng, augment=augment)
    history = {} if history is None else history
    with _bar(epochs, progress) as bar:
        for epoch in range(epochs):
            total, right = 0.0, 0
            for done, (x, y) in enumerate(loader):
                if schedule is not None:
                    optimizer.lr = schedule((epoch + done * batch_size / len(inputs)) / epochs)
                logits = model(x)
                cost = loss(logits, y)
                optimizer.zero_grad()
                cost.backward()
                optimizer.step()
                total += cost.item() * len(y)
                right += int(np.sum(_numbers(logits).argmax(axis=-1) == y))
            row = {"loss": total / len(inputs), "accuracy": right / len(inputs)}
            if test is not None:
                row["test_loss"], row["test_accuracy"] = scores(model, loss, *test)
            for name, number in row.items():
                history.setdefault(name, []).append(number)
            if bar is not None:
                bar.set_postfix({name: f"{number:.3f}" for name, number in row.items()}, refresh=False)
                bar.update()
    return history


def scores(model: Model, loss: Callable[[Any, Labels], Any], inputs: Array, labels: Labels) -> tuple[float, float]:
    """Loss and accuracy of a model on data, without recording anything."""
    with no_grad():
        logits = model(inputs)
        return float(loss(logits, labels)), accuracy(labels, _numbers(logits).argmax(axis=-1))


def predict(model: Model, inputs: Array) -> Labels:
    """The class with the largest logit for each sample, shape ``(n,)``."""
    with no_grad():
        classes: Labels = _numbers(model(inputs)).argmax(axis=-1)
    return classes


def _numbers(logits: Any) -> Array:
    """Logits as a plain array: from a Tensor, an array, or rows of Values."""
    if isinstance(logits, list):
        return np.array([[z.data if isinstance(z, Value) else z for z in row] for row in logits])
    return np.asarray(logits.data if isinstance(logits, Tensor) else logits)


def _bar(epochs: int, progress: bool) -> Any:
    """A progress bar over epochs on standard error, or nothing."""
    return extra("tqdm").tqdm(total=epochs, unit="epoch") if progress else nullcontext()
