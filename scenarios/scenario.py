"""What is asked of a model: the typed form of a `scenario.yaml` (see docs/scenarios.md).

Matchers stay the JSON that their author wrote; `scenarios.matchers` gives them their meaning.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, JsonValue, field_serializer, model_validator

from scenarios import matchers
from scenarios.fields import Argument, Fact, Id, Side, ToolName
from scenarios.language import Language
from scenarios.line import Line
from scenarios.reading import Reading
from scenarios.record import Record
from scenarios.theirs import Theirs
from scenarios.transcript import Message
from scenarios.user import SimulatedUser

R = TypeVar("R", bound=Record)
FaultKind = Literal["timeout", "error", "garbled", "truncated", "slow"]
Transport = Literal["memory", "stdio", "http"]


class Watch(Record):
    """How the state of a server that is not ours is read, unseen by the model."""

    folder: str | None = None
    """A folder under the server's own: its files by path, small texts whole and others by hash."""
    sqlite: str | None = None
    """A database file: its rows by table and key."""
    tool: str | None = None
    """One of the server's tools; what it returns is the state."""
    args: dict[str, JsonValue] = {}
    """The arguments of `tool`."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        return _exactly_one(self, "folder", "sqlite", "tool")


class Server(Record):
    """One MCP server of a scenario: built in, a command to start, a URL to reach, or a second one over the
    world of another.
    """

    builtin: str | None = None
    """The name of one of our own worlds, such as `shop`."""
    state: dict[str, JsonValue] | None = None
    """The starting state of a built-in world; files and overrides are merged when the scenario is loaded."""
    command: tuple[str, ...] | None = None
    """A program that speaks MCP over stdio, with its arguments; started anew for each trial."""
    env: dict[str, str] = {}
    """Variables that the program is given beside the usual ones."""
    folder: str | None = None
    """A folder beside the scenario; each trial works in a fresh copy of it."""
    url: str | None = None
    """An MCP server that is there already, over streamable HTTP."""
    headers: dict[str, str] = {}
    """Sent with every request to `url`; `${NAME}` is filled in from the environment and never stored."""
    watch: Watch | None = None
    side: Side = "agent"
    """Who is offered its tools: the model, or the simulated user. A built-in world has tools for each."""
    shares: Id | None = None
    """Another server of this scenario, built in, whose world this one stands over as well."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        _exactly_one(self, "builtin", "command", "url", "shares")
        if self.state is not None and self.builtin is None:
            raise ValueError(
                "`state` belongs to a built-in world; read the state of other servers by `watch`"
            )
        return self


class Fault(Record):
    """The nth call of a tool in a trial is spoilt."""

    tool: ToolName
    nth: Annotated[int, Field(ge=1)] = 1
    """Which call of the tool, counted from 1 over the whole trial."""
    error: FaultKind
    """`timeout` and `error` do not reach the server; `garbled` and `truncated` spoil what a reading tool
    gives back; `slow` is late but right."""
    message: str | None = None
    """What the model reads instead of the result (`error` only)."""
    seconds: Annotated[float, Field(gt=0, le=60)] = 1.0
    """How late the result is (`slow` only)."""


class Tools(Record):
    distractors: Annotated[int, Field(ge=0, le=200)] = 0
    """How many plausible tools that are of no use here stand beside the real ones."""
    faults: tuple[Fault, ...] = ()
    """Calls that go wrong on purpose; a good model tries again."""
    answered: bool = True
    """False: what the model calls is its answer. It reads no result, and the turn is over."""
    later: dict[ToolName, Id] = {}
    """Tools that the model is not offered before a segment: its id."""


class CallPattern(Record):
    """A tool, and arguments that must match; arguments that are not named may be anything."""

    tool: ToolName
    args: dict[str, Argument] = {}


class ExpectedCall(Record):
    """One gold call."""

    id: Id
    """What `after` and `ref` call it; unique in the scenario."""
    tool: ToolName
    args: dict[str, Argument] = {}
    """By name; an argument that is not named here must not be given, except as the tool's own default."""
    after: tuple[Id, ...] = ()
    """Gold calls that must come first; a `ref` in `args` implies it."""
    optional: bool = False
    """Right, but not needed."""

    @property
    def needs(self) -> tuple[str, ...]:
        """Every call that must come first: those named in `after` and those that a `ref` reads."""
        refs = (ref.partition(".")[0] for ref in matchers.refs(dict(self.args)))
        return tuple(dict.fromkeys((*self.after, *refs)))


