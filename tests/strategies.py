"""Random expression graphs, in one place.

A program is a list of steps ``(operation, back, back)`` whose operands count back from the newest node, so that it
shrinks to one or two lines. `run` computes it with any kind of number: Values, Tensors, PyTorch tensors, complex.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

SMOOTH = ("add", "sub", "mul", "div", "neg", "exp", "sin", "cos", "tanh", "sigmoid", "sqrt", "log", "square")
BINARY = {"add", "sub", "mul", "div"}

steps = st.tuples(st.sampled_from(SMOOTH), st.integers(1, 4), st.integers(1, 4))
programs = st.lists(steps, min_size=1, max_size=12)
inputs = st.lists(st.floats(0.25, 2.0).map(lambda x: round(x, 3)), min_size=2, max_size=3)


Program = list[tuple[str, int, int]]


def run(program: Program, xs: list[Any], functions: Callable[[str], Callable[..., Any]]) -> list[Any]:
    """All nodes of the program, inputs first; operands of log, sqrt and the divisor are made positive: x² + 1/2."""
    nodes = list(xs)
    for name, first, second in program:
        x, y = nodes[-min(first, len(nodes))], nodes[-min(second, len(nodes))]
        if name in ("log", "sqrt", "div"):
            safe = (y if name == "div" else x) * (y if name == "div" else x) + 0.5
            nodes.append(x / safe if name == "div" else functions(name)(safe))
        elif name == "exp":  # of something in [-1, 1], so that towers stay small
            nodes.append(functions("exp")(functions("sin")(x)))
        elif name in ("mul", "square"):
            nodes.append(functions("sin")(x * (y if name == "mul" else x)))
        elif name in BINARY:
            nodes.append(x + y if name == "add" else x - y)
        else:
            nodes.append(-x if name == "neg" else functions(name)(x))
    return nodes
