"""The exceptions a user may catch.

Every message says what happened (with shapes, types and values), why, and what to do instead::

    AutogradError
    ├── OperandError    (TypeError)     an operand that is not a real number, array, Value or Tensor
    ├── ShapeError      (ValueError)    shapes, axes or parameters that do not fit together
    ├── SubscriptError  (IndexError)    an index outside a Tensor
    ├── GraphError      (RuntimeError)  a derivative that the recorded graph cannot give
    │   ├── StaleError                  ... because a value was overwritten after it was used
    │   ├── AnomalyError                an operation made nan or inf inside detect_anomaly()
    │   ├── TraceError                  a function that a program cannot stand for was traced
    │   └── GuardError                  a program was run where the function would take another branch
    └── ExpressionError (ValueError)    a formula that cannot be read; says at which column
"""

__all__ = [
    "AnomalyError",
    "AutogradError",
    "ExpressionError",
    "GraphError",
    "GuardError",
    "OperandError",
    "ShapeError",
    "StaleError",
    "SubscriptError",
    "TraceError",
]


class AutogradError(Exception):
    """Whatever went wrong inside glassgrad for a reason that the caller can mend."""


class OperandError(AutogradError, TypeError):
    """An operand of the wrong type: text, None, complex numbers, a Value beside a Tensor."""


class ShapeError(AutogradError, ValueError):
    """Shapes, axes or parameters that do not fit together."""


class SubscriptError(AutogradError, IndexError):
    """An index that lies outside a Tensor, or of a kind that cannot index one."""


class GraphError(AutogradError, RuntimeError):
    """A derivative was asked for that the recorded graph cannot give."""


class StaleError(GraphError):
    """A value was overwritten after an operation had used it; its derivative would be wrong."""


class AnomalyError(GraphError):
    """An operation made nan or inf of finite numbers, inside `autograd.detect_anomaly`; ``anomaly`` says which."""

    def __init__(self, anomaly: object) -> None:
        super().__init__(str(anomaly))
        self.anomaly = anomaly


class TraceError(GraphError):
    """A traced function asked for a number that depends on its arguments, or did what a program cannot repeat."""


class GuardError(GraphError):
    """A program was given arguments with which the function that it was traced from takes another branch."""


class ExpressionError(AutogradError, ValueError):
    """A formula given as text cannot be read.

    Parameters
    ----------
    message : what is wrong and what to write instead.
    text : the formula.
    column : 0-based position in `text` at which it goes wrong.
    """

    def __init__(self, message: str, text: str = "", column: int = 0) -> None:
        pointer = f"\n  {text}\n  {' ' * column}^" if text else ""
        super().__init__(message + pointer)
        self.text, self.column = text, column
