"""Which card shows which nodes: a part that is folded is one card, and parts that repeat each other are one part."""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograd.drawing.parts import Part, merge_repeats, parts_of
from autograd.errors import AutogradError
from autograd.partials import local_partial, times
from autograd.primitive import Node, table

__all__ = ["Fold", "Folding"]

_MOST_SWEPT = 20_000
"""The derivative of a part with more operations is not computed for its edges: a figure should come at once."""


@dataclass(eq=False, slots=True)
class Fold:
    """What a folded part holds, in the order of creation, and what comes in and goes out."""

    part: Part
    nodes: list[Node] = field(default_factory=list)
    parameters: dict[Node, None] = field(default_factory=dict)
    """The leaves of the part's owners that it uses."""
    operands: dict[Node, None] = field(default_factory=dict)
    """What it uses from other cards, in the order of first use."""
    outputs: dict[Node, None] = field(default_factory=dict)
    """What other cards use, and roots."""

    def slopes(self) -> dict[Node, float]:
        """∂output/∂operand where there is one output and all are numbers, swept back through the local partials."""
        output = next(iter(self.outputs))
        if len(self.outputs) > 1 or len(self.nodes) > _MOST_SWEPT:
            return {}
        inside, slopes = {*self.nodes, *self.operands}, {output: 1.0}
        for node in reversed(self.nodes):
            for position, arg in enumerate(node.args if node in slopes else ()):
                if isinstance(arg, Node) and arg.requires_grad and arg in inside:
                    partial = local_partial(node, position)
                    if partial is None:
                        return {}
                    slopes[arg] = slopes.get(arg, 0.0) + times(slopes[node], partial)
        return slopes


