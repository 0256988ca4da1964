"""Run the notebooks and say what is stale, or store it: ``python -m tests.notebooks [--write] [FILE ...]``.

With ``--into FOLDER`` the new outputs go there, and of what fails a file that ends in ``.error``: so tests get them of
a process of its own, which works while other tests do.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from nbclient.exceptions import CellExecutionError

from tests.notebooks.freshness import differences
from tests.notebooks.stored import notebooks, read, run, write


def main() -> int:
    """Run each; with --write, store what it gives."""
    parser = argparse.ArgumentParser(prog="python -m tests.notebooks", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="notebooks; all by default")
    parser.add_argument("--write", action="store_true", help="store the outputs of this run")
    parser.add_argument("--into", type=Path, help="a folder for the notebooks with the outputs of this run")
    given = parser.parse_args()
    stale = 0
    for path in given.files or notebooks():
        if given.into:
            _into(given.into, path)
            continue
        start = time.perf_counter()
        stored = read(path)
        fresh = run(stored)
        found = list(differences(stored, fresh))
        size = path.stat().st_size / 1000
        print(f"{path.name}: {time.perf_counter() - start:.1f} s, {size:.0f} kB, {len(found)} differences", flush=True)
        if given.write:
            write(fresh, path)
        else:
            print("".join(f"  {what}\n" for what in found), end="")
            stale += len(found)
    return 1 if stale else 0


def _into(folder: Path, path: Path) -> None:
    """Run one; its file is there all at once."""
    part = folder / f"{path.name}.part"
    try:
        write(run(read(path)), part)
    except CellExecutionError as error:
        part.write_text(str(error), encoding="utf-8")
        part.rename(folder / f"{path.name}.error")
    else:
        part.rename(folder / path.name)


if __name__ == "__main__":
    sys.exit(main())
