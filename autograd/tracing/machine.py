"""The "numba" executor: a virtual machine over the flat arrays of a `Schedule`, compiled once and kept on disk.

Its text is generated from the table: one branch per row, each a loop over a run, so that nothing is decided inside of a
loop. The function of a row is its own function of floats, compiled by numba; what it raises there is inf or nan here,
as in eager code (``error_model="numpy"``). It is the same to the last bit, but for hypot and what is made of it, by 6
units at most. Rows that numba cannot compile have no branch; a program that needs one runs on "numpy".
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import math
import operator
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.primitive import Primitive, table
from autograd.tracing.listing import Listing
from autograd.tracing.schedule import DOT, FOLD, Schedule

__all__ = ["Machine", "compiled", "is_installed", "opcodes"]

_ROWS = [row for row in table.values() if row.scalar is not None or row.name == "identity"]
"""What a machine may have a branch for: the table as it is declared in `autograd.rules`."""


def is_installed() -> bool:
    """Whether numba can be imported."""
    return importlib.util.find_spec("numba") is not None


class Machine:
    """A schedule as a function of a buffer of values, with one axis or with a second one for lanes."""

    name = "numba"
    wide = 32
    """From here on vector instructions pay for a run of its own."""

    def __init__(self, schedule: Schedule) -> None:
        numbers: dict[Any, int] = {table[name]: number for name, number in opcodes().items()} | {FOLD: -1, DOT: -2}
        codes = np.array([numbers[kind.op] for kind in schedule.kinds], np.int32)
        arities = np.array([kind.arity for kind in schedule.kinds], np.int32)
        parts = [
            codes[schedule.codes], arities[schedule.codes], schedule.firsts, schedule.lines, schedule.offsets,
            schedule.outputs, schedule.operands,
        ]  # fmt: skip
        head = [schedule.given, len(schedule.codes), len(schedule.outputs)]
        self._code = np.concatenate([np.array(head), *parts], dtype=np.int32)  # each argument of a call costs time
        self.schedule = replace(schedule, operands=self._code[len(self._code) - len(schedule.operands) :])
        self._machine = _machine()

    @staticmethod
    def knows(listing: Listing) -> bool:
        """Whether there is a branch for all that a program does."""
        equations, known = listing.equations, opcodes()
        ops = [equations.ops[code] for code in set(equations.codes)]
        return not equations.params and all(op.name in known and op in _ROWS for op in ops)

    def fill(self, values: npt.NDArray[np.float64]) -> None:
        """Compute all results in the buffer."""
        (self._machine.run if values.ndim == 1 else self._machine.run_lanes)(values, self._code)

    def point(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Put the constants beside the inputs, compute all results, and give the outputs."""
        out = np.empty(len(self.schedule.outputs))
        self._machine.point(values, self.schedule.constants, out, self._code)
        return out


# --- functions of rows ---


def _function(row: Primitive) -> Callable[..., Any]:
    """What computes a row on floats."""
    return row.array if row.scalar is None else getattr(row.scalar, "fast", row.scalar)


@cache
def compiled(name: str) -> Any:
    """The function of a row on floats as one of numba; raises where that cannot be."""
    return _compiled(_function(table[name]))


@cache
def _compiled(function: Any) -> Any:
    from numba import njit

    if not isinstance(function, FunctionType):  # numba knows math and operator itself
        return abs if function is operator.abs else function
    names: dict[str, Any] = {"__name__": function.__module__}
    for name in _names_in(function.__code__) & function.__globals__.keys():  # the others are Python's own
        part = getattr(function.__globals__[name], "fast", function.__globals__[name])
        names[name] = _compiled(part) if isinstance(part, FunctionType) else part
    copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    return njit(error_model="numpy", nogil=True)(copy)


def _names_in(code: CodeType) -> set[str]:
    """The global names that a function uses, with those in its own functions."""
    return set(code.co_names).union(*(_names_in(part) for part in code.co_consts if isinstance(part, CodeType)))


_TRIED = (
    0.0, -0.0, 1.0, -1.0, 0.3, -2.5, 3.0, 40.0, -800.0, 1e-300, 5e-324, -1e200, 1e308, math.inf, -math.inf, math.nan,
)  # fmt: skip
"""What tells whether numba's functions follow IEEE 754 as ours do."""


