"""Coverage, citations and contradictions of a bullet list."""

import pytest

from scenarios.line import Insights
from scoring.lines.bullets import citations, read_bullets
from scoring.lines.gold import told_insights
from scoring.lines.judge import judge_line
from scoring.lines.verdict import LineVerdict
from tests.scoring.lines.cases import INSIGHTS, INSIGHTS_ZH

LINE = Insights(
    insights=INSIGHTS,
    reference="The Marrow Weir cost 4.37 million crowns and is 412 metres long. "
    "The Orrin Viaduct carries 1,860 carts a day.",
)
COST = "- The Marrow Weir cost 4.37 million crowns to build. [2, 7]"
LENGTH = "- It is 412 metres long, the Marrow Weir. [3][5][9]"
TRAFFIC = "- Orrin Viaduct: 1,860 carts a day [documents 1 and 4]"


def judged(*bullets: str) -> LineVerdict:
    return judge_line(LINE, "\n".join(bullets), "en")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("as told [1, 4]", {1, 4}),
        ("[1][4]", {1, 4}),
        ("[documents 1 and 4]", {1, 4}),
        ("【文档1、4】", {1, 4}),
        ("[Doc. 2; 7-9]", {2, 7, 8, 9}),
        ("[1-4000]", {1}),
        ("[see below]", set()),
        ("[412 metres]", set()),
        ("1, 4", set()),
    ],
)
def test_citations_are_numbers_in_square_brackets(text: str, numbers: set[int]) -> None:
    assert citations(text) == numbers


def test_bullets_stand_under_their_headings() -> None:
    found = read_bullets(
        "Here is all that the documents tell:\n\n"
        "## Marrow Weir\n- cost: 4.37 million [2]\n  as told twice [7]\n"
        "**Orrin Viaduct**\n1. traffic\n   - by day [1]\n   - by night [4]\n"
    )

    assert [(bullet.text, sorted(bullet.cites)) for bullet in found] == [
        ("## Marrow Weir cost: 4.37 million  as told twice", [2, 7]),
        ("**Orrin Viaduct** traffic by day", [1]),
        ("**Orrin Viaduct** traffic by night", [4]),
    ]


def test_a_full_list_is_right() -> None:
    verdict = judged(COST, LENGTH, TRAFFIC)

    assert (verdict.outcome, verdict.value) == ("right", 1.0), verdict.why
    assert verdict.figures["rougeLsum_f"] > 0.3
    assert verdict.tokenizer.startswith("words-stemmed by rouge-score")
    assert verdict.signatures.keys() == {"bleu", "chrf"}


@pytest.mark.parametrize(
    ("bullets", "outcome", "coverage", "joint"),
    [
        ((COST, LENGTH), "incomplete", 2 / 3, 2 / 3),
        ((COST.replace("[2, 7]", "[2]"), LENGTH, TRAFFIC), "miscited", 1.0, (2 / 3 + 2) / 3),
        ((COST.replace("[2, 7]", ""), LENGTH, TRAFFIC), "miscited", 1.0, 2 / 3),
        (
            ("- How long the Marrow Weir is: see length. [3, 5, 9]", COST, TRAFFIC),
            "partly",
            2.5 / 3,
            2.5 / 3,
        ),
        (("- Nothing of note was found. [1]",), "wrong_value", 0.0, 0.0),
    ],
)
def test_coverage_times_citation_f1(
    bullets: tuple[str, ...], outcome: str, coverage: float, joint: float
) -> None:
    verdict = judged(*bullets)

    assert verdict.outcome == outcome, verdict.why
    assert verdict.figures["coverage"] == pytest.approx(coverage)
    assert verdict.figures["joint"] == pytest.approx(joint)


def test_a_number_that_no_document_gives_contradicts() -> None:
    verdict = judged(COST, LENGTH, TRAFFIC, "- The Marrow Weir was opened by 300 guests. [2]")

    assert verdict.outcome == "contradicts"
    assert verdict.figures["contradiction_rate"] == 0.25
    assert verdict.value == 0.75


def test_how_many_documents_agree_is_no_value() -> None:
    verdict = judged(COST.replace(". [2, 7]", ", as 2 documents tell. [2, 7]"), LENGTH, TRAFFIC)

    assert verdict.outcome == "right", verdict.why


def test_another_spelling_of_the_value_covers_it() -> None:
    verdict = judged(COST.replace("4.37 million", "4,370,000"), LENGTH.replace("metres", "m"), TRAFFIC)

    assert verdict.outcome == "right", verdict.why


def test_chinese_bullets() -> None:
    line = Insights(insights=INSIGHTS_ZH, reference="莫罗堰造价437万元，长412米。奥林桥日均车流1860辆。")
    reply = "1、莫罗堰的造价为437万元【2、7】\n2、莫罗堰长412米[文档3、5、9]\n3、奥林桥日均车流达1860辆[1，4]"

    verdict = judge_line(line, reply, "zh")

    assert verdict.outcome == "right", verdict.why
    assert verdict.tokenizer.startswith("characters by rouge-score")


def test_who_knows_some_of_the_documents_tells_less() -> None:
    known = told_insights(LINE, [[0, 2], [0, 7], [1, 3]])

    assert [insight.cites for insight in known.insights] == [(2, 7), (3,)]
