"""Run the notebooks and say what is stale, or store it: ``python -m tests.notebooks [--write] [FILE ...]``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.notebooks.freshness import differences
from tests.notebooks.stored import notebooks, read, run, write


def main() -> int:
    """Run each; with --write, store what it gives."""
    parser = argparse.ArgumentParser(prog="python -m tests.notebooks", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="notebooks; all by default")
    parser.add_argument("--write", action="store_true", help="store the outputs of this run")
    given = parser.parse_args()
    stale = 0
    for path in given.files or notebooks():
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


if __name__ == "__main__":
    sys.exit(main())
