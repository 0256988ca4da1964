"""What a program is for: the structure of the arguments, the shapes of the arrays, and what is part of the program."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from numbers import Real
from types import FunctionType, MethodType
from typing import Any

import numpy as np

from autograd.errors import OperandError, ShapeError
from autograd.primitive import Node, raw_of
from autograd.structure import leaves, like
from autograd.tensor import Tensor
from autograd.tracing.attributes import names_read, read_of
from autograd.value import Value

__all__ = [
    "Signature",
    "fresh_input",
    "marked",
    "numbers_of",
    "parameters_of",
    "positions",
    "raw_input",
    "signature_of",
    "unmarked",
]


class Static:
    """An argument that is part of the program whatever it is."""

    def __init__(self, thing: Any) -> None:
        try:
            hash(thing if not isinstance(thing, np.ndarray) else None)
        except TypeError:
            raise OperandError(
                f"static_argnums= is for arguments that cannot change, but got {thing!r} of type "
                f"{type(thing).__name__}; use a tuple for a list"
            ) from None
        self.thing = thing


def positions(argnums: int | tuple[int, ...], count: int) -> tuple[int, ...]:
    """Which of `count` arguments `argnums` names; those that are left to their defaults are no matter."""
    try:
        wanted = tuple(map(operator.index, argnums if isinstance(argnums, tuple | list) else (argnums,)))
    except TypeError:
        raise OperandError(f"static_argnums= takes an integer or a tuple of integers, but got {argnums!r}") from None
    return tuple(position % count for position in wanted if -count <= position < count)


def marked(args: tuple[Any, ...], static: tuple[int, ...]) -> tuple[Any, ...]:
    """The arguments with those in the positions `static` marked as parts of the program."""
    return tuple(Static(arg) if place in static else arg for place, arg in enumerate(args)) if static else args


def unmarked(args: Any) -> Any:
    """The arguments as the function wants them."""
    return like(args, (x.thing if type(x) is Static else x for x in leaves(args)))


@dataclass(frozen=True)
class Signature:
    """Arguments without their numbers; programs are kept by `key`.

    Attributes
    ----------
    key : equal for two lists of arguments that one program can stand for.
    args : the arguments that it was made of.
    moving : per leaf of the arguments, whether it is an input; the others are part of the program.
    has_arrays : whether there are arrays, so that numbers become Tensors of shape ().
    """

    key: Any
    args: tuple[Any, ...]
    moving: tuple[bool, ...]
    has_arrays: bool

    def filled(self, inputs: Sequence[Any]) -> Any:
        """The arguments with `inputs` in the places of their numbers and arrays."""
        given = iter(inputs)
        if all(self.moving):
            return like(self.args, given)
        parts = (next(given) if moves else leaf for leaf, moves in zip(leaves(self.args), self.moving, strict=True))
        return unmarked(like(self.args, parts))

    def let_rely(self, recorder: Any, f: Any) -> None:
        """Tell who traces `f` which attributes of objects it may read: of the arguments, and of its own instance."""
        parts = [] if all(self.moving) else leaves(unmarked(self.args))
        parts += leaves((f.args, f.keywords)) if isinstance(f, partial) else ()
        for part in [*parts, f, f.__self__ if isinstance(f, MethodType) else None]:
            if type(getattr(part, "__dict__", None)) is dict and not isinstance(part, Node | FunctionType):
                recorder.relies(part.__dict__, read_of(part, names_read(f, type(part))))

    def names(self, parameters: Sequence[str]) -> list[str]:
        """What the inputs are called, where the arguments are called `parameters`."""
        paths = [path for name, arg in zip(parameters, self.args, strict=True) for path in _paths(name, arg)]
        return [path for path, moves in zip(paths, self.moving, strict=True) if moves]

    def check(self, other: Signature, name: str) -> None:
        """Raise a `ShapeError` that says in what other arguments differ."""
        if other.key == self.key:
            return
        for place, (mine, yours) in enumerate(zip(self.key, other.key, strict=False)):
            if mine != yours and mine[0] == "constant array" and mine[:-1] == yours[:-1]:
                raise ShapeError(
                    f"argument {place} of the program of {name} is an array of {np.dtype(mine[2])} with other elements "
                    "than when it was traced; such arrays are part of a program: give numbers that change as floats, "
                    "x.astype(float)"
                )
            if mine != yours:
                raise ShapeError(
                    f"the program of {name} takes {_told(mine)} as argument {place}, but got {_told(yours)}; "
                    "trace it again with such arguments, or use autograd.jit, which does"
                )
        raise ShapeError(f"the program of {name} takes {len(self.key)} argument(s), but got {len(other.key)}")


_NUMBER = ("number",)


def signature_of(args: tuple[Any, ...]) -> tuple[Signature, list[Any]]:
    """The signature of arguments, and the numbers and arrays among them in order."""
    flat = leaves(args)
    if set(map(type, flat)) == {float}:
        return Signature(tuple(_shape_of(arg, repeat(_NUMBER)) for arg in args), args, (True,) * len(flat), False), flat
    has_arrays = any(type(leaf) is not float and _is_array(leaf) for leaf in flat)
    keys = [_NUMBER if type(leaf) is float else _key(leaf, has_arrays) for leaf in flat]
    moving = tuple(key[0] in ("number", "Value", "array") for key in keys)
    given = flat if all(moving) else [leaf for leaf, moves in zip(flat, moving, strict=True) if moves]
    rest = iter(keys)
    return Signature(tuple(_shape_of(arg, rest) for arg in args), args, moving, has_arrays), given


def _is_array(x: Any) -> bool:
    return isinstance(x, Tensor) or (isinstance(x, np.ndarray) and x.dtype.kind == "f")


def _key(leaf: Any, has_arrays: bool) -> Any:
    """What matters of a leaf."""
    if type(leaf) is Static:
        thing = leaf.thing
        if not isinstance(thing, np.ndarray):
            return ("constant", _Same(thing))
        return ("constant array", thing.shape, thing.dtype.str, thing.tobytes())
    if _is_array(leaf):
        return ("array", leaf.shape, leaf.dtype.str)
    if isinstance(leaf, Value | float | int | np.floating | np.integer) and not isinstance(leaf, bool):
        return ("Value",) if has_arrays and isinstance(leaf, Value) else _NUMBER
    if isinstance(leaf, np.ndarray):
        return ("constant array", leaf.shape, leaf.dtype.str, leaf.tobytes())
    return ("constant", _Same(frozenset(leaf) if isinstance(leaf, set) else leaf))


def _shape_of(tree: Any, keys: Iterator[Any]) -> Any:
    """The structure of an argument, with the keys of its leaves."""
    if isinstance(tree, dict):
        return ("dict", tuple((name, _shape_of(part, keys)) for name, part in tree.items()))
    if hasattr(tree, "_parts"):
        parts = [_shape_of(part, keys) for part in tree._parts()]
        return (type(tree), (*parts, *(_key(field, False) for field in tree._with([]))))
    if isinstance(tree, list | tuple):
        if isinstance(keys, repeat) and set(map(type, tree)) == {float}:
            return (type(tree), (_NUMBER,) * len(tree))
        return (type(tree), tuple(_shape_of(part, keys) for part in tree))
    return next(keys)


class _Same:
    """Compares what is part of a program: by value where that can be, else by identity."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing
        try:
            self.hash = hash(thing)
        except TypeError:
            self.hash = id(thing)

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Same):
            return NotImplemented
        if self.thing is other.thing:
            return True
        one, two = self.thing, other.thing
        if self.hash != other.hash or type(one) is not type(two) or not one == two:
            return False
        return repr(one) in (repr(two), object.__repr__(one))  # (1, 0.0) is not (True, -0.0)

    def __repr__(self) -> str:
        return repr(self.thing)


