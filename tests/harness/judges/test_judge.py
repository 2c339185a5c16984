"""Asking a judge: one question, one repair at most, and every failure is data."""

import json
from pathlib import Path

import pytest

from harness.clients.client import ClientError, OverBudget, Rejected
from harness.judges.judge import Ruling, rule
from scenarios.transcript import AssistantMessage, ToolCall, Transcript, UserMessage
from tests.harness.little_run import exam
from tests.harness.stage import Scripted, Turn

pytestmark = pytest.mark.anyio

ONE = ("The agent greets.",)
GOOD = json.dumps({"verdicts": [{"statement": 1, "reason": "It does.", "met": True}]})
PLAYED = Transcript(scenario="tests/boxes", model="m", repeat=0, ended="done")


async def ruled(tmp_path: Path, *turns: Turn, finish: str = "stop") -> tuple[Ruling, Scripted]:
    model = Scripted(turns, finish=finish)
    return await rule(model, await exam(tmp_path), PLAYED, ONE), model


async def test_a_good_answer_takes_one_request(tmp_path: Path) -> None:
    ruling, model = await ruled(tmp_path, GOOD)

    assert [(one.assertion, one.met) for one in ruling.verdicts] == [(ONE[0], True)]
    assert (ruling.failure, len(ruling.exchanges), len(model.asks)) == (None, 1, 1)


async def test_an_answer_that_cannot_be_read_is_repaired_once(tmp_path: Path) -> None:
    ruling, model = await ruled(tmp_path, "Yes, it does.", GOOD)

    assert [one.met for one in ruling.verdicts] == [True]
    assert len(ruling.exchanges) == 2
    question, answer, again = model.seen[1]
    assert (question, answer) == (model.seen[0][0], AssistantMessage(text="Yes, it does."))
    assert isinstance(again, UserMessage)
    assert "not one JSON object" in again.text


async def test_a_judge_that_cannot_be_read_twice_is_not_asked_a_third_time(tmp_path: Path) -> None:
    ruling, model = await ruled(tmp_path, "Yes.", "Indeed.")

    assert ruling.failure is not None
    assert (ruling.failure.kind, ruling.verdicts, len(model.asks)) == ("unreadable", (), 2)
    assert len(ruling.exchanges) == 2


async def test_an_answer_that_was_cut_short_is_no_answer(tmp_path: Path) -> None:
    ruling, model = await ruled(tmp_path, GOOD, finish="length")

    assert ruling.failure is not None
    assert (ruling.failure.kind, len(ruling.exchanges), len(model.asks)) == ("truncated", 1, 1)


async def test_what_a_failed_repair_cost_is_kept(tmp_path: Path) -> None:
    ruling, _ = await ruled(tmp_path, "Yes.", Rejected("http_400", "too long"))

    assert ruling.failure is not None
    assert (ruling.failure.kind, ruling.failure.where, len(ruling.exchanges)) == (
        "http_400",
        "of the judge",
        1,
    )


async def test_a_cap_ends_the_judging_and_is_no_verdict(tmp_path: Path) -> None:
    over: ClientError = OverBudget("max_cost", "no money")

    with pytest.raises(OverBudget):
        await ruled(tmp_path, over)


async def test_a_cap_behind_the_first_answer_keeps_what_that_cost(tmp_path: Path) -> None:
    ruling, _ = await ruled(tmp_path, "Yes.", OverBudget("max_cost", "no money"))

    assert (ruling.over_cap, len(ruling.exchanges), ruling.verdicts) == ("no money", 1, ())
    assert ruling.failure is not None
    assert ruling.failure.kind == "max_cost"


async def test_calls_of_tools_that_it_was_never_offered_are_not_sent_back(tmp_path: Path) -> None:
    called = AssistantMessage(
        text="", tool_calls=(ToolCall(id="1", name="vote", arguments_json='{"met": true}'),)
    )

    ruling, model = await ruled(tmp_path, called, GOOD)

    assert [one.met for one in ruling.verdicts] == [True]
    _, answer, _ = model.seen[1]
    assert isinstance(answer, AssistantMessage)
    assert (answer.text, answer.tool_calls) == ("(no words)", ())
