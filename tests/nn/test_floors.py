import ast
from pathlib import Path

import pytest

import autograd
import nn


def test_nn_uses_public_autograd_only():
    for path in Path(nn.__file__).parent.rglob("*.py"):
        if path.parent.name in ("diagram", "explorer", "gallery"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "autograd":
                assert node.module == "autograd", path.name
                assert {alias.name for alias in node.names} <= set(autograd.__all__), path.name


def test_everything_that_is_exported_is_there():
    assert all(hasattr(nn, name) for name in nn.__all__)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CrossEntropyLoss", r"losses are functions: nn\.cross_entropy\(logits, labels\)"),
        ("Parameter", "a Tensor or Value that a module has as an attribute is one"),
        ("Sequental", "did you mean 'Sequential'"),
        ("crossentropy", "did you mean 'cross_entropy'"),
        ("warp", "no 'warp'$"),
    ],
)
def test_names_of_pytorch_and_misspelt_ones_lead_to_ours(name, hint):
    with pytest.raises(AttributeError, match=hint):
        getattr(nn, name)


def test_nn_imports_without_its_extras():
    import subprocess
    import sys

    extras = ["sklearn", "matplotlib", "tqdm", "safetensors", "threadpoolctl", "optuna", "anywidget"]
    code = f"import sys; sys.modules.update(dict.fromkeys({extras})); import nn"
    root = Path(nn.__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
