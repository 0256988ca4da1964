"""Nested lists, tuples and dicts as one flat list of leaves, and back: what the transforms' arguments are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["leaves", "like"]


def leaves(tree: Any) -> list[Any]:
    """Whatever is not a list, tuple or dict, in order.

    >>> leaves({"w": [1.0, (2.0, 3.0)], "b": 4.0})
    [1.0, 2.0, 3.0, 4.0]
    """
    if isinstance(tree, dict):
        tree = tuple(tree.values())
    return [leaf for part in tree for leaf in leaves(part)] if isinstance(tree, list | tuple) else [tree]


def like(tree: Any, flat: Iterator[Any]) -> Any:
    """The structure of `tree` with its leaves taken from `flat`.

    >>> like({"w": [1.0, (2.0, 3.0)]}, iter("abc"))
    {'w': ['a', ('b', 'c')]}
    """
    if isinstance(tree, dict):
        return {key: like(part, flat) for key, part in tree.items()}
    if isinstance(tree, list):
        return [like(part, flat) for part in tree]
    if isinstance(tree, tuple):
        parts = [like(part, flat) for part in tree]
        make: Callable[..., Any] = getattr(type(tree), "_make", type(tree))  # a named tuple keeps its names
        return make(parts)
    return next(flat)
