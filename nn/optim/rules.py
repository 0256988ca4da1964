"""What an optimizer says of its own step, for figures: `Rule`, one line of the update as a sum."""

from __future__ import annotations

__all__ = ["Rule"]

Rule = tuple[str, list[tuple[float, str]]]
"""A letter, and the sum that it is: ``("v′", [(0.9, "v"), (1.0, "g")])`` is v′ = 0.9 v + g."""
