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

from nn import augment, toys
from nn.data import DataLoader, Dataset, load_dataset, standardize
from nn.diagram import layer_step, training_flow
from nn.init import he_bound, xavier_bound
from nn.layers import Linear, ReLU, Sigmoid, Tanh
from nn.losses import cross_entropy, mse_loss
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
from nn.module import Module, Parameter, Sequential
from nn.neuron import MLP, Layer, Neuron
from nn.optim import SGD
from nn.train import History, fit, predict, scores

__all__ = [
    "DataLoader", "Dataset", "History", "Layer", "Linear", "MLP", "Module", "Neuron", "Parameter", "ReLU", "SGD",
    "Sequential", "Sigmoid", "Tanh", "accuracy", "augment", "best_threshold", "confusion_matrix", "cross_entropy",
    "f1", "false_positive_rate", "fit", "he_bound", "layer_step", "load_dataset", "mse_loss", "precision", "predict",
    "r2", "recall", "roc_auc", "roc_curve", "scores", "standardize", "toys", "training_flow", "xavier_bound",
]  # fmt: skip
