"""What a hostile reader tried: whatever is traced is right for other arguments, or refused."""

import copy
import functools
import pickle
import threading
import types
from typing import NamedTuple

import numpy as np
import pytest

import autograd
import nn
from autograd import GraphError, GuardError, Tensor, TraceError, Value, elementwise, grad, jit, trace, value_and_grad
from autograd.primitive import table
from autograd.tracing import reading
from tests.tracing.executors import in_threads

A = np.array([1.0, -3.0, 2.0])
B = np.array([-2.0, 5.0, 3.0])


def plain(x):
    return x.numpy() if isinstance(x, Tensor) else x.item() if isinstance(x, Value) else x


def agree(f, *points):
    """A program traced at the first point does at all of them what the function does."""
    program = trace(f, points[0])
    for x in points:
        want = f(Tensor(x) if isinstance(x, np.ndarray) else Value(x))
        with autograd.no_grad():
            np.testing.assert_allclose(plain(program(x)), plain(want), rtol=1e-14)


# --- masks and what stands beside them ---


@pytest.mark.parametrize(
    "f",
    [
        lambda x: autograd.where(x > 0.0, x, [4, 5, 6]),
        lambda x: autograd.where(x > 0.0, [10, 20, 30], x) * x,
        lambda x: ((x > 0.0) * [0.5, 2.0, 3.0]).sum(),
        lambda x: (x > 0.0) @ np.array([1, 2, 4]) if autograd.is_tracing() else Tensor(x.data > 0.0) @ [1.0, 2.0, 4.0],
        lambda x: autograd.where((x > 0.0) ^ (x > 2.5), x, 0.0),
        lambda x: autograd.where(autograd.logical_and(x > 0.0, x < 2.5), x, 0.0),
        lambda x: autograd.relu(x.sum()) + autograd.maximum(x.sum(), 0.0) + autograd.clip(x.sum(), -1.0, 1.0),
        lambda x: autograd.where(x.sum() > 0.0, x, -x),
        lambda x: x.argmax() + 0.0 * x if autograd.is_tracing() else Tensor(x.data.argmax() + 0.0 * x.data),
    ],
)
def test_masks_beside_anything(f):
    agree(f, A, B)


def test_masks_without_elements():
    for f in (lambda x: x.sum() + 1.0 if (x > 0.0).all() else x.sum(), lambda x: (x > 0.0).all(axis=0)):
        np.testing.assert_array_equal(trace(f, np.zeros((0, 3)))(np.zeros((0, 3))), f(np.zeros((0, 3))))
    assert not trace(lambda x: (x > 0.0).any(), np.zeros(0))(np.zeros(0))
    over = trace(lambda x: ((x > 0.0).any(axis=0), (x > 0.0).all(axis=-1)), np.zeros((2, 3)))
    for got, want in zip(over([[1.0, 0.0, 2.0], [3.0, -1.0, 4.0]] @ np.eye(3)), ([1, 0, 1], [0, 0]), strict=True):
        np.testing.assert_array_equal(got, want)


def test_a_comparison_chooses_from_a_list():
    choose = jit(lambda x: [x, 2.0 * x][x > 0.0])
    assert [choose(3.0), choose(-3.0), choose(1.0)] == [6.0, -3.0, 2.0]
    assert choose.cache_info().hits == 1


@pytest.mark.parametrize(
    "f", [autograd.relu, autograd.leaky_relu, autograd.elu, autograd.abs, lambda x: x.clip(0.0, 9.0)]
)
def test_derivatives_of_numbers_that_are_arrays(f):
    gradient = jit(grad(lambda x: f(x.sum()) if hasattr(f, "rules") else autograd.clip(x.sum(), 0.0, 9.0)))
    for x in (A, B, -B):
        want = grad(lambda x: f(x.sum()) if hasattr(f, "rules") else autograd.clip(x.sum(), 0.0, 9.0))(x)
        assert np.array_equal(gradient(x), want)


def test_indices_that_depend_on_the_arguments_are_refused():
    for f in (
        lambda x: autograd.take(x, x.argmax()),
        lambda x: autograd.take(x, autograd.argsort(x)),
        lambda x: x[x > 0.0],
        lambda x: x[autograd.argmax(x)],
    ):
        with pytest.raises(TraceError):
            trace(f, A)


