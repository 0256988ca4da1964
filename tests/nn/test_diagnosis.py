import numpy as np
import pytest

from autograd import GraphError, Tensor
from nn import (
    MLP,
    DataLoader,
    Linear,
    Module,
    ReLU,
    Sequential,
    Tanh,
    WeightNorm,
    cross_entropy,
    gradient_report,
    mse_loss,
    plot,
    toys,
)  # fmt: skip

DATA = toys.spiral(60, rng=np.random.default_rng(0))


def deep(std, activation, layers=8):
    """Layers of 16 with normal weights of standard deviation `std` / √16."""
    rng, parts = np.random.default_rng(1), []
    for _ in range(layers):
        parts += [Linear(16 if parts else 2, 16, rng=rng), activation()]
    model = Sequential(*parts, Linear(16, 3, rng=rng))
    for p in model.parameters():
        p.data = rng.normal(size=p.shape) * (std / 4.0 if p.ndim == 2 else 0.0)
    return model


@pytest.mark.parametrize(
    ("std", "activation", "verdict"),
    [(1.2, Tanh, "healthy"), (0.1, Tanh, "vanishing"), (1.5, ReLU, "healthy"), (6.0, ReLU, "exploding")],
)
def test_the_verdict_tells_vanishing_from_exploding(std, activation, verdict):
    model = deep(std, activation)
    report = gradient_report(model, DATA, cross_entropy)
    assert report.verdict.startswith(verdict), report
    assert str(report).endswith(report.verdict)


def test_numbers_are_those_of_a_plain_pass():
    model = deep(1.0, Tanh, 2)
    report = gradient_report(model, DATA, cross_entropy)
    hidden = model.layers[0](DATA.inputs)
    cross_entropy(Sequential(*model.layers[1:])(hidden), DATA.targets).backward()
    first = report.layers[0]
    assert [layer.name for layer in report.layers] == [f"layers.{i}" for i in range(5)]
    assert [layer.kind for layer in report.layers] == ["Linear", "Tanh", "Linear", "Tanh", "Linear"]
    np.testing.assert_array_equal(first.outputs, hidden.data)
    np.testing.assert_allclose(first.d_outputs, hidden.grad, rtol=1e-13)
    expected = np.append(model.layers[0].weight.grad, model.layers[0].bias.grad)
    np.testing.assert_allclose(first.d_weights, expected, rtol=1e-13)
    assert first.weights.size == 48
    assert not report.layers[1].d_weights.size


def test_of_a_loader_it_is_the_next_batch_and_the_loader_stays():
    model, rng = deep(1.0, Tanh, 2), np.random.default_rng(0)
    loader = DataLoader(DATA, 7, shuffle=True, rng=rng, augment=lambda x, rng: x + rng.normal(size=x.shape))
    report = gradient_report(model, loader, cross_entropy)
    expected = gradient_report(model, next(iter(loader)), cross_entropy)
    assert (report.layers[0].d_weights == expected.layers[0].d_weights).all()
    assert report.layers[0].outputs.shape == (7, 16)


def test_a_network_of_values_is_looked_at_layer_by_layer():
    network = MLP(2, [4, 3], "relu", np.random.default_rng(0))
    report = gradient_report(network, DATA, cross_entropy)
    assert [(layer.name, layer.kind, layer.function) for layer in report.layers] == [
        ("layers.0", "Layer", "relu"),
        ("layers.1", "Layer", "add"),
    ]
    assert report.layers[0].outputs.shape == report.layers[0].d_outputs.shape == (60, 4)
    cross_entropy([network(row) for row in DATA.inputs], DATA.targets).backward()
    expected = [p.grad for p in network.layers[0].parameters()]
    assert report.layers[0].d_weights.tolist() == pytest.approx(expected, rel=1e-12)


def test_wrappers_are_layers_and_blocks_come_apart():
    class Block(Module):
        def __init__(self):
            self.scale, self.first, self.second = Tensor(np.ones(3)), Linear(2, 3), Linear(3, 3)

        def forward(self, x):
            return self.second(self.first(x)) * self.scale

    model = Sequential(WeightNorm(Linear(2, 2)), Block())
    sizes = {layer.name: layer.weights.size for layer in gradient_report(model, DATA, cross_entropy).layers}
    assert sizes == {"layers.0": 8, "layers.1.first": 9, "layers.1.second": 12, "layers.1": 3}


