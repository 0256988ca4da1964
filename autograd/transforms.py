"""Functions of functions: `grad`, `value_and_grad`, `vjp` and `jvp`, `jacobian`, `hessian` and `hvp`.

Each calls the function once, on fresh leaves, and sweeps from there (`autograd/linearized.py`). Given floats and arrays
they return floats and arrays. Given nodes they return nodes, so they nest to any order, in any combination; and they do
so as well where the function itself uses nodes from outside, since the result then depends on those (`.item()` gives
the number). Gradients never reach the ``grad`` of a node: these are functions without side effects. Numbers become
Values, arrays become Tensors; where both are among the arguments, all become Tensors, so that they mix.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

import numpy as np

from autograd import sparse as sparsity
from autograd.errors import GraphError, OperandError
from autograd.functions import stack
from autograd.linearized import Linearized, has_array, name_of
from autograd.primitive import raw_of
from autograd.structure import like

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]

Argnums = int | tuple[int, ...]
Mode = Literal["auto", "forward", "reverse"]


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
    linearize = _by(f, argnums)

    @wraps(f)
    def value_and_gradient(*args: Any, **options: Any) -> tuple[Any, Any]:
        recorded = linearize(*args, **options)
        out = recorded.out
        if not isinstance(raw_of(out), float | int | np.number | np.ndarray) or np.shape(raw_of(out)) != ():
            raise GraphError(
                f"grad needs a function that returns one number, but {name_of(f)} returned "
                f"{_describe(out)}; reduce it first (.sum(), .mean()), or use vjp or jacobian"
            )
        grads = recorded.pullback(1.0)
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
    recorded = Linearized(f, primals, has_array(primals))
    return recorded.out, recorded.pullback


def jvp(f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
    """Compute ``f(*primals)`` and the tangent of the result, the Jacobian-vector product (forward mode).

    Parameters
    ----------
    f : a function of the primals; arguments and result may be nested lists, tuples and dicts.
    primals : a tuple of floats, arrays or nodes.
    tangents : a tuple of the directions in which they move, in the structure and shapes of `primals`.

    Returns
    -------
    The result of `f`, and its derivative along `tangents` in the same structure.

    Raises
    ------
    ShapeError : if `tangents` do not fit `primals`.

    Examples
    --------
    >>> jvp(lambda x, y: (x * y, x + y), (3.0, 2.0), (1.0, 0.0))
    ((6.0, 5.0), (2.0, 1.0))
    """
    if not (isinstance(primals, tuple | list) and isinstance(tangents, tuple | list)):
        raise OperandError("jvp takes the primals and the tangents as two tuples: jvp(f, (x, y), (dx, dy))")
    recorded = Linearized(f, tuple(primals), has_array(primals))
    return recorded.out, recorded.pushforward(*tangents)


def jacobian(
    f: Callable[..., Any], argnums: Argnums = 0, mode: Mode = "auto", sparse: bool = False
) -> Callable[..., Any]:
    """The function that computes all partial derivatives of `f`.

    Parameters
    ----------
    f : a function of numbers, arrays, or nested lists, tuples and dicts of them, and with such a result.
    argnums : which positional argument to differentiate by; for a tuple of them a tuple comes back.
    mode : ``"forward"`` sweeps once per input, ``"reverse"`` once per result; ``"auto"`` takes the fewer.
    sparse : find out which entries can differ from 0, and compute several columns in one sweep where these do not
        meet (Curtis, Powell and Reid, 1974). For functions of a list of numbers with a list of numbers as result; an
        `autograd.Sparse` comes back, whose ``toarray()`` is the matrix.

    Returns
    -------
    A function with the arguments of `f`. Its result has the structure of that of `f`, with in the place of each leaf
    of shape ``a`` the structure of the argument, with arrays of shape ``a + b`` for its leaves of shape ``b``.

    Raises
    ------
    OperandError : if `mode` is none of these, or the function is not one that `sparse` is for (when called).

    Examples
    --------
    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    >>> jacobian(lambda p: [p[0] * p[1], p[0] + p[1]])([3.0, 2.0])
    [[2.0, 3.0], [1.0, 1.0]]
    """
    if mode not in ("auto", "forward", "reverse"):
        raise OperandError(f'mode= is "auto", "forward" or "reverse", but got {mode!r}')
    linearize = _by(f, argnums)

    @wraps(f)
    def matrix(*args: Any, **options: Any) -> Any:
        recorded = linearize(*args, **options)
        if sparse:
            return sparsity.jacobian(recorded, mode)
        ways_in = sum(np.size(raw_of(x)) for x in recorded.inputs)
        ways_out = sum(np.size(raw_of(head)) for head in recorded.heads)
        forward = mode == "forward" or (mode == "auto" and ways_in <= ways_out)
        blocks = _pushed(recorded) if forward else _pulled(recorded)
        rows = [like(recorded.primals, iter(row)) for row in blocks]
        return like(recorded.tree, iter(rows if isinstance(argnums, tuple | list) else [row[0] for row in rows]))

    return matrix


def hessian(f: Callable[..., Any], argnums: Argnums = 0, sparse: bool = False) -> Callable[..., Any]:
    """The function that computes all second partial derivatives of `f`, forward over reverse.

    Parameters
    ----------
    f : a function whose result is one number.
    argnums : which positional argument to differentiate by; for a tuple of them a tuple of tuples comes back.
    sparse : as in `jacobian`; symmetry is used, so that an arrow-shaped Hessian takes few sweeps, too (star colouring:
        Gebremedhin, Manne and Pothen, "What color is your Jacobian?", 2005).

    Examples
    --------
    >>> hessian(lambda x: (x * x * x).sum())(np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    >>> rosenbrock = lambda p: 100.0 * (p[1] - p[0] ** 2) ** 2 + (1.0 - p[0]) ** 2
    >>> hessian(rosenbrock)([1.0, 1.0])
    [[802.0, -400.0], [-400.0, 200.0]]
    """
    if not sparse:
        return jacobian(grad(f, argnums), argnums, mode="forward")
    linearize = _by(grad(f, argnums), argnums)

    @wraps(f)
    def matrix(*args: Any, **options: Any) -> Any:
        return sparsity.hessian(linearize(*args, **options))

    return matrix


def hvp(f: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, ...]:
    """The product of the Hessian of `f` with a vector, without the Hessian: about four times the cost of `f`.

    Parameters
    ----------
    f : a function of the primals whose result is one number.
    primals, tangents : as in `jvp`.

    Returns
    -------
    A tuple with ∂(∇f · tangents)/∂primal for each primal.

    Examples
    --------
    >>> hvp(lambda x: (x * x * x).sum(), (np.array([1.0, 2.0]),), (np.array([1.0, 1.0]),))
    (array([ 6., 12.]),)
    """
    if not (isinstance(primals, tuple | list) and isinstance(tangents, tuple | list)):
        raise OperandError("hvp takes the primals and the tangents as two tuples: hvp(f, (x, y), (dx, dy))")
    return jvp(grad(f, tuple(range(len(primals)))), primals, tangents)[1]  # type: ignore[no-any-return]


def _by(f: Callable[..., Any], argnums: Argnums) -> Callable[..., Linearized]:
    """The function that linearizes `f` in the arguments that `argnums` names."""
    try:
        positions = tuple(map(operator.index, argnums if isinstance(argnums, tuple | list) else (argnums,)))
    except TypeError:
        raise OperandError(f"argnums= takes an integer or a tuple of integers, but got {argnums!r}") from None

    def linearize(*args: Any, **options: Any) -> Linearized:
        if any(not -len(args) <= position < len(args) for position in positions):
            raise OperandError(
                f"argnums={argnums} names a positional argument that is not there: {name_of(f)} was called with "
                f"{len(args)} of them; the arguments to differentiate by are given by position"
            )
        if len({position % len(args) for position in positions}) < len(positions):
            raise OperandError(f"argnums={argnums} names one of {len(args)} arguments twice")

        @wraps(f)
        def of_chosen(*chosen: Any) -> Any:
            filled = list(args)
            for position, value in zip(positions, chosen, strict=True):
                filled[position] = value
            return f(*filled, **options)

        return Linearized(of_chosen, tuple(args[p] for p in positions), has_array([args, options]))

    return linearize


def _pushed(recorded: Linearized) -> list[list[Any]]:
    """The blocks ∂head/∂input, a row of them per head, by one pushforward per element of the inputs."""
    blocks: list[list[Any]] = [[] for _ in recorded.heads]
    for place, x in enumerate(recorded.inputs):
        seeds: list[Any] = [None] * len(recorded.inputs)
        columns = []
        for unit in _units(x):
            seeds[place] = unit
            columns.append(recorded.push(seeds))
        for number, head in enumerate(recorded.heads):
            blocks[number].append(_joined([column[number] for column in columns], head, x, -1))
    return blocks


def _pulled(recorded: Linearized) -> list[list[Any]]:
    """The same by one pullback per element of the heads."""
    blocks = []
    for place, head in enumerate(recorded.heads):
        seeds: list[Any] = [None] * len(recorded.heads)
        rows = []
        for unit in _units(head):
            seeds[place] = unit
            rows.append(recorded.pull(seeds))
        blocks.append([_joined([row[n] for row in rows], head, x, 0) for n, x in enumerate(recorded.inputs)])
    return blocks


def _units(x: Any) -> Any:
    """The unit vectors in the shape of `x`."""
    shape = np.shape(raw_of(x))
    if shape == ():
        yield 1.0
        return
    for place in np.ndindex(shape):
        unit = np.zeros(shape)
        unit[place] = 1.0
        yield unit


def _joined(parts: list[Any], head: Any, x: Any, axis: int) -> Any:
    """One block ∂head/∂x of its columns (`axis` -1) or rows (0), in the shape of head + the shape of x."""
    shape = np.shape(raw_of(head)) + np.shape(raw_of(x))
    if len(parts) == 1 and np.shape(raw_of(parts[0])) == shape:
        return parts[0]
    return stack(parts, axis=axis).reshape(shape) if parts else np.zeros(shape)


def _describe(out: Any) -> str:
    return f"an array of shape {np.shape(raw_of(out))}" if isinstance(raw_of(out), np.ndarray) else repr(out)
