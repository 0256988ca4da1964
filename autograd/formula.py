r"""Formulas: run a rule on symbols, and write what comes out as Python, as LaTeX or as a line of Unicode.

A `Symbol` is a node without a number. Whatever is computed with it by functions of the table is recorded, comparisons
too, so that a derivative rule run on symbols gives the formula of the derivative.

>>> from autograd import table
>>> x = Symbol("x")
>>> print(table["tanh"].rules[0](1.0, None, x))
sech2(x)
>>> print(latex(table["div"].rules[1](1.0, x / Symbol("y"), x, Symbol("y"))))
-\frac{x}{y^{2}}
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from string import Formatter
from typing import Any

import numpy as np

from autograd.errors import GraphError, OperandError
from autograd.primitive import Node, Primitive, table
from autograd.value import Value

__all__ = ["Symbol", "latex", "python", "unicode"]


class Symbol(Node):
    """A name, or an operation on symbols.

    Parameters
    ----------
    name : how it is written in Python.
    written : how it is written in LaTeX; as its name by default.
    """

    __slots__ = ("written",)
    __hash__ = Node.__hash__

    def __init__(self, name: str, written: str | None = None) -> None:
        self._data, self.op, self.args, self.params = None, None, (), None
        self.name, self.written, self.index, self.requires_grad = name, written or name, 0, True

    @classmethod
    def record(cls, op: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Symbol:  # noqa: D102  # see Node
        symbol = cls("")
        symbol.op, symbol.args, symbol.params = op, args, params or None
        return symbol

    @property
    def shape(self) -> tuple[int, ...]:
        """What a rule for matrices wants to know."""
        return 2, 3

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)

    def __bool__(self) -> bool:
        raise OperandError("a symbol is neither true nor false; write conditions of a rule with where(...)")

    def __str__(self) -> str:
        return python(self)


def _operator(name: str) -> tuple[Callable[..., Symbol], Callable[..., Symbol]]:
    op = table[name]
    return (lambda self, *other: op(self, *other)), (lambda self, other: op(other, self))


_METHODS = {"add": "add", "sub": "sub", "mul": "mul", "div": "truediv", "power": "pow", "matmul": "matmul"}
for _name, _method in _METHODS.items():
    _left, _right = _operator(_name)
    setattr(Symbol, f"__{_method}__", _left)
    setattr(Symbol, f"__r{_method}__", _right)
setattr(Symbol, "__neg__", _operator("neg")[0])  # noqa: B010  # like the others


# --- how a formula is written ---

LONGEST = 10_000
"""Longer formulas are refused."""
_SUM, _PRODUCT, _POWER, _ATOM = range(4)
"""How tightly the parts of a text hold together; looser ones get brackets."""


@dataclass
class _Style:
    """Python, LaTeX or Unicode."""

    brackets: tuple[str, str]
    times: str
    power: Callable[[str, int], str]  # of base and exponent
    fraction: Callable[[str, int, str, int], tuple[str, int]]
    call: Callable[[Any, list[_Product], Mapping[str, Any], _Style], tuple[str, int]]
    leaf: Callable[[Any], str]
    special: Mapping[str, str]
    number: Callable[[float], str]
    names: Mapping[int, str] = field(default_factory=dict)  # of leaves that have none of their own, by identity

    def closed(self, text: str, level: int, needed: int) -> str:
        return text if level >= needed else self.brackets[0] + text + self.brackets[1]


@dataclass
class _Product:
    """A number times powers of texts: enough to tidy up what rules make: ``1 * y``, ``x + x``, ``a / b / b``."""

    number: float = 1.0
    powers: dict[tuple[str, int], int] = field(default_factory=dict)

    def times(self, other: _Product, exponent: int = 1) -> _Product:
        powers = dict(self.powers)
        for factor, power in other.powers.items():
            powers[factor] = powers.get(factor, 0) + exponent * power
        number = self.number * other.number**exponent
        return _Product(number, {factor: power for factor, power in powers.items() if power})

    def text(self, style: _Style) -> tuple[str, int]:
        """The text and how tightly it holds together."""
        sign, size = ("-" if self.number < 0 else ""), abs(self.number)
        over, under = ([(f, abs(p)) for f, p in self.powers.items() if (p > 0) == up] for up in (True, False))
        part = int(1.0 / size) if 1e-3 <= size < 1.0 and (1.0 / size).is_integer() else 0  # 0.25 is 1/4
        above = self._row([style.number(size)] if not part and (size != 1.0 or not over) else [], over, style)
        below = self._row([str(part)] if part else [], under, style)
        text, level = style.fraction(above[0] or "1", above[1], *below) if below[0] else above
        return (sign + style.closed(text, level, _PRODUCT), _SUM) if sign else (text, level)

    @staticmethod
    def _row(parts: list[str], factors: list[tuple[tuple[str, int], int]], style: _Style) -> tuple[str, int]:
        single = len(parts) + len(factors) == 1
        for (text, level), power in factors:
            if power != 1:
                text, level = style.power(style.closed(text, level, _ATOM), power), _POWER
            parts.append(text if single else style.closed(text, level, _PRODUCT))
        return style.times.join(parts), (level if factors else _ATOM) if single else _PRODUCT


def _sum(a: _Product, b: _Product, style: _Style) -> _Product:
    if a.powers == b.powers:
        return _Product(a.number + b.number, a.powers)
    if not (a.number and b.number):
        return a if a.number else b
    sign, size = ("-", -b.number) if b.number < 0 else ("+", b.number)
    right = style.closed(*_Product(size, b.powers).text(style), _PRODUCT if sign == "-" else _SUM)
    return _Product(1.0, {(f"{a.text(style)[0]} {sign} {right}", _SUM): 1})


def _written(x: Any, style: _Style, done: dict[Node, _Product]) -> _Product:
    """A node or a constant as a product; `done` has what is written already."""
    if not isinstance(x, Node):
        if isinstance(x, bool) or not isinstance(x, int | float):
            return _Product(1.0, {(_plain(x), _ATOM): 1})
        return _Product(float(x)) if math.isfinite(x) else _Product(1.0, {(style.special[str(x)], _ATOM): 1})
    todo = [x]
    while todo:  # operands before results, without recursion
        node = todo[-1]
        missing = [arg for arg in node.args if isinstance(arg, Node) and arg not in done]
        if missing:
            todo += missing
        elif todo.pop() not in done:
            done[node] = made = _made(node, style, [_written(arg, style, done) for arg in node.args])
            if sum(len(text) for text, _ in made.powers) > LONGEST:
                raise GraphError(
                    f"the formula is longer than {LONGEST:,} characters (what is used twice is written twice); look at "
                    "the figure instead: root.graph()"
                )
    return done[x]


def _plain(x: Any) -> str:
    """A constant that is no number: an array by its shape, or its elements if they are few."""
    if isinstance(x, np.ndarray):
        return str(x.tolist()) if x.size <= 4 else "[" + "×".join(map(str, x.shape)) + "]"
    return str(x)


def _made(x: Node, style: _Style, parts: list[_Product]) -> _Product:
    """What an operation makes of its operands; a leaf without a name is its number."""
    if x.op is None:
        if x.name is None and id(x) in style.names:
            x = Value(0.0, name=style.names[id(x)])
        named = isinstance(x, Symbol) or x.name is not None
        return _Product(1.0, {(style.leaf(x), _ATOM): 1}) if named else _written(x._data, style, {})
    match x.op.name:
        case "add":
            return _sum(parts[0], parts[1], style)
        case "sub":
            return _sum(parts[0], parts[1].times(_Product(-1.0)), style)
        case "neg":
            return parts[0].times(_Product(-1.0))
        case "mul":
            return parts[0].times(parts[1])
        case "div" if parts[1].number:
            return parts[0].times(parts[1], -1)
        case "reciprocal" if parts[0].number:
            return _Product().times(parts[0], -1)
        case "power" if not parts[1].powers and parts[0].number == 1.0 and parts[1].number.is_integer():
            return _Product().times(parts[0], int(parts[1].number))
        case "slope" if not parts[1].powers and parts[0].number == 1.0 and parts[1].number.is_integer():  # y xʸ⁻¹
            return parts[1].times(parts[0], int(parts[1].number) - 1)
        case "square":
            return parts[0].times(parts[0])
        case "identity":
            return parts[0]
    text, level = style.call(x.op, parts, x.params or {}, style)
    return _Product(1.0, {(text, level): 1})


# --- Python ---

_INFIX = {
    "matmul": "@", "greater": ">", "less": "<", "greater_equal": ">=", "less_equal": "<=", "equal": "==",
    "not_equal": "!=",
}  # fmt: skip


def _python_call(op: Primitive, parts: list[_Product], params: Mapping[str, Any], style: _Style) -> tuple[str, int]:
    texts = [part.text(style) for part in parts]
    if op.name == "power":
        return "**".join(style.closed(*text, _ATOM) for text in texts), _POWER
    if op.name in _INFIX:
        return f" {_INFIX[op.name]} ".join(style.closed(*text, _POWER) for text in texts), _SUM
    static = [f"{key}={value}" for key, value in params.items() if value is not None and value is not False]
    given = [text for text, _ in texts] + static
    return f"{op.name}({', '.join(given)})", _ATOM


def _python_fraction(above: str, level: int, below: str, below_level: int) -> tuple[str, int]:
    return f"{_PYTHON.closed(above, level, _PRODUCT)} / {_PYTHON.closed(below, below_level, _POWER)}", _PRODUCT


_PYTHON = _Style(
    ("(", ")"),
    " * ",
    "{}**{}".format,
    _python_fraction,
    _python_call,
    lambda x: x.name or "",
    {"inf": "inf", "-inf": "-inf", "nan": "nan"},
    lambda x: repr(x).removesuffix(".0"),
)


def python(x: Any, names: Mapping[int, str] | None = None) -> str:
    """A formula as Python, in functions of `autograd`; `names` are those of leaves without one, by identity.

    >>> x = Symbol("x")
    >>> python((x * x + 1.0) / (x + x))
    '(x**2 + 1) / (2 * x)'
    """
    style = replace(_PYTHON, names=names or {})
    return _written(x, style, {}).text(style)[0]


# --- LaTeX ---

_CASES = r"\begin{cases} ", r" \end{cases}"


def _latex_call(op: Primitive, parts: list[_Product], params: Mapping[str, Any], style: _Style) -> tuple[str, int]:
    """The template of a row with its operands filled in; operands that nothing encloses there get brackets."""
    texts = [part.text(style) for part in parts]
    if op.name == "where":
        condition, x, y = (text for text, _ in texts)
        rest = y[len(_CASES[0]) : -len(_CASES[1])] if y.startswith(_CASES[0]) else rf"{y} & \text{{otherwise}}"
        return rf"{_CASES[0]}{x} & {condition} \\ {rest}{_CASES[1]}", _ATOM
    out, automatic = "", 0
    for literal, name, _, _ in Formatter().parse(op.latex):
        out += literal
        if name is None:
            continue
        if name.isidentifier():
            out += str({**op.static, **params}[name])
            continue
        place = int(name) if name else automatic
        automatic += 1
        if place < len(texts):
            before = out.rstrip()
            enclosed = before.endswith(("{", "(", "|", "&", r"\\", "cases}")) or before[-1:] == "," != before[-2:-1]
            out += texts[place][0] if enclosed else style.closed(*texts[place], _ATOM)
    return out, _level(op.latex)


def _level(template: str) -> int:
    """How tightly the text that a template makes holds together: by what stands outside all brackets in it."""
    depth, outside = 0, ""
    for literal, *_ in Formatter().parse(template):
        for character in literal.replace(r"\left|", "(").replace(r"\right|", ")"):
            depth += (character in "({") - (character in ")}")
            outside += "" if depth else character
    if " + " in outside or " - " in outside or outside.startswith("-"):
        return _SUM
    return _PRODUCT if " " in outside else _POWER if "^" in outside else _ATOM


def _latex_name(x: Any) -> str:
    """``w12`` is w with the subscript 12, as in figures; longer names are upright."""
    from autograd.drawing.text import split_name  # not above: its package draws formulas

    if isinstance(x, Symbol):
        return x.written
    return " ".join(
        (base if len(base) == 1 and base != "_" else rf"\mathrm{{{_escaped(base)}}}")
        + (f"^{{{_escaped(above)}}}" if above else "")
        + (f"_{{{_escaped(below)}}}" if below else "")
        for base, below, above in split_name(x.name)
    )


def _escaped(text: str) -> str:
    return re.sub(r"([\\{}$&#%_^~])", lambda found: {"\\": r"\backslash "}.get(found[0], "\\" + found[0]), text)


_LATEX = _Style(
    (r"\left(", r"\right)"),
    r" \, ",
    "{}^{{{}}}".format,
    lambda above, _, below, __: (rf"\frac{{{above}}}{{{below}}}", _PRODUCT),
    _latex_call,
    _latex_name,
    {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\text{nan}"},
    lambda x: re.sub(r"e([+-]?)0*(\d+)", r" \\cdot 10^{\1\2}", f"{x:.6g}").replace("{+", "{"),
)


def latex(x: Any, names: Mapping[int, str] | None = None) -> str:
    r"""A formula as LaTeX; see `python`.

    >>> x = Symbol("x")
    >>> print(latex((x * x + 1.0) / (x + x)))
    \frac{x^{2} + 1}{2 \, x}
    """
    style = replace(_LATEX, names=names or {})
    return _written(x, style, {}).text(style)[0]


# --- Unicode ---

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS = {
    "matmul": "·", "greater": ">", "less": "<", "greater_equal": "≥", "less_equal": "≤", "equal": "=",
    "not_equal": "≠", "logical_and": "∧", "logical_or": "∨",
}  # fmt: skip
_AROUND = {
    "transpose": "{}ᵀ", "swapaxes": "{}ᵀ", "getitem": "{}[…]", "expand_dims": "{}[…, None]", "sqrt": "√{}",
    "power": "{}^{}", "slope": "{1} {0}^({1} - 1)", "power_log": "{0}^{1} ln {0}",
}  # fmt: skip


def _unicode_call(op: Primitive, parts: list[_Product], params: Mapping[str, Any], style: _Style) -> tuple[str, int]:
    """Short: static parameters are left out, and ``[x > 0]`` is 1 where x > 0 and 0 elsewhere."""
    texts = [part.text(style) for part in parts]
    if op.name in _SIGNS:
        return f" {_SIGNS[op.name]} ".join(style.closed(*text, _POWER) for text in texts), _PRODUCT
    if op.name in _AROUND:
        return _AROUND[op.name].format(*(style.closed(*text, _ATOM) for text in texts)), _POWER
    given = [text for text, _ in texts]
    if op.name == "where" and given[1:] == ["1", "0"]:
        return f"[{given[0]}]", _ATOM
    name = op.symbol if all(char.isalnum() or char in "_′" for char in op.symbol) else op.name
    return f"{name}({', '.join(given)})", _ATOM


_UNICODE = _Style(
    ("(", ")"),
    " ",
    lambda base, exponent: base + str(exponent).translate(_RAISED),
    _python_fraction,
    _unicode_call,
    lambda x: x.name or "",
    {"inf": "∞", "-inf": "−∞", "nan": "nan"},
    lambda x: f"{x:.4g}",
)


def unicode(x: Any, times: str = " ", number: Callable[[float], str] | None = None) -> str:
    """A formula on one line as a textbook would print it, without static parameters.

    `times` stands between factors, and `number` writes constants.

    >>> from autograd import table
    >>> g, a, b = Symbol("Ḡ"), Symbol("A"), Symbol("B")
    >>> [unicode(rule(g, None, a, b)) for rule in table["matmul"].rules]
    ['Ḡ · Bᵀ', 'Aᵀ · Ḡ']
    """
    style = replace(_UNICODE, times=times, number=number or _UNICODE.number)
    return _written(x, style, {}).text(style)[0].replace("-", "−")
