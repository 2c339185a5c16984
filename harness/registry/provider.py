"""Who serves models, and how each endpoint's dialect differs from its wire format's: the quirk table.

A quirk is data. A client reads it and has no branch for any vendor; a new vendor is a row of
`providers.yaml`, and what a row says names the documentation or the run that it rests on.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, JsonValue, model_validator

from harness.registry.thinking import Switch
from scenarios.problem import Problem, ScenarioError
from scenarios.record import Record
from scenarios.thinking import Thinking
from scenarios.validation import read_record
from scenarios.yaml_file import read_yaml

PROVIDERS = Path(__file__).parent / "providers.yaml"

WireName = Literal["chat", "responses", "messages"]
"""OpenAI chat completions, OpenAI Responses, Anthropic Messages."""
Seconds = Annotated[float, Field(gt=0)]


_LIMITS = frozenset({"max_tokens", "max_completion_tokens", "max_output_tokens"})
"""What bounds the output, and with it the cost of a request."""


class Patience(Record):
    """How long each part of a request may take. The first two grow with the prompt."""

    connect: Seconds = 30.0
    """Until the line stands."""
    first_byte: Seconds = 120.0
    """From then until the first sign of a reply."""
    idle: Seconds = 120.0
    """Between two signs of life of a stream."""
    total: Seconds | None = None
    """Of a whole request; None: as long as the trial has left."""
    bytes_a_second: Seconds = 1000.0
    """The slowest reading of a prompt that is waited for: a million tokens may take minutes."""


class Concession(Record):
    """What is given up when an endpoint refuses a request for want of it, so that the run goes on."""

    says: tuple[str, ...]
    """Words that the refusal (HTTP 400, 403, 404 or 422) has to contain, all of them, in any case."""
    gives_up: Literal["stream", "field", "return_reasoning", "withhold_reasoning"]
    """Streaming (the time to first token is then unknown); a field of the request; or whether reasoning is
    handed back."""
    field: str | None = None
    """With dots for nesting, such as `reasoning.summary`."""
    why: str
    """In the words of the report."""

    @model_validator(mode="after")
    def _the_limit_stays(self) -> Self:
        if self.field in _LIMITS:
            raise ValueError(f"{self.field} bounds what a request may cost, and is never given up")
        return self

    @model_validator(mode="after")
    def _names_its_field(self) -> Self:
        if (self.gives_up == "field") != (self.field is not None):
            raise ValueError("`field` is what `gives_up: field` gives up, and stands nowhere else")
        return self


def _covers_thinking(told: dict[str, Any]) -> bool:
    return bool(told.get("limit_covers_thinking", True))


class Quirks(Record):
    """How an endpoint differs from the usual dialect of its wire format; the defaults are that dialect."""

    auth: Literal["bearer", "x-api-key", "both"] = "bearer"
    """The header that carries the key: `Authorization: Bearer`, `x-api-key`, or either."""
    headers: dict[str, str] = {}
    """Sent with every request beside the key."""
    limit_field: str | None = None
    """What the output limit is called; None: as the wire format has it."""
    limit_covers_thinking: bool = True
    """Whether the output limit bounds thinking too; where it does not, thinking is bounded by its budget."""
    limit_adds_budget: bool = Field(default_factory=_covers_thinking)
    """Whether the budget of thinking goes on top of the output limit that is sent, so that the answer keeps
    its room; if not said, where the limit covers thinking. `limit` does it for all wire formats."""
    thinking_room: Annotated[int, Field(ge=0)] = 0
    """Tokens that the limit adds for thinking without a budget (`on`, `adaptive`, an effort), likewise."""
    most_output: Annotated[int, Field(ge=1)] | None = None
    """A limit that is never gone beyond, since more is refused; the model's own, where its entry tells."""
    asks_for_usage: bool = True
    """Whether a streamed chat request says that it wants to see its usage."""
    refuses: tuple[str, ...] = ()
    """Fields that answer HTTP 400 here: asking for one is an error before the run."""
    refuses_while_thinking: dict[str, tuple[JsonValue, ...]] = {}
    """Fields that do while the model thinks, with the values that are taken all the same."""
    ignores_while_thinking: tuple[str, ...] = ()
    """Fields that have no effect then, and of which no error tells."""
    instructions: bool = True
    """Whether a Responses request says the system prompt in `instructions`; where not, it is the first
    message of the input, with the role `system`."""
    adds: dict[str, JsonValue] = {}
    """Fields that every request carries."""
    forces_by: str = "required"
    """The `tool_choice` that forces a call, in wire formats whose choice is a word."""
    forces_calls: bool = True
    """Whether a call can be forced at all; some servers take the field and do nothing."""
    forces_while_thinking: bool = True
    """Whether a call can be forced while the model thinks."""
    reasoning_back: Literal[
        "no", "reasoning_content", "reasoning", "reasoning_details", "content", "extra_content", "items"
    ] = "no"
    """Where reasoning is handed back: the field of a chat message (`content`: as a part of it), the
    `extra_content` of a chat message and of its calls, or `items`: as the items or blocks that it came in."""
    reasoning_back_for: Literal["turn", "always"] = "turn"
    """`turn`: only after the last user message, in the loop of tool calls; `always`: of every message."""
    reasoning_count: Literal["inside", "outside", "by_total"] = "by_total"
    """Whether reasoning tokens are within the output count; `by_total`: as the provider's total tells."""
    deltas: Literal["incremental", "cumulative"] = "incremental"
    """Whether a chunk of a chat stream brings what is new, or all that was said so far."""
    cost_field: str | None = None
    """Where in its usage the provider says what the request cost, with dots for nesting."""
    cost_unit: float = 1.0
    """US dollars of one unit there."""
    cache_key: str | None = None
    """The field that keeps requests with a common beginning on one server."""
    cache_key_header: str | None = None
    """The header that does."""
    session_header: str | None = None
    """The header that keeps all requests of one conversation on one of several servers, and those that share
    a beginning with it."""
    cache_marks: bool = False
    """Whether a mark in the request says up to where the prompt is to be kept."""
    call_id: Literal["any", "nine"] = "any"
    """`nine`: ids of calls are handed back as nine letters and digits."""
    concessions: tuple[Concession, ...] = ()
    patience: Patience = Patience()

    def limit(self, asked: int, thinking: str | None) -> int:
        """The output limit to send for an answer of at most so many tokens, by a variant whose thinking is
        set to `thinking` (`ModelVariant.thinking`).
        """
        room = 0
        if thinking is not None and self.limit_adds_budget:
            setting = Thinking.parse(thinking)
            room = setting.tokens or (self.thinking_room if setting.is_asked else 0)
        return min(asked + room, self.most_output or asked + room)


