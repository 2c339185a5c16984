"""The calendar: events with their attendees and rooms, and who is free when.

Events of colleagues are in it too, so that free and busy can be told. An event is changed by its organizer
alone; everybody else can only answer the invitation. Working hours, clashes of people and the size of a room
are nobody's concern here.
"""

from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, cast

from pydantic import ConfigDict, Field, JsonValue
from typing_extensions import TypedDict

from tools.servers.office_entries import (
    Day,
    Email,
    Moment,
    collection,
    found,
    mentions,
    moment,
    none_missing,
    owner,
    shown,
    span,
)
from tools.world import Refused, State, next_id, phrase, reads, writes

EventId = Annotated[str, Field(pattern=r"^E-\d+$", description="Event id, like E-12")]
RoomId = Annotated[str, Field(pattern=r"^R-\w+$", description="Room id, like R-201")]
Equipment = Literal["screen", "video", "whiteboard", "phone"]


class Attendee(TypedDict):
    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic reads it from there
    email: Email
    role: Literal["required", "optional"]


def list_events(
    state: State,
    first_day: Day,
    last_day: Day,
    person: Annotated[Email | None, Field(description="Whose calendar; the owner's when left out")] = None,
) -> JsonValue:
    """List the confirmed events of one person from the first day to the last, both included, by start."""
    moment(state, first_day)
    moment(state, last_day)
    events = _of(state, person or owner(state))
    return [
        shown(key, event)
        for key, event in events
        if event["start"][:10] <= last_day and event["end"][:10] >= first_day
    ]


def get_event(state: State, event: EventId) -> JsonValue:
    """Show one event with agenda, room, status, and every attendee's role and answer."""
    return shown(event, found(state, "events", event))


def find_events(
    state: State, text: Annotated[str, Field(min_length=1, description="Words of the title or the agenda")]
) -> JsonValue:
    """Find events of any day, past and cancelled ones too, by words in title or agenda."""
    return [
        shown(key, event)
        for key, event in sorted(collection(state, "events").items(), key=lambda item: _start(item[1]))
        if mentions(text, event["title"], event["agenda"])
    ]


def free_busy(
    state: State, people: Annotated[Sequence[Email], Field(min_length=1)], start: Moment, end: Moment
) -> JsonValue:
    """Tell when each of several people is busy between two times. Shows times, not what the events are."""
    span(state, start, end)
    return [
        {
            "person": person,
            "busy": [
                {"start": event["start"], "end": event["end"]}
                for _, event in _of(state, person)
                if event["start"] < end and start < event["end"]
            ],
        }
        for person in people
    ]


def find_rooms(
    state: State,
    start: Moment,
    end: Moment,
    seats: Annotated[int, Field(ge=1)] = 1,
    equipment: Annotated[Sequence[Equipment], Field(description="What the room must have")] = (),
) -> JsonValue:
    """Find the rooms that are free for the whole time and have the seats and equipment, smallest first."""
    span(state, start, end)
    fitting = [
        (room["seats"], key, room)
        for key, room in collection(state, "rooms").items()
        if room["seats"] >= seats
        and set(equipment) <= set(room["equipment"])
        and _holder(state, key, start, end) is None
    ]
    return [shown(key, room) for _, key, room in sorted(fitting, key=lambda found: found[:2])]


def create_event(
    state: State,
    title: Annotated[str, Field(min_length=1)],
    start: Moment,
    end: Moment,
    attendees: Annotated[Sequence[Attendee], Field(description="Everybody invited besides the owner")] = (),
    room: RoomId | None = None,
    agenda: str = "",
) -> JsonValue:
    """Put a new event into the owner's calendar, invite the attendees and take the room."""
    span(state, start, end)
    _still_ahead(state, start)
    if room is not None:
        _room_free(state, room, start, end)
    events = state.setdefault("events", {})
    key = next_id(events, "E-")
    events[key] = {
        "title": title,
        "start": start,
        "end": end,
        "organizer": owner(state),
        "attendees": _invited(attendees),
        "room": room,
        "agenda": agenda,
        "series": None,
        "status": "confirmed",
    }
    return shown(key, events[key])


def move_event(state: State, event: EventId, start: Moment, end: Moment) -> JsonValue:
    """Move an event that the owner organizes to another time. Keeps its room; attendees are asked anew."""
    held = _own(state, event)
    span(state, start, end)
    _still_ahead(state, start)
    if held["room"] is not None:
        _room_free(state, held["room"], start, end, besides=event)
    held.update(start=start, end=end)
    for attendee in held["attendees"].values():
        attendee["response"] = "pending"
    return shown(event, held)


