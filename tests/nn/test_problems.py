import numpy as np
import pytest

from autograd import Tensor, Value
from nn import MLP, SGD, CheckpointError
from nn.problems import job, models, optimizers, problems

for module in ("sklearn", "threadpoolctl"):
    pytest.importorskip(module)


@pytest.mark.parametrize("name", problems)
def test_a_job_is_reproducible_and_its_example_has_gradients(name):
    first, second = (job(name, seed=3, epochs=1) for _ in range(2))
    assert first.run() == second.run()
    loss = first.example()
    assert type(loss) is (Value if isinstance(first.network, MLP) else Tensor)
    loss.backward()
    assert all(p.grad is not None for p in first.network.parameters())


@pytest.mark.parametrize("name", list(problems)[4:])
def test_test_samples_are_not_trained_on(name):
    todo = job(name)
    n = len(todo.data.targets)
    assert len(todo.train[1]) + len(todo.test[1]) == n
    assert len(todo.test[1]) == pytest.approx(0.2 * n, abs=1)
    both = np.concatenate([todo.train[0], todo.test[0]])
    assert len(np.unique(both, axis=0)) == len(np.unique(todo.data.inputs, axis=0))


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"seed": 1}, "it is of 'and' with seed 0, and this is 'and' with seed 1"),
        ({"name": "or"}, "it is of 'and' with seed 0, and this is 'or' with seed 0"),
        ({"optimizer": "adam"}, "the state is that of AdamW, not of Adam"),
    ],
)
def test_another_training_is_not_resumed(other, told, tmp_path):
    pytest.importorskip("safetensors")
    job("and", epochs=1).run(checkpoint=tmp_path / "run")
    with pytest.raises(CheckpointError, match=told):
        job(**{"name": "and", "epochs": 2} | other).run(resume=tmp_path / "run")


@pytest.mark.parametrize("optimizer", optimizers)
def test_every_optimizer_learns(optimizer):
    losses = job("wine", optimizer=optimizer, epochs=8).run()["loss"]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("model", models)
def test_every_model_learns(model):
    assert (
        job("digits" if model == "cnn" else "iris", model=model, epochs=2 if model == "cnn" else 8).run()["accuracy"][
            -1
        ]
        > 0.5
    )


@pytest.mark.parametrize(
    ("name", "epochs", "least"),
    [("linear", 60, 0.99), ("circles", 40, 0.99), ("iris", 60, 0.93), ("breast_cancer", 60, 0.96)],
)
def test_problems_are_learnt(name, epochs, least):  # all of them, in full: python -m tests.nn.bars
    assert job(name, epochs=epochs).run()["val_accuracy"][-1] >= least


def test_a_regression_comes_close_to_ridge():
    linear_model = pytest.importorskip("sklearn.linear_model")
    todo = job("diabetes")
    ridge = linear_model.Ridge().fit(todo.train[0], todo.train[1])
    assert todo.run()["val_r2"][-1] == pytest.approx(ridge.score(*todo.test), abs=0.02)


def test_settings_can_be_chosen():
    todo = job("moons", seed=1, model="values", optimizer="sgd", lr=0.25, epochs=7)
    assert isinstance(todo.network, MLP)
    assert isinstance(todo.optimizer, SGD)
    assert (todo.optimizer.lr, todo.epochs) == (0.25, 7)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("moon",), "no problem 'moon'; choose from and, or, nand, xor, linear, circles"),
        (("moons", 0, "rnn"), "no model 'rnn'; choose from linear, mlp, values, cnn"),
        (("moons", 0, "mlp", "lbfgs"), "no optimizer 'lbfgs'; choose from sgd"),
        (("moons", 0, "cnn"), "the model cnn is for images"),
    ],
)
def test_what_is_not_there_is_explained(arguments, message):
    with pytest.raises(ValueError, match=message):
        job(*arguments)
