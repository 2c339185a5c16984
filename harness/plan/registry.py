"""What is known of models that others serve: window, prices and cache rule, each with its date and source.

The registry is one YAML file, `models.yaml`; a file of one's own adds to it or replaces entries by name. A
fact says how it is known, and what nobody knows is left out rather than guessed.
"""

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from scenarios.load import read_record
from scenarios.record import Record
from scenarios.yaml_file import read_yaml

REGISTRY = Path(__file__).parent / "models.yaml"

Known = Literal["documentation", "reported", "memory", "assumption"]
"""The provider's own pages; a third party's table or measurement; recollection; a guess that says so."""

Dollars = Annotated[float, Field(ge=0)]
"""US dollars per million tokens."""
Share = Annotated[float, Field(ge=0, le=1)]
Tokens = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]


class Rates(Record):
    input: Dollars
    """Of tokens that are computed."""
    cached: Dollars | None = None
    """Of tokens that the cache has; None: a hit costs what a miss costs."""
    write: Dollars | None = None
    """Of tokens that are computed and written into the cache; None: no surcharge."""
    output: Dollars

    @model_validator(mode="after")
    def _a_hit_is_cheap(self) -> Self:
        if self.cached is not None and self.cached > self.input:
            raise ValueError("`cached` is what a hit costs, and may not be more than `input`")
        return self


class Tier(Rates):
    """What all tokens of a request cost when its prompt is long."""

    above: Tokens
    """Prompt tokens."""


class Prices(Rates):
    currency: Literal["USD"] = "USD"
    tiers: tuple[Tier, ...] = ()
    as_of: date
    source: str
    known: Known

    def rates(self, prompt: int) -> Rates:
        """What a request with so long a prompt pays."""
        reached = [tier for tier in self.tiers if prompt > tier.above]
        return max(reached, key=lambda tier: tier.above) if reached else self


class CacheRule(Record):
    """Which prompt tokens a provider finds in its cache."""

    kind: Literal["block", "unit", "breakpoint", "none"]
    """`block`: whole blocks of the longest beginning that was seen. `unit`: whole beginnings that were kept:
    up to the end of an input, up to the end of an output, and what two requests were found to share.
    `breakpoint`: up to a mark that the request carries."""
    block: Tokens = 1
    """Tokens; a hit is a whole number of them (`block`)."""
    minimum: Annotated[int, Field(ge=0)] = 0
    """A shorter hit is none."""
    interval: Tokens | None = None
    """Units are kept at every so many tokens of a long input as well; None: not published (`unit`)."""
    look_back: Tokens = 20
    """Messages before a mark among which an earlier mark is looked for (`breakpoint`)."""
    lifetime: Seconds | None = None
    """After its last use an entry is kept so long; None: until room is needed."""
    missed: Share = 0.0
    """Likely share of hits that do not come: another server answered, or the entry was gone."""
    needs: str | None = None
    """What a request has to carry before anything is cached; None: it is automatic."""
    source: str = ""
    known: Known = "assumption"


NO_CACHE = CacheRule(kind="none")


class Pace(Record):
    """How fast a model is."""

    prefill: Annotated[float, Field(gt=0)]
    """Prompt tokens a second that are computed."""
    decode: Annotated[float, Field(gt=0)]
    """Output tokens a second, of one request."""
    first: Annotated[float, Field(ge=0)] = 0.5
    """Seconds of every request beside these."""
    source: str = ""
    known: Known = "assumption"


class Entry(Record):
    """One model."""

    ids: tuple[str, ...] = ()
    """What endpoints call it, beside its name; `*` stands for anything. A vendor in front is passed over."""
    context: Tokens | None = None
    """Tokens of prompt and output together; None: the catalog says it, or nobody does."""
    most_input: Tokens | None = None
    """Where the prompt alone has a limit of its own."""
    most_output: Tokens | None = None
    source: str = ""
    """Of the limits above."""
    known: Known = "assumption"
    tokenizer: str | None = None
    """Its public tokenizer, by a name that `sizing` knows."""
    factor: Annotated[float, Field(gt=0)] = 1.0
    """Its tokens for each token of o200k_base, where it has none that can be used."""
    margin: Share = 0.1
    """How far off that may be."""
    thinking: Annotated[int, Field(ge=0)] = 0
    """Tokens that it likely thinks in each request, within the output limit."""
    prices: Prices | None = None
    hour_usd: Annotated[float, Field(ge=0)] | None = None
    """What an hour of the machines costs that serve it, for a model of one's own."""
    cache: CacheRule = NO_CACHE
    pace: Pace | None = None
    notes: tuple[str, ...] = ()
    """What a reader of its plan has to know."""


class Registry(Record):
    """A registry file."""

    as_of: date | None = None
    """When the whole was last gone through."""
    models: dict[str, Entry]

    def find(self, model: str) -> tuple[str, Entry] | None:
        """The entry for an endpoint's id or a `local/NAME`, with its name; None when there is none."""
        for asked in (model, model.rpartition("/")[2]):
            if asked in self.models:
                return asked, self.models[asked]
            for name, entry in self.models.items():
                if any(fnmatchcase(asked, pattern) for pattern in entry.ids):
                    return name, entry
        return None


def load_registry(own: Path | None = None, shipped: Path = REGISTRY) -> Registry:
    """The registry, with a file of one's own over it. Raises `ScenarioError` with file, line and field."""
    known = read_record(Registry, read_yaml(shipped))
    if own is None:
        return known
    added: Mapping[str, Entry] = read_record(Registry, read_yaml(own)).models
    kept = {name: entry for name, entry in known.models.items() if name not in added}
    return Registry(as_of=known.as_of, models={**added, **kept})
