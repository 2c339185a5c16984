"""What is asked of a model: the typed form of a `scenario.yaml` (see docs/scenarios.md).

Matchers stay the JSON that their author wrote; `scenarios.matchers` gives them their meaning.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, JsonValue, WithJsonSchema, model_validator

from scenarios import matchers
from scenarios.record import Record

R = TypeVar("R", bound=Record)
Language = Literal["en", "zh"]
FaultKind = Literal["timeout", "error", "garbled", "truncated", "slow"]
Transport = Literal["memory", "stdio", "http"]

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")]
ToolName = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+(_[A-Za-z0-9-]+)*__[A-Za-z0-9_-]+$")]
"""`server__tool`: the one spelling of a tool's name, everywhere."""

Argument = Annotated[JsonValue, AfterValidator(matchers.checked_argument), WithJsonSchema({})]
"""A matcher for an argument or a leaf of a state."""
Fact = Annotated[JsonValue, AfterValidator(matchers.checked_fact), WithJsonSchema({})]
"""A matcher for what a reply states."""


class Watch(Record):
    """How the state of a server that is not ours is read, unseen by the model."""

    folder: str | None = None
    sqlite: str | None = None
    tool: str | None = None
    args: dict[str, JsonValue] = {}

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        return _exactly_one(self, "folder", "sqlite", "tool")


class Server(Record):
    """One MCP server of a scenario: built in, a command to start, or a URL to reach."""

    builtin: str | None = None
    state: dict[str, JsonValue] | None = None
    """The starting state of a built-in world; files and overrides are merged when the scenario is loaded."""
    command: tuple[str, ...] | None = None
    env: dict[str, str] = {}
    folder: str | None = None
    """A folder beside the scenario; each trial works in a fresh copy of it."""
    url: str | None = None
    headers: dict[str, str] = {}
    """Sent with every request to `url`; `${NAME}` is filled in from the environment and never stored."""
    watch: Watch | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        _exactly_one(self, "builtin", "command", "url")
        if self.state is not None and self.builtin is None:
            raise ValueError(
                "`state` belongs to a built-in world; read the state of other servers by `watch`"
            )
        return self


class Fault(Record):
    """The nth call of a tool in a trial is spoilt."""

    tool: ToolName
    nth: Annotated[int, Field(ge=1)] = 1
    error: FaultKind
    message: str | None = None
    """What the model reads instead of the result (`error` only)."""
    seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """How late the result is (`slow` only)."""


class Tools(Record):
    distractors: Annotated[int, Field(ge=0, le=200)] = 0
    """How many plausible tools that are of no use here stand beside the real ones."""
    faults: tuple[Fault, ...] = ()


class CallPattern(Record):
    """A tool, and arguments that must match; arguments that are not named may be anything."""

    tool: ToolName
    args: dict[str, Argument] = {}


class ExpectedCall(Record):
    """One gold call."""

    id: Id
    tool: ToolName
    args: dict[str, Argument] = {}
    after: tuple[Id, ...] = ()
    """Gold calls that must come first; a `ref` in `args` implies it."""
    optional: bool = False

    @property
    def needs(self) -> tuple[str, ...]:
        """Every call that must come first: those named in `after` and those that a `ref` reads."""
        refs = (ref.partition(".")[0] for ref in matchers.refs(dict(self.args)))
        return tuple(dict.fromkeys((*self.after, *refs)))


class Expectation(Record):
    """What a good run shows by the end of a segment."""

    calls: tuple[ExpectedCall, ...] = ()
    allow: tuple[ToolName, ...] = ()
    say: tuple[Fact, ...] = ()
    answer: Fact | None = None
    not_say: tuple[Fact, ...] = ()
    no_call: bool = False
    ask: tuple[Fact, ...] = ()

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        if self.no_call and self.calls:
            raise ValueError("`no_call: true` and `calls` contradict each other; keep one of them")
        return self

    @property
    def facts(self) -> tuple[JsonValue, ...]:
        """Every fact that the reply has to state."""
        return self.say + self.ask + (() if self.answer is None else (self.answer,))


class Segment(Record):
    """One stretch of the conversation: the user's turns, and what is expected by their end."""

    id: Id
    user: Annotated[tuple[str, ...], Field(min_length=1)]
    expect: Expectation = Expectation()

    @model_validator(mode="before")
    @classmethod
    def _one_turn_or_many(cls, value: Any) -> Any:
        if isinstance(value, dict) and isinstance(value.get("user"), str):
            return {**value, "user": (value["user"],)}
        return value


class FinalState(Record):
    changed: dict[str, Argument] = {}
    """What the leaf at a JSON pointer must have become, where that is not what the gold calls make of it."""
    ignore: tuple[str, ...] = ()
    """Pointer patterns whose changes do not count; `*` stands for one part."""


class Final(Record):
    state: dict[str, FinalState] = {}
    never: tuple[CallPattern, ...] = ()


class Limits(Record):
    """What one trial may use up; going over ends it as `limit`."""

    steps: Annotated[int, Field(ge=1)] = 30
    """Model requests."""
    calls: Annotated[int, Field(ge=1)] = 60
    seconds: Annotated[float, Field(gt=0)] = 600
    """Time of tools and model, not of queueing."""
    output_tokens: Annotated[int, Field(ge=1)] = 4096
    """The output limit that each request is sent with."""


class Scenario(Record):
    suite: Id
    id: Id
    title: str
    tags: tuple[str, ...] = ()
    language: Language = "en"
    system: str = ""
    """The system prompt itself; loading has read the file."""
    servers: dict[Id, Server] = {}
    tools: Tools = Tools()
    segments: Annotated[tuple[Segment, ...], Field(min_length=1)]
    final: Final = Final()
    limits: Limits = Limits()
    scorers: tuple[str, ...] = ()
    """Installed plug-in scorers that are wanted beside the built-in ones."""

    @property
    def name(self) -> str:
        return f"{self.suite}/{self.id}"

    @property
    def calls(self) -> Iterator[tuple[Segment, ExpectedCall]]:
        """Every gold call with its segment, in the order of the file."""
        return ((segment, call) for segment in self.segments for call in segment.expect.calls)


def _exactly_one(record: R, *names: str) -> R:
    given = [name for name in names if getattr(record, name) is not None]
    if len(given) != 1:
        raise ValueError(f"needs exactly one of {', '.join(names)}; found {', '.join(given) or 'none'}")
    return record
