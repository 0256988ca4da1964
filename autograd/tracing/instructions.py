"""The text of the machine that numba compiles: a loop over runs, and in it one branch per row of the table.

A branch is a loop over a run, so that nothing is decided inside of a loop; where operands lie side by side, it is one
that becomes vector instructions. See `autograd/tracing/machine.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from autograd.primitive import Primitive

__all__ = ["LETTERS", "text_of"]


def text_of(rows: Sequence[Primitive]) -> str:
    """The source of a machine with a branch for each of some rows."""
    lines = [
        '"""Written by autograd/tracing/instructions.py from the table of derivative rules."""',
        "from numba import njit, uintp",
        "from autograd.tracing.machine import compiled",
        f"ROWS = {[row.name for row in rows]!r}",
        *(f"{row.name}_ = compiled({row.name!r})" for row in rows),
    ]
    for heading, fold, dot, branch in [
        ("run", _FOLD, _dot(), _branch),
        ("run_lanes", _FOLD_LANES, _DOT_LANES, _branch_lanes),
    ]:
        lines += [
            "@njit(cache=True, nogil=True, error_model='numpy', _nrt=False)",
            f"def {heading}(values, program):",
            *(f"  {line}" for line in _PARTS.strip("\n").splitlines()),
            "  for r in range(runs):",
            "    code, first, end, offset = codes[r], uintp(firsts[r]), uintp(firsts[r + 1]), uintp(offsets[r])",
            "    count = end - first",
            "    if code == -1:",
            *(f"      {line}" for line in fold.strip("\n").splitlines()),
            "    elif code == -2:",
            *(f"      {line}" for line in dot.strip("\n").splitlines()),
        ]
        for number, row in enumerate(rows):
            lines += [f"    elif code == {number}:", *(f"      {line}" for line in branch(row))]
    lines += _POINT.strip("\n").splitlines()
    return "\n".join(lines) + "\n"


_FOLD = """
arity = uintp(arities[r])
if lines[r]:
  a, s = uintp(operands[offset]), uintp(operands[offset + uintp(1)])
  for j in range(count):
    values[first + j] = values[a + s * j]
  for k in range(uintp(1), arity):
    a, s = uintp(operands[offset + k + k]), uintp(operands[offset + k + k + uintp(1)])
    for j in range(count):
      values[first + j] += values[a + s * j]
elif count > 8:
  for j in range(count):
    values[first + j] = values[uintp(operands[offset + j])]
  for k in range(uintp(1), arity):
    at = offset + count * k
    for j in range(count):
      values[first + j] += values[uintp(operands[at + j])]
else:
  for j in range(count):
    total = values[uintp(operands[offset + j])]
    for k in range(uintp(1), arity):
      total += values[uintp(operands[offset + count * k + j])]
    values[first + j] = total
"""
_FOLD_LANES = """
for j in range(count):
  out = values[first + j]
  for k in range(uintp(arities[r])):
    if lines[r]:
      i = uintp(operands[offset + k + k]) + uintp(operands[offset + k + k + uintp(1)]) * j
    else:
      i = uintp(operands[offset + count * k + j])
    given = values[i]
    if k == 0:
      for l in range(len(out)):
        out[l] = given[l]
    else:
      for l in range(len(out)):
        out[l] += given[l]
"""
_PARTS = """
given, runs, results = program[0], program[1], program[2]
codes, arities, firsts = program[3:], program[3 + runs:], program[3 + 2 * runs:]
lines, offsets = program[4 + 3 * runs:], program[4 + 4 * runs:]
outputs, operands = program[4 + 5 * runs:], program[4 + 5 * runs + results:]
"""
"""What the array of a program holds, one after the other."""
_POINT = f"""
@njit(cache=True, nogil=True, error_model='numpy', _nrt=False)
def point(values, constants, out, program):
  {_PARTS.strip().replace(chr(10), chr(10) + "  ")}
  for k in range(len(constants)):
    values[given + k] = constants[k]
  run(values, program)
  for k in range(results):
    out[k] = values[outputs[k]]
"""
_DOT = """
pairs = uintp(arities[r]) // uintp(2)
if lines[r] and count < uintp(32):
  done = uintp(0)
BLOCKS
elif lines[r]:
  for k in range(pairs):
    at = offset + uintp(4) * k
    a, sa, b, sb = uintp(operands[at]), operands[at + uintp(1)], uintp(operands[at + uintp(2)]), operands[at + uintp(3)]
LOOPS
elif count > 8:
  for j in range(count):
    values[first + j] = values[uintp(operands[offset + j])] * values[uintp(operands[offset + count + j])]
  for k in range(uintp(1), pairs):
    at = offset + count * (k + k)
    for j in range(count):
      values[first + j] += values[uintp(operands[at + j])] * values[uintp(operands[at + count + j])]
else:
  for j in range(count):
    total = values[uintp(operands[offset + j])] * values[uintp(operands[offset + count + j])]
    for k in range(uintp(1), pairs):
      at = offset + count * (k + k) + j
      total += values[uintp(operands[at])] * values[uintp(operands[at + count])]
    values[first + j] = total
