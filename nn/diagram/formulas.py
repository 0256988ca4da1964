"""What the figures of a network say: its formulas in symbols and numbers, headings, tooltips and the text version.

Layers are counted from 1 and stand above in square brackets, units below: a with [1] above and 2 below is the second
unit of layer 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.drawing.text import number
from nn.diagram.blocks import Block, Grid, Line, Row, Stack
from nn.diagram.run import Run
from nn.diagram.words import Atom, Formula, activation, by, numeral, symbol
from nn.losses import squared_error

__all__ = [
    "after", "backward_box", "backward_callout", "before", "captioned", "forward_box", "forward_callout", "head",
    "layer_rule", "lines", "listed", "local_rule", "neuron_tooltip", "plain_symbol", "taken_rule", "tints",
    "unit_symbol", "vector", "weight_rule", "wire_tooltip",
]  # fmt: skip

_MOST_TERMS = 3
Told = tuple[int, Block]
"""Which column a callout is about, and what it says."""


def tints(layers: int) -> list[str]:
    """The colour of each column, the same in all figures."""
    hidden = ("blue", "cream", "green", "orange", "purple")
    return ["grey", *(hidden[(n - 1) % len(hidden)] for n in range(1, layers)), "slate"]


# --- symbols ---


def before(n: int) -> Atom:
    """What layer n takes: x, or the activations of the layer before."""
    return symbol("a", n - 1) if n > 1 else Atom("x")


def after(run: Run, n: int) -> Atom:
    """What layer n gives: its activations, or ŷ if it is the last."""
    return symbol("a", n) if n < len(run.layers) else Atom("ŷ")


def applied(run: Run, n: int, inside: Formula) -> Formula:
    """f(...) of layer n."""
    name = activation(run.layers[n - 1].activation)
    return (f"{name}(", *inside, ")") if name else inside


def unit_symbol(run: Run, n: int, unit: int, derivative: bool = False) -> Atom:
    """The name of one neuron: x₁, a with [1] and 1, ŷ, or δ."""
    if derivative:
        return symbol("δ", n, unit + 1)
    only = n == len(run.layers) and run.activations[n].size == 1
    below = "" if only else str(unit + 1)
    atom = after(run, n) if n else Atom("x")
    return atom._replace(below=below)


def plain_symbol(run: Run, n: int, unit: int, derivative: bool = False) -> str:
    """The same in one line of text: ``a[1]_2``."""
    atom = unit_symbol(run, n, unit, derivative)
    return f"{atom.base}{atom.above}{'_' * bool(atom.below)}{atom.below}"


def weight_name(j: int, i: int) -> str:
    """The subscript of a weight, to unit j from unit i, counted from 1."""
    return f"{j + 1}{i + 1}" if max(i, j) < 9 else f"{j + 1},{i + 1}"


# --- headings and boxes ---


def head(run: Run, n: int, words: dict[str, str], derivative: bool = False) -> Block:
    """The heading of a column, of activations or of error terms."""
    last = len(run.layers)
    title = words["input"] if n == 0 else words["output"] if n == last else words["layer"].format(n)
    name = activation(run.layers[n - 1].activation) if n else ""
    atom = Atom("x") if not n else symbol("δ", n) if derivative else after(run, n)
    # ℝ stands in a text of its own: resvg takes the slant from all of a text where it must borrow one letter.
    space = [Line(atom, " ∈ ", size=13.0, role="muted"), _upright("ℝ", str(run.activations[n].shape[-1]))]
    parts = [*space, *([Line(f" · {name}", size=13.0, role="muted")] if name else [])]
    return Stack(Line(title, size=14.0, face="sans", bold=True), Row(*parts, gap=0.0), gap=1.0)


def _upright(letter: str, above: str) -> Line:
    return Line(Atom(letter, above, italic=False), size=13.0, role="muted")


def captioned(formula: Formula, numbers: Any, most: int = 4, precision: int = 2) -> Block:
    """A matrix with its name above."""
    numbers = np.asarray(numbers)
    if numbers.ndim == 1:
        numbers = numbers[:, None]
    return Stack(Line(*formula, size=12.0, role="muted"), Grid(numbers, most, precision=precision), gap=1.0)


def vector(numbers: Any) -> Any:
    """Activations as columns: one per sample."""
    return np.atleast_2d(numbers).T


def layer_rule(run: Run, n: int) -> Formula:
    """Layer n in one formula: a = f(W x + b)."""
    plus: Formula = (" + ", symbol("b", n)) if run.layers[n - 1].bias is not None else ()
    return after(run, n), " = ", *applied(run, n, (symbol("W", n), before(n), *plus))


def forward_box(run: Run, n: int) -> Block:
    """Layer n forward: z = W x + b and a = f(z), in symbols and matrices."""
    layer = run.layers[n - 1]
    weight, bias, z = symbol("W", n), symbol("b", n), symbol("z", n)
    plus: Formula = (" + ", bias) if layer.bias is not None else ()
    formula: Formula = (z, " = ", weight, before(n), *plus, ",   ", after(run, n), " = ", *applied(run, n, (z,)))
    parts: list[Block] = [captioned((weight,), layer.weight), captioned((before(n),), run.activations[n - 1])]
    if layer.bias is not None:
        parts += [Line("+"), captioned((bias,), layer.bias)]
    parts += [Line("="), captioned((z,), layer.z)]
    if activation(layer.activation):
        parts += [Line("→"), captioned((after(run, n),), layer.a)]
    return Stack(Line(*formula, size=16.0), Row(*parts), gap=6.0)


def backward_box(run: Run, n: int) -> Block:
    """δ, ∂L/∂W and ∂L/∂b of layer n, in symbols and matrices."""
    layer, taken = run.layers[n - 1], run.activations[n - 1]
    delta = captioned((symbol("δ", n),), layer.d_z)
    if n < len(run.layers):
        following = run.layers[n]
        error: list[Block] = [captioned((_transposed(symbol("W", n + 1)),), following.weight.T)]
        error.append(captioned((symbol("δ", n + 1),), following.d_z))
    else:
        error = [captioned((Atom("∂L/∂ŷ"),), layer.d_a)]
    if activation(layer.activation) and layer.slope is not None:
        error += [Line("⊙"), captioned(_slope(run, n), layer.slope)]
    error += [Line("→" if layer.slope is None else "="), delta]
    slopes: list[Block] = [delta, captioned((_transposed(before(n)),), taken[None, :]), Line("=")]
    slopes.append(captioned(by("W", n), layer.d_weight))
    rules = weight_rule(n)
    if layer.d_bias is not None:
        rules += (",   ", *by("b", n), " = ", symbol("δ", n))
        slopes += [Line(", "), captioned(by("b", n), layer.d_bias)]
    return Stack(Line(*error_rule(run, n), size=16.0), Row(*error), Line(*rules, size=16.0), Row(*slopes), gap=5.0)


def error_rule(run: Run, n: int) -> Formula:
    """δ by those of the layer after, or by the loss."""
    if n == len(run.layers):
        return local_rule(run, n)
    return _through(run, n, (_transposed(symbol("W", n + 1)), " ", symbol("δ", n + 1)), wrapped=True)


def local_rule(run: Run, n: int) -> Formula:
    """δ by what arrives from above."""
    return _through(run, n, (Atom("∂L/∂"), after(run, n)))


def _through(run: Run, n: int, arrived: Formula, wrapped: bool = False) -> Formula:
    """δ = ∂L/∂a ⊙ f′(z), or by the Jacobian of an activation that mixes units."""
    layer, delta = run.layers[n - 1], symbol("δ", n)
    if not activation(layer.activation):
        return delta, " = ", *arrived
    if wrapped:
        arrived = ("(", *arrived, ")")
    if layer.slope is None:
        return delta, " = ", *_slope(run, n), Atom("", "T"), " ", *arrived
    return delta, " = ", *arrived, " ⊙ ", *_slope(run, n)


def _slope(run: Run, n: int, unit: int | str = "") -> Formula:
    """f′(z)."""
    return f"{activation(run.layers[n - 1].activation)}′(", symbol("z", n, unit), ")"


def weight_rule(n: int) -> Formula:
    """∂L/∂W = δ aᵀ."""
    return *by("W", n), " = ", symbol("δ", n), " ", _transposed(before(n))


def taken_rule(n: int) -> Formula:
    """What the layer hands down: ∂L/∂a of the layer before."""
    return *by("a", n - 1), " = ", _transposed(symbol("W", n)), " ", symbol("δ", n)


def _transposed(atom: Atom) -> Atom:
    return atom._replace(above=f"{atom.above}T")


# --- one neuron ---


def forward_callout(run: Run) -> Told:
    """The first neuron of layer 1: its weighted sum and activation."""
    layer, x = run.layers[0], run.activations[0]
    z, a = symbol("z", 1, 1), unit_symbol(run, 1, 0)
    products: list[Formula] = [
        (symbol("w", 1, weight_name(0, i)), " ", Atom("x", "", str(i + 1))) for i in range(len(x))
    ]
    figures: list[Formula] = [(f"{_bracketed(w)}·{_bracketed(v)}",) for w, v in zip(layer.weight[0], x, strict=True)]
    offset: tuple[list[Formula], list[Formula]] = ([], [])
    if layer.bias is not None:
        offset = [(symbol("b", 1, 1),)], [(_bracketed(layer.bias[0]),)]
    name = activation(layer.activation)
    end: Formula = (a, " = ", *applied(run, 1, (z,)))
    if name:
        end += (f" = {name}({numeral(layer.z[0])})",)
    return 1, Stack(
        Line(z, " = ", *_sum(products, offset[0])),
        Line(" = ", *_sum(figures, offset[1]), f" = {numeral(layer.z[0])}", size=13.5),
        Line(*end, f" = {numeral(layer.a[0])}"),
        gap=2.0, align=0.0,
    )  # fmt: skip


def backward_callout(run: Run) -> Told:
    """The first neuron of the last hidden layer: its error term, from those of the layer after."""
    n = max(1, len(run.layers) - 1)
    layer = run.layers[n - 1]
    if layer.slope is None:  # no formula of one unit alone
        return n, Line(*error_rule(run, n))
    terms: list[Formula] = [(Atom("∂L/∂ŷ", "", "" if layer.a.size == 1 else "1"),)]
    figures: list[Formula] = [(numeral(layer.d_a[0]),)]
    if n < len(run.layers):
        above = run.layers[n]
        terms = [(symbol("w", n + 1, weight_name(k, 0)), " ", symbol("δ", n + 1, k + 1)) for k in range(above.z.size)]
        pairs = zip(above.weight[:, 0], above.d_z, strict=True)
        figures = [(f"{_bracketed(w)}·{_bracketed(d)}",) for w, d in pairs]
    named = bool(activation(layer.activation))
    left, right = (("(",), (")",)) if len(terms) > 1 and named else ((), ())
    slope: Formula = (" · ", *_slope(run, n, 1)) if named else ()
    factor = (f" · {_bracketed(layer.slope[0])}",) if named else ()
    computed = (*left, *_sum(figures, []), *right, *factor, " = ") if named or n < len(run.layers) else ()
    return n, Stack(
        Line(symbol("δ", n, 1), " = ", *left, *_sum(terms, []), *right, *slope),
        Line(" = ", *computed, numeral(layer.d_z[0]), size=13.5),
        gap=2.0, align=0.0,
    )  # fmt: skip


def _sum(terms: list[Any], end: list[Any]) -> Formula:
    """Terms with plus signs between; many of them end in dots before the last."""
    shown = terms if len(terms) <= _MOST_TERMS else [*terms[: _MOST_TERMS - 1], ("…",), terms[-1]]
    formula: Formula = ()
    for term in [*shown, *end]:
        formula += ((" + ",) if formula else ()) + tuple(term)
    return formula


def _bracketed(x: Any) -> str:
    text = numeral(x)
    return f"({text})" if text.startswith("−") else text


# --- tooltips and text ---


def wire_tooltip(run: Run, n: int, j: int, i: int) -> str:
    """All about one weight."""
    layer = run.layers[n - 1]
    text = f"w[{n}]_{weight_name(j, i)} = {number(layer.weight[j, i])}"
    return text if run.loss is None else f"{text}, ∂L/∂w = {number(layer.d_weight[j, i])}"


def neuron_tooltip(run: Run, n: int, unit: int) -> str:
    """All about one neuron."""
    text = f"{plain_symbol(run, n, unit)} = {number(run.activations[n][unit])}"
    if not n:
        return text
    layer = run.layers[n - 1]
    text += f", z = {number(layer.z[unit])}"
    if layer.bias is not None:
        text += f", b = {number(layer.bias[unit])}"
    return text if run.loss is None else f"{text}, δ = ∂L/∂z = {number(layer.d_z[unit])}"


def lines(run: Run, backward: bool) -> list[str]:
    """The numbers of a run as text, layer by layer."""
    last = len(run.layers)
    if not backward:
        told = [f"x = {listed(run.x)}"]
        for n, layer in enumerate(run.layers, 1):
            name, taken = activation(layer.activation), f"a[{n - 1}]" if n > 1 else "x"
            inside = f"W[{n}] {taken}{f' + b[{n}]' if layer.bias is not None else ''}"
            given = f"a[{n}]" if n < last else "ŷ"
            told.append(f"{given} = {f'{name}({inside})' if name else inside} = {listed(layer.a)}")
        return told
    rule = "Σ (y − ŷ)²" if run.loss_function is squared_error else f"{run.loss_name}(ŷ, y)"
    told = [f"L = {rule} = {number(run.loss)}, y = {listed(run.y)}, ŷ = {listed(run.prediction)}"]
    for n, layer in reversed(list(enumerate(run.layers, 1))):
        told += [f"δ[{n}] = {listed(layer.d_z)}", f"∂L/∂W[{n}] = {listed(layer.d_weight)}"]
        if layer.d_bias is not None:
            told.append(f"∂L/∂b[{n}] = {listed(layer.d_bias)}")
    return told


def listed(x: Any, most: int = 8) -> str:
    """An array in one row, elided."""
    x = np.asarray(x)
    if x.ndim == 0:
        return number(x)
    parts = [listed(part, 4) for part in (x if len(x) <= most else x[: most - 1])]
    return f"[{', '.join(parts)}{', …' if len(x) > most else ''}]"
