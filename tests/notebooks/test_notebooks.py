"""Every notebook runs, shows what it computes, checks its claims, and ends with exercises."""

import re

import nbformat
import pytest

from tests.notebooks.freshness import differences
from tests.notebooks.stored import FOLDER, notebooks, read

PATHS = notebooks()


@pytest.fixture(params=PATHS, ids=lambda path: path.stem)
def path(request):
    return request.param


def test_runs_and_shows_what_it_computes(path, executed):
    assert list(differences(read(path), executed)) == [], "after a look at it: python -m tests.notebooks --write"


def test_reads_as_a_lesson(path):
    cells = read(path).cells
    words = [cell.source for cell in cells if cell.cell_type == "markdown"]
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert re.match(rf"# {int(path.stem[:2])} · ", words[0]), "a title with its number"
    assert "this notebook" in words[0].lower(), "says what it covers"
    assert any(re.search(r"^ *assert ", cell.source, re.M) for cell in code), "checks its claims"
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1)), "outputs of a run from the top"
    assert "## Exercises" in words[-1], "ends with exercises"
    assert re.findall(r"^\*\*(\d)\.\*\*", words[-1], re.M) == ["1", "2", "3"], "three of them"
    assert words[-1].count("<details>") == 3, "with answers to unfold"


def test_the_index_lists_them_in_order():
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\((\d\d[\w-]*\.ipynb)\)", index) == [path.name for path in PATHS]


def notebook(source, **output):
    cell = nbformat.v4.new_code_cell(source, execution_count=1, outputs=[nbformat.v4.new_output(**output)])
    return nbformat.v4.new_notebook(cells=[cell])


@pytest.mark.parametrize(
    ("stored", "fresh", "same"),
    [
        ("loss 0.1234", "loss 0.1235", True),
        ("loss 0.1234", "loss 0.1334", False),
        ("loss 0.1234", "cost 0.1234", False),
        ("x  1\ny 2", "x 1\ny 2", True),
        ("x 1\ny 2", "x 1", False),
        ("1,000 steps", "2,000 steps", False),
        ("w = −3.0", "w = 3.0", False),
        ("1e-17", "2e-17", True),
        ("1e-17", "1e-12", False),
    ],
)
def test_text_is_compared_up_to_rounding(stored, fresh, same):
    one, other = (notebook("x", output_type="stream", name="stdout", text=text) for text in (stored, fresh))
    assert (not list(differences(one, other))) is same


@pytest.mark.parametrize(
    ("fresh", "same"),
    [
        ("<g><text x='9'>a</text></g>", True),
        ("<g><text x='1'>b</text></g>", False),
        ("<g><text x='1'>a</text><path/></g>", False),
    ],
)
def test_figures_are_compared_by_structure(fresh, same):
    one, other = (
        notebook("x", output_type="display_data", data={"image/svg+xml": f"<svg xmlns='s'>{body}</svg>"})
        for body in ("<g><text x='1'>a</text></g>", fresh)
    )
    assert (not list(differences(one, other))) is same


def test_a_missing_output_is_a_difference():
    one, other = notebook("x", output_type="stream", name="stdout", text="x"), notebook("x", output_type="stream")
    other.cells[0].outputs = []
    assert len(list(differences(one, other))) == 1
