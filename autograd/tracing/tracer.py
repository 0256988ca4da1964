"""`Recorder`: looks on while a function runs, so that nothing which depends on its arguments is taken for a constant.

Comparisons, and other primitives without a derivative, give nodes while it does. Where Python asks one of them for its
truth (``if x > 0``, ``max``, ``sorted``, ``while``), the answer is noted as a decision, which becomes a guard. Where it
asks for a number (``float(x)``, ``x.data``), that is an error, since whatever is made of it would be frozen.
"""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import CodeType
from typing import Any, NoReturn

import numpy as np

from autograd import rules
from autograd.callers import caller, cell_of
from autograd.collector import tick
from autograd.errors import TraceError
from autograd.primitive import Node, Primitive
from autograd.seeds import called
from autograd.tensor import Tensor
from autograd.value import Value

__all__ = ["Condition", "Flags", "InfiniteError", "Recorder"]

_HOME = os.path.dirname(os.path.dirname(__file__)) + os.sep


class InfiniteError(TraceError):
    """The function cannot be traced with these arguments, but may be with others."""


class _Truth:
    """What bools of numpy can do."""

    __slots__ = ()

    def __and__(self, other: Any) -> Any:
        return rules.logical_and(self, other)

    def __or__(self, other: Any) -> Any:
        return rules.logical_or(self, other)

    def __xor__(self, other: Any) -> Any:
        return rules.not_equal(self, other)

    def __invert__(self) -> Any:
        return rules.logical_not(self)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__


class Condition(_Truth, Value):
    """The result of a comparison of Values inside a traced function: a bool that knows how it was computed."""

    __slots__ = ()
    __hash__ = Value.__hash__

    def __index__(self) -> int:
        return int(bool(self))  # a guard

    def __invert__(self) -> Any:
        raise TraceError("~ of a bool of Python is -1 or -2, and so always true; write `not (x > 0.0)`")


class Flags(_Truth, Tensor):
    """The same for Tensors: an array of bools, or of places, that knows how it was computed."""

    __slots__ = ()
    __hash__ = Tensor.__hash__

    def any(self, axis: Any = None) -> Any:
        """Whether one of them holds."""
        return rules.sum(rules.not_equal(self, 0.0), axis=axis) > 0.0

    def all(self, axis: Any = None) -> Any:
        """Whether all of them hold."""
        return rules.sum(rules.logical_not(self), axis=axis) == 0.0


_OPERATOR, _COMPARISON, _TRANSFORM = 5, 3, 3
"""How many frames stand before that which may be a user's: `_here` and `arrived`, `recording.arrived`, `_node` and the
operator; `_here`, `constant` and the operator; `_here`, `sweeping` and one of contextlib."""


class _Ours(dict[str, bool]):
    """Whether a file is one of ours."""

    def __missing__(self, file: str) -> bool:
        self[file] = is_ours = file.startswith(_HOME)
        return is_ours


