"""Optimizers: how parameters change by their gradients. Their state is plain attributes, to be looked at and drawn."""

from nn.optim.adaptive import Adagrad, Adam, AdamW, RMSprop
from nn.optim.clipping import clip_grad_norm_, clip_grad_value_
from nn.optim.evolution import EvolutionStrategy, GeneticAlgorithm
from nn.optim.momentum import Momentum, Nesterov
from nn.optim.newton import Newton
from nn.optim.optimizer import Optimizer
from nn.optim.rules import Rule
from nn.optim.sgd import SGD

__all__ = [
    "SGD", "Adagrad", "Adam", "AdamW", "EvolutionStrategy", "GeneticAlgorithm", "Momentum", "Nesterov", "Newton",
    "Optimizer", "RMSprop", "Rule", "clip_grad_norm_", "clip_grad_value_",
]  # fmt: skip
