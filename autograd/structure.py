"""Nested lists, tuples and dicts as one flat list of leaves, and back: what the transforms' arguments are made of.

A class of tuples may say by `_parts` which leaves it has, and put others into their places by `_with`; `Sparse` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from autograd.errors import ShapeError

__all__ = ["fitting", "leaves", "like"]


_SEQUENCES = (list, tuple)
_INNER = (*_SEQUENCES, dict)


def leaves(tree: Any) -> list[Any]:
    """Whatever is not a list, tuple or dict, in order.

    >>> leaves({"w": [1.0, (2.0, 3.0)], "b": 4.0})
    [1.0, 2.0, 3.0, 4.0]
    """
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    if not isinstance(tree, _SEQUENCES):
        return [tree]
    if hasattr(tree, "_parts"):
        return list(tree._parts())
    if _is_plain(tree):
        return list(tree)
    return [leaf for part in tree for leaf in leaves(part)]


def _is_plain(tree: Any) -> bool:
    """Whether there is no list, tuple or dict inside, which is told five times faster than part by part."""
    for kind in set(map(type, tree)):  # noqa: SIM110  # a generator costs more than all the rest of a short one
        if issubclass(kind, _INNER):
            return False
    return True


def fitting(tree: Any, other: Any, what: str) -> list[Any]:
    """The leaves of `other` in the order of those of `tree`, whose structure it must have.

    Raises
    ------
    ShapeError : if a list, tuple or dict in one has no counterpart of the same length or keys in the other.

    >>> fitting({"a": 1.0, "b": [2.0, 3.0]}, {"b": [20.0, 30.0], "a": 10.0}, "the tangent")
    [10.0, 20.0, 30.0]
    """
    if isinstance(tree, dict):
        if not isinstance(other, dict) or tree.keys() != other.keys():
            raise ShapeError(f"{what} has {_outline(other)} where {_outline(tree)} is needed")
        return [leaf for key, part in tree.items() for leaf in fitting(part, other[key], what)]
    if isinstance(tree, list | tuple):
        if not isinstance(other, list | tuple) or len(tree) != len(other):
            raise ShapeError(f"{what} has {_outline(other)} where {_outline(tree)} is needed")
        return [leaf for part, one in zip(tree, other, strict=True) for leaf in fitting(part, one, what)]
    if isinstance(other, list | tuple | dict):
        raise ShapeError(f"{what} has {_outline(other)} where one number or array is needed")
    return [other]


def _outline(tree: Any) -> str:
    """A node of a tree in words."""
    if isinstance(tree, dict):
        return f"a dict with the keys {', '.join(map(repr, tree)) or '(none)'}"
    return f"{len(tree)} parts in a {type(tree).__name__}" if isinstance(tree, list | tuple) else f"{tree!r}"


def like(tree: Any, flat: Iterator[Any]) -> Any:
    """The structure of `tree` with its leaves taken from `flat`.

    >>> like({"w": [1.0, (2.0, 3.0)]}, iter("abc"))
    {'w': ['a', ('b', 'c')]}
    """
    if isinstance(tree, dict):
        return {key: like(part, flat) for key, part in tree.items()}
    if isinstance(tree, list):
        if _is_plain(tree):
            return list(islice(flat, len(tree)))
        return [like(part, flat) if isinstance(part, _INNER) else next(flat) for part in tree]
    if hasattr(tree, "_parts"):
        return tree._with([next(flat) for _ in tree._parts()])
    if isinstance(tree, tuple):
        parts = [like(part, flat) for part in tree]
        make: Callable[..., Any] = getattr(type(tree), "_make", type(tree))  # a named tuple keeps its names
        return make(parts)
    return next(flat)
