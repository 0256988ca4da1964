from nn import functional, losses


def test_every_loss_that_pytorch_has_is_among_the_functions():
    ours = {"half_squared_error", "squared_error"}
    assert set(losses.__all__) - ours <= set(functional.__all__)
    assert functional.cross_entropy is losses.cross_entropy
