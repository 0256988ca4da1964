"""Is a network fit to learn? `gradient_report` tells how large activations and gradients are, layer by layer."""

from __future__ import annotations

import copy
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import GraphError, Tensor, Value, enable_grad
from nn import plot
from nn.data import DataLoader, pair
from nn.evaluate import Loss, cost_of, model_on_batches
from nn.module import Module, Parameter
from nn.neuron import Layer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GradientReport", "LayerReport", "gradient_report", "layers_of", "rms"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LayerReport:
    """One layer of a `GradientReport`. What was not looked at is an empty array.

    name, kind : its path in the model, and its class.
    outputs : its activations, shape ``(samples, units...)``.
    d_outputs : ∂L/∂output, likewise.
    weights, d_weights : all its own parameters in a row, and ∂L of them; empty if it has none.
    function : the last operation of the layer, such as ``"relu"`` or ``"tanh"``.
    """

    name: str
    kind: str
    outputs: Array
    d_outputs: Array
    weights: Array
    d_weights: Array
    function: str = ""

    @property
    def dead(self) -> float:
        """The share of units that are 0 for all samples, if the layer ends in a ReLU; their weights learn nothing."""
        if self.function != "relu" or not self.outputs.size:
            return 0.0
        return float(np.mean(np.all(self.outputs == 0.0, axis=0)))

    @property
    def saturated(self) -> float:
        """The share of outputs at an end of a tanh (beyond ±0.99) or sigmoid (within 0.01), which pass little back."""
        if self.function not in ("tanh", "sigmoid") or not self.outputs.size:
            return 0.0
        reach = np.abs(self.outputs if self.function == "tanh" else 2.0 * self.outputs - 1.0)
        return float(np.mean(reach > (0.99 if self.function == "tanh" else 0.98)))


@dataclass(frozen=True)
class GradientReport:
    """The layers of a network in the order in which they were called, with a verdict.

    Printing it gives a table of root mean squares; `figure` draws how they are spread.
    """

    layers: list[LayerReport]

    @property
    def verdict(self) -> str:
        """What is wrong, in a sentence that starts with "healthy", "vanishing", "exploding", "zero" or "not finite".

        Gradients vanish if ∂L/∂output of the first layer with weights is less than a hundredth of that of the last, and
        explode if it is more than a hundred times as large. (∂L/∂W, which is taken if nothing else is known, tells it
        less well: it is a product with activations, which vanish the other way.)
        """
        learning = [layer for layer in self.layers if layer.d_weights.size]
        for layer in self.layers:
            for numbers in (layer.outputs, layer.d_outputs, layer.d_weights):
                if not np.isfinite(numbers).all():
                    return (
                        f"not finite: {layer.name} has nan or inf; autograd.detect_anomaly() says where it comes from"
                    )
        silent = [layer.name for layer in learning if not layer.d_weights.any()]
        if silent:
            dead = [f"all units of {layer.name} are dead" for layer in self.layers if layer.dead == 1.0]
            return "; ".join([f"zero: no gradient reaches {', '.join(silent)}", *dead])
        if not learning:
            return "zero: no parameter has a gradient"
        first, last = learning[0], learning[-1]
        seen = [layer.d_outputs if layer.d_outputs.any() else layer.d_weights for layer in (first, last)]
        ratio = rms(seen[0]) / rms(seen[1])
        told = f"the gradient in {first.name} is {ratio:.2g} times that in {last.name}"
        if ratio < 0.01:
            return f"vanishing: {told}"
        if ratio > 100.0:
            return f"exploding: {told}"
        ills = [
            f"{share:.0%} of {layer.name} {name}"
            for layer in self.layers
            for name, share in (("dead", layer.dead), ("saturated", layer.saturated))
            if share >= 0.5
        ]
        return f"healthy, but {', '.join(ills)}" if ills else f"healthy: {told}"

    def figure(self, title: str = "", *, dark: bool = False) -> Figure:
        """How activations and gradients are spread in each layer, as a figure of matplotlib; see `nn.plot.spreads`."""
        outputs, gradients = {}, {}
        for layer in self.layers:
            ills = [("dead", layer.dead), ("saturated", layer.saturated)]
            note = "".join(f", {share:.0%} {name}" for name, share in ills if share)
            name = f"{layer.name} {layer.kind}{note}"
            outputs[name] = layer.outputs
            gradients[name] = layer.d_outputs if layer.d_outputs.size else layer.d_weights
        of = "output" if any(numbers.size for numbers in outputs.values()) else "parameter"
        panels = ({"|output|": outputs} if of == "output" else {}) | {f"|∂L/∂{of}|": gradients}
        return plot.spreads(panels, textwrap.fill(title or self.verdict, 70), dark=dark)

    def __str__(self) -> str:
        head = ["layer", "", "output", "∂L/∂output", "∂L/∂W", "∂L/∂W : W", "dead", "saturated"]
        rows = [
            [
                layer.name,
                layer.kind,
                *(f"{rms(x):.2g}" if x.size else "" for x in (layer.outputs, layer.d_outputs, layer.d_weights)),
                f"{rms(layer.d_weights) / rms(layer.weights):.2g}" if layer.weights.any() else "",
                f"{layer.dead:.0%}" if layer.function == "relu" else "",
                f"{layer.saturated:.0%}" if layer.function in ("tanh", "sigmoid") else "",
            ]
            for layer in self.layers
        ]
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        lines = [
            "  ".join(x.ljust(w) if i < 2 else x.rjust(w) for i, (x, w) in enumerate(zip(row, widths, strict=True)))
            for row in [head, *rows]
        ]
        return "\n".join([*(line.rstrip() for line in lines), self.verdict])


