import pytest

from nn import MLP, evaluate, load_dataset, mse_loss
from nn.init import calculate_gain


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: evaluate(abs, ([1.0], [1.0]), mse_loss, ["acuracy"]), "accuracy"),
        (lambda: MLP(2, [1], "ReLu"), "relu"),
        (lambda: calculate_gain("leakyrelu"), "leaky_relu"),
        (lambda: load_dataset("breast-cancer"), "breast_cancer"),
    ],
)
def test_a_misspelt_name_is_told_the_one_that_was_meant(call, name):
    with pytest.raises(ValueError, match=f", did you mean '{name}'\\?"):
        call()


def test_what_is_no_name_has_no_near_one():
    with pytest.raises(ValueError, match=r"but got None$"):
        MLP(2, [1], None)
