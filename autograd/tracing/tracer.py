"""`Recorder`: looks on while a function runs, so that nothing which depends on its arguments is taken for a constant.

Comparisons, and other primitives without a derivative, give nodes while it does. Where Python asks one of them for its
truth (``if x > 0``, ``max``, ``sorted``, ``while``), the answer is noted as a decision, which becomes a guard. Where it
asks for a number (``float(x)``, ``x.data``), that is an error, since whatever is made of it would be frozen.
"""

from __future__ import annotations

import os
import sys
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from itertools import repeat
from operator import attrgetter
from types import CodeType
from typing import Any, NoReturn

import numpy as np

from autograd import recording, rules
from autograd.callers import cell_of
from autograd.collector import tick
from autograd.errors import TraceError
from autograd.primitive import Node, Primitive, raw_of
from autograd.seeds import called
from autograd.structure import leaves, like
from autograd.sweep import pull, walked
from autograd.tensor import Tensor
from autograd.tracing.attributes import names_read_by, read_of
from autograd.tracing.places import is_library
from autograd.value import Value

__all__ = ["Condition", "Flags", "InfiniteError", "Recorder", "Sweep"]


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


_OPERATOR, _COMPARISON, _TRANSFORM, _PULL = 3, 3, 3, 2
"""How many frames stand before that which may be a user's: `arrived`, `recording.arrived` and the operator;
`_here`, `constant` and the operator; `_here`, `sweeping` and one of contextlib; `_here` and `pulled`."""


_by_index = attrgetter("index")


class Sweep:
    """A gradient of floats that was not recorded: its equations are made of those of the function.

    Attributes
    ----------
    inputs : by what.
    seeds : the cotangents of heads.
    rules : those of all that was done, see `templates.key_of`.
    stop : how many nodes had been recorded before.
    line : the number of the source line that asked for it.
    """

    def __init__(
        self, inputs: Sequence[Node], seeds: dict[Node, Any], rules: dict[Any, Any], stop: int, line: int
    ) -> None:
        self.inputs, self.seeds, self.rules, self.stop, self.line = inputs, seeds, rules, stop, line

    @cached_property
    def numbers(self) -> dict[Node, float]:
        """What it is, for those who go on with it: by input, but for those that are not reached."""
        numbers = {head: float(raw_of(seed)) for head, seed in self.seeds.items()}
        pull(walked(numbers, self.inputs[-1].index + 1)[0], numbers)  # which is refused where it is not finite
        return numbers


class Gradient(Value):
    """A number that is not computed unless somebody asks for it."""

    __slots__ = ("_sweep", "_x")
    __hash__ = Value.__hash__

    def __init__(self, sweep: Sweep, x: Node) -> None:
        self._sweep, self._x = sweep, x
        self.op = self.params = self.grad = self.name = self._pending = None
        self.args, self.index, self.requires_grad = (), tick(), True

    @property
    def _data(self) -> float:
        return self._sweep.numbers.get(self._x, 0.0)


