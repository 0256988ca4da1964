"""Is what a notebook shows what it computes? The outputs stored in it and those of a new run, compared by structure.

Text has to be the same, up to numbers: those may differ by a percent, or in the last digit shown, because another
machine sums in another order and a training amplifies it. Of an SVG the kinds of elements and their texts count, and of
a raster image that it is there. A cell with the tag ``varies`` prints times: only the kinds of its outputs count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from xml.etree import ElementTree

from nbformat import NotebookNode

__all__ = ["differences"]

_NUMBER = re.compile(r"[-+−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")
_TOLERANCE = 0.01


def differences(stored: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    """Yield, for each cell whose outputs differ, what differs."""
    for number, (old, new) in enumerate(zip(stored.cells, fresh.cells, strict=True)):
        if new.cell_type != "code":
            continue
        for a, b in zip_longest(old.outputs, new.outputs):
            if a is None or b is None or _kinds(a) != _kinds(b):
                yield f"cell {number}: stored is {_kinds(a)}, a run gives {_kinds(b)}"
            elif "varies" not in new.metadata.get("tags", ()):
                yield from (f"cell {number}: {what}" for what in _differ(a, b))


def _kinds(output: NotebookNode | None) -> list[str]:
    if output is None:
        return []
    return [output.output_type, *sorted(output.get("data", ()))]


def _differ(stored: NotebookNode, fresh: NotebookNode) -> Iterator[str]:
    if fresh.output_type == "stream":
        yield from _lines(stored.text, fresh.text)
        return
    for kind, new in fresh.get("data", {}).items():
        if kind == "image/svg+xml":
            old_tags, old_text = _parts(stored.data[kind])
            tags, text = _parts(new)
            if old_tags != tags:
                yield f"the figure has other elements: {dict(old_tags - tags)} then, {dict(tags - old_tags)} now"
            yield from _lines(old_text, text)
        elif not kind.startswith("image/"):
            yield from _lines(stored.data[kind], new)


def _parts(svg: str) -> tuple[Counter[str], str]:
    """How many elements of each kind, and the texts in their order."""
    elements = list(ElementTree.fromstring(svg).iter())
    texts = ("".join(e.itertext()) for e in elements if e.tag.endswith(("}text", "}title")))
    return Counter(e.tag.rpartition("}")[2] for e in elements), "\n".join(texts)


def _lines(stored: str, fresh: str) -> Iterator[str]:
    for old, new in zip_longest(stored.split("\n"), fresh.split("\n"), fillvalue=""):
        if not _same(old, new):
            yield f"{old!r} is stored, {new!r} is what a run gives"


def _same(old: str, new: str) -> bool:
    if " ".join(_NUMBER.sub("#", old).split()) != " ".join(_NUMBER.sub("#", new).split()):
        return False
    return all(_close(a, b) for a, b in zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True))


def _close(old: str, new: str) -> bool:
    a, b = (float(text.replace("−", "-").replace(",", "")) for text in (old, new))
    return abs(a - b) <= _TOLERANCE * abs(b) + 1.01 * min(_last_digit(old), _last_digit(new))


def _last_digit(text: str) -> float:
    """What one more in the last digit shown is; of whole numbers, which are counts, nothing."""
    mantissa, _, exponent = text.partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2])) if "." in mantissa or exponent else 0.0
