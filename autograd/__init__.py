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

from collections.abc import Callable, Mapping
from inspect import signature
from typing import TYPE_CHECKING, Any

from autograd import numpy_functions  # noqa: F401  # np.sum(t) and the like
from autograd.anomaly import Anomaly, detect_anomaly, find_nan
from autograd.convolution import avg_pool2d, conv2d, max_pool2d, windows2d
from autograd.differentiable import Differentiable
from autograd.einsum import einsum
from autograd.errors import (
    AnomalyError,
    AutogradError,
    ExpressionError,
    GraphError,
    GuardError,
    OperandError,
    ShapeError,
    StaleError,
    SubscriptError,
    TraceError,
)
from autograd.functions import concatenate, mean, outer, pad, stack, std, take, var
from autograd.primitive import Node, Primitive, Table, elementwise, general, linear, table
from autograd.recording import enable_grad, is_recording, is_tracing, no_grad
from autograd.rules import (
    abs,
    acos,
    acosh,
    add,
    argmax,
    argmin,
    argsort,
    asin,
    asinh,
    astype,
    atan,
    atan2,
    atanh,
    broadcast_to,
    cbrt,
    clip,
    cos,
    cosh,
    cumprod,
    cumsum,
    div,
    elu,
    equal,
    erf,
    erfc,
    exp,
    exp2,
    expand_dims,
    expm1,
    flip,
    floor,
    gelu,
    getitem,
    greater,
    greater_equal,
    hypot,
    identity,
    inner,
    leaky_relu,
    less,
    less_equal,
    log,
    log1p,
    log_softmax,
    logaddexp,
    logical_and,
    logical_not,
    logical_or,
    logsigmoid,
    logsumexp,
    matmul,
    max,
    maximum,
    min,
    minimum,
    mul,
    neg,
    norm,
    not_equal,
    power,
    prod,
    reciprocal,
    relu,
    reshape,
    sigmoid,
    sign,
    silu,
    sin,
    sinc,
    sinh,
    softmax,
    softplus,
    sort,
    sqrt,
    square,
    squeeze,
    step,
    sub,
    sum,
    swapaxes,
    tan,
    tanh,
    to_tensor,
    to_value,
    transpose,
    where,
    xlogy,
)
from autograd.scopes import scope
from autograd.sparse import Sparse
from autograd.sweep import toposort
from autograd.tensor import Tensor
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.value import Value

if TYPE_CHECKING:
    from autograd.tracing import Program, jit, trace

__version__ = "0.1.0"


def draw(*roots: Any, **options: Any) -> Any:
    """Draw the computation graph behind one or several roots; see `autograd.drawing.draw` for the options.

    A root is a Value, a Tensor, or a `Program`, which is drawn at the arguments that it was traced with.

    >>> x = Value(2.0, name="x")
    >>> figure = draw(x * x)
    """
    from autograd.drawing import draw as draw_roots  # imported when used: a figure needs Graphviz, an engine does not

    known = [name for name, one in signature(draw_roots).parameters.items() if one.kind is one.KEYWORD_ONLY]
    for name in options:
        if name not in known:
            hint = f"; {name}= is for its save() or to_svg()" if name in ("theme", "format", "scale") else ""
            raise TypeError(f"a figure has no option {name}={hint}; it takes {', '.join(known)}")
    nodes = [node for root in roots for node in (root.nodes() if hasattr(root, "nodes") else (root,))]
    return draw_roots(*nodes, **options)


def graph(self: Differentiable, **options: Any) -> Any:
    """The computation graph behind this node as a figure, which Jupyter shows and ``.save("graph.svg")`` writes.

    Options (see `autograd.drawing.draw`): ``depth=1`` folds each scope inside those of the first level to one card,
    ``fold_repeats=True`` draws repeated ones once, ``show_constants=False`` writes constants into the operations,
    ``rankdir="TB"`` draws from top to bottom, ``passes="forward"`` leaves the gradients out, ``max_nodes=30`` folds
    what is more, ``precision=4`` is the number of decimals, ``lang="zh"`` speaks Chinese. Nodes without a name are
    called like the variables that hold them, or as ``names=`` says.

    >>> a = Value(2.0)
    >>> print((a * a).graph(passes="forward"))
    × 4
    ├─ a = 2
    └─ a ↑
    """
    return draw(self, **options)