class Recorder:
    """What one run of a function did beside computing.

    Parameters
    ----------
    rules_of : gives the rules of what nodes do as equations; None where there are none: a sweep is then recorded.

    Attributes
    ----------
    first : nodes with a smaller index are not of this run.
    nodes : what was recorded, in order, and in `where` the number of the source line of each.
    watched : what derivatives came to on the way: they must be finite, or a sweep would look more closely.
    relied : attributes that the function may have gone by: of whom, which, and what they were when they were first met.
    error : the first refusal; whoever catches it does not get a program.
    decisions : what Python was told, in order: a node, its truth, and the line that asked.
    sweeps : gradients that were not recorded, in order, with the nodes that stand for them, one per input.
    """

    def __init__(self, rules_of: Callable[[Sequence[Node]], dict[Any, Any] | None] = lambda nodes: None) -> None:
        self.first = tick()
        self.decisions: list[tuple[Node, bool, str]] = []
        self.nodes: list[Node] = []
        self.watched: list[Node] = []
        self.relied: dict[tuple[int, str], tuple[dict[str, Any], str, Any]] = {}
        self.error: TraceError | None = None
        self._codes: list[tuple[CodeType, int]] = []  # by place: a code object and an instruction
        self._places_by_code: defaultdict[int, dict[int, int]] = defaultdict(dict)  # by id and instruction
        self._code: CodeType | None = None
        self._places: dict[int, int] = {}  # those of `_code`
        self.where = array("i")
        self.sweeps: list[tuple[Sweep, Sequence[Node]]] = []
        self._rules_of = rules_of
        self._renewed, self._entered = set[Node](), dict[int, Any]()
        self._sweep: int | None = None

    def begin(self) -> None:
        """Let the run begin now."""
        self.first = tick()

    def run(self, f: Callable[..., Any], args: Sequence[Any], name: str) -> tuple[Any, list[Any]]:
        """Run a function; the structure of its result, and its leaves."""
        try:
            with recording.traced(self):
                tree = f(*args)
        except TypeError as error:
            if type(error) is TypeError:  # one of Python's own
                error.add_note(
                    f"{name} is being traced, and was given a Value in the place of each number, also of integers; "
                    "name an argument that is to stay as it is by static_argnums="
                )
            raise
        if self.error is not None:  # which the function caught
            raise self.error
        kept = {key: row for key, row in self.relied.items() if row[0].get(row[1]) is row[2]}
        self.relied = kept  # what it sets itself it does not go by
        heads = leaves(tree)
        for head in heads:
            if not isinstance(head, Node | float | int | np.number | np.ndarray | np.bool_ | None):
                raise TraceError(
                    f"{name} returned {head!r} of type {type(head).__name__}; a traced function returns numbers, "
                    "arrays, and nested lists, tuples and dicts of them"
                )
        return like(tree, repeat(None)), heads

    def arrived(self, node: Any) -> None:
        """Keep an operation, with its source line."""
        self.nodes.append(node)
        place = self._sweep
        if place is None:  # the body of `_here`, written out: a call would cost a tenth of the operation
            frame: Any = sys._getframe(_OPERATOR)
            if frame.f_code is not self._code:
                frame = self._outside(frame)
            place = self._places.get(frame.f_lasti)
            if place is None:
                place = self._new(frame)
        self.where.append(place)

    def _here(self, depth: int) -> int:
        """The number of the innermost source line, from a frame at `depth` outward, that is no library's."""
        frame = self._outside(sys._getframe(depth))  # to look at those before costs as much as to record
        place = self._places.get(frame.f_lasti)
        return self._new(frame) if place is None else place

    def _outside(self, frame: Any) -> Any:
        """The innermost frame, from one outward, that is no library's; its code is likely to be that of the next."""
        while is_library[frame.f_code.co_filename] and frame.f_back is not None:
            frame = frame.f_back
        self._code, self._places = frame.f_code, self._places_by_code[id(frame.f_code)]
        return frame

    def _new(self, frame: Any) -> int:
        """A number for an instruction, from which the line follows, but not in no time."""
        place = self._places[frame.f_lasti] = len(self._codes)
        self._codes.append((frame.f_code, frame.f_lasti))
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
        return node.requires_grad or node.op is not None or self.is_outside(node)

    def is_outside(self, node: Node) -> bool:
        """Whether it was there before the run."""
        return node.index < self.first or node in self._renewed

    def renewed(self, leaf: Node) -> None:
        """Another thread assigns to a leaf: its index will not tell that it was there before."""
        if leaf.index < self.first:
            self._renewed.add(leaf)

    def swept(self, results: Sequence[Any]) -> None:
        """Remember what a sweep gave."""
        self.watched += [result for result in results if isinstance(result, Node)]

    def _row(self, node: Node) -> int:
        return bisect_left(self.nodes, node.index, key=_by_index)

    def _has(self, node: Node) -> bool:
        """Whether it was recorded."""
        row = self._row(node)
        return row < len(self.nodes) and self.nodes[row] is node

    def pulled(self, inputs: Sequence[Node], seeds: dict[Node, Any]) -> Mapping[Node, Node] | None:
        """A sweep whose equations are made later: nodes for the gradients by the inputs that the seeds reach."""
        if not inputs or recording.is_watched() or recording.inspector():  # watched, it is differentiated itself
            return None
        nodes, known = self.nodes[self._row(inputs[0]) :], set(inputs)
        if inputs[0].index < self.first or not all(head in known or self._has(head) for head in seeds):
            return None  # it was computed elsewhere
        if not ({Value, Condition}.issuperset(map(type, nodes)) and all(x.is_scalar for x in inputs)):
            return None
        found = self._rules_of(nodes)
        if found is None:
            return None
        line = self._here(_PULL) if self._sweep is None else self._sweep
        sweep = Sweep(inputs, seeds, found, len(self.nodes), line)
        results = [Gradient(sweep, x) for x in inputs]
        self.sweeps.append((sweep, results))
        return dict(zip(inputs, results, strict=True))

    def decided(self, node: Node, outcome: bool) -> None:
        """Python asked whether a node is true."""
        if self.knows(node):
            self.decisions.append((node, outcome, line_of(_place())))

    def forget(self) -> None:
        """Let go of all nodes."""
        self.nodes, self.watched, self.decisions, self.sweeps, self._entered = [], [], [], [], {}

    def entered(self, owner: Any) -> None:
        """Remember what attributes of a module are, of those that its computation may read."""
        if id(owner) not in self._entered and type(getattr(owner, "__dict__", None)) is dict:
            self._entered[id(owner)] = owner
            kind: Any = type(owner)
            names = read_of(owner, names_read_by(kind))
            self.relies(owner.__dict__, ("training", *getattr(owner, "buffers", ()), *names))

    def relies(self, attributes: dict[str, Any], names: Iterable[str]) -> None:
        """Remember what attributes were when they were first met, but for those that the function itself has set."""
        for name in names:
            key, x = (id(attributes), name), attributes.get(name)
            parts = x if isinstance(x, list | tuple) else (x,)
            if key not in self.relied and not any(isinstance(p, Node) and p.index >= self.first for p in parts):
                self.relied[key] = attributes, name, x

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
    """File and number of the innermost source line that is no library's."""
    frame = sys._getframe(1)
    while is_library[frame.f_code.co_filename] and frame.f_back is not None:
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def line_of(place: tuple[str, int]) -> str:
    """A place as text: file and line."""
    return f"{cell_of(place[0]) or os.path.basename(place[0])}:{place[1]}"