# --- what comes from outside ---


def test_gradients_of_captured_parameters():
    w = Value(3.0)
    f = jit(lambda x: w * x * x)
    for _ in range(2):
        w.grad = None
        (f(2.0) + 0.5 * w**2).backward()
        assert w.grad == 7.0
    assert grad(lambda w: jit(lambda x: w * x)(2.0))(3.0) == 2.0
    assert trace(grad(lambda w: trace(lambda x: w * x, 1.0)(2.0)), 3.0)(5.0) == 2.0


def test_attributes_of_arguments_are_what_they_were():
    settings = types.SimpleNamespace(k=2.0, label="a")
    program, f = trace(lambda x, s: x * s.k, 1.0, settings), jit(lambda x, s: x * s.k)
    settings.k = 1.0 + 1.0  # the same number
    settings.more = 5.0
    assert program(3.0, settings) == f(3.0, settings) == 6.0
    settings.k = 5.0
    with pytest.raises(GuardError, match="k of something"):
        program(3.0, settings)
    with pytest.raises(GuardError):
        trace(lambda x: program(x, settings), 1.0)
    assert f(3.0, settings) == 15.0
    settings.k = 2.0
    assert f(3.0, settings) == 6.0
    assert f.cache_info()[:2] == (1, 2)
    outer = trace(lambda x: 2.0 * program(x, settings), 1.0)
    settings.label = "b"  # which the function does not read
    assert outer(1.0) == 4.0
    settings.k = 3.0
    with pytest.raises(GuardError, match="k of something"):
        outer(1.0)

    class Model:
        def __init__(self):
            self.scale, self.w = 3.0, Value(2.0)

        @jit
        def at(self, x):
            return self.scale * x * self.w

    model = Model()
    for scale, w, expected in [(3.0, model.w, 6.0), (10.0, model.w, 20.0), (10.0, Value(1.0), 10.0)]:
        model.scale, model.w = scale, w
        assert model.at(1.0).data == expected
    model.w.data = 5.0
    assert model.at(1.0).data == 50.0
    assert Model.at.cache_info().misses == 3


@pytest.mark.parametrize(("w", "x"), [(Value(3.0), 2.0), (Tensor([3.0, 3.0]), np.array([2.0, 2.0]))])
def test_what_is_captured_may_be_assigned_by_another_thread_while_it_is_traced(w, x, monkeypatch):
    def assign(factor):
        w.data = plain(w) * factor

    def f(x):
        a = x * w
        thread = threading.Thread(target=assign, args=(1.5,))
        thread.start()
        thread.join()
        return a + x * w

    program = trace(f, x)
    assert program.captured == (w,)
    assign(2.0)
    with autograd.no_grad():
        np.testing.assert_array_equal(program(x), 2.0 * x * plain(w))

    def late():  # between the run and the reading of it
        now = real()
        assign(0.5)
        return now

    real = reading.tick
    monkeypatch.setattr(reading, "tick", late)
    program = trace(lambda x: x * w, x)
    monkeypatch.undo()
    assert program.captured == (w,)
    with autograd.no_grad():
        np.testing.assert_array_equal(program(x), x * plain(w))


def test_statistics_of_a_layer_cannot_be_moved_by_a_program():
    layer, x = nn.BatchNorm1d(2), np.ones((3, 2))
    with pytest.raises(TraceError, match=r"BatchNorm1d moves its running statistics .* after eval\(\)"):
        trace(lambda x: layer(x).sum(), x)
    assert layer.num_batches_tracked == 0
    trace(lambda x: layer.eval()(x).sum(), x)


def test_errors_name_the_line_of_the_user_not_of_a_library():
    for f in (lambda x: np.linalg.norm([x, x]), lambda x: np.clip(x, 0.0, 1.0), lambda x: copy.copy(x)):
        with pytest.raises(TraceError, match=r"at test_never_wrong\.py:"):
            trace(f, 1.0)
    for g in (lambda x, n: sum(x for _ in range(n)), lambda x, n: [x, 2.0 * x][n]):
        with pytest.raises(TypeError) as caught:
            jit(g)(1.0, 1)
        assert "name an argument that is to stay as it is by static_argnums=" in caught.value.__notes__[0]
    with pytest.raises(TraceError, match=r"format\(x, '.2f'\)"):
        trace(lambda x: x * float(f"{x:.2f}"), 1.0)


