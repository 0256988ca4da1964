"""Whether operations are being written down: `no_grad`."""

import threading
from contextlib import ContextDecorator

__all__ = ["is_recording", "no_grad"]

paused = 0
"""How many `no_grad` blocks are open in all threads; 0 lets an operation skip the look into thread-local storage."""

_lock = threading.Lock()


class _Local(threading.local):
    def __init__(self) -> None:
        self.depth = self.watched = 0
        self.outer: list[int] = []


_local = _Local()


def is_recording() -> bool:
    """Whether this thread writes its operations down.

    >>> with no_grad():
    ...     is_recording()
    False
    """
    return not paused or not _local.depth


class no_grad(ContextDecorator):  # noqa: N801  # PyTorch's name
    """Compute without writing operations down (inference); a context manager and a decorator, per thread.

    Inside, results are leaves that require no gradient, so they keep nothing alive.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.requires_grad, y.args
    (False, ())
    """

    def __enter__(self) -> None:
        global paused
        _local.depth += 1
        with _lock:
            paused += 1

    def __exit__(self, *error: object) -> None:
        global paused
        _local.depth -= 1
        with _lock:
            paused -= 1


class enable_grad(ContextDecorator):  # noqa: N801  # PyTorch's name
    """Write operations down even inside `no_grad` (the transforms compute this way).

    >>> with no_grad(), enable_grad():
    ...     is_recording()
    True
    """

    def __enter__(self) -> None:
        _local.outer.append(_local.depth)
        _local.depth = 0

    def __exit__(self, *error: object) -> None:
        _local.depth = _local.outer.pop()


class watched(ContextDecorator):  # noqa: N801  # beside its sisters
    """Refuse ``float(node)`` and so ``math.sin(node)``: where a derivative is being built, it would be cut silently."""

    def __enter__(self) -> None:
        _local.watched += 1

    def __exit__(self, *error: object) -> None:
        _local.watched -= 1


def is_watched() -> bool:
    """Whether this thread is inside `watched`."""
    return _local.watched > 0
