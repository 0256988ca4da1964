"""Text as it appears in a figure: numbers, names with subscripts, and how wide they will be.

Layout happens before any font is known, so widths are estimates on the safe side: those of the DejaVu fonts, the widest
of the stacks in `theme.FONTS`.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any, NamedTuple

import numpy as np

__all__ = [
    "Name", "Piece", "array", "counted", "face_for", "fitted", "number", "one_line", "printable", "raised", "shape",
    "shortened", "split_name", "width",
]  # fmt: skip

LONGEST_NAME = 27
"""Longer names have an ellipsis in their middle; the tooltip has them whole."""

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NUMBERED = re.compile(r"([^\W\d_]+)_?([0-9₀-₉]+(?:_[0-9]+)*)")
_LAYERED = re.compile(r"([^\W\d_]+)\^(\w{1,3}?)(?:_(\w{1,4}))?")
_LABELLED = re.compile(r"([^\W\d_])_([^\W_]+)")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_RAISED = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_PRODUCT = re.compile(r"(?:[^\W\d_][0-9]+)+")


class Piece(NamedTuple):
    """Part of a name as a textbook sets it: ``w12`` is w with 12 below, ``a^1_2`` a with 1 above and 2 below."""

    base: str
    subscript: str = ""
    superscript: str = ""


Name = tuple[Piece, ...]


def number(x: Any, precision: int = 4) -> str:
    """A number for reading: `precision` decimals without trailing zeros, an exponent where those would say nothing.

    >>> [number(x) for x in (2.0, -0.70710678, 1e-300, 1234567890.0, -0.0, float("-inf"))]
    ['2', '−0.7071', '1e−300', '1.2346e9', '−0', '−inf']
    """
    x = float(x)
    size = abs(x)
    if not math.isfinite(x):
        text = str(x)
    elif size == 0.0 or 10.0 ** -min(precision, 2) <= size < 1e6:
        text = f"{x:.{precision}f}"
    elif size < 1e6:
        text = f"{x:.{max(precision, 1)}g}"
    else:
        text = f"{x:.{precision}e}"
    digits, e, exponent = text.partition("e")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return (digits + e + (str(int(exponent)) if e else "")).replace("-", "−")


def counted(n: int) -> str:
    """A count for reading, however large: Python refuses to write out integers of more than 4,300 digits.

    >>> counted(4213), counted(2**200), counted(2**20_000)
    ('4,213', '10⁶⁰', '10⁶⁰²⁰')
    """
    return f"{n:,}" if n < 10**12 else f"10{raised(str(int(math.log10(n))))}"


def raised(text: str) -> str:
    """Digits as an exponent.

    >>> "x" + raised("−12")
    'x⁻¹²'
    """
    return text.translate(_RAISED)


def array(x: Any, precision: int = 4) -> str:
    """A small array in one row, as numpy nests it.

    >>> array(np.array([[1.0, -2.5], [0.0, 4.0]]))
    '[[1, −2.5], [0, 4]]'
    """
    if np.ndim(x) == 0:
        return number(x, precision)
    return "[" + ", ".join(array(row, precision) for row in x) + "]"


def shape(extents: tuple[int, ...]) -> str:
    """The shape of an array: ``64×10``, or ``(3,)`` where a bare 3 would read as a number.

    >>> shape((64, 10)), shape((3,)), shape(())
    ('64×10', '(3,)', '()')
    """
    return "×".join(map(str, extents)) if len(extents) > 1 else str(extents)


def printable(text: str) -> str:
    """`text` on one line, with the characters that XML cannot hold as escapes."""
    escaped = _NOT_XML.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
    return " ".join(escaped.split())


def face_for(text: str, face: str) -> str:
    """The face to set `text` in: ``"han"`` where it has Chinese characters that `face` may lack.

    Its fonts come first in their stack, because resvg borrows missing letters from any font. Serif faces keep theirs.

    >>> face_for("grad", "mono"), face_for("梯度", "mono")
    ('mono', 'han')
    """
    wide = any(unicodedata.east_asian_width(char) == "W" for char in text)
    return "han" if wide and face != "serif" else face


def shortened(name: str) -> str:
    """A name with an ellipsis in its middle where it is too long for a figure.

    >>> shortened("encoder.layers.11.attention.weight")
    'encoder.layer…ention.weight'
    """
    half = LONGEST_NAME // 2
    return name if len(name) <= LONGEST_NAME else f"{name[:half]}…{name[-half:]}"


def split_name(name: str) -> Name:
    """Where a textbook would put subscripts and superscripts.

    Four kinds of names have them: letters and then numbers (``x1``, ``loss_2``, and with a comma ``a11_2``), one
    letter with a label (``W_in``), single letters with a number each (``x1w1``), and letters with something above, as
    in LaTeX (``a^1``, ``a^1_2``, for a layer and a unit). All others stay what they are: ``x[1]``, which is not
    ``x1``, ``learning_rate``, ``layer2_out``, ``conv2d``.

    >>> for name in ("x1", "a11_2", "W_in", "x1w1", "a^1_2", "layer2_out"):
    ...     print(*(tuple(piece) for piece in split_name(name)))
    ('x', '1', '')
    ('a', '11,2', '')
    ('W', 'in', '')
    ('x', '1', '') ('w', '1', '')
    ('a', '2', '1')
    ('layer2_out', '', '')
    """
    text = shortened(printable(name))
    if match := _LAYERED.fullmatch(text):
        return (Piece(match[1], match[3] or "", match[2]),)
    if match := _NUMBERED.fullmatch(text):
        return (Piece(match[1], unicodedata.normalize("NFKD", match[2].replace("_", ","))),)
    if match := _LABELLED.fullmatch(text):
        return (Piece(match[1], match[2]),)
    if _PRODUCT.fullmatch(text):
        return tuple(Piece(part[0], part[1:]) for part in re.findall(r"\D\d+", text))
    return (Piece(text),)


def one_line(name: str) -> str:
    """A name with its subscripts and superscripts as small digits, where there are such.

    >>> one_line("w12"), one_line("a^1_2"), one_line("W_in"), one_line("learning_rate")
    ('w₁₂', 'a¹₂', 'W_in', 'learning_rate')
    """
    return "".join(
        base + raised(above) + (below.translate(_LOWERED) if below.isdigit() else f"_{below}" if below else "")
        for base, below, above in split_name(name)
    )


# --- widths, in units of the font size ---

_SERIF = {
    0.34: " ,.il'-/:;\\|j", 0.41: "f()[]!IJt", 0.52: '"r*_`‖s∂', 0.60: "z?εcvxyŷβeaoγδθ",
    0.66: "kλ$0123456789bdghnpqu{}μLY", 0.75: "PTασFSZφ∇XΣAVΔBEKR", 0.88: "CDGOQω#+<=>U^~×−wHN", 1.03: "&%m@…MW",
}  # fmt: skip
_SANS = {
    0.38: "'ijl /IJ\\|,.", 0.48: ":;-f!()[]t", 0.60: "r_`‖\"*∂ε?zcs", 0.71: "λLvxyakEFTeγΣoαδθ$0123456789∇hnu{}",
    0.78: "SYbdgpqβCPZμBAKRVXΔσφ", 0.87: "UGD#+<=>HN^~×−OQ&ω", 1.1: "w%@M…mW",
}  # fmt: skip
_WIDTHS = {
    face: {char: units for units, chars in table.items() for char in chars}
    for face, table in {"serif": _SERIF, "sans": _SANS, "mono": {}}.items()
}
_OTHER = {"serif": 0.8, "sans": 0.85, "mono": 0.605}


def width(text: str, size: float, face: str) -> float:
    """How wide `text` is at most at font size `size`, in the face "serif" (italic), "sans" (bold), "han" or "mono"."""
    face = "sans" if face == "han" else face
    return size * sum(_char_width(char, face) for char in text)


def fitted(text: str, room: float, size: float, face: str) -> str:
    """As much of `text` as there is room for, with an ellipsis where that is not all.

    >>> fitted("layers.0", 99.0, 11.0, "sans"), fitted("layers.0", 40.0, 11.0, "sans")
    ('layers.0', 'laye…')
    """
    if width(text, size, face) <= room:
        return text
    while text and width(text + "…", size, face) > room:
        text = text[:-1]
    return text + "…"


def _char_width(char: str, face: str) -> float:
    known = _WIDTHS[face].get(char)
    if known is not None:
        return known
    if unicodedata.combining(char):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(char) in "WF" or ord(char) > 0xFFFF else _OTHER[face]