def test_attributes_that_are_not_read_or_that_the_function_sets_itself_do_not_matter():
    class Kept(nn.Module):
        def __init__(self):
            super().__init__()
            self.w, self.mask, self.calls, self.last = Value(2.0), None, 0, None

        def forward(self, x):
            if self.mask is None:
                self.mask = np.ones(3)
            self.calls += 1
            self.last = x * self.w
            return self.last if self.training else -self.last

    module = Kept()
    f = jit(lambda x: module(x))
    with autograd.no_grad():
        for epoch in range(4):
            module.epoch = epoch
            assert f(1.0) == 2.0
        assert f.cache_info()[:2] == (3, 1)
        module.eval()
        assert f(1.0) == -2.0

    class Trainer:
        rate = 2.0

        def __init__(self):
            self.step = 0

        @property
        def doubled(self):
            return 2.0 * self.rate

        @jit
        def loss(self, x):
            return self.doubled * x

        def train(self):
            self.step += 1
            return self.loss(1.0)

    trainer = Trainer()
    outer = jit(lambda x: trainer.loss(x) + 1.0)
    assert [trainer.train() for _ in range(5)] == [4.0] * 5
    assert Trainer.loss.cache_info()[:2] == (4, 1)
    assert outer(1.0) == 5.0
    trainer.rate = 3.0  # which hides that of the class
    assert (trainer.train(), outer(1.0)) == (6.0, 7.0)
    by_name = jit(lambda x, t: t.rate * x, static_argnums=1)
    for rate in (1.0, 5.0):
        trainer.rate = rate
        assert by_name(1.0, t=trainer) == jit(trainer.loss)(0.5) == rate
    applied = jit(functools.partial(lambda t, x: t.rate * x, trainer))
    for rate in (1.0, 5.0):
        trainer.rate = rate
        assert applied(1.0) == rate

    layer, x = nn.Linear(2, 1), np.ones((3, 2))

    def functional(parameters, x):
        layer.weight, layer.bias = parameters
        return (layer(x) ** 2).sum()

    g = jit(functional)
    assert [g([np.full((1, 2), k), np.full(1, k)], x) for k in (1.0, 2.0)] == [27.0, 108.0]
    assert g.cache_info()[:2] == (1, 1)


def test_things_that_have_all_attributes():
    class Echo:
        def __getattr__(self, name):
            return Echo()

        def __call__(self, x):
            return x * 2.0

    echo = Echo()
    assert jit(lambda x: echo(x))(1.0) == jit(echo)(1.0) == 2.0

    class Scaled:
        __hash__ = None

        def __init__(self):
            self.k = 2.0

        def __call__(self, x):
            return self.k * x

    scaled = Scaled()
    f = jit(scaled)
    for scaled.k in (2.0, 3.0):
        assert f(1.0) == scaled.k


def test_another_parameter_in_the_place_of_one():
    net = nn.Sequential(nn.Linear(2, 1, rng=np.random.default_rng(0)))
    f, x = jit(lambda x: net(x).sum()), np.ones((1, 2))
    with autograd.no_grad():
        assert f(x) == net(x).sum().item()
        net[0].weight = Tensor([[5.0, 6.0]])
        assert f(x) == net(x).sum().item()


@pytest.mark.parametrize("executor", ["python", "numpy"])
def test_long_functions_of_what_is_captured_and_of_leaves_made_inside(executor):
    weights, decay = [Value(0.1 * k) for k in range(1, 5)], Value(0.5, requires_grad=False)

    def f(x, unused):
        total = Value(0.0)
        for k in range(1_000):  # more nodes than are read at a time
            total = (total * decay + weights[k % 4] * x) * Value(0.9) + (x * -0.0 if k % 2 else 0.0)
        return total

    program = trace(value_and_grad(f), 1.0, [3.0, 4.0], executor=executor)
    assert set(program.captured) == {decay, *weights}
    weights[2].data, decay.data = -0.7, 0.25
    with autograd.no_grad():
        assert program(2.0, [5.0, 6.0]) == value_and_grad(f)(2.0, [5.0, 6.0])
        slopes = trace(value_and_grad(lambda x: x[1] * 2.0), [1.0] * 3, executor=executor)([1.0, 2.0, 3.0])
    assert slopes == (4.0, [0.0, 2.0, 0.0])


