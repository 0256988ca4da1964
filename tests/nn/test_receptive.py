import numpy as np
import pytest

import autograd
from autograd import OperandError, ShapeError, SubscriptError, Tensor
from nn import (
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Dropout,
    Flatten,
    GroupNorm,
    Identity,
    Linear,
    Sequential,
    Softmax,
    WeightNorm,
    receptive_field,
)

STACKS = [
    [Conv2d(1, 1, 3)],
    [Conv2d(1, 1, (3, 2), stride=(2, 1), padding=(1, 0))],
    [Conv2d(1, 1, 3, dilation=2, padding=2), Conv2d(1, 1, 3, stride=2)],
    [Conv2d(1, 2, 3, padding=1), Identity(), AvgPool2d(2), Conv2d(2, 1, 3, padding=1), AvgPool2d((3, 2), 1, (1, 0))],
    [Sequential(Conv2d(1, 1, 2), BatchNorm2d(1)), Dropout(), WeightNorm(Conv2d(1, 1, 2, stride=3)), Conv2d(1, 1, 2)],
]


def seen(stack, row, column):
    """The rows and columns of an image on which the gradient of one output is not zero."""
    model = Sequential(*stack).eval()
    for parameter in model.parameters():
        parameter.data = np.abs(parameter.data) + 0.1
    x = Tensor(np.ones((1, 1, 13, 14)))
    y = model(x)
    autograd.sum(y[0, :, row, column]).backward()
    return [np.flatnonzero(x.grad[0, 0].any(axis=axis)) for axis in (1, 0)], y.shape[2:]


@pytest.mark.parametrize("stack", STACKS, ids=len)
@pytest.mark.parametrize("place", [(0, 0), (1, 2), (2, 1)])
def test_it_is_where_the_gradient_reaches(stack, place):
    field = receptive_field(stack)
    (rows, columns), shape = seen(stack, *place)
    down, across = field.of(*place)
    assert (rows[0], rows[-1]) == (down.start, min(down.stop, 13) - 1)
    assert (columns[0], columns[-1]) == (across.start, min(across.stop, 14) - 1)
    assert field.outputs(13, 14)[-1] == shape


def test_neighbours_are_a_stride_apart():
    field = receptive_field(STACKS[1])
    assert (field.size, field.stride, field.start) == ((3, 2), (2, 1), (-1, 0))
    assert field.of(2, 3) == (slice(3, 6), slice(3, 5))
    assert field.of(3, 4) == (slice(5, 8), slice(4, 6))


def test_a_single_layer_and_none():
    assert receptive_field(Conv2d(1, 1, 5)).size == (5, 5)
    assert (receptive_field([]).size, receptive_field([]).of(2, 3)) == ((1, 1), (slice(2, 3), slice(3, 4)))


def test_two_small_filters_see_as_far_as_a_large_one():
    assert receptive_field([Conv2d(1, 1, 3), Conv2d(1, 1, 3)]).size == receptive_field(Conv2d(1, 1, 5)).size


@pytest.mark.parametrize("layer", [Flatten(), Linear(2, 2), GroupNorm(1, 2), Softmax(), np.tanh], ids=repr)
def test_what_sees_everything_is_refused(layer):
    with pytest.raises(OperandError, match=r"take the receptive field of the layers before it"):
        receptive_field([Conv2d(1, 1, 3), layer])


@pytest.mark.parametrize("place", [(-1, 0), (0, -1), (0.5, 0)])
def test_what_is_no_place_is_refused(place):
    with pytest.raises(SubscriptError, match="whole numbers from 0, but got"):
        receptive_field(STACKS[0]).of(*place)


def test_an_image_that_is_too_small_is_refused():
    with pytest.raises(ShapeError, match=r"an image of 2 by 9 is too small for these layers: they make \[\(0, 7\)\]"):
        receptive_field(STACKS[0]).outputs(2, 9)
