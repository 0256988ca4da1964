"""The table of derivative rules, one page per family."""

from autograd.rules.activations import (
    relu,
    sigmoid,
)
from autograd.rules.arithmetic import (
    add,
    div,
    identity,
    mul,
    neg,
    reciprocal,
    sub,
)
from autograd.rules.powers import (
    exp,
    expm1,
    log,
    log1p,
    power,
    power_log,
    slope,
    sqrt,
    square,
)
from autograd.rules.reduce import (
    inner,
    log_softmax,
    matmul,
    max,
    min,
    sum,
)
from autograd.rules.selection import (
    abs,
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    maximum,
    minimum,
    not_equal,
    sign,
    where,
)
from autograd.rules.shape import (
    astype,
    broadcast_to,
    concatenate,
    expand_dims,
    getitem,
    reshape,
    scatter,
    squeeze,
    stack,
    swapaxes,
    to_tensor,
    to_value,
    transpose,
)
from autograd.rules.trigonometric import (
    cos,
    cosh,
    sech2,
    sin,
    sinh,
    tan,
    tanh,
)

__all__ = [
    "abs", "add", "astype", "broadcast_to", "concatenate", "cos", "cosh", "div", "equal", "exp", "expand_dims",
    "expm1", "getitem", "greater", "greater_equal", "identity", "inner", "less", "less_equal", "log", "log1p",
    "log_softmax", "matmul", "max", "maximum", "min", "minimum", "mul", "neg", "not_equal", "power", "power_log",
    "reciprocal", "relu", "reshape", "scatter", "sech2", "sigmoid", "sign", "sin", "sinh", "slope", "sqrt", "square",
    "squeeze", "stack", "sub", "sum", "swapaxes", "tan", "tanh", "to_tensor", "to_value", "transpose", "where",
]  # fmt: skip
