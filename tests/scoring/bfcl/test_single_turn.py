"""Verdicts on one turn, by BFCL's rules and by ours."""

from typing import Any

import pytest

from scoring.bfcl.calls import Attempt
from scoring.bfcl.defects import CORRECTED, STRICT, Kept
from scoring.bfcl.single_turn import judge
from tests.scoring.bfcl.tasks import both, call, code, task

ROME: dict[str, list[Any]] = {"city": ["Rome"], "days": [2, ""]}


def test_a_right_call_is_right_with_or_without_what_may_be_left_out() -> None:
    assert both(ROME, city="Rome") == ("", "")
    assert both(ROME, city="Rome", days=2) == ("", "")


@pytest.mark.parametrize("kept", [STRICT, CORRECTED])
def test_each_way_to_be_wrong_has_its_code(kept: Kept) -> None:
    wanted = task(ROME, kept=kept)
    assert code(wanted) == "wrong_count"
    assert code(wanted, call(city="Rome"), call(city="Rome")) == "wrong_count"
    assert code(wanted, call("find")) == "wrong_function"
    assert code(wanted, call("trips_book", city="Rome")) == "wrong_function"
    assert code(wanted, call(days=2)) == "missing_argument"
    assert code(wanted, call(city="Rome", zzz=1)) == "unexpected_argument"
    assert code(wanted, call(city="Rome", insured=True)) == "unexpected_argument"
    assert code(task({"city": ["Rome"], "days": [2]}, kept=kept), call(city="Rome")) == "missing_argument"


def test_a_documented_default_is_no_mistake_for_us() -> None:
    assert both(ROME, city="Rome", budget=100) == ("unexpected_argument", "")
    assert both(ROME, city="Rome", budget=99) == ("unexpected_argument", "unexpected_argument")


def test_calls_that_belong_together_may_come_in_any_order() -> None:
    wanted = task({"city": ["Rome"]}, {"city": ["Oslo"]}, family="parallel")
    assert code(wanted, call(city="Oslo"), call(city="Rome")) == ""
    assert code(wanted, call(city="Oslo"), call(city="Oslo")) == "wrong_value"


def test_greedy_pairing_misses_a_pairing_that_meets_every_answer() -> None:
    key: tuple[dict[str, list[Any]], ...] = (
        {"city": ["Rome"], "days": [1, 2]},
        {"city": ["Rome"], "days": [1]},
    )
    calls = (call(city="Rome", days=1), call(city="Rome", days=2))
    assert code(task(*key, family="parallel"), *calls) == "wrong_value"
    assert code(task(*key, family="parallel", kept=STRICT - {"greedy_pairing"}), *calls) == ""


def test_silence_is_right_where_nothing_fits_and_wrong_where_something_does() -> None:
    silent = Attempt(unreadable="prose")
    assert judge(task(family="irrelevance"), silent) is None
    assert judge(task(family="relevance"), silent) is not None
    assert code(task(family="irrelevance"), call(city="Rome")) == "called"
    assert code(task(family="relevance"), call(city="Rome")) == ""


def test_a_call_that_cannot_be_read_is_a_refusal_for_bfcl_alone() -> None:
    broken = Attempt(tried=True, unreadable="no JSON")
    assert judge(task(family="irrelevance"), broken) is None
    assert judge(task(family="irrelevance", kept=CORRECTED), broken) is not None


def test_any_call_is_relevant_for_bfcl_alone() -> None:
    assert code(task(family="relevance"), call("made_up")) == ""
    assert code(task(family="relevance", kept=CORRECTED), call("made_up")) == "wrong_function"


def test_a_reason_shows_the_beginning_of_what_is_long() -> None:
    wrong = judge(task({"city": ["Rome"]}), Attempt(calls=(call(city="x" * 100_000),), tried=True))
    assert wrong is not None
    assert wrong.why.startswith("city = 'xxx")
    assert len(wrong.why) < 300
