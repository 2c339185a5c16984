"""What tau2's rules look at in a trial: what was said, what was called, and what the world became."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from scenarios.exam import Exam
from scenarios.transcript import (
    AssistantMessage,
    BadArguments,
    Change,
    ToolCall,
    ToolMessage,
    Transcript,
    parse_arguments,
)
from scoring.tau2.criteria import Criteria, Requestor

DATABASES = ("/db/", "/user_db/")
ASSERTIONS = "/assertions/"


@dataclass(frozen=True, kw_only=True)
class Said:
    text: str
    heard: bool = True
    """False for words beside a tool call, which go to no user."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A call that reached the tools."""

    name: str
    """As tau2 knows it."""
    arguments: dict[str, JsonValue]
    requestor: Requestor = "assistant"
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class World:
    """What became of the databases, and what ought to have."""

    changes: tuple[Change, ...]
    reference: tuple[Change, ...]
    """By the reference actions as tau2's evaluator runs them."""
    synced: tuple[Change, ...]
    """By the reference actions where both sides learn of each other's changes."""
    holds: tuple[bool | str, ...] = ()
    """For each assertion whether it holds; a text says what it raised."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    stopped: bool
    """Whether the agent or the user ended it."""
    why: str
    """What ended it otherwise."""
    said: tuple[Said, ...]
    made: tuple[Made, ...]
    world: World


def read_trial(criteria: Criteria, exam: Exam, transcript: Transcript) -> Trial:
    before = tuple(
        Made(name=one.name, arguments=one.arguments, requestor=one.requestor) for one in criteria.made_before
    )
    changes = transcript.changes.get(criteria.server, ())
    return Trial(
        stopped=transcript.ended == "done",
        why=transcript.failure.kind if transcript.failure is not None else transcript.ended,
        said=(*(Said(text=text) for text in criteria.said_before), *_said(transcript)),
        made=(*before, *_made(transcript)),
        world=World(
            changes=of_databases(changes),
            reference=of_databases(exam.key.reference.get(criteria.server, ())),
            synced=of_databases(exam.key.changes.get(criteria.server, ())),
            holds=_holds(changes, len(criteria.assertions or ())),
        ),
    )


def of_databases(changes: Sequence[Change]) -> tuple[Change, ...]:
    return tuple(change for change in changes if change.path.startswith(DATABASES))


def _holds(changes: Sequence[Change], count: int) -> tuple[bool | str, ...]:
    found: dict[str, JsonValue] = {
        change.path.removeprefix(ASSERTIONS): change.after
        for change in changes
        if change.path.startswith(ASSERTIONS)
    }
    values = (found.get(str(place), "was not looked at") for place in range(count))
    return tuple(value if isinstance(value, bool) else str(value) for value in values)


def _said(transcript: Transcript) -> Iterator[Said]:
    for record in transcript.segments:
        for message in record.messages:
            if isinstance(message, AssistantMessage) and message.text.strip():
                yield Said(text=message.text, heard=not message.tool_calls)


def _made(transcript: Transcript) -> Iterator[Made]:
    for _, call, result in transcript.calls:
        yield from _one(call, result, "assistant")
    for call, result in transcript.user_calls:
        yield from _one(call, result, "user")


def _one(call: ToolCall, result: ToolMessage | None, requestor: Requestor) -> Iterator[Made]:
    """The call, unless it never reached a tool of tau2's."""
    if result is None:
        return
    try:
        arguments = parse_arguments(call.arguments_json)
    except BadArguments:
        return
    yield Made(
        name=call.name.partition("__")[2] or call.name,
        arguments=arguments,
        requestor=requestor,
        failed=result.problem is not None,
    )
