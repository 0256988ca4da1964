"""Text and arrays in the place of a number are named, not compared."""

import numpy as np
import pytest

import nn
from autograd import SubscriptError, Tensor, Value

X, ONE = np.ones((2, 2)), np.array([1.0, 2.0])
RNG = np.random.default_rng(0)


@pytest.mark.parametrize("wrong", ["0.5", [0.5, 0.5]], ids=["text", "list"])
@pytest.mark.parametrize(
    "call",
    [
        lambda x: nn.huber_loss(X, X, delta=x),
        lambda x: nn.smooth_l1_loss(X, X, beta=x),
        lambda x: nn.cross_entropy(X, [0, 1], label_smoothing=x),
        lambda x: nn.binary_cross_entropy_with_logits(ONE, [0.0, 1.0], pos_weight=x),
        lambda x: nn.l2_penalty([Value(1.0)], x),
        lambda x: nn.ClipGradients(norm=x),
        lambda x: nn.EarlyStopping(min_delta=x),
        lambda x: nn.ReduceLROnPlateau(x),
        lambda x: nn.ReduceLROnPlateau(0.1, factor=x),
        lambda x: nn.Piecewise([0.1, x], [2]),
        lambda x: nn.Newton([Value(1.0)], x),
        lambda x: nn.EvolutionStrategy([Value(1.0)], x),
        lambda x: nn.GeneticAlgorithm([Value(1.0)], sigma=x),
        lambda x: nn.toys.moons(10).split(x, RNG),
        lambda x: nn.init.normal_(Tensor(X), std=x),
        lambda x: nn.init.uniform_(Tensor(X), x, 1.0),
        lambda x: nn.connections.Network([2, 1]).learn([0.0, 1.0], [1.0], x),
        lambda x: nn.functional.dropout(X, x),
        lambda x: nn.functional.lp_pool2d(X[None, None], x, 2),
        lambda x: nn.Embedding(3, 2, padding_idx=x),
    ],
)
def test_what_is_no_number_is_named(call, wrong):
    with pytest.raises((ValueError, SubscriptError), match=r"0\.5"):
        call(wrong)
