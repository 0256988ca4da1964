"""The figures of the gallery. The page shows the body of each function, so what is read is what was run.

A docstring is the title and the text beside the figure.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd
import nn
from autograd import Tensor, Value

__all__ = ["FIGURES"]

# --- scalars ---


def neuron() -> Any:
    """A neuron, forward and backward

    Every value is a card with its gradient; every operand is an edge with the local derivative on it. Read the chain
    rule off: the gradient of a card is pill times gradient at the far end, summed over the edges that leave it.
    """
    x1, w1 = Value(2.0, name="x1"), Value(-3.0, name="w1")
    x2, w2 = Value(0.0, name="x2"), Value(1.0, name="w2")
    b = Value(6.8813735870195432, name="b")
    o = (x1 * w1 + x2 * w2 + b).tanh()
    o.backward()
    return o.graph(names=locals())


def forward() -> Any:
    """The forward pass alone

    With `passes="forward"` the figure shows values only, and arrows in the direction of the computation.
    """
    x, w, b = Value(2.0, name="x"), Value(-0.5, name="w"), Value(0.25, name="b")
    o = (x * w + b).tanh()
    return o.graph(names=locals(), passes="forward")


def backward() -> Any:
    """The backward pass alone

    Arrows run from the result to the leaves, as the sweep does.
    """
    x, w, b = Value(2.0, name="x"), Value(-0.5, name="w"), Value(0.25, name="b")
    o = (x * w + b).tanh()
    o.backward()
    return o.graph(names=locals(), passes="backward")


def twice() -> Any:
    """One value, used twice

    In `a + a` the value has two edges, so its gradient is the sum of two contributions.
    """
    a = Value(3.0, name="a")
    b = a + a
    b.backward()
    return b.graph(names=locals())


def tanh_of_exps() -> Any:
    """tanh, taken apart

    The same function from exponentials: more cards, the same gradient.
    """
    x = Value(0.8814, name="x")
    e = (2.0 * x).exp()
    o = (e - 1.0) / (e + 1.0)
    o.backward()
    return o.graph(names=locals())


def explained() -> Any:
    """Where a gradient comes from

    `explain=w` lights every path from `w` to the result, and writes their products out; their sum is the gradient.
    """
    x, w, b = Value(1.5, name="x"), Value(-2.0, name="w"), Value(0.5, name="b")
    h = w * x + b
    y = h * w + h
    y.backward()
    return y.graph(names=locals(), explain=w)


def highlighted() -> Any:
    """One path in the light

    `highlight=` takes the nodes that stay; all others fade.
    """
    x, w, b = Value(1.5, name="x"), Value(-2.0, name="w"), Value(0.5, name="b")
    p = w * x
    z = p + b
    o = z.sigmoid()
    o.backward()
    return o.graph(names=locals(), highlight=[w, p, z, o])


def second_derivative() -> Any:
    """A derivative is a graph, too

    With `create_graph=True` the sweep records itself: this is the graph of dy/dx = 3x², which was swept again.
    """
    x = Value(3.0, name="x")
    y = x * x * x
    y.backward(create_graph=True)
    slope, x.grad = x.grad, None
    slope.backward()
    return slope.graph(names=locals())


def rosenbrock() -> Any:
    """Rosenbrock's valley

    f(a, b) = (1 − a)² + 100 (b − a²)². In the bent valley the gradient is steep across and small along it.
    """
    a, b = Value(-1.2, name="a"), Value(1.0, name="b")
    f = (1.0 - a) ** 2 + 100.0 * (b - a**2) ** 2
    f.backward()
    return f.graph(names=locals())


def newton() -> Any:
    """A Newton step

    x − f/f′ for the root of x² − 2, with f′ from the engine. The step is a graph like any other; at the root its own
    derivative is 0, which is why Newton's method squares the error.
    """
    x = Value(1.5, name="x")
    f = x * x - 2.0
    f.backward(create_graph=True)
    df, x.grad = x.grad, None
    new = x - f / df
    new.backward()
    return new.graph(names=locals())


# --- tensors ---


def layer() -> Any:
    """A layer of tensors

    A card shows the numbers of an array, or a heat map of their blocks: blue is positive, orange and a minus sign are
    negative. The edges of a matrix product carry its rule, as the rule itself tells it of symbols.
    """
    time = np.linspace(0.0, 6.0, 64)[:, None]
    X = Tensor(np.sin(time * np.arange(1, 9) / 3), name="X", requires_grad=False)
    W = Tensor(np.random.default_rng(1).normal(size=(8, 4)) / 2, name="W")
    b = Tensor([0.5, -0.25, 0.0, 0.1], name="b")
    h = np.tanh(X @ W + b)
    loss = h.sum()
    loss.backward()
    return loss.graph(names=locals())


def cross_entropy() -> Any:
    """Softmax cross-entropy

    Three samples, four classes: the logarithm of softmax, the entries of the right classes, and their mean.
    """
    logits = Tensor([[2.0, -1.0, 0.5, 0.0], [0.1, 1.2, -0.7, 0.4], [-1.5, 0.3, 0.0, 2.2]], name="z")
    p = autograd.log_softmax(logits, axis=1)
    picked = p[np.arange(3), np.array([0, 1, 3])]
    loss = -picked.mean()
    loss.backward()
    return loss.graph(names=locals())


# --- networks ---


def network_forward() -> Any:
    """A live network, forward

    Circles are neurons, arrows weights, and below stand the formulas with the network's own numbers.
    """
    model = nn.MLP(2, [4, 3, 1], rng=np.random.default_rng(3))
    return model.diagram([0.8, -0.5])


def network_backward() -> Any:
    """The same network, backward

    Every arrow reversed, from the loss to the first layer, with the error term δ on each neuron.
    """
    model = nn.MLP(2, [4, 3, 1], rng=np.random.default_rng(3))
    return model.diagram([0.8, -0.5], 1.0, passes="backward")


def training_flow() -> Any:
    """One step of training

    Forward to the loss, backward from it, and down to the optimizer, which makes new weights of the old ones.
    """
    model = nn.MLP(2, [4, 3, 1], rng=np.random.default_rng(3))
    optimizer = nn.SGD(model.parameters(), lr=0.1, momentum=0.9)
    return nn.training_flow(model, nn.mse_loss, optimizer, [0.8, -0.5], 1.0)


def layer_step() -> Any:
    """What goes in and out of a layer

    In the forward pass, in the backward pass, and in the update of its weights.
    """
    model = nn.MLP(2, [4, 3, 1], rng=np.random.default_rng(3))
    return nn.layer_step(model, 2, [0.8, -0.5], 1.0)


def receptive_field() -> Any:
    """What a convolutional network sees

    One number of the output depends on the tinted part of each plane; behind a stride a window covers more of the
    image. What would lie in the padding is dashed.
    """
    layers = [
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    ]  # fmt: skip
    return nn.receptive_field(layers).diagram(16, 16)


def adam() -> Any:
    """A step of Adam

    What the optimizer remembers goes in and comes out beside the weights. Its rules stand between them, in symbols and
    with the numbers of the first weight.
    """
    model = nn.MLP(2, [3, 1], rng=np.random.default_rng(3))
    optimizer = nn.Adam(model.parameters(), lr=0.1)
    nn.mse_loss(model([0.8, -0.5]), 1.0).backward()
    optimizer.step()
    return nn.layer_step(model, 1, [0.8, -0.5], 1.0, optimizer, nn.mse_loss)


def folded() -> Any:
    """The loss of a network, folded

    A network of scalars on thirty samples has hundreds of operations. With `depth=0` a module is one card, and
    `fold_repeats=True` draws the first of the thirty; Σ adds them all.
    """
    rng = np.random.default_rng(0)
    model = nn.MLP(2, [3, 1], rng=rng)
    points = rng.normal(size=(30, 2))
    samples = [([Value(a, name="x1"), Value(b, name="x2")], 1.0 if a > b else -1.0) for a, b in points]
    loss = sum((model(x) - y) ** 2 for x, y in samples)
    loss.backward()
    return loss.graph(names=locals(), depth=0, fold_repeats=True)


def folded_samples() -> Any:
    """What is done to every sample

    A scope around what is done to a sample makes a box of it; the sum stays outside, as it goes on from one sample to
    the next. Nothing in the box is folded here, and the gradient of a parameter says over how many samples it sums.
    """
    rng = np.random.default_rng(0)
    model = nn.MLP(2, [1], rng=rng)
    errors = []
    for a, b in rng.normal(size=(30, 2)):
        x = [Value(a, name="x1"), Value(b, name="x2")]
        with autograd.scope("sample"):
            errors.append((model(x) - (1.0 if a > b else -1.0)) ** 2)
    loss = sum(errors)
    loss.backward()
    return loss.graph(names=locals(), fold_repeats=True, show_constants=False)


def cut() -> Any:
    """What does not fold

    `max_nodes=` keeps the newest, and one card says how many are left out.
    """
    y = x = Value(1.0, name="x")
    for _ in range(1000):
        y = y * 1.001 + 0.001 * x
    y.backward()
    return y.graph(max_nodes=7, show_constants=False)


# --- odd ones ---


def odd_names() -> Any:
    """Any name, any number

    Names may be anything; infinities and nan are shown in red, and a zero passes nothing on.
    """
    a = Value(float("inf"), name='<&">')
    b = Value(-0.0, name="学习率")
    c = Value(1e-300, name="a_rather_long_name_of_a_parameter")
    y = a * b + c
    y.backward()
    return y.graph()


def chinese() -> Any:
    """用中文

    `lang="zh"` 让图中的文字用中文。
    """
    权重, 输入, 偏置 = Value(0.5, name="权重"), Value(2.0, name="输入"), Value(-0.3, name="偏置")
    输出 = (权重 * 输入 + 偏置).tanh()
    输出.backward()
    return 输出.graph(names=locals(), explain=权重, lang="zh")


FIGURES = (
    neuron, forward, backward, twice, tanh_of_exps, explained, highlighted, second_derivative, rosenbrock, newton,
    layer, cross_entropy, network_forward, network_backward, training_flow, layer_step, adam, receptive_field,
    folded, folded_samples, cut, odd_names, chinese,
)  # fmt: skip
"""In the order of the page."""
