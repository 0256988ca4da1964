"""numpy's functions on Tensors: ``np.sum(t)``, ``np.clip(t, 0, None)``, ``np.linalg.norm(t)`` record themselves.

Those that are element-wise come by themselves (`Differentiable.__array_ufunc__`); here are the others, with numpy's
own parameters.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import functions, rules
from autograd.einsum import einsum
from autograd.errors import OperandError
from autograd.tensor import Tensor

__all__: list[str] = []


def _pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: float = 0.0) -> Any:
    if mode != "constant" or np.any(constant_values):
        raise OperandError(f"np.pad of a Tensor pads with zeros, but got mode={mode!r} and {constant_values=}")
    return functions.pad(array, pad_width)


def _norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord not in (None, "fro") and not (ord == 2 and (x.ndim == 1 or isinstance(axis, int))):
        raise OperandError(f"np.linalg.norm of a Tensor is the Euclidean length, but got ord={ord!r}")
    return rules.norm(x, axis=axis, keepdims=keepdims)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    low, high = (min if a_min is None else a_min), (max if a_max is None else a_max)
    return rules.clip(a, -np.inf if low is None else low, np.inf if high is None else high)


Tensor.numpy_functions.update({
    np.sum: Tensor.sum, np.mean: Tensor.mean, np.var: Tensor.var, np.std: Tensor.std, np.prod: Tensor.prod,
    np.max: Tensor.max, np.min: Tensor.min, np.amax: Tensor.max, np.amin: Tensor.min, np.linalg.norm: _norm,
    np.cumsum: Tensor.cumsum, np.cumprod: Tensor.cumprod, np.sort: Tensor.sort, np.clip: _clip, np.sinc: rules.sinc,
    np.argmax: Tensor.argmax, np.argmin: Tensor.argmin, np.argsort: lambda a, axis=-1: rules.argsort(a, axis=axis),
    np.reshape: Tensor.reshape, np.ravel: Tensor.ravel, np.transpose: Tensor.transpose, np.swapaxes: Tensor.swapaxes,
    np.squeeze: Tensor.squeeze, np.expand_dims: Tensor.expand_dims, np.broadcast_to: Tensor.broadcast_to,
    np.flip: lambda m, axis=None: rules.flip(m, axis=axis), np.take: functions.take, np.pad: _pad,
    np.concatenate: functions.concatenate, np.stack: functions.stack, np.where: rules.where,
    np.outer: functions.outer, np.dot: rules.matmul, np.einsum: lambda *args, optimize=True: einsum(*args),
    np.shape: lambda a: a.shape, np.ndim: lambda a: a.ndim, np.size: lambda a: a.size,
})  # fmt: skip
