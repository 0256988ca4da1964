"""The loss as the figures tell it: its name, its formula, and its card."""

from __future__ import annotations

import math

import numpy as np

from nn.diagram.blocks import Block, Line, Row, Stack
from nn.diagram.formulas import captioned, vector
from nn.diagram.run import Run, squared_error
from nn.diagram.words import Atom, Formula, numeral
from nn.losses import cross_entropy, mse_loss

__all__ = ["labels", "loss_card", "loss_head", "loss_rule"]

_LETTER = Atom("L")


def loss_rule(run: Run) -> Formula:
    """The formula of a loss that is known, else L = name(ŷ, y)."""
    assert run.y is not None
    if run.loss_function in (squared_error, mse_loss):
        n = run.prediction.size
        if n == 1:
            return _LETTER, " = (", Atom("y"), " − ", Atom("ŷ"), ")²"
        mean = f"1/{n} " if run.loss_function is mse_loss else ""
        return _LETTER, f" = {mean}Σ (", Atom("y", "", "k"), " − ", Atom("ŷ", "", "k"), ")²"
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
    if run.loss_name in words:
        title.append(Line(words[run.loss_name], size=12.0, face="sans", role="muted"))
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
