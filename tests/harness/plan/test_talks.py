"""Tool work is planned from the oracle's turns."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.clients.cache_marks import marked_messages
from harness.clients.client import Ask
from harness.plan.cache import simulate
from harness.plan.counting import Counting
from harness.plan.talks import Oracle, talk_requests
from harness.registry.cache_rule import CacheRule
from scenarios.theirs import Theirs
from scenarios.transcript import AssistantMessage, Message
from tests.harness.little_reading import OneDocument
from tests.harness.little_run import exam, gold
from tests.harness.stage import Scripted, stage
from tests.scenarios.documents.paper import Words

pytestmark = pytest.mark.anyio


def counting() -> Counting:
    return Counting(shelf=OneDocument(), sizing=Words(), own=Words(), factor=1.0, margin=0.0)


async def test_each_message_of_the_oracle_is_a_request_with_all_that_came_before(tmp_path: Path) -> None:
    one = await exam(tmp_path, system="Be brief.")
    said = await Oracle(stage(tmp_path)).said(one)

    requests = list(talk_requests(one, said, counting(), repeat=0, talk=7))

    steps = sum(isinstance(message, AssistantMessage) for message in said)
    assert [len(request.pieces) for request in requests] == [3 + 2 * step for step in range(steps)]
    assert all(request.estimated and request.talk == 7 for request in requests)
    assert all(request.pieces[-1].mark for request in requests)
    assert all(request.reply.tokens > 0 for request in requests)


async def test_calls_of_another_benchmark_are_planned_one_at_a_time(tmp_path: Path) -> None:
    """Nobody says which of them need each other, so gold makes all of them in one message."""
    calls = [{"id": box, "tool": "boxes__peek", "args": {"box": box}} for box in ("a", "b")]
    segments = [{"id": "look", "user": "Look into both.", "expect": {"calls": calls}}]
    theirs = Theirs(benchmark="games", version="1", data="0" * 64)
    ours = await exam(tmp_path, segments=segments)
    other = await exam(tmp_path, segments=segments, theirs=theirs)

    def messages(said: Sequence[Message]) -> int:
        return sum(isinstance(message, AssistantMessage) for message in said)

    assert messages(await Oracle(stage(tmp_path)).said(ours)) == 2
    assert messages(await Oracle(stage(tmp_path)).said(other)) == 3


async def test_cache_marks_are_planned_where_they_are_sent(tmp_path: Path) -> None:
    one = await exam(tmp_path, system="Be brief.")
    said = await Oracle(stage(tmp_path)).said(one)
    ask = Ask(output_tokens=100, seconds=5)
    sent = [said[:place] for place, message in enumerate(said) if isinstance(message, AssistantMessage)]

    requests = talk_requests(one, said, counting(), repeat=0, talk=0)

    for request, messages in zip(requests, sent, strict=True):
        tools, system, *pieces = request.pieces
        assert (tools.mark, system.mark) == (False, True)
        assert {place for place, piece in enumerate(pieces) if piece.mark} == marked_messages(messages, ask)


async def test_a_marked_conversation_finds_each_request_in_the_next(tmp_path: Path) -> None:
    one = await exam(tmp_path)
    said = await Oracle(stage(tmp_path)).said(one)
    requests = list(talk_requests(one, said, counting(), repeat=0, talk=0))

    found = simulate(requests, CacheRule(kind="breakpoint"))

    assert found.cached == sum(request.input for request in requests[:-1])


async def test_a_conversation_finds_what_it_said_before_in_the_cache(tmp_path: Path) -> None:
    one = await exam(tmp_path)
    said = await Oracle(stage(tmp_path)).said(one)
    requests = list(talk_requests(one, said, counting(), repeat=0, talk=0))

    found = simulate(requests, CacheRule(kind="block", block=1))

    assert found.cached == sum(request.input for request in requests[:-1])


async def test_repeats_share_what_comes_before_the_models_first_word(tmp_path: Path) -> None:
    one = await exam(tmp_path)
    said = await Oracle(stage(tmp_path)).said(one)
    first, again = (
        list(talk_requests(one, said, counting(), repeat=repeat, talk=repeat)) for repeat in (0, 1)
    )

    assert first[0].pieces == again[0].pieces
    assert first[1].pieces[:2] == again[1].pieces[:2]
    assert first[1].pieces[2].key != again[1].pieces[2].key


async def test_the_oracle_plays_a_scenario_once(tmp_path: Path) -> None:
    asked: list[str] = []
    model = Scripted(gold().turns, on_ask=lambda: asked.append("asked"))
    oracle, one = Oracle(stage(tmp_path), model=model), await exam(tmp_path)

    assert await oracle.said(one) == await oracle.said(one)
    assert len(asked) == 3
