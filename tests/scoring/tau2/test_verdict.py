"""tau2's verdict, defects included, and what it would be without them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.exam import AnswerKey, Exam, GoldCall, ToolSpec
from scenarios.scenario import Scenario, Segment, Server
from scenarios.theirs import Theirs
from scenarios.transcript import (
    AssistantMessage,
    Change,
    Event,
    Failure,
    SegmentRecord,
    ToolCall,
    ToolMessage,
    Transcript,
    UserAction,
)
from scoring.grade import grade
from scoring.tau2.defects import DEFECTS
from scoring.tau2.verdict import assertions, judge, why_unsolved
from scoring.their_verdict import TheirVerdict
from scoring.theirs import find_rules

BOOK = {"name": "book", "arguments": {"flight": "HAT1", "bags": 2}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "flight": {"type": "string"},
        "bags": {"type": "integer"},
        "class": {"default": "economy"},
    },
}


def leaf(path: str, after: Any, before: Any = None, kind: Any = "changed") -> Change:
    return Change(path=path, before=before, after=after, kind=kind)


BOOKED = (leaf("/db/flights/HAT1/seats", 3, 5),)


def exam(criteria: Mapping[str, Any] | None, *, synced: Sequence[Change] | None = None, **more: Any) -> Exam:
    theirs = Theirs(
        benchmark="tau2",
        version="1",
        data="0" * 64,
        criteria={
            "task": "1",
            "server": "air",
            "evaluation_criteria": None if criteria is None else dict(criteria),
            **more,
        },
    )
    scenario = Scenario(
        suite="tau2-air",
        id="1",
        title="",
        servers={"air": Server(builtin="tau2-air")},
        segments=(Segment(id="talk", user=("Hi.",)),),
        theirs=theirs,
    )
    key = AnswerKey(
        tools=(ToolSpec(name="air__book", input_schema=SCHEMA),),
        changes={"air": tuple(BOOKED if synced is None else synced)},
        reference={"air": BOOKED},
    )
    return Exam(scenario=scenario, key=key, digest="d")


def call(name: str = "book", problem: Any = None, text: str = "", **arguments: Any) -> tuple[Event, ...]:
    made = ToolCall(id="c", name=f"air__{name}", arguments_json=_json(arguments))
    return (
        AssistantMessage(text=text, tool_calls=(made,)),
        ToolMessage(call_id="c", text="", problem=problem),
    )


def by_user(**arguments: Any) -> tuple[Event, ...]:
    made = ToolCall(id="u", name="user__book", arguments_json=_json(arguments))
    return (UserAction(tool_calls=(made,), results=(ToolMessage(call_id="u", text=""),)),)


def say(text: str) -> tuple[Event, ...]:
    return (AssistantMessage(text=text),)


def _json(arguments: Mapping[str, Any]) -> str:
    return json.dumps(arguments)


def trial(*parts: Sequence[Event], changes: Sequence[Change] = BOOKED, ended: Any = "done") -> Transcript:
    return Transcript(
        scenario="tau2-air/1",
        model="m",
        repeat=0,
        ended=ended,
        failure=None if ended == "done" else Failure(kind="hops", message=""),
        segments=(SegmentRecord(segment="talk", messages=tuple(m for part in parts for m in part)),),
        changes={"air": tuple(changes)},
    )


def outcome(found: TheirVerdict) -> tuple[bool | None, bool | None, list[str]]:
    return found.success, found.corrected, sorted(found.defects)


GOLD = call(flight="HAT1", bags=2)
DB = {"actions": [BOOK], "reward_basis": ["DB"]}
ACTION = {"actions": [BOOK], "reward_basis": ["ACTION"]}


def told(*infos: str) -> dict[str, Any]:
    return {"actions": [], "communicate_info": list(infos), "reward_basis": ["COMMUNICATE"]}


def test_equal_changes_are_equal_databases_and_the_reward_is_one() -> None:
    found = judge(exam(DB), trial(GOLD))

    assert outcome(found) == (True, True, [])
    assert (found.reward, found.reason) == (1.0, "reward 1")


def test_a_database_that_differs_says_in_which_records() -> None:
    found = judge(exam(DB), trial(GOLD, changes=[leaf("/db/flights/HAT1/seats", 4, 5)]))

    assert outcome(found) == (False, False, [])
    assert found.reason == "reward 0: the databases differ: /db/flights/HAT1/seats became 4, not 3"


def test_what_changed_unasked_makes_databases_differ() -> None:
    found = judge(exam(DB), trial(GOLD, changes=[*BOOKED, leaf("/user_db/device/on", True, False)]))

    assert found.success is False
    assert "/user_db/device/on became true, unasked" in found.reason


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([leaf("/db/flights/HAT1/seats", 3.0, 5)], "number_spelling"),
        ([*BOOKED, leaf("/db/flights/HAT2/seats", 2.0, 2)], "number_spelling"),
    ],
)
def test_a_number_that_is_spelt_otherwise_differs_for_tau2_alone(changes: list[Change], code: str) -> None:
    assert outcome(judge(exam(DB), trial(GOLD, changes=changes))) == (False, True, [code])


def test_ids_that_a_tool_draws_at_random_differ_for_tau2_alone() -> None:
    known = exam(DB)
    drawn = leaf("/db/bills/4/id", "B0123abcd", kind="added")
    key = known.key.model_copy(update={"reference": {"air": (drawn,)}, "changes": {"air": (drawn,)}})
    other = leaf("/db/bills/4/id", "Bffff0000", kind="added")

    found = judge(known.model_copy(update={"key": key}), trial(GOLD, changes=[other]))

    assert outcome(found) == (False, True, ["random_id"])


def test_a_reference_run_whose_sides_do_not_meet_is_told_from_one_whose_do() -> None:
    synced = (*BOOKED, leaf("/user_db/surroundings/paid", True, False))

    as_synced = judge(exam(DB, synced=synced), trial(GOLD, changes=synced))
    as_reference = judge(exam(DB, synced=synced), trial(GOLD))

    assert outcome(as_synced) == (False, True, ["reference_unsynced"])
    assert outcome(as_reference) == (True, False, ["reference_unsynced"])


def test_without_actions_and_assertions_nobody_looks_at_the_world() -> None:
    assert judge(exam({"communicate_info": []}), trial(changes=BOOKED)).success is True


def test_a_task_without_criteria_is_always_right() -> None:
    found = judge(exam(None), trial(say("No.")))

    assert (found.success, found.reason) == (True, "reward 1: the task has no criteria")


def test_what_neither_side_ended_is_worth_nothing_whatever_was_done() -> None:
    found = judge(exam(DB), trial(GOLD, ended="limit"))

    assert (found.reward, found.reason) == (0.0, "reward 0: neither side ended it (hops)")


def test_assertions_are_read_from_the_world() -> None:
    criteria = {
        "env_assertions": [
            {"func_name": "is_on", "arguments": {"line": "L1"}},
            {"func_name": "is_off", "arguments": {}, "assert_value": False},
        ],
        "reward_basis": ["ENV_ASSERTION"],
    }
    on = leaf("/assertions/0", True, kind="added")

    right = judge(exam(criteria), trial(changes=[on, leaf("/assertions/1", True, kind="added")]))
    wrong = judge(exam(criteria), trial(changes=[on, leaf("/assertions/1", False, kind="added")]))
    raised = judge(
        exam(criteria), trial(changes=[on, leaf("/assertions/1", "ValueError: no line", kind="added")])
    )

    assert right.success is True
    assert wrong.reason == "reward 0: is_off() is false does not hold"
    assert outcome(raised) == (False, False, ["assertion_raises"])


@pytest.mark.parametrize(
    ("parts", "strict", "corrected", "codes"),
    [
        ([GOLD], True, True, []),
        ([call(flight="HAT1", bags=2, **{"class": "economy"})], False, True, ["action_default_spelt_out"]),
        ([call()], True, False, ["action_arguments_left_out"]),
        ([call(flight="HAT1")], True, False, ["action_arguments_left_out"]),
        ([call(flight="HAT2", bags=2)], False, False, []),
        ([by_user(flight="HAT1", bags=2)], True, False, ["action_other_side"]),
        ([call(problem="tool_error", flight="HAT1", bags=2)], True, False, ["action_failed"]),
        ([call("cancel", flight="HAT1", bags=2)], False, False, []),
    ],
)
def test_actions_as_tau2_compares_them_and_in_full(
    parts: list[tuple[Event, ...]], strict: bool, corrected: bool, codes: list[str]
) -> None:
    assert outcome(judge(exam(ACTION), trial(*parts))) == (strict, corrected, codes)


def test_an_action_that_the_reference_run_is_refused_too_may_be_refused() -> None:
    known = exam(ACTION)
    refused = GoldCall(id="a0", segment="talk", tool="air__book", arguments={}, result=None, failed=True)
    key = known.key.model_copy(update={"calls": (refused,)})

    found = judge(
        known.model_copy(update={"key": key}), trial(call(problem="tool_error", flight="HAT1", bags=2))
    )

    assert outcome(found) == (True, True, [])


def test_one_call_meets_two_actions_for_tau2_alone() -> None:
    twice = {"actions": [BOOK, BOOK], "reward_basis": ["ACTION"]}

    assert outcome(judge(exam(twice), trial(GOLD))) == (True, False, ["action_met_twice"])
    assert outcome(judge(exam(twice), trial(GOLD, GOLD))) == (True, True, [])


def test_true_is_one_for_tau2_alone() -> None:
    one = {"actions": [{"name": "book", "arguments": {"bags": 1}}], "reward_basis": ["ACTION"]}

    assert outcome(judge(exam(one), trial(call(bags=True)))) == (True, False, ["action_number_type"])


def test_only_the_arguments_count_that_a_task_names() -> None:
    some = {"actions": [{**BOOK, "compare_args": ["flight"]}], "reward_basis": ["ACTION"]}
    none = {"actions": [{**BOOK, "compare_args": []}], "reward_basis": ["ACTION"]}

    assert outcome(judge(exam(some), trial(call(flight="HAT1", bags=9)))) == (True, True, [])
    assert outcome(judge(exam(none), trial(call(flight="X")))) == (True, True, [])


@pytest.mark.parametrize(
    ("info", "text", "strict", "corrected", "codes"),
    [
        ("10", "It is 10.", True, True, []),
        ("10", "It is 2100.", True, False, ["communicate_in_number"]),
        ("1000", "It is $1,000.", True, True, []),
        ("1,000", "It is 1,000.", False, True, ["communicate_comma"]),
        ("481.50", "It is $481.5.", False, True, ["communicate_spelling"]),
        ("IL", "I will.", True, False, ["communicate_in_word"]),
        ("IL", "To Chicago, IL.", True, True, []),
        ("white", "It is WHITE.", True, True, []),
        ("12", "It is 13.", False, False, []),
    ],
)
def test_what_is_told(info: str, text: str, strict: bool, corrected: bool, codes: list[str]) -> None:
    assert outcome(judge(exam(told(info)), trial(say(text)))) == (strict, corrected, codes)


def test_words_beside_a_call_are_heard_by_tau2_alone() -> None:
    found = judge(exam(told("10")), trial(call(text="It is 10.", flight="HAT1")))

    assert outcome(found) == (True, False, ["communicate_unheard"])


def test_what_was_said_and_done_before_counts() -> None:
    history = [
        {"role": "assistant", "tool_calls": [{"name": "book", "arguments": BOOK["arguments"]}]},
        {"role": "tool", "id": "c", "content": "{}"},
        {"role": "assistant", "content": "It is 10."},
    ]
    both = {"actions": [BOOK], "communicate_info": ["10"], "reward_basis": ["ACTION", "COMMUNICATE"]}

    assert outcome(judge(exam(both, history=history), trial(say("Bye.")))) == (True, True, [])


def test_assertions_in_words_need_a_judge_whose_verdicts_are_counted() -> None:
    criteria = {"actions": [BOOK], "nl_assertions": ["It was kind.", "It was short."]}
    rewarded = exam({**criteria, "reward_basis": ["DB", "NL_ASSERTION"]})

    nobody = judge(rewarded, trial(GOLD))
    wrong_anyway = judge(rewarded, trial(GOLD, changes=[]))
    too_few = judge(rewarded, trial(GOLD), judged=[True])

    assert (nobody.success, nobody.reward, nobody.corrected) == (None, None, None)
    assert "were not judged" in nobody.reason
    assert wrong_anyway.success is False
    assert outcome(judge(rewarded, trial(GOLD), judged=[True, True])) == (True, True, [])
    assert outcome(judge(rewarded, trial(GOLD), judged=[True, False])) == (False, False, [])
    assert outcome(too_few) == (True, False, ["nl_count"])


def test_assertions_in_words_that_are_not_rewarded_decide_nothing() -> None:
    found = judge(exam({"actions": [BOOK], "nl_assertions": ["It was kind."]}), trial(GOLD))

    assert found.success is True
    assert found.scores["nl_assertions"].value is None


def test_a_reward_that_nobody_knows_is_not_guessed() -> None:
    found = judge(exam({"actions": [], "reward_basis": ["DB", "CHARM"]}), trial())

    assert (found.success, found.reason) == (None, "nobody here knows how to judge CHARM")


def test_no_judge_is_waited_for_where_a_reward_is_not_known_anyway() -> None:
    basis = ["NL_ASSERTION", "CHARM"]
    asked = [assertions(exam({"nl_assertions": ["Kind."], "reward_basis": basis[:n]})) for n in (1, 2)]

    assert [one.counted for one in asked] == [True, False]


def test_arguments_are_scored_one_by_one_beside_the_verdict() -> None:
    found = judge(exam(DB), trial(call(flight="HAT1", bags=3), changes=[]))

    assert found.scores["arguments"].value == 0.5
    assert found.scores["arguments"].reason == "1 of 2 arguments of the reference actions are right"


def test_in_solo_mode_the_agent_makes_the_calls_of_both_sides() -> None:
    users = {"actions": [{**BOOK, "requestor": "user"}], "reward_basis": ["ACTION"]}

    assert outcome(judge(exam(users, solo=True), trial(GOLD))) == (True, True, [])
    assert judge(exam(users, solo=True), trial(GOLD)).scores["arguments"].value == 1.0
    assert outcome(judge(exam(users, solo=True), trial())) == (False, False, [])


def test_why_reference_actions_do_not_solve_a_task_is_told_where_there_are_none() -> None:
    asserted = {"env_assertions": [{"func_name": "is_booked"}], "reward_basis": ["ENV_ASSERTION"]}

    assert "no reference action" in str(why_unsolved(exam(asserted)))
    assert why_unsolved(exam({**asserted, "actions": [BOOK]})) is None
    assert why_unsolved(exam({"actions": []})) is None


def test_a_grade_shows_their_components_beside_ours() -> None:
    found = grade(exam(DB), trial(GOLD))

    assert (found.success, found.scores["tau2.db"].value) == (True, 1.0)
    assert "ours" in found.scores


def test_the_rules_are_found_by_their_name() -> None:
    assert find_rules("tau2") is judge


ANY_PART = st.one_of(
    st.sampled_from(["It is 10.", "It is 2100.", "I will.", "IL", ""]).map(say),
    st.builds(
        lambda maker, arguments: maker(**arguments),
        st.sampled_from([call, by_user]),
        st.sampled_from(
            [{"flight": "HAT1", "bags": 2}, {"flight": "HAT1"}, {}, {"bags": True}, {"bags": 2.0}]
        ),
    ),
)
ANY_CHANGES = st.sampled_from([BOOKED, (), (leaf("/db/flights/HAT1/seats", 3.0, 5),)])


@given(parts=st.lists(ANY_PART, max_size=4), changes=ANY_CHANGES, twice=st.booleans())
def test_every_difference_has_the_code_of_a_defect_that_is_described(
    parts: list[tuple[Event, ...]], changes: tuple[Change, ...], twice: bool
) -> None:
    criteria = {
        "actions": [BOOK] * (1 + twice),
        "communicate_info": ["10", "IL"],
        "reward_basis": ["DB", "ACTION", "COMMUNICATE"],
    }

    found = judge(exam(criteria), trial(*parts, changes=changes))

    assert found.defects.keys() <= DEFECTS.keys()
    assert found.success == found.corrected or found.defects
