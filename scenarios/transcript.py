"""What happened when one model played one scenario.

A transcript is written once and only read afterwards, so that scores can be recomputed at any time without
asking a model again. What the model wrote is kept exactly as it wrote it. A count that nobody reported is
None, never 0.
"""

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from scenarios.foreign import flaw
from scenarios.reading import Layout
from scenarios.record import Record

TrialClass = Literal[
    "done", "limit", "truncated", "overflow", "parser", "server", "provider", "user", "budget", "harness"
]
"""How a trial ended; exactly one, given at one boundary."""

GRADED: frozenset[TrialClass] = frozenset({"done", "limit", "truncated", "overflow"})
"""The model's own doing: these count. The others are excluded, listed, and played again."""

CallProblem = Literal["malformed", "unknown_tool", "schema", "tool_error", "fault"]
"""Why a call brought no good result: not a JSON object; no such tool; arguments that the tool's schema
refuses (neither is sent to the server); the tool said no; an injected fault hit it."""


class ToolCall(Record):
    """A call as the model wrote it; `arguments_json` may be malformed, and that is scored."""

    id: str
    name: str
    arguments_json: str
    written: str | None = None
    """The model's own words, where an agent made this call of something else."""


class UserMessage(Record):
    role: Literal["user"] = "user"
    text: str


class Carried(Record):
    """What a provider wants back unchanged with a message: its own thinking, signed or encrypted."""

    item: JsonValue
    """In the form of its wire format."""
    place: int = 0
    """How many of the message's parts stand before it: its text, where it has one, and each call."""


class AssistantMessage(Record):
    role: Literal["assistant"] = "assistant"
    text: str = ""
    reasoning: str | None = None
    """Thinking that the wire format keeps apart from the answer; no scorer reads it."""
    tool_calls: tuple[ToolCall, ...] = ()
    carried: tuple[Carried, ...] = ()
    """Handed back to the provider that gave it, and to nobody else; no scorer reads it."""
    given: bool = False
    """Put into the model's mouth by the scenario, such as a greeting: it was not asked for it."""


class ToolMessage(Record):
    role: Literal["tool"] = "tool"
    call_id: str
    text: str
    """What the model read."""
    structured: JsonValue = None
    """The result as JSON where the server gave one; the model did not see it unless `text` says it."""
    problem: CallProblem | None = None
    detail: str | None = None
    """For `schema`: the first violation; for `fault`: its kind."""
    ms: float = 0.0


Message = Annotated[UserMessage | AssistantMessage | ToolMessage, Field(discriminator="role")]
"""What a model reads and writes."""


class UserAction(Record):
    """What a simulated user did with its own tools, all at once; the model under test never sees it."""

    role: Literal["user_action"] = "user_action"
    text: str = ""
    """What it wrote beside its calls; nobody heard it."""
    tool_calls: tuple[ToolCall, ...] = ()
    results: tuple[ToolMessage, ...] = ()
    """One for each call that was made."""


Event = Annotated[UserMessage | AssistantMessage | ToolMessage | UserAction, Field(discriminator="role")]
"""What stands in a transcript, in the order in which it happened."""

Stopped = Literal["user_done", "user_transfer", "user_out_of_scope", "user_gave_up", "agent_done"]
"""How a conversation with a simulated user came to its end: by a signal of the user's, by the end of a
script's patience, or by a tool of the agent's that ends it."""


class Usage(Record):
    """Token counts of one request, whatever the provider calls them: `cached` and `written` are disjoint
    parts of `input`, and `reasoning` is a part of `output`.
    """

    input: int | None = None
    cached: int | None = None
    """Found in the provider's prompt cache."""
    written: int | None = None
    """Computed and written into that cache."""
    output: int | None = None
    reasoning: int | None = None
    doubt: str | None = None
    """Why the counts cannot be trusted, where the provider's own do not fit together."""


class Attempt(Record):
    """A request that brought no reply."""

    kind: str
    """A short stable word, such as `http_429` or `timeout_idle`."""
    sent: str = ""
    """UTC, ISO 8601."""
    ms: float = 0.0
    """Until it failed."""
    waited_ms: float = 0.0
    """From then until it was sent again; 0 when it was not."""


class Exchange(Record):
    """One request to the model, measured by our clock from the moment it was sent."""

    usage: Usage = Usage()
    raw_usage: JsonValue = None
    """The provider's own usage object, kept for ever."""
    ms: float = 0.0
    """Until the last byte."""
    ttft_ms: float | None = None
    """Until the first token of any kind; None when the reply was not streamed."""
    first_answer_ms: float | None = None
    """Until the first token that is not reasoning."""
    chunk_ms: tuple[float, ...] = ()
    """The gaps between content chunks (a chunk may carry several tokens)."""
    finish: str | None = None
    served_model: str | None = None
    """The model id and fingerprint that the server named in its reply."""
    sent: str = ""
    """UTC, ISO 8601: prices may depend on the hour."""
    reported_usd: float | None = None
    """What the provider itself said that the request cost."""
    conceded: tuple[str, ...] = ()
    """What was given up since this endpoint refuses it, such as streaming."""
    failed: tuple[Attempt, ...] = ()
    """The attempts before the one that was answered."""

    @property
    def attempts(self) -> int:
        """How often the request was sent until it was answered."""
        return len(self.failed) + 1

    @property
    def tpot_ms(self) -> float | None:
        """(end-to-end − TTFT) / (output tokens − 1), as vLLM defines it; None for fewer than two tokens."""
        later_tokens = (self.usage.output or 0) - 1
        if self.ttft_ms is None or later_tokens < 1:
            return None
        return (self.ms - self.ttft_ms) / later_tokens


