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
from nn.layers.convolution import Conv2d
from nn.layers.dropout import Dropout
from nn.layers.linear import Embedding, Flatten, Linear
from nn.layers.normalization import BatchNorm1d, BatchNorm2d, ChannelNorm, GroupNorm, InstanceNorm2d, LayerNorm
from nn.layers.pooling import AvgPool2d, GlobalAvgPool2d, LPPool2d, MaxPool2d, Pool2d, StochasticPool2d
from nn.layers.reparametrization import SpectralNorm, WeightNorm

__all__ = [
    "ELU", "GELU", "Activation", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "ChannelNorm", "Conv2d", "Dropout",
    "Embedding", "Flatten", "GlobalAvgPool2d", "GroupNorm", "Identity", "InstanceNorm2d", "LPPool2d", "LayerNorm",
    "LeakyReLU", "Linear", "LogSigmoid", "LogSoftmax", "MaxPool2d", "Pool2d", "ReLU", "SiLU", "Sigmoid", "Softmax",
    "Softplus", "SpectralNorm", "Step", "StochasticPool2d", "Tanh", "WeightNorm",
]  # fmt: skip
