"""What was perhaps meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

__all__ = ["meant"]


def meant(name: Any, known: Iterable[str]) -> str:
    """What to add to a message: the known name that is nearest, if one is near.

    >>> meant("acuracy", ["accuracy", "f1"]), meant("speed", ["accuracy", "f1"])
    (", did you mean 'accuracy'?", '')
    """
    near = difflib.get_close_matches(str(name).lower(), known, n=1)
    return f", did you mean {near[0]!r}?" if near else ""
