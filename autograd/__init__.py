"""glassgrad: an autograd engine you can see through.

>>> import autograd
>>> from autograd import Value
>>> a, b = Value(2.0, name="a"), Value(-3.0, name="b")
>>> loss = (a * b + 1.0).tanh()
>>> loss.backward()
>>> print(f"{a.grad:.6f} {b.grad:.6f}")
-0.000545 0.000363
>>> autograd.grad(autograd.sin)(0.0)
1.0
"""

from typing import Any

from autograd.anomaly import Anomaly, detect_anomaly, find_nan
from autograd.differentiable import Differentiable
from autograd.errors import (
    AnomalyError,
    AutogradError,
    ExpressionError,
    GraphError,
    OperandError,
    ShapeError,
    StaleError,
    SubscriptError,
)
from autograd.functions import concatenate, logsumexp, mean, softmax, stack, var
from autograd.primitive import Node, Primitive, elementwise, general, linear, table
from autograd.recording import enable_grad, is_recording, no_grad
from autograd.rules import (
    abs,
    add,
    astype,
    broadcast_to,
    cos,
    cosh,
    div,
    equal,
    exp,
    expand_dims,
    expm1,
    getitem,
    greater,
    greater_equal,
    identity,
    inner,
    less,
    less_equal,
    log,
    log1p,
    log_softmax,
    matmul,
    max,
    maximum,
    min,
    minimum,
    mul,
    neg,
    not_equal,
    power,
    reciprocal,
    relu,
    reshape,
    sigmoid,
    sign,
    sin,
    sinh,
    sqrt,
    square,
    squeeze,
    sub,
    sum,
    swapaxes,
    tan,
    tanh,
    to_tensor,
    to_value,
    transpose,
    where,
)
from autograd.sparse import Sparse
from autograd.sweep import toposort
from autograd.tensor import Tensor
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.value import Value

__version__ = "0.1.0"


def draw(*roots: Node, **options: Any) -> Any:
    """Draw the computation graph behind one or several roots; see `autograd.drawing.draw` for the options.

    >>> x = Value(2.0, name="x")
    >>> figure = draw(x * x)
    """
    from autograd.drawing import draw as draw_roots  # imported when used: a figure needs Graphviz, an engine does not

    return draw_roots(*roots, **options)


def graph(self: Differentiable, **options: Any) -> Any:
    """The computation graph behind this node as a figure, which Jupyter shows and ``.save("graph.svg")`` writes.

    Options (see `autograd.drawing.draw`): ``names=locals()`` names nodes by the variables that hold them,
    ``rankdir="TB"`` draws from top to bottom, ``passes="forward"`` leaves the gradients out, ``max_nodes=200`` folds
    what is older, ``precision=4`` is the number of decimals.

    >>> a = Value(2.0)
    >>> print((a * a).graph(names=locals(), passes="forward"))
    × 4
    ├─ a = 2
    └─ a ↑
    """
    return draw(self, **options)


Differentiable.graph = graph
del graph

__all__ = [
    "Anomaly", "AnomalyError", "AutogradError", "ExpressionError", "GraphError", "Node", "OperandError", "Primitive",
    "ShapeError", "Sparse", "StaleError", "SubscriptError", "Tensor", "Value", "abs", "add", "astype", "broadcast_to",
    "concatenate", "cos", "cosh", "detect_anomaly", "div", "draw", "elementwise", "enable_grad", "equal", "exp",
    "expand_dims", "expm1", "find_nan", "general", "getitem", "grad", "greater", "greater_equal", "hessian", "hvp",
    "identity", "inner", "is_recording", "jacobian", "jvp", "less", "less_equal", "linear", "log", "log1p",
    "log_softmax", "logsumexp", "matmul", "max", "maximum", "mean", "min", "minimum", "mul", "neg", "no_grad",
    "not_equal", "power", "reciprocal", "relu", "reshape", "sigmoid", "sign", "sin", "sinh", "softmax", "sqrt",
    "square", "squeeze", "stack", "sub", "sum", "swapaxes", "table", "tan", "tanh", "to_tensor", "to_value",
    "toposort", "transpose", "value_and_grad", "var", "vjp", "where",
]  # fmt: skip
