import math

import numpy as np
import pytest

from autograd import GraphError, OperandError, Tensor, Value
from nn import MLP, clip_grad_norm_, clip_grad_value_

GRADIENTS = [np.array([3.0, -4.0]), np.array([[1.0], [2.0]]), None, np.array(-7.0)]


def with_gradients(make=lambda g: Tensor(np.zeros(g.shape))):
    parameters = [Tensor(0.0) if g is None else make(g) for g in GRADIENTS]
    for p, g in zip(parameters, GRADIENTS, strict=True):
        p.grad = g
    return parameters


@pytest.mark.parametrize("norm_type", [2.0, 1.0, 3.5, math.inf])
@pytest.mark.parametrize("max_norm", [0.0, 2.0, 100.0])
def test_clipping_equals_that_of_pytorch(max_norm, norm_type):
    torch = pytest.importorskip("torch")
    ours, theirs = with_gradients(), [torch.zeros(()) if g is None else torch.tensor(g) for g in GRADIENTS]
    for p, g in zip(theirs, GRADIENTS, strict=True):
        p.grad = None if g is None else torch.tensor(g)
    norm = clip_grad_norm_(ours, max_norm, norm_type)
    assert norm == pytest.approx(torch.nn.utils.clip_grad_norm_(theirs, max_norm, norm_type).item(), rel=1e-14)
    for p, q in zip(ours, theirs, strict=True):
        if p.grad is not None:
            np.testing.assert_allclose(p.grad, q.grad, rtol=1e-14)
    torch.nn.utils.clip_grad_value_(theirs, 1.5)
    clip_grad_value_(ours, 1.5)
    for p, q in zip(ours, theirs, strict=True):
        assert (p.grad is None) == (q.grad is None)
        if p.grad is not None:
            np.testing.assert_allclose(p.grad, q.grad, rtol=1e-14)


def test_values_keep_floats():
    x, y, still = Value(0.0), Value(0.0), Value(0.0)
    x.grad, y.grad = 3.0, -4.0
    assert clip_grad_norm_([x, y, still, x], 0.5) == 5.0
    assert [x.grad, y.grad, still.grad] == [pytest.approx(0.3, rel=1e-6), pytest.approx(-0.4, rel=1e-6), None]
    clip_grad_value_(x, 0.1)
    assert x.grad == 0.1
    assert all(type(p.grad) is float for p in (x, y))


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_a_norm_neither_overflows_nor_underflows(size):
    x = Tensor([0.0, 0.0])
    x.grad = np.array([3.0, 4.0]) * size
    assert clip_grad_norm_([x], 1.0) == pytest.approx(5.0 * size, rel=1e-15)


def test_gradients_that_are_nodes_become_numbers_and_short_ones_are_left_alone():
    x = Tensor([1.0, 2.0])
    (x * x).sum().backward(create_graph=True)
    clip_grad_norm_([x], 100.0)
    assert isinstance(x.grad, np.ndarray)
    before = x.grad
    clip_grad_norm_([x], 100.0)
    assert x.grad is before


def test_nothing_to_clip():
    assert clip_grad_norm_([Value(1.0)], 1.0) == 0.0
    assert clip_grad_norm_([], 1.0) == 0.0
    empty = Tensor(np.zeros((0, 2)))
    empty.grad = np.zeros((0, 2))
    assert clip_grad_norm_([empty], 1.0) == 0.0


def test_a_nan_is_told_on_request_and_never_hidden():
    x, y = Value(1.0), Value(1.0)
    x.grad, y.grad = math.nan, 1.0
    with pytest.raises(GraphError, match="is nan; autograd"):
        clip_grad_norm_([x, y], 1.0, error_if_nonfinite=True)
    assert y.grad == 1.0
    assert math.isnan(clip_grad_norm_([x, y], 1.0))
    assert math.isnan(y.grad)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clip_grad_norm_([], -1.0), "max_norm= takes a number that is not negative, but got -1.0"),
        (lambda: clip_grad_norm_([], math.nan), "max_norm="),
        (lambda: clip_grad_norm_([], 1.0, 0.0), "norm_type= takes a positive number"),
        (lambda: clip_grad_value_([], -1.0), "clip_value="),
        (lambda: clip_grad_value_([], None), "clip_value="),
    ],
)
def test_mistakes_are_explained(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_model_is_no_list_of_parameters():
    with pytest.raises(OperandError, match=r"write clip_grad_norm_\(model.parameters\(\), ...\)"):
        clip_grad_norm_(MLP(2, [1]), 1.0)
