"""States: arrays by path, and how one differs from another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import OperandError

__all__ = ["State", "check_state", "differences"]

State = dict[str, NDArray[Any]]
"""Arrays by the paths that lead to what they are the data of."""


def check_state(state: Any) -> None:
    """Raise an error unless it is a dict, such as of arrays by name."""
    if not isinstance(state, Mapping):
        raise OperandError(
            f"load_state_dict takes what state_dict() or nn.load(path) gave, but got a {type(state).__name__}"
        )


def differences(ours: State, given: State, strict: bool) -> list[str]:
    """What keeps a state from being loaded, one line per kind."""
    both = [path for path in ours if path in given]
    found = {
        "missing": [f"{path} {x.shape}" for path, x in ours.items() if path not in given and strict],
        "unexpected": [f"{path} {x.shape}" for path, x in given.items() if path not in ours and strict],
        "other shapes": [
            f"{path} is {ours[path].shape} here, but {given[path].shape} in the state"
            for path in both
            if ours[path].shape != given[path].shape
        ],
        "other dtypes": [
            f"{path} is {ours[path].dtype} here, but {given[path].dtype} in the state"
            for path in both
            if not np.can_cast(given[path].dtype, ours[path].dtype)
        ],
    }
    lines = [f"{kind}: {', '.join(paths)}" for kind, paths in found.items() if paths]
    if lines and ours.keys() != given.keys() == {path.replace("layers.", "") for path in ours}:
        renamed = "{path: state[path.replace('layers.', '')] for path in model.state_dict()}"
        lines.append(f"these are the paths of PyTorch's Sequential; load {renamed}")
    return lines
