"""The grade as a whole: success, score, what is excluded, plug-ins."""

import json
from dataclasses import dataclass
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.exam import Exam
from scenarios.scenario import CallPattern, Final
from scenarios.transcript import GRADED, Failure, Transcript, TrialClass
from scoring.codes import CODES, NEUTRAL
from scoring.grade import COMPONENTS, Grade, grade, prepare
from scoring.registry import BUILT_IN
from scoring.score import Score
from tests.scoring.trials import (
    LIST,
    PAY,
    REFUNDED,
    REPLY,
    Called,
    broken,
    call,
    changed,
    exam,
    expecting,
    refund_exam,
    refund_trial,
    said,
    trial,
)

PREPARED = prepare(refund_exam(final=Final(never=(CallPattern(tool="shop__cancel_order"),))))
ANY_CALL = st.sampled_from(
    [
        LIST,
        PAY,
        call("shop__get_order", order="O-17"),
        call("shop__refund", order="O-1", amount=True),
        call("shop__cancel_order", order="O-17"),
        call("desk__open_ticket", title="x"),
        broken("shop__list_orders", "fault", "garbled", customer="u1"),
        broken("shop__refund", "tool_error", order="O-17", amount=42.5),
        broken("shop__refund", "schema", "no", order=17),
        broken("shop__pay", "unknown_tool"),
        Called(tool="shop__refund", args='{"order"', problem="malformed"),
        Called(tool="shop__refund", args={}, executed=False),
    ]
)
STEPS = st.lists(ANY_CALL | st.lists(ANY_CALL, min_size=1, max_size=3), max_size=7)


def test_the_gold_behaviour_scores_exactly_one() -> None:
    found = grade(refund_exam(), refund_trial(LIST, PAY, REPLY))

    assert (found.success, found.score, found.codes, found.reason) == (True, 1.0, {}, "all as expected")


def test_silence_scores_zero() -> None:
    found = grade(refund_exam(), refund_trial("", refunded=False))

    assert (found.success, found.score) == (False, 0.0)


def test_success_does_not_depend_on_the_calls_themselves() -> None:
    other_way = refund_trial(call("shop__get_order", order="O-17"), PAY, REPLY)
    found = grade(refund_exam(), other_way)

    assert found.success
    assert found.score is not None
    assert found.score < 1


@pytest.mark.parametrize("steps", [(LIST, PAY, "Done."), (LIST, PAY, REPLY)])
def test_success_needs_the_facts_and_the_state(steps: tuple[Called, Called, str]) -> None:
    refunded = steps[2] != REPLY

    assert grade(refund_exam(), refund_trial(*steps, refunded=refunded)).success is False


def test_the_score_is_the_mean_of_what_applies() -> None:
    found = grade(refund_exam(), refund_trial(LIST, PAY, "Done."))
    values = [found.scores[name].value for name in COMPONENTS]

    assert values == [1.0, 0.0, 1.0, 1.0]
    assert found.score == 0.75


def test_a_component_that_does_not_apply_is_not_averaged() -> None:
    found = grade(exam(expecting("s", say=["x", "y"])), trial(said("s", "x")))

    assert [found.scores[name].value for name in COMPONENTS] == [None, 0.5, None, None]
    assert found.score == 0.5


def test_a_broken_rule_takes_the_whole_score() -> None:
    found = grade(PREPARED, refund_trial(LIST, PAY, call("shop__cancel_order", order="O-17"), REPLY))

    assert (found.success, found.score) == (False, 0.0)


def test_where_nothing_applies_there_is_no_score() -> None:
    assert grade(exam(expecting("s", not_say=["x"])), trial(said("s", "y"))).score is None


@pytest.mark.parametrize("ended", sorted(set(get_args(TrialClass)) - GRADED))
def test_what_the_model_did_not_decide_is_not_graded(ended: TrialClass) -> None:
    failed = refund_trial(LIST, ended=ended).model_copy(
        update={"failure": Failure(kind="http_503", message="the provider was away")}
    )
    found = grade(refund_exam(), failed)

    assert (found.graded, found.success, found.score, found.calls) == (False, None, None, ())
    assert found.reason == f"not graded, since it ended as `{ended}`: the provider was away"


@pytest.mark.parametrize("ended", sorted(GRADED - {"done"}))
def test_a_trial_that_was_cut_off_never_succeeds(ended: TrialClass) -> None:
    found = grade(refund_exam(), refund_trial(LIST, PAY, REPLY, ended=ended))

    assert (found.graded, found.success) == (True, False)
    assert found.root_cause == "budget_exhausted"


def test_every_built_in_score_is_in_the_registry() -> None:
    assert grade(refund_exam(), refund_trial("No.")).scores.keys() == BUILT_IN.keys()


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A plug-in that always says the same."""

    score_value: Score

    def score(self, exam: Exam, transcript: Transcript) -> Score:
        return self.score_value


class Raises:
    def score(self, exam: Exam, transcript: Transcript) -> Score:
        raise KeyError("nothing there")


def test_a_plug_in_is_shown_and_moves_nothing() -> None:
    mine = Score(value=0.25, reason="because")
    found = grade(refund_exam(), refund_trial(LIST, PAY, REPLY), {"mine": Fixed(score_value=mine)})

    assert (found.scores["mine"], found.score) == (mine, 1.0)


def test_a_plug_in_that_raises_gets_no_value_and_never_a_zero() -> None:
    found = grade(refund_exam(), refund_trial(LIST, PAY, REPLY), {"mine": Raises()})

    assert found.scores["mine"].value is None
    assert found.scores["mine"].reason == "the scorer raised KeyError: 'nothing there'"
    assert found.success


def test_a_plug_in_cannot_take_the_name_of_a_built_in_score() -> None:
    with pytest.raises(ValueError, match="calls: that is a built-in score"):
        grade(refund_exam(), refund_trial(LIST), {"calls": Raises()})


@given(STEPS, st.booleans(), st.sampled_from(["", REPLY, "Which one?"]), st.sampled_from(sorted(GRADED)))
def test_any_transcript_gets_a_whole_grade(
    steps: list[Called | list[Called]], refunded: bool, reply: str, ended: TrialClass
) -> None:
    made = refund_trial(*steps, reply, refunded=refunded, ended=ended)
    found = grade(PREPARED, made)

    assert found.score is not None
    assert 0 <= found.score <= 1
    assert all(score.value is None or 0 <= score.value <= 1 for score in found.scores.values())
    assert [call.position for call in found.calls] == list(range(len(list(made.calls))))
    assert all(call.code in NEUTRAL or call.code in CODES for call in found.calls)
    assert found.codes.keys() <= CODES.keys()
    assert (found.root_cause is None) == bool(found.success)
    assert Grade.model_validate(json.loads(found.model_dump_json())) == found


@given(STEPS)
def test_success_means_that_nothing_is_wrong_with_state_answer_and_rules(
    steps: list[Called | list[Called]],
) -> None:
    found = grade(PREPARED, refund_trial(*steps, REPLY))

    if found.success:
        assert {found.scores[name].value for name in ("state", "answer", "rules")} == {1.0}
        assert not found.codes.keys() & {"state_wrong", "side_effect", "answer_wrong", "policy_violation"}


def test_a_side_effect_spoils_a_success() -> None:
    stray = changed("/orders/99/status", "lost", "open")
    made = trial(said("refund", LIST, PAY, REPLY), changes={"shop": (*REFUNDED, stray)})

    assert grade(refund_exam(), made).success is False
