"""numpy's spelling on Tensors, beside what numpy computes on their arrays."""

import numpy as np
import pytest

import autograd
from autograd import OperandError, Tensor, Value, numpy_functions

X = np.array([[1.0, -2.0, 0.5], [3.0, 4.0, -0.25]])
CALLS = {
    "clip": lambda x: np.clip(x, -1.0, 2.0), "clip below": lambda x: np.clip(x, -1.0, None),
    "clip by name": lambda x: np.clip(x, a_min=None, a_max=2), "sinc": np.sinc, "dot": lambda x: np.dot(x, X.T),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, X, optimize=True), "norm": np.linalg.norm,
    "norms": lambda x: np.linalg.norm(x, axis=1), "pad": lambda x: np.pad(x, 1), "flip": lambda x: np.flip(x, 0),
    "take": lambda x: np.take(x, [0, 0, -1], axis=1), "cumsum": lambda x: np.cumsum(x, axis=1), "std": np.std,
    "prod": lambda x: np.prod(x, axis=0), "sort": np.sort, "outer": lambda x: np.outer(x, x),
    "where": lambda x: np.where(X > 0, x, 0.0), "stack": lambda x: np.stack([x, x]), "ravel": np.ravel,
}  # fmt: skip


@pytest.mark.parametrize("name", CALLS)
def test_the_numbers_are_numpys_and_are_recorded(name):
    t = Tensor(X)
    got = CALLS[name](t)
    np.testing.assert_allclose(got.numpy(), CALLS[name](X), rtol=1e-14, atol=1e-16)
    got.sum().backward()
    assert t.grad.shape == X.shape


def test_what_is_missing_is_named_with_its_module():
    with pytest.raises(OperandError, match=r"np\.linalg\.inv has no derivative rule"):
        np.linalg.inv(Tensor(np.eye(2)))
    with pytest.raises(OperandError, match=r"np\.pad of a Tensor pads with zeros"):
        np.pad(Tensor(X), 1, mode="edge")
    with pytest.raises(OperandError, match="Euclidean"):
        np.linalg.norm(Tensor(X), ord=1)
    assert numpy_functions.__all__ == []


def test_a_number_that_meets_an_array_is_told_what_to_do():
    with pytest.raises(OperandError, match=r"pass it to grad as np.array\(2.0\)"):
        autograd.grad(lambda a: (a * X).sum())(2.0)
    assert autograd.grad(lambda a: (a * X).sum())(np.array(2.0)) == X.sum()
    assert (autograd.to_tensor(Value(2.0)) * X).shape == X.shape
