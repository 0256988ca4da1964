"""Newton's method with the whole Hessian, for models of up to some hundred parameters."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograd import GraphError, Tensor, Value
from nn.arguments import is_real
from nn.module import Parameter
from nn.optim.vector import Array, Loss, Vector

__all__ = ["Newton"]

_LEAST, _MOST = 1e-12, 1e16
"""The range of the damping."""


class Newton:
    """Damped Newton: θ ← θ - (H + λ I)⁻¹ ∇f, with the Hessian H of the loss from the engine.

    λ is `damping`, and more by as much as the most negative curvature of H, so that every step is downhill. `damping`
    rises tenfold until the step lowers the loss, and falls tenfold after it: far from a minimum this is a short step
    down the gradient, near it Newton's own (Levenberg, 1944; Marquardt, 1963).

    Parameters
    ----------
    parameters : what to change: n numbers in all, for a Hessian of n² by n sweeps.
    damping : what it is at first; positive.

    Attributes
    ----------
    damping : what it is for the next step.
    gradient, hessian : ∇f and H where the last step began, shapes ``(n,)`` and ``(n, n)``, in the order of the
        parameters; None before.
    steps : how many steps were taken.

    Raises
    ------
    ValueError : if there are no parameters, or the damping is not positive.
    OperandError : if a parameter is no leaf that requires a gradient.

    Examples
    --------
    >>> x, y = Value(-1.0), Value(1.0)
    >>> optimizer = Newton([x, y])
    >>> for _ in range(25):                                        # Rosenbrock's valley
    ...     loss = optimizer.step(lambda: 100.0 * (y - x * x) ** 2 + (1.0 - x) ** 2)
    >>> print(f"{x.data:.6f} {y.data:.6f}")
    1.000000 1.000000

    At a minimum of a mean of n squares the Hessian tells how sure the parameters are: their covariance is 2 s² (n H)⁻¹,
    where s² = n / (n - parameters) times that mean estimates the variance of the noise.

    >>> from nn import mse_loss
    >>> t, slope, offset = np.arange(10.0), Value(0.0), Value(0.0)
    >>> noisy = 2.0 * t + 1.0 + np.random.default_rng(0).normal(size=10)
    >>> optimizer = Newton([slope, offset])
    >>> for _ in range(6):
    ...     mean = optimizer.step(lambda: mse_loss([slope * x + offset for x in t], noisy))
    >>> covariance = 2.0 * (10 / (10 - 2) * mean) * np.linalg.inv(10 * optimizer.hessian)
    >>> print(f"slope {slope.data:.3f} ± {covariance[0, 0] ** 0.5:.3f}, offset {offset.data:.2f}")
    slope 1.936 ± 0.088, offset 1.37
    """

    def __init__(self, parameters: Iterable[Parameter], damping: float = 1e-3) -> None:
        if not (is_real(damping) and 0.0 < damping < math.inf):
            raise ValueError(f"Newton takes a positive damping, but got {damping!r}")
        self._theta = Vector("Newton", parameters)
        self.parameters = self._theta.parameters
        self.damping = float(damping)
        self.gradient: Array | None = None
        self.hessian: Array | None = None
        self.steps = 0

    def step(self, closure: Loss) -> float:
        """Make one step, and return the loss where it began.

        Parameters
        ----------
        closure : runs the model and gives its loss, without ``backward()``; it is called several times, and gives the
            same each time for the same parameters.

        Raises
        ------
        GraphError : if the loss does not depend on the parameters, or is not finite in value or derivatives.
        """
        loss = self._differentiate(closure)
        assert self.gradient is not None
        assert self.hessian is not None
        curvatures, axes = np.linalg.eigh(self.hessian)
        slopes = axes.T @ self.gradient
        with self._theta.trial() as start:
            while self.damping < _MOST:
                shift = self.damping + max(0.0, -curvatures[0])
                if self._theta.cost_at(start - axes @ (slopes / (curvatures + shift)), closure) <= loss:
                    self.damping = max(self.damping / 10.0, _LEAST)
                    break
                self.damping *= 10.0
            else:  # nothing is lower, within rounding: a minimum
                self._theta.write(start)
                self.damping = 1.0
        self.steps += 1
        return loss

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters: they are None again."""
        for p in self.parameters:
            p.grad = None

    def _differentiate(self, closure: Loss) -> float:
        """Gradient and Hessian into their attributes; returns the loss."""
        self.zero_grad()
        loss = closure()
        if not (isinstance(loss, Value | Tensor) and loss.requires_grad and np.ndim(loss.data) == 0):
            raise GraphError(
                f"Newton.step takes a function that gives the loss as a Value or Tensor, but it gave {loss!r}"
            )
        self.zero_grad()
        loss.backward(create_graph=True)
        slopes = [p.grad for p in self.parameters]
        if all(slope is None for slope in slopes):
            raise GraphError("the loss depends on none of the parameters of Newton")
        self.gradient = self._theta.joined(
            [slope.data if isinstance(slope, Value | Tensor) else slope for slope in slopes]
        )
        self.hessian = np.array(
            [row for p, slope in zip(self.parameters, slopes, strict=True) for row in self._rows(p, slope)]
        )
        self.hessian = 0.5 * (self.hessian + self.hessian.T)  # symmetric but for rounding
        self.zero_grad()
        if not (np.isfinite(self.hessian).all() and np.isfinite(self.gradient).all()):
            raise GraphError("the loss of Newton has a derivative that is nan or inf; see autograd.find_nan(loss)")
        return loss.item()

    def _rows(self, p: Parameter, slope: Any) -> list[Array]:
        """The rows of the Hessian that belong to one parameter, by a sweep from each number of its gradient."""
        n = p.size if isinstance(p, Tensor) else 1
        if not (isinstance(slope, Value | Tensor) and slope.requires_grad):
            return [np.zeros(len(self._theta))] * n
        rows = []
        for seed in np.eye(n):
            self.zero_grad()
            slope.backward(seed.reshape(p.shape) if isinstance(p, Tensor) else None)
            rows.append(self._theta.joined([q.grad for q in self.parameters]))
        return rows

    def __repr__(self) -> str:
        return self._theta.told(f"damping={self.damping:g}")
