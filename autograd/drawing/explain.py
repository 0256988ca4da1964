"""Where a gradient comes from: every path to the root, the product of local partials along it, and their sum."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from autograd.drawing.text import counted, number, raised
from autograd.drawing.words import WORDS, Lang
from autograd.errors import GraphError, OperandError
from autograd.partials import local_partial, times
from autograd.primitive import Node
from autograd.sweep import toposort

__all__ = ["Bundle", "Explanation", "Path", "Paths", "Step", "about", "explain", "paths_of_all"]

MOST_PATHS = 8
"""More are counted and summed, but only the largest are written out."""
_MOST_STEPS = 10
"""Longer paths and products are written with their ends alone."""
_SHORTEST_RUN = 4
"""So many equal factors in a row are written as a power."""


class Explanation(NamedTuple):
    """The nodes on the paths from a value to the root, and what to write under the figure."""

    nodes: frozenset[Node]
    lines: tuple[str, ...]


class Step(NamedTuple):
    """From an operand up to a node that uses it."""

    node: Node
    position: int
    partial: float


class Path(NamedTuple):
    """The way from a node up to the root: its first step and the rest of it; and the product of the partials."""

    product: float
    step: Step | None = None
    rest: Path | None = None

    def steps(self) -> Iterator[Step]:
        """From the node on, upwards."""
        way: Path | None = self
        while way and way.step:
            yield way.step
            way = way.rest


class Paths(NamedTuple):
    """What leads from a node up to the root: how many paths, the sum of their products, and the largest few."""

    nodes: frozenset[Node]
    """All that lie on one."""
    size: int
    total: float
    largest: tuple[tuple[float, tuple[Step, ...]], ...]
    """Product and steps of each."""


def _paths_between(root: Node, start: Node, called: Callable[[Node], str]) -> Paths:
    """Follow the chain rule from `root` to `start`, through Values.

    There may be more paths than nodes, so they are counted and summed by one pass over the graph, which remembers the
    largest few of each node.

    Raises
    ------
    OperandError : if a path leads through an operation on arrays.
    GraphError : if no path leads from one to the other.
    """
    between = {start}
    for node in toposort(root, since=start.index):
        if node is not start and any(arg in between for arg in node.args if isinstance(arg, Node)):
            between.add(node)
    if root not in between:
        raise GraphError(f"explain= got {called(start) or start!r}, which {called(root) or 'the root'} does not use")
    for found in paths_of_all(root, between):
        if found.node is start:
            break
    largest = tuple((path.product + 0.0, tuple(path.steps())) for path in found.largest)  # 0, not −0
    return Paths(frozenset(between), found.size, found.total, largest)


class Bundle(NamedTuple):
    """The paths from one node up to the root: how many, the sum of their products, and the largest few."""

    node: Node
    size: int
    total: float
    largest: tuple[Path, ...]


def paths_of_all(root: Node, between: Collection[Node]) -> Iterator[Bundle]:
    """The paths through `between` from each of these nodes, the newest first; the rest of a path is one of a `Bundle`.

    Raises
    ------
    OperandError : if a path leads through an operation on arrays.
    """
    counts, slopes = defaultdict(int, {root: 1}), defaultdict(float, {root: 1.0})
    paths: dict[Node, list[Path]] = defaultdict(list, {root: [Path(1.0)]})
    for node in sorted(between, key=lambda node: node.index, reverse=True):
        above = sorted(paths.pop(node, ()), key=_size, reverse=True)[:MOST_PATHS]
        yield Bundle(node, counts[node], slopes[node], tuple(above))
        for position, arg in enumerate(node.args):
            if isinstance(arg, Node) and arg in between:
                step = Step(node, position, _partial(node, position))
                counts[arg] += counts[node]
                slopes[arg] += times(slopes[node], step.partial)
                paths[arg] += [Path(times(path.product, step.partial), step, path) for path in above]


def explain(root: Node, start: Node, precision: int, called: Callable[[Node], str], lang: Lang = "en") -> Explanation:
    """∂root/∂start as the sum over all paths of the product of the local partials along each, in words.

    Raises
    ------
    OperandError : if one of the two is not a Value, or a path leads through an operation on arrays.
    GraphError : if no path leads from one to the other.
    """
    for node in (root, start):
        if not (isinstance(node, Node) and node.is_scalar):
            hint = "; pass one Value" if isinstance(node, list | tuple) else ""
            raise OperandError(f"explain= follows Values, whose local partials are numbers, but got {node!r}{hint}")
    paths = _paths_between(root, start, called)
    return Explanation(paths.nodes, tuple(_lines(root, start, paths, precision, called, WORDS[lang])))


def _partial(node: Node, position: int) -> float:
    partial = local_partial(node, position)
    if partial is None:
        assert node.op is not None
        raise OperandError(
            f"explain= follows Values, but a path leads through the operation {node.op.name}, whose derivative is an "
            "array and not a number; explain a Value before or after it, or draw the figure without explain="
        )
    return partial


def _size(path: Path) -> float:
    return math.inf if math.isnan(path.product) else abs(path.product)


# --- in words ---


def _lines(
    root: Node,
    start: Node,
    paths: Paths,
    precision: int,
    called: Callable[[Node], str],
    words: dict[str, str],
) -> Iterator[str]:
    slope = f"∂{called(root) or words['root']}/∂{called(start) or words['value']}"
    several = words["paths"].format(about(paths.size, words))
    over = words["one path"] if paths.size == 1 else several
    yield f"{slope} = {number(paths.total, precision)}{words['comma']}{over}{words['colon']}"
    for product, steps in paths.largest:
        yield _line(product, steps, start, precision, called, words)
    rest = paths.size - len(paths.largest)
    if rest:
        yield words["other paths"].format(about(rest, words))
    if paths.size > 1:
        terms = [number(product, precision) for product, _ in paths.largest] + ["…"] * (rest > 0)
        yield f"{slope} = {' + '.join(terms).replace('+ −', '− ')} = {number(paths.total, precision)}"
    grad = start.grad._data if isinstance(start.grad, Node) else start.grad
    if grad is not None and not (
        math.isclose(grad, paths.total, rel_tol=1e-6, abs_tol=1e-12) or grad != grad != paths.total
    ):
        yield words["accumulated"].format(called(start) or words["value"], number(grad, precision))


def _line(
    product: float,
    steps: Sequence[Step],
    start: Node,
    precision: int,
    called: Callable[[Node], str],
    words: dict[str, str],
) -> str:
    """One path: where it leads, and its product."""
    names = [_name(start, called)]
    for step, arg in zip(steps, [start, *(step.node for step in steps)], strict=False):
        twice = sum(other is arg for other in step.node.args) > 1
        place = words["place"].format(step.position + 1)
        if len(step.node.args) == 2:
            place = words["right" if step.position else "left"]
        names.append(_name(step.node, called) + (f" {place}" if twice else ""))
    factors = []
    for text, run in groupby(number(step.partial, precision) for step in steps):
        times = len(list(run))
        base = f"({text})" if text.startswith("−") or "e" in text else text
        factors += [text] * times if times < _SHORTEST_RUN else [base + raised(str(times))]
    chain = " → ".join(_ends(names, words["steps"]))
    return f"{chain}:   {' × '.join(_ends(factors, '')) or '1'} = {number(product, precision)}"


def _ends(texts: list[str], hidden: str) -> list[str]:
    """The first and the last few of many."""
    if len(texts) <= _MOST_STEPS:
        return texts
    gap = f"… {hidden.format(len(texts) - 5)} …" if hidden else "…"
    return [*texts[:3], gap, *texts[-2:]]


def _name(node: Node, called: Callable[[Node], str]) -> str:
    return called(node) or (node.op.symbol if node.op else "?")


def about(count: int, words: dict[str, str]) -> str:
    """A count of paths, which may have thousands of digits."""
    text = counted(count)
    return text if text[-1].isdecimal() else words["about"].format(text)
