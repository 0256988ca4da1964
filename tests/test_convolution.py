"""Convolution and pooling against PyTorch, forward and backward, and their errors."""

import itertools

import numpy as np
import pytest

import autograd
from autograd import OperandError, ShapeError, Tensor, grad, vjp

torch = pytest.importorskip("torch")
OPTIONS = [
    {}, {"stride": 2}, {"padding": 1}, {"padding": (0, 2), "stride": (2, 1)}, {"dilation": 2, "padding": 2},
    {"stride": 3, "dilation": (2, 1)}, {"groups": 2}, {"groups": 4, "padding": 1, "stride": 2},
]  # fmt: skip


def drawn(*shapes):
    return [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate(shapes)]


def check(ours, theirs, *xs):
    out, pullback = vjp(ours, *xs)
    ts = [torch.tensor(x, requires_grad=True) for x in xs]
    want = theirs(*ts)
    np.testing.assert_allclose(out, want.detach().numpy(), rtol=1e-12, atol=1e-13)
    (g,) = drawn(out.shape)
    want.backward(torch.tensor(g))
    for got, t in zip(pullback(g), ts, strict=True):
        np.testing.assert_allclose(got, t.grad.numpy(), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kernel", [(3, 3), (1, 2), (1, 1)])
def test_convolution(options, kernel):
    depth = 4 // options.get("groups", 1)
    x, weight, bias = drawn((2, 4, 7, 6), (8, depth, *kernel), (8,))
    check(
        lambda x, w, b: autograd.conv2d(x, w, b, **options), lambda x, w, b: torch.conv2d(x, w, b, **options),
        x, weight, bias,
    )  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"stride": 1}, {"padding": 1}, {"stride": (2, 1), "padding": (1, 0)}], ids=str)
@pytest.mark.parametrize("size", [2, (3, 2)])
@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_pooling(name, size, options):
    (x,) = drawn((2, 3, 6, 7))
    theirs = getattr(torch.nn.functional, name)
    check(lambda x: getattr(autograd, name)(x, size, **options), lambda x: theirs(x, size, **options), x)


def test_the_border_is_never_the_largest():
    x = -np.ones((1, 1, 2, 2))
    assert autograd.max_pool2d(x, 2, 1, 1).max() == -1.0
    got = grad(lambda x: autograd.max_pool2d(x, 2, padding=1).sum())(x)
    assert got.tolist() == [[[[1.0, 1.0], [1.0, 1.0]]]]


def test_ties_share():
    got = grad(lambda x: autograd.max_pool2d(x, 2).sum())(np.zeros((1, 1, 2, 2)))
    assert got.tolist() == [[[[0.25, 0.25], [0.25, 0.25]]]]


def test_nan_is_the_largest_and_gets_the_gradient():
    x = np.array([[[[np.nan, 1.0, 2.0, 3.0], [np.nan, 5.0, -np.inf, 4.0]]]])
    out, pullback = vjp(lambda x: autograd.max_pool2d(x, 2), x)
    np.testing.assert_array_equal(out, [[[[np.nan, 4.0]]]])
    assert pullback(np.full(out.shape, 6.0))[0].tolist() == [[[[3.0, 0.0, 0.0, 0.0], [3.0, 0.0, 0.0, 6.0]]]]


def test_nothing_but_minus_infinity_shares_too():
    x = np.full((1, 1, 2, 2), -np.inf)
    out, pullback = vjp(lambda x: autograd.max_pool2d(x, 3, padding=1), x)
    assert out.item() == -np.inf
    assert pullback(np.ones(out.shape))[0].tolist() == [[[[0.25, 0.25], [0.25, 0.25]]]]


def test_an_infinite_cotangent_stays_at_its_place():
    _, pullback = vjp(lambda x: autograd.max_pool2d(x, 2), np.arange(4.0).reshape(1, 1, 2, 2))
    assert pullback(np.full((1, 1, 1, 1), np.inf))[0].tolist() == [[[[0.0, 0.0], [0.0, np.inf]]]]


@pytest.mark.parametrize("options", [{}, {"stride": 1, "padding": 1}, {"stride": (1, 3)}], ids=str)
def test_windows_are_those_of_unfold(options):
    (x,) = drawn((2, 3, 5, 6))
    unfold = {"stride": 2} | options
    check(
        lambda x: autograd.windows2d(x, 2, **options).reshape(2, 3 * 4, -1),
        lambda x: torch.nn.functional.unfold(x, 2, **unfold), x,
    )  # fmt: skip


@pytest.mark.parametrize("function", [autograd.max_pool2d, autograd.avg_pool2d])
def test_second_order_of_pooling(function):
    (x,) = drawn((1, 2, 5, 4))
    theirs = getattr(torch.nn.functional, function.__name__)

    def loss(f, x):
        return (f(x * x * x, 3, 2, 1) ** 3).sum()

    t = torch.tensor(x, requires_grad=True)
    (slope,) = torch.autograd.grad(loss(theirs, t), t, create_graph=True)
    (want,) = torch.autograd.grad((slope**2).sum(), t)
    got = grad(lambda x: (grad(lambda x: loss(function, x))(x) ** 2).sum())(x)
    np.testing.assert_allclose(got, want.numpy(), rtol=1e-9, atol=1e-12)


