"""What a `Walk` is to the module ``stepper.js``: its data, and the page of its own that both make."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from autograd.drawing.javascript import TranslationError, functions_of
from autograd.drawing.layout import Layout
from autograd.drawing.stage import stage, theme_rules
from autograd.drawing.theme import ThemeName
from autograd.drawing.walk import PASSED, Walk
from autograd.tracing import Program

__all__ = ["data_of", "module", "page", "with_host"]


@cache
def module() -> str:
    """The text of ``stepper.js``."""
    return with_host(Path(__file__).with_name("stepper.js"))


def with_host(path: Path) -> str:
    """The text of the module of a widget, behind ``host.js``, which all of them share."""
    return "\n".join(file.read_text(encoding="utf-8") for file in (Path(__file__).with_name("host.js"), path))


def data_of(walk: Walk, layout: Layout, theme: ThemeName) -> dict[str, Any]:
    """What the module shows, as JSON has it; numbers that are not finite are text.

    Keys
    ----
    names, cards, wires, formulas, values, paths : per place of the tape.
    edges : operation, operand, edge of the figure, why; and where needed the caption, and which of two equal operands.
    partials : per edge, None where it is no number; then `gradients` has those of all places.
    leaves : their places.
    passed, start, seed : captions.
    """
    words, tape = walk.words, walk.tape
    places = range(len(walk.cards))
    passed = {line.edge: line for step in walk.steps for line in step.lines if line.edge is not None}
    starts = {step.phase: step.lines[0].text for step in walk.steps}
    edges: list[list[Any]] = []
    for edge, wire in enumerate(walk.edges):
        target, source = walk.ends(edge)
        twice = sum(at == source for at, _ in tape.entries[target].operands) > 1
        edges.append([target, source, wire, passed[edge].aside])
        if twice or walk.partials[edge] is None:
            edges[-1].append("" if tape.is_scalar else passed[edge].text)
        if twice:
            edges[-1].append(f" {words['right' if tape.edges[edge][1] else 'left']}")
    shown = (
        "code", "comma", "colon", "constant", "steps", "leaves", "forward", "seed",
        "backward", "seed why", "through", "strong zero", "toolbar", "first", "back", "play", "pause", "next", "last",
        "step", "what if", "reset", "hint",
    )  # fmt: skip
    numbers = walk.numbers
    return {
        "svg": stage(walk.scene, layout),
        "theme": theme_rules(theme),
        "words": {key: re.sub(r"\{.*?\}", "{}", words[key]) for key in shown},
        "precision": walk.precision,
        "names": walk.names,
        "cards": walk.cards,
        "wires": walk.wires,
        "edges": edges,
        "leaves": tape.leaves,
        "passed": PASSED,
        "start": starts["leaves"],
        "seed": starts["seed"],
        "formulas": [walk.formula(place) for place in places],
        "paths": walk.paths,
        "values": [encoded(numbers.get(f"v{place}")) for place in places],
        "partials": [encoded(partial) for partial in walk.partials],
        "gradients": None if tape.is_scalar else [encoded(numbers.get(f"g{place}", 0.0)) for place in places],
    }


def encoded(x: float | bool | None) -> Any:
    """A number as JSON may have it: whole ones short, and text for those that it does not know."""
    if x is None or isinstance(x, bool):
        return x
    if not math.isfinite(x):
        return str(x)
    is_whole = x == int(x) and abs(x) < 1e15 and (x or math.copysign(1.0, x) > 0.0)
    return int(x) if is_whole else x


def equations_of(program: Program, values: int) -> dict[str, Any]:
    """A program of values and partials for the interpreter of the module."""
    listing = program._listing
    return {
        "inputs": listing.inputs,
        "constants": {slot: encoded(x) for slot, x in listing.constants.items()},
        "equations": [
            [one.op.name, one.result, list(one.operands), *([one.params] if one.params else [])]
            for one in listing.equations
        ],
        "values": listing.outputs[:values],
        "partials": listing.outputs[values:],
    }


def page(walk: Walk, layout: Layout, theme: ThemeName, title: str) -> str:
    """A page that steps through a figure, and needs nothing else: it opens from disk and computes by itself."""
    data = data_of(walk, layout, theme)
    svg, rules = data.pop("svg"), data.pop("theme")
    operations, program = "{}", walk.program
    if program is not None:
        try:
            operations = functions_of(equation.op for equation in program.equations)
        except TranslationError:  # an operation that only Python can compute: no "what if"
            program = None
    data |= {"whatif": program is not None, "host": False}
    if program is not None:
        data["program"] = equations_of(program, len(walk.cards))
    scheme = "light dark" if theme == "auto" else theme
    return (
        f'<!DOCTYPE html>\n<html lang="{walk.words["code"]}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(title)}</title>\n"
        '<meta name="viewport" content="width=device-width">\n'
        f'<meta name="color-scheme" content="{scheme}">\n'
        f"<style>{rules}body{{margin:0}}body>.walk{{min-height:100vh;box-sizing:border-box;background:var(--page)}}"
        "svg{max-width:100%;height:auto}</style>\n</head>\n"
        f'<body><div class="walk"><div id="stepper">{svg}</div></div>\n'
        f'<script type="application/json" id="data">{_inside(data)}</script>\n'
        f'<script type="module">\n{_compact(module())}\nconst operations = {operations};\n{_START}</script>\n'
        "</body>\n</html>\n"
    )


_START = """const el = document.getElementById("stepper");
const data = JSON.parse(document.getElementById("data").textContent);
const state = { step: 0, data: { ...data, svg: el.innerHTML, theme: document.querySelector("style").textContent } };
const model = { get: (name) => state[name], set: (name, value) => (state[name] = value), save_changes() {} };
el.replaceChildren();
render({ model, el, compute: data.program && ((leaves) => compute(data.program, operations, leaves)) });
"""


def _inside(data: Any) -> str:
    """JSON that cannot end the script that it stands in."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("</", "<\\/")


def _compact(text: str) -> str:
    """The module inside of a page: nothing to export, no comments, and no spaces around signs where these are code."""
    lines = (line.strip() for line in text.splitlines())
    kept = (line for line in lines if line and not line.startswith(("//", "/*", "export default")))
    short = (line if _QUOTED.search(line) else _SPACED.sub(r"\1", line) for line in kept)
    return "\n".join(short).replace("export function", "function")


_QUOTED = re.compile(r"""["'`/]""")
_SPACED = re.compile(r" ?([=<>?:,;{}()&|]+) ?")