def _can_compile(row: Primitive) -> bool:
    """Whether numba compiles the function of a row, and computes the same with it, but for the last digits."""
    import numba

    if row.static:
        return False
    arity = len(row.operands)
    names = ", ".join(_LETTERS[:arity])
    scope = {"function": compiled(row.name)}
    exec(f"def call({names}): return function({names})", scope)
    call: Any = numba.njit(error_model="numpy")(scope["call"])
    try:
        call.compile((numba.float64,) * arity)
    except numba.core.errors.NumbaError:
        return False
    return all(_is_near(float(row(*xs)), float(call(*xs))) for xs in product(_TRIED, repeat=arity))


def _is_near(want: float, got: float) -> bool:
    if want != want or got != got or not want or math.isinf(want):
        return (want != want and got != got) or (want == got and math.copysign(1.0, want) == math.copysign(1.0, got))
    return abs(got - want) <= 4.0 * math.ulp(want)


# --- the text of the machine ---


@cache
def _machine() -> ModuleType:
    """The machine of this table and these versions, from the disk where it is there."""
    with _lock:
        name = f"machine_{_fingerprint()}"
        for folder in _folders():
            path = folder / f"{name}.py"
            try:
                if not path.exists():
                    _log.warning("the machine of numba is compiled once for all programs, which takes about a minute")
                    folder.mkdir(parents=True, exist_ok=True)
                    _write(path, _text())
                return _loaded(name, path)
            except OSError:
                continue
        raise OSError("found no folder to keep the compiled machine in; set NUMBA_CACHE_DIR to one")


_lock, _log = threading.Lock(), logging.getLogger("autograd")


def opcodes() -> dict[str, int]:
    """The rows with a branch, by name."""
    return {name: number for number, name in enumerate(_machine().ROWS)}


def _folders() -> Iterator[Path]:
    """Where the machine may be kept: beside numba's own things, with those of the user, or for this process alone."""
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(given)
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glassgrad"
    yield Path(tempfile.mkdtemp(prefix="glassgrad-"))  # a new one: nobody else can have put code there


def _write(path: Path, text: str) -> None:
    """All at once, since another process may do so at the same time."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, suffix=".py", delete=False, encoding="utf-8") as file:
        file.write(text)
    os.replace(file.name, path)


def _loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"autograd.tracing.{name}", path)
    assert spec is not None
    assert spec.loader is not None
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _fingerprint() -> str:
    """What the compiled machine depends on: this file, the functions of all rows, and who compiles them."""
    import numba

    parts: list[Any] = [Path(__file__).read_text(encoding="utf-8"), sys.version, np.__version__, numba.__version__]
    for row in _ROWS:
        parts += [row.name, *_told(_function(row), set())]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _told(function: Any, seen: set[Any]) -> Iterator[Any]:
    """A function in numbers and text: its code, and that of what it calls."""
    function = getattr(function, "fast", function)
    if not isinstance(function, FunctionType):
        yield repr(function) if isinstance(function, BuiltinFunctionType | float | int | type) else type(function)
    elif function not in seen:
        seen.add(function)
        yield from (function.__code__.co_code.hex(), function.__code__.co_names, function.__kwdefaults__)
        yield [repr(x) for x in function.__code__.co_consts if not isinstance(x, CodeType)]
        for name in sorted(_names_in(function.__code__)):
            yield from _told(function.__globals__.get(name), seen)


def _text() -> str:
    """The source of the machine."""
    rows = [row for row in _ROWS if _can_compile(row)]
    lines = [
        '"""Written by autograd/tracing/machine.py from the table of derivative rules."""',
        "from numba import njit, uintp",
        "from autograd.tracing.machine import compiled",
        f"ROWS = {[row.name for row in rows]!r}",
        *(f"{row.name}_ = compiled({row.name!r})" for row in rows),
    ]
    for heading, fold, dot, branch in [
        ("run", _FOLD, _dot(), _branch),
        ("run_lanes", _FOLD_LANES, _DOT_LANES, _branch_lanes),
    ]:
        lines += [
            "@njit(cache=True, nogil=True, error_model='numpy')",
            f"def {heading}(values, program):",
            *(f"  {line}" for line in _PARTS.strip("\n").splitlines()),
            "  for r in range(runs):",
            "    code, first, end, offset = codes[r], uintp(firsts[r]), uintp(firsts[r + 1]), uintp(offsets[r])",
            "    count = end - first",
            "    if code == -1:",
            *(f"      {line}" for line in fold.strip("\n").splitlines()),
            "    elif code == -2:",
            *(f"      {line}" for line in dot.strip("\n").splitlines()),
        ]
        for number, row in enumerate(rows):
            lines += [f"    elif code == {number}:", *(f"      {line}" for line in branch(row))]
    lines += _POINT.strip("\n").splitlines()
    return "\n".join(lines) + "\n"


_FOLD = """
arity = uintp(arities[r])
if lines[r]:
  a, s = uintp(operands[offset]), uintp(operands[offset + uintp(1)])
  for j in range(count):
    values[first + j] = values[a + s * j]
  for k in range(uintp(1), arity):
    a, s = uintp(operands[offset + k + k]), uintp(operands[offset + k + k + uintp(1)])
    for j in range(count):
      values[first + j] += values[a + s * j]
