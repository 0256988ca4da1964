"""Where nan and inf come from: `find_nan` searches a recorded graph, `detect_anomaly` watches while one is made."""

from __future__ import annotations

import os
from contextlib import ContextDecorator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd import recording
from autograd.callers import caller, cell_of
from autograd.errors import AnomalyError, OperandError
from autograd.primitive import Node, quiet, raw_of
from autograd.seeds import called
from autograd.sweep import pull, toposort

__all__ = ["Anomaly", "detect_anomaly", "find_nan"]

_HOME = os.path.dirname(__file__) + os.sep
_NEIGHBOUR = os.path.join(os.path.dirname(os.path.dirname(__file__)), "nn") + os.sep


@dataclass(frozen=True)
class Anomaly:
    """The first operation that made nan or inf of finite numbers.

    Attributes
    ----------
    phase : ``"forward"`` or ``"backward"`` (pass), or ``"tangent"`` (forward mode).
    node : the node that the operation made; a leaf if nan or inf was given from the start.
    position : which of its operands the rule was for, in the backward pass; in the forward pass the constant operand
        that was nan or inf from the start, if that is the reason.
    gradient, result : the numbers that came out: those of the gradient, in the backward pass, that the rule was given
        and made; in the forward pass ``result`` is ``node.data``, or that constant.
    line : the source line that recorded the operation, where that is known (inside `detect_anomaly`), else None.
    """

    phase: str
    node: Node
    position: int | None
    gradient: Any
    result: Any
    line: str | None

    @property
    def operands(self) -> tuple[Any, ...]:
        """What the operation was given: nodes and plain constants."""
        return self.node.args

    def __str__(self) -> str:
        op = self.node.op
        at = f", recorded at {self.line}" if self.line else ""
        if op is None:
            return f"forward pass: {called(self.node)} is {_shown(self.result)} from the start"
        given = ", ".join(map(_named, self.operands))
        if self.phase == "forward" and self.position is not None:
            return f"forward pass: operand {self.position} of {op.name}, a constant, is {_shown(self.result)}{at}"
        if self.phase == "forward":
            return f"forward pass: {op.name}({given}) made {_shown(self.result)}{at}"
        if self.phase == "tangent":
            return f"forward mode: the tangent of {op.name}({given}) is {_shown(self.result)}{at}"
        return (
            f"backward pass: the rule of {op.name}({given}) for its operand {self.position} made {_shown(self.result)} "
            f"of the gradient {_shown(self.gradient)}{at}"
        )


def find_nan(root: Node) -> Anomaly | None:
    """Name the first operation behind `root` that made nan or inf, in the forward pass, else in the backward pass.

    Parameters
    ----------
    root : a Value or Tensor; the backward pass is tried with gradient 1 everywhere, and leaves no trace.

    Returns
    -------
    An `Anomaly`, which prints as a sentence; None if all numbers are finite.

    Examples
    --------
    >>> from autograd import Value, log, sqrt
    >>> x = Value(0.0, name="x")
    >>> print(find_nan(log(x) * x))
    forward pass: log(x = 0.0) made -inf
    >>> print(find_nan(sqrt(x)))
    backward pass: the rule of sqrt(x = 0.0) for its operand 0 made inf of the gradient 1.0
    >>> find_nan(x + 1.0) is None
    True
    """
    if not isinstance(root, Node):
        raise OperandError(f"find_nan takes a Value or a Tensor, but got {root!r} of type {type(root).__name__}")
    if tracer := recording.tracer():
        tracer.refuse(root, "find_nan(x)")
    for node in _behind(root):
        if found := _forward_anomaly(node, _line(node)):
            return found
    return _backward_anomaly(root)


class detect_anomaly(ContextDecorator):  # noqa: N801  # PyTorch's name
    """Raise at once where an operation, or the rule of one in a sweep, makes nan or inf of finite numbers.

    Source lines are recorded inside, so that the message names the line; outside, recording pays nothing for this.

    Raises
    ------
    AnomalyError : its ``anomaly`` is the `Anomaly`.

    Examples
    --------
    >>> import autograd
    >>> with detect_anomaly():
    ...     autograd.log(autograd.Value(0.0, name="x"))
    Traceback (most recent call last):
    autograd.errors.AnomalyError: forward pass: log(x = 0.0) made -inf, recorded at <doctest ...>:2 in <module>
    """

    def __enter__(self) -> None:
        self._block = recording.inspected(_Detector())
        self._block.__enter__()

    def __exit__(self, *error: object) -> None:
        self._block.__exit__(*error)


