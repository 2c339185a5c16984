"""Travellers: who they are, their points and credits, and what the desk tells them all."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field, JsonValue, with_config
from typing_extensions import TypedDict

from tools.servers.travel_state import Day, TravellerId, give_credit, money
from tools.state import copied
from tools.world import Refused, State, entry, next_id, phrase

POINTS_STEP = 1000


@with_config(extra="forbid")
class Passport(TypedDict):
    number: str
    expires: Day


@with_config(extra="forbid")
class Details(TypedDict):
    """What is to change; what is not given stays."""

    email: NotRequired[str]
    phone: NotRequired[str]
    passport: NotRequired[Passport]


def find_travellers(
    state: State,
    query: Annotated[
        str, Field(min_length=2, description="Part of a name, an e-mail address or a phone number.")
    ],
) -> JsonValue:
    """Travellers whose name, e-mail or phone contains the text: number, name, date of birth, home."""
    wanted = query.strip().casefold()
    return [
        {"id": number, "name": who["name"], "born": who["born"], "home": who["home"]}
        for number, who in state["travellers"].items()
        if any(wanted in who[key].casefold() for key in ("name", "email", "phone"))
    ]


def get_traveller(state: State, traveller: TravellerId) -> JsonValue:
    """One traveller in full: contact, passport, tier, points, notes, and their travel credits."""
    found = copied(entry(state, "travellers", traveller))
    credits_held = [
        {"id": number, **credit}
        for number, credit in state["credits"].items()
        if credit["traveller"] == traveller
    ]
    return {"id": traveller, **found, "credits": credits_held}


def list_bulletins(state: State) -> JsonValue:
    """All notices to travellers that are in force, newest first: strikes, rules of airports, borders, works.
    Long.
    """
    return [
        {"id": number, **bulletin}
        for number, bulletin in sorted(
            state["bulletins"].items(), key=lambda row: row[1]["issued"], reverse=True
        )
    ]


def update_traveller(state: State, traveller: TravellerId, changes: Details) -> JsonValue:
    """Changes a traveller's e-mail, phone or passport."""
    found = entry(state, "travellers", traveller)
    if not changes:
        raise Refused(phrase(state, "Nothing to change was given.", "没有给出要修改的内容。"))
    found.update(copied(changes))
    return {"id": traveller, **{key: copied(found[key]) for key in ("name", "email", "phone", "passport")}}


def issue_credit(
    state: State,
    traveller: TravellerId,
    amount: Annotated[float, Field(gt=0, le=2000, description="Amount of the credit.")],
    reason: Literal["delay", "cancellation", "baggage", "goodwill"],
    booking: Annotated[str, Field(description="The booking it is given for.")],
) -> JsonValue:
    """Gives a traveller a new travel credit as compensation for something that went wrong on a booking."""
    entry(state, "travellers", traveller)
    entry(state, "bookings", booking)
    number = give_credit(state, traveller, amount, reason, booking)
    return {"credit": number, "amount": money(amount), "expires": state["credits"][number]["expires"]}


def redeem_points(
    state: State,
    traveller: TravellerId,
    points: Annotated[
        int, Field(ge=POINTS_STEP, multiple_of=POINTS_STEP, description="Points, in thousands.")
    ],
) -> JsonValue:
    """Turns a traveller's own loyalty points into a new travel credit."""
    found = entry(state, "travellers", traveller)
    if points > found["points"]:
        raise Refused(
            phrase(state, "Only {have} points are there.", "积分不足，现有 {have} 分。", have=found["points"])
        )
    found["points"] -= int(points)
    amount = money(int(points) // POINTS_STEP * state["points_value"])
    number = give_credit(state, traveller, amount, "points", None)
    return {"credit": number, "amount": amount, "points_left": found["points"]}


def add_note(
    state: State, traveller: TravellerId, text: Annotated[str, Field(min_length=3, description="The note.")]
) -> JsonValue:
    """Writes a note on a traveller's file for the colleagues at the desk; the traveller does not see it."""
    notes = entry(state, "travellers", traveller)["notes"]
    number = next_id(notes, "N-")
    notes[number] = text
    return {"note": number}
