"""Does a question with its document fit a model's window? Said with the numbers, before anything is sent."""

from math import ceil

from harness.plan.counting import by_letters
from harness.trial.opening import NOTES_TOKENS, REPLY_TOKENS
from scenarios.documents.wording import turn
from scenarios.reading import Reading
from scenarios.scenario import Scenario

ROOM = 0.01
"""The share of the window that is left free, for what no tokenizer knows of a model's template."""

_HEADING = 12
"""Tokens of a part's heading, and of what joins it to the part before it."""


def fits(scenario: Scenario, window: int, factor: float = 1.0, thinking: int = 0) -> str | None:
    """None, or why not: the tokens of document, question and answer against those of the window.

    `factor` is how many of the model's tokens go to one that the document was sized by, its margin included;
    `thinking` is the room for it that requests ask for beside the answer.
    A scenario without a document always fits, as far as anybody can say, and so does one that searches it.
    """
    reading = scenario.reading
    if reading is None or reading.layout == "tools":
        return None
    document = ceil(_in_view(reading) * factor)
    words = ceil(_words(scenario, reading) * factor)
    answer = scenario.limits.output_tokens
    room = ceil(window * ROOM)
    needed = document + words + answer + thinking + room
    if needed <= window:
        return None
    thought = f" {thinking:,} to think," if thinking else ""
    times = "" if factor == 1.0 else f" (counted {factor:.2f} times)"
    return (
        f"needs {needed:,} tokens where the window has {window:,}: {document:,} of the document{times}, "
        f"{words:,} of questions and replies, {answer:,} for the answer,{thought} {room:,} to spare"
    )


def _in_view(reading: Reading) -> int:
    """Tokens of the document in the longest prompt of the reading."""
    if reading.layout == "carry":
        return max(reading.document.tokens[: reading.after])
    return reading.tokens * (2 if reading.layout == "recap" else 1)


def _words(scenario: Scenario, reading: Reading) -> int:
    """Tokens of everything else: question, system prompt, what is said around the parts, replies to them."""
    said = by_letters(scenario.segments[0].user[-1]) + by_letters(scenario.system)
    around = by_letters(turn("segmented", scenario.language, n=1, of=1, text=""))
    if reading.layout == "carry":
        return said + around + 2 * NOTES_TOKENS
    if reading.layout in {"single", "concat"}:
        return said + around + reading.after * _HEADING
    return said + reading.after * (around + REPLY_TOKENS + _HEADING)
