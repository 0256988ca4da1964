"""Value: operators on both sides, conversions, numpy's protocols, names, copies, errors."""

import copy
import fractions
import math
import operator
import pickle

import numpy as np
import pytest

import autograd
from autograd import AutogradError, GraphError, OperandError, Tensor, Value
from autograd.primitive import table

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("op", OPERATORS)
@pytest.mark.parametrize("other", [2, 2.0, True, np.float64(2.0), np.float32(2.0), np.int64(2), np.array(2.0)])
def test_numbers_on_both_sides(op, other):
    x = Value(3.0)
    for result, want in ((op(x, other), op(3.0, float(other))), (op(other, x), op(float(other), 3.0))):
        assert type(result) is Value
        assert result.data == want
        assert any(arg is x for arg in result.args)
        assert all(type(arg) in (Value, float) for arg in result.args)


def test_fractions_are_numbers():
    assert (Value(1.0) * fractions.Fraction(1, 4)).data == 0.25


def test_operands_keep_their_order():
    a, b = Value(1.0), Value(2.0)
    assert [(a - b).args, (b - a).args, (a + a).args] == [(a, b), (b, a), (a, a)]
    assert (1.0 - a).args[0] == 1.0
    assert (1.0 - a).args[1] is a


def test_unary_operators():
    x = Value(-3.0)
    assert (-x).data == abs(x).data == 3.0
    assert +x is x


@pytest.mark.parametrize(("op", "want"), [(operator.lt, True), (operator.le, True), (operator.gt, False),
                                          (operator.ge, False), (operator.eq, False), (operator.ne, True)])  # fmt: skip
def test_comparisons_are_of_numbers(op, want):
    assert op(Value(1.0), Value(2.0)) is op(Value(1.0), 2) is op(1.0, Value(2.0)) is want
    assert op(np.float64(1.0), Value(2.0)) == want
    assert op(Value(math.nan), math.nan) is (op is operator.ne)


def test_hash_is_identity():
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert {a: "a", b: "b"}[a] == "a"
    assert a != None and a != "x"  # noqa: E711, PT018  # the comparison with None is what is tested


def test_sorting_and_extremes():
    values = [Value(x) for x in (3.0, 1.0, 2.0)]
    assert min(values) is values[1]
    assert [value.data for value in sorted(values)] == [1.0, 2.0, 3.0]
    assert sum(values).data == 6.0


def test_as_a_number():
    x = Value(2.75)
    assert (float(x), int(x), x.item(), bool(x), bool(Value(0.0))) == (2.75, 2, 2.75, True, False)
    assert f"{x:.1f} {x}" == "2.8 Value(data=2.75, grad=None)"
    assert x.numpy().shape == ()


@pytest.mark.parametrize(("data", "want"), [(3, 3.0), (np.float32(1.5), 1.5), (np.array(2), 2.0), (True, 1.0)])
def test_data_is_a_float(data, want):
    value = Value(data)
    assert type(value.data) is float
    assert value.data == want


def test_repr():
    x, w = Value(2.0, name="x1"), Value(-3.0)
    product = x * w
    product.name = "x1w1"
    assert repr(product) == "Value(data=-6.0, grad=None, name='x1w1')"
    product.backward()
    assert repr(x) == "Value(data=2.0, grad=-3.0, name='x1')"
    for _ in range(100_000):
        product = product + 1.0
    assert len(repr(product)) < 50


# --- numpy ---


@pytest.mark.parametrize("name", ["exp", "log", "sqrt", "tanh", "sin", "cos", "square", "reciprocal", "log1p", "expm1"])
def test_numpy_functions_record(name):
    x = Value(0.5)
    y = getattr(np, name)(x)
    assert type(y) is Value
    assert y.op is autograd.table[name]
    assert y.data == pytest.approx(float(getattr(np, name)(0.5)), rel=1e-15)
    assert getattr(x, name)().data == getattr(autograd, name)(x).data == y.data


def test_numpy_on_the_left_never_makes_an_object_array():
    x = Value(3.0)
    assert type(np.float64(2.0) * x) is Value
    assert type(np.array(2.0) - x) is Value
    with pytest.raises(OperandError, match=r"array of shape \(2,\)"):
        np.array([1.0, 2.0]) * x
    with pytest.raises(OperandError, match=r"autograd.stack"):
        np.array([x, x])
    with pytest.raises(OperandError, match=r"autograd.stack"):
        np.asarray(x)
    assert np.asarray(x.detach()) == 3.0


@pytest.mark.parametrize("call", [lambda x: np.rint(x), lambda x: np.add.reduce(x), lambda x: np.exp(x, dtype=float)])
def test_numpy_functions_without_a_rule(call):
    with pytest.raises(OperandError, match="has no derivative rule"):
        call(Value(1.0))


# --- IEEE 754 ---


