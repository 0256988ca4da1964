"""Places in sources: which files are a library's, whose lines say nothing to a user."""

from __future__ import annotations

import os

import numpy as np

__all__ = ["is_library"]

_HOME = os.path.dirname(os.path.dirname(__file__)) + os.sep
_NUMPY = os.path.dirname(np.__file__) + os.sep
_PYTHON = os.path.dirname(os.__file__) + os.sep


class _Libraries(dict[str, bool]):
    """Whether a file is ours, numpy's or Python's own."""

    def __missing__(self, file: str) -> bool:
        is_python = file.startswith((_PYTHON, "<frozen ")) and "-packages" not in file
        self[file] = answer = is_python or file.startswith((_HOME, _NUMPY))
        return answer


is_library = _Libraries()
