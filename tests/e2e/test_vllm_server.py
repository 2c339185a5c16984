"""SmolLM2 on vLLM for CPU, for real: installed where LONGSPAN_HOME says, served, questioned, stopped."""

import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from local_models.attach import attach
from local_models.catalog import find_model
from local_models.install import install
from local_models.server import Endpoint, serve
from local_models.spec import Place, spec_of
from scenarios.serving import Serving

pytestmark = [pytest.mark.anyio, pytest.mark.e2e]
HOME = Path(os.environ.get("LONGSPAN_HOME") or Path.home() / ".cache" / "longspan")


def function(name: str, description: str, **properties: Mapping[str, str]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
    return {
        "type": "function",
        "function": {"name": name, "description": description, "parameters": schema},
    }


TOOLS = [
    function("weather__today", "Today's weather in a city", city={"type": "string"}),
    function("shop__get_order", "Look up an order by its number", order={"type": "integer"}),
]


async def ask(http: aiohttp.ClientSession, endpoint: Endpoint, text: str, **more: Any) -> dict[str, Any]:
    body = {
        "model": endpoint.model,
        "messages": [{"role": "user", "content": text}],
        "temperature": 0,
        "max_tokens": 100,
    }
    async with http.post(f"{endpoint.base_url}/chat/completions", json=body | more) as reply:
        assert reply.status == 200, await reply.text()
        answer: dict[str, Any] = await reply.json()
        return answer


async def stream(http: aiohttp.ClientSession, endpoint: Endpoint, text: str) -> AsyncIterator[dict[str, Any]]:
    body = {
        "model": endpoint.model,
        "messages": [{"role": "user", "content": text}],
        "max_tokens": 20,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    async with http.post(f"{endpoint.base_url}/chat/completions", json=body) as reply:
        async for line in reply.content:
            if line.startswith(b"data: {"):
                yield json.loads(line[6:])


async def shown_to_the_model(http: aiohttp.ClientSession, endpoint: Endpoint, body: dict[str, Any]) -> str:
    """The prompt as text, after the chat template."""
    root = endpoint.base_url.removesuffix("/v1")
    async with http.post(f"{root}/tokenize", json={"model": endpoint.model, **body}) as reply:
        tokens = (await reply.json())["tokens"]
    async with http.post(f"{root}/detokenize", json={"model": endpoint.model, "tokens": tokens}) as reply:
        return str((await reply.json())["prompt"])


def processes_below_us() -> set[int]:
    """Every process that descends from this one."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text(encoding="utf-8", errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
    found: set[int] = set()
    frontier = {os.getpid()}
    while frontier:
        frontier = {pid for pid, parent in parents.items() if parent in frontier}
        found |= frontier
    return found


async def test_a_real_model_is_installed_served_questioned_and_stopped(tmp_path: Path) -> None:
    model = find_model("smollm2")
    said: list[str] = []
    ready = install(model, HOME, said.append, "cpu")
    assert said
    serving = Serving(tool_strict_level="parameter", concurrency=4)
    spec = spec_of(model, serving, Place(weights=str(ready.weights), cpu=True))
    before = processes_below_us()  # other tests of this process may have a server
    async with (
        serve(spec, ready, home=HOME, logs=tmp_path, environ=os.environ) as endpoint,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as http,
    ):
        assert endpoint.engine == "vllm 0.32.0"
        assert endpoint.max_model_len == 8192
        started = processes_below_us() - before
        assert len(started) >= 4  # the supervisor, the front end, the engine, its worker
        await check_forced_calls(http, endpoint)
        await check_usage(http, endpoint)
        await check_stream(http, endpoint)
        await check_template(http, endpoint)
        await check_attaching(http, endpoint)
        assert endpoint.ended() is None
    assert not started & processes_below_us()


async def check_attaching(http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    """Somebody else finds the model at its address, with all that its server tells."""
    warm_up: Any = endpoint.manifest["warm_up"]
    assert (warm_up["requests"], warm_up["tools"]) == (2, True)
    found, notes = await attach(find_model("smollm2"), endpoint.base_url, http)
    assert (found.model, found.engine, found.max_model_len) == ("smollm2", "vllm 0.32.0", 8192)
    assert (found.metrics, notes) == (endpoint.metrics, ())


async def check_forced_calls(http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    for text, arguments in (
        ("Where is my order 1017?", {"order": 1017}),
        ("请查一下订单 2048 的状态。", {"order": 2048}),
    ):
        reply = await ask(http, endpoint, text, tools=TOOLS, tool_choice="required")
        choice = reply["choices"][0]
        call = choice["message"]["tool_calls"][0]["function"]
        assert choice["finish_reason"] == "tool_calls"
        assert (call["name"], json.loads(call["arguments"])) == ("shop__get_order", arguments)
    cut = await ask(
        http, endpoint, "Where is my order 1017?", tools=TOOLS, tool_choice="required", max_tokens=8
    )
    assert cut["choices"][0]["finish_reason"] == "length"


async def check_usage(http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    long = "The harbour is closed on Sundays. " * 60
    cold, warm = [(await ask(http, endpoint, long))["usage"] for _ in range(2)]
    assert cold["prompt_tokens"] == warm["prompt_tokens"]
    assert cold["prompt_tokens_details"]["cached_tokens"] < 128
    assert warm["prompt_tokens_details"]["cached_tokens"] >= 256
    assert warm["completion_tokens"] > 0


async def check_stream(http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    chunks = [chunk async for chunk in stream(http, endpoint, "用一句话介绍北京。")]
    text = "".join(c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"])
    assert text
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] > 0
    assert chunks[-1]["usage"]["prompt_tokens_details"]["cached_tokens"] >= 0


async def check_template(http: aiohttp.ClientSession, endpoint: Endpoint) -> None:
    plain = await shown_to_the_model(http, endpoint, {"messages": [{"role": "user", "content": "Hi"}]})
    assert plain == (
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
        "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    )
    call = {"id": "1", "type": "function", "function": {"name": "a__b", "arguments": '{"city": "北京"}'}}
    talk = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "content": None, "tool_calls": [call, call]},
        {"role": "tool", "tool_call_id": "1", "content": "晴"},
        {"role": "tool", "tool_call_id": "1", "content": "rain"},
    ]
    shown = await shown_to_the_model(http, endpoint, {"messages": talk, "tools": TOOLS[:1]})
    one_call = '<tool_call>\n{"name": "a__b", "arguments": {"city": "北京"}}\n</tool_call>'
    assert shown.startswith("<|im_start|>system\nBe brief.\n\n# Tools\n\n")
    assert '<tools>\n{"name": "weather__today", "description": "Today\'s weather' in shown
    assert shown.endswith(
        f"<|im_start|>assistant\n{one_call}\n{one_call}<|im_end|>\n"
        "<|im_start|>user\n<tool_response>\n晴\n</tool_response>\n"
        "<tool_response>\nrain\n</tool_response><|im_end|>\n<|im_start|>assistant\n"
    )
