"""`Module.summary`: the layers of a model as a table, with the shapes of what they give and their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from autograd import ShapeError, Tensor, Value, no_grad
from nn.arguments import is_whole
from nn.module import Module, shape_of

__all__ = ["Row", "Summary", "summary"]

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """One call of a module.

    Attributes
    ----------
    path : of the module, such as ``layers.0``.
    depth : in how many modules it lies.
    module : what it is called.
    output : the shape of what it gave.
    parameters : how many numbers there are to be learnt in it.
    """

    path: str
    depth: int
    module: str
    output: Shape
    parameters: int


@dataclass(frozen=True)
class Summary:
    """The layers of a model in the order of their calls; the model itself is the first of `rows`."""

    inputs: tuple[Shape, ...]
    rows: tuple[Row, ...]

    def __repr__(self) -> str:
        cells = [("", "layer", "output", "parameters"), ("input", "", ", ".join(map(str, self.inputs)), "")]
        for row in self.rows[1:] or self.rows:
            path = "  " * max(0, row.depth - 1) + row.path
            cells.append((path, row.module, str(row.output), f"{row.parameters:,}" if row.parameters else ""))
        model = self.rows[0]
        cells.append(("", model.module, str(model.output), f"{model.parameters:,}"))
        a, b, c, d = (max(map(len, column)) for column in zip(*cells, strict=True))
        lines = [
            f"{path:<{a}}  {layer:<{b}}  {shape:<{c}}  {count:>{d}}".rstrip() for path, layer, shape, count in cells
        ]
        rule = "─" * (a + b + c + d + 6)
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def summary(model: Module, *input_shapes: Sequence[int], dtype: DTypeLike | None = None) -> Summary:
    """Run a model on zeros and write down what its modules give; see `Module.summary`.

    It goes as deep as the repr of the model does.
    """
    inputs = tuple(_shape(shape) for shape in input_shapes)
    if not inputs:
        raise ShapeError("summary() takes the shape of what the model is called with, such as (64, 1, 8, 8)")
    tensors = [p for p in model.parameters() if isinstance(p, Tensor)]
    dtype = dtype or (tensors[0].dtype if tensors else np.float64)
    modes = [(module, module.training) for module in model.modules()]
    with no_grad(), _observed(model) as rows:
        try:
            model.eval()(*(np.zeros(shape, dtype) for shape in inputs))
        finally:
            for module, mode in modes:
                module.training = mode
    return Summary(inputs, tuple(rows))


def _shape(given: Any) -> Shape:
    if not isinstance(given, tuple | list) or not all(is_whole(n, least=0) for n in given):
        raise ShapeError(f"summary() takes shapes as tuples of whole numbers, such as (64, 1, 8, 8), but got {given!r}")
    return tuple(int(n) for n in given)


@contextmanager
def _observed(model: Module) -> Iterator[list[Row]]:
    """Collect a row per call of a module inside `model`."""
    rows: list[Any] = []
    depth = 0

    def observe(path: str, module: Module) -> None:
        forward, name = module.forward, f"{type(module).__name__}({module.extra_repr()})"
        size = sum(p.size if isinstance(p, Tensor) else 1 for p in module.parameters())

        def observed(*inputs: Any, **options: Any) -> Any:
            nonlocal depth
            place = len(rows)
            rows.append(None)
            depth += 1
            try:
                output = forward(*inputs, **options)
            finally:
                depth -= 1
            rows[place] = Row(path, depth, name, _output_shape(output), size)
            return output

        module.forward = observed  # type: ignore[method-assign]

    found = list(_shown("", model))
    own = [(module, vars(module).get("forward")) for _, module in found]
    try:
        for path, module in found:
            observe(path, module)
        yield rows
    finally:
        for module, forward in own:
            if forward is None:
                vars(module).pop("forward", None)
            else:
                module.forward = forward  # type: ignore[method-assign]


def _shown(path: str, module: Module) -> Iterator[tuple[str, Module]]:
    """The modules that have a line in the repr of `module`, each once."""
    seen: dict[int, tuple[str, Module]] = {}
    pending = [(path, module)]
    while pending:
        path, module = pending.pop()
        if id(module) not in seen:
            seen[id(module)] = path, module
            if "\n" in repr(module):
                pending += [(f"{path and path + '.'}{name}", child) for name, child in module.named_children()][::-1]
    yield from seen.values()


def _output_shape(output: Any) -> Shape:
    if isinstance(output, Value):
        return ()
    if isinstance(output, list | tuple):
        return len(output), *(_output_shape(output[0]) if output else ())
    return shape_of(output)
