"""The module rejects wrong rules, and names them."""

import pytest

from autograd.primitive import Primitive, table
from autograd.testing import RuleError, check_grads, check_rule
from tests.testing.wrong import WRONG


@pytest.fixture
def declared(request):
    """A row that is in the table for one test."""
    kind, scalar, array, rules, facts, push = WRONG[request.param]
    row = Primitive(kind, "wrong_in_tests", scalar, array, rules, push=push, **facts)
    yield row
    del table[row.name]


@pytest.mark.parametrize("declared", list(WRONG), indirect=True)
def test_a_wrong_rule_is_rejected_and_named(declared):
    with pytest.raises(RuleError, match=r"wrong_in_tests\(.*breaks the law"):
        check_rule(declared)


@pytest.mark.parametrize("declared", ["missing factor", "tanh: 1 - tanh²", "half of what getitem gives"], indirect=True)
def test_the_program_in_the_message_reproduces_it(declared, capsys):
    with pytest.raises(RuleError) as caught:
        check_rule(declared)
    error = caught.value
    assert error.mode in ("forward", "reverse")
    assert f"{error.got}"[:8] in str(error)
    assert "\nTo reproduce it:\n    import numpy as np\n    import autograd\n" in str(error)
    exec(error.program, {})
    assert f"{error.got:.8g}"[:8] in capsys.readouterr().out


def test_there_are_enough_of_them():
    assert len(WRONG) >= 70


@pytest.mark.parametrize("modes", [("forward",), ("reverse",), ("forward", "reverse")])
def test_check_grads_rejects_a_wrong_rule(modes):
    kind, scalar, array, rules, facts, push = WRONG["missing factor"]
    half = Primitive(kind, "wrong_in_tests", scalar, array, rules, push=push, **facts)
    try:
        with pytest.raises(RuleError, match="first derivative") as caught:
            check_grads(lambda x: half(x) + 1.0, (3.0,), modes=modes)
        assert caught.value.mode in modes
        assert caught.value.got == 3.0
        assert caught.value.want == pytest.approx(6.0)
    finally:
        del table["wrong_in_tests"]
