"""A figure as a small tree of text, for terminals and plain notebooks."""

from __future__ import annotations

from collections import defaultdict

from autograd.drawing.scene import Card, Scene
from autograd.drawing.words import WORDS

__all__ = ["outline"]

_DEEPEST = 12
_MOST_LINES = 60


def outline(scene: Scene) -> str:
    """The roots, with their operands indented under them; a value that is used twice is written out once."""
    operands: dict[int, list[tuple[int, str]]] = defaultdict(list)
    copy = WORDS[scene.lang]["another copy"]
    for edge in scene.edges:
        operands[edge.target].append((edge.source, f"   ({edge.label or copy})" if edge.copy else ""))
    lines: list[str] = []
    written: set[int] = set()
    # Each entry: a card, the text before it, the text before its operands, and the text behind it.
    stack = [(place, "", "", "") for place in reversed(scene.roots)]
    while stack:
        if len(lines) >= _MOST_LINES:
            lines.append("…")
            break
        place, lead, inner, behind = stack.pop()
        card = scene.cards[place]
        below = operands[place]
        if place in written and (below or card.name or card.title):
            lines.append(f"{lead}{card.title or card.name or _line(card)} ↑{behind}")
            continue
        written.add(place)
        cut = bool(below) and len(inner) >= 3 * _DEEPEST
        lines.append(f"{lead}{_line(card)}{'   …' if cut else ''}{behind}")
        if not cut:
            ends = [False] * (len(below) - 1) + [True]
            for (source, note), last in reversed(list(zip(below, ends, strict=False))):
                stack.append((source, inner + ("└─ " if last else "├─ "), inner + ("   " if last else "│  "), note))
    return "\n".join([*lines, *scene.caption])


def _line(card: Card) -> str:
    """One value, or one folded part, on one line."""
    title = f"{card.title} " if card.title else ""
    symbol = f"{card.symbol} " if card.symbol else ""
    name = f"{card.name} = " if card.name else ""
    note = "".join(f"   {text}" for text in (card.note, card.holds) if text)
    slope = ""
    if card.gradient and card.gradient.text:
        label = card.gradient.label
        slope = f"   {label}{':' if ' ' in label else ''} {card.gradient.text}"
    return f"{title}{symbol}{name}{card.value}{note}{slope}"
