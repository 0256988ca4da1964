import numpy as np
import pytest

from nn import he_bound, xavier_bound
from nn.init import generator


@pytest.mark.parametrize(("fan_in", "fan_out"), [(200, 300), (300, 300)])
def test_a_linear_layer_keeps_the_variance_on_the_way_forward_and_back(fan_in, fan_out):
    rng = np.random.default_rng(0)
    bound = xavier_bound(fan_in, fan_out)
    weights = rng.uniform(-bound, bound, (fan_in, fan_out))
    forward = (rng.standard_normal((2000, fan_in)) @ weights).var()
    back = (rng.standard_normal((2000, fan_out)) @ weights.T).var()
    assert 2.0 / (1.0 / forward + 1.0 / back) == pytest.approx(1.0, rel=0.1)


def test_a_relu_layer_keeps_the_mean_square():
    rng = np.random.default_rng(0)
    bound = he_bound(300)
    hidden = rng.standard_normal((2000, 300))
    for _ in range(4):
        hidden = np.maximum(hidden @ rng.uniform(-bound, bound, (300, 300)), 0.0)
    assert np.mean(hidden**2) == pytest.approx(1.0, rel=0.2)


def test_a_generator_is_passed_on_and_a_seed_is_refused():
    rng = np.random.default_rng(0)
    assert generator(rng) is rng
    assert generator(None) is not generator(None)
    with pytest.raises(TypeError, match=r"takes a numpy.random.Generator, but got 3"):
        generator(3)
