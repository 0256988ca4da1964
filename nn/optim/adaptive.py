"""A learning rate per element, by the size of its gradients so far: `Adagrad`, `RMSprop`, `Adam` and `AdamW`."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.module import Parameter
from nn.optim.optimizer import Group, Optimizer, Parameters, zeros
from nn.optim.rules import Corrected, Larger, Ratio, Rule, Square, Term

__all__ = ["Adagrad", "Adam", "AdamW", "RMSprop"]


class Adagrad(Optimizer):
    """Steps that shrink by the sum of all squares so far: much for rare features, little for frequent ones.

        G ← G + g²
        θ ← θ - lr g / (√G + eps)

    (Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic optimization", 2011.)

    Parameters
    ----------
    parameters : what to change, usually ``model.parameters()``; or groups of them, see `Optimizer`.
    lr : the learning rate; may be assigned between steps.
    lr_decay : at the t-th step of a parameter the learning rate is divided by 1 + (t - 1) lr_decay.
    weight_decay : g ← g + weight_decay θ before everything else.
    initial_accumulator_value : G before the first step.
    eps : keeps the quotient finite.

    Attributes
    ----------
    G : the sum of squares per parameter, in their order.
    t : how many steps each parameter took, in their order.
    steps : how many steps were taken.
    param_groups : the groups with their settings, see `Optimizer`.

    Examples
    --------
    >>> from autograd import Tensor
    >>> x = Tensor([3.0, -0.3])
    >>> optimizer = Adagrad([x], lr=0.5)
    >>> (x * x).sum().backward()
    >>> optimizer.step()                          # the first step is of one length for all
    >>> x.data.round(6), optimizer.G
    (array([2.5, 0.2]), [array([36.  ,  0.36])])
    """

    buffers = ("G", "t")
    G: list[Any]
    t: list[int]

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.01,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
    ) -> None:
        super().__init__(
            parameters, lr=lr, lr_decay=lr_decay, weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value, eps=eps,
        )  # fmt: skip

    def initial(self, p: Parameter, group: Group) -> dict[str, Any]:  # noqa: D102  # see Optimizer
        return {"G": zeros(p) + group["initial_accumulator_value"], "t": 0}

    def change(self, i: int, p: Parameter, g: Any, group: Group) -> Any:  # noqa: D102  # see Optimizer
        if decay := group["weight_decay"]:
            g = g + decay * p.data
        self.G[i] += g * g
        lr = self._rate(i, group)
        self.t[i] += 1
        return lr * g / (self.G[i] ** 0.5 + group["eps"])

    def explained(self, i: int, p: Parameter, group: Group) -> list[Rule]:  # noqa: D102  # see Optimizer
        return [
            _gradient(group),
            ("G′", [(1.0, "G"), (1.0, Square("g"))]),
            ("θ′", [(1.0, "θ"), (-self._rate(i, group), Ratio("g", "G′", group["eps"]))]),
        ]

    def _rate(self, i: int, group: Group) -> float:
        """The learning rate of the next step of a parameter."""
        rate: float = group["lr"] / (1.0 + self.t[i] * group["lr_decay"])
        return rate


class RMSprop(Optimizer):
    """Steps by the root of a running mean of squares, which forgets, unlike Adagrad's sum.

        v ← alpha v + (1 - alpha) g²
        θ ← θ - lr g / (√v + eps)

    centered: v is made the variance, v - ḡ², with ḡ ← alpha ḡ + (1 - alpha) g. With momentum: u ← momentum u + the
    quotient, and θ ← θ - lr u. (Tieleman and Hinton, "Lecture 6.5", 2012; centered by Graves, "Generating sequences
    with recurrent neural networks", 2013. Lectures call alpha β; it is often 0.9.)

    Parameters
    ----------
    parameters : what to change, usually ``model.parameters()``; or groups of them, see `Optimizer`.
    lr : the learning rate; may be assigned between steps.
    alpha : as above, less than 1.
    eps : keeps the quotient finite.
    weight_decay : g ← g + weight_decay θ before everything else.
    momentum, centered : as above.

    Attributes
    ----------
    v : the mean of squares per parameter, in their order.
    u : the velocity, likewise; each is None before a first step with momentum.
    mean : ḡ, likewise; each is None before a first step that is centered.
    steps : how many steps were taken.
    param_groups : the groups with their settings, see `Optimizer`.

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(5.0)
    >>> optimizer = RMSprop([x], lr=0.1, alpha=0.75)
    >>> (x * x).backward()
    >>> optimizer.step()
    >>> print(f"{x.data:.4f}", optimizer.v)       # 5 - 0.1 · 10 / √25
    4.8000 [25.0]
    """

    buffers = ("v", "u", "mean")
    flags = ("centered",)
    below = {"alpha": 1.0}
    v: list[Any]
    u: list[Any]
    mean: list[Any]

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.01,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
    ) -> None:
        super().__init__(
            parameters, lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum, centered=centered
        )

    def initial(self, p: Parameter, group: Group) -> dict[str, Any]:  # noqa: D102  # see Optimizer
        return {"v": zeros(p), "u": None, "mean": None}

    def change(self, i: int, p: Parameter, g: Any, group: Group) -> Any:  # noqa: D102  # see Optimizer
        alpha, momentum = group["alpha"], group["momentum"]
        if decay := group["weight_decay"]:
            g = g + decay * p.data
        self.v[i] *= alpha
        self.v[i] += (1.0 - alpha) * g * g
        v = self.v[i]
        if group["centered"]:
            mean = self.mean[i] = (1.0 - alpha) * g + (0.0 if self.mean[i] is None else alpha * self.mean[i])
            v = _larger(v - mean * mean, 0.0)  # below 0 by rounding, where the gradient stays the same
        along = g / (v**0.5 + group["eps"])
        if momentum:
            along = self.u[i] = along if self.u[i] is None else momentum * self.u[i] + along
        return group["lr"] * along

    def explained(self, i: int, p: Parameter, group: Group) -> list[Rule]:  # noqa: D102  # see Optimizer
        alpha, momentum = group["alpha"], group["momentum"]
        rules: list[Rule] = [_gradient(group), ("v′", [(alpha, "v"), (1.0 - alpha, Square("g"))])]
        by = "v′"
        if group["centered"]:
            mean: list[Term] = [] if self.mean[i] is None else [(alpha, "ḡ")]
            rules.append(("ḡ′", [*mean, (1.0 - alpha, "g")]))
            rules.append(("s", [(1.0, "v′"), (-1.0, Square("ḡ′"))]))
            by = "s"
        ratio = Ratio("g", by, group["eps"])
        if not momentum:
            return [*rules, ("θ′", [(1.0, "θ"), (-group["lr"], ratio)])]
        u: list[Term] = [] if self.u[i] is None else [(momentum, "u")]
        rules.append(("u′", [*u, (1.0, ratio)]))
        return [*rules, ("θ′", [(1.0, "θ"), (-group["lr"], "u′")])]


class Adam(Optimizer):
    """Momentum and RMSprop together, each corrected for its start at 0.

        m ← β₁ m + (1 - β₁) g          m̂ = m / (1 - β₁ᵗ)
        v ← β₂ v + (1 - β₂) g²         v̂ = v / (1 - β₂ᵗ)
        θ ← θ - lr m̂ / (√v̂ + eps)

    at the t-th step of a parameter. (Kingma and Ba, "Adam: a method for stochastic optimization", 2015; with amsgrad v̂
    is the largest v so far, corrected: Reddi, Kale and Kumar, "On the convergence of Adam and beyond", 2018.)

    Parameters
    ----------
    parameters : what to change, usually ``model.parameters()``; or groups of them, see `Optimizer`.
    lr : the learning rate; may be assigned between steps.
    betas : β₁ and β₂, less than 1.
    eps : keeps the quotient finite.
    weight_decay : g ← g + weight_decay θ before everything else; see `AdamW` for the better way.
    amsgrad : as above.

    Attributes
    ----------
    m, v : the means of the gradient and of its square per parameter, in their order.
    t : how many steps each parameter took, likewise.
    largest : the largest v so far, likewise; each is None before a first step with amsgrad.
    steps : how many steps were taken.
    param_groups : the groups with their settings, see `Optimizer`.

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(5.0)
    >>> optimizer = Adam([x], lr=0.1)
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (x * x).backward()
    ...     optimizer.step()
    >>> print(f"{x.data:.4f} {optimizer.m[0]:.4f} {optimizer.v[0]:.4f}", optimizer.t)
    4.8001 1.8800 0.1959 [2]
    """

    buffers = ("m", "v", "t", "largest")
    flags = ("amsgrad",)
    below = {"betas": 1.0}
    m: list[Any]
    v: list[Any]
    t: list[int]
    largest: list[Any]
    _decoupled = False

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, amsgrad=amsgrad)

    def check(self, group: Group) -> None:  # noqa: D102  # see Optimizer
        if not (isinstance(group["betas"], tuple) and len(group["betas"]) == 2):
            raise ValueError(f"{type(self).__name__} takes two numbers as betas, but got {group['betas']!r}")

    def initial(self, p: Parameter, group: Group) -> dict[str, Any]:  # noqa: D102  # see Optimizer
        return {"m": zeros(p), "v": zeros(p), "t": 0, "largest": None}

    def change(self, i: int, p: Parameter, g: Any, group: Group) -> Any:  # noqa: D102  # see Optimizer
        lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
        if decay and not self._decoupled:
            g = g + decay * p.data
        self.t[i] += 1
        self.m[i] *= beta1
        self.m[i] += (1.0 - beta1) * g
        self.v[i] *= beta2
        self.v[i] += (1.0 - beta2) * g * g
        v = self.v[i]
        if group["amsgrad"]:
            v = self.largest[i] = _larger(v, self.largest[i])
        m_hat, v_hat = self.m[i] / (1.0 - beta1 ** self.t[i]), v / (1.0 - beta2 ** self.t[i])
        change = lr * m_hat / (v_hat**0.5 + group["eps"])
        return change + lr * decay * p.data if decay and self._decoupled else change

    def explained(self, i: int, p: Parameter, group: Group) -> list[Rule]:  # noqa: D102  # see Optimizer
        lr, (beta1, beta2), t = group["lr"], group["betas"], self.t[i] + 1
        rules: list[Rule] = [
            ("g", [(1.0, "∂L/∂θ")]) if self._decoupled else _gradient(group),
            ("m′", [(beta1, "m"), (1.0 - beta1, "g")]),
            ("v′", [(beta2, "v"), (1.0 - beta2, Square("g"))]),
        ]
        if group["amsgrad"]:
            rules.append(("u′", [(1.0, "v′" if self.largest[i] is None else Larger("u", "v′"))]))
        decay: list[Term] = [(-lr * group["weight_decay"], "θ")] if group["weight_decay"] and self._decoupled else []
        return [
            *rules,
            ("m̂", [(1.0, Corrected("m′", beta1, t))]),
            ("v̂", [(1.0, Corrected("u′" if group["amsgrad"] else "v′", beta2, t))]),
            ("θ′", [(1.0, "θ"), *decay, (-lr, Ratio("m̂", "v̂", group["eps"]))]),
        ]


class AdamW(Adam):
    """`Adam` with weight decay beside the adaptive step instead of inside it.

        θ ← θ - lr weight_decay θ - lr m̂ / (√v̂ + eps)

    so that all weights decay at one rate, however large their gradients are. (Loshchilov and Hutter, "Decoupled weight
    decay regularization", 2019.)

    Parameters
    ----------
    parameters, lr, betas, eps, amsgrad : as in `Adam`.
    weight_decay : as above.

    Examples
    --------
    >>> from autograd import Value
    >>> x = Value(5.0)
    >>> optimizer = AdamW([x], lr=0.1, weight_decay=0.5)
    >>> (0.0 * x).backward()
    >>> optimizer.step()
    >>> x.data
    4.75
    """

    _decoupled = True

    def __init__(
        self,
        parameters: Parameters,
        lr: float = 0.001,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.01,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(parameters, lr, betas, eps, weight_decay, amsgrad)


def _larger(v: Any, other: Any) -> Any:
    """The larger of two numbers or arrays, as a new one; `other` may be None."""
    if isinstance(v, np.ndarray):
        return v.copy() if other is None else np.maximum(v, other)
    return v if other is None else max(v, other)


def _gradient(group: Group) -> Rule:
    """The first rule: the gradient, with weight decay in it."""
    decay: list[Term] = [(group["weight_decay"], "θ")] if group["weight_decay"] else []
    return ("g", [(1.0, "∂L/∂θ"), *decay])
