"""Questions on a document of one's own: when they are asked, what is gold then, and what they rest on."""

import re
from textwrap import dedent
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from scenarios.documents.document import Document, Probe
from scenarios.documents.own import OwnScenario
from scenarios.documents.own_parts import split_parts
from scenarios.documents.own_probes import Misplaced, OwnReader
from scenarios.line import Conflict, Number, Summary, Value
from tests.scenarios.documents.paper import SCENARIO, TEXT, Words

EVENTS = [{"id": name, "evidence": [name]} for name in ("fire", "flood")]
ENTRIES = [{"id": name, "amount": 1, "ask": "?", "evidence": [name]} for name in ("hoses", "lamps")]


def read(**changes: Any) -> tuple[Document, list[Misplaced]]:
    scenario = OwnScenario.model_validate(yaml.safe_load(dedent(SCENARIO)) | changes)
    reader = OwnReader(
        scenario=scenario,
        name="paper",
        parts=split_parts(TEXT, 20, Words()),
        tokenizer=Words(),
        summaries={"summary.md": "A pump."},
    )
    return reader.document(), reader.problems


def probes(fact: str) -> list[Probe]:
    return [probe for probe in read()[0].probes if probe.cell.fact == fact]


def test_the_whole_paper_is_asked_about_without_a_problem() -> None:
    document, problems = read()
    assert problems == []
    assert "".join(document.parts) == TEXT
    assert {probe.id for probe in document.probes} >= {"price", "colour", "summary", "hall-p1", "costs-e1-p4"}


def test_an_update_is_gold_from_where_it_is_told_and_the_old_value_is_stale() -> None:
    asked = [(p.after, p.line) for p in probes("hall") if p.cell.wording == 0]
    golds = {after: line.gold for after, line in asked if isinstance(line, Value)}
    stale = {after: line.stale for after, line in asked if isinstance(line, Value)}
    assert golds == {1: None, 2: {"number": 3}, 3: {"number": 7}, 4: {"number": 7}}
    assert stale[2] == ()
    assert stale[4] == ({"number": 3},)


def test_a_fact_is_asked_in_every_wording_at_the_end_and_in_one_before() -> None:
    asked = [(p.after, p.cell.wording) for p in probes("hall")]
    assert asked == [(1, 0), (2, 0), (3, 0), (4, 0), (4, 1), (4, 2)]


def test_the_lag_counts_the_parts_since_the_value_that_holds_was_told() -> None:
    assert [(p.after, p.cell.lag) for p in probes("hall")][:4] == [(1, -1), (2, 0), (3, 0), (4, 1)]


def test_only_what_is_asked_at_the_end_is_asked_where_the_whole_is_in_view() -> None:
    document, _ = read()
    asked = [probe for probe in document.probes if probe.cell.fact]
    assert all(probe.only_at == (probe.after < len(document.parts)) for probe in asked)


def test_an_entity_is_not_asked_for_before_both_of_its_places_were_read() -> None:
    assert [(p.after, isinstance(p.line, Value) and p.line.gold) for p in probes("warden")] == [
        (2, {"text": "Ada Brandt"}),
        (3, {"text": "Ada Brandt"}),
        (4, {"text": "Ada Brandt"}),
    ]


def test_a_contradiction_wants_every_value() -> None:
    (asked,) = [p.line for p in probes("warranty") if p.after == 4]
    assert asked == Conflict(golds=({"text": "24 months"}, {"text": "36 months"}))


def test_a_ledger_asks_for_the_sum_and_for_each_entry() -> None:
    found = {p.cell.entry: p.line for p in probes("costs") if p.after == 4}
    assert found[""] == Number(gold=350, within=0.005)
    assert found["hoses"] == Number(gold=300, within=0.005)


def test_a_summary_is_judged_by_its_reference_and_points() -> None:
    (asked,) = [p for p in read()[0].probes if p.id == "summary"]
    assert asked.line == Summary(reference="A pump.", points=({"text": "Ada Brandt"}, {"number": 7}))
    assert "ANSWER" not in asked.question


def test_evidence_says_where_it_stands() -> None:
    (asked,) = [p for p in read()[0].probes if p.id == "price"]
    (one,) = asked.evidence
    document, _ = read()
    before = " ".join(document.parts)[: " ".join(document.parts).index("for 4,200")]
    assert one.part == 1
    assert abs(one.token - len(before.split())) <= 1


