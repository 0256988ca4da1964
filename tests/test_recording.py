"""no_grad and enable_grad: per thread, re-entrant, as decorators."""

import threading

import numpy as np
import pytest

from autograd import Tensor, Value, enable_grad, is_recording, no_grad


@pytest.mark.parametrize("x", [Value(2.0), Tensor([2.0])])
def test_nothing_is_written_down(x):
    with no_grad():
        for y in (x * x, 2.0 * x, x.exp(), -x):
            assert (y.requires_grad, y.op, y.args) == (False, None, ())
    assert (x * x).requires_grad


def test_nesting():
    with no_grad():
        with enable_grad():
            assert is_recording()
            with no_grad():
                assert not is_recording()
            assert is_recording()
        assert not is_recording()
    assert is_recording()


def test_an_exception_inside_restores():
    with pytest.raises(ZeroDivisionError), no_grad():
        1 / 0  # noqa: B018
    assert is_recording()


def test_as_decorator_also_of_recursive_functions():
    @no_grad()
    def down(n):
        return down(n - 1) if n else is_recording()

    assert not down(3)
    assert is_recording()


def test_each_thread_has_its_own():
    seen = []
    inside, done = threading.Event(), threading.Event()

    def work():
        with no_grad():
            inside.set()
            done.wait()

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait()
    seen.append((Value(2.0) * 2.0).requires_grad)
    done.set()
    thread.join()
    assert seen == [True]


def test_one_decorator_in_two_threads():
    inside, done, seen = threading.Event(), threading.Event(), []

    @enable_grad()
    def slow():
        inside.set()
        done.wait()

    def work():
        with no_grad():
            slow()
            seen.append(is_recording())
        seen.append(is_recording())

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait()
    enable_grad()(lambda: None)()
    done.set()
    thread.join()
    assert seen == [False, True]
    assert is_recording()


def test_parameters_are_updated_without_copies():
    w = Tensor(np.ones(3))
    w.sum().backward()
    with no_grad():
        w.data = new = w - 0.1 * w.grad
    assert np.shares_memory(w.data, new.data)
    assert w.requires_grad
    v = Value(1.0)
    with no_grad():
        v.data = v - 0.5
    assert v.data == 0.5
