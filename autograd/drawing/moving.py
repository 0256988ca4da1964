"""A walk as an SVG that plays it by itself, by CSS alone: for a README, a slide, or a notebook that was exported.

Elements are there as they are at the end, and an animation hides them until their step. So the last frame is the figure
itself, which is also what programs show that know no animation, and readers who asked their system for less motion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from html import escape

from autograd.drawing import measure
from autograd.drawing.elements import Scene
from autograd.drawing.layout import MARGIN, Layout
from autograd.drawing.paint import Painter
from autograd.drawing.text import face_for
from autograd.drawing.text import width as text_width
from autograd.drawing.theme import ThemeName
from autograd.drawing.walk import Walk, filled

__all__ = ["Moving"]

_SECONDS, _REST, _TIMES = 1.4, 4.0, 3
"""How long a step takes, how long the end stays, and how often it plays."""
_LEAD = 84.0
"""Width of the word for the pass, before a caption."""


class Moving(Painter):
    """Writes elements that appear in time, and captions under them."""

    def __init__(self, walk: Walk, prefix: str, scene: Scene, layout: Layout, theme: ThemeName) -> None:
        super().__init__(prefix, scene, layout, theme)
        self.walk = walk
        self.captions = [
            [filled(line.text, walk.numbers, walk.precision) for line in step.lines] for step in walk.steps
        ]
        self.height += max(map(len, self.captions)) * measure.LINE + 12.0
        texts = [text for lines in self.captions for text in lines]
        widest = max(text_width(text, measure.CAPTION, face_for(text, "mono")) for text in texts)
        self.width = max(self.width, widest + _LEAD + 2 * MARGIN)
        self.shown_at: dict[tuple[str, int], int] = {}
        self.busy: dict[int, list[int]] = defaultdict(list)
        """The steps that a card takes part in."""
        arrived: dict[int, int] = defaultdict(int)
        for now, step in enumerate(walk.steps):
            card = walk.cards[step.place]
            if step.phase == "forward":
                self.shown_at["value", card] = now
            elif step.phase == "seed":
                self.shown_at["strip", card] = now
            if step.phase != "leaves":
                self.busy[card].append(now)
            for edge in step.edges:
                source = walk.ends(edge)[1]
                arrived[source] += 1
                self.shown_at["pill", walk.edges[edge]] = now
                if arrived[source] == walk.uses[source]:  # the sum is complete
                    self.shown_at["strip", walk.cards[source]] = now

    def part(self, kind: str, i: int, elements: str) -> str:  # noqa: D102  # see Painter
        step = self.shown_at.get((kind, i))
        return f'<g class="at at{step}">{elements}</g>' if step else elements

    def body(self) -> Iterator[str]:  # noqa: D102
        yield from super().body()
        top = self.layout.height + 6.0
        for now, (step, lines) in enumerate(zip(self.walk.steps, self.captions, strict=True)):
            hidden = ' opacity="0"' if now < len(self.captions) - 1 else ""
            yield f'<g class="at say{now}"{hidden}>'
            word = escape(self.walk.words[step.phase])
            yield self.text(
                MARGIN, top + measure.CAPTION, word, measure.CAPTION, "sans", "leaf-ink", ' font-weight="600"'
            )
            for i, line in enumerate(lines):
                y = top + measure.CAPTION + i * measure.LINE
                extra = ' xml:space="preserve"'
                yield self.text(MARGIN + _LEAD, y, escape(line), measure.CAPTION, "mono", "ink", extra)
            yield "</g>"

    def style(self) -> str:  # noqa: D102
        return super().style() + f"@media(prefers-reduced-motion:no-preference){{{''.join(self.rules())}}}"

    def rules(self) -> Iterator[str]:
        """The animation: when each part appears, which card is at work, and the captions one after the other."""
        name, last = self.prefix, len(self.captions) - 1
        total = len(self.captions) * _SECONDS + _REST

        def at(step: float) -> str:
            return f"{100.0 * step * _SECONDS / total:.2f}%"

        yield f"#{name} .at,#{name} .frame{{animation-duration:{total:g}s;animation-iteration-count:{_TIMES}}}"
        for now in sorted({*self.shown_at.values()}):
            yield f"#{name} .at{now}{{animation-name:{name}-{now}}}"
            yield f"@keyframes {name}-{now}{{0%,{at(now)}{{opacity:0}}{at(now + 0.25)},100%{{opacity:1}}}}"
        for now in range(last + 1):
            before = f"0%,{at(now)}{{opacity:0}}" if now else ""
            after = f"{at(now + 0.99)}{{opacity:1}}{at(now + 1)},100%{{opacity:0}}" if now < last else "100%{opacity:1}"
            yield f"#{name} .say{now}{{animation-name:{name}-say{now}}}"
            yield f"@keyframes {name}-say{now}{{{before}{at(now + 0.01)},{after}}}"
        for card, steps in self.busy.items():
            wide = {"leaf": 1.5}.get(self.scene.cards[card].kind, 2.2 if self.scene.cards[card].is_root else 1.4)
            pulses = "".join(
                f"{at(now)}{{stroke-width:{wide}}}{at(now + 0.1)},{at(now + 0.9)}{{stroke-width:4.5}}"
                f"{at(now + 1)}{{stroke-width:{wide}}}"
                for now in steps
            )
            yield f"#{name}-node-{card} .frame{{animation-name:{name}-busy{card}}}"
            yield f"@keyframes {name}-busy{card}{{0%,100%{{stroke-width:{wide}}}{pulses}}}"
