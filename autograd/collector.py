"""Keep Python's cyclic garbage collector from walking graphs that can never be cyclic garbage.

A recorded graph points only backwards (a node to its operands), so it dies by reference counting the moment its root
is dropped. The cyclic collector does not know that: it walks all live nodes again and again while a large graph grows,
which costs more than recording it (measured: 1.15 of 2.7 µs per operation at 800,000 nodes). Only
``backward(create_graph=True)`` can tie a node to itself; where that is used, nothing is slowed down.

The collector is not switched off. Each time it has run, the pacer looks at what was allocated since its last run: if
that was mostly graph nodes, the next run may wait twice as long, up to `LONGEST_WAIT` allocations; the first time that
it was mostly something else, the program's own thresholds come back. So cyclic garbage is always collected, the wait is
never longer than twice the graph recorded just before, and a program that records no graph is not touched at all.
"""

import gc
from itertools import count

__all__: list[str] = []

LONGEST_WAIT = 1 << 20

tick = count(1).__next__
"""The next creation index: process-wide, increasing, atomic. Index order is a topological order of every graph."""


class _Pacer:
    """The state between two runs of the collector."""

    def __init__(self) -> None:
        self.seen = tick()
        self.own = gc.get_threshold()
        self.given = {self.own}
        self.cyclic = False

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        if phase != "stop":
            return
        now = tick()
        nodes, self.seen = now - self.seen, now
        thresholds = gc.get_threshold()
        wait = thresholds[0]
        if not wait:  # switched off by the program
            return
        if thresholds not in self.given:  # set by the program since: they are what comes back
            self.own = thresholds
            self.given.add(thresholds)
        # A node and its operand tuple: more than half of what was allocated?
        if 4 * nodes > wait and not self.cyclic:
            self._set(min(2 * wait, max(wait, LONGEST_WAIT)))
        else:
            self._set(self.own[0])
        self.cyclic = False

    def _set(self, wait: int) -> None:
        thresholds = (wait, *self.own[1:])
        self.given.add(thresholds)
        gc.set_threshold(*thresholds)

    def expect_cycles(self) -> None:
        """Do not slow down for the next run: gradients that are nodes may hang on the graph that they stand in."""
        self.cyclic = True
        if gc.get_threshold() in self.given and gc.get_threshold()[0] > self.own[0]:
            self._set(self.own[0])


pacer = _Pacer()
gc.callbacks.append(pacer)
