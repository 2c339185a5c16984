"""What a served model has to do before anybody measures with it: calls, thinking, cached beginnings, counts.

All of it is read from runs, as Longspan writes them down, of a server that is attached to. Random weights
cannot be asked to be right, but a grammar can make them write the form that a parser has to read.
"""

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenarios.transcript import GRADED, Transcript, parse_arguments
from scripts.serving_checks.product import Broken, Play, Server, replies

_WRITTEN: Mapping[str, str] = {
    "hermes": (
        '<tool_call>\n{"name": "shop__find_customers", "arguments": {"name": "customer-01"}}\n</tool_call>'
    ),
    "qwen3_coder": (
        "<tool_call>\n<function=shop__find_customers>\n<parameter=name>\ncustomer-01\n</parameter>\n"
        "</function>\n</tool_call>"
    ),
    "deepseek_v31": (
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>shop__find_customers<｜tool▁sep｜>"
        '{"name": "customer-01"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
    ),
}
"""One call, as each parser expects a model to write it."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A model, and what is expected of its server."""

    name: str
    tool_parser: str
    reasoning_parser: str | None
    context: int

    @property
    def title(self) -> str:
        return self.name.removeprefix("local/")

    @property
    def parsers(self) -> str:
        return " and ".join(filter(None, (self.tool_parser, self.reasoning_parser)))


SUBJECTS: Mapping[str, Subject] = {
    subject.title: subject
    for subject in (
        Subject(name="local/tiny-qwen3", tool_parser="hermes", reasoning_parser="qwen3", context=32768),
        Subject(
            name="local/tiny-deepseek-v3",
            tool_parser="deepseek_v31",
            reasoning_parser="deepseek_v3",
            context=32768,
        ),
        Subject(
            name="local/tiny-qwen3-moe", tool_parser="qwen3_coder", reasoning_parser="qwen3", context=32768
        ),
        Subject(name="local/smollm2", tool_parser="hermes", reasoning_parser=None, context=8192),
    )
}


def see_start(subject: Subject, server: Server) -> str:
    """It lists the model with its whole window."""
    with urllib.request.urlopen(f"{server.base_url}/models", timeout=30) as reply:  # noqa: S310 # a loopback address
        cards = {card["id"]: card["max_model_len"] for card in json.load(reply)["data"]}
    if cards.get(subject.title) != subject.context:
        raise Broken(f"/v1/models lists {cards}")
    return f"ready {server.seconds:.0f} s after the command; lists {subject.context:,} tokens"


def forced(place: Path, subject: Subject, server: Server) -> Play:
    """A study whose first calls are forced, with its thinking off and on; played by `see_trials`."""
    model: dict[str, Any] = {
        "name": server.attached,
        "first_call": "required",
        "sampling": {"max_tokens": 160 if subject.reasoning_parser else 64},
    }
    thinking = {"thinking": ["off", "on"]} if subject.reasoning_parser else {}
    return Play.of(place, [model | thinking], repeats=2)


def free(place: Path, subject: Subject, server: Server) -> Play:
    """A study whose every reply is a call that the model writes as text."""
    call = {"choice": [_WRITTEN[subject.tool_parser]]}
    model: dict[str, Any] = {
        "name": server.attached,
        "sampling": {"max_tokens": 96, "structured_outputs": call},
    }
    thinking = {"thinking": "off"} if subject.reasoning_parser else {}
    return Play.of(place, [model | thinking], scenarios=1)


def see_trials(play: Play, *options: str) -> str:
    """Every trial counts."""
    said = play.run(*options)
    if said.status:
        raise Broken(f"status {said.status}: {said.last}")
    ended = [transcript.ended for transcript in play.transcripts]
    if len(ended) != play.folder.record.trials or not set(ended) <= GRADED:
        raise Broken(f"trials ended {ended}")
    asked = sum(len(transcript.exchanges) for transcript in play.transcripts)
    return f"{len(ended)} trials graded, {asked} requests"


def see_forced_calls(play: Play) -> str:
    """The first reply of every trial is a call of a tool that there is, unless the reply was cut."""
    whole = 0
    for transcript in play.transcripts:
        first = replies(transcript)[0]
        if transcript.exchanges[0].finish != "length":
            _check_calls(play, transcript, first.tool_calls)
            whole += 1
    total = len(play.transcripts)
    if 2 * whole < total:
        raise Broken(f"only {whole} of {total} first replies came to an end")
    return f"{whole} of {total} first replies whole, each a call of a real tool with arguments that it takes"


def see_free_calls(play: Play) -> str:
    """What the model wrote as text was read as the call that it is."""
    said = [reply for transcript in play.transcripts for reply in replies(transcript)]
    for reply in said:
        calls = [(call.name, parse_arguments(call.arguments_json)) for call in reply.tool_calls]
        if calls != [("shop__find_customers", {"name": "customer-01"})]:
            raise Broken(f"read as {calls}, with {reply.text!r} left over")
        if reply.text.strip():
            raise Broken(f"{reply.text!r} was left over")
    return f"{len(said)} calls read out of the text, name and arguments as written"


def see_thinking(play: Play) -> str:
    """Reasoning stands apart where it is on, and nowhere else."""
    found: dict[str, list[bool]] = {"off": [], "on": []}
    for trial, transcript in play.folder.transcripts(play.folder.record):
        found[trial.model.thinking or "off"] += [bool(reply.reasoning) for reply in replies(transcript)]
    off, on = found["off"], found["on"]
    if any(off) or not all(on) or not (on and off):
        raise Broken(f"reasoning in {sum(on)} of {len(on)} replies with it on, {sum(off)} of {len(off)} off")
    return f"reasoning in {len(on)} of {len(on)} replies with it on, in none of {len(off)} with it off"


def see_cache(play: Play) -> str:
    """The second time that a beginning comes it is found, and server and replies agree on how much of it."""
    seen = []
    for model in report(play)["models"]:
        usage, server = model["usage"], model["server"]
        if not usage["cached"] or usage["cached"] != server["cached_tokens"]:
            raise Broken(f"{usage['cached']} cached by usage, {server['cached_tokens']} by the server")
        seen.append(f"{usage['cached']:,} of {usage['input']:,}")
    return f"{'; '.join(seen)} prompt tokens cached, by usage and by /metrics"


def see_counts(play: Play) -> str:
    """What the server counted is what the replies reported, to the token."""
    seen = []
    for model in report(play)["models"]:
        usage, server = model["usage"], model["server"]
        counted = server["prompt_tokens"], server["generation_tokens"]
        if counted != (usage["input"], usage["output"]):
            raise Broken(f"the server counted {counted}, the replies {usage['input'], usage['output']}")
        seen.append(f"{counted[0]:,} + {counted[1]:,} tokens in {server['looks']} looks")
    return f"equal to the token: {'; '.join(seen)}"


def report(play: Play) -> Any:
    return json.loads((play.folder.path / "report.json").read_text("utf-8"))


def _check_calls(play: Play, transcript: Transcript, calls: Any) -> None:
    tools = {tool.name: tool for tool in play.folder.exam(transcript.scenario).key.tools}
    if not calls:
        raise Broken(f"{transcript.scenario}: the first reply calls nothing")
    for call in calls:
        arguments = parse_arguments(call.arguments_json)
        if call.name not in tools:
            raise Broken(f"{transcript.scenario}: called {call.name} with {call.arguments_json}")
        schema: Any = tools[call.name].input_schema
        missing = set(schema.get("required", ())) - arguments.keys()
        if missing:
            raise Broken(f"{transcript.scenario}: {call.name} was called without {missing}")
