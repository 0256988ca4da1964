"""`Explorer`: a network in the plane, to be played with while it learns.

`settings` says what can be chosen. A `trial` learns and says how it stands, with what each unit says (`columns`) and
the lines between the classes (`contour`); `explorer` changes, plays and pauses it; `still` paints a picture of it. All
of that is plain Python. `widget` and ``explorer.js`` show it in a notebook, for which the extra "notebook" has to be
there.
"""

from nn.explorer.explorer import Explorer

__all__ = ["Explorer"]
