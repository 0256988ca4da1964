"""Wrappers that make the weight of a layer anew at each call, out of what is learnt: `SpectralNorm`, `WeightNorm`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd
from autograd import OperandError, ShapeError, Tensor
from nn.arguments import check_sizes
from nn.init import generator
from nn.module import Module

__all__ = ["SpectralNorm", "WeightNorm"]

Array = NDArray[Any]


class SpectralNorm(Module):
    """A layer with W / σ as its weight, where σ is the largest singular value of W: it stretches nothing.

    σ = uᵀ W v with singular vectors from power iteration, of which each call in training does a step more; they are
    constants for the gradient. Miyato et al., "Spectral normalization for generative adversarial networks", 2018;
    ``torch.nn.utils.parametrizations.spectral_norm``. Wrap a layer before its parameters are given to an optimizer.

    Parameters
    ----------
    module : the layer, such as `Linear` or `Conv2d`. It is called with the new weight and has W back after the call.
    name : of the parameter. One row per output: all axes but the first are taken as one.
    n_power_iterations : steps per call; 15 are done at first.
    eps : the least length that a vector is divided by.
    rng : where u and v come from; a fresh Generator by default.

    Attributes
    ----------
    u, v : arrays, the singular vectors so far.

    Raises
    ------
    OperandError : if the module has no parameter of this name.

    Examples
    --------
    >>> from nn import Linear
    >>> layer = SpectralNorm(Linear(4, 3, rng=np.random.default_rng(0)), rng=np.random.default_rng(1))
    >>> for _ in range(50):
    ...     y = layer(np.ones((2, 4)))
    >>> print(f"{np.linalg.norm(layer.weight.data, 2):.6f}")
    1.000000
    """

    buffers = ("u", "v")

    def __init__(
        self,
        module: Module,
        name: str = "weight",
        n_power_iterations: int = 1,
        eps: float = 1e-12,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        check_sizes("SpectralNorm", n_power_iterations)
        weight = _parameter("SpectralNorm", module, name, 2)
        self.module, self.name, self.n_power_iterations, self.eps = module, name, n_power_iterations, eps
        rng, matrix = generator(rng), _matrix(weight.data)
        self.u, self.v = (self._unit(rng.standard_normal((n,)).astype(weight.dtype)) for n in matrix.shape)
        self._iterate(15)

    @property
    def weight(self) -> Any:
        """W / σ, with u and v as they are."""
        weight = getattr(self.module, self.name)
        matrix = autograd.reshape(weight, shape=(weight.shape[0], -1))
        return weight / ((matrix @ self.v) @ self.u)

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the layer computes with W / σ."""
        if self.training:
            self._iterate(self.n_power_iterations)
        return _called_with(self.module, self.name, self.weight, *inputs, **options)

    def _iterate(self, steps: int) -> None:
        """Bring u and v closer to the singular vectors of the largest singular value."""
        matrix = _matrix(getattr(self.module, self.name).data)
        for _ in range(steps):
            self.u = self._unit(matrix @ self.v)
            self.v = self._unit(matrix.T @ self.u)

    def _unit(self, vector: Array) -> Array:
        return np.asarray(vector / max(float(np.linalg.norm(vector)), self.eps), vector.dtype)

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        return "" if self.name == "weight" else self.name


class WeightNorm(Module):
    """A layer with w = g v / ‖v‖ as its weight: length g and direction v are learnt apart.

    Salimans and Kingma, "Weight normalization", 2016; ``torch.nn.utils.parametrizations.weight_norm``. Wrap a layer
    before its parameters are given to an optimizer: g comes beside the parameter of the layer, which is v from then on,
    and at first gives the same. The layer has v as its weight again after each call.

    Parameters
    ----------
    module : the layer, such as `Linear` or `Conv2d`.
    name : of the parameter.
    dim : the axis along which there is a length each, that of the outputs; None for one length of all.

    Attributes
    ----------
    g : Tensor with the lengths, of the shape of w but 1 along all axes except `dim`.

    Raises
    ------
    OperandError : if the module has no parameter of this name.
    ShapeError : if the parameter has no axis `dim`.

    Examples
    --------
    >>> from nn import Linear
    >>> layer = WeightNorm(Linear(4, 3))
    >>> [(name, p.shape) for name, p in layer.named_parameters()]
    [('g', (3, 1)), ('module.weight', (3, 4)), ('module.bias', (3,))]
    >>> layer(np.ones((2, 4))).shape
    (2, 3)
    """

    def __init__(self, module: Module, name: str = "weight", dim: int | None = 0) -> None:
        weight = _parameter("WeightNorm", module, name, 1)
        n = weight.ndim
        if dim is not None and not -n <= dim < n:
            raise ShapeError(f"WeightNorm: dim={dim} is not one of the {n} axes of {name} {weight.shape}")
        self.axes = tuple(axis for axis in range(n) if dim is None or axis != dim % n)
        self.g = Tensor(autograd.norm(weight.numpy(), axis=self.axes, keepdims=True), name="g")
        self.module, self.name = module, name

    @property
    def weight(self) -> Any:
        """W = g v / ‖v‖."""
        v = getattr(self.module, self.name)
        return v * (self.g / autograd.norm(v, axis=self.axes, keepdims=True))

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the layer computes with w."""
        return _called_with(self.module, self.name, self.weight, *inputs, **options)

    def extra_repr(self) -> str:  # noqa: D102  # see Module
        return "" if self.name == "weight" else self.name


def _parameter(wrapper: str, module: Any, name: str, axes: int) -> Tensor:
    """The parameter to make anew, which is the module's own: that of a wrapper is computed and cannot be replaced."""
    found = vars(module).get(name) if isinstance(module, Module) else None
    if not isinstance(found, Tensor) or found.ndim < axes:
        raise OperandError(
            f"{wrapper} takes a module with a Tensor {name!r} of at least {axes} axes, but got {module!r}; "
            "name= says which of its attributes is meant"
        )
    return found


def _matrix(weight: Any) -> Array:
    """One row per output."""
    return np.asarray(weight).reshape(weight.shape[0], -1)


def _called_with(module: Module, name: str, weight: Any, *inputs: Any, **options: Any) -> Any:
    """What a module computes while one attribute is another."""
    own = getattr(module, name)
    setattr(module, name, weight)
    try:
        return module(*inputs, **options)
    finally:
        setattr(module, name, own)
