"""The loss as the figures tell it: its name, its formula, and its card."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from nn.diagram.blocks import Block, Line, Row, Stack
from nn.diagram.formulas import captioned, vector
from nn.diagram.run import Run
from nn.diagram.words import Atom, Formula, numeral
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    l1_loss,
    mse_loss,
    squared_error,
)

__all__ = ["labels", "loss_card", "loss_head", "loss_rule"]

_LETTER = Atom("L")


def _square(y: Atom, p: Atom) -> Formula:
    return "(", y, " − ", p, ")²"


def _distance(y: Atom, p: Atom) -> Formula:
    return "|", y, " − ", p, "|"


def _yes_or_no(y: Atom, p: Atom) -> Formula:
    return "[", y, " log ", p, " + (1 − ", y, ") log(1 − ", p, ")]"


def _yes_or_no_by_logit(y: Atom, p: Atom) -> Formula:
    return "[", y, " log σ(", p, ") + (1 − ", y, ") log σ(−", p, ")]"


_ELEMENTS: dict[Any, tuple[str, bool, Callable[[Atom, Atom], Formula]]] = {
    squared_error: ("", False, _square),
    half_squared_error: ("½ ", False, _square),
    mse_loss: ("", True, _square),
    l1_loss: ("", True, _distance),
    binary_cross_entropy: ("−", True, _yes_or_no),
    binary_cross_entropy_with_logits: ("−", True, _yes_or_no_by_logit),
}
"""Losses over elements: what stands before the sum, whether it is a mean, and one element."""


def loss_rule(run: Run) -> Formula:
    """The formula of a loss that is known, else L = name(ŷ, y)."""
    assert run.y is not None
    if run.loss_function in _ELEMENTS:
        front, averaged, element = _ELEMENTS[run.loss_function]
        n = run.prediction.size
        k, over = ("", "") if n == 1 else ("k", f"1/{n} Σ " if averaged else "Σ ")
        return _LETTER, f" = {front}{over}", *element(Atom("y", "", k), Atom("ŷ", "", k))
    if run.loss_function is cross_entropy:
        n = math.prod(run.prediction.shape[:-1])
        mean = f"1/{n} Σ " if n > 1 else ""
        if run.y.shape != run.prediction.shape:
            return _LETTER, f" = −{mean}log softmax(", Atom("ŷ"), Atom(")", "", "y", italic=False)
        weighted: Formula = (Atom("y", "", "k"), " log softmax(", Atom("ŷ"), Atom(")", "", "k", italic=False))
        return _LETTER, f" = −{mean or 'Σ '}", *weighted
    return _LETTER, f" = {run.loss_name}(", Atom("ŷ"), ", ", Atom("y"), ")"


def loss_head(run: Run, words: dict[str, str]) -> Block:
    """What the loss is, in words, symbols and one number."""
    assert run.loss is not None
    title = [Line(words["loss"], size=14.0, face="sans", bold=True)]
    name = getattr(run.loss_function, "__name__", "")
    if name in words:
        title.append(Line(words[name], size=12.0, face="sans", role="muted"))
    value = Line(f"L = {numeral(run.loss, 4)}", size=15.0, face="mono", bold=True)
    return Stack(Stack(*title, gap=0.0), Line(*loss_rule(run), size=16.0), value, gap=4.0)


def loss_card(run: Run, words: dict[str, str], most: int = 4) -> Block:
    """The loss with prediction and label."""
    told = [
        Stack(Line(words[word], size=11.0, face="sans", role="muted"), captioned((Atom(letter),), x, most), gap=0.0)
        for word, letter, x in (("prediction", "ŷ", vector(run.prediction)), ("label", "y", labels(run)))
    ]
    return Stack(loss_head(run, words), Row(*told, gap=12.0, align=0.0), gap=8.0)


def labels(run: Run) -> np.ndarray:
    """y, with a column per sample, as ŷ has."""
    assert run.y is not None
    if run.x.ndim == 1:
        return run.y.reshape(-1, 1)
    return run.y.reshape(len(run.x), -1).T if len(run.y.ravel()) % len(run.x) == 0 else np.atleast_2d(run.y)
