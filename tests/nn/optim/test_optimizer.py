"""What all optimizers share: groups and their settings, the state and how it is saved."""

import copy

import numpy as np
import pytest

from autograd import OperandError, Tensor, Value
from nn import MLP, SGD, Adam, AdamW, Momentum, Nesterov, Optimizer


def descend(optimizer, *parameters, steps=3):
    for _ in range(steps):
        optimizer.zero_grad()
        for p in parameters:
            y = (p * p - p) * (p * p)
            (y.sum() if isinstance(p, Tensor) else y).backward()
        optimizer.step()


# --- groups ---


def grouped():
    x, y = Tensor([1.0, -2.0]), Tensor([[0.5]])
    return x, y, SGD([{"params": [x], "momentum": 0.5}, {"params": y, "lr": 0.01}], lr=0.1)


def test_each_group_has_its_own_settings():
    x, y, optimizer = grouped()
    alone, other = Tensor(x.data), Tensor(y.data)
    descend(optimizer, x, y)
    descend(SGD([alone], lr=0.1, momentum=0.5), alone)
    descend(SGD([other], lr=0.01), other)
    np.testing.assert_array_equal(x.data, alone.data)
    np.testing.assert_array_equal(y.data, other.data)
    assert repr(optimizer) == "SGD(3 parameters in 2 groups, lr=0.1 or 0.01, momentum=0.5 or 0.0)"


def test_groups_equal_those_of_pytorch():
    torch = pytest.importorskip("torch")
    x, y, optimizer = grouped()
    a, b = (torch.tensor(p.data.tolist(), dtype=torch.float64, requires_grad=True) for p in (x, y))
    reference = torch.optim.SGD([{"params": [a], "momentum": 0.5}, {"params": b, "lr": 0.01}], lr=0.1)
    for _ in range(20):
        for one, first, second in ((optimizer, x, y), (reference, a, b)):
            one.zero_grad()
            (((first * first - first) * second).sum() ** 2).backward()
            one.step()
    np.testing.assert_allclose(x.data, a.detach(), rtol=1e-12)
    np.testing.assert_allclose(y.data, b.detach(), rtol=1e-12)


def test_a_setting_of_a_group_may_be_assigned():
    x, y, optimizer = grouped()
    optimizer.param_groups[1]["lr"] = 0.0
    descend(optimizer, x, y)
    assert y.item() == 0.5
    assert x.data[0] != 1.0


def test_the_learning_rate_keeps_the_ratios_of_groups_even_through_zero():
    _, _, optimizer = grouped()
    assert optimizer.lr == 0.1
    for lr in (0.0, 1.0, np.float32(0.5)):
        optimizer.lr = lr
        assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([lr, 0.1 * lr])
        assert type(optimizer.lr) is float


def test_a_group_may_come_later():
    x, y = Value(1.0), Value(1.0)
    optimizer = SGD([x], lr=0.1, momentum=0.9)
    descend(optimizer, x, steps=1)
    optimizer.add_param_group({"params": [y], "lr": 0.2})
    descend(optimizer, x, y, steps=1)
    assert len(optimizer.velocity) == len(optimizer.parameters) == 2
    assert y.data == pytest.approx(0.8)


# --- state ---


def prepared(kind=Tensor):
    p, fixed = kind(1.5), kind(1.0)
    return p, SGD([p, fixed], lr=0.1, momentum=0.9, nesterov=True)


@pytest.mark.parametrize(
    "kind",
    [Value, Tensor, lambda x: Tensor(np.full((2, 3), x, np.float32)), lambda x: Tensor(np.float32(x))],
)
@pytest.mark.parametrize("earlier", [0, 2])
def test_a_loaded_state_goes_on_bit_for_bit(kind, earlier):
    (p, optimizer), (q, other) = prepared(kind), prepared(kind)
    descend(optimizer, p, steps=2)
    optimizer.lr = 0.05
    descend(other, q, steps=earlier)
    other.load_state_dict(optimizer.state_dict())
    q.data = p.data
    descend(optimizer, p)
    descend(other, q)
    assert np.array_equal(p.data, q.data)
    assert (other.steps, other.lr) == (5, 0.05)
    assert np.asarray(other.velocity[0]).dtype == np.asarray(optimizer.velocity[0]).dtype
    assert other.velocity[1] is None


