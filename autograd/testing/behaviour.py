"""The laws that ask no oracle: shapes and dtypes, memory, accumulation, broadcasting, and what raises.

Each takes a `Case` whose operands are arrays; those of an element-wise rule are a few points as lanes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.primitive import Primitive, quiet, raw_of
from autograd.tensor import Tensor
from autograd.testing.failure import show
from autograd.testing.laws import EPS, Case, flatten
from autograd.testing.strategies import WEIRD
from autograd.transforms import jvp, vjp
from autograd.value import Value

__all__ = ["ARRAY_LAWS", "ELEMENTWISE_LAWS", "raises_with_the_primal"]

Law = Callable[[Case], None]


def shapes_and_dtypes(case: Case) -> None:
    """A gradient has the shape and dtype of its operand, a tangent those of the result; float32 stays float32."""
    rule = case.subject
    for dtype in (np.float64, np.float32):
        xs = tuple(np.asarray(x, dtype) for x in case.args)
        out, pullback = vjp(case, *xs)
        line = f"out, pullback = autograd.vjp(f, {', '.join(map(show, xs))})"
        if np.shape(out) != np.shape(case.out):
            case.fail("the result has one shape, recorded or not", f"{line}\nprint(np.shape(out))", got=np.shape(out))
        given = isinstance(rule, Primitive) and ("dtype" in case.params or rule.result == "Value")
        if not given and np.asarray(out).dtype != dtype:
            case.fail(
                "float32 stays float32", f"{line}\nprint(np.asarray(out).dtype)", entry="the result",
                got=np.asarray(out).dtype, want=np.dtype(dtype),
            )  # fmt: skip
        seed = np.ones_like(out) if isinstance(out, np.ndarray) else 1.0
        for name, x, grad in zip("xyz" + "w" * len(xs), xs, pullback(seed), strict=False):
            found, wanted = (np.shape(grad), np.asarray(grad).dtype), (x.shape, x.dtype)
            if found != wanted:
                case.fail(
                    "a gradient has the shape and dtype of its operand", f"{line}\nprint(pullback({show(seed)}))",
                    entry=f"∂/∂{name}", mode="reverse", got=found, want=wanted,
                )  # fmt: skip
        tangent = jvp(case, xs, tuple(map(np.ones_like, xs)))[1]
        if (np.shape(tangent), np.asarray(tangent).dtype) != (np.shape(out), np.asarray(out).dtype):
            case.fail(
                "a tangent has the shape and dtype of the result",
                f"print(autograd.jvp(f, {show(xs)}, {show(tuple(map(np.ones_like, xs)))})[1])", mode="forward",
                got=(np.shape(tangent), np.asarray(tangent).dtype), want=(np.shape(out), np.asarray(out).dtype),
            )  # fmt: skip


def memory_layout(case: Case) -> None:
    """Strided, reversed, Fortran-ordered and read-only memory gives what contiguous memory gives."""
    want = _gradients(case, case.args)

    def strided(x: Any) -> Any:
        room = np.full((*x.shape, 2), np.nan)
        room[..., 0] = x
        return room[..., 0]

    def locked(x: Any) -> Any:
        x = np.array(x)
        x.setflags(write=False)
        return x

    layouts: dict[str, Callable[[Any], Any]] = {
        "strided": strided,
        "reversed": lambda x: np.flip(np.flip(x).copy()),
        "Fortran-ordered": lambda x: np.array(x, order="F"),
        "read-only": locked,
    }
    for name, layout in layouts.items():
        got = _gradients(case, tuple(np.asarray(layout(x)) for x in case.args))
        if not np.allclose(got, want, rtol=64 * EPS, atol=64 * EPS * _size(want), equal_nan=True):
            case.fail(f"{name} memory gives the same", got=got, want=want)


def nothing_is_mutated(case: Case) -> None:
    """Neither the function nor its rules write into what they are given, or into what they gave."""
    rule = case.subject
    if not isinstance(rule, Primitive):
        return
    xs = [np.array(x) for x in case.args]
    before = [np.array(x) for x in xs]
    with quiet():
        ans = np.array(rule.array(*xs, **case.params))
        _same(case, before, xs, "the function does not write into its operands", "f")
        g, h = np.ones_like(ans), np.full_like(ans, 3.0)
        given, kept = [g, ans, *xs], [np.array(x) for x in (g, ans, *xs)]
        for position, part in enumerate(rule.rules):
            if part is None:
                continue
            called = f"autograd.table[{rule.name!r}].rules[{position}]"
            found = part(g, ans, *xs, **case.params)
            first = list(found) if rule.variadic else [found]
            _same(case, kept, given, "a rule does not write into what it is given", called)
            remembered = [np.array(x) for x in first]
            found = part(h, ans, *xs, **case.params)
            _ = list(found) if rule.variadic else found
            _same(case, remembered, first, "a rule does not write into what it gave before", called)


def no_aliasing(case: Case) -> None:
    """Gradients of leaves share no memory with the seed, with each other, or with the operands."""
    leaves = [Tensor(np.array(x)) for x in case.args]
    out = case(*leaves)
    if not isinstance(out, Tensor) or not out.requires_grad:
        return
    seed = np.ones(out.shape)
    out.backward(seed)
    owners = {"the seed": seed, **{f"operand {i}": leaf.numpy() for i, leaf in enumerate(leaves)}}
    owners |= {f"the data of operand {i}": leaf.data for i, leaf in enumerate(leaves)}
    grads = [leaf.grad for leaf in leaves]
    for i, grad in enumerate(grads):
        owners_of_others = owners | {f"the gradient {k}": other for k, other in enumerate(grads) if k != i}
        for name, other in owners_of_others.items():
            if grad is not None and other is not None and np.shares_memory(grad, other):
                case.fail(
                    "gradients are arrays of their own", entry=f"gradient {i}", why=f"it shares memory with {name}"
                )


def accumulation(case: Case) -> None:
    """A second backward() adds the same again; an operand used twice gets the sum of both."""
    kind: Any = Value if case.is_scalar else Tensor
    leaves = [kind(x) for x in case.args]
    out = case(*leaves)
    if not getattr(out, "requires_grad", False):
        return
    seed = 1.0 if isinstance(out, Value) else np.ones(out.shape)
    out.backward(seed)
    reached = [(i, leaf, leaf.grad) for i, leaf in enumerate(leaves) if leaf.grad is not None]
    out.backward(seed)
    for i, leaf, once in reached:
        with quiet():
            twice = np.asarray(once) * 2.0
        if not np.array_equal(leaf.grad, twice, equal_nan=True):
            case.fail("gradients accumulate over backward() calls", entry=f"gradient {i}", got=leaf.grad, want=twice)


def broadcasting(case: Case) -> None:
    """The gradient of an operand that was broadcast is the sum over its copies."""
    if len(case.args) < 2:
        return
    first, others = np.reshape(case.args[0], (-1, 1)), case.args[1:]
    mixed = (first, *others)
    whole = tuple(np.array(x) for x in np.broadcast_arrays(*mixed))
    pulled, full = vjp(case, *mixed)[1], vjp(case, *whole)[1]
    seed = np.ones(whole[0].shape)
    with np.errstate(all="ignore"):
        for i, (x, got, copies) in enumerate(zip(mixed, pulled(seed), full(seed), strict=True)):
            axis = 1 if i == 0 else 0
            want, size = np.sum(copies, axis=axis), np.sum(np.abs(copies), axis=axis)
            usual = np.isfinite(size)
            off = np.abs(np.ravel(got) - want) > 256 * EPS * size + 1e-300
            if np.any(off & usual):
                case.fail(
                    "the gradient of a broadcast operand is the sum over its copies",
                    f"print(autograd.vjp(f, {', '.join(map(show, mixed))})[1](np.ones({seed.shape}))[{i}])",
                    entry=f"∂/∂{'xyzuvw'[i]}", mode="reverse", got=got, want=np.reshape(want, np.shape(x)),
                )  # fmt: skip


def any_shape(case: Case) -> None:
    """Arrays with more axes, or none, have the numbers of their elements in a row."""
    for shape in ((), (2, 2), (3, 1, 2), (1, 4)):
        xs = tuple(np.resize(x, shape) for x in case.args)
        seed = np.resize([1.0, -2.0, 0.5], shape)
        parts, row = _all_of(case, xs, seed), _all_of(case, tuple(map(np.ravel, xs)), np.ravel(seed))
        for name, got in parts.items():
            want = np.reshape(row[name], shape)
            if np.shape(got) != shape or not np.allclose(got, want, rtol=64 * EPS, atol=0.0, equal_nan=True):
                case.fail(
                    "an array of any shape has the numbers of its elements in a row",
                    f"print(autograd.vjp(f, {', '.join(map(show, xs))})[1]({show(seed)}))",
                    entry=f"{name} in the shape {shape}", got=show(np.asarray(got)), want=show(want),
                )  # fmt: skip


def _all_of(case: Case, xs: tuple[Any, ...], seed: Any) -> dict[str, Any]:
    """The result, the gradient of each operand, and a tangent."""
    out, pullback = vjp(case, *xs)
    gradients = {f"∂/∂{name}": grad for name, grad in zip("xyzuvw", pullback(seed), strict=False)}
    return {"the result": out, **gradients, "the tangent": jvp(case, xs, (seed,) * len(xs))[1]}


def empty_arrays(case: Case) -> None:
    """Empty arrays are taken, and have empty gradients."""
    for shape in ((0,), (2, 0)):
        xs = tuple(np.zeros(shape) for _ in case.args)
        out, pullback = vjp(case, *xs)
        shapes = [np.shape(out), *(np.shape(grad) for grad in pullback(np.zeros(shape)))]
        shapes.append(np.shape(jvp(case, xs, xs)[1]))
        if set(shapes) != {shape}:
            case.fail(
                "empty arrays have empty gradients", f"print(autograd.vjp(f, {', '.join(map(show, xs))}))", got=shapes
            )


def zero_lanes(case: Case) -> None:
    """A lane with a zero cotangent gets exactly zero, whatever stands in the others, and does not touch them."""
    strange = list(WEIRD)
    if isinstance(case.subject, Primitive):
        strange += [point[0] for point in case.subject.facts.singular]
    xs = tuple(np.concatenate([x, np.roll(strange, k)]) for k, x in enumerate(case.args))
    seed = np.concatenate([np.ones(len(case.args[0])), np.zeros(len(strange))])
    alone, both = vjp(case, *case.args)[1](case.ones), vjp(case, *xs)[1](seed)
    for i, (x, grad) in enumerate(zip(alone, both, strict=True)):
        line = f"print(autograd.vjp(f, {', '.join(map(show, xs))})[1]({show(seed)})[{i}])"
        if np.any(grad[len(x) :] != 0.0):
            case.fail("what a zero gives is zero", line, mode="reverse", entry=f"∂/∂{'xyzuvw'[i]}", got=grad[len(x) :])
        if not np.allclose(grad[: len(x)], x, rtol=64 * EPS, atol=0.0, equal_nan=True):
            case.fail("lanes do not mix", line, mode="reverse", entry=f"∂/∂{'xyzuvw'[i]}", got=grad[: len(x)], want=x)


def raises_with_the_primal(case: Case) -> None:
    """Where the function gives a number, so do its derivatives, if only inf or nan; where it raises, so do they."""
    unit: Any = 1.0 if case.is_scalar else np.ones_like(case.args[0])
    tangents = tuple(1.0 if isinstance(x, float) else np.ones_like(x) for x in case.args)
    ways: dict[str, Callable[[], Any]] = {
        "on raw operands": lambda: raw_of(case(*case.args)),
        "reverse": lambda: vjp(case, *case.args)[1](unit),
        "forward": lambda: jvp(case, case.args, tangents)[1],
    }
    errors: dict[str, str | None] = {}
    for mode, run in ways.items():
        try:
            run()
            errors[mode] = None
        except Exception as error:
            errors[mode] = f"{type(error).__name__}: {error}"
    if len({error is None for error in errors.values()}) > 1:
        case.fail(
            "derivatives raise exactly where the function does",
            f"print(f({case.at}), autograd.vjp(f, {case.at})[1]({show(unit)}))", got=errors,
        )  # fmt: skip


def _gradients(case: Case, xs: Sequence[Any]) -> Any:
    out, pullback = vjp(case, *xs)
    seed = np.ones(np.shape(out)) if isinstance(out, np.ndarray) else 1.0
    return flatten((out, *pullback(seed)))


def _size(numbers: Any) -> float:
    finite = np.abs(numbers[np.isfinite(numbers)])
    return float(np.max(finite, initial=0.0))


def _same(case: Case, before: Sequence[Any], after: Sequence[Any], law: str, called: str) -> None:
    for old, new in zip(before, after, strict=True):
        if not np.array_equal(old, new, equal_nan=True):
            case.fail(law, entry=called, got=show(np.asarray(new)), want=show(np.asarray(old)))


ARRAY_LAWS: tuple[Law, ...] = (shapes_and_dtypes, memory_layout, nothing_is_mutated, no_aliasing, accumulation)
ELEMENTWISE_LAWS: tuple[Law, ...] = (any_shape, broadcasting, empty_arrays, zero_lanes)
