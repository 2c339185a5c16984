"""How an entry of the desk's state becomes what a tool returns: a copy that carries its own id.

Nothing that leaves the desk shares memory with the state, so what a caller was shown can't change the world.
"""

from datetime import date, timedelta
from typing import Any

from tools.state import copied
from tools.world import Refused, State, phrase

DAY = r"^\d{4}-\d{2}-\d{2}$"
DAY_OR_EMPTY = r"^(\d{4}-\d{2}-\d{2})?$"


def row(key: str, found: State, *fields: str) -> dict[str, Any]:
    """The entry with its id in front; only the named fields, or all of them when none is named."""
    shown = {field: found.get(field, "") for field in fields} if fields else found
    return {"id": key, **copied(shown)}


def mentions(query: str, *values: str) -> bool:
    """Whether every word of the query occurs somewhere in the values, whatever the case. No words: yes."""
    text = "\n".join(values).casefold()
    return all(word in text for word in query.casefold().split())


def today(state: State) -> str:
    return str(state["now"])[:10]


def days_later(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def after_today(state: State, day: str) -> str:
    """The day itself. Raises `Refused` when it does not exist or does not lie in the future."""
    try:
        future = date.fromisoformat(day) > date.fromisoformat(today(state))
    except ValueError:
        raise Refused(phrase(state, "{day} is not in the calendar.", "日历上没有 {day}。", day=day)) from None
    if not future:
        raise Refused(
            phrase(
                state,
                "{day} is not after today, {now}.",
                "{day} 不在今天（{now}）之后。",
                day=day,
                now=today(state),
            )
        )
    return day
