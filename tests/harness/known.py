"""What tests know of models: all that we ship, on a day on which it is known what has ended."""

from collections.abc import Mapping
from datetime import date

from pydantic import JsonValue

from harness.models.variants import find_variants
from harness.models.wanted import Wanted
from harness.registry.knowledge import load_knowledge
from harness.runs.record import FirstCall, ModelVariant

KNOWN = load_knowledge(None, date(2026, 11, 22))


def find_variant(
    name: str, *, first_call: FirstCall = "auto", sampling: Mapping[str, JsonValue] | None = None
) -> ModelVariant:
    """The one variant that a name means."""
    (found,) = find_variants(name, Wanted(first_call=first_call, sampling=sampling), KNOWN)
    return found
