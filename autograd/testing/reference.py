"""The oracle: what a value and its derivatives are, found without any derivative rule.

Both modes read one table, so comparing them proves only the traversal. Here derivatives come from the primal alone:

* an **mpmath complex step** where there is a high-precision primal (`Facts.reference`). Along a direction a the values
  at x + ia and x + 2ia are, with F = f(x + ita) and the Taylor coefficients Dₖ along a,
  Im F = tD₁ - t³D₃/6 + …, Re F = f - t²D₂/2 + …, so that the first derivative needs no subtraction that cancels, and
  the others cancel only digits that are there (Squire and Trapp, "Using complex variables to estimate derivatives of
  real functions", 1998). Steps are 1e-35 of the natural scale. Digits are added until two evaluations with different
  steps and different precision agree to 1e-25, so that there are no false alarms;
* **the function itself** where it is linear in each operand, else **finite differences**: see
  `autograd.testing.differences`.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Jet", "Vector", "derivative", "jet_of_reference"]

Array = NDArray[np.float64]
Vector = Callable[[list[Any]], Sequence[Any]]
"""A function of a flat list of numbers whose result is one."""

_LADDER = (160, 320, 500, 1280, 3000, 4500)
_STEPS = (-35, -36, -35, -36, -35, -36)
_AGREED, _FAR = mpmath.mpf("1e-25"), mpmath.mpf("1e40")
_BELOW = mpmath.mpf(10) ** -345
"""What is smaller than this is no float64."""

_NORMAL, _SUBNORMAL = float(np.finfo(np.float64).smallest_normal), float(np.finfo(np.float64).smallest_subnormal)
_MULTIPLE = 1e30
"""What is a larger multiple of a subnormal operand was not made by multiplying it."""

c = 64.0


@dataclass(frozen=True)
class Jet:
    """Value and derivatives of a function of n numbers with m results, in float64; nan where the oracle gave up.

    Attributes
    ----------
    orders : arrays of shape (m,), (m, n), (m, n, n), and for few operands (m, n, n, n).
    errors : the error bound of the oracle for each; 0.0 where it is exact to float64.
    source : what messages call the oracle.
    """

    orders: tuple[Array, ...]
    errors: tuple[Any, ...] = (0.0, 0.0, 0.0, 0.0)
    source: str = "the reference"

    @property
    def is_judged(self) -> bool:
        """Whether it says anything of the first derivatives."""
        return not self.orders[1].size or not bool(np.isnan(self.orders[1]).all())

    def tolerance(self, order: int, xs: Array, eps: float) -> Array:
        """How far from this a computed derivative may be.

        c·ε·(|g| + min(Σⱼ|xⱼHⱼ|, 1e6·|g|)) with c = 64: a few ulp, times the condition number, which is that of the
        derivative in question (where that is 0, as on a change of sign, Σ alone); 64 of the smallest floats for what
        underflows; and the error of the oracle. Where a first derivative overflows nothing is asked of the second,
        which are made of it.
        """
        with np.errstate(all="ignore"):
            size = np.abs(self.orders[order])
            if order + 1 < len(self.orders):
                sensitivity = np.nansum(np.abs(self.orders[order + 1] * xs), axis=-1)
            else:  # the largest entry stands for what we do not know
                sensitivity = np.broadcast_to(np.max(size, initial=0.0), size.shape)
            bounded = np.where(size == 0.0, sensitivity, np.minimum(sensitivity, 1e6 * size))
            tiny = 64.0 * self._underflow(order, xs)
            tolerance = c * eps * (size + bounded) + tiny + self.errors[order]
        if order > 1:
            tolerance[np.isinf(self.orders[1]).any(axis=1)] = np.inf
        return np.asarray(tolerance, np.float64)

    def _underflow(self, order: int, xs: Array) -> Array:
        """What one rounding of a subnormal number makes: where value or first derivative is one, so much more.

        So it is where an operand is one, if the derivative is some multiple of it.
        """
        grown = np.ones(self.orders[order].shape)
        for lower in (*self.orders[:order], xs):
            size = np.abs(lower[(lower != 0.0) & (np.abs(lower) < _NORMAL)])
            if size.size:
                ratio = np.abs(self.orders[order]) / np.min(size)
                grown = np.maximum(grown, np.where(ratio < (_MULTIPLE if lower is xs else np.inf), ratio, 1.0))
        return grown * _SUBNORMAL


# --- mpmath ---


def derivative(reference: Callable[..., Any], xs: Sequence[float], order: int = 1, scale: float = 1.0) -> Array:
    """All partial derivatives of one order, up to 3, of a function written for mpmath.

    Parameters
    ----------
    reference : ``reference(mp, x, y, ...)``, in functions of ``mp``, analytic near `xs`.
    xs : the point.
    order : 0 for the value, 1 for the gradient, 2 for the Hessian, 3 for all third derivatives.
    scale : over what distance the function changes near 0.

    Examples
    --------
    >>> derivative(lambda mp, x, y: mp.sin(x) * y, (0.0, 2.0))
    array([2., 0.])
    >>> derivative(lambda mp, x: mp.tanh(x), (20.0,), order=2)
    array([[-3.3986834e-17]])
    """
    jet = jet_of_reference(lambda point: [reference(mpmath.mp, *point)], tuple(xs), scale)
    if jet is None:
        raise ValueError(f"the function has no derivative at {tuple(xs)}, or is not analytic there")
    wanted: Array = jet.orders[order][0]
    return wanted


def jet_of_reference(function: Vector, xs: Sequence[float], scale: float = 1.0) -> Jet | None:
    """The jet of a function of mpmath numbers: of order 3 for up to three operands, 2 for up to four, else 1.

    None at points where the function cannot be resolved: at a singular point, or on a kink.
    """
    least = min([scale, *(abs(x) for x in xs if x)])  # beside a tiny operand a function may bend as fast near 0
    far = [abs(x) if x else least for x in xs]
    near = [min(scale, s) for s in far]
    for complex_step in (True, False):
        for scales in [far] if near == far else [far, near]:
            found = _agreed(function, xs, scales, complex_step)
            if found is not None:
                return Jet(found)
    return None


def _agreed(
    function: Vector, xs: Sequence[float], scales: Sequence[float], complex_step: bool
) -> tuple[Array, ...] | None:
    """The derivatives on which two steps of the ladder agree, or None."""
    before = None
    sizes = [mpmath.mag(x) for x in (*xs, *scales) if x]
    span = (max(sizes) - min(sizes)) // 3 if sizes else 0  # digits that a sum of operands needs
    span = max(span, 2 * max(map(abs, sizes), default=0) // 3)  # and those of 1 - cos(x), or of a period
    for digits, power in zip(_LADDER, _STEPS, strict=True):
        with mpmath.workdps(digits + span):
            steps = [mpmath.mpf(10) ** power * mpmath.mpf(s) for s in scales]
            try:
                now = _differences(function, [mpmath.mpf(x) for x in xs], steps, complex_step)
            except (TypeError, ValueError, ZeroDivisionError, OverflowError):
                return None
            if any(mpmath.im(x) for x in now[0][0]):
                return None  # outside the domain, such as log(-1)
            if before is not None:
                verdict = _compare(before, now)
                if verdict == "agree":
                    if complex_step and not _is_analytic(function, xs, steps, now):
                        return None
                    return tuple(_floats(array, noise) for array, noise in now)
                if verdict == "wrong":
                    return None
            before = now
    return None


_Entries = list[tuple[Any, Any]]
"""Per order the entries and the size of their rounding errors, as object arrays of mpf."""


def _compare(before: _Entries, now: _Entries) -> str:
    """Whether two evaluations agree; if not, whether for lack of digits, or because the step was too long."""
    verdict = "agree"
    for (old, old_noise), (new, new_noise) in zip(before, now, strict=True):
        for place in np.ndindex(new.shape):
            a, b, noise_a, noise_b = old[place], new[place], old_noise[place], new_noise[place]
            if b != b:
                return "wrong"
            if b and 99 < max(abs(a / b), abs(b / a) if a else 0) < 101:
                new[place] = mpmath.mpf(0)  # it follows the square of the step: all of it is the error of that
            elif abs(b) <= noise_b * 10:
                if noise_b > _BELOW:  # zero, or the tail of something: more digits will tell
                    verdict = "short"
            elif abs(a - b) > abs(b) * _AGREED:
                if abs(a) > noise_a * _FAR and abs(b) > noise_b * _FAR:
                    return "wrong"
                verdict = "short"
    return verdict


def _differences(function: Vector, xs: list[Any], steps: list[Any], complex_step: bool) -> _Entries:
    """Value, first, second and third derivatives at `xs` from differences along the axes and diagonals."""
    n = len(xs)
    middle = _column(function(xs))
    along: dict[tuple[int, ...], tuple[Any, Any, Any]] = {}

    def taylor(*signed: tuple[int, int]) -> tuple[Any, Any, Any]:
        """D₁, D₂, D₃ along the sum of some steps, each given as (operand, sign)."""
        shift = [mpmath.mpf(0)] * n
        for operand, sign in signed:
            shift[operand] += sign * steps[operand]

        def at(t: Any) -> Any:
            return _column(function([x + t * d if d else x for x, d in zip(xs, shift, strict=True)]))

        if complex_step:
            one, two = at(mpmath.mpc(0, 1)), at(mpmath.mpc(0, 2))
            first, second = _imaginary(one), _imaginary(two)
            return (8 * first - second) / 6, 2 * (middle - _real(one)), 2 * first - second
        up, down, up2, down2 = at(1), at(-1), at(2), at(-2)
        return (8 * (up - down) - (up2 - down2)) / 12, up - 2 * middle + down, (up2 - down2) / 2 - (up - down)

    for i in range(n):
        along[i,] = taylor((i, 1))
    shape = (len(middle), n)
    first, second = np.empty(shape, object), np.empty((*shape, n), object)
    for i in range(n):
        first[:, i], second[:, i, i] = along[i,][0], along[i,][1]
    third: Any = np.empty((*shape, n, n), object) if n <= 3 else None
    for i, j in itertools.combinations(range(n), 2) if n <= 4 else ():
        plus = taylor((i, 1), (j, 1))
        second[:, i, j] = second[:, j, i] = (plus[1] - along[i,][1] - along[j,][1]) / 2
        if third is not None:
            minus, pure_i, pure_j = taylor((i, 1), (j, -1)), along[i,][2], along[j,][2]
            iij, ijj = (plus[2] - minus[2] - 2 * pure_j) / 6, (plus[2] + minus[2] - 2 * pure_i) / 6
            for place in set(itertools.permutations((i, i, j))):
                third[(slice(None), *place)] = iij
            for place in set(itertools.permutations((i, j, j))):
                third[(slice(None), *place)] = ijj
    if third is not None:
        for i in range(n):
            third[:, i, i, i] = along[i,][2]
        if n == 3:
            pure = sum(third[:, i, i, i] for i in range(3))
            pairs = sum(3 * third[:, i, i, j] for i in range(3) for j in range(3) if i != j)
            mixed = (taylor((0, 1), (1, 1), (2, 1))[2] - pure - pairs) / 6
            for place in itertools.permutations(range(3)):
                third[(slice(None), *place)] = mixed
    orders = [middle, first, second, third][: 4 if n <= 3 else 3 if n <= 4 else 2]
    return _in_units(orders, steps, middle, max([mpmath.mpf(1), *map(abs, xs)]))


def _is_analytic(function: Vector, xs: Sequence[float], steps: list[Any], found: _Entries) -> bool:
    """Whether a real step says the same as the complex one, which means nothing for functions such as ``abs``."""
    ratios = [1, mpmath.mpf("0.618"), mpmath.mpf("-0.732")]  # a function of x - y must not stand still
    near = [h * ratios[i % 3] / (1 + i // 3) * mpmath.mpf("1e-20") for i, h in enumerate(steps)]
    parts = found[1][0] * np.array(near, object)
    pairs = [*zip(xs, near, strict=True), *((x, d) for x, row in zip(found[0][0], parts, strict=True) for d in row)]
    digits = max((mpmath.mag(x) - mpmath.mag(d) for x, d in pairs if x and d), default=0) // 3
    with mpmath.workdps(mpmath.mp.dps + 40 + min(max(digits, 0), 300)):
        ahead = _column(function([x + h for x, h in zip(xs, near, strict=True)]))
        back = _column(function([x - h for x, h in zip(xs, near, strict=True)]))
        room = abs(parts).sum(axis=1) * mpmath.mpf("1e-15") + abs(found[0][0]) * mpmath.mpf(10) ** (9 - mpmath.mp.dps)
        return not np.any(abs((ahead - back) / 2 - parts.sum(axis=1)) > room)


def _in_units(orders: list[Any], steps: list[Any], middle: Any, least: Any) -> _Entries:
    """Derivatives by the operands instead of by steps, with the rounding errors they carry.

    Numbers as large as `least` may have cancelled inside the function, such as in 1 - cos(x).
    """
    rounding = mpmath.mpf(10) ** (8 - mpmath.mp.dps)
    spread = np.array([max(abs(x), least) * rounding for x in middle], object)
    found = []
    for order, array in enumerate(orders):
        unit: Any = np.array(mpmath.mpf(1), object)
        for _ in range(order):
            unit = np.multiply.outer(unit, np.array(steps, object))
        noise = np.empty(array.shape, object)
        noise[...] = spread.reshape(-1, *[1] * order)
        found.append((array / unit, noise / unit))
    return found


def _column(results: Sequence[Any]) -> Any:
    column = np.empty(len(results), object)
    column[:] = [mpmath.mpmathify(result) for result in results]
    return column


def _real(column: Any) -> Any:
    return np.array([mpmath.re(x) for x in column], object)


def _imaginary(column: Any) -> Any:
    return np.array([mpmath.im(x) for x in column], object)


def _floats(array: Any, noise: Any) -> Array:
    """Rounded to float64; what is nothing but rounding error is 0."""
    out = np.empty(array.shape)
    for place in np.ndindex(array.shape):
        x = array[place]
        try:
            out[place] = 0.0 if abs(x) <= noise[place] * 10 else float(mpmath.re(x))
        except OverflowError:
            out[place] = np.copysign(np.inf, float(mpmath.sign(mpmath.re(x))))
    return out
