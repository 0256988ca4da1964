"""All the small ways to break a source file: wrong operators, constants, arguments, dropped terms and statements.

A mutant is a piece of the source and the text that takes its place, so that it can be shown as a line before and after.
What states the truth rather than computing it is left alone: the facts in a row of the table (its reference, domain,
kinks, ...), docstrings, annotations, messages of errors.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Container, Sequence
from dataclasses import dataclass

__all__ = ["FACTS", "Mutant", "is_row", "mutants_of", "names_in", "names_of"]

FACTS = frozenset(
    (
        "doc",
        "symbol",
        "latex",
        "reference",
        "domain",
        "kinks",
        "singular",
        "scale",
        "order",
        "examples",
        "comparison",
        "public",
    )
)
"""Keyword arguments of a row that a mutant leaves alone: they are the oracle, or text."""

DECLARERS = frozenset(("elementwise", "linear", "general", "constant"))
_OPERATORS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {
    ast.Add: ("+", ("-",)), ast.Sub: ("-", ("+",)), ast.Mult: ("*", ("/",)), ast.Div: ("/", ("*",)),
    ast.FloorDiv: ("//", ("*",)), ast.Mod: ("%", ("*",)), ast.Pow: ("**", ("*",)), ast.BitAnd: ("&", ("|",)),
    ast.BitOr: ("|", ("&",)), ast.MatMult: ("@", ("*",)),
    ast.Lt: ("<", ("<=", ">")), ast.LtE: ("<=", ("<", ">=")), ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<=")), ast.Eq: ("==", ("!=",)), ast.NotEq: ("!=", ("==",)), ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)), ast.In: ("in", ("not in",)), ast.NotIn: ("not in", ("in",)),
}  # fmt: skip
_TERMS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.BitAnd, ast.BitOr)
_ORDERED = (ast.Sub, ast.Div, ast.MatMult)
_COMPARISONS = {"greater": (">=", "<"), "less": ("<=", ">"), "greater_equal": (">", "<="), "less_equal": ("<", ">=")}
_TWINS = dict(
    pair
    for a, b in (
        ("sin", "cos"), ("sinh", "cosh"), ("maximum", "minimum"), ("max", "min"), ("argmax", "argmin"), ("any", "all"),
        ("isposinf", "isneginf"), ("ones", "zeros"), ("exp", "expm1"), ("log", "log1p"), ("equal", "not_equal"),
    )
    for pair in ((a, b), (b, a))
)  # fmt: skip
_SYMMETRIC = frozenset(("equal", "not_equal", "maximum", "minimum", "hypot", "logaddexp", "array_equal"))
_ATOMS = (ast.Name, ast.Constant, ast.Call, ast.Attribute, ast.Subscript, ast.List, ast.Dict)
_DROPPED = (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Delete, ast.Continue, ast.Break)


@dataclass(frozen=True)
class Mutant:
    """A source file with one piece replaced."""

    path: str
    scope: str
    line: int
    before: str
    after: str
    source: str

    @property
    def key(self) -> str:
        """What it is called in the list of survivors; it does not change when lines move."""
        return f"{self.statement} → {self.after}"

    @property
    def statement(self) -> str:
        """The first half of that: where it is, and what is broken there."""
        return f"{self.path}:{self.scope} | {self.before}"


def mutants_of(path: str, source: str, scopes: Container[str] | None = None) -> list[Mutant]:
    """All mutants of a file, or those in some rows and functions, in the order of its lines."""
    tree = ast.parse(source)
    finder = _Finder(source, names_in(tree))
    found: dict[str, Mutant] = {}
    for statement in _computing(tree):
        scope = ", ".join(names_of(statement)) or "the page"
        if scopes is not None and scope not in scopes:
            continue
        finder.start(statement, scope)
        for scope, node, text in finder.found:
            mutant = finder.mutant(path, scope, node, text)
            if mutant is not None:
                found.setdefault(mutant.source, mutant)
    return sorted(found.values(), key=lambda mutant: mutant.line)


def names_of(statement: ast.stmt) -> list[str]:
    """The names that a top-level statement defines."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [name.id for target in targets if target for name in ast.walk(target) if isinstance(name, ast.Name)]


def is_row(call: ast.AST) -> bool:
    """Whether an expression declares a row of the table."""
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in DECLARERS


def names_in(node: ast.AST) -> set[str]:
    """The names that code uses, facts left out."""
    found, todo = set(), [node]
    while todo:
        here = todo.pop()
        if isinstance(here, ast.Name):
            found.add(here.id)
        elif isinstance(here, ast.alias):
            found.add(here.asname or here.name)
        facts = [k for k in here.keywords if k.arg in FACTS] if is_row(here) else []  # type: ignore[attr-defined]
        todo += [child for child in ast.iter_child_nodes(here) if child not in facts]
    return found


