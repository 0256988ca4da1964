"""The scopes that a graph was recorded in, as a tree of `Part`; and which of them repeat each other."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.primitive import Node
from autograd.scopes import recorded

__all__ = ["Part", "merge_repeats", "parts_of"]


@dataclass(eq=False, slots=True)
class Part:
    """A scope with operations of the graph in it: those from `start` to `stop`, exclusive, in order of creation."""

    name: str
    title: str
    """What to call it: the path of a module in the one around it, else its name."""
    owner: Any
    parent: Part | None
    depth: int
    """How many scopes are around it."""
    start: int
    stop: int
    times: int = 1
    """For how many equal ones it stands."""
    parts: list[Part] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The class of a module that goes by its path, else empty."""
        return self.name if self.name != self.title else ""

    def heading(self, shown: Container[Part] = ()) -> str:
        """The title, after those of modules around that have no box, and how often it is there."""
        title = self.title
        if self.times > 1 and self.kind:
            title = title.rstrip("0123456789").removesuffix(".")  # the number of the first
        for part in self.around():
            if part is not self and (part in shown or not part.kind or not self.kind):
                break
            title = title if part is self else f"{part.title}.{title}"
        return title if self.times < 2 else f"{title} × {self.times:,}"

    def around(self) -> Iterator[Part]:
        """The part itself and those around it, from the inside."""
        part: Part | None = self
        while part:
            yield part
            part = part.parent


def parts_of(order: Sequence[Node]) -> list[Part]:
    """The scopes that some operations were recorded in, outer ones first; `order` is by creation."""
    indices = [node.index for node in order]
    found: list[Part] = []
    open_: list[tuple[Part, int]] = []
    paths: dict[int, dict[int, str]] = {}
    for name, reference, first, last in recorded():
        start, stop = bisect_left(indices, first), bisect_left(indices, last)
        if start == stop:
            continue
        while open_ and open_[-1][1] <= first:
            open_.pop()
        parent = open_[-1][0] if open_ else None
        owner = reference and reference()
        part = Part(name, name, owner, parent, len(open_), start, stop)
        part.title = _path(part, paths) or name
        (parent.parts if parent else found).append(part)
        open_.append((part, last))
    for part in found:  # which grows while it is walked
        found += part.parts
    return found


def _path(part: Part, paths: dict[int, dict[int, str]]) -> str:
    """The path of a part's owner in the nearest owner around it, such as ``layers.0``."""
    outer: Any = next((other.owner for other in part.around() if other is not part and other.owner is not None), None)
    if part.owner is None or not hasattr(outer, "named_modules"):
        return ""
    if id(outer) not in paths:
        paths[id(outer)] = {id(module): path for path, module in outer.named_modules()}
    return paths[id(outer)].get(id(part.owner), "")


# --- repeats ---


def merge_repeats(order: Sequence[Node], parts: Sequence[Part]) -> list[dict[Node, Node]]:
    """Which nodes are copies of which, so that each set of repeated parts shrinks to its first; by depth of the parts.

    Parts repeat each other if they lie in the same part under the same name, record the same operations with the same
    wiring, parameters and shapes, and none of them uses, by any detour, what another computed. A leaf that only a copy
    uses is a copy, too.
    """
    merger = _Merger(order)
    siblings = [part for part in parts if part.parent is None]
    merger.merge(siblings, 0, len(order))
    pending = [part for part in siblings if part.times]
    for part in pending:  # which grows while it is walked
        merger.merge(part.parts, part.start, part.stop)
        pending += [inner for inner in part.parts if inner.times]
    return [merger.copies[depth] for depth in range(max(merger.copies, default=-1) + 1)]


