"""Whether numbers are finite, asked in one fast pass."""

import math

import numpy as np
import pytest

from autograd.finite import all_finite, are_finite, is_all_finite


@pytest.mark.parametrize("shape", [(), (3,), (0,), (2, 3), (20_001,)])
def test_arrays(shape):
    x = np.ones(shape)
    assert all_finite(x)
    assert is_all_finite(x)
    for bad in (math.inf, -math.inf, math.nan) if x.size else ():
        x.flat[-1] = bad
        assert not all_finite(x)
        assert not is_all_finite(x)


def test_where_squares_overflow():
    x = np.array([1.0, -1e200])
    assert not all_finite(x)
    assert is_all_finite(x)


def test_floats_and_arrays():
    assert are_finite([1.0, -1e308, True, 3])
    assert are_finite([1.0, None, np.array([1e200, 2.0]), np.array(2.0)])
    assert not are_finite([1.0, math.nan])
    assert not are_finite([None, math.inf])
    assert not are_finite([1.0, np.array([0.0, math.inf])])
