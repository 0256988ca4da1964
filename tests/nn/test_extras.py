import sys

import pytest

from nn.extras import extra


def test_an_extra_that_is_there_is_imported():
    assert extra("os.path").join("a", "b").startswith("a")


@pytest.mark.parametrize(
    ("module", "package"), [("sklearn.datasets", "scikit-learn"), ("tqdm", "tqdm"), ("matplotlib.figure", "matplotlib")]
)
def test_a_missing_one_says_how_to_install_it(module, package, monkeypatch):
    for name in (module, module.partition(".")[0]):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=rf'needs {package}, .* pip install "glassgrad\[data\]"'):
        extra(module)
