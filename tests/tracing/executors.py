"""What the tests of all executors share."""

import importlib.util
import threading

import pytest

needs_numba = pytest.mark.skipif(importlib.util.find_spec("numba") is None, reason="numba is not installed")
FAST = ["numpy", pytest.param("numba", marks=needs_numba)]
ALGEBRA = [
    "add", "sub", "mul", "div", "neg", "reciprocal", "square", "sqrt", "maximum", "minimum", "relu", "clip", "where",
]  # fmt: skip
"""Rows that are rounded correctly, so that Python, numpy and numba agree on them to the last bit anywhere."""


def in_threads(work, keys):
    """Call `work` with each of the keys, all at once, and wait."""
    threads = [threading.Thread(target=work, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total = total + 100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2
    return total
