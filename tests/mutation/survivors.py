"""The list of known survivors, `survivors.txt`: under each reason the mutants that it holds for."""

from __future__ import annotations

import pathlib
from typing import NamedTuple

__all__ = ["Listed", "read_list"]

_LIST = pathlib.Path(__file__).with_name("survivors.txt")
_KINDS = ("equivalent", "accepted", "choice")


class Listed(NamedTuple):
    """How a survivor is judged, and why."""

    kind: str
    why: str


def read_list(path: pathlib.Path = _LIST) -> dict[str, Listed]:
    """The judgement by `Mutant.key`.

    A line ``equivalent: why`` or ``accepted: why`` opens a paragraph; each further line of it is the key of a mutant.
    Under ``choice: why`` stand whole statements, as ``file:function | statement``, all mutants of which are left out.
    """
    known: dict[str, Listed] = {}
    for paragraph in path.read_text().split("\n\n"):
        heading, *keys = [line for line in paragraph.splitlines() if not line.startswith("#")] or [""]
        kind, _, why = heading.partition(": ")
        if heading and (kind not in _KINDS or not why or not keys):
            raise ValueError(f"a paragraph of {path.name} begins with {' or '.join(_KINDS)}: why, but not {heading!r}")
        for key in keys:
            if key in known:
                raise ValueError(f"{path.name} has {key!r} twice")
            known[key] = Listed(kind, why)
    return known
