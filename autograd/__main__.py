"""``python -m autograd "tanh(w*x + b)" w=0.5 x=2 b=-1``: a formula, its value, its gradients and its figure.

``python -m autograd gallery --out DIR`` writes a page with figures of every kind.
"""

from __future__ import annotations

import argparse
import io
import keyword
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from autograd.drawing import Figure, draw
from autograd.drawing.theme import THEMES
from autograd.errors import AutogradError
from autograd.expression import FUNCTIONS, evaluate, variables
from autograd.value import Value

__all__ = ["main"]

_EPILOG = f"""\
functions: {" ".join(sorted(FUNCTIONS))}
constants: pi e

examples:
  python -m autograd gallery --out gallery
  python -m autograd "tanh(x1*w1 + x2*w2 + b)" x1=2 w1=-3 x2=0 w2=1 b=6.8813735870195432 --out neuron.svg
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0, or 2 where something that was given cannot be used."""
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] in (["gallery"], ("gallery",)):
        return _gallery(words[1:])
    options = _options(words)
    try:
        leaves = _assignments(options.assignments)
        result = evaluate(options.expression, leaves)
        unused = [name for name in leaves if name not in variables(options.expression)]
        if unused:
            raise ValueError(f"{', '.join(unused)} does not occur in {options.expression!r}; leave the assignment out")
        if result.requires_grad:
            result.backward()
        how = {name: getattr(options, name) for name in ("rankdir", "passes", "precision", "lang")}
        figure = draw(result, **how)
        path = figure.save(options.out, theme=options.theme)
    except (AutogradError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal without Unicode shows names all the same
    print(_report(options.expression.strip(), result, leaves, path))
    return 0


def _gallery(words: Sequence[str]) -> int:
    """Write the gallery."""
    parser = argparse.ArgumentParser(
        prog="python -m autograd gallery", description="Write a page of figures, each with the code that draws it."
    )
    parser.add_argument("--out", default="gallery", metavar="DIR", help="folder for the page (default: gallery)")
    out = parser.parse_args(words).out
    from nn import gallery  # imported when used: a formula needs no networks

    try:
        *figures, index = gallery.write(out)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{len(figures)} figures in {index}")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m autograd",
        description="Evaluate a formula, differentiate it by every variable, and draw its computation graph.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("expression", help="the formula: numbers, names, + - * / **, brackets, functions")
    parser.add_argument("assignments", nargs="*", metavar="name=number", help="a value for each variable")
    parser.add_argument(
        "--out", default="graph.svg", metavar="FILE", help=f"{' '.join(Figure.suffixes)} (default: graph.svg)"
    )
    parser.add_argument("--theme", choices=THEMES, default="auto", help="colours; auto follows the reader's system")
    parser.add_argument("--passes", choices=("forward", "backward", "both"), default="both", help="what to show")
    parser.add_argument("--rankdir", choices=("LR", "TB"), default="LR", help="left to right, or top to bottom")
    parser.add_argument("--precision", type=int, default=4, metavar="N", help="decimals in the figure (default: 4)")
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help="language of the words in the figure")
    # A formula may begin with a minus sign; to argparse, a word with a space in front is never an option.
    words = [f" {word}" if word[:1] == "-" and word[:2] != "--" and word != "-h" else word for word in arguments]
    return parser.parse_args(words)


def _assignments(words: Sequence[str]) -> dict[str, Value]:
    """The leaves that words such as ``x=2`` ask for."""
    leaves: dict[str, Value] = {}
    for word in words:
        name, equals, number = (part.strip() for part in word.partition("="))
        name = unicodedata.normalize("NFKC", name)  # as Python reads names
        if not equals:
            raise ValueError(f"{word!r} is not an assignment; write name=number, as in x=2")
        if not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"{word!r}: {name!r} cannot name a variable; take letters and digits, as in x1=2")
        if name in leaves:
            raise ValueError(f"{name} is given twice; give each variable one number")
        try:
            leaves[name] = Value(float(number.replace("−", "-")), name=name)
        except ValueError:
            raise ValueError(f"{word!r}: {number!r} is not a number; write one such as 2 or -0.5") from None
    return leaves


def _report(expression: str, result: Value, leaves: dict[str, Value], path: Path) -> str:
    rows = [("variable", "value", "gradient")]
    rows += [(name, repr(leaf.data), repr(leaf.grad)) for name, leaf in leaves.items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"{expression} = {result.data!r}"]
    if leaves:
        lines += ["", *(f"{a:<{widths[0]}}  {b:>{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows)]
    return "\n".join([*lines, "", f"figure in {path}"])


if __name__ == "__main__":
    sys.exit(main())