"""
_DOT_LANES = """
for j in range(count):
  out = values[first + j]
  for k in range(uintp(arities[r]) // uintp(2)):
    if lines[r]:
      at = offset + uintp(4) * k
      a = uintp(operands[at]) + uintp(operands[at + uintp(1)]) * j
      b = uintp(operands[at + uintp(2)]) + uintp(operands[at + uintp(3)]) * j
    else:
      at = offset + count * (k + k) + j
      a, b = uintp(operands[at]), uintp(operands[at + count])
    left, right = values[a], values[b]
    if k == 0:
      for l in range(len(out)):
        out[l] = left[l] * right[l]
    else:
      for l in range(len(out)):
        out[l] += left[l] * right[l]
"""
LETTERS = "abcdefgh"
_CHEAP = frozenset(("add", "sub", "mul", "div", "neg", "square", "greater", "less", "relu", "where"))
"""Rows whose loops over neighbours are worth being written apart: these become vector instructions."""


def _dot() -> str:
    """The loops of a dot, with those over neighbours, or over one number and neighbours, written apart."""
    lines, keyword = [], "if"
    for sa, sb in ((0, 1), (1, 0), (1, 1)):
        lines += [f"{keyword} sa == {sa} and sb == {sb}:"]
        lines += [f"  {x} = values[{place}]" for x, place, s in (("left", "a", sa), ("right", "b", sb)) if not s]
        product_ = f"{'values[a + j]' if sa else 'left'} * {'values[b + j]' if sb else 'right'}"
        lines += ["  if k == 0:", "    for j in range(count):", f"      values[first + j] = {product_}",
                  "  else:", "    for j in range(count):", f"      values[first + j] += {product_}"]  # fmt: skip
        keyword = "elif"
    product_ = "values[a + uintp(sa) * j] * values[b + uintp(sb) * j]"
    lines += ["elif k == 0:", "  for j in range(count):", f"    values[first + j] = {product_}",
              "else:", "  for j in range(count):", f"    values[first + j] += {product_}"]  # fmt: skip
    loops = "\n".join(f"    {line}" for line in lines)
    return _DOT.replace("LOOPS", loops).replace("BLOCKS", "\n".join([*_block(8), *_block(1)]))


def _block(width: int) -> Iterator[str]:
    """The loop of a narrow dot on lines: `width` sums at a time, which stay in registers."""
    yield from (f"  while done + uintp({width}) <= count:", "    for k in range(pairs):",
                "      at = offset + uintp(4) * k",
                "      sa, sb = uintp(operands[at + uintp(1)]), uintp(operands[at + uintp(3)])",
                "      a, b = uintp(operands[at]) + sa * done, uintp(operands[at + uintp(2)]) + sb * done")  # fmt: skip
    for case, left, sign in (
        ("if k == 0:", "values[a + sa * uintp({})]", "="),
        ("elif sa == 0:", "values[a]", "+="),
        ("else:", "values[a + sa * uintp({})]", "+="),
    ):
        yield f"      {case}"
        yield from (f"        t{i} {sign} {left.format(i)} * values[b + sb * uintp({i})]" for i in range(width))
    yield from (f"    values[first + done + uintp({i})] = t{i}" for i in range(width))
    yield f"    done += uintp({width})"


def _branch(row: Primitive) -> list[str]:
    """The loops of a row: along lines, or over places."""
    given = LETTERS[: len(row.operands)]
    lines = ["if lines[r]:"]
    for k, one in enumerate(given):
        at = [f"operands[offset + uintp({place})]" for place in (2 * k, 2 * k + 1)]
        lines.append(f"  {one}, s{one} = uintp({at[0]}), {at[1]}")
    keyword = "if"
    for steps in product((1, 0), repeat=len(given)) if row.name in _CHEAP else ():
        if any(steps):
            lines.append(f"  {keyword} {' and '.join(f's{x} == {s}' for x, s in zip(given, steps, strict=True))}:")
            lines += [f"    v{x} = values[{x}]" for x, s in zip(given, steps, strict=True) if not s]
            parts = [f"values[{x} + j]" if s else f"v{x}" for x, s in zip(given, steps, strict=True)]
            lines += ["    for j in range(count):", f"      values[first + j] = {row.name}_({', '.join(parts)})"]
            keyword = "elif"
    indent = "  " if keyword == "if" else "    "
    lines += ["  else:"] if keyword == "elif" else []
    parts = [f"values[{x} + uintp(s{x}) * j]" for x in given]
    lines += [f"{indent}for j in range(count):", f"{indent}  values[first + j] = {row.name}_({', '.join(parts)})"]
    parts = [f"values[uintp(operands[offset + count * uintp({k}) + j])]" for k in range(len(given))]
    return [*lines, "else:", "  for j in range(count):", f"    values[first + j] = {row.name}_({', '.join(parts)})"]


def _branch_lanes(row: Primitive) -> list[str]:
    """The loop of a row over its run, and inside of it that over lanes."""
    given = LETTERS[: len(row.operands)]
    lines = ["for j in range(count):", "  if lines[r]:"]
    for k, one in enumerate(given):
        at = [f"uintp(operands[offset + uintp({place})])" for place in (2 * k, 2 * k + 1)]
        lines.append(f"    {one} = {at[0]} + {at[1]} * j")
    lines.append("  else:")
    lines += [f"    {one} = uintp(operands[offset + count * uintp({k}) + j])" for k, one in enumerate(given)]
    lines.append(f"  {', '.join([*(f'v{x}' for x in given), 'out'])} = "
                 f"{', '.join([*(f'values[{x}]' for x in given), 'values[first + j]'])}")  # fmt: skip
    return [*lines, "  for l in range(len(out)):", f"    out[l] = {row.name}_({', '.join(f'v{x}[l]' for x in given)})"]
