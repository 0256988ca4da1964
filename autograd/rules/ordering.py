"""Sorting: the elements change places, and so do their cotangents.

Legend: see `autograd/rules/arithmetic.py`. Tied elements keep their order, and each the derivative of its own place.
"""

import numpy as np

from autograd.primitive import general, table
from autograd.rules.reduce import constant
from autograd.rules.shape import reshape

__all__ = ["argsort", "reorder", "sort"]


def _pull_sort(g, ans, x, *, axis=-1):  # a rule
    back = reorder(g, argsort(x, axis=axis), axis=0 if axis is None else axis)
    return reshape(back, shape=x.shape)


def _push_sort(tangents, ans, x, *, axis=-1):  # a rule
    if axis is None:
        return reorder(reshape(tangents[0], shape=(-1,)), reshape(x, shape=(-1,)), axis=0)
    return reorder(tangents[0], x, axis=axis)


_LINES = [([(5,)], {}), ([(2, 3)], {"axis": 0}), ([(2, 3)], {"axis": None}), ([(2, 3, 2)], {"axis": 1})]

sort = general(
    "sort", lambda x, *, axis=-1: np.sort(x, axis=axis, kind="stable"), _pull_sort,
    push=_push_sort, doc="The elements in ascending order along `axis=` (the last), or all of them for None.",
    examples=_LINES,
)  # fmt: skip
argsort = constant(
    "argsort", lambda x, *, axis=-1: np.argsort(x, axis=axis, kind="stable"),
    symbol="arg sort", doc="The positions that sort x along `axis=` (the last); tied elements keep their order.",
    examples=_LINES,
)  # fmt: skip
reorder = general(
    "reorder", lambda x, keys, *, axis: np.take_along_axis(x, np.argsort(keys, axis=axis, kind="stable"), axis),
    lambda g, ans, x, keys, *, axis: reorder(g, argsort(keys, axis=axis), axis=axis),  # which undoes that order
    None,
    push=lambda tangents, ans, x, keys, *, axis: reorder(tangents[0], keys, axis=axis),
    public=False, doc="x in the order that sorts the keys along `axis=`.",
    examples=[([(4,), (4,)], {"axis": 0}), ([(2, 3), (2, 3)], {"axis": -1}), ([(3, 2), (3, 2)], {"axis": 0})],
)  # fmt: skip

table.bind(globals())
