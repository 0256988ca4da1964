"""Small graphs for the tests of figures."""

from hypothesis import strategies as st

from autograd import Value, add, mul, scope, sub, tanh

OPERATIONS = (add, sub, mul, tanh)

steps = st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 30), st.integers(0, 30), st.booleans())
"""An operation, which nodes it takes (modulo how many there are), and whether the second is a constant instead."""

programs = st.lists(steps, max_size=12)


def run(program):
    """The last node of a program over three leaves."""
    nodes = [Value(2.0, name="x1"), Value(-3.0, name="w1"), Value(0.5, requires_grad=False)]
    for op, first, second, constant in program:
        x, y = nodes[first % len(nodes)], nodes[second % len(nodes)]
        nodes.append(op(x) if len(op.rules) == 1 else op(x, 1.5 if constant else y))
    return nodes[-1]


scoped_programs = st.lists(st.one_of(steps, st.sampled_from(["part", "unit", "close"])), max_size=25)
"""Steps, and between them names of scopes that open, and the word that closes one."""


def run_scoped(program):
    """The last node of a program with scopes over three leaves."""
    nodes, opened = [Value(2.0, name="x1"), Value(-0.5, name="w1"), Value(0.5, requires_grad=False)], []
    for step in program:
        if step == "close":
            if opened:
                opened.pop().__exit__(None, None, None)
        elif isinstance(step, str):
            opened.append(scope(step))
            opened[-1].__enter__()
        else:
            op, first, second, constant = step
            x, y = nodes[-1 - first % min(5, len(nodes))], nodes[-1 - second % len(nodes)]
            nodes.append(op(x) if len(op.rules) == 1 else op(x, 1.5 if constant else y))
    for one in reversed(opened):
        one.__exit__(None, None, None)
    return nodes[-1]


def reachable(root):
    """Every node behind a root, by identity."""
    found, stack = {}, [root]
    while stack:
        node = stack.pop()
        if id(node) not in found:
            found[id(node)] = node
            stack += [arg for arg in node.args if isinstance(arg, Value)]
    return list(found.values())


def neuron():
    """tanh(x1 w1 + x2 w2 + b), swept."""
    x1, w1, x2, w2, b = (
        Value(data, name=name)
        for name, data in {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.8813735870195432}.items()
    )
    o = tanh(x1 * w1 + x2 * w2 + b)
    o.name = "o"
    o.backward()
    return o