def test_derivatives_inside_that_use_constants_of_the_outside():
    agree(lambda x: grad(lambda y: y * x.detach())(2.0), 3.0, 4.0)
    agree(lambda x: autograd.jvp(lambda y: y * y * x.detach(), (2.0,), (1.0,))[1], 3.0, 4.0)
    agree(lambda x: autograd.hvp(lambda y: y * y * y * x.detach(), (2.0,), (1.0,))[0], 3.0, 4.0)

    def under_no_grad(x):
        with autograd.no_grad():
            z = 2.0 * x
        return grad(lambda y: y * z)(2.0)

    agree(under_no_grad, 3.0, 4.0)

    def masked(x):
        mask = x > 0.0
        return grad(lambda y: (y * autograd.where(mask, 1.0, 0.0)).sum())(np.ones(3))

    program = trace(masked, A)
    assert [program(x).tolist() for x in (A, B)] == [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]

    def descent(t):
        w = 0.0
        for _ in range(3):
            w = w - 0.1 * grad(lambda w: (w - t.detach()) ** 2)(w)
        return w

    assert trace(descent, 2.0)(3.0) == pytest.approx(plain(descent(Value(3.0))))


def test_constants_from_outside_are_live_or_refused():
    c = Value(2.0, requires_grad=False)
    live = trace(lambda x: x * c.detach() + x * c, 1.0)
    branch = trace(lambda x: x if c else -x, 1.0)
    c.data = 5.0
    assert live(1.0) == 10.0
    c.data = 0.0
    with pytest.raises(GuardError):
        branch(1.0)
    for f in (lambda x: x * c.data, lambda x: x * c.item(), lambda x: x * np.asarray(c), lambda x: x * c.numpy()):
        with pytest.raises(TraceError):
            trace(f, 1.0)

    def assigns(x):
        c.data = x.detach()
        return c * x

    with pytest.raises(GraphError, match="traced"):
        trace(assigns, 1.0)


def test_constant_arrays_that_are_written_into_afterwards():
    buffer = np.zeros(2)

    def f(x):
        with autograd.no_grad():
            buffer[:] = 1.0
            a = x * buffer
            buffer[:] = 2.0
            return a + 10.0 * (x * buffer)

    assert trace(f, np.ones(2))(np.ones(2)).tolist() == [21.0, 21.0]


# --- numbers that leave, refusals that are caught ---


@pytest.mark.parametrize(
    "leave", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x)), autograd.find_nan, float]
)
def test_numbers_do_not_leave(leave):
    with pytest.raises(TraceError):
        trace(lambda x: x if leave(x * 1.0) is None else x * 2.0, 2.0)


def test_a_refusal_that_is_caught_is_a_refusal():
    def f(x):
        try:
            k = float(x)
        except Exception:
            k = 1.0
        return k * x

    with pytest.raises(TraceError, match="float"):
        trace(f, 2.0)


def test_strong_zero_before_a_branch():
    def f(x):
        g = grad(lambda y: autograd.where(y > 0.0, autograd.sqrt(y), 0.0))(x)
        return 5.0 if g < 0.5 else -5.0

    def h(x):
        g = grad(lambda y: autograd.where(y > 0.0, autograd.sqrt(y), 0.0))(x)
        return autograd.where(g >= 0.0, 1.0, 2.0)

    for function in (f, h):
        fast = jit(function)
        for x in (0.3, 0.0, 4.0, 0.0):
            assert fast(x) == plain(function(x))


def kinked(x):
    return autograd.where(x > 0.0, autograd.sqrt(x), 0.0)


def test_strong_zero_where_a_program_is_given_nodes():
    inner, shift = trace(grad(kinked), 1.0), Value(1.0)
    assert inner(Value(0.0)).item() == grad(kinked)(Value(0.0)).item() == 0.0
    assert grad(inner)(4.0) == grad(grad(kinked))(4.0)
    assert grad(inner)(0.0) == grad(grad(kinked))(0.0) == 0.0
    moved = trace(lambda x: grad(kinked)(x) + shift, 1.0)
    assert moved(0.0).item() == 1.0
    for outer in (trace(lambda x: inner(x) + 1.0, 1.0), jit(lambda x: inner(x) + 1.0)):
        assert [outer(x) for x in (0.0, 4.0, 0.0)] == [1.0, 1.25, 1.0]


