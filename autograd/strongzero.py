"""Strong zero: where the cotangent is zero its contribution is zero, whatever the local partial (inf, nan).

So the branch of `where` that was not taken cannot poison a gradient. The sweep asks only where a contribution came out
with inf or nan in it; all others are right as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.primitive import Primitive, quiet, raw_of
from autograd.rules.selection import where

__all__ = ["strong_zero"]


def strong_zero(
    op: Primitive,
    rule: Callable[..., Any],
    g: Any,
    ans: Any,
    values: Sequence[Any],
    params: dict[str, Any],
    part: Any,
) -> Any:
    """The contribution `part` of a rule, without the inf and nan that a zero cotangent picked up on the way."""
    with quiet():
        bad, seed = np.logical_not(np.isfinite(raw_of(part))), raw_of(g)
        alive = np.not_equal(seed, 0)
        if op.kind == "elementwise":
            return where(bad & np.logical_not(alive), 0.0, part)
        if op.kind != "linear":
            return part if np.any(alive) else where(np.zeros_like(bad), part, 0.0)

        # Linear in g and in the other operand. The finite terms of its sums are what it gives when inf and nan are
        # taken out of that operand; and applied to the places of these it tells which elements they reach.
        def reached(cotangent: Any, kind: Callable[[Any], Any]) -> Any:
            return rule(cotangent * 1.0, raw_of(ans), *(kind(raw_of(value)) * 1.0 for value in values), **params) > 0

        up = reached(seed > 0, np.isposinf) | reached(seed < 0, np.isneginf)
        down = reached(seed > 0, np.isneginf) | reached(seed < 0, np.isposinf)
        lost = (up & down) | reached(alive, np.isnan)
        tame = [where(np.isfinite(raw_of(value)), value, 0.0) for value in values]
        finite = rule(g, ans, *tame, **params)
        return where(up | down | lost, np.where(lost, np.nan, np.where(up, np.inf, -np.inf)), finite)
