"""Every row of the table keeps every law: `autograd_rules` in pyproject.toml says which rows `rule` stands for."""

from autograd.testing import check_rule


def test_rule(rule):
    check_rule(rule)
