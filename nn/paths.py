"""Where parameters go in training: a recorder for `fit` or a loop of your own, and descent on a plain function."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import GraphError, Value
from nn.arguments import is_whole
from nn.callbacks import Callback
from nn.module import Parameter
from nn.optim import Optimizer
from nn.optim.vector import Vector

if TYPE_CHECKING:
    from nn.train import Training

__all__ = ["ParameterPath", "descend"]

Array = NDArray[np.float64]


class ParameterPath(Callback):
    """Record where the parameters are, at first and after each step: what `nn.plot.surface` draws.

    Parameters
    ----------
    parameters : which; as a callback of `fit` those of its model by default.
    every : how many steps lie between two records.

    Attributes
    ----------
    points : shape ``(steps + 1, parameters)``.

    Raises
    ------
    ValueError : if `every` is no positive whole number.

    Examples
    --------
    >>> from nn import SGD
    >>> x, y = Value(1.0), Value(2.0)
    >>> path, optimizer = ParameterPath([x, y]), SGD([x, y], lr=0.25)
    >>> path.record()
    >>> for _ in range(2):
    ...     optimizer.zero_grad()
    ...     (x * x + y * y).backward()
    ...     optimizer.step()
    ...     path.record()
    >>> path.points
    array([[1.  , 2.  ],
           [0.5 , 1.  ],
           [0.25, 0.5 ]])

    In `fit` it does so by itself:

    >>> from nn import MLP, fit, mse_loss
    >>> network, path = MLP(1, [1], rng=np.random.default_rng(0)), ParameterPath()
    >>> data = np.array([[0.0], [1.0]]), np.array([1.0, 3.0])
    >>> history = fit(network, data, mse_loss, SGD(network.parameters(), lr=0.1), epochs=5, callbacks=[path])
    >>> path.points.shape
    (6, 2)
    """

    def __init__(self, parameters: Iterable[Parameter] | None = None, every: int = 1) -> None:
        if not is_whole(every):
            raise ValueError(f"a path is recorded every 1, 2, ... steps, but got {every=}")
        self._theta = None if parameters is None else Vector("ParameterPath", parameters)
        self._own = parameters is not None
        self.every, self._steps = every, 0
        self._points: list[Array] = []

    @property
    def points(self) -> Array:
        """What is recorded so far."""
        return np.array(self._points)

    def record(self) -> None:
        """Note where the parameters are now.

        Raises
        ------
        ValueError : if it is not known whose.
        """
        if self._theta is None:
            raise ValueError("in a loop of your own say whose path it is: nn.ParameterPath(model.parameters())")
        self._points.append(self._theta.read())

    def on_train_begin(self, training: Training) -> None:  # noqa: D102  # see Callback
        if not self._own:
            self._theta = Vector("ParameterPath", training.module.parameters())
        if not training.history.epochs:
            self._points, self._steps = [], 0
        if not self._points:
            self.record()

    def on_batch_end(self, training: Training) -> None:  # noqa: D102  # see Callback
        self._steps += 1
        if self._steps % self.every == 0:
            self.record()

    def state_dict(self) -> dict[str, Any]:  # noqa: D102  # see Callback
        return {"steps": self._steps, "points": self.points}

    def load_state_dict(self, state: dict[str, Any]) -> None:  # noqa: D102  # see Callback
        self._steps, self._points = int(state["steps"]), list(state["points"])


def descend(
    function: Callable[..., Any],
    start: Sequence[float],
    optimizer: Callable[[list[Value]], Any],
    steps: int = 100,
) -> Array:
    """Minimize a function of numbers, and give the path: shape ``(steps + 1, numbers)``.

    It ends before a place that is not finite, as steps that are too long lead there.

    Parameters
    ----------
    function : of as many Values as there are numbers in `start`.
    start : where to begin.
    optimizer : makes one for a list of Values: ``lambda place: nn.Adam(place, lr=0.1)``; those that take the loss as a
        function, such as `Newton`, do too.
    steps : how many to take.

    Raises
    ------
    ValueError : if the number of steps is not a whole one, from 0.
    GraphError : if the function does not give a Value.

    Examples
    --------
    >>> from nn import SGD
    >>> descend(lambda x, y: x * x + 2.0 * y * y, (1.0, 1.0), lambda place: SGD(place, lr=0.25), steps=2)
    array([[1.  , 1.  ],
           [0.5 , 0.  ],
           [0.25, 0.  ]])
    """
    if not is_whole(steps, 0):
        raise ValueError(f"descend takes a whole number of steps, from 0, but got {steps=}")
    place = [Value(float(number)) for number in start]
    method, path = optimizer(place), ParameterPath(place)

    def loss() -> Any:
        return function(*place)

    def closure() -> Any:
        method.zero_grad()
        cost = loss()
        if not isinstance(cost, Value):
            raise GraphError(f"descend takes a function of Values that gives a Value, but it gave {cost!r}")
        cost.backward()
        return cost

    path.record()
    for _ in range(steps):
        method.step(closure if isinstance(method, Optimizer) else loss)
        if not all(np.isfinite(x.data) for x in place):
            break
        path.record()
    return path.points
