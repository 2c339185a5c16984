"""Points stated, and likeness to a reference."""

import pytest

from scenarios.line import Summary
from scoring.lines.judge import judge_line
from tests.scoring.lines.cases import REFERENCE, REFERENCE_ZH

POINTS = Summary(reference=REFERENCE, points=("two years", {"any_of": ["1,000 dollars", "$1,000"]}, "Oslo"))


@pytest.mark.parametrize(
    ("reply", "outcome", "value"),
    [
        (REFERENCE, "right", 1.0),
        ("It runs two years, a late delivery costs $1,000 a day, and Oslo arbitrates.", "right", 1.0),
        ("It runs two years, and Oslo arbitrates.", "incomplete", 2 / 3),
        ("It is a contract.", "wrong_value", 0.0),
        ("", "unparsed", 0.0),
    ],
)
def test_the_value_is_the_share_of_the_points(reply: str, outcome: str, value: float) -> None:
    verdict = judge_line(POINTS, reply, "en")

    assert verdict.outcome == outcome, verdict.why
    assert verdict.value == pytest.approx(value), verdict.why


def test_a_copy_of_the_document_is_no_summary() -> None:
    verdict = judge_line(POINTS, REFERENCE + " The rain went on and on." * 100, "en")

    assert verdict.outcome == "too_long"
    assert verdict.figures["points"] == 1.0
    assert verdict.value == pytest.approx(150 / verdict.figures["words"])


def test_without_points_likeness_is_all_there_is() -> None:
    line = Summary(reference=REFERENCE)

    alike = judge_line(line, "The contract runs two years; late delivery costs 1,000 dollars a day.", "en")
    unlike = judge_line(line, "Rain fell on the harbour.", "en")

    assert (alike.outcome, unlike.outcome) == ("right", "wrong_value")
    assert alike.value == alike.figures["rougeLsum_f"] > 0.3 > unlike.value


def test_chinese_summaries_are_compared_by_characters() -> None:
    verdict = judge_line(Summary(reference=REFERENCE_ZH), REFERENCE_ZH, "zh")

    assert [verdict.figures[f"rouge{kind}_f"] for kind in ("1", "2", "L", "Lsum")] == [1.0] * 4
    assert verdict.figures["bleu"] == pytest.approx(1.0)
    assert "tok:zh" in verdict.signatures["bleu"]
    assert verdict.tokenizer.startswith("characters by rouge-score ")
