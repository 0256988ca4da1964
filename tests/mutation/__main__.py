"""``python -m tests.mutation``: see the package."""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # children are forked, and run side by side

import argparse
import random
import sys
import time

from tests.mutation.mutator import Mutant, mutants_of
from tests.mutation.survivors import Listed, read_list
from tests.mutation.trial import ROOT, run_all, trials

_ENOUGH = 0.98


def main() -> int:
    """Try mutants, print those that survive, and say whether that is good enough."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description="Break one thing; does a test notice?"
    )
    parser.add_argument("--module", action="append", help="a file, such as autograd/rules/powers.py (again for more)")
    parser.add_argument("--sample", type=int, help="how many mutants, drawn by --seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time (2)")
    parser.add_argument("--list", action="store_true", help="only print the mutants")
    parser.add_argument(
        "--survivors", action="store_true", help="only those in the list of survivors: does each still survive?"
    )
    parser.add_argument("--verbose", action="store_true", help="print the killer of each, too")
    options = parser.parse_args()
    files = options.module or ["autograd/sweep.py", *_pages()]
    mutants = [mutant for file in files for mutant in mutants_of(file, (ROOT / file).read_text())]
    known = read_list()
    choices = {key for key, listed in known.items() if listed.kind == "choice"}
    left_out = [mutant for mutant in mutants if mutant.statement in choices]
    mutants = [mutant for mutant in mutants if mutant.statement not in choices]
    total = len(mutants)
    if left_out and not options.list:
        print(f"{len(left_out)} mutants of {len(choices)} statements are left out, which choose between equal ways")
    if options.survivors:
        mutants = [mutant for mutant in mutants if mutant.key in known]
    if options.sample is not None and options.sample < len(mutants):
        mutants = sorted(random.Random(options.seed).sample(mutants, options.sample), key=lambda m: (m.path, m.line))
    if options.list:
        for mutant in mutants:
            print(f"{mutant.line:4} {mutant.key}")
        print(f"{len(mutants)} of {total} mutants")
        return 0
    return _try(mutants, known, total, options.jobs, options.verbose)


def _pages() -> list[str]:
    return sorted(str(page.relative_to(ROOT)) for page in (ROOT / "autograd" / "rules").glob("[!_]*.py"))


def _try(mutants: list[Mutant], known: dict[str, Listed], total: int, jobs: int, verbose: bool) -> int:
    begin, broken = time.monotonic(), set[str]()
    killed: list[Mutant] = []
    survivors: list[Mutant] = []
    seconds = 0.0
    for verdict in run_all(mutants, trials(), jobs, broken):
        mutant, seconds = verdict.mutant, seconds + verdict.seconds
        (survivors if verdict.killed_by is None else killed).append(mutant)
        if verbose:
            print(f"{verdict.seconds:6.2f} s  {verdict.killed_by or 'SURVIVED'}  {mutant.key}", flush=True)
        if verdict.killed_by is None:
            listed = known.get(mutant.key)
            print(f"{mutant.path}:{mutant.line} in {mutant.scope}\n- {mutant.before}\n+ {mutant.after}")
            print(f"  {listed.kind}: {listed.why}\n" if listed else "  a survivor that is not listed\n", flush=True)
        elif mutant.key in known:
            print(f"{mutant.path}:{mutant.line} is listed but was killed by {verdict.killed_by}:\n  {mutant.key}\n")
    for name in sorted(broken):
        print(f"fails without a mutant, and so kills none: {name}")
    equivalent = sum(mutant.key in known and known[mutant.key].kind == "equivalent" for mutant in survivors)
    unlisted = sum(mutant.key not in known for mutant in survivors)
    counted = len(mutants) - equivalent
    score = len(killed) / counted if counted else 1.0
    print(
        f"{len(mutants)} of {total} mutants in {time.monotonic() - begin:.0f} s, "
        f"{seconds / max(1, len(mutants)):.2f} s each: {len(killed)} killed, {len(survivors)} survived, "
        f"of which {equivalent} are equivalent and {unlisted} not listed; score {100 * score:.1f} %"
    )
    only_listed = all(mutant.key in known for mutant in mutants)
    return int(bool(killed) if only_listed else unlisted > 0 or score < _ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
