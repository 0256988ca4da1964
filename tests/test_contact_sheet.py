"""The contact sheet: what is installed is on it."""

import re

import pytest

from tests import contact_sheet


def test_one_sheet(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(contact_sheet, "find_spec", lambda name: None)
    assert contact_sheet.main(["--out", str(tmp_path / "sheet.png")]) == 0
    assert (tmp_path / "sheet.png").read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().err.count("is not installed") == len(contact_sheet.PEERS) - 1


def test_micrograd_draws_itself():
    pytest.importorskip("micrograd")
    assert contact_sheet.of_micrograd().startswith(b"\x89PNG")


def test_a_table_becomes_a_record():
    label = re.fullmatch("(.*)", "<TABLE><TR><TD>a|b<BR/>c</TD><TD>&lt;1&gt;</TD></TR></TABLE>")
    assert contact_sheet.as_record(label) == r'label="a\|b c|\<1\>" shape=record'


def test_the_name_ends_in_png(capsys):
    with pytest.raises(SystemExit):
        contact_sheet.main(["--out", "sheet.jpg"])
    assert "'sheet.jpg'" in capsys.readouterr().err
