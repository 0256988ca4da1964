"""From nodes to rows of integers: what a recorder has seen, read once, so that the nodes can go."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from autograd.collector import tick
from autograd.errors import TraceError
from autograd.primitive import Node, Primitive
from autograd.rules import identity
from autograd.seeds import called
from autograd.tensor import Tensor
from autograd.tracing.numbering import Numbering
from autograd.tracing.slots import PLAIN, TRACKED, UNLIKE, Rows, Templates
from autograd.tracing.templates import key_of, templates_of
from autograd.tracing.tracer import Recorder, Sweep
from autograd.value import Value

__all__ = ["Tape"]

_CHUNK = 1 << 10
"""So many nodes are read at a time: lists of integers take ten times the memory of arrays."""
_index_of = attrgetter("index")


class _Floats(dict[float, int]):
    """~slot by float."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering, self._odd = numbering, dict[str, int]()

    def __missing__(self, x: float) -> int:
        if x and x == x:
            self[x] = place = ~self._numbering.constant(x)
            return place
        text = str(x)  # 0.0 is equal to -0.0, and nan to nothing
        if text not in self._odd:
            self._odd[text] = ~self._numbering.constant(x)
        return self._odd[text]


class _Usual(dict[Any, int]):
    """The codes of rows that make a number of numbers, by row; -1 for other rows."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering

    def __missing__(self, op: Primitive) -> int:
        is_usual = op.scalar is not None or op is identity
        self[op] = code = self._numbering.code(op, {}, True, False) if is_usual else -1
        return code


def _extend(one: array[int], more: npt.NDArray[np.int64]) -> None:
    one.frombytes(more.astype(np.int32).tobytes())  # four times faster than number by number


class _Pull(NamedTuple):
    """A `Sweep` in places; seeds are pairs of those of a head and a cotangent."""

    inputs: list[int]
    results: list[int]
    seeds: list[tuple[int, int]]
    rules: dict[Any, Any]
    stop: int
    line: int


class Tape:
    """What a recorder has seen as rows, and then as slots.

    A node is known by its place, which is its creation index counted from the first; what is no node of the run has
    the place ~slot.

    Attributes
    ----------
    numbering : what gives the slots.
    captured : leaves from outside, with their slots.
    decisions : what Python was told, in order, and the line that asked.
    """

    def __init__(self, inputs: Sequence[Node], heads: Sequence[Any], recorder: Recorder, loops: Any) -> None:
        self._first, self._shapes, self._outside = recorder.first, dict[Any, int](), dict[Node, int]()
        self._is_outside = recorder.is_outside
        self.numbering = Numbering(map(self._alike, inputs), loops)
        self.captured: list[tuple[int, Node]] = []
        self.decisions = [(outcome, line) for _, outcome, line in recorder.decisions]
        self._floats, self._usual, self._widest = _Floats(self.numbering), _Usual(self.numbering), 0
        slot_of = array("i", [-1]) * (tick() - self._first)
        for slot, node in enumerate(inputs):
            slot_of[node.index - self._first] = slot
        self._rows = Rows(array("i"), array("i"), recorder.where, array("i"), array("i"), array("i"), slot_of)
        self._names: list[tuple[int, str]] = []  # by row
        self._named: list[tuple[int, str]] = []  # gradients, by place
        self._is_known = np.zeros(len(slot_of), bool)
        for node in chain(inputs, *(results for _, results in recorder.sweeps)):
            self._is_known[node.index - self._first] = True
        for leaf in (x for sweep, _ in recorder.sweeps for x in sweep.inputs if x.op is None):
            slot_of[leaf.index - self._first] = self.numbering.constant(leaf._data)
            self._is_known[leaf.index - self._first] = True
        for start in range(0, len(recorder.nodes), _CHUNK):
            self._read(recorder.nodes[start : start + _CHUNK])
        asked = [node for node, *_ in recorder.decisions]
        self._heads, self._asked = ([*map(self._place, nodes)] for nodes in (heads, asked))
        self._pulls = [self._read_sweep(*pair) for pair in recorder.sweeps]
        del self._is_known  # there is nothing more to read, and memory is needed
        size = len(slot_of) if self._pulls else 0
        self._pending, self._active = array("i", [-1]) * size, bytearray(size)
        self._templates: dict[Any, Templates] = {}

    def number(self) -> tuple[list[int], list[int]]:
        """Give a slot to all; those of the heads, and those of which the truth was asked."""
        done, rows = 0, self._rows
        for pull in self._pulls:
            self.numbering.add(rows, done, pull.stop, self._widest)
            self._pull(pull)
            done = pull.stop
        self.numbering.add(rows, done, len(rows.code), self._widest)
        if self._names or self._named:
            self._name()
        return [*map(self._slot, self._heads)], [*map(self._slot, self._asked)]

    def _slot(self, place: int) -> int:
        return self._rows.slot_of[place] if place >= 0 else ~place

    # --- nodes become rows ---

    def _read(self, nodes: Sequence[Node]) -> None:
        rows, usual, floats, constant = self._rows, self._usual, self._floats, self._constant
        taken = [node.args for node in nodes]
        counts = np.fromiter(map(len, taken), np.int64, len(nodes))
        self._widest = max(self._widest, int(counts.max()))
        _extend(rows.ends, len(rows.operands) + np.cumsum(counts))
        places = np.fromiter(map(_index_of, nodes), np.int64, len(nodes)) - self._first
        self._is_known[places] = True
        _extend(rows.place, places)
        operands = np.array([
            arg.index if (kind := type(arg)) is Value
            else floats[arg] if kind is float
            else arg.index if isinstance(arg, Node) else constant(arg)
            for arg in chain.from_iterable(taken)
        ], np.int64)  # fmt: skip
        is_node = operands >= 0
        operands[is_node] -= self._first
        is_far = (operands < 0) | (operands >= len(self._is_known))
        unknown = is_node & (is_far | ~self._is_known.take(operands, mode="clip"))
        if unknown.any():
            flat = [*chain.from_iterable(taken)]
            for k in np.flatnonzero(unknown).tolist():
                operands[k] = self._place(flat[k])
        _extend(rows.operands, operands)
        codes = np.array([
            usual[node.op] if type(node) is Value and node.requires_grad and node.params is None else -1
            for node in nodes
        ])  # fmt: skip
        alike = np.full(len(nodes), TRACKED)
        for row in np.flatnonzero(codes < 0).tolist():
            codes[row], alike[row] = self._code(nodes[row]), self._alike(nodes[row])
        _extend(rows.alike, alike)
        self._names += [(len(rows.code) + row, node.name) for row, node in enumerate(nodes) if node.name is not None]
        _extend(rows.code, codes)

    def _place(self, x: Any) -> int:
        """The place of a node that is known, else ~slot: leaves that were made inside are constants."""
        if not isinstance(x, Node):
            return self._constant(x)
        place = x.index - self._first
        if self._is_outside(x):
            slot = self._outside.get(x)
            if slot is None:
                self._outside[x] = slot = self.numbering.given(self._alike(x))
                self.captured.append((slot, x))
            return ~slot
        if place < len(self._is_known) and self._is_known[place]:
            return place
        if x.op is None:
            return self._constant(x._data)
        raise TraceError(
            f"{called(x)} was computed where nobody could look on: in another thread, or in the tracing of "
            "another function; compute it in the function that is traced"
        )

    def _constant(self, x: Any) -> int:
        return self._floats[x] if type(x) is float else ~self.numbering.constant(x)

    def _code(self, node: Node) -> int:
        op: Any = node.op
        numbers_only = op.scalar is not None or all(getattr(arg, "is_scalar", True) for arg in node.args)
        return self.numbering.code(op, node.params or {}, node.is_scalar and numbers_only, not node.requires_grad)

    def _alike(self, node: Node) -> int:
        """The class of a node: an operand may take the place of a result of its class."""
        if type(node) is Value:
            return TRACKED if node.requires_grad else PLAIN
        if type(node) is not Tensor:
            return UNLIKE
        return 2 + 2 * self._shapes.setdefault(node._data.shape, len(self._shapes)) + node.requires_grad

    def _read_sweep(self, sweep: Sweep, results: Sequence[Node]) -> _Pull:
        by, to = ([node.index - self._first for node in nodes] for nodes in (sweep.inputs, results))
        seeds = [(head.index - self._first, self._place(seed)) for head, seed in sweep.seeds.items()]
        self._named += [(node.index - self._first, node.name) for node in results if node.name is not None]
        return _Pull(by, to, seeds, sweep.rules, sweep.stop, sweep.line)

    # --- rows become slots ---

    def _pull(self, pull: _Pull) -> None:
        """Equations of a gradient, from the rules of the rows before."""
        rows, pending, active = self._rows, self._pending, self._active
        for place in pull.inputs:
            active[place] = 1
        for place, seed in pull.seeds:
            pending[place] = self._slot(seed)
        start = bisect_left(rows.place, pull.inputs[-1] + 1)
        templates = self._templates_for(pull, start)
        self.numbering.pull(rows, templates, start, pull.stop, pull.line, pending, active)
        for place, result in zip(pull.inputs, pull.results, strict=True):
            rows.slot_of[result] = ~self._floats[0.0] if pending[place] < 0 else pending[place]
        first, end = pull.inputs[0], 1 + max(pull.inputs[-1], rows.place[pull.stop - 1] if pull.stop else 0)
        pending[first:end] = array("i", [-1]) * (end - first)
        active[first:end] = bytes(end - first)

    def _templates_for(self, pull: _Pull, start: int) -> Templates:
        kinds = np.flatnonzero(np.bincount(np.asarray(self._rows.code)[start : pull.stop] >> 1)).tolist()
        done = {kind: self.numbering.kinds[kind] for kind in kinds}
        chosen = {kind: pull.rules[key_of(op, how.params)] for kind, (op, how) in done.items()}
        key = tuple((kind, id(rules)) for kind, rules in chosen.items())
        if key not in self._templates:
            self._templates[key] = templates_of(chosen, self.numbering)
        return self._templates[key]

    def _name(self) -> None:
        """Results have the name of the node that came first."""
        slots = np.asarray(self._rows.slot_of)[np.asarray(self._rows.place)]
        _, first = np.unique(slots, return_index=True)
        rows = set(first.tolist())
        named = {self._slot(place): name for place, name in self._named}
        self.numbering.names = named | {int(slots[row]): name for row, name in self._names if row in rows}
