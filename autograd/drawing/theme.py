"""Colours and fonts of the figures.

A palette maps a role to a literal colour. Figures carry literal colours in attributes, because CSS variables paint
black in resvg, librsvg and Inkscape; ``theme="auto"`` lays the dark palette over them by classes of the same role.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

__all__ = ["DARK", "FONTS", "LIGHT", "THEMES", "Palette", "ThemeName", "dark_rules"]

Palette = Mapping[str, str]
ThemeName = Literal["auto", "light", "dark"]
THEMES = ("auto", "light", "dark")

LIGHT: Palette = {
    "page": "#ffffff", "card": "#ffffff", "ink": "#111827", "muted": "#6b7280", "line": "#cbd5e1", "wire": "#b3bfce",
    "leaf": "#6366f1", "leaf-ink": "#3730a3", "root": "#111827",
    "positive": "#2563eb", "positive-ink": "#1e3a8a", "negative": "#ea580c", "negative-ink": "#431407",
    "zero": "#eef0f3", "alarm": "#dc2626", "alarm-ink": "#991b1b",
    "sum": "#0f766e", "product": "#6d28d9", "function": "#be185d", "on-chip": "#ffffff",
}  # fmt: skip
DARK: Palette = {
    "page": "#0d1117", "card": "#161b22", "ink": "#e6edf3", "muted": "#8b949e", "line": "#3d444d", "wire": "#59626d",
    "leaf": "#818cf8", "leaf-ink": "#e0e7ff", "root": "#e6edf3",
    "positive": "#58a6ff", "positive-ink": "#dbeafe", "negative": "#ff9650", "negative-ink": "#ffe4d1",
    "zero": "#21262d", "alarm": "#f85149", "alarm-ink": "#ffb3ad",
    "sum": "#2dd4bf", "product": "#a78bfa", "function": "#f472b6", "on-chip": "#0d1117",
}  # fmt: skip

FONTS = {
    "sans": "system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,'DejaVu Sans',sans-serif",
    "han": "'PingFang SC','Microsoft YaHei','Noto Sans CJK SC','Source Han Sans SC',sans-serif",
    "mono": "ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace",
    "serif": "'STIX Two Text',Cambria,Georgia,'DejaVu Serif','Times New Roman',serif",
}


def dark_rules(scope: str, light: Palette = LIGHT, dark: Palette = DARK) -> str:
    """The style rules that recolour everything under the selector `scope` where the reader prefers dark."""
    rules = "".join(
        f"{scope} .f-{role}{{fill:{colour}}}{scope} .s-{role}{{stroke:{colour}}}"
        for role, colour in dark.items()
        if colour != light[role]
    )
    return f"@media (prefers-color-scheme:dark){{{rules}}}"
