"""A user that is played and not written down: what it wants, knows and may do, and when it stops.

Who plays it is said by the run: a model, which is shown all of this in words, or nobody at all where the
scenario brings a `script`. A script is a finite-state machine: in each state the user hears what the agent
says, the first move that fits is made, and the user says what that move says. The first move of a state is
what a good agent brings about, so that gold can be played against it.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from scenarios.fields import Argument, Fact, Side, ToolName, as_list
from scenarios.language import Language
from scenarios.record import Record

Signal = Literal["done", "transfer", "out_of_scope"]
"""Why a user ends the conversation: it has what it wants or sees that it will not get it; it is handed to
somebody else; what is asked of it is nothing that it was told about."""
PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
"""In the words of a script: what the user knows, by its label, or a place in what a call brought."""
SIGNALS: tuple[Signal, ...] = ("done", "transfer", "out_of_scope")


Name = Annotated[str, Field(pattern=r"^[^\s.{}]+$", max_length=100)]
"""Of a state or a call, in any script."""


class StopRules(Record):
    """When the user ends the conversation, in words; what is left out is said in general words."""

    done: str = ""
    transfer: str = ""
    out_of_scope: str = ""


class StopMarks(Record):
    """What a user that is a model writes to end the conversation; read wherever it stands in its text, though
    not inside a longer word.
    """

    done: Annotated[str, Field(min_length=3)] = "[[DONE]]"
    transfer: Annotated[str, Field(min_length=3)] = "[[TRANSFER]]"
    out_of_scope: Annotated[str, Field(min_length=3)] = "[[OUT-OF-SCOPE]]"

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len({self.done, self.transfer, self.out_of_scope}) < len(SIGNALS):
            raise ValueError("two marks are the same, and nobody could tell which is meant")
        return self


class TalkLimits(Record):
    """What the two of them may use up; going over ends the trial as `limit`, and the user's own steps as
    `user`.
    """

    turns: Annotated[int, Field(ge=1)] = 30
    """How often the user speaks."""
    steps: Annotated[int, Field(ge=1)] = 12
    """How often the user acts within one turn, before it speaks."""
    errors: Annotated[int, Field(ge=1)] | None = 10
    """Calls of both together that the tools refuse."""
    hops: Annotated[int, Field(ge=1)] | None = None
    """Messages of both, and one for the results of each that calls tools."""


class UserCall(Record):
    """A call that a script makes."""

    id: Name
    """What `{id.place}` in the user's words and `given` call its result."""
    tool: ToolName
    args: dict[str, JsonValue] = {}
    """Values as they stand; a text may name what the user knows, as `{label}`."""


class Reaction(Record):
    """What the user says and does next, once its calls are made."""

    say: str = ""
    """`{label}` is what it knows, and `{call.place}` what a call of this move brought."""
    to: Name | None = None
    """The state that follows; none: it stays in this one."""
    stop: Signal | None = None
    """It ends the conversation with these words."""

    @model_validator(mode="after")
    def _speaks(self) -> Self:
        if not self.say and self.stop is None:
            raise ValueError("a user that goes on has to say something; write `say`, or `stop`")
        if self.to is not None and self.stop is not None:
            raise ValueError("`to` and `stop` contradict each other; keep one of them")
        return self


class Case(Reaction):
    """A reaction that depends on what the calls brought."""

    given: Annotated[dict[str, Argument], Field(min_length=1)]
    """Matchers by place in a result, such as `look.light`; all of them have to fit."""


class Move(Reaction):
    """What the user does about a reply of the agent's that fits."""

    when: Annotated[tuple[Fact, ...], BeforeValidator(as_list)] = ()
    """Facts that the agent's reply states, all of them; none: any reply fits."""
    do: tuple[UserCall, ...] = ()
    """Calls of its own tools, made one after another."""
    cases: tuple[Case, ...] = ()
    """The first that fits is what it says and does instead."""


class Script(Record):
    """A user without a model."""

    opening: Annotated[str, Field(min_length=1)]
    """The first thing that it says."""
    start: Name
    """The state that it is in then."""
    states: Annotated[dict[Name, tuple[Move, ...]], Field(min_length=1)]
    """By name: the moves, the first that fits is made."""
    otherwise: Annotated[str, Field(min_length=1)]
    """Said when no move fits."""
    patience: Annotated[int, Field(ge=1)] = 3
    """So many replies in a row that no move fits end the conversation."""

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        for name in (self.start, *(one.to for one in self.reactions if one.to is not None)):
            if name not in self.states:
                raise ValueError(f"no state is called {name!r}; there are {', '.join(self.states)}")
        return self

    @property
    def moves(self) -> tuple[Move, ...]:
        return tuple(move for moves in self.states.values() for move in moves)

    @property
    def reactions(self) -> tuple[Reaction, ...]:
        return tuple(one for move in self.moves for one in (move, *move.cases))


class SimulatedUser(Record):
    """Who talks to the model under test instead of written turns."""

    goal: Annotated[str, Field(min_length=1)]
    """What it wants, in the second person, as whoever plays it is told."""
    knows: dict[str, str | int | float] = {}
    """What it can tell when it is asked: by label, the value."""
    unknown: tuple[str, ...] = ()
    """What it does not know, however it is asked."""
    persona: str = ""
    """Who it is and how it talks."""
    language: Language | None = None
    """What it speaks, where that is not the scenario's."""
    never: tuple[str, ...] = ()
    """What it must not do or say."""
    stop: StopRules = StopRules()
    first: Side = "user"
    """Who speaks first."""
    greeting: str = ""
    """The agent's first words, which are put into its mouth; needs `first: agent`."""
    text_with_calls: bool = True
    """Whether either may speak and call tools in one message; its words are not heard then."""
    limits: TalkLimits = TalkLimits()
    prompt: str = ""
    """The whole prompt of a model that plays it, in the place of ours; for scenarios of other benchmarks."""
    marks: StopMarks = StopMarks()
    faults: Literal["exclude", "note"] = "exclude"
    """What becomes of a trial in which a model that plays it breaks its part: it ends as `user`, or it counts
    and the fault is noted, where the verdicts of another benchmark are to be kept."""
    script: Script | None = None
    """How it is played without a model."""

    @model_validator(mode="after")
    def _greets(self) -> Self:
        if (self.first == "agent") != bool(self.greeting):
            raise ValueError("`first: agent` and `greeting` belong together; write both or none")
        return self
