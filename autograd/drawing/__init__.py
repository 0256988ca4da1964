"""Figures of computation graphs: `draw` gives a `Figure`, `draw_dot` plain Graphviz.

`scene` says what is shown, `measure` how large it is, `layout` where it goes (by Graphviz), `paint` what it looks like
(SVG, in the colours of `theme`); `figure` puts them together.
"""

from autograd.drawing.dot import draw_dot
from autograd.drawing.figure import Figure, draw

__all__ = ["Figure", "draw", "draw_dot"]