def test_backward_where_a_derivative_is_not_finite():
    w = Value(0.0)
    for f in (lambda x: kinked(w) * x, lambda x: kinked(w) * x + grad(kinked)(0.0 * w) * x):
        fast = jit(f)
        for data in (0.0, 4.0, 0.0):
            w.data = data
            w.grad = None
            value, got = fast.backward(1.0), w.grad
            w.grad = None
            want = f(1.0)
            want.backward()
            assert (value, got) == (want.item(), w.grad)


# --- leaves that are frozen and thawed ---


def test_a_leaf_that_is_thawed():
    w = Value(3.0, requires_grad=False)
    fast = jit(lambda x: w * w * x)
    assert fast(2.0) == 18.0
    w.requires_grad = True
    fast(2.0).backward()
    assert w.grad == 12.0
    with pytest.raises(GuardError, match="requires_grad of something"):
        fast.programs[0](2.0)


def test_backward_after_other_leaves_were_frozen():
    w, u = Value(3.0), Value(5.0, requires_grad=False)
    step = jit(lambda x: w * u * x)
    step.backward(2.0)
    assert (w.grad, u.grad) == (10.0, None)
    w.requires_grad, u.requires_grad, w.grad = False, True, None
    for _ in range(2):
        step.backward(2.0)
    assert (w.grad, u.grad) == (None, 12.0)


def test_modules_in_training_and_in_use():
    layer, x = nn.BatchNorm1d(2).eval(), np.array([[1.0, 2.0], [3.0, 5.0]])
    fast = jit(lambda x: layer(x).sum())
    outer, program = jit(lambda x: fast(x) + program(x)), trace(lambda x: layer(x).sum(), x)

    def agrees():
        want = layer(x).sum().item()
        return fast(x).item() == want and outer(x).item() == want + want

    assert agrees()
    layer.train()(2.0 * x)  # which moves the running statistics
    layer.eval()
    with pytest.raises(GuardError, match="running_mean of something"):
        program(x)
    program = trace(lambda x: layer(x).sum(), x)
    assert agrees()
    drop = nn.Dropout(0.5).eval()
    fast = jit(lambda x: drop(x))
    assert fast(x).sum() == x.sum()
    drop.train()
    with pytest.raises(TraceError, match="eval"):
        fast(x)


@pytest.mark.parametrize("join", [autograd.stack, autograd.concatenate])
def test_few_operands_are_not_taken_for_many(join):
    def f(x, y):
        return [join(parts).sum() for parts in ([y], [x, y], [y, x], [x], [x, y, x], [y, y])]

    args = np.ones(2), np.full(2, 2.0)
    for function in (f, lambda x, y: f(x, y)[::-1]):
        want = [out.item() for out in function(*map(Tensor, args))]
        assert list(map(float, trace(function, *args)(*args))) == want


def test_a_number_that_equals_the_hash_of_a_leaf():
    w = Value(1.0)
    number = float(hash(w))
    w.data = number
    program = trace(lambda x: x * w + number, 1.0)
    w.data = 5.0
    assert program(1.0) == 5.0 + number
    v = Tensor([1.0, 2.0])
    number = float(hash(v))
    assert trace(lambda x: (x * v + number).sum(), np.ones(2))(np.ones(2)) == 3.0 + 2.0 * number


def test_parameters_that_only_look_the_same():
    class Power:
        def __init__(self, times):
            self.times = times

        def __repr__(self):
            return "Power"

    def times(x, *, by):
        return x * by.times

    scaled = elementwise("scaled_by_test", times, times, lambda g, ans, x, *, by: g * by.times)
    try:
        assert trace(lambda x: (scaled(x, by=Power(2.0)), scaled(x, by=Power(3.0))), 1.0)(5.0) == (10.0, 15.0)
    finally:
        del table["scaled_by_test"]


def test_squares_of_truths_are_numbers():
    out = trace(lambda x: (x > 0.0) ** 2.0, np.array([1.0, -1.0]))(np.array([2.0, -2.0]))
    assert (out.dtype, out.tolist()) == (np.float64, [1.0, 0.0])
    assert trace(lambda x: (x > 0.0) ** 2.0, 1.0)(2.0) == 1.0


