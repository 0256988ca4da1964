"""Rows of the table as JavaScript, translated from their own functions of floats: nothing is defined a second time.

So a page can compute a graph again, in a browser and without Python. What is translated is the Python of a formula:
arithmetic, comparisons, choices, loops, and functions of `math` and of the same kind. In JavaScript arithmetic follows
IEEE 754 and never raises, as primitives do.
"""

from __future__ import annotations

import ast
import builtins
import inspect
import math
import operator
from collections import ChainMap
from collections.abc import Iterable, Iterator
from functools import cache, partial
from itertools import pairwise
from types import CodeType, FunctionType
from typing import Any

from autograd.errors import AutogradError
from autograd.primitive import Primitive

__all__ = ["TranslationError", "functions_of"]


class TranslationError(AutogradError):
    """A function of a row is no formula that could be written in JavaScript."""


def functions_of(rows: Iterable[Primitive]) -> str:
    """An object of JavaScript with a function per row, by name; static parameters come last, as an object.

    Raises
    ------
    TranslationError : if the function of a row cannot be translated.

    Examples
    --------
    >>> from autograd import table
    >>> print(functions_of([table["mul"], table["relu"]]))
    (() => {
    return {
    "mul": (x, y) => x * y,
    "relu": (x) => (x > 0.0 || x !== x ? x : 0.0),
    };
    })()
    """
    page = _Page()
    members = [f'"{row.name}": {page.named(row.scalar or row.array)},' for row in dict.fromkeys(rows)]
    return "\n".join(["(() => {", *page.lines, "return {", *members, "};", "})()"])


_FUNCTIONS: dict[Any, str] = {
    getattr(math, name): f"Math.{name}"
    for name in (
        "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp", "expm1", "floor",
        "hypot", "log", "log1p", "sin", "sinh", "sqrt", "tan", "tanh",
    )
} | {
    math.fabs: "Math.abs", abs: "Math.abs", operator.abs: "Math.abs",
    math.isfinite: "Number.isFinite", math.isnan: "Number.isNaN", math.isinf: "(x) => Math.abs(x) === Infinity",
    math.exp2: "(x) => 2 ** x",
    math.pow: "(x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y)",  # as C has it
    math.copysign: "(x, y) => (y < 0 || Object.is(y, -0) ? -Math.abs(x) : Math.abs(x))",
    math.factorial: "(n) => { let p = 1; for (let i = 2; i <= n; i++) p *= i; return p; }",
    max: "(x, y) => (y > x ? y : x)", min: "(x, y) => (y < x ? y : x)",
    range: "(a, b) => (b === undefined ? [...Array(a).keys()] : "
    "Array.from({length: Math.max(0, b - a)}, (_, i) => a + i))",
    reversed: "(xs) => [...xs].reverse()",
    pairwise: "(xs) => xs.slice(1).map((x, i) => [xs[i], x])",
    # What is left of whole turns, exactly: % is exact, and so is the last step.
    math.remainder: "(x, y) => { const r = x % y, h = Math.abs(y) / 2, s = Math.sign(r) * Math.abs(y); "
    "return Math.abs(r) > h || (Math.abs(r) === h && Math.abs((x - r) / y) % 2 === 1) ? r - s : r; }",
    # DLMF 7.6.2, a series of positive terms, and 7.9.1, a continued fraction.
    math.erf: "(x) => { if (!(Math.abs(x) < 2.5)) return x > 0 ? 1 - $erfc(x) : $erfc(-x) - 1; "
    "let t = 2 * x / Math.sqrt(Math.PI) * Math.exp(-x * x), s = t; "
    "for (let n = 1; n < 80; n++) s += t *= 2 * x * x / (2 * n + 1); return s; }",
    math.erfc: "(x) => { if (x < 2.5) return x > -2.5 ? 1 - $erf(x) : 2 - $erfc(-x); if (x > 27.3) return 0; "
    "let f = x; for (let n = 80; n > 0; n--) f = x + n / 2 / f; return Math.exp(-x * x) / f / Math.sqrt(Math.PI); }",
}  # fmt: skip
"""What a function of Python is called in JavaScript, or how it is written there."""
_OF_TWO = frozenset({math.atan2, math.hypot, math.pow, math.copysign, math.remainder, max, min})
_NEEDS = {math.erf: (math.erfc,), math.erfc: (math.erf,)}
_SIGNS: dict[Any, str] = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/", operator.gt: ">",
    operator.lt: "<", operator.ge: ">=", operator.le: "<=", operator.eq: "===", operator.ne: "!==",
}  # fmt: skip
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.BitAnd: "&", ast.Gt: ">", ast.Lt: "<",
    ast.GtE: ">=", ast.LtE: "<=", ast.Eq: "===", ast.NotEq: "!==", ast.And: "&&", ast.Or: "||",
}  # fmt: skip
_RESERVED = frozenset({
    "case", "catch", "const", "debugger", "default", "delete", "do", "enum", "export", "extends", "function",
    "instanceof", "let", "new", "null", "static", "super", "switch", "this", "throw", "true", "false", "typeof", "var",
    "void", "Infinity", "NaN", "Math", "Number", "Object", "Array",
})  # fmt: skip
"""What a variable of Python may be called, but not one of JavaScript."""


