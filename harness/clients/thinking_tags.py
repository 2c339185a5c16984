"""Thinking that a server left in the text, between tags, told apart from the answer.

An endpoint without a parser for reasoning hands on what the model wrote: `<think>…</think>` and the answer,
or only what follows the opening tag, where the prompt's template has already written that. The whole text
is looked at once, when it has come, so that it does not matter where chunks were cut.

- Blocks at the very beginning are thinking. Tags further inside are text.
- A closing tag that nothing opened ends thinking if the model was asked to think and its thinking came by
  no other way. If it was not asked, nobody can tell, and the text stays as it came.
- An opened block that does not end is thinking if a limit cut the reply. If not, the text stays as it came:
  the answer may be inside.

What stays as it came and does not balance is found by `is_unbalanced`, and ends a trial as the server's
doing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from harness.clients.growing import Growing
from scenarios.transcript import Usage

_BLOCK = re.compile(r"\s*<(think|thought)>(.*?)</\1>\s*", re.DOTALL)
_OPENED = re.compile(r"\s*<(?:think|thought)>")
_TAG = re.compile(r"<(/?)(?:think|thought)>\s*")


@dataclass(frozen=True, kw_only=True)
class Parted:
    """A text that begins with thinking."""

    thought: str
    answer: str
    begins: int
    """Where in the text the answer begins, in characters; the text's length when there is none."""


def part(text: str, *, asked: bool, cut: bool) -> Parted | None:
    """The thinking that a text begins with, and the rest; None for a text that begins with none.

    `asked`: the model was asked to think, and its thinking came by no other way. `cut`: a limit ended the
    reply.
    """
    thoughts, begins = [], 0
    while block := _BLOCK.match(text, begins):
        thoughts.append(block[2])
        begins = block.end()
    if cut and (opened := _OPENED.match(text, begins)):
        thoughts.append(text[opened.end() :])
        begins = len(text)
    elif asked and not thoughts and (end := _lone_end(text)):
        thoughts.append(text[: end.start()])
        begins = end.end()
    if not thoughts:
        return None
    thought = "\n\n".join(said for one in thoughts if (said := one.strip()))
    return Parted(thought=thought, answer=text[begins:], begins=begins)


def take_thinking_out(
    growing: Growing,
    usage: Usage,
    arrivals: Iterable[tuple[int, float]],
    called: float | None,
    *,
    thinks: bool,
) -> None:
    """Take the thinking that the server left in a reply's text out of it; the answer begins after it.

    `arrivals`: how many characters of text had come, and when; empty for a reply that came whole. `called`:
    when a call came first. `thinks`: the model was asked to think.
    """
    apart = bool(growing.reasoning or usage.reasoning)
    parted = part("".join(growing.text), asked=thinks and not apart, cut=growing.is_cut)
    if parted is None:
        return
    times = [when for characters, when in arrivals if characters > parted.begins and parted.answer]
    times += [] if called is None else [called]
    growing.first_answer = min(times, default=None)
    growing.text = [parted.answer] if parted.answer else []
    growing.reasoning += [parted.thought] if parted.thought else []


def is_unbalanced(text: str, *, apart: bool) -> bool:
    """Whether thinking may stand in a text of which `part` could make nothing: a block that does not end, or
    one that ends without having begun; the latter is no more than a word where thinking came `apart`.
    """
    if _OPENED.match(text):
        return _BLOCK.match(text) is None
    return not apart and _lone_end(text) is not None


def _lone_end(text: str) -> re.Match[str] | None:
    """The closing tag that is a text's first tag."""
    first = _TAG.search(text)
    return first if first is not None and first[1] else None
