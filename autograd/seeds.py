"""What a sweep starts from: a cotangent of its root, or a tangent of its input, checked and made its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import OperandError, ShapeError
from autograd.primitive import Node, raw_of
from autograd.rules.shape import to_tensor, to_value

__all__ = ["called", "seed_of"]


def seed_of(node: Node, given: Any, what: str, create_graph: bool) -> Any:
    """`given` as a seed for `node`: a float, an array of its own, or a node where the sweep builds a graph.

    Raises
    ------
    OperandError : if it is not made of real numbers.
    ShapeError : if its shape is not that of `node`.
    """
    data, shape = np.asarray(raw_of(given)), np.shape(raw_of(node))
    if data.dtype.kind not in "fiub":
        raise OperandError(f"{what} takes real numbers, but got {given!r} of type {type(given).__name__}")
    if data.shape != shape:
        raise ShapeError(
            f"{what} has shape {data.shape}, but {called(node)} has shape {shape}; they must be the same "
            "(it is not broadcast, since that would hide a mistake)"
        )
    if create_graph and isinstance(given, Node):
        same = given.is_scalar == node.is_scalar
        return given if same else to_value(given) if node.is_scalar else to_tensor(given)
    seed = float(data) if node.is_scalar else np.array(data, raw_of(node).dtype)
    kind: Any = Node.kinds["Value" if node.is_scalar else "Tensor"]
    return kind(seed, requires_grad=False) if create_graph else seed


def called(node: Node) -> str:
    """What to call a node in a message."""
    made = f"the result of {node.op.name}" if node.op else f"a {type(node).__name__}"
    return repr(node.name) if node.name is not None else made
