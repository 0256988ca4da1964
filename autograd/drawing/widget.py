"""The stepper as a widget for notebooks: an anywidget, so the extra "notebook" has to be there.

The module is that of the page (``stepper.js``). What is computed again when a leaf has another value is computed here,
by the program of the tape: any operation takes part that Python knows.
"""

from __future__ import annotations

from typing import Any

from anywidget import AnyWidget
from traitlets import Dict, Int, List

from autograd.drawing.figure import Figure
from autograd.drawing.picture import narrowed
from autograd.drawing.stepper import data_of, encoded, module
from autograd.drawing.walk import Walk

__all__ = ["Stepper"]


class Stepper(AnyWidget):  # type: ignore[misc]  # of a class that mypy need not know
    """A figure with a step.

    Attributes
    ----------
    step : where it stands; assign to it to go elsewhere.
    leaves : the numbers of the leaves, in the order of the tape; assign to compute the graph again with others.
    numbers : what came of them: all values, and all local partials.
    """

    _esm = module()
    step = Int(0).tag(sync=True)
    leaves = List().tag(sync=True)
    numbers = Dict().tag(sync=True)
    data = Dict().tag(sync=True)

    def __init__(self, figure: Figure, walk: Walk) -> None:
        data = data_of(walk, figure.walk_layout, "auto")
        super().__init__(data=data | {"whatif": walk.program is not None, "host": True})
        self._figure, self._walk = figure, walk
        self.observe(self._compute, "leaves")

    def _compute(self, change: Any) -> None:
        assert self._walk.program is not None
        values, partials = self._walk.program([float(x) for x in change["new"]])
        self.numbers = {"values": list(map(encoded, values)), "partials": list(map(encoded, partials))}

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The widget, and where there is none, as in a notebook that was exported, the figure that plays by itself."""
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        still = Figure(self._walk.scene, self._figure.rankdir)._repr_mimebundle_()
        still["image/svg+xml"] = narrowed(self._figure.to_svg(animate=True))
        return {**still, **(data or {}), "text/plain": still["text/plain"]}, metadata
