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

from jsonschema import Draft202012Validator

from harness.trial.mangled import breaks_off
from local_models.catalog import find_model
from local_models.install import installed
from scenarios.transcript import GRADED, Transcript, parse_arguments
from scripts.serving_checks.product import Broken, Play, Server, replies


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A model, and what is expected of its server."""

    name: str
    tool_parser: str
    reasoning_parser: str | None
    context: int
    call: str
    """A whole call as this model writes one; the card is one of the shop's."""
    ends: bool = True
    """Whether random weights come to the end of a call in this form."""
    whole: bool = False
    """Whether its parser looks for tokens where a grammar, as it is one of letters, lets random weights spell
    them by pieces.
    """
    rethinks: bool = True
    """Whether its chat template lets it think after a tool's result."""
    loses: bool = False
    """Whether its parser, in a stream, may lose the end of a call's arguments: vLLM's for DeepSeek-V3.1 does
    where that end and the call's come in one piece, and the arguments end with anything but a string.
    """
    caches: bool = True
    """Whether vLLM caches beginnings on every CPU; with latent attention (MLA) it does on some only."""

    @property
    def title(self) -> str:
        return self.name.removeprefix("local/")


_THOUGHT = "</think>"
_ENDS = ('"', '",', '"}', '"}}', "]", "}]", "}],", "]}")
"""Tokens that end a string or a list."""
_WORD = "#"
_HERMES_CALL = """\
<tool_call>
{"name": "shop__get_gift_card", "arguments": {"code": "GC-7Q4M"}}
</tool_call>"""
_CODER_CALL = """\
<tool_call>
<function=shop__get_gift_card>
<parameter=code>
GC-7Q4M
</parameter>
</function>
</tool_call>"""
_DEEPSEEK_CALL = (
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>shop__get_gift_card<｜tool▁sep｜>"
    '{"code": "GC-7Q4M"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
)
_LISTED = (
    Subject(
        name="local/tiny-qwen3",
        tool_parser="hermes",
        reasoning_parser="qwen3",
        context=32768,
        call=_HERMES_CALL,
    ),
    Subject(
        name="local/tiny-deepseek-v3",
        tool_parser="deepseek_v31",
        reasoning_parser="deepseek_v3",
        context=32768,
        call=_DEEPSEEK_CALL,
        whole=True,
        rethinks=False,
        loses=True,
        caches=False,
    ),
    Subject(
        name="local/tiny-qwen3-moe",
        tool_parser="qwen3_coder",
        reasoning_parser="qwen3",
        context=32768,
        call=_CODER_CALL,
        ends=False,
    ),
    Subject(
        name="local/smollm2",
        tool_parser="hermes",
        reasoning_parser=None,
        context=8192,
        call=_HERMES_CALL,
    ),
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
    """A study whose first calls are forced; what is in them is up to the model."""
    sampling: dict[str, Any] = {"max_tokens": 96}
    if subject.reasoning_parser is not None:
        vocabulary, added = _vocabulary(subject, home)
        numbers = vocabulary | added
        # Random weights come to no end of a string or a list by themselves.
        likelier = {str(numbers[word]): 8 for word in _ENDS if word in numbers}
        pieces = sorted(number for word, number in vocabulary.items() if "<" in word and word not in added)
        forbidden = {str(number): -100 for number in pieces} if subject.whole else {}
        sampling = {"max_tokens": 320, "logit_bias": forbidden | likelier, "bad_words": [_THOUGHT]}
    thinking = {"thinking": "off"} if subject.reasoning_parser else {}
    model = {"name": server.attached, "first_call": "required", "sampling": sampling, **thinking}
    return Play.of(place, [model], scenarios=2, repeats=2, steps=2)


def free(place: Path, subject: Subject, server: Server, home: Path) -> Play:
    """A study that forces nothing: after its thoughts, if it has any, the only text that a request allows is
    a word and a call as this model writes one, which has to be read out of it.
    """
    vocabulary, added = _vocabulary(subject, home)
    # A thought is the word, again and again until that has become less likely than an end; and a call's own
    # tokens are taken rather than their pieces.
    likelier = {vocabulary[_WORD]: 80, added.get(_THOUGHT): 60}
    likelier |= {number: 20 for word, number in added.items() if word in subject.call}
    sampling = {
        "temperature": 0,
        "frequency_penalty": 2,
        "max_tokens": 128,
        "structured_outputs": {"choice": [_WORD + subject.call]},
        "logit_bias": {str(number): by for number, by in likelier.items() if number is not None},
    }
    thinking = {"thinking": ["off", "on"]} if subject.reasoning_parser else {}
    return Play.of(place, [{"name": server.attached, "sampling": sampling, **thinking}], repeats=2, steps=2)


def _vocabulary(subject: Subject, home: Path) -> tuple[dict[str, int], dict[str, int]]:
    """The numbers of its tokens, and of those that were added to what text is made of."""
    ready = installed(find_model(subject.title, home / "catalog"), home)
    if ready is None:
        raise Broken(f"{subject.name} is not installed")
    file = json.loads((ready.weights / "tokenizer.json").read_text("utf-8"))
    return file["model"]["vocab"], {one["content"]: one["id"] for one in file["added_tokens"]}


def see_trials(play: Play, *options: str) -> str:
    """Every trial was played to an end that is the model's own."""
    said = play.run(*options)
    if said.status:
        raise Broken(f"status {said.status}: {said.last}")
    transcripts = play.transcripts
    ended = {transcript.ended for transcript in transcripts}
    if len(transcripts) != play.folder.record.trials or not ended <= GRADED:
        raise Broken(f"trials ended {ended}")
    return f"{len(transcripts)} trials played, {sum(len(one.exchanges) for one in transcripts)} requests"


def see_forced_calls(play: Play, *, loses: bool = False) -> str:
    """The first reply of every trial is a call of a tool that there is, unless the reply was cut, or the
    parser is known to lose ends and lost this one, which the run then notes.
    """
    transcripts = play.transcripts
    lost = [one for one in transcripts if loses and _breaks_off(one)]
    whole = [one for one in transcripts if one.exchanges[0].finish != "length" and one not in lost]
    for transcript in whole:
        _check_calls(play, transcript)
    if 2 * len(whole) < len(transcripts):
        raise Broken(f"only {len(whole)} of {len(transcripts)} first replies came to an end")
    broken = f", {len(lost)} lost their end in the parser" if lost else ""
    return (
        f"{len(whole)} of {len(transcripts)} first replies whole, each a call of a real tool with arguments "
        f"that fit it{broken}"
    )


def see_free_calls(play: Play) -> str:
    """What the model wrote as text was read as the call that it is, and nothing of it was left over."""
    said = [reply for transcript in play.transcripts for reply in replies(transcript)]
    for reply in said:
        calls = [(call.name, parse_arguments(call.arguments_json)) for call in reply.tool_calls]
        if calls != [("shop__get_gift_card", {"code": "GC-7Q4M"})]:
            raise Broken(f"read as {calls}, with {reply.text!r} left over")
        if reply.text.strip() != _WORD:
            raise Broken(f"{reply.text!r} stands beside the call")
    return f"{len(said)} calls read out of the text, name and arguments as written"


def see_thinking(play: Play, *, rethinks: bool = True) -> str:
    """Reasoning stands apart where it is on, and nowhere else; after a tool's result where the model may."""
    thought, silent = 0, 0
    for trial, transcript in play.folder.transcripts(play.folder.record):
        for number, reply in enumerate(replies(transcript)):
            due = trial.model.thinking == "on" and (number == 0 or rethinks)
            if bool(reply.reasoning) != due:
                raise Broken(
                    f"thinking {trial.model.thinking}, reply {number + 1}: {(reply.reasoning or '')[:80]!r}"
                )
            thought, silent = thought + due, silent + (not due)
    if not (thought and silent):
        raise Broken(f"{thought} replies were to think, and {silent} were not")
    return f"reasoning in all {thought} replies that were to think, in none of the {silent} others"


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


def _breaks_off(transcript: Transcript) -> bool:
    broken = any(breaks_off(call.arguments_json) for call in replies(transcript)[0].tool_calls)
    if broken and not any("break off" in note for note in transcript.notes):
        raise Broken(f"{transcript.scenario}: arguments break off, and the run does not note it")
    return broken


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
