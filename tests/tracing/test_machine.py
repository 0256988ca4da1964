"""The machine is made of the table, once, and found again."""

import math
import subprocess
import sys

import autograd
from autograd import trace, value_and_grad
from tests.tracing.executors import needs_numba, rosenbrock

pytestmark = needs_numba
UNKNOWN = {"cbrt", "elu", "floor", "leaky_relu", "logaddexp", "power_log", "power_partial", "sinc", "sinc_slope"}
"""Rows that numba does not compile, or not as IEEE 754 has them: programs with these run on "numpy"."""


def test_rows_of_the_machine():
    from autograd.tracing.machine import opcodes

    ours = {row.name for row in autograd.table.values() if row.scalar is not None} | {"identity"}
    assert ours - set(opcodes()) <= UNKNOWN | {"log2"}  # log2 is declared in an example of the documentation
    assert set(opcodes()) <= ours


def test_a_program_with_an_unknown_row_runs_on_numpy():
    program = trace(lambda x: autograd.floor(x) * x, 1.5, executor="numba")
    assert program.executor == "numpy"
    assert program(2.5) == 5.0


def test_a_row_of_the_user_is_not_taken_for_one_of_the_table():
    row = autograd.elementwise("tripled", lambda x: 3.0 * x, lambda x: 3.0 * x, lambda g, ans, x: 3.0 * g)
    try:
        assert trace(lambda x: row(x) + 1.0, 1.0, executor="numba").executor == "numpy"
    finally:
        del autograd.table["tripled"]


def test_cubes_and_their_derivatives_run_on_the_machine():
    program = trace(value_and_grad(lambda x: x**3.0 + x**0.5), 2.0, executor="numba")
    assert program.executor == "numba"
    for x in (2.0, 1e-300, 7.5):
        assert program(x) == value_and_grad(lambda x: x**3.0 + x**0.5)(x)
    second = trace(rosenbrock, [1.0, 2.0, 3.0], executor="numba").hessian()
    assert second.executor == "numba"
    assert second([0.5, 1.5, 2.5]) == autograd.hessian(rosenbrock)([0.5, 1.5, 2.5])


def test_it_is_found_again_by_the_next_process():
    trace(rosenbrock, [1.0, 2.0], executor="numba")([1.0, 2.0])
    code = """
import time, autograd, numba
program = autograd.trace(lambda x, y: x * y + x, 1.0, 2.0, executor="numba")
begin = time.perf_counter()
assert program(2.0, 3.0) == 8.0
print(time.perf_counter() - begin)
"""
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert float(out.stdout) < 5.0, "compiling takes ten times longer"


def test_what_numba_needs_to_compile_is_not_loaded_to_run():
    code = """
import sys, numpy, autograd, numba
program = autograd.trace(autograd.value_and_grad(lambda x: x * x + 1.0), 1.0, executor="numba")
assert program.executor == "numba" and program(2.0) == (5.0, 4.0)
print([name for name in ("numba.np.arraymath", "scipy.linalg") if name in sys.modules])
assert numba.njit(lambda x: x.sum())(numpy.array([1.0, 2.0])) == 3.0
"""
    trace(value_and_grad(rosenbrock), [1.0, 2.0], executor="numba")([1.0, 2.0])
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert out.stdout == "[]\n"


def test_what_is_told_of_functions_is_what_they_compute():
    from autograd.tracing import machine

    def f(x):
        return x + 1.0

    def g(x):
        return x + 2.0

    def h(x):
        return math.sin(f(x))

    told = [list(machine._told(function, set())) for function in (f, g, h, math.sin, math.cos)]
    assert all(a != b for i, a in enumerate(told) for b in told[:i])
