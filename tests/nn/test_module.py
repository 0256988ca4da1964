import weakref

import numpy as np
import pytest

from autograd import OperandError, StaleError, Tensor, Value
from nn import MLP, SGD, BatchNorm1d, Linear, Module, ReLU, Sequential, Tanh, gradient_report


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


@pytest.mark.parametrize("keys", [{1: Value(1.0), "1": Value(2.0)}, {"a.b": Value(1.0), "a": {"b": Value(2.0)}}])
def test_two_paths_that_are_the_same_are_refused_since_one_would_be_lost(keys):
    with pytest.raises(OperandError, match=r"two things in Holder have the path w\.(1|a\.b); give them keys"):
        Holder(w=keys).state_dict()


@pytest.mark.parametrize("look", [names, repr, Holder.state_dict, Holder.train, gradient_report])
@pytest.mark.parametrize(
    ("path", "kind"), [("child.parent", "Holder"), ("me.0", "Holder"), ("rows.1.0", "list"), ("rows.1.0.key", "dict")]
)
def test_what_leads_back_to_a_module_is_refused_by_name(path, kind, look):
    parent, rows, table = Holder(w=Value(1.0)), [1.0, []], {}
    if path == "child.parent":
        parent.child = Holder(parent=parent, v=Value(2.0))
    elif path == "me.0":
        parent.me = [parent]
    else:
        parent.rows, table["key"] = rows, table
        rows[1].append(rows if kind == "list" else table)
    with pytest.raises(OperandError, match=rf"^{path} leads back to a {kind} that it is in.* weakref\.ref"):
        look(parent)


def test_a_weak_reference_to_the_parent_is_no_part():
    parent = Holder(w=Value(1.0))
    parent.child = Holder(v=Value(2.0))
    parent.child.parent = weakref.ref(parent)
    assert (names(parent), names(parent.child)) == (["w", "child.v"], ["v"])


def test_a_very_deep_module_has_parameters():
    module = Holder(w=Value(1.0))
    for _ in range(3000):
        module = Holder(inner=module)
    assert len(module.parameters()) == 1


def test_a_set_of_parameters_is_refused_since_it_has_no_order():
    with pytest.raises(OperandError, match=r"layers is a set"):
        Holder(layers={Value(1.0)}).parameters()


@pytest.mark.parametrize("inside", [{"w": Value(1.0)}, {"__slots__": ("w",)}])
def test_parameters_are_not_silently_missed_where_a_class_holds_them(inside):
    with pytest.raises(OperandError, match=r"Hidden has \w+ in its class, .* assign self.w = "):
        type("Hidden", (Module,), inside)


def test_zero_grad_forgets_all_gradients():
    module = Holder(w=Value(2.0), v=Value(3.0))
    (module.w * module.v).backward()
    assert [p.grad for p in module.parameters()] == [3.0, 2.0]
    module.zero_grad()
    assert [p.grad for p in module.parameters()] == [None, None]


@pytest.mark.parametrize("reset", [lambda module: module, lambda module: SGD(module.parameters())])
def test_gradients_may_be_zeros_as_in_pytorch(reset):
    module = Holder(w=Value(2.0), v=Tensor(np.ones(2, np.float32)))
    reset(module).zero_grad(set_to_none=False)
    assert (module.w.grad, module.v.grad.tolist(), module.v.grad.dtype) == (0.0, [0.0, 0.0], np.float32)
    (module.w * module.w).backward()
    assert module.w.grad == 4.0


def test_a_parameter_assigned_later_is_found():
    module = Holder(w=Value(1.0))
    module.w = Value(2.0)
    module.v = Value(3.0)
    assert [p.data for p in module.parameters()] == [2.0, 3.0]


def test_calling_runs_forward_and_says_so_if_there_is_none():
    with pytest.raises(NotImplementedError, match=r"Holder needs a method forward"):
        Holder()(1.0)


def test_options_reach_forward():
    class Scaled(Module):
        def __init__(self):
            self.inner = Linear(2, 2)

        def forward(self, x, scale=1.0):
            return self.inner(x) * scale

    class Outer(Module):
        def __init__(self):
            self.inner = Scaled()

        def forward(self, x):
            return self.inner(x, scale=3.0)

    model, x = Outer(), np.ones((1, 2))
    np.testing.assert_array_equal(model(x).data, 3.0 * model.inner.inner(x).data)
    assert [row.path for row in model.summary((1, 2)).rows] == ["", "inner", "inner.inner"]


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
    assert model[1:](2.0) == 20.0


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


class Counted(Module):
    """Has buffers: an array, a number, and one that is switched off."""

    buffers = ("mean", "steps", "absent")

    def __init__(self):
        self.weight, self.mean, self.steps, self.absent = Tensor([1.0, 2.0]), np.array([0.5]), 3, None


def test_children_are_the_modules_directly_below():
    shared = Linear(2, 2)
    inner = Sequential(shared, ReLU())
    model = Holder(body=inner, heads=[shared, shared], number=1.0)
    assert [name for name, _ in model.named_children()] == ["body", "heads.0"]
    assert model.children()[0] is inner
    assert inner.children() == [shared, inner[1]]
    assert ReLU().children() == []
    assert model.modules() == [module for _, module in model.named_modules()]
    assert model.modules()[0] is model


def test_generators_are_found_by_their_paths():
    rng = np.random.default_rng(0)
    assert Holder(a=Holder(rng=rng), b=[rng]).named_generators() == [("a.rng", rng)]


