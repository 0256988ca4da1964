"""What the optimizer makes of one layer: states and weights before and after its step, and its rules with numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import numpy as np

from autograd.drawing.text import number, raised
from nn.diagram.blocks import Block, Line, Row, Stack
from nn.diagram.formulas import captioned
from nn.diagram.run import LayerRun, Run
from nn.diagram.words import Atom, Formula, by, numeral, symbol
from nn.optim.rules import Of, value

__all__ = [
    "example",
    "gradients",
    "named",
    "parameters",
    "remembered",
    "rule_lines",
    "settings",
    "subtitle",
    "update_rows",
]

PRECISION = 4
"""Decimals of what goes into a step and comes out of it: with two, many a step would change nothing."""
_SMALL = 3
_LETTERS = {"velocity": "v", "mean": "ḡ", "largest": "u"}


def named(run: Run) -> str:
    """The optimizer with its settings; the number of parameters stands elsewhere."""
    return re.sub(r"\(\d[\d,]* parameters?( in \d+ groups)?(, )?", "(", run.optimizer)


def settings(run: Run) -> list[str]:
    """The optimizer's name and its settings, to stand below each other."""
    name, _, told = named(run).partition("(")
    return [name, *filter(None, re.split(r", (?=\w+=)", told.removesuffix(")")))]


def subtitle(run: Run, words: dict[str, str]) -> str:
    """The network, the optimizer, and how a batch is to be read."""
    parts = [run.title, words["parameters"].format(format(run.parameters, ",")), named(run)]
    if run.x.ndim == 2:
        parts.append(words["batch"].format(len(run.x)))
    return " · ".join(parts)


# --- matrices ---


def parameters(layer: LayerRun, n: int, prime: str = "") -> Block:
    """The weights and bias of a layer, or with a prime those after the step."""
    weight, bias = (layer.new_weight, layer.new_bias) if prime else (layer.weight, layer.bias)
    parts: list[Block] = [captioned((symbol(f"W{prime}", n),), weight, _SMALL, PRECISION)]
    if bias is not None:
        parts.append(captioned((symbol(f"b{prime}", n),), bias, _SMALL, PRECISION))
    return Row(*parts, gap=12.0)


def gradients(layer: LayerRun, n: int) -> Block:
    """∂L/∂W and ∂L/∂b of a layer."""
    parts: list[Block] = [captioned(by("W", n), layer.d_weight, _SMALL, PRECISION)]
    if layer.d_bias is not None:
        parts.append(captioned(by("b", n), layer.d_bias, _SMALL, PRECISION))
    return Row(*parts, gap=12.0)


def remembered(layer: LayerRun, n: int, words: dict[str, str], prime: str = "") -> Block:
    """What the optimizer remembers of a layer before its step, or with a prime after it."""
    told: list[Block] = []
    for name in layer.new_state:
        label = _small(f"{words['state' + prime]} · {words.get(name, name)}")
        state = (layer.new_state if prime else layer.state).get(name)
        if state is None:  # nothing before the first step
            told.append(Stack(label, Line(words["fresh"], size=12.0, face="sans", role="muted"), gap=1.0))
            continue
        letter = _letter(name)
        atom = symbol(f"{letter}{prime}", n) if len(letter) == 1 else Atom(f"{name}{prime}", f"[{n}]", italic=False)
        pairs = zip("Wb", state, strict=False)  # a layer may have no bias
        matrices = [captioned((atom._replace(below=of),), numbers, _SMALL, PRECISION) for of, numbers in pairs]
        told.append(Stack(label, Row(*matrices, gap=12.0), gap=1.0))
    if told:
        return Row(*told, gap=12.0)
    return Stack(_small(words["state"]), Line(words["none"], size=12.0, face="sans", role="muted"), gap=1.0)


def update_rows(layer: LayerRun, n: int, words: dict[str, str]) -> list[Block]:
    """The optimizer's share of a layer: old weights and state, new state and weights."""
    return [
        Stack(_small(words["old"]), parameters(layer, n), gap=1.0),
        remembered(layer, n, words),
        *([remembered(layer, n, words, "′")] if layer.new_state else []),
        Stack(_small(words["new"]), parameters(layer, n, "′"), gap=1.0),
    ]


def _small(text: str) -> Line:
    return Line(text, size=11.0, face="sans", role="muted")


# --- rules ---


def rule_lines(layer: LayerRun, size: float) -> list[Block]:
    """The rules of the optimizer in symbols, for each θ of the layer; W′ = W if it leaves them alone."""
    if not layer.rules and np.array_equal(layer.weight, layer.new_weight):
        return [Line(Atom("W′"), " = ", Atom("W"), size=size)]
    what: Formula = (Atom("θ"), " = ", Atom("W"))
    if layer.bias is not None:
        what += (", ", Atom("b"))
    lines: list[Block] = [Line(*what, size=0.8 * size, role="muted")] if layer.rules else []
    for letter, terms in layer.rules:
        formula: Formula = (Atom(letter), " = ")
        for k, (factor, of) in enumerate(terms):
            formula += (*_factor(factor, k, " "), *_filled(of, Atom))
        lines.append(Line(*formula, size=size))
    return lines


def example(layer: LayerRun, n: int) -> list[Block]:
    """The same rules with the numbers of the first weight."""
    known = {"θ": float(layer.weight[0, 0]), "∂L/∂θ": float(layer.d_weight[0, 0])}
    known.update((_letter(name), float(state[0][0, 0])) for name, state in layer.state.items())
    lines: list[Block] = [Line(Atom("θ"), " = ", symbol("w", n, "11"), ":", size=12.0, role="muted")]
    for letter, terms in layer.rules:
        known[letter] = sum(factor * value(of, known) for factor, of in terms)
        formula: Formula = (Atom(letter), " = ")
        for k, (factor, of) in enumerate(terms):
            inside = bool(k) or factor != 1.0 or not isinstance(of, str)
            formula += (*_factor(factor, k, "·"), *_filled(of, partial(_shown, known, inside)))
        copied = len(terms) == 1 and terms[0][0] == 1.0 and isinstance(terms[0][1], str)
        result = () if copied else (f" = {numeral(known[letter], PRECISION)}",)
        lines.append(Line(*formula, *result, size=12.0))
    return lines if layer.rules else []


def _filled(of: Of, letter: Callable[[str], Atom | str]) -> Formula:
    """What a factor multiplies, with something in the place of each letter."""
    if isinstance(of, str):
        return (letter(of),)
    between = of.form.split("{}")
    filled = (
        letter(x) if isinstance(x, str) else raised(str(x)) if isinstance(x, int) else number(x, 6)
        for x in vars(of).values()
    )
    return between[0], *(part for pair in zip(filled, between[1:], strict=True) for part in pair)


def _letter(name: str) -> str:
    """What stands in rules and figures for something that an optimizer remembers."""
    return _LETTERS.get(name, name)


def _factor(factor: float, k: int, times: str) -> Formula:
    """Sign and factor of the k-th term of a sum; 1 is not written."""
    sign = (" − " if factor < 0.0 else " + ") if k else "−" * (factor < 0.0)
    size = "" if abs(factor) == 1.0 else f"{number(abs(factor), 6)}{times}"
    return (sign + size,) if sign + size else ()


def _shown(known: dict[str, float], inside: bool, letter: str) -> str:
    text = numeral(known[letter], PRECISION)
    return f"({text})" if inside and text.startswith("−") else text
