"""Losses: how far predictions are from what they should be, as one number to descend.

All take Tensors, and also Values in lists, which stay Values: every number of a small loss can be looked at. Targets
may be raw numbers, which are constants. Shapes must be equal: nothing is broadcast.
"""

from nn.losses.binary import binary_cross_entropy, binary_cross_entropy_with_logits
from nn.losses.cross_entropy import cross_entropy
from nn.losses.regression import half_squared_error, huber_loss, l1_loss, mse_loss, smooth_l1_loss, squared_error

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cross_entropy", "half_squared_error", "huber_loss",
    "l1_loss", "mse_loss", "smooth_l1_loss", "squared_error",
]  # fmt: skip
