"""What a failed law says: which rule, where, in which mode, got, want, tolerance, and a program that shows it."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.primitive import Primitive

__all__ = ["RuleError", "preamble", "show"]


class RuleError(AssertionError):
    """A derivative rule, or the gradient of a function, broke a law.

    Attributes
    ----------
    rule : the name of the rule or function.
    law : the law that it broke.
    args, params : the point at which it did.
    ans : the result there, of up to 8 numbers.
    entry : which number of the result, such as ``"∂/∂x"``.
    mode : how it was computed, such as ``"forward over reverse"``.
    got, want, tolerance : what came out, what the oracle says, and how far apart they may be.
    program : a few lines that show it, to be pasted into Python.
    """

    def __init__(
        self,
        rule: str,
        law: str,
        *,
        point: Sequence[Any] = (),
        params: Mapping[str, Any] | None = None,
        ans: Any = None,
        entry: str = "",
        mode: str = "",
        got: Any = None,
        want: Any = None,
        tolerance: Any = None,
        why: str = "",
        program: str = "",
    ) -> None:
        self.rule, self.law, self.point, self.params = rule, law, tuple(point), dict(params or {})
        self.entry, self.mode, self.got, self.want, self.tolerance = entry, mode, got, want, tolerance
        self.ans, self.why, self.program = ans, why, program
        options = "".join(f", {key}={show(value)}" for key, value in self.params.items())
        lines = [f"{rule}({', '.join(map(show, point))}{options}) breaks the law: {law}"]
        told = {
            "ans": ans,
            "entry": entry,
            "mode": mode,
            "got": got,
            "want": want,
            "tolerance": tolerance,
            "because": why,
        }
        lines += [f"    {key:<10} {value}" for key, value in told.items() if value is not None and str(value)]
        if program:
            lines += ["To reproduce it:", textwrap.indent(program, "    ")]
        super().__init__("\n".join(lines))


def show(x: Any) -> str:
    """`x` as Python text that gives it back.

    >>> show(np.array([1.0, 2.0], np.float32))
    'np.array([1.0, 2.0], np.float32)'
    """
    if isinstance(x, np.ndarray):
        dtype = "" if x.dtype in (np.float64, np.intp, np.bool_) and x.size else f", np.{x.dtype.name}"
        shape = f".reshape{x.shape}" if not x.size and x.shape != (0,) else ""
        return f"np.array({[] if not x.size else x.tolist()}{dtype}){shape}"
    if isinstance(x, np.dtype):
        return f"np.dtype({x.name!r})"
    if isinstance(x, tuple):
        return f"({', '.join(map(show, x))}{',' * (len(x) == 1)})"
    if isinstance(x, list):
        return f"[{', '.join(map(show, x))}]"
    return repr(x.item() if isinstance(x, np.generic) else x)


def preamble(subject: Callable[..., Any], params: Mapping[str, Any], point: Sequence[Any]) -> str:
    """The lines of a program that define ``f``, the function under test."""
    lines = ["import numpy as np", "import autograd"]
    if "nan" in (text := show(tuple(point))) or "inf" in text:
        lines.append("from numpy import inf, nan")
    if isinstance(subject, Primitive):
        functions = (*subject.rules, subject.push, subject.scalar, subject.array)
        home = next((f.__module__ for f in functions if inspect.isfunction(f)), "")
        if home and home.split(".")[0] not in ("autograd", "__main__"):
            lines.append(f"import {home}  # which declares it")
        called = f"autograd.table[{subject.name!r}]"
    else:
        name, home = getattr(subject, "__qualname__", "f"), getattr(subject, "__module__", "__main__")
        called = name
        if "<" not in name and home != "__main__":
            lines.append(f"from {home} import {name.split('.')[0]}")
        else:
            lines.append(_source(subject))
            called = getattr(subject, "__name__", "f")
            called = called if called.isidentifier() else "..."
    options = ", ".join(f"{key}={show(value)}" for key, value in params.items())
    lines.append(f"f = lambda *xs: {called}(*xs, {options})" if options else f"f = {called}")
    return "\n".join(lines)


def _source(f: Callable[..., Any]) -> str:
    try:
        text = textwrap.dedent(inspect.getsource(f)).strip()
    except (OSError, TypeError):
        return f"# {f!r}"
    return text if text.startswith("def ") else f"# f is the function in: {text.splitlines()[0]}"
