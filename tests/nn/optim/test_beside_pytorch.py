"""Everything of a training step together, beside PyTorch: model, loss, clipping, schedule, groups and optimizer."""

import numpy as np
import pytest

import nn

KINDS = [
    ("SGD", {"momentum": 0.9, "nesterov": True, "weight_decay": 1e-3}),
    ("Adagrad", {}),
    ("RMSprop", {"momentum": 0.5}),
    ("Adam", {"amsgrad": True}),
    ("AdamW", {}),
]


@pytest.mark.parametrize(("kind", "settings"), KINDS)
def test_twenty_steps_of_a_network_equal_those_of_pytorch(kind, settings):
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)  # threads that wait for each other take seconds where other work keeps the cores busy
    rng = np.random.default_rng(0)
    x, labels = rng.normal(size=(20, 4)), rng.integers(0, 3, 20)
    ours = nn.Sequential(nn.Linear(4, 8, rng=rng), nn.Tanh(), nn.Linear(8, 3, rng=rng))
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3)).double()
    with torch.no_grad():
        for p, q in zip(theirs.parameters(), ours.parameters(), strict=True):
            p.copy_(torch.tensor(q.data.tolist(), dtype=torch.float64))

    def groups(model):
        return [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 0.01}]

    optimizer = getattr(nn, kind)(groups(ours), lr=0.1, **settings)
    reference = getattr(torch.optim, kind)(groups(theirs), lr=0.1, **settings)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(reference, T_max=30)
    schedule = nn.CosineAnnealingLR(0.1, T_max=30)
    for step in range(20):
        optimizer.lr = schedule(step)
        optimizer.zero_grad()
        loss = nn.cross_entropy(ours(x), labels, label_smoothing=0.1)
        loss.backward()
        nn.clip_grad_norm_(ours.parameters(), 0.5)
        optimizer.step()
        reference.zero_grad()
        expected = torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(labels), label_smoothing=0.1)
        expected.backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.5)
        reference.step()
        scheduler.step()
        assert loss.item() == pytest.approx(expected.item(), rel=1e-10)
    for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.detach(), rtol=1e-10, atol=1e-12)
