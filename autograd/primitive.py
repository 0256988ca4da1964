"""`Node`, `Primitive` and the three declarers: everything the rest of the engine is made of.

A **primitive** is one row of the table of derivative rules: a name, how to compute it on floats and on arrays, and one
**rule** per operand. A rule is ordinary Python over

    g       the cotangent of the result: ∂L/∂ans, in the shape of the result
    ans     the result
    x, y    the operands, in order
    axis=   static parameters, by keyword

and returns the cotangent of its operand. What flows through a rule decides what it means: floats and arrays give
numbers, nodes give a graph that can be differentiated again. Rules never un-broadcast, never convert, never accumulate:
the sweep does, once (`autograd/sweep.py`).

Three declarers cover every primitive:

    elementwise(...)  diagonal Jacobian: the rule that pulls a cotangent back also pushes a tangent forward
    linear(...)       linear in each operand: a tangent goes through the primitive itself; only transposes are written
    general(...)      both directions are written
"""

from __future__ import annotations

import contextvars
import inspect
import threading
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from types import FunctionType
from typing import Any, Literal

import numpy as np

from autograd.callers import at_a_prompt, caller
from autograd.errors import OperandError, ShapeError, SubscriptError
from autograd.facts import Facts

__all__ = ["Node", "Primitive", "elementwise", "general", "linear", "table"]

Kind = Literal["elementwise", "linear", "general"]
Rule = Callable[..., Any]
Rules = Sequence[Rule | None]
_PLAIN = frozenset((float, int, bool))
quiet = partial(np.errstate, all="ignore")
"""Values follow IEEE 754 silently: 1/0 is inf, log(-1) is nan, as in PyTorch and JAX."""


class _Silence(threading.local):
    """`quiet` for one call at a tenth of its cost (0.1 µs): it runs in a context that has the setting already."""

    def __init__(self) -> None:
        context = contextvars.Context()
        context.run(np.seterr, all="ignore")
        self.run = context.run


_silence = _Silence()