def stepper(self: Differentiable, **options: Any) -> Any:
    """A widget for notebooks that steps through the graph of this node: forward, the seed, and back, in numbers.

    A click on a value shows its formula and its paths, and a slider what happens if a leaf has another value. Options
    are those of `graph`. It needs anywidget (the extra "notebook"); ``root.graph().save("steps.html")`` needs nothing.

    Raises
    ------
    GraphError : if the figure has not a card for every value, see `autograd.drawing.figure.Figure.step`.
    ImportError : if anywidget is not installed.
    """
    return draw(self, **options).step()


def expression(self: Differentiable, names: Mapping[str, Any] | None = None) -> str:
    """The formula that this node was computed by, as Python.

    Leaves are called as in figures: by their name, or after the variables that hold them (those of `names`, which may
    be ``locals()``, or else those of the code that asks); and those without either are numbers.

    >>> x, w = Value(2.0), Value(-3.0)
    >>> (x * w + x * w + 1.0).tanh().expression()
    'tanh(2 * x * w + 1)'
    >>> (x * w).expression(names={})
    '-6'

    Raises
    ------
    GraphError : if it is longer than 10,000 characters.
    """
    from autograd import formula
    from autograd.drawing.naming import names_for

    return formula.python(self, names_for(names))


def latex(self: Differentiable, names: Mapping[str, Any] | None = None) -> str:
    r"""The formula that this node was computed by, as LaTeX; see `expression`.

    >>> x, w = Value(2.0, name="x1"), Value(-3.0, name="w_in")
    >>> print((x / w).exp().latex())
    e^{\frac{x_{1}}{w_{in}}}
    """
    from autograd import formula
    from autograd.drawing.naming import names_for

    return formula.latex(self, names_for(names))


Differentiable.graph, Differentiable.step = graph, stepper
Differentiable.expression, Differentiable.latex = expression, latex
del graph, stepper, expression, latex


def _page(kind: str) -> Callable[[Any], str]:
    """A method of the table that shows it as a page of calculus; see `autograd.catalogue`."""

    def method(self: Any) -> str:
        from autograd import catalogue  # imported when used

        return getattr(catalogue, f"as_{kind}")(self)  # type: ignore[no-any-return]

    return method


Table.__str__ = _page("text")  # type: ignore[method-assign]
Table._repr_html_ = _page("html")
Table._repr_latex_ = _page("latex")


def __getattr__(name: str) -> Any:
    if name in ("Program", "jit", "trace"):
        from autograd import tracing  # imported when used

        tracing.Program.draw = draw
        return getattr(tracing, name)
    raise AttributeError(f"module 'autograd' has no attribute {name!r}")


def __dir__() -> list[str]:
    """What tab completion offers."""
    return sorted({*__all__, "__version__", "testing", "drawing"})


__all__ = [
    "Anomaly", "AnomalyError", "AutogradError", "ExpressionError", "GraphError", "GuardError", "Node",
    "OperandError", "Primitive", "Program", "ShapeError", "Sparse", "StaleError", "SubscriptError", "Tensor",
    "TraceError", "Value", "abs", "acos", "acosh", "add", "argmax", "argmin", "argsort", "asin", "asinh", "astype",
    "atan", "atan2", "atanh", "avg_pool2d", "broadcast_to", "cbrt", "clip", "concatenate", "conv2d", "cos", "cosh",
    "cumprod", "cumsum", "detect_anomaly", "div", "draw", "einsum", "elementwise", "elu", "enable_grad", "equal",
    "erf", "erfc", "exp", "exp2", "expand_dims", "expm1", "find_nan", "flip", "floor", "gelu", "general", "getitem",
    "grad", "greater", "greater_equal", "hessian", "hvp", "hypot", "identity", "inner", "is_recording",
    "is_tracing", "jacobian", "jit", "jvp", "leaky_relu", "less", "less_equal", "linear", "log", "log1p",
    "log_softmax", "logaddexp", "logical_and", "logical_not", "logical_or", "logsigmoid", "logsumexp", "matmul",
    "max", "max_pool2d", "maximum", "mean", "min", "minimum", "mul", "neg", "no_grad", "norm", "not_equal", "outer",
    "pad", "power", "prod", "reciprocal", "relu", "reshape", "scope", "sigmoid", "sign", "silu", "sin", "sinc",
    "sinh", "softmax", "softplus", "sort", "sqrt", "square", "squeeze", "stack", "std", "step", "sub", "sum",
    "swapaxes", "table", "take", "tan", "tanh", "to_tensor", "to_value", "toposort", "trace", "transpose",
    "value_and_grad", "var", "vjp", "where", "windows2d", "xlogy",
]  # fmt: skip
