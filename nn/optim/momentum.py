"""Momentum in the two forms of a lecture: averaged, and with Nesterov's look ahead. PyTorch's form is in `SGD`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from autograd import GraphError
from nn.module import Parameter
from nn.optim.optimizer import Group, Optimizer, Parameters, zeros
from nn.optim.rules import Rule

__all__ = ["Momentum", "Nesterov"]


class Momentum(Optimizer):
    """Gradient descent along a running mean of the gradients.

        v ← β v + (1 - β) g
        θ ← θ - lr v

    with v = 0 before the first step. Since the mean is of the size of a gradient, the learning rate means what it does
    without momentum. ``SGD(momentum=β, dampening=β)`` does the same from the second step on, after a first step
    with v = g; ``SGD(momentum=β)`` forgets the factor 1 - β and so takes steps 1 / (1 - β) times as long.

    Parameters
    ----------
    parameters : what to change, usually ``model.parameters()``; or groups of them, see `Optimizer`.
    lr : the learning rate; may be assigned between steps.
    beta : β, less than 1: about the last 1 / (1 - β) gradients count.

    Attributes
    ----------
    velocity : v per parameter, in their order.
    steps : how many steps were taken.
    param_groups : the groups with their settings, see `Optimizer`.

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(5.0)
    >>> optimizer = Momentum([x], lr=0.1, beta=0.5)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> x.data, optimizer.velocity
    (4.5, [5.0])
    """

    buffers = ("velocity",)
    below = {"beta": 1.0}
    velocity: list[Any]

    def __init__(self, parameters: Parameters, lr: float = 0.01, beta: float = 0.9) -> None:
        super().__init__(parameters, lr=lr, beta=beta)

    def initial(self, p: Parameter, group: Group) -> dict[str, Any]:  # noqa: D102  # see Optimizer
        return {"velocity": zeros(p)}

    def change(self, i: int, p: Parameter, g: Any, group: Group) -> Any:  # noqa: D102  # see Optimizer
        beta, v = group["beta"], self.velocity[i]
        v *= beta
        v += (1.0 - beta) * g
        self.velocity[i] = v
        return group["lr"] * v

    def explained(self, i: int, p: Parameter, group: Group) -> list[Rule]:  # noqa: D102  # see Optimizer
        beta = group["beta"]
        return [
            ("g", [(1.0, "∂L/∂θ")]),
            ("v′", [(beta, "v"), (1.0 - beta, "g")]),
            ("θ′", [(1.0, "θ"), (-group["lr"], "v′")]),
        ]


class Nesterov(Optimizer):
    """Gradient descent with momentum that looks ahead: the gradient is taken where the momentum leads.

        v ← β v + ∇f(θ - lr β v)
        θ ← θ - lr v

    with v = 0 before the first step. (Nesterov, "A method of solving a convex programming problem with convergence rate
    O(1/k²)", 1983; in this form Sutskever et al., "On the importance of initialization and momentum in deep learning",
    2013.) The model is run inside ``with optimizer.look_ahead():``, which moves the parameters there and back again.
    ``SGD(momentum=β, nesterov=True)`` is the same method in other variables, whose parameters are the look-ahead
    points: they need to go nowhere.

    Parameters
    ----------
    parameters : what to change, usually ``model.parameters()``; or groups of them, see `Optimizer`.
    lr : the learning rate; may be assigned between steps.
    beta : β, less than 1.

    Attributes
    ----------
    velocity : v per parameter, in their order.
    steps : how many steps were taken.
    param_groups : the groups with their settings, see `Optimizer`.

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(5.0)
    >>> optimizer = Nesterov([x], lr=0.1, beta=0.5)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     with optimizer.look_ahead():
    ...         (x * x).backward()
    ...     optimizer.step()
    >>> x.data, optimizer.velocity                # 10, then 0.5 · 10 + 2 · (4 - 0.1 · 0.5 · 10)
    (2.8, [12.0])
    """

    buffers = ("velocity",)
    below = {"beta": 1.0}
    velocity: list[Any]

    def __init__(self, parameters: Parameters, lr: float = 0.01, beta: float = 0.9) -> None:
        super().__init__(parameters, lr=lr, beta=beta)
        self._looked = self._ahead = False

    def initial(self, p: Parameter, group: Group) -> dict[str, Any]:  # noqa: D102  # see Optimizer
        return {"velocity": zeros(p)}

    @contextmanager
    def look_ahead(self) -> Iterator[None]:
        """Move the parameters to θ - lr β v, and after the block back to θ."""
        standing = [p.data for p in self.parameters]
        for p, group, v in zip(self.parameters, self._groups, self.velocity, strict=True):
            p.data = p.data - group["lr"] * group["beta"] * v
        self._ahead = True
        try:
            yield
            self._looked = True
        finally:
            self._ahead = False
            for p, data in zip(self.parameters, standing, strict=True):
                p.data = data

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient; see `Optimizer.step`.

        Raises
        ------
        GraphError : if none has one, or it was not taken inside `look_ahead`; or if this is called inside that block,
            which would undo the step.
        """
        if self._ahead:
            raise GraphError("step() comes after the block `with optimizer.look_ahead():`, which puts parameters back")
        if self.steps and not self._looked and closure is None:
            raise GraphError(
                "the gradient of this step is that of the look-ahead point: run the model and loss.backward() inside "
                "`with optimizer.look_ahead():`; SGD(momentum=..., nesterov=True) needs no such block"
            )
        loss = super().step(closure)
        self._looked = False
        return loss

    def change(self, i: int, p: Parameter, g: Any, group: Group) -> Any:  # noqa: D102  # see Optimizer
        v = self.velocity[i]
        v *= group["beta"]
        v += g
        self.velocity[i] = v
        return group["lr"] * v

    def explained(self, i: int, p: Parameter, group: Group) -> list[Rule]:  # noqa: D102  # see Optimizer
        return [
            ("g", [(1.0, "∂L/∂θ")]),
            ("v′", [(group["beta"], "v"), (1.0, "g")]),
            ("θ′", [(1.0, "θ"), (-group["lr"], "v′")]),
        ]
