"""What a served model has to do before anybody measures with it: calls, thinking, cached beginnings, counts.

All of it is read from runs, as Longspan writes them down, of a server that is attached to. Random weights
cannot be asked to be right, but a grammar can make them write the form that a parser has to read.
"""

import json
import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from scenarios.transcript import GRADED, Transcript, parse_arguments
from scripts.serving_checks.product import Broken, Play, Server, replies


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A model, and what is expected of its server."""

    name: str
    tool_parser: str
    reasoning_parser: str | None
    context: int
    begins: str = ""
    """The token that a call begins with; empty where it is made of several."""
    ends: str = ""
    last: str = ""
    """The token that ends a reply."""

    @property
    def title(self) -> str:
        return self.name.removeprefix("local/")


_THOUGHT = "</think>"
_NO_END = {"bad_words": [_THOUGHT]}
"""Of a thought that never began, which would look like a fault of the parser."""
_QUOTES = ('"', '",', '"}', '"}}')
"""Tokens that end a string."""
_QWEN = {"begins": "<tool_call>", "ends": "</tool_call>", "last": "<|im_end|>"}
_DEEPSEEK = {
    "begins": "<｜tool▁calls▁begin｜>",
    "ends": "<｜tool▁call▁end｜>",
    "last": "<｜end▁of▁sentence｜>",
}
_LISTED = (
    Subject(name="local/tiny-qwen3", tool_parser="hermes", reasoning_parser="qwen3", context=32768, **_QWEN),
    Subject(
        name="local/tiny-deepseek-v3",
        tool_parser="deepseek_v31",
        reasoning_parser="deepseek_v3",
        context=32768,
        **_DEEPSEEK,
    ),
    Subject(
        name="local/tiny-qwen3-moe",
        tool_parser="qwen3_coder",
        reasoning_parser="qwen3",
        context=32768,
        **_QWEN,
    ),
    Subject(name="local/smollm2", tool_parser="hermes", reasoning_parser=None, context=8192),
)
SUBJECTS: Mapping[str, Subject] = {subject.title: subject for subject in _LISTED}


def see_start(subject: Subject, server: Server) -> str:
    """It lists the model with its whole window."""
    with urllib.request.urlopen(f"{server.base_url}/models", timeout=30) as reply:  # noqa: S310 # a loopback address
        cards = {card["id"]: card["max_model_len"] for card in json.load(reply)["data"]}
    if cards.get(subject.title) != subject.context:
        raise Broken(f"/v1/models lists {cards}")
    return f"ready {server.seconds:.0f} s after the command; lists {subject.context:,} tokens"


def forced(place: Path, subject: Subject, server: Server, home: Path) -> Play:
    """A study whose first calls are forced, with its thinking off and on; played by `see_trials`."""
    model: dict[str, Any] = {"name": server.attached, "first_call": "required"}
    if subject.reasoning_parser is None:
        return Play.of(place, [model | {"sampling": {"max_tokens": 96}}], scenarios=2, repeats=2)
    strings, thoughts = _often(subject, home, _QUOTES), _often(subject, home, (_THOUGHT, subject.last))
    off = {"thinking": "off", "sampling": {"max_tokens": 320, "logit_bias": strings, **_NO_END}}
    on = {"thinking": "on", "sampling": {"max_tokens": 96, "logit_bias": thoughts}}
    return Play.of(place, [model | off, model | on], scenarios=2, repeats=2)


def free(place: Path, subject: Subject, server: Server, home: Path) -> Play:
    """A study that forces nothing, of a model that begins each reply with the token of a call; the server's
    grammar holds it to the form from there on, and the parser has to read it out of the text.
    """
    bias = _often(subject, home, _QUOTES) | _often(subject, home, (subject.begins,), 100)
    sampling = {
        "max_tokens": 320,
        "logit_bias": bias,
        "stop": [subject.ends],
        "include_stop_str_in_output": True,
    }
    return Play.of(place, [{"name": server.attached, "thinking": "off", "sampling": sampling}])


def _often(subject: Subject, home: Path, words: Sequence[str], by: int = 3) -> dict[str, int]:
    """What makes tokens likelier than they are; without it random weights may not come to the end of a string
    or of a thought.
    """
    file = json.loads((home / "tiny" / subject.title / "tokenizer.json").read_text("utf-8"))
    numbers = file["model"]["vocab"] | {one["content"]: one["id"] for one in file["added_tokens"]}
    return {str(numbers[word]): by for word in words if word in numbers}


def see_trials(play: Play, *options: str) -> str:
    """Every trial was played to an end that is the model's own. Random weights may also write the end of a
    thought that never began, for which the parser is blamed.
    """
    said = play.run(*options)
    if said.status:
        raise Broken(f"status {said.status}: {said.last}")
    ended = Counter(transcript.ended for transcript in play.transcripts)
    if ended.total() != play.folder.record.trials or not ended.keys() <= GRADED | {"parser"}:
        raise Broken(f"trials ended {dict(ended)}")
    asked = sum(len(transcript.exchanges) for transcript in play.transcripts)
    strange = f" ({ended['parser']} with tags that do not fit together)" if ended["parser"] else ""
    return f"{ended.total()} trials played{strange}, {asked} requests"


def see_calls(play: Play) -> str:
    """Where it does not think, the first reply of every trial that was not cut is a call of a real tool."""
    whole = total = 0
    for trial, transcript in play.folder.transcripts(play.folder.record):
        if trial.model.thinking in {None, "off"}:
            total += 1
            if transcript.exchanges[0].finish != "length":
                _check_calls(play, transcript)
                whole += 1
    if 2 * whole < total:
        raise Broken(f"only {whole} of {total} first replies came to an end")
    return f"{whole} of {total} first replies whole, each a call of a real tool with arguments that fit it"


def see_thinking(play: Play) -> str:
    """Reasoning stands apart where it is on, and nowhere else."""
    found: dict[str, list[bool]] = {"off": [], "on": []}
    for trial, transcript in play.folder.transcripts(play.folder.record):
        found[trial.model.thinking or "off"] += [bool(reply.reasoning) for reply in replies(transcript)]
    off, on = found["off"], found["on"]
    if any(off) or 2 * sum(on) <= len(on) or not off:
        raise Broken(f"reasoning in {sum(on)} of {len(on)} replies with it on, {sum(off)} of {len(off)} off")
    return f"reasoning in {sum(on)} of {len(on)} replies with it on, in none of {len(off)} with it off"


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


def _check_calls(play: Play, transcript: Transcript) -> None:
    tools = {tool.name: tool for tool in play.folder.exam(transcript.scenario).key.tools}
    reply = replies(transcript)[0]
    if not reply.tool_calls or reply.text.strip():
        raise Broken(f"{transcript.scenario}: {len(reply.tool_calls)} calls beside {reply.text[:80]!r}")
    for call in reply.tool_calls:
        if call.name not in tools:
            raise Broken(f"{transcript.scenario}: called {call.name}")
        problems = Draft202012Validator(tools[call.name].input_schema).iter_errors(
            parse_arguments(call.arguments_json)
        )
        if said := [problem.message for problem in problems]:
            raise Broken(f"{transcript.scenario}: {call.name} was called with {said[0][:80]}")
