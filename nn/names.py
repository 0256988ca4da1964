"""What was perhaps meant by a name that is not known."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

__all__ = ["absent", "meant"]


def meant(name: Any, known: Iterable[str]) -> str:
    """What to add to a message: the known name that is nearest, if one is near.

    >>> meant("acuracy", ["accuracy", "f1"]), meant("speed", ["accuracy", "f1"])
    (", did you mean 'accuracy'?", '')
    """
    names = {one.lower(): one for one in known}
    near = difflib.get_close_matches(str(name).lower(), names, n=1)
    return f", did you mean {names[near[0]]!r}?" if near else ""


_INSTEAD = {
    "MSELoss": "mse_loss(output, target)",
    "L1Loss": "l1_loss(output, target)",
    "HuberLoss": "huber_loss(output, target)",
    "SmoothL1Loss": "smooth_l1_loss(output, target)",
    "CrossEntropyLoss": "cross_entropy(logits, labels)",
    "NLLLoss": "cross_entropy(logits, labels)",
    "BCELoss": "binary_cross_entropy(probability, target)",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits(logit, target)",
}
"""Losses are functions here."""


def absent(name: str, known: Iterable[str]) -> str:
    """What to say to somebody who looks for a name in `nn` that is not there.

    >>> absent("MSELoss", [])
    "nn has no 'MSELoss'; losses are functions: nn.mse_loss(output, target)"
    >>> absent("Liner", ["Linear"])
    "nn has no 'Liner', did you mean 'Linear'?"
    """
    if name in _INSTEAD:
        return f"nn has no {name!r}; losses are functions: nn.{_INSTEAD[name]}"
    if name == "Parameter":
        return "nn has no 'Parameter'; a Tensor or Value that a module has as an attribute is one"
    return f"nn has no {name!r}{meant(name, known)}"