class Node:
    """One recorded number or array: what it is, which primitive made it, and from which operands.

    Subclasses are `autograd.Value` and `autograd.Tensor`; the attributes are the same for both.

    Attributes
    ----------
    data : the number or array itself.
    op : the `Primitive` that made it, or None for a leaf.
    args : its operands in order: nodes, and raw floats or arrays for constants.
    params : static parameters of the operation (``axis=...``) as a dict, or None.
    index : creation order, which is a topological order: operands have smaller indices.
    grad : None until a backward sweep reaches the node; then ∂root/∂node.
    name : what figures and messages call it, or None.
    requires_grad : whether a sweep goes through it.
    """

    __slots__ = ("_data", "_pending", "args", "grad", "index", "name", "op", "params", "requires_grad")
    __hash__ = object.__hash__

    _data: Any
    _pending: Any  # scratch of the sweep through floats
    op: Primitive | None
    args: tuple[Any, ...]
    params: dict[str, Any] | None
    index: int
    grad: Any
    name: str | None
    requires_grad: bool

    kinds: dict[str, type[Node]] = {}
    """The node classes by name, for the primitives that turn one into another."""

    is_scalar = False
    """Whether `data` is a float, so that a sweep may use plain arithmetic."""

    def __init_subclass__(cls, kind: str | None = None) -> None:
        if kind is not None:
            Node.kinds[kind] = cls

    @classmethod
    def record(cls, op: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> Any:
        """Compute `op` on `args`, of which at least one is a node of this class, and write it down."""
        raise NotImplementedError  # each node class knows its own constants


def raw_of(x: Any) -> Any:
    """The number or array in a node, or `x` itself."""
    return x._data if isinstance(x, Node) else x


class Primitive:
    """One row of the table: call it on floats, arrays, Values or Tensors.

    Attributes
    ----------
    name : its name in the table and in `autograd`.
    kind : ``"elementwise"``, ``"linear"`` or ``"general"``.
    scalar, array : the function on Python floats (None if it has none) and on arrays.
    rules : one derivative rule per operand, None where the derivative is zero; empty for comparisons.
    float_rules, array_rules : the same rules for raw floats and for raw arrays, see `Table.bind`.
    push : the rule that pushes tangents forward, for ``"general"`` only.
    symbol, latex : how figures and formulas write it; in ``latex`` ``{}`` or ``{0}`` stands for an operand, and
        ``{name}`` for a static parameter, as in ``str.format``.
    public : whether it is offered under its name in `autograd`; the others are parts of rules.
    result : name of the node class of its result where that is not the class of its operands.
    facts : what a test must know of it: domain, kinks, singular points, scale, reference.
    is_draft : whether it was declared in a notebook or at a prompt, and so may be declared again.
    """

    def __init__(
        self,
        kind: Kind,
        name: str,
        scalar: Callable[..., Any] | None,
        array: Callable[..., Any],
        rules: Rules,
        *,
        push: Rule | None = None,
        symbol: str | None = None,
        latex: str | None = None,
        result: str | None = None,
        variadic: bool = False,
        public: bool = True,
        doc: str = "",
        **facts: Any,
    ) -> None:
        self.kind, self.name, self.scalar, self.array = kind, name, scalar, array
        self.rules = tuple(rules)
        self.float_rules = self.array_rules = self.rules
        self.push, self.variadic, self.result, self.public = push, variadic, result, public
        self.facts = Facts.of(name, len(self.rules) if kind == "elementwise" else None, facts)
        self.symbol = symbol or name
        given = ", ".join(["{}"] * (len(self.rules) or 2))
        self.latex = latex or rf"\operatorname{{{{{name.replace('_', chr(92) + '_')}}}}}({given})"
        self.__doc__, self.__name__ = doc, name
        self.is_draft = at_a_prompt(caller(__file__))
        if name in table and not (self.is_draft and table[name].is_draft):
            raise ValueError(f"the table already has a primitive named {name!r}; choose another name")
        table[name] = self

    @property
    def __signature__(self) -> inspect.Signature:
        """What ``help()`` shows: the operands by position, static parameters by keyword."""
        if isinstance(self.array, np.ufunc) or not inspect.isroutine(self.array):
            return inspect.Signature(
                [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in self.operands]
            )
        given = inspect.signature(self.array).parameters.values()
        return inspect.Signature([parameter.replace(annotation=inspect.Parameter.empty) for parameter in given])

    def __call__(self, *args: Any, **params: Any) -> Any:
        """Compute, and record if there is a node among the operands."""
        if params and not params.keys().isdisjoint(self.operands):
            args = self._placed(args, params)
        plain = self.scalar is not None
        for arg in args:
            if type(arg) is not float:
                plain = False
                if isinstance(arg, Node):
                    return arg.record(self, args, params)  # which refuses nodes of another class
        if not plain:
            return self._raw(args, params)
        try:
            return self.scalar(*args, **params)  # type: ignore[misc]
        except TypeError as error:
            raise self.explain(error, args, params) from error
        except (ArithmeticError, ValueError):
            return self.in_ieee(args, params)

    def _placed(self, args: Sequence[Any], params: dict[str, Any]) -> tuple[Any, ...]:
        """All operands by position, those among `params` taken out of there."""
        rest = [name for name in self.operands[len(args) :] if name in params]
        return (*args, *(params.pop(name) for name in rest))

    @cached_property
    def operands(self) -> tuple[str, ...]:
        """The names of the operands, as the rules call them."""
        for rule in self.rules:
            if rule is not None and not self.variadic:
                names = list(inspect.signature(rule).parameters)[2:]
                return tuple(names[: len(self.rules)])
        return ("x", "y", "z")[: len(self.rules) or getattr(self.array, "nin", 2)]

    def _raw(self, args: Sequence[Any], params: dict[str, Any]) -> Any:
        """Compute on raw operands of any kind: integers count as floats, as they do in nodes."""
        if self.kind != "elementwise":
            return self.compute(args, params)
        numbers = list(args)
        if self.rules:
            for position, (arg, rule) in enumerate(zip(args, self.rules, strict=False)):
                if isinstance(arg, list | tuple):
                    arg = numbers[position] = np.asarray(arg)
                kind = "" if type(arg) is float or rule is None else np.asarray(arg).dtype.kind
                if kind in "iub" and kind:
                    numbers[position] = float(arg) if np.ndim(arg) == 0 else np.asarray(arg, np.float64)
                elif kind == "c":
                    raise OperandError(f"{self.name}: complex numbers are not supported, got {arg!r}")
        if self.scalar is not None and all(type(arg) in _PLAIN for arg in numbers):
            try:
                return self.scalar(*numbers, **params)
            except TypeError as error:
                raise self.explain(error, args, params) from error
            except (ArithmeticError, ValueError):
                return self.in_ieee(numbers, params)
        return self.compute(numbers, params)

    def in_ieee(self, args: Sequence[Any], params: dict[str, Any]) -> float:
        """The number on floats where the function on floats raises (``math.log2(0.0)``): what that on arrays gives."""
        try:
            with quiet():
                return float(self.array(*map(np.float64, args), **params))
        except (ArithmeticError, ValueError) as error:
            raise ValueError(
                f"{self.name}({', '.join(map(repr, args))}) raises {type(error).__name__}: {error}; on floats and on "
                "arrays a primitive follows IEEE 754: return inf or nan instead, as functions of numpy do"
            ) from error

    def compute(self, args: Sequence[Any], params: dict[str, Any]) -> Any:
        """The function on raw arrays; nothing is recorded, and nothing is warned about (IEEE 754 is meant)."""
        try:
            try:
                return _silence.run(self.array, *args, **params)
            except RuntimeError:  # called from inside another primitive's function: it is silent here already
                return self.array(*args, **params)
        except (ValueError, IndexError, TypeError) as error:
            raise self.explain(error, args, params) from error

    def explain(self, error: Exception, args: Sequence[Any], params: dict[str, Any]) -> Exception:
        """Turn an error of the forward function into one that names the operation, the shapes and the reason."""
        if not self.variadic and self.rules and len(args) != len(self.rules):
            static = [f"{name}=..." for name in self.static]
            return OperandError(
                f"{self.name} takes {len(self.rules)} operand(s) but got {len(args)}; write "
                f"{self.name}({', '.join([*self.operands, *static])})"
            )
        if unknown := [name for name in params if name not in self.static]:
            takes = ", ".join(f"{name}=" for name in self.static) or "none"
            return OperandError(f"{self.name} has no parameter {unknown[0]}=; it takes {takes}")
        if isinstance(error, TypeError) and not isinstance(error, np.exceptions.AxisError):
            kinds = " and ".join(type(arg).__name__ for arg in args)
            return OperandError(f"{self.name} cannot take {kinds}: {error}")
        shapes = " and ".join(str(np.shape(getattr(arg, "_data", arg))) for arg in args)
        given = "".join(
            f", {key}={value!r}"
            for key, value in params.items()
            if not (isinstance(value, np.ndarray) or value is False)
        )
        message = f"{self.name} cannot take shape{'s' * (len(args) > 1)} {shapes}{given}: {error}"
        is_axis = isinstance(error, np.exceptions.AxisError)  # which is an IndexError, too
        return SubscriptError(message) if isinstance(error, IndexError) and not is_axis else ShapeError(message)

    @property
    def static(self) -> dict[str, Any]:
        """The static parameters with their defaults."""
        function = next((rule for rule in self.rules if rule is not None), self.array)
        if isinstance(function, np.ufunc):
            return {}
        given = inspect.signature(function).parameters.values()
        return {parameter.name: parameter.default for parameter in given if parameter.kind is parameter.KEYWORD_ONLY}

    def __repr__(self) -> str:
        return f"<{self.kind} primitive {self.name}>"


class Table(dict[str, Primitive]):
    """All primitives by name, in the order in which they were declared.

    ``print(autograd.table)`` shows it as a page of calculus, and so does a notebook.
    """

    _repr_html_: Callable[[Table], str]  # autograd/__init__.py hands these down from the floor of formulas
    _repr_latex_: Callable[[Table], str]

    def bind(self, page: dict[str, Any]) -> None:
        """Let the rules of a page, given as its ``globals()``, be called on raw numbers without dispatch.

        The text of a rule, and of the page's functions that it calls, stays the same: in ``float_rules`` the names of
        primitives in it mean their functions on floats, in ``array_rules`` those on arrays. Measured: it saves a third
        of a sweep through Values, and a fifth of one through Tensors.
        """
        own = [row for row in self.values() if any(getattr(rule, "__globals__", None) is page for rule in row.rules)]
        rows = [row for row in own if not row.variadic]
        known = {name: row for name, row in page.items() if isinstance(row, Primitive)}
        floats = page | {name: row.scalar for name, row in known.items() if row.scalar}
        arrays = page | {name: row.array for name, row in known.items()}
        for names in (floats, arrays):
            for name, part in page.items():
                if isinstance(part, FunctionType) and part.__globals__ is page:
                    names[name] = _rebound(part, names)
        for row in rows:
            row.float_rules = tuple(rule and _rebound(rule, floats) for rule in row.rules)
            row.array_rules = tuple(rule and _rebound(rule, arrays) for rule in row.rules)

    def of_ufunc(self, ufunc: Callable[..., Any]) -> Primitive | None:
        """The primitive that a numpy ufunc means, the one declared first."""
        return next((row for row in self.values() if row.array is ufunc), None)


def _rebound(rule: Any, names: dict[str, Any]) -> Rule:
    """The same function with other global names."""
    copy = FunctionType(rule.__code__, names, rule.__name__, rule.__defaults__, rule.__closure__)
    copy.__kwdefaults__ = rule.__kwdefaults__
    return copy


table = Table()


def mixed(name: str) -> OperandError:
    """The error for a Value beside a Tensor."""
    return OperandError(
        f"{name}: a Value (one float) and a Tensor (an array) do not mix silently; "
        "turn Values into a Tensor with autograd.stack([...]), or a Tensor of shape () into a Value with "
        "autograd.to_value(t)"
    )


def elementwise(
    name: str,
    scalar: Callable[..., Any],
    array: Callable[..., Any],
    *rules: Rule | None,
    comparison: bool = False,
    **properties: Any,
) -> Primitive:
    """Declare a primitive that works element by element, with broadcasting.

    Parameters
    ----------
    scalar, array : the function on Python floats and on arrays. Where the first raises, as ``math.log2(0.0)`` does, the
        second says which inf or nan IEEE 754 has.
    *rules : per operand ``rule(g, ans, x, y, ...)``, which returns its cotangent ∂L/∂x from that of the result, g, and
        the result, ans, in functions of autograd; None for an operand without derivative.
    comparison : whether it gives bools, which have no derivative, and so takes no rules.
    **properties : ``symbol=`` and ``latex=``, how figures and formulas write it, ``doc=``, and what a test must know:
        ``domain= kinks= singular= scale= reference= examples=`` (see `autograd.facts.Facts`).

    Raises
    ------
    ValueError : if the name is taken, or rules are missing. A row of a notebook may be declared again, as cells are.

    Examples
    --------
    >>> import math, numpy as np, autograd
    >>> from autograd import elementwise
    >>> log2 = elementwise("log2", math.log2, np.log2, lambda g, ans, x: g / (x * math.log(2.0)), symbol="log₂")
    >>> x = autograd.Value(8.0)
    >>> log2(x).backward(); x.grad
    0.18033688011112042
    >>> log2(0.0), log2(-1.0)
    (-inf, nan)
    """
    if comparison == bool(rules):
        raise ValueError(
            f"elementwise({name!r}, on_floats, on_arrays, rule, ...) takes the function twice, for floats and for "
            "arrays, and then one rule per operand (None where there is no derivative); only a comparison has no rules"
        )
    return Primitive("elementwise", name, scalar, array, rules, **properties)


def linear(name: str, array: Callable[..., Any], *rules: Rule | None, **properties: Any) -> Primitive:
    """Declare a primitive that is linear in each operand; a rule is the transpose in its operand.

    With ``variadic=True`` it takes any number of operands and one ``rule(g, ans, *xs)`` that gives the cotangents of
    all of them in order; such a primitive only moves elements.
    """
    return Primitive("linear", name, None, array, rules, **properties)


def general(name: str, array: Callable[..., Any], *rules: Rule | None, push: Rule, **properties: Any) -> Primitive:
    """Declare a primitive with both directions written.

    ``push(tangents, ans, x, ...)`` gives the tangent of the result; a tangent is None where it is zero.
    """
    return Primitive("general", name, None, array, rules, push=push, **properties)
