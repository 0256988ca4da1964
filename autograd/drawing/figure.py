"""`Figure`: a drawn graph that shows itself in a notebook, as text in a terminal, and saves itself by suffix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, TypeVar, get_args

from autograd.drawing.dot import dot_of
from autograd.drawing.layout import Layout, RankDir, arrange
from autograd.drawing.moving import Moving
from autograd.drawing.naming import names_for
from autograd.drawing.outline import outline
from autograd.drawing.paint import paint
from autograd.drawing.picture import Picture, check_theme
from autograd.drawing.scene import Passes, Scene, build
from autograd.drawing.stepper import page
from autograd.drawing.tape import Tape, tape_of
from autograd.drawing.theme import ThemeName
from autograd.drawing.walk import Walk
from autograd.drawing.words import WORDS, Lang
from autograd.errors import GraphError, OperandError
from autograd.primitive import Node

__all__ = ["Figure", "draw"]

T = TypeVar("T")


class Figure(Picture):
    """A picture of a computation graph; made by `draw`.

    It is a snapshot: numbers that change afterwards do not change it.
    """

    suffixes = (".svg", ".png", ".pdf", ".html", ".dot", ".gv")

    def __init__(self, scene: Scene, rankdir: RankDir = "LR", tape: Tape | None = None, precision: int = 4) -> None:
        self.scene, self.rankdir, self.tape, self.precision = scene, rankdir, tape, precision
        self.language = WORDS[scene.lang]["code"]

    @cached_property
    def layout(self) -> Layout:
        """Where everything is, in points; computed when first needed."""
        return arrange(self.scene, self.rankdir)

    @cached_property
    def walk(self) -> Walk | None:
        """The figure step by step; None where it does not show one card per value, or more than one way."""
        return None if self.tape is None else Walk(self.scene, self.tape, self.precision)

    @property
    def size(self) -> tuple[float, float]:  # noqa: D102  # see Picture
        return self.layout.width, self.layout.height

    def paint(self, theme: ThemeName) -> str:  # noqa: D102  # see Picture
        return paint(self.scene, self.layout, theme)

    def to_svg(self, theme: ThemeName = "auto", animate: bool = False) -> str:
        """The figure as an SVG document.

        Parameters
        ----------
        theme : ``"light"``, ``"dark"``, or ``"auto"``: light, and dark for readers whose system prefers it.
        animate : whether it plays the steps, three times, and then rests as the figure with all its numbers; for
            readers whose system asks for less motion it rests from the start.

        Raises
        ------
        GraphError : if a figure that cannot be stepped through is to move, see `step`.
        """
        if not animate:
            return super().to_svg(theme)
        check_theme(theme)
        walk = self._walked()
        return paint(walk.scene, self.walk_layout, theme, partial(Moving, walk))

    def step(self) -> Any:
        """The figure as a widget for notebooks that steps through the graph; see `to_html` for what it shows.

        Its ``step`` is where it stands, and ``leaves`` are the numbers that it computes with; both can be assigned.

        Raises
        ------
        GraphError : if the figure is folded, cut, faded, of one pass or of several roots, or of an array.
        ImportError : if anywidget is not installed; it comes with the extra "notebook".
        """
        walk = self._walked()
        try:
            from autograd.drawing.widget import Stepper
        except ImportError as error:
            raise ImportError(
                'a stepper in a notebook needs anywidget, which is not installed; it comes with the extra "notebook": '
                'pip install "glassgrad[notebook]", or ".[notebook]" in a clone. A page needs nothing: '
                'root.graph().save("steps.html")'
            ) from error
        return Stepper(self, walk)

    def _walked(self) -> Walk:
        if self.walk is None:
            raise GraphError(
                "only a figure with a card for every value behind one number can be stepped through, and this one is "
                "folded, cut, faded, of one pass, of several roots or of an array; take a smaller part of the graph, a "
                "larger max_nodes=, or the figure without depth=, highlight=, explain= and passes="
            )
        return self.walk

    def to_html(self, theme: ThemeName = "auto") -> str:
        """The figure as a page of its own, which needs nothing else, steps through the graph, and opens from disk.

        Forward, the seed, and back: each step says in numbers what it computes. A click on a value shows its formula
        and its paths to the root, and a slider what happens if a leaf has another value. A figure that is folded, cut,
        faded, of one pass or of several roots does not step; its page has the tooltips instead.
        """
        if self.walk is None:
            return super().to_html(theme)
        check_theme(theme)
        return page(self.walk, self.walk_layout, theme, str(self).partition("\n")[0])

    @cached_property
    def walk_layout(self) -> Layout:
        """Where everything is in the figure of the walk."""
        assert self.walk is not None
        return self.layout if self.walk.scene == self.scene else arrange(self.walk.scene, self.rankdir)

    def to_dot(self) -> str:
        """The figure in the DOT language, for other tools."""
        return str(dot_of(self.scene, rankdir=self.rankdir).source)

    def _written(self, suffix: str, theme: ThemeName) -> str | bytes:
        return self.to_dot() if suffix in (".dot", ".gv") else super()._written(suffix, theme)

    def __str__(self) -> str:
        return outline(self.scene)

    def __repr__(self) -> str:
        shown = len(self.scene.cards) - (self.scene.hidden > 0)
        more = f" and {self.scene.hidden:,} more" if self.scene.hidden else ""
        return f"<Figure of {shown} values{more}>"


def draw(
    *roots: Node,
    rankdir: RankDir = "LR",
    max_nodes: int | None = None,
    precision: int = 4,
    passes: Passes = "both",
    names: Mapping[str, Any] | None = None,
    highlight: Node | Sequence[Node] | None = None,
    explain: Node | None = None,
    lang: Lang = "en",
    depth: int | None = None,
    fold_repeats: bool = False,
    show_constants: bool = True,
) -> Figure:
    """Draw the graph that the roots were computed with: values, gradients and local partials.

    Every value is a card, every operand an edge with the local partial on it. Gradients appear after ``backward()``.

    Parameters
    ----------
    *roots : one or more Values or Tensors.
    rankdir : ``"LR"`` from left to right, or ``"TB"`` from top to bottom.
    max_nodes : how many cards to draw at most. In a larger graph repeats are folded, then scopes, the innermost first;
        and if that is not enough, the newest are drawn and one card stands for the rest. By default up to 200, and the
        newest 24 of a graph that does not fold to so few.
    precision : decimals of the numbers, at most 17.
    passes : ``"forward"`` (values), ``"backward"`` (gradients and local partials, arrows reversed) or ``"both"``.
    names : names for nodes without one, such as ``locals()``; by default those of the variables of the code that calls,
        of elements of its lists, tuples and dicts as ``x[0]``, and of parameters of its modules by their paths;
        ``{}`` for none.
    highlight : a node, or several, that stay as they are while all others fade.
    explain : a Value whose gradient is explained: every path from it to the first root is highlighted, and written out
        under the figure with the product of its local partials; their sum is the gradient.
    depth : how many levels of scopes (see `autograd.scope`) are drawn as boxes around their cards; each scope below
        them is one card. The pill on an edge into such a card is the derivative through the whole scope.
    fold_repeats : whether scopes that repeat each other (under the same name in the same scope, with the same
        operations, wiring and shapes, and none using the result of another) are drawn once: the first of them, with
        its numbers, and "× 30"; a running sum over them is one card Σ. What comes from another copy is dashed and has
        its value on it, and a gradient that sums over copies says so ("Σ over 30").
    show_constants : whether numbers and arrays among the operands have cards; else the operation's chip has them.
    lang : the language of the words, ``"en"`` or ``"zh"``.

    Raises
    ------
    OperandError : if a root, or what is to be highlighted, is not a Value or a Tensor.
    ValueError : if an option has a value that it does not take.
    GraphError : if the graph is too large for the embedded Graphviz, or does not use what is to be highlighted.

    Examples
    --------
    >>> from autograd import Value
    >>> from autograd.drawing import draw
    >>> a, b = Value(2.0, name="a"), Value(-3.0, name="b")
    >>> c = a * b + a
    >>> c.backward()
    >>> figure = draw(c)
    >>> figure
    <Figure of 4 values>
    >>> print(figure)
    + c = −4   grad 1
    ├─ × −6   grad 1
    │  ├─ a = 2   grad −2
    │  └─ b = −3   grad 2
    └─ a ↑
    >>> figure.to_svg().startswith("<svg")
    True
    """
    if not roots:
        raise OperandError("draw() needs something to draw: pass one or more Values or Tensors")
    for root in roots:
        if not isinstance(root, Node):
            hint = "; for a list of them write draw(*list)" if isinstance(root, list | tuple) else ""
            raise OperandError(f"draw() takes Values and Tensors, but got {root!r} of type {type(root).__name__}{hint}")
    scene = build(
        roots,
        max_nodes=None if max_nodes is None else _at_least("max_nodes", max_nodes, 1),
        precision=_at_least("precision", precision, 0, 17),
        passes=_one_of("passes", passes, get_args(Passes)),
        names=names_for(names),
        highlight=None if highlight is None else _several(highlight),
        explain=explain,
        lang=_one_of("lang", lang, get_args(Lang)),
        depth=None if depth is None else _at_least("depth", depth, 0),
        fold_repeats=_one_of("fold_repeats", fold_repeats, (False, True)),
        show_constants=_one_of("show_constants", show_constants, (False, True)),
    )
    rankdir = _one_of("rankdir", rankdir, get_args(RankDir))
    return Figure(scene, rankdir, tape_of(roots, scene), precision)


def _several(nodes: Node | Sequence[Node]) -> Sequence[Node]:
    return [nodes] if isinstance(nodes, Node) or not isinstance(nodes, Iterable) else list(nodes)


def _one_of(name: str, given: T, known: Iterable[Any]) -> T:
    if not any(type(given) is type(one) and given == one for one in known):
        raise ValueError(f"{name}= takes one of {', '.join(map(repr, known))}, but got {given!r}")
    return given


def _at_least(name: str, given: int, least: int, most: int | None = None) -> int:
    whole = isinstance(given, int) and not isinstance(given, bool)
    if not whole or given < least or (most is not None and given > most):
        bounds = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name}= takes a whole number {bounds}, but got {given!r}")
    return given
