"""A figure of matplotlib that a notebook shows as the value of a cell.

Matplotlib's own does so only if pyplot has made it, which keeps every figure open until it is closed by hand.
"""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure

__all__ = ["Picture"]

_SHOWN, _DRAWN = 96, 200
"""Dots per inch: how large a notebook shows it, and how many there are, for fine displays."""


class Picture(Figure):
    """The figure that all functions of `nn.plot` return."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """PNG, as IPython asks for it, with the size to show it at."""
        out = io.BytesIO()
        self.savefig(out, format="png", dpi=_DRAWN)
        width, height = (round(inches * _SHOWN) for inches in self.get_size_inches())
        return {"image/png": out.getvalue()}, {"image/png": {"width": width, "height": height}}