class Folding:
    """The cards of a graph: at first one for each node.

    Parameters
    ----------
    roots : where the graph ends.
    repeats : whether parts that repeat each other become one, see `merge_repeats`.
    """

    def __init__(self, roots: Sequence[Node], repeats: bool = False) -> None:
        self.roots = roots
        self.nodes = _behind(roots)
        self.order = sorted((node for node in self.nodes if node.op), key=lambda node: node.index)
        self.parts = parts_of(self.order)
        self.owned = _parameters(self.parts)
        self.levels = max((part.depth for part in self.parts), default=-1) + 1
        self.inner: dict[Node, Part] = {}
        """The innermost part that an operation lies in."""
        for part in self.parts:
            self.inner.update(dict.fromkeys(self.order[part.start : part.stop], part))
        self.copies: dict[Node, Node] = {}
        """What a node of a repeated part is a copy of."""
        self.kept = self.order
        """The operations that are no copies."""
        self.sums: set[Node] = set()
        """The last additions of running sums over copies, for which they stand."""
        self.times: dict[Node, int] = {}
        """For how many equal ones an operation on repeated parts stands."""
        self.more: dict[Node, dict[tuple[int, Node], None]] = {}
        """Where the copies of an operation use something else: positions and operands."""
        self.home: dict[Node, Node] = {}
        """The node that stands for a card, by each other node that the card shows."""
        self.folds: dict[Node, Fold] = {}
        """The folded parts by the nodes that stand for their cards."""
        self._merges = merge_repeats(self.order, self.parts) if repeats else []
        self.fold(self.levels)

    def _merge(self, depth: int) -> None:
        """Make one of the parts that repeat each other, down to those that are folded: what these hold stays."""
        copies: dict[Node, Node] = {}
        for level in self._merges[: depth + 1]:  # the copy of a copy is one of the original
            copies = {copy: level.get(original, original) for copy, original in copies.items()} | level
        self.times = {}
        if copies:
            copies |= self._followers(copies, depth)
        sums = self._running_sums(copies, depth) if copies else {}
        copies = {copy: sums.get(original, original) for copy, original in copies.items()} | sums
        self.copies, self.more, self.sums = copies, {}, set(sums.values())
        self.kept = [node for node in self.order if node not in copies] if copies else self.order
        for copy, original in copies.items():
            for position, (arg, own) in enumerate(zip(copy.args, original.args, strict=True)):
                if arg is not own and isinstance(arg, Node) and copies.get(arg, arg) is not copies.get(own, own):
                    self.more.setdefault(original, {})[position, copies.get(arg, arg)] = None

    def _followers(self, copies: Mapping[Node, Node], depth: int) -> dict[Node, Node]:
        """Of operations that do the same with each of some repeated parts, right beside these, the first for all."""
        found: dict[Node, Node] = {}
        firsts: dict[Hashable, Node] = {}
        following: set[Node] = set()
        uses = Counter(arg for node in self.order for arg in node.args if isinstance(arg, Node))

        def same(arg: Any) -> Hashable:
            if not isinstance(arg, Node):
                return tuple(np.shape(arg))
            own = arg.op is None and uses[arg] == 1 and arg not in copies
            return (arg.requires_grad, np.shape(arg._data)) if own else found.get(arg, copies.get(arg, arg))

        for node in self.order:
            part = self.inner.get(node)
            if node in copies or (part and part.depth >= depth):
                continue
            operations = [arg for arg in node.args if isinstance(arg, Node) and arg.op]
            if not any(
                self._is_repeated(arg, part) or (arg in following and self.inner.get(arg) is part) for arg in operations
            ):
                continue
            following.add(node)
            first = firsts.setdefault((part, node.op, repr(node.params), *map(same, node.args)), node)
            if first is not node and any(arg in copies or arg in found for arg in operations):
                found[node] = first
                for arg, own in zip(node.args, first.args, strict=True):
                    if isinstance(arg, Node) and arg.op is None and arg is not own and arg not in copies:
                        found[arg] = own
                self.times[first] = self.times.get(first, 1) + 1
        return found

    def _is_repeated(self, node: Node, part: Part | None) -> bool:
        """Whether a node is in one of several parts that repeat each other right in `part`."""
        inner = self.inner.get(node)
        return any(outer.parent is part and outer.times != 1 for outer in (inner.around() if inner else ()))

    def _running_sums(self, copies: dict[Node, Node], depth: int) -> dict[Node, Node]:
        """The last of n₁ = t₁ + t₂, n₂ = n₁ + t₃, ... by each of the others, where the terms are in repeated parts."""

        def is_repeated(term: Any) -> bool:  # where the sum is
            if not isinstance(term, Node):
                return False
            follows = copies.get(term, term) in self.times and self.inner.get(term) is part
            return follows or self._is_repeated(term, part)

        uses = Counter(arg for node in self.order for arg in node.args if isinstance(arg, Node))
        uses.update(self.roots)
        sums: dict[Node, list[Node]] = {}
        for node in self.order:
            part = self.inner.get(node)
            if node in copies or node.op is not table["add"] or (part and part.depth >= depth):
                continue
            for before, term in (node.args, node.args[::-1]):
                if not is_repeated(term):
                    continue
                if isinstance(before, Node) and before in sums and uses[before] == 1 and self.inner.get(before) is part:
                    sums[node] = sums.pop(before)
                    sums[node].append(node)
                    break
                if isinstance(before, Node) or (type(before) is float and before == 0.0):
                    sums[node] = [node]
        return {node: chain[-1] for chain in sums.values() for node in chain[:-1]}

    def fold_to_fit(self, limit: int) -> int | None:
        """Merge repeats, and fold the innermost scopes until there are at most `limit` cards.

        Returns
        -------
        The depth from which scopes are folded, None if nothing had to be.
        """
        if len(self.nodes) - len(self.copies) <= limit or not self.parts:
            return None
        self._merges = self._merges or merge_repeats(self.order, self.parts)
        cards = self._cards_of_repeats if self._merges else self._cards
        depth = max(0, bisect_right(range(self.levels + 1), limit, key=cards) - 1)
        self.fold(depth)
        return depth

    def _cards(self, depth: int) -> int:
        """About how many cards there will be: parameters count as long as nothing is folded."""
        inside = sum(part.stop - part.start - 1 for part in self.parts if part.depth == depth)
        return len(self.nodes) - inside - len(self.owned) * (depth < self.levels)

    def _cards_of_repeats(self, depth: int) -> int:
        """How many cards there are, by folding: few operations are left of the repeats."""
        self.fold(depth)
        return len(self.nodes) - len(self.copies) - len(self.home)

    def fold(self, depth: int) -> None:
        """Fold the scopes that have at least `depth` others around them."""
        self._merge(depth)
        self.home, self.folds = {}, {}
        folded: dict[Part, Part | None] = {}
        for part in self.parts:
            outer = folded[part.parent] if part.parent else None
            folded[part] = outer or (part if part.depth >= depth and not self._is_single(part) else None)
        for node in self.kept if depth < self.levels else ():
            fold = folded[self.inner[node]] if node in self.inner else None
            if fold:
                head = self.order[fold.stop - 1]  # no copy: repeats in a folded part are not merged
                if head is not node:
                    self.home[node] = head
                if head not in self.folds:
                    self.folds[head] = Fold(fold)
                self.folds[head].nodes.append(node)
        self._absorb()
        self._connect()

    def _is_single(self, part: Part) -> bool:
        """Whether a part is one operation without parameters, which says more than its scope."""
        return part.stop - part.start == 1 and self.owned.isdisjoint(map(id, self.order[part.start].args))

    def card(self, node: Node) -> Node:
        """The node that stands for the card of this one."""
        node = self.copies.get(node, node)
        return self.home.get(node, node)

    def used(self, node: Node) -> Iterator[Node]:
        """What an operation or its copies use: nodes that are no copies."""
        for arg in node.args:
            if isinstance(arg, Node):
                yield self.copies.get(arg, arg)
        for _, arg in self.more.get(node, ()):
            yield arg

    def ranks(self) -> dict[Node, int]:
        """The numbers of copies, as the second, third, ... of their kind."""
        counts: Counter[Node] = Counter()
        ranks: dict[Node, int] = {}
        for node in sorted(self.copies, key=lambda copy: copy.index):
            original = self.copies[node]
            counts[original] += 1
            if original not in self.sums:
                ranks[node] = counts[original] + 1
        return ranks

    def shares(self) -> dict[Node, int]:
        """Over how many copies the uses of a node are spread, of which only those in the first are drawn."""
        shares: dict[Node, int] = {}
        uses = Counter(
            (arg, self.copies.get(node, node))
            for node in (self.order if self.copies else ())
            for arg in {arg for arg in node.args if isinstance(arg, Node)}
        )
        for (arg, original), count in uses.items():
            if count > 1 and original not in self.sums:
                shares[arg] = max(count, shares.get(arg, 1))
        return shares

    def _absorb(self) -> None:
        """Take the parameters that only folded parts use into these."""
        users: dict[Node, Node | None] = dict.fromkeys(self.roots)  # the first card, None for a bare one
        for node in self.kept if self.folds and self.owned else ():
            head = self.home.get(node, node)
            for arg in self.used(node):
                if id(arg) in self.owned:
                    users[arg] = users.get(arg, head) if head in self.folds else None
        self.home.update((leaf, head) for leaf, head in users.items() if head is not None)

    def _connect(self) -> None:
        """Find what goes into folded parts and comes out of them."""
        for node in self.kept if self.folds else ():
            head = self.home.get(node, node)
            fold = self.folds.get(head)
            for arg in self.used(node):
                source = self.home.get(arg, arg)
                if fold and id(arg) in self.owned:
                    fold.parameters[arg] = None
                if source is head or (arg.op is None and source is not arg):  # inside, or taken in
                    continue
                if source in self.folds:
                    self.folds[source].outputs[arg] = None
                if fold:
                    fold.operands[arg] = None
        for root in self.roots:
            if (head := self.card(root)) in self.folds:
                self.folds[head].outputs[self.copies.get(root, root)] = None

    def operands(self, card: Node) -> Iterable[Node]:
        """What the card that a node stands for uses from others."""
        return self.folds[card].operands if card in self.folds else self.used(card)

    def newest(self, limit: int) -> tuple[list[Node], dict[Node, int]]:
        """The nodes that stand for the `limit` newest cards, operands before results; and of how many nodes each is.

        Operands are older than results, so the newest node of the frontier never misses one that uses it.
        """
        seen = dict.fromkeys(map(self.card, self.roots))
        frontier = [(-root.index, id(root), root) for root in seen]
        heapq.heapify(frontier)
        taken: list[Node] = []
        while frontier and len(taken) < limit:
            node = heapq.heappop(frontier)[2]
            taken.append(node)
            for arg in map(self.card, self.operands(node)):
                if arg not in seen:
                    seen[arg] = None
                    heapq.heappush(frontier, (-arg.index, id(arg), arg))
        times = Counter(self.copies.values())
        sizes = Counter({node: 1 + times[node] for node in taken})
        for node, head in self.home.items():
            sizes[head] += 1 + times[node]
        order = self._sorted(taken[::-1]) if self.copies else taken[::-1]
        return order, {node: sizes[node] for node in order}

    def _sorted(self, cards: Sequence[Node]) -> list[Node]:
        """The same cards, operands before results: a copy that was merged may use what is newer than its original."""
        shown = set(cards)
        waits = {card: {self.card(arg) for arg in self.operands(card)} & shown - {card} for card in cards}
        users: dict[Node, list[Node]] = defaultdict(list)
        for card, operands in waits.items():
            for operand in operands:
                users[operand].append(card)
        place = {card: i for i, card in enumerate(cards)}
        ready = [place[card] for card in cards if not waits[card]]  # ascending, so a heap
        done: list[Node] = []
        while ready:
            card = cards[heapq.heappop(ready)]
            done.append(card)
            for user in users[card]:
                waits[user].discard(card)
                if not waits[user]:
                    heapq.heappush(ready, place[user])
        return done

    def boxes(self, cards: Iterable[Node]) -> dict[Part, list[Node]]:
        """The parts that are not folded and hold several of the cards, with those directly in them; outer ones first.

        A parameter lies where all that use it do.
        """
        paths: dict[Node, list[Part]] = {}
        for card in cards:
            if card.op:
                part = self.folds[card].part.parent if card in self.folds else self.inner.get(card)
                paths[card] = path = [*part.around()][::-1] if part else []
                for arg in self.operands(card):
                    if id(arg) in self.owned and self.card(arg) is arg:
                        both = zip(paths.get(arg, path), path, strict=False)
                        paths[arg] = [part for part, other in both if part is other]
        sizes = Counter(part for path in paths.values() for part in path)
        boxes: dict[Part, list[Node]] = {part: [] for part in self.parts if sizes[part] > 1}
        for card, path in paths.items():
            if nearest := [part for part in path if part in boxes]:
                boxes[nearest[-1]].append(card)
        return boxes


def _behind(roots: Sequence[Node]) -> list[Node]:
    """All nodes that the roots were computed from, and the roots."""
    found = list(dict.fromkeys(roots))
    seen = set(found)
    for node in found:  # which grows while it is walked
        for arg in node.args:
            if type(arg) is not float and isinstance(arg, Node) and arg not in seen:
                seen.add(arg)
                found.append(arg)
    return found


def _parameters(parts: Iterable[Part]) -> frozenset[int]:
    """The parameters of all owners, by identity."""
    owners = {id(part.owner): part.owner for part in parts if hasattr(part.owner, "named_parameters")}
    found: set[int] = set()
    for owner in owners.values():
        with suppress(AutogradError):  # a module that cannot list its parameters can be drawn
            found.update(id(parameter) for _, parameter in owner.named_parameters())
    return frozenset(found)
