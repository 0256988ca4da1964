"""Run a notebook, and keep of its outputs what a reader of the page sees.

Dropped are the times of execution, the live part of widgets (their SVG stays) and the PNG beside an SVG, so that a
notebook that was run again without a change is the same file.
"""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

__all__ = ["FOLDER", "notebooks", "read", "run", "write"]

FOLDER = Path(__file__).parents[2] / "notebooks"
MINUTES = 2
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def notebooks() -> list[Path]:
    """The numbered notebooks, in their order."""
    return sorted(FOLDER.glob("[0-9][0-9]*.ipynb"))


def read(path: Path) -> NotebookNode:
    """Read a notebook, checked against its schema."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def run(notebook: NotebookNode) -> NotebookNode:
    """Execute a copy of it from the top in a fresh kernel of this Python, in the folder of notebooks.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        of the first cell that fails.
    """
    fresh = nbformat.from_dict(notebook)
    path = os.pathsep.join(filter(None, (str(FOLDER.parent), os.environ.get("PYTHONPATH"))))  # these sources
    environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": path}
    client = NotebookClient(
        fresh, timeout=60 * MINUTES, kernel_name="python3", resources={"metadata": {"path": FOLDER}}
    )
    client.execute(env=environment)
    return _trimmed(fresh)


def write(notebook: NotebookNode, path: Path) -> None:
    """Write it as one writes text: UTF-8, and the same bytes for the same notebook."""
    path.write_text(nbformat.writes(notebook, version=4) + "\n", encoding="utf-8")


def _trimmed(notebook: NotebookNode) -> NotebookNode:
    notebook.metadata = nbformat.from_dict(METADATA)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = nbformat.from_dict({"tags": cell.metadata["tags"]} if cell.metadata.get("tags") else {})
        if cell.cell_type == "code":
            cell.outputs = _joined(cell.outputs)
    return notebook


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """One stream of text where it came in pieces; of what is displayed the still parts."""
    kept: list[NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and kept and kept[-1].get("name") == output.name:
            kept[-1].text += output.text
            continue
        if "data" in output:
            output.data.pop("application/vnd.jupyter.widget-view+json", None)
            if "image/svg+xml" in output.data:
                output.data.pop("image/png", None)
            sizes = {kind: size for kind, size in output.metadata.items() if kind in output.data}
            output.metadata = nbformat.from_dict(sizes)  # at which images are shown
        kept.append(output)
    return kept
