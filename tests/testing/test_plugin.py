"""The plugin, in test runs of its own: which rules `rule` stands for, and what fails a run."""

import pathlib
import subprocess
import sys
import textwrap

import pytest

ROOT = pathlib.Path(__file__).parents[2]
RULES = """
import math
import numpy as np
from autograd import cos, elementwise, sin

halved = elementwise("halved", lambda x: x / 2, lambda x: x / 2, lambda g, ans, x: g / 2)
doubled = elementwise("doubled", lambda x: x + x, lambda x: x + x, lambda g, ans, x: g + g)
"""
TEST = """
import my_rules
from autograd.testing import check_rule

def test_rule(rule):
    check_rule(rule)
"""


@pytest.fixture
def run(tmp_path):
    """Write files, run pytest on them in a process of its own, and give back its status and what it printed."""

    def run(*args, **files):
        files = {"conftest": 'pytest_plugins = ["autograd.testing.plugin"]', "my_rules": RULES} | files
        for name, text in files.items():
            tmp_path.joinpath(name + (".ini" if name == "pytest" else ".py")).write_text(textwrap.dedent(text))
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *args]
        environment = {"PYTHONPATH": f"{ROOT}:{tmp_path}", "PATH": "/usr/bin:/bin", "CI": "1"}
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=environment)
        return done.returncode, done.stdout + done.stderr

    return run


def test_a_rule_of_ones_own_gets_a_test_each(run):
    status, text = run("-vv", test_all=TEST)
    assert status == 0, text
    assert "test_rule[halved] PASSED" in text
    assert "test_rule[doubled] PASSED" in text
    assert "2 passed" in text


def test_a_run_fails_where_a_rule_has_no_test(run):
    one = "import my_rules\nfrom autograd.testing import check_rule\ndef test_one():\n    check_rule(my_rules.halved)\n"
    status, text = run(test_one=one)
    assert status == 1, text
    assert "1 of the table: doubled" in text
    assert "1 passed" in text
    assert run("test_one.py")[0] == run("-k", "one")[0] == 0


def test_workers_of_xdist_count_together(run):
    pytest.importorskip("xdist")
    each = "import my_rules\nfrom autograd.testing import check_rule\ndef test_it():\n    check_rule(my_rules.{})\n"
    one = {"test_one": each.format("halved"), "test_same": each.format("halved")}
    status, text = run("-n", "2", "--dist", "loadfile", **one)
    assert status == 1, text
    assert "1 of the table: doubled" in text
    assert run("-n", "2", "-k", "it", **one)[0] == 0
    for rest in (each.format("doubled"), "import autograd\ndef test_it():\n    del autograd.table['doubled']\n"):
        status, text = run("-n", "2", "--dist", "loadfile", **one, test_other=rest)
        assert status == 0, text


def test_modules_that_no_test_imports(run):
    ini = "[pytest]\nautograd_rules = my_rules\n"
    status, text = run(pytest=ini, test_none="def test_nothing():\n    pass\n")
    assert status == 1, text
    assert "2 of the table: halved, doubled" in text
    status, text = run(pytest=ini, test_none=TEST.replace("import my_rules\n", ""))
    assert status == 0, text


def test_other_tables_and_parametrisations(run):
    status, text = run("-vv", test_marked="""
        import pytest
        from autograd import table

        @pytest.mark.rules("sin", [table["cos"]])
        def test_marked(rule):
            assert rule.name in ("sin", "cos")

        @pytest.mark.parametrize("rule", [1, 2])
        def test_otherwise(rule):
            assert rule in (1, 2)
    """)  # fmt: skip
    assert status == 0, text
    assert "test_marked[sin]" in text
    assert "test_otherwise[2]" in text
    assert "4 passed" in text


def test_profiles(run):
    text = "from hypothesis import settings\ndef test_it():\n    assert settings().max_examples == 5000\n"
    status, text = run("--hypothesis-profile=deep", test_it=text)
    assert status == 0, text