def book_room(state: State, event: EventId, room: RoomId | None) -> JsonValue:
    """Give an event that the owner organizes another room, or none (null). The old room becomes free."""
    held = _own(state, event)
    if room is not None:
        _room_free(state, room, held["start"], held["end"], besides=event)
    held["room"] = room
    return shown(event, held)


def change_attendees(
    state: State, event: EventId, add: Sequence[Attendee] = (), remove: Sequence[Email] = ()
) -> JsonValue:
    """Invite more people to an event that the owner organizes, take people off it, or change their role."""
    held = _own(state, event)
    none_missing({"attendees": held["attendees"], "language": state.get("language")}, "attendees", remove)
    for email in remove:
        del held["attendees"][email]
    held["attendees"].update(_invited(add))
    return shown(event, held)


def cancel_event(state: State, event: EventId, scope: Literal["one", "series"] = "one") -> JsonValue:
    """Cancel an event that the owner organizes, for everybody; `series`: with later ones of its series."""
    held = _own(state, event)
    cancelled = [event]
    if scope == "series" and held["series"] is not None:
        cancelled = [
            key
            for key, other in sorted(collection(state, "events").items())
            if other["series"] == held["series"] and other["start"] >= held["start"]
        ]
    for key in cancelled:
        state["events"][key]["status"] = "cancelled"
    return {"cancelled": cast(JsonValue, cancelled)}


def respond_to_event(
    state: State, event: EventId, response: Literal["accepted", "declined", "tentative"]
) -> JsonValue:
    """Answer an invitation of somebody else for the owner. The event itself stays as it is."""
    held = _going_on(state, event)
    answer = held["attendees"].get(owner(state))
    if answer is None:
        raise Refused(phrase(state, "{event} is no invitation to you.", "{event} 没有邀请您。", event=event))
    answer["response"] = response
    return shown(event, held)


def _of(state: State, person: str) -> list[tuple[str, State]]:
    """The confirmed events that a person organizes or attends and has not declined, by start."""
    mine = [
        (key, event)
        for key, event in collection(state, "events").items()
        if event["status"] == "confirmed"
        and (
            event["organizer"] == person
            or event["attendees"].get(person, {"response": "declined"})["response"] != "declined"
        )
    ]
    return sorted(mine, key=lambda item: (_start(item[1]), item[0]))


def _start(event: State) -> str:
    return cast(str, event["start"])


def _invited(attendees: Iterable[Attendee]) -> State:
    return {one["email"]: {"role": one["role"], "response": "pending"} for one in attendees}


def _going_on(state: State, event: str) -> State:
    held = found(state, "events", event)
    if held["status"] == "cancelled":
        raise Refused(phrase(state, "{event} is cancelled.", "{event} 已取消。", event=event))
    return held


def _own(state: State, event: str) -> State:
    held = _going_on(state, event)
    if held["organizer"] != owner(state):
        raise Refused(
            phrase(
                state,
                "{event} is organized by {who}; you can only respond to it.",
                "{event} 由 {who} 组织，您只能答复邀请。",
                event=event,
                who=held["organizer"],
            )
        )
    return held


def _still_ahead(state: State, start: str) -> None:
    if start < state["now"]:
        raise Refused(phrase(state, "{start} is in the past.", "{start} 已经过去。", start=start))


def _holder(state: State, room: str, start: str, end: str, besides: str = "") -> State | None:
    """The confirmed event that has the room at some moment of that time."""
    for key, event in collection(state, "events").items():
        taken = event["room"] == room and event["status"] == "confirmed" and key != besides
        if taken and event["start"] < end and start < event["end"]:
            return cast(State, event)
    return None


def _room_free(state: State, room: str, start: str, end: str, besides: str = "") -> None:
    found(state, "rooms", room)
    holder = _holder(state, room, start, end, besides)
    if holder is not None:
        raise Refused(
            phrase(
                state,
                "{room} is taken from {start} to {end}.",
                "{room} 在 {start} 至 {end} 已被占用。",
                room=room,
                start=holder["start"],
                end=holder["end"],
            )
        )


CALENDAR_TOOLS = (
    reads(list_events),
    reads(get_event),
    reads(find_events),
    reads(free_busy),
    reads(find_rooms),
    writes(create_event),
    writes(move_event),
    writes(book_room),
    writes(change_attendees),
    writes(cancel_event),
    writes(respond_to_event),
)
