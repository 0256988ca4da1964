"""One run of a live network, written down: what its figures show.

Everything happens on a private copy, so that no parameter, gradient or optimizer of the caller changes. Derivatives are
those of the engine: the gradients that ``backward()`` leaves in the nodes z, a, W and b.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import OperandError, ShapeError, Tensor, Value, enable_grad
from nn.layers import Linear
from nn.losses import squared_error
from nn.module import Module, Sequential
from nn.neuron import MLP
from nn.optim import Rule

__all__ = ["LayerRun", "Run", "run"]

Array = NDArray[Any]
Loss = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class LayerRun:
    """One layer: a = f(z) with z = W x + b, and the derivative of the loss by each (zero if it was not asked for).

    Shapes: ``weight`` (units, inputs), ``bias`` (units,) or None; ``z`` and ``a`` (units,), or (samples, units).
    ``slope`` is f′(z), of the shape of z; None if f mixes units, as softmax does, or without labels. ``state`` is what
    the optimizer remembers of W and b before its step, by name, and ``new_state`` after it; ``rules`` is what it does
    to W.
    """

    activation: str
    weight: Array
    bias: Array | None
    z: Array
    a: Array
    d_weight: Array
    d_bias: Array | None
    d_z: Array
    d_a: Array
    slope: Array | None
    new_weight: Array
    new_bias: Array | None
    state: dict[str, list[Array]] = field(default_factory=dict)
    new_state: dict[str, list[Array]] = field(default_factory=dict)
    rules: Sequence[Rule] = ()


@dataclass(frozen=True)
class Run:
    """The layers in order, with the inputs `x`, and where there are labels `y` the loss."""

    title: str
    parameters: int
    x: Array
    layers: tuple[LayerRun, ...]
    y: Array | None = None
    loss: float | None = None
    loss_function: Loss | None = None
    optimizer: str = ""

    @property
    def activations(self) -> list[Array]:
        """What each column shows: x, a¹, ..., ŷ."""
        return [self.x, *(layer.a for layer in self.layers)]

    @property
    def prediction(self) -> Array:
        """The outputs ŷ."""
        return self.layers[-1].a

    @property
    def loss_name(self) -> str:
        """The name of the loss function, if it has one that can be shown."""
        name = str(getattr(self.loss_function, "__name__", "loss"))
        return name if name.isidentifier() and len(name) <= 24 else "loss"


@dataclass
class _Stage:
    """A layer while it runs: grids of Values, or Tensors; `functions` are f of each unit, or of the Tensor in turn."""

    activation: str
    functions: list[Any]
    weight: Any
    bias: Any
    z: Any
    a: Any


def run(model: Any, x: Any, y: Any = None, loss: Loss | None = None, optimizer: Any = None) -> Run:
    """Run a copy of `model` forward on `x`; with labels also backward; with an optimizer also one step.

    Raises
    ------
    OperandError : if the model is neither an MLP nor a Sequential of Linear layers and activations.
    ShapeError : if x is not one sample or a batch of them, or x, y and the model do not fit together.
    """
    if not isinstance(model, MLP | Sequential):
        raise OperandError(f"diagrams are made of an MLP or a Sequential, but got {type(model).__name__}")
    if not (loss is None or callable(loss)):
        raise OperandError(f"loss= takes a function of prediction and label, such as nn.mse_loss, but got {loss!r}")
    model, optimizer = copy.deepcopy((model, optimizer))
    _check_optimizer(model, optimizer)
    if optimizer is not None and y is None:
        raise OperandError("a step of training starts at the loss, so it needs a label y")
    inputs = _sample(model, x)
    with enable_grad():
        for parameter in _leaves(model):  # also of frozen ones, which an optimizer leaves alone
            parameter.grad = None
            parameter.requires_grad = True
        stages, prediction = _run_scalars(model, inputs) if isinstance(model, MLP) else _run_tensors(model, inputs)
        cost = None
        if y is not None:
            loss = loss or squared_error
            labels = _array("y", y)
            cost = loss(prediction, _labels(prediction, labels) if loss is squared_error else y)
            if not isinstance(cost, Value | Tensor):
                raise OperandError(f"the loss of a diagram must be a Value or a Tensor, but got {cost!r}")
            cost.backward()
        layers = [_written(stage, None if y is None else _slope(stage)) for stage in stages]
    if optimizer is not None:
        layers = _stepped(layers, stages, optimizer)
    return Run(
        title=_title(model, stages),
        parameters=sum(p.size if isinstance(p, Tensor) else 1 for p in model.parameters()),
        x=inputs,
        layers=tuple(layers),
        y=None if y is None else np.asarray(_numbers(y)),
        loss=None if cost is None else float(_numbers(cost)),
        loss_function=loss,
        optimizer="" if optimizer is None else repr(optimizer),
    )


# --- forward ---


def _run_scalars(model: MLP, inputs: Array) -> tuple[list[_Stage], Any]:
    rows: list[list[Any]] = [row.tolist() for row in np.atleast_2d(inputs)]
    stages = []
    for layer in model.layers:
        z = [[neuron.weighted(row) for neuron in layer.neurons] for row in rows]
        a = [[n.activate(value) for n, value in zip(layer.neurons, row, strict=True)] for row in z]
        first = layer.neurons[0].activation
        named = first if isinstance(first, str) else getattr(first, "__name__", "")
        weights, biases = [neuron.w for neuron in layer.neurons], [neuron.b for neuron in layer.neurons]
        functions = [neuron.activate for neuron in layer.neurons]
        stages.append(_Stage(named, functions, weights, biases, *((z, a) if inputs.ndim == 2 else (z[0], a[0]))))
        rows = a
    outputs = [row[0] if len(row) == 1 else row for row in rows]
    return stages, outputs if inputs.ndim == 2 else outputs[0]


def _run_tensors(model: Sequential, inputs: Array) -> tuple[list[_Stage], Any]:
    stages: list[_Stage] = []
    a: Any = Tensor(inputs, requires_grad=False)
    for part in _flat(model):
        if isinstance(part, Linear):
            z = a = part(a if stages else Tensor(inputs.astype(part.weight.dtype), requires_grad=False))
            stages.append(_Stage("linear", [], part.weight, part.bias, z, z))
        elif not stages:
            raise OperandError(f"a diagram starts with a Linear layer, but the first of the Sequential is {part!r}")
        else:
            a = part(a)
            if not isinstance(a, Tensor):
                raise OperandError(f"diagrams show Linear layers and activations, but {part!r} gives {a!r}, no Tensor")
            if a.shape != stages[-1].z.shape:
                raise ShapeError(f"diagrams show Linear layers and activations, but {part!r} changes the shape")
            stage = stages[-1]
            named = type(part).__name__ if isinstance(part, Module) else getattr(part, "__name__", "")
            stage.activation = named if stage.activation == "linear" else f"{named}∘{stage.activation}"
            stage.functions.append(part)
            stage.a = a
    if not stages:
        raise OperandError("a diagram needs at least one Linear layer")
    return stages, a


def _flat(model: Sequential) -> Iterable[Any]:
    for part in model:
        yield from _flat(part) if isinstance(part, Sequential) else (part,)


# --- numbers ---


def _sample(model: MLP | Sequential, x: Any) -> Array:
    inputs = _array("x", x).astype(float)
    if inputs.ndim not in (1, 2) or 0 in inputs.shape:
        raise ShapeError(f"a diagram takes one sample as x, or a batch of them, but got shape {inputs.shape}")
    taken = _inputs(model)
    if taken is not None and inputs.shape[-1] != taken:
        raise ShapeError(f"the network takes {_counted(taken)} as x, but got {inputs.shape[-1]}")
    return inputs


def _inputs(model: MLP | Sequential) -> int | None:
    """How many numbers the network takes; None if it starts with something that is no layer."""
    if isinstance(model, MLP):
        return len(model.layers[0].neurons[0].w)
    first = next(iter(_flat(model)), None)
    return first.weight.shape[1] if isinstance(first, Linear) else None


def _labels(prediction: Any, labels: Array) -> Array:
    """Labels in the shape of the prediction, which may have one unit and no axis for it."""
    shape = np.shape(_numbers(prediction))
    if labels.size != math.prod(shape):
        raise ShapeError(f"the network predicts {_counted(math.prod(shape))}, but y has {labels.size}")
    return labels.astype(float).reshape(shape)


def _counted(n: int) -> str:
    return "one number" if n == 1 else f"{n} numbers"


def _array(name: str, given: Any) -> Array:
    """`x` or `y` as numbers."""
    try:
        numbers = np.asarray(_numbers(given))
    except ValueError:
        raise ShapeError(f"{name} takes numbers in rows of one length, but got {given!r}") from None
    if numbers.dtype.kind not in "fiub":
        what = "text" if numbers.dtype.kind in "US" else type(given).__name__
        raise OperandError(f"{name} takes numbers, but got {what}: {given!r}")
    return numbers


def _check_optimizer(model: MLP | Sequential, optimizer: Any) -> None:
    if optimizer is None:
        return
    if not (callable(getattr(optimizer, "step", None)) and hasattr(optimizer, "parameters")):
        raise OperandError(
            f"optimizer= takes an optimizer such as nn.SGD(model.parameters(), lr=0.1), but got {optimizer!r}"
        )
    held = {id(p) for p in optimizer.parameters}
    if not any(id(p) in held for p in _leaves(model)):
        raise OperandError(
            "the optimizer holds none of this model's parameters; make one of them: "
            f"{type(optimizer).__name__}(model.parameters(), ...)"
        )


def _written(stage: _Stage, slope: Array | None) -> LayerRun:
    weight, bias = _numbers(stage.weight), None if stage.bias is None else _numbers(stage.bias)
    return LayerRun(
        activation=stage.activation, weight=weight, bias=bias, z=_numbers(stage.z), a=_numbers(stage.a),
        d_weight=_gradients(stage.weight), d_bias=None if bias is None else _gradients(stage.bias),
        d_z=_gradients(stage.z), d_a=_gradients(stage.a), slope=slope, new_weight=weight, new_bias=bias,
    )  # fmt: skip


def _slope(stage: _Stage) -> Array | None:
    """f′(z), by the engine; None if δ = ∂L/∂a ⊙ f′(z) does not hold, because f mixes units."""
    z, functions = _numbers(stage.z), copy.deepcopy(stage.functions)  # f may have parameters, with gradients to keep
    if isinstance(stage.z, Tensor):
        slope = _derivative(lambda x: reduce(lambda value, f: f(value), functions, x), Tensor(z))
    else:
        rows = np.atleast_2d(z).tolist()
        slopes = [[_derivative(f, Value(x)) for f, x in zip(functions, row, strict=True)] for row in rows]
        slope = np.array(slopes).reshape(z.shape)
    with np.errstate(all="ignore"):
        error = slope * _gradients(stage.a)
    known = np.isfinite(error)
    return slope if np.allclose(error[known], _gradients(stage.z)[known], rtol=1e-4) else None


def _derivative(f: Callable[[Any], Any], x: Any) -> Any:
    """The derivative of f, or of the sum of what it gives, at a leaf x."""
    a = f(x)
    if isinstance(a, Value | Tensor) and a.requires_grad:
        (a.sum() if isinstance(a, Tensor) else a).backward()
    return _gradients(x)


def _stepped(layers: list[LayerRun], stages: list[_Stage], optimizer: Any) -> list[LayerRun]:
    """The layers with what a step makes of them."""
    explain = getattr(optimizer, "rules", lambda parameter: ())
    rules = [explain(stage.weight[0][0] if isinstance(stage.weight, list) else stage.weight) for stage in stages]
    before = _states(optimizer)
    optimizer.step()
    after = _states(optimizer)
    return [
        replace(
            layer, new_weight=_numbers(stage.weight), new_bias=None if stage.bias is None else _numbers(stage.bias),
            state=_state(stage, before), new_state=_state(stage, after), rules=rule,
        )
        for layer, stage, rule in zip(layers, stages, rules, strict=True)
    ]  # fmt: skip


def _state(stage: _Stage, states: dict[str, dict[int, Any]]) -> dict[str, list[Array]]:
    parameters = [stage.weight] if stage.bias is None else [stage.weight, stage.bias]
    held = {id(parameter) for parameter in _leaves(parameters)}
    return {
        name: [_remembered(parameter, known) for parameter in parameters]
        for name, known in states.items()
        if held & known.keys()
    }


def _states(optimizer: Any) -> dict[str, dict[int, Any]]:
    """What an optimizer remembers, by name and parameter: its attributes with one number or array per parameter."""
    parameters = optimizer.parameters
    lists = {name: of for name, of in vars(optimizer).items() if isinstance(of, list) and len(of) == len(parameters)}
    return {
        name: {id(p): np.array(v) for p, v in zip(parameters, lists[name], strict=True) if v is not None}
        for name in getattr(optimizer, "buffers", lists.keys() - {"parameters"})
        if any(v is not None and not isinstance(v, int) for v in lists[name])  # counts are no state to draw
    }


def _remembered(x: Any, known: dict[int, Any]) -> Any:
    """The state of one parameter, or of nested lists of them."""
    if isinstance(x, list):
        return np.array([_remembered(part, known) for part in x])
    return np.asarray(known.get(id(x), np.zeros(np.shape(x.data))))


def _elements(x: Any) -> Iterable[Any]:
    """The Values in nested lists, in order."""
    if isinstance(x, list):
        for part in x:
            yield from _elements(part)
    else:
        yield x


def _numbers(x: Any) -> Any:
    """The raw numbers in nodes, or in nested lists of them."""
    if isinstance(x, list | tuple):
        return np.array([_numbers(part) for part in x])
    return np.array(x.data if isinstance(x, Value | Tensor) else x)


def _gradients(x: Any) -> Any:
    if isinstance(x, list):
        return np.array([_gradients(part) for part in x])
    if not isinstance(x, Value | Tensor) or x.grad is None:  # the loss does not depend on it
        return np.zeros(np.shape(_numbers(x)))
    return np.array(x.grad)


def _leaves(thing: Any) -> Iterable[Any]:
    """The parameters of a model, frozen ones too."""
    if isinstance(thing, Value | Tensor):
        yield thing
    elif isinstance(thing, Module):
        for part in vars(thing).values():
            yield from _leaves(part)
    elif isinstance(thing, list | tuple):
        for part in thing:
            yield from _leaves(part)


def _title(model: Module, stages: list[_Stage]) -> str:
    sizes = [len(stages[0].weight[0]) if isinstance(model, MLP) else stages[0].weight.shape[1]]
    sizes += [len(s.weight) if isinstance(model, MLP) else s.weight.shape[0] for s in stages]
    return f"{type(model).__name__} " + "–".join(map(str, sizes))