class Recorder:
    """What one run of a function did beside computing.

    Attributes
    ----------
    first : nodes with a smaller index are not of this run.
    nodes : what was recorded, in order, and in `where` the number of the source line of each.
    watched : what derivatives came to on the way: they must be finite, or a sweep would look more closely.
    relied : attributes that the function went by: a dict of them, which one, and what it was.
    error : the first refusal; whoever catches it does not get a program.
    decisions : what Python was told, in order: a node, its truth, and the line that asked.
    """

    def __init__(self) -> None:
        self.first = tick()
        self.decisions: list[tuple[Node, bool, str]] = []
        self.nodes: list[Node] = []
        self.watched: list[Node] = []
        self.relied: list[tuple[dict[str, Any], str, Any]] = []
        self.error: TraceError | None = None
        self._codes: list[tuple[CodeType, int]] = []  # by place: a code object and an instruction
        self._places_by_code: defaultdict[int, dict[int, int]] = defaultdict(dict)  # by id and instruction
        self._code: CodeType | None = None
        self._places: dict[int, int] = {}  # those of `_code`
        self.where: list[int] = []
        self._ours = _Ours()
        self._sweep: int | None = None

    def arrived(self, node: Any) -> None:
        """Keep an operation, with its source line."""
        self.nodes.append(node)
        self.where.append(self._here(_OPERATOR) if self._sweep is None else self._sweep)

    def _here(self, depth: int) -> int:
        """The number of the innermost source line, from a frame at `depth` outward, that is not ours."""
        frame, ours = sys._getframe(depth), self._ours  # to look at those before costs as much as to record
        code = frame.f_code
        while ours[code.co_filename] and frame.f_back is not None:
            frame = frame.f_back
            code = frame.f_code
        if code is not self._code:  # often it is that of the operation before
            self._code, self._places = code, self._places_by_code[id(code)]
        instruction = frame.f_lasti  # from which the line follows, but not in no time
        place = self._places.get(instruction)
        if place is None:
            place = self._places[instruction] = len(self._codes)
            self._codes.append((code, instruction))
        return place

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """What a sweep computes belongs to the line that asked for it, which takes long to find from deep inside."""
        outer = self._sweep
        if outer is None:
            self._sweep = self._here(_TRANSFORM)
        try:
            yield
        finally:
            self._sweep = outer

    def constant(self, op: Primitive, args: Any, params: Any, data: Any) -> Any:
        """A result without derivative, as a node of the kind of its operands."""
        kind: type[Any] = Flags if any(isinstance(arg, Tensor) for arg in args) else Condition
        node = object.__new__(kind)
        if kind is Flags:
            data = np.asarray(data)
            data.setflags(write=False)
        node._data, node._pending, node.op, node.args, node.params = data, None, op, args, params or None
        node.index, node.grad, node.name, node.requires_grad = tick(), None, None, False
        self.nodes.append(node)
        self.where.append(self._here(_COMPARISON) if self._sweep is None else self._sweep)
        return node

    def knows(self, node: Node) -> bool:
        """Whether a node is more than a constant made inside."""
        return node.requires_grad or node.op is not None or node.index < self.first

    def swept(self, results: Sequence[Any]) -> None:
        """Remember what a sweep gave."""
        self.watched += [result for result in results if isinstance(result, Node)]

    def decided(self, node: Node, outcome: bool) -> None:
        """Python asked whether a node is true."""
        if self.knows(node):
            self.decisions.append((node, outcome, line_of(_place())))

    def relies(self, relied: list[tuple[dict[str, Any], str, Any]]) -> None:
        """Remember what attributes are."""
        self.relied += relied

    def refuse(self, node: Node, how: str) -> NoReturn:
        """A number was asked for."""
        if how == "backward()":
            message = (
                "backward() inside a traced function leaves gradients on nodes, which a replay would not; return them "
                "instead: trace autograd.value_and_grad(f)"
            )
        elif how == "an index made of x":
            message = (
                f"an index at {line_of(_place())} depends on what the function is given, and so would the shapes of "
                "all that follows; use autograd.where(mask, x, 0.0), autograd.sort or autograd.max"
            )
        else:
            message = (
                f"{how} of {called(node)} at {line_of(_place())}: the number would be a constant of the program, "
                "though it depends on what the function is given; use functions of autograd instead of those of math "
                "and numpy, and name an argument that is to stay as it is by static_argnums="
            )
        self.error = self.error or TraceError(message)
        raise self.error

    def refuse_infinite(self) -> NoReturn:
        """A sweep met inf or nan, and looks more closely."""
        self.error = self.error or InfiniteError(
            "a derivative is not finite where the function was traced, so the program would be one for that case only; "
            "trace it with other arguments"
        )
        raise self.error

    @property
    def lines(self) -> list[str]:
        """The source lines, by number."""
        return [line_of((code.co_filename, _line(code, instruction))) for code, instruction in self._codes]


def _line(code: CodeType, instruction: int) -> int:
    """The number of the line that an instruction belongs to."""
    number = next((line for start, end, line in code.co_lines() if start <= instruction < end), None)
    return code.co_firstlineno if number is None else number


def _place() -> tuple[str, int]:
    """File and number of the innermost source line that is not ours."""
    frame = caller(_HOME)
    return frame.f_code.co_filename, frame.f_lineno


def line_of(place: tuple[str, int]) -> str:
    """A place as text: file and line."""
    return f"{cell_of(place[0]) or os.path.basename(place[0])}:{place[1]}"
