"""From a document to its figures: readers whose memory is known, on generated documents and on one's own."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache

import numpy as np
import pytest

from harness.exams.reference_reading import answer_from
from scenarios.documents.document import Document
from scenarios.documents.expand import expand, reference
from scenarios.documents.tasks.segmented import SEGMENTED
from scenarios.language import Language
from scenarios.reading import Evidence, Generated, Layout, Reading
from scenarios.scenario import Scenario
from scoring.consistency.measure import ConsistencyFigures, measure, require
from scoring.consistency.observation import Observation, observed
from scoring.grade import Grade
from scoring.line_mutants import gold_line, wrong_line
from scoring.lines.judge import judge_line
from tests.scenarios.documents.tasks.stage import order
from tests.scenarios.documents.test_own_probes import read as read_paper

Reader = Callable[[Scenario, Reading], str]
ALL: tuple[Layout, ...] = ("segmented", "concat", "single", "recap", "carry", "tools")


def scenarios_of(
    document: Document, name: str, layouts: Sequence[Layout], language: Language = "en"
) -> Iterable[Scenario]:
    source = Generated(
        task="segmented",
        language=language,
        tokens=sum(document.tokens),
        parts=len(document.parts),
        number=0,
        seed=1,
        filler="synthetic",
        sizing="words",
    )
    ref = reference(name, document, source, "words 1")
    return expand(document, ref, suite="papers", title="Papers", language=language, layouts=layouts)


@cache
def generated(
    layouts: tuple[Layout, ...] = ("segmented",), documents: int = 3, orders: int = 2
) -> list[Scenario]:
    found: list[Scenario] = []
    for number in range(documents):
        for permutation in range(orders):
            language: Language = "zh" if number % 2 else "en"
            asked = order(language, 4096, parts=8, number=number, permutation=permutation)
            name = f"segmented-{number + 1}" + (f"-o{permutation + 1}" if permutation else "")
            found += scenarios_of(SEGMENTED.make(asked), name, layouts, language)
    return found


def said(scenario: Scenario, reply: str, ended: str = "done", repeat: int = 0) -> Observation | None:
    line = scenario.segments[0].expect.line
    assert line is not None
    verdict = judge_line(line, reply, scenario.language)
    return observed(
        scenario,
        Grade(
            scenario=scenario.name,
            model="reader",
            repeat=repeat,
            ended=ended,
            graded=ended != "provider",
            success=verdict.right and ended == "done",
            line=verdict,
            reason="",
        ),
    )


def figures(scenarios: Iterable[Scenario], reader: Reader, repeats: int = 1) -> ConsistencyFigures:
    found = (
        said(scenario, reader(scenario, scenario.reading), repeat=repeat)
        for repeat in range(repeats)
        for scenario in scenarios
        if scenario.reading is not None
    )
    return measure(one for one in found if one is not None)


def knowing(which: Callable[[Reading], Sequence[Evidence]]) -> Reader:
    def reply(scenario: Scenario, reading: Reading) -> str:
        line = scenario.segments[0].expect.line
        assert line is not None
        return answer_from(line, reading, which(reading), scenario.language)

    return reply


oracle = knowing(lambda reading: reading.evidence)
stale = knowing(lambda reading: reading.evidence[:1] if reading.rests == "latest" else reading.evidence)
of_this_part = knowing(lambda reading: [one for one in reading.evidence if one.part == reading.after])

WHOLE_FIGURES = [
    name
    for name in ConsistencyFigures.model_fields
    if name not in {"model", "layouts", "observations", "kappa", "helpful_flips", "first_sway"}
]


def test_the_oracle_has_every_figure_and_all_of_them_are_perfect() -> None:
    found = figures(generated(ALL), oracle, repeats=2)

    require(found, WHOLE_FIGURES)
    perfect = (
        "accuracy agreement strict_agreement consistent_and_correct before_told pwc_share wording_agreement "
    )
    perfect += (
        "wording_strict_agreement update_uptake update_before contradiction_f1 contradiction_values_f1 "
    )
    perfect += (
        "timeline_exact timeline_tau ledger_exact ledger_nearness ledger_self_check order_invariance aptitude"
    )
    assert {name: getattr(found, name).value for name in perfect.split()} == dict.fromkeys(
        perfect.split(), 1.0
    )
    none = "unparsed harmful_flips swayed update_stale update_mixed update_other order_spread unreliability"
    assert {name: getattr(found, name).value for name in none.split()} == dict.fromkeys(none.split(), 0.0)
    assert {one.figure.value for one in (*found.accuracy_by_lag, *found.retention)} == {1.0}
    assert {gap.gap.value for gap in found.layout_gaps} == {0.0}
    assert found.consistent_and_correct.documents == 3


def test_a_reader_who_takes_in_no_update_is_stale_and_otherwise_perfect() -> None:
    found = figures(generated(), stale)

    assert (found.update_stale.value, found.update_uptake.value, found.update_before.value) == (1, 0, 1)
    assert found.accuracy_by_kind["static"].value == 1
    assert found.agreement.value == 1
    # Of three documents with nine facts each (an update is two), one is wrong: the update once it is one.
    assert found.consistent_and_correct.value == pytest.approx(
        1 - 3 / found.consistent_and_correct.n, abs=1e-9
    )


def test_a_reader_who_remembers_one_part_retains_nothing() -> None:
    found = figures(generated(orders=1), of_this_part)
    static = [one for one in generated(orders=1) if one.reading and one.reading.cell.fact_kind == "static"]
    alone = figures(static, of_this_part)

    assert [(one.first, one.figure.value) for one in alone.accuracy_by_lag][:2] == [(0, 1), (1, 0)]
    assert {one.figure.value for one in alone.retention} == {0}
    assert (alone.swayed.value, alone.first_sway.value, alone.helpful_flips.value) == (1, 1, 0)
    assert found.before_told.value == 1
    assert found.consistent_and_correct.value == 0


@pytest.mark.parametrize("chance", [0.1, 0.4])
def test_a_reader_who_flips_agrees_as_often_as_it_must(chance: float) -> None:
    dice = np.random.default_rng(7)

    def flip(scenario: Scenario, reading: Reading) -> str:
        line = scenario.segments[0].expect.line
        assert line is not None
        wrong = dice.random() < chance
        return (wrong_line if wrong else gold_line)(line, scenario.language)

    found = figures(generated(documents=6, orders=1), flip, repeats=4)
    for figure, expected in (
        (found.agreement, chance**2 + (1 - chance) ** 2),
        (found.wording_agreement, chance**2 + (1 - chance) ** 2),
        (found.accuracy, 1 - chance),
        (found.harmful_flips, chance),
    ):
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low <= expected <= figure.high


def test_a_document_of_ones_own_is_measured_as_a_generated_one_is() -> None:
    document, problems = read_paper()
    assert not problems
    found = figures(scenarios_of(document, "paper", ("segmented", "concat")), stale)

    assert (found.update_stale.value, found.update_uptake.value) == (1, 0)
    assert found.update_before.value == 1
    assert found.ledger_self_check.value == 1
    assert found.contradiction_values_f1.value == 1
    assert found.before_told.n > 0
    assert found.contradiction_f1.n == 0
    assert next(gap for gap in found.layout_gaps if gap.layout == "segmented").gap.n > 5


def test_a_name_is_that_of_the_told_order_and_the_fact_of_a_single_question_its_own() -> None:
    names = {one.document for scenario in generated() if (one := said(scenario, "")) is not None}
    assert names == {"segmented-1", "segmented-2", "segmented-3"}
    document, _ = read_paper()
    facts = {
        one.fact for s in scenarios_of(document, "paper", ("single",)) if (one := said(s, "")) is not None
    }
    assert {"price", "colour", "hall"} <= facts


def test_a_trial_that_did_not_end_by_itself_is_wrong_and_an_excluded_one_is_none() -> None:
    scenario = generated()[0]
    line = scenario.segments[0].expect.line
    assert line is not None
    reply = gold_line(line, scenario.language)
    cut = said(scenario, reply, ended="truncated")

    assert said(scenario, reply, ended="provider") is None
    assert cut is not None
    assert (cut.right, cut.answer, cut.outcome, cut.value) == (False, None, "truncated", 0)
