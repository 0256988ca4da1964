"""The 27 nonlinear regressions of NIST's Statistical Reference Datasets, certified to 11 digits.

The formulas are read from the files and recorded by `autograd.expression`. Levenberg-Marquardt (SciPy's MINPACK) gets
our Jacobian, and has to find 6 digits from the second start. The standard deviations of the parameters are compared to
1e-7; for that the residuals are computed once more with mpmath, by the references of the table (those of Lanczos1 are
8e-14, which float64 does not resolve).
"""

import math
import pathlib
import re

import numpy as np
import pytest

from autograd import Value, jacobian, table, toposort
from autograd.expression import evaluate, variables

FOLDER = pathlib.Path(__file__).parent.parent.parent / "shared" / "data" / "nist"
FILES = sorted(FOLDER.glob("*.dat"))


class Problem:
    """One file: the model as a formula, data as text and as floats, starts and certified results."""

    def __init__(self, path):
        text = path.read_text()
        model = re.search(r"^ *(y|log\[y\]) *=(.*?)\+ *e\s*$", text, re.M | re.S)
        formula = " ".join(model[2].split()).replace("[", "(").replace("]", ")").replace("arctan", "atan")
        self.formula = re.sub(r"(?<![\w.])\.(\d)", r"0.\1", formula)
        rows = re.findall(r"^ *b\d+ *= +(\S+) +(\S+) +(\S+) +(\S+) *$", text, re.M)
        _, self.start, self.certified, self.deviations = np.array(rows, float).T
        names, lines = re.search(r"^Data: +y +(x.*?)\n(.*)", text, re.M | re.S).groups()
        self.names = names.split()
        self.in_logs = model[1] != "y"
        self.data = [line.split() for line in lines.splitlines() if line.strip()]
        self.y, *xs = np.array(self.data, float).T
        self.y = np.log(self.y) if self.in_logs else self.y
        self.xs = np.array(xs).T.tolist()

    def predict(self, b):
        given = {f"b{i}": parameter for i, parameter in enumerate(b, 1)}
        return [evaluate(self.formula, given | dict(zip(self.names, x, strict=True))) for x in self.xs]

    def residuals(self, b):
        return self.y - np.array([float(p) for p in self.predict(b.tolist())])

    def jacobian(self, b):
        return np.array(jacobian(self.predict)(b.tolist()))

    def exact_residuals(self, b, mp):
        """y - model in mpmath's precision, rounded once: the graph of the formula, run on mpmath's numbers."""
        leaves = {"pi": Value(math.pi)} | {f"b{i}": Value(x) for i, x in enumerate(b.tolist(), 1)}
        leaves |= {name: Value(1.0) for name in self.names}
        model, out = evaluate(self.formula, leaves), []
        order = toposort(model)
        for y, *xs in self.data:
            exact = {node: mp.mpf(node.data) for node in leaves.values()} | {leaves["pi"]: mp.pi}
            exact |= {leaves[name]: mp.mpf(x) for name, x in zip(self.names, xs, strict=True)}
            for node in order:
                if node.op:
                    operands = [exact[arg] if isinstance(arg, Value) else mp.mpf(arg) for arg in node.args]
                    exact[node] = mp.re(node.op.facts.reference(mp, *operands))
            out.append(float((mp.log(mp.mpf(y)) if self.in_logs else mp.mpf(y)) - exact[model]))
        return np.array(out)


@pytest.mark.skipif(not FILES, reason="NIST's data sets are not here")
def test_all_are_here():
    assert len(FILES) == 27


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_regression(path):
    mpmath = pytest.importorskip("mpmath")
    optimize = pytest.importorskip("scipy.optimize")
    problem = Problem(path)
    parameters = {f"b{i}" for i, _ in enumerate(problem.start, 1)}
    assert set(variables(problem.formula)) - {"pi"} == parameters.union(problem.names)
    found = optimize.least_squares(
        problem.residuals, problem.start, lambda b: -problem.jacobian(b), method="lm", x_scale="jac",
        xtol=1e-15, ftol=1e-15, gtol=1e-15,
    ).x  # fmt: skip
    digits = -np.log10(np.abs(found / problem.certified - 1.0) + 1e-16)
    assert digits.min() > 6, digits

    with mpmath.workdps(50):
        for _ in range(3):  # Gauss-Newton with exact residuals, to the last digit
            matrix, rest = problem.jacobian(found), problem.exact_residuals(found, mpmath.mp)
            scale = np.linalg.norm(matrix, axis=0)
            q, r = np.linalg.qr(matrix / scale)
            found = found + np.linalg.solve(r, q.T @ rest) / scale
    rest = rest - q @ (q.T @ rest)  # what the rounding of the parameters left
    inverse = np.linalg.inv(r) / scale[:, None]
    deviations = np.linalg.norm(inverse, axis=1) * np.sqrt(rest @ rest / (len(rest) - len(found)))
    np.testing.assert_allclose(deviations, problem.deviations, rtol=1e-7)


def test_the_table_has_what_the_formulas_need():
    for name in ("exp", "cos", "sin", "atan", "power", "log"):
        assert table[name].facts.reference is not None, name
