"""What a test must know of a function to prove its derivative rule: where it lives, bends and breaks, and what it is.

The facts stand in the row of the table, beside the rules; `autograd.testing` reads them, and so do the tables of the
documentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Facts", "Kink"]


@dataclass(frozen=True)
class Kink:
    """Where a function or its derivative jumps, and what the derivative is there by convention.

    Attributes
    ----------
    where : in words, such as ``"x = y"``.
    gap : a function of the operands that is 0 at the kink and nowhere else; its size is the distance from it.
    points : some points on the kink, each a tuple of operands.
    partials : per operand the derivative there; None where the rule says no more than elsewhere, or for no rule.
    """

    where: str
    gap: Callable[..., float]
    points: Sequence[tuple[float, ...]]
    partials: tuple[float | None, ...]


@dataclass(frozen=True)
class Facts:
    """What a test must know of a primitive.

    Attributes
    ----------
    domain : per operand the interval ``(low, high)`` on which the value is finite, up to where it overflows; None means
        all floats for every operand.
    kinks : where the derivative jumps, with the convention.
    singular : points at which value or derivative is infinite or undefined, each a tuple of operands.
    scale : over what distance the function changes when its operand is near 0, such as 1.
    order : how many of its derivatives keep full accuracy all over the domain. 2 is the promise; a part of a rule keeps
        as many as the functions that it serves need.
    reference : the function once more, independently, as ``reference(mp, x, y, ...)`` in functions of mpmath; analytic
        away from kinks.
    examples : for primitives of arrays: tuples ``(shapes, params)`` to try, with the shapes of the operands.
    """

    domain: Sequence[tuple[float, float]] | None = None
    kinks: Sequence[Kink] = ()
    singular: Sequence[tuple[float, ...]] = ()
    scale: float = 1.0
    order: int = 2
    reference: Callable[..., Any] | None = None
    examples: Sequence[tuple[Sequence[tuple[int, ...]], dict[str, Any]]] = ()

    def interval(self, position: int) -> tuple[float, float]:
        """The domain of the operand at `position`."""
        return (-math.inf, math.inf) if self.domain is None else self.domain[position]