class Dialect(Record):
    """A wire format as one provider speaks it."""

    path: str = ""
    """Between the provider's address and the wire format's own path."""
    quirks: Quirks = Quirks()
    source: str
    """The documentation or the run that the row rests on."""


class Provider(Record):
    title: str
    address: str | None = None
    """Where requests go; None: the model's name has to say, as `…@URL`."""
    regions: dict[str, str] = {}
    """Other addresses, by what a model's name may say after `@`."""
    address_variable: str | None = None
    """The environment variable whose URL replaces the address."""
    key_variable: str | None = None
    """The environment variable that holds the key."""
    other_key_variables: tuple[str, ...] = ()
    """Other names under which people keep it: they are read after the first, and hidden like it."""
    hosts: tuple[str, ...] = ()
    """Patterns of its hosts beside those of the addresses above. By these `FORMAT:ID@URL` is recognised, and
    to no others is the key sent, but for the one that `address_variable` names."""
    wires: dict[WireName, Dialect]
    """The first is the one that models are asked over when nobody says."""
    switch: str | None = None
    """What sets thinking of models that the registry does not have: a name of `switches`."""
    lists_models: bool = True
    """Whether `GET /models` answers."""

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        if not self.wires:
            raise ValueError("`wires` names no wire format; it has at least one of chat, responses, messages")
        if odd := sorted(name for name in self.regions if name.startswith("http") or set(name) & set("@:/+")):
            raise ValueError(f"{odd[0]!r} cannot be a region's name; use letters, digits and dashes")
        return self

    def owns(self, url: str) -> bool:
        """Whether an address is this provider's."""
        host = hostname(url)
        own = {hostname(one) for one in (self.address, *self.regions.values()) if one}
        return host is not None and (host in own or any(fnmatchcase(host, one) for one in self.hosts))

    def base(self, address: str, wire: WireName) -> str:
        """The base URL of a wire format below an address, which may name one already."""
        path = self.wires[wire].path
        for other in sorted((one.path for one in self.wires.values()), key=len, reverse=True):
            if path and other and address.endswith(other):
                return address.removesuffix(other) + path
        return address + path

    @property
    def key_variables(self) -> tuple[str, ...]:
        return (*((self.key_variable,) if self.key_variable else ()), *self.other_key_variables)


