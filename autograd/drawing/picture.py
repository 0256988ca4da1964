"""`Picture`: what every figure can do, whoever painted its SVG: show itself in a notebook, save itself by suffix."""

from __future__ import annotations

import base64
import math
import re
import warnings
from collections.abc import Callable, Iterable
from html import escape
from os import PathLike
from pathlib import Path
from typing import ClassVar

from autograd.drawing.theme import DARK, LIGHT, THEMES, ThemeName

__all__ = ["Picture", "check_theme", "narrowed"]

_MOST_POSSIBLE = 500_000_000
_PAGE = 920
"""As wide as a notebook is, in points."""
_MOST_PIXELS, _LONGEST = 12_000_000, 16_000
"""A PNG whose scale nobody chose is kept below this many pixels, and its sides below that."""


class Picture:
    """A picture that is an SVG at heart. A subclass says how large it is, paints itself, and reads as text.

    Attributes
    ----------
    suffixes : the formats that `save` knows.
    language : of its words, as HTML names it.
    """

    suffixes: ClassVar[tuple[str, ...]] = (".svg", ".png", ".pdf", ".html")
    language: str = "en"

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, in points."""
        raise NotImplementedError  # each kind of picture measures itself

    def paint(self, theme: ThemeName) -> str:
        """The SVG document in a theme that is known."""
        raise NotImplementedError  # ... and paints itself

    def to_svg(self, theme: ThemeName = "auto") -> str:
        """The figure as an SVG document.

        Parameters
        ----------
        theme : ``"light"``, ``"dark"``, or ``"auto"``: light, and dark for readers whose system prefers it.
        """
        check_theme(theme)
        return self.paint(theme)

    def to_png(self, scale: float | None = None, theme: ThemeName = "light") -> bytes:
        """The figure as a PNG, `scale` pixels per point: 2, or what keeps it below 12 million pixels.

        Where that is less than one pixel per point, small text is hard to read, and a warning says so.
        """
        from resvg_py import svg_to_bytes

        if scale is None:
            scale = self._fitting()
            if scale < 1.0:
                width, height = self.size
                warnings.warn(
                    f"a figure of {width:,.0f} × {height:,.0f} points is too large for a PNG, so this one has only "
                    f"{scale:.2g} pixels per point; choose SVG, a smaller figure, or scale=",
                    stacklevel=2,
                )
        if not (scale > 0 and math.isfinite(scale)):
            raise ValueError(f"scale= takes a positive number of pixels per point, but got {scale!r}")
        svg = self.to_svg("light" if theme == "auto" else theme)
        pixels = math.prod(self.size) * scale**2
        if pixels > _MOST_POSSIBLE:  # beyond it the renderer would abort the process
            raise ValueError(f"scale={scale!r} makes a picture of {pixels:.2g} pixels; choose a smaller one, or SVG")
        return svg_to_bytes(svg_string=svg, zoom=scale)

    def _fitting(self) -> float:
        """Two pixels per point, or as many as make a picture of reasonable size."""
        width, height = self.size
        return min(2.0, math.sqrt(_MOST_PIXELS / (width * height)), _LONGEST / max(width, height))

    def to_pdf(self, theme: ThemeName = "light") -> bytes:
        """The figure as a PDF of one page: lines stay lines and text stays text, at any size.

        Raises
        ------
        ImportError : if svg2pdf-py is not installed; it comes with the extra "pdf".
        """
        try:
            from svg2pdf_py import FontDatabase, svg_to_pdf
        except ImportError as error:
            raise ImportError(
                'a PDF needs svg2pdf-py, which is not installed; it comes with the extra "pdf": '
                'pip install "glassgrad[pdf]", or ".[pdf]" in a clone'
            ) from error
        return bytes(svg_to_pdf(self.to_svg("light" if theme == "auto" else theme), FontDatabase.system()))

    def to_html(self, theme: ThemeName = "auto") -> str:
        """The figure as a page of its own, which needs nothing else: it opens from disk, with its tooltips."""
        svg = self.to_svg(theme)
        title = escape(str(self).partition("\n")[0])
        page, scheme = (DARK["page"], "dark") if theme == "dark" else (LIGHT["page"], "light")
        prefers = f"@media(prefers-color-scheme:dark){{body{{background:{DARK['page']}}}}}" if theme == "auto" else ""
        style = f"body{{margin:0;min-height:100vh;display:grid;place-items:center;background:{page}}}{prefers}"
        return (
            f'<!DOCTYPE html>\n<html lang="{self.language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
            '<meta name="viewport" content="width=device-width">\n'
            f'<meta name="color-scheme" content="{"light dark" if theme == "auto" else scheme}">\n'
            f"<style>{style}</style>\n</head>\n<body>\n{svg}</body>\n</html>\n"
        )

    def save(self, path: str | PathLike[str], theme: ThemeName = "auto") -> Path:
        """Write the figure in the format that the suffix of `path` names; returns the path.

        Raises
        ------
        ValueError : if the suffix is none of `suffixes`.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in self.suffixes:
            raise ValueError(f"cannot save a figure as {path.name!r}; end the name in one of {' '.join(self.suffixes)}")
        content = self._written(suffix, theme)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def _written(self, suffix: str, theme: ThemeName) -> str | bytes:
        """The figure in the format of one of `suffixes`."""
        formats: dict[str, Callable[[ThemeName], str | bytes]] = {
            ".svg": self.to_svg, ".png": self._png, ".pdf": self.to_pdf, ".html": self.to_html,
        }  # fmt: skip
        return formats[suffix](theme)

    def _png(self, theme: ThemeName) -> bytes:
        return self.to_png(theme=theme)

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None
    ) -> dict[str, str]:
        """What Jupyter shows: the SVG, and the PNG where a notebook is not trusted."""
        return {
            "image/svg+xml": narrowed(self.to_svg()),
            "image/png": base64.b64encode(self.to_png(self._fitting())).decode("ascii"),
            "text/plain": str(self),
        }


def narrowed(svg: str) -> str:
    """An SVG document that is shown no wider than a notebook, which would cut off the rest."""

    def scaled(found: re.Match[str]) -> str:
        width, height = map(float, found.groups())
        return f'width="{_PAGE}" height="{height * _PAGE / width:.0f}"' if width > _PAGE else found[0]

    return re.sub(r'width="([\d.]+)" height="([\d.]+)"', scaled, svg, count=1)


def check_theme(theme: str) -> None:
    """Refuse a theme that is not known."""
    if theme not in THEMES:
        raise ValueError(f"theme= takes one of {', '.join(map(repr, THEMES))}, but got {theme!r}")
