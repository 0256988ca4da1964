"""Sign, extremes, selection and comparison.

Legend: see `autograd/rules/arithmetic.py`. Conventions at kinks: |x|'(0) = 0, a tie of maximum or minimum passes half
to each operand.
"""

import math
import operator

import numpy as np

from autograd.primitive import elementwise, table

__all__ = [
    "abs", "equal", "greater", "greater_equal", "less", "less_equal", "maximum", "minimum", "not_equal", "sign",
    "where",
]  # fmt: skip

# --- sign and selection ---

abs = elementwise(
    "abs", operator.abs, np.abs,
    lambda g, ans, x: g * sign(x),
    symbol="|x|", latex=r"\left|{}\right|", doc="The absolute value, with |x|'(0) = 0.",
)  # fmt: skip
sign = elementwise(
    "sign", lambda x: math.copysign(1.0, x) if x else x, np.sign, None,
    latex=r"\operatorname{{sign}}({})", doc="-1, 0 or 1; its derivative is 0 everywhere.",
)  # fmt: skip
maximum = elementwise(
    "maximum", lambda x, y: x if x > y or x != x else y, np.maximum,
    lambda g, ans, x, y: where(equal(x, y), 0.5 * g, where(greater(x, y), g, 0.0)),
    lambda g, ans, x, y: where(equal(x, y), 0.5 * g, where(greater(y, x), g, 0.0)),
    symbol="max", latex=r"\max({}, {})", doc="The larger of x and y; a tie passes half the gradient to each.",
)  # fmt: skip
minimum = elementwise(
    "minimum", lambda x, y: x if x < y or x != x else y, np.minimum,
    lambda g, ans, x, y: where(equal(x, y), 0.5 * g, where(less(x, y), g, 0.0)),
    lambda g, ans, x, y: where(equal(x, y), 0.5 * g, where(less(y, x), g, 0.0)),
    symbol="min", latex=r"\min({}, {})", doc="The smaller of x and y; a tie passes half the gradient to each.",
)  # fmt: skip
where = elementwise(
    "where", lambda c, x, y: x if c else y, np.where,
    None,
    lambda g, ans, c, x, y: where(c, g, 0.0),
    lambda g, ans, c, x, y: where(c, 0.0, g),
    latex=r"\begin{{cases}} {1} & {0} \\ {2} \end{{cases}}",
    doc="x where the condition c holds, else y. The branch not taken contributes exactly 0, even where it is nan.",
)  # fmt: skip

# --- comparison: true or false, no derivative, so plain bools and arrays come back ---

greater = elementwise("greater", operator.gt, np.greater, comparison=True, symbol=">", latex="{} > {}", doc="x > y.")
less = elementwise("less", operator.lt, np.less, comparison=True, symbol="<", latex="{} < {}", doc="x < y.")
greater_equal = elementwise(
    "greater_equal", operator.ge, np.greater_equal, comparison=True, symbol="≥", latex=r"{} \ge {}", doc="x ≥ y.",
)  # fmt: skip
less_equal = elementwise(
    "less_equal", operator.le, np.less_equal, comparison=True, symbol="≤", latex=r"{} \le {}", doc="x ≤ y."
)
equal = elementwise("equal", operator.eq, np.equal, comparison=True, symbol="=", latex="{} = {}", doc="x = y.")
not_equal = elementwise(
    "not_equal", operator.ne, np.not_equal, comparison=True, symbol="≠", latex=r"{} \ne {}", doc="x ≠ y."
)

table.bind(globals())