class SegmentRecord(Record):
    segment: str
    messages: tuple[Event, ...] = ()

    @property
    def reply(self) -> str:
        """The last thing the model said to the user in this segment."""
        last = self.messages[-1] if self.messages else None
        return last.text if isinstance(last, AssistantMessage) and not last.tool_calls else ""

    @property
    def replies(self) -> tuple[str, ...]:
        """Everything that the model said to the user in this segment, without what was put into its mouth."""
        said = (one for one in self.messages if isinstance(one, AssistantMessage))
        return tuple(one.text for one in said if one.text and not one.tool_calls and not one.given)


class Change(Record):
    """One leaf of a world that is not what it was."""

    path: str
    """JSON pointer."""
    before: JsonValue = None
    after: JsonValue = None
    kind: Literal["added", "removed", "changed"]


class Failure(Record):
    """Why a trial did not end by itself: a finding about the model for `limit`, `truncated`, `overflow`."""

    kind: str
    """A short stable word, such as `steps`, `http_503`, `server_exited`."""
    message: str
    where: str = ""


class Transcript(Record):
    schema_version: Literal[1] = 1
    scenario: str
    """`suite/id`."""
    model: str
    repeat: int
    ended: TrialClass
    failure: Failure | None = None
    segments: tuple[SegmentRecord, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    """One per assistant message that was not given, in order; one more when the last request failed after an
    answer began."""
    changes: dict[str, tuple[Change, ...]] = {}
    """By server: how the final state differs from the starting state."""
    started: str = ""
    """UTC, ISO 8601."""
    seconds: float = 0.0
    """Wall time of the trial, with what it waited for limits and between attempts."""
    failed: tuple[Attempt, ...] = ()
    """The attempts of the request that ended the trial unanswered."""
    notes: tuple[str, ...] = ()
    """Settings that shaped this trial beyond the scenario, such as a forced first call."""
    resent: int | None = None
    """How often it had been begun before, on machines that were lost in the middle of it; None: never."""
    user: str | None = None
    """Who played the simulated user: a model's label, or `scripted`; None: its turns were written."""
    user_exchanges: tuple[Exchange, ...] = ()
    """The requests to the model that played the user; never among the model's own."""
    stopped: Stopped | None = None
    """How the conversation with a simulated user ended; None: it was cut off, or its turns were written."""

    @property
    def calls(self) -> Iterator[tuple[str, ToolCall, ToolMessage | None]]:
        """Every call the model made, with its segment and what came back (None when it was never executed).

        Results are paired by position, since servers may use one call id twice.
        """
        for record in self.segments:
            for place, message in enumerate(record.messages):
                if isinstance(message, AssistantMessage):
                    results = record.messages[place + 1 : place + 1 + len(message.tool_calls)]
                    for call, result in zip_longest(message.tool_calls, results):
                        if call is not None:
                            yield record.segment, call, result if isinstance(result, ToolMessage) else None

    @property
    def user_calls(self) -> Iterator[tuple[ToolCall, ToolMessage | None]]:
        """Every call that the simulated user made of its own tools, with what came back."""
        for record in self.segments:
            for message in record.messages:
                if isinstance(message, UserAction):
                    for call, result in zip_longest(message.tool_calls, message.results):
                        if call is not None:
                            yield call, result


class ReadingRecord(Record):
    """The main line of a reading: what one model said while it was given a document part by part."""

    suite: str
    document: str
    layout: Layout
    model: str
    repeat: int
    replies: tuple[str, ...] = ()
    """To each part: a line that it was read, or the model's notes."""
    exchanges: tuple[Exchange, ...] = ()
    """One for each reply."""
    cut: tuple[int, ...] = ()
    """Parts whose reply ran into the output limit; it stands as far as it came."""

    @property
    def name(self) -> str:
        return f"{self.model}/{self.suite}/{self.document}--{self.layout}/{self.repeat}"


class BadArguments(ValueError):
    """The model did not write one JSON object."""


def parse_arguments(text: str) -> dict[str, JsonValue]:
    """Arguments by strict JSON: one object, no key twice, nothing that JSON cannot carry on. An empty text is
    an empty object. Raises `BadArguments`, saying what is wrong with the text.
    """
    try:
        value: Any = json.loads(text or "{}", object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadArguments(str(error)) from error
    if not isinstance(value, dict):
        raise BadArguments(f"a JSON {type(value).__name__} where an object is needed")
    if wrong := flaw(value):
        raise BadArguments(wrong)
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is written twice")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")
