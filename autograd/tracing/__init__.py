"""Functions written down once and replayed: `trace` gives a `Program`, `jit` keeps programs by shapes and by path.

`tracer` looks on while the function runs, `reading` makes rows of integers of what was recorded, `numbering` gives them
slots, shares and simplifies them, and makes the equations of gradients from the rules (`templates`); its loops are in
`kernels`. `listing` is what comes of it, and `program` what users see. `source` turns equations into Python, `schedule`
into runs (`sums`, `chains`, `lines`) for numpy (`levels`) and numba (`machine`, which compiles the loops, too, with the
table of `hashing`); `compiled` is `jit`.
"""

from autograd.tracing.compiled import CacheInfo, Jitted, jit
from autograd.tracing.equations import Equation
from autograd.tracing.listing import Guard
from autograd.tracing.program import Program, trace

__all__ = ["CacheInfo", "Equation", "Guard", "Jitted", "Program", "jit", "trace"]
