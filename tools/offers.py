"""What a model is offered: tools under one spelling of their names, each with its argument check.

Offers are made once in a process for the same listing and shared by all trials, so a caller may keep what it
derives from a `ToolSpec` by the spec's identity, and a schema is compiled once.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Any

from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.exceptions import best_match
from pydantic import JsonValue
from referencing import Registry
from referencing.exceptions import Unresolvable

from scenarios.exam import ToolSpec
from tools.builtin import listing
from tools.failure import WorldFailed
from tools.world import World


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

    @cached_property
    def _validator(self) -> Draft202012Validator:
        try:
            Draft202012Validator.check_schema(self.spec.input_schema)
        except SchemaError as error:
            raise self._bad_schema(error.message) from error
        # An empty registry: a `$ref` never fetches anything.
        return Draft202012Validator(self.spec.input_schema, registry=Registry())

    def violations(self, arguments: Mapping[str, JsonValue]) -> list[str]:
        """Everything the tool's schema has against the arguments as the model wrote them."""
        try:
            if self._validator.is_valid(arguments):
                return []
            return [_violation(error) for error in self._validator.iter_errors(arguments)]
        except Unresolvable as error:
            raise self._bad_schema(str(error)) from error

    def _bad_schema(self, message: str) -> WorldFailed:
        return WorldFailed(
            "protocol",
            self.server,
            f"the input schema of its tool {self.tool!r} is no JSON Schema 2020-12: {message[:300]}",
        )


@cache
def world_offers(server: str, world: World) -> tuple[Offer, ...]:
    """The offers of a built-in world under the name that a scenario gives it."""
    return server_offers(server, listing(world))


def server_offers(server: str, listing: list[dict[str, Any]]) -> tuple[Offer, ...]:
    """The offers of one server, from its tools as they stand on the wire."""
    return _offers(server, json.dumps(listing, ensure_ascii=False))


@lru_cache(maxsize=256)
def _offers(server: str, listing: str) -> tuple[Offer, ...]:
    offers = [_offer(server, tool) for tool in json.loads(listing)]
    names = [offer.spec.name for offer in offers]
    for name in names:
        if names.count(name) > 1:
            raise WorldFailed("protocol", server, f"two of its tools come out as {name!r}")
    return tuple(offers)


def _offer(server: str, tool: dict[str, Any]) -> Offer:
    hints = tool.get("annotations") or {}
    properties = (tool.get("outputSchema") or {}).get("properties", {})
    # The APIs take letters, digits, `_` and `-` in a tool's name; MCP takes dots and slashes too.
    name = re.sub(r"[^A-Za-z0-9_-]", "_", tool["name"])
    spec = ToolSpec(
        name=f"{server}__{name}",
        description=tool.get("description") or "",
        input_schema=tool["inputSchema"],
        writes=not hints.get("readOnlyHint", False),
    )
    return Offer(spec=spec, server=server, tool=tool["name"], wraps=list(properties) == ["result"])


def _violation(error: ValidationError) -> str:
    """One line for a model: the place, what is wrong there, and what is allowed."""
    # The error inside an `anyOf` says more than "not valid under any of the given schemas".
    leaf = best_match(iter([error])) or error
    place = ".".join(map(str, leaf.absolute_path))
    text = f"{place}: {_shortened(leaf)}" if place else _shortened(leaf)
    return text + "".join(_known_names(leaf))


def _shortened(error: ValidationError) -> str:
    head, tail = error.message[:120], error.message[120:]
    return head + (tail if len(tail) <= len(head) else f" … {tail[-60:]}")


def _known_names(error: ValidationError) -> Iterator[str]:
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping):
        names = error.schema.get("properties", {})
        yield f"; known: {', '.join(names)}" if names else "; it takes no arguments"
