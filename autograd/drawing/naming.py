"""Names for nodes from the variables that hold them: those of the frame that draws, where no ``names=`` are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from autograd.callers import caller
from autograd.errors import AutogradError, OperandError
from autograd.primitive import Node

__all__ = ["names_for"]

_LONGEST = 1_000
"""Longer lists are not looked into."""
_HERE = str(Path(__file__).parents[1])


def names_for(names: Mapping[str, Any] | None) -> dict[int, str]:
    """What nodes are called, by identity: after `names`, or after the variables of the code that draws.

    A variable that holds a node names it; else an element of a list, tuple or dict that a variable holds is called
    ``x[0]`` or ``p['w']``, as in the code, and a parameter of a module by its path, ``layers.0.weight`` (with the
    variable in front where there are several modules). The variables of the function go before those of its file, and
    earlier ones before later ones. Names that begin with an underscore are left out.

    Raises
    ------
    OperandError : if `names` is not a mapping from text.
    """
    if names is None:
        spaces = _variables()
    elif _is_space(names):
        spaces = [names]
    else:
        raise OperandError(f"names= takes a mapping from names to nodes, such as locals(), but got {names!r}")
    found: dict[int, str] = {}
    for space in spaces:
        shown = [(name, thing) for name, thing in [*space.items()] if not name.startswith("_")]
        for way in (_themselves, _elements, _parameters):
            for name, node in way(shown):
                found.setdefault(id(node), name)
    return found


def _is_space(names: Any) -> bool:
    """Whether this maps from text, and not to text alone."""
    if not (isinstance(names, Mapping) and all(isinstance(name, str) for name in names)):
        return False
    return not names or not all(isinstance(thing, str) for thing in names.values())


def _variables() -> list[Mapping[str, Any]]:
    """The variables of the nearest frame that is not ours, and those of its file."""
    frame = caller(_HERE)
    spaces: list[Mapping[str, Any]] = [frame.f_locals]
    if frame.f_globals is not frame.f_locals:
        spaces.append(frame.f_globals)
    history = ("In", "Out") if "get_ipython" in frame.f_globals else ()  # of a notebook
    return [
        {name: thing for name, thing in [*space.items()] if name.isidentifier() and name not in history}
        for space in spaces
    ]


Variables = Sequence[tuple[str, Any]]


def _themselves(variables: Variables) -> Iterator[tuple[str, Node]]:
    return ((name, thing) for name, thing in variables if isinstance(thing, Node))


def _elements(variables: Variables) -> Iterator[tuple[str, Node]]:
    for name, thing in variables:
        parts: Iterable[tuple[Any, Any]] = ()
        if isinstance(thing, dict) and len(thing) <= _LONGEST:
            parts = [*thing.items()]
        elif isinstance(thing, list | tuple) and len(thing) <= _LONGEST:
            parts = enumerate(thing)
        for key, part in parts:
            if isinstance(part, Node) and isinstance(key, int | str):
                yield f"{name}[{key!r}]", part


def _parameters(variables: Variables) -> Iterator[tuple[str, Node]]:
    """Those of objects that list them, as modules do."""
    modules = [(name, thing) for name, thing in variables if hasattr(type(thing), "named_parameters")]
    for name, module in modules:
        with suppress(AutogradError, TypeError):  # a class, or a module that cannot list them, names nothing
            for path, parameter in module.named_parameters():
                if isinstance(parameter, Node):
                    yield (path if len(modules) == 1 else f"{name}.{path}"), parameter
