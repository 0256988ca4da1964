"""Local partials: the numbers on the edges of a graph, and how a cotangent passes over one."""

from __future__ import annotations

import numpy as np

from autograd.primitive import Node
from autograd.sweep import apply

__all__ = ["local_partial", "times"]


def local_partial(node: Node, position: int) -> float | None:
    """∂node/∂operand, the number on an edge of a figure; None where it is not one number, or data was overwritten.

    >>> from autograd import Value
    >>> local_partial(Value(2.0) * Value(-3.0), 0)
    -3.0
    """
    arg = node.args[position]
    if node.op is None or not isinstance(arg, Node) or np.ndim(node._data) or np.ndim(arg._data):
        return None
    if any(isinstance(other, Node) and other.index > node.index for other in node.args):
        return None
    values = [other._data if isinstance(other, Node) else other for other in node.args]
    rule = node.op.rules[position]
    if rule is None:
        return 0.0
    g = 1.0 if node.is_scalar else np.ones(())
    return float(apply(node.op, rule, position, g, node._data, values, node.params or {}, arg.is_scalar))


def times(cotangent: float, partial: float) -> float:
    """What a cotangent becomes over one edge: strong zero, a zero stays zero whatever the local partial.

    >>> import math
    >>> times(0.0, math.inf), times(math.inf, 0.0)
    (0.0, nan)
    """
    return cotangent * partial if cotangent else 0.0
