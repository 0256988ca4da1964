"""Functions written down once and replayed: `trace` gives a `Program`, `jit` keeps programs by shapes and by path.

`tracer` looks on while the function runs, `listing` makes equations of what was recorded, `numbering` shares and
simplifies them, `program` is what comes of it. `source` turns the equations into Python, `schedule` into runs for numpy
(`levels`) and numba (`machine`); `compiled` is `jit`.
"""

from autograd.tracing.compiled import CacheInfo, Jitted, jit
from autograd.tracing.equations import Equation
from autograd.tracing.listing import Guard
from autograd.tracing.program import Program, trace

__all__ = ["CacheInfo", "Equation", "Guard", "Jitted", "Program", "jit", "trace"]
