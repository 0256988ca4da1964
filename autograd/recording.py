"""Whether operations are being written down, and who looks on: `no_grad`, `enable_grad`, inspectors, a tracer."""

import threading
from contextlib import AbstractContextManager, ContextDecorator, nullcontext
from typing import Any, NoReturn, Protocol

__all__ = [
    "enable_grad",
    "inspected",
    "is_recording",
    "is_tracing",
    "is_watched",
    "kept_posted",
    "no_grad",
    "traced",
    "tracer",
    "watched",
]

unusual = 0
"""How many `no_grad`, `inspected` and `traced` blocks are open in all threads; 0 lets an operation skip thread-local
storage."""

_lock = threading.Lock()


class Inspector(Protocol):
    """Who looks at every operation and every contribution while they are made."""

    def arrived(self, node: Any) -> None:
        """A node was recorded."""

    def contributed(self, node: Any, position: int, g: Any, part: Any) -> None:
        """A backward sweep made `part` for an operand of `node` of the cotangent `g`."""

    def pushed(self, node: Any, given: Any, tangent: Any) -> None:
        """A forward sweep made `tangent` for `node` of those that its operands were `given`, None for no tangent."""


class Tracer(Protocol):
    """Who writes a function down as a program: everything that depends on its arguments is to be a node."""

    def arrived(self, node: Any) -> None:
        """A node was recorded."""

    def constant(self, op: Any, args: Any, params: Any, data: Any) -> Any:
        """The node that stands for `data`, the result of a primitive without rules."""

    def knows(self, node: Any) -> bool:
        """Whether `node` is more than a constant made inside."""

    def pulled(self, inputs: Any, seeds: Any) -> Any:
        """Nodes for the gradients by `inputs` of what has these `seeds`, or None where the sweep is to be recorded."""

    def swept(self, results: Any) -> None:
        """A sweep gave these cotangents or tangents, None for zero ones."""

    def decided(self, node: Any, outcome: bool) -> None:
        """Python went on with `outcome`, which is that of `node`."""

    def sweeping(self) -> AbstractContextManager[None]:
        """Around a sweep."""

    def entered(self, owner: Any) -> None:
        """What is done now may go by attributes of `owner`, such as a module."""

    def relies(self, attributes: dict[str, Any], names: Any) -> None:
        """What is done may go by these attributes of something that is no number, and by what they are now."""

    def begin(self) -> None:
        """Nodes of smaller indices than the next are not of this run."""

    def renewed(self, leaf: Any) -> None:
        """A leaf is about to get a new index."""

    def refuse(self, node: Any, how: str) -> NoReturn:
        """Raise an error: the number in `node` was asked for, and what is made of it would be frozen."""

    def refuse_infinite(self) -> NoReturn:
        """Raise an error: at this point a sweep does what it need not do elsewhere."""


class _State:
    """What is on in a thread."""

    __slots__ = ("depth", "inspectors", "outer", "tracer", "watched")

    def __init__(self) -> None:
        self.depth = self.watched = 0
        self.outer: list[int] = []
        self.inspectors: list[Inspector | None] = []
        self.tracer: Tracer | None = None


class _Local(threading.local):
    def __init__(self) -> None:
        self.state = _State()  # an attribute of its own costs three times as much


_local = _Local()


def is_recording() -> bool:
    """Whether this thread writes its operations down.

    >>> with no_grad():
    ...     is_recording()
    False
    """
    return not unusual or not _local.state.depth


def inspector() -> Inspector | None:
    """Who looks on in this thread, if anybody."""
    return _local.state.inspectors[-1] if _local.state.inspectors else None


def inspectors() -> list[Inspector | None]:
    """All who look on in this thread, the innermost first."""
    return _local.state.inspectors[::-1]


def arrived(node: Any) -> Any:
    """What every new node passes while something unusual is on; gives it back, without history under `no_grad`."""
    state = _local.state
    if state.inspectors and (looking := state.inspectors[-1]):
        looking.arrived(node)
    if state.tracer is not None:
        state.tracer.arrived(node)
        if state.depth:
            node.requires_grad = False
    elif state.depth:
        node.op, node.args, node.params, node.requires_grad = None, (), None, False
    return node


class inspected:  # noqa: N801  # beside its sisters
    """Let `inspector` look on in this thread; with None nobody does: what a sweep computes on its way is its own."""

    def __init__(self, inspector: Inspector | None) -> None:
        self.inspector = inspector

    def __enter__(self) -> None:
        _local.state.inspectors.append(self.inspector)
        _count(1)

    def __exit__(self, *error: object) -> None:
        _local.state.inspectors.pop()
        _count(-1)


def tracer() -> Tracer | None:
    """Who traces in this thread, if anybody."""
    return _local.state.tracer if unusual else None


def is_tracing() -> bool:
    """Whether a function is being traced in this thread, so that nobody may look at the numbers.

    >>> is_tracing()
    False
    """
    return tracer() is not None


_nothing = nullcontext()


def sweeping() -> AbstractContextManager[None]:
    """Let the tracer of this thread know that what is computed in this block is computed by a sweep."""
    looking = tracer()
    return looking.sweeping() if looking else _nothing


_posted: list[Tracer] = []


class kept_posted:  # noqa: N801  # beside its sisters
    """Let a tracer know which leaves are given other data meanwhile, in any thread: they get new indices."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def __enter__(self) -> None:
        _posted.append(self.tracer)
        self.tracer.begin()

    def __exit__(self, *error: object) -> None:
        _posted.remove(self.tracer)


def renewed(leaf: Any) -> None:
    """Say that a leaf is about to get other data and a new index."""
    for tracer in _posted[:]:
        tracer.renewed(leaf)


class traced:  # noqa: N801  # beside its sisters
    """Let `tracer` write down what happens in this thread."""

    def __init__(self, tracer: Tracer) -> None:
        self.tracer = tracer

    def __enter__(self) -> None:
        self.outer, _local.state.tracer = _local.state.tracer, self.tracer
        _count(1)

    def __exit__(self, *error: object) -> None:
        _local.state.tracer = self.outer
        _count(-1)


def _count(change: int) -> None:
    global unusual
    with _lock:
        unusual += change


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
        _local.state.depth += 1
        _count(1)

    def __exit__(self, *error: object) -> None:
        _local.state.depth -= 1
        _count(-1)


class enable_grad(ContextDecorator):  # noqa: N801  # PyTorch's name
    """Write operations down even inside `no_grad` (the transforms compute this way).

    >>> with no_grad(), enable_grad():
    ...     is_recording()
    True
    """

    def __enter__(self) -> None:
        _local.state.outer.append(_local.state.depth)
        _local.state.depth = 0

    def __exit__(self, *error: object) -> None:
        _local.state.depth = _local.state.outer.pop()


class watched(ContextDecorator):  # noqa: N801  # beside its sisters
    """Refuse ``float(node)`` and so ``math.sin(node)``: where a derivative is being built, it would be cut silently."""

    def __enter__(self) -> None:
        _local.state.watched += 1

    def __exit__(self, *error: object) -> None:
        _local.state.watched -= 1


def is_watched() -> bool:
    """Whether this thread is inside `watched`."""
    return _local.state.watched > 0
