"""A program to be read: inputs, captured leaves, equations with their source lines, guards, results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.tracing.listing import Guard, Listing
from autograd.tracing.source import names_of

__all__ = ["text_of"]

_WIDTH = 40


def text_of(listing: Listing, called: Sequence[str], count: int) -> str:
    """The text; inputs are `called` so where the name is free, and the first `count` outputs are results."""
    names = names_of(listing)
    taken = {names[equation.result] for equation in listing.equations}
    wished = [*zip(listing.inputs, called, strict=True), *((slot, node.name or "") for slot, node in listing.captured)]
    for slot, name in wished:
        if name.isidentifier() and name not in taken:
            names[slot] = name
        taken.add(names[slot])
    lines = [f"program({', '.join(names[slot] for slot in listing.inputs)}):"]
    if listing.captured:
        lines.append(f"  captured {', '.join(names[slot] for slot, _ in listing.captured)}")
    results = ", ".join(names[slot] for slot in listing.outputs[:count])
    return "\n".join([*lines, *_body(listing, names), f"  return {results}"])


def _body(listing: Listing, names: dict[int, str]) -> Iterator[str]:
    for step in listing.steps():
        if isinstance(step, Guard):
            yield _with_line(f"  guard {names[step.slot]} is {step.outcome}", step.line)
            continue
        usual = step.op.static
        static = [f"{key}={x!r}" for key, x in step.params.items() if not _is_same(x, usual.get(key))]
        right = " ".join([step.op.name, *(names[slot] for slot in step.operands), *static])
        yield _with_line(f"  {names[step.result]} = {right}", step.line)


def _with_line(text: str, line: str) -> str:
    return f"{text:<{_WIDTH - 1}} # {line}" if line else text


def _is_same(x: Any, usual: Any) -> bool:
    return type(x) is type(usual) and not isinstance(x, np.ndarray) and bool(x == usual)
