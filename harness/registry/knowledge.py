"""All that is known of models and of those who serve them, in one hand."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from harness.registry.entry import Entry, Registry, load_registry
from harness.registry.provider import Provider, Providers, load_providers

COMPATIBLE = "compatible"
"""The row for any endpoint that nobody has described."""
OURS = "vllm"
"""The row for what we serve ourselves."""


@dataclass(frozen=True, kw_only=True)
class Knowledge:
    registry: Registry
    providers: Providers
    today: date
    catalog: Path | None = None
    """The folder of one's own entries beside the catalog of models that we can serve."""

    def provider(self, name: str) -> Provider:
        return self.providers.providers[name]

    def served(self, model: str) -> Entry | None:
        """The entry that a model's name in the registry means, if somebody serves it under that name."""
        entry = self.registry.models.get(model)
        return entry if entry is not None and entry.provider is not None else None


def load_knowledge(own: Path | None, today: date, catalog: Path | None = None) -> Knowledge:
    """What we ship, with a file of one's own over it, and `catalog`, a folder of models of one's own, beside
    it. Raises `ScenarioError` with file, line and field.
    """
    registry = load_registry(own)
    providers = load_providers(registry.providers, own) if own is not None else load_providers()
    return Knowledge(registry=registry, providers=providers, today=today, catalog=catalog)
