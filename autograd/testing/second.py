"""The laws of second derivatives: in all nestings of the modes, along units or a few directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from autograd.testing.differences import jet_of_numbers
from autograd.testing.failure import show
from autograd.testing.laws import EPS, MODES, TINY, Case, first_order, flatten, judge, value
from autograd.testing.reference import Array, Jet, Vector
from autograd.transforms import jvp, vjp

__all__ = ["NUMBERS", "nestings", "second_along", "second_order"]


def second_order(case: Case, modes: Sequence[str] = MODES) -> None:
    """The second derivative is that of the reference, in all nestings of the modes; without one, they agree."""
    if case.jet is None:
        return
    weights = np.resize([1.0, -2.0, 0.5], flatten(case.out).shape)
    cotangent = np.reshape(weights, np.shape(case.out)) if isinstance(case.out, np.ndarray) else 1.0
    weights = weights if isinstance(case.out, np.ndarray) else np.ones(1)
    units = np.eye(case.flat.size) if case.flat.size <= 3 else [np.resize([1.0, -1.0, 2.0, 0.0], case.flat.shape)]
    for unit in units:
        direction = case.placed(np.asarray(unit))
        named, ways = show(direction), nestings(case, cotangent, direction)
        found = {nesting: flatten(run()) for nesting, (run, _) in ways.items() if set(nesting) <= set(modes)}
        pure = _contracted(case.jet, case.flat, weights, np.asarray(unit))
        for (outer, inner), got in found.items():
            both = outer == inner == "forward"
            law = f"the second derivative is that of {case.jet.source}"
            if pure is not None:
                want, tolerance = pure[both]
            else:  # the oracle is silent: forward over forward has the shape of the result, the others agree
                base = next(other for nesting, other in found.items() if (nesting == ("forward", "forward")) == both)
                size = np.max(np.abs(base), initial=0.0) + np.max(np.abs(case.jet.orders[1]), initial=0.0)
                want, tolerance = base, np.full(base.shape, 1e-9 * size + TINY)
                law = "the second derivative is the same in all nestings of the modes"
            judge(
                case, law, got, want, tolerance,
                partial(_second_entry, case, both, named),
                f"print({ways[outer, inner][1]})", f"{outer} over {inner}",
            )  # fmt: skip


def _second_entry(case: Case, both: bool, direction: str, n: int) -> str:
    return "∂²/∂u²" if both else f"∂/∂{case.name_of(n)} of the derivative along {direction}"


def nestings(
    case: Case, cotangent: Any, direction: tuple[Any, ...]
) -> dict[tuple[str, str], tuple[Callable[[], Any], str]]:
    """The second derivative along `direction` by (outer mode, inner mode), and the same as text."""

    def pulled(*xs: Any) -> Any:
        return vjp(case, *xs)[1](cotangent)

    def pushed(*xs: Any) -> Any:
        return jvp(case, xs, direction)[1]

    pull = f"lambda *xs: autograd.vjp(f, *xs)[1]({show(cotangent)})"
    push = f"lambda *xs: autograd.jvp(f, xs, {show(direction)})[1]"
    point = f"{show(case.args)}, {show(direction)}"
    return {
        ("reverse", "reverse"): (
            lambda: vjp(pulled, *case.args)[1](direction),
            f"autograd.vjp({pull}, {case.at})[1]({show(direction)})",
        ),
        ("forward", "reverse"): (
            lambda: jvp(pulled, case.args, direction)[1],
            f"autograd.jvp({pull}, {point})[1]",
        ),
        ("reverse", "forward"): (
            lambda: vjp(pushed, *case.args)[1](cotangent),
            f"autograd.vjp({push}, {case.at})[1]({show(cotangent)})",
        ),
        ("forward", "forward"): (
            lambda: jvp(pushed, case.args, direction)[1],
            f"autograd.jvp({push}, {point})[1]",
        ),
    }


def _contracted(jet: Jet, xs: Array, weights: Array, unit: Array) -> tuple[tuple[Array, Array], ...] | None:
    """What the oracle says of wᵀ H u and of uᵀ H u, each with its tolerance; None if it knows no second derivative."""
    if len(jet.orders) < 3:
        return None
    second, tolerance = jet.orders[2], jet.tolerance(2, xs, EPS)
    with np.errstate(all="ignore"):
        contracted = []
        for array, signed in ((second, True), (tolerance, False)):
            w, u = (weights, unit) if signed else (np.abs(weights), np.abs(unit))
            along = _dot(array, u)
            contracted.append((_dot(along.T, w), _dot(along, u)))
        along = _dot(np.abs(second), np.abs(unit))
        spread = _dot(along.T, np.abs(weights)), _dot(along, np.abs(unit))
        slack = 4 * EPS
        return tuple((contracted[0][k], contracted[1][k] + slack * spread[k]) for k in range(2))


def _dot(array: Array, vector: Array) -> Array:
    """A sum of products in which a zero of the vector takes out even inf and nan."""
    return np.asarray(np.sum(np.where(vector == 0.0, 0.0, array * vector), axis=-1))


def second_along(case: Case, function: Vector, modes: Sequence[str] = MODES, count: int = 3) -> None:
    """The second derivative along a few random directions: uᵀHu and wᵀHu v, against differences along u and v alone.

    For functions of many numbers, whose whole Hessian takes too long.
    """
    draw = np.random.default_rng(len(case.flat))
    reach = np.where(case.flat == 0.0, 1.0, np.abs(case.flat))
    for _ in range(count):
        u, v = (reach * draw.choice([-1.0, 1.0], reach.size) * draw.uniform(0.5, 1.0, reach.size) for _ in range(2))

        def plane(ts: list[Any], u: Any = u, v: Any = v) -> Any:
            return function([x + ts[0] * a + ts[1] * b for x, a, b in zip(case.flat, u, v, strict=True)])

        jet = jet_of_numbers(plane, [0.0, 0.0], 1.0)
        weights = np.resize([1.0, -2.0, 0.5], jet.orders[0].shape)
        cotangent = np.reshape(weights, np.shape(case.out)) if isinstance(case.out, np.ndarray) else 1.0
        weights = weights if isinstance(case.out, np.ndarray) else np.ones(1)
        bound = 1e-9 * np.abs(jet.orders[2]).max(axis=(1, 2)) + 1e-9 * np.abs(jet.orders[1]).max(axis=1) + TINY
        for nesting, (run, line) in nestings(case, cotangent, case.placed(u)).items():
            if not set(nesting) <= set(modes):
                continue
            got, want, tolerance = flatten(run()), jet.orders[2][:, 0, 0], bound + jet.errors[2][:, 0, 0]
            if nesting != ("forward", "forward"):
                got = np.array([np.dot(got, v)])
                want = np.array([_dot(jet.orders[2][:, 0, 1], weights)])
                tolerance = np.array([_dot(bound + jet.errors[2][:, 0, 1], np.abs(weights))])
            judge(
                case, f"the second derivative is that of {jet.source}", got, want, tolerance,
                lambda n: "a second derivative along random directions", f"print({line})", " over ".join(nesting),
            )  # fmt: skip


NUMBERS: tuple[Callable[[Case], None], ...] = (value, first_order, second_order)
