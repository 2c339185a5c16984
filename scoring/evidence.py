"""What a transcript shows, read once for all scorers: the calls made and the gold calls they meet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from pydantic import JsonValue

from scenarios.matching import Lookup
from scenarios.transcript import (
    AssistantMessage,
    BadArguments,
    SegmentRecord,
    ToolMessage,
    Transcript,
    parse_arguments,
)
from scoring.pairing import Made, Pair, pair_calls
from scoring.preparation import Gold, Prepared, Stage


@dataclass(frozen=True, kw_only=True)
class Evidence:
    prepared: Prepared
    transcript: Transcript
    made: tuple[Made, ...]
    pairs: Mapping[str, Pair]
    """By gold id: the call of the same tool that meets it best; not necessarily a good one."""
    pair_at: Mapping[int, Pair]
    """The same pairs by the position of the call."""
    lookup: Lookup
    """The value of a `ref`: from the model's own matching call, else from the gold results."""
    records: Mapping[str, SegmentRecord]

    def reply(self, segment: str) -> str:
        """The last reply of a segment; all that was said to a simulated user, who may have the last word."""
        record = self.records.get(segment)
        if record is None:
            return ""
        talk = self.prepared.exam.scenario.user is not None
        return "\n\n".join(record.replies) if talk else record.reply

    def met(self, gold: str) -> bool:
        pair = self.pairs.get(gold)
        return pair is not None and pair.exact

    def unmet(self, stage: Stage) -> list[Gold]:
        """The gold calls of a segment that are needed and that no call meets exactly."""
        return [gold for gold in stage.gold if not gold.call.optional and not self.met(gold.id)]

    def allows(self, made: Made) -> bool:
        """Whether a call is one of the extras that the scenario neither counts nor blames."""
        stage = self.prepared.stages.get(made.segment)
        return (
            stage is not None
            and made.name in stage.allowed
            and made.sent
            and made.position not in self.pair_at
        )

    def writes(self, made: Made) -> bool:
        """Whether a call may have changed something: accepted by a tool not known to only read."""
        tool = self.prepared.tools.get(made.name)
        return not made.failed and (tool is None or tool.writes)

    def counts(self, made: Made) -> bool:
        """Whether a call counts against precision: neither an allowed extra nor hit by a fault."""
        return not made.spoilt and not self.allows(made)


def read(prepared: Prepared, transcript: Transcript) -> Evidence:
    made = tuple(_calls(transcript))
    pairs, lookup = pair_calls(prepared, made)
    return Evidence(
        prepared=prepared,
        transcript=transcript,
        made=made,
        pairs=pairs,
        pair_at={pair.made.position: pair for pair in pairs.values()},
        lookup=lookup,
        records={record.segment: record for record in transcript.segments},
    )


def _calls(transcript: Transcript) -> Iterator[Made]:
    """Every call with what came back; results are paired by position, since one id may be used twice."""
    position = message_number = 0
    for record in transcript.segments:
        place = 0
        for index, message in enumerate(record.messages):
            message_number += 1
            if not isinstance(message, AssistantMessage):
                continue
            results = record.messages[index + 1 : index + 1 + len(message.tool_calls)]
            for call, result in zip_longest(message.tool_calls, results):
                yield Made(
                    position=position,
                    place=place,
                    segment=record.segment,
                    message=message_number,
                    name=call.name,
                    raw=call.arguments_json,
                    arguments=_parsed(call.arguments_json),
                    result=result if isinstance(result, ToolMessage) else None,
                )
                position, place = position + 1, place + 1


def _parsed(text: str) -> dict[str, JsonValue] | None:
    try:
        return parse_arguments(text)
    except BadArguments:
        return None
