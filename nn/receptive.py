"""The receptive field: which part of an image one number that comes out of convolution and pooling depends on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from autograd import OperandError, ShapeError, SubscriptError
from nn.arguments import is_whole
from nn.layers import (
    Activation,
    BatchNorm2d,
    Conv2d,
    Dropout,
    LogSoftmax,
    Pool2d,
    Softmax,
    SpectralNorm,
    WeightNorm,
)
from nn.module import Sequential

__all__ = ["ReceptiveField", "Window", "receptive_field"]

Pair = tuple[int, int]
"""(vertical, horizontal)."""


@dataclass(frozen=True)
class Window:
    """How one layer slides over what it is given; all pairs are (vertical, horizontal).

    Attributes
    ----------
    layer : what it is called.
    size : how far it sees, gaps included.
    stride, padding : how far it moves, and over the border.
    """

    layer: str
    size: Pair
    stride: Pair
    padding: Pair


@dataclass(frozen=True)
class ReceptiveField:
    """What one number at the end of a stack of layers sees of the image at its beginning; made by `receptive_field`.

    Attributes
    ----------
    windows : of the layers that slide, in order.
    size : how many numbers of the image it sees.
    stride : how far apart two neighbours see.
    start : where the first one begins; below 0 is in the padding.
    """

    windows: tuple[Window, ...]

    @property
    def size(self) -> Pair:  # noqa: D102  # see above
        return self._along(0)[0], self._along(1)[0]

    @property
    def stride(self) -> Pair:  # noqa: D102  # see above
        return self._along(0)[1], self._along(1)[1]

    @property
    def start(self) -> Pair:  # noqa: D102  # see above
        return self._along(0)[2], self._along(1)[2]

    def _along(self, axis: int) -> tuple[int, int, int]:
        """Size, stride and start along one axis.

        With each layer r ← r + (k - 1) j, start ← start - p j, and then j ← j s (Araujo, Norris and Sim, "Computing
        receptive fields of convolutional neural networks", 2019).
        """
        size, step, start = 1, 1, 0
        for window in self.windows:
            size += (window.size[axis] - 1) * step
            start -= window.padding[axis] * step
            step *= window.stride[axis]
        return size, step, start

    def of(self, row: int, column: int) -> tuple[slice, slice]:
        """The part of the image that the number at a place of the output sees, without what is padding on the left.

        Raises
        ------
        SubscriptError : if row or column is no whole number from 0.

        >>> import numpy as np
        >>> from nn import Conv2d
        >>> field = receptive_field([Conv2d(1, 1, 3, stride=2, padding=1)])
        >>> image = np.arange(25).reshape(5, 5)
        >>> image[field.of(0, 1)]
        array([[1, 2, 3],
               [6, 7, 8]])
        """
        if not (is_whole(row, least=0) and is_whole(column, least=0)):
            raise SubscriptError(f"places of the output are whole numbers from 0, but got {row!r}, {column!r}")
        first = [
            start + place * step for start, place, step in zip(self.start, (row, column), self.stride, strict=True)
        ]
        down, across = (slice(max(0, a), max(0, a + n)) for a, n in zip(first, self.size, strict=True))
        return down, across

    def outputs(self, height: int, width: int) -> list[Pair]:
        """The sizes of an image and of what each sliding layer makes of it.

        Raises
        ------
        ShapeError : if the image is too small for the layers.
        """
        sizes = [(height, width)]
        for window in self.windows:
            given = zip(sizes[-1], window.size, window.stride, window.padding, strict=True)
            down, across = ((n + 2 * p - k) // s + 1 for n, k, s, p in given)
            sizes.append((down, across))
        if min(min(size) for size in sizes) < 1:
            raise ShapeError(
                f"an image of {height} by {width} is too small for these layers: they make {sizes[1:]} of it"
            )
        return sizes

    def diagram(self, height: int, width: int, at: Pair | None = None, lang: str = "en") -> Any:
        """Draw what the number at a place of the output sees, on the image and on all that is made of it.

        What lies in the padding is dashed.

        Parameters
        ----------
        height, width : of the image.
        at : row and column of the number; by default the middle.
        lang : ``"en"`` or ``"zh"``.

        Raises
        ------
        ShapeError : if the image is too small for the layers.
        SubscriptError : if there is no number at this place.

        Examples
        --------
        >>> from nn import Conv2d, MaxPool2d
        >>> print(receptive_field([Conv2d(1, 4, 3), MaxPool2d(2)]).diagram(8, 8))
        Receptive field: 4 × 4
        image 8 × 8: rows 2 to 5, columns 2 to 5
        Conv2d 6 × 6: rows 2 to 3, columns 2 to 3
        MaxPool2d 3 × 3: rows 1 to 1, columns 1 to 1
        """
        from nn.diagram import one_of
        from nn.diagram.planes import Planes
        from nn.diagram.sheet import Diagram
        from nn.diagram.words import WORDS

        one_of("lang", lang, WORDS)
        sizes = self.outputs(height, width)
        rows, columns = sizes[-1]
        at = at or (rows // 2, columns // 2)
        if not (0 <= at[0] < rows and 0 <= at[1] < columns):
            raise SubscriptError(f"at={at} is no place of an output of {rows} by {columns}")
        planes = Planes(self, sizes, at, lang)
        return Diagram(planes, f"{WORDS[lang]['field']}: {_times(self.size)}", planes.lines)

    def __repr__(self) -> str:
        rows: list[tuple[str, ...]] = [("layer", "window", "sees", "step")]
        for count, window in enumerate(self.windows, 1):
            so_far = ReceptiveField(self.windows[:count])
            rows.append((window.layer, *(_times(pair) for pair in (window.size, so_far.size, so_far.stride))))
        wide = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join("  ".join(f"{cell:<{n}}" for cell, n in zip(row, wide, strict=True)).rstrip() for row in rows)


def receptive_field(layers: Any) -> ReceptiveField:
    """The receptive field of a stack of layers: how far it sees, layer by layer.

    Parameters
    ----------
    layers : a `Sequential` or a list of modules: convolution and pooling, and between them what looks at each place by
        itself, such as activations, batch normalization and dropout.

    Raises
    ------
    OperandError : if a layer sees the whole image, such as `Flatten`, or is none of these.

    Examples
    --------
    >>> from nn import Conv2d, Flatten, Linear, MaxPool2d, ReLU, Sequential
    >>> model = Sequential(
    ...     Conv2d(1, 16, 3, padding=1), ReLU(), MaxPool2d(2), Conv2d(16, 32, 3, padding=1), ReLU(), MaxPool2d(2),
    ...     Flatten(), Linear(128, 10),
    ... )
    >>> field = receptive_field(model[:6])
    >>> field
    layer                                     window  sees     step
    Conv2d(1, 16, kernel_size=3, padding=1)   3 × 3   3 × 3    1 × 1
    MaxPool2d(kernel_size=2)                  2 × 2   4 × 4    2 × 2
    Conv2d(16, 32, kernel_size=3, padding=1)  3 × 3   8 × 8    2 × 2
    MaxPool2d(kernel_size=2)                  2 × 2   10 × 10  4 × 4
    >>> field.size, field.stride, field.start
    ((10, 10), (4, 4), (-3, -3))
    """
    return ReceptiveField(tuple(_windows(layers)))


def _windows(layers: Any) -> Iterator[Window]:
    if not isinstance(layers, Iterable):
        layers = [layers]
    for layer in layers:
        if isinstance(layer, Sequential):
            yield from _windows(layer)
        elif isinstance(layer, SpectralNorm | WeightNorm):
            yield from _windows([layer.module])
        elif isinstance(layer, Conv2d | Pool2d):
            gaps = layer.dilation if isinstance(layer, Conv2d) else (1, 1)
            down, across = ((n - 1) * gap + 1 for n, gap in zip(layer.kernel_size, gaps, strict=True))
            name = f"{type(layer).__name__}({layer.extra_repr()})"
            yield Window(name, (down, across), layer.stride, layer.padding)
        elif not isinstance(layer, Activation | BatchNorm2d | Dropout) or isinstance(layer, Softmax | LogSoftmax):
            raise OperandError(
                f"{layer!r} does not slide over images, nor does it look at each place by itself; take the receptive "
                "field of the layers before it, such as receptive_field(model[:6])"
            )


def _times(pair: Pair) -> str:
    return f"{pair[0]} × {pair[1]}"