def _computing(tree: ast.Module) -> list[ast.stmt]:
    """The top-level statements that compute something: neither imports nor what only the facts use."""
    others = (ast.Import, ast.ImportFrom, ast.Expr)  # ``table.bind(globals())`` saves time and changes no number
    statements = [s for s in tree.body if not isinstance(s, others) and "__all__" not in names_of(s)]
    public = {
        e.value for s in tree.body if "__all__" in names_of(s) for e in ast.walk(s) if isinstance(e, ast.Constant)
    }
    roots = [s for s in statements if not names_of(s) or is_row(getattr(s, "value", s)) or public & {*names_of(s)}]
    for statement in roots:  # which grows while it is walked
        used = names_in(statement)
        roots += [s for s in statements if s not in roots and used & {*names_of(s)}]
    return [s for s in statements if s in roots]


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_first(statement: ast.stmt) -> bool:
    """Whether it gives a name to something new, so that without it the next line would fail anyhow."""
    targets = statement.targets if isinstance(statement, ast.Assign) else ()
    plain = all(isinstance(name, ast.Name | ast.Tuple) for name in targets)
    return bool(targets) and plain and not {*names_of(statement)} & names_in(statement.value)  # type: ignore[attr-defined]


def _shown(lines: str) -> str:
    """On one line, without comments."""
    return " ".join(" ".join(line.partition("  # ")[0] for line in lines.splitlines()).split())


