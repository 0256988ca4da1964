"""Sliding windows over trailing axes, and their transpose: all that convolution and pooling need besides sums.

Legend: see `autograd/rules/arithmetic.py`. `size=`, `stride=` and `dilation=` are tuples, one integer per axis
that is slid over.
"""

from typing import Any

import numpy as np

from autograd.primitive import linear, table

__all__ = ["overlap_add", "windows"]

Extents = tuple[int, ...]


def _windows(x, *, size, stride, dilation):
    count = len(size)
    axes: Any = range(-count, 0)
    reach = [(n - 1) * d + 1 for n, d in zip(size, dilation, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(x, reach, axes)  # (..., *positions, *reach)
    steps: Any = (..., *(slice(None, None, s) for s in stride), *(slice(None, None, d) for d in dilation))
    return np.moveaxis(view[steps], axes, range(-2 * count, -count))


def _overlap_add(x, *, shape, size, stride, dilation):
    count = len(size)
    out = np.zeros((*x.shape[: x.ndim - 2 * count], *shape), x.dtype)
    for place in np.ndindex(*size):
        each = zip(place, dilation, stride, x.shape[-count:], strict=True)
        reached: Any = (..., *(slice(i * d, i * d + (n - 1) * s + 1, s) for i, d, s, n in each))
        out[reached] += x[(..., *place, *(slice(None),) * count)]
    return out


def _example(shape: Extents, size: Extents, stride: Extents, dilation: Extents) -> tuple[Any, Any]:
    return [shape], {"size": size, "stride": stride, "dilation": dilation}


_EXAMPLES = [
    _example((5,), (2,), (1,), (1,)), _example((2, 7), (3,), (2,), (2,)), _example((4, 5), (2, 3), (1, 1), (1, 1)),
    _example((2, 5, 6), (2, 2), (3, 2), (1, 2)), _example((1, 2, 3), (2, 3), (1, 1), (1, 1)),
]  # fmt: skip

windows = linear(
    "windows", _windows,
    lambda g, ans, x, *, size, stride, dilation: overlap_add(
        g, shape=x.shape[-len(size):], size=size, stride=stride, dilation=dilation
    ),
    public=False, doc="All windows of `size=` over the last axes, as a view of shape (..., *size, *positions).",
    examples=_EXAMPLES,
)  # fmt: skip
overlap_add = linear(
    "overlap_add", _overlap_add,
    lambda g, ans, x, *, shape, size, stride, dilation: windows(g, size=size, stride=stride, dilation=dilation),
    public=False, doc="The transpose of windows: windows (..., *size, *positions) added up where they overlap.",
    examples=[
        ([_windows(np.empty(shape), **params).shape], {"shape": shape[-len(params["size"]) :], **params})
        for [shape], params in _EXAMPLES
    ],
)  # fmt: skip

table.bind(globals())
