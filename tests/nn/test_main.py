import csv
import signal
import subprocess
import sys

import pytest

for _module in ("sklearn", "matplotlib", "tqdm"):
    pytest.importorskip(_module)

from nn.__main__ import main  # noqa: E402  # after the check
from nn.train import Training  # noqa: E402

FILES = {"curve.svg", "graph.svg", "confusion.svg", "history.csv"}


@pytest.mark.parametrize("name", ["iris", "digits"])
def test_a_run_prints_its_accuracy_and_writes_its_files(name, tmp_path, capsys):
    assert main([name, "--epochs", "2", "--seed", "1", "--out", str(tmp_path / "deep" / name)]) == 0
    out, err = capsys.readouterr()
    folder = tmp_path / "deep" / name
    assert {path.name for path in folder.iterdir()} == FILES
    assert all(str(folder / file) in out for file in FILES)
    assert "test accuracy" in out
    assert "2/2" in err
    for figure in FILES - {"history.csv"}:
        assert "<svg" in (folder / figure).read_text(encoding="utf-8")
    with (folder / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert 0.0 < float(rows[-1]["val_accuracy"]) <= 1.0


def test_the_same_seed_writes_the_same_files(tmp_path, capsys):
    for run in ("first", "second"):
        main(["digits", "--epochs", "1", "--seed", "2", "--out", str(tmp_path / run)])
    for file in FILES:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes()


def test_as_a_command_it_writes_below_the_current_folder(tmp_path):
    command = [sys.executable, "-m", "nn", "iris", "--epochs", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out" / "iris").iterdir()} == FILES


def _environment():
    """The environment with this checkout, wherever it is, on the path."""
    import os
    from pathlib import Path

    import nn

    return {**os.environ, "PYTHONPATH": str(Path(nn.__file__).parents[1])}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["irises"], "'iris', 'digits'"),
        ([], "name"),
        (["iris", "--epochs", "0"], "whole number from 1, but got '0'"),
        (["iris", "--epochs", "-3"], "whole number from 1, but got '-3'"),
        (["iris", "--epochs", "abc"], "whole number from 1, but got 'abc'"),
        (["iris", "--epochs", "1.5"], "whole number from 1, but got '1.5'"),
        (["iris", "--seed", "-1"], "whole number from 0, but got '-1'"),
        (["iris", "--speed", "1"], "--speed"),
    ],
)
def test_wrong_arguments_are_explained_with_exit_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    assert exit.value.code == 2
    assert message in capsys.readouterr().err


def test_an_out_that_is_a_file_is_explained(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit) as exit:
        main(["iris", "--out", str(tmp_path / "file")])
    assert exit.value.code == 2
    assert "cannot be made a folder" in capsys.readouterr().err


def test_results_that_cannot_be_written_are_explained(tmp_path, capsys):
    (tmp_path / "history.csv").mkdir()
    with pytest.raises(SystemExit) as exit:
        main(["iris", "--epochs", "1", "--out", str(tmp_path)])
    assert exit.value.code == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("module", "package"), [("sklearn", "scikit-learn"), ("matplotlib", "matplotlib"), ("tqdm", "tqdm")]
)
def test_a_missing_extra_is_explained(module, package, monkeypatch, capsys, tmp_path):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SystemExit) as exit:
        main(["iris", "--out", str(tmp_path / "none")])
    assert exit.value.code == 2
    assert f'needs {package}, which is not installed; it comes with the extra "data"' in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("epochs", [0, 2])
def test_an_interrupt_writes_what_there_is(epochs, tmp_path, capsys, monkeypatch):
    epoch = Training.epoch

    def interrupted(self):
        if self.history.epochs == epochs:
            signal.raise_signal(signal.SIGINT)
        epoch(self)

    monkeypatch.setattr(Training, "epoch", interrupted)
    assert main(["iris", "--out", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert f"stopped early, {epochs} epoch(s)" in err
    assert "test accuracy" in out
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert len((tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()) == epochs + 1
