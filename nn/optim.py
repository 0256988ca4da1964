"""Optimizers: how parameters change by their gradients. Their state is plain attributes, to be looked at and drawn."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Any

import numpy as np

from autograd import GraphError, OperandError, Tensor, Value
from nn.module import Parameter

__all__ = ["SGD", "Rule"]

Rule = tuple[str, list[tuple[float, str]]]
"""A letter, and the sum that it is: ``("v′", [(0.9, "v"), (1.0, "g")])`` is v′ = 0.9 v + g."""


class SGD:
    """Gradient descent, with momentum as in PyTorch.

    With the gradient g of a parameter θ, first g ← g + weight_decay θ. Then, with momentum,

        v ← momentum v + (1 - dampening) g      (v = g at the first step)
        g ← g + momentum v  if nesterov, else  v

    and last θ ← θ - lr g. (`torch.optim.SGD`; Sutskever et al., "On the importance of initialization and momentum in
    deep learning", 2013, for lr inside the velocity.)

    Parameters
    ----------
    parameters : what to change, usually ``model.parameters()``.
    lr : the learning rate; may be assigned between steps.
    momentum, dampening, weight_decay, nesterov : as above.

    Attributes
    ----------
    velocity : v per parameter, in their order; None before a first step with momentum.
    steps : how many steps were taken.

    Raises
    ------
    ValueError : if there is no parameter, a number is negative or not finite, or nesterov comes without momentum or
        with dampening.
    OperandError : if a parameter is no leaf that requires a gradient.

    Examples
    --------
    >>> x = Value(5.0)
    >>> optimizer = SGD([x], lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (x * x).backward()
    ...     optimizer.step()
    >>> x.data, optimizer.velocity
    (2.7, [13.0])
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        lr: float = 0.001,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        if isinstance(parameters, Value | Tensor):
            raise OperandError("SGD takes a list of parameters, but got one; write SGD([p], ...)")
        self.parameters = list({id(p): p for p in parameters}.values())
        for p in self.parameters:
            if not (isinstance(p, Value | Tensor) and p.requires_grad and p.op is None):
                raise OperandError(f"SGD changes Values and Tensors that are leaves and require a gradient, not {p!r}")
        if not self.parameters:
            raise ValueError("SGD got no parameters; a model has some if model.parameters() is not empty")
        settings = {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay}
        for name, number in settings.items():
            if not 0.0 <= number < float("inf"):
                raise ValueError(f"SGD takes a finite {name} that is not negative, but got {number!r}")
        if nesterov and (not momentum or dampening):
            raise ValueError(f"nesterov needs momentum, and no dampening, but got {momentum=} and {dampening=}")
        self.lr, self.momentum, self.dampening = lr, momentum, dampening
        self.weight_decay, self.nesterov = weight_decay, nesterov
        self.velocity: list[Any] = [None] * len(self.parameters)
        self.steps = 0

    def step(self) -> None:
        """Change every parameter that has a gradient.

        Raises
        ------
        GraphError : if none has one.
        """
        if all(p.grad is None for p in self.parameters):
            raise GraphError(
                "no parameter has a gradient; call loss.backward() first, with a loss that depends on them"
            )
        for i, p in enumerate(self.parameters):
            if p.grad is None:
                continue
            change = self.lr * self._direction(i, p)
            if isinstance(change, np.ndarray):  # which becomes the new parameter: half the memory traffic
                p.data = Tensor(np.subtract(p.data, change, out=change), copy=False)
            else:
                p.data = p.data - change
        self.steps += 1

    def _direction(self, i: int, p: Parameter) -> Any:
        """What θ moves along: the gradient, or what momentum and weight decay make of it; plain numbers."""
        g = p.grad.data if isinstance(p.grad, Value | Tensor) else p.grad  # a node after create_graph=True
        if self.weight_decay:
            g = g + self.weight_decay * p.data
        if not self.momentum:
            return g
        before = self.velocity[i]
        v = self.velocity[i] = copy(g) if before is None else self.momentum * before + (1.0 - self.dampening) * g
        return g + self.momentum * v if self.nesterov else v

    def rules(self, p: Parameter) -> list[Rule]:
        """What `step` will do to one parameter θ, as sums: for each new letter its terms, factor and letter.

        Empty if it does nothing: if θ is not held here, or has no gradient.

        >>> x = Value(5.0)
        >>> optimizer = SGD([x], lr=0.1, momentum=0.5)
        >>> (x * x).backward()
        >>> optimizer.rules(x)                             # v′ = g, because there is no velocity yet
        [('g', [(1.0, '∂L/∂θ')]), ('v′', [(1.0, 'g')]), ('θ′', [(1.0, 'θ'), (-0.1, 'v′')])]
        """
        i = next((i for i, held in enumerate(self.parameters) if held is p), None)
        if i is None or p.grad is None:
            return []
        decay = [(self.weight_decay, "θ")] if self.weight_decay else []
        rules: list[Rule] = [("g", [(1.0, "∂L/∂θ"), *decay])]
        along = "g"
        if self.momentum:
            first = self.velocity[i] is None
            rules.append(("v′", [(1.0, "g")] if first else [(self.momentum, "v"), (1.0 - self.dampening, "g")]))
            along = "v′"
        if self.nesterov:
            rules.append(("d", [(1.0, "g"), (self.momentum, "v′")]))
            along = "d"
        return [*rules, ("θ′", [(1.0, "θ"), (-self.lr, along)])]

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: they are None again."""
        for p in self.parameters:
            p.grad = None

    def __repr__(self) -> str:
        names = ("lr", "momentum", "dampening", "weight_decay", "nesterov")
        given = ", ".join(f"{name}={getattr(self, name)!r}" for name in names if getattr(self, name))
        n = sum(p.size if isinstance(p, Tensor) else 1 for p in self.parameters)
        return f"SGD({n:,} parameter{'s' * (n != 1)}, {given})"
