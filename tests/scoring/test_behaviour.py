"""The perfect behaviour, planned from the exam."""

import json

from pydantic import JsonValue

from scenarios.language import Language
from scenarios.matching import mentioned, resolve
from scenarios.scenario import Expectation, ExpectedCall, Scenario, Segment
from scoring.behaviour import PlannedCall, Sentence, Turn, arguments_json, gold_behaviour, spoken
from scoring.grade import grade
from tests.scoring.little_shop import keyed, play
from tests.scoring.trials import expecting, gold

LOOKUP = resolve({"list": [{"id": "O-17", "total": 42.5}]})


def scenario(*segments: Segment, language: Language = "en") -> Scenario:
    return Scenario(suite="s", id="c", title="t", segments=segments, language=language)


def ticket(name: str, *after: str) -> ExpectedCall:
    return gold(name, "desk__open_ticket", *after, title=name)


def steps(*calls: ExpectedCall) -> list[list[str | None]]:
    (turn,) = gold_behaviour(keyed(scenario(expecting("s", *calls))))
    return [[call.gold for call in step] for step in turn.steps]


def test_independent_neighbours_are_called_together() -> None:
    assert steps(ticket("a"), ticket("b"), ticket("c", "a"), ticket("d")) == [["a", "b"], ["c", "d"]]


def test_steps_never_change_the_order_of_the_calls() -> None:
    assert steps(ticket("a"), ticket("b", "a"), ticket("c")) == [["a"], ["b", "c"]]


def test_everything_is_done_after_the_last_turn_of_a_segment() -> None:
    segment = Segment(id="s", user=("Do it.", "No, do that."), expect=Expectation(calls=(ticket("a"),)))
    first, last = gold_behaviour(keyed(scenario(segment)))

    assert (first.steps, len(last.steps)) == ((), 1)
    assert spoken(first, LOOKUP, "en") == "All right."


def test_a_reference_is_filled_in_when_the_call_is_made() -> None:
    call = PlannedCall(tool="t", arguments={"order": {"ref": "list.result.0.id"}})

    assert json.loads(arguments_json(call, LOOKUP)) == {"order": "O-17"}


def test_text_that_is_given_is_sent_as_it_is() -> None:
    assert arguments_json(PlannedCall(tool="t", raw_json="{"), LOOKUP) == "{"


def test_each_fact_is_one_sentence_that_states_it() -> None:
    facts: list[JsonValue] = [
        {"ref": "list.result.0.id"},
        {"date": "2026-03-14"},
        {"set": ["a", "b"]},
        -5,
        True,
        "电话",
    ]
    for language in ("en", "zh"):
        turn = Turn(segment="s", reply=tuple(Sentence(kind="say", fact=fact) for fact in facts))
        reply = spoken(turn, LOOKUP, language)

        assert all(mentioned(fact, reply, LOOKUP) for fact in facts)


def test_an_answers_number_is_the_last_number_said() -> None:
    segment = expecting("s", say=[{"number": 7}], answer={"number": 4})
    (turn,) = gold_behaviour(keyed(scenario(segment)))

    assert mentioned({"number": 4}, spoken(turn, LOOKUP, "zh"), LOOKUP, last=True)


def test_what_is_asked_for_ends_in_a_question() -> None:
    turn = Turn(segment="s", reply=(Sentence(kind="ask", fact="order number"),))

    assert spoken(turn, LOOKUP, "en").endswith("order number?")
    assert spoken(turn, LOOKUP, "zh").endswith("order number？")


def test_the_gold_behaviour_scores_one_when_it_is_played() -> None:
    exam = keyed(scenario(expecting("s", ticket("a"), ticket("b", "a"), say=[{"ref": "b.result.id"}])))

    assert grade(exam, play(exam, gold_behaviour(exam))).score == 1.0
