"""What `Value` and `Tensor` have in common: leaves, backward, detaching, numpy's protocols, copying."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from autograd import recording, sweep
from autograd.collector import tick
from autograd.errors import GraphError, OperandError
from autograd.primitive import Node, table
from autograd.seeds import called

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Differentiable", "label"]


class Differentiable(Node):
    """A node that can be swept: the base of `Value` and `Tensor`."""

    __slots__ = ()
    __hash__ = Node.__hash__

    if TYPE_CHECKING:
        graph: Callable[..., Any]  # autograd/__init__.py hands these down from the floor of figures
        step: Callable[..., Any]
        expression: Callable[..., str]
        latex: Callable[..., str]

    def _leaf(self, name: str | None, requires_grad: bool) -> None:
        """Fill in the attributes of a leaf, after its data."""
        if name is not None and not isinstance(name, str):
            raise OperandError(f"name= takes text, but got {name!r} of type {type(name).__name__}")
        self.op = self.params = self.grad = self._pending = None
        self.args, self.name, self.index = (), name, tick()
        self.requires_grad = requires_grad is True or bool(requires_grad)

    def backward(self, gradient: Any = None, create_graph: bool = False) -> None:
        """Compute ∂self/∂node for every node that self depends on, into ``node.grad``.

        Leaves **add** to the gradient that they have, as in PyTorch; call `zero_grad` between steps. Inner nodes hold
        that of the latest sweep. The graph is kept: backward may be called again.

        Parameters
        ----------
        gradient : the seed ∂L/∂self in the shape of self; 1 by default, needed where self is not a single number.
        create_graph : make the gradients nodes, so that they can be differentiated themselves.

        Raises
        ------
        GraphError : if self requires no gradient, or is an array and `gradient` is missing.
        ShapeError : if `gradient` has another shape.
        StaleError : if data was overwritten after it was used.

        Examples
        --------
        >>> from autograd import Value
        >>> x = Value(3.0)
        >>> y = x ** 3
        >>> y.backward(create_graph=True)
        >>> slope, x.grad = x.grad, None
        >>> slope.backward()
        >>> slope.data, x.grad          # 3x² and 6x
        (27.0, 18.0)
        """
        if tracer := recording.tracer():
            tracer.refuse(self, "backward()")
        sweep.backward(self, gradient, create_graph)

    def _refuse_inner(self) -> None:
        """Only a leaf may be given other data: that of a result is what its operands make of it."""
        if self.op is not None:
            raise GraphError(
                f"data of {called(self)} cannot be assigned: its gradients would be those of another number; "
                "assign to the leaves and compute it again, or start from x.detach()"
            )
        if recording.tracer() or (self.requires_grad and recording.is_watched()):
            raise GraphError(
                f"data of {called(self)} cannot be assigned inside a function that is being differentiated or traced"
            )

    def _renew(self) -> None:
        """Be newer than all consumers, which is how a sweep notices that the data are others."""
        index = tick()
        recording.renewed(self)  # in this order: who does not hear of it begins after the index
        self.index = index

    def zero_grad(self) -> None:
        """Forget the gradient: ``grad`` is None again."""
        self.grad = None

    def detach(self) -> Self:
        """The same data as a constant without history."""
        if (tracer := recording.tracer()) and tracer.knows(self):
            if not self.requires_grad:
                return self
            stopped: Self = table["identity"](self)
            stopped.requires_grad = False
            return stopped
        other: Self = object.__new__(type(self))
        other._data = self._data
        other._leaf(self.name, False)
        return other

    def look(self, how: str) -> None:
        """Refuse to hand out data that a program would take for a constant; for every way to see it as plain numbers.

        Raises
        ------
        TraceError : inside a traced function.
        """
        tracer = recording.tracer()
        if tracer and tracer.knows(self):
            tracer.refuse(self, how)

    def item(self) -> float:
        """The number, without history; for a Tensor of one element."""
        raise NotImplementedError  # by each of the two

    def __float__(self) -> float:
        self.look("float(x)")
        if self.requires_grad and recording.is_watched():
            raise OperandError(
                f"float() of {called(self)} where it is being differentiated (inside grad or vjp, or in a rule) "
                "would lose the derivative without a word; use the functions of autograd instead of those of math, or "
                ".item() if a constant is meant"
            )
        return self.item()

    def __int__(self) -> int:
        self.look("int(x)")
        return int(self.item())

    def numpy(self) -> Any:
        """A copy of the data as a numpy array, without history."""
        self.look("x.numpy()")
        return np.array(self._data)

    # --- numpy's protocols: np.exp(x), np.float64(2) * x and np.sum(t) record; nothing becomes an object array ---

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        op = table.of_ufunc(ufunc)
        if op is None or method != "__call__" or options:
            how = ufunc.__name__ if method == "__call__" else f"{ufunc.__name__}.{method}"
            with_options = f" with {', '.join(options)}=" if op and method == "__call__" else ""
            raise OperandError(
                f"np.{how}{with_options} has no derivative rule; write it with functions of autograd, "
                "or take the plain numbers with .numpy()"
            )
        return op(*inputs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        self.look("np.asarray(x)")
        if self.requires_grad:
            raise OperandError(
                f"turning {label(self, '', '') or 'a ' + type(self).__name__} into a numpy array would lose its "
                "history without a word; use .numpy() for plain numbers, or autograd.stack([...]) for a Tensor"
            )
        return np.array(self._data, dtype)

    # --- copying: leaves only, a copy of an inner node could not say where it came from ---

    def __reduce__(self) -> Any:
        self.look("a copy of x")
        if self.op is not None:
            raise GraphError(
                "only leaves can be copied or pickled, and this is the result of "
                f"{self.op.name}; use x.detach() for its number, or pickle the leaves and compute it again"
            )
        grad = self.grad._data if isinstance(self.grad, Node) else self.grad
        return _restore, (type(self), self._data, self.name, self.requires_grad, grad)


def _restore(cls: type[Differentiable], data: Any, name: str | None, requires_grad: bool, grad: Any) -> Any:
    node = cls(data, name=name, requires_grad=requires_grad)  # type: ignore[call-arg]  # both node classes take these
    node.grad = grad if grad is None or isinstance(grad, float) else np.array(grad)
    return node


def label(node: Node, before: str = ", name=", quote: str = "'") -> str:
    """The name of a node as text to put in a message, empty if it has none."""
    return f"{before}{quote}{node.name}{quote}" if node.name is not None else ""
