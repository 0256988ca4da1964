"""Optimizers: how parameters change by their gradients. Their state is plain attributes, to be looked at and drawn.

Whether descent is by batch, mini-batch or single sample is a matter of what the loss was taken over; the step is the
same. With g = ∂L/∂θ, t steps taken, and PyTorch's options left out:

| `SGD`      | θ ← θ - lr g; with momentum v ← momentum v + g, θ ← θ - lr v       | as in PyTorch |
| `Momentum` | v ← β v + (1 - β) g, θ ← θ - lr v                                  | a running mean |
| `Nesterov` | v ← β v + ∇f(θ - lr β v), θ ← θ - lr v                             | looks ahead |
| `Adagrad`  | G ← G + g², θ ← θ - lr g / (√G + eps)                              | as in PyTorch |
| `RMSprop`  | v ← alpha v + (1 - alpha) g², θ ← θ - lr g / (√v + eps)            | as in PyTorch |
| `Adam`     | m ← β₁ m + (1 - β₁) g, v ← β₂ v + (1 - β₂) g²,                     | as in PyTorch |
|            | θ ← θ - lr m̂ / (√v̂ + eps), m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ)    |               |
| `AdamW`    | the same, and θ ← θ - lr weight_decay θ                            | as in PyTorch |
| `Newton`   | θ ← θ - (H + λ I)⁻¹ ∇f                                             | needs the loss as a function |

`EvolutionStrategy` and `GeneticAlgorithm` need no gradient, but the loss as a function, too.
"""

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
