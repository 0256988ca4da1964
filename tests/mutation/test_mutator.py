"""The mutator and the trial: what is broken, that it is noticed, and that facts are left alone."""

import ast
import subprocess
import sys

import pytest

from tests.mutation.mutator import mutants_of
from tests.mutation.survivors import read_list
from tests.mutation.trial import ROOT, Reach

SNIPPET = '''
"""A page: 1 + 1."""
__all__ = ["half"]
_RANGE = [(0.0, 1.0)]


def _scaled(x: float, *, by=2.0, unused=3):
    """Not 5 * 5."""
    if x > 0.0 and by:
        raise ValueError(f"{x} is {x + 1}")
    return -x * by


half = elementwise(
    "half", _scaled, lambda x: where(x, x, 1),
    lambda g, ans, x, y: g - y,  # a difference
    lambda g, ans, x, y: sum(g, axis=y),
    domain=_RANGE, reference=lambda mp, x: x / 2,
)
'''
WANT = {
    "_scaled | if x > 0.0 and by: → if True:",
    "_scaled | if x > 0.0 and by: → if False:",
    "_scaled | if x > 0.0 and by: → if ((x > 0.0) or by):",
    "_scaled | if x > 0.0 and by: → if (x > 0.0):",
    "_scaled | if x > 0.0 and by: → if by:",
    "_scaled | if x > 0.0 and by: → if x >= 0.0 and by:",
    "_scaled | if x > 0.0 and by: → if x < 0.0 and by:",
    "_scaled | if x > 0.0 and by: → if x > 1.0 and by:",
    "_scaled | if x > 0.0 and by: → if x > -1.0 and by:",
    '_scaled | raise ValueError(f"{x} is {x + 1}") → pass',
    "_scaled | def _scaled(x: float, *, by=2.0, unused=3): → def _scaled(x: float, *, by=4.0, unused=3):",
    "_scaled | def _scaled(x: float, *, by=2.0, unused=3): → def _scaled(x: float, *, by=0.0, unused=3):",
    "_scaled | return -x * by → return None",
    "_scaled | return -x * by → return (-x) / by",
    "_scaled | return -x * by → return (-x)",
    "_scaled | return -x * by → return by",
    "_scaled | return -x * by → return x * by",
    'half | "half", _scaled, lambda x: where(x, x, 1), → "half", _scaled, lambda x: where(x, 1, x),',
    'half | "half", _scaled, lambda x: where(x, x, 1), → "half", _scaled, lambda x: x,',
    'half | "half", _scaled, lambda x: where(x, x, 1), → "half", _scaled, lambda x: 1,',
    'half | "half", _scaled, lambda x: where(x, x, 1), → "half", _scaled, lambda x: 0.0 * (where(x, x, 1)),',
    'half | "half", _scaled, lambda x: where(x, x, 1), → "half", _scaled, lambda x: where(x, x, 2),',
    'half | "half", _scaled, lambda x: where(x, x, 1), → "half", _scaled, lambda x: where(x, x, 0),',
    "half | lambda g, ans, x, y: g - y, lambda g, ans, x, y: sum(g, axis=y), → "
    "lambda g, ans, x, y: sum(g, axis=y), lambda g, ans, x, y: g - y,",
    "half | lambda g, ans, x, y: g - y, → lambda g, ans, x, y: 0.0 * (g - y),",
    "half | lambda g, ans, x, y: g - y, → lambda g, ans, x, y: g + y,",
    "half | lambda g, ans, x, y: g - y, → lambda g, ans, x, y: y - g,",
    "half | lambda g, ans, x, y: g - y, → lambda g, ans, x, y: g,",
    "half | lambda g, ans, x, y: g - y, → lambda g, ans, x, y: y,",
    "half | lambda g, ans, x, y: sum(g, axis=y), → lambda g, ans, x, y: 0.0 * (sum(g, axis=y)),",
    "half | lambda g, ans, x, y: sum(g, axis=y), → lambda g, ans, x, y: g,",
    "half | lambda g, ans, x, y: sum(g, axis=y), → lambda g, ans, x, y: sum(g),",
}


def test_every_way_to_break_a_page():
    mutants = mutants_of("page.py", SNIPPET)
    assert {mutant.key.removeprefix("page.py:") for mutant in mutants} == WANT
    assert len({mutant.source for mutant in mutants}) == len(WANT)
    for mutant in mutants:
        ast.parse(mutant.source)


def test_a_statement_leads_to_the_rows_that_it_can_change():
    reach = Reach([SNIPPET, "quarter = general('quarter', half, push=None)\nother = linear('other', 1)"])
    assert reach.rows_from(["_scaled"]) == ["half", "quarter"]
    assert reach.rows_from(["quarter"]) == ["quarter"]
    assert reach.rows_from(["_RANGE"]) == []


CHILD = """
from tests.mutation.mutator import mutants_of
from tests.mutation.trial import ROOT, Trial, run_all
page = "autograd/rules/selection.py"
wanted = ("→ lambda g, ans, x: g,", "x if x >= y or x != x else y, np.maximum,")
mutants = mutants_of(page, (ROOT / page).read_text(), ("abs", "maximum"))
mutants = [mutant for mutant in mutants if mutant.key.endswith(wanted)]
for verdict in run_all(mutants, lambda mutant: Trial([mutant.scope], []), 2, set()):
    print(verdict.mutant.scope, verdict.killed_by)
"""


def test_a_wrong_rule_is_killed_and_an_equal_one_survives():
    """In a process of its own, which has not imported autograd."""
    run = subprocess.run([sys.executable, "-c", CHILD], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert sorted(run.stdout.splitlines()) == ["abs abs", "maximum None"], run.stderr


def test_the_list_of_survivors():
    """Each has a reason, and is still a mutant of a file."""
    known = read_list()
    scopes = {key.partition(" |")[0].partition(":")[2].partition(".")[0] for key in known}
    files = {key.partition(":")[0] for key in known}
    mutants = [mutant for file in files for mutant in mutants_of(file, (ROOT / file).read_text(), scopes)]
    choices = {key for key, listed in known.items() if listed.kind == "choice"}
    assert choices <= {mutant.statement for mutant in mutants}
    assert {*known} - choices <= {mutant.key for mutant in mutants}


@pytest.mark.parametrize("text", ["why: not", "equivalent: a reason without mutants", "accepted: twice\na\na"])
def test_a_list_that_makes_no_sense(tmp_path, text):
    path = tmp_path / "list.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"list\.txt"):
        read_list(path)