class _Detector:
    """The inspector of one `detect_anomaly` block."""

    def __init__(self) -> None:
        self.lines: dict[int, str] = {}  # by the index of the node

    def arrived(self, node: Node) -> None:
        line = self.lines[node.index] = _calling_line()
        if found := _forward_anomaly(node, line):
            raise AnomalyError(found)

    def pushed(self, node: Node, given: Any, tangent: Any) -> None:
        if not _finite(tangent) and all(_finite(t) for t in given if t is not None):
            raise AnomalyError(Anomaly("tangent", node, None, None, raw_of(tangent), self.lines.get(node.index)))

    def contributed(self, node: Node, position: int, g: Any, part: Any) -> None:
        if not _finite(part) and _finite(g):
            line = self.lines.get(node.index)
            raise AnomalyError(Anomaly("backward", node, position, raw_of(g), raw_of(part), line))


class _Found(Exception):  # noqa: N818  # a way out of the sweep, not an error
    pass


class _Finder:
    """The inspector of `find_nan`, which stops the sweep at the first anomaly."""

    def arrived(self, node: Node) -> None:
        pass

    def pushed(self, node: Node, given: Any, tangent: Any) -> None:
        pass

    def contributed(self, node: Node, position: int, g: Any, part: Any) -> None:
        if not _finite(part) and _finite(g):
            raise _Found(node, position, raw_of(g), raw_of(part))


def _forward_anomaly(node: Node, line: str | None) -> Anomaly | None:
    """What is wrong with the data of a node, if it is not its operands' fault; a constant operand counts as its own."""
    if _finite(node) or not all(_finite(arg) for arg in node.args if isinstance(arg, Node)):
        return None
    bad = [position for position, arg in enumerate(node.args) if not isinstance(arg, Node) and not _finite(arg)]
    result = raw_of(node) if not bad else node.args[bad[0]]
    return Anomaly("forward", node, bad[0] if bad else None, None, result, line)


def _backward_anomaly(root: Node) -> Anomaly | None:
    if not root.requires_grad:
        return None
    seed = 1.0 if root.is_scalar else np.ones_like(raw_of(root))
    try:
        with recording.inspected(_Finder()):
            pull(toposort(root), {root: seed})
    except _Found as found:
        node, position, gradient, result = found.args
        return Anomaly("backward", node, position, gradient, result, _line(node))
    return None


def _behind(root: Node) -> list[Node]:
    """All nodes that `root` was computed from, also those that require no gradient, operands before results."""
    order, seen = [root], {root}
    for node in order:  # which grows while it is walked
        for arg in node.args:
            if isinstance(arg, Node) and arg not in seen:
                seen.add(arg)
                order.append(arg)
    return sorted(order, key=lambda node: node.index)


def _finite(x: Any) -> bool:
    with quiet():
        return bool(np.isfinite(raw_of(x)).all())


def _line(node: Node) -> str | None:
    lines = (looking.lines.get(node.index) for looking in recording.inspectors() if isinstance(looking, _Detector))
    return next((line for line in lines if line), None)


def _calling_line() -> str:
    """The innermost source line that is not ours."""
    frame = caller(_HOME, _NEIGHBOUR)
    file = frame.f_code.co_filename
    return f"{cell_of(file) or file}:{frame.f_lineno} in {frame.f_code.co_name}"


def _named(x: Any) -> str:
    name = f"{x.name} = " if isinstance(x, Node) and x.name is not None else ""
    return name + _shown(raw_of(x))


def _shown(x: Any) -> str:
    """A number, or what matters of an array: its shape, its range, and where the first nan or inf is."""
    if np.ndim(x) == 0:
        return repr(float(x))
    bad = np.argwhere(~np.isfinite(x))
    if len(bad):
        first = tuple(bad[0].tolist())
        return f"an array of shape {x.shape} with {len(bad)} nan or inf, the first {float(x[first])!r} at {list(first)}"
    return f"an array of shape {x.shape}" + (f" from {x.min():.4g} to {x.max():.4g}" if x.size else "")
