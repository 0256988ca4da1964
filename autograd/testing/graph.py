"""`Graph`: a random expression as data, which any kind of number can be sent through, and which prints as a program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd.primitive import table

__all__ = ["Graph", "Step"]

Step = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class Graph:
    """A list of operations on some inputs.

    Attributes
    ----------
    inputs : the numbers that it starts from.
    steps : tuples ``(name, operands)``; an operand counts back from the newest node: 0 is the newest, 1 the one before.
    heads : the results, counted in the same way from the last node.

    Examples
    --------
    >>> square = Graph((3.0,), (("mul", (0, 0)), ("sin", (0,))), (0,))
    >>> print(square)
    a = Value(3.0)
    b = autograd.mul(a, a)
    c = autograd.sin(b)
    heads = [c]
    >>> square.run([3.0])
    [0.4121184852417566]
    """

    inputs: tuple[float, ...]
    steps: tuple[Step, ...]
    heads: tuple[int, ...] = (0,)

    def nodes(self, xs: Sequence[Any], function: Callable[[str], Callable[..., Any]] | None = None) -> list[Any]:
        """All nodes computed from `xs`, these first.

        `xs` are numbers of any kind: floats, arrays, Values, Tensors, tensors of PyTorch, numbers of mpmath. What the
        name of an operation means for them is told by `function`, or found in the table, PyTorch or mpmath.
        """
        function = function or _functions_for(xs[0])
        nodes = list(xs)
        for name, operands in self.steps:
            nodes.append(function(name)(*(nodes[-1 - back] for back in operands)))
        return nodes

    def run(self, xs: Sequence[Any], function: Callable[[str], Callable[..., Any]] | None = None) -> list[Any]:
        """The heads computed from `xs`; see `nodes`."""
        nodes = self.nodes(xs, function)
        return [nodes[-1 - back] for back in self.heads]

    def __str__(self) -> str:
        lines = [f"{_letter(i)} = Value({x!r})" for i, x in enumerate(self.inputs)]
        for number, (name, operands) in enumerate(self.steps, len(self.inputs)):
            row = table.get(name)
            spelled = f"autograd.{name}" if row is not None and row.public else f"autograd.table[{name!r}]"
            lines.append(f"{_letter(number)} = {spelled}({', '.join(_letter(number - 1 - back) for back in operands)})")
        last = len(self.inputs) + len(self.steps) - 1
        return "\n".join([*lines, f"heads = [{', '.join(_letter(last - back) for back in self.heads)}]"])


def _letter(number: int) -> str:
    letter = chr(ord("a") + number % 26)
    return letter if number < 26 else f"{letter}{number // 26}"


_TORCH = {
    "neg": "neg", "power": "pow", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh", "step": "heaviside",
}  # fmt: skip


def _functions_for(x: Any) -> Callable[[str], Callable[..., Any]]:
    """What the names of operations mean for numbers of the kind of `x`."""
    home = type(x).__module__.split(".")[0]
    if home == "mpmath":
        import mpmath

        return lambda name: (
            lambda *args: (
                table[name].facts.reference(mpmath.mp, *args)  # type: ignore[misc]
                if table[name].facts.reference
                else getattr(mpmath, name)(*args)
            )
        )
    if home == "torch":
        torch: Any = sys.modules["torch"]

        def of_torch(name: str) -> Callable[..., Any]:
            name = _TORCH.get(name, name)
            return next(  # type: ignore[no-any-return]
                getattr(place, name) for place in (torch, torch.nn.functional, torch.special) if hasattr(place, name)
            )

        return of_torch
    return lambda name: table[name]
