"""The textbook figures of a network, drawn from a live one with its numbers.

`diagram` shows a forward pass or back propagation, `training_flow` one step of training, and `layer_step` what goes in
and out of one layer. `run` computes the numbers on a private copy; `formulas`, `cost` (the loss) and `update` (the
optimizer) say them; `columns` places circles and pills; `network`, `flow` and `step` are the figures, made of `blocks`;
`sheet` is the finished picture. `planes` draws a receptive field, see `nn.receptive_field`.

Drawing is imported when the first figure is made.
"""

from __future__ import annotations

from typing import Any

__all__ = ["diagram", "layer_step", "training_flow"]


def diagram(model: Any, x: Any, y: Any = None, passes: str = "forward", lang: str = "en", loss: Any = None) -> Any:
    """Draw a network with one sample: the forward pass, or back propagation of a loss.

    Also a method: ``model.diagram(x)``. A circle per neuron with its number, an arrow per connection, coloured by sign
    and as wide as it is large; formulas with their matrices below. Wide layers show their first and last units; above
    24 weights the numbers are in the tooltips. The model is left as it was.

    Parameters
    ----------
    model : an `nn.MLP`, or an `nn.Sequential` of Linear layers and activations.
    x : one sample, of as many numbers as the model takes.
    y : what it should predict; needed for ``passes="backward"``.
    passes : ``"forward"``, or ``"backward"``: arrows reversed, with the error terms δ = ∂L/∂z, ∂L/∂W and ∂L/∂b.
    lang : the language of the words, ``"en"`` or ``"zh"``.
    loss : of prediction and label, such as `nn.mse_loss`; by default L = Σ (y - ŷ)².

    Returns
    -------
    A figure: Jupyter shows it, ``.save("network.svg")`` writes it (or PNG, PDF, HTML), and ``print`` shows its numbers.

    Raises
    ------
    OperandError : if the model is of another kind.
    ShapeError : if x and y do not fit.
    ValueError : if an option has a value that it does not take.

    Examples
    --------
    >>> import numpy as np
    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], rng=np.random.default_rng(0))
    >>> print(model.diagram([0.8, -0.5]))
    Forward pass: MLP 2–3–1
    x = [0.8, −0.5]
    a[1] = tanh(W[1] x + b[1]) = [0.456, −0.2682, 0.0966]
    ŷ = W[2] a[1] + b[2] = [−0.0213]
    >>> model.diagram([0.8, -0.5], y=1.0, passes="backward")
    <Diagram: Back propagation: MLP 2–3–1>
    """
    from autograd import ShapeError

    one_of("passes", passes, ("forward", "backward"))
    backward = passes == "backward"
    if backward and y is None:
        raise ValueError('passes="backward" starts at the loss, so it needs a label: diagram(x, y, passes="backward")')
    words = _words(lang)
    from nn.diagram.formulas import lines
    from nn.diagram.network import Network
    from nn.diagram.run import run
    from nn.diagram.sheet import Diagram

    written = run(model, x, y, loss)
    if written.x.ndim != 1:
        raise ShapeError(f"diagram takes one sample as x, but got shape {written.x.shape}")
    title = f"{words[passes]}: {written.title}"
    return Diagram(Network(written, backward, lang), title, lines(written, backward))


def training_flow(model: Any, loss: Any, optimizer: Any, x: Any, y: Any, lang: str = "en") -> Any:
    """Draw one step of training, with its numbers: forward to the loss, backward from it, and the optimizer's update.

    FWD 1 → FWD 2 → ... → L in one row, BWD ... ← BWD 2 ← BWD 1 under it; the gradients go down to the optimizer, which
    makes new weights of them, of the old ones, and of what it remembers. Everything runs on a copy: model and optimizer
    are left as they were.

    Parameters
    ----------
    model : an `nn.MLP`, or an `nn.Sequential` of Linear layers and activations.
    loss : of prediction and label, such as `nn.mse_loss`; None for Σ (y - ŷ)².
    optimizer : over ``model.parameters()``.
    x, y : one sample, or a batch; as the model and the loss take them.
    lang : ``"en"`` or ``"zh"``.

    Examples
    --------
    >>> import numpy as np
    >>> from nn import MLP, SGD, mse_loss
    >>> model = MLP(2, [3, 1], rng=np.random.default_rng(0))
    >>> figure = training_flow(model, mse_loss, SGD(model.parameters(), lr=0.1), [0.8, -0.5], 1.0)
    >>> figure
    <Diagram: Training flow: MLP 2–3–1>
    >>> print(str(figure).splitlines()[4])
    L = mse_loss(ŷ, y) = 1.0431, y = 1, ŷ = [−0.0213]
    """
    words = _words(lang)
    from autograd import OperandError
    from nn.diagram.flow import Flow, flow_lines
    from nn.diagram.run import run
    from nn.diagram.sheet import Diagram

    if optimizer is None:
        raise OperandError("training_flow needs an optimizer, such as nn.SGD(model.parameters(), lr=0.1)")
    written = run(model, x, y, loss, optimizer)
    return Diagram(Flow(written, lang), f"{words['flow']}: {written.title}", flow_lines(written))


def layer_step(model: Any, i: int, x: Any, y: Any, optimizer: Any = None, loss: Any = None, lang: str = "en") -> Any:
    """Draw what goes in and out of layer `i`: forward, backward, and in the update of its weights.

    Parameters
    ----------
    model : an `nn.MLP`, or an `nn.Sequential` of Linear layers and activations.
    i : which layer, from 1, as in the formulas.
    x, y : one sample, or a batch; as the model and the loss take them.
    optimizer : over ``model.parameters()``; by default ``SGD(model.parameters(), lr=0.1)``.
    loss : of prediction and label; by default Σ (y - ŷ)².
    lang : ``"en"`` or ``"zh"``.

    Raises
    ------
    SubscriptError : if there is no layer `i`.

    Examples
    --------
    >>> import numpy as np
    >>> from nn import MLP
    >>> layer_step(MLP(2, [3, 1], rng=np.random.default_rng(0)), 1, [0.8, -0.5], 1.0)
    <Diagram: Layer 1: MLP 2–3–1>
    """
    words = _words(lang)
    from autograd import SubscriptError
    from nn.diagram.flow import flow_lines
    from nn.diagram.run import run
    from nn.diagram.sheet import Diagram
    from nn.diagram.step import LayerStep
    from nn.module import Module
    from nn.optim import SGD

    if optimizer is None and isinstance(model, Module):
        optimizer = SGD(model.parameters(), lr=0.1)
    written = run(model, x, y, loss, optimizer)
    if isinstance(i, bool) or not hasattr(i, "__index__") or i not in range(1, len(written.layers) + 1):
        raise SubscriptError(f"i= takes a whole number, a layer from 1 to {len(written.layers)}, but got {i!r}")
    return Diagram(LayerStep(written, i, lang), f"{words['step'].format(i)}: {written.title}", flow_lines(written))


def _words(lang: str) -> dict[str, str]:
    from nn.diagram.words import WORDS

    one_of("lang", lang, WORDS)
    return WORDS[lang]


def one_of(name: str, given: Any, known: Any) -> None:
    """Raise an error unless an option has one of the values that are known."""
    if given not in tuple(known):
        raise ValueError(f"{name}= takes one of {', '.join(map(repr, known))}, but got {given!r}")
