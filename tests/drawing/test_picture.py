"""What every picture can do: a page of its own, a PDF, formats by suffix."""

import pytest

from autograd.drawing import Canvas, Picture


class Dot(Picture):
    """A blue dot."""

    size = (20.0, 10.0)

    def paint(self, theme):
        canvas = Canvas(theme)
        canvas.circle(10.0, 5.0, 4.0, fill="positive", stroke="ink", line=2.0, opacity=0.5)
        canvas.text(1.0, 8.0, "点", 4.0, "sans")
        with canvas.group("dot", '<a & "b">\x00'):
            canvas.arrow((9.0, 5.0), (1.0, 5.0), "ink")
        return canvas.document(*self.size, "A <dot>", "It is blue.")

    def __str__(self):
        return "a <dot>\nthat is blue"


@pytest.mark.parametrize(("theme", "scheme"), [("auto", "light dark"), ("light", "light"), ("dark", "dark")])
def test_a_page_of_its_own(theme, scheme):
    page = Dot().to_html(theme)
    assert "<title>a &lt;dot&gt;</title>" in page
    assert f'content="{scheme}"' in page
    assert Dot().to_svg(theme) in page
    assert ("prefers-color-scheme" in page) is (theme == "auto")


def test_a_pdf():
    pytest.importorskip("svg2pdf_py")
    assert Dot().to_pdf().startswith(b"%PDF")


def test_a_pdf_says_what_it_needs(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "svg2pdf_py", None)
    with pytest.raises(ImportError, match=r"glassgrad\[pdf\]"):
        Dot().to_pdf()


@pytest.mark.parametrize(("suffix", "start"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".html", b"<!DOCTYPE")])
def test_formats_by_suffix(suffix, start, tmp_path):
    assert Dot().save(tmp_path / f"dot{suffix}").read_bytes().startswith(start)


def test_a_subclass_says_how_large_it_is_and_paints():
    with pytest.raises(NotImplementedError):
        _ = Picture().size
    with pytest.raises(NotImplementedError):
        Picture().to_svg()


def test_han_letters_get_a_font_that_has_them():
    assert "Noto Sans CJK SC" in Dot().to_svg()
