"""The gallery: the code that is shown is the code that was run, and the page hangs together."""

from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograd.__main__ import main
from nn.gallery import write
from nn.gallery.figures import FIGURES
from nn.gallery.page import IMPORTS, Entry, page


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.texts, self.depth = Counter(), [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.update([attributes["id"]] if "id" in attributes else [])
        self.links += [attributes["href"]] if "href" in attributes else []

    def handle_data(self, data):
        self.texts.append(data)


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gallery") / "new" / "folder"
    return write(folder)


def test_every_figure_is_written(gallery):
    *figures, index = gallery
    assert len(figures) == len(FIGURES) >= 12
    assert index.name == "index.html"
    assert all(path.read_text(encoding="utf-8").startswith("<svg") for path in figures)


def test_the_page_hangs_together(gallery):
    index = gallery[-1]
    read = Page(index.read_text(encoding="utf-8"))
    assert max(read.ids.values()) == 1
    for link in read.links:
        assert link[1:] in read.ids if link.startswith("#") else (index.parent / link).exists()
    figures = [name for name in read.ids if name.startswith(("graph-", "figure-")) and name.count("-") == 1]
    assert len(figures) == 2 * len(FIGURES)


@pytest.mark.parametrize("make", FIGURES, ids=lambda make: make.__name__)
def test_the_code_on_the_page_draws_the_figure(make):
    entry = Entry.of(make)
    *lines, last = entry.code.splitlines()
    scope = {}
    exec("\n".join([IMPORTS, *lines]), scope)
    again = eval(last.replace("locals()", "dict(globals())"), scope)
    assert again.to_svg() == entry.picture.to_svg()
    assert entry.title
    assert entry.text
    assert entry.code in "".join(Page(page([entry])).texts)


def test_the_command(tmp_path, capsys):
    assert main(["gallery", "--out", str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out == f"{len(FIGURES)} figures in {tmp_path / 'out' / 'index.html'}\n"
    (tmp_path / "file").write_text("")
    assert main(["gallery", "--out", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.startswith("error: ")
    assert main(["(gallery)", "gallery=2", "--out", str(Path(tmp_path) / "a.svg")]) == 0
