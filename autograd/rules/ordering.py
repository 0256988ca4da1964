"""Sorting: the elements change places, and so do their cotangents.

Legend: see `autograd/rules/arithmetic.py`. Tied elements keep their order, and each the derivative of its own place.
"""

import numpy as np

from autograd.primitive import general, table
from autograd.rules.reduce import constant
from autograd.rules.shape import reshape

__all__ = ["argsort", "reorder", "sort"]


def _put_back(g, x, axis):  # part of a rule
    """What stands in the order that sorts x, in the order of x."""
    return reshape(reorder(g, argsort(x, axis=axis), axis=axis), shape=x.shape)


_LINES = [([(3, 2)], {}), ([(2, 3)], {"axis": 0}), ([(2, 3)], {"axis": None}), ([(2, 3, 2)], {"axis": 1})]

sort = general(
    "sort", lambda x, *, axis=-1: np.sort(x, axis=axis),
    lambda g, ans, x, *, axis=-1: _put_back(g, x, axis),
    push=lambda tangents, ans, x, *, axis=-1: reorder(tangents[0], x, axis=axis),
    doc="The elements in ascending order along `axis=` (the last), or all of them for None.",
    examples=_LINES,
)  # fmt: skip
argsort = constant(
    "argsort", lambda x, *, axis=-1: np.argsort(x, axis=axis, kind="stable"),
    symbol="arg sort", doc="The positions that sort x along `axis=` (the last); tied elements keep their order.",
    examples=_LINES,
)  # fmt: skip
reorder = general(
    "reorder", lambda x, keys, *, axis: np.take_along_axis(x, np.argsort(keys, axis=axis, kind="stable"), axis),
    lambda g, ans, x, keys, *, axis: _put_back(g, keys, axis),
    None,
    push=lambda tangents, ans, x, keys, *, axis: reorder(tangents[0], keys, axis=axis),
    public=False, doc="x in the order that sorts the keys along `axis=`; all of x for None.",
    examples=[([(4,), (4,)], {"axis": 0}), ([(2, 3), (2, 3)], {"axis": -1}), ([(3, 2), (3, 2)], {"axis": None})],
)  # fmt: skip

table.bind(globals())
