"""Conversations of the home network in many wordings, each with what its user really did.

A skeleton is played once, by the oracle with the scripted user in the real world, so that what the user did
and saw is true; then everything that is said is worded anew, by dice that start from a name. The wordings of
each line are cut in two halves: rules may be improved by one half (`dev`), and are measured by the other
(`held-out`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Literal

import yaml

from scenarios.exam import Exam
from scenarios.transcript import (
    AssistantMessage,
    Event,
    SegmentRecord,
    Stopped,
    Transcript,
    UserAction,
    UserMessage,
)

Half = Literal["dev", "held-out"]
_HERE = Path(__file__).parent
_STOPPED: Mapping[str, Stopped] = {
    "done": "user_done",
    "transfer": "user_transfer",
    "out_of_scope": "user_out_of_scope",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """Something said, or done by the user."""

    who: Literal["u", "a", "act"]
    text: str = ""
    id: str = ""
    actions: tuple[UserAction, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One conversation, not yet a transcript."""

    exam: Exam
    lines: tuple[Line, ...]
    mark: str = "done"
    """How the user leaves with its last words; empty: the trial was cut off."""

    def at(self, name: str) -> int:
        """Where a line is; -1 where the conversation has none of this name."""
        return next((place for place, line in enumerate(self.lines) if line.id == name), -1)

    def with_line(self, place: int, text: str) -> "Talk":
        changed = replace(self.lines[place], text=text)
        return replace(self, lines=(*self.lines[:place], changed, *self.lines[place + 1 :]))

    def cut(self, place: int, *more: Line, mark: str = "done") -> "Talk":
        """Everything before a line, and then something else."""
        return replace(self, lines=(*self.lines[:place], *more), mark=mark)

    def inserted(self, place: int, *more: Line) -> "Talk":
        return replace(self, lines=(*self.lines[:place], *more, *self.lines[place:]))


@dataclass(kw_only=True)
class Wordings:
    """Everything that may be said in one language, one half of it at a time."""

    talks: Mapping[str, Sequence[Mapping[str, Any]]]
    faults: Mapping[str, Any]
    half: Half
    dice: Random = field(default_factory=lambda: Random(0))  # noqa: S311 # reproducible, not secret

    @classmethod
    def read(cls, language: str, half: Half) -> "Wordings":
        talks, faults = (
            yaml.safe_load((_HERE / f"{kind}_{language}.yaml").read_text("utf-8"))
            for kind in ("talks", "faults")
        )
        return cls(talks=talks, faults=faults, half=half)

    def pick(self, variants: Sequence[str]) -> str:
        """One of the wordings of this half."""
        mine = list(variants)[self.half == "held-out" :: 2]
        return str(self.dice.choice(mine or list(variants)))

    def fault(self, *names: str) -> str:
        found: Any = self.faults
        for name in names:
            found = found[name]
        return self.pick(found)


def clean_talk(exam: Exam, did: Sequence[UserAction], words: Wordings) -> Talk:
    """The conversation of a scenario as it goes well, in other words."""
    left, lines = list(did), list[Line]()
    for beat in words.talks[exam.scenario.id]:
        if "act" in beat:
            lines.append(Line(who="act", actions=tuple(left[: beat["act"]])))
            del left[: beat["act"]]
        else:
            who: Literal["u", "a"] = "u" if "u" in beat else "a"
            lines.append(Line(who=who, text=words.pick(beat[who]), id=beat.get("id", "")))
    return Talk(exam=exam, lines=tuple(lines))


def transcript_of(talk: Talk, name: str) -> Transcript:
    user = talk.exam.scenario.user
    mark = getattr(user.marks, talk.mark) if user is not None and talk.mark else ""
    messages: list[Event] = list(_messages(talk.lines))
    last = messages[-1]
    if mark and isinstance(last, UserMessage):
        messages[-1] = UserMessage(text=f"{last.text} {mark}")
    return Transcript(
        scenario=talk.exam.scenario.name,
        model=name,
        repeat=0,
        ended="done" if mark else "limit",
        segments=(SegmentRecord(segment="call", messages=tuple(messages)),),
        user="corpus",
        stopped=_STOPPED[talk.mark] if talk.mark else None,
    )


def _messages(lines: Sequence[Line]) -> Iterator[Event]:
    for line in lines:
        match line.who:
            case "u":
                yield UserMessage(text=line.text)
            case "a":
                yield AssistantMessage(text=line.text)
            case "act":
                yield from line.actions
