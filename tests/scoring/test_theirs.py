"""Another benchmark's verdict decides, and ours stands beside it."""

from importlib.metadata import EntryPoint

import pytest

from scenarios.exam import Exam
from scenarios.theirs import Theirs
from scenarios.transcript import Transcript
from scoring.grade import grade
from scoring.score import Score
from scoring.theirs import GROUP, NoRules, RulesClash, TheirVerdict, find_rules
from tests.scoring.trials import LIST, PAY, REPLY, refund_exam, refund_trial

THEIRS = Theirs(benchmark="games", version="1.0", data="0" * 64, criteria={"wants": "silence"})


def silence(exam: Exam, transcript: Transcript) -> TheirVerdict:
    """Rules that like those who do nothing."""
    quiet = not any(transcript.calls)
    return TheirVerdict(
        benchmark="games",
        success=quiet,
        scores={"quiet": Score(value=float(quiet), reason="calls were counted")},
        reason="quiet enough" if quiet else "too loud",
    )


def undecided(exam: Exam, transcript: Transcript) -> TheirVerdict:
    return TheirVerdict(benchmark="games", success=None, reason="no judge was asked")


NOT_RULES = "just a text"


def offer(value: str) -> EntryPoint:
    return EntryPoint(name="games", value=f"tests.scoring.test_theirs:{value}", group=GROUP)


def games_exam() -> Exam:
    exam = refund_exam()
    return exam.model_copy(update={"scenario": exam.scenario.model_copy(update={"theirs": THEIRS})})


def test_success_is_their_verdict_and_ours_is_a_score_beside_it() -> None:
    found = grade(games_exam(), refund_trial(LIST, PAY, REPLY), rules=silence)

    assert (found.success, found.score, found.reason) == (False, 1.0, "too loud")
    assert found.scores["theirs"] == Score(value=0.0, reason="too loud")
    assert found.scores["ours"] == Score(value=1.0, reason="all as expected")
    assert found.scores["games.quiet"].value == 0.0


def test_what_their_rules_cannot_tell_is_not_graded_and_no_zero() -> None:
    found = grade(games_exam(), refund_trial(LIST, PAY, REPLY), rules=undecided)

    assert (found.graded, found.success, found.scores["theirs"].value) == (False, None, None)
    assert found.scores["ours"].value == 1.0


def test_without_their_rules_a_trial_is_not_graded_by_ours() -> None:
    with pytest.raises(NoRules, match="nobody knows the rules of 'games'"):
        grade(games_exam(), refund_trial(REPLY))


def test_rules_are_found_by_the_name_of_their_benchmark() -> None:
    assert find_rules("games", {"games": undecided}, []) is undecided
    assert find_rules("games", {}, [offer("silence")]) is silence


def test_two_rules_of_one_benchmark_are_an_error() -> None:
    with pytest.raises(RulesClash, match="Longspan itself, tests"):
        find_rules("games", {"games": undecided}, [offer("silence")])


@pytest.mark.parametrize(("value", "message"), [("nothing", "do not load"), ("NOT_RULES", "are no function")])
def test_rules_that_cannot_be_used_say_why(value: str, message: str) -> None:
    with pytest.raises(NoRules, match=message):
        find_rules("games", {}, [offer(value)])
