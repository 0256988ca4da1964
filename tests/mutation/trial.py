"""Whether anything notices a mutant: it is tried in a forked child, whose import of one module is given its source.

First the laws are asked of the nearest rows that the mutated statement can change (`autograd.testing.check_rule` with
few examples: most mutants are dead after a tenth of a second), then the test suite up to its first failure, the laws of
all rows at its end. What fails without any mutant kills nothing: each check that has killed something for the first
time is tried once without.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.abc
import importlib.util
import os
import pathlib
import resource
import selectors
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import _hypothesis_pytestplugin  # noqa: F401  # it refuses to be loaded once a strategy has been used
import hypothesis  # noqa: F401  # and so do the next: children need not import them, one by one
import mpmath  # noqa: F401
import numpy as np  # noqa: F401
import pytest

from tests.mutation.mutator import Mutant, is_row, names_in, names_of

__all__ = ["ROOT", "Trial", "Verdict", "run_all", "trials"]

ROOT = pathlib.Path(__file__).parents[2]
_SILENCE = 60.0
"""Seconds without a check that passed, after which a mutant is taken for one that hangs."""
_MEMORY = 12 << 30
_EXAMPLES = 10
_FIRST, _NEAR = 3, 12
"""How many rows are asked at first, and at most."""
_CRASHES = ("import", "pytest", "a crash", "silence")
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.USub: "neg",
}  # fmt: skip
_USUAL = ["mul", "add", "sub", "div", "where", "matmul", "sum", "concatenate", "getitem", "norm", "softmax", "to_value"]
"""The rows whose laws say most of the sweep."""
_RULE_TESTS = [
    *sorted(f"tests/rules/{file.name}" for file in ROOT.glob("tests/rules/test_*.py")),
    "tests/test_functions.py", "tests/test_derivatives.py", "tests/test_transforms.py", "tests/test_forward.py",
    "tests/test_sweep.py", "tests/test_tensor.py", "tests/test_value.py", "tests/test_primitive.py",
    "tests/test_einsum.py", "tests/test_convolution.py", "tests/testing/test_rules.py",
]  # fmt: skip
_OF_PAGE = {"windows.py": ("tests/test_convolution.py",), "contraction.py": ("tests/test_einsum.py",)}
"""Where a page has tests that do not stand among those of the rules; they come first."""
_SWEEP_TESTS = [
    "tests/test_sweep.py", "tests/test_transforms.py", "tests/test_forward.py", "tests/test_derivatives.py",
    "tests/test_recording.py", "tests/test_anomaly.py", "tests/test_value.py", "tests/test_tensor.py",
    "tests/test_primitive.py", "tests/test_collector.py", "tests/test_lifetime.py", "tests/drawing/test_figure.py",
    "tests/rules/test_arrays.py", "tests/rules/test_shape.py", "tests/rules/test_reduce.py",
    "tests/test_convolution.py", "tests/tracing/test_program.py", "tests/tracing/test_never_wrong.py",
    "tests/testing/test_rules.py",
]  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant: which check killed it, or None, and in how many seconds."""

    mutant: Mutant
    killed_by: str | None
    seconds: float


# --- what a mutant can change ---


class Reach:
    """Which names of the rule pages use which, so that a mutated statement leads to the rows that it can change."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.users: dict[str, set[str]] = {}
        self.rows: list[str] = []
        for source in sources:
            for statement in ast.parse(source).body:
                if isinstance(statement, ast.Import | ast.ImportFrom | ast.Expr):
                    continue
                own = names_of(statement)
                if is_row(getattr(statement, "value", statement)):
                    self.rows += own
                operators = {_OPERATORS[type(node)] for node in ast.walk(statement) if type(node) in _OPERATORS}
                for name in names_in(statement) | operators:
                    self.users.setdefault(name, set()).update(own)

    def rows_from(self, names: Sequence[str]) -> list[str]:
        """The rows that depend on some names, the nearest first."""
        order = dict.fromkeys(names)
        for name in (todo := list(order)):  # which grows while it is walked
            for user in sorted(self.users.get(name, ())):
                if user not in order:
                    order[user] = None
                    todo.append(user)
        return [name for name in order if name in self.rows][:_NEAR]


@dataclass(frozen=True)
class Trial:
    """What is tried on a mutant: the laws of some rows, then some tests."""

    rows: Sequence[str]
    tests: Sequence[str]


_CONTROL = Trial(("identity",), ("tests/test_primitive.py",))


def trials(root: pathlib.Path = ROOT) -> Callable[[Mutant], Trial]:
    """How a mutant is tried."""
    pages = sorted((root / "autograd" / "rules").glob("*.py"))
    reach = Reach(page.read_text() for page in pages)

    def trial(mutant: Mutant) -> Trial:
        if mutant.path.endswith("sweep.py"):
            return Trial(_USUAL, _SWEEP_TESTS)
        own = _OF_PAGE.get(mutant.path.rpartition("/")[2], ())
        tests = [*own, *(test for test in _RULE_TESTS if test not in own)]
        return Trial(reach.rows_from(mutant.scope.partition(".")[0].split(", ")), tests)

    return trial


# --- in the child ---


class _Mutated(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports one module from another source."""

    def __init__(self, path: str, source: str) -> None:
        self.name = path.removesuffix(".py").replace("/", ".")
        self.path, self.source = path, source

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(ROOT / self.path))

    def get_source(self, fullname: str) -> str:
        return self.source

    def get_code(self, fullname: str) -> Any:
        return compile(self.source, str(ROOT / self.path), "exec")

    def exec_module(self, module: Any) -> None:
        exec(self.get_code(module.__name__), module.__dict__)


