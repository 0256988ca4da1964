"""A module beside PyTorch's: 20 steps of gradient descent on random inputs, all numbers compared."""

import copy

import numpy as np
import pytest

from autograd import Tensor


def assert_equals_pytorch(ours, theirs, *shape, steps=20, lr=0.1):
    """Outputs, gradients, parameters and buffers stay together to 1e-10 in float64; `theirs` is a function of torch."""
    torch = pytest.importorskip("torch")
    ours, rng = copy.deepcopy(ours), np.random.default_rng(0)
    theirs = theirs(torch.nn)
    module = theirs.double() if isinstance(theirs, torch.nn.Module) else None
    parameters = list(module.parameters()) if module else []
    with torch.no_grad():
        for p, q in zip(ours.parameters(), parameters, strict=True):
            q.copy_(torch.tensor(p.numpy()))
    for _ in range(steps):
        x = rng.normal(size=shape)
        ours_x, their_x = Tensor(x), torch.tensor(x, requires_grad=True)
        ours_y, their_y = ours(ours_x), theirs(their_x)
        aim = rng.normal(size=ours_y.shape)
        assert_close(ours_y.data, their_y)
        ((ours_y - aim) * (ours_y - aim)).sum().backward()
        ((their_y - torch.tensor(aim)) ** 2).sum().backward()
        assert_close(ours_x.grad, their_x.grad)
        for p, q in zip(ours.parameters(), parameters, strict=True):
            assert_close(p.grad, q.grad)
            p.data, p.grad = p.data - lr * p.grad / aim.size, None
            q.data, q.grad = q.data - lr * q.grad / aim.size, None
    for p, q in zip(ours.parameters(), parameters, strict=True):
        assert_close(p.data, q)
    learnt = dict(ours.named_parameters())
    buffers = [array for path, array in ours.state_dict().items() if path not in learnt and array.ndim]
    for array, buffer in zip(buffers, [b for b in module.buffers() if b.ndim] if module else [], strict=True):
        assert_close(array, buffer)
    return ours, theirs


def assert_close(ours, theirs):
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-10, atol=1e-10)
