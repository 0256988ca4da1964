import numpy as np
import pytest

from autograd import ShapeError, Tensor
from nn import MLP, BatchNorm2d, Conv2d, Embedding, Flatten, Linear, Module, ReLU, Sequential, SpectralNorm


def rows(model, *shapes, **options):
    return [(row.path, row.output, row.parameters) for row in model.summary(*shapes, **options).rows]


def test_every_module_has_a_row_with_its_shape_and_parameters():
    model = Sequential(Sequential(Conv2d(1, 4, 3), BatchNorm2d(4), np.abs), Flatten(), Linear(144, 2))
    assert rows(model, (5, 1, 8, 8)) == [
        ("", (5, 2), 338),
        ("layers.0", (5, 4, 6, 6), 48), ("layers.0.layers.0", (5, 4, 6, 6), 40), ("layers.0.layers.1", (5, 4, 6, 6), 8),
        ("layers.1", (5, 144), 0), ("layers.2", (5, 2), 290),
    ]  # fmt: skip
    assert (
        str(model.summary((5, 1, 8, 8))).splitlines()[4].startswith("  layers.0.layers.0  Conv2d(1, 4, kernel_size=3)")
    )


def test_a_module_that_is_called_twice_has_two_rows():
    shared = Linear(3, 3)
    assert [path for path, *_ in rows(Sequential(shared, ReLU(), shared), (2, 3))] == [
        "", "layers.0", "layers.1", "layers.0",
    ]  # fmt: skip


def test_networks_of_values_are_shown_by_layers():
    assert rows(MLP(3, [4, 2]), (3,)) == [("", (2,), 26), ("layers.0", (4,), 16), ("layers.1", (2,), 10)]
    assert rows(MLP(3, [1]), (3,))[-1] == ("layers.0", (), 4)


def test_a_single_layer_is_its_own_row():
    assert str(Linear(3, 2).summary((5, 3))).splitlines()[3].split() == ["Linear(3,", "2)", "(5,", "2)", "8"]


def test_several_inputs_and_integers():
    class Both(Module):
        def __init__(self):
            self.words, self.mix = Embedding(9, 3), Linear(3, 2)

        def forward(self, words, x):
            return self.mix(self.words(words) + x)

    assert rows(Both(), (5,), (5, 3), dtype=int)[0] == ("", (5, 2), 35)


def test_a_forward_that_a_module_was_given_stays():
    model = Linear(3, 2)
    model.forward = forward = lambda x: np.zeros((len(x), 7))
    assert rows(model, (4, 3))[0][1] == (4, 7)
    assert model.forward is forward


def test_the_model_is_left_as_it_was():
    model = Sequential(SpectralNorm(Linear(3, 3)), BatchNorm2d(2).eval(), ReLU())
    before, u = model.state_dict(), model[0].u
    with pytest.raises(ShapeError):
        model.summary((4, 3))
    assert [module.training for _, module in model.named_modules()] == [True, True, True, False, True]
    assert all("forward" not in vars(module) for _, module in model.named_modules())
    assert model[0].u is u
    for path, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[path])


def test_float32_models_are_run_in_float32():
    class Seen(Module):
        def forward(self, x):
            assert x.dtype == np.float32
            return x

    assert rows(Sequential(Seen(), Linear(3, 2, dtype=np.float32)), (4, 3))[0] == ("", (4, 2), 8)
    assert Tensor(np.ones(1)).dtype == np.float64


@pytest.mark.parametrize("shapes", [(), (5,), ((2.5,),), ("64",)])
def test_shapes_are_tuples_of_whole_numbers(shapes):
    with pytest.raises(ShapeError, match=r"such as \(64, 1, 8, 8\)"):
        Linear(3, 2).summary(*shapes)
