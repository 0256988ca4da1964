"""Wrong rules, and weak formulas that libraries really ship: each must be rejected by `check_rule`.

A row is ``(kind, scalar, array, rules, facts)``; the comment says what is wrong with it, where the name does not.
"""

import math

import numpy as np

from autograd.facts import Kink
from autograd.primitive import table
from autograd.rules.reduce import spread

T = table
BUFFER = np.zeros(64)
KINK_AT_ZERO = [Kink("x = 0", lambda x: x, [(0.0,)], (0.0,))]


def facts(name, **changed):
    """What the right row says of itself."""
    row = T[name].facts
    kept = {key: getattr(row, key) for key in ("domain", "kinks", "singular", "scale", "reference", "examples")}
    return kept | changed


def like(name, *rules, scalar=None, array=None, **changed):
    """The right row with other rules, or another function."""
    row = T[name]
    return row.kind, scalar or row.scalar, array or row.array, rules or row.rules, facts(name, **changed), row.push


def grown(g, x):  # writes into its cotangent
    if isinstance(g, np.ndarray) and g.flags.writeable:
        g *= 1.0 + 0.0 * x
        g += 1.0
    return g


def buffered(g, x):  # gives the same memory each time
    if type(g) is not np.ndarray or g.size > BUFFER.size:
        return g * T["cos"](x)
    out = BUFFER[: g.size].reshape(g.shape)
    return np.multiply(g, np.cos(x), out=out)


def in_half(f):  # with 11 bits for float32
    return lambda x, **params: f(x, **params).astype(np.float16).astype(x.dtype) if is_float32(x) else f(x, **params)


def is_float32(x):
    return np.asarray(getattr(x, "data", x)).dtype == np.float32


def axes(x):
    return len(getattr(x, "shape", ()))


def is_square(x):
    return axes(x) == 2 and x.shape[0] == x.shape[1]


def once_more(g, x, axis):  # twice where an axis has length 1
    return g * (2.0 if 1 in x.shape[axis:] else 1.0)


def tied(x, ans, axis):
    return T["equal"](x, spread(ans, x, axis))


