"""The Responses client against a server that others wrote: SmolLM2 on vLLM for CPU.

No test here asserts what the model says. What is demanded is that streamed and whole replies are read to the
end, that forced calls are whole, that a conversation with calls, results and thinking is taken back, and
that the usage is what the server counted.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import anyio.to_thread
import pytest

from harness.clients.client import Ask, ContextTooLong, Rejected, Reply, Shared
from harness.clients.http_model import HttpModel
from harness.clients.responses import Responses
from harness.registry.provider import Concession, Quirks, load_providers
from harness.runs.record import ModelVariant
from scenarios.exam import AnswerKey, Exam, ToolSpec
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import (
    AssistantMessage,
    Carried,
    Message,
    ToolCall,
    ToolMessage,
    UserMessage,
    parse_arguments,
)
from tests.e2e.served import MODEL, counters

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]

QUIRKS = load_providers().providers["vllm"].wires["responses"].quirks
NOT_STREAMED = (Concession(says=("x",), gives_up="stream", why="asked whole"),)
LOOK_UP = ToolSpec(
    name="shop__get_order",
    description="Look up an order by its number",
    input_schema={
        "type": "object",
        "properties": {"order": {"type": "integer"}},
        "required": ["order"],
        "additionalProperties": False,
    },
)
ASKED: list[Message] = [UserMessage(text="Where is my order 1017?")]
Counts = tuple[int, int]


def exam(*tools: ToolSpec) -> Exam:
    scenario = Scenario(
        suite="s", id="x", title="t", system="Be brief.", segments=(Segment(id="a", user=("hi",)),)
    )
    return Exam(scenario=scenario, key=AnswerKey(tools=tools), digest=f"{len(tools)} tools")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where one server is asked."""

    http: aiohttp.ClientSession
    base_url: str

    def model(self, conceded: Sequence[Concession] = (), **sampling: Any) -> HttpModel:
        return HttpModel(
            variant=ModelVariant(
                label="m",
                wire="responses",
                model=MODEL,
                sampling={"temperature": 0, **sampling},
            ),
            http=self.http,
            url=f"{self.base_url}/responses",
            wire=Responses(),
            quirks=QUIRKS,
            clock=time.perf_counter,
            now=lambda: "",
            conceded=tuple(conceded),
        )

    async def ask(
        self, talk: Sequence[Message], *tools: ToolSpec, model: HttpModel | None = None, **how: Any
    ) -> Reply:
        """A reply whose usage is what the server counted in the meantime."""
        before = await self.counted()
        ask = Ask(**{"output_tokens": 48, "seconds": 60, **how})
        found = await (model or self.model()).converse(exam(*tools), 0).reply(talk, ask)
        after = await self.counted()
        usage = found.exchange.usage
        assert (usage.input, usage.output) == (after[0] - before[0], after[1] - before[1])
        assert usage.doubt is None
        assert found.exchange.served_model == MODEL
        assert (found.exchange.ttft_ms is None) == (model is not None and bool(model.conceded))
        return found

    async def counted(self) -> Counts:
        """Prompt and output tokens of all requests so far, as the server counts."""
        found = await anyio.to_thread.run_sync(counters, self.base_url)
        return int(found["prompt_tokens"]), int(found["generation_tokens"])


async def test_a_real_server_is_understood_and_understands(smollm2: str) -> None:
    async with aiohttp.ClientSession() as http:
        desk = Desk(http=http, base_url=smollm2)
        await check_streamed_and_whole(desk)
        await check_calls(desk)
        await check_a_tool_loop(desk)
        await check_thinking_that_goes_back(desk)
        await check_fields(desk)
        await check_refusals(desk)


async def check_streamed_and_whole(desk: Desk) -> None:
    streamed = await desk.ask(ASKED)
    whole = await desk.ask(ASKED, model=desk.model(NOT_STREAMED))
    assert streamed.message.text
    assert (streamed.message, streamed.exchange.finish) == (whole.message, whole.exchange.finish)
    cut = await desk.ask(ASKED, output_tokens=4)
    assert (cut.cut_short, cut.exchange.finish, cut.exchange.usage.output) == (True, "max_output_tokens", 4)
    assert (await desk.ask(ASKED, model=desk.model(NOT_STREAMED), output_tokens=4)).cut_short


async def check_calls(desk: Desk) -> None:
    for model in (desk.model(), desk.model(NOT_STREAMED)):
        found = await desk.ask(ASKED, LOOK_UP, model=model, tool_choice="required", output_tokens=64)
        (call,) = found.message.tool_calls
        assert (call.name, parse_arguments(call.arguments_json)) == ("shop__get_order", {"order": 1017})
        assert (call.id, found.exchange.finish) != ("call_0", "max_output_tokens")
    free = await desk.ask(ASKED, LOOK_UP)
    assert free.message.text or free.message.tool_calls


async def check_a_tool_loop(desk: Desk) -> None:
    """The whole conversation goes back, with calls that the model got wrong."""
    wrong = ToolCall(id="w", name="shop.get order", arguments_json='{"order": ')
    talk: list[Message] = [
        *ASKED,
        AssistantMessage(text="I look.", tool_calls=(wrong,)),
        ToolMessage(call_id="w", text="no such tool"),
    ]
    for _ in range(2):
        found = await desk.ask(talk, LOOK_UP, tool_choice="required", output_tokens=64)
        (call,) = found.message.tool_calls
        talk += [found.message, ToolMessage(call_id=call.id, text=json.dumps({"status": "已发货"}))]
    last = await desk.ask(talk, LOOK_UP)
    talk += [last.message, AssistantMessage(text=""), UserMessage(text="Thanks. And order 2048?")]
    assert (await desk.ask(talk, LOOK_UP)).exchange.usage.cached


async def check_thinking_that_goes_back(desk: Desk) -> None:
    """As vLLM writes it for models that think; this one's template takes it and leaves it out."""
    thought = [{"type": "reasoning_text", "text": "hm"}]
    item: Any = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [],
        "content": thought,
        "encrypted_content": None,
    }
    call = ToolCall(id="1", name="shop__get_order", arguments_json='{"order": 1017}')
    said = AssistantMessage(tool_calls=(call,), carried=(Carried(item=item),))
    await desk.ask([*ASKED, said, ToolMessage(call_id="1", text="shipped")], LOOK_UP)
    sealed = said.model_copy(update={"carried": (Carried(item={**item, "encrypted_content": "gAAA"}),)})
    with pytest.raises(Rejected, match="Encrypted content is not supported"):
        await desk.ask([*ASKED, sealed, ToolMessage(call_id="1", text="shipped")], LOOK_UP)


async def check_fields(desk: Desk) -> None:
    """What the format has no field for at OpenAI, and what only OpenAI has."""
    sampling: dict[str, Any] = {
        "seed": 3,
        "top_k": 5,
        "min_p": 0.1,
        "repetition_penalty": 1.1,
        "stop": ["zzz"],
    }
    asked = desk.model(**sampling)
    extra = {"store": False, "include": ["reasoning.encrypted_content"]}
    asked.quirks = Quirks(**{**QUIRKS.model_dump(), "adds": extra, "cache_key": "prompt_cache_key"})
    assert (await desk.ask(ASKED, model=asked, shared=Shared(messages=1, key="k"))).message.text


async def check_refusals(desk: Desk) -> None:
    for model in (desk.model(), desk.model(NOT_STREAMED)):
        with pytest.raises(ContextTooLong):
            await desk.ask([UserMessage(text="word " * 9000)], model=model)
