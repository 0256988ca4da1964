"""Through the graph: sort it, pull cotangents back.

`toposort` collects what a root was computed from and orders it by creation index: no recursion, any depth. `pull` walks
that order backwards with a dict of pending cotangents and applies the rules of the table; what is left in the dict are
the gradients of the leaves. Whatever a rule need not care about happens here, once:

* un-broadcasting: a contribution is summed to the shape of its operand;
* strong zero: where the cotangent is zero its contribution is zero, whatever the local partial (inf, nan);
* pruning: what requires no gradient is never visited;
* IEEE arithmetic on plain floats, where Python raises on division by zero.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import nullcontext
from itertools import repeat
from operator import attrgetter
from typing import Any

import numpy as np

from autograd import recording
from autograd.collector import pacer
from autograd.errors import GraphError, OperandError, ShapeError, StaleError
from autograd.finite import all_finite
from autograd.primitive import Node, Primitive, Rule, quiet, raw_of
from autograd.recording import is_watched, watched
from autograd.seeds import called, seed_of
from autograd.strongzero import strong_zero

__all__ = [
    "accumulate", "apply", "backward", "check_fresh", "pull", "pull_floats", "toposort", "walked",
]  # fmt: skip

_by_index = attrgetter("index")


def toposort(*roots: Node, since: int = 0) -> list[Node]:
    """All nodes that the roots were computed from and that require a gradient, operands before results.

    Parameters
    ----------
    roots : where to start; included.
    since : nodes created before this index are left out (they cannot depend on one created later).

    Raises
    ------
    StaleError : if the data of a node was overwritten after an operation had used it.

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(2.0)
    >>> [node.data for node in toposort(x * x + 1.0)]
    [2.0, 4.0, 5.0]
    """
    return walked(roots, since)[0]


def walked(roots: Iterable[Node], since: int) -> tuple[list[Node], list[Node]]:
    """The nodes of `toposort`, and those created before `since` at which the walk from the roots ended."""
    seen = {root for root in roots if root.requires_grad}
    order, before = [root for root in seen if root.index >= since], [root for root in seen if root.index < since]
    for node in order:  # which grows while it is walked
        for arg in node.args:
            if type(arg) is float or not isinstance(arg, Node):
                continue
            if arg.index > node.index:
                raise _stale(arg, node)
            if arg.requires_grad and arg not in seen:
                seen.add(arg)
                (order if arg.index >= since else before).append(arg)
    order.sort(key=_by_index)
    return order, before


def check_fresh(nodes: Sequence[Node]) -> None:
    """Raise a `StaleError` if an operand of one of the nodes was overwritten."""
    for node in nodes:
        for arg in node.args:
            if isinstance(arg, Node) and arg.index > node.index:
                raise _stale(arg, node)


def backward(root: Node, gradient: Any = None, create_graph: bool = False) -> None:
    """Leave ∂root/∂node in ``grad`` of every node behind `root`; leaves add to what they have."""
    if not root.requires_grad:
        raise GraphError(
            f"backward() needs a root that requires a gradient, but {called(root)} was detached, made inside "
            "no_grad(), or computed from constants; give the leaves requires_grad=True and compute it again"
        )
    if gradient is None and np.shape(root._data) != ():
        raise GraphError(
            f"backward() from {called(root)} of shape {np.shape(root._data)} needs the gradient of what comes after "
            "it: pass gradient=... of that shape, or reduce it to one number first (.sum(), .mean())"
        )
    create_graph = create_graph or is_watched()  # plain numbers would cut the derivative that is being built around it
    seed = seed_of(root, 1.0 if gradient is None else gradient, "gradient=", create_graph)
    if create_graph:
        pacer.expect_cycles()
    gradients: Any = None if create_graph or not root.is_scalar else pull_floats({root: seed}, keep=True)
    if gradients is None:
        order, pending = toposort(root), {root: seed}
        pull(order, pending, create_graph=create_graph, keep=True)
        gradients = {leaf: pending[leaf] for leaf in order if leaf.op is None}
    accumulate(gradients)


def accumulate(gradients: Mapping[Node, Any]) -> None:
    """Add to what leaves have in ``grad``.

    They are written all together, in one call without bytecode in between: neither an exception in a sweep, nor Ctrl-C,
    nor another thread finds some of them changed and others not.
    """
    with _writing:
        totals = [
            new if leaf.grad is None and type(new) is float else _accumulated(leaf, new)
            for leaf, new in gradients.items()
        ]
        deque(map(setattr, gradients, repeat("grad"), totals), maxlen=0)


def _accumulated(leaf: Node, new: Any) -> Any:
    """The gradient of a leaf after `new` has been added; an array of its own."""
    if isinstance(new, np.ndarray) and (new.base is not None or not new.flags.writeable):
        new = np.array(new)  # shared with an inner node, another leaf or the seed
    return new if leaf.grad is None else _plus(leaf.grad, new)


def pull(
    order: Sequence[Node],
    pending: dict[Node, Any],
    *,
    create_graph: bool = False,
    keep: bool = False,
    wanted: Container[Node] | None = None,
) -> None:
    """Apply the rules to the nodes of `order`, from the last to the first.

    Parameters
    ----------
    order : nodes in topological order; only these are differentiated through.
    pending : cotangents by node, at first the seeds. What is left in it at the end are those of the leaves, and of
        nodes outside `order` that were reached.
    create_graph : cotangents are nodes, so that they can be differentiated again.
    keep : leave the cotangent of each inner node in its ``grad``.
    wanted : the nodes that a cotangent is wanted for; None means all.
    """
    inspector = recording.inspector()
    unseen = recording.inspected(None) if inspector else nullcontext()  # what rules compute on their way is their own
    with quiet(), watched() if create_graph else nullcontext(), unseen:
        for node in reversed(order):
            if node.op is None:
                continue
            g = pending.pop(node, None)
            if keep:
                node.grad = g
                if isinstance(g, np.ndarray):
                    g.setflags(write=False)  # neighbours in the graph may share it
            if g is not None:
                _pull_node(node, g, pending, create_graph, inspector, wanted)


class _Zero(float):
    """A zero with an identity: the mark of a sweep on the nodes that it has found, and what it adds to."""


_sweeping, _writing = threading.Lock(), threading.RLock()


def _renew_locks() -> None:
    """In a forked child the threads that held them are gone."""
    global _sweeping, _writing
    _sweeping, _writing = threading.Lock(), threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


def pull_floats(seeds: dict[Node, float], keep: bool = False) -> dict[Node, float] | None:
    """`toposort` and `pull` in one for a graph of Values alone: the gradients of its leaves, or None for other graphs.

    The rules are the same; what is left out is the care for arrays, and every dict and set: cotangents add up in a slot
    of the nodes themselves. That is for one sweep at a time: None is also the answer while another thread, or a rule of
    this one, is at it, and where an inspector looks on. This takes a third of the time of the general way and no memory
    but a list of the nodes; tests/test_sweep.py pins the two to each other.
    """
    lock = _sweeping
    if (recording.unusual and recording.inspector()) or not lock.acquire(blocking=False):
        return None
    try:
        zero, order, careful, leaves = _Zero(), list(seeds), set(), []
        for root in order:
            root._pending = zero
        usual, put = type(order[0]), order.append
        for node in order:  # which grows while it is walked
            limit = node.index
            for arg in node.args:
                kind = type(arg)
                if kind is float:
                    continue
                if kind is not usual and not isinstance(arg, Node):
                    careful.add(node)
                    continue
                if arg.index > limit:
                    raise _stale(arg, node)
                if arg._pending is zero:
                    continue
                if not arg.requires_grad:
                    careful.add(node)
                    continue
                if kind is not usual and not arg.is_scalar:
                    return None
                arg._pending = zero
                put(arg)
        order.sort(key=_by_index, reverse=True)
        for root, seed in seeds.items():
            root._pending = seed
        for node in order:
            g, op = node._pending, node.op
            if op is None:
                leaves.append(node)
                continue
            if not g:  # strong zero: nothing flows on
                if keep:
                    node.grad = 0.0
                continue
            if keep:
                node.grad = g
            args = node.args
            try:
                if node.params is not None or (careful and node in careful):
                    _add_parts(node, g)
                elif len(args) == 2:
                    x, y = args
                    to_x, to_y = op.float_rules
                    if type(y) is float:
                        x._pending += to_x(g, node._data, x._data, y)  # type: ignore[misc]
                    elif type(x) is float:
                        y._pending += to_y(g, node._data, x, y._data)  # type: ignore[misc]
                    else:
                        ans, a, b = node._data, x._data, y._data
                        part_x, part_y = to_x(g, ans, a, b), to_y(g, ans, a, b)  # type: ignore[misc]
                        x._pending += part_x
                        y._pending += part_y
                elif len(args) == 1:
                    (x,) = args
                    x._pending += op.float_rules[0](g, node._data, x._data)  # type: ignore[misc]
                else:
                    _add_parts(node, g)
            except (ArithmeticError, TypeError):  # Python raises where IEEE has inf or nan, or a rule is wrong
                _add_parts(node, g)
        return {leaf: leaf._pending + 0.0 for leaf in leaves}
    finally:
        lock.release()


def _add_parts(node: Node, g: float) -> None:
    """One step of `pull_floats` the general way: any operands, IEEE arithmetic."""
    parts: dict[Node, float] = {}
    _pull_node(node, g, parts, False)
    for arg, part in parts.items():
        arg._pending += part


def _pull_node(
    node: Node,
    g: Any,
    pending: dict[Node, Any],
    create_graph: bool,
    inspector: recording.Inspector | None = None,
    wanted: Container[Node] | None = None,
) -> None:
    """Add what one node contributes to each of its operands."""
    op, args, params = node.op, node.args, node.params or {}
    assert op is not None
    values = args if create_graph else [arg._data if isinstance(arg, Node) else arg for arg in args]
    ans = node if create_graph else node._data
    rules: Any = op.array_rules if type(g) is np.ndarray else op.rules  # an operand without one is a constant
    moved = tuple(rules[0](g, ans, *values, **params)) if op.variadic else None
    for position, arg in enumerate(args):
        if isinstance(arg, Node) and arg.requires_grad and (wanted is None or arg in wanted):
            number = arg.is_scalar
            part = moved[position] if moved else apply(op, rules[position], position, g, ans, values, params, number)
            part = _fitted(part, arg, op, position)
            before = pending.get(arg)
            pending[arg] = total = part if before is None else _plus(before, part)
            if inspector:
                inspector.contributed(node, position, g, total)


def apply(
    op: Primitive,
    rule: Rule,
    position: int,
    g: Any,
    ans: Any,
    values: Sequence[Any],
    params: dict[str, Any],
    number: bool,
) -> Any:
    """Apply a rule to a cotangent or a tangent, in IEEE arithmetic; what it makes of a zero is zero.

    `number` says that the result is a float or a node of one.
    """
    try:
        part = rule(g, ans, *values, **params)
    except ArithmeticError:  # Python raises where IEEE has inf or nan
        with quiet():
            part = rule(*map(_as_numpy, (g, ans, *values)), **params)
    except OperandError:
        raise
    except TypeError as error:
        raise OperandError(
            f"rule {position} of {op.name} failed: {error}. A rule is called as rule(g, ans, x, y, ..., axis=...) and "
            "returns the cotangent of its operand"
        ) from error
    if part is g or (len(values) == 1 and op.kind == "linear"):
        return part  # g was moved about, not multiplied by anything
    if not number and isinstance(part, float | int):
        part = np.asarray(float(part))
    raw = raw_of(part)
    if op.kind == "linear" and len(values) == 2:  # in g and the other operand: only inf and nan in that one matter
        other = values[1 - position]
        if type(other) is np.ndarray and other.size < raw.size:
            raw = other
    if math.isfinite(raw) if number else all_finite(raw):
        return part
    if tracer := recording.tracer():
        tracer.refuse_infinite()
    return strong_zero(op, rule, g, ans, values, params, part)


def _fitted(part: Any, arg: Node, op: Primitive, position: int) -> Any:
    """A contribution in the shape and dtype of its operand."""
    if arg.is_scalar:
        return part if isinstance(part, Node) else float(part)
    data = arg._data
    if type(part) is np.ndarray and part.shape == data.shape and part.dtype == data.dtype:
        return part
    raw = raw_of(part)
    if raw.shape != data.shape:
        part = _unbroadcast(part, raw.shape, data.shape, op, position)
    if raw.dtype != data.dtype:
        part = part.astype(data.dtype)
    return part if isinstance(part, Node) else np.asarray(part)


def _as_numpy(value: Any) -> Any:
    """A float as a numpy scalar, whose arithmetic does not raise."""
    return np.float64(value) if type(value) is float else value


def _unbroadcast(part: Any, given: tuple[int, ...], shape: tuple[int, ...], op: Primitive, position: int) -> Any:
    """Sum a contribution of the shape `given` over the axes along which an operand of `shape` was broadcast."""
    extra = len(given) - len(shape)
    if given[extra:] == shape:  # a bias beside a batch
        return part.sum(axis=0 if extra == 1 else tuple(range(extra)))
    if extra < 0 or any(n not in (1, m) for n, m in zip(shape, given[extra:], strict=True)):
        raise ShapeError(
            f"rule {position} of {op.name} returned shape {given} for an operand of shape {shape}; "
            "a rule returns the shape of its operand, or one that the operand broadcasts to"
        )
    axes = tuple(range(extra)) + tuple(extra + i for i, n in enumerate(shape) if n != given[extra + i])
    return part.sum(axis=axes).reshape(shape)  # an array or a Tensor: they agree on these names


def _plus(a: Any, b: Any) -> Any:
    """The sum, which stays an array where both have shape (): numpy would make a scalar of it."""
    total = a + b
    return np.asarray(total) if isinstance(total, np.generic) else total


def _stale(arg: Node, node: Node) -> StaleError:
    assert node.op is not None  # it has operands
    return StaleError(
        f"the data of {called(arg)} was overwritten after {node.op.name} had used it, so its derivative would be that "
        "of other numbers; compute the result again before backward()"
    )
