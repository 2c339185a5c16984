"""Calls and answers that have to keep a form: streamed and whole, several at once, and after a schema."""

import json
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from harness.clients.client import ClientError, Model, Reply
from harness.doctor.finding import Finding, failed
from harness.doctor.patient import Patient, asked_once
from harness.registry.provider import WireName
from scenarios.exam import ToolSpec
from scenarios.transcript import BadArguments, parse_arguments

_TOOL_FLAGS = "--enable-auto-tool-choice and --tool-call-parser"
_UNREADABLE = "unreadable arguments"
_WEATHER = ToolSpec(
    name="weather__now",
    description="The weather in a city at this moment.",
    input_schema={
        "type": "object",
        "properties": {"city": {"type": "string", "description": "The city's name."}},
        "required": ["city"],
        "additionalProperties": False,
    },
    writes=False,
)
_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "properties": {"capital": {"type": "string"}},
    "required": ["capital"],
    "additionalProperties": False,
}
SHAPED: Mapping[WireName, dict[str, JsonValue]] = {
    "chat": {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "capital", "strict": True, "schema": _SCHEMA},
        }
    },
    "responses": {
        "text": {"format": {"type": "json_schema", "name": "capital", "strict": True, "schema": _SCHEMA}}
    },
    "messages": {"output_config": {"format": {"type": "json_schema", "schema": _SCHEMA}}},
}
"""How each wire format asks for an answer that follows a schema."""


async def parity(streamed: Model, whole: Model, patient: Patient) -> Finding:
    """The same call, streamed and whole."""
    check = "tool call, streamed and whole"
    text = "What is the weather in Paris at this moment? Use the tool."
    replies = [
        await asked_once(model, text, tools=[_WEATHER], forced=patient.is_ours) for model in (streamed, whole)
    ]
    for reply, how in zip(replies, ("streamed", "whole"), strict=True):
        if isinstance(reply, ClientError):
            return failed(check, reply, f"{how} calls fail; on vLLM start with {_TOOL_FLAGS}")
    first, second = (_calls(reply) for reply in replies if isinstance(reply, Reply))
    if not first and not second:
        return Finding(
            check=check,
            state="poor",
            said="the model called nothing",
            remedy=f"if it writes its calls into the text, start vLLM with {_TOOL_FLAGS}",
        )
    names = [[name for name, _ in calls] for calls in (first, second)]
    if names[0] != names[1] or any(arguments == _UNREADABLE for _, arguments in first + second):
        return Finding(
            check=check,
            state="bad",
            said=f"streamed {_shown(first)}, whole {_shown(second)}",
            remedy="one of the server's parsers is broken; try another --tool-call-parser or a newer server",
        )
    return Finding(check=check, state="good", said=f"both call {_shown(first)}")


def _calls(reply: Reply) -> list[tuple[str, str]]:
    """Names and arguments, with a word for arguments that are no JSON object."""
    found = []
    for call in reply.message.tool_calls:
        try:
            arguments = json.dumps(parse_arguments(call.arguments_json), sort_keys=True, ensure_ascii=False)
        except BadArguments:
            arguments = _UNREADABLE
        found.append((call.name, arguments))
    return found


def _shown(calls: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name}({arguments[:80]})" for name, arguments in calls) or "no call"


async def parallel(model: Model) -> Finding:
    text = "Tell me the weather in Paris and in Rome at this moment. Use the tool for both at once."
    check, reply = "parallel calls", await asked_once(model, text, tools=[_WEATHER])
    if isinstance(reply, ClientError):
        return failed(check, reply, "multi-call turns take more requests here")
    count = len(reply.message.tool_calls)
    if count > 1:
        return Finding(check=check, state="good", said=f"{count} calls in one message")
    remedy = "multi-call turns take more requests here; no score depends on it"
    return Finding(check=check, state="poor", said=f"{count} calls where two were asked for", remedy=remedy)


async def schema(model: Model) -> Finding:
    check, reply = "JSON schema", await asked_once(model, "What is the capital of France? Answer in JSON.")
    if isinstance(reply, ClientError):
        return failed(check, reply, "suites that want structured answers cannot run here", state="poor")
    try:
        answer = json.loads(reply.message.text)
        kept = isinstance(answer, dict) and list(answer) == ["capital"]
    except (ValueError, RecursionError):
        kept = False
    if kept:
        return Finding(check=check, state="good", said="the answer follows the schema")
    said = f"the answer does not follow the schema: {reply.message.text[:80]!r}"
    return Finding(check=check, state="poor", said=said, remedy="do not rely on structured answers here")
