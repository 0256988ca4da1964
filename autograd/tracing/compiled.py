"""`jit`: a function that keeps programs of itself, by the shapes of its arguments and by the path it takes."""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import partial, update_wrapper
from typing import Any, NamedTuple

from autograd import recording
from autograd.errors import GuardError, OperandError
from autograd.primitive import Node, raw_of
from autograd.tracing.executors import check_executor
from autograd.tracing.program import Program, trace
from autograd.tracing.signature import Signature, marked, parameters_of, positions, signature_of
from autograd.tracing.tracer import InfiniteError

__all__ = ["CacheInfo", "Jitted", "jit"]


_MANY = 32
"""So many programs that were not used again are too many."""


class CacheInfo(NamedTuple):
    """How often a program was at hand, and how many there are; as of `functools.lru_cache`."""

    hits: int
    misses: int
    maxsize: int
    currsize: int


def jit(
    f: Callable[..., Any] | None = None,
    *,
    static_argnums: int | tuple[int, ...] = (),
    maxsize: int = 128,
    executor: str = "auto",
) -> Any:
    """Trace a function when it is first called, and replay it after that.

    Programs are kept by structure and shapes of the arguments, and by path: where a guard fails, the other branch is
    traced, and where an attribute of an object among the arguments is not what it was, or of a module, the function is
    traced again. Given nodes the function itself is called, so ``grad(jit(f))`` is right; ``jit(grad(f))`` is fast.

    Parameters
    ----------
    f : a function as in `trace`, or a method.
    static_argnums : as in `trace`, also where these arguments are given by name: for each value of such an argument
        there is a program of its own.
    maxsize : how many programs are kept at most; the one that was used longest ago goes first.
    executor : what runs the programs, see `trace`.

    Raises
    ------
    TraceError : as in `trace`, when called.

    Warns
    -----
    RuntimeWarning : once, where it was traced again and again in vain.

    Examples
    --------
    >>> @jit
    ... def f(x):
    ...     return x * x if x > 0.0 else -x
    >>> f(3.0), f(-2.0), f(4.0)
    (9.0, 2.0, 16.0)
    >>> f.cache_info()
    CacheInfo(hits=1, misses=2, maxsize=128, currsize=2)
    """
    if not isinstance(maxsize, int) or maxsize < 1:
        raise ValueError(f"maxsize= takes a whole number of at least 1, but got {maxsize!r}")
    check_executor(executor)
    if f is None:
        return partial(jit, static_argnums=static_argnums, maxsize=maxsize, executor=executor)
    if not callable(f):
        raise OperandError(f"jit takes a function, but got {f!r} of type {type(f).__name__}")
    return Jitted(f, static_argnums, maxsize, executor)


