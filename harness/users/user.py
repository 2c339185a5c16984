"""What a simulated user is: it hears what the agent says, acts with its own tools, and speaks or leaves.

It sits at a desk of its own in the same trial. Everything that it does goes over it: its calls are made in
the shared world and written down there, and so is what its model was asked, apart from the model under test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from scenarios.exam import Exam
from scenarios.transcript import Exchange, Stopped, ToolCall, ToolMessage

SCRIPTED = "scripted"
"""What a user without a model is called."""


class UserBroke(Exception):
    """The simulated user cannot be played on: nothing that the model under test has done."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the user says to the agent."""

    text: str
    stop: Stopped | None = None
    """It leaves with these words, and nobody answers them."""


class UserDesk(Protocol):
    """Where a simulated user sits for one trial. What ends the trial is raised through it."""

    async def act(self, text: str, calls: Sequence[ToolCall]) -> tuple[ToolMessage, ...]:
        """Make calls of the user's own tools, one after another; `text` stood beside them, and nobody hears
        it.
        """
        ...

    def asked(self, exchange: Exchange) -> None:
        """Note what a model that plays the user was asked."""
        ...

    def seconds(self) -> float:
        """How long a reply to the user's model may take. Raises what ends a trial whose time is used up."""
        ...


class Talk(Protocol):
    """One trial's conversation as the user has it."""

    async def turn(self, heard: str, desk: UserDesk) -> Said:
        """What the user says to what it heard, which is empty where it speaks first or the agent says
        nothing. Raises `UserBroke`, and whatever the desk raises.
        """
        ...


class User(Protocol):
    """Plays users, of any number of trials at a time; it keeps nothing between them."""

    @property
    def label(self) -> str:
        """What transcripts and reports call it."""
        ...

    def meet(self, exam: Exam, repeat: int) -> Talk:
        """A fresh conversation."""
        ...
