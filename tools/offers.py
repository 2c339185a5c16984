"""What a model is offered: tools under one spelling of their names, each with its argument check.

Offers are made once in a process for the same listing and shared by all trials, so a caller may keep what it
derives from a `ToolSpec` by the spec's identity, and a schema is compiled once.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import islice
from typing import Any

from jsonschema import SchemaError, ValidationError
from jsonschema.exceptions import best_match
from pydantic import JsonValue
from referencing.exceptions import Unresolvable

from scenarios.exam import ToolSpec
from scenarios.fields import Side
from scenarios.foreign import flaw
from tools.builtin import listing
from tools.failure import WorldFailed, in_short
from tools.schema import Validator, our_validator, validator
from tools.world import World

_LONGEST_NAME = 64
"""Characters that the APIs take in a tool's name."""
_MOST_TOOLS = 1000
_LONGEST_LISTING = 2**20
"""Characters of a server's tools on the wire, all of which a model has to read."""
_MOST_VIOLATIONS = 5
_LONGEST_PLACE = 120


@dataclass(frozen=True, kw_only=True, eq=False)
class Offer:
    """One tool and how to reach it; compared by identity."""

    spec: ToolSpec
    server: str
    tool: str
    """The name that the server gives the tool."""
    wraps: bool = False
    """The server puts a result that is no object under the key `result`, as MCP wants it."""
    answer: JsonValue = None
    """What a distractor answers."""

    foreign: bool = True
    """The schema is not ours."""
    verbatim: bool = False
    """The server answers for whatever arguments there are; none are refused before."""

    @cached_property
    def _validator(self) -> Validator:
        make = validator if self.foreign else our_validator
        try:
            return make(self.spec.input_schema)
        except (SchemaError, RecursionError) as error:
            raise self._bad_schema(error) from error

    def violations(self, arguments: Mapping[str, JsonValue]) -> list[str]:
        """What the tool's schema has against the arguments as the model wrote them, the first few of it."""
        if self.verbatim:
            return []
        try:
            if self._validator.is_valid(arguments):
                return []
            errors = self._validator.iter_errors(arguments)
            return [_violation(error) for error in islice(errors, _MOST_VIOLATIONS)]
        except (Unresolvable, RecursionError) as error:
            raise self._bad_schema(error) from error

    def _bad_schema(self, error: Exception) -> WorldFailed:
        said = error.message if isinstance(error, SchemaError) else str(error)
        message = f"the input schema of its tool {self.tool!r} is no JSON Schema that can be used: {said}"
        return WorldFailed("protocol", self.server, in_short(message))


@cache
def world_offers(server: str, world: World, side: Side = "agent") -> tuple[Offer, ...]:
    """What a built-in world offers one side, under the name that a scenario gives it."""
    wire = json.dumps(listing(world, side), ensure_ascii=False)
    return _offers(server, wire, foreign=False, verbatim=world.verbatim)


def server_offers(server: str, listing: list[dict[str, Any]]) -> tuple[Offer, ...]:
    """The offers of one server, from its tools as they stand on the wire. Raises `WorldFailed`."""
    if wrong := _flaw(listing):
        raise WorldFailed("protocol", server, f"its list of tools cannot be offered to a model: {wrong}")
    return _offers(server, json.dumps(listing, ensure_ascii=False), foreign=True)


def _flaw(listing: list[dict[str, Any]]) -> str:
    if len(listing) > _MOST_TOOLS:
        return f"it has {len(listing):,} tools, and at most {_MOST_TOOLS:,} are read"
    if len(text := json.dumps(listing, ensure_ascii=False)) > _LONGEST_LISTING:
        return f"it has {len(text):,} characters, and at most {_LONGEST_LISTING:,} are read"
    if not all(tool["name"] for tool in listing):
        return "one has no name"
    return flaw(listing)


@lru_cache(maxsize=256)
def _offers(server: str, listing: str, *, foreign: bool, verbatim: bool = False) -> tuple[Offer, ...]:
    offers = [_offer(server, tool, foreign=foreign, verbatim=verbatim) for tool in json.loads(listing)]
    name, times = Counter(offer.spec.name for offer in offers).most_common(1)[0] if offers else ("", 0)
    if times > 1:
        raise WorldFailed("protocol", server, f"two of its tools come out as {name!r}")
    return tuple(offers)


def _offer(server: str, tool: dict[str, Any], *, foreign: bool, verbatim: bool) -> Offer:
    hints = tool.get("annotations") or {}
    properties = (tool.get("outputSchema") or {}).get("properties", {})
    spec = ToolSpec(
        name=_spelt(server, tool["name"]),
        description=tool.get("description") or "",
        input_schema=tool["inputSchema"],
        writes=not hints.get("readOnlyHint", False),
    )
    wraps = list(properties) == ["result"]
    return Offer(spec=spec, server=server, tool=tool["name"], wraps=wraps, foreign=foreign, verbatim=verbatim)


def _spelt(server: str, tool: str) -> str:
    """The name that a model is told: the APIs take letters, digits, `_` and `-`, and not many of them."""
    name = f"{server}__{re.sub(r'[^A-Za-z0-9_-]', '_', tool)}"
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 9]}_{hashlib.sha256(tool.encode()).hexdigest()[:8]}"


def _violation(error: ValidationError) -> str:
    """One line for a model: the place, what is wrong there, and what is allowed."""
    # The error inside an `anyOf` says more than "not valid under any of the given schemas".
    leaf = best_match(iter([error])) or error
    place = ".".join(map(str, leaf.absolute_path))[:_LONGEST_PLACE]
    text = f"{place}: {_shortened(leaf)}" if place else _shortened(leaf)
    return text + "".join(_known_names(leaf))


def _shortened(error: ValidationError) -> str:
    head, tail = error.message[:120], error.message[120:]
    return head + (tail if len(tail) <= len(head) else f" … {tail[-60:]}")


def _known_names(error: ValidationError) -> Iterator[str]:
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        names = error.schema.get("properties", {})
        yield f"; known: {', '.join(names)}" if names else "; it takes no arguments"
