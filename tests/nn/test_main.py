import csv
import signal
import subprocess
import sys

import numpy as np
import pytest

for _module in ("sklearn", "matplotlib", "tqdm", "safetensors"):
    pytest.importorskip(_module)

from nn.__main__ import main  # noqa: E402  # after the check
from nn.train import Training  # noqa: E402

FILES = {"curve.svg", "graph.svg", "gradients.svg", "history.csv", "checkpoint.safetensors"}
OWN = {
    "moons": {"confusion.svg", "roc.svg", "boundary.svg"},
    "diabetes": {"predictions.svg"},
}


@pytest.fixture(autouse=True)
def interruptible():
    """Interrupts as in a terminal: a process in the background of a shell ignores them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("name", ["moons", "diabetes"])
def test_a_run_prints_its_result_and_writes_its_files(name, tmp_path, capsys):
    assert main([name, "--epochs", "2", "--seed", "1", "--out", str(tmp_path / "deep" / name)]) == 0
    out, err = capsys.readouterr()
    folder = tmp_path / "deep" / name
    assert {path.name for path in folder.iterdir()} == FILES | OWN[name]
    assert all(str(folder / file) in out for file in FILES | OWN[name])
    metric = "r2" if name == "diabetes" else "accuracy"
    assert f"test {metric}" in out
    assert "2/2" in err
    for figure in folder.glob("*.svg"):
        assert "<svg" in figure.read_text(encoding="utf-8")
    with (folder / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2"]
    assert float(rows[-1][f"val_{metric}"]) <= 1.0


def test_as_a_command_it_writes_below_the_current_folder(tmp_path):
    command = [sys.executable, "-m", "nn", "diabetes", "--epochs", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, env=_environment())
    assert done.returncode == 0, done.stderr
    assert {path.name for path in (tmp_path / "out" / "diabetes").iterdir()} == FILES | OWN["diabetes"]


def _environment():
    """The environment with this checkout, wherever it is, on the path."""
    import os
    from pathlib import Path

    import nn

    return {**os.environ, "PYTHONPATH": str(Path(nn.__file__).parents[1])}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["irises"], "and, or, nand, xor, linear, circles, petals, spiral, moons, iris, wine, breast_cancer, digits"),
        ([], "NAME"),
        (["iris", "--epochs", "0"], "whole number from 1, but got 0"),
        (["iris", "--epochs", "-3"], "whole number from 1, but got -3"),
        (["iris", "--epochs", "abc"], "whole number from 1, but got abc"),
        (["iris", "--epochs", "1.5"], "whole number from 1, but got 1.5"),
        (["iris", "--seed", "-1"], "whole number from 0, but got -1"),
        (["iris", "--speed", "1"], "--speed"),
        (["iris", "--model", "rnn"], "linear, mlp, values, cnn"),
        (["iris", "--model", "cnn"], "the model cnn is for images"),
        (["iris", "--optimizer", "lbfgs"], "sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw"),
        (["iris", "--lr", "-1"], "positive number, but got -1"),
        (["iris", "--lr", "fast"], "positive number, but got fast"),
    ],
)
def test_wrong_arguments_are_explained_with_exit_code_2(arguments, message, capsys):
    with pytest.raises(SystemExit) as exit:
        main(arguments)
    assert exit.value.code == 2
    assert message in capsys.readouterr().err.replace("'", "")  # not all Pythons have quotes


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
    ("module", "package"),
    [("sklearn", "scikit-learn"), ("matplotlib", "matplotlib"), ("tqdm", "tqdm"), ("safetensors", "safetensors")],
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
    assert main(["diabetes", "--out", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert f"stopped early, {epochs} epoch(s)" in err
    assert "test r2" in out
    unwritten = set() if epochs else {"checkpoint.safetensors"}
    assert {path.name for path in tmp_path.iterdir()} == (FILES | OWN["diabetes"]) - unwritten
    assert len((tmp_path / "history.csv").read_text(encoding="utf-8").splitlines()) == epochs + 1


def test_a_run_that_was_interrupted_resumes_to_the_same_files(tmp_path, capsys, monkeypatch):
    arguments = ["diabetes", "--epochs", "3", "--out"]
    main([*arguments, str(tmp_path / "whole")])
    epoch = Training.epoch

    def interrupted(self):
        if self.history.epochs == 1:
            signal.raise_signal(signal.SIGINT)
        epoch(self)

    monkeypatch.setattr(Training, "epoch", interrupted)
    main([*arguments, str(tmp_path / "parts")])
    monkeypatch.undo()
    main([*arguments, str(tmp_path / "parts"), "--resume"])
    for file in FILES | OWN["diabetes"]:
        assert (tmp_path / "whole" / file).read_bytes() == (tmp_path / "parts" / file).read_bytes()


@pytest.mark.parametrize("content", [None, b"no checkpoint"])
def test_nothing_to_resume_is_explained(content, tmp_path, capsys):
    if content:
        (tmp_path / "checkpoint.safetensors").write_bytes(content)
    with pytest.raises(SystemExit) as exit:
        main(["and", "--out", str(tmp_path), "--resume"])
    assert exit.value.code == 2
    assert "--resume: " in capsys.readouterr().err


def test_a_loss_that_is_not_finite_is_explained(tmp_path, capsys):
    with pytest.raises(SystemExit) as exit, np.errstate(all="ignore"):
        main(["diabetes", "--optimizer", "sgd", "--lr", "1e6", "--out", str(tmp_path)])
    assert exit.value.code == 1
    assert "a lower learning rate" in capsys.readouterr().err
