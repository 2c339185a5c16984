"""What whoever starts a run should know of its models before anything is sent."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from harness.environment import Environment
from harness.models.opened import address, key_of, key_variable, moved_to
from harness.models.variants import advised
from harness.models.wanted import quirks_of, refused
from harness.registry.knowledge import COMPATIBLE, Knowledge
from harness.runs.record import ModelVariant
from scenarios.thinking import Thinking

SOON = timedelta(days=60)
"""So long before its name ends, a model's end is told of."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def notices(variants: Sequence[ModelVariant], known: Knowledge) -> tuple[str, ...]:
    """One sentence each: names that end soon, and sampling that is left out or has no effect."""
    return tuple(dict.fromkeys(one for variant in variants for one in _of(variant, known)))


def key_notices(
    variants: Sequence[ModelVariant], environment: Environment, known: Knowledge
) -> tuple[str, ...]:
    """One sentence for each key that goes elsewhere than to its provider's own hosts. Raises `ModelError`."""
    asked = [one for one in variants if one.wire != "reference"]
    return tuple(dict.fromkeys(one for variant in asked for one in _of_key(variant, environment, known)))


def _of(variant: ModelVariant, known: Knowledge) -> Iterator[str]:
    if variant.wire == "reference":
        return
    entry = known.registry.models.get(variant.entry or "")
    if entry is None or entry.provider != variant.provider:
        entry = None
    if entry is not None and entry.retired is not None:
        left = entry.retired.on - known.today
        instead = f"; {entry.retired.by} replaces it" if entry.retired.by else ""
        if left <= timedelta():
            yield f"{variant.entry} is reported to have ended on {entry.retired.on}{instead}"
        if timedelta() < left <= SOON:
            days = "1 day" if left.days == 1 else f"{left.days} days"
            yield f"{variant.entry} ends on {entry.retired.on}, in {days}{instead}"
    setting = None if variant.thinking is None else Thinking.parse(variant.thinking)
    if out := refused(variant, entry, setting, advised(entry, setting), known):
        yield f"{variant.label}: its vendor advises {', '.join(out)}, which this endpoint refuses; left out"
    if setting is not None and setting.is_asked:
        idle = set(quirks_of(variant, known).ignores_while_thinking) & variant.sampling.keys()
        if idle:
            yield f"{variant.label}: {', '.join(sorted(idle))} has no effect there while the model thinks"


def _of_key(variant: ModelVariant, environment: Environment, known: Knowledge) -> Iterator[str]:
    row = known.provider(variant.provider or COMPATIBLE)
    if moved_to(variant, environment, known) is None or not key_of(variant, environment, known):
        return
    base = address(variant, environment, known)
    if not row.owns(base):
        named = f"{key_variable(variant, known)} is sent to {urlsplit(base).netloc}"
        clear = urlsplit(base).scheme == "http" and urlsplit(base).hostname not in _LOOPBACK
        yield f"{named}, since {row.address_variable} says so{', unencrypted' if clear else ''}"