class Providers(Record):
    """The quirk table."""

    providers: dict[str, Provider]
    switches: dict[str, Switch]

    @model_validator(mode="after")
    def _has_its_switches(self) -> Self:
        for name, provider in self.providers.items():
            if provider.switch is not None and provider.switch not in self.switches:
                known = ", ".join(self.switches)
                raise ValueError(f"{name}: there is no switch {provider.switch!r}; there are: {known}")
        return self

    def at(self, url: str) -> tuple[str, Provider] | None:
        """The provider that an address belongs to, with its name; None for anybody else's."""
        return next(((name, one) for name, one in self.providers.items() if one.owns(url)), None)

    @property
    def key_variables(self) -> frozenset[str]:
        """Every environment variable that holds a provider's key."""
        return frozenset(name for one in self.providers.values() for name in one.key_variables)


def hostname(url: str) -> str | None:
    """The host that a URL leads to, as whoever sends there reads it; None when it names none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def load_providers(own: Mapping[str, Provider] | None = None, file: Path = PROVIDERS) -> Providers:
    """The quirk table, with rows of one's own over it, which stand in `file`. Raises `ScenarioError` with
    file, line and field, and for a row that would have a provider's key sent elsewhere.
    """
    known = read_record(Providers, read_yaml(PROVIDERS))
    if not own:
        return known
    problems = [
        Problem(file=file, message=f"providers.{name}: {why}")
        for name, row in own.items()
        if (why := _takes_a_key(row, known) or _has_no_switch(row, known))
    ]
    if problems:
        raise ScenarioError(problems)
    return known.model_copy(update={"providers": {**known.providers, **own}})


def _takes_a_key(row: Provider, known: Providers) -> str | None:
    """Why a row may not have the key that it names, which is that of a provider elsewhere."""
    addresses = [one for one in (row.address, *row.regions.values()) if one]
    for owner in known.providers.values():
        shared = sorted(set(row.key_variables) & set(owner.key_variables))
        stays = all(owner.owns(one) for one in addresses) and set(row.hosts) <= set(owner.hosts)
        if shared and not (stays and addresses and row.address_variable in {None, owner.address_variable}):
            return (
                f"{shared[0]} holds the key of {owner.title}, which is sent to no other host; name a "
                f"variable of its own, or set {owner.address_variable} to reach {owner.title} elsewhere"
            )
    return None


def _has_no_switch(row: Provider, known: Providers) -> str | None:
    if row.switch is None or row.switch in known.switches:
        return None
    return f"there is no switch {row.switch!r}; there are: {', '.join(known.switches)}"
