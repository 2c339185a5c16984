"""What goes back to a chat endpoint with its own messages: reasoning, as each wants it, and signatures."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from harness.clients.chat import Chat
from harness.clients.client import Ask, Shared
from harness.clients.wire import Dialled
from harness.registry.provider import Concession, Quirks
from harness.runs.record import ModelVariant
from scenarios.transcript import AssistantMessage, Carried, Message, ToolCall, ToolMessage, UserMessage
from tests.harness.clients.chat_streams import STREAMS
from tests.harness.clients.endpoint import ASK
from tests.harness.clients.test_chat_vendors import assembled

RETURN = Concession(
    says=("must be passed back",), gives_up="return_reasoning", why="it asked for its reasoning"
)
WITHHOLD = Concession(says=("not allowed",), gives_up="withhold_reasoning", why="it takes no reasoning")
HI, AGAIN = UserMessage(text="hi"), UserMessage(text="and again?")
CALL = AssistantMessage(
    reasoning="hm", tool_calls=(ToolCall(id="call_1", name="shop__look", arguments_json="{}"),)
)
RESULT = ToolMessage(call_id="call_1", text="red")
DONE = AssistantMessage(text="Red.", reasoning="so")
TALK: tuple[Message, ...] = (HI, CALL, RESULT, DONE, AGAIN, CALL, RESULT)


def dialled(quirks: Quirks, *conceded: Concession, thinking: str | None = "on", **given: Any) -> Dialled:
    return Dialled(
        variant=ModelVariant(label="m", wire="chat", model="m", thinking=thinking, **given),
        quirks=quirks,
        sampling={},
        system="Be brief.",
        tools=b"",
        conceded=conceded,
    )


def sent(talk: Sequence[Message], asked: Dialled) -> list[dict[str, Any]]:
    """The messages of the last request of a talk that grew message by message, without the system message."""
    draft = Chat().draft(asked)
    bodies = [json.loads(draft.body(talk[: n + 1], ASK)) for n in range(len(talk))]
    assert json.loads(Chat().draft(asked).body(talk, ASK)) == bodies[-1]  # however it was asked for
    found: list[dict[str, Any]] = bodies[-1]["messages"][1:]
    return found


def reasonings(talk: Sequence[Message], asked: Dialled, name: str = "reasoning_content") -> list[Any]:
    return [message.get(name, "-") for message in sent(talk, asked) if message["role"] == "assistant"]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_reasoning_goes_back_within_its_turn(field: str) -> None:
    quirks = Quirks.model_validate({"reasoning_back": field})

    assert reasonings(TALK[:4], dialled(quirks), field) == ["hm", "so"]
    assert reasonings(TALK, dialled(quirks), field) == ["-", "-", "hm"]


def test_reasoning_goes_back_of_every_turn_where_that_is_wanted() -> None:
    quirks = Quirks(reasoning_back="reasoning_content", reasoning_back_for="always")

    assert reasonings(TALK, dialled(quirks)) == ["hm", "so", "hm"]


def test_nobody_gets_reasoning_back_who_does_not_want_it() -> None:
    assert reasonings(TALK, dialled(Quirks())) == ["-", "-", "-"]


def test_an_endpoint_that_asked_for_its_reasoning_gets_all_of_it() -> None:
    assert reasonings(TALK, dialled(Quirks(), RETURN)) == ["hm", "so", "hm"]
    withheld = Quirks(reasoning_back="reasoning_content")
    assert reasonings(TALK, dialled(withheld, RETURN)) == ["hm", "so", "hm"]


def test_an_endpoint_that_refused_reasoning_gets_none() -> None:
    quirks = Quirks(reasoning_back="reasoning_content", reasoning_back_for="always")

    assert reasonings(TALK, dialled(quirks, WITHHOLD)) == ["-", "-", "-"]


@pytest.mark.parametrize(("thinking", "back"), [("on", ""), ("off", "-"), (None, "-")])
def test_a_model_that_was_asked_to_think_and_did_not_gives_an_empty_field(thinking: str, back: str) -> None:
    quirks = Quirks(reasoning_back="reasoning_content")
    silent = CALL.model_copy(update={"reasoning": None})

    assert reasonings((HI, silent, RESULT), dialled(quirks, thinking=thinking)) == [back]


def test_details_go_back_as_they_came() -> None:
    details: JsonValue = [{"type": "reasoning.encrypted", "data": "b3BhcXVl", "id": None}]
    message = CALL.model_copy(update={"carried": (Carried(item={"reasoning_details": details}),)})
    asked = dialled(Quirks(reasoning_back="reasoning_details"))

    assert reasonings((HI, message, RESULT), asked, "reasoning_details") == [details]
    assert reasonings((HI, CALL, RESULT), asked, "reasoning") == ["hm"]


def test_thinking_goes_back_as_parts_before_the_text() -> None:
    part: JsonValue = {"type": "thinking", "thinking": [{"type": "text", "text": "so"}], "closed": True}
    message = DONE.model_copy(update={"carried": (Carried(item=part),)})
    asked = dialled(Quirks(reasoning_back="content"))
    text = {"type": "text", "text": "Red."}

    assert reasonings((HI, message), asked, "content") == [[part, text]]
    after = message.model_copy(update={"carried": (Carried(item=part, place=1),)})
    assert reasonings((HI, after), asked, "content") == [[text, part]]
    plain = {"type": "thinking", "thinking": [{"type": "text", "text": "so"}]}
    assert reasonings((HI, DONE), asked, "content") == [[plain, text]]
    assert reasonings((HI, AssistantMessage(text="Red.")), asked, "content") == ["Red."]
    assert reasonings((HI, message, AGAIN), asked, "content") == ["Red."]


@pytest.mark.parametrize("text", ["", "Look:"])
@pytest.mark.parametrize("quirks", [Quirks(), Quirks(reasoning_back="extra_content")])
def test_a_signature_goes_back_beside_its_call_and_in_every_turn(text: str, quirks: Quirks) -> None:
    signature: JsonValue = {"google": {"thought_signature": "c2ln"}}
    calls = tuple(ToolCall(id=f"call_{n}", name="shop__look", arguments_json="{}") for n in range(3))
    kept = Carried(item={"extra_content": signature}, place=1 + bool(text))
    message = AssistantMessage(text=text, reasoning="hm", tool_calls=calls, carried=(kept,))

    for talk in ((HI, message), (HI, message, AGAIN)):
        written = sent(talk, dialled(quirks))[1]
        assert [call.get("extra_content") for call in written["tool_calls"]] == [None, signature, None]
        assert written.get("reasoning_content") is None


@pytest.mark.parametrize("stream", STREAMS, ids=[one.name for one in STREAMS])
def test_what_a_vendor_gave_goes_back_to_it(stream: Any) -> None:
    message = assembled(stream).message
    back = sent((HI, message), dialled(stream.quirks))[1]
    names: Mapping[str, Any] = stream.head.get("quirks", {})
    wanted = names.get("reasoning_back")
    carried = [item for item, _ in stream.meant["carried"]]

    if wanted in {"reasoning_content", "reasoning"}:
        assert back[wanted] == message.reasoning
    if wanted == "reasoning_details":
        assert back[wanted] == carried[0][wanted]
    if wanted == "content":
        assert back["content"] == [*carried, {"type": "text", "text": message.text}]
    if wanted == "extra_content":
        assert back["tool_calls"][0][wanted] == carried[0][wanted]


@pytest.mark.parametrize("given", ["call_0", "chatcmpl-tool-1", "", "空", "D681PevKs"])
def test_an_id_of_nine_is_the_same_for_a_call_and_its_result(given: str) -> None:
    call = AssistantMessage(tool_calls=(ToolCall(id=given, name="shop__look", arguments_json="{}"),))
    written = sent((HI, call, ToolMessage(call_id=given, text="red")), dialled(Quirks(call_id="nine")))
    named = written[1]["tool_calls"][0]["id"]

    assert named == written[2]["tool_call_id"]
    assert (named == given) == (given == "D681PevKs")
    assert (len(named), named.isascii(), named.isalnum()) == (9, True, True)


@given(st.lists(st.text(max_size=20), min_size=2, max_size=20, unique=True))
def test_ids_of_nine_stay_apart(ids: list[str]) -> None:
    calls = tuple(ToolCall(id=one, name="a", arguments_json="{}") for one in ids)
    written = sent((HI, AssistantMessage(tool_calls=calls)), dialled(Quirks(call_id="nine")))

    assert len({call["id"] for call in written[1]["tool_calls"]}) == len(ids)


def asked_for(asked: Dialled, **ask: Any) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(
        Chat().draft(asked).body((HI,), Ask(output_tokens=100, seconds=5, **ask))
    )
    return body


def test_a_limit_has_the_name_that_the_endpoint_gives_it() -> None:
    assert asked_for(dialled(Quirks()))["max_tokens"] == 100
    renamed = asked_for(dialled(Quirks(limit_field="max_completion_tokens")))
    assert (renamed["max_completion_tokens"], renamed.get("max_tokens")) == (100, None)


@pytest.mark.parametrize(("thinking", "limit"), [("2048", 2148), ("on", 100), ("high", 100), (None, 100)])
def test_a_budget_goes_on_top_of_the_limit_where_the_limit_covers_it(thinking: str, limit: int) -> None:
    assert asked_for(dialled(Quirks(), thinking=thinking))["max_tokens"] == limit
    assert asked_for(dialled(Quirks(limit_covers_thinking=False), thinking=thinking))["max_tokens"] == 100


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_limit_of_ones_own_counts_where_it_is_the_smaller(name: str) -> None:
    for own, limit in ((50, 50), (500, 100)):
        asked = dataclasses.replace(dialled(Quirks()), sampling={name: own})
        assert asked_for(asked)["max_tokens"] == limit


def test_usage_is_asked_for_where_a_stream_wants_to_be_asked() -> None:
    assert asked_for(dialled(Quirks()))["stream_options"] == {"include_usage": True}
    assert "stream_options" not in asked_for(dialled(Quirks(asks_for_usage=False)))


def test_a_call_is_forced_by_the_word_of_the_endpoint() -> None:
    asked = dataclasses.replace(dialled(Quirks(forces_by="any")), tools=b"[{}]")

    assert asked_for(asked, tool_choice="required")["tool_choice"] == "any"
    assert "tool_choice" not in asked_for(asked)


def test_requests_with_one_beginning_go_to_one_server() -> None:
    shared = Shared(messages=1, key="k1")

    assert asked_for(dialled(Quirks(cache_key="prompt_cache_key")), shared=shared)["prompt_cache_key"] == "k1"
    assert "prompt_cache_key" not in asked_for(dialled(Quirks(cache_key="prompt_cache_key")))


def test_thinking_and_what_a_row_adds_are_fields_of_the_request() -> None:
    body = asked_for(dialled(Quirks(adds={"store": False}), request={"enable_thinking": True}))

    assert (body["store"], body["enable_thinking"]) == (False, True)
