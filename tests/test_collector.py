"""The pace of the cyclic garbage collector: slower while graphs grow, the program's own otherwise."""

import gc
import subprocess
import sys
import weakref

from autograd import Value
from autograd.collector import LONGEST_WAIT


class Cycle:
    def __init__(self):
        self.me = self


def test_it_slows_down_for_graphs_and_comes_back():
    code = """
import gc
own = gc.get_threshold()
from autograd import Value
x = Value(1.0)
for _ in range(100_000):
    x = x + 1.0
slow = gc.get_threshold()
assert slow[0] > 10 * own[0] and slow[1:] == own[1:], slow
keep = [[] for _ in range(6 * slow[0])]
assert gc.get_threshold() == own, gc.get_threshold()
gc.set_threshold(1234, 5, 6)
for _ in range(20_000):
    x = x + 1.0
assert gc.get_threshold()[0] > 1234
keep = [[] for _ in range(200_000)]
assert gc.get_threshold() == (1234, 5, 6), gc.get_threshold()
gc.disable()
x + 1.0
assert not gc.isenabled()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_cyclic_garbage_is_still_collected():
    for _ in range(5):
        x = Value(1.0)
        for _ in range(20_000):
            x = x + 1.0
    dead = weakref.ref(Cycle())
    keep = [[] for _ in range(2 * LONGEST_WAIT)]
    assert dead() is None
    del keep


def test_only_gradients_that_are_nodes_end_the_wait():
    own = gc.get_threshold()
    x = Value(1.0)
    for _ in range(100_000):
        x = x + 1.0
    assert gc.get_threshold()[0] > own[0]
    (x * x).backward()
    assert gc.get_threshold()[0] > own[0]
    (x * x).backward(create_graph=True)
    assert gc.get_threshold()[0] <= own[0]


def test_gradients_that_are_nodes_are_collected_in_time():
    code = """
import gc, tracemalloc
import numpy as np
from autograd import Tensor, Value
own = gc.get_threshold()
x = Value(1.0)
for _ in range(300_000):
    x = x + 1.0
assert gc.get_threshold()[0] > own[0]
tracemalloc.start()
for _ in range(1500):
    t = Tensor(np.ones(20_000))
    (t * t * t).sum().backward(create_graph=True)
assert gc.get_threshold()[0] <= 4 * own[0], gc.get_threshold()
assert tracemalloc.get_traced_memory()[1] < 400 * 2**20, tracemalloc.get_traced_memory()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_settings_that_come_and_go_are_not_lost():
    code = """
import gc
from autograd import Value
own = gc.get_threshold()
x = Value(1.0)
for _ in range(100_000):
    x = x + 1.0
slow = gc.get_threshold()
assert slow[0] > own[0]
gc.set_threshold(0)
gc.collect()
gc.set_threshold(*slow)
keep = [[] for _ in range(6 * slow[0])]
assert gc.get_threshold() == own, gc.get_threshold()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_graph_with_its_own_gradient_is_collected():
    def alive():
        return sum(type(thing) is Value for thing in gc.get_objects())

    gc.collect()
    before = alive()
    x = Value(2.0)
    (x**3).backward(create_graph=True)  # x.grad hangs on x: the one cycle there can be
    del x
    gc.collect()
    assert alive() == before
