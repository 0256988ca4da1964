import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import ShapeError
from nn.augment import flip, noise, shift


@given(st.integers(0, 99), st.floats(0.0, 3.0))
def test_a_shift_moves_the_center_of_mass_by_at_most_its_bound(seed, most):
    image = np.zeros((1, 11, 12))
    image[0, 5, 6] = 1.0
    (moved,) = shift(image, np.random.default_rng(seed), most)
    row, column = moved.sum(axis=1) @ np.arange(11), moved.sum(axis=0) @ np.arange(12)
    assert moved.sum() == pytest.approx(1.0)
    assert abs(row - 5.0) <= most + 1e-9
    assert abs(column - 6.0) <= most + 1e-9


def test_all_channels_of_an_image_move_together_and_every_image_by_itself():
    rng = np.random.default_rng(0)
    plane = rng.uniform(size=(2, 1, 6, 7))
    plane[1] = plane[0]
    moved = shift(np.concatenate([plane, 2.0 * plane], axis=1), rng, 1.5)
    np.testing.assert_allclose(moved[:, 1], 2.0 * moved[:, 0])
    assert not np.allclose(moved[0], moved[1])


@pytest.mark.parametrize("nothing", [lambda x, rng: shift(x, rng, 0.0), lambda x, rng: flip(x, rng, 0.0),
                                     lambda x, rng: noise(x, rng, 0.0)])  # fmt: skip
def test_of_size_zero_they_change_nothing(nothing):
    images = np.random.default_rng(0).uniform(size=(5, 1, 8, 8))
    assert (nothing(images, np.random.default_rng(1)) == images).all()


def test_a_flip_mirrors_about_the_share_that_was_asked_for():
    images = np.broadcast_to(np.arange(3.0), (1000, 2, 3))
    flipped = flip(images, np.random.default_rng(0), 0.3)
    mirrored = flipped[:, 0, 0] == 2.0
    assert (flipped[mirrored] == [2.0, 1.0, 0.0]).all()
    assert (flipped[~mirrored] == [0.0, 1.0, 2.0]).all()
    assert mirrored.mean() == pytest.approx(0.3, abs=0.05)


def test_noise_has_its_standard_deviation():
    assert noise(np.zeros(10_000), np.random.default_rng(0), 0.2).std() == pytest.approx(0.2, rel=0.03)


@pytest.mark.parametrize("augment", [shift, flip, noise])
@pytest.mark.parametrize(("dtype", "expected"), [("f4", "f4"), ("f8", "f8"), ("u1", "f8")])
def test_floats_keep_their_type_and_integers_become_float64(augment, dtype, expected):
    images = np.full((2, 1, 4, 4), 200).astype(dtype)
    changed = augment(images, np.random.default_rng(0), np.float64(0.1))
    assert changed.dtype == expected
    assert changed[0, 0, 1, 1] == pytest.approx(200.0, abs=1.0)


@pytest.mark.parametrize("augment", [shift, flip])
def test_rows_are_no_images(augment):
    with pytest.raises(ShapeError, match=r"images come as .* \(5, 64\)"):
        augment(np.zeros((5, 64)), np.random.default_rng(0))


@pytest.mark.parametrize("augment", [shift, flip, noise])
def test_what_is_no_size_and_no_generator_is_refused(augment):
    for size in (-0.5, "-0.5"):
        with pytest.raises(ValueError, match=r"-0\.5"):
            augment(np.zeros((1, 4, 4)), np.random.default_rng(0), size)
    with pytest.raises(TypeError, match=r"takes a numpy\.random\.Generator, but got 0"):
        augment(np.zeros((1, 4, 4)), 0)
