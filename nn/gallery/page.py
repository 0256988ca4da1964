"""The page of the gallery: a title, a text, the code and the figure in light and dark, for each."""

from __future__ import annotations

import ast
import inspect
import io
import keyword
import re
import textwrap
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from autograd.drawing import Picture

__all__ = ["Entry", "page"]

INTRODUCTION = """\
An autograd engine you can see through. Every figure on this page was drawn from a live computation by the lines that
stand beside it, after these imports:"""
IMPORTS = """\
import autograd, nn
import numpy as np
from autograd import Tensor, Value"""


@dataclass(frozen=True)
class Entry:
    """One figure with its words and its code."""

    name: str
    title: str
    text: str
    code: str
    picture: Picture

    @classmethod
    def of(cls, make: Callable[[], Picture]) -> Entry:
        """What a function without arguments draws; its docstring is the text, and its body the code."""
        title, _, text = inspect.cleandoc(make.__doc__ or "").partition("\n\n")
        return cls(make.__name__, title, text, _body(make), make())


def _body(function: Callable[[], Picture]) -> str:
    """The source of a function's body without its docstring, as it would be typed into a notebook."""
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    lines = source.splitlines()[definition.body[1].lineno - 1 :]
    return textwrap.dedent("\n".join(lines)).replace("return ", "")


def _coloured(code: str) -> str:
    """Python as HTML, with keywords, numbers and strings marked."""
    out, row, column = [], 1, 0
    lines = code.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        kind = {tokenize.NUMBER: "n", tokenize.STRING: "s", tokenize.COMMENT: "c"}.get(token.type, "")
        if token.type == tokenize.NAME and keyword.iskeyword(token.string):
            kind = "k"
        (start_row, start), (end_row, end) = token.start, token.end
        if not kind or start_row != end_row:
            continue
        while row < start_row:
            out.append(escape(lines[row - 1][column:]))
            row, column = row + 1, 0
        out += [escape(lines[row - 1][column:start]), f'<i class="{kind}">{escape(token.string)}</i>']
        column = end
    out += [escape(lines[row - 1][column:]), *map(escape, lines[row:])]
    return "".join(out)


def _prose(text: str) -> str:
    """A paragraph; what stands between backquotes is code."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(" ".join(text.split())))


def page(entries: Sequence[Entry]) -> str:
    """The page; it needs nothing beside itself."""
    return "\n".join(_lines(entries))


def _lines(entries: Sequence[Entry]) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>glassgrad: gallery</title>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta name="color-scheme" content="light dark">\n<style>\n{STYLE}</style>\n</head>\n<body>'
    yield f"<header>\n<h1>glassgrad</h1>\n<p>{_prose(INTRODUCTION)}</p>\n<pre>{_coloured(IMPORTS)}</pre>"
    yield "<fieldset><legend>Colours</legend>"
    for theme in ("auto", "light", "dark"):
        checked = " checked" if theme == "auto" else ""
        yield f'<label><input type="radio" name="theme" id="{theme}"{checked}>{theme}</label>'
    yield "</fieldset>\n<nav>"
    for entry in entries:
        yield f'<a href="#{entry.name}">{escape(entry.title)}</a>'
    yield "</nav>\n</header>\n<main>"
    for entry in entries:
        yield f'<section id="{entry.name}">\n<h2>{escape(entry.title)}</h2>\n<p>{_prose(entry.text)}</p>'
        for theme in ("light", "dark"):
            svg = entry.picture.to_svg("light" if theme == "light" else "dark")
            yield f'<figure class="{theme}">\n{svg}</figure>'
        yield f'<pre>{_coloured(entry.code)}</pre>\n<p class="file"><a href="{entry.name}.svg">{entry.name}.svg</a></p>'
        yield "</section>"
    yield "</main>\n</body>\n</html>\n"


STYLE = """\
:root {
  color-scheme: light dark;
  --page: #f6f8fa; --card: #ffffff; --ink: #111827; --muted: #57606a; --line: #d8dee4; --link: #4f46e5;
  --code: #f6f8fa; --keyword: #6d28d9; --number: #0550ae; --string: #0f766e;
}
:root:has(#dark:checked) {
  color-scheme: dark;
  --page: #010409; --card: #0d1117; --ink: #e6edf3; --muted: #8b949e; --line: #30363d; --link: #a5b4fc;
  --code: #161b22; --keyword: #a78bfa; --number: #79c0ff; --string: #2dd4bf;
}
:root:has(#light:checked) { color-scheme: light; }
@media (prefers-color-scheme: dark) {
  :root:not(:has(#light:checked)) {
    --page: #010409; --card: #0d1117; --ink: #e6edf3; --muted: #8b949e; --line: #30363d; --link: #a5b4fc;
    --code: #161b22; --keyword: #a78bfa; --number: #79c0ff; --string: #2dd4bf;
  }
  :root:not(:has(#light:checked)) .light { display: none; }
  :root:has(#light:checked) .dark { display: none; }
}
@media not (prefers-color-scheme: dark) {
  :root:not(:has(#dark:checked)) .dark { display: none; }
  :root:has(#dark:checked) .light { display: none; }
}
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
body {
  margin: 0 auto; padding: 3rem clamp(1rem, 4vw, 3rem); max-width: 84rem; background: var(--page); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif;
}
header { max-width: 52rem; margin-bottom: 3rem; }
h1 { margin: 0; font-size: 2.6rem; letter-spacing: -.02em; }
h2 { margin: 0; font-size: 1.35rem; letter-spacing: -.01em; }
p { margin: .4rem 0 1rem; max-width: 46rem; color: var(--muted); }
code, pre { font: .875rem/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
code { padding: .1em .3em; border-radius: 4px; background: var(--code); color: var(--ink); }
pre {
  margin: 1rem 0 0; padding: .9rem 1.1rem; overflow-x: auto; border: 1px solid var(--line); border-radius: 10px;
  background: var(--code); color: var(--ink);
}
pre i { font-style: normal; }
.k { color: var(--keyword); } .n { color: var(--number); } .s { color: var(--string); } .c { color: var(--muted); }
fieldset { display: flex; gap: 1.2rem; margin: 1.5rem 0; padding: 0; border: 0; color: var(--muted); }
legend { float: left; margin-right: 1.2rem; padding: 0; }
label { cursor: pointer; }
input { margin: 0 .4em 0 0; accent-color: var(--link); }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.1rem; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
section {
  margin: 0 0 2.2rem; padding: 1.6rem 1.8rem; border: 1px solid var(--line); border-radius: 16px;
  background: var(--card); scroll-margin-top: 1rem;
}
figure { margin: 1.2rem 0; overflow-x: auto; }
figure svg { display: block; margin: 0 auto; }
.file { margin: .6rem 0 0; font-size: .85rem; }
@media print { fieldset, nav { display: none; } section { break-inside: avoid; } }
"""