def test_a_quote_that_is_not_there_once_is_a_problem_with_its_place() -> None:
    question = {"id": "x", "user": "?", "evidence": ["hall 9", "pump"], "expect": {"answer": "x"}}
    _, problems = read(segments=[question])
    assert [problem.place for problem in problems] == [("segments", 0, "evidence", 0)]
    question["evidence"] = ["pump"]
    _, problems = read(segments=[question])
    assert "in the document 3 times" in str(problems[0])


def test_values_that_are_not_listed_in_the_order_in_which_they_are_told_are_refused() -> None:
    fact = {
        "id": "hall",
        "kind": "update",
        "ask": ["Where is the pump?"],
        "values": [
            {"answer": {"number": 7}, "evidence": ["the pump stands in hall 7 now"]},
            {"answer": {"number": 3}, "evidence": ["The pump stands in hall 3"]},
        ],
    }
    _, problems = read(facts=[fact])
    assert [problem.place for problem in problems] == [("facts", 0, "values", 1)]
    assert "part 2, before the value above it (part 3)" in str(problems[0])


def test_a_value_that_holds_again_is_not_stale() -> None:
    values = [
        {"answer": {"number": 3}, "evidence": ["The pump stands in hall 3"]},
        {"answer": {"number": 7}, "evidence": ["the pump stands in hall 7 now"]},
        {"answer": {"number": 3}, "evidence": ["The lamps cost 50"]},
    ]
    document, problems = read(facts=[{"id": "hall", "kind": "update", "ask": ["Where?"], "values": values}])
    assert problems == []
    last = document.probes[-1].line
    assert last == Value(gold={"number": 3}, stale=({"number": 7},))


def test_a_quote_that_is_divided_between_parts_is_said_to_be() -> None:
    question = {"id": "x", "user": "?", "evidence": ["Ada Brandt. # Chapter two"], "expect": {"answer": "x"}}
    _, problems = read(segments=[question])
    assert "divided between two parts" in str(problems[0])


def test_asking_after_more_parts_than_there_are_is_a_problem_with_the_numbers() -> None:
    question = {"id": "x", "user": "?", "after": 9, "expect": {"answer": "x"}}
    _, problems = read(segments=[question])
    assert [problem.place for problem in problems] == [("segments", 0, "after")]
    assert "after 9 parts, and the document has 4 parts" in str(problems[0])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"document": "paper.md"}, "such as {file: contract.pdf}"),
        (
            {"facts": [{"id": "x", "kind": "ledger", "ask": ["?"], "events": EVENTS, "entries": ENTRIES}]},
            "events",
        ),
        ({"facts": [{"id": "x", "kind": "timeline", "ask": ["?"], "events": EVENTS * 2}]}, "called 'fire'"),
        (
            {"facts": [{"id": "x", "kind": "timeline", "ask": ["fire, flood?", "fire?"], "events": EVENTS}]},
            "tells them: 'flood'",
        ),
        ({"facts": [{"id": "x", "kind": "ledger", "ask": ["?"], "entries": ENTRIES * 2}]}, "called 'hoses'"),
    ],
)
def test_what_a_scenario_cannot_mean_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(said)):
        OwnScenario.model_validate(yaml.safe_load(dedent(SCENARIO)) | change)


def test_a_document_may_be_told_segment_by_segment() -> None:
    told = OwnScenario.model_validate(
        {
            "title": "Told",
            "segments": [
                {"id": "one", "reading": "a.md"},
                {"id": "two", "reading": "b.md", "user": "Where?", "expect": {"answer": "here"}},
                {"id": "three", "user": "When?", "expect": {"answer": "now"}},
                {"id": "four", "reading": "c.md"},
                {"id": "five", "user": "Who?", "after": "all", "expect": {"answer": None}},
            ],
        }
    )
    reader = OwnReader(scenario=told, name="t", parts=("A", "B", "C"), tokenizer=Words(), summaries={})
    assert told.text.parts == ("a.md", "b.md", "c.md")
    assert [(probe.id, probe.after) for probe in reader.document().probes] == [
        ("two", 2),
        ("three", 2),
        ("five", 3),
    ]
