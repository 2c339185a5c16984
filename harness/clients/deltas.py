"""What can be told of a stream's deltas from the deltas alone, and what cannot.

A chunk of a chat stream carries no number, so a server or a line that repeats or exchanges chunks can only
be found out by what they add up to. Nothing is ever mended: a reply is read as it stands or is a
`BadReply`.

- Every delta repeats all that was said before it and goes on from there, at least three times and through
  the whole reply, up to a dozen letters or more: the endpoint sends what was said so far
  (`cumulative_deltas`). A reply of fewer chunks or letters is read as it stands. Where the quirk table says
  `deltas: cumulative`, such chunks are read as they are meant, and one that does not go on is a `BadReply`.
- The arguments of a call are no JSON object, but would be one if they were cumulative, if one of two equal
  neighbours were left out, or if two neighbours were exchanged: nobody can tell whether the model or the
  server wrote that (`garbled_deltas`). Chunks without a letter or a digit do not count here, since a
  bracket too many is a mistake that models make, and stays theirs. So is whatever a long call says (see
  `_MOST_TRIED`).
- A call is named after its arguments have begun: chunks came in the wrong order (`garbled_deltas`).

Equal neighbours alone prove nothing (`0` and `0` make 100), and neither does their order inside of a text:
a chunk that came twice or too late there changes what was said, and leaves no trace.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from harness.clients.client import BadReply
from scenarios.transcript import BadArguments, parse_arguments

_STEPS = 3
"""So many deltas in a row that repeat all before them and go on are no chance."""
_LETTERS = 12
"""Characters of the last of them, at least."""
_MOST_TRIED = 2**22
"""Characters that are parsed in search of what would mend the calls of one reply."""


@dataclass
class SoFar:
    """What was said by now in each of a reply's texts, where deltas are cumulative."""

    said: dict[object, str] = field(default_factory=dict)

    def new(self, of: object, delta: str) -> str:
        """What a delta adds. Raises `BadReply` when it does not go on from what was said."""
        before = self.said.get(of, "")
        if delta and not delta.startswith(before):
            raise BadReply("cumulative_deltas", "a chunk does not repeat what was said before it")
        if delta:
            self.said[of] = delta
        return delta[len(before) :]


def check_text(deltas: Sequence[str]) -> None:
    """Raises `BadReply` for a text whose deltas are cumulative."""
    if len(deltas) > _STEPS and len(deltas[-1]) >= _LETTERS and _is_cumulative(deltas, _STEPS):
        raise BadReply(
            "cumulative_deltas",
            "every chunk repeats what was said before it; if this endpoint always does, describe it with "
            "--registry FILE as `deltas: cumulative`",
        )


def check_arguments(calls: Sequence[Sequence[str]]) -> None:
    """Raises `BadReply` for arguments that the model may have written well and the server garbled."""
    left = _MOST_TRIED
    for call in calls:
        deltas = [one for one in call if one]
        whole = "".join(deltas)
        if len(deltas) < 2 or _is_object(whole):  # noqa: PLR2004 # one delta can be in no order
            continue
        if _is_cumulative(deltas, 0) and _is_object(deltas[-1]):
            raise _garbled("each of their chunks repeats those before it")
        for why, tried in _mended(deltas):
            left -= len(whole)
            if left < 0:
                return
            if _is_object(tried):
                raise _garbled(why)


def out_of_order(name: str) -> BadReply:
    return BadReply("garbled_deltas", f"a tool call is named {name[:80]!r} after its arguments have begun")


def _is_cumulative(deltas: Sequence[str], steps: int) -> bool:
    """Whether each goes on from the one before it; so many have to add something."""
    if not all(after.startswith(before) for before, after in pairwise(deltas)):
        return False
    return sum(len(after) > len(before) for before, after in pairwise(deltas)) >= steps


def _mended(deltas: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What the arguments would be without a repetition, or in another order, and why."""
    for place, (one, other) in enumerate(pairwise(deltas)):
        if not any(letter.isalnum() for letter in one + other):
            continue
        before, after = "".join(deltas[:place]), "".join(deltas[place + 2 :])
        if one == other:
            yield "one of their chunks came twice", before + one + after
        else:
            yield "two of their chunks came in the wrong order", before + other + one + after


def _is_object(text: str) -> bool:
    try:
        parse_arguments(text)
    except BadArguments:
        return False
    return True


def _garbled(why: str) -> BadReply:
    return BadReply("garbled_deltas", f"the arguments of a tool call are no JSON object, and {why}")
