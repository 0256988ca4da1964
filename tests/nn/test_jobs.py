import numpy as np
import pytest

from autograd import Tensor, Value
from nn.jobs import jobs

pytest.importorskip("sklearn")


@pytest.mark.parametrize(("name", "kind"), [("iris", Value), ("digits", Tensor)])
def test_a_job_is_reproducible_and_its_example_has_gradients(name, kind):
    first, second = (jobs[name](3) for _ in range(2))
    assert first.run(1) == second.run(1)
    loss = first.example()
    assert type(loss) is kind
    loss.backward()
    assert all(p.grad is not None for p in first.network.parameters())


@pytest.mark.parametrize("name", jobs)
def test_test_samples_are_not_trained_on(name):
    job = jobs[name](0)
    n = len(job.data.targets)
    assert len(job.train[1]) + len(job.test[1]) == n
    assert len(job.test[1]) == pytest.approx(0.2 * n, abs=1)
    both = np.concatenate([job.train[0], job.test[0]])
    assert len(np.unique(both, axis=0)) == len(np.unique(job.data.inputs, axis=0))


def test_iris_reaches_its_accuracy():
    job = jobs["iris"](0)
    assert job.run()["val_accuracy"][-1] >= 0.93


def test_digits_reach_their_accuracy():
    assert jobs["digits"](0).run()["val_accuracy"][-1] >= 0.97