def test_numbers_of_numpy_beside_a_comparison():
    for number in (np.float32(0.1), np.int64(2), np.float64(0.1)):
        assert trace(lambda x, number=number: x < number, 0.1)(0.1) is (number.item() > 0.1)


def test_backward_inside_is_refused():
    w = Value(3.0)
    step = jit(lambda x: w * x)
    for once in (step.backward, trace(lambda x: w * x, 1.0).backward):
        with pytest.raises(TraceError, match="backward"):
            trace(lambda x, once=once: x + once(x), 1.0)
    assert w.grad is None


def test_backward_takes_the_path_of_its_own_arguments():
    w = Value(1.0)
    program = trace(lambda x: w * x if w * x > 0.0 else 0.0 * w, 1.0)
    w.data = -1.0
    assert (program.backward(-2.0), w.grad) == (2.0, -2.0)


# --- what is the same, and what is not ---


def test_parameters_that_are_equal_but_not_the_same():
    x = np.arange(6.0).reshape(2, 3)
    program = trace(lambda x: x[1].sum() + x[True].sum() * 10.0, x)
    assert program(x) == 12.0 + 150.0


def test_constants_are_not_taken_for_what_has_derivatives():
    def f(x, y):
        with autograd.no_grad():
            pair = autograd.stack([x, y])
        return autograd.stack([y]), pair

    for function in (f, lambda x, y: f(x, y)[::-1]):
        for got, want in zip(trace(function, 1.0, 2.0)(3.0, 4.0), function(Value(3.0), Value(4.0)), strict=True):
            np.testing.assert_array_equal(got, want.numpy())


def test_doubles_of_arrays_may_be_too_large():
    x = np.array([1e-10], np.float32)
    assert trace(lambda x: (x + x) * 3e38, x)(x) == ((Tensor(x) + Tensor(x)) * 3e38).numpy()


def test_static_arguments_that_are_equal_but_not_the_same():
    quotient = jit(lambda x, y: x * y, static_argnums=1)
    assert [str(quotient(1.0, y)) for y in (0.0, -0.0, 0.0)] == ["0.0", "-0.0", "0.0"]
    kind = jit(lambda x, pair: (x, type(pair[0]) is bool, type(pair[0]) is int), static_argnums=1)
    assert [kind(1.0, (one,))[1:] for one in (1, True, 1.0)] == [(False, True), (True, False), (False, False)]

    class Scale:
        def __init__(self, scale):
            self.scale = scale

        def __hash__(self):
            return 0

        def __eq__(self, other):
            return self.scale == other.scale

    scaled = jit(lambda x, by: x * by.scale)
    assert [scaled(1.0, Scale(scale)) for scale in (2.0, 3.0, 2.0)] == [2.0, 3.0, 2.0]
    assert scaled.cache_info()[:2] == (1, 2)


def test_sets_that_grow():
    fast, chosen = jit(lambda x, chosen: x * len(chosen)), {1, 2}
    assert fast(1.0, chosen) == 2.0
    chosen.add(3)
    assert fast(1.0, chosen) == 3.0


def test_matrices_with_few_entries_as_arguments():
    total = jit(lambda matrix: sum(matrix.values) * matrix.columns[0])
    one = autograd.Sparse(np.array([0]), np.array([1]), np.array([3.0]), (2, 2))
    two = one._replace(columns=np.array([2]), shape=(2, 3))
    assert [total(one), total(two), total(one._replace(values=np.array([5.0])))] == [3.0, 6.0, 5.0]
    assert total.cache_info()[:2] == (1, 2)
    assert str(total.programs[0]).startswith("program(x0):")


def test_numbers_that_are_no_floats():
    program = trace(lambda x: x * x, 2.0)
    with pytest.raises(autograd.ShapeError, match="the constant"):
        program(np.complex128(1 + 2j))
    with pytest.raises(autograd.OperandError, match="too large"):
        program(10**400)
    with pytest.raises(autograd.OperandError, match="static_argnums="):
        jit(lambda x, n: x * n, static_argnums="n")(1.0, 2)
    assert jit(lambda x, n: x * n, static_argnums=np.int64(1))(1.5, 2) == 3.0


