"""The table of derivative rules, one page per family."""

from autograd.primitive import table
from autograd.rules.activations import (
    bell,
    elu,
    erf,
    erfc,
    gelu,
    gelu_slope,
    leaky_relu,
    logaddexp,
    logsigmoid,
    relu,
    sigmoid,
    silu,
    silu_slope,
    softplus,
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
from autograd.rules.contraction import (
    contract,
    inner,
    matmul,
)
from autograd.rules.cumulative import (
    cumprod,
    cumsum,
    prod,
    recur,
)
from autograd.rules.ordering import (
    argsort,
    reorder,
    sort,
)
from autograd.rules.powers import (
    cbrt,
    exp,
    exp2,
    expm1,
    log,
    log1p,
    power,
    power_log,
    power_partial,
    slope,
    sqrt,
    square,
    xlogy,
)
from autograd.rules.reduce import (
    argmax,
    argmin,
    direction,
    foremost,
    max,
    middle,
    min,
    norm,
    rest,
    sum,
    winners,
)
from autograd.rules.selection import (
    abs,
    clip,
    equal,
    floor,
    greater,
    greater_equal,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    not_equal,
    sign,
    step,
    where,
)
from autograd.rules.shape import (
    astype,
    broadcast_to,
    concatenate,
    expand_dims,
    flip,
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
from autograd.rules.softmax import (
    log_softmax,
    logsumexp,
    softmax,
)
from autograd.rules.trigonometric import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    circle,
    cos,
    cosh,
    hypot,
    inversion,
    sech,
    sech2,
    sin,
    sinc,
    sinc_slope,
    sinh,
    tan,
    tanh,
    unit,
)
from autograd.rules.windows import (
    from_largest,
    largest,
    overlap_add,
    to_largest,
    window_spread,
    window_sum,
    windows,
)

__all__ = [
    "abs", "acos", "acosh", "add", "argmax", "argmin", "argsort", "asin", "asinh", "astype", "atan", "atan2",
    "atanh", "bell", "broadcast_to", "cbrt", "circle", "clip", "concatenate", "contract", "cos", "cosh", "cumprod",
    "cumsum", "direction", "div", "elu", "equal", "erf", "erfc", "exp", "exp2", "expand_dims", "expm1", "flip",
    "floor", "foremost", "from_largest", "gelu", "gelu_slope", "getitem", "greater", "greater_equal", "hypot",
    "identity", "inner", "inversion", "largest", "leaky_relu", "less", "less_equal", "log", "log1p", "log_softmax",
    "logaddexp", "logical_and", "logical_not", "logical_or", "logsigmoid", "logsumexp", "matmul", "max", "maximum",
    "middle", "min", "minimum", "mul", "neg", "norm", "not_equal", "overlap_add", "power", "power_log",
    "power_partial", "prod", "reciprocal", "recur", "relu", "reorder", "reshape", "rest", "scatter", "sech",
    "sech2", "sigmoid", "sign", "silu", "silu_slope", "sin", "sinc", "sinc_slope", "sinh", "slope", "softmax",
    "softplus", "sort", "sqrt", "square", "squeeze", "stack", "step", "sub", "sum", "swapaxes", "tan", "tanh",
    "to_largest", "to_tensor", "to_value", "transpose", "unit", "where", "window_spread", "window_sum", "windows",
    "winners", "xlogy",
]  # fmt: skip

ROWS = tuple(table.values())
"""The table as it is declared here; others add to it."""
