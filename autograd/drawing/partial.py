"""What an edge of a figure says: the local derivative, as a number where it is one, else as a formula.

The formula is what the rule of the operation says of symbols, with the shapes of the arrays that they stand for. ``Ḡ``
is the gradient of the result; ``⊙`` multiplies element by element, ``·`` matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autograd.drawing.text import one_line
from autograd.formula import Symbol, unicode
from autograd.partials import local_partial
from autograd.primitive import Node, Primitive, raw_of

__all__ = ["Partial", "partial_of", "upstream"]

LONGEST = 24
"""Longer formulas are in the tooltip, and the edge has a name for them."""
_LONGEST_NAME = 4


class Partial(NamedTuple):
    """The local derivative on an edge: ``size`` where it is one number, the text on the edge, and all of it."""

    size: float | None
    label: str
    formula: str


def partial_of(node: Node, position: int, number: Callable[[float], str], called: Callable[[Node], str]) -> Partial:
    """∂node/∂operand at `position`, which is a node; what is unknown has an empty label.

    >>> from autograd import Tensor
    >>> a, b = Tensor(np.ones((2, 3)), name="A"), Tensor(np.ones((3, 4)), name="B")
    >>> partial_of(a @ b, 0, str, lambda node: node.name or "").label
    'Ḡ · Bᵀ'
    """
    size = local_partial(node, position)
    if size is not None:
        return Partial(size, f"×{number(size)}", number(size))
    op = node.op
    if op is None or np.ndim(node._data) == np.ndim(node.args[position]._data) == 0:
        return Partial(None, "", "")
    try:
        made = _applied(op, node, position, called)
        text = unicode(made)
    except Exception:  # whatever a rule makes of a symbol that it cannot work with
        made, text = None, ""
    g = upstream(node)
    small, large = np.size(raw_of(node.args[position])), np.size(node._data)
    if op.kind != "elementwise":
        if text == g and small > large:
            text = f"broadcast({g})"  # as the sweep does
        return Partial(None, text if 0 < len(text) <= LONGEST else f"Jᵀ · {g}", text)
    if isinstance(made, int | float) and small == large:
        return Partial(float(made), f"×{number(float(made))}", text)
    before = f"Σ {g} " if small < large else ""  # the sum over what was broadcast, as in the sweep
    if before and text in ("1", "−1"):
        whole = text.replace("1", before.rstrip())
        return Partial(None, whole, whole)
    short = text if 0 < len(text) <= LONGEST else f"{op.name}′"
    return Partial(None, f"{before}⊙ {short}", f"{before}⊙ {text or short}")


class _Array(Symbol):
    """A symbol for an array of known shape; a result computes its shape when it is asked for."""

    __slots__ = ("_shape",)
    __hash__ = Symbol.__hash__
    dtype = np.dtype(np.float64)

    def __init__(self, name: str, shape: tuple[int, ...] | None = None) -> None:
        super().__init__(name)
        self._shape = shape

    @classmethod
    def record(cls, op: Any, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        if op.name == "reshape" and args[0].shape == params["shape"]:
            return args[0]
        return super().record(op, args, params)

    @property
    def shape(self) -> tuple[int, ...]:
        if self._shape is None:
            blanks = (np.broadcast_to(0.0, arg.shape) if isinstance(arg, _Array) else arg for arg in self.args)
            with np.errstate(all="ignore"):
                assert self.op is not None
                self._shape = np.shape(self.op.array(*blanks, **(self.params or {})))
        return self._shape


def upstream(node: Node) -> str:
    """The letter for the gradient of a result: a capital for matrices."""
    return "Ḡ" if np.ndim(node._data) > 1 else "ḡ"


def _applied(op: Primitive, node: Node, position: int, called: Callable[[Node], str]) -> Any:
    """What the rule for the operand at `position` makes of symbols."""
    names = _letters(node, called)
    operands = [
        _Array(name, np.shape(raw_of(arg))) if isinstance(arg, Node) or np.ndim(arg) else arg
        for arg, name in zip(node.args, names, strict=True)
    ]
    params = node.params or {}
    name = _short(called(node))
    ans = _Array(name, np.shape(node._data)) if name else _Array.record(op, tuple(operands), params)
    g: Any = 1.0 if op.kind == "elementwise" else _Array(upstream(node), np.shape(node._data))
    rule = op.rules[0 if op.variadic else position]
    if rule is not None and op.variadic:
        return list(rule(g, ans, *operands, **params))[position]
    return 0.0 if rule is None else rule(g, ans, *operands, **params)


def _letters(node: Node, called: Callable[[Node], str]) -> list[str]:
    """What the operands are called in a formula: by their own names where these are short, else A, B or u, v."""
    given = {id(arg): _short(called(arg)) for arg in node.args if isinstance(arg, Node)}
    taken = {*given.values(), _short(called(node))}
    elementwise = node.op is not None and node.op.kind == "elementwise"
    for arg in node.args:
        if not given.get(id(arg)):
            letters = "ABCDEF" if np.ndim(raw_of(arg)) > 1 and not elementwise else "uvtrsq"
            given[id(arg)] = next((letter for letter in letters if letter not in taken), letters[-1])
            taken.add(given[id(arg)])
    return [given[id(arg)] for arg in node.args]


def _short(name: str) -> str:
    """A name with its subscripts as small digits; empty if it is too long for the label of an edge."""
    text = one_line(name)
    return text if len(text) <= _LONGEST_NAME and name.replace("^", "_").isidentifier() else ""
