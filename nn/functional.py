"""Functions without parameters, under PyTorch's names: what the modules of `nn.layers` compute.

The element-wise ones are those of `autograd`, and take floats, arrays, Values and Tensors alike.
"""

from __future__ import annotations

from typing import Any

import autograd
from autograd import conv2d, gelu, logsigmoid, relu, sigmoid, silu, softplus, step, tanh

__all__ = [
    "conv2d", "elu", "gelu", "leaky_relu", "log_softmax", "logsigmoid", "relu", "sigmoid", "silu", "softmax",
    "softplus", "step", "tanh",
]  # fmt: skip


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """Element by element x above 0, and `negative_slope` times x below.

    >>> leaky_relu(-2.0)
    -0.02
    """
    return autograd.leaky_relu(x, slope=negative_slope)


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Element by element x above 0, and `alpha` (eˣ - 1) below.

    >>> round(elu(-1.0, 2.0), 4)
    -1.2642
    """
    return autograd.elu(x, alpha=alpha)


def softmax(x: Any, dim: int = -1) -> Any:
    """The probabilities eˣ / Σ eˣ along the axis `dim`.

    >>> import numpy as np
    >>> softmax(np.log([[1.0, 3.0], [1.0, 1.0]])).round(2)
    array([[0.25, 0.75],
           [0.5 , 0.5 ]])
    """
    return autograd.softmax(x, axis=dim)


def log_softmax(x: Any, dim: int = -1) -> Any:
    """The logarithms of `softmax`, without underflow.

    >>> import numpy as np
    >>> log_softmax(np.array([0.0, 1000.0]))
    array([-1000.,     0.])
    """
    return autograd.log_softmax(x, axis=dim)
