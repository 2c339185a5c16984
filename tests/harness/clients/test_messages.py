"""The Messages client: what it writes, and against a server that lives beside this file."""

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from harness.clients.client import Ask, ContextTooLong, Overloaded, Shared
from harness.clients.messages import Messages
from harness.clients.wire import Dialled
from harness.registry.provider import Concession, Quirks
from harness.runs.record import ModelVariant
from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage, Carried, Message, ToolCall, ToolMessage, UserMessage
from tests.harness.clients.endpoint import ASK, EXAM, KEY, plain
from tests.harness.clients.messages_endpoint import asking, kept, serving, streamed

pytestmark = pytest.mark.anyio

TOOLS = (
    ToolSpec(name="shop__look", description="Look.", input_schema={"type": "object", "properties": {}}),
    ToolSpec(name="shop__list"),
)
MARK = {"type": "ephemeral"}
THOUGHT: dict[str, JsonValue] = {"type": "thinking", "thinking": "hm", "signature": "s=="}


def look(call_id: str = "a", arguments: str = "{}", name: str = "shop__look") -> ToolCall:
    return ToolCall(id=call_id, name=name, arguments_json=arguments)


def written(
    *talks: Sequence[Message],
    ask: Ask = ASK,
    quirks: Quirks | None = None,
    system: str = "Be brief.",
    tools: Sequence[ToolSpec] = TOOLS,
    conceded: tuple[Concession, ...] = (),
    **variant: Any,
) -> list[Any]:
    """The requests of one conversation, as it goes on."""
    dialled = Dialled(
        variant=ModelVariant(label="m", wire="messages", model="m-1", **variant),
        quirks=quirks or Quirks(),
        sampling=variant.get("sampling", {}),
        system=system,
        tools=Messages().tools(tools) if tools else b"",
        conceded=conceded,
    )
    draft = Messages().draft(dialled)
    return [json.loads(draft.body(messages, ask)) for messages in talks]


def said(message: AssistantMessage, quirks: Quirks | None = None) -> list[Any]:
    """The blocks of one message of the model's, within a loop of calls."""
    results = [ToolMessage(call_id=call.id, text="x") for call in message.tool_calls]
    (body,) = written([UserMessage(text="hi"), message, *results], quirks=quirks)
    assert [one["role"] for one in body["messages"]] == ["user", "assistant", "user"]
    content: list[Any] = body["messages"][1]["content"]
    return content


def marks(body: Any) -> list[str]:
    """The texts, results or tools that carry a mark."""
    content = [block for message in body["messages"] for block in message["content"]]
    system = body.get("system", [])
    blocks = [*body.get("tools", []), *(system if isinstance(system, list) else []), *content]
    return [
        block.get("text") or block.get("content") or block.get("name")
        for block in blocks
        if block.get("cache_control") == MARK
    ]


def test_a_request_has_tools_and_system_apart_from_the_messages() -> None:
    (body,) = written([UserMessage(text="空")], sampling={"temperature": 0.5})

    assert body == {
        "temperature": 0.5,
        "model": "m-1",
        "max_tokens": 100,
        "stream": True,
        "system": "Be brief.",
        "tools": [
            {
                "name": "shop__look",
                "description": "Look.",
                "input_schema": {"type": "object", "properties": {}},
            },
            {"name": "shop__list", "input_schema": {"type": "object"}},
        ],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "空"}]}],
    }


def test_what_there_is_nothing_of_is_left_out() -> None:
    (body,) = written([UserMessage(text="hi")], system="", tools=())

    assert body.keys() == {"model", "max_tokens", "stream", "messages"}


