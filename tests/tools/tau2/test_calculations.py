"""What a model may have calculated."""

import pytest

from tools.tau2.calculations import never_ends


@pytest.mark.parametrize(
    "expression",
    [
        "9**9**9",
        "9**9**9**9",
        " 1 + 2*(9**9**9)",
        "-(9**9)**(9**9)",
        "2(9**9**9**9)",
        "()*9**9**9",
        "9**9**9" + "+1" * 5000,
    ],
)
def test_a_power_without_end_is_kept_from_the_calculator(expression: str) -> None:
    assert never_ends(expression)


@pytest.mark.parametrize(
    "expression",
    ["2 + 2", "2**10", "(-8)**.5", "10**1000/10**999", "0**-1", "1/0 + 9**9**9", "1.5**9999", "9.0**9**9"],
)
def test_what_ends_is_worked_out_by_tau2(expression: str) -> None:
    assert not never_ends(expression)


@pytest.mark.parametrize(
    "expression", [None, 5, "", "(", "9**", "9***9", "-" * 5000 + "1", "(" * 300, "1+" * 5000 + "1"]
)
def test_what_is_no_expression_is_tau2s_to_answer(expression: object) -> None:
    assert not never_ends(expression)
