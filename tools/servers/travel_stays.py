"""Hotels and the nights that travellers have in them.

The server knows which nights are full. Until when a stay may be changed, and what a late cancellation
costs, are the desk's to know.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from tools.servers.travel_state import Day, TravellerId, money, nights_from
from tools.world import Refused, State, entry, next_id, phrase

Nights = Annotated[int, Field(ge=1, le=30, description="How many nights.")]
Room = Literal["single", "double", "suite"]
StayId = Annotated[str, Field(description="Number of the stay, such as ST-61.")]


def search_hotels(state: State, city: str, check_in: Day, nights: Nights) -> JsonValue:
    """Hotels of a city with the rooms that are free on every night asked for: price of the room a night, how
    many it sleeps, price of breakfast per person and night, stars and where it lies.
    """
    wanted = set(nights_from(state, check_in, nights))
    return [
        {
            "hotel": number,
            "name": hotel["name"],
            "stars": hotel["stars"],
            "place": hotel["place"],
            "breakfast": hotel["breakfast"],
            "rooms": {
                name: {"price": room["price"], "sleeps": room["sleeps"]}
                for name, room in hotel["rooms"].items()
                if not wanted & set(room["full"])
            },
        }
        for number, hotel in state["hotels"].items()
        if hotel["city"].casefold() == city.strip().casefold()
    ]


def list_stays(state: State, traveller: TravellerId) -> JsonValue:
    """Every hotel stay booked for a traveller: hotel, room, check-in (at 15:00), nights, breakfast, total,
    status.
    """
    entry(state, "travellers", traveller)
    return [
        {"id": number, "hotel_name": state["hotels"][stay["hotel"]]["name"], **stay}
        for number, stay in state["stays"].items()
        if stay["guest"] == traveller
    ]


def book_hotel(
    state: State,
    hotel: Annotated[str, Field(description="Number of the hotel, such as H-12.")],
    room: Room,
    guest: TravellerId,
    check_in: Day,
    nights: Nights,
    guests: Annotated[int, Field(ge=1, le=4, description="How many people sleep there.")] = 1,
    breakfast: Annotated[bool, Field(description="With breakfast for everyone, every day.")] = False,
) -> JsonValue:
    """Books one room for a number of nights and charges it to the guest's card."""
    entry(state, "travellers", guest)
    stay = {
        "hotel": hotel,
        "room": room,
        "guest": guest,
        "guests": int(guests),
        "check_in": check_in,
        "nights": int(nights),
        "breakfast": breakfast,
        "status": "confirmed",
    }
    total = _total(state, stay)
    number = next_id(state["stays"], "ST-")
    state["stays"][number] = {**stay, "total": total}
    return {"stay": number, "total": total}


def change_stay(
    state: State,
    stay: StayId,
    check_in: Day | None = None,
    nights: Nights | None = None,
    room: Room | None = None,
    breakfast: bool | None = None,
) -> JsonValue:
    """Changes what is given of a stay (first day, nights, room, breakfast), keeps the rest, and works out the
    total anew.
    """
    held = _open(state, stay)
    wishes = {"check_in": check_in, "nights": nights, "room": room, "breakfast": breakfast}
    changed = {**held, **{key: value for key, value in wishes.items() if value is not None}}
    total = _total(state, changed)
    held.update(changed, total=total)
    return {"stay": stay, **held}


def cancel_stay(
    state: State,
    stay: StayId,
    charged_nights: Annotated[int, Field(ge=0, le=1, description="Nights the guest still has to pay.")],
) -> JsonValue:
    """Cancels a hotel stay; the first night stays charged when charged_nights is 1."""
    held = _open(state, stay)
    night = money(held["total"] / held["nights"])
    held["status"] = "cancelled"
    held["total"] = money(night * int(charged_nights))
    return {"stay": stay, "status": "cancelled", "charged": held["total"]}


def _open(state: State, stay: str) -> State:
    held = entry(state, "stays", stay)
    if held["status"] != "confirmed":
        raise Refused(phrase(state, "{id} is cancelled.", "{id} 已取消。", id=stay))
    return held


def _total(state: State, stay: dict[str, Any]) -> float:
    """Price of the room and breakfast. Raises `Refused` when the room is too small, or full on some night."""
    hotel = entry(state, "hotels", stay["hotel"])
    room = hotel["rooms"].get(stay["room"])
    nights = nights_from(state, stay["check_in"], stay["nights"])
    if room is None or room["sleeps"] < stay["guests"]:
        rooms = ", ".join(f"{name} ({each['sleeps']})" for name, each in hotel["rooms"].items())
        raise Refused(
            phrase(
                state,
                "No such room for so many; {rooms}.",
                "没有可住这么多人的该房型；{rooms}。",
                rooms=rooms,
            )
        )
    if full := sorted(set(nights) & set(room["full"])):
        raise Refused(phrase(state, "Full on {days}.", "{days} 已满房。", days=", ".join(full)))
    breakfast = hotel["breakfast"] * stay["guests"] if stay["breakfast"] else 0.0
    return money((room["price"] + breakfast) * len(nights))
