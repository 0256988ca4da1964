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

from typing import TYPE_CHECKING, Never

from nn import augment, connections, functional, init, plot, toys
from nn.callbacks import Callback, Checkpoint, ClipGradients, EarlyStopping, GradientNorms
from nn.checkpoint import CheckpointError, load, save
from nn.data import DataLoader, Dataset, load_dataset, standardize
from nn.diagnosis import gradient_report
from nn.diagram import layer_step, training_flow
from nn.evaluate import evaluate, predict, raw_outputs
from nn.explorer import Explorer
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
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    half_squared_error,
    huber_loss,
    l1_loss,
    mse_loss,
    smooth_l1_loss,
    squared_error,
)
from nn.metrics import (
    accuracy,
    best_threshold,
    confusion_matrix,
    f1,
    false_positive_rate,
    precision,
    r2,
    recall,
    roc_auc,
    roc_curve,
)
from nn.module import Module, Sequential
from nn.names import absent
from nn.neuron import MLP, Layer, Neuron
from nn.optim import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    EvolutionStrategy,
    GeneticAlgorithm,
    Momentum,
    Nesterov,
    Newton,
    Optimizer,
    RMSprop,
    clip_grad_norm_,
    clip_grad_value_,
)
from nn.paths import ParameterPath, descend
from nn.plateau import ReduceLROnPlateau
from nn.receptive import receptive_field
from nn.regularization import l1_penalty, l2_penalty
from nn.schedules import (
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LinearLR,
    MultiStepLR,
    OneCycleLR,
    Piecewise,
    PolynomialLR,
    Schedule,
    SequentialLR,
    StepLR,
)
from nn.search import Found, bayesian_search
from nn.surface import loss_surface
from nn.train import History, fit

__all__ = [
    "Adagrad", "Adam", "AdamW", "AvgPool2d", "BatchNorm1d", "BatchNorm2d", "Callback", "Checkpoint",
    "CheckpointError", "ClipGradients", "Conv2d", "CosineAnnealingLR", "CosineAnnealingWarmRestarts", "CyclicLR",
    "DataLoader", "Dataset", "Dropout", "ELU", "EarlyStopping", "Embedding", "EvolutionStrategy", "Explorer",
    "ExponentialLR", "Flatten", "Found", "GELU", "GeneticAlgorithm", "GlobalAvgPool2d", "GradientNorms",
    "GroupNorm", "History", "Identity", "InstanceNorm2d", "LPPool2d", "Layer", "LayerNorm", "LeakyReLU", "Linear",
    "LinearLR", "LogSigmoid", "LogSoftmax", "MLP", "MaxPool2d", "Module", "Momentum", "MultiStepLR", "Nesterov",
    "Neuron", "Newton", "OneCycleLR", "Optimizer", "ParameterPath", "Piecewise", "PolynomialLR", "RMSprop", "ReLU",
    "ReduceLROnPlateau", "SGD", "Schedule", "Sequential", "SequentialLR", "SiLU", "Sigmoid", "Softmax", "Softplus",
    "SpectralNorm", "Step", "StepLR", "StochasticPool2d", "Tanh", "WeightNorm", "accuracy", "augment",
    "bayesian_search", "best_threshold", "binary_cross_entropy", "binary_cross_entropy_with_logits",
    "clip_grad_norm_", "clip_grad_value_", "confusion_matrix", "connections", "cross_entropy", "descend",
    "evaluate", "f1", "false_positive_rate", "fit", "functional", "gradient_report", "half_squared_error",
    "he_bound", "huber_loss", "init", "l1_loss", "l1_penalty", "l2_penalty", "layer_step", "load", "load_dataset",
    "loss_surface", "mse_loss", "plot", "precision", "predict", "r2", "raw_outputs", "recall", "receptive_field",
    "roc_auc", "roc_curve", "save", "smooth_l1_loss", "squared_error", "standardize", "toys", "training_flow",
    "xavier_bound",
]  # fmt: skip

if not TYPE_CHECKING:  # a type checker knows what is there

    def __getattr__(name: str) -> Never:
        raise AttributeError(absent(name, __all__))
