"""Small networks for the tests of their figures, and what is read off an SVG."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
from hypothesis import strategies as st

from autograd.drawing.text import width
from nn import MLP, Linear, ReLU, Sequential, Sigmoid, Tanh

SVG = "{http://www.w3.org/2000/svg}"

sizes = st.lists(st.integers(1, 9), min_size=2, max_size=4)
"""Units per column."""


def scalar(sizes, seed=0, activation="tanh"):
    rng = np.random.default_rng(seed)
    model = MLP(sizes[0], sizes[1:], activation, rng)
    for layer in model.layers:
        for neuron in layer.neurons:
            neuron.b.data = float(rng.normal())
    return model


def tensor(sizes, seed=0):
    rng = np.random.default_rng(seed)
    parts = []
    for k, (before, after) in enumerate(pairwise(sizes)):
        parts += [Linear(before, after, rng=rng), (Tanh, ReLU, Sigmoid)[k % 3]()]
    return Sequential(*parts[:-1])


def sample(sizes, seed=0):
    rng = np.random.default_rng(seed + 1)
    return rng.normal(size=sizes[0]).tolist(), rng.normal(size=sizes[-1]).tolist()


def parsed(figure, theme="light"):
    return ElementTree.fromstring(figure.to_svg(theme))


def groups(tree, name):
    return [g for g in tree.iter(f"{SVG}g") if g.get("class") == name]


def tooltips(tree, name):
    return [g.find(f"{SVG}title").text for g in groups(tree, name)]


def texts(element):
    """What stands in the texts of an element, in order."""
    return ["".join(text.itertext()).replace("\u00a0", " ") for text in element.iter(f"{SVG}text")]


def box(rectangle):
    """Left, top, right and bottom."""
    x, y, w, h = (float(rectangle.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, x + w, y + h


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def extent(text):
    """Left and right end of a text element, by estimated widths."""
    size, family = float(text.get("font-size")), text.get("font-family") or "monospace"
    length = sum(_length(part, size, family) for part in [text, *text])
    x, anchor = float(text.get("x")), text.get("text-anchor")
    left = x - length * {"end": 1.0, "middle": 0.5}.get(anchor, 0.0)
    return left, left + length


def _length(part, size, family):
    """The width of a text or a tspan, with what follows it."""
    own = part.get("font-family") or family
    at = float(part.get("font-size") or size)
    outside = part.tail if part.tag.endswith("tspan") else ""
    moved = float(part.get("dx") or 0.0)
    return moved + width(_spaced(part.text), at, _face(own)) + width(_spaced(outside), size, _face(family))


def _spaced(text):
    return (text or "").replace("\u00a0", " ")


def _face(family):
    return "mono" if "monospace" in family else "serif" if re.search(r"DejaVu Serif", family) else "sans"
