"""What a declaration claims of the function: that an operand without a rule does not matter, that linear is linear.

A row without any rule claims to give plain numbers: the same whatever it is given.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np

from autograd.primitive import Node, Primitive, quiet
from autograd.tensor import Tensor
from autograd.testing.failure import RuleError
from autograd.testing.strategies import WEIRD, is_inside, params_of
from autograd.value import Value

__all__ = ["linear_operands", "plain_results", "silent_operands"]

_STEP = 1e-6
_MODERATE = (-3.1, -0.9, 0.3, 0.55, 0.83, 1.37, 2.6, 7.3)


def silent_operands(rule: Primitive, examples: Sequence[tuple[Sequence[tuple[int, ...]], dict[str, Any]]]) -> None:
    """Move each operand without a rule at some ordinary points, and compare the values.

    Jumps are allowed (sign, a condition, a permutation): it breaks the law where the value moves at most points.

    Raises
    ------
    RuleError : naming the operand.
    """
    if rule.variadic or not rule.facts.order:
        return
    count = len(rule.rules) or (2 if rule.kind == "elementwise" else 0)
    for position in range(count or max((len(shapes) for shapes, _ in examples), default=1)):
        if rule.rules and rule.rules[position] is not None:
            continue
        moved = [_moves(rule, args, params, position) for args, params in _points(rule, position, examples)]
        known = [answer for answer in moved if answer is not None]
        if known and sum(known) > len(known) / 2:
            raise RuleError(
                rule.name, "an operand without a rule has derivative 0",
                why=f"the value changes with operand {position}, which has no rule: declare one, or mend the function",
            )  # fmt: skip


def linear_operands(rule: Primitive, examples: Sequence[tuple[Sequence[tuple[int, ...]], dict[str, Any]]]) -> None:
    """Compare f(x + y) with f(x) + f(y), in each operand of a linear row; in all at once if it takes any number.

    Raises
    ------
    RuleError : if they differ.
    """
    if rule.kind != "linear":
        return
    for position in [None] if rule.variadic else [i for i, r in enumerate(rule.rules) if r is not None]:
        for args, params in _points(rule, position or 0, examples):
            others = [x[::-1] - 1.3 * x if np.ndim(x) else 0.7 * x - 2.0 for x in args]
            moved = [o if position in (None, i) else x for i, (x, o) in enumerate(zip(args, others, strict=True))]
            sums = [x + o if position in (None, i) else x for i, (x, o) in enumerate(zip(args, others, strict=True))]
            try:
                first, second, both = (np.asarray(rule.array(*xs, **params)) for xs in (args, moved, sums))
            except (TypeError, ValueError, IndexError):
                continue
            eps = np.finfo(both.dtype).eps if both.dtype.kind == "f" else 0.0
            room = 64.0 * eps * (1.0 + np.max(np.abs(first), initial=0.0) + np.max(np.abs(second), initial=0.0))
            if not np.all(np.abs(first + second - both) <= room * max(1, *(np.size(x) for x in args))):
                raise RuleError(
                    rule.name, "a linear primitive is linear in each operand",
                    point=args, params=params, got=both, want=first + second,
                    why="f(x + y) is not f(x) + f(y); declare it with elementwise(...) or general(...)",
                )  # fmt: skip


def _points(
    rule: Primitive, position: int, examples: Sequence[tuple[Sequence[tuple[int, ...]], dict[str, Any]]]
) -> list[tuple[list[Any], dict[str, Any]]]:
    """Operands to try: numbers for an element-wise rule, arrays in the shapes of the examples for others."""
    rng = np.random.default_rng(0)
    if rule.kind == "elementwise":
        size = len(rule.operands)
        points = [[_MODERATE[(k + 3 * i) % len(_MODERATE)] for i in range(size)] for k in range(len(_MODERATE))]
        tried = [(point, params) for point in points for params in params_of(rule)]
        inside = [(point, params) for point, params in tried if not rule.rules or is_inside(rule, point, params)]
        return [([np.array(x) for x in point], params) for point, params in inside]
    shapes_and_params = examples or [([(3,)], {})]
    return [
        ([rng.uniform(0.2, 3.0, shape) for shape in shapes], dict(params))
        for shapes, params in shapes_and_params
        if position < len(shapes)
        for _ in range(3)
    ]


def _moves(rule: Primitive, args: list[Any], params: dict[str, Any], position: int) -> bool | None:
    """Whether the value changes when one operand moves; None where the function refuses the operands."""
    other = [x * (1.0 + _STEP) if i == position else x for i, x in enumerate(args)]
    try:
        with quiet():
            return not np.array_equal(rule.array(*args, **params), rule.array(*other, **params), equal_nan=True)
    except (TypeError, ValueError, IndexError):
        return None


# --- rows without rules ---


def plain_results(rule: Primitive) -> None:
    """A row without rules gives plain numbers: the same for nodes, floats and arrays, and those of its reference.

    An element-wise one, a comparison, is tried on all pairs of some numbers: equal ones, zeros, infinities and nan.

    Raises
    ------
    RuleError : if it does not.
    """
    xs = np.array([[1.0, -2.0, 2.0], [0.5, 2.0, -3.0]])
    counts = [rule.array.nin] if isinstance(rule.array, np.ufunc) else [2, 1] if rule.kind == "elementwise" else [1, 2]
    for count in counts:
        operands = [xs, np.flip(xs)][:count]
        if rule.kind == "elementwise":
            operands = list(np.array([*itertools.product((*WEIRD, 2.0), repeat=count)]).T)
        try:
            with quiet():
                want = rule.array(*operands)
        except (TypeError, ValueError):
            continue
        got = rule(*map(Tensor, operands))
        if isinstance(got, Node) or not np.array_equal(got, want):
            raise RuleError(rule.name, "a row without rules gives plain numbers", point=operands, got=got, want=want)
        if rule.scalar is not None:
            for point, wanted in zip(zip(*map(np.ndarray.tolist, operands), strict=True), want, strict=True):
                _plain_result(rule, point, wanted)
        return


def _plain_result(rule: Primitive, point: tuple[float, ...], want: Any) -> None:
    got = rule(*map(Value, point))
    if isinstance(got, Node) or got != want:
        raise RuleError(rule.name, "floats and arrays agree", point=point, got=got, want=want)
    if rule.facts.reference is not None and got != (told := rule.facts.reference(mpmath.mp, *map(mpmath.mpf, point))):
        raise RuleError(rule.name, "the value is that of the reference", point=point, got=got, want=told)
