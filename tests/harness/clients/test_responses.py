"""What the Responses client sends, to a server that lives in this file."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from pydantic import JsonValue

from harness.clients.client import Ask, Reply, Shared
from harness.clients.responses import Responses
from harness.clients.wire import Dialled
from harness.clients.wires import PATHS, WIRES
from harness.registry.provider import Concession, Quirks
from harness.runs.record import ModelVariant
from scenarios.exam import ToolSpec
from scenarios.transcript import AssistantMessage, Carried, Message, ToolCall, ToolMessage, UserMessage
from tests.harness.clients.endpoint import ASK, EXAM, model

pytestmark = pytest.mark.anyio

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
TOOL = ToolSpec(name="shop__look", description="Look.", input_schema={"type": "object"})
ANSWER = {"status": "completed", "output": [{"type": "message", "content": "x"}]}
SEALED: dict[str, JsonValue] = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"}
BACK = Quirks(reasoning_back="items")


def asked(quirks: Quirks | None = None, **dialled: Any) -> Dialled:
    given: dict[str, Any] = {
        "variant": ModelVariant(label="m", wire="responses", model="m-1"),
        "sampling": {},
        "system": "Be brief.",
        "tools": Responses().tools([TOOL]),
    }
    return Dialled(quirks=quirks or Quirks(), **given | dialled)


def body(messages: list[Message], dialled: Dialled | None = None, ask: Ask = ASK) -> dict[str, Any]:
    written: dict[str, Any] = json.loads(Responses().draft(dialled or asked()).body(messages, ask))
    return written


def looked(call_id: str = "1", arguments: str = "{}", **fields: Any) -> AssistantMessage:
    call = ToolCall(id=call_id, name="shop__look", arguments_json=arguments)
    return AssistantMessage(tool_calls=(call,), **fields)


def test_the_wire_has_its_name_and_its_path() -> None:
    assert isinstance(WIRES["responses"], Responses)
    assert PATHS["responses"] == "/responses"


def test_a_conversation_is_a_list_of_items() -> None:
    said = looked(text="I look.").model_copy(update={"reasoning": "not to be sent"})
    talk: list[Message] = [UserMessage(text="hi"), said, ToolMessage(call_id="1", text="空")]
    assert body(talk) == {
        "model": "m-1",
        "max_output_tokens": 100,
        "stream": True,
        "instructions": "Be brief.",
        "input": [
            {"role": "user", "content": "hi"},
            {"role": "assistant", "content": "I look."},
            {"type": "function_call", "call_id": "1", "name": "shop__look", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "1", "output": "空"},
        ],
        "tools": [
            {
                "type": "function",
                "name": "shop__look",
                "description": "Look.",
                "parameters": {"type": "object"},
                "strict": False,
            }
        ],
    }


def test_the_system_prompt_is_the_first_message_where_instructions_are_passed_over() -> None:
    written = body([UserMessage(text="hi")], asked(Quirks(instructions=False)))
    assert "instructions" not in written
    assert written["input"][0] == {"role": "system", "content": "Be brief."}
    assert "instructions" not in body([UserMessage(text="hi")], asked(system=""))


def test_what_a_model_got_wrong_is_handed_back_as_servers_take_it() -> None:
    call = ToolCall(id="1", name="a.b" * 40, arguments_json='{"day": ')
    _, item = body([UserMessage(text="hi"), AssistantMessage(tool_calls=(call,))])["input"]
    assert item["name"] == ("a_b" * 40)[:64]
    assert json.loads(item["arguments"]) == {"unreadable": '{"day": '}


def test_sampling_thinking_and_what_quirks_add_are_sent() -> None:
    quirks = Quirks(adds={"store": False, "include": ["reasoning.encrypted_content"]})
    variant = ModelVariant(
        label="m", wire="responses", model="m-1", request={"reasoning": {"effort": "low", "summary": "auto"}}
    )
    sent = body([UserMessage(text="hi")], asked(quirks, variant=variant, sampling={"temperature": 0.5}))
    assert (sent["store"], sent["include"]) == (False, ["reasoning.encrypted_content"])
    assert (sent["temperature"], sent["reasoning"]) == (0.5, {"effort": "low", "summary": "auto"})


@pytest.mark.parametrize(
    ("sampling", "sent"),
    [({"max_tokens": 50}, 50), ({"max_output_tokens": 60}, 60), ({"max_tokens": 5000}, 100), ({}, 100)],
)
def test_the_lowest_output_limit_holds(sampling: dict[str, Any], sent: int) -> None:
    written = body([UserMessage(text="hi")], asked(sampling=sampling))
    assert written["max_output_tokens"] == sent
    assert "max_tokens" not in written


def test_the_output_limit_leaves_room_for_the_budget_of_thinking() -> None:
    variant = ModelVariant(label="m", wire="responses", model="m-1", thinking="1024")
    quirks = Quirks(limit_field="max_tokens")
    assert body([UserMessage(text="hi")], asked(quirks, variant=variant))["max_tokens"] == 1124


def test_a_call_is_forced_in_the_endpoints_own_word_and_only_with_tools() -> None:
    forced = Ask(output_tokens=100, seconds=5, tool_choice="required")
    talk: list[Message] = [UserMessage(text="hi")]
    assert body(talk, ask=forced)["tool_choice"] == "required"
    assert body(talk, asked(Quirks(forces_by="any")), forced)["tool_choice"] == "any"
    bare = body(talk, asked(tools=b""), forced)
    assert "tool_choice" not in bare
    assert "tools" not in bare


def test_a_shared_beginning_is_named_where_the_endpoint_wants_it() -> None:
    shared = Ask(output_tokens=100, seconds=5, shared=Shared(messages=1, key="k1"))
    talk: list[Message] = [UserMessage(text="hi")]
    assert body(talk, asked(Quirks(cache_key="prompt_cache_key")), shared)["prompt_cache_key"] == "k1"
    assert "prompt_cache_key" not in body(talk, ask=shared)


def test_what_was_conceded_is_left_out() -> None:
    without = (
        Concession(says=("x",), gives_up="field", field="reasoning.summary", why="w"),
        Concession(says=("y",), gives_up="stream", why="w"),
    )
    variant = ModelVariant(
        label="m", wire="responses", model="m-1", request={"reasoning": {"effort": "low", "summary": "auto"}}
    )
    sent = body([UserMessage(text="hi")], asked(variant=variant, conceded=without))
    assert (sent["reasoning"], sent["stream"]) == ({"effort": "low"}, False)


def thoughtful() -> list[Message]:
    first, second = (SEALED | {"id": f"rs_{n}"} for n in (1, 2))
    return [
        UserMessage(text="hi"),
        looked("1", text="I look.", carried=(Carried(item=first, place=1),)),
        ToolMessage(call_id="1", text="a"),
        AssistantMessage(text="done", carried=(Carried(item=second, place=0),)),
    ]


def kinds(written: dict[str, Any]) -> list[str]:
    return [item.get("id") or item.get("type") or item["role"] for item in written["input"]]


def test_thinking_goes_back_before_what_it_led_to_as_it_came() -> None:
    written = body(thoughtful(), asked(BACK))
    assert kinds(written) == [
        *("user", "assistant", "rs_1", "function_call", "function_call_output", "rs_2", "assistant")
    ]
    assert written["input"][2] == SEALED


def test_thinking_stays_here_where_nobody_wants_it() -> None:
    plain = ["user", "assistant", "function_call", "function_call_output", "assistant"]
    assert kinds(body(thoughtful())) == plain
    withheld = (Concession(says=("x",), gives_up="withhold_reasoning", why="w"),)
    assert kinds(body(thoughtful(), asked(BACK, conceded=withheld))) == plain


def test_thinking_of_earlier_turns_goes_back_only_where_all_of_it_is_wanted() -> None:
    talk = [*thoughtful(), UserMessage(text="and?")]
    assert "rs_1" not in kinds(body(talk, asked(BACK)))
    always = Quirks(reasoning_back="items", reasoning_back_for="always")
    assert "rs_1" in kinds(body(talk, asked(always)))


@pytest.mark.parametrize("for_", ["turn", "always"])
def test_a_draft_that_grew_is_the_same_as_one_that_was_written_at_once(for_: Any) -> None:
    dialled = asked(Quirks(reasoning_back="items", reasoning_back_for=for_))
    talk = [*thoughtful(), UserMessage(text="and?"), *thoughtful()[1:]]
    draft = Responses().draft(dialled)
    for length in (1, 3, 4, 5):
        draft.body(talk[:length], ASK)
    assert json.loads(draft.body(talk, ASK)) == body(talk, dialled)


def test_thinking_that_led_to_nothing_is_not_handed_back() -> None:
    """A server answers HTTP 400 to thinking that no item follows."""
    cut = AssistantMessage(carried=(Carried(item=SEALED, place=0),))
    trailing = AssistantMessage(text="so", carried=(Carried(item=SEALED, place=1),))
    assert body([UserMessage(text="hi"), cut, UserMessage(text="and?"), trailing], asked(BACK))["input"] == [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": "and?"},
        {"role": "assistant", "content": "so"},
    ]


def test_a_message_keeps_the_part_that_it_played() -> None:
    phase = Carried(item={"type": "message", "phase": "commentary"})
    _, said, _ = body([UserMessage(text="hi"), looked(text="I look.", carried=(phase,))])["input"]
    assert said == {"role": "assistant", "content": "I look.", "phase": "commentary"}


def test_what_another_wire_format_left_behind_is_not_sent() -> None:
    strange = (Carried(item="x"), Carried(item={"type": "thinking", "signature": "s"}), Carried(item=None))
    assert kinds(body([UserMessage(text="hi"), looked(carried=strange)], asked(BACK))) == [
        "user",
        "function_call",
    ]


async def test_the_next_request_repeats_the_first_one_byte_for_byte() -> None:
    bodies: list[bytes] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.read())
        return web.json_response(ANSWER)

    talk: list[Message] = [UserMessage(text="hi"), looked(), ToolMessage(call_id="1", text="空")]
    async with model(answer, wire="responses", temperature=0.0) as asked_model:
        conversation = asked_model.converse(EXAM, 2)
        await conversation.reply(talk[:1], ASK)
        await conversation.reply(talk, ASK)

    items = b'"input":[{"role":"user","content":"hi"}'
    assert items in bodies[0]
    assert bodies[1].startswith(bodies[0][: bodies[0].index(items) + len(items)])
    assert [json.loads(one)["tools"][0]["name"] for one in bodies] == ["shop__look"] * 2


async def test_an_organisation_that_may_not_stream_is_read_whole_and_the_report_says_so() -> None:
    """OpenAI's refusal to organisations that are not verified, as its issue threads quote it."""
    says = "Your organization must be verified to stream this model."

    async def answer(request: web.Request) -> web.StreamResponse:
        if (await request.json())["stream"]:
            return web.json_response({"error": {"message": says, "param": "stream"}}, status=400)
        return web.json_response(ANSWER)

    refused = Concession(says=("verified", "stream"), gives_up="stream", why="no streaming")
    async with model(answer, wire="responses", quirks=Quirks(concessions=(refused,))) as asked_model:
        found: Reply = await asked_model.converse(EXAM, 0).reply([UserMessage(text="hi")], ASK)
    assert (found.message.text, found.exchange.ttft_ms) == ("x", None)
    assert found.exchange.conceded == ("no streaming",)
