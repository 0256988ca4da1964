"""Functions of functions: `grad`, `value_and_grad` and `vjp`.

Each calls the function once on fresh leaves and sweeps back to them. Given floats and arrays they return floats and
arrays. Given nodes they return nodes, so they nest to any order; and they do so as well where the function itself uses
nodes from outside, since the result then depends on those (`.item()` gives the number). Gradients never reach the
``grad`` of a node: these are functions without side effects. Numbers become Values, arrays become Tensors; where both
are among the arguments, all become Tensors, so that they mix.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np

from autograd import recording
from autograd.errors import GraphError, OperandError, ShapeError
from autograd.primitive import Node, raw_of
from autograd.rules import identity
from autograd.structure import leaves, like
from autograd.sweep import check_fresh, pull, pull_floats, toposort
from autograd.tensor import Tensor
from autograd.value import Value

__all__ = ["grad", "value_and_grad", "vjp"]

Argnums = int | tuple[int, ...]


def grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that computes the gradient of `f`.

    Parameters
    ----------
    f : a function of floats, arrays, Values, Tensors, or nested lists, tuples and dicts of them, whose result is one
        number.
    argnums : which positional argument to differentiate by; for a tuple of them a tuple comes back.

    Returns
    -------
    A function with the arguments of `f` that returns ∂f/∂argument in the structure of the argument.

    Raises
    ------
    GraphError : if `f` does not return one number (when called).
    OperandError : if an argument to differentiate by is not made of real numbers (when called).

    Examples
    --------
    >>> f = lambda x, y: x * x * y
    >>> grad(f)(3.0, 2.0), grad(f, argnums=(0, 1))(3.0, 2.0)
    (12.0, (12.0, 9.0))
    >>> grad(grad(grad(lambda x: x ** 4)))(2.0)
    48.0
    >>> grad(lambda x: (x * x).sum())(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    both = value_and_grad(f, argnums)

    @wraps(f)
    def gradient(*args: Any, **options: Any) -> Any:
        return both(*args, **options)[1]

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """The function that computes `f` and its gradient together; see `grad`.

    >>> value_and_grad(lambda p: (p[0] - 1.0) ** 2 + p[1] ** 2)([3.0, 2.0])
    (8.0, [4.0, 4.0])
    """
    try:
        positions = tuple(map(operator.index, argnums if isinstance(argnums, tuple | list) else (argnums,)))
    except TypeError:
        raise OperandError(f"argnums= takes an integer or a tuple of integers, but got {argnums!r}") from None

    @wraps(f)
    def value_and_gradient(*args: Any, **options: Any) -> tuple[Any, Any]:
        if any(not -len(args) <= position < len(args) for position in positions):
            raise OperandError(
                f"argnums={argnums} names a positional argument that is not there: {_name(f)} was called with "
                f"{len(args)} of them; the arguments to differentiate by are given by position"
            )
        if len({position % len(args) for position in positions}) < len(positions):
            raise OperandError(f"argnums={argnums} names one of {len(args)} arguments twice")

        def of_chosen(*chosen: Any) -> Any:
            filled = list(args)
            for position, value in zip(positions, chosen, strict=True):
                filled[position] = value
            return f(*filled, **options)

        chosen = tuple(args[position] for position in positions)
        out, pullback = _vjp(of_chosen, chosen, _has_array([args, options]))
        if not isinstance(raw_of(out), float | int | np.number | np.ndarray) or np.shape(raw_of(out)) != ():
            raise GraphError(
                f"grad needs a function that returns one number, but {_name(f)} returned "
                f"{_describe(out)}; reduce it first (.sum(), .mean()), or use vjp"
            )
        grads = pullback(1.0)
        return out, grads if isinstance(argnums, tuple | list) else grads[0]

    return value_and_gradient


def vjp(f: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """Compute ``f(*primals)`` and its pullback, the vector-Jacobian product.

    Parameters
    ----------
    f : a function of the primals; arguments and result may be nested lists, tuples and dicts.
    primals : floats, arrays or nodes to differentiate by.

    Returns
    -------
    The result of `f`, and a function from a cotangent in the structure and shape of that result to a tuple with one
    cotangent per primal. It may be called any number of times.

    Examples
    --------
    >>> out, pullback = vjp(lambda x, y: (x * y, x + y), 3.0, 2.0)
    >>> out, pullback((1.0, 0.0)), pullback((0.0, 1.0))
    ((6.0, 5.0), (2.0, 3.0), (1.0, 1.0))
    """
    return _vjp(f, primals, _has_array(primals))


def _vjp(
    f: Callable[..., Any], primals: tuple[Any, ...], beside_arrays: bool
) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
    """`vjp`; numbers become Tensors of shape () where they stand `beside_arrays`, and Values elsewhere."""
    recorded = recording.is_recording()  # under no_grad, what comes from outside is constant here
    given = leaves(primals)
    with recording.enable_grad():
        inputs = [_fresh(primal, recorded, beside_arrays) for primal in given]
        since = inputs[0].index if inputs else 0
        with recording.watched():
            out = f(*like(primals, iter(inputs)))
    heads = leaves(out)
    order, outside = _between([head for head in heads if isinstance(head, Node)], inputs, since)
    as_nodes = recorded and (outside or any(isinstance(primal, Node) and primal.requires_grad for primal in given))

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = leaves(cotangent)
        if len(seeds) != len(heads):
            raise ShapeError(f"the cotangent has {len(seeds)} leaves, but the result of {_name(f)} has {len(heads)}")
        create_graph = as_nodes or (recorded and any(isinstance(s, Node) and s.requires_grad for s in seeds))
        check_fresh(order)
        pending: dict[Node, Any] = {}
        for head, seed in zip(heads, seeds, strict=True):
            if isinstance(head, Node) and head.requires_grad:
                seed = _cotangent(head, seed, create_graph)
                pending[head] = pending[head] + seed if head in pending else seed
        closed = recorded and not create_graph and all(head.is_scalar for head in pending)  # no node from outside
        gradients = pull_floats(pending) if closed and pending else None
        if gradients is None:
            with recording.enable_grad():
                pull(order, pending, create_graph=create_graph)
            gradients = pending
        results = (_result(node, gradients.get(node), primal) for node, primal in zip(inputs, given, strict=True))
        return like(primals, results)  # type: ignore[no-any-return]  # primals is a tuple

    return (out if as_nodes else like(out, map(_raw_result, heads))), pullback


def _has_array(tree: Any) -> bool:
    return any(isinstance(leaf, np.ndarray | Tensor) for leaf in leaves(tree))


def _fresh(primal: Any, recorded: bool, beside_arrays: bool) -> Value | Tensor:
    """A new node to differentiate by; one that hangs on `primal` if that is a node of an outer graph."""
    if isinstance(primal, Value | Tensor):
        hangs = recorded and primal.requires_grad
        node: Value | Tensor = identity(primal) if hangs else primal.detach()
        node.requires_grad = True
        return node
    if isinstance(primal, np.ndarray):
        return Tensor(primal)
    value = Value(primal)  # which says what is wrong if it is no number
    return Tensor(value.data) if beside_arrays else value


def _between(heads: Sequence[Node], inputs: Sequence[Node], since: int) -> tuple[list[Node], bool]:
    """The nodes through which the heads depend on the inputs, and whether nodes from outside take part too.

    What was created before the first input cannot depend on it: the search stops there, so that a transform inside a
    large graph costs only its own part.
    """
    active, order, outside = set(inputs), [], False
    for node in toposort(*heads, since=since):
        operands = [arg for arg in node.args if isinstance(arg, Node)]
        if node in active:
            continue
        outside = outside or any(arg.requires_grad and arg.index < since for arg in operands)
        if not active.isdisjoint(operands):
            active.add(node)
            order.append(node)
    return order, outside or any(head.requires_grad and head.index < since for head in heads)


def _cotangent(head: Node, seed: Any, create_graph: bool) -> Any:
    """`seed` for `head`: checked, and a node or not as the sweep needs it."""
    if not isinstance(raw_of(seed), int | float | np.ndarray | np.number):
        raise OperandError(f"a cotangent is made of real numbers, but got {seed!r} of type {type(seed).__name__}")
    data = np.asarray(raw_of(seed), np.float64 if head.is_scalar else raw_of(head).dtype)
    if data.shape != np.shape(raw_of(head)):
        raise ShapeError(f"a cotangent has shape {data.shape}, but its result has shape {np.shape(raw_of(head))}")
    if create_graph:
        if isinstance(seed, Node):
            return seed
        return Value(float(data), requires_grad=False) if head.is_scalar else Tensor(data, requires_grad=False)
    return float(data) if head.is_scalar else np.array(data)


def _result(node: Node, cotangent: Any, primal: Any) -> Any:
    """What the pullback returns for one primal: zero where nothing was reached, an array of its own otherwise."""
    if cotangent is None:
        cotangent = 0.0 if node.is_scalar else np.zeros_like(node._data)
        if isinstance(primal, Value | Tensor):
            return type(primal)(cotangent, requires_grad=False)
    if isinstance(primal, Value | Tensor) and not isinstance(cotangent, Node):
        return type(primal)(cotangent, requires_grad=False)
    if isinstance(cotangent, np.ndarray):
        return np.array(cotangent) if isinstance(primal, np.ndarray) else float(cotangent)
    return cotangent


def _raw_result(head: Any) -> Any:
    """A result without history: a float, or an array that may be written into."""
    return head.item() if isinstance(head, Value) else head.numpy() if isinstance(head, Tensor) else head


def _name(f: Callable[..., Any]) -> str:
    return getattr(f, "__qualname__", None) or repr(f)


def _describe(out: Any) -> str:
    return f"an array of shape {np.shape(raw_of(out))}" if isinstance(raw_of(out), np.ndarray) else repr(out)
