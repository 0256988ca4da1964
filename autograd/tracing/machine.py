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
from functools import cache, partial
from itertools import product
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from autograd.primitive import Primitive, table
from autograd.rules import ROWS
from autograd.tracing import instructions, slots
from autograd.tracing.attributes import names_in
from autograd.tracing.instructions import LETTERS, text_of
from autograd.tracing.listing import Listing
from autograd.tracing.schedule import DOT, FOLD, Schedule

__all__ = ["Machine", "compiled", "compiled_copy", "is_installed", "opcodes"]

_ROWS = [row for row in ROWS if row.scalar is not None or row.name == "identity"]
"""What a machine may have a branch for: the same rows for everybody, so that it is compiled once."""


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
        known = opcodes()
        return all(not how.params and op.name in known and op in _ROWS for op, how in listing.equations.kinds)

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
    for name in names_in(function.__code__) & function.__globals__.keys():  # the others are Python's own
        part = getattr(function.__globals__[name], "fast", function.__globals__[name])
        names[name] = _compiled(part) if isinstance(part, FunctionType) else part
    copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    return njit(error_model="numpy", nogil=True)(copy)


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
    names = ", ".join(LETTERS[:arity])
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


# --- the machine ---


@cache
def _machine() -> ModuleType:
    """The machine of this table."""
    sources = [Path(file).read_text(encoding="utf-8") for file in (__file__, instructions.__file__)]
    rows = [(row.name, *_told(_function(row), set())) for row in _ROWS]
    return _kept("machine", [*sources, rows], lambda: text_of([row for row in _ROWS if _can_compile(row)]))


@cache
def compiled_copy(loops: ModuleType, *instead: ModuleType) -> ModuleType:
    """A module of functions over arrays, compiled, with some of them `instead`; they must not make arrays."""
    texts = [Path(module.__file__ or "").read_text(encoding="utf-8") for module in (loops, *instead)]
    for k, text in enumerate(texts):
        body = text.partition("from __future__ import annotations\n")[2]
        texts[k] = body.replace("\ndef ", "\n@njit(cache=True, nogil=True, error_model='numpy', _nrt=False)\ndef ")
    whole = "\n".join(["from __future__ import annotations", "from numba import njit", *texts])
    taken = Path(slots.__file__).read_text(encoding="utf-8")  # which they import
    return _kept(loops.__name__.rpartition(".")[2], [whole, taken], lambda: whole)


def _kept(kind: str, parts: list[Any], text: Callable[[], str]) -> ModuleType:
    """A module for numba to compile, which depends on `parts` and versions; from the disk where it is there."""
    import numba

    versions = [sys.version, np.__version__, numba.__version__]
    name = f"{kind}_{hashlib.sha256(repr(parts + versions).encode()).hexdigest()[:16]}"
    with _lock:
        for folder in _folders():
            path = folder / f"{name}.py"
            try:
                if not path.exists():
                    _log.warning("numba compiles its %s once for all programs, which takes up to a minute", kind)
                    folder.mkdir(parents=True, exist_ok=True)
                    _write(path, text())
                return _loaded(name, path)
            except OSError:
                continue
        raise OSError("found no folder to keep the compiled machine in; set NUMBA_CACHE_DIR to one")


_lock, _log = threading.Lock(), logging.getLogger("autograd")


def opcodes() -> dict[str, int]:
    """The rows with a branch, by name."""
    return {name: number for number, name in enumerate(_machine().ROWS)}


@cache
def _own_folder() -> Path:
    """A new folder: nobody else can have put code there."""
    return Path(tempfile.mkdtemp(prefix="glassgrad-"))


def _folders() -> Iterator[Path]:
    """Where the machine may be kept: beside numba's own things, with those of the user, or for this process alone."""
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        yield Path(given)
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "glassgrad"
    yield _own_folder()


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
    _load_lightly(module)
    return module


def _load_lightly(module: ModuleType) -> None:
    """Let compiled code be loaded without what numba needs to compile more: that takes 0.3 s, and scipy with it."""
    from numba.core.registry import cpu_target
    from numba.core.runtime.nrt import rtsys

    rtsys.initialize(cpu_target.target_context)
    for function in vars(module).values():
        cache: Any = getattr(function, "_cache", None)
        if hasattr(cache, "_load_overload") and hasattr(cache, "_guard_against_spurious_io_errors"):
            cache.load_overload = partial(_overload, cache)


def _overload(cache: Any, signature: Any, context: Any) -> Any:
    """What numba's own function does after it has loaded all else."""
    with cache._guard_against_spurious_io_errors():
        return cache._load_overload(signature, context)


def _told(function: Any, seen: set[Any]) -> Iterator[Any]:
    """A function in numbers and text: its code, and that of what it calls."""
    function = getattr(function, "fast", function)
    if not isinstance(function, FunctionType):
        yield repr(function) if isinstance(function, BuiltinFunctionType | float | int | type) else type(function)
    elif function not in seen:
        seen.add(function)
        yield from (function.__code__.co_code.hex(), function.__code__.co_names, function.__kwdefaults__)
        yield [repr(x) for x in function.__code__.co_consts if not isinstance(x, CodeType)]
        for name in sorted(names_in(function.__code__)):
            yield from _told(function.__globals__.get(name), seen)