class _Plugin:
    """Leaves out tests of other rows and those that fail anyhow, and tells how it goes."""

    def __init__(self, trial: Trial, skipped: frozenset[str], beat: Callable[[], None]) -> None:
        self.trial, self.skipped, self.beat = trial, skipped, beat
        self.failed: list[str] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        from autograd.primitive import table

        def is_meant(item: Any) -> bool:
            given = getattr(getattr(item, "callspec", None), "params", {}).values()
            named = {name for name in (getattr(x, "name", x) for x in given) if isinstance(name, str) and name in table}
            is_far = bool(self.trial.rows and named and not named & {*self.trial.rows})
            return item.nodeid not in self.skipped and not is_far

        items[:] = [item for item in items if is_meant(item)]

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
        elif report.when == "call":
            self.beat()

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.failed.append(report.nodeid)


def failures(trial: Trial, skipped: frozenset[str], beat: Callable[[], None]) -> Iterator[str]:
    """What fails, in a process of its own: the names of rows, and of tests."""
    try:
        from hypothesis import Phase, settings

        from autograd.primitive import table
        from autograd.testing import check_rule
    except Exception as error:
        yield f"import of autograd: {error!r}"
        return
    for name, examples in (("laws", _EXAMPLES), ("tests", 5 * _EXAMPLES)):  # not shrunk: that it fails is enough
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile(
            name, max_examples=examples, phases=phases, derandomize=True, database=None, deadline=None
        )
    settings.load_profile("laws")
    for row in trial.rows[:_FIRST]:
        if row not in skipped:
            try:
                check_rule(table[row])
            except Exception:
                yield row
            beat()
    plugin = _Plugin(trial, skipped, beat)
    options = ["-q", "-x", "-p", "no:cacheprovider", "--assert=plain", "--tb=no"]
    os.environ["HYPOTHESIS_PROFILE"] = "tests"
    for test in trial.tests:  # one by one: collecting them all takes longer than most mutants live
        code = pytest.main([test, *options], plugins=[plugin])
        if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            yield from plugin.failed or [f"pytest, which ended with {code!r}"]


def _child(mutant: Mutant | None, trial: Trial, skipped: frozenset[str], out: int) -> None:
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    os.chdir(ROOT)
    sys.dont_write_bytecode = True
    if mutant is not None:
        sys.meta_path.insert(0, _Mutated(mutant.path, mutant.source))
    killer = next(failures(trial, skipped, lambda: void(os.write(out, b"."))), "")
    os.write(out, f"\n{killer}\n".encode())


def void(_: Any) -> None:
    """Nothing."""


# --- in the parent ---


class _Run:
    """One child and what it has said so far: a dot per check, and at the end a line with the first that failed."""

    def __init__(self, mutant: Mutant | None, trial_of: Callable[[Any], Trial], skipped: frozenset[str]) -> None:
        assert "autograd" not in sys.modules, "children import it themselves, one module of it mutated"
        self.mutant, self.said = mutant, b""
        self.start = self.heard = time.monotonic()
        self.pipe, out = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self.pipe)
                _child(mutant, trial_of(mutant), skipped, out)
            finally:
                os._exit(0)  # neither atexit nor finally clauses of the parent
        os.close(out)

    def read(self) -> bool:
        """Take in what was said; False at the end."""
        more = os.read(self.pipe, 65536)
        self.said, self.heard = self.said + more, time.monotonic()
        return bool(more)

    def end(self) -> str | None:
        """Clean up, and give what failed."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self.pipe)
        lines = self.said.decode().split("\n")
        if len(lines) == 3:
            return lines[1] or None
        return "silence" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else "a crash"


def run_all(
    mutants: Iterable[Mutant], trial_of: Callable[[Mutant], Trial], jobs: int, broken: set[str]
) -> Iterator[Verdict]:
    """Try mutants, some at a time, and give the verdicts as they come; what fails anyhow is put into `broken`."""
    if (failed := _without_mutant(_CONTROL)) is not None:
        raise RuntimeError(f"nothing can be tried: without any mutant there is {failed}")
    todo, waiting = list(mutants)[::-1], selectors.DefaultSelector()
    sound: set[str | None] = {None}
    running: set[_Run] = set()
    while todo or running:
        while todo and len(running) < jobs:
            run = _Run(todo.pop(), trial_of, frozenset(broken))
            running.add(run)
            waiting.register(run.pipe, selectors.EVENT_READ, run)
        ready = {key.data for key, _ in waiting.select(1.0)}
        for run in list(running):
            over = run in ready and not run.read()
            if not over and (run in ready or time.monotonic() - run.heard < _SILENCE):
                continue
            running.remove(run)
            waiting.unregister(run.pipe)
            killer, mutant = run.end(), run.mutant
            assert mutant is not None
            if killer in sound or _is_sound(killer):
                sound.add(killer)
                yield Verdict(mutant, killer, time.monotonic() - run.start)
            else:
                broken.add(str(killer))
                todo.append(mutant)


def _is_sound(killer: str | None) -> bool:
    """Whether a row, or a test, passes without a mutant."""
    if killer is None or killer.startswith(_CRASHES):
        return True
    return _without_mutant(Trial((), (killer,)) if "/" in killer else Trial((killer,), ())) is None


def _without_mutant(trial: Trial) -> str | None:
    run = _Run(None, lambda _: trial, frozenset())
    while run.read():
        pass
    return run.end()