class _Finder(ast.NodeVisitor):
    """Collects what may be replaced by what."""

    def __init__(self, source: str, names: set[str]) -> None:
        self.bytes, self.names = source.encode(), names
        self.starts = [0, *itertools.accumulate(map(len, self.bytes.splitlines(keepends=True)))]
        self.found: list[tuple[str, ast.AST, str]] = []
        self.scope, self.whole, self.tree = "", (0, 0), ""

    def start(self, statement: ast.stmt, scope: str) -> None:
        self.scope, self.whole, self.tree = scope, self.span(statement), ast.dump(statement)
        self.found = []
        self.visit(statement)

    def span(self, node: ast.AST) -> tuple[int, int]:
        start = self.starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        return start, self.starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]

    def text(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.bytes[start:end].decode()

    def atom(self, node: ast.AST) -> str:
        """An expression so that it can stand anywhere."""
        text = self.text(node)
        is_whole = isinstance(node, _ATOMS) or (isinstance(node, ast.Tuple) and text.startswith("("))
        return text if is_whole else f"({text})"

    def put(self, node: ast.AST, *texts: str) -> None:
        self.found += [(self.scope, node, text) for text in texts]

    def mutant(self, path: str, scope: str, node: ast.AST, text: str) -> Mutant | None:
        """None where it would be no Python, or the same."""
        start, end = self.span(node)
        source = (self.bytes[:start] + text.encode() + self.bytes[end:]).decode()
        try:
            broken = ast.parse(self.bytes[self.whole[0] : start] + text.encode() + self.bytes[end : self.whole[1]])
            if ast.dump(broken.body[0]) == self.tree:
                return None
        except SyntaxError:
            return None
        first, last = self.starts[node.lineno - 1], self.starts[node.end_lineno]  # type: ignore[attr-defined]
        before = self.bytes[first:last].decode()
        after = (self.bytes[first:start] + text.encode() + self.bytes[end:last]).decode()
        return Mutant(path, scope, node.lineno, _shown(before), _shown(after), source)  # type: ignore[attr-defined]

    # --- expressions ---

    def visit_BinOp(self, node: ast.BinOp) -> None:
        left, right, kind = self.atom(node.left), self.atom(node.right), type(node.op)
        symbol, others = _OPERATORS.get(kind, ("", ()))
        same_level = kind in (ast.Add, ast.Sub, ast.Mult, ast.Div)
        for other in others:
            self.put(node, f"{left} {other} {right}" if same_level else f"({left} {other} {right})")
        if kind in _TERMS:
            self.put(node, left, right)
        if kind in _ORDERED:
            self.put(node, f"{right} {symbol} {left}")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        operands = [node.left, *node.comparators]
        for k, op in enumerate(node.ops):
            for other in _OPERATORS[type(op)][1]:
                symbols = [other if i == k else _OPERATORS[type(o)][0] for i, o in enumerate(node.ops)]
                rest = [f" {s} {self.atom(x)}" for s, x in zip(symbols, operands[1:], strict=True)]
                self.put(node, self.atom(operands[0]) + "".join(rest))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        parts = list(map(self.atom, node.values))
        word, other = (" and ", " or ") if isinstance(node.op, ast.And) else (" or ", " and ")
        self.put(node, f"({other.join(parts)})")
        for k in range(len(parts)):
            rest = [*parts[:k], *parts[k + 1 :]]
            self.put(node, rest[0] if len(rest) == 1 else f"({word.join(rest)})")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if not isinstance(node.op, ast.UAdd):
            self.put(node, self.atom(node.operand))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.put(node, str(not value))
        elif isinstance(value, int):
            self.put(node, *map(str, {value + 1, value - 1 if value else 1}))
        elif isinstance(value, float):
            self.put(node, "1.0" if not value else repr(2.0 * value), *(["0.0"] if value else ["-1.0"]))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pass  # text

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.put(node, self.atom(node.body), self.atom(node.orelse))
        self.generic_visit(node)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.put(node.body, f"0.0 * ({self.text(node.body)})")
        if node.args.args and node.args.args[0].arg == "g" and self.text(node.body) != "g":
            self.put(node.body, "g")
        self._defaults(node.args, node.body)
        self.visit(node.body)

    def _defaults(self, args: ast.arguments, *body: ast.AST) -> None:
        """Only the defaults of what is used."""
        used = {name.id for part in body for name in ast.walk(part) if isinstance(name, ast.Name)}
        positional = zip(args.args[::-1], args.defaults[::-1], strict=False)
        for arg, default in (*positional, *zip(args.kwonlyargs, args.kw_defaults, strict=True)):
            if default is not None and arg.arg in used:
                self.visit(default)

    def visit_Call(self, node: ast.Call) -> None:
        args = list(map(self.text, node.args))
        if is_row(node):
            self._row(node, args)
            return
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        keywords = [f"{k.arg}={self.text(k.value)}" if k.arg else f"**{self.text(k.value)}" for k in node.keywords]
        function = self.text(node.func)

        def call(args: Sequence[str], keywords: Sequence[str]) -> str:
            return f"{function}({', '.join([*args, *keywords])})"

        if name == "where" and len(args) == 3:
            self.put(
                node, call([args[0], args[2], args[1]], keywords), self.atom(node.args[1]), self.atom(node.args[2])
            )
        elif name not in _SYMMETRIC:
            for k in range(len(args) - 1):
                if not isinstance(node.args[k], ast.Starred) and not isinstance(node.args[k + 1], ast.Starred):
                    self.put(node, call([*args[:k], args[k + 1], args[k], *args[k + 2 :]], keywords))
        if args and name != "where" and not isinstance(node.args[0], ast.Starred):
            self.put(node, self.atom(node.args[0]))
        for k in range(len(keywords)):
            self.put(node, call(args, keywords[:k] + keywords[k + 1 :]))
        if isinstance(node.func, ast.Name) and name in _COMPARISONS and len(args) == 2:
            self.put(node, *(f"({args[0]} {other} {args[1]})" for other in _COMPARISONS[name]))
        twin = _TWINS.get(name, "")
        if isinstance(node.func, ast.Attribute) and twin:
            self.put(node.func, f"{self.text(node.func.value)}.{twin}")
        elif twin in self.names:
            self.put(node.func, twin)
        self.generic_visit(node)

    def _row(self, node: ast.Call, args: list[str]) -> None:
        """A declaration: its rules may change places, and everything in it but the facts may be wrong."""
        first = 3 if getattr(node.func, "id", "") == "elementwise" else 2
        for k in range(first, len(args) - 1):
            if args[k] != args[k + 1]:
                start, end = self.span(node.args[k])[0], self.span(node.args[k + 1])[1]
                between = self.bytes[self.span(node.args[k])[1] : self.span(node.args[k + 1])[0]].decode()
                pair = ast.Tuple([node.args[k], node.args[k + 1]], lineno=node.args[k].lineno,
                                 col_offset=node.args[k].col_offset, end_lineno=node.args[k + 1].end_lineno,
                                 end_col_offset=node.args[k + 1].end_col_offset)  # fmt: skip
                assert self.span(pair) == (start, end)
                self.put(pair, args[k + 1] + between + args[k])
        for part in (*node.args[1:], *(keyword.value for keyword in node.keywords if keyword.arg not in FACTS)):
            self.visit(part)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.put(test, "True", "False")
        self.generic_visit(node)

    # --- statements ---

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, _DROPPED) and node.col_offset and not (_is_text(node) or _is_first(node)):
            self.put(node, "pass")
        super().visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer = self.scope
        if node.col_offset:
            self.scope += f".{node.name}"
        self._defaults(node.args, *node.body)
        for statement in node.body:
            if not _is_text(statement):
                self.visit(statement)
        self.scope = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for statement in node.body:
            self.visit(statement)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.put(node, "return None")
            self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        pass  # what it says is text

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        target, value = self.text(node.target), self.text(node.value)
        others = _OPERATORS[type(node.op)][1]
        self.put(node, f"{target} = {value}", *(f"{target} {other}= {value}" for other in others))
        self.visit(node.value)

    def visit_If(self, node: ast.If | ast.While) -> None:
        self.put(node.test, "True", "False")
        self.generic_visit(node)

    visit_While = visit_If

    def visit_With(self, node: ast.With) -> None:
        for item in node.items:
            if item.optional_vars is None:
                self.put(item.context_expr, '__import__("contextlib").nullcontext()')
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.type is not None:
            self.put(node.type, "()")
            if isinstance(node.type, ast.Tuple):
                for k in range(len(node.type.elts)):
                    rest = [self.text(kind) for i, kind in enumerate(node.type.elts) if i != k]
                    self.put(node.type, f"({', '.join(rest)},)")
        for statement in node.body:
            self.visit(statement)

    def visit_Assert(self, node: ast.Assert) -> None:
        pass  # our own invariants
