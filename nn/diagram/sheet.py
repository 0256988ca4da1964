"""`Diagram`: a finished figure of a network."""

from __future__ import annotations

from autograd.drawing import Canvas, Picture
from autograd.drawing.theme import ThemeName
from nn.diagram.blocks import Block
from nn.diagram.palette import NIGHT, PAPER

__all__ = ["Diagram"]


class Diagram(Picture):
    """A figure of a live network and one sample; made by `nn.diagram`. A snapshot, as every figure.

    Parameters
    ----------
    block : what is drawn.
    title : the first line of its text.
    lines : the rest of it: the same numbers, for terminals and screen readers.
    """

    def __init__(self, block: Block, title: str, lines: list[str]) -> None:
        self.block, self.title, self.lines = block, title, lines

    @property
    def size(self) -> tuple[float, float]:  # noqa: D102  # see Picture
        return self.block.width, self.block.height

    def paint(self, theme: ThemeName) -> str:  # noqa: D102  # see Picture
        canvas = Canvas(theme, PAPER, NIGHT)
        self.block.paint(canvas, 0.0, 0.0)
        return canvas.document(*self.size, self.title, "; ".join(self.lines))

    def __str__(self) -> str:
        return "\n".join([self.title, *self.lines])

    def __repr__(self) -> str:
        return f"<Diagram: {self.title}>"
