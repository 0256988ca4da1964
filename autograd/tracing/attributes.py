"""Attributes of objects that a traced function may go by: which it reads, and whether they are what they were."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache, partial
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, NamedTuple

import numpy as np

from autograd.tracing.places import is_library

__all__ = ["Relied", "names_in", "names_read", "names_read_by", "read_of"]

_PLAIN = (bool, int, float, str, np.number, np.bool_, tuple)
_MAKERS = {"__init__", "__new__", "__repr__", "__str__", "__getstate__", "__setstate__"}
_BY_NAME = {"__dict__", "getattr", "vars", "eval", "exec", "attrgetter"}


class Relied(NamedTuple):
    """Attributes that a run may have gone by: of whom, which, and what they were."""

    owners: tuple[dict[str, Any], ...] = ()
    names: tuple[str, ...] = ()
    was: tuple[Any, ...] = ()

    def changed(self) -> str | None:
        """The name of one that is another thing than it was, or another number."""
        if all(map(operator.is_, map(dict.get, self.owners, self.names), self.was)):  # much faster than one by one
            return None
        return next((name for owner, name, was in self.rows() if not is_same(owner.get(name), was)), None)

    def tell(self, tracer: Any) -> None:
        """Let a run of another function, of which this is a part, rely on the same."""
        for owner, name, _ in self.rows():
            tracer.relies(owner, (name,))

    def rows(self) -> Iterator[tuple[dict[str, Any], str, Any]]:
        """One by one."""
        return zip(self.owners, self.names, self.was, strict=True)


def is_same(x: Any, was: Any) -> bool:
    """Whether it is the same thing, or says the same: a number, a text or a tuple of them."""
    return x is was or (type(x) is type(was) and isinstance(x, _PLAIN) and repr(x) == repr(was))


def read_of(thing: Any, names: frozenset[str] | None) -> list[str]:
    """Which attributes of an object these may be: those in it, and defaults of its class that they would hide."""
    there: dict[str, Any] = thing.__dict__
    if names is None:
        return list(there)
    return [name for name in names if name in there or isinstance(getattr(type(thing), name, None), _PLAIN)]


@lru_cache(512)
def names_read_by(kind: Any) -> frozenset[str] | None:
    """The names of `names_read` where a module of this class computes."""
    return names_read(getattr(kind, "forward", None), kind)


def names_read(function: Any, kind: Any) -> frozenset[str] | None:
    """The names in the code of a function, and in what it names of methods of `kind` and of functions of users.

    None where it cannot be told, as where attributes are asked for by ``getattr``.
    """
    names, seen, work, classes, is_known = set[str](), set[int](), [function], kind.__mro__, False
    for base in (base for base in classes[:-1] if not _is_ours(base)):  # the last one is of all objects
        work += [x for name, x in vars(base).items() if name.startswith("__") and name not in _MAKERS and _is_code(x)]
    while work:
        one = work.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        work += [part for part in _held_by(one) if callable(part)]
        if not isinstance(one, FunctionType):
            continue
        code = one.__code__
        if is_library[code.co_filename]:
            work += [cell for cell in _cells(one) if callable(cell)]
            continue
        named, is_known = names_in(code), True
        names |= named - _BY_NAME if _is_ours(one) else named
        modules = [one.__globals__[name] for name in named if isinstance(one.__globals__.get(name), ModuleType)]
        for name in named:
            work += [base.__dict__[name] for base in classes if name in base.__dict__]
            found = [one.__globals__.get(name), *(vars(module).get(name) for module in modules)]
            work += [x for x in found if _is_code(x)]
        work += [cell for cell in _cells(one) if callable(cell)]
    return frozenset(names) if is_known and not names & _BY_NAME else None


def _held_by(one: Any) -> list[Any]:
    """The functions in wrappers, programs, methods, partials and properties, and not in what makes attributes up."""
    kept = getattr(one, "__dict__", None)
    held = [kept.get("__wrapped__"), kept.get("_f")] if isinstance(kept, Mapping) else []
    if isinstance(one, MethodType | classmethod | staticmethod):
        held.append(one.__func__)
    elif isinstance(one, partial | cached_property):
        held.append(one.func)
    elif isinstance(one, property):
        held.append(one.fget)
    return held


def _is_ours(x: Any) -> bool:
    """Whether a class or function is of this project, where nothing is asked for by name that matters."""
    return str(getattr(x, "__module__", "")).split(".")[0] in ("autograd", "nn")


def _is_code(x: Any) -> bool:
    return isinstance(x, FunctionType | MethodType | partial) or any(map(callable, _held_by(x)))


def _cells(function: Any) -> list[Any]:
    cells = []
    for cell in getattr(function, "__closure__", None) or ():
        try:
            cells.append(cell.cell_contents)
        except ValueError:  # not filled yet
            continue
    return cells


def names_in(code: CodeType) -> set[str]:
    """The names of globals and attributes that a function uses, with those in its own functions."""
    return set(code.co_names).union(*(names_in(part) for part in code.co_consts if isinstance(part, CodeType)))
