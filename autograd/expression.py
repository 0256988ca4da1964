"""Formulas given as text: ``evaluate("tanh(x*w + b)", {"x": 2.0, ...})`` records them as operators would.

The text is parsed by Python's own parser and then read against a short list of what a formula may hold; nothing is ever
executed that is not a row of the table of primitives. Everything is computed in floats, so no formula can run for long.
"""

from __future__ import annotations

import ast
import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from autograd.errors import ExpressionError
from autograd.primitive import Primitive, table
from autograd.value import Value

__all__ = ["CONSTANTS", "FUNCTIONS", "evaluate", "variables"]

CONSTANTS: Mapping[str, float] = {"pi": math.pi, "e": math.e}
FUNCTIONS: Mapping[str, Primitive] = {
    name: op
    for name, op in table.items()
    if op.kind == "elementwise" and op.public and len(op.rules) in (1, 2) and op.scalar is not None
}

_BINARY = {
    ast.Add: table["add"],
    ast.Sub: table["sub"],
    ast.Mult: table["mul"],
    ast.Div: table["div"],
    ast.Pow: table["power"],
}
_HINTS: dict[type[ast.AST], str] = {
    ast.BitXor: "a power is written **, not ^",
    ast.FloorDiv: "division is written /",
    ast.Compare: "comparisons have no derivative; take maximum(x, y) or minimum(x, y)",
    ast.BoolOp: "'and' and 'or' have no derivative",
    ast.IfExp: "a choice has no derivative; take maximum(x, y) or minimum(x, y)",
    ast.Attribute: "functions are written without a prefix, as in sin(x)",
    ast.Subscript: "every variable is one number; write x1 instead of x[1]",
    ast.Tuple: "a formula has one result; write a number as 1.5, not 1,5",
    ast.NamedExpr: "a formula assigns nothing",
    ast.Starred: "operands are written out one by one",
}
_BLANKS = {"\n": " ", "\r": " ", "\t": " ", "\f": " "}
_LINE = str.maketrans(_BLANKS)
"""A formula is read and shown on one line, with a pointer under it."""
_SOURCE = str.maketrans({**_BLANKS, "−": "-", "×": "*", "·": "*", "÷": "/"})
"""The same, with the signs of books and figures as Python has them. One character each: columns stay what they are."""


def evaluate(text: str, variables: Mapping[str, float | Value]) -> Value:
    """Compute a formula, recording every operation.

    Parameters
    ----------
    text : numbers, names, ``+ - * / **``, brackets, and calls of the element-wise functions of `autograd` with one or
        two operands. ``pi`` and ``e`` are known unless `variables` gives them another meaning.
    variables : what the names stand for: numbers, which become leaves of that name, or Values.

    Returns
    -------
    The result. Of a formula without variables it is a constant, which has no gradient.

    Raises
    ------
    ExpressionError : if the formula cannot be read; the message points at the place, `column` is its position.

    Examples
    --------
    >>> y = evaluate("x**2 + exp(0)", {"x": 3.0})
    >>> y.data
    10.0
    >>> evaluate("x + sine(x)", {"x": 3.0})
    Traceback (most recent call last):
        ...
    autograd.errors.ExpressionError: there is no function 'sine'; did you mean sin?
      x + sine(x)
          ^
    """
    return _Reader(text, variables).read()


def variables(text: str) -> list[str]:
    """The names in a formula that stand for numbers, in the order in which they appear.

    >>> variables("tanh(w*x + b) * w")
    ['w', 'x', 'b']
    """
    tree = list(ast.walk(_parse(text)))
    functions = {id(node.func) for node in tree if isinstance(node, ast.Call)}
    names = [node for node in tree if isinstance(node, ast.Name) and id(node) not in functions]
    return list(dict.fromkeys(node.id for node in sorted(names, key=lambda node: node.col_offset)))


