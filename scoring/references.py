"""What a `ref` means while a trial goes on: the value in this run's results, else the gold one."""

from collections.abc import Mapping

from pydantic import JsonValue

from scenarios.matching import Lookup, resolve


def lookup_in(own: Mapping[str, JsonValue], gold: Mapping[str, JsonValue]) -> Lookup:
    """A lookup by gold call id in the results of this run, and in the gold ones where those have no value."""
    first, second = resolve(own), resolve(gold)

    def lookup(ref: str) -> JsonValue:
        try:
            return first(ref)
        except LookupError:
            return second(ref)

    return lookup
