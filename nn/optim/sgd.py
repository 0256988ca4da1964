"""Gradient descent, plain and with momentum."""

from __future__ import annotations

from copy import copy
from typing import Any

from nn.module import Parameter
from nn.optim.optimizer import Group, Optimizer, Parameters
from nn.optim.rules import Rule, Term

__all__ = ["SGD"]


class SGD(Optimizer):
    """Gradient descent, with momentum as in PyTorch.

    With the gradient g of a parameter θ, first g ← g + weight_decay θ. Then, with momentum,

        v ← momentum v + (1 - dampening) g      (v = g at the first step)
        g ← g + momentum v  if nesterov, else  v

    and last θ ← θ - lr g. (`torch.optim.SGD`; Sutskever et al., "On the importance of initialization and momentum in
    deep learning", 2013, for lr inside the velocity.)

    Parameters
    ----------
    parameters : what to change, usually ``model.parameters()``; or groups of them, see `Optimizer`.
    lr : the learning rate; may be assigned between steps.
    momentum, dampening, weight_decay, nesterov : as above.

    Attributes
    ----------
    velocity : v per parameter, in their order; None before a first step with momentum.
    steps : how many steps were taken.
    param_groups : the groups with their settings, see `Optimizer`.

    Raises
    ------
    ValueError : if there is no parameter, a number is negative or not finite, or nesterov comes without momentum or
        with dampening.
    OperandError : if a parameter is no leaf that requires a gradient.

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(5.0)
    >>> optimizer = SGD([x], lr=0.1, momentum=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (x * x).backward()
    ...     optimizer.step()
    >>> x.data, optimizer.velocity
    (2.7, [13.0])
    """

    buffers = ("velocity",)
    flags = ("nesterov",)
    velocity: list[Any]

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.001,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(
            parameters, lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov
        )

    def check(self, group: Group) -> None:  # noqa: D102  # see Optimizer
        momentum, dampening = group["momentum"], group["dampening"]
        if group["nesterov"] and (not momentum or dampening):
            raise ValueError(f"nesterov needs momentum, and no dampening, but got {momentum=} and {dampening=}")

    def initial(self, p: Parameter, group: Group) -> dict[str, Any]:  # noqa: D102  # see Optimizer
        return {"velocity": None}

    def change(self, i: int, p: Parameter, g: Any, group: Group) -> Any:  # noqa: D102  # see Optimizer
        if decay := group["weight_decay"]:
            g = g + decay * p.data
        if momentum := group["momentum"]:
            v = self.velocity[i]
            if v is None:
                v = copy(g)
            else:
                v *= momentum
                v += (1.0 - group["dampening"]) * g
            self.velocity[i] = v
            g = g + momentum * v if group["nesterov"] else v
        return group["lr"] * g

    def explained(self, i: int, p: Parameter, group: Group) -> list[Rule]:  # noqa: D102  # see Optimizer
        momentum = group["momentum"]
        decay: list[Term] = [(group["weight_decay"], "θ")] if group["weight_decay"] else []
        rules: list[Rule] = [("g", [(1.0, "∂L/∂θ"), *decay])]
        along = "g"
        if momentum:
            first = self.velocity[i] is None
            rules.append(("v′", [(1.0, "g")] if first else [(momentum, "v"), (1.0 - group["dampening"], "g")]))
            along = "v′"
        if group["nesterov"]:
            rules.append(("d", [(1.0, "g"), (momentum, "v′")]))
            along = "d"
        return [*rules, ("θ′", [(1.0, "θ"), (-group["lr"], along)])]
