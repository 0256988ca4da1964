"""`Canvas`: writes SVG in the colours of a palette, by role.

Every colour is a literal attribute with a class of the same role beside it; the ``<style>`` only adds the dark palette.
So a figure is right in programs that know no CSS, too. Coordinates are in points, from the top left.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from autograd.drawing.text import face_for, printable
from autograd.drawing.theme import DARK, FONTS, LIGHT, Palette, ThemeName, dark_rules

__all__ = ["Canvas"]


class Canvas:
    """A sheet to write elements on, in order: what comes later lies above.

    Parameters
    ----------
    theme : ``"light"``, ``"dark"`` or ``"auto"``.
    light, dark : the palettes; both name the same roles.

    Examples
    --------
    >>> canvas = Canvas("light")
    >>> canvas.circle(10.0, 10.0, 5.0, fill="positive")
    >>> canvas.document(20.0, 20.0, "A dot", "It is blue.").startswith("<svg")
    True
    """

    def __init__(self, theme: ThemeName = "auto", light: Palette = LIGHT, dark: Palette = DARK) -> None:
        self.theme, self.light, self.dark = theme, light, dark
        self.palette = dark if theme == "dark" else light
        self.elements: list[str] = []

    # --- elements ---

    def rectangle(self, left: float, top: float, width: float, height: float, radius: float = 0.0, **look: Any) -> None:
        """A rectangle with round corners; `look` is that of `shape`."""
        corner = f' rx="{radius:g}"' if radius else ""
        self.shape("rect", f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"{corner}', **look)

    def circle(self, x: float, y: float, radius: float, **look: Any) -> None:
        """A circle around a point; `look` is that of `shape`."""
        self.shape("circle", f'cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}"', **look)

    def path(self, d: str, **look: Any) -> None:
        """A path; `look` is that of `shape`."""
        self.shape("path", f'd="{d}"', **look)

    def arrow(self, tip: tuple[float, float], behind: tuple[float, float], role: str, size: float = 9.0) -> None:
        """An arrowhead at `tip`, seen from `behind`."""
        dx, dy = tip[0] - behind[0], tip[1] - behind[1]
        length = math.hypot(dx, dy) or 1.0
        dx, dy = dx / length, dy / length
        x, y, half = tip[0] - size * dx, tip[1] - size * dy, 0.45 * size
        corners = f"{x - half * dy:.1f},{y + half * dx:.1f}L{x + half * dy:.1f},{y - half * dx:.1f}"
        self.path(f"M{tip[0]:.1f},{tip[1]:.1f}L{corners}Z", fill=role)

    def shape(
        self,
        tag: str,
        geometry: str,
        *,
        fill: str = "",
        stroke: str = "",
        line: float = 1.2,
        opacity: float = 1.0,
        dash: str = "",
    ) -> None:
        """An element filled and outlined in the colours of two roles; `line` is the width of the outline,
        and `opacity` that of the outline if there is one, else of the filling.
        """
        classes = " ".join([f"f-{fill}"] * bool(fill) + [f"s-{stroke}"] * bool(stroke))
        look = f'class="{classes}" fill="{self.palette[fill] if fill else "none"}"'
        if stroke:
            look += f' stroke="{self.palette[stroke]}" stroke-width="{line:.2f}"'
        if dash:
            look += f' stroke-dasharray="{dash}"'
        if opacity < 1.0:
            look += f' {"stroke" if stroke else "fill"}-opacity="{opacity:.2f}"'
        self.elements.append(f"<{tag} {look} {geometry}/>")

    def text(
        self, x: float, y: float, content: str, size: float, face: str = "mono", role: str = "ink", extra: str = ""
    ) -> None:
        """Text on a base line; `content` is markup: escape what users wrote."""
        face = face_for(content, face) if face == "sans" else face
        family = "" if face == "mono" else f' font-family="{FONTS[face]}"'
        fill = f'class="f-{role}" fill="{self.palette[role]}"'
        self.elements.append(
            f'<text {fill}{family} font-size="{size:g}" x="{x:.1f}" y="{y:.1f}"{extra}>{content}</text>'
        )

    @contextmanager
    def group(self, name: str, tooltip: str = "") -> Iterator[None]:
        """Elements of one class, with a tooltip of their own."""
        title = f"<title>{escape(printable(tooltip))}</title>" if tooltip else ""
        self.elements.append(f'<g class="{name}">{title}')
        yield
        self.elements.append("</g>")

    # --- the whole ---

    def document(self, width: float, height: float, title: str, description: str) -> str:
        """The SVG document; the same elements give the same text."""
        body = "\n".join(self.elements)
        # Several figures may share a page. Equal ids then mean equal figures, for which they do no harm.
        name = "figure-" + hashlib.sha256(f"{self.theme}{title}{body}".encode()).hexdigest()[:10]
        style = dark_rules(f"#{name}", self.light, self.dark) if self.theme == "auto" else ""
        page = f'class="f-page" fill="{self.palette["page"]}"'
        w, h = math.ceil(width), math.ceil(height)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" id="{name}" role="img" '
            f'aria-labelledby="{name}-title {name}-desc" width="{w}" height="{h}" viewBox="0 0 {w} {h}" '
            f'font-family="{FONTS["mono"]}" style="max-width:100%;height:auto">\n'
            f'<title id="{name}-title">{escape(printable(title))}</title>\n'
            f'<desc id="{name}-desc">{escape(printable(description))}</desc>\n'
            f'<style>{style}</style>\n<rect {page} width="100%" height="100%" rx="10"/>\n{body}\n</svg>\n'
        )
