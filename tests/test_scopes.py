"""Scopes write down which operations are whose, and forget what cannot be told."""

import gc
import threading
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import OperandError, Value, no_grad, scope, scopes


@pytest.fixture(autouse=True)
def fresh():
    scopes._closed.clear()


def names(node):
    """The names of the scopes that a node is in, outer ones first."""
    return [one.name for one in scopes.recorded() if one.first <= node.index < one.last]


def test_nesting_and_use_again():
    x = Value(1.0)
    outer, inner = scope("outer"), scope("inner")
    with outer:
        a = x * x
        with inner, outer:
            b = a * x
        with inner:
            c = b * x
    d = c * x
    assert [names(node) for node in (x, a, b, c, d)] == [
        [], ["outer"], ["outer", "inner", "outer"], ["outer", "inner"], [],
    ]  # fmt: skip


def test_as_a_decorator_also_of_recursive_functions():
    @scope("power")
    def power(x, n):
        return power(x, n - 1) * x if n else x * 1.0

    y = power(Value(2.0), 2)
    assert [names(node) for node in (y, y.args[0], y.args[0].args[0])] == [["power"] * n for n in (1, 2, 3)]


def test_an_open_scope_counts_and_an_exception_closes_it():
    x, made = Value(1.0), []

    @scope("part")
    def work():
        made.append(x * x)
        assert names(made[0]) == ["part"]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert names(made[0]) == ["part"]
    assert names(x * x) == []


def test_scopes_without_operations_are_not_kept():
    with scope("empty"):
        pass
    assert scopes.recorded() == []


@pytest.mark.parametrize("name", ["", None, 3, b"x"])
def test_a_name_is_text(name):
    with pytest.raises(OperandError, match=r"scope\(\) takes a name"):
        scope(name)


def test_an_owner_is_an_object_and_not_kept_alive():
    class Part:
        pass

    with pytest.raises(OperandError, match="owner="):
        scope("part", 3)
    part = Part()
    alive = weakref.ref(part)
    with scope("part", part):
        y = Value(1.0) * 2.0
    assert scopes.recorded()[-1].owner() is part
    del part
    gc.collect()
    assert alive() is None
    assert names(y) == ["part"]


def test_only_the_newest_are_remembered(monkeypatch):
    monkeypatch.setattr(scopes, "_closed", type(scopes._closed)(maxlen=3))
    x = Value(1.0)
    made = []
    for i in range(5):
        with scope(f"part {i}"):
            made.append(x * x)
    assert [names(node) for node in made] == [[], [], ["part 2"], ["part 3"], ["part 4"]]


def test_no_grad_inside():
    with scope("part"), no_grad():
        y = Value(1.0) * 2.0
    assert y.op is None


def part(x, name):
    """A generator with a scope around what it makes."""
    with scope(name):
        yield x * x
        yield x * x


def test_generators_that_cross_are_forgotten_and_do_no_harm():
    x = Value(1.0)
    one, two = part(x, "one"), part(x, "two")
    made = [next(one), next(two), next(one)]
    one.close()
    two.close()
    assert [names(node) for node in made] == [[], [], []]
    with scope("after"):
        y = x * x
    assert names(y) == ["after"]


def test_threads_that_are_inside_at_once_are_forgotten():
    x, made, steps = Value(1.0), {}, threading.Barrier(2, timeout=60)

    def work(name):
        with scope(name):
            steps.wait()
            made[name] = x * x
            steps.wait()

    thread = threading.Thread(target=work, args=("there",))
    thread.start()
    work("here")
    thread.join()
    assert [names(node) for node in made.values()] == [[], []]
    with scope("after"):
        y = x * x
    assert names(y) == ["after"]


def test_threads_one_after_the_other_are_remembered():
    x, made = Value(1.0), []

    def work(name):
        with scope(name):
            made.append(x * x)

    for name in "abc":
        thread = threading.Thread(target=work, args=(name,))
        thread.start()
        thread.join()
    assert [names(node) for node in made] == [["a"], ["b"], ["c"]]


def test_a_thread_that_ends_without_closing_its_scope_is_not_waited_for():
    thread = threading.Thread(target=lambda: scope("never closed").__enter__())
    thread.start()
    thread.join()
    with scope("after"):
        y = Value(1.0) * 2.0
    assert names(y) == ["after"]


def test_many_threads_give_names_or_none_but_never_crossing_ones():
    def work():
        x = Value(1.0)
        for i in range(200):
            with scope(f"outer {i}"):
                x = x * 1.0
                with scope(f"inner {i}"):
                    x = x * 1.0

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    intervals = scopes.recorded()
    stack = []
    for one in intervals:
        while stack and stack[-1].last <= one.first:
            stack.pop()
        assert not stack or one.last <= stack[-1].last
        stack.append(one)


@given(st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=3), max_leaves=12))
def test_any_nesting_is_written_down_as_it_was(tree):
    scopes._closed.clear()
    x = Value(1.0)
    made = []

    def run(branch, path):
        for i, inner in enumerate(branch):
            with scope(f"{i}"):
                made.append((x * x, [*path, f"{i}"]))
                run(inner, [*path, f"{i}"])
                made.append((x * x, [*path, f"{i}"]))

    run(tree, [])
    assert [names(node) for node, _ in made] == [path for _, path in made]
