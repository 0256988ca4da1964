"""`Program`: a function as a list of equations, which can be read, drawn, differentiated and replayed."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from autograd import recording, transforms
from autograd.errors import OperandError, ShapeError, TraceError
from autograd.linearized import name_of
from autograd.primitive import Node, raw_of
from autograd.rules import identity
from autograd.structure import leaves, like
from autograd.tensor import Tensor
from autograd.tracing.executors import Executor, Flat, check_executor, executor_of, flat_of
from autograd.tracing.listing import Equation, Guard, Listing, listed
from autograd.tracing.signature import Signature, signature_of
from autograd.tracing.source import check, names_of, source_of
from autograd.tracing.tracer import Recorder
from autograd.value import Value

__all__ = ["Program", "trace"]


def trace(f: Callable[..., Any], *args: Any, executor: str = "auto") -> Program:
    """Run `f` once and write down what it computes.

    Parameters
    ----------
    f : a function of floats, arrays, nodes, and nested lists, tuples and dicts of them. Whatever else it is given
        (text, integers in arrays, a module) is part of the program. Its branches are those taken for `args`, each with
        a guard.
    args : where. A program is for arguments of this structure and of these shapes.
    executor : what runs it: ``"python"`` (generated source), ``"numpy"`` (a call for all equations of one kind that
        need nothing of each other), ``"numba"`` (a compiled machine for them, with the extra ``[fast]``), or
        ``"auto"``, which picks by size and by what is installed. The last two are for programs of floats only; other
        programs run on "python".

    Raises
    ------
    TraceError : if `f` asks for a number that depends on its arguments (``float(x)``, ``x.data``), and so would make a
        constant of it. Python numbers that are drawn at random are constants, too: pass them as arguments.

    Examples
    --------
    >>> import autograd
    >>> program = trace(lambda x, w: autograd.tanh(x * w) * (x * w), 2.0, 0.5)
    >>> print(program)
    program(x, w):
      v0 = mul x w                          # <doctest ...>:1
      v1 = tanh v0                          # <doctest ...>:1
      v2 = mul v1 v0                        # <doctest ...>:1
      return v2
    >>> program(1.0, 0.5)
    0.23105857863000487
    >>> program.value_and_grad((0, 1))(1.0, 0.5)
    (0.23105857863000487, (0.42767051187148675, 0.8553410237429735))
    """
    check_executor(executor)
    signature, given = signature_of(args)
    recorder = Recorder()
    with recording.enable_grad():
        inputs = [_fresh(x, signature.has_arrays) for x in given]
        with recording.traced(recorder):
            tree = f(*signature.filled(inputs))
    heads = leaves(tree)
    for head in heads:
        if not isinstance(head, Node | float | int | np.number | np.ndarray | np.bool_ | None):
            raise TraceError(
                f"{name_of(f)} returned {head!r} of type {type(head).__name__}; a traced function returns numbers, "
                "arrays, and nested lists, tuples and dicts of them"
            )
    return Program(f, args, signature, listed(inputs, heads, recorder), tree, recorder.swept, executor)


def _parameters(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the positional arguments of a function."""
    try:
        names = [
            p.name
            for p in inspect.signature(f).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        names = []
    return [*names, *(f"x{place}" for place in range(len(names), count))][:count]


def _raw(x: Any, beside_arrays: bool) -> Any:
    """An argument as plain numbers."""
    x = raw_of(x)
    return x if isinstance(x, np.ndarray) else np.asarray(float(x)) if beside_arrays else float(x)


def _fresh(x: Any, beside_arrays: bool) -> Node:
    """A leaf that stands for an argument."""
    if isinstance(x, Node):
        return type(x)(x._data)  # type: ignore[call-arg]
    return Tensor(x) if beside_arrays or isinstance(x, np.ndarray) else Value(x)


class Program:
    """A function, written down; made by `trace`.

    It is called like the function, with arguments of the same structure and shapes. Given floats and arrays it returns
    floats and arrays; given nodes it returns nodes, and so can be differentiated. It holds no state: any number of
    threads may call it.

    Attributes
    ----------
    equations : what is computed, in order.
    guards : the branches taken.
    captured : leaves that the function used from outside; their data are read at every call.
    """

    def __init__(
        self,
        f: Callable[..., Any],
        args: tuple[Any, ...],
        signature: Signature,
        listing: Listing,
        tree: Any,
        swept: bool,
        executor: str,
    ) -> None:
        self.__name__ = self.__qualname__ = name_of(f)
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in _parameters(f, len(args))]
        )
        self._f, self._example, self._signature, self._listing, self._tree = f, args, signature, listing, tree
        self._swept, self._wanted = swept, executor

    @property
    def equations(self) -> tuple[Equation, ...]:
        """What is computed, in order; ``op``, ``operands`` and ``line`` of each."""
        return tuple(self._listing.equations)

    @property
    def guards(self) -> tuple[Guard, ...]:
        """The conditions under which the program stands for the function."""
        return tuple(self._listing.guards)

    @property
    def captured(self) -> tuple[Node, ...]:
        """The leaves from outside that take part."""
        return tuple(node for _, node in self._listing.captured)

    @property
    def inputs(self) -> tuple[int, ...]:
        """The slots of the inputs."""
        return tuple(self._listing.inputs)

    @property
    def outputs(self) -> tuple[int, ...]:
        """The slots of the results."""
        return tuple(self._listing.outputs)

    @property
    def source(self) -> str:
        """The program as Python."""
        return source_of(self._listing)[0]

    @property
    def executor(self) -> str:
        """What runs it: "python", "numpy" or "numba"."""
        return self._executor.name

    @cached_property
    def _executor(self) -> Executor:
        return executor_of(self._listing, self._wanted)

    @cached_property
    def _flat(self) -> Flat | None:
        return self._executor if isinstance(self._executor, Flat) else flat_of(self._listing, self._wanted)

    def __len__(self) -> int:
        return len(self._listing.equations)

    def __call__(self, *args: Any) -> Any:
        """Replay the program.

        Raises
        ------
        GuardError : if the function would take another branch.
        OperandError : if the arguments have another structure, or other shapes.
        """
        signature, given = signature_of(args)
        self._signature.check(signature, self.__name__)
        if recording.tracer() or (
            recording.is_recording() and any(isinstance(x, Node) and x.requires_grad for x in given)
        ):
            return like(self._tree, iter(self._on_nodes(given)))
        return like(self._tree, iter(self.run(self._raw(given), args)))

    def run(self, given: Sequence[Any], args: Sequence[Any]) -> list[Any]:
        """The leaves of the result from raw inputs; `args` are the arguments that these were made of."""
        out = self._executor([*given, *self._captured()])
        if self._swept and not _is_finite(out):  # a sweep would have looked more closely
            out = [raw_of(head) for head in leaves(self._f(*args))]
        return [x if type(x) is float else np.array(x) if isinstance(x, np.ndarray | np.generic) else x for x in out]

    def _raw(self, given: Sequence[Any]) -> Sequence[Any]:
        """Arguments as plain numbers and arrays."""
        beside_arrays = self._signature.has_arrays
        if not beside_arrays and set(map(type, given)) == {float}:
            return given
        return [_raw(x, beside_arrays) for x in given]

    def _captured(self) -> list[Any]:
        return [node._data for _, node in self._listing.captured]

    def flat(self, x: Any) -> np.ndarray[Any, Any]:
        """All results as one array, for all inputs as one: the fastest way to call a program of numbers.

        Parameters
        ----------
        x : the inputs in order, of shape (inputs,), or (lanes, inputs) for many points at once.

        Returns
        -------
        The results in order, of shape (results,) or (lanes, results).

        Raises
        ------
        GuardError : if the function would take another branch, in the first lane that it names.
        OperandError : if the program works on arrays.
        ShapeError : if `x` has another shape.

        Examples
        --------
        >>> import autograd
        >>> program = trace(autograd.value_and_grad(lambda p: p[0] * p[0] * p[1]), [3.0, 2.0])
        >>> program.flat([3.0, 2.0])
        array([18., 12.,  9.])
        """
        x, count = np.asarray(x, np.float64), len(self._listing.inputs)
        if self._flat is None:
            raise OperandError(f"the program of {self.__name__} works on arrays; only one of numbers has lanes")
        if x.ndim not in (1, 2) or x.shape[-1] != count:
            raise ShapeError(
                f"the program of {self.__name__} has {count} input(s), so it takes an array of shape ({count},) or "
                f"(lanes, {count}), but got {x.shape}"
            )
        out = self._flat.rows(x, self._captured()) if x.ndim == 2 else self._flat.results(x, self._captured())
        if self._swept and not isfinite(out.sum()):  # as in `run`
            rows, points = np.atleast_2d(out), np.atleast_2d(x)
            for lane in np.flatnonzero(~np.isfinite(rows).all(axis=1)):
                heads = leaves(self._f(*self._signature.filled(points[lane].tolist())))
                rows[lane] = [np.nan if head is None else raw_of(head) for head in heads]
        return out

    def batch(self, x: Any) -> Any:
        """The results for many points at once: one lane per row of `x`, which has shape (lanes, inputs).

        Returns
        -------
        The structure of the result with an array of shape (lanes,) for every number.

        Raises
        ------
        GuardError : if the function would take another branch in a lane; it names the first.
        OperandError : if the program works on arrays.
        ShapeError : if `x` has another shape.

        Examples
        --------
        >>> program = trace(lambda x, y: {"sum": x + y, "product": x * y}, 1.0, 2.0)
        >>> program.batch([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        {'sum': array([ 3.,  7., 11.]), 'product': array([ 2., 12., 30.])}
        """
        x = np.asarray(x, np.float64)
        if x.ndim != 2:
            raise ShapeError(f"batch takes one row per lane, an array of shape (lanes, inputs), but got {x.shape}")
        columns = np.ascontiguousarray(self.flat(x).T)
        return like(self._tree, self._columns(columns))

    def _columns(self, columns: Any) -> Iterator[Any]:
        """Truth as truth, and nothing as nothing."""
        assert self._flat is not None
        schedule = self._flat.schedule
        for place, column in enumerate(columns):
            is_nothing = place in schedule.fixed and schedule.fixed[place] is None
            yield None if is_nothing else column.astype(bool) if place in schedule.truths else column

    def _on_nodes(self, given: Sequence[Any]) -> list[Any]:
        """The leaves of the result as nodes that hang on those among the inputs."""
        listing = self._listing
        values: dict[int, Any] = {
            slot: identity(x) if isinstance(x, Node) else _fresh(x, self._signature.has_arrays).detach()  # type: ignore[attr-defined]
            for slot, x in zip(listing.inputs, given, strict=True)
        }
        values |= dict(listing.captured) | listing.constants
        waiting = listing.guards[::-1]
        for count in range(len(listing.equations) + 1):
            if count:
                equation = listing.equations[count - 1]
                operands = [values[slot] for slot in equation.operands]
                with recording.no_grad() if equation.is_constant else nullcontext():
                    values[equation.result] = equation.op(*operands, **equation.params)
            while waiting and waiting[-1].after == count:
                guard = waiting.pop()
                check(guard, values[guard.slot])
        return [values[slot] for slot in listing.outputs]

    def grad(self, argnums: int | tuple[int, ...] = 0) -> Program:
        """The gradient as a program; see `autograd.grad`."""
        return trace(transforms.grad(self, argnums), *self._example, executor=self._wanted)

    def value_and_grad(self, argnums: int | tuple[int, ...] = 0) -> Program:
        """The value and the gradient as one program, which shares what they have in common."""
        return trace(transforms.value_and_grad(self, argnums), *self._example, executor=self._wanted)

    def jacobian(self, argnums: int | tuple[int, ...] = 0, sparse: bool = False) -> Program:
        """The Jacobian as a program; see `autograd.jacobian`."""
        return trace(transforms.jacobian(self, argnums), *self._example, executor=self._wanted)

    def hessian(self, argnums: int | tuple[int, ...] = 0) -> Program:
        """The Hessian as a program; see `autograd.hessian`."""
        return trace(transforms.hessian(self, argnums), *self._example, executor=self._wanted)

    picture: Callable[..., Any]
    """What draws nodes; autograd/__init__.py hands it down from the floor of figures."""

    def draw(self, **options: Any) -> Any:
        """The figure of the program's graph at the arguments that it was traced with; see `autograd.draw`."""
        given = signature_of(self._example)[1]
        nodes = [_fresh(x, self._signature.has_arrays) for x in given]
        for node, name in zip(nodes, self._names(), strict=True):
            node.name = name
        heads = [head for head in self._on_nodes(nodes) if isinstance(head, Node)]
        if not heads:
            raise OperandError("there is nothing to draw: the result does not depend on the arguments")
        return self.picture(*heads, **options)

    def _names(self) -> list[str]:
        """What the inputs are called: parameters of the function, with places in lists and keys in dicts."""
        return self._signature.names(_parameters(self._f, len(self._example)))

    def __str__(self) -> str:
        listing, names = self._listing, names_of(self._listing)
        called = self._names()
        taken = [
            name if name.isidentifier() else names[slot] for slot, name in zip(listing.inputs, called, strict=True)
        ]
        names |= dict(zip(listing.inputs, taken, strict=True))
        given = Counter(node.name for _, node in listing.captured)
        names |= {slot: node.name for slot, node in listing.captured if node.name is not None and given[node.name] == 1}
        lines = [f"program({', '.join(taken)}):"]
        if listing.captured:
            lines.append(f"  captured {', '.join(names[slot] for slot, _ in listing.captured)}")
        lines += self._body(names)
        results = ", ".join(names.get(slot, "None") for slot in listing.outputs)
        return "\n".join([*lines, f"  return {results}"])

    def _body(self, names: dict[int, str]) -> Iterator[str]:
        waiting = self._listing.guards[::-1]
        for count in range(len(self) + 1):
            if count:
                equation = self._listing.equations[count - 1]
                usual = equation.op.static
                static = [f"{key}={x!r}" for key, x in equation.params.items() if not _is_same(x, usual.get(key))]
                right = " ".join([equation.op.name, *(names[slot] for slot in equation.operands), *static])
                text = f"  {names[equation.result]} = {right}"
                yield f"{text:<40}# {equation.line}" if equation.line else text
            while waiting and waiting[-1].after == count:
                guard = waiting.pop()
                yield f"{f'  guard {names[guard.slot]} is {guard.outcome}':<40}# {guard.line}"

    def __repr__(self) -> str:
        return f"<Program {self.__name__}: {len(self)} equations, {len(self.guards)} guards>"


def _is_finite(out: Sequence[Any]) -> bool:
    try:
        return all(map(isfinite, out))
    except TypeError:  # arrays, or nothing
        return all(np.isfinite(x).all() for x in out if x is not None)


def _is_same(x: Any, usual: Any) -> bool:
    return type(x) is type(usual) and not isinstance(x, np.ndarray) and bool(x == usual)
