"""Packages that only the command line, data sets, progress bars and curves need: imported when used."""

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
        package = {"sklearn": "scikit-learn"}.get(module.partition(".")[0], module.partition(".")[0])
        raise ImportError(
            f'this needs {package}, which is not installed; it comes with the extra "data": '
            'pip install "glassgrad[data]", or ".[data]" in a clone'
        ) from error
