"""Through the graph forward: push tangents from the inputs to the results.

The rules are those of the reverse sweep (`autograd/sweep.py`): an element-wise rule multiplies by the local derivative,
whichever way; a linear primitive takes the tangent in the place of its operand; only the general ones bring a rule of
their own. Strong zero holds here, too: a zero tangent contributes zero, whatever the local partial.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np

from autograd import recording
from autograd.primitive import Node, Primitive, quiet, raw_of
from autograd.recording import watched
from autograd.strongzero import calm
from autograd.sweep import apply

__all__ = ["push"]


def push(order: Sequence[Node], tangents: dict[Node, Any], *, create_graph: bool = False) -> None:
    """Add the tangents of the nodes of `order` to `tangents`, which has those of the inputs.

    Parameters
    ----------
    order : nodes in topological order; a node whose operands have no tangent gets none.
    create_graph : tangents are nodes, so that they can be differentiated again.
    """
    inspector = recording.inspector()
    unseen = recording.inspected(None) if inspector else nullcontext()  # what rules compute on their way is their own
    with quiet(), watched() if create_graph else nullcontext(), unseen:
        for node in order:
            if node.op is None:
                continue
            tangent = None if create_graph or inspector else _push_float(node, tangents)
            if tangent is None:
                given = [tangents.get(arg) if isinstance(arg, Node) else None for arg in node.args]
                if any(t is not None for t in given):
                    tangent = _push_node(node, given, create_graph)
                    if inspector:
                        inspector.pushed(node, given, tangent)
            if tangent is not None:
                tangents[node] = tangent


def _push_float(node: Node, tangents: dict[Node, Any]) -> float | None:
    """The tangent of a Value, quickly; None leaves it to the general way, which tests pin this one to."""
    args, op = node.args, node.op
    if not node.is_scalar or op.kind != "elementwise" or node.params is not None or len(args) > 2:  # type: ignore[union-attr]
        return None
    total = 0.0
    raw = [arg._data if isinstance(arg, Node) else arg for arg in args]
    try:
        for arg, rule in zip(args, op.float_rules, strict=True):  # type: ignore[union-attr]
            tangent = tangents.get(arg) if isinstance(arg, Node) else None
            if tangent:  # zero pushes nothing
                total += rule(tangent, node._data, *raw)
    except (ArithmeticError, TypeError):  # Python raises where IEEE has inf or nan, or a rule is wrong
        return None
    return total


def _push_node(node: Node, given: Sequence[Any], create_graph: bool) -> Any:
    """The tangent of a node from those of its operands, None for operands without one."""
    op, params = node.op, node.params or {}
    assert op is not None
    values = node.args if create_graph else [raw_of(arg) for arg in node.args]
    ans = node if create_graph else node._data
    if op.kind == "general":
        total = op.push(given, ans, *values, **params)  # type: ignore[misc]
        moving = [t for t in given if t is not None]
        if len(moving) == 1 and not np.isfinite(raw_of(total)).all():
            total = calm(op.push, moving[0], params, total)  # type: ignore[arg-type]
    elif op.variadic:  # moves elements only
        total = _call(op, [_zero(v) if t is None else t for t, v in zip(given, values, strict=True)], params)
    else:
        total = None
        for position, tangent in enumerate(given):
            if tangent is not None:
                rule = _rule(op, position, tangent)
                part = apply(op, rule, position, tangent, ans, values, params, node.is_scalar)
                total = part if total is None else total + part
    return _fitted(total, node)


def _rule(op: Primitive, position: int, tangent: Any) -> Any:
    """What pushes the tangent of one operand, with the arguments of a rule."""
    if op.kind == "elementwise":
        return (op.array_rules if type(tangent) is np.ndarray else op.rules)[position]
    return lambda t, ans, *values, **params: _call(op, [*values[:position], t, *values[position + 1 :]], params)


def _call(op: Primitive, args: Sequence[Any], params: dict[str, Any]) -> Any:
    """The primitive itself, on nodes or raw."""
    return op(*args, **params) if any(isinstance(arg, Node) for arg in args) else op.compute(args, params)


def _zero(value: Any) -> Any:
    """A zero tangent for an operand that has none."""
    zero = np.zeros_like(np.asarray(raw_of(value)))
    return type(value)(zero, requires_grad=False) if isinstance(value, Node) else zero  # type: ignore[call-arg]


def _fitted(tangent: Any, node: Node) -> Any:
    """A tangent in the shape and dtype of its node."""
    if node.is_scalar:
        return tangent if isinstance(tangent, Node) else float(tangent)
    raw, data = raw_of(tangent), node._data
    if np.shape(raw) != data.shape:  # an operand was broadcast
        tangent = tangent.broadcast_to(data.shape) if isinstance(tangent, Node) else np.broadcast_to(raw, data.shape)  # type: ignore[attr-defined]
    if raw.dtype != data.dtype:
        tangent = tangent.astype(data.dtype)
    return tangent if isinstance(tangent, Node) else np.asarray(tangent)
