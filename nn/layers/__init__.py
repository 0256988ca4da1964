"""Layers of Tensors, with PyTorch's names."""

from nn.layers.activations import (
    ELU,
    GELU,
    Activation,
    Identity,
    LeakyReLU,
    LogSigmoid,
    LogSoftmax,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Step,
    Tanh,
)
from nn.layers.linear import Linear

__all__ = [
    "ELU", "GELU", "Activation", "Identity", "LeakyReLU", "Linear", "LogSigmoid", "LogSoftmax", "ReLU", "SiLU",
    "Sigmoid", "Softmax", "Softplus", "Step", "Tanh",
]  # fmt: skip
