"""`Tensor`: one numpy array that remembers how it was computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from autograd import functions, recording, rules
from autograd.arrays import Array, Locked, as_array, as_constant, as_operands, as_param, is_foreign
from autograd.collector import tick
from autograd.differentiable import Differentiable, label
from autograd.errors import OperandError, ShapeError
from autograd.primitive import Primitive, raw_of

__all__ = ["Tensor"]

Axis = int | tuple[int, ...] | None
Unary = Callable[["Tensor"], "Tensor"]
Binary = Callable[["Tensor", Any], "Tensor"]

_new = object.__new__


def _node(data: Any, op: Primitive, args: tuple[Any, ...], params: dict[str, Any] | None, needs: bool) -> Tensor:
    """A recorded result; its array is locked, so that no later write can change what a sweep will read."""
    node: Tensor = _new(Tensor)
    if type(data) is not np.ndarray:
        data = np.asarray(data)
    data.setflags(write=False)
    node._data = data
    node.op, node.args, node.params, node.requires_grad = op, args, params, needs
    node.index, node.grad, node.name, node._pending = tick(), None, None, None
    return recording.arrived(node) if recording.unusual else node


def _unary(op: Primitive) -> Unary:
    def method(self: Tensor) -> Tensor:
        return _node(op.compute((self._data,), {}), op, (self,), None, self.requires_grad)

    method.__name__, method.__doc__ = op.name, op.__doc__
    return method


def _binary(op: Primitive) -> tuple[Binary, Binary]:
    """The operator for a Tensor on the left, and the reflected one for a Tensor on the right."""

    def left(self: Tensor, other: Any) -> Any:
        if isinstance(other, Tensor):
            raw, needs = other._data, self.requires_grad or other.requires_grad
        elif type(other) is float:
            raw, needs = other, self.requires_grad
        elif is_foreign(other):
            return NotImplemented
        else:
            raw = other = as_constant(other, op.name, self._data.dtype)
            needs = self.requires_grad
        return _node(op.compute((self._data, raw), {}), op, (self, other), None, needs)

    def right(self: Tensor, other: Any) -> Any:
        if is_foreign(other):
            return NotImplemented
        other = as_constant(other, op.name, self._data.dtype)
        return _node(op.compute((other, self._data), {}), op, (other, self), None, self.requires_grad)

    for method in (left, right):
        method.__name__, method.__doc__ = op.name, op.__doc__
    return left, right


def _comparison(op: Primitive) -> Callable[[Tensor, Any], NDArray[np.bool_]]:
    def method(self: Tensor, other: Any) -> Any:
        if isinstance(other, Tensor):
            raw = other._data
        elif other is None or isinstance(other, str) or is_foreign(other):
            return NotImplemented
        else:
            raw = other = as_constant(other, op.name, self._data.dtype)
        outcome, tracer = op.compute((self._data, raw), {}), recording.tracer()
        return tracer.constant(op, (self, other), None, outcome) if tracer else outcome

    method.__name__, method.__doc__ = op.name, op.__doc__
    return method


def _reduction(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Tensor, axis: Axis = None, keepdims: bool = False) -> Any:
        return function(self, axis=axis, keepdims=keepdims)

    method.__name__, method.__doc__ = function.__name__, function.__doc__
    return method


def _moment(function: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: Tensor, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Any:
        return function(self, axis=axis, keepdims=keepdims, ddof=ddof)

    method.__name__, method.__doc__ = function.__name__, function.__doc__
    return method


def _along(op: Primitive) -> Callable[..., Any]:
    def method(self: Tensor, axis: Any = None) -> Any:
        return op(self, axis=axis)

    method.__name__, method.__doc__ = op.name, op.__doc__
    return method


class Tensor(Differentiable, kind="Tensor"):
    """One numpy array, and how it was computed.

    Raw arrays and numbers beside a Tensor are constants. Its own array is locked against writing: assign a new one to
    ``data`` instead (``w.data = w.data - 0.1 * w.grad``). Comparisons give plain arrays of bools.

    Parameters
    ----------
    data : real numbers in any regular shape. Integers become float64, float32 stays float32.
    name : what figures and messages call it.
    requires_grad : whether derivatives with respect to it are wanted.
    dtype : a floating dtype to convert to.
    copy : False takes over a floating array instead of copying it: it is locked, and must not be written elsewhere.

    Raises
    ------
    OperandError : if `data` is not made of real numbers, or holds Values (use ``autograd.stack``).
    ShapeError : if its rows have different lengths.

    Examples
    --------
    >>> w = Tensor([[1.0, 2.0], [3.0, 4.0]], name="w")
    >>> loss = (w @ [1.0, -1.0]).sum()
    >>> loss.backward()
    >>> loss.item(), w.grad
    (-2.0, array([[ 1., -1.],
           [ 1., -1.]]))
    """

    __slots__ = ()
    __hash__ = Differentiable.__hash__
    numpy_functions: dict[Any, Callable[..., Any]] = {}
    """What ``np.sum(t)`` and the like mean; `autograd.numpy_functions` fills it."""

    def __init__(
        self,
        data: Any,
        *,
        name: str | None = None,
        requires_grad: bool = True,
        dtype: DTypeLike | None = None,
        copy: bool = True,
    ) -> None:
        if isinstance(data, Differentiable):
            raise OperandError(
                f"Tensor() takes numbers, but got a {type(data).__name__}; use it as it is, data.numpy() for its "
                "numbers, or autograd.stack([...]) for a Tensor of Values"
            )
        if dtype is not None and np.dtype(dtype).kind != "f":
            raise OperandError(f"dtype= takes a floating dtype such as float64 or float32, but got {np.dtype(dtype)}")
        array = as_array(data, "Tensor()")
        if copy or dtype is not None or type(array) is not np.ndarray:
            array = np.array(array, dtype or array.dtype, copy=copy or None)
        array.setflags(write=False)
        self._data = array
        self._leaf(name, requires_grad)

    @classmethod
    def record(cls, op: Primitive, args: tuple[Any, ...], params: dict[str, Any]) -> Any:  # noqa: D102  # see Node
        if op.rules and not op.variadic and len(args) != len(op.rules):
            raise op.explain(TypeError(), args, params)
        if params:
            params = {key: as_param(value) for key, value in params.items()}
        raw, needs, usual = [], False, None not in op.rules
        for arg in args:
            if type(arg) is Tensor:
                raw.append(arg._data)
                needs = needs or arg.requires_grad
            else:
                raw.append(arg)
                usual = usual and type(arg) is float
        if not usual:
            args = as_operands(op, args)
            raw = list(map(raw_of, args))
            needs = any(arg.requires_grad for arg in args if isinstance(arg, Tensor))
        data = op.compute(raw, params)
        if not op.rules:  # a comparison
            tracer = recording.tracer()
            return tracer.constant(op, args, params or None, data) if tracer else data
        recorded = Tensor.kinds["Value"]._recorded if op.result == "Value" else _node  # type: ignore[attr-defined]
        return recorded(data, op, args, params or None, needs)

    _recorded = staticmethod(_node)

    # --- operators and methods, generated from the table ---

    __add__, __radd__ = _binary(rules.add)
    __sub__, __rsub__ = _binary(rules.sub)
    __mul__, __rmul__ = _binary(rules.mul)
    __truediv__, __rtruediv__ = _binary(rules.div)
    __pow__, __rpow__ = _binary(rules.power)
    __matmul__, __rmatmul__ = _binary(rules.matmul)
    __neg__ = _unary(rules.neg)
    __abs__ = abs = _unary(rules.abs)
    exp, expm1, log = _unary(rules.exp), _unary(rules.expm1), _unary(rules.log)
    log1p, sqrt, square = _unary(rules.log1p), _unary(rules.sqrt), _unary(rules.square)
    reciprocal = _unary(rules.reciprocal)
    sin, cos, tan = _unary(rules.sin), _unary(rules.cos), _unary(rules.tan)
    sinh, cosh, tanh = _unary(rules.sinh), _unary(rules.cosh), _unary(rules.tanh)
    sigmoid, relu = _unary(rules.sigmoid), _unary(rules.relu)
    __lt__, __le__ = _comparison(rules.less), _comparison(rules.less_equal)
    __gt__, __ge__ = _comparison(rules.greater), _comparison(rules.greater_equal)
    __eq__ = _comparison(rules.equal)  # type: ignore[assignment]  # by element; hash is by identity, as in PyTorch
    __ne__ = _comparison(rules.not_equal)  # type: ignore[assignment]

    def __pos__(self) -> Tensor:
        return self

    def sign(self) -> Tensor:
        """-1, 0 or 1; a constant for derivatives."""
        return rules.sign(self)  # type: ignore[no-any-return]

    # --- shape ---

    @property
    def shape(self) -> tuple[int, ...]:
        """The extent of each axis."""
        return self._data.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """How many axes."""
        return self._data.ndim  # type: ignore[no-any-return]

    @property
    def size(self) -> int:
        """How many elements."""
        return self._data.size  # type: ignore[no-any-return]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The floating dtype of the elements."""
        return self._data.dtype  # type: ignore[no-any-return]

    @property
    def T(self) -> Tensor:  # noqa: N802  # numpy's name
        """All axes reversed."""
        return self.transpose()

    def reshape(self, *extents: Any) -> Tensor:
        """The same elements in another shape, given as integers or one tuple; one extent may be -1."""
        one = len(extents) == 1 and not isinstance(extents[0], int | np.integer)
        return rules.reshape(self, shape=tuple(extents[0]) if one else extents)  # type: ignore[no-any-return]

    def flatten(self) -> Tensor:
        """All elements in one axis."""
        return self.reshape(-1)

    ravel = flatten

    def transpose(self, *axes: Any) -> Tensor:
        """Axes in another order, given as integers or one tuple; reversed by default."""
        order = axes[0] if len(axes) == 1 and not isinstance(axes[0], int) else axes or None
        return rules.transpose(self, axes=order)  # type: ignore[no-any-return]

    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Two axes exchanged."""
        return rules.swapaxes(self, axis1=axis1, axis2=axis2)  # type: ignore[no-any-return]

    def squeeze(self, axis: Axis = None) -> Tensor:
        """Without axes of length 1."""
        return rules.squeeze(self, axis=axis)  # type: ignore[no-any-return]

    def expand_dims(self, axis: int) -> Tensor:
        """With a new axis of length 1."""
        return rules.expand_dims(self, axis=axis)  # type: ignore[no-any-return]

    def broadcast_to(self, extents: tuple[int, ...]) -> Tensor:
        """Repeated to a larger shape by numpy's broadcasting."""
        return rules.broadcast_to(self, shape=extents)  # type: ignore[no-any-return]

    def astype(self, dtype: DTypeLike) -> Tensor:
        """In another floating dtype."""
        if np.dtype(dtype).kind != "f":
            raise OperandError(f"astype takes a floating dtype such as float64 or float32, but got {np.dtype(dtype)}")
        return rules.astype(self, dtype=np.dtype(dtype))  # type: ignore[no-any-return]

    # --- elements ---

    def __getitem__(self, index: Any) -> Tensor:
        return rules.getitem(self, index=index)  # type: ignore[no-any-return]

    def __setitem__(self, index: Any, value: Any) -> None:
        raise OperandError(
            "a Tensor is not written into, since graphs that used it would give wrong gradients; "
            "build a new one with autograd.where(mask, new, old), or assign a whole array to .data of a leaf"
        )

    def __len__(self) -> int:
        if not self.ndim:
            raise OperandError("a Tensor of shape () has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        if not self.ndim:
            raise OperandError("a Tensor of shape () cannot be iterated over; .item() gives its number")
        return (self[i] for i in range(len(self)))

    def unstack(self) -> tuple[Tensor, ...]:
        """The parts along the first axis, the inverse of ``autograd.stack``."""
        return tuple(self)

    # --- reductions ---

    sum, prod, mean = _reduction(rules.sum), _reduction(rules.prod), _reduction(functions.mean)
    max, min, norm = _reduction(rules.max), _reduction(rules.min), _reduction(rules.norm)
    argmax, argmin, logsumexp = _reduction(rules.argmax), _reduction(rules.argmin), _reduction(rules.logsumexp)
    var, std = _moment(functions.var), _moment(functions.std)
    cumsum, cumprod, flip = _along(rules.cumsum), _along(rules.cumprod), _along(rules.flip)

    def sort(self, axis: int | None = -1) -> Tensor:
        """The elements in ascending order along `axis`; this gives a new Tensor."""
        return rules.sort(self, axis=axis)  # type: ignore[no-any-return]

    def clip(self, low: Any = -np.inf, high: Any = np.inf) -> Tensor:
        """The elements between two bounds."""
        return rules.clip(self, low, high)  # type: ignore[no-any-return]

    # --- as numbers ---

    @property
    def data(self) -> Array:
        """The array, locked against writing.

        Assigning a new one of the same shape (an array, which is copied, or a Tensor) to a leaf starts over: graphs
        recorded before can no longer be swept.
        """
        if recording.unusual:
            self.look("x.data")
        return self._data.view(Locked)  # type: ignore[no-any-return]

    @data.setter
    def data(self, data: Any) -> None:
        self._refuse_inner()
        old, given = self._data, isinstance(data, Tensor)
        array = data._data if given else as_array(data, "data")
        if array.shape != old.shape:
            raise ShapeError(f"data= has shape {array.shape}, but this Tensor has {old.shape}; make a new Tensor")
        if not given or array.dtype != old.dtype:  # a Tensor's array never changes: it is shared
            array = np.array(array, old.dtype)
            array.flags.writeable = False
        self._data = array
        self._renew()

    def item(self) -> float:
        """The number in a Tensor of one element, without history."""
        self.look("x.item()")
        if self.size != 1:
            raise ShapeError(f"only a Tensor of one element is a number, this one has shape {self.shape}")
        return float(self._data.item())

    def __bool__(self) -> bool:
        if tracer := recording.tracer():
            tracer.decided(self, bool(self._data))
            return bool(self._data)
        return bool(self.item())

    def tolist(self) -> Any:
        """The elements as nested lists of floats."""
        self.look("x.tolist()")
        return self._data.tolist()

    def __repr__(self) -> str:
        text = np.array2string(self._data, separator=", ", prefix="Tensor(", threshold=24, edgeitems=2, precision=4)
        dtype = "" if self.dtype == np.float64 else f", dtype={self.dtype}"
        extent = f", shape={self.shape}" if self.size > 24 else ""
        return f"Tensor({text}{extent}{dtype}, grad={'None' if self.grad is None else '...'}{label(self)})"

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        ours = self.numpy_functions.get(function)
        if ours is None:
            name = f"{function.__module__}.{function.__name__}".replace("numpy.", "np.")
            raise OperandError(
                f"{name} has no derivative rule; write it with functions of autograd, or take the plain numbers with "
                ".numpy()"
            )
        return ours(*args, **kwargs)
