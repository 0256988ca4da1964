"""What a test must know of a function to prove its derivative rule: where it lives, bends and breaks, and what it is.

The facts stand in the row of the table, beside the rules; `autograd.testing` reads them, and so do the tables of the
documentation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, NoReturn

__all__ = ["Facts", "Kink"]


@dataclass(frozen=True)
class Kink:
    """Where a function or its derivative jumps, and what the derivative is there by convention.

    Attributes
    ----------
    where : in words, such as ``"x = y"``.
    gap : a function of the operands that is 0 at the kink and nowhere else; its size is the distance from it.
    points : some points on the kink, each a tuple of operands.
    partials : per operand the derivative there, with the default parameters; None where the rule says no more than
        elsewhere, or for no rule.
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
    examples : with what else to try it. For an element-wise primitive dicts of static parameters, beside the defaults,
        such as ``[{"slope": 0.2}]``; else tuples ``(shapes, params)``, with the shapes of the operands.
    """

    domain: Sequence[tuple[float, float]] | None = None
    kinks: Sequence[Kink] = ()
    singular: Sequence[tuple[float, ...]] = ()
    scale: float = 1.0
    order: int = 2
    reference: Callable[..., Any] | None = None
    examples: Sequence[Any] = ()

    def interval(self, position: int) -> tuple[float, float]:
        """The domain of the operand at `position`."""
        return (-math.inf, math.inf) if self.domain is None else self.domain[position]

    @classmethod
    def of(cls, name: str, count: int | None, given: dict[str, Any]) -> Facts:
        """The facts of a primitive with `count` operands (None: any number), or an error that says what they take.

        Raises
        ------
        TypeError : for a name that is no fact.
        ValueError : for a fact that says nothing.
        """
        known = [field.name for field in fields(cls)]
        for key in given:
            if key not in known:
                raise TypeError(
                    f"{name} has an unknown property {key!r}; its facts are {', '.join(known)}, and beside them "
                    "symbol=, latex=, doc= and public= say how it is shown"
                )
        facts = cls(**given)
        facts._check(name, count)
        return facts

    def _check(self, name: str, count: int | None) -> None:
        def refuse(what: str, meant: str, got: Any) -> NoReturn:
            raise ValueError(f"{what} of {name} {meant}, but got {got!r}")

        takes = f"of {count} float(s), one per operand" if count else "of floats, one per operand"
        if self.domain is not None:
            meant = "is a list of intervals (low, high), one per operand, such as domain=[(0.0, 10.0)]"
            if not (_is_list(self.domain) and all(_is_point(pair, 2) for pair in self.domain)):
                refuse("domain", meant, self.domain)
            if count and len(self.domain) != count:
                refuse("domain", f"{meant}; it has {count} operand(s)", self.domain)
            for pair in self.domain:
                if not pair[0] < pair[1]:
                    refuse("domain", "has intervals (low, high) with low < high", pair)
        if not (_is_list(self.singular) and all(_is_point(point, count) for point in self.singular)):
            refuse("singular", f"is a list of tuples {takes}, such as singular=[(0.0,)]", self.singular)
        if not (_is_list(self.kinks) and all(isinstance(kink, Kink) for kink in self.kinks)):
            example = 'kinks=[Kink("x = 0", lambda x: x, [(0.0,)], (0.0,))]'
            refuse("kinks", f"is a list of autograd.testing.Kink, such as {example}", self.kinks)
        for kink in self.kinks:
            if not (_is_list(kink.points) and all(_is_point(point, count) for point in kink.points)):
                refuse(f"points of the kink {kink.where}", f"is a list of tuples {takes}", kink.points)
            if not isinstance(kink.partials, tuple) or (count and len(kink.partials) != count):
                refuse(f"partials of the kink {kink.where}", f"is a tuple {takes}, or None", kink.partials)
            if not callable(kink.gap):
                refuse(f"gap of the kink {kink.where}", "is a function of the operands", kink.gap)
        if not _is_number(self.scale) or not self.scale > 0.0:
            refuse("scale", "is a positive number", self.scale)
        if self.order not in (0, 1, 2):
            refuse("order", "is 0, 1 or 2", self.order)
        if self.reference is not None and not callable(self.reference):
            refuse("reference", "is a function reference(mp, x, y, ...)", self.reference)
        is_example = _is_params if count is not None else _is_call
        if not (_is_list(self.examples) and all(map(is_example, self.examples))):
            meant = 'dicts of static parameters, such as examples=[{"slope": 0.2}]'
            if count is None:
                meant = 'tuples (shapes, params), such as examples=[([(2, 3)], {"axis": 0})]'
            refuse("examples", f"is a list of {meant}", self.examples)


def _is_list(x: Any) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, str)


def _is_number(x: Any) -> bool:
    return isinstance(x, float | int) and not isinstance(x, bool)


def _is_point(x: Any, count: int | None) -> bool:
    return isinstance(x, tuple | list) and all(map(_is_number, x)) and (count is None or len(x) == count)


def _is_params(x: Any) -> bool:
    return isinstance(x, dict) and all(isinstance(key, str) for key in x)


def _is_call(x: Any) -> bool:
    return _is_list(x) and len(x) == 2 and _is_list(x[0]) and all(map(_is_list, x[0])) and _is_params(x[1])
