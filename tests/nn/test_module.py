import numpy as np
import pytest

from autograd import OperandError, Tensor, Value
from nn import MLP, Linear, Module, ReLU, Sequential, Tanh


class Holder(Module):
    """A module with whatever attributes it is given, in that order."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def names(module):
    return [name for name, _ in module.named_parameters()]


def test_parameters_come_in_definition_order_through_lists_tuples_dicts_and_modules():
    module = Holder(
        z=Value(1.0),
        a=[Value(2.0), (Value(3.0), Tensor([4.0]))],
        d={"late": Value(5.0), "early": Holder(w=Value(6.0))},
        b=Value(7.0),
    )
    assert names(module) == ["z", "a.0", "a.1.0", "a.1.1", "d.late", "d.early.w", "b"]
    assert [p.item() for p in module.parameters()] == [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_names_of_networks_are_paths():
    assert names(Sequential(Linear(2, 3), ReLU(), Linear(3, 1, bias=False))) == [
        "layers.0.weight", "layers.0.bias", "layers.2.weight",
    ]  # fmt: skip
    assert names(MLP(2, [1]))[:2] == ["layers.0.neurons.0.w.0", "layers.0.neurons.0.w.1"]


def test_only_leaves_that_require_a_gradient_are_parameters():
    leaf = Value(1.0)
    module = Holder(leaf=leaf, result=leaf * 2.0, constant=Value(1.0, requires_grad=False), number=3.0, text="w")
    assert names(module) == ["leaf"]


def test_a_shared_parameter_comes_once_under_its_first_path():
    w = Tensor(np.ones((2, 2)))
    assert names(Holder(first=w, again=[w], inner=Holder(w=w))) == ["first"]


def test_equal_but_distinct_parameters_all_come():
    assert len(Holder(a=Value(1.0), b=Value(1.0), c=[Value(1.0)]).parameters()) == 3


def test_cycles_end():
    parent = Holder(w=Value(1.0))
    parent.child = Holder(parent=parent, v=Value(2.0))
    parent.me = [parent]
    assert names(parent) == ["w", "child.v"]
    assert "child" in repr(parent)


def test_a_very_deep_module_has_parameters():
    module = Holder(w=Value(1.0))
    for _ in range(3000):
        module = Holder(inner=module)
    assert len(module.parameters()) == 1


def test_a_set_of_parameters_is_refused_since_it_has_no_order():
    with pytest.raises(OperandError, match=r"layers is a set"):
        Holder(layers={Value(1.0)}).parameters()


def test_zero_grad_forgets_all_gradients():
    module = Holder(w=Value(2.0), v=Value(3.0))
    (module.w * module.v).backward()
    assert [p.grad for p in module.parameters()] == [3.0, 2.0]
    module.zero_grad()
    assert [p.grad for p in module.parameters()] == [None, None]


def test_a_parameter_assigned_later_is_found():
    module = Holder(w=Value(1.0))
    module.w = Value(2.0)
    module.v = Value(3.0)
    assert [p.data for p in module.parameters()] == [2.0, 3.0]


def test_calling_runs_forward_and_says_so_if_there_is_none():
    with pytest.raises(NotImplementedError, match=r"Holder needs a method forward"):
        Holder()(1.0)


def test_repr_is_nested_and_counts():
    module = Holder(body=Sequential(Linear(2, 3), np.tanh), scale=Value(1.0), heads=[Linear(3, 1, bias=False)])
    assert repr(module) == (
        "Holder(  # 13 parameters\n"
        "  (body): Sequential(  # 9 parameters\n"
        "    (layers.0): Linear(2, 3)  # 9 parameters\n"
        "  )\n"
        "  (heads.0): Linear(3, 1, bias=False)  # 3 parameters\n"
        ")"
    )
    assert repr(Holder(w=Value(1.0))) == "Holder()  # 1 parameter"
    assert repr(ReLU()) == "ReLU()"


def test_sequential_calls_in_turn_and_is_a_sequence():
    model = Sequential(lambda x: x + 1.0, lambda x: x * 10.0)
    assert model(2.0) == 30.0
    assert len(model) == 2
    assert list(model) == [model[0], model[1]]


def test_sequential_refuses_what_cannot_be_called():
    with pytest.raises(OperandError, match=r"Sequential\(\*layers\)"):
        Sequential([ReLU(), ReLU()])


def test_modules_by_their_paths():
    inner = Linear(2, 3)
    model = Sequential(inner, ReLU(), Sequential(inner, Tanh()))
    found = model.named_modules()
    assert [path for path, _ in found] == ["", "layers.0", "layers.1", "layers.2", "layers.2.layers.1"]
    assert found[0][1] is model
    assert found[1][1] is inner


def test_a_call_is_a_part_of_the_graph():
    model = Sequential(Linear(2, 3), Tanh())
    figure = model(np.ones((4, 2))).sum().graph(depth=1)
    assert [area.title for area in figure.scene.areas] == ["Sequential"]
    assert [card.title for card in figure.scene.cards if card.title] == ["layers.0"]
