"""The element-wise functions of PyTorch and JAX by our names, and what each engine says of their derivatives."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd import grad, table

Array = np.ndarray[Any, np.dtype[np.float64]]
Orders = tuple[Array, Array, Array]  # of shapes (points,), (points, n), (points, n, n)

_OTHER_NAMES = {
    "torch": {
        "div": "div", "neg": "neg", "power": "pow", "clip": "clip", "xlogy": "special.xlogy", "floor": "floor",
        "softplus": "nn.functional.softplus", "logsigmoid": "nn.functional.logsigmoid", "relu": "relu",
        "leaky_relu": "nn.functional.leaky_relu", "elu": "nn.functional.elu", "silu": "nn.functional.silu",
        "gelu": "nn.functional.gelu", "sigmoid": "sigmoid", "erfc": "special.erfc", "sinc": "sinc",
    },
    "jax": {
        "div": "numpy.divide", "sub": "numpy.subtract", "mul": "numpy.multiply", "neg": "numpy.negative",
        "power": "numpy.power", "xlogy": "scipy.special.xlogy", "erf": "scipy.special.erf",
        "erfc": "scipy.special.erfc", "logsigmoid": "nn.log_sigmoid", "sigmoid": "nn.sigmoid", "relu": "nn.relu",
        "softplus": "nn.softplus", "leaky_relu": "nn.leaky_relu", "elu": "nn.elu", "silu": "nn.silu",
    },
}  # fmt: skip


def ours(name: str, xs: Sequence[Array]) -> Orders:
    """Value, first and second derivatives by glassgrad at many points, given by one array per operand."""
    places = tuple(range(len(xs)))

    def first(*tensors: Any) -> Any:
        return grad(lambda *ts: table[name](*ts).sum(), places)(*tensors)

    second = [grad(lambda *ts, i=i: first(*ts)[i].sum(), places)(*xs) for i in places]
    return np.asarray(table[name](*xs)), np.stack(first(*xs), -1), np.stack([np.stack(row, -1) for row in second], 1)


def torch(name: str, xs: Sequence[Array]) -> Orders | None:
    """The same by PyTorch; None where it has no such function, or is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        f = _peer("torch", name, ("", "special"))
        if f is None:
            return None
        import torch as library

        leaves = [library.tensor(x, requires_grad=True) for x in xs]
        value = f(*leaves)
        first = _torch_grad(library, value, leaves)
        second = [_torch_grad(library, g, leaves) for g in first]
    rows = [np.stack([g.numpy(force=True) for g in row], -1) for row in second]
    return value.numpy(force=True), np.stack([g.numpy(force=True) for g in first], -1), np.stack(rows, 1)


def _torch_grad(library: Any, y: Any, leaves: Sequence[Any]) -> list[Any]:
    if not y.requires_grad:
        return [library.zeros_like(x) for x in leaves]
    found = library.autograd.grad(y.sum(), leaves, create_graph=True, allow_unused=True)
    return [library.zeros_like(x) if g is None else g for g, x in zip(found, leaves, strict=True)]


def jax(name: str, xs: Sequence[Array]) -> Orders | None:
    """The same by JAX."""
    f = _peer("jax", name, ("numpy", "nn", "scipy.special", "lax"))
    if f is None:
        return None
    import jax as library

    if name == "gelu":
        f = lambda x, exact=f: exact(x, approximate=False)  # noqa: E731
    places = tuple(range(len(xs)))
    first = library.grad(lambda *ts: f(*ts).sum(), places)
    rows = [np.stack(library.grad(lambda *ts, i=i: first(*ts)[i].sum(), places)(*xs), -1) for i in places]
    return np.asarray(f(*map(library.numpy.asarray, xs))), np.stack(first(*xs), -1), np.stack(rows, 1)


def _peer(package: str, name: str, places: Sequence[str]) -> Callable[..., Any] | None:
    """A function of another package, by its name there."""
    try:
        library = importlib.import_module(package)
        if package == "jax":
            importlib.import_module("jax.scipy.special")
            library.config.update("jax_enable_x64", True)
    except ImportError:
        return None
    other = _OTHER_NAMES[package].get(name)
    for path in [other] if other else [f"{place}.{name}" if place else name for place in places]:
        found: Any = library
        for part in path.split("."):
            found = getattr(found, part, None)
        if callable(found):
            return found  # type: ignore[no-any-return]
    return None


ENGINES = {"glassgrad": ours, "PyTorch": torch, "JAX": jax}
