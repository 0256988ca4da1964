"""What arguments may be: sizes, whole numbers, real numbers."""

from __future__ import annotations

from numbers import Real
from typing import Any

from autograd import ShapeError

__all__ = ["check_sizes", "is_real", "is_whole"]


def is_whole(n: Any, least: float = 1) -> bool:
    """Whether `n` is an integer, and not less than another."""
    return hasattr(n, "__index__") and not isinstance(n, bool) and n >= least


def is_real(x: Any) -> bool:
    """Whether `x` is one real number, and no text, list or node."""
    return isinstance(x, Real)


def check_sizes(what: str, *sizes: Any) -> None:
    """Raise an error unless all sizes are positive integers."""
    for size in sizes:
        if not is_whole(size):
            raise ShapeError(f"{what} takes positive whole numbers as sizes, but got {size!r}")
