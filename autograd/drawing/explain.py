"""Where a gradient comes from: every path to the root, the product of local partials along it, and their sum."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from autograd.drawing.text import number
from autograd.drawing.words import WORDS, Lang
from autograd.errors import GraphError, OperandError
from autograd.primitive import Node
from autograd.sweep import local_partial, toposort

__all__ = ["Explanation", "explain"]

MOST_PATHS = 8
"""More are counted and summed, but not written out."""


class Explanation(NamedTuple):
    """The nodes on the paths from a value to the root, and what to write under the figure."""

    nodes: frozenset[Node]
    lines: tuple[str, ...]


def explain(root: Node, start: Node, precision: int, called: Callable[[Node], str], lang: Lang = "en") -> Explanation:
    """Follow the chain rule from `start` to `root`, through Values.

    ∂root/∂start is the sum over all paths of the product of the local partials along each; there may be more paths than
    nodes, so they are counted and summed by one pass over the graph, and the first few are written out.

    Raises
    ------
    OperandError : if one of the two is not a Value.
    GraphError : if no path leads from one to the other.
    """
    for node in (root, start):
        if not (isinstance(node, Node) and node.is_scalar):
            raise OperandError(f"explain= follows Values, whose local partials are numbers, but got {node!r}")
    order = [node for node in toposort(root) if node.index >= start.index]
    counts, slopes = {start: 1}, {start: 1.0}
    for node in order:
        steps = [(arg, partial) for arg, partial in _steps(node) if arg in counts]
        if steps and node is not start:
            counts[node] = sum(counts[arg] for arg, _ in steps)
            slopes[node] = sum(_times(partial, slopes[arg]) for arg, partial in steps)
    if root not in counts:
        raise GraphError(f"explain= got {called(start) or start!r}, which {called(root) or 'the root'} does not use")
    lit, reach = {root}, [root]
    for node in reach:  # which grows while it is walked
        for arg, _ in _steps(node) if node is not start else ():
            if arg in counts and arg not in lit:
                lit.add(arg)
                reach.append(arg)
    return Explanation(frozenset(lit), tuple(_lines(root, start, counts, slopes[root], precision, called, WORDS[lang])))


def _lines(
    root: Node,
    start: Node,
    counts: dict[Node, int],
    total: float,
    precision: int,
    called: Callable[[Node], str],
    words: dict[str, str],
) -> Iterator[str]:
    top, bottom = called(root) or words["root"], called(start) or words["value"]
    count = counts[root]
    over = words["one path"] if count == 1 else words["paths"].format(count)
    yield f"∂{top}/∂{bottom} = {number(total, precision)}{words['comma']}{over}{words['colon']}"
    for shown, (nodes, factors) in enumerate(_paths(root, start, counts)):
        if shown == MOST_PATHS:
            yield words["other paths"].format(count - shown)
            return
        product = 1.0
        for factor in factors:
            product = _times(factor, product)
        steps = " → ".join(called(node) or (node.op.symbol if node.op else "?") for node in nodes)
        written = " × ".join(number(factor, precision) for factor in factors) or "1"
        yield f"{steps}:   {written} = {number(product, precision)}"


def _paths(root: Node, start: Node, counts: dict[Node, int]) -> Iterator[tuple[list[Node], list[float]]]:
    """The paths, each from `start` to `root`, with the local partials along it; the first come at once."""
    stack: list[tuple[Node, list[Node], list[float]]] = [(root, [root], [])]
    while stack:
        node, after, factors = stack.pop()
        if node is start:
            yield after[::-1], factors[::-1]
            continue
        for arg, partial in reversed(list(_steps(node))):
            if arg in counts:
                stack.append((arg, [*after, arg], [*factors, partial]))


def _steps(node: Node) -> Iterator[tuple[Node, float]]:
    """The operands of a node with the local partials; an operand that is used twice comes twice."""
    for position, arg in enumerate(node.args):
        if isinstance(arg, Node) and arg.requires_grad:
            partial = local_partial(node, position)
            if partial is not None:
                yield arg, partial


def _times(a: float, b: float) -> float:
    """The product, zero where one factor is, as in the sweep."""
    return a * b if a and b else 0.0
