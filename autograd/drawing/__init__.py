"""Figures of computation graphs: `draw` gives a `Figure`, `draw_dot` plain Graphviz.

`scene` says what is shown (`parts` and `folding` what of it lies in scopes, `writer` what it says, `naming` what it is
called), in terms of `elements`; `measure` how large it is, `layout` where it goes (by Graphviz), `paint` what it looks
like (SVG, in the colours of `theme`); `figure` puts them together. `Picture` and `Canvas` are for figures of other
things: what every figure can do, and a sheet to paint it on.

A figure can be stepped through: `tape` has its operations, to be run again; `walk` says what each step does, in words
and numbers; `stage` is its SVG for a browser, and `stepper` (with ``stepper.js``) the page, in which functions of rows
are those of `javascript`. `widget` is the same in a notebook, and `moving` an SVG that plays by itself.
"""

from autograd.drawing.canvas import Canvas
from autograd.drawing.dot import draw_dot
from autograd.drawing.figure import Figure, draw
from autograd.drawing.picture import Picture

__all__ = ["Canvas", "Figure", "Picture", "draw", "draw_dot"]
