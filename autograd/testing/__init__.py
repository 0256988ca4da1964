"""Prove derivative rules: ours, and your own.

A rule that you declare is proven by one line, ``check_rule(rule)``. It is compared with an independent oracle over the
whole float64 range, in every mode and nesting, and must keep a score of laws; what fails comes with a program that
shows it. `check_grads` does the same for the gradient of any function at a point. The strategies are for tests of your
own with Hypothesis; ``autograd.testing.plugin`` gives pytest a test per rule, see there.

What a test must know stands in the row: ``domain=``, ``singular=``, ``kinks=[Kink(...)]`` where the derivative jumps,
and ``examples=[{"slope": 0.2}]`` with static parameters to try (see `autograd.facts`). Give
``reference=lambda mp, x: ...`` in functions of mpmath where you can: without it the derivative is compared with a
finite difference, which is less sharp and at some points knows nothing.

This package needs ``pip install glassgrad[testing]``: hypothesis, mpmath, and pytest for the plugin.

>>> import math, numpy as np
>>> from autograd.primitive import elementwise, table
>>> gaussian = elementwise(
...     "gaussian", lambda x: math.exp(-x * x), lambda x: np.exp(-x * x),
...     lambda g, ans, x: g * (-x * ans),                                   # the 2 is missing
...     domain=[(-25.0, 25.0)], reference=lambda mp, x: mp.exp(-x * x),
... )
>>> try:
...     check_rule(gaussian)
... except RuleError as error:
...     print(error)
gaussian(0.5) breaks the law: the first derivative is that of the reference
    ans        0.7788007830714049
    entry      ∂/∂x
    mode       forward
    got        -0.38940039153570244
    want       -0.7788007830714049
    tolerance  1.6...e-14
To reproduce it:
    import numpy as np
    import autograd
    f = autograd.table['gaussian']
    print(autograd.jacobian(f, (0,), mode='forward')(0.5))
>>> del table["gaussian"]
"""

from autograd.facts import Kink
from autograd.testing.checks import check_grads, check_rule
from autograd.testing.failure import RuleError
from autograd.testing.graph import Graph
from autograd.testing.reference import derivative
from autograd.testing.strategies import Call, cotangents, graphs, inputs_for

__all__ = [
    "Call", "Graph", "Kink", "RuleError", "check_grads", "check_rule", "cotangents", "derivative", "graphs",
    "inputs_for",
]  # fmt: skip