elif count > 8:
  for j in range(count):
    values[first + j] = values[uintp(operands[offset + j])]
  for k in range(uintp(1), arity):
    at = offset + count * k
    for j in range(count):
      values[first + j] += values[uintp(operands[at + j])]
else:
  for j in range(count):
    total = values[uintp(operands[offset + j])]
    for k in range(uintp(1), arity):
      total += values[uintp(operands[offset + count * k + j])]
    values[first + j] = total
"""
_FOLD_LANES = """
for j in range(count):
  out = values[first + j]
  for k in range(uintp(arities[r])):
    if lines[r]:
      i = uintp(operands[offset + k + k]) + uintp(operands[offset + k + k + uintp(1)]) * j
    else:
      i = uintp(operands[offset + count * k + j])
    given = values[i]
    if k == 0:
      for l in range(len(out)):
        out[l] = given[l]
    else:
      for l in range(len(out)):
        out[l] += given[l]
"""
_PARTS = """
given, runs, results = program[0], program[1], program[2]
codes, arities, firsts = program[3:], program[3 + runs:], program[3 + 2 * runs:]
lines, offsets = program[4 + 3 * runs:], program[4 + 4 * runs:]
outputs, operands = program[4 + 5 * runs:], program[4 + 5 * runs + results:]
"""
"""What the array of a program holds, one after the other."""
_POINT = f"""
@njit(cache=True, nogil=True, error_model='numpy')
def point(values, constants, out, program):
  {_PARTS.strip().replace(chr(10), chr(10) + "  ")}
  for k in range(len(constants)):
    values[given + k] = constants[k]
  run(values, program)
  for k in range(results):
    out[k] = values[outputs[k]]
"""
_DOT = """
pairs = uintp(arities[r]) // uintp(2)
if lines[r]:
  out = values[first:end]
  for k in range(pairs):
    at = offset + uintp(4) * k
    a, sa, b, sb = uintp(operands[at]), operands[at + uintp(1)], uintp(operands[at + uintp(2)]), operands[at + uintp(3)]
LOOPS
elif count > 8:
  for j in range(count):
    values[first + j] = values[uintp(operands[offset + j])] * values[uintp(operands[offset + count + j])]
  for k in range(uintp(1), pairs):
    at = offset + count * (k + k)
    for j in range(count):
      values[first + j] += values[uintp(operands[at + j])] * values[uintp(operands[at + count + j])]
else:
  for j in range(count):
    total = values[uintp(operands[offset + j])] * values[uintp(operands[offset + count + j])]
    for k in range(uintp(1), pairs):
      at = offset + count * (k + k) + j
      total += values[uintp(operands[at])] * values[uintp(operands[at + count])]
    values[first + j] = total