def test_results_of_parallel_calls_and_what_the_user_says_next_are_one_message() -> None:
    talk: list[Message] = [
        UserMessage(text="hi"),
        AssistantMessage(text="Both.", tool_calls=(look("a"), look("b"))),
        ToolMessage(call_id="a", text="red"),
        ToolMessage(call_id="b", text=""),
        UserMessage(text="Go on."),
    ]
    (body,) = written(talk)

    assert body["messages"][1]["content"] == [
        {"type": "text", "text": "Both."},
        {"type": "tool_use", "id": "a", "name": "shop__look", "input": {}},
        {"type": "tool_use", "id": "b", "name": "shop__look", "input": {}},
    ]
    assert body["messages"][2] == {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "a", "content": "red"},
            {"type": "tool_result", "tool_use_id": "b"},
            {"type": "text", "text": "Go on."},
        ],
    }


def test_the_next_request_repeats_the_first_one() -> None:
    talk: list[Message] = [
        UserMessage(text="hi"),
        AssistantMessage(tool_calls=(look(),)),
        ToolMessage(call_id="a", text="red"),
        AssistantMessage(text="Red."),
        UserMessage(text="And?"),
    ]
    first, second, third = written(talk[:1], talk[:3], talk)

    assert second["messages"][:1] == first["messages"]
    assert third["messages"][:3] == second["messages"]


@pytest.mark.parametrize("blank", ["", " \n\t"])
def test_a_blank_text_is_never_written(blank: str) -> None:
    (body,) = written([UserMessage(text="hi"), AssistantMessage(text=blank), UserMessage(text="Well?")])

    texts = [{"type": "text", "text": "hi"}, {"type": "text", "text": "Well?"}]
    assert body["messages"] == [{"role": "user", "content": texts}]
    (block,) = said(AssistantMessage(text=blank, tool_calls=(look(),)))
    assert block["type"] == "tool_use"


@pytest.mark.parametrize("text", ['{"a": ', "[]", "5", '{"a": NaN}'])
def test_arguments_that_are_no_object_are_handed_back_as_they_were_said(text: str) -> None:
    (block,) = said(AssistantMessage(tool_calls=(look(arguments=text),)))

    assert block["input"] == {"unreadable": text}


def test_names_and_ids_are_in_letters_that_servers_take() -> None:
    talk: list[Message] = [
        UserMessage(text="hi"),
        AssistantMessage(tool_calls=(look("call.1/é", name="shop.look up"), look("call_0"))),
        ToolMessage(call_id="call.1/é", text="one"),
        ToolMessage(call_id="call_0", text="two"),
    ]
    (body,) = written(talk)
    (first, second), results = body["messages"][1]["content"], body["messages"][2]["content"]

    assert (first["name"], first["id"], second["id"]) == ("shop_look_up", "call_1__", "call_0")
    assert [block["tool_use_id"] for block in results] == ["call_1__", "call_0"]


def test_an_id_that_comes_again_is_made_another_and_its_result_with_it() -> None:
    talk: list[Message] = [UserMessage(text="hi")]
    for text in ("one", "two"):
        talk += [AssistantMessage(tool_calls=(look("call_0"),)), ToolMessage(call_id="call_0", text=text)]
    (body,) = written(talk)
    blocks = [block for message in body["messages"][1:] for block in message["content"]]

    assert [block.get("id") or block["tool_use_id"] for block in blocks] == [
        *("call_0", "call_0", "call_0-2", "call_0-2")
    ]


BACK = Quirks(reasoning_back="content")
THINKER = AssistantMessage(
    text="So.",
    reasoning="hm",
    tool_calls=(look("a"), look("b")),
    carried=(Carried(item=THOUGHT), Carried(item={"type": "redacted_thinking", "data": "x"}, place=2)),
)


def test_thinking_is_handed_back_unchanged_at_its_place() -> None:
    content = said(THINKER, BACK)

    assert [block["type"] for block in content] == [
        *("thinking", "text", "tool_use", "redacted_thinking", "tool_use")
    ]
    assert content[0] == THOUGHT


def test_thinking_is_not_handed_back_where_nobody_wants_it() -> None:
    assert [block["type"] for block in said(THINKER)] == ["text", "tool_use", "tool_use"]


