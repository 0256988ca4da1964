"""Who called: the nearest code that is not ours, and what a person calls its file."""

from __future__ import annotations

import sys
from types import FrameType

__all__ = ["at_a_prompt", "caller", "cell_of"]


def caller(*homes: str) -> FrameType:
    """The innermost frame whose file is in none of the folders `homes`, or the outermost one."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(homes):
        frame = frame.f_back
    return frame


def cell_of(file: str) -> str | None:
    """What IPython calls the cell of a notebook, if the file is one; it has a number for a name."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    cell = shell and shell.compile.format_code_name(file)
    return cell[1] if cell else None


def at_a_prompt(frame: FrameType) -> bool:
    """Whether this code was typed in a notebook or at a prompt: it is of the main module, and that has no file."""
    return frame.f_globals.get("__name__") == "__main__" and "__file__" not in frame.f_globals
