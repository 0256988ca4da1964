"""Every row of the table keeps every law: `autograd_rules` in pyproject.toml says which rows `rule` stands for."""

import numpy as np

from autograd.testing import check_rule
from autograd.testing.reference import Jet


def test_rule(rule):
    check_rule(rule)


def test_a_multiple_of_a_subnormal_operand_has_only_its_digits():
    subnormal, eps = np.array([3e-314]), float(np.finfo(float).eps)
    multiple, slope = (Jet((np.array([x]), np.array([[x]]))).tolerance(1, subnormal, eps).item() for x in (3e-310, 1.0))
    assert multiple > 1e4 * 5e-324
    assert slope < 1e-12
