"""The laws of a derivative rule, one small function each. They raise a `RuleError` where a rule breaks one.

A `Case` is a function at a point. Laws about numbers ask the oracle; laws about behaviour (shapes, memory, zeros,
accumulation) ask nothing but the function itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, NoReturn

import numpy as np

from autograd.primitive import Primitive, quiet, raw_of
from autograd.testing.failure import RuleError, preamble, show
from autograd.testing.reference import Array, Jet
from autograd.transforms import jacobian, jvp, vjp

__all__ = ["EPS", "MODES", "TINY", "Case", "first_order", "flatten", "judge", "slopes", "value", "wrong"]

MODES = ("forward", "reverse")
TINY, EPS = float(np.finfo(np.float64).smallest_normal), float(np.finfo(np.float64).eps)


class Case:
    """A function of floats or arrays, at a point.

    Parameters
    ----------
    subject : a primitive, or any function of floats, arrays or nodes.
    args, params : where to call it.
    oracle : gives the jet of the function there, or None where it cannot.
    """

    def __init__(
        self, subject: Callable[..., Any], args: Sequence[Any], params: dict[str, Any], oracle: Callable[[], Jet | None]
    ) -> None:
        self.subject, self.args, self.params, self._oracle = subject, tuple(args), params, oracle
        self.name = subject.name if isinstance(subject, Primitive) else getattr(subject, "__name__", repr(subject))
        self.flat: Array = np.concatenate([np.ravel(np.asarray(x, np.float64)) for x in self.args])
        self.sizes = [np.size(x) for x in self.args]

    def __call__(self, *xs: Any) -> Any:
        """The function with its static parameters."""
        return self.subject(*xs, **self.params)

    __name__ = "f"

    @cached_property
    def jet(self) -> Jet | None:
        """What the oracle says; None where it says nothing."""
        return self._oracle()

    @cached_property
    def out(self) -> Any:
        """The result as a number or an array."""
        if not isinstance(self.subject, Primitive):  # it may want nodes
            return raw_of(vjp(self, *self.args)[0])
        with quiet():
            return raw_of(self(*self.args))

    @property
    def is_scalar(self) -> bool:
        """Whether it takes floats alone."""
        return all(isinstance(x, float) for x in self.args)

    @property
    def ones(self) -> Any:
        """A cotangent of ones."""
        return np.ones_like(self.out) if isinstance(self.out, np.ndarray) else 1.0

    def placed(self, numbers: Array) -> tuple[Any, ...]:
        """A flat list of numbers in the shapes of the operands."""
        ends = np.cumsum(self.sizes)[:-1]
        parts = np.split(numbers, ends)
        return tuple(
            part.reshape(np.shape(x)).astype(np.asarray(x).dtype) if isinstance(x, np.ndarray) else float(part[0])
            for part, x in zip(parts, self.args, strict=True)
        )

    def name_of(self, place: int) -> str:
        """What to call one number among all the operands."""
        for letter, x, size in zip("xyzuvw" + "p" * len(self.args), self.args, self.sizes, strict=False):
            if place < size:
                at = np.unravel_index(place, np.shape(x))
                return letter + (f"[{', '.join(map(str, at))}]" if at else "")
            place -= size
        return "?"

    def program(self, line: str) -> str:
        """A program that ends by printing what went wrong."""
        return f"{preamble(self.subject, self.params, self.args)}\n{line}"

    @property
    def at(self) -> str:
        """The operands as text."""
        return ", ".join(map(show, self.args))

    def fail(self, law: str, line: str = "", **told: Any) -> NoReturn:
        """Raise the error."""
        program, out = self.program(line) if line else "", self.__dict__.get("out")
        ans = out if out is not None and np.size(out) <= 8 else None
        raise RuleError(self.name, law, point=self.args, params=self.params, program=program, ans=ans, **told)


def flatten(parts: Any) -> Array:
    """Nodes, floats and arrays as one flat array."""
    if not isinstance(parts, tuple | list):
        parts = (parts,)
    return np.concatenate([np.ravel(np.asarray(raw_of(part), np.float64)) for part in parts])


def wrong(got: Array, want: Array, tolerance: Array) -> Any:
    """Where numbers are further apart than allowed; where the truth overflows, so may they, to inf or nan."""
    with np.errstate(all="ignore"):
        near = (np.abs(got - want) <= tolerance) | (got == want)
        over = (np.abs(want) >= 1.79e308) & ~(np.abs(got) < 1e300) & ~(np.sign(got) == -np.sign(want))
        return ~(near | over | np.isnan(want) | np.isinf(tolerance))


def judge(
    case: Case,
    law: str,
    got: Array,
    want: Array,
    tolerance: Array,
    entry: Callable[..., str],
    line: str,
    mode: str = "",
) -> None:
    """Fail at the first number that is too far from what it should be."""
    if got.shape != want.shape:
        case.fail(law, line, mode=mode, got=f"shape {got.shape}", want=f"shape {want.shape}")
    bad = wrong(got, want, tolerance)
    if np.any(bad):
        place = tuple(map(int, np.argwhere(bad)[0]))
        case.fail(
            law, line, entry=entry(*place), mode=mode, got=float(got[place]), want=float(want[place]),
            tolerance=float(tolerance[place]),
        )  # fmt: skip


# --- numbers against the oracle ---


def value(case: Case) -> None:
    """The value is that of the reference."""
    if case.jet is not None:
        judge(
            case, f"the value is that of {case.jet.source}", flatten(case.out), case.jet.orders[0],
            case.jet.tolerance(0, case.flat, EPS), lambda m: f"number {m} of the result", f"print(f({case.at}))",
        )  # fmt: skip


def first_order(case: Case, modes: Sequence[str] = MODES) -> None:
    """The derivative is that of the reference, in both modes."""
    if case.jet is None:
        return
    want, tolerance = case.jet.orders[1], case.jet.tolerance(1, case.flat, EPS)
    for mode in modes:
        got, line = slopes(case, mode)
        judge(
            case, f"the first derivative is that of {case.jet.source}", got, want, tolerance,
            lambda m, n: f"∂/∂{case.name_of(n)}" + (f" of number {m} of the result" if want.shape[0] > 1 else ""),
            line, mode,
        )  # fmt: skip


def slopes(case: Case, mode: str) -> tuple[Array, str]:
    """All first derivatives, of shape (size of the result, size of the operands), and the line that prints them."""
    everything, size = tuple(range(len(case.args))), np.size(case.out)
    blocks = jacobian(case, everything, mode=mode)(*case.args)  # type: ignore[arg-type]
    shaped = [np.reshape(raw_of(block), (size, n)) for block, n in zip(blocks, case.sizes, strict=True)]
    return np.concatenate(shaped, axis=1), f"print(autograd.jacobian(f, {everything}, mode={mode!r})({case.at}))"


def lanes(cases: Sequence[Case]) -> None:
    """A Tensor of shape (), and one lane of a batch, have the numbers of a Value: to second order."""
    known = [case for case in cases if case.jet is not None]
    if not known:
        return
    columns = tuple(np.array(column) for column in zip(*(case.args for case in known), strict=True))
    batch = Case(known[0].subject, columns, known[0].params, lambda: None)
    _check_lanes(batch, known)
    for case in known[:3]:
        _check_lanes(Case(case.subject, tuple(map(np.array, case.args)), case.params, lambda: None), [case])


def _check_lanes(batch: Case, cases: Sequence[Case]) -> None:
    count = range(len(batch.args))
    ones = np.ones(np.shape(batch.args[0]))

    def first(i: int) -> Callable[..., Any]:
        return lambda *xs: vjp(batch, *xs)[1](ones)[i]

    found: list[tuple[int, tuple[int, ...], Any, str]] = [(0, (), batch.out, "f(*xs)")]
    for i in count:
        line = f"autograd.vjp(f, *xs)[1](np.ones({ones.shape}))[{i}]"
        found.append((1, (i,), first(i)(*batch.args), line))
        tangents = tuple(ones if i == k else 0.0 * ones for k in count)
        found.append((1, (i,), jvp(batch, batch.args, tangents)[1], f"autograd.jvp(f, xs, {show(tangents)})[1]"))
        for j in count:
            nested = f"autograd.vjp(lambda *xs: {line}, *xs)[1](np.ones({ones.shape}))[{j}]"
            found.append((2, (i, j), vjp(first(i), *batch.args)[1](ones)[j], nested))
    promised = batch.subject.facts.order if isinstance(batch.subject, Primitive) else 2
    for order, place, result, line in found:
        if order > promised:
            continue
        got = flatten(result)
        for lane, case in enumerate(cases):
            assert case.jet is not None
            at: Any = (slice(None), *place)
            want, tolerance = case.jet.orders[order][at], case.jet.tolerance(order, case.flat, EPS)[at]
            if np.any(wrong(got[lane : lane + 1], want, tolerance)):
                kind = "a lane of a batch" if len(cases) > 1 else "a Tensor of shape ()"
                case.fail(
                    f"{kind} has the numbers of a Value", f"xs = {show(batch.args)}\nprint({line}[{lane}:][:1])"
                    if len(cases) > 1 else f"xs = {show(batch.args)}\nprint({line})",
                    entry="∂" * order + "".join(f" {case.name_of(k)}" for k in place) or "the value",
                    mode="arrays", got=float(got[lane]), want=float(want[0]), tolerance=float(tolerance[0]),
                )  # fmt: skip


# --- cotangents ---


def linear_in_the_cotangent(case: Case) -> None:
    """Twice a cotangent gives twice the gradient, and the sum of two that of theirs."""
    law, pullback = "the gradient is linear in the cotangent", vjp(case, *case.args)[1]
    once, line = flatten(pullback(case.ones)), f"pullback = autograd.vjp(f, {case.at})[1]"
    with np.errstate(all="ignore"):
        for factor in (2.0, -1.0, 0.125):
            got, want = flatten(pullback(factor * case.ones)), factor * once
            usual = np.isfinite(want) & (np.abs(once) > 1e3 * TINY) & (np.abs(once) < 1e300)
            judge(
                case, law, np.where(usual, got, 0.0), np.where(usual, want, 0.0), 8 * EPS * np.abs(want),
                lambda n: f"∂/∂{case.name_of(n)}",
                f"{line}\nprint(pullback({show(case.ones)}), pullback({show(factor * case.ones)}))", "reverse",
            )  # fmt: skip
        g = np.reshape(np.resize([1.0, -3.0, 0.7, 0.0], np.size(case.out)), np.shape(case.out))
        h = np.reshape(np.resize([0.3, 0.9, -2.0], np.size(case.out)), np.shape(case.out))
        g, h = (g, h) if isinstance(case.out, np.ndarray) else (float(g), float(h))  # type: ignore[assignment]
        parts = [flatten(pullback(seed)) for seed in (g, h, g + h)]
        room = flatten(pullback(np.abs(g) + np.abs(h) if isinstance(g, np.ndarray) else abs(g) + abs(h)))
        most = np.max(np.abs([*parts, room]), initial=0.0)
        usual = np.isfinite(parts[0] + parts[1] + parts[2])
        judge(
            case, law, np.where(usual, parts[2], 0.0), np.where(usual, parts[0] + parts[1], 0.0),
            np.full(once.shape, 64 * EPS * most + 1e3 * TINY), lambda n: f"∂/∂{case.name_of(n)}",
            f"{line}\nprint(pullback({show(g)}), pullback({show(h)}), pullback({show(g + h)}))", "reverse",
        )  # fmt: skip


def strong_zero(case: Case) -> None:
    """A zero cotangent, or tangent, gives exactly zero, whatever the partial derivative."""
    zero = 0.0 * case.ones
    still = tuple(0.0 * np.ones_like(x) if isinstance(x, np.ndarray) else 0.0 for x in case.args)
    for mode, got, line in (
        ("reverse", vjp(case, *case.args)[1](zero), f"autograd.vjp(f, {case.at})[1]({show(zero)})"),
        ("forward", jvp(case, case.args, still)[1], f"autograd.jvp(f, {show(case.args)}, {show(still)})[1]"),
    ):
        if np.any(flatten(got) != 0.0):
            bad = float(flatten(got)[flatten(got) != 0.0][0])
            case.fail("what a zero gives is zero", f"print({line})", mode=mode, got=bad, want=0.0)


def forward_is_reverse(case: Case) -> None:
    """⟨w, J v⟩ = ⟨Jᵀ w, v⟩: one mode is the transpose of the other."""
    w = np.reshape(np.resize([1.0, -2.0, 0.5], np.size(case.out)), np.shape(case.out))
    w = w if isinstance(case.out, np.ndarray) else 1.0  # type: ignore[assignment]
    direction = np.resize([1.0, 0.5, -1.0, 2.0], case.flat.shape)
    pulled, pushed = flatten(vjp(case, *case.args)[1](w)), flatten(jvp(case, case.args, case.placed(direction))[1])
    with np.errstate(all="ignore"):
        left, right = pulled * direction, pushed * flatten(w)
        size = np.sum(np.abs(left)) + np.sum(np.abs(right))
        if np.isfinite(size) and abs(np.sum(left) - np.sum(right)) > 256 * EPS * size + 1e3 * TINY:
            case.fail(
                "⟨w, J v⟩ = ⟨Jᵀ w, v⟩",
                f"w, v = {show(w)}, {show(case.placed(direction))}\n"
                f"print(autograd.jvp(f, {show(case.args)}, v)[1] * w, autograd.vjp(f, {case.at})[1](w))",
                got=float(np.sum(right)), want=float(np.sum(left)), tolerance=256 * EPS * size, mode="forward",
            )  # fmt: skip


def convention(case: Case, partials: Sequence[float | None], where: str) -> None:
    """On a kink the derivative is what the row says, in both modes."""
    for mode, (position, want) in itertools.product(MODES, enumerate(partials)):
        if want is not None:
            got = float(raw_of(jacobian(case, position, mode=mode)(*case.args)))  # type: ignore[arg-type]
            if not abs(got - want) <= 4 * EPS * abs(want):
                line = f"print(autograd.jacobian(f, {position}, mode={mode!r})({case.at}))"
                law = f"the convention on the kink {where} holds"
                case.fail(law, line, mode=mode, entry=f"∂/∂{case.name_of(position)}", got=got, want=want)


def between(case: Case) -> None:
    """On a kink the derivative lies between those beside it, whatever the static parameters."""
    step = 1e-7
    beside = [
        case.flat + side * step * (1.0 + np.abs(case.flat)) * unit
        for unit in np.eye(case.flat.size) for side in (1.0, -1.0)
    ]  # fmt: skip
    for mode, position in itertools.product(MODES, range(case.flat.size)):
        slope = jacobian(case, position, mode=mode)  # type: ignore[arg-type]
        found = [float(raw_of(slope(*case.placed(point)))) for point in beside]
        got, room = float(raw_of(slope(*case.args))), 1e3 * step * (1.0 + max(map(abs, found)))
        if not min(found) - room <= got <= max(found) + room:
            case.fail(
                "the derivative on a kink lies between those beside it",
                f"print(autograd.jacobian(f, {position}, mode={mode!r})({case.at}))", mode=mode,
                entry=f"∂/∂{case.name_of(position)}", got=got, want=f"{min(found)} to {max(found)}",
            )  # fmt: skip
