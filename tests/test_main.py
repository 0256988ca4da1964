"""``python -m autograd``."""

import pytest

from autograd.__main__ import main


def test_evaluates_differentiates_and_draws(tmp_path, capsys):
    out = tmp_path / "figure.svg"
    assert main(["x**2 * w", "x=3", "w=-2", "--out", str(out)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "x**2 * w = -18.0"
    assert [line.split() for line in printed[2:5]] == [
        ["variable", "value", "gradient"],
        ["x", "3.0", "-12.0"],
        ["w", "-2.0", "9.0"],
    ]
    assert printed[-1] == f"figure in {out}"
    assert out.read_text(encoding="utf-8").startswith("<svg")


def test_a_formula_may_begin_with_a_minus_sign_and_have_no_variables(tmp_path, capsys):
    assert main(["-x", "x=2", "--out", str(tmp_path / "a.dot"), "--theme", "dark"]) == 0
    assert main(["x + x", "x=2", "--lang", "zh", "--out", str(tmp_path / "c.svg")]) == 0
    assert "梯度" in (tmp_path / "c.svg").read_text(encoding="utf-8")
    assert main(["1+1", "--out", str(tmp_path / "b.png")]) == 0
    assert "-x = -2.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["x +", "x=1"], "invalid syntax"), (["x"], "'x' has no value"), (["x", "x=a"], "not a number"),
        (["x", "x="], "not a number"), (["x", "=1"], "cannot name"), (["x", "2x=1"], "cannot name"),
        (["x", "if=1"], "cannot name"), (["x", "x=1", "x=2"], "twice"), (["x", "x=1", "y=2"], "y does not occur"),
        (["x", "x"], "name=number"), (["x", "x=1", "--out", "figure.jpg"], ".svg .png"),
        (["x", "x=1", "--precision", "-1"], "precision="), (["x", "x=1", "--out", "no/such/folder/a.svg"], "folder"),
    ],
)  # fmt: skip
def test_errors_are_one_message_and_exit_code_2(words, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("error: ")
    assert message in printed.err
    assert not list(tmp_path.iterdir())


def test_help(capsys):
    with pytest.raises(SystemExit) as done:
        main(["--help"])
    assert done.value.code == 0
    assert "neuron.svg" in capsys.readouterr().out
