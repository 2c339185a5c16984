"""What the parts of the office share: argument types, times, and entries handed out as copies.

A state may hold only some of the collections (a file cabinet and nothing else, say); a missing one reads as
empty and comes into being with its first entry.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, cast

from pydantic import Field, JsonValue

from tools.state import copied
from tools.world import Refused, State, entry, phrase

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Moment = Annotated[
    str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$", description="Local time, like 2026-03-14T09:30")
]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
FilePath = Annotated[str, Field(pattern=r"^(/[^/]+)+$", description="Absolute path, like /notes/plan.md")]

_NOBODY = "owner@office.example"


def owner(state: State) -> str:
    """The address of the person whose office this is."""
    return cast(str, state.get("owner", _NOBODY))


def collection(state: State, name: str) -> State:
    """All entries of a collection, to look at."""
    return cast(State, state.get(name, {}))


def found(state: State, name: str, key: str) -> State:
    """One entry itself, to change. Raises `Refused` when there is no such key."""
    return entry({name: {}, **state}, name, key)


def shown(key: str, fields: State) -> dict[str, JsonValue]:
    """An entry as a tool hands it out: a copy, with its id in front."""
    return {"id": key, **copied(fields)}


def mentions(query: str, *texts: str) -> bool:
    """Whether every word of the query occurs somewhere in the texts, whatever the case."""
    heap = "\n".join(texts).casefold()
    return all(word in heap for word in query.casefold().split())


def moment(state: State, text: str) -> datetime:
    """A day or a local time as a date. Raises `Refused` for a day that no calendar has."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Refused(
            phrase(state, "{text} is not a date.", "{text} 不是有效的日期。", text=repr(text))
        ) from None


def span(state: State, start: str, end: str) -> None:
    """Raises `Refused` unless the end comes after the start."""
    if moment(state, end) <= moment(state, start):
        raise Refused(
            phrase(
                state,
                "The end {end} is not after the start {start}.",
                "结束时间 {end} 不晚于开始时间 {start}。",
                start=start,
                end=end,
            )
        )


def none_missing(state: State, name: str, keys: Iterable[str]) -> None:
    """Raises `Refused` for the first key that the collection does not hold."""
    for key in keys:
        found(state, name, key)
