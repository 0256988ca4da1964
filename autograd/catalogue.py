"""The table of derivative rules as a page of calculus: every formula on it is what the rule itself says of symbols."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from autograd.formula import Symbol, latex, python
from autograd.primitive import Primitive, Table

__all__ = ["as_html", "as_latex", "as_text"]

_NAMES = "xyz"
_TITLES = {
    "elementwise": "Element-wise: f and its derivatives",
    "constant": "Comparisons and places: derivative 0",
    "linear": "Linear: what a cotangent g of the result becomes at each operand",
    "general": "General: likewise; these have a rule for tangents, too",
}
_CELL = '<td style="text-align: left">'


class Line(NamedTuple):
    """One row: its primitive, the formula of the function, and one per operand, None where the derivative is 0."""

    row: Primitive
    function: Any
    derivatives: list[Any]


def lines(table: Table, kind: str) -> Iterator[Line]:
    """The rows of one kind, with the formulas that their rules give for symbols."""
    for row in table.values():
        if (row.kind if row.rules else "constant") == kind:
            yield _line(row)


def _line(row: Primitive) -> Line:
    shapes, params = row.facts.examples[0] if row.facts.examples and row.kind != "elementwise" else ((), {})
    xs = [Symbol(name) for name in _NAMES[: len(row.rules) or len(shapes) or len(row.operands)]]
    f = Symbol.record(row, tuple(xs), dict(params))
    g: Any = 1.0 if row.kind == "elementwise" else Symbol("g")
    return Line(row, f, [None if rule is None else _applied(row, rule, g, f, xs, dict(params)) for rule in row.rules])


def _applied(
    row: Primitive, rule: Callable[..., Any], g: Any, f: Symbol, xs: list[Symbol], params: dict[str, Any]
) -> Any:
    """What a rule says of symbols; "…" for one that wants to see real arrays."""
    try:
        return "…" if row.variadic else rule(g, f, *xs, **params)
    except Exception:  # whatever a rule makes of a symbol that it cannot work with
        return "…"


def as_text(table: Table) -> str:
    """The page as text; formulas are Python, in functions of `autograd`."""
    out: list[str] = []
    for kind, title in _TITLES.items():
        written = [(line.row.name, python(line.function), _derivatives(line)) for line in lines(table, kind)]
        if not written:
            continue
        wide = [max(len(parts[place]) for parts in written) for place in (0, 1)]
        out += ["", title, ""] if out else [title, ""]
        out += [f"  {name:{wide[0]}}  {f:{wide[1]}}  {derivative}".rstrip() for name, f, derivative in written]
    return "\n".join(out)


def _derivatives(line: Line) -> str:
    says = {"elementwise": "∂/∂{} = {}"}.get(line.row.kind, "g → {1}")
    named = zip(_NAMES, line.derivatives, strict=False)
    return ",  ".join(says.format(name, "0" if d is None else python(d)) for name, d in named)


def as_html(table: Table) -> str:
    """The page as HTML with LaTeX in it, which notebooks typeset."""
    out: list[str] = []
    for kind, title in _TITLES.items():
        body = "".join(
            f"<tr>{_CELL}<code>{html.escape(line.row.name)}</code></td>{_CELL}{_math(line.function)}</td>"
            f"{_CELL}{''.join(_stated(line))}</td>{_CELL}{html.escape(line.row.__doc__ or '')}</td></tr>"
            for line in lines(table, kind)
        )
        if body:
            out.append(f"<h4>{html.escape(title)}</h4><table>{body}</table>")
    return "".join(out)


def _stated(line: Line) -> Iterator[str]:
    for name, derivative in zip(_NAMES, line.derivatives, strict=False):
        left = rf"\frac{{\partial f}}{{\partial {name}}} = " if line.row.kind == "elementwise" else r"g \mapsto "
        yield f'<div style="margin: 0.6em 0">{_math(left, "0" if derivative is None else derivative)}</div>'


def _math(*parts: Any) -> str:
    text = "".join(part if isinstance(part, str) and part != "…" else latex(part) for part in parts)
    return "$" + html.escape(text.replace("…", r"\ldots"), quote=False) + "$"


def as_latex(table: Table) -> str:
    """The element-wise rows as one array of LaTeX."""
    rows = []
    for line in lines(table, "elementwise"):
        derivatives = [latex(0.0 if d is None else d) for d in line.derivatives]
        cells = [rf"\texttt{{{line.row.name.replace('_', chr(92) + '_')}}}", latex(line.function), *derivatives]
        rows.append(" & ".join(cells))
    head = r"\text{name} & f & \partial f / \partial x & \partial f / \partial y & \partial f / \partial z \\ \hline "
    return r"$$\begin{array}{lllll} " + head + r" \\ ".join(rows) + r" \end{array}$$"
