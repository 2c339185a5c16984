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
    begins: str = "<tool_call>"
    """What a call begins with."""
    whole: bool = False
    """Whether its parser looks for tokens where a grammar, as it is one of letters, lets random weights spell
    them by pieces.
    """
    call: str = ""
    """A whole call as this model writes one, where random weights do not come to its end by themselves."""
    caches: bool = True
    """Whether vLLM caches beginnings on every CPU; with latent attention (MLA) it does on some only."""

    @property
    def title(self) -> str:
        return self.name.removeprefix("local/")


_THOUGHT = "</think>"
_ENDS = ('"', '",', '"}', '"}}', "]", "}]", "}],", "]}")
"""Tokens that end a string or a list."""
_WORD = "#"
_ONLY: Mapping[str, Any] = {"structured_outputs": {"choice": [_WORD]}}
"""The only text that a request allows, besides thoughts and calls."""
_CODER_CALL = """\
<tool_call>
<function=shop__get_gift_card>
<parameter=code>
GC-7Q4M
</parameter>
</function>
</tool_call>"""
_LISTED = (
    Subject(name="local/tiny-qwen3", tool_parser="hermes", reasoning_parser="qwen3", context=32768),
    Subject(
        name="local/tiny-deepseek-v3",
        tool_parser="deepseek_v31",
        reasoning_parser="deepseek_v3",
        context=32768,
        begins="<｜tool▁calls▁begin｜>",
        whole=True,
        caches=False,
    ),
    Subject(
        name="local/tiny-qwen3-moe",
        tool_parser="qwen3_coder",
        reasoning_parser="qwen3",
        context=32768,
        call=_CODER_CALL,
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
    """A study whose first calls are forced where it does not think, and where it does it may say one word;
    played by `see_trials`.
    """
    if subject.reasoning_parser is None:
        model = {"name": server.attached, "first_call": "required", "sampling": {"max_tokens": 96}}
        return Play.of(place, [model], scenarios=2, repeats=2)
    off = {"max_tokens": 320, "logit_bias": _likelier(subject, home, _ENDS, 3), "bad_words": [_THOUGHT]}
    on = {
        "max_tokens": 96,
        **_ONLY,
        "logit_bias": _likelier(subject, home, (_THOUGHT,), 2),
        "bad_words": [subject.begins, "<"],
    }
    models = [
        {"name": server.attached, "thinking": "off", "first_call": "required", "sampling": off},
        {"name": server.attached, "thinking": "on", "sampling": on},
    ]
    return Play.of(place, models, scenarios=2, repeats=2, steps=2)


def free(place: Path, subject: Subject, server: Server, home: Path) -> Play:
    """A study that forces nothing, and brings about calls that have to be read out of the text."""
    sampling = _given_call(subject, home) if subject.call else _random_call(subject, home)
    thinking = {"thinking": "off"} if subject.reasoning_parser else {}
    return Play.of(place, [{"name": server.attached, "sampling": sampling, **thinking}], repeats=2, steps=2)


def _random_call(subject: Subject, home: Path) -> dict[str, Any]:
    """The server's grammar leaves a reply two ways: the only text that the request allows, which it forbids
    as well, or a call as this model writes one.
    """
    if subject.reasoning_parser is None:
        return {"max_tokens": 96, **_ONLY, "bad_words": [_WORD]}
    ends = _likelier(subject, home, _ENDS, 3)
    return {"max_tokens": 320, **_ONLY, "bad_words": [_WORD, _THOUGHT], "logit_bias": ends}


def _given_call(subject: Subject, home: Path) -> dict[str, Any]:
    """The only text that the request allows has a call, and is begun at once."""
    likelier = _likelier(subject, home, (_WORD,), 100) | _likelier(subject, home, (subject.begins,), 50)
    text = {"choice": [f"{_WORD}{subject.call}"]}
    return {"max_tokens": 96, "structured_outputs": text, "logit_bias": likelier}


def _likelier(subject: Subject, home: Path, words: Sequence[str], by: int) -> dict[str, int]:
    """What makes tokens likelier than they are: without, random weights may come to no end of a string, or
    of a thought. Where tokens have to be whole, their pieces are forbidden too.
    """
    file = json.loads((home / "tiny" / subject.title / "tokenizer.json").read_text("utf-8"))
    special = {one["content"]: one["id"] for one in file["added_tokens"]}
    ordinary = file["model"]["vocab"]
    numbers = ordinary | special
    pieces = {word for word in ordinary.keys() - special.keys() if "<" in word} if subject.whole else set()
    forbidden = {str(ordinary[piece]): -100 for piece in sorted(pieces)}
    return forbidden | {str(numbers[word]): by for word in words if word in numbers}


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
    if 4 * whole < total:
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


def see_cache(play: Play, *, caches: bool = True) -> str:
    """The second time that a beginning comes it is found, and server and replies agree on how much of it."""
    seen = []
    for model in report(play)["models"]:
        usage, server = model["usage"], model["server"]
        if (caches and not usage["cached"]) or usage["cached"] != server["cached_tokens"]:
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
    if not reply.tool_calls or reply.text.strip() not in {"", _WORD}:
        raise Broken(f"{transcript.scenario}: {len(reply.tool_calls)} calls beside {reply.text[:80]!r}")
    for call in reply.tool_calls:
        if call.name not in tools:
            raise Broken(f"{transcript.scenario}: called {call.name}")
        problems = Draft202012Validator(tools[call.name].input_schema).iter_errors(
            parse_arguments(call.arguments_json)
        )
        if said := [problem.message for problem in problems]:
            raise Broken(f"{transcript.scenario}: {call.name} was called with {said[0][:80]}")