def test_what_the_endpoint_said_of_thinking_is_heeded() -> None:
    back = Concession(says=("x",), gives_up="return_reasoning", why="y")
    results = [ToolMessage(call_id=one, text="x") for one in "ab"]
    (body,) = written([UserMessage(text="hi"), THINKER, *results], conceded=(back,))

    assert body["messages"][1]["content"][0] == THOUGHT


@pytest.mark.parametrize(("always", "thoughts"), [(False, 0), (True, 2)])
def test_thinking_of_turns_that_are_over_is_handed_back_where_that_is_wanted(
    always: bool,  # a row's question
    thoughts: int,
) -> None:
    quirks = BACK.model_copy(update={"reasoning_back_for": "always" if always else "turn"})
    results = [ToolMessage(call_id=one, text="x") for one in "ab"]
    after = (AssistantMessage(text="So."), UserMessage(text="And?"))
    talk: list[Message] = [UserMessage(text="hi"), THINKER, *results, *after]
    (body,) = written(talk, quirks=quirks)

    assert sum("thinking" in block["type"] for block in body["messages"][1]["content"]) == thoughts


def test_thinking_that_nothing_followed_is_not_handed_back() -> None:
    only = AssistantMessage(text=" ", reasoning="hm", carried=(Carried(item=THOUGHT),))
    (body,) = written([UserMessage(text="hi"), only, UserMessage(text="Well?")], quirks=BACK)

    assert [message["role"] for message in body["messages"]] == ["user"]


def test_a_call_can_be_forced() -> None:
    forced = Ask(output_tokens=100, seconds=5, tool_choice="required")
    (body,), (bare,) = (written([UserMessage(text="hi")], ask=forced, tools=tools) for tools in (TOOLS, ()))

    assert body["tool_choice"] == {"type": "any"}
    assert "tool_choice" not in bare


@pytest.mark.parametrize(("adds", "limit"), [(False, 100), (True, 100 + 4096)])
def test_a_budget_of_thinking_goes_on_top_of_the_limit_where_the_limit_covers_it(
    adds: bool,  # a row's question
    limit: int,
) -> None:
    thinking = {"type": "enabled", "budget_tokens": 4096}
    (body,) = written(
        [UserMessage(text="hi")],
        quirks=Quirks(limit_adds_budget=adds),
        thinking="4096",
        request={"thinking": thinking},
    )

    assert (body["max_tokens"], body["thinking"]) == (limit, thinking)


def test_an_output_limit_of_the_sampling_is_the_smaller_one() -> None:
    (body,) = written([UserMessage(text="hi")], sampling={"max_tokens": 7})

    assert body["max_tokens"] == 7


def test_an_endpoint_that_does_not_stream_is_not_asked_to() -> None:
    one = Concession(says=("x",), gives_up="stream", why="y")
    (body,) = written([UserMessage(text="hi")], conceded=(one,))

    assert body["stream"] is False


MARKS = Quirks(cache_marks=True)
LOOP: list[Message] = [
    UserMessage(text="hi"),
    AssistantMessage(text="Both.", tool_calls=(look("a"), look("b"))),
    ToolMessage(call_id="a", text="red"),
    ToolMessage(call_id="b", text="green"),
    AssistantMessage(tool_calls=(look("c"),)),
    ToolMessage(call_id="c", text="blue"),
]


def test_a_conversation_is_marked_where_it_ends_and_where_it_ended_last() -> None:
    bodies = written(LOOP[:1], LOOP[:4], LOOP, quirks=MARKS)

    assert [marks(body) for body in bodies] == [
        ["Be brief.", "hi"],
        ["Be brief.", "hi", "green"],
        ["Be brief.", "green", "blue"],
    ]


def test_without_a_system_prompt_the_tools_are_marked() -> None:
    (body,) = written(LOOP[:1], quirks=MARKS, system="")

    assert marks(body) == ["shop__list", "hi"]