def gradient_report(model: Module, data: Any = None, loss: Loss | None = None) -> GradientReport:
    """How large activations and gradients are in each layer, which units are dead or saturated, and a verdict.

    Parameters
    ----------
    model : of Values or Tensors. It runs as a copy: its gradients, statistics and Generators stay as they are.
    data : a pair ``(inputs, targets)``, or a `Dataset`: a batch to run forward and backward; of a `DataLoader` the one
        that it gives next. Without data the report is of the gradients that the parameters have, after
        ``loss.backward()``, and knows no activations.
    loss : of outputs and targets, as in `fit`.

    Raises
    ------
    GraphError : if no parameter has a gradient.
    TypeError : if data come without a loss, or the model is no module.

    Examples
    --------
    >>> from nn import MLP, mse_loss, toys
    >>> deep = MLP(2, [4, 4, 4, 4, 4, 4, 1], "sigmoid", np.random.default_rng(0))
    >>> report = gradient_report(deep, toys.moons(20, rng=np.random.default_rng(0)), mse_loss)
    >>> report.verdict
    'vanishing: the gradient in layers.0 is ... times that in layers.6'
    """
    if not isinstance(model, Module):
        raise TypeError(f"a gradient report is of a Module, but got {model!r}")
    if (data is None) != (loss is None):
        raise TypeError("data and a loss come together: gradient_report(model, (inputs, targets), nn.mse_loss)")
    if data is not None and loss is not None:
        if isinstance(data, DataLoader):
            loader = copy.copy(data)
            loader.rng = copy.deepcopy(data.rng)  # that of the data stays as it is
            data = next(iter(loader))
        return _report_on(model, *pair(data), loss)
    if all(p.grad is None for p in model.parameters()):
        raise GraphError("no parameter has a gradient; call loss.backward() first, or give data and a loss")
    return GradientReport(list(_reports(model, {})))


def _report_on(model: Module, inputs: Array, targets: Array, loss: Loss) -> GradientReport:
    """The report of a batch, by a copy of the model that shares its parameters: the loss may have a penalty on them."""
    parameters = model.parameters()
    before = [p.grad for p in parameters]
    model.zero_grad()
    model = copy.deepcopy(model, {id(p): p for p in parameters})
    outputs: dict[str, list[Any]] = {}
    try:
        with enable_grad():
            _listen(model, outputs)
            cost_of(loss, model_on_batches(model, lanes=False)(inputs), targets).backward()
        return GradientReport(list(_reports(model, outputs)))
    finally:
        for p, grad in zip(parameters, before, strict=True):
            p.grad = grad


def layers_of(model: Module, path: str = "") -> dict[str, tuple[Module, list[Parameter]]]:
    """What counts as a layer, by path, and the parameters that are its own.

    Layers are modules without others in them, layers of neurons, and wrappers such as `WeightNorm`: parameters beside
    one module. Modules with several others come apart.
    """
    inside = model.named_children()
    below = {id(p) for _, module in inside for p in module.parameters()}
    own = [p for p in model.parameters() if id(p) not in below]
    if not inside or isinstance(model, Layer) or (own and len(inside) == 1):
        return {path: (model, model.parameters())}
    layers = {path: (model, own)} if own else {}
    for name, module in inside:
        layers |= layers_of(module, f"{path}.{name}" if path else name)
    return layers


def _listen(model: Module, outputs: dict[str, list[Any]]) -> None:
    """Let all layers of a model note what they give."""

    def listening(path: str, forward: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*inputs: Any, **options: Any) -> Any:
            out = forward(*inputs, **options)
            outputs.setdefault(path, []).append(out)
            return out

        return noting

    for path, (module, _) in layers_of(model).items():
        module.forward = listening(path, module.forward)  # type: ignore[method-assign]


def _reports(model: Module, outputs: dict[str, list[Any]]) -> Iterator[LayerReport]:
    layers = layers_of(model)
    for path in outputs or layers:
        (layer, own), calls = layers[path], outputs.get(path, [])
        parameters = [p for p in own if p.grad is not None]
        if not (calls or parameters):
            continue
        heads = [head for call in calls for head in (call if isinstance(call, list) else [call])]
        yield LayerReport(
            name=path or "model",
            kind=type(layer).__name__,
            outputs=_stacked([_numbers(call, lambda node: node.data) for call in calls]),
            d_outputs=_stacked([_numbers(call, lambda node: node.grad) for call in calls]),
            weights=_row([p.data for p in parameters]),
            d_weights=_row([p.grad for p in parameters]),
            function=next((str(h.op.name) for h in heads if isinstance(h, Value | Tensor) and h.op), ""),
        )


def _numbers(out: Any, of: Callable[[Any], Any]) -> Array:
    """Data or gradients of what a layer gave: a node, or a list of them."""
    if isinstance(out, list):
        return np.array([_numbers(one, of) for one in out])
    if not isinstance(out, Value | Tensor):
        return np.zeros(np.shape(out))
    found = of(out)
    return np.zeros(np.shape(out.data)) if found is None else np.array(found, np.float64)


def _stacked(calls: list[Array]) -> Array:
    """All samples under each other: of one call with a batch, or of a call per sample."""
    if not calls:
        return np.empty(0)
    return calls[0] if len(calls) == 1 else np.array(calls)


def _row(numbers: list[Any]) -> Array:
    return np.concatenate([np.ravel(np.asarray(x, np.float64)) for x in numbers]) if numbers else np.empty(0)


def rms(numbers: Array) -> float:
    """The root mean square."""
    return float(np.sqrt(np.mean(np.square(numbers))))
