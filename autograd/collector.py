"""Keep Python's cyclic garbage collector from walking graphs that can never be cyclic garbage.

A recorded graph points only backwards (a node to its operands), so it dies by reference counting the moment its root
is dropped. The cyclic collector does not know that: it walks all live nodes again and again while a large graph grows,
which costs more than recording it (measured: 1.15 of 2.7 µs per operation at 800,000 nodes).

It is not switched off. Each time it has run, `_pace` looks at what was allocated since its last run: if that was mostly
graph nodes, the next run may wait twice as long, up to `LONGEST_WAIT` allocations; the first time that it was mostly
something else, the program's own thresholds come back. So cyclic garbage is always collected, the wait is never longer
than twice the graph recorded just before, and a program that records no graph is not touched at all.
"""

import gc
from itertools import count
from typing import Any

__all__: list[str] = []

LONGEST_WAIT = 1 << 20

_counter = count(1)
tick = _counter.__next__
"""The next creation index: process-wide, increasing, atomic. Index order is a topological order of every graph."""


def ticks() -> int:
    """How many indices were handed out so far (without taking one)."""
    state: Any = _counter.__reduce__()  # how an iterator is pickled: (count, (next number,))
    return int(state[1][0])


class _Pacer:
    """The state between two runs of the collector."""

    def __init__(self) -> None:
        self.seen = ticks()
        self.own = self.ours = gc.get_threshold()

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase != "stop":
            return
        now = ticks()
        nodes, self.seen = now - self.seen, now
        thresholds = gc.get_threshold()
        if thresholds != self.ours:  # the program set its own since: they are what comes back
            self.own = thresholds
        wait = thresholds[0]
        if 4 * nodes > wait > 0:  # a node and its operand tuple: more than half of what was allocated
            self.ours = (min(2 * wait, max(wait, LONGEST_WAIT)), *self.own[1:])
        else:
            self.ours = self.own
        if self.ours != thresholds:
            gc.set_threshold(*self.ours)


gc.callbacks.append(_Pacer())
