"""Products that are summed over common axes: matrix products, inner products, and any two operands of einsum.

Legend: see `autograd/rules/arithmetic.py`. All are linear in both operands, and the transposes of each are made of the
same.
"""

import math

import numpy as np

from autograd.primitive import linear, table
from autograd.rules.shape import expand_dims, reshape, swapaxes, transpose

__all__ = ["contract", "inner", "matmul"]


def _matmul_x(g, ans, x, y):  # a rule
    if y.ndim == 1:  # (..., n) @ (n,) -> (...)
        return (expand_dims(g, axis=-1) if x.ndim > 1 else g) * y
    if x.ndim == 1:  # (n,) @ (..., n, m) -> (..., m)
        return reshape(matmul(y, expand_dims(g, axis=-1)), shape=y.shape[:-1])
    return matmul(g, swapaxes(y, axis1=-1, axis2=-2))


def _matmul_y(g, ans, x, y):  # a rule
    if x.ndim == 1:  # (n,) @ (..., n, m) -> (..., m), and (n,) @ (n,) -> ()
        column = reshape(x, shape=(x.shape[0], 1)) if y.ndim > 1 else x
        return column * (expand_dims(g, axis=-2) if y.ndim > 1 else g)
    if y.ndim == 1:  # (..., n) @ (n,) -> (...)
        return expand_dims(g, axis=-1) * x
    return matmul(swapaxes(x, axis1=-1, axis2=-2), g)


def _inner(x, y):
    x, y = np.asarray(x), np.asarray(y)
    if not x.ndim or y.ndim not in (1, 2):
        raise ValueError("the first operand is an array, and the second has one or two axes")
    return np.inner(x, y)


def _inner_y(g, ans, x, y):  # a rule
    if y.ndim == 1:  # (..., n), (n,) -> (...)
        return expand_dims(g, axis=-1) * x
    if x.ndim != 2:  # (..., n), (m, n) -> (..., m)
        rows, columns = y.shape
        batch = math.prod(x.shape[:-1])
        g, x = reshape(g, shape=(batch, rows)), reshape(x, shape=(batch, columns))
    return matmul(transpose(g), x)


def _contract(x, y, *, subscripts):
    operands, out = subscripts.split("->")
    of_x, of_y = operands.split(",")
    common = "".join(i for i in of_x if i in of_y and i in out)
    summed = "".join(i for i in of_x if i in of_y and i not in out)
    rows = "".join(i for i in of_x if i not in of_y)
    columns = "".join(i for i in of_y if i not in of_x)
    if not summed or not (rows or columns):  # not a product of matrices
        return np.einsum(subscripts, x, y)
    size = dict(zip(of_x + of_y, x.shape + y.shape, strict=True))
    left = _matrices(x, of_x, (common, rows, summed), size)
    right = _matrices(y, of_y, (common, summed, columns), size)
    given = common + rows + columns
    product = np.matmul(left, right).reshape([size[i] for i in given])
    return np.transpose(product, [given.index(i) for i in out])


def _matrices(array, names, groups, size):
    """The axes of an array in three groups, each as one axis."""
    moved = np.transpose(array, [names.index(i) for group in groups for i in group])
    return moved.reshape([math.prod(size[i] for i in group) for group in groups])


def _without(subscripts, position):
    """The subscripts of the transpose: the result takes the place of the operand at `position`."""
    operands, out = subscripts.split("->")
    names = operands.split(",")
    return f"{out},{names[1 - position]}->{names[position]}"


matmul = linear(
    "matmul", np.matmul, _matmul_x, _matmul_y,
    symbol="@", latex=r"{} \, {}", doc="The matrix product x @ y of vectors, matrices or stacks of matrices.",
    examples=[
        ([(2, 3), (3, 4)], {}), ([(3,), (3,)], {}), ([(2, 3), (3,)], {}), ([(3,), (3, 2)], {}),
        ([(2, 2, 3), (2, 3, 2)], {}), ([(2, 3), (4, 3, 2)], {}), ([(4, 1, 2, 3), (2, 3, 1)], {}),
        ([(3,), (2, 3, 2)], {}), ([(2, 2, 3), (3,)], {}),
    ],
)  # fmt: skip
inner = linear(
    "inner", _inner,
    lambda g, ans, x, y: matmul(g, y) if y.ndim == 2 else expand_dims(g, axis=-1) * y,
    _inner_y,
    symbol="@ᵀ", latex=r"{} \, {}^T",
    doc="Inner products of the rows of x with the rows of y: x yᵀ for matrices, in one step. y is (n,) or (m, n).",
    examples=[
        ([(2, 3), (4, 3)], {}), ([(3,), (3,)], {}), ([(2, 3), (3,)], {}), ([(3,), (2, 3)], {}),
        ([(2, 2, 3), (4, 3)], {}),
    ],
)  # fmt: skip
contract = linear(
    "contract", _contract,
    lambda g, ans, x, y, *, subscripts: contract(g, y, subscripts=_without(subscripts, 0)),
    lambda g, ans, x, y, *, subscripts: contract(g, x, subscripts=_without(subscripts, 1)),
    symbol="Σ∏", latex=r"\sum {} \, {}", public=False,
    doc="einsum of two operands, in none of which an index repeats or occurs alone; the transposes are of this kind.",
    examples=[
        ([(2, 3), (3, 4)], {"subscripts": "ij,jk->ik"}), ([(2, 3), (2, 4, 3)], {"subscripts": "bi,bji->jb"}),
        ([(3,), (3,)], {"subscripts": "i,i->"}), ([(3,), (2,)], {"subscripts": "i,j->ji"}),
        ([(2, 3), (2, 3)], {"subscripts": "ij,ij->i"}), ([(), (2, 3)], {"subscripts": ",ij->ji"}),
        ([(2, 3, 4), (4, 2, 5)], {"subscripts": "abc,cad->dab"}),
    ],
)  # fmt: skip

table.bind(globals())
