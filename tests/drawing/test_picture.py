"""What every picture can do: a page of its own, a PDF, formats by suffix."""

import re
import struct

import pytest

import autograd
from autograd import Value
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


def test_a_png_of_a_very_wide_figure_is_scaled_down():
    class Line(Dot):
        size = (50_000.0, 100.0)

    with pytest.warns(
        UserWarning, match=r"50,000 × 100 points is too large for a PNG, so .* only 0.32 pixels per point"
    ):
        picture = Line().to_png()
    assert struct.unpack(">II", picture[16:24]) == (16_000, 32)
    assert struct.unpack(">II", Dot().to_png()[16:24]) == (40, 20)
    assert set(Line()._repr_mimebundle_()) == {"image/svg+xml", "image/png", "text/plain"}  # in silence


def test_a_notebook_shows_a_wide_figure_as_wide_as_it_is_itself():
    assert Dot()._repr_mimebundle_()["image/svg+xml"] == Dot().to_svg()
    wide = autograd.draw(sum(Value(float(i)) for i in range(12)))
    svg, shown = wide.to_svg(), wide._repr_mimebundle_()["image/svg+xml"]
    sizes = (re.search(r'width="(.*?)" height="(.*?)"', x).groups() for x in (svg, shown))
    (width, height), (narrow, low) = (map(float, size) for size in sizes)
    assert width > 920 == narrow
    assert low / narrow == pytest.approx(height / width, rel=0.01)
    assert f'viewBox="0 0 {width:.0f} {height:.0f}"' in shown


def test_a_subclass_says_how_large_it_is_and_paints():
    with pytest.raises(NotImplementedError):
        _ = Picture().size
    with pytest.raises(NotImplementedError):
        Picture().to_svg()


def test_han_letters_get_a_font_that_has_them():
    assert "Noto Sans CJK SC" in Dot().to_svg()
