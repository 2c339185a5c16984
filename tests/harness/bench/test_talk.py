"""A conversation that is sent again finds only the cache that two users would share."""

from itertools import islice

from harness.bench.random_text import random_talks
from harness.bench.talk import Talk, Turn, endless, marked
from harness.clients.client import Shared
from scenarios.transcript import AssistantMessage, Message, ToolMessage, UserMessage

TURNS: tuple[tuple[Message, ...], ...] = (
    (UserMessage(text="Where is it?"),),
    (UserMessage(text="Where is it?"), AssistantMessage(text="There."), UserMessage(text="Thanks.")),
)


def talk(name: str = "t", *, grows: bool = True) -> Talk:
    exam = next(random_talks(1, 1, "")).exam
    exam = exam.model_copy(update={"scenario": exam.scenario.model_copy(update={"system": "Be brief."})})
    shared = Shared(messages=1, key="k" * 32)
    turns = (Turn(messages=one, output_tokens=8, shared=shared) for one in TURNS)
    return Talk(name=name, exam=exam, turns=tuple(turns), grows=grows)


def test_every_level_begins_its_system_prompt_with_a_word_of_its_own() -> None:
    systems = [marked(talk(), word, 0).exam.scenario.system for word in ("one", "two")]

    assert systems == ["Session one.\nBe brief.", "Session two.\nBe brief."]


def test_the_first_time_nothing_else_is_changed() -> None:
    assert tuple(turn.messages for turn in marked(talk(), "one", 0).turns) == TURNS


def test_the_second_time_it_goes_its_own_way_from_the_first_reply_on() -> None:
    again = marked(talk(), "one", 1).turns

    assert again[0].messages == TURNS[0]
    assert again[1].messages == (TURNS[1][0], AssistantMessage(text="There. (1)"), TURNS[1][2])


def test_a_reply_of_calls_alone_goes_its_own_way_too() -> None:
    silent = talk()
    turn = Turn(
        messages=(UserMessage(text="hi"), AssistantMessage(), UserMessage(text="and?")), output_tokens=1
    )

    found = marked(Talk(name="t", exam=silent.exam, turns=(turn,)), "one", 2)

    assert found.turns[0].messages[1].text == "(2)"


def test_a_shared_beginning_is_another_one_for_every_level() -> None:
    keys = {marked(talk(grows=False), word, 0).turns[0].shared for word in ("one", "two")}
    again = {marked(talk(grows=False), "one", times).turns[0].shared for times in range(3)}

    assert len(keys) == 2
    assert len(again) == 1


def test_conversations_come_in_turn_for_ever() -> None:
    found = list(islice(endless([talk("a"), talk("b")], "w"), 5))

    assert [one.name for one in found] == ["a", "b", "a", "b", "a"]
    assert found[4].turns[1].messages != found[0].turns[1].messages


def test_nothing_has_no_conversations() -> None:
    assert list(endless([], "w")) == []


def test_a_turn_knows_who_spoke_last_and_how_long_its_tools_took() -> None:
    results = (ToolMessage(call_id="1", text="a", ms=100.0), ToolMessage(call_id="2", text="b", ms=50.0))

    after_tools = Turn(messages=(UserMessage(text="hi"), AssistantMessage(), *results), output_tokens=1)
    after_user = Turn(messages=(UserMessage(text="hi"),), output_tokens=1)

    assert (after_tools.is_users, after_tools.tool_seconds) == (False, 0.15)
    assert (after_user.is_users, after_user.tool_seconds) == (True, 0.0)
