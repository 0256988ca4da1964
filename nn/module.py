"""`Module`: what owns parameters; and `Sequential`, a chain of them.

Nothing is registered. A module finds its parameters when asked, by looking through its attributes in the order in which
they were defined: into lists, tuples, dicts and other modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from reprlib import recursive_repr
from typing import Any

from autograd import OperandError, ShapeError, Tensor, Value, scope
from nn.diagram import diagram

__all__ = ["Module", "Parameter", "Sequential"]

Parameter = Value | Tensor
"""A leaf that requires a gradient."""


class Module:
    """The base of everything that has parameters.

    A subclass assigns Values, Tensors, modules, or lists, tuples and dicts of these to attributes, and defines
    `forward` (or ``__call__``). There is no ``super().__init__()`` to call. Leaves with ``requires_grad=False`` are no
    parameters.

    Examples
    --------
    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def forward(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).backward()
    >>> [(name, p.grad) for name, p in line.named_parameters()]
    [('slope', 3.0), ('offset', 1.0)]
    >>> line
    Line()  # 2 parameters
    """

    def forward(self, *inputs: Any) -> Any:
        """What calling the module computes."""
        raise NotImplementedError(f"{type(self).__name__} needs a method forward(self, x), which calling it runs")

    def __call__(self, *inputs: Any) -> Any:
        """Run `forward`, as a part of the graph that figures show under the path of the module."""
        with scope(type(self).__name__, self):
            return self.forward(*inputs)

    def named_parameters(self) -> list[tuple[str, Parameter]]:
        """The parameters with the paths that lead to them, like ``layers.0.weight``.

        They come in the order of definition, each once, under its first path: a shared one is not repeated.

        Raises
        ------
        OperandError : if an attribute is a set: its order, and so that of the parameters, would change between runs.
        """
        nodes = ((path, thing) for path, thing in _walk(self) if isinstance(thing, Value | Tensor))
        return [(path, node) for path, node in nodes if node.requires_grad and node.op is None]

    def named_modules(self) -> list[tuple[str, Module]]:
        """The modules in this one with the paths that lead to them, each once; itself first, under ``""``."""
        return [(path, thing) for path, thing in _walk(self) if isinstance(thing, Module)]

    def parameters(self) -> list[Parameter]:
        """The parameters in the order of definition, each once."""
        return [parameter for _, parameter in self.named_parameters()]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: they are None again."""
        for parameter in self.parameters():
            parameter.grad = None

    def extra_repr(self) -> str:
        """What stands between the parentheses of the repr: the arguments that tell this module from its like."""
        return ""

    @recursive_repr()
    def __repr__(self) -> str:
        lines = [
            f"  ({name}): " + repr(module).replace("\n", "\n  ") for name, module in _submodules(list(_parts(self, "")))
        ]
        size = sum(p.size if isinstance(p, Tensor) else 1 for p in self.parameters())
        count = f"  # {size:,} parameter{'s' * (size != 1)}" if size else ""
        head = f"{type(self).__name__}({self.extra_repr()}"
        return "\n".join([head + count, *lines, ")"]) if lines else f"{head}){count}"


class Sequential(Module):
    """Modules, or plain functions, one after the other.

    Parameters
    ----------
    *layers : what to call in turn, each with the result of the one before.

    Examples
    --------
    >>> import numpy as np
    >>> from nn import Linear, ReLU
    >>> rng = np.random.default_rng(0)
    >>> model = Sequential(Linear(4, 8, rng=rng), ReLU(), Linear(8, 3, rng=rng))
    >>> model
    Sequential(  # 67 parameters
      (layers.0): Linear(4, 8)  # 40 parameters
      (layers.1): ReLU()
      (layers.2): Linear(8, 3)  # 27 parameters
    )
    >>> model(np.zeros((5, 4))).shape
    (5, 3)
    >>> [name for name, _ in model.named_parameters()]
    ['layers.0.weight', 'layers.0.bias', 'layers.2.weight', 'layers.2.bias']
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        for layer in layers:
            if isinstance(layer, type):
                raise OperandError(f"Sequential takes modules, not classes: write {layer.__name__}(...)")
            if not callable(layer):
                raise OperandError(
                    f"Sequential takes modules and functions, but got {layer!r} of type {type(layer).__name__}; "
                    "unpack a list of them with Sequential(*layers)"
                )
        self.layers = list(layers)

    def forward(self, x: Any) -> Any:
        """The last layer's result."""
        for layer in self.layers:
            x = layer(x)
        return x

    def diagram(
        self, x: Sequence[Any], y: Any = None, passes: str = "forward", lang: str = "en", loss: Any = None
    ) -> Any:
        """Draw the network with one sample: its forward pass, or back propagation; see `nn.diagram.diagram`."""
        return diagram(self, x, y, passes, lang, loss)

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, index: int) -> Callable[[Any], Any]:
        return self.layers[index]

    def __iter__(self) -> Iterator[Callable[[Any], Any]]:
        return iter(self.layers)


def check_sizes(what: str, *sizes: Any) -> None:
    """Raise an error unless all sizes are positive integers."""
    for size in sizes:
        if isinstance(size, bool) or not hasattr(size, "__index__") or size < 1:
            raise ShapeError(f"{what} takes positive whole numbers as sizes, but got {size!r}")


def _walk(module: Module) -> Iterator[tuple[str, Any]]:
    """Everything in a module with its path, in the order of definition and each once, the module itself first."""
    pending: list[tuple[str, Any]] = [("", module)]
    seen = set()
    while pending:
        path, thing = pending.pop()
        if id(thing) not in seen:
            seen.add(id(thing))
            yield path, thing
            prefix = path and path + "."
            pending += reversed([(f"{prefix}{key}", part) for key, part in _parts(thing, path)])


def _parts(thing: Any, path: str) -> Iterator[tuple[Any, Any]]:
    """What a module, list, tuple or dict holds, with the keys; nothing for anything else."""
    if isinstance(thing, Module):
        yield from vars(thing).items()
    elif isinstance(thing, dict):
        yield from thing.items()
    elif isinstance(thing, list | tuple):
        yield from enumerate(thing)
    elif isinstance(thing, set | frozenset):
        raise OperandError(f"{path} is a set, which has no order for its parameters; use a list, tuple or dict")


def _submodules(parts: list[tuple[Any, Any]]) -> Iterator[tuple[str, Module]]:
    """The modules directly below, looking into lists, tuples and dicts but not into modules."""
    for key, part in parts:
        if isinstance(part, Module):
            yield str(key), part
        elif isinstance(part, list | tuple | dict):
            yield from _submodules([(f"{key}.{inner}", deeper) for inner, deeper in _parts(part, str(key))])