def test_a_state_is_a_flat_dict_of_numbers_and_arrays_and_a_copy():
    p = Tensor([1.5, 1.0])
    optimizer = SGD([p, Value(1.0)], lr=0.1, momentum=0.9)
    descend(optimizer, p, steps=1)
    state = optimizer.state_dict()
    assert list(state) == [
        "kind", "steps", "param_groups.0.lr", "param_groups.0.momentum", "param_groups.0.dampening",
        "param_groups.0.weight_decay", "param_groups.0.nesterov", "velocity.0", "velocity.1",
    ]  # fmt: skip
    assert state["velocity.1"].shape == (0,)
    before = optimizer.velocity[0].copy()
    state["velocity.0"] += 1.0
    assert np.array_equal(optimizer.velocity[0], before)
    optimizer.load_state_dict(state)
    state["velocity.0"] += 1.0
    assert np.array_equal(optimizer.velocity[0], before + 1.0)


@pytest.mark.parametrize("make", [SGD, lambda p, lr, momentum: Adam(p, lr=lr)])
def test_a_state_is_saved_to_a_file_and_back(make, tmp_path):
    checkpoint = pytest.importorskip("nn.checkpoint")
    pytest.importorskip("safetensors")
    p = [Value(1.5), Tensor([1.0, 2.0]), Tensor(np.float32(0.5)), Value(2.0)]
    optimizer, other = make(p, lr=0.1, momentum=0.9), make(p, lr=0.2, momentum=0.9)
    descend(optimizer, *p[:3])
    checkpoint.save(optimizer.state_dict(), tmp_path / "state.safetensors")
    other.load_state_dict(checkpoint.load(tmp_path / "state.safetensors"))
    assert repr(other.state_dict()) == repr(optimizer.state_dict())
    assert other.defaults.keys() == optimizer.defaults.keys()


def test_a_state_that_does_not_fit_is_told_in_full_and_changes_nothing():
    p = Tensor([1.5, 1.0])
    optimizer = SGD([p], lr=0.1, momentum=0.9)
    descend(optimizer, p, steps=1)
    before = copy.deepcopy(optimizer.state_dict())
    wrong = {**optimizer.state_dict(), "velocity.0": np.zeros((3, 2), np.float32), "m.0": 1.0, "steps": 7}
    del wrong["param_groups.0.lr"]
    with pytest.raises(ValueError, match="does not fit") as error:
        optimizer.load_state_dict(wrong)
    assert str(error.value).splitlines() == [
        "the state does not fit SGD(2 parameters, lr=0.1, momentum=0.9):",
        "  missing: param_groups.0.lr float64 ()",
        "  unexpected: m.0 float64 ()",
        "  other shapes or dtypes: velocity.0 is float64 (0,) or float64 (2,) here, but float32 (3, 2) in the state",
    ]
    for name, value in optimizer.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("kind", "Momentum", r"the state is that of Momentum, not of SGD\(2 parameters"),
        ("param_groups.0.lr", -1.0, "lr that is not negative, but got -1.0"),
        ("param_groups.1.momentum", np.nan, "finite momentum"),
        ("param_groups.1.nesterov", True, "nesterov needs momentum"),
        ("param_groups.1.lr_ratio", -0.5, "lr_ratio that is not negative"),
        ("steps", -3, "not negative, not -3"),
    ],
)
def test_a_setting_out_of_its_range_is_not_loaded(name, value, message):
    optimizer = SGD([{"params": [Value(1.0)]}, {"params": [Value(1.0)], "lr": 0.01}], lr=0.1)
    before = optimizer.state_dict()
    changed = {**before, "steps": 7, "param_groups.0.lr": 0.5, name: value}
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(changed)
    assert repr(optimizer.state_dict()) == repr(before)


