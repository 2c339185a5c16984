"""What the user asked for, whole."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from harness.budget import Caps
from harness.registry.knowledge import Knowledge
from harness.runs.places import Bucket
from harness.runs.record import ModelVariant
from scenarios.currency import Currency, ExchangeRate
from scenarios.documents.shelf import DocumentSettings
from scenarios.scenario import Transport
from scenarios.serving import Serving


@dataclass(frozen=True, kw_only=True)
class Request:
    """What the user asked for."""

    suites: tuple[str, ...]
    models: tuple[ModelVariant, ...]
    user: ModelVariant | None = None
    """Who plays simulated users; None: their scripts."""
    judge: ModelVariant | None = None
    """Who is asked about what no rule can decide; None: nobody."""
    data: Mapping[str, Path] = field(default_factory=dict)
    """By first word of a suite's name: where another benchmark's data is, if not in its package."""
    repeats: int = 1
    limit: int | None = None
    """At most so many scenarios of each suite."""
    concurrency: int = 8
    seed: int = 0
    transport: Transport = "memory"
    runs: Path | Bucket
    new: bool = False
    command: str = ""
    documents: DocumentSettings = field(default_factory=DocumentSettings)
    shuffled: bool = False
    """Questions on documents in a random order, each with whatever the cache happens to hold."""
    allow_cold: bool = False
    """Go on although a provider's cache does not do what the plan counts on."""
    caps: Caps = field(default_factory=Caps)
    exchange: Mapping[Currency, ExchangeRate] = field(default_factory=dict)
    """What the currencies of prices are worth."""
    window: int | None = None
    """Tokens that the models take, instead of what registry and catalog say."""
    serving: Mapping[str, Serving] = field(default_factory=dict)
    """By label: how models of ours are served."""
    say: Callable[[str], None] = lambda _: None
    """Tells the person who waits what is going to be loaded, and what they should know of it."""
    executor: Literal["local", "ray"] = "local"
    """Who plays the trials: this process, or many on a Ray cluster."""
    ray_address: str = "local"
    """`local`: a cluster on this machine that ends with the run; `auto` or HOST:PORT: one that there is."""
    known: Knowledge
    """What is known of models and providers, the user's own knowledge over what we ship."""

    @property
    def everybody(self) -> tuple[ModelVariant, ...]:
        """Every model that may be asked."""
        return (*self.models, *(one for one in (self.user, self.judge) if one is not None))
