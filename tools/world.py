"""A built-in world is a name and a list of plain functions over one JSON state.

A function takes the state first and the tool's arguments after it, by keyword. Its docstring is the tool's
description, its annotations are the tool's input schema, and what it returns is the tool's result. It says
no by raising `Refused`, whose message the model reads. Nothing here knows about MCP: `tools.builtin` puts a
world behind a server.

A state carries its own clock (`now`) and language (`language`), so that a world is the same on every run.
"""

import inspect
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, cast

from pydantic import ConfigDict, JsonValue, create_model

from scenarios.fields import Side
from scenarios.transcript import Change

State = MutableMapping[str, Any]
"""One world's JSON: collections are objects keyed by id, so that a JSON pointer names an entry for ever."""


@dataclass(frozen=True, kw_only=True)
class Spelt:
    """A result whose text is written already."""

    text: str
    value: JsonValue
    """The same as JSON."""


class Account(Protocol):
    """The state of a world that keeps account of itself, since it is too large to be compared."""

    def snapshot(self) -> JsonValue:
        """What there is to see of it, without what nobody reached for."""
        ...

    def changes(self) -> tuple[Change, ...]:
        """How it differs from how it began."""
        ...

    def reference(self) -> tuple[Change, ...]:
        """How it would differ after the reference run of the benchmark that it belongs to, played apart."""
        ...


class Refused(Exception):
    """The world says no; the model reads the message as the result of its call, marked as an error."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WorldTool:
    name: str
    description: str
    input_schema: dict[str, Any]
    """JSON Schema 2020-12; unknown arguments are refused."""
    writes: bool
    """Whether a call may change the state; becomes MCP's `readOnlyHint`."""
    run: Callable[..., JsonValue | Spelt]
    side: Side = "agent"
    """Who is offered it; a server shows the tools of its own side."""


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """Compared and hashed by identity, so that what is derived from a world can be kept beside it."""

    name: str
    title: str
    tools: tuple[WorldTool, ...]
    begin: Callable[[Mapping[str, JsonValue]], Account] | None = None
    """Makes the state of a world that keeps account of itself; it always lives in our process."""
    verbatim: bool = False
    """Its tools take arguments as they are written, wrong ones too, and answer for them themselves."""


def reads(function: Callable[..., JsonValue]) -> WorldTool:
    """A tool that looks and changes nothing."""
    return _tool(function, writes=False)


def writes(function: Callable[..., JsonValue]) -> WorldTool:
    """A tool that may change the state."""
    return _tool(function, writes=True)


def users(tool: WorldTool) -> WorldTool:
    """The same tool in the hands of a simulated user."""
    return replace(tool, side="user")


def phrase(state: State, en: str, zh: str, **facts: object) -> str:
    """The sentence in the world's own language, with its facts filled in."""
    return (zh if state.get("language") == "zh" else en).format(**facts)


def entry(state: State, collection: str, key: str) -> State:
    """One entry of a collection. Raises `Refused`, naming both, when there is no such key."""
    found = state[collection].get(key)
    if found is None:
        raise Refused(
            phrase(
                state, "No entry {key} in {where}.", "{where} 中没有 {key}。", key=repr(key), where=collection
            )
        )
    return cast(State, found)


def next_id(entries: State, prefix: str, start: int = 1) -> str:
    """A fresh id after the highest in use: `next_id({"T-7": …}, "T-")` is `"T-8"`."""
    used = [
        int(k.removeprefix(prefix)) for k in entries if k.startswith(prefix) and k[len(prefix) :].isdigit()
    ]
    return f"{prefix}{max(used, default=start - 1) + 1}"


def _tool(function: Callable[..., JsonValue], *, writes: bool) -> WorldTool:
    fields: dict[str, Any] = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        fields[name] = (parameter.annotation, default)
    model = create_model(function.__name__, __config__=ConfigDict(extra="forbid"), **fields)
    return WorldTool(
        name=function.__name__,
        description=inspect.cleandoc(function.__doc__ or ""),
        input_schema=_plain(model.model_json_schema()),
        writes=writes,
        run=function,
    )


def _plain(schema: Any) -> Any:
    """Pydantic's schema without the generated titles, which only cost a model tokens."""
    if isinstance(schema, dict):
        return {
            key: _plain(value)
            for key, value in schema.items()
            if not (key == "title" and isinstance(value, str))
        }
    return [_plain(item) for item in schema] if isinstance(schema, list) else schema
