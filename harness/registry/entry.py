"""What is known of models that others serve: window, thinking, sampling, prices and cache rule.

The registry is a folder of YAML files, one a vendor, and one file of prices beside them; a file of one's own
adds to it or replaces entries by name. A fact says how it is known, with its source and its date, and what
nobody knows is left out rather than guessed.
"""

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import Field, JsonValue

from harness.registry.cache_rule import NO_CACHE, CacheRule, Pace, Share
from harness.registry.provider import Provider, WireName
from harness.registry.rates import Known, Prices, Tokens
from harness.registry.thinking import Thought
from scenarios.problem import Problem, ScenarioError
from scenarios.record import Record
from scenarios.validation import read_record
from scenarios.yaml_file import read_yaml

_HERE = Path(__file__).parent
MODELS = _HERE / "models"
PRICES = _HERE / "prices.yaml"


class Retired(Record):
    """A name that ends, or has ended."""

    on: date
    by: str | None = None
    """The name in the registry of what replaces it; None: nothing does."""
    source: str
    known: Known = "reported"
    """Only what the provider itself says (`documentation`) is taken for certain: then it is not asked."""

    def over(self, today: date) -> bool:
        """Whether the name has ended for certain."""
        return self.known == "documentation" and self.on <= today


class Recommended(Record):
    """The sampling that the vendor recommends; it is sent where the user says nothing else."""

    default: dict[str, JsonValue] = {}
    thinking: dict[str, JsonValue] = {}
    """Over the default, while the model thinks."""
    source: str


class Limits(Record):
    """What an account may send, where that is known; a provider's 429 teaches the rest."""

    requests_a_minute: Annotated[float, Field(gt=0)] | None = None
    tokens_a_minute: Annotated[float, Field(gt=0)] | None = None
    """Of prompt and output together."""
    concurrency: Annotated[int, Field(ge=1)] | None = None


class Entry(Record):
    """One model."""

    title: str = ""
    provider: str | None = None
    """The row of providers.yaml that serves it under this name; None: it is only known, not served."""
    model: str | None = None
    """The id that is sent; None: the entry's name."""
    wire: WireName | None = None
    """None: the first that its provider speaks."""
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
    retired: Retired | None = None
    thinking: Thought | None = None
    """None: nobody says; nothing is sent, and asking for a setting is an error."""
    sampling: Recommended | None = None
    refuses: tuple[str, ...] = ()
    """Fields of a request that this model answers with an error, such as `temperature`."""
    tokenizer: str | None = None
    """Its public tokenizer, by a name that `sizing` knows."""
    factor: Annotated[float, Field(gt=0)] = 1.0
    """Its tokens for each token of o200k_base, where it has none that can be used."""
    margin: Share = 0.1
    """How far off that may be."""
    prices: Prices | None = None
    regional: dict[str, Prices | None] = {}
    """Other prices at other addresses, by the region's name in providers.yaml; None: others, and nobody says
    which."""
    hour_usd: Annotated[float, Field(ge=0)] | None = None
    """What an hour of the machines costs that serve it, for a model of one's own."""
    limits: Limits = Limits()
    cache: CacheRule = NO_CACHE
    pace: Pace | None = None
    notes: tuple[str, ...] = ()
    """What a reader of its plan has to know."""


class Registry(Record):
    """What is known of models; also the form of a registry file."""

    as_of: date | None = None
    """When the whole was last gone through."""
    models: dict[str, Entry]
    providers: dict[str, Provider] = {}
    """Rows of the quirk table that a file of one's own adds or replaces."""

    def find(self, model: str) -> tuple[str, Entry] | None:
        """The entry for an endpoint's id or a `local/NAME`, with its name; None when there is none."""
        for asked in (model, model.rpartition("/")[2]):
            if asked in self.models:
                return asked, self.models[asked]
            for name, entry in self.models.items():
                if any(fnmatchcase(asked, pattern) for pattern in entry.ids):
                    return name, entry
        return None

    def near(self, model: str) -> str:
        """The names that were probably meant, in words."""
        served = [name for name, entry in self.models.items() if entry.provider is not None]
        found = get_close_matches(model, served, n=3)
        meant = f"did you mean {' or '.join(found)}? " if found else ""
        return f"{meant}`longspan list models` has the names"


class PriceList(Record):
    """The form of prices.yaml, which a script writes: prices by a model's name, and by region beside that."""

    as_of: date
    prices: dict[str, Prices] = {}
    regional: dict[str, dict[str, Prices | None]] = {}


def load_registry(own: Path | None = None, shipped: Path = MODELS, prices: Path = PRICES) -> Registry:
    """The registry, with a file of one's own over it. Raises `ScenarioError` with file, line and field."""
    known = read_entries(shipped)
    listed = read_record(PriceList, read_yaml(prices))
    for name, entry in known.items():
        told: dict[str, object] = {}
        if entry.prices is None and name in listed.prices:
            told["prices"] = listed.prices[name]
        if name in listed.regional:
            told["regional"] = {**listed.regional[name], **entry.regional}
        known[name] = entry.model_copy(update=told) if told else entry
    if own is None:
        return Registry(as_of=listed.as_of, models=known)
    added = read_record(Registry, read_yaml(own))
    kept = {name: entry for name, entry in known.items() if name not in added.models}
    return Registry(as_of=listed.as_of, models={**added.models, **kept}, providers=added.providers)


def read_entries(folder: Path) -> dict[str, Entry]:
    """The entries of every file as they stand there; a name that stands in two of them is an error."""
    found: dict[str, Entry] = {}
    for file in sorted(folder.glob("*.yaml")):
        models: Mapping[str, Entry] = read_record(Registry, read_yaml(file)).models
        if twice := sorted(found.keys() & models.keys()):
            raise ScenarioError([Problem(file=file, message=f"{twice[0]} stands in another file as well")])
        found |= models
    return found
