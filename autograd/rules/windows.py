"""Sliding windows over trailing axes, and their transpose, for convolution; and what pooling makes of windows.

Legend: see `autograd/rules/arithmetic.py`. `size=`, `stride=`, `dilation=` and `padding=` are tuples, one integer per
axis that is slid over. Convention: elements tied for the largest of a window share the gradient evenly.

Windows of pooling are not gathered. All windows at once take what is at their first place, then what is at the second,
and so on, each a strided part of the image: the largest of 2 by 2 in 64 images of 16 channels of 8 by 8, forward and
backward, take 0.7 ms instead of 3.2 (and 0.4 in PyTorch).
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograd.primitive import general, linear, table

__all__ = ["from_largest", "largest", "overlap_add", "to_largest", "window_spread", "window_sum", "windows"]

Extents = tuple[int, ...]

# --- windows ---


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

# --- pooling ---


def _count(extents: Extents, size: Extents, stride: Extents, padding: Extents) -> Extents:
    """How many windows there are along each axis."""
    return tuple((n + 2 * p - k) // s + 1 for n, k, s, p in zip(extents, size, stride, padding, strict=True))


def _places(extents: Extents, size: Extents, stride: Extents, padding: Extents) -> Iterator[tuple[Any, Any]]:
    """For each place in a window: the windows that have it inside the image, and the elements that they have there."""
    counts = _count(extents, size, stride, padding)
    for place in np.ndindex(*size):
        reached: list[tuple[slice, slice]] = []
        for i, n, s, p, count in zip(place, extents, stride, padding, counts, strict=True):
            first = max(0, -((i - p) // s))  # windows before it have this place in the padding
            last = max(first, min(count, (n - 1 - i + p) // s + 1))
            start = first * s + i - p
            reached.append((slice(first, last), slice(start, start + (last - first) * s, s)))
        of_windows, of_elements = zip(*reached, strict=True)
        yield (..., *of_windows), (..., *of_elements)


def _largest(x, *, size, stride, padding):
    extents = x.shape[-len(size) :]
    out = np.full((*x.shape[: -len(size)], *_count(extents, size, stride, padding)), -np.inf, x.dtype)
    for those, there in _places(extents, size, stride, padding):
        np.maximum(out[those], x[there], out=out[those])
    return out


def _winners(x, size, stride, padding):
    """Where the largest elements of all windows are, place by place, and how many of each window are tied for it."""
    y = _largest(x, size=size, stride=stride, padding=padding)
    ties, hits, broken = np.zeros(y.shape, x.dtype), [], (y != y).any()
    for those, there in _places(x.shape[-len(size) :], size, stride, padding):
        hit = x[there] == y[those]
        if broken:
            hit |= x[there] != x[there]
        ties[those] += hit
        hits.append((those, there, hit))
    return hits, ties


def _to_largest(g, x, *, size, stride, padding):
    hits, ties = _winners(x, size, stride, padding)
    out, share = np.zeros(x.shape, g.dtype), g / ties
    for those, there, hit in hits:
        out[there] += np.where(hit, share[those], 0)
    return out


def _from_largest(t, x, *, size, stride, padding):
    hits, ties = _winners(x, size, stride, padding)
    out = np.zeros(ties.shape, t.dtype)
    for those, there, hit in hits:
        out[those] += np.where(hit, t[there], 0)
    return out / ties


def _window_sum(x, *, size, stride, padding):
    extents = x.shape[-len(size) :]
    out = np.zeros((*x.shape[: -len(size)], *_count(extents, size, stride, padding)), x.dtype)
    for those, there in _places(extents, size, stride, padding):
        out[those] += x[there]
    return out


def _window_spread(x, *, shape, size, stride, padding):
    out = np.zeros((*x.shape[: -len(size)], *shape), x.dtype)
    for those, there in _places(shape, size, stride, padding):
        out[there] += x[those]
    return out


_POOLED: list[tuple[Extents, dict[str, Extents]]] = [
    ((4,), {"size": (2,), "stride": (2,), "padding": (0,)}), ((5,), {"size": (3,), "stride": (1,), "padding": (1,)}),
    ((2, 3, 5), {"size": (2, 2), "stride": (1, 2), "padding": (0, 1)}),
    ((1, 1), {"size": (4, 2), "stride": (2, 1), "padding": (2, 1)}),
]  # fmt: skip
"""Shapes and windows: side by side, overlapping, with gaps, wholly or partly over the border."""


def _pooled(shape: Extents, *, size: Extents, stride: Extents, padding: Extents) -> Extents:
    return *shape[: -len(size)], *_count(shape[-len(size) :], size, stride, padding)


largest = general(
    "largest", _largest,
    lambda g, ans, x, *, size, stride, padding: to_largest(g, x, size=size, stride=stride, padding=padding),
    push=lambda tangents, ans, x, *, size, stride, padding: from_largest(
        tangents[0], x, size=size, stride=stride, padding=padding
    ),
    symbol="max", latex=r"\max {}", public=False,
    doc="The largest element of each window of `size=` over the last axes; ties share evenly.",
    examples=[([shape], params) for shape, params in _POOLED],
)  # fmt: skip
to_largest = general(
    "to_largest", _to_largest,
    lambda g, ans, x, y, *, size, stride, padding: from_largest(g, y, size=size, stride=stride, padding=padding),
    None,
    push=lambda tangents, ans, x, y, *, size, stride, padding: to_largest(
        tangents[0], y, size=size, stride=stride, padding=padding
    ),
    public=False,
    doc="What x is for each window, at the elements of y that are the largest of that window; tied ones share evenly.",
    examples=[([_pooled(shape, **params), shape], params) for shape, params in _POOLED],
)  # fmt: skip
from_largest = general(
    "from_largest", _from_largest,
    lambda g, ans, x, y, *, size, stride, padding: to_largest(g, y, size=size, stride=stride, padding=padding),
    None,
    push=lambda tangents, ans, x, y, *, size, stride, padding: from_largest(
        tangents[0], y, size=size, stride=stride, padding=padding
    ),
    public=False, doc="The transpose of to_largest: for each window of y the mean of x at its largest elements.",
    examples=[([shape, shape], params) for shape, params in _POOLED],
)  # fmt: skip
window_sum = linear(
    "window_sum", _window_sum,
    lambda g, ans, x, *, size, stride, padding: window_spread(
        g, shape=x.shape[-len(size):], size=size, stride=stride, padding=padding
    ),
    symbol="Σ", latex=r"\sum {}", public=False, doc="The sum of each window of `size=` over the last axes.",
    examples=[([shape], params) for shape, params in _POOLED],
)  # fmt: skip
window_spread = linear(
    "window_spread", _window_spread,
    lambda g, ans, x, *, shape, size, stride, padding: window_sum(g, size=size, stride=stride, padding=padding),
    public=False, doc="The transpose of window_sum: what is given per window, at all its elements, added up.",
    examples=[
        ([_pooled(shape, **params)], {"shape": shape[-len(params["size"]) :], **params}) for shape, params in _POOLED
    ],
)  # fmt: skip

table.bind(globals())
