"""A figure of matplotlib that a notebook shows as the value of a cell.

Matplotlib's own does so only if pyplot has made it, which keeps every figure open until it is closed by hand.
"""

from __future__ import annotations

import io
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

__all__ = ["Picture"]

_SHOWN, _DRAWN = 96, 120
"""Dots per inch: how large a notebook shows it, and how many there are: fine, and still small in a stored notebook."""


class Picture(Figure):
    """The figure that all functions of `nn.plot` return."""

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """PNG, as IPython asks for it, with the size to show it at."""
        drawn, out = io.BytesIO(), io.BytesIO()
        self.savefig(drawn, format="png", dpi=_DRAWN)
        image = Image.open(drawn).convert("RGB").quantize(256, dither=Image.Dither.NONE)  # a third of the bytes
        image.save(out, format="png", optimize=True)
        width, height = (round(inches * _SHOWN) for inches in self.get_size_inches())
        return {"image/png": out.getvalue()}, {"image/png": {"width": width, "height": height}}

    def _ipython_display_(self) -> None:
        """The same where pyplot is used as well, which has IPython draw all figures in its own way."""
        from IPython.display import display

        data, metadata = self._repr_mimebundle_()
        display({**data, "text/plain": repr(self)}, raw=True, metadata=metadata)  # type: ignore[no-untyped-call]
