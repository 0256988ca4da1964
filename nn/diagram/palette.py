"""The colours of the network figures: those of all figures, and a tint with its line for layers and panels.

Tints differ in lightness or carry a word, and signs are told by their minus too: nothing is said by hue alone.
"""

from __future__ import annotations

from autograd.drawing.theme import DARK, LIGHT, Palette

__all__ = ["NIGHT", "PAPER"]

_TINTS = {  # light, its line, dark, its line
    "grey": ("#f3f4f6", "#9ca3af", "#1b2129", "#6e7681"),
    "blue": ("#eaf2ff", "#7aa7f0", "#10213a", "#3f74b8"),
    "cream": ("#fdf6e0", "#d9b65a", "#2a2413", "#8f7a35"),
    "slate": ("#e2e8f0", "#64748b", "#252d38", "#8b98a9"),
    "green": ("#e8f8f0", "#3fae84", "#0f2a20", "#2f8f6b"),
    "orange": ("#fff1e2", "#e59b52", "#33210f", "#b8753a"),
    "purple": ("#f1ecfe", "#a48bea", "#211a38", "#7e6ac0"),
    "box": ("#f8fafc", "#cbd5e1", "#151b23", "#3d444d"),
    "card": ("#ffffff", "#cbd5e1", "#161b22", "#3d444d"),
}

PAPER: Palette = {**LIGHT, **{n: t[0] for n, t in _TINTS.items()}, **{f"{n}-line": t[1] for n, t in _TINTS.items()}}
NIGHT: Palette = {**DARK, **{n: t[2] for n, t in _TINTS.items()}, **{f"{n}-line": t[3] for n, t in _TINTS.items()}}
