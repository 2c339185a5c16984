"""How a model is wanted, and what its endpoint makes of that: shared by names of all kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from pydantic import JsonValue

from harness.registry.entry import Entry
from harness.registry.knowledge import COMPATIBLE, Knowledge
from harness.registry.provider import Quirks, hostname
from harness.runs.record import FirstCall, ModelVariant
from scenarios.serving import Serving
from scenarios.thinking import Thinking


class ModelError(Exception):
    """A model that cannot be asked; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """How a model is wanted."""

    first_call: FirstCall = "auto"
    sampling: Mapping[str, JsonValue] | None = None
    thinking: Sequence[Thinking] = ()
    """One variant for each; empty: as the model does by default."""
    provider: str | None = None
    """The row of the quirk table to speak to an endpoint by, where its address does not tell."""
    serving: Serving = field(default_factory=Serving)
    """How a model of ours is served."""


def forced(variant: ModelVariant, setting: Thinking | None, known: Knowledge) -> ModelVariant:
    """The variant. Raises `ModelError` where a first call cannot be forced that is to be."""
    quirks = quirks_of(variant, known)
    if variant.first_call == "required":
        if not quirks.forces_calls:
            raise ModelError(f"{variant.label}: no call can be forced there; leave out --first-call")
        if setting is not None and setting.is_asked and not quirks.forces_while_thinking:
            raise ModelError(f"{variant.label}: no call can be forced while it thinks; use one of the two")
    return variant


def refused(
    variant: ModelVariant,
    entry: Entry | None,
    setting: Thinking | None,
    sampling: Mapping[str, JsonValue],
    known: Knowledge,
) -> tuple[str, ...]:
    """The fields of a sampling that answer with an error there."""
    quirks = quirks_of(variant, known)
    never = {*quirks.refuses, *(entry.refuses if entry is not None else ())}
    thinks = setting is not None and setting.is_asked
    now = quirks.refuses_while_thinking if thinks else {}
    return tuple(
        name for name, value in sampling.items() if name in never or (name in now and value not in now[name])
    )


def quirks_of(variant: ModelVariant, known: Knowledge) -> Quirks:
    """How the variant's endpoint differs from the usual dialect. Raises `ModelError` for reference models."""
    if variant.wire == "reference":
        raise ModelError(f"{variant.label} is asked in process, over no wire")
    return known.provider(variant.provider or COMPATIBLE).wires[variant.wire].quirks


def base_url(place: str, model: str) -> str:
    """The base URL that somebody wrote for a model. Raises `ModelError` for what none can be."""
    url = place.rstrip("/")
    for path in ("/chat/completions", "/responses", "/messages"):
        url = url.removesuffix(path)
    if "@" in url:
        raise ModelError(f"{model}: a key does not belong in a URL; set LONGSPAN_API_KEY instead")
    if not hostname(url) or set(url) & set("?#\\") or url.split() != [url]:
        raise ModelError(
            f"{model}: {url!r} is no base URL; write one such as http://127.0.0.1:8000/v1 and nothing after"
        )
    return url


def host_of(url: str) -> str:
    """The host and port of a base URL."""
    return urlsplit(url).netloc