def _told(key: Any) -> str:
    """A part of a key in words."""
    kind = key[0]
    if kind == "number" or kind == "Value":
        return "a number" if kind == "number" else "a Value"
    if kind == "array":
        return f"an array of shape {key[1]} and dtype {np.dtype(key[2])}"
    if kind == "constant":
        return f"the constant {key[1]!r}"
    if kind == "constant array":
        return f"a constant array of shape {key[1]} and dtype {np.dtype(key[2])} with certain elements"
    if kind == "dict":
        return "a dict with " + ", ".join(f"{name!r}: {_told(part)}" for name, part in key[1])
    inside = ", ".join(map(_told, key[1][:4])) + (", ..." if len(key[1]) > 4 else "")
    return f"a {kind.__name__} of {len(key[1])}: {inside}"


def _paths(name: str, tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, part in tree.items():
            yield from _paths(f"{name}[{key!r}]", part)
    elif isinstance(tree, list | tuple):
        for place, part in enumerate(tree._parts() if hasattr(tree, "_parts") else tree):
            yield from _paths(f"{name}[{place}]", part)
    else:
        yield name


def parameters_of(f: Callable[..., Any], count: int | None = None) -> list[str]:
    """The names of the positional arguments of a function, or of so many."""
    try:
        names = [
            p.name
            for p in inspect.signature(f).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        names = []
    return [*names, *(f"x{place}" for place in range(len(names), count or 0))][:count]


def raw_input(x: Any, beside_arrays: bool) -> Any:
    """An argument as plain numbers."""
    x = raw_of(x)
    if isinstance(x, np.ndarray):
        return x
    number = x if type(x) is float else Value(x)._data  # which says what is wrong if it is no number
    return np.asarray(number) if beside_arrays else number


_DOUBLE = np.dtype(np.float64)


def numbers_of(x: Any, name: str) -> np.ndarray[Any, Any]:
    """The inputs of the program of `name` as an array of doubles.

    Raises
    ------
    OperandError : if it is no array of real numbers.
    """
    if type(x) is np.ndarray and x.dtype is _DOUBLE:
        return x
    with suppress(ValueError):  # a list of lists of several lengths
        array = np.asarray(x)
        if array.dtype.kind in "fiub" or all(isinstance(part, Real) for part in array.ravel().tolist()):
            return array.astype(np.float64, copy=False)
    raise OperandError(
        f"the program of {name} takes the numbers of all its inputs, in order, as one array of real numbers, but got "
        f"{x!s:.60} of type {type(x).__name__}"
    )


def fresh_input(x: Any, beside_arrays: bool) -> Node:
    """A leaf that stands for an argument."""
    if type(x) is float and not beside_arrays:
        return Value(x)
    if isinstance(x, Node):
        return (Value if x.is_scalar else Tensor)(x._data)
    return Tensor(x) if beside_arrays or isinstance(x, np.ndarray) else Value(x)
