"""Arguments that an earlier result has to give, and that the model made up instead.

An argument is made up when it was used before the call that gives it had come back, or is not what came back,
and nothing that the model had read until then (the policy, the user, any tool) contains it.
"""

from collections.abc import Iterator

from pydantic import JsonValue

from scenarios.matchers import refs
from scenarios.transcript import ToolMessage, Transcript, UserMessage
from scoring.evidence import Evidence
from scoring.pairing import Made, Pair


def fabricated(pair: Pair, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Each made-up argument of a call, with the reference that gives its value."""
    if not pair.gold.refs or not pair.made.arguments or not pair.made.sent:
        return
    for name, matcher in pair.gold.call.args.items():
        sources = list(refs(matcher))
        given = pair.made.arguments.get(name)
        if not sources or given is None:
            continue
        wrong = any(m.path == name or m.path.startswith(name + ".") for m in pair.mismatches)
        early = next((ref for ref in sources if not _known(ref, pair.made, evidence)), None)
        if (wrong or early) and not _was_read(given, pair.made, evidence):
            yield name, early or sources[0]


def _known(ref: str, made: Made, evidence: Evidence) -> bool:
    """Whether the result that a reference reads was there when the call was written."""
    source = evidence.pairs.get(ref.partition(".")[0])
    return source is not None and not source.made.failed and source.made.message < made.message


def _was_read(value: JsonValue, made: Made, evidence: Evidence) -> bool:
    """Whether any part of a value stands in what the model had read before the call."""
    parts = [str(part) for part in _parts(value)]
    read = _read_before(evidence.transcript, made.message)
    seen = [evidence.prepared.exam.scenario.system, *read]
    return not parts or any(part in text for part in parts for text in seen)


def _parts(value: JsonValue) -> Iterator[JsonValue]:
    """The texts and numbers in a value; `true` and `null` cannot be made up."""
    if isinstance(value, list | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _parts(part)
    elif value is not None and not isinstance(value, bool):
        yield value


def _read_before(transcript: Transcript, message: int) -> Iterator[str]:
    number = 0
    for record in transcript.segments:
        for one in record.messages:
            number += 1
            if number >= message:
                return
            if isinstance(one, UserMessage | ToolMessage):
                yield one.text
