"""The doctor says of an endpoint what is so, and what to do about it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from harness.doctor.examine import examine
from harness.doctor.finding import Finding
from harness.doctor.patient import Patient
from harness.environment import Environment
from harness.models.opened import Opening
from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from scenarios.thinking import Thinking
from tests.harness.known import KNOWN

pytestmark = pytest.mark.anyio

KEY = "sk-doctor-0123456789abcdef"


@dataclass(kw_only=True)
class Served:
    """An endpoint that does all that it should, but for what is switched off."""

    lists: tuple[str, ...] = ("m", "other")
    status: int = 200
    streams: bool = True
    calls_whole: bool = True
    calls_at_all: bool = True
    parallel: bool = True
    follows_schema: bool = True
    counts: bool = True
    tells_cache: bool = True
    thinks: bool = True
    adds_up: bool = True
    names_itself: bool = True
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)

    async def models(self, request: web.Request) -> web.Response:
        self.keys.append(request.headers.get("Authorization"))
        return web.json_response({"data": [{"id": name} for name in self.lists]}, status=self.status)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        again = body["messages"] in [one["messages"] for one in self.asked]
        self.asked.append(body)
        message = self._message(body)
        usage: dict[str, Any] = {"prompt_tokens": 4000, "completion_tokens": 9}
        usage["total_tokens"] = 4009 if self.adds_up else 5000
        if self.tells_cache:
            usage["prompt_tokens_details"] = {"cached_tokens": 3968 if again else 0}
        end = {"usage": usage} if self.counts else {}
        name = {"model": "m-2026"} if self.names_itself else {}
        if not (body["stream"] and self.streams):
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            return web.json_response({**name, "choices": [choice], **end})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        choice = {"index": 0, "delta": message, "finish_reason": "stop"}
        chunk = json.dumps({**name, "choices": [choice], **end})
        await response.write(f"data: {chunk}\n\ndata: [DONE]\n\n".encode())
        return response

    def _message(self, body: dict[str, Any]) -> dict[str, Any]:
        text = body["messages"][-1]["content"]
        if "tools" in body and self.calls_at_all and (body["stream"] or self.calls_whole):
            cities = ["Paris", "Rome"] if "Rome" in text and self.parallel else ["Paris"]
            return {"role": "assistant", "tool_calls": [_call(n, city) for n, city in enumerate(cities)]}
        if "response_format" in body and self.follows_schema:
            return {"role": "assistant", "content": '{"capital": "Paris"}'}
        asked_to_think = body.get("chat_template_kwargs", {}).get("enable_thinking", False)
        thought = {"reasoning_content": "Let me see."} if asked_to_think and self.thinks else {}
        return {"role": "assistant", "content": "Yes.", **thought}


def _call(index: int, city: str) -> dict[str, Any]:
    function = {"name": "weather__now", "arguments": json.dumps({"city": city})}
    return {"index": index, "id": f"c{index}", "type": "function", "function": function}


@asynccontextmanager
async def running(served: Served) -> AsyncIterator[str]:
    app = web.Application(client_max_size=2**24)
    app.router.add_get("/v1/models", served.models)
    app.router.add_post("/v1/chat/completions", served.answer)
    async with TestServer(app) as server:
        yield str(server.make_url("/v1"))


async def findings(tmp_path: Path, served: Served, key: str = KEY) -> dict[str, Finding]:
    async with running(served) as url:
        name = f"chat:m@{url}"
        opening = Opening(
            environment=Environment(home=tmp_path, keys={"LONGSPAN_API_KEY": key}, variables={}),
            known=KNOWN,
            logs=tmp_path,
            concurrency=1,
            seed=0,
            now=lambda: "2026-03-14T10:00:00+00:00",
        )
        settings = Wanted(thinking=(Thinking.parse("off"), Thinking.parse("on")))
        patient = Patient(
            variant=find_variants(name, Wanted(), KNOWN)[0],
            opening=opening,
            thinking=find_variants(name, settings, KNOWN),
        )
        return {finding.check: finding async for finding in examine(patient)}


async def test_a_good_endpoint_is_good_in_everything(tmp_path: Path) -> None:
    found = await findings(tmp_path, Served())

    assert {check: one.state for check, one in found.items() if one.state != "good"} == {}
    assert all(not one.remedy for one in found.values())
    assert set(found) == {
        *("key", "reachable", "model listed", "asking", "streaming", "usage", "fingerprint"),
        *("tool call, streamed and whole", "parallel calls", "cached tokens", "JSON schema"),
        *("thinking off", "thinking on"),
    }


@pytest.mark.parametrize(
    ("flaw", "check", "state", "remedy"),
    [
        ({"lists": ("other",)}, "model listed", "poor", "write an id of the list"),
        ({"streams": False}, "streaming", "poor", "TTFT and TPOT stay unknown"),
        ({"calls_whole": False}, "tool call, streamed and whole", "bad", "--tool-call-parser"),
        ({"calls_at_all": False}, "tool call, streamed and whole", "poor", "--enable-auto-tool-choice"),
        ({"parallel": False}, "parallel calls", "poor", "take more requests"),
        ({"follows_schema": False}, "JSON schema", "poor", "structured answers"),
        ({"counts": False}, "usage", "poor", "costs stay unknown"),
        ({"adds_up": False}, "usage", "poor", "no price is made"),
        ({"tells_cache": False}, "cached tokens", "poor", "--enable-prompt-tokens-details"),
        ({"thinks": False}, "thinking on", "poor", "--reasoning-parser"),
        ({"names_itself": False}, "fingerprint", "poor", "silent change"),
    ],
)
async def test_each_flaw_is_found_with_its_remedy(
    tmp_path: Path, flaw: dict[str, Any], check: str, state: str, remedy: str
) -> None:
    found = await findings(tmp_path, Served(**flaw))

    assert found[check].state == state
    assert remedy in found[check].remedy


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_ends_the_examination(tmp_path: Path, status: int) -> None:
    served = Served(status=status)
    found = await findings(tmp_path, served)

    assert found["reachable"].state == "bad"
    assert "set LONGSPAN_API_KEY" in found["reachable"].remedy
    assert (set(found), served.asked) == ({"key", "reachable"}, [])


async def test_the_key_is_sent_and_shown_to_nobody(tmp_path: Path) -> None:
    served = Served()
    found = await findings(tmp_path, served)

    assert served.keys[0] == f"Bearer {KEY}"
    assert all(KEY not in one.model_dump_json() for one in found.values())
    assert found["key"].said.endswith("…cdef")
