"""The law of ties: where elements are equal the derivative may be a convention, such as a share for each maximum.

Whatever it is, elements that move together stay tied, and on that line the function is as smooth as elsewhere: what
they get together is the derivative by the one number that they share.
"""

from __future__ import annotations

import numpy as np

from autograd.primitive import Primitive
from autograd.testing.laws import MODES, TINY, Case, flatten, judge, slopes
from autograd.testing.oracle import case_of, jet_in, moving_places
from autograd.testing.reference import Array, Jet
from autograd.testing.second import nestings
from autograd.testing.strategies import Call, is_tame

__all__ = ["moved_together", "tied_calls"]


def tied_calls(rule: Primitive, call: Call) -> list[Call]:
    """The same arrays made of two numbers: most elements are one of them, or the other, or 0."""
    if not call.args or np.size(call.args[0]) < 2:
        return []
    first, second = np.ravel(call.args[0])[:2]
    patterns = (first, first, second), (second, second, first), (0.0, 0.0, first)
    calls = [Call(tuple(np.resize(pattern, x.shape) for x in call.args), call.params) for pattern in patterns]
    return [tied for tied in calls if is_tame(rule, tied, distinct=False)]


def moved_together(rule: Primitive, call: Call) -> None:
    """What tied elements get together is the derivative by the number that they share, to second order."""
    case = case_of(rule, call)
    moving = np.array(moving_places(rule, case))
    groups = [moving[case.flat[moving] == x] for x in np.unique(case.flat[moving])]
    jet = jet_in(rule, case, groups)
    if jet is None:
        return
    together = np.array([np.isin(np.arange(case.flat.size), group) for group in groups], np.float64).T
    size = 0.0
    for mode in MODES:
        found, line = slopes(case, mode)
        size = float(np.max(np.abs(found), initial=0.0))
        _judge(case, jet, 1, found @ together, jet.orders[1], line, mode, size)
    for k, direction in enumerate(together.T if rule.facts.order > 1 and len(jet.orders) > 2 else ()):
        for (outer, inner), (run, line) in nestings(case, case.ones, case.placed(direction)).items():
            got, want = flatten(run()), jet.orders[2][:, k, k]
            if (outer, inner) != ("forward", "forward"):
                got, want = got @ together, jet.orders[2][:, :, k].sum(axis=0)
            _judge(case, jet, 2, got, want, f"print({line})", f"{outer} over {inner}", size)


def _judge(case: Case, jet: Jet, order: int, got: Array, want: Array, line: str, mode: str, size: float) -> None:
    """What the elements get may cancel, so the tolerance is a part of the largest."""
    largest = [float(np.nanmax(np.abs(array), initial=0.0)) for array in jet.orders[1 : order + 1]]
    room = 1e-9 * (size + sum(largest)) + jet.orders[0].size * float(np.max(jet.errors[order], initial=0.0)) + TINY
    judge(
        case, f"what tied elements get together is that of {jet.source}", got, want, np.full(want.shape, room),
        lambda *place: f"the {'first' if order == 1 else 'second'} derivative along tied elements", line, mode,
    )  # fmt: skip
