"""Scopes: named parts of a computation, which a figure shows as boxes or folds to one card.

A node knows nothing of them. It carries its creation index anyway, and a scope writes down from which index to which it
was open: operations that fall in between belong to it. So recording costs what it did, and a scope about as much as two
operations.

Two scopes either lie in each other or apart. Where they would cross, no node could say whose it is, and they are not
written down: scopes that were open in several threads at once, or that were closed in another order than they were
opened (by generators). A thread that records without a scope of its own while another has one open seems to work in it.
"""

from __future__ import annotations

import sys
import threading
import weakref
from collections import deque
from contextlib import ContextDecorator
from threading import get_ident
from typing import Any, NamedTuple

from autograd import recording
from autograd.collector import tick
from autograd.errors import OperandError

__all__ = ["Interval", "recorded", "scope"]

MOST = 1 << 15
"""So many closed scopes are remembered (4 MB), the last ones; a figure of older nodes is not folded."""


class Interval(NamedTuple):
    """A scope that was open while the nodes of the creation indices from `first` to `last`, exclusive, were made."""

    name: str
    owner: weakref.ref[Any] | None
    first: int
    last: int


class _Local(threading.local):
    def __init__(self) -> None:
        self.stack: list[tuple[scope, int]] = []


_local = _Local()
_closed: deque[tuple[str, weakref.ref[Any] | None, int, int]] = deque(maxlen=MOST)
_inside: set[int] = set()
"""The threads that have a scope open."""
_crowded = 0
"""The last creation index at which there were several of them."""
_lock = threading.Lock()


class scope(ContextDecorator):  # noqa: N801  # beside no_grad
    """Name a part of a computation, for figures; a context manager and a decorator, which may be nested and used again.

    Operations recorded inside belong to it; leaves do not, wherever they were made. The newest 32,768 are remembered.

    Parameters
    ----------
    name : what figures call it.
    owner : the object whose part of the computation this is, such as a module: leaves among its ``named_parameters()``
        fold with it, and ``named_modules()`` gives the names of owners inside. It is not kept alive. A program that was
        traced through is for attributes that its ``forward`` reads as they were, and for ``training`` and ``buffers``.

    Raises
    ------
    OperandError : if `name` is not text or empty, or `owner` cannot be referred to weakly.

    Examples
    --------
    >>> from autograd import Value, scope
    >>> x, w, b = Value(2.0, name="x"), Value(-3.0, name="w"), Value(6.5, name="b")
    >>> with scope("neuron"):
    ...     a = (w * x + b).tanh()
    >>> print(a.graph(depth=0))
    neuron a = 0.4621   3 operations
    ├─ w = −3
    ├─ x = 2
    └─ b = 6.5
    """

    def __init__(self, name: str, owner: Any = None) -> None:
        if not isinstance(name, str) or not name:
            raise OperandError(f"scope() takes a name, but got {name!r} of type {type(name).__name__}")
        self.name = name
        try:
            self._owner = None if owner is None else weakref.ref(owner)
        except TypeError:
            raise OperandError(f"owner= takes an object such as a module, but got {owner!r}") from None

    def __enter__(self) -> None:
        if recording.unusual and (tracer := recording.tracer()) and self._owner:
            tracer.entered(self._owner())
        stack = _local.stack
        if not stack:
            _inside.add(get_ident())
        if len(_inside) > 1:
            _crowd()
        stack.append((self, tick()))

    def __exit__(self, *error: object) -> None:
        stack = _local.stack
        top = len(stack) - 1
        mine = top
        while mine >= 0 and stack[mine][0] is not self:
            mine -= 1
        if mine < 0:  # another that crosses this one has taken it away
            return
        first = stack[mine][1]
        del stack[mine:]
        if len(_inside) > 1:
            _crowd()
        if not stack:
            _inside.discard(get_ident())
        last = tick()
        if mine == top and first > _crowded and last - first > 1:
            _closed.append((self.name, self._owner, first, last))


def _crowd() -> None:
    """Note that several threads have scopes open, unless the others have ended without closing theirs."""
    global _crowded
    with _lock:
        _inside.intersection_update(sys._current_frames())
        if len(_inside) > 1:
            _crowded = tick()


def recorded() -> list[Interval]:
    """The scopes that are remembered, and those that are open in this thread; outer ones before inner ones."""
    intervals = [Interval(*entry) for entry in _closed.copy()]
    if len(_inside) > 1:
        _crowd()
    now = tick()
    intervals += [Interval(one.name, one._owner, first, now) for one, first in _local.stack if first > _crowded]
    return sorted(intervals, key=lambda interval: (interval.first, -interval.last))