class _Page:
    """Functions under names of their own; each is written before those that use it."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[Any, str] = {}

    def named(self, function: Any) -> str:
        """How to name a function, or to write it where it is short."""
        function = _plain(function)
        if function in _SIGNS:
            return f"(x, y) => x {_SIGNS[function]} y"
        if function in (operator.neg, operator.not_):
            return "(x) => -x" if function is operator.neg else f"(x) => !{_truth('x')}"
        if isinstance(function, FunctionType) and isinstance(node := _node(function), ast.Lambda):
            return _Writer(self, function, node).arrow()
        return self.name(function)

    def name(self, function: Any) -> str:
        """The name of a function, which is written down if it is met for the first time."""
        function = _plain(function)
        if isinstance(known := _known(function), str) and known.replace(".", "").isidentifier():
            return known
        if function not in self.names:
            wanted = "$" + getattr(function, "__name__", "partial").strip("<>_")  # no name of Python has a $
            taken = [name for name in self.names.values() if f"{name}$".startswith(f"{wanted}$")]
            self.names[function] = f"{wanted}${len(taken)}" if taken else wanted
            for other in _NEEDS.get(function, ()):
                self.name(other)
            self.lines.append(self._written(function, self.names[function], known))
        return self.names[function]

    def _written(self, function: Any, name: str, known: str | None) -> str:
        if known is not None:
            return f"const {name} = {known};"
        if isinstance(function, partial):
            given = ", ".join(f"{key}: {value!r}" for key, value in function.keywords.items())
            return f"const {name} = (...xs) => {self.name(function.func)}(...xs, {{{given}}});"
        if not isinstance(function, FunctionType):
            raise TranslationError(f"{function!r} has no translation to JavaScript")
        node = _node(function)
        if isinstance(node, ast.Lambda):
            return f"const {name} = {_Writer(self, function, node).arrow()};"
        return "\n".join(_Writer(self, function, node).definition(name))


def _plain(function: Any) -> Any:
    """A function without what is around it: what catches errors where IEEE 754 has inf or nan, and a memory."""
    return inspect.unwrap(getattr(function, "fast", function))


def _known(function: Any) -> str | None:
    try:
        return _FUNCTIONS.get(function)
    except TypeError:  # not hashable, so none of them
        return None


def _truth(text: str) -> str:
    """Whether Python takes a number for true: nan is, other than in JavaScript."""
    return f"({text} != 0)"


# --- where the Python of a function is ---


def _node(function: FunctionType) -> ast.Lambda | ast.FunctionDef:
    """The syntax tree of a function, by its place in its file."""
    code = function.__code__
    try:
        source = "".join(inspect.findsource(code)[0])
    except (OSError, TypeError) as error:
        raise TranslationError(f"the source of {function.__qualname__} is not there: {error}") from error
    for node in _functions(source):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(part.lineno for part in node.decorator_list)])
            if node.name == code.co_name and first == code.co_firstlineno:
                return node
        elif node.lineno == code.co_firstlineno and code.co_name == "<lambda>" and _spans(node.body, code):
            return node
    raise TranslationError(f"the source of {function.__qualname__} has changed")


@cache
def _functions(source: str) -> list[ast.Lambda | ast.FunctionDef]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Lambda | ast.FunctionDef)]


def _spans(body: ast.expr, code: CodeType) -> bool:
    """Whether the code was compiled from this body: several lambdas may be on a line."""
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    places = [((line, column), (last, stop)) for line, last, column, stop in code.co_positions() if stop]
    return all(start <= first and last <= end for first, last in places)


# --- how it is written ---


class _Writer:
    """Writes one function."""

    def __init__(self, page: _Page, function: FunctionType, node: ast.Lambda | ast.FunctionDef) -> None:
        self.page, self.node = page, node
        enclosing = inspect.getclosurevars(function).nonlocals
        self.outside = ChainMap(dict(enclosing), function.__globals__, vars(builtins))
        self.locals = {one.arg for one in (*node.args.args, *node.args.kwonlyargs)}

    def arrow(self) -> str:
        assert isinstance(self.node, ast.Lambda)
        return f"({self.parameters()}) => {self.value(self.node.body)}"

    def definition(self, name: str) -> Iterator[str]:
        assert isinstance(self.node, ast.FunctionDef)
        names = [part for part in ast.walk(self.node) if isinstance(part, ast.Name)]
        stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
        variables = sorted(stored - self.locals)
        self.locals |= stored
        yield f"function {name}({self.parameters()}) {{"
        if variables:
            yield f"let {', '.join(map(_local, variables))};"
        yield from self.block(self.node.body)
        yield "}"

    def parameters(self) -> str:
        arguments = self.node.args
        if arguments.vararg or arguments.kwarg or arguments.defaults:
            raise self.refused(self.node)
        names = [_local(one.arg) for one in arguments.args]
        static = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        given = [f"{_local(one.arg)} = {self.value(default)}" if default else one.arg for one, default in static]
        return ", ".join([*names, f"{{{', '.join(given)}}} = {{}}"] if given else names)

    def refused(self, node: ast.AST) -> TranslationError:
        return TranslationError(f"there is no JavaScript for {ast.unparse(node)!r}")

    # --- statements ---

    def block(self, body: list[ast.stmt]) -> Iterator[str]:
        for statement in body:
            yield from self.statement(statement)

    def statement(self, node: ast.stmt) -> Iterator[str]:
        match node:
            case ast.Expr(ast.Constant()):
                pass  # a docstring
            case ast.Expr(ast.Call(ast.Attribute(of, "append"), [one])):
                yield f"{self.value(of)}.push({self.value(one)});"
            case ast.Return(value) if value:
                yield f"return {self.value(value)};"
            case ast.Assign(targets, value):
                yield f"{' = '.join(map(self.target, targets))} = {self.value(value)};"
            case ast.AnnAssign(target, _, value) if value:
                yield f"{self.target(target)} = {self.value(value)};"
            case ast.AugAssign(target, sign, value) if type(sign) in _OPERATORS:
                yield f"{self.target(target)} {_OPERATORS[type(sign)]}= {self.value(value)};"
            case ast.If(test, body, other):
                yield f"if ({self.test(test)}) {{"
                yield from self.block(body)
                yield "} else {" if other else "}"
                if other:
                    yield from self.block(other)
                    yield "}"
            case ast.For(target, iterated, body, []):
                yield f"for ({self.target(target)} of {self.value(iterated)}) {{"
                yield from self.block(body)
                yield "}"
            case _:
                raise self.refused(node)

    def target(self, node: ast.expr) -> str:
        if isinstance(node, ast.Tuple):
            return f"[{', '.join(map(self.target, node.elts))}]"
        if not isinstance(node, ast.Name):
            raise self.refused(node)
        return _local(node.id)

    # --- expressions ---

    def value(self, node: ast.expr) -> str:
        """An expression; brackets stand wherever the two languages might disagree."""
        match node:
            case ast.Constant(value) if isinstance(value, bool | int | float):
                return _number(value)
            case ast.Name(name) if name in self.locals:
                return _local(name)
            case ast.Name() | ast.Attribute():
                found = self.found(node)
                return _number(found) if isinstance(found, bool | int | float) else self.page.name(found)
            case ast.BinOp(left, ast.Pow(), right):
                return f"{self.page.name(math.pow)}({self.value(left)}, {self.value(right)})"
            case ast.BinOp(left, ast.FloorDiv(), right):
                return f"Math.floor({self.inner(left)} / {self.inner(right)})"
            case ast.BinOp(left, sign, right) if type(sign) in _OPERATORS:
                return f"{self.inner(left)} {_OPERATORS[type(sign)]} {self.inner(right)}"
            case ast.UnaryOp(ast.USub(), operand):
                return f"-{self.inner(operand)}"
            case ast.IfExp(test, body, other):
                return f"({self.test(test)} ? {self.value(body)} : {self.value(other)})"
            case ast.Call():
                return self.call(node)
            case ast.List(parts) | ast.Tuple(parts):
                return f"[{', '.join(map(self.value, parts))}]"
            case ast.Starred(part):
                return f"...{self.inner(part)}"
            case ast.ListComp(made, [one]) | ast.GeneratorExp(made, [one]) if not one.ifs:
                self.locals |= {part.id for part in ast.walk(one.target) if isinstance(part, ast.Name)}
                return f"{self.inner(one.iter)}.map(({self.target(one.target)}) => {self.value(made)})"
            case ast.Subscript(of, index):
                return f"{self.value(of)}.at({self.value(index)})"
            case _ if self.is_truth(node):
                return self.test(node)
        raise self.refused(node)

    def inner(self, node: ast.expr) -> str:
        """An expression as part of another."""
        is_atom = isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.Call | ast.IfExp | ast.List)
        return self.value(node) if is_atom else f"({self.value(node)})"

    def call(self, node: ast.Call) -> str:
        function = self.found(node.func)
        if function in (bool, float):
            return f"({self.test(node.args[0])})" if function is bool else self.inner(node.args[0])
        count = 2 if function in _OF_TWO else len(node.args) if function is range else 1
        if _known(function) and (node.keywords or len(node.args) != min(count, 2)):
            raise self.refused(node)
        given = [*map(self.value, node.args)]
        static = [f"{key.arg}: {self.value(key.value)}" for key in node.keywords]
        if static:
            given.append(f"{{{', '.join(static)}}}")
        return f"{self.page.name(function)}({', '.join(given)})"

    def test(self, node: ast.expr) -> str:
        """An expression for its truth."""
        match node:
            case ast.BoolOp(sign, parts):
                return f" {_OPERATORS[type(sign)]} ".join(
                    f"({self.test(part)})" if isinstance(part, ast.BoolOp) else self.test(part) for part in parts
                )
            case ast.UnaryOp(ast.Not(), operand):
                return f"!({self.test(operand)})"
            case ast.Compare(left, signs, others):
                sides = map(self.inner, (left, *others))
                pairs = zip(pairwise(sides), signs, strict=True)
                return " && ".join(f"{a} {_OPERATORS[type(sign)]} {b}" for (a, b), sign in pairs)
        return self.value(node) if self.is_truth(node) else _truth(self.inner(node))

    def is_truth(self, node: ast.expr) -> bool:
        """Whether an expression is true or false, so that it is the same as its truth."""
        match node:
            case ast.BoolOp(_, parts):
                return all(map(self.is_truth, parts))
            case ast.Call(ast.Attribute() as function):
                return self.found(function) in (math.isfinite, math.isinf, math.isnan)
        return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))

    def found(self, node: ast.expr) -> Any:
        """What a name means that is not of the function itself."""
        match node:
            case ast.Name(name) if name in self.outside:
                return self.outside[name]
            case ast.Attribute(of, name):
                return getattr(self.found(of), name)
        raise self.refused(node)


def _local(name: str) -> str:
    return f"{name}_" if name in _RESERVED else name


def _number(x: float) -> str:
    if isinstance(x, bool):
        return "true" if x else "false"
    return repr(x).replace("inf", "Infinity").replace("nan", "NaN")
