"""`Optimizer`: parameters in groups with settings, a step, and a state that can be looked at, saved and loaded."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from autograd import GraphError, OperandError, Tensor, Value
from nn.module import Parameter, forget
from nn.optim.rules import Rule
from nn.optim.vector import check_list, checked
from nn.state import check_state

__all__ = ["Group", "Optimizer", "Parameters", "zeros"]

Group = dict[str, Any]
"""Parameters under ``"params"``, and their settings by name."""

Parameters = Iterable[Parameter] | Iterable[Group]
"""What an optimizer changes: parameters such as ``model.parameters()``, or groups of them."""

_NODES = (Value, Tensor)


class Optimizer:
    """The base of all that change parameters by their gradients: θ ← θ - change.

    A subclass defines `change`. If it remembers something of each parameter, it names the attributes in `buffers` and
    says in `initial` what they are before the first step.

    Parameters
    ----------
    parameters : what to change, usually ``model.parameters()``; or groups of them as dicts, such as ``[{"params":
        head.parameters()}, {"params": body.parameters(), "lr": 0.01}]``, where settings of their own take precedence.
    lr : the learning rate; may be assigned between steps.
    **settings : further settings by name, with the values that they have for groups without their own.

    Attributes
    ----------
    param_groups : the groups, complete with all settings; these may be assigned between steps.
    parameters : those of all groups, in order; each attribute in `buffers` is a list in the same order.
    steps : how many steps were taken.

    Raises
    ------
    ValueError : if there are no parameters, one is in two groups, or a setting is unknown or out of its range.
    OperandError : if a parameter is no leaf that requires a gradient.

    Examples
    --------
    >>> class SignDescent(Optimizer):
    ...     def change(self, i, p, g, group):
    ...         return group["lr"] * np.sign(g)
    >>> x = Tensor([3.0, -0.5])
    >>> optimizer = SignDescent([x], lr=0.25)
    >>> (x * x).sum().backward()
    >>> optimizer.step()
    >>> x.data, optimizer
    (array([ 2.75, -0.25]), SignDescent(2 parameters, lr=0.25))

    One with a mean of gradients (Lion: Chen et al., "Symbolic discovery of optimization algorithms", 2023):

    >>> class Lion(Optimizer):
    ...     buffers, below = ("m",), {"betas": 1.0}
    ...     def __init__(self, parameters, lr=1e-4, betas=(0.9, 0.99)):
    ...         super().__init__(parameters, lr=lr, betas=betas)
    ...     def initial(self, p, group):
    ...         return {"m": 0.0 * p.data}
    ...     def change(self, i, p, g, group):
    ...         beta1, beta2 = group["betas"]
    ...         change = group["lr"] * np.sign(beta1 * self.m[i] + (1 - beta1) * g)
    ...         self.m[i] = beta2 * self.m[i] + (1 - beta2) * g
    ...         return change
    >>> optimizer = Lion([x])
    >>> optimizer.step()
    >>> optimizer.m
    [array([ 0.06, -0.01])]
    """

    buffers: ClassVar[tuple[str, ...]] = ()
    """The names of the attributes that hold the state of each parameter."""

    flags: ClassVar[tuple[str, ...]] = ()
    """Settings that are True or False; all others are numbers, or tuples of them."""

    below: ClassVar[dict[str, float]] = {}
    """Settings that are less than some number; all numbers are finite and not negative."""

    def __init__(self, parameters: Parameters, *, lr: float, **settings: Any) -> None:
        check_list(type(self).__name__, parameters)
        self.defaults = {name: self._checked(name, value) for name, value in {"lr": lr, **settings}.items()}
        self.param_groups: list[Group] = []
        self.parameters: list[Parameter] = []
        self.steps = 0
        self._groups: list[Group] = []  # that of each parameter
        self._ratios: list[float] = []  # the learning rate of each group as a multiple of the first
        for name in self.buffers:
            setattr(self, name, [])
        given: list[Any] = list(parameters)
        for group in given if given and all(isinstance(one, dict) for one in given) else [{"params": given}]:
            self.add_param_group(group)

    # --- for subclasses ---

    def change(self, i: int, p: Parameter, g: Any, group: Group) -> Any:
        """What a step takes from the i-th parameter `p` with the gradient `g`, as numbers.

        An array becomes the new parameter, so it must be a new one: ``lr * v``, never v itself.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method change(self, i, p, g, group)")

    def initial(self, p: Parameter, group: Group) -> dict[str, Any]:
        """The state of a parameter before its first step, by the names in `buffers`; None for none yet."""
        return {}

    def explained(self, i: int, p: Parameter, group: Group) -> list[Rule]:
        """The rules of the i-th parameter, which has a gradient; see `rules`."""
        return []

    def check(self, group: Group) -> None:
        """Raise a ValueError if settings do not go together."""

    # --- steps ---

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient.

        Parameters
        ----------
        closure : computes the gradients first, with ``zero_grad()`` and ``loss.backward()``, and gives the loss, which
            is passed on. It is called inside `look_ahead`.

        Raises
        ------
        GraphError : if no parameter has a gradient.
        """
        loss = None
        if closure is not None:
            with self.look_ahead():
                loss = closure()
        if all(p.grad is None for p in self.parameters):
            raise GraphError(
                "no parameter has a gradient; call loss.backward() first, with a loss that depends on them: or is this "
                "the optimizer of another model?"
            )
        for i, (p, group) in enumerate(zip(self.parameters, self._groups, strict=True)):
            g = p.grad
            if g is None:
                continue
            change = self.change(i, p, g.data if isinstance(g, _NODES) else g, group)  # nodes by create_graph=True
            if isinstance(change, np.ndarray):  # which becomes the new parameter: half the memory traffic
                p.data = Tensor(np.subtract(p.data, change, out=change), copy=False)
            else:
                p.data = p.data - change
        self.steps += 1
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters: they are None again, or zeros if not `set_to_none`."""
        forget(self.parameters, set_to_none)

    def look_ahead(self) -> AbstractContextManager[None]:
        """A context in which the gradient of the next step is taken.

        It does nothing, since gradients are those where the parameters are; only `Nesterov` goes elsewhere. A loop that
        runs its model and ``loss.backward()`` inside ``with optimizer.look_ahead():`` serves every optimizer.
        """
        return nullcontext()

    def rules(self, p: Parameter) -> list[Rule]:
        """What `step` will do to one parameter θ, as sums: for each new letter its terms, factor and letter.

        Empty if it does nothing, if θ is not held here, or has no gradient; or if it is not known.
        """
        i = next((i for i, held in enumerate(self.parameters) if held is p), None)
        return [] if i is None or p.grad is None else self.explained(i, p, self._groups[i])

    # --- groups and settings ---

    @property
    def lr(self) -> float:
        """The learning rate of the first group; when it is assigned, the others keep the ratio that they came with."""
        return float(self.param_groups[0]["lr"])

    @lr.setter
    def lr(self, lr: float) -> None:
        lr = self._checked("lr", lr)
        for group, ratio in zip(self.param_groups, self._ratios, strict=True):
            group["lr"] = ratio * lr

    def add_param_group(self, group: Group) -> None:
        """Change more parameters from now on: ``{"params": [...], "lr": 0.01}``."""
        kind = type(self).__name__
        settings = {name: value for name, value in group.items() if name != "params"}
        unknown = settings.keys() - self.defaults.keys()
        if unknown or "params" not in group:
            raise ValueError(
                f"a group of {kind} takes params and the settings {', '.join(self.defaults)}, but got {list(group)}"
            )
        params = group["params"]
        params = checked(kind, [params] if isinstance(params, Value | Tensor) else params)
        if {id(p) for p in params} & {id(p) for p in self.parameters}:
            raise ValueError(f"{kind} got a parameter in two groups: which settings are its own?")
        own = {name: self._checked(name, value) for name, value in settings.items()}
        group = {"params": params, **self.defaults, **own}
        self.check(group)
        self.param_groups.append(group)
        self._ratios.append(group["lr"] / self.lr if self.lr else 1.0)
        self.parameters += params
        self._groups += [group] * len(params)
        for p in params:
            for name, value in self.initial(p, group).items():
                getattr(self, name).append(value)

    def _checked(self, name: str, value: Any) -> Any:
        """A setting as a float, a tuple of floats, or a bool."""
        kind = type(self).__name__
        if name in self.flags:
            if not isinstance(value, bool | np.bool_):
                raise OperandError(f"{kind} takes True or False as {name}, but got {value!r}")
            return bool(value)
        if isinstance(value, tuple | list):
            return tuple(self._checked(name, part) for part in value)
        if not isinstance(value, Real) or isinstance(value, bool):
            raise OperandError(f"{kind} takes a number as {name}, but got {value!r}")
        below = self.below.get(name, math.inf)
        if not 0.0 <= float(value) < below:
            limits = "that is not negative" if below == math.inf else f"from 0 to below {below:g}"
            raise ValueError(f"{kind} takes a finite {name} {limits}, but got {value!r}")
        return float(value)

    # --- state ---

    def state_dict(self) -> dict[str, Any]:
        """A copy of everything that the next steps depend on: numbers and arrays by name.

        Names are ``kind``, the class; ``steps``, ``param_groups.0.lr`` and the like, ``param_groups.1.lr_ratio`` for
        the multiple that the rate of a later group is of the first, and ``velocity.0`` and the like for what is
        remembered of a parameter. An empty array stands for nothing remembered yet.

        >>> from nn import SGD
        >>> x = Value(5.0)
        >>> optimizer = SGD([x], lr=0.1, momentum=0.5)
        >>> (x * x).backward()
        >>> optimizer.step()
        >>> state = optimizer.state_dict()
        >>> state["steps"], state["param_groups.0.lr"], state["velocity.0"]
        (1, 0.1, 10.0)
        """
        state: dict[str, Any] = {"kind": type(self).__name__, "steps": self.steps}
        for k, group in enumerate(self.param_groups):
            state |= {f"param_groups.{k}.{name}": group[name] for name in self.defaults}
            if k:
                state[f"param_groups.{k}.lr_ratio"] = self._ratios[k]
        for name in self.buffers:
            state |= {f"{name}.{i}": _saved(value) for i, value in enumerate(getattr(self, name))}
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state that `state_dict` gave, of an optimizer of the same kind and with the same parameters.

        Raises
        ------
        ValueError : if it is that of another kind; if names, shapes or dtypes differ, lists them all; or if a setting
            is out of its range. Nothing is changed then.
        OperandError : if it is no state.
        """
        check_state(state)
        if state.get("kind", type(self).__name__) != type(self).__name__:
            raise ValueError(f"the state is that of {state['kind']}, not of {self!r}")
        fitting = self._fitting()
        differences = {
            "missing": [f"{name} {_told(values[-1])}" for name, values in fitting.items() if name not in state],
            "unexpected": [f"{name} {_told(value)}" for name, value in state.items() if name not in fitting],
            "other shapes or dtypes": [
                f"{name} is {' or '.join(map(_told, values))} here, but {_told(state[name])} in the state"
                for name, values in fitting.items()
                if name in state and _told(state[name]) not in map(_told, values)
            ],
        }
        if any(differences.values()):
            lines = [f"{kind}: {', '.join(told)}" for kind, told in differences.items() if told]
            raise ValueError("\n  ".join([f"the state does not fit {self!r}:", *lines]))
        read = {name: _read(value, fitting[name][-1]) for name, value in state.items()}
        if read["steps"] < 0:
            raise ValueError(f"{type(self).__name__} took a number of steps that is not negative, not {read['steps']}")
        groups: list[Group] = []
        for k, group in enumerate(self.param_groups):
            own = {name: self._checked(name, read[f"param_groups.{k}.{name}"]) for name in self.defaults}
            groups.append({**group, **own})
            self.check(groups[-1])
        names = [f"param_groups.{k}.lr_ratio" for k in range(1, len(groups))]
        ratios = [1.0, *(self._checked(name, read[name]) for name in names)]
        self.steps, self._ratios = read["steps"], ratios
        for group, own in zip(self.param_groups, groups, strict=True):
            group.update(own)
        for name in self.buffers:
            getattr(self, name)[:] = [read[f"{name}.{i}"] for i in range(len(self.parameters))]

    def _fitting(self) -> dict[str, list[Any]]:
        """For each name of a state what may stand there, in type and shape: often one thing, or also nothing yet."""
        fitting = {name: [value] for name, value in self.state_dict().items()}
        for i, (p, group) in enumerate(zip(self.parameters, self._groups, strict=True)):
            for name, value in self.initial(p, group).items():
                if value is None:
                    fitting[f"{name}.{i}"] = [_NOTHING, p.data]
        return fitting

    def __repr__(self) -> str:
        n = sum(p.size if isinstance(p, Tensor) else 1 for p in self.parameters)
        told = [f"{n:,} parameter{'s' * (n != 1)}"]
        if len(self.param_groups) > 1:
            told[0] += f" in {len(self.param_groups)} groups"
        for name in self.defaults:
            values = list(dict.fromkeys(group[name] for group in self.param_groups))
            if any(values):
                told.append(f"{name}={' or '.join(map(repr, values))}")
        return f"{type(self).__name__}({', '.join(told)})"


_NOTHING = np.empty(0)
"""Stands in a saved state for what is None."""


def zeros(p: Parameter) -> Any:
    """0 in the shape of a parameter, to start a state with."""
    return np.zeros(p.shape, p.dtype) if isinstance(p, Tensor) else 0.0


def _saved(value: Any) -> Any:
    """A copy of what is remembered of one parameter: an array, or for a Value a number."""
    if value is None:
        return _NOTHING
    return np.array(value) if isinstance(value, np.ndarray | np.generic) else value


def _told(value: Any) -> str:
    """Type and shape of a number or array, for messages: ``float64 (3, 2)``."""
    array = np.asarray(value)
    return f"{array.dtype} {array.shape}"


def _read(value: Any, like: Any) -> Any:
    """A copy of an entry of a state, as the kind of number or array that it is `like`; None for nothing."""
    if isinstance(like, np.ndarray):
        return None if np.shape(value) == (0,) != like.shape else np.array(value)
    if np.shape(value) == (0,):
        return None
    return tuple(np.asarray(value).tolist()) if isinstance(like, tuple) else np.asarray(value).item()
