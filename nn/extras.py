"""Packages that only the command line, data sets, progress bars, curves and searches need: imported when used."""

from __future__ import annotations

import importlib
from types import ModuleType

__all__ = ["extra"]


def extra(module: str) -> ModuleType:
    """Import a module that is not needed for the engine itself.

    Raises
    ------
    ImportError : if it is not installed; says how to install it.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        root = module.partition(".")[0]
        package, name = {"sklearn": "scikit-learn"}.get(root, root), {"optuna": "search"}.get(root, "data")
        raise ImportError(
            f'this needs {package}, which is not installed; it comes with the extra "{name}": '
            f'pip install "glassgrad[{name}]", or ".[{name}]" in a clone'
        ) from error
