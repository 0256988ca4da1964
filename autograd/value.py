"""`Value`: one float that remembers how it was computed."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd import recording, rules
from autograd.collector import tick
from autograd.differentiable import Differentiable, label
from autograd.errors import OperandError
from autograd.primitive import Primitive, mixed

__all__ = ["Value"]

Operand = Any  # a Value, or a real number of Python or numpy
Unary = Callable[["Value"], "Value"]
Binary = Callable[["Value", Operand], "Value"]

_new = object.__new__


def _node(data: float, op: Primitive, args: tuple[Any, ...], params: dict[str, Any] | None, needs: bool) -> Value:
    """A recorded result. Attributes are set here, not in `__init__`: a third of the cost of an operation."""
    node: Value = _new(Value)
    node._data = data
    node.op = op
    node.args = args
    node.params = params
    node.requires_grad = needs
    node.index = tick()
    node.grad = node._pending = None
    node.name = None
    return recording.arrived(node) if recording.unusual else node


def _number(x: Any, name: str) -> float:
    """A real number as a float; anything else is an error that says what to do."""
    if isinstance(x, numbers.Real | np.bool_) or (isinstance(x, np.ndarray) and x.ndim == 0 and x.dtype.kind in "fiub"):
        try:
            return float(x)
        except OverflowError:
            raise OperandError(f"{name}: {str(x)[:20]}... is too large for a float") from None
    if isinstance(x, Differentiable):
        raise mixed(name)
    if isinstance(x, complex | np.complexfloating):
        raise OperandError(f"{name}: complex numbers are not supported, got {x!r}; use two Values for the two parts")
    if isinstance(x, np.ndarray):
        raise OperandError(
            f"{name}: a Value is one float, but got an array of shape {x.shape}; where a number meets arrays, pass it "
            "to grad as np.array(2.0), or make a Tensor with autograd.to_tensor(x) or autograd.stack([...])"
        )
    raise OperandError(
        f"{name}: a Value takes a real number or another Value, but got {x!r} of type {type(x).__name__}; "
        "convert it with float(...) first"
    )


def _operand(x: Any, name: str) -> Any:
    """What stands beside a Value as a float; NotImplemented for types that may know themselves what to do with one."""
    ours = (numbers.Number, np.generic, np.ndarray, Differentiable, str, bytes, list, tuple, dict, set)
    return _number(x, name) if x is None or isinstance(x, ours) else NotImplemented


def _unary(op: Primitive) -> Unary:
    forward = op.scalar

    def method(self: Value) -> Value:
        return _node(forward(self._data), op, (self,), None, self.requires_grad)  # type: ignore[misc]

    method.__name__, method.__doc__ = op.name, op.__doc__
    return method


def _binary(op: Primitive) -> tuple[Binary, Binary]:
    """The operator for a Value on the left, and the reflected one for a Value on the right."""
    forward: Any = op.scalar

    def left(self: Value, other: Operand) -> Any:
        if type(other) is Value:
            data = forward(self._data, other._data)
            needs = self.requires_grad or other.requires_grad
        else:
            if type(other) is int:
                other = float(other)
            elif type(other) is not float:
                if isinstance(other, Value):  # a subclass
                    return Value.record(op, (self, other), {})
                other = _operand(other, op.name)
                if other is NotImplemented:
                    return NotImplemented
            data = forward(self._data, other)
            needs = self.requires_grad
        node = _new(Value)  # the body of `_node`, written out: a call would cost a tenth of the operation
        node._data = data
        node.op = op
        node.args = (self, other)
        node.params = None
        node.requires_grad = needs
        node.index = tick()
        node.grad = node._pending = None
        node.name = None
        return recording.arrived(node) if recording.unusual else node

    def right(self: Value, other: Operand) -> Any:
        if type(other) is int:
            other = float(other)
        elif type(other) is not float:
            other = _operand(other, op.name)
            if other is NotImplemented:
                return NotImplemented
        node = _new(Value)
        node._data = forward(other, self._data)
        node.op = op
        node.args = (other, self)
        node.params = None
        node.requires_grad = self.requires_grad
        node.index = tick()
        node.grad = node._pending = None
        node.name = None
        return recording.arrived(node) if recording.unusual else node

    for method in (left, right):
        method.__name__, method.__doc__ = op.name, op.__doc__
    return left, right


def _comparison(op: Primitive) -> Callable[[Value, Operand], bool]:
    compare: Any = op.scalar

    def method(self: Value, other: Operand) -> Any:
        raw = other
        if isinstance(other, Value):
            raw = other._data
        elif isinstance(other, np.ndarray | Differentiable):
            raw = other = _number(other, op.name)
        elif not isinstance(other, numbers.Real):
            return NotImplemented
        elif isinstance(other, np.generic):
            raw = other = other.item()  # as a number of Python, which compares the same
        outcome = bool(compare(self._data, raw))
        tracer = recording.tracer() if recording.unusual else None
        return tracer.constant(op, (self, other), None, outcome) if tracer else outcome

    method.__name__, method.__doc__ = op.name, op.__doc__
    return method


class Value(Differentiable, kind="Value"):
    """One float, and how it was computed.

    Operators and functions on Values give Values and record themselves; `backward` fills in every ``grad``.

    Parameters
    ----------
    data : a real number, kept as a float.
    name : what figures and messages call it.
    requires_grad : whether derivatives with respect to it are wanted.

    Raises
    ------
    OperandError : if `data` is not a real number.

    Examples
    --------
    >>> a, b = Value(2.0, name="a"), Value(-3.0, name="b")
    >>> c = a * b + b ** 2
    >>> c.backward()
    >>> c.data, a.grad, b.grad
    (3.0, -3.0, -4.0)
    """

    __slots__ = ()
    is_scalar = True
    __hash__ = Differentiable.__hash__

    def __init__(self, data: float, *, name: str | None = None, requires_grad: bool = True) -> None:
        if type(data) is not float:
            if isinstance(data, Differentiable):
                raise OperandError(
                    f"Value() takes a number, but got {data!r}; use it as it is, or .item() for its number"
                )
            data = _number(data, "Value()")
        self._data = data
        self._leaf(name, requires_grad)

    @classmethod
    def record(cls, op: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> Any:  # noqa: D102  # see Node
        forward = op.scalar
        if forward is None:
            if op.name not in ("identity", "to_tensor"):
                raise OperandError(
                    f"{op.name} works on arrays and Tensors, but a Value is one float; "
                    "make a Tensor of Values with autograd.stack([...])"
                )
            forward = op.array
        if op.rules and len(args) != len(op.rules):
            raise op.explain(TypeError(), args, params)
        parts = args
        if not _USUAL.issuperset(map(type, args)):
            parts = tuple(arg if type(arg) is float or isinstance(arg, Value) or rule is None else _number(arg, op.name)
                          for arg, rule in zip(args, op.rules or args, strict=True))  # fmt: skip
        raw, needs = [], False
        for part in parts:
            if isinstance(part, Value):
                raw.append(part._data)
                needs = needs or part.requires_grad
            else:
                raw.append(part)
        try:
            data = forward(*raw, **params)
        except (ArithmeticError, ValueError):
            data = op.in_ieee(raw, params)
        except TypeError as error:
            raise op.explain(error, args, params) from error
        if None in op.rules or not op.rules:
            tracer = recording.tracer()
            if not op.rules:  # a comparison
                return tracer.constant(op, parts, params or None, data) if tracer else data
            parts = tuple(  # an operand without a rule has no derivative: it is recorded as the constant that it is
                part if rule is not None else part.detach() if tracer and isinstance(part, Value) else number
                for part, number, rule in zip(parts, raw, op.rules, strict=True)
            )
            needs = any(part.requires_grad for part in parts if isinstance(part, Value))
        if op.result == "Tensor":
            return Value.kinds["Tensor"]._recorded(data, op, parts, params or None, needs)  # type: ignore[attr-defined]
        return _node(data, op, parts, params or None, needs)

    _recorded = staticmethod(_node)

    # --- operators and methods, generated from the table ---

    __add__, __radd__ = _binary(rules.add)
    __sub__, __rsub__ = _binary(rules.sub)
    __mul__, __rmul__ = _binary(rules.mul)
    __truediv__, __rtruediv__ = _binary(rules.div)
    __pow__, __rpow__ = _binary(rules.power)
    __neg__ = _unary(rules.neg)
    __abs__ = abs = _unary(rules.abs)
    exp, expm1, log, log1p = map(_unary, (rules.exp, rules.expm1, rules.log, rules.log1p))
    sqrt, square, reciprocal = map(_unary, (rules.sqrt, rules.square, rules.reciprocal))
    sin, cos, tan, sinh, cosh, tanh = map(_unary, (rules.sin, rules.cos, rules.tan, rules.sinh, rules.cosh, rules.tanh))
    sigmoid, relu = map(_unary, (rules.sigmoid, rules.relu))
    __lt__, __le__ = _comparison(rules.less), _comparison(rules.less_equal)
    __gt__, __ge__ = _comparison(rules.greater), _comparison(rules.greater_equal)
    __eq__ = _comparison(rules.equal)  # by number; hash is by identity, as in PyTorch
    __ne__ = _comparison(rules.not_equal)

    def __pos__(self) -> Value:
        return self

    def sign(self) -> Value:
        """-1, 0 or 1; a constant for derivatives."""
        return rules.sign(self)  # type: ignore[no-any-return]

    # --- as a number ---

    @property
    def data(self) -> float:
        """The number. Assigning a new one to a leaf starts over: graphs recorded before it can no longer be swept."""
        if recording.unusual:
            self.look("x.data")
        value: float = self._data
        return value

    @data.setter
    def data(self, data: float) -> None:
        self._refuse_inner()
        if type(data) is not float:
            data = data._data if isinstance(data, Value) else _number(data, "data")
        self._data = data
        self._renew()

    def item(self) -> float:
        """The number, without history."""
        self.look("x.item()")
        value: float = self._data
        return value

    def __bool__(self) -> bool:
        if tracer := recording.tracer():
            tracer.decided(self, bool(self._data))
        return bool(self._data)

    def __format__(self, spec: str) -> str:
        if spec:
            self.look(f"format(x, {spec!r})")
        return format(self._data, spec) if spec else repr(self)

    def __repr__(self) -> str:
        grad = self.grad._data if isinstance(self.grad, Value) else self.grad
        return f"Value(data={self._data!r}, grad={grad!r}{label(self)})"


_USUAL = {Value, float}