class Jitted:
    """What `jit` makes of a function."""

    def __init__(self, f: Callable[..., Any], static: int | tuple[int, ...], maxsize: int, executor: str) -> None:
        update_wrapper(self, f, updated=())
        self._f, self._static, self._maxsize, self._executor = f, static, maxsize, executor
        names = parameters_of(f)
        self._static_names = {names[place] for place in positions(static, len(names))}
        self._hits = self._misses = self._vain = self._hits_before = 0
        self._kept: OrderedDict[tuple[Any, int], Program] = OrderedDict()
        self._paths: dict[Any, list[tuple[Any, int]]] = {}
        self._lock = threading.Lock()

    def __call__(self, *args: Any, **options: Any) -> Any:
        """The result of the function, by a program where there is one for these arguments."""
        signature, kind, given = self._arguments(args, options)
        tracer = recording.tracer()
        if tracer or any(isinstance(x, Node) and x.requires_grad for x in given):
            if tracer:
                signature.let_rely(tracer, self._f)
            return self._f(*args, **options)
        for program in self._at_hand(kind):
            try:
                return program.replay(given)
            except GuardError:
                continue
        try:
            return self._traced(kind, args, options).replay(given)
        except (InfiniteError, GuardError):  # the latter where it depends on what it does itself
            return self._f(*args, **options)

    def _taken(self, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[tuple[Any, ...], tuple[int, ...]]:
        """What programs take, and which of it is static: of the options, which come first, those with such names."""
        static = positions(self._static, len(args))
        if not options:
            return args, static
        fixed = {name: x for name, x in options.items() if name in self._static_names}
        moving = {name: x for name, x in options.items() if name not in self._static_names}
        first = 2 + len(fixed)
        taken = (tuple(fixed), moving, *fixed.values(), *args)
        return taken, (0, *range(2, first), *(first + position for position in static))

    def _arguments(self, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Signature, Any, list[Any]]:
        """What arguments are, of what kind, and the inputs in them."""
        signature, given = signature_of(marked(*self._taken(args, options)))
        return signature, (bool(options), signature.key), given

    def _traced(self, kind: Any, args: tuple[Any, ...], options: dict[str, Any]) -> Program:
        """A new program for such arguments, which is kept."""
        taken, static = self._taken(args, options)
        f = _spread(self._f) if options else self._f
        return self._keep(kind, trace(f, *taken, executor=self._executor, static_argnums=static))

    def _at_hand(self, kind: Any) -> Iterator[Program]:
        """The programs for one kind of arguments, the one used last first; the last one that is taken is a hit."""
        with self._lock:
            keys = self._paths.get(kind, [])[::-1]
            programs = [self._kept[key] for key in keys]
        for key, program in zip(keys, programs, strict=True):
            with self._lock:
                self._hits += 1
                if key in self._kept:
                    self._kept.move_to_end(key)
                    self._paths[kind].remove(key)
                    self._paths[kind].append(key)
            yield program
            with self._lock:  # it was not for these arguments
                self._hits -= 1

    def _keep(self, kind: Any, program: Program) -> Program:
        with self._lock:
            self._misses += 1
            key = (kind, self._misses)
            self._kept[key] = program
            self._paths.setdefault(kind, []).append(key)
            while len(self._kept) > self._maxsize:
                old, _ = self._kept.popitem(last=False)
                self._paths[old[0]].remove(old)
                if not self._paths[old[0]]:
                    del self._paths[old[0]]
            self._vain = self._vain + 1 if self._hits == self._hits_before else 1
            self._hits_before = self._hits
            is_vain = self._vain == max(_MANY, self._maxsize)
        if is_vain:
            warnings.warn(
                f"{program.__name__} was traced {self._vain} times one after the other, longer than a call takes: it "
                "takes another path each time (autograd.where, max and sort do not), or something that is part "
                "of a program is not what it was (integers in arrays, attributes, static_argnums=)",
                RuntimeWarning,
                stacklevel=4,
            )
        return program

    def backward(self, *args: Any, **options: Any) -> Any:
        """`Program.backward` of the program for these arguments, which is traced where there is none."""
        _, kind, _ = self._arguments(args, options)
        taken, _ = self._taken(args, options)
        for program in self._at_hand(kind):
            try:
                return program.backward(*taken)
            except GuardError:
                continue
        try:
            program = self._traced(kind, args, options)
        except InfiniteError:
            out = self._f(*args, **options)
            out.backward()
            return raw_of(out)
        return program.backward(*taken)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """A method of `instance`, which is part of the program."""
        return self if instance is None else _Method(self, instance)

    @property
    def programs(self) -> tuple[Program, ...]:
        """The programs that are kept, the one used last at the end."""
        with self._lock:
            return tuple(self._kept.values())

    def cache_info(self) -> CacheInfo:
        """Hits, misses (that is, traces), and how many programs are kept."""
        with self._lock:
            return CacheInfo(self._hits, self._misses, self._maxsize, len(self._kept))

    def cache_clear(self) -> None:
        """Forget all programs."""
        with self._lock:
            self._kept.clear()
            self._paths.clear()
            self._hits = self._misses = 0

    def __repr__(self) -> str:
        return f"<jit of {getattr(self, '__qualname__', self._f)!s}: {len(self.programs)} programs>"


class _Method(partial[Any]):
    """What `jit` makes of a method, with its instance."""

    def backward(self, *args: Any, **options: Any) -> Any:
        """See `Jitted.backward`."""
        return self.func.backward(*self.args, *args, **options)  # type: ignore[attr-defined]

    @property
    def programs(self) -> tuple[Program, ...]:
        """See `Jitted.programs`: those of all instances."""
        return self.func.programs  # type: ignore[attr-defined, no-any-return]

    def cache_info(self) -> CacheInfo:
        """See `Jitted.cache_info`."""
        return self.func.cache_info()  # type: ignore[attr-defined, no-any-return]

    def cache_clear(self) -> None:
        """See `Jitted.cache_clear`."""
        self.func.cache_clear()  # type: ignore[attr-defined]


def _spread(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function with its options before the arguments: names of static ones, the others, and the static ones."""

    def spread(names: tuple[str, ...], options: dict[str, Any], *args: Any) -> Any:
        return f(*args[len(names) :], **dict(zip(names, args, strict=False)), **options)

    spread.__name__ = spread.__qualname__ = getattr(f, "__qualname__", repr(f))
    spread.__wrapped__ = f  # type: ignore[attr-defined]
    return spread
