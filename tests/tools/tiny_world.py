"""A world small enough to be read at a glance, and ways to play it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, JsonValue

from scenarios.scenario import Scenario, Segment, Server, Tools, Transport
from scenarios.transcript import ToolCall
from tools.home import WorldHome
from tools.world import Refused, State, World, entry, next_id, reads, users, writes

NAME = "tests.tools.tiny_world:TINY"
"""How a process of its own finds the world."""

START: dict[str, JsonValue] = {"notes": {"N-1": {"text": "água", "stars": 1}}}


def list_notes(state: State) -> JsonValue:
    """All notes."""
    return [{"id": key, **note} for key, note in state["notes"].items()]


def get_note(state: State, note: str) -> JsonValue:
    """One note."""
    return dict(entry(state, "notes", note))


def title_of(state: State, note: str) -> JsonValue:
    """The text of a note and nothing else."""
    return str(entry(state, "notes", note)["text"])


def add_note(state: State, text: str, stars: Annotated[int, Field(ge=0, le=5)] = 0) -> JsonValue:
    """Add a note."""
    key = next_id(state["notes"], "N-")
    state["notes"][key] = {"text": text, "stars": stars}
    return {"id": key}


def clear(state: State) -> JsonValue:
    """Remove all notes, which is never allowed."""
    raise Refused("Notes are kept for ever.")


def explode(state: State) -> JsonValue:
    """A tool with a bug."""
    return {"half": len(state["notes"]) / 0}


TINY = World(
    name="tiny",
    title="Notes",
    tools=(
        reads(list_notes),
        reads(get_note),
        reads(title_of),
        writes(add_note),
        writes(clear),
        writes(explode),
    ),
)


def tidy_up(state: State, note: str) -> JsonValue:
    """Throw a note away."""
    entry(state, "notes", note)
    del state["notes"][note]
    return "gone"


SHARED_NAME = "tests.tools.tiny_world:SHARED"
SHARED = World(
    name="shared", title="Notes of two", tools=(reads(list_notes), writes(add_note), users(writes(tidy_up)))
)
"""A world with tools for each side."""


def home(folder: Path, transport: Transport = "memory", **changed: Any) -> WorldHome:
    return WorldHome(
        **{
            "work": folder / "work",
            "logs": folder / "logs",
            "transport": transport,
            "worlds": {NAME: TINY, SHARED_NAME: SHARED},
            "call_timeout": 20.0,
            "open_timeout": 20.0,
            **changed,
        }
    )


def scenario(servers: Mapping[str, Server] | None = None, name: str = "case", **changed: Any) -> Scenario:
    """One segment over the tiny world, served under the name `tiny`."""
    tiny = {"tiny": Server(builtin=NAME, state=START)}
    segments = (Segment(id="only", user=("Hello.",)),)
    fields = {"title": name, "servers": tiny if servers is None else servers, "segments": segments}
    return Scenario(suite="tests", id=name, **{"tools": Tools(), **fields, **changed})


def call(tool: str, arguments: str = "{}") -> ToolCall:
    return ToolCall(id="c1", name=tool, arguments_json=arguments)
