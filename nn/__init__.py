"""Networks on `autograd`: of Values, where every number can be looked at, and of Tensors, where speed counts.

>>> import numpy as np
>>> from nn import MLP, SGD, mse_loss
>>> model = MLP(2, [4, 1], rng=np.random.default_rng(0))
>>> optimizer = SGD(model.parameters(), lr=0.1)
>>> for _ in range(100):
...     loss = mse_loss([model(x) for x in ([0.0, 0.0], [1.0, 2.0])], [1.0, -1.0])
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> loss.data < 1e-3
True
"""

from nn import functional
from nn.diagram import layer_step, training_flow
from nn.init import he_bound, xavier_bound
from nn.layers import (
    ELU,
    GELU,
    AvgPool2d,
    BatchNorm1d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Embedding,
    Flatten,
    GlobalAvgPool2d,
    GroupNorm,
    Identity,
    InstanceNorm2d,
    LayerNorm,
    LeakyReLU,
    Linear,
    LogSigmoid,
    LogSoftmax,
    LPPool2d,
    MaxPool2d,
    ReLU,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    SpectralNorm,
    Step,
    StochasticPool2d,
    Tanh,
    WeightNorm,
)
from nn.losses import cross_entropy, mse_loss
from nn.metrics import accuracy, confusion_matrix
from nn.module import Module, Parameter, Sequential
from nn.neuron import MLP, Layer, Neuron
from nn.optim import SGD
from nn.receptive import receptive_field
from nn.train import History, fit, predict, scores

__all__ = [
    "ELU", "GELU", "MLP", "SGD", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Conv2d", "Dropout", "Embedding",
    "Flatten", "GlobalAvgPool2d", "GroupNorm", "History", "Identity", "InstanceNorm2d", "LPPool2d", "Layer",
    "LayerNorm", "LeakyReLU", "Linear", "LogSigmoid", "LogSoftmax", "MaxPool2d", "Module", "Neuron", "Parameter",
    "ReLU", "Sequential", "SiLU", "Sigmoid", "Softmax", "Softplus", "SpectralNorm", "Step", "StochasticPool2d",
    "Tanh", "WeightNorm", "accuracy", "confusion_matrix", "cross_entropy", "fit", "functional", "he_bound",
    "layer_step", "mse_loss", "predict", "receptive_field", "scores", "training_flow", "xavier_bound",
]  # fmt: skip