def test_the_model_is_left_as_it_was():
    class Counting(Module):
        buffers = ("calls",)

        def __init__(self):
            self.calls, self.rng = 0, np.random.default_rng(0)

        def forward(self, x):
            self.calls += 1
            return x * self.rng.uniform()

    model = Sequential(Linear(2, 3), Counting())
    model(DATA.inputs)
    cross_entropy(model(DATA.inputs), DATA.targets).backward()
    grads, drawn = [p.grad for p in model.parameters()], model.layers[1].rng.bit_generator.state
    gradient_report(model, DATA, cross_entropy)
    assert model.layers[1].calls == 2
    assert all(p.grad is grad for p, grad in zip(model.parameters(), grads, strict=True))
    assert model.layers[1].rng.bit_generator.state == drawn
    assert "forward" not in vars(model.layers[0])


def test_dead_and_saturated_units_are_counted():
    model = Sequential(Linear(2, 4), ReLU(), Linear(4, 5), Tanh(), Linear(5, 3))
    model.layers[0].bias.data = np.array([-50.0, 50.0, 50.0, 50.0])
    model.layers[2].weight.data = np.zeros((5, 4))
    model.layers[2].bias.data = np.array([9.0, -9.0, 9.0, 0.5, -0.5])
    report = gradient_report(model, DATA, cross_entropy)
    assert (report.layers[1].dead, report.layers[3].dead) == (0.25, 0.0)
    assert (report.layers[1].saturated, report.layers[3].saturated) == (0.0, 0.6)
    assert report.verdict.startswith("zero: no gradient reaches layers.0")
    assert "25%" in str(report)


def test_a_dead_layer_is_named_as_what_keeps_the_gradient_back():
    model = Sequential(Linear(2, 4), Tanh(), Linear(4, 5), ReLU(), Linear(5, 3))
    model.layers[2].bias.data = np.full(5, -50.0)
    verdict = gradient_report(model, DATA, cross_entropy).verdict
    assert verdict == "zero: no gradient reaches layers.0, layers.2; all units of layers.3 are dead"


def test_silent_and_spoilt_networks_are_told():
    model = deep(0.0, Tanh)
    assert gradient_report(model, DATA, cross_entropy).verdict.startswith(
        "zero: no gradient reaches layers.0, layers.2"
    )
    model.layers[0].weight.data = np.full((16, 2), np.inf)
    with np.errstate(all="ignore"):
        assert gradient_report(model, DATA, cross_entropy).verdict.startswith("not finite: layers.0 has nan or inf")


def test_after_a_backward_pass_no_data_are_needed():
    model = deep(1.0, Tanh, 2)
    with pytest.raises(GraphError, match=r"call loss\.backward\(\) first"):
        gradient_report(model)
    cross_entropy(model(DATA.inputs), DATA.targets).backward()
    report, whole = gradient_report(model), gradient_report(model, DATA, cross_entropy)
    assert (report.layers[0].d_weights == whole.layers[0].d_weights).all()
    assert report.verdict.startswith("healthy")
    assert [layer.name for layer in report.layers] == ["layers.0", "layers.2", "layers.4"]
    assert not report.layers[0].outputs.size


@pytest.mark.parametrize("with_data", [True, False])
def test_the_figure_has_a_row_for_each_layer(with_data, tmp_path):
    pytest.importorskip("matplotlib")
    model = deep(1.0, ReLU, 2)
    cross_entropy(model(DATA.inputs), DATA.targets).backward()
    figure = gradient_report(model, *((DATA, cross_entropy) if with_data else ())).figure()
    assert [axes.get_xlabel() for axes in figure.axes] == (
        ["|output|", "|∂L/∂output|"] if with_data else ["|∂L/∂parameter|"]
    )
    rows = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert [row.partition(",")[0] for row in rows][:2] == [
        "layers.0 Linear",
        "layers.1 ReLU" if with_data else "layers.2 Linear",
    ]
    assert plot.save(figure, tmp_path / "report.svg").stat().st_size > 1000


def test_zeros_can_be_drawn(tmp_path):
    pytest.importorskip("matplotlib")
    plot.save(gradient_report(deep(0.0, ReLU), DATA, cross_entropy).figure("nothing"), tmp_path / "report.png")


def test_what_cannot_be_reported_on_is_explained():
    with pytest.raises(TypeError, match="of a Module, but got"):
        gradient_report(lambda x: x)
    with pytest.raises(TypeError, match="data and a loss come together"):
        gradient_report(deep(1.0, Tanh), DATA)
    with pytest.raises(TypeError, match="data and a loss come together"):
        gradient_report(deep(1.0, Tanh), loss=mse_loss)


def test_a_model_without_parameters_is_told():
    x = Tensor(np.ones((2, 3)))
    report = gradient_report(Sequential(ReLU()), DATA, lambda out, y: x.sum())
    assert report.verdict == "zero: no parameter has a gradient"
