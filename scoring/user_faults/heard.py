"""A conversation as the simulated user had it: what it was told, heard and saw, turn by turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scenarios.exam import Exam
from scenarios.language import Language
from scenarios.transcript import (
    AssistantMessage,
    Stopped,
    ToolCall,
    ToolMessage,
    Transcript,
    UserAction,
    UserMessage,
)
from scenarios.user import SIGNALS, SimulatedUser


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One thing that the user said, with what led to it."""

    number: int
    heard: str
    """The agent's words since the user last spoke."""
    actions: tuple[tuple[ToolCall, ToolMessage], ...]
    """What it did since then, with what it saw."""
    text: str
    """Without the marks that end a conversation."""
    material: str
    """All that it can know by now: its brief, what it heard, what it saw."""
    done: tuple[ToolCall, ...]
    """Every call that it made until now."""


@dataclass(frozen=True, kw_only=True)
class Heard:
    user: SimulatedUser
    language: Language
    brief: str
    """What it was told of itself, as running text."""
    past: str
    """What of it has happened, or is so: without what it must not do, and when to stop."""
    tools: tuple[str, ...]
    """The names of its own tools."""
    turns: tuple[Turn, ...]
    stopped: Stopped | None
    cut_off: bool
    """The conversation did not come to its end."""


def heard(exam: Exam, transcript: Transcript) -> Heard | None:
    """None where no user was simulated."""
    user = exam.scenario.user
    if user is None:
        return None
    brief = "\n".join(_brief(user))
    return Heard(
        user=user,
        language=user.language or exam.scenario.language,
        brief=brief,
        past="\n".join((user.goal, user.persona, *(str(value) for value in user.knows.values()))),
        tools=tuple(tool.name for tool in exam.key.user_tools),
        turns=tuple(_turns(user, brief, transcript)),
        stopped=transcript.stopped,
        cut_off=transcript.ended != "done",
    )


def _brief(user: SimulatedUser) -> Iterator[str]:
    yield user.goal
    yield user.persona
    yield from (f"{label}: {value}" for label, value in user.knows.items())
    yield from user.unknown
    yield from user.never
    yield from (user.stop.done, user.stop.transfer, user.stop.out_of_scope, user.prompt)


def _turns(user: SimulatedUser, brief: str, transcript: Transcript) -> Iterator[Turn]:
    material, said, number = [brief], list[str](), 0
    actions: list[tuple[ToolCall, ToolMessage]] = []
    done: list[ToolCall] = []
    for message in (one for record in transcript.segments for one in record.messages):
        match message:
            case AssistantMessage(text=text, tool_calls=()) if text:
                said.append(text)
            case UserAction():
                pairs = list(zip(message.tool_calls, message.results, strict=False))
                actions += pairs
                done += [call for call, _ in pairs]
                material += [f"{call.arguments_json} {back.text}" for call, back in pairs]
            case UserMessage(text=text):
                material += said
                yield Turn(
                    number=number,
                    heard="\n".join(said),
                    actions=tuple(actions),
                    text=_without_marks(text, user),
                    material="\n".join(material),
                    done=tuple(done),
                )
                material.append(text)  # what it made up is its fault once
                said, actions, number = [], [], number + 1


def _without_marks(text: str, user: SimulatedUser) -> str:
    marks: Mapping[str, str] = {name: getattr(user.marks, name) for name in SIGNALS}
    for mark in marks.values():
        text = text.replace(mark, " ")
    return text.strip()
