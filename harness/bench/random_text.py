"""`random:IN/OUT`: prompts of so many tokens that have nothing in common, and replies of so many.

Prompts are made of short common words that are one token each in the vocabularies in use. Nobody has to have
the model's tokenizer: two prompts of known lengths are sent first, and the provider counts them, which tells
tokens for a word and what the chat template adds. IN is without the latter, as in `vllm bench serve --backend
openai-chat`.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from harness.bench.talk import Talk, Turn
from scenarios.documents.length import parse_length
from scenarios.exam import AnswerKey, Exam
from scenarios.scenario import Scenario, Segment
from scenarios.transcript import UserMessage

PROBES = (64, 320)
"""Words of the prompts by which tokens are counted."""
_SPEC = re.compile(r"(?P<input>[0-9.]+[kM]?)/(?P<output>[0-9.]+[kM]?)")
_OWN = 64
"""Words at the beginning that no other prompt has; caches keep beginnings, so nothing after them is found."""
_COMMON = """
time year people way day man thing woman life child world school state family student group country problem
hand part place case week company system program question work government number night point home water room
mother area money story fact month lot right study book eye job word business issue side kind head house
service friend father power hour game line end member law car city community name president team minute idea
body information back parent face others level office door health person art war history party result change
morning reason research girl guy moment air teacher force education
"""
_WORDS = tuple(_COMMON.split())


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """Tokens of prompt and reply."""

    input: int
    output: int


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How many words make a prompt's tokens."""

    words: int
    overhead: int | None = None
    """Tokens that the chat template adds; None: nobody counted."""


def parse_lengths(text: str) -> Lengths:
    """Raises `ValueError` for what is no `IN/OUT`."""
    match = _SPEC.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no pair of lengths; write tokens of prompt and reply, such as 1024/128"
        )
    lengths = Lengths(input=parse_length(match["input"]), output=parse_length(match["output"]))
    if not lengths.input or not lengths.output:
        raise ValueError(f"{text!r}: prompt and reply have at least one token each")
    return lengths


def calibrated(lengths: Lengths, counted: tuple[int | None, int | None]) -> Calibration:
    """From what the provider counted of the two `PROBES`."""
    short, long = counted
    if short is None or long is None or long <= short:
        return Calibration(words=lengths.input)
    a_word = (long - short) / (PROBES[1] - PROBES[0])
    return Calibration(
        words=max(1, round(lengths.input / a_word)), overhead=max(0, round(short - PROBES[0] * a_word))
    )


def random_talks(words: int, output: int, seed: str) -> Iterator[Talk]:
    """Conversations of one request each, without end; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 # reproducible, not secret
    rest = dice.choices(_WORDS, k=max(0, words - _OWN))
    number = 0
    while True:
        text = " ".join(chain(dice.choices(_WORDS, k=min(words, _OWN)), rest))
        turn = Turn(messages=(UserMessage(text=text),), output_tokens=output)
        yield Talk(name=f"random-{number}", exam=_EXAM, turns=(turn,))
        number += 1


_SCENARIO = Scenario(
    suite="bench", id="random", title="Random words", segments=(Segment(id="ask", user=("words",)),)
)
_EXAM = Exam(scenario=_SCENARIO, key=AnswerKey(), digest="bench-random")