class _Merger:
    """Compares the parts of one graph."""

    def __init__(self, order: Sequence[Node]) -> None:
        self.order = order
        self.place = {node: i for i, node in enumerate(order)}
        self.copies: dict[int, dict[Node, Node]] = defaultdict(dict)
        self.merged: set[Node] = set()
        self.users: dict[Node, list[int]] = defaultdict(list)
        """Which operations use a leaf, by place."""
        for i, node in enumerate(order):
            for arg in node.args:
                if isinstance(arg, Node) and arg.op is None:
                    self.users[arg].append(i)

    def merge(self, siblings: Sequence[Part], start: int, stop: int) -> None:
        """Find repeats among parts that lie in the operations from `start` to `stop`."""
        named: dict[str, list[Part]] = defaultdict(list)
        for part in siblings:
            named[part.name].append(part)
        if all(len(same) == 1 for same in named.values()):
            return
        web = _Web(self.order, self.place, siblings, start, stop)
        for same in named.values():
            classes: dict[Hashable, list[tuple[Part, list[Node]]]] = defaultdict(list)
            for part in same if len(same) > 1 else ():
                structure, operands = self.structure(part)
                classes[structure].append((part, operands))
            for copies in classes.values():
                if len(copies) > 1 and web.merge([part for part, _ in copies]):
                    self.identify(copies)

    def structure(self, part: Part) -> tuple[Hashable, list[Node]]:
        """What a part computes, and the nodes outside that it uses, in the order of their first use."""
        outside: dict[Node, int] = {}

        def operand(arg: Any) -> Hashable:
            if not isinstance(arg, Node):
                return tuple(np.shape(arg))
            place = self.place.get(arg, -1)
            if place >= part.start:
                return place - part.start
            return "operation" if arg.op else arg.requires_grad, outside.setdefault(arg, len(outside)), _shape(arg)

        operations = tuple(
            (node.op, repr(node.params), _shape(node), *map(operand, node.args))
            for node in self.order[part.start : part.stop]
        )
        inner, names = [part], []
        for one in inner:  # which grows while it is walked
            inner += one.parts
            names += [(other.name, other.start - part.start, other.stop - part.start) for other in one.parts]
        return (operations, tuple(names)), list(outside)

    def identify(self, copies: Sequence[tuple[Part, list[Node]]]) -> None:
        """Let the first part stand for all."""
        (kept, leaves), *others = copies
        kept.times = len(copies)
        found = self.copies[kept.depth]
        for part, operands in others:
            part.times = 0
            found.update(zip(self.order[part.start : part.stop], self.order[kept.start : kept.stop], strict=True))
            for leaf, first in zip(operands, leaves, strict=True):
                if leaf is not first and leaf.op is None and self.is_own(leaf, part):
                    found[leaf] = first
            self.merged.update(self.order[part.start : part.stop])

    def is_own(self, leaf: Node, part: Part) -> bool:
        """Whether only this part uses a leaf, and copies that are merged already."""
        return all(part.start <= i < part.stop or self.order[i] in self.merged for i in self.users[leaf])


class _Web:
    """How siblings, and the operations between them, depend on each other."""

    def __init__(
        self, order: Sequence[Node], place: dict[Node, int], siblings: Sequence[Part], start: int, stop: int
    ) -> None:
        self.home: dict[int, int] = {i: part.start for part in siblings for i in range(part.start, part.stop)}
        self.used: dict[int, set[int]] = defaultdict(set)
        for i in range(start, stop):
            target = self.home.get(i, i)
            for arg in order[i].args:
                source = place.get(arg, -1) if isinstance(arg, Node) else -1
                if source >= start:
                    self.used[self.home.get(source, source)].add(target)
        self.merged: dict[int, list[int]] = {}

    def merge(self, parts: Sequence[Part]) -> bool:
        """Make one of parts of which none depends on another; False if one does, as that would make a circle."""
        members = [part.start for part in parts]
        reached: set[int] = set()
        pending = list(members)
        for one in pending:  # which grows while it is walked
            for target in self.used[one] - {one}:
                for twin in self.merged.get(target, [target]):
                    if twin not in reached:
                        reached.add(twin)
                        pending.append(twin)
        if not reached.isdisjoint(members):
            return False
        self.merged.update(dict.fromkeys(members, members))
        return True


def _shape(node: Node) -> tuple[int, ...]:
    return () if node.is_scalar else np.shape(node._data)
