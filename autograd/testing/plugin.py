"""A pytest plugin: one test per derivative rule, and a run that fails when a rule has none.

A test function with an argument ``rule`` runs once for each rule of your own: every row that your modules added to the
table. A whole test file is then::

    import my_package.rules  # noqa: F401  # which declares ten of them
    from autograd.testing import check_rule

    def test_rule(rule):
        check_rule(rule)

Turn the plugin on with ``pytest_plugins = ["autograd.testing.plugin"]`` in the ``conftest.py`` at the root, or with
``addopts = ["-p", "autograd.testing.plugin"]``. It is not an entry point: other projects in the environment see nothing
of it. Then

* a run of the whole suite **fails** when one of these rules was in the table after collection and `check_rule` was not
  called with it, also by the workers of pytest-xdist together. Runs of a part (files, ``-k``, ``-m``, ``--lf``, ``-x``
  that stopped) do not;
* the ini option ``autograd_rules`` names modules to import whose rules are meant, too, one per line: those that no test
  imports, or ``autograd.rules`` for the built-in ones;
* ``@pytest.mark.rules(...)`` gives a test other rules: rows or their names, lists of them, or a table;
* the Hypothesis profiles ``dev`` (50 examples per rule), ``ci`` (100, derandomised) and ``deep`` (5,000) exist, unless
  you have registered your own: ``pytest --hypothesis-profile=deep``.
"""

from __future__ import annotations

import importlib
import pathlib
import re
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from autograd.primitive import Primitive, table

__all__ = ["own_rules", "register_profiles"]

_RAN = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
_EXPECTED = pytest.StashKey[list[Primitive]]()
_PARTIAL = pytest.StashKey[bool]()
_WORKERS = pytest.StashKey[list[dict[str, Any]]]()


def register_profiles() -> None:
    """Make the profiles known to Hypothesis that it does not know yet."""
    from hypothesis import settings
    from hypothesis.errors import InvalidArgument

    profiles: dict[str, dict[str, Any]] = {
        "dev": {"max_examples": 50},
        "ci": {"max_examples": 100, "derandomize": True},
        "deep": {"max_examples": 5000},
    }
    for name, options in profiles.items():
        try:
            settings.get_profile(name)
        except InvalidArgument:
            settings.register_profile(name, deadline=None, **options)


def own_rules(modules: Iterable[str] = ()) -> list[Primitive]:
    """The rows of the table that were not declared by autograd, and those declared in `modules` or below them."""
    homes: dict[int, set[str]] = {}
    for name, module in list(sys.modules.items()):
        for thing in list(getattr(module, "__dict__", {}).values()):
            if type(thing) is Primitive:
                homes.setdefault(id(thing), set()).add(name)

    def is_meant(row: Primitive) -> bool:
        places = homes.get(id(row), set())
        built_in = {place for place in places if place.startswith("autograd.rules")}
        places = built_in or places  # others may import it
        return not built_in or any(f"{place}.".startswith(f"{wanted}.") for place in places for wanted in modules)

    return [row for row in table.values() if is_meant(row)]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option."""
    parser.addini("autograd_rules", "modules whose derivative rules must be tested, too", type="linelist", default=[])


@pytest.hookimpl(tryfirst=True)  # before Hypothesis looks for the profile
def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker and the profiles, and import the modules named by the ini option."""
    config.addinivalue_line("markers", "rules(rows): the derivative rules that the argument `rule` stands for")
    register_profiles()
    for module in config.getini("autograd_rules"):
        importlib.import_module(module)
    config.stash[_PARTIAL] = not (_is_worker(config) or _is_whole(config))
    config.stash[_EXPECTED], config.stash[_WORKERS] = [], []


def _is_worker(config: pytest.Config) -> bool:
    """Whether this process runs a part of the tests for another, which knows what was asked for."""
    return hasattr(config, "workerinput")


def _is_whole(config: pytest.Config) -> bool:
    """Whether the command line asks for all tests."""
    option = config.option
    if any(getattr(option, name, None) for name in ("keyword", "markexpr", "lf", "collectonly")):
        return False
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return True
    given = [pathlib.Path(config.invocation_params.dir, arg).resolve() for arg in config.args]
    wanted = [pathlib.Path(config.rootpath, path).resolve() for path in config.getini("testpaths")]
    if not wanted:
        return all(path.is_dir() for path in given)
    return all(any(path == place or place in path.parents for place in given) for path in wanted)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with an argument `rule` once per rule, unless it is given one otherwise."""
    if "rule" not in metafunc.fixturenames or "rule" in getattr(metafunc, "_arg2fixturedefs", {}):
        return
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs.get("argnames", "")
        if "rule" in (re.split(r"[,\s]+", names) if isinstance(names, str) else names):
            return
    marked = metafunc.definition.get_closest_marker("rules")
    if marked is None:
        rows = own_rules(metafunc.config.getini("autograd_rules"))
    else:
        rows = [row for given in marked.args for row in _rows(given)]
    metafunc.parametrize("rule", rows, ids=[row.name for row in rows])


def _rows(given: Any) -> list[Primitive]:
    """What one argument of ``@pytest.mark.rules(...)`` names."""
    if isinstance(given, str) and given in table:
        return [table[given]]
    if isinstance(given, Primitive):
        return [given]
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise pytest.UsageError(
            f"@pytest.mark.rules(...) takes rows of the table, their names, or lists or tables of these, not {given!r}"
        )
    return [row for one in (given.values() if isinstance(given, dict) else given) for row in _rows(one)]


def pytest_deselected(items: list[pytest.Item]) -> None:
    """Remember that not all tests run."""
    if items:
        items[0].config.stash[_PARTIAL] = True


def pytest_collection_finish(session: pytest.Session) -> None:
    """Note which rules there are now: what tests declare while they run is theirs."""
    session.config.stash[_EXPECTED] = own_rules(session.config.getini("autograd_rules"))


def _seen(config: pytest.Config) -> dict[str, Any]:
    """What this process knows: whether it ran a part only, which rules there are, and which are checked or gone."""
    from autograd.testing.checks import checked

    there = [row.name for row in config.stash[_EXPECTED]]
    gone = [row.name for row in config.stash[_EXPECTED] if table.get(row.name) is not row]
    return {"partial": config.stash[_PARTIAL], "there": there, "done": [*checked, *gone]}


def _untested(config: pytest.Config) -> list[str]:
    seen = [_seen(config), *config.stash[_WORKERS]]
    if any(one["partial"] for one in seen):
        return []
    done = {name for one in seen for name in one["done"]}
    return [name for name in dict.fromkeys(name for one in seen for name in one["there"]) if name not in done]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: Any) -> None:
    """Hear from a worker of xdist what it knows; one that crashed knows nothing."""
    output = getattr(node, "workeroutput", {})
    node.config.stash[_WORKERS].append(output.get("autograd_rules", {"partial": True}))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail the run if a rule has no test."""
    if session.shouldstop or session.shouldfail:
        session.config.stash[_PARTIAL] = True
    if _is_worker(session.config):
        session.config.workeroutput["autograd_rules"] = _seen(session.config)  # type: ignore[attr-defined]
    elif exitstatus in _RAN and _untested(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    """Say which rules have no test."""
    missing = _untested(config) if exitstatus in (pytest.ExitCode.TESTS_FAILED, *_RAN) else ()
    if missing:
        terminalreporter.section("derivative rules without a test", red=True)
        terminalreporter.line(
            f"{len(missing)} of the table: {', '.join(missing)}. Call autograd.testing.check_rule with each; a test "
            "function with an argument `rule` runs for all of them."
        )