@pytest.mark.parametrize(
    ("compute", "want"),
    [
        (lambda: Value(1.0) / 0.0, math.inf),
        (lambda: Value(-1.0) / Value(0.0), -math.inf),
        (lambda: Value(0.0) / 0.0, math.nan),
        (lambda: Value(0.0).log(), -math.inf),
        (lambda: Value(-1.0).log(), math.nan),
        (lambda: Value(1000.0).exp(), math.inf),
        (lambda: Value(-1.0).sqrt(), math.nan),
        (lambda: Value(-8.0) ** (1 / 3), math.nan),
        (lambda: Value(1e200) ** 2, math.inf),
        (lambda: Value(-1e200) ** 3, -math.inf),
        (lambda: Value(0.0) ** -1, math.inf),
        (lambda: Value(math.inf).sin(), math.nan),
        (lambda: Value(1000.0).cosh(), math.inf),
        (lambda: Value(-1000.0).sigmoid(), 0.0),
        (lambda: Value(math.nan).relu(), math.nan),
        (lambda: autograd.maximum(Value(math.nan), 1.0), math.nan),
        (lambda: autograd.maximum(1.0, Value(math.nan)), math.nan),
    ],
)
def test_ieee_values_instead_of_exceptions(compute, want):
    assert compute().data == want or (math.isnan(want) and math.isnan(compute().data))


@pytest.mark.parametrize(
    "name", sorted(name for name in table if hasattr(Value, name) and table[name].scalar and name != "step")
)
@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan, 0.0, -1.0, -2.0, 1e4, -1e308])
def test_methods_follow_ieee_as_functions_of_arrays_do(name, x):
    got, want = getattr(Value(x), name)(), table[name](np.array(x))
    assert math.isclose(getattr(got, "data", got), want, rel_tol=1e-14) or (math.isnan(got.data) and math.isnan(want))


# --- copies ---


def test_leaves_can_be_copied_and_pickled():
    x = Value(3.0, name="x", requires_grad=False)
    x.grad = 2.0
    for twin in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert twin is not x
        assert (twin.data, twin.grad, twin.name, twin.requires_grad, twin.op) == (3.0, 2.0, "x", False, None)


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, pickle.dumps])
def test_inner_nodes_cannot(make):
    with pytest.raises(GraphError, match="only leaves"):
        make(Value(3.0) * 2.0)


def test_detach():
    x = Value(3.0, name="x")
    y = (x * 2).detach()
    assert (y.data, y.requires_grad, y.op, y.args) == (6.0, False, None, ())


def test_subclasses_are_values():
    class Weight(Value):
        __slots__ = ()

    w, x = Weight(2.0), Value(3.0)
    for y in (w * x, x * w, w * 3.0, autograd.mul(w, x)):
        w.zero_grad()
        y.backward()
        assert w.grad == 3.0


# --- errors: what was wrong, and what to do ---


@pytest.mark.parametrize("other", ["2", None, [1.0], (1.0,), {}, 1j, np.complex128(1), b"2"])
@pytest.mark.parametrize("op", [*OPERATORS, operator.lt])
def test_operands_that_are_not_numbers(op, other):
    for left, right in ((Value(1.0), other), (other, Value(1.0))):
        with pytest.raises(TypeError):
            op(left, right)


@pytest.mark.parametrize("other", ["2", None, [1.0], 1j])
def test_messages_name_the_operand(other):
    with pytest.raises(OperandError, match="complex numbers" if other == 1j else type(other).__name__):
        Value(1.0) + other


@pytest.mark.parametrize("op", OPERATORS)
def test_a_value_beside_a_tensor(op):
    for left, right in ((Value(1.0), Tensor([1.0])), (Tensor([1.0]), Value(1.0))):
        with pytest.raises(OperandError, match="do not mix silently"):
            op(left, right)


@pytest.mark.parametrize("data", ["3", None, 1j, [1.0], np.ones(2), Value(1.0), Tensor(1.0), object()])
def test_data_that_is_not_a_number(data):
    with pytest.raises(OperandError):
        Value(data)
    assert issubclass(OperandError, TypeError)
    assert issubclass(OperandError, AutogradError)


def test_functions_of_arrays_refuse_a_value():
    with pytest.raises(OperandError, match=r"autograd.stack"):
        autograd.sum(Value(1.0))


def test_wrong_number_of_operands():
    with pytest.raises(OperandError, match="exp takes 1 operand"):
        autograd.exp(Value(1.0), Value(2.0))
    with pytest.raises(OperandError, match="add takes 2 operand"):
        autograd.add(Value(1.0))
    with pytest.raises(OperandError, match="add takes 2 operand"):
        autograd.add(1.0)


def test_a_name_is_text():
    with pytest.raises(OperandError, match="name="):
        Value(1.0, name=3)


def test_other_types_may_answer_themselves():
    class Unit:
        def __rmul__(self, other):
            return "unit"

    assert Value(1.0) * Unit() == "unit"


def test_the_method_of_a_function_without_derivative():
    x = Value(2.0)
    y = x.sign()
    assert not y.requires_grad
    assert y.args[0] is not x
    (y * x).backward()
    assert np.array_equal(x.grad, y.data)