def test_second_order():
    x, weight = drawn((1, 2, 4, 4), (3, 2, 2, 2))

    def loss(f, x, w):
        return (f(x, w) ** 3).sum()

    def ours(x, w):
        parts = grad(lambda x, w: loss(lambda x, w: autograd.conv2d(x, w, stride=2), x, w), (0, 1))(x, w)
        return sum((part * part).sum() for part in parts)

    ts = [torch.tensor(a, requires_grad=True) for a in (x, weight)]
    parts = torch.autograd.grad(loss(lambda x, w: torch.conv2d(x, w, stride=2), *ts), ts, create_graph=True)
    want = torch.autograd.grad(sum((part * part).sum() for part in parts), ts)
    for got, t in zip(grad(ours, (0, 1))(x, weight), want, strict=True):
        np.testing.assert_allclose(got, t.numpy(), rtol=1e-10)


def test_float32_stays():
    x, w = (Tensor(a.astype(np.float32)) for a in drawn((1, 2, 5, 5), (3, 2, 3, 3)))
    out = autograd.avg_pool2d(autograd.max_pool2d(autograd.conv2d(x, w, padding=1), 3, 1, 1), 2)
    out.sum().backward()
    assert out.dtype == x.grad.dtype == w.grad.dtype == np.float32


def test_images_of_integers():
    x = np.arange(-16, 0, dtype=np.int8).reshape(1, 1, 4, 4)
    assert autograd.max_pool2d(x, 3, 3, 1).tolist() == [[[[-11.0, -9.0], [-3.0, -1.0]]]]
    assert autograd.avg_pool2d(x, 4).item() == -8.5
    assert autograd.max_pool2d((x > -4).astype(bool), 2).tolist() == [[[[0.0, 0.0], [1.0, 1.0]]]]


def test_an_empty_batch():
    x = np.ones((0, 2, 5, 5))
    assert autograd.conv2d(x, np.ones((3, 2, 3, 3))).shape == (0, 3, 3, 3)
    for pool in (autograd.max_pool2d, autograd.avg_pool2d):
        assert grad(lambda x, pool=pool: pool(x, 2).sum())(x).shape == (0, 2, 5, 5)


MISFITS = [
    (lambda x, w: autograd.conv2d(x[:, :3], w), r"\(2, 3, 5, 5\) has 3 channels.*takes 4.*\(8, 3, 3, 3\)"),
    (lambda x, w: autograd.conv2d(x, w, groups=3), "groups=3 does not divide the 4 channels"),
    (lambda x, w: autograd.conv2d(x[0], w), r"\(batch, channels, height, width\), but x has shape \(4, 5, 5\)"),
    (lambda x, w: autograd.conv2d(x, w[0]), r"weight is .*\(4, 3, 3\)"),
    (lambda x, w: autograd.conv2d(x, w, np.ones(3)), r"bias has shape \(3,\).*8 filters"),
    (lambda x, w: autograd.conv2d(x, w, dilation=3), r"larger than images of \(5, 5\)"),
    (lambda x, w: autograd.conv2d(x, w, stride=0), "stride=0 is too small"),
    (lambda x, w: autograd.max_pool2d(x, 6), "larger than images"),
    (lambda x, w: autograd.max_pool2d(x, 2, padding=2), "more than half"),
    (lambda x, w: autograd.avg_pool2d(x[0], 2), r"avg_pool2d: images are"),
    (lambda x, w: autograd.windows2d(x, (2, 7)), r"windows2d: windows of \(2, 7\)"),
]


@pytest.mark.parametrize(("call", "message"), MISFITS)
def test_misfits_are_explained(call, message):
    x, w = drawn((2, 4, 5, 5), (8, 4, 3, 3))
    for make in (np.array, Tensor):
        with pytest.raises(ShapeError, match=message):
            call(make(x), make(w))


def test_parameters_are_integers():
    with pytest.raises(OperandError, match="stride= takes an integer"):
        autograd.conv2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 1, 1)), stride=1.5)


def test_all_small_shapes():
    """Output shapes are those of PyTorch wherever it gives any."""
    for n, k, s, p, d in itertools.product((3, 4, 5), (1, 2, 3), (1, 2, 3), (0, 1), (1, 2)):
        x, w = np.ones((1, 1, n, n)), np.ones((1, 1, k, k))
        if (k - 1) * d + 1 <= n + 2 * p:
            want = torch.conv2d(torch.tensor(x), torch.tensor(w), stride=s, padding=p, dilation=d)
            np.testing.assert_array_equal(autograd.conv2d(x, w, stride=s, padding=p, dilation=d), want.numpy())


@pytest.mark.parametrize("name", ["max_pool2d", "avg_pool2d"])
def test_all_small_windows(name):
    """Pooling and its gradient are those of PyTorch for all sizes, strides and paddings."""
    ours, theirs = getattr(autograd, name), getattr(torch.nn.functional, name)
    rng = np.random.default_rng(0)
    for n, k, s, p in itertools.product((1, 2, 5), (1, 2, 3, 4), (1, 2, 3), (0, 1, 2)):
        if 2 * p > k or k > n + 2 * p:
            continue
        x = rng.normal(size=(1, 2, n, 6))
        t = torch.tensor(x, requires_grad=True)
        want = theirs(t, (k, 2), (s, 1), (p, 1))
        out, pullback = vjp(lambda x, k=k, s=s, p=p: ours(x, (k, 2), (s, 1), (p, 1)), x)
        np.testing.assert_allclose(out, want.detach().numpy(), rtol=1e-13, atol=1e-15)
        g = rng.normal(size=out.shape)
        want.backward(torch.tensor(g))
        np.testing.assert_allclose(pullback(g)[0], t.grad.numpy(), rtol=1e-12, atol=1e-14)