def test_training_is_switched_for_all_modules_inside():
    model = Sequential(Linear(2, 3), Sequential(Tanh()))
    assert all(module.training for _, module in model.named_modules())
    assert model.eval() is model
    assert not any(module.training for _, module in model.named_modules())
    assert model.train()[1][0].training
    with pytest.raises(OperandError, match=r"takes True or False, but got \[1\.0\]"):
        model.train([1.0])


def test_a_buffer_may_be_a_frozen_tensor():
    class Centred(Module):
        buffers = ("mean",)

        def __init__(self):
            self.mean = Tensor([1.0, 2.0], requires_grad=False)

    module = Centred()
    module.load_state_dict({"mean": np.array([3.0, 4.0])})
    assert isinstance(module.mean, Tensor)
    assert module.state_dict()["mean"].tolist() == [3.0, 4.0]


def test_the_state_is_all_parameters_frozen_ones_too_and_then_the_buffers():
    model = Holder(b=Counted(), v=Value(7.0), frozen=Tensor([4.0], requires_grad=False), result=Value(1.0) * 2.0)
    state = model.state_dict()
    assert {path: array.tolist() for path, array in state.items()} == {
        "b.weight": [1.0, 2.0], "v": 7.0, "frozen": [4.0], "b.mean": [0.5], "b.steps": 3,
    }  # fmt: skip
    assert list(state) == ["b.weight", "v", "frozen", "b.mean", "b.steps"]
    assert all(type(array) is np.ndarray for array in state.values())


def test_a_state_is_a_copy_and_comes_back():
    model, other = Holder(inner=Counted(), v=Value(1.0)), Holder(inner=Counted(), v=Value(2.0))
    other.inner.weight.data, other.inner.mean, other.inner.steps = np.array([3.0, 4.0]), np.array([9.0]), 8
    state = other.state_dict()
    assert model.load_state_dict(state) == ([], [])
    for array in state.values():
        array[...] = 0
    assert (model.inner.weight.tolist(), model.v.data) == ([3.0, 4.0], 2.0)
    assert (model.inner.mean.tolist(), model.inner.steps) == ([9.0], 8)
    assert type(model.inner.steps) is int
    assert other.inner.mean.tolist() == [9.0]


def test_a_graph_recorded_before_loading_is_stale():
    model = Linear(2, 1)
    loss = model(np.ones((1, 2))).sum()
    model.load_state_dict(model.state_dict())
    with pytest.raises(StaleError):
        loss.backward()


def test_a_state_that_does_not_fit_is_listed_and_nothing_is_loaded():
    model = Sequential(Linear(2, 3), ReLU(), Linear(3, 1))
    before = model.state_dict()
    state = {path: array + 1.0 for path, array in before.items()}
    state["layers.2.weight"] = np.zeros((1, 4))
    state["layers.2.bias"] = np.array(["text"])
    state["scale"] = state.pop("layers.0.bias")
    with pytest.raises(ValueError, match="the state does not fit Sequential") as caught:
        model.load_state_dict(state)
    assert str(caught.value).splitlines()[1:] == [
        "  missing: layers.0.bias (3,)",
        "  unexpected: scale (3,)",
        "  other shapes: layers.2.weight is (1, 3) here, but (1, 4) in the state",
        "  other dtypes: layers.2.bias is float64 here, but <U4 in the state",
    ]
    for path, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[path])


def test_a_state_goes_to_torch_and_comes_back_as_the_message_says():
    torch = pytest.importorskip("torch")
    ours = Sequential(Linear(2, 3), Sequential(BatchNorm1d(3), Linear(3, 1)))
    block = torch.nn.Sequential(torch.nn.BatchNorm1d(3), torch.nn.Linear(3, 1))
    theirs = torch.nn.Sequential(torch.nn.Linear(2, 3), block).double()
    state = theirs.state_dict()
    with pytest.raises(ValueError, match=r"PyTorch's Sequential; load \{path: state") as caught:
        ours.load_state_dict(state)
    renamed = str(caught.value).partition("; load ")[2]
    ours.load_state_dict(eval(renamed, {"model": ours, "state": state}))
    for path, array in ours.state_dict().items():
        np.testing.assert_array_equal(array, state[path.replace("layers.", "")])
    moved = {path: array + 1 for path, array in ours.state_dict().items()}
    theirs.load_state_dict({path.replace("layers.", ""): torch.as_tensor(array) for path, array in moved.items()})
    ours.load_state_dict({path: theirs.state_dict()[path.replace("layers.", "")] for path in ours.state_dict()})
    for path, array in ours.state_dict().items():
        np.testing.assert_array_equal(array, moved[path])


def test_what_is_missing_stays_if_loading_is_not_strict():
    model = Linear(2, 1)
    weight = model.weight.numpy()
    assert model.load_state_dict({"bias": [5.0], "scale": 1.0}, strict=False) == (["weight"], ["scale"])
    assert model.bias.tolist() == [5.0]
    np.testing.assert_array_equal(model.weight.data, weight)
    with pytest.raises(ValueError, match="other shapes"):
        model.load_state_dict({"bias": [5.0, 6.0]}, strict=False)


def test_a_state_may_be_of_less_precision_but_not_of_more():
    model = Linear(2, 1, dtype=np.float32)
    model.load_state_dict({path: array.astype(np.float16) for path, array in model.state_dict().items()})
    assert model.weight.dtype == np.float32
    with pytest.raises(ValueError, match="weight is float32 here, but float64 in the state"):
        model.load_state_dict(Linear(2, 1).state_dict())