def test_named_tuples_of_another_name():
    class P(NamedTuple):
        x: float
        y: float

    class Q(NamedTuple):
        y: float
        x: float

    fast = jit(lambda p: p.x - p.y)
    assert (fast(P(5.0, 1.0)), fast(Q(5.0, 1.0))) == (4.0, -4.0)


def test_results_that_hold_nothing_and_lists_that_grow():
    program = trace(lambda x: (grad(lambda y: y * y)(x), None), 1.0)
    assert program(3.0) == (6.0, None)
    grown = []

    def f(x):
        grown.append(x * 2.0)
        return grown

    program = trace(f, 1.0)
    grown.append(7.0)
    assert program(2.0) == [4.0]


def test_unused_derivatives_may_be_infinite():
    power = trace(grad(lambda x, n: x**n), -2.0, 3.0)
    assert power(-3.0, 3.0) == 27.0
    f = jit(grad(lambda x, n: x**n))
    assert [f(-2.0, 3.0), f(-3.0, 3.0)] == [12.0, 27.0]
    assert f.cache_info().hits == 1


def test_names_of_rows_and_inputs_do_not_get_in_the_way():
    for name in ("x0", "v0", "my op", "return"):
        row = elementwise(name, lambda x: x + 1.0, lambda x: x + 1.0, lambda g, ans, x: g)
        try:
            assert trace(lambda x, row=row: row(row(x) * x), 2.0)(3.0) == 13.0
        finally:
            table.pop(name)
    text = str(trace(lambda v0, x: v0 * x + v0, 1.0, 2.0)).splitlines()
    assert [line.split("#")[0].split() for line in text[1:]] == [
        ["v0", "=", "mul", "x0", "x"], ["v1", "=", "add", "v0", "x0"], ["return", "v1"],
    ]  # fmt: skip


def test_a_program_keeps_no_graph_alive():
    import gc

    def f(x):
        for _ in range(500):
            x = x * 1.01
        return x

    gc.collect()
    before = sum(type(thing) is Value for thing in gc.get_objects())
    program = trace(f, 1.0)
    gc.collect()
    assert sum(type(thing) is Value for thing in gc.get_objects()) - before < 10
    assert len(program) == 500


def test_a_module_keeps_its_parameters():
    net = nn.Linear(2, 1)
    fast = jit(net)
    assert "weight" not in vars(fast)
    x = np.ones((3, 2))
    loss = nn.mse_loss(fast(x), np.zeros((3, 1)))
    loss.backward()
    assert net.weight.grad is not None


def test_what_cannot_be_refused_here_raises_python_errors():
    with pytest.raises(TypeError):
        trace(lambda n: sum(range(n)), 3)


# --- what the tracer cannot look on at ---


def test_operations_in_another_thread_are_refused():
    def f(x):
        out = []
        in_threads(lambda _: out.append(x * x), range(1))
        return out[0] + 1.0

    with pytest.raises(TraceError, match="computed where nobody could look on"):
        trace(f, 2.0)


def test_what_leaks_out_of_an_inner_trace_is_refused():
    def f(x):
        leaked = []
        trace(lambda y: leaked.append(y * y) or y, 3.0)
        return x + leaked[0]

    with pytest.raises(TraceError, match="the result of mul was computed where nobody could look on"):
        trace(f, 2.0)


def test_an_inner_trace_of_what_an_outer_computes():
    def f(x):
        y = x * x
        return trace(lambda z: z * y, 3.0)(x) + y

    agree(f, 2.0, -1.5)


def test_where_nothing_is_finite_results_have_the_structure_that_they_were_traced_with():
    def ratio(v):
        return v[0] / v[1] * v[0] + v[1] * v[0]

    slopes = autograd.hessian(ratio, sparse=True)  # its values are an array of numbers, and a list of nodes
    want = slopes([0.0, 0.0]).values
    for executor in ("python", "numpy"):
        program = trace(lambda v: slopes(v).values, [1.25, -0.75], executor=executor)
        np.testing.assert_array_equal(program([0.0, 0.0]), want)
        np.testing.assert_array_equal([node.item() for node in program([Value(0.0), Value(0.0)])], want)
        np.testing.assert_array_equal(program.flat([[2.0, 3.0], [0.0, 0.0]])[1], want)
    np.testing.assert_array_equal(jit(lambda v: slopes(v).values)([0.0, 0.0]), want)
