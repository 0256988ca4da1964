"""Saved states: dicts of arrays and numbers in safetensors files, which hold data only and so are safe to open.

    save(model.state_dict(), "model.safetensors")
    model.load_state_dict(load("model.safetensors"))

The arrays are the tensors of the file, so that PyTorch and others can read them; whatever else is in a state is JSON in
its metadata. (https://huggingface.co/docs/safetensors)
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograd import AutogradError
from nn.extras import extra

__all__ = ["CheckpointError", "load", "save"]

_KEY = "glassgrad"
"""Where the metadata of a file hold the order of a state and what is no array in it."""


class CheckpointError(AutogradError, ValueError):
    """A file that is no saved state: cut off, damaged, or of another kind."""


def save(state: Mapping[str, Any], path: str | Path) -> Path:
    """Write a state to a file; an earlier file gives way only when the new one is whole.

    Parameters
    ----------
    state : arrays, and numbers, text, lists and dicts of them, by name: the ``state_dict()`` of a module or optimizer.
    path : usually with the suffix ``.safetensors``.

    Raises
    ------
    TypeError : if something in the state is neither; objects are not saved.
    OSError : if the file cannot be written, as where a folder is; nothing is left behind.
    ImportError : if safetensors is not installed.

    >>> import tempfile
    >>> path = save({"weight": np.ones((2, 3)), "steps": 7}, tempfile.mkdtemp() + "/model.safetensors")
    >>> load(path)
    {'weight': array([[1., 1., 1.],
           [1., 1., 1.]]), 'steps': 7}
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"save takes a state, such as model.state_dict(), but got a {type(state).__name__}")
    if wrong := [name for name in state if not isinstance(name, str)]:
        raise TypeError(f"a state has text as names, but got {wrong[0]!r} of type {type(wrong[0]).__name__}")
    tensors = {name: np.asarray(x, order="C") for name, x in state.items() if isinstance(x, np.ndarray)}
    for name, array in tensors.items():
        if array.dtype.kind not in "fiub":
            raise TypeError(f"a state holds arrays of numbers, but {name} has the dtype {array.dtype}")
        if array.dtype.itemsize > 8:
            raise TypeError(f"a file holds numbers of up to 64 bits, but {name} has the dtype {array.dtype}")
    others = {name: x for name, x in state.items() if name not in tensors}
    metadata = {_KEY: json.dumps({"order": list(state), "others": others}, default=_plain)}
    content = extra("safetensors.numpy").save(tensors, metadata)
    path = Path(path)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return path


def load(path: str | Path, part: str = "") -> dict[str, Any]:
    """Read a state that `save` wrote, or the tensors of any other safetensors file.

    Parameters
    ----------
    path : the file.
    part : of the file of a `Checkpoint`, what to read: ``"model"``, ``"optimizer"``, ``"history"``; all by default.

    Raises
    ------
    CheckpointError : if the file is cut off, damaged, no safetensors file, or has no such part.
    FileNotFoundError : if there is none.
    ImportError : if safetensors is not installed.
    """
    state = _read(path)
    if not part:
        return state
    found = {name[len(part) + 1 :]: x for name, x in state.items() if name.startswith(part + "/")}
    if not found:
        parts = ", ".join(dict.fromkeys(name.partition("/")[0] for name in state if "/" in name))
        raise CheckpointError(
            f"{path} has no part {part!r}; it has {parts or 'none: it is no Checkpoint of a training'}"
        )
    return found


def _read(path: str | Path) -> dict[str, Any]:
    safetensors = extra("safetensors")
    with open(path, "rb") as file:  # says what keeps it from being opened
        size = len(file.read(8))
    try:
        with safetensors.safe_open(str(path), framework="numpy") as opened:
            state = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118  # it is no dict
            ours = json.loads((opened.metadata() or {}).get(_KEY, "null"))
        if ours is None:
            return state
        state |= ours["others"]
        return {name: state[name] for name in ours["order"]}
    except (safetensors.SafetensorError, KeyError, TypeError, ValueError) as error:
        why = "it is empty" if not size else f"{type(error).__name__}: {error}"
        raise CheckpointError(
            f"{path} is no saved state, or only a part of one ({why}); states are safetensors files, written by nn.save"
        ) from error


def _plain(x: Any) -> Any:
    """A number or array inside a dict as JSON has it."""
    if isinstance(x, np.ndarray | np.generic):
        return x.tolist()
    raise TypeError(f"a state holds arrays, numbers and text, but got {x!r} of type {type(x).__name__}")
