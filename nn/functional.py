"""Functions without parameters, under PyTorch's names: what the modules of `nn.layers` compute, and the losses.

The element-wise ones are those of `autograd`, and take floats, arrays, Values and Tensors alike.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd
from autograd import (
    Tensor,
    TraceError,
    avg_pool2d,
    conv2d,
    gelu,
    logsigmoid,
    max_pool2d,
    relu,
    sigmoid,
    silu,
    softplus,
    step,
    tanh,
    windows2d,
)
from nn.init import generator
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
)

__all__ = [
    "avg_pool2d", "binary_cross_entropy", "binary_cross_entropy_with_logits", "conv2d", "cross_entropy", "dropout",
    "elu", "gelu", "huber_loss", "l1_loss", "leaky_relu", "log_softmax", "logsigmoid", "lp_pool2d", "max_pool2d",
    "mse_loss", "relu", "sigmoid", "silu", "smooth_l1_loss", "softmax", "softplus", "step", "stochastic_pool2d", "tanh",
    "windows2d",
]  # fmt: skip

Extent = int | tuple[int, int]
"""One integer for both axes of an image, or (vertical, horizontal)."""

# --- activations ---


def leaky_relu(x: Any, negative_slope: float = 0.01) -> Any:
    """Element by element x above 0, and `negative_slope` times x below.

    >>> leaky_relu(-2.0)
    -0.02
    """
    return autograd.leaky_relu(x, slope=float(negative_slope))


def elu(x: Any, alpha: float = 1.0) -> Any:
    """Element by element x above 0, and `alpha` (eˣ - 1) below.

    >>> round(elu(-1.0, 2.0), 4)
    -1.2642
    """
    return autograd.elu(x, alpha=float(alpha))


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


# --- pooling ---


def lp_pool2d(x: Any, norm_type: float, kernel_size: Extent, stride: Extent | None = None) -> Any:
    """(Σ xᵖ)^(1/p) over each window, with p = `norm_type`.

    For p = 1 it is the sum, the average up to scale, and from p = 2 on a length, which for p = inf is the largest |x|.
    Powers are taken of x over the largest of its window, so that they neither overflow nor underflow. Where the sum is
    0 the gradient is 0 for p > 1, as in PyTorch.

    Parameters
    ----------
    x : images ``(batch, channels, height, width)``.
    norm_type : p, above 0. Unless it is even, take it of images that are not negative.
    kernel_size, stride : as for `max_pool2d`.

    >>> import numpy as np
    >>> x = np.array([[[[3.0, 0.0], [0.0, 4.0]]]])
    >>> [lp_pool2d(x, p, 2).item() for p in (1, 2, np.inf)]
    [7.0, 5.0, 4.0]
    """
    if not (isinstance(norm_type, Real) and norm_type > 0):
        raise ValueError(f"lp_pool2d takes a norm_type above 0, but got {norm_type!r}")
    if norm_type == 1:
        return avg_pool2d(x, kernel_size, stride) * float(np.prod(np.broadcast_to(kernel_size, 2)))
    if norm_type == math.inf:
        return max_pool2d(autograd.abs(x), kernel_size, stride)
    with autograd.no_grad():
        top = max_pool2d(autograd.abs(x), kernel_size, stride)
        top = autograd.where(autograd.equal(top, 0.0), 1.0, top)
    parts = windows2d(x, kernel_size, stride) / autograd.expand_dims(top, axis=(2, 3))
    total = autograd.sum(autograd.power(parts, float(norm_type)), axis=(2, 3))
    nothing = autograd.equal(total, 0.0)
    root = autograd.power(autograd.where(nothing, 1.0, total), 1.0 / norm_type)
    return top * autograd.where(nothing, 0.0, root)


def stochastic_pool2d(
    x: Any,
    kernel_size: Extent,
    stride: Extent | None = None,
    training: bool = True,
    rng: np.random.Generator | None = None,
) -> Any:
    """One element of each window, drawn with probability x / Σ x; without `training` their mean by these weights.

    Zeiler and Fergus, "Stochastic pooling for regularization of deep convolutional neural networks", 2013. A window of
    zeros gives 0.

    Parameters
    ----------
    x : images ``(batch, channels, height, width)`` that are not negative, such as the results of a ReLU.
    kernel_size, stride : as for `max_pool2d`.
    rng : what draws; a fresh Generator by default.

    Raises
    ------
    ValueError : if an element is negative or nan.

    >>> import numpy as np
    >>> x = np.array([[[[1.0, 3.0], [0.0, 0.0]]]])
    >>> stochastic_pool2d(x, 2, training=False).item(), stochastic_pool2d(x, 2).item() in (1.0, 3.0)
    (2.5, True)
    """
    raw = x.data if isinstance(x, Tensor) else np.asarray(x)
    if not np.all(raw >= 0.0):
        raise ValueError(
            f"stochastic_pool2d draws by size, so x must not be negative, but its least element is {raw.min()}; "
            "put a ReLU before it"
        )
    seen = windows2d(x, kernel_size, stride)
    if training:
        return autograd.sum(autograd.where(_drawn(windows2d(raw, kernel_size, stride), rng), seen, 0.0), axis=(2, 3))
    total = autograd.sum(seen, axis=(2, 3))
    weighted = autograd.sum(autograd.square(seen), axis=(2, 3))
    return weighted / autograd.where(autograd.equal(total, 0.0), 1.0, total)


def _drawn(seen: NDArray[Any], rng: np.random.Generator | None) -> NDArray[np.bool_]:
    """Which element of each window was drawn; none of a window of zeros."""
    batch, channels, height, width, *out = seen.shape
    running = np.cumsum(seen.reshape(batch, channels, height * width, *out), axis=2)
    point = generator(rng).random((batch, channels, 1, *out)) * running[:, :, -1:]
    place = np.sum(running <= point, axis=2, keepdims=True)
    drawn: NDArray[np.bool_] = place == np.arange(height * width).reshape(-1, 1, 1)
    return drawn.reshape(seen.shape)


# --- regularization ---


def dropout(x: Any, p: float = 0.5, training: bool = True, rng: np.random.Generator | None = None) -> Any:
    """Each element 0 with probability `p`, else x / (1 - p); x itself without `training`.

    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", 2014; inverted, so that
    nothing need be done in use.

    Parameters
    ----------
    rng : what draws; a fresh Generator by default.

    Raises
    ------
    ValueError : if `p` is not from 0 to 1.
    TraceError : in a function that is traced: a program would drop the same elements each time.

    >>> import numpy as np
    >>> dropout(np.ones(6), 0.5, rng=np.random.default_rng(0))
    array([2., 0., 0., 0., 2., 2.])
    """
    if not (isinstance(p, Real) and 0.0 <= p <= 1.0):
        raise ValueError(f"dropout takes a probability p from 0 to 1, but got {p!r}")
    if not training or p == 0.0:
        return x
    if autograd.is_tracing():
        raise TraceError("dropout draws anew each time, which a program cannot repeat; trace the model after eval()")
    shape, dtype = (x.shape, x.dtype) if isinstance(x, Tensor) else (np.shape(x), np.result_type(x, np.float32))
    kept = (generator(rng).random(shape) >= p).astype(dtype)
    return x * (kept / (1.0 - float(p)) if p < 1.0 else kept)