"""
_DOT_LANES = """
for j in range(count):
  out = values[first + j]
  for k in range(uintp(arities[r]) // uintp(2)):
    if lines[r]:
      at = offset + uintp(4) * k
      a = uintp(operands[at]) + uintp(operands[at + uintp(1)]) * j
      b = uintp(operands[at + uintp(2)]) + uintp(operands[at + uintp(3)]) * j
    else:
      at = offset + count * (k + k) + j
      a, b = uintp(operands[at]), uintp(operands[at + count])
    left, right = values[a], values[b]
    if k == 0:
      for l in range(len(out)):
        out[l] = left[l] * right[l]
    else:
      for l in range(len(out)):
        out[l] += left[l] * right[l]
"""
_LETTERS = "abcdefgh"
_CHEAP = frozenset(("add", "sub", "mul", "div", "neg", "square"))
"""Rows whose loops over neighbours are worth being written apart: these become vector instructions."""


def _dot() -> str:
    """The loops of a dot, with those over neighbours, or over one number and neighbours, written apart."""
    lines, keyword = [], "if"
    for sa, sb in ((0, 1), (1, 0), (1, 1)):
        lines += [f"{keyword} sa == {sa} and sb == {sb}:", f"  left = values[a{': a + count' if sa else ''}]",
                  f"  right = values[b{': b + count' if sb else ''}]"]  # fmt: skip
        product_ = f"left{'[j]' if sa else ''} * right{'[j]' if sb else ''}"
        lines += ["  if k == 0:", "    for j in range(count):", f"      out[j] = {product_}",
                  "  else:", "    for j in range(count):", f"      out[j] += {product_}"]  # fmt: skip
        keyword = "elif"
    product_ = "values[a + uintp(sa) * j] * values[b + uintp(sb) * j]"
    lines += ["elif k == 0:", "  for j in range(count):", f"    out[j] = {product_}",
              "else:", "  for j in range(count):", f"    out[j] += {product_}"]  # fmt: skip
    return _DOT.replace("LOOPS", "\n".join(f"    {line}" for line in lines))


def _branch(row: Primitive) -> list[str]:
    """The loops of a row: along lines, or over places."""
    given = _LETTERS[: len(row.operands)]
    lines = ["if lines[r]:"]
    for k, one in enumerate(given):
        at = [f"operands[offset + uintp({place})]" for place in (2 * k, 2 * k + 1)]
        lines.append(f"  {one}, s{one} = uintp({at[0]}), {at[1]}")
    keyword = "if"
    for steps in product((1, 0), repeat=len(given)) if row.name in _CHEAP else ():
        if any(steps):
            lines.append(f"  {keyword} {' and '.join(f's{x} == {s}' for x, s in zip(given, steps, strict=True))}:")
            lines += [f"    {x} = values[{x} : {x} + count]" if s else f"    {x} = values[{x}]"
                      for x, s in zip(given, steps, strict=True)]  # fmt: skip
            parts = [f"{x}[j]" if s else x for x, s in zip(given, steps, strict=True)]
            lines += ["    out = values[first:end]", "    for j in range(count):"]
            lines.append(f"      out[j] = {row.name}_({', '.join(parts)})")
            keyword = "elif"
    indent = "  " if keyword == "if" else "    "
    lines += ["  else:"] if keyword == "elif" else []
    parts = [f"values[{x} + uintp(s{x}) * j]" for x in given]
    lines += [f"{indent}for j in range(count):", f"{indent}  values[first + j] = {row.name}_({', '.join(parts)})"]
    parts = [f"values[uintp(operands[offset + count * uintp({k}) + j])]" for k in range(len(given))]
    return [*lines, "else:", "  for j in range(count):", f"    values[first + j] = {row.name}_({', '.join(parts)})"]


def _branch_lanes(row: Primitive) -> list[str]:
    """The loop of a row over its run, and inside of it that over lanes."""
    given = _LETTERS[: len(row.operands)]
    lines = ["for j in range(count):", "  if lines[r]:"]
    for k, one in enumerate(given):
        at = [f"uintp(operands[offset + uintp({place})])" for place in (2 * k, 2 * k + 1)]
        lines.append(f"    {one} = {at[0]} + {at[1]} * j")
    lines.append("  else:")
    lines += [f"    {one} = uintp(operands[offset + count * uintp({k}) + j])" for k, one in enumerate(given)]
    lines.append(f"  {', '.join([*(f'v{x}' for x in given), 'out'])} = "
                 f"{', '.join([*(f'values[{x}]' for x in given), 'values[first + j]'])}")  # fmt: skip
    return [*lines, "  for l in range(len(out)):", f"    out[l] = {row.name}_({', '.join(f'v{x}[l]' for x in given)})"]
