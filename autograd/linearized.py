"""`Linearized`: a function recorded once, at one point, to be pulled back and pushed forward through many times.

All transforms are made of it. Arguments and results may be nested lists, tuples and dicts. Given floats and arrays it
gives floats and arrays. Given nodes it gives nodes, so that transforms nest to any order; and it does so as well where
the function itself uses nodes from outside, since the result then depends on those.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from autograd import recording
from autograd.errors import GraphError
from autograd.forward import push
from autograd.primitive import Node, raw_of
from autograd.rules import identity
from autograd.seeds import seed_of
from autograd.structure import fitting, leaves, like
from autograd.sweep import check_fresh, pull, pull_floats, walked
from autograd.tensor import Tensor
from autograd.value import Value

__all__ = ["Linearized", "has_array", "name_of"]


class Linearized:
    """``f(*primals)``, written down.

    Numbers become Values, arrays become Tensors; where numbers stand `beside_arrays` they become Tensors of shape ().

    Attributes
    ----------
    inputs : the fresh nodes that stand for the leaves of the primals, in order.
    heads : the leaves of the result, in order: nodes, or plain constants.
    out : the result, of nodes if derivatives of it are wanted outside, else of plain numbers.
    """

    def __init__(self, f: Callable[..., Any], primals: tuple[Any, ...], beside_arrays: bool) -> None:
        self.name, self.primals = name_of(f), primals
        # Under no_grad, what comes from outside is constant here; but a tracer has to know what becomes of it.
        self._recorded = recording.is_recording() or recording.tracer() is not None
        self._given = leaves(primals)
        with recording.enable_grad():
            with recording.sweeping():
                self.inputs = [_fresh(primal, self._recorded, beside_arrays) for primal in self._given]
            with recording.watched():
                self.tree = f(*like(primals, iter(self.inputs)))
        self.heads = leaves(self.tree)
        for head in self.heads:
            if not isinstance(head, Node | float | int | np.number | np.ndarray | np.bool_):
                raise GraphError(
                    f"{self.name} returned {head!r} of type {type(head).__name__}, which cannot be differentiated; a "
                    "result is one number, an array, or a nested list, tuple or dict of them"
                )
        outside = recording.tracer() is not None or self._found[2]  # to a tracer everything matters
        self.as_nodes = self._recorded and (outside or any(map(_differentiable, self._given)))
        self.out = like(self.tree, map(_cut if self.as_nodes else _plain, self.heads))

    @property
    def order(self) -> list[Node]:
        """The nodes through which the result depends on the inputs, operands before results."""
        return self._found[0]

    @cached_property
    def _found(self) -> tuple[list[Node], set[Node], bool]:
        since = self.inputs[0].index if self.inputs else 0
        return _between([head for head in self.heads if isinstance(head, Node)], self.inputs, since)

    def pull(self, cotangents: Sequence[Any]) -> list[Any]:
        """One cotangent per input from one per head, None for a zero one."""
        create_graph = self._creates(cotangents)
        pending: dict[Node, Any] = {}
        for head, given in zip(self.heads, cotangents, strict=True):
            if isinstance(head, Node) and head.requires_grad and given is not None:
                seed = seed_of(head, given, "the cotangent", create_graph)
                if not _is_constant_zero(seed):
                    pending[head] = pending[head] + seed if head in pending else seed
        tracer, gradients = recording.tracer(), None
        if pending and self._recorded and all(head.is_scalar for head in pending):
            if tracer:
                gradients = tracer.pulled(self.inputs, pending)
            elif not create_graph:  # no node from outside
                gradients = pull_floats(pending)
        if gradients is None:
            check_fresh(self.order)
            with recording.enable_grad(), recording.sweeping():
                pull(self.order, pending, create_graph=create_graph, wanted=self._found[1])
            gradients = pending
        if tracer:
            tracer.swept([gradients.get(x) for x in self.inputs])
        pairs = zip(self.inputs, self._given, strict=True)
        return [_cut(_like_primal(gradients.get(x), x, given)) for x, given in pairs]

    def push(self, tangents: Sequence[Any]) -> list[Any]:
        """One tangent per head from one per input, None for a zero one."""
        create_graph = self._creates(tangents)
        check_fresh(self.order)
        moving: dict[Node, Any] = {}
        for x, given in zip(self.inputs, tangents, strict=True):
            if given is not None:
                seed = seed_of(x, given, "the tangent", create_graph)
                if not _is_constant_zero(seed):
                    moving[x] = seed
        with recording.enable_grad(), recording.sweeping():
            push(self.order, moving, create_graph=create_graph)
        if tracer := recording.tracer():
            tracer.swept([moving.get(head) for head in self.heads if isinstance(head, Node)])
        as_nodes = any(isinstance(x, Node) for x in [*self._given, *tangents]) or self.as_nodes
        moved = (moving.get(head) if isinstance(head, Node) else None for head in self.heads)
        return [_cut(_like_head(tangent, head, as_nodes)) for tangent, head in zip(moved, self.heads, strict=True)]

    def pullback(self, cotangent: Any) -> tuple[Any, ...]:
        """`pull` for trees: from one like the result to one like the primals."""
        seeds = fitting(self.tree, cotangent, f"the cotangent for {self.name}")
        return like(self.primals, iter(self.pull(seeds)))  # type: ignore[no-any-return]  # primals is a tuple

    def pushforward(self, *tangents: Any) -> Any:
        """`push` for trees: from one like the primals to one like the result."""
        seeds = fitting(self.primals, tangents, f"the tangent for {self.name}")
        return like(self.tree, iter(self.push(seeds)))

    def _creates(self, seeds: Sequence[Any]) -> bool:
        return self.as_nodes or (self._recorded and any(map(_differentiable, seeds)))


_NODES = (Value, Tensor)  # not a union, which would be made anew at each call


def _is_constant_zero(seed: Any) -> bool:
    """Whether nothing comes of a seed, in no order: 0 times a derivative that overflows would be nan."""
    return not _differentiable(seed) and not np.any(raw_of(seed))


def _differentiable(x: Any) -> bool:
    return isinstance(x, Node) and (x.requires_grad or recording.tracer() is not None)


def _fresh(primal: Any, recorded: bool, beside_arrays: bool) -> Value | Tensor:
    """A new node to differentiate by; one that hangs on `primal` if that is a node of an outer graph."""
    if isinstance(primal, _NODES):
        if recorded and (primal.requires_grad or recording.tracer()):
            return primal._recorded(primal._data, identity, (primal,), None, True)
        node = primal.detach()
        node.requires_grad = True
        return node
    if isinstance(primal, np.ndarray):
        return Tensor(primal)
    value = Value(primal)  # which says what is wrong if it is no number
    return Tensor(value.data) if beside_arrays else value


def _between(heads: Sequence[Node], inputs: Sequence[Node], since: int) -> tuple[list[Node], set[Node], bool]:
    """The nodes through which the heads depend on the inputs, also as a set with these, and whether nodes from outside
    take part too.

    What was created before the first input cannot depend on it: the search stops there, so that a transform inside a
    large graph costs only its own part.
    """
    active, order = set(inputs), []
    reached, outside = walked(heads, since)
    for node in reached:
        for arg in node.args:
            if isinstance(arg, Node) and arg in active and node not in active:
                active.add(node)
                order.append(node)
    return order, active, bool(outside)


def _like_primal(cotangent: Any, x: Node, primal: Any) -> Any:
    """The cotangent of an input as its primal was given: zero where nothing was reached, an array of its own."""
    if cotangent is None:
        cotangent = 0.0 if x.is_scalar else np.zeros_like(x._data)
    if isinstance(cotangent, Node):
        return cotangent
    if isinstance(primal, _NODES):
        return (Value if primal.is_scalar else Tensor)(cotangent, requires_grad=False)
    if isinstance(cotangent, np.ndarray):
        return np.array(cotangent) if isinstance(primal, np.ndarray) else float(cotangent)
    return cotangent


def _like_head(tangent: Any, head: Any, as_node: bool) -> Any:
    """The tangent of a result: zero where nothing was reached, an array of its own."""
    if tangent is None:
        raw, is_array = raw_of(head), isinstance(raw_of(head), np.ndarray)
        tangent = np.zeros(raw.shape, raw.dtype if raw.dtype.kind == "f" else None) if is_array else 0.0
    if as_node and isinstance(head, Node) and not isinstance(tangent, Node):
        return (Value if head.is_scalar else Tensor)(tangent, requires_grad=False)
    return np.array(tangent) if isinstance(tangent, np.ndarray) else tangent


def _cut(x: Any) -> Any:
    """What is handed out, without history where nothing is recorded: to a tracer it is a node all the same."""
    return x.detach() if not recording.is_recording() and isinstance(x, _NODES) and recording.tracer() else x


def _plain(head: Any) -> Any:
    """A result without history: a float, or an array that may be written into."""
    return head._data if isinstance(head, Value) else np.array(head._data) if isinstance(head, Tensor) else head


def has_array(tree: Any) -> bool:
    """Whether there is an array or a Tensor in it."""
    return any(issubclass(kind, np.ndarray | Tensor) for kind in set(map(type, leaves(tree))))


def name_of(f: Callable[..., Any]) -> str:
    """What to call a function in a message."""
    return getattr(f, "__qualname__", None) or repr(f)