def test_a_beginning_that_others_share_is_marked_where_it_ends() -> None:
    document: list[Message] = [UserMessage(text="paper"), AssistantMessage(text="OK"), UserMessage(text="?")]
    ask = Ask(output_tokens=100, seconds=5, shared=Shared(messages=2, key="k"))
    later = [*document, AssistantMessage(text="4"), UserMessage(text="Sure?")]
    bodies = written(document, later, ask=ask, quirks=MARKS)

    assert [marks(body) for body in bodies] == [["Be brief.", "OK"], ["Be brief.", "OK", "?", "Sure?"]]


def test_nothing_is_marked_where_marks_are_not_wanted() -> None:
    assert marks(written(LOOP)[0]) == []


TURNS = st.lists(st.sampled_from(("answer", "blank", "calls")), max_size=6)


@given(TURNS, st.integers(0, 4), st.booleans())
def test_no_request_carries_more_than_four_marks_or_two_turns_of_one_side(
    turns: list[str],
    shared: int,
    with_system: bool,  # drawn
) -> None:
    talk: list[Message] = [UserMessage(text="hi")]
    for turn in turns:
        if turn == "calls":
            called = [look(str(n)) for n in range(3)]
            talk += [AssistantMessage(tool_calls=tuple(called))]
            talk += [ToolMessage(call_id=call.id, text="x") for call in called]
        else:
            talk += [AssistantMessage(text="4" if turn == "answer" else ""), UserMessage(text="And?")]
    of = Shared(messages=min(shared, len(talk)), key="k") if shared else None
    ask = Ask(output_tokens=100, seconds=5, shared=of)
    (body,) = written(talk, ask=ask, quirks=MARKS, system="Be brief." if with_system else "")
    roles = [message["role"] for message in body["messages"]]

    assert 1 <= len(marks(body)) <= 4
    assert roles[0] == "user"
    assert all(one != other for one, other in pairwise(roles))
    assert all(message["content"] for message in body["messages"])


async def test_a_conversation_goes_over_the_wire() -> None:
    seen: list[web.Request] = []
    bodies: list[Any] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request)
        bodies.append(await request.json())
        return await streamed(kept("call"))(request)

    quirks = Quirks(auth="x-api-key", headers={"anthropic-version": "2023-06-01"})
    async with serving(answer) as base, asking(base, quirks) as model:
        talk, messages = model.converse(EXAM, 0), [UserMessage(text="hi")]
        reply = await talk.reply(messages, ASK)
        (call,) = reply.message.tool_calls
        await talk.reply([*messages, reply.message, ToolMessage(call_id=call.id, text="green")], ASK)

    assert seen[0].headers["x-api-key"] == KEY
    assert seen[0].headers["anthropic-version"] == "2023-06-01"
    assert bodies[1]["messages"][-1]["content"][0]["tool_use_id"] == call.id
    assert reply.exchange.ttft_ms is not None


async def test_an_endpoint_that_refuses_to_stream_is_asked_again_without() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if (await request.json())["stream"]:
            return web.json_response({"error": {"message": "no streaming for you"}}, status=400)
        return await streamed(kept("whole"))(request)

    one = Concession(says=("no streaming",), gives_up="stream", why="it does not stream")
    async with serving(answer) as base, asking(base, Quirks(concessions=(one,))) as model:
        reply = await model.converse(EXAM, 0).reply([UserMessage(text="hi")], ASK)

    assert reply.message.text == "I look."
    assert (reply.exchange.ttft_ms, reply.exchange.conceded) == (None, ("it does not stream",))


@pytest.mark.parametrize(
    ("status", "told", "error"),
    [
        (529, {"type": "overloaded_error", "message": "Overloaded"}, Overloaded),
        (400, {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"}, ContextTooLong),
        (413, {"type": "request_too_large", "message": "input length should be less"}, ContextTooLong),
    ],
)
async def test_a_refusal_has_its_class(status: int, told: dict[str, str], error: type[Exception]) -> None:
    answer = plain(status, json.dumps({"type": "error", "error": told}))
    async with serving(answer) as base, asking(base) as model:
        with pytest.raises(error):
            await model.converse(EXAM, 0).reply([UserMessage(text="hi")], ASK)