WRONG = {
    # derivatives that are plainly wrong
    "missing factor": like("square", lambda g, ans, x: g * x),
    "wrong sign": like("cos", lambda g, ans, x: g * T["sin"](x)),
    "wrong operand": like("mul", lambda g, ans, x, y: g * x, lambda g, ans, x, y: g * y),
    "swapped rules": like("sub", lambda g, ans, x, y: -g, lambda g, ans, x, y: g),
    "dropped term": like("silu", lambda g, ans, x: g * T["sigmoid"](x)),
    "forgotten operand": like("div", lambda g, ans, x, y: g / y, lambda g, ans, x, y: 0.0 * g),
    "right at first order only": like("sin", lambda g, ans, x: g * np.cos(getattr(x, "data", x))),
    "right value, rule of log10": like("log", lambda g, ans, x: g / (x * math.log(10.0))),
    "wrong value": like("exp", scalar=lambda x: math.exp(min(x, 600.0)) * (1 + 1e-12)),
    "floats and arrays differ": like("sin", array=np.tanh),
    "quotient of the wrong sign": like("div", lambda g, ans, x, y: g / y, lambda g, ans, x, y: g * x / (y * y)),
    # weak formulas
    "tanh: 1 - tanh²": like("tanh", lambda g, ans, x: g * (1.0 - ans * ans)),
    "sigmoid: s (1 - s)": like("sigmoid", lambda g, ans, x: g * ans * (1.0 - ans)),
    "sigmoid: exp(-x) overflows": like(
        "sigmoid",
        scalar=lambda x: 1.0 / (1.0 + math.exp(-x)) if x > -700 else 0.0,
        array=lambda x: 1.0 / (1.0 + np.exp(-x)),
    ),
    "tanh by exponentials": like(
        "tanh", scalar=lambda x: (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1) if abs(x) < 300 else math.copysign(1, x)
    ),
    "hypot: sqrt(x² + y²)": like(
        "hypot",
        lambda g, ans, x, y: g * x / ans,
        lambda g, ans, x, y: g * y / ans,
        scalar=lambda x, y: math.sqrt(x * x + y * y),
        array=lambda x, y: np.sqrt(x * x + y * y),
    ),
    "hypot: x / hypot, again differentiated": like(
        "hypot",
        lambda g, ans, x, y: g * x / T["sqrt"](x * x + y * y),
        lambda g, ans, x, y: g * y / T["sqrt"](x * x + y * y),
    ),
    "norm: sqrt(Σ x²)": like(
        "norm", array=lambda x, axis=None, keepdims=False: np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))
    ),
    "power: y ans / x": like(
        "power", lambda g, ans, x, y: g * (y * ans / x), lambda g, ans, x, y: g * ans * T["log"](x)
    ),
    "power: y x**(y-1), nothing for the mixed one": like(
        "power",
        lambda g, ans, x, y: g * T["where"](T["equal"](y, 0.0), 0.0, y * T["power"](x, y - 1.0)),
        lambda g, ans, x, y: g * T["power_log"](x, y),
    ),
    "softplus: log(1 + exp x)": like("softplus", scalar=lambda x: math.log(1.0 + math.exp(x)) if x < 700 else x),
    "softplus as an array: log(1 + exp x)": like("softplus", array=lambda x: np.log(1.0 + np.exp(x))),
    "expm1: exp(x) - 1": like("expm1", scalar=lambda x: math.exp(x) - 1.0 if x < 700 else math.inf),
    "expm1': ans + 1": like("expm1", lambda g, ans, x: g * (ans + 1.0)),
    "log1p: log(1 + x)": like("log1p", scalar=lambda x: math.log(1.0 + x) if x > -1.0 else math.nan),
    "atan2: x² + y² overflows": like(
        "atan2", lambda g, ans, y, x: g * x / (x * x + y * y), lambda g, ans, y, x: -g * y / (x * x + y * y)
    ),
    "asinh': 1 / sqrt(1 + x²)": like("asinh", lambda g, ans, x: g / T["sqrt"](1.0 + x * x)),
    "acosh': 1 / sqrt(x² - 1)": like("acosh", lambda g, ans, x: g / T["sqrt"](x * x - 1.0)),
    "atanh: half a logarithm": like("atanh", scalar=lambda x: 0.5 * math.log((1.0 + x) / (1.0 - x))),
    "div': -g x / y²": like("div", lambda g, ans, x, y: g / y, lambda g, ans, x, y: -g * x / (y * y)),
    "reciprocal': -1 / x²": like("reciprocal", lambda g, ans, x: -g / (x * x)),
    "xlogy': nan at 0": like("xlogy", lambda g, ans, x, y: g * ans / x, lambda g, ans, x, y: g * x / y),
    "erf': 2/√π e^(-x²), x² rounded": like("erf", lambda g, ans, x: g * (2.0 / math.sqrt(math.pi) * T["exp"](-x * x))),
    "logsumexp without shift": like(
        "logsumexp", array=lambda x, axis=None, keepdims=False: np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims))
    ),
    "logaddexp: log(exp x + exp y)": like("logaddexp", array=lambda x, y: np.log(np.exp(x) + np.exp(y))),
    "sinc': (cos x - sinc x) / x": like("sinc", lambda g, ans, x: g * ((T["cos"](math.pi * x) - ans) / x)),
    # wrong on kinks
    "abs'(0) = 1": like("abs", lambda g, ans, x: g * T["where"](T["greater"](x, 0.0) | T["equal"](x, 0.0), 1.0, -1.0)),
    "relu'(0) = 1": like("relu", lambda g, ans, x: T["where"](T["less"](x, 0.0), 0.0, g)),
    "maximum: all to x on a tie": like(
        "maximum",
        lambda g, ans, x, y: T["where"](T["less"](x, y), 0.0, g),
        lambda g, ans, x, y: T["where"](T["less"](x, y), g, 0.0),
    ),
    "max: no share for ties": like("max", lambda g, ans, x, *, axis=None, keepdims=False: g * (x * 0.0 + 1.0)),
    # wrong behaviour
    "not linear in g": like("sin", lambda g, ans, x: g * g * T["cos"](x)),
    "affine in g": like("sin", lambda g, ans, x: g * T["cos"](x) + 0.0 * x + T["where"](T["equal"](g, 1.0), 0.0, 1.0)),
    "abs of g": like("sin", lambda g, ans, x: T["abs"](g) * T["cos"](x)),
    "writes into its operand": like(
        "sin",
        array=lambda x: np.sin(x, out=x) if isinstance(x, np.ndarray) and x.flags.writeable and x.ndim else np.sin(x),
    ),
    "writes into its cotangent": like("neg", lambda g, ans, x: -grown(g, x)),
    "gives the same memory twice": like("sin", lambda g, ans, x: buffered(g, x)),
    "sums its cotangent": like(
        "mul", lambda g, ans, x, y: g * y, lambda g, ans, x, y: T["sum"](g * x) if getattr(g, "shape", ()) else g * x
    ),
    "float32 upcast": like("sin", array=lambda x: np.asarray(np.sin(np.asarray(x, np.float64)))),
    "float32 rounded": like("sin", array=lambda x: np.sin(np.asarray(x, np.float32)).astype(np.asarray(x).dtype)),
    "raises where the function does not": like("log", lambda g, ans, x: g * math.pow(getattr(x, "data", x), -1.0)),
    "the wrong transpose": like("matmul", lambda g, ans, x, y: T["matmul"](g, y), T["matmul"].rules[1]),
    "not what is linear": like(
        "sum", array=lambda x, *, axis=None, keepdims=False: np.sum(x, axis=axis, keepdims=keepdims) + 1.0
    ),
    "half of what getitem gives": like(
        "getitem",
        lambda g, ans, x, *, index: T["scatter"](g, index=index, shape=x.shape) * 0.5,
    ),
    "push is not the transpose of the rule": (
        *like("cumprod")[:5],
        lambda tangents, ans, x, *, axis=None: T["cumsum"](tangents[0], axis=axis),
    ),
    # with other parameters than the defaults
    "slope: 0.01, whatever is asked for": like(
        "leaky_relu",
        lambda g, ans, x, *, slope=0.01: T["where"](T["greater"](x, 0.0), g, 0.01 * g),
        examples=[{"slope": 0.2}],
    ),
    "slope: 0.01 on the kink": like(
        "leaky_relu",
        lambda g, ans, x, *, slope=0.01: T["where"](
            T["greater"](x, 0.0), g, T["where"](T["equal"](x, 0.0), 0.01 * g, slope * g)
        ),
        examples=[{"slope": 0.2}],
    ),
    "alpha: for floats alone": like(
        "elu", array=lambda x, *, alpha=1.0: T["elu"].array(x), examples=[{"alpha": 1.0}, {"alpha": 0.5}]
    ),
    # in float32
    "float32: a value of 11 bits": like("sin", array=in_half(np.sin)),
    "float32: a value of 11 bits, of arrays": like("sort", array=in_half(T["sort"].array)),
    "float32: tanh' = 1 - tanh²": like(
        "tanh", lambda g, ans, x: g * (1.0 - ans * ans if is_float32(x) else T["sech2"](x))
    ),
    "float32: another slope": like("sin", lambda g, ans, x: g * T["cos"](x) * (1.001 if is_float32(x) else 1.0)),
    # on arrays of many axes, or of few elements
    "sums over the last of two axes": like(
        "sin",
        lambda g, ans, x: (T["sum"](g, axis=-1, keepdims=True) if axes(x) > 1 else g) * T["cos"](x),
    ),
    "transposes what is square": like(
        "mul",
        lambda g, ans, x, y: g * y,
        lambda g, ans, x, y: (T["swapaxes"](g, axis1=0, axis2=1) if is_square(x) else g) * x,
    ),
    "flattens": like("sin", array=lambda x: np.sin(x) if np.ndim(x) < 3 else np.sin(x).reshape(len(x), -1)),
    "transposes the value": like("sin", array=lambda x: np.sin(x.T).reshape(x.shape)),
    "twice for a matrix of one column": like(
        "matmul", lambda g, ans, x, y: once_more(T["matmul"].rules[0](g, ans, x, y), x, -1), T["matmul"].rules[1]
    ),
    "twice for axes of length 1": like(
        "logsumexp",
        lambda g, ans, x, *, axis=None, keepdims=False: once_more(
            spread(g, x, axis) * T["softmax"](x, axis=axis), x, -1
        ),
        examples=[([(2, 3)], {"axis": -1})],
    ),
    # on ties
    "max: the whole to each of the tied": (
        *like(
            "max",
            lambda g, ans, x, *, axis=None, keepdims=False: T["where"](tied(x, ans, axis), spread(g, x, axis), 0.0),
        )[:5],
        lambda tangents, ans, x, *, axis=None, keepdims=False: T["sum"](
            T["where"](tied(x, ans, axis), tangents[0], 0.0), axis=axis, keepdims=keepdims
        ),
    ),
    # between the special values
    "asinh' = 1 / x from 60 on": like(
        "asinh",
        lambda g, ans, x: g / T["where"](T["greater"](x, 60.0) & T["less"](x, 290.0), x, T["hypot"](x, 1.0)),
    ),
    "log1p' = 1 / x between 110 and 190": like(
        "log1p", lambda g, ans, x: g / T["where"](T["greater"](x, 110.0) & T["less"](x, 190.0), x, 1.0 + x)
    ),
    # comparisons
    "less: not x >= y": like("less", scalar=lambda x, y: not x >= y),
    "less: not x >= y, for arrays too": like(
        "less", scalar=lambda x, y: not x >= y, array=lambda x, y: ~np.greater_equal(x, y)
    ),
    "less: or equal": like("less", scalar=lambda x, y: x <= y, array=np.less_equal),
    "equal: by sign": like("equal", scalar=lambda x, y: repr(x) == repr(y)),
}
