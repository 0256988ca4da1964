"""Figures of training by matplotlib: curves, results, the plane, layers, and the loss as a landscape.

Each function returns a figure of matplotlib, which a notebook shows as the value of a cell, and `save` writes; no
display is needed. All of them take ``dark=True``.
"""

from nn.plot.landscape import surface
from nn.plot.layers import histograms, spreads
from nn.plot.plane import boundary, regression
from nn.plot.results import confusion, predictions, roc
from nn.plot.style import save
from nn.plot.training import curves, gradients

__all__ = [
    "boundary", "confusion", "curves", "gradients", "histograms", "predictions", "regression", "roc", "save", "spreads",
    "surface",
]  # fmt: skip