@pytest.mark.parametrize(("kind", "twin"), [(Adam, AdamW), (Momentum, Nesterov)])
def test_a_state_of_another_kind_with_the_same_names_is_not_loaded(kind, twin):
    state = twin([Value(1.0)]).state_dict()
    assert kind([Value(1.0)]).state_dict().keys() == state.keys()
    with pytest.raises(ValueError, match=f"the state is that of {twin.__name__}, not of {kind.__name__}"):
        kind([Value(1.0)]).load_state_dict(state)


def test_the_ratio_of_groups_is_loaded_with_them():
    first, second = ([{"params": [Value(1.0)]}, {"params": [Value(1.0)], "lr": lr}] for lr in (0.01, 0.1))
    optimizer = SGD(second, lr=0.1)
    optimizer.load_state_dict(SGD(first, lr=0.1).state_dict())
    optimizer.lr = 0.5
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([0.5, 0.05])


def test_optimizers_of_a_model_are_copied_with_it():
    model = MLP(2, [3, 1], rng=np.random.default_rng(0))
    optimizer = SGD(model.parameters(), lr=0.1)
    model, optimizer = copy.deepcopy((model, optimizer))
    assert all(p is q for p, q in zip(model.parameters(), optimizer.parameters, strict=True))
    assert optimizer.param_groups[0]["params"][0] is model.parameters()[0]


# --- own optimizers ---


class Sign(Optimizer):
    buffers = ("last",)

    def initial(self, p, group):
        return {"last": 0.0}

    def change(self, i, p, g, group):
        self.last[i] = np.sign(g)
        return group["lr"] * self.last[i]


def test_an_optimizer_of_ones_own():
    x, y = Tensor([1.0, -1.0]), Value(2.0)
    optimizer = Sign([x, y], lr=0.5)
    (x * x).sum().backward()
    optimizer.step()
    assert x.data.tolist() == [0.5, -0.5]
    assert y.data == 2.0
    assert optimizer.last[1] == 0.0
    assert optimizer.rules(x) == []


def test_one_without_a_change_says_so():
    x = Value(1.0)
    x.grad = 1.0
    with pytest.raises(NotImplementedError, match="Optimizer needs a method change"):
        Optimizer([x], lr=0.1).step()


# --- mistakes ---

X = Value(1.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SGD([{"params": [X]}, {"params": [X]}]), ValueError, "in two groups"),
        (lambda: SGD([{"params": []}]), ValueError, "no parameters"),
        (lambda: SGD([{"params": [X], "momentun": 0.9}]), ValueError, r"settings lr, momentum, .*'momentun'"),
        (lambda: SGD([{"lr": 0.9}]), ValueError, "takes params"),
        (lambda: SGD([{"params": [X], "lr": -1.0}]), ValueError, "lr that is not negative, but got -1.0"),
        (lambda: SGD([{"params": [X], "nesterov": True}]), ValueError, "nesterov needs momentum"),
        (lambda: SGD([{"params": [X]}, X]), OperandError, "not {'params'"),
        (lambda: SGD(MLP(2, [1])), OperandError, r"got a model; write SGD\(model.parameters\(\), ...\)"),
        (lambda: SGD({"params": [X]}), OperandError, "a list of parameters, but got {'params'"),
        (lambda: SGD(None), OperandError, "a list of parameters, but got None"),
        (lambda: SGD([X], lr=True), OperandError, "a number as lr, but got True"),
        (lambda: SGD([X], lr="0.1"), OperandError, "a number as lr, but got '0.1'"),
        (lambda: SGD([X], momentum=0.9, nesterov=1), OperandError, "True or False as nesterov, but got 1"),
        (lambda: SGD([X], lr="fast"), OperandError, "a number as lr, but got 'fast'"),
        (lambda: setattr(SGD([X]), "lr", -0.5), ValueError, "lr that is not negative"),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()
