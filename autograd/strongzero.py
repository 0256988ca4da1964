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

__all__ = ["calm", "strong_zero"]


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
            return calm(rule, g, params, part)

        # Linear in g and in the other operand. The finite terms of its sums are what it gives when inf and nan are
        # taken out of that operand; and applied to the places of these it tells which elements they reach.
        def reached(cotangent: Any, kind: Callable[[Any], Any]) -> Any:
            return rule(cotangent * 1.0, raw_of(ans), *(kind(raw_of(value)) * 1.0 for value in values), **params) > 0

        up = reached(seed > 0, np.isposinf) | reached(seed < 0, np.isneginf)
        down = reached(seed > 0, np.isneginf) | reached(seed < 0, np.isposinf)
        lost = (up & down) | reached(alive, np.isnan)
        tame = [where(np.isfinite(raw_of(value)), value, 0.0) for value in values]
        finite = rule(g, ans, *tame, **params)
        wild = up | down | lost
        drowned = wild & ~lost & np.isnan(raw_of(part))  # inf that a 0 · inf of another term made nan
        return where(drowned, np.where(up, np.inf, -np.inf), where(wild, part, finite))


def calm(rule: Callable[..., Any], seed: Any, params: dict[str, Any], part: Any) -> Any:
    """What a general rule made of `seed`, but 0 for inf and nan in lanes along its ``axis=`` whose seeds are all 0."""
    bad, alive = np.logical_not(np.isfinite(raw_of(part))), np.not_equal(raw_of(seed), 0)
    axis = params.get("axis", (getattr(rule, "__kwdefaults__", None) or {}).get("axis"))
    deep, wide = np.ndim(alive), np.ndim(bad)
    if axis is None or not deep:
        lanes: Any = np.any(alive)
    else:
        axes = tuple(a % max(deep, wide) for a in (axis if isinstance(axis, tuple) else (axis,)))
        # The seed is an operand's or the result's, and either may lack the axes that are reduced.
        lanes = np.expand_dims(alive, axes) if deep < wide else np.any(alive, axis=axes, keepdims=deep == wide)
    return where(bad & np.logical_not(lanes), 0.0, part)
