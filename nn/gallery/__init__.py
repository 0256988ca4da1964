"""The gallery: what the figures can show, each with the lines of code that make it, on one page.

``python -m autograd gallery --out DIR`` writes it. `figures` are the figures, `page` is the page around them.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["write"]


def write(folder: str | Path) -> list[Path]:
    """Write every figure as SVG (for light and dark readers), and the page ``index.html``; returns their paths.

    Parameters
    ----------
    folder : where to; it is made if it is not there.
    """
    from nn.gallery.figures import FIGURES
    from nn.gallery.page import Entry, page

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    entries = [Entry.of(make) for make in FIGURES]
    paths = [entry.picture.save(folder / f"{entry.name}.svg") for entry in entries]
    index = folder / "index.html"
    index.write_text(page(entries), encoding="utf-8")
    return [*paths, index]
