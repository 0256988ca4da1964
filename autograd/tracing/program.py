"""`Program`: a function as a list of equations, which can be read, drawn, differentiated and replayed."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import recording, transforms
from autograd.errors import GraphError, OperandError, ShapeError
from autograd.finite import are_finite, is_all_finite
from autograd.linearized import name_of
from autograd.primitive import Node, raw_of
from autograd.structure import leaves, like
from autograd.sweep import accumulate
from autograd.tracing.executors import Executor, Flat, check_executor, executor_of, flat_of, loops_for
from autograd.tracing.listing import Equation, Guard, Listing, listed
from autograd.tracing.signature import (
    Signature,
    fresh_input,
    marked,
    numbers_of,
    parameters_of,
    positions,
    raw_input,
    signature_of,
)
from autograd.tracing.source import check_outside, followed, node_result, source_of
from autograd.tracing.templates import rules_of
from autograd.tracing.text import text_of
from autograd.tracing.tracer import InfiniteError, Recorder

__all__ = ["Program", "trace"]


def trace(
    f: Callable[..., Any], *args: Any, executor: str = "auto", static_argnums: int | tuple[int, ...] = ()
) -> Program:
    """Run `f` once and write down what it computes.

    Parameters
    ----------
    f : a function of floats, arrays, nodes, and nested lists, tuples and dicts of them. Whatever else it is given
        (text, integers in arrays, an object) is part of the program; attributes that it reads of objects, and of
        modules that it calls, must be what they were. Its branches are those taken for `args`, each with a guard.
    args : where. A program is for arguments of this structure and of these shapes.
    executor : what runs it: ``"python"`` (generated source), ``"numpy"`` (a call for all equations of one kind that
        need nothing of each other), ``"numba"`` (a compiled machine for them, with the extra ``[fast]``), or
        ``"auto"``, which picks by size and by what is installed. The last two are for programs of floats only; other
        programs run on "python".
    static_argnums : the positions of arguments that are part of the program although they are numbers or arrays, such
        as how often to repeat something; it is then for these values only.

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
    static, recorder = positions(static_argnums, len(args)), Recorder(rules_of)
    signature, given = signature_of(marked(args, static))
    signature.let_rely(recorder, f)
    with recording.kept_posted(recorder):
        with recording.enable_grad():
            inputs = [fresh_input(x, signature.has_arrays) for x in given]
            outline, heads = recorder.run(f, signature.filled(inputs), name_of(f))
        count, swept, known = len(heads), bool(recorder.watched), set(map(id, heads))
        heads += [node for node in dict.fromkeys(recorder.watched) if id(node) not in known]
        listing = listed(inputs, heads, recorder, loops_for(recorder, executor))
    return Program(f, args, static, signature, listing, outline, count, swept, executor)


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
        static: tuple[int, ...],
        signature: Signature,
        listing: Listing,
        tree: Any,
        count: int,
        swept: bool,
        executor: str,
    ) -> None:
        self.__name__ = self.__qualname__ = name_of(f)
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(name, inspect.Parameter.POSITIONAL_ONLY) for name in parameters_of(f, len(args))]
        )
        self._f, self._example, self._static = f, args, static
        self._signature, self._listing, self._tree = signature, listing, tree
        self._count, self._swept, self._wanted = count, swept, executor
        self._steps: dict[tuple[Node, ...], Program] = {}

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
        return tuple(self._listing.outputs[: self._count])

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
        executor = self._executor
        return executor if isinstance(executor, Flat) else flat_of(self._listing, self._wanted, executor)

    def __len__(self) -> int:
        return len(self._listing.equations)

    def __call__(self, *args: Any) -> Any:
        """Replay the program.

        Raises
        ------
        GuardError : if the function would take another branch.
        OperandError : if the arguments have another structure, or other shapes.
        """
        signature, given = signature_of(marked(args, self._static))
        self._signature.check(signature, self.__name__)
        return self.replay(given)

    def replay(self, given: Sequence[Any]) -> Any:
        """The same for the inputs in arguments that are known to fit."""
        is_plain = set(map(type, given)) == {float}
        needs = self._captures or (not is_plain and any(isinstance(x, Node) and x.requires_grad for x in given))
        if recording.tracer() or (needs and recording.is_recording()):
            heads = self._on_nodes(given)
            if self._swept and not are_finite(list(map(raw_of, heads))):  # as in `run`
                heads = self._eagerly(given)
            return like(self._tree, iter(heads))
        check_outside(self._listing, self.__name__)
        raw = given if is_plain else [raw_input(x, self._signature.has_arrays) for x in given]
        return like(self._tree, iter(self.run(raw)))

    def run(self, given: Sequence[Any]) -> list[Any]:
        """The leaves of the result from raw inputs."""
        out = self._executor([*given, *self._captured()])
        if self._swept and not are_finite(out):  # a sweep would have looked more closely
            out = list(map(raw_of, self._eagerly(given)))
        del out[self._count :]
        return [x if type(x) is float else np.array(x) if isinstance(x, np.ndarray | np.generic) else x for x in out]

    def _eagerly(self, given: Sequence[Any]) -> list[Any]:
        """The leaves of the result by the function itself, of nodes, as when it was traced: there are as many."""
        with recording.enable_grad():
            inputs = [x if isinstance(x, Node) else fresh_input(x, self._signature.has_arrays) for x in given]
            return leaves(self._f(*self._signature.filled(inputs)))

    @property
    def _captures(self) -> bool:
        """Whether the result depends on something from outside that it may be differentiated by."""
        return any(node.requires_grad for _, node in self._listing.captured)

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
        x, count = numbers_of(x, self.__name__), len(self._listing.inputs)
        if self._flat is None:
            raise OperandError(f"the program of {self.__name__} works on arrays; only one of numbers has lanes")
        if x.ndim not in (1, 2) or x.shape[-1] != count:
            raise ShapeError(
                f"the program of {self.__name__} has {count} input(s), so it takes an array of shape ({count},) or "
                f"(lanes, {count}), but got {x.shape}"
            )
        check_outside(self._listing, self.__name__)
        captured = self._captured() if self._listing.captured else ()
        out = self._flat.rows(x, captured) if x.ndim == 2 else self._flat.point(x, captured)
        if self._swept and not is_all_finite(out):  # as in `run`
            rows, points = np.atleast_2d(out), np.atleast_2d(x)
            for lane in np.flatnonzero(~np.isfinite(rows).all(axis=1)):
                heads = self._eagerly(points[lane].tolist())
                rows[lane, : self._count] = [np.nan if head is None else raw_of(head) for head in heads]
        return out if out.shape[-1] == self._count else out[..., : self._count]

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
        x = numbers_of(x, self.__name__)
        if x.ndim != 2:
            raise ShapeError(f"batch takes one row per lane, an array of shape (lanes, inputs), but got {x.shape}")
        columns = np.ascontiguousarray(self.flat(x).T)
        assert self._flat is not None
        return like(self._tree, self._flat.told(columns))

    def backward(self, *args: Any) -> Any:
        """Replay result and gradients at once, and add these to ``grad`` of the leaves that the function captured.

        It is what ``f(*args).backward()`` does, without a graph; the plain result comes back.

        Raises
        ------
        GraphError : if the result is not one number, or no leaf was captured that requires a gradient.
        GuardError : as in a call.

        Examples
        --------
        >>> import autograd
        >>> w = autograd.Value(3.0, name="w")
        >>> program = trace(lambda x: (x * w) ** 2, 1.0)
        >>> program.backward(2.0), w.grad
        (36.0, 24.0)
        """
        leaves_ = tuple(node for node in self.captured if node.requires_grad and node.op is None)
        if not leaves_:
            raise GraphError(f"{self.__name__} captured no leaf that requires a gradient; use value_and_grad()")
        if tracer := recording.tracer():
            tracer.refuse(leaves_[0], "backward()")
        copies = [fresh_input(leaf, False) for leaf in leaves_]
        with recording.no_grad():
            value, gradients = self._step(leaves_, copies, args)(copies, *args)
        if self._swept and not are_finite([raw_of(value), *map(raw_of, gradients)]):  # as in `run`
            head = self._eagerly(signature_of(marked(args, self._static))[1])[0]
            head.backward()
            return raw_of(head)
        accumulate(dict(zip(leaves_, map(raw_of, gradients), strict=True)))
        return raw_of(value)

    def _step(self, leaves_: tuple[Node, ...], copies: list[Node], args: tuple[Any, ...]) -> Callable[..., Any]:
        """Result and gradients by some leaves, of these and the arguments; as a program where that can be."""
        if leaves_ in self._steps:
            return self._steps[leaves_]

        def result(parameters: list[Any], *args: Any) -> Any:
            signature, given = signature_of(marked(args, self._static))
            self._signature.check(signature, self.__name__)
            heads = self._on_nodes(given, dict(zip(leaves_, parameters, strict=True)))
            return like(self._tree, iter(heads))

        step = transforms.value_and_grad(result)
        try:
            static = tuple(position + 1 for position in self._static)
            program = trace(step, copies, *args, executor=self._wanted, static_argnums=static)
        except InfiniteError:
            return step
        return self._steps.setdefault(leaves_, program)

    def _on_nodes(self, given: Sequence[Any], instead: Mapping[Node, Any] = MappingProxyType({})) -> list[Any]:
        """The leaves of the result as nodes that hang on those among the inputs, and on those `instead` of captured."""
        check_outside(self._listing, self.__name__, on_nodes=True)
        inputs: list[Any] = [
            x if isinstance(x, Node) else fresh_input(x, self._signature.has_arrays).detach()  # type: ignore[attr-defined]
            for x in given
        ]
        inputs += [instead.get(node, node) for _, node in self._listing.captured]
        heads = followed(self._listing, inputs, node_result)
        if tracer := recording.tracer():
            self._listing.relied.tell(tracer)
            tracer.swept(heads if self._swept else ())
            if self._swept and not are_finite(list(map(raw_of, heads))):
                tracer.refuse_infinite()
        return heads

    def grad(self, argnums: int | tuple[int, ...] = 0) -> Program:
        """The gradient as a program; see `autograd.grad`."""
        return self._traced(transforms.grad(self, argnums))

    def value_and_grad(self, argnums: int | tuple[int, ...] = 0) -> Program:
        """The value and the gradient as one program, which shares what they have in common."""
        return self._traced(transforms.value_and_grad(self, argnums))

    def jacobian(self, argnums: int | tuple[int, ...] = 0, sparse: bool = False) -> Program:
        """The Jacobian as a program; see `autograd.jacobian`."""
        return self._traced(transforms.jacobian(self, argnums, sparse=sparse))

    def hessian(self, argnums: int | tuple[int, ...] = 0, sparse: bool = False) -> Program:
        """The Hessian as a program; see `autograd.hessian`."""
        return self._traced(transforms.hessian(self, argnums, sparse))

    def _traced(self, f: Callable[..., Any]) -> Program:
        return trace(f, *self._example, executor=self._wanted, static_argnums=self._static)

    if TYPE_CHECKING:
        draw: Callable[..., Any]  # autograd/__init__.py hands this down from the floor of figures

    def nodes(self) -> list[Node]:
        """The results as nodes, computed where it was traced; what is drawn. Raises where none depends on arguments."""
        given = signature_of(marked(self._example, self._static))[1]
        inputs = [fresh_input(x, self._signature.has_arrays) for x in given]
        for node, name in zip(inputs, self._names(), strict=True):
            node.name = name
        heads = [head for head in self._on_nodes(inputs)[: self._count] if isinstance(head, Node)]
        if not heads:
            raise OperandError(f"the results of {self.__name__} do not depend on its arguments: nothing to draw")
        return heads

    def _names(self) -> list[str]:
        """What the inputs are called: parameters of the function, with places in lists and keys in dicts."""
        return self._signature.names(parameters_of(self._f, len(self._example)))

    def __str__(self) -> str:
        return text_of(self._listing, self._names(), self._count)

    def __repr__(self) -> str:
        return f"<Program {self.__name__}: {len(self)} equations, {len(self.guards)} guards>"