class _Reader:
    """Reads one formula. Without recursion, since a formula may be as deep as the parser lets through."""

    def __init__(self, text: str, variables: Mapping[str, float | Value]) -> None:
        self.text = text
        self.variables = variables
        self.leaves: dict[str, Value] = {}

    def read(self) -> Value:
        todo: list[ast.expr | tuple[Primitive, int]] = [_parse(self.text)]
        done: list[Any] = []
        while todo:
            task = todo.pop()
            if isinstance(task, tuple):
                op, count = task
                operands = done[-count:]
                del done[-count:]
                done.append(op(*operands))
            elif isinstance(task, ast.Constant):
                done.append(self.number(task))
            elif isinstance(task, ast.Name):
                done.append(self.variable(task))
            else:
                made_by, parts = self.operation(task)
                if made_by is not None:
                    todo.append((made_by, len(parts)))
                todo.extend(reversed(parts))
        (result,) = done
        return result if isinstance(result, Value) else Value(result, requires_grad=False)

    def number(self, node: ast.Constant) -> float:
        if isinstance(node.value, bool) or not isinstance(node.value, float | int):
            raise self.error(f"{node.value!r} is not a real number", node)
        try:
            return float(node.value)
        except OverflowError:
            return math.inf  # as for 1e999

    def variable(self, node: ast.Name) -> Value | float:
        name = node.id
        given = self.variables.get(name)
        if given is None:
            if name in CONSTANTS:
                return CONSTANTS[name]
            if name in FUNCTIONS:
                raise self.error(f"{name} is a function; call it, as in {_call(name)}", node)
            known = f"known are {', '.join(self.variables)}" if self.variables else "no variable has one"
            raise self.error(f"{name!r} has no value{_nearest(name, self.variables)}; {known}", node)
        if isinstance(given, Value):
            return given
        if name not in self.leaves:
            self.leaves[name] = Value(given, name=name)
        return self.leaves[name]

    def operation(self, node: ast.expr) -> tuple[Primitive | None, list[ast.expr]]:
        """The primitive that a node of the syntax tree stands for (None for a mere sign +), and its operands."""
        if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
            return _BINARY[type(node.op)], [node.left, node.right]
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            return table["neg"] if isinstance(node.op, ast.USub) else None, [node.operand]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.function(node, node.func.id), node.args
        culprit = node.op if isinstance(node, ast.BinOp) else node.func if isinstance(node, ast.Call) else node
        hint = _HINTS.get(type(culprit), "it has numbers, names, + - * / **, brackets and functions")
        raise self.error(f"a formula cannot hold this; {hint}", node)

    def function(self, node: ast.Call, name: str) -> Primitive:
        if name not in FUNCTIONS:
            if name in self.variables or name in CONSTANTS:
                raise self.error(f"{name} is a number, not a function; a product is written {name}*(...)", node)
            instead = _nearest(name, FUNCTIONS) or f"; there are {', '.join(sorted(FUNCTIONS))}"
            raise self.error(f"there is no function {name!r}{instead}", node)
        op = FUNCTIONS[name]
        wanted, given = len(op.rules), len(node.args)
        if node.keywords or wanted != given or any(isinstance(arg, ast.Starred) for arg in node.args):
            got = "named ones" if node.keywords else str(given)
            raise self.error(f"{name} takes {wanted} operand(s), as in {_call(name)}, but got {got}", node)
        return op

    def error(self, message: str, node: ast.expr) -> ExpressionError:
        return ExpressionError(message, self.text.translate(_LINE), _column(self.text, node))


def _parse(text: str) -> ast.expr:
    """The syntax tree of a formula."""
    shown = text.translate(_LINE)
    source = text.translate(_SOURCE).strip(" ")
    indent = len(shown) - len(shown.lstrip(" "))
    if not source:
        raise ExpressionError("the formula is empty; write one such as x**2 + 1")
    try:
        return ast.parse(source, mode="eval").body
    except SyntaxError as error:
        column = indent + min(error.offset - 1 if error.offset else len(source), len(source))  # 0: it ends too early
        reason = (error.msg or "invalid syntax").removesuffix(". Perhaps you forgot a comma?")
        if reason.startswith("invalid decimal literal"):
            reason = "a product is written with *, as in 2*x"
        raise ExpressionError(f"this is not a formula: {reason}", shown, column) from None
    except ValueError as error:  # a null character, a number with thousands of digits
        raise ExpressionError(f"this is not a formula: {str(error).partition(';')[0]}", shown) from None
    except (RecursionError, MemoryError):
        raise ExpressionError("the formula is nested too deeply to be read; give its parts names", shown[:60]) from None


def _column(text: str, node: ast.expr) -> int:
    """Where the trouble with a node begins: its first character, or its operator."""
    shown = text.translate(_SOURCE)
    indent = len(shown) - len(shown.lstrip(" "))
    source = shown.strip(" ").encode()  # Python counts bytes of UTF-8
    if not isinstance(node, ast.BinOp | ast.Compare):
        return indent + len(source[: node.col_offset].decode())
    column = indent + len(source[: node.left.end_col_offset].decode())
    while shown[column] in " )":
        column += 1
    return column


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _call(name: str) -> str:
    return f"{name}({'x, y' if len(FUNCTIONS[name].rules) == 2 else 'x'})"
