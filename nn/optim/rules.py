"""What an optimizer says of its own step, for figures: `Rule`, one line of the update as a sum.

A term of the sum is a factor and what it multiplies: a letter, or one of four things made of letters. Such a thing has
a `form`, with a place for each of its fields (letters, numbers, and integers as exponents), and a `value` where the
numbers of the letters are known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

__all__ = ["Corrected", "Larger", "Of", "Ratio", "Rule", "Square", "Term", "value"]


@dataclass(frozen=True)
class Square:
    """x².

    >>> value(Square("g"), {"g": -3.0})
    9.0
    """

    x: str
    form: ClassVar = "{}²"

    def value(self, known: Mapping[str, float]) -> float:
        """Its number."""
        return known[self.x] * known[self.x]


@dataclass(frozen=True)
class Ratio:
    """x / (√y + ε): x by its usual size.

    >>> value(Ratio("m̂", "v̂", 0.5), {"m̂": 3.0, "v̂": 4.0})
    1.2
    """

    x: str
    y: str
    epsilon: float
    form: ClassVar = "{} / (√{} + {})"

    def value(self, known: Mapping[str, float]) -> float:
        """Its number."""
        return known[self.x] / (math.sqrt(max(known[self.y], 0.0)) + self.epsilon)


@dataclass(frozen=True)
class Larger:
    """The larger of x and y.

    >>> value(Larger("u", "v′"), {"u": 1.0, "v′": 2.0})
    2.0
    """

    x: str
    y: str
    form: ClassVar = "max({}, {})"

    def value(self, known: Mapping[str, float]) -> float:
        """Its number."""
        return max(known[self.x], known[self.y])


@dataclass(frozen=True)
class Corrected:
    """x / (1 - βᵗ): a running mean that began at 0, for its start.

    >>> value(Corrected("m′", 0.5, 1), {"m′": 3.0})
    6.0
    """

    x: str
    beta: float
    t: int
    form: ClassVar = "{} / (1 − {}{})"

    def value(self, known: Mapping[str, float]) -> float:
        """Its number."""
        return known[self.x] / (1.0 - self.beta**self.t)


Of = str | Square | Ratio | Larger | Corrected
Term = tuple[float, Of]

Rule = tuple[str, list[Term]]
"""A letter, and the sum that it is: ``("v′", [(0.9, "v"), (0.1, Square("g"))])`` is v′ = 0.9 v + 0.1 g²."""


def value(of: Of, known: Mapping[str, float]) -> float:
    """The number of a letter, or of something made of letters."""
    return known[of] if isinstance(of, str) else of.value(known)