class Expectation(Record):
    """What a good run shows by the end of a segment."""

    calls: tuple[ExpectedCall, ...] = ()
    """The gold calls, in an order that works."""
    allow: tuple[ToolName, ...] = ()
    """Tools whose extra calls are neither counted nor blamed."""
    say: tuple[Fact, ...] = ()
    """Facts that the last reply of the segment must state."""
    answer: Fact | None = None
    """Like one `say`, but a number must be the last number of the reply."""
    not_say: tuple[Fact, ...] = ()
    """What the reply must not state: the tempting wrong value."""
    no_call: bool = False
    """No tool may be called in this segment."""
    line: Line | None = None
    """What a reply about a document must hold; made by tasks and from `document:`, not written by hand."""
    ask: tuple[Fact, ...] = ()
    """Something is missing: the reply must ask and mention these, and nothing may be written before."""

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
    user: tuple[str, ...] = ()
    """What the user says: one turn, or a list of turns; none where the user is simulated."""
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
    """By server: where its final state need not be exactly what the gold calls make of it."""
    never: tuple[CallPattern, ...] = ()
    """Calls that must not be made at any time."""


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
    """What happens, in one line."""
    tags: tuple[str, ...] = ()
    """Free words that say what it is about."""
    language: Language = "en"
    """What the user speaks; messages of the harness to the model are in it too."""
    system: str = ""
    """The system prompt itself; loading has read the file."""
    servers: dict[Id, Server] = {}
    """By name; the model sees their tools as `NAME__TOOL`."""
    tools: Tools = Tools()
    segments: Annotated[tuple[Segment, ...], Field(min_length=1)]
    history: tuple[Message, ...] = ()
    """What the model is shown before the conversation, as if it had happened; loaders give it."""
    user: SimulatedUser | None = None
    """Who talks to the model where no turns are written; there is one segment then."""
    final: Final = Final()
    reading: Reading | None = None
    """The long document that the question is about, and how it is read."""
    limits: Limits = Limits()
    scorers: tuple[str, ...] = ()
    """Installed plug-in scorers that are wanted beside the built-in ones."""
    theirs: Theirs | None = None
    """What another benchmark expects, whose own verdict then decides; loaders give it."""

    @property
    def name(self) -> str:
        return f"{self.suite}/{self.id}"

    @field_serializer("history")
    def _with_roles(self, history: tuple[Message, ...]) -> list[dict[str, JsonValue]]:
        """Whole, since a message is told by its role, which is a default."""
        return [message.model_dump(mode="json") for message in history]

    @model_validator(mode="after")
    def _somebody_speaks(self) -> Self:
        for segment in self.segments:
            if self.user is None and not segment.user:
                raise ValueError(f"segment {segment.id!r}: nobody speaks; write its turns under `user`")
            if self.user is not None and segment.user:
                raise ValueError(
                    f"segment {segment.id!r}: its turns are the simulated user's; leave out one of the two"
                )
        if self.user is not None and len(self.segments) > 1:
            raise ValueError("a simulated user has one conversation; keep one segment")
        if self.user is not None and not self.tools.answered:
            raise ValueError("calls that nobody answers end a turn, and a simulated user would hear nothing")
        return self

    @model_validator(mode="after")
    def _shared_worlds(self) -> Self:
        for name, server in self.servers.items():
            whole = self.servers.get(server.shares or "")
            if server.shares is not None and (whole is None or whole.builtin is None):
                built_in = [other for other, one in self.servers.items() if one.builtin is not None]
                raise ValueError(
                    f"server {name!r} shares {server.shares!r}, which is no built-in world of this scenario; "
                    f"there are {', '.join(built_in) or 'none'}"
                )
            others = [one for one in self.servers.values() if one.shares == server.shares]
            if whole is not None and (len(others) > 1 or whole.side == server.side):
                raise ValueError(f"server {name!r}: a world has one server for each side; leave one out")
            if server.side == "user" and self.user is None:
                raise ValueError(f"server {name!r} is the user's, and no `user` is simulated")
        return self

    @property
    def calls(self) -> Iterator[tuple[Segment, ExpectedCall]]:
        """Every gold call with its segment, in the order of the file; the user's own are among them."""
        return ((segment, call) for segment in self.segments for call in segment.expect.calls)

    def side_of(self, tool: str) -> Side:
        """Whose tool it is, by its server."""
        server = self.servers.get(tool.partition("__")[0])
        return server.side if server is not None else "agent"


def _exactly_one(record: R, *names: str) -> R:
    given = [name for name in names if getattr(record, name) is not None]
    if len(given) != 1:
        raise ValueError(f"needs exactly one of {', '.join(names)}; found {', '.join(given) or 'none'}")
    return record
