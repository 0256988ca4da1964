"""Jacobians and Hessians with few entries: which can differ from 0 is read off the graph, and columns share sweeps.

Two columns that never meet in a row can be pushed together, and their entries told apart afterwards; so the columns are
coloured such that those of one colour do not meet (Curtis, Powell and Reid, "On the estimation of sparse Jacobian
matrices", 1974). For a symmetric matrix less is enough: an entry may be read at its mirror image (Gebremedhin, Manne
and Pothen, "What color is your Jacobian?", SIAM Review 47, 2005).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograd.errors import OperandError
from autograd.linearized import Linearized
from autograd.primitive import Node

__all__ = ["Sparse", "hessian", "jacobian"]


class Sparse(NamedTuple):
    """A matrix by its entries that can differ from 0, sorted by row and column.

    `values` is an array of shape (entries,), or a list of nodes where the matrix was computed of nodes; of a batch it
    has shape (entries, lanes), and `toarray` gives shape (rows, columns, lanes).

    >>> Sparse(np.array([0, 1]), np.array([1, 0]), np.array([3.0, 4.0]), (2, 2)).toarray()
    array([[0., 3.],
           [4., 0.]])
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    values: Any
    shape: tuple[int, int]

    def _parts(self) -> Any:
        """What can be traced and differentiated; see `autograd/structure.py`."""
        return self.values

    def _with(self, parts: list[Any]) -> Sparse:
        return self._replace(values=parts if any(isinstance(x, Node) for x in parts) else np.array(parts, float))

    def __repr__(self) -> str:
        rows, columns = self.shape
        return f"<Sparse {rows}×{columns} with {len(self.values)} entries>"

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return self.toarray().astype(dtype or np.float64)

    def toscipy(self) -> Any:
        """The matrix as a `scipy.sparse.csr_array`, where SciPy is installed."""
        from scipy.sparse import csr_array  # imported when used: SciPy is no dependency

        if np.ndim(self.values) != 1:
            raise OperandError(
                f"scipy's matrices have two axes, but this one has lanes, its values have shape "
                f"{np.shape(self.values)}; take one, matrix._replace(values=matrix.values[:, lane]), or toarray()"
            )
        return csr_array((self.values, (self.rows, self.columns)), self.shape)

    def toarray(self) -> NDArray[np.floating[Any]]:
        """The matrix with all its zeros."""
        matrix = np.zeros((*self.shape, *np.shape(self.values)[1:]))
        matrix[self.rows, self.columns] = self.values
        return matrix


def jacobian(recorded: Linearized, mode: str) -> Sparse:
    """The Jacobian of a recorded function of numbers, by columns (forward) or rows (reverse), whichever are fewer."""
    rows = _pattern(recorded)
    columns = _transposed(rows, len(recorded.inputs))
    by_column = [] if mode == "reverse" else _coloured(columns, rows)
    by_row = [] if mode == "forward" else _coloured(rows, columns)
    if mode == "forward" or (mode == "auto" and max(by_column, default=-1) <= max(by_row, default=-1)):
        pushed = _swept(recorded.push, by_column)
        return _sparse(rows, len(columns), lambda i, j: pushed[by_column[j]][i])
    pulled = _swept(recorded.pull, by_row)
    return _sparse(rows, len(columns), lambda i, j: pulled[by_row[i]][j])


def hessian(recorded: Linearized) -> Sparse:
    """The Jacobian of a recorded gradient, which is symmetric."""
    rows = _pattern(recorded)
    near = [a | b for a, b in zip(rows, _transposed(rows, len(rows)), strict=True)]  # the graph of the matrix
    colours = _star_coloured(near)
    pushed = _swept(recorded.push, colours)

    def entry(i: int, j: int) -> Any:
        alone = sum(colours[k] == colours[j] for k in _bits(near[i])) == 1  # else it is alone in row j
        return pushed[colours[j]][i] if alone else pushed[colours[i]][j]

    return _sparse(near, len(near), entry)


def _pattern(recorded: Linearized) -> list[int]:
    """Per result the inputs that it can depend on, as the bits of an integer."""
    nodes = [*recorded.inputs, *recorded.order, *recorded.heads]
    numbers = (isinstance(x, float | int | np.number) or getattr(x, "is_scalar", False) for x in nodes)
    if not all(numbers):
        raise OperandError(
            "sparse=True is for functions of a list of numbers that are made of Values alone; "
            "pass an array as x.tolist()"
        )
    reach: dict[Any, int] = {x: 1 << place for place, x in enumerate(recorded.inputs)}
    for node in recorded.order:
        mask = 0
        for arg in node.args:
            if isinstance(arg, Node):
                mask |= reach.get(arg, 0)
        reach[node] = mask
    return [reach.get(head, 0) if isinstance(head, Node) else 0 for head in recorded.heads]


def _bits(mask: int) -> Iterator[int]:
    """The places of the ones in an integer."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _transposed(rows: list[int], width: int) -> list[int]:
    columns = [0] * width
    for i, row in enumerate(rows):
        for j in _bits(row):
            columns[j] |= 1 << i
    return columns


def _coloured(lines: list[int], across: list[int]) -> list[int]:
    """A colour per line such that no two of one colour cross a common line of the other direction; greedily."""
    colours = [-1] * len(lines)
    for j in sorted(range(len(lines)), key=lambda j: -lines[j].bit_count()):
        taken = {colours[k] for i in _bits(lines[j]) for k in _bits(across[i])}
        colours[j] = next(c for c in range(len(lines)) if c not in taken)
    return colours


def _star_coloured(near: list[int]) -> list[int]:
    """A colour per vertex such that neighbours differ, and every path of four vertices sees at least three colours.

    Then each entry is alone with its colour in its row, or its mirror image is (greedily: algorithm 4.1 of Gebremedhin,
    Manne and Pothen).
    """
    colours = [-1] * len(near)
    for v in sorted(range(len(near)), key=lambda v: -near[v].bit_count()):
        taken = set()
        for w in _bits(near[v] & ~(1 << v)):
            if colours[w] >= 0:
                taken.add(colours[w])
            for x in _bits(near[w] & ~(1 << v)):
                if colours[x] >= 0 and (colours[w] < 0 or colours[x] < colours[w]):
                    taken.add(colours[x])
        colours[v] = next(c for c in range(len(near)) if c not in taken)
    return colours


def _swept(sweep: Callable[[list[Any]], list[Any]], colours: list[int]) -> list[list[Any]]:
    """The result of one sweep per colour, seeded with 1 at all lines of that colour."""
    last = max(colours, default=-1)
    return [sweep([1.0 if c == colour else None for c in colours]) for colour in range(last + 1)]


def _sparse(rows: list[int], width: int, entry: Callable[[int, int], Any]) -> Sparse:
    places = [(i, j) for i, row in enumerate(rows) for j in _bits(row)]
    i, j = np.array(places, np.intp).reshape(-1, 2).T
    return Sparse(i, j, None, (len(rows), width))._with([entry(*place) for place in places])
