"""The figure of a walk as a browser shows it: colours are variables of CSS, and what a walk shows in time is in groups.

A figure for all programs repeats its colours and fonts in each element; one for a browser is half as long without.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from autograd.drawing.elements import Edge, Scene
from autograd.drawing.layout import Layout, Point
from autograd.drawing.paint import Painter
from autograd.drawing.text import face_for
from autograd.drawing.theme import DARK, FONTS, LIGHT, Palette, ThemeName

__all__ = ["stage", "theme_rules"]

_LIGHT: Palette = {**LIGHT, "muted": "#4b5563", "shade": "#f3f4f6", "chip": LIGHT["leaf-ink"]}
_DARK: Palette = {**DARK, "negative-ink": "#fff1e6", "muted": "#9da7b3", "shade": "#1c2128", "chip": DARK["leaf"]}
"""Small text stands on tinted strips, too, and has a contrast of at least 4.5 there, as WCAG 2.2 asks for."""


def theme_rules(theme: ThemeName) -> str:
    """The colours as variables of ``.walk``; with ``"auto"`` those that the system prefers, or that a class names."""
    light, dark = (";".join(f"--{role}:{colour}" for role, colour in one.items()) for one in (_LIGHT, _DARK))
    if theme != "auto":
        return f".walk{{{light if theme == 'light' else dark};color-scheme:{theme}}}"
    return (
        f".walk{{{light};color-scheme:light}}.walk.dark{{{dark};color-scheme:dark}}"
        f"@media(prefers-color-scheme:dark){{.walk:not(.light){{{dark};color-scheme:dark}}}}"
    )


def stage(scene: Scene, layout: Layout) -> str:
    """The SVG, with its rules for `theme_rules` to colour."""
    painter = _Stage("w", scene, layout, "light")
    width, height = (f"{side:.0f}" for side in (layout.width, layout.height))
    body = _ZEROS.sub("", "\n".join(painter.body()))
    used = {*_CHANGING, *re.findall(r"\b[fs]-[a-z][a-z-]*", body)}
    rules = "".join(f".{one}{{{_DRAWN[one[0]]}:var(--{one[2:]})}}" for one in sorted(used))
    rules += "".join(f".{face}{{font-family:{fonts}}}" for face, fonts in FONTS.items())
    rules += "".join(f".t{size}{{font-size:{size.replace('_', '.')}px}}" for size in sorted(painter.sizes))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="mono" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">\n<style>{rules}{_RULES}</style>\n{body}\n</svg>'
    )


_DRAWN = {"f": "fill", "s": "stroke"}
_CHANGING = (
    "f-alarm", "f-alarm-ink", "f-muted", "f-negative", "f-negative-ink", "f-positive", "f-positive-ink", "f-wire",
    "f-zero", "s-alarm", "s-negative", "s-positive", "s-wire",
)  # fmt: skip
"""What "what if" may need beside the colours that are there."""
_ZEROS = re.compile(r"(?<=\d)(\.00?|(?<=\.\d)0)(?![\d.%])(?=[^<>]*>)")
"""Digits that say nothing, in attributes."""
_CURVE = re.compile(r'(?<= d=")[^"]+')
_RULES = (
    ".wire{fill:none;stroke-linecap:round}.end{text-anchor:end}.middle{text-anchor:middle}.bold{font-weight:600}"
    ".heavy{font-weight:700}.tilted{font-style:italic}.node>rect,.strip>rect{rx:7px}.node>.frame{rx:11px}"
    ".pill>rect{rx:9px;stroke-width:1.2}.pill>text{font-size:10.5px;text-anchor:middle}"
)
_CLASSES = {
    'text-anchor="end"': "end", 'text-anchor="middle"': "middle", 'font-weight="600"': "bold",
    'font-weight="700"': "heavy", 'font-style="italic"': "tilted",
}  # fmt: skip


class _Stage(Painter):
    """Writes elements with classes alone, and without tooltips: a click tells more."""

    deepest = 0.42

    def __init__(self, prefix: str, scene: Scene, layout: Layout, theme: ThemeName) -> None:
        super().__init__(prefix, scene, layout, theme)
        self.sizes: set[str] = set()

    def fill(self, role: str, opacity: float = 1.0) -> str:
        return f'class="f-{role}"' + (f' fill-opacity="{opacity:.2f}"' if opacity < 1.0 else "")

    def outline(self, role: str, width: float, dash: str = "", also: str = "") -> str:
        inside = f"{also} s-{role}" if also == "wire" else f"{also} f-card s-{role}".lstrip()
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        return f'class="{inside}" stroke-width="{width:.2f}"{dashes}'

    def text(self, x: float, y: float, content: str, size: float, face: str, role: str, extra: str = "") -> str:
        face = face_for(content, face)
        written = f"{size:g}".replace(".", "_")
        self.sizes.add(written)
        classes = [f"f-{role}", f"t{written}"] + [face] * (face != "mono")
        for attribute, name in _CLASSES.items():
            if attribute in extra:
                classes.append(name)
                extra = extra.replace(f" {attribute}", "")
        return f'<text class="{" ".join(classes)}" x="{x:.1f}" y="{y:.1f}"{extra}>{content}</text>'

    @staticmethod
    def rectangle(look: str, x: float, y: float, width: float, height: float, radius: float) -> str:
        known = radius in (7.0, 9.0, 11.0)  # those of `_RULES`
        return Painter.rectangle(look, x, y, width, height, radius).replace(f' rx="{radius:g}"' if known else "_", "")

    def wire(self, i: int, edge: Edge, curve: tuple[Point, ...]) -> Iterator[str]:
        for element in super().wire(i, edge, curve):
            yield _CURVE.sub(_to_whole, element.replace(' stroke-linecap="round"', ""))

    def part(self, kind: str, i: int, elements: str) -> str:
        if kind == "pill":
            short = elements.replace(' stroke-width="1.20"', "").replace(" t10_5 middle", "")
            return short.replace('class="pill"', f'class="pill" data-i="{i}"', 1)
        return f'<g class="{kind}">{elements}</g>'

    def tooltip(self, text: str) -> str:
        return ""


def _to_whole(curve: re.Match[str]) -> str:
    """A curve in whole points."""
    return re.sub(r"-?\d+\.\d+", lambda found: f"{float(found[0]):.0f}", curve[0])
