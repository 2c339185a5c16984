"""Bookings: several passengers on several segments, made, changed and cancelled.

The server knows seats and sums. It does not know the agency's rules: it changes a fare that may not be
changed, and pays back what it is told. Those rules are the desk's to keep.
"""

from typing import Annotated, Any

from pydantic import Field, JsonValue, with_config
from typing_extensions import TypedDict

from tools.servers.travel_state import (
    BookingId,
    Cabin,
    Fare,
    FlightId,
    Passengers,
    Payment,
    Refund,
    SegmentNumber,
    TravellerId,
    known,
    money,
    pay,
    pay_back,
)
from tools.state import copied
from tools.world import Refused, State, entry, next_id, phrase


@with_config(extra="forbid")
class Leg(TypedDict):
    """One flight to book."""

    flight: FlightId
    cabin: Cabin
    fare: Fare


def list_bookings(state: State, traveller: TravellerId) -> JsonValue:
    """Every flight booking that a traveller holds or travels on, in short: status, holder, flights. Fares,
    prices, seats and bags are in get_booking.
    """
    entry(state, "travellers", traveller)
    return [
        {
            "id": number,
            "status": booking["status"],
            "holder": booking["holder"],
            "passengers": list(booking["passengers"]),
            "flights": [
                f"{part['flight']} {flight['origin']}-{flight['destination']} {flight['departs']}"
                for part in booking["segments"].values()
                for flight in [state["flights"][part["flight"]]]
            ],
        }
        for number, booking in state["bookings"].items()
        if traveller in (booking["holder"], *booking["passengers"])
    ]


def get_booking(state: State, booking: BookingId) -> JsonValue:
    """One flight booking in full: holder, when it was booked, passengers, each segment with flight, times,
    fare, seats and bags, the total and what was paid back.
    """
    found = copied(entry(state, "bookings", booking))
    people = [{"id": who, "name": state["travellers"][who]["name"]} for who in found["passengers"]]
    segments = []
    for number, part in found["segments"].items():
        flight = state["flights"][part["flight"]]
        where = {key: flight[key] for key in ("origin", "destination", "departs", "arrives")}
        segments.append({"segment": number, **part, **where, "flight_status": flight["status"]})
    return {"id": booking, **found, "passengers": people, "segments": segments}


def quote_change(state: State, booking: BookingId, segment: SegmentNumber, flight: FlightId) -> JsonValue:
    """What it would cost to move a segment to another flight of the same route, for all passengers: fee,
    fare difference and their sum. Changes nothing.
    """
    return _cost(
        state, _segment(state, booking, segment), flight, len(state["bookings"][booking]["passengers"])
    )


def book_flight(
    state: State,
    holder: TravellerId,
    passengers: Passengers,
    legs: Annotated[list[Leg], Field(min_length=1, max_length=6, description="The flights, in order.")],
    payment: Payment,
) -> JsonValue:
    """Books one or more flights for one or more travellers in one booking and takes the payment."""
    entry(state, "travellers", holder)
    people = known(state, passengers)
    segments: dict[str, Any] = {}
    for place, leg in enumerate(legs, start=1):
        bags = dict.fromkeys(people, entry(state, "fares", leg["fare"])["bags"])
        price = _price(state, leg["flight"], leg["cabin"], leg["fare"], len(people))
        segments[str(place)] = {**leg, "price": price, "status": "confirmed", "seats": {}, "bags": bags}
    total = money(sum(part["price"] for part in segments.values()) * len(people))
    paid = pay(state, payment, total)
    for part in segments.values():
        _take(state, part, -len(people))
    number = next_id(state["bookings"], "BK-")
    state["bookings"][number] = {
        "holder": holder,
        "status": "confirmed",
        "booked": state["now"],
        "passengers": people,
        "segments": segments,
        "total": total,
        "paid": paid,
        "refunded": {"original": 0.0, "credit": 0.0},
    }
    return {"booking": number, "total": total, "paid": dict(paid)}


def change_flight(state: State, booking: BookingId, segment: SegmentNumber, flight: FlightId) -> JsonValue:
    """Moves one segment of a booking, with all its passengers, to another flight of the same route, in the
    same cabin and fare, and charges fee and difference to the card. Chosen seats are given up.
    """
    part = _segment(state, booking, segment)
    held = state["bookings"][booking]
    count = len(held["passengers"])
    cost = _cost(state, part, flight, count)
    _give_up_seats(state, part, list(part["seats"]))
    _take(state, part, count)
    part["price"] = _price(state, flight, part["cabin"], part["fare"], count)
    part["flight"] = flight
    _take(state, part, -count)
    held["total"] = money(held["total"] + cost["charged"])
    held["paid"]["card"] = money(held["paid"]["card"] + cost["charged"])
    return {"booking": booking, "segment": segment, "flight": flight, **cost, "total": held["total"]}


def cancel_booking(state: State, booking: BookingId, refund: Refund) -> JsonValue:
    """Cancels a whole booking, every segment for every passenger, and pays the refund."""
    held = _unflown(state, booking)
    answer = pay_back(state, booking, refund)
    for part in held["segments"].values():
        if part["status"] == "confirmed":
            _drop(state, part, len(held["passengers"]))
    held["status"] = "cancelled"
    return {"booking": booking, "status": "cancelled", "refund": answer}


def cancel_segment(state: State, booking: BookingId, segment: SegmentNumber, refund: Refund) -> JsonValue:
    """Cancels one segment of a booking for all its passengers; the other segments stay as they are."""
    part = _segment(state, booking, segment)
    held = state["bookings"][booking]
    answer = pay_back(state, booking, refund)
    _drop(state, part, len(held["passengers"]))
    if all(other["status"] == "cancelled" for other in held["segments"].values()):
        held["status"] = "cancelled"
    return {"booking": booking, "segment": segment, "status": "cancelled", "refund": answer}


def remove_passenger(state: State, booking: BookingId, traveller: TravellerId, refund: Refund) -> JsonValue:
    """Takes one passenger out of a booking on every segment; the others still travel."""
    held = _unflown(state, booking)
    if traveller not in held["passengers"] or len(held["passengers"]) == 1:
        raise Refused(
            phrase(
                state,
                "{who} does not travel on {booking}, or is its only passenger.",
                "{who} 不在 {booking} 中，或是其中唯一的旅客。",
                who=traveller,
                booking=booking,
            )
        )
    answer = pay_back(state, booking, refund)
    for part in held["segments"].values():
        if part["status"] == "confirmed":
            _give_up_seats(state, part, [traveller])
            _take(state, part, 1)
        part["bags"].pop(traveller, None)
    held["passengers"].remove(traveller)
    return {"booking": booking, "passengers": list(held["passengers"]), "refund": answer}


def set_seat(
    state: State,
    booking: BookingId,
    segment: SegmentNumber,
    traveller: TravellerId,
    seat: Annotated[str, Field(pattern=r"^[1-9]\d?[A-K]$", description="Seat number, such as 14C.")],
) -> JsonValue:
    """Gives one passenger a seat on one segment; the seat held before becomes open again."""
    part = _segment(state, booking, segment)
    _travels(state, booking, traveller)
    seats = state["flights"][part["flight"]]["seats"].get(part["cabin"], [])
    if seat not in seats:
        raise Refused(phrase(state, "Seat {seat} is not open.", "座位 {seat} 不可选。", seat=seat))
    _give_up_seats(state, part, [traveller])
    seats.remove(seat)
    part["seats"][traveller] = seat
    return {"booking": booking, "segment": segment, "traveller": traveller, "seat": seat}


def set_bags(
    state: State,
    booking: BookingId,
    segment: SegmentNumber,
    traveller: TravellerId,
    bags: Annotated[int, Field(ge=0, le=3, description="Checked bags altogether, with those included.")],
) -> JsonValue:
    """Sets how many bags a passenger checks in on one segment; each one more than before is charged to the
    card at the flight's price.
    """
    part = _segment(state, booking, segment)
    held = _travels(state, booking, traveller)
    more = max(0, int(bags) - part["bags"].get(traveller, 0))
    charged = money(more * state["flights"][part["flight"]]["bag_fee"])
    part["bags"][traveller] = int(bags)
    held["total"] = money(held["total"] + charged)
    held["paid"]["card"] = money(held["paid"]["card"] + charged)
    return {
        "booking": booking,
        "traveller": traveller,
        "bags": int(bags),
        "charged": charged,
        "total": held["total"],
    }


def _open(state: State, booking: str) -> State:
    held = entry(state, "bookings", booking)
    if held["status"] != "confirmed":
        raise Refused(phrase(state, "{id} is cancelled.", "{id} 已取消。", id=booking))
    return held


def _unflown(state: State, booking: str) -> State:
    """An open booking of which no open segment has left."""
    held = _open(state, booking)
    for number, part in held["segments"].items():
        if part["status"] == "confirmed":
            _segment(state, booking, number)
    return held


def _segment(state: State, booking: str, segment: str) -> State:
    parts = _open(state, booking)["segments"]
    part: State | None = parts.get(segment)
    if part is None or part["status"] != "confirmed":
        raise Refused(
            phrase(
                state,
                "{id} has no open segment {segment}; it has {parts}.",
                "{id} 没有有效的航段 {segment}，现有航段：{parts}。",
                id=booking,
                segment=segment,
                parts=", ".join(parts),
            )
        )
    if state["flights"][part["flight"]]["departs"] <= state["now"]:
        raise Refused(phrase(state, "This flight has left.", "该航班已起飞。"))
    return part


def _travels(state: State, booking: str, traveller: str) -> State:
    held: State = state["bookings"][booking]
    if traveller not in held["passengers"]:
        raise Refused(
            phrase(state, "{who} does not travel on {id}.", "{who} 不在 {id} 中。", who=traveller, id=booking)
        )
    return held


def _price(state: State, flight_id: str, cabin: str, fare: str, count: int) -> float:
    """The price for one passenger. Raises `Refused` when the flight cannot take so many at this fare."""
    flight = entry(state, "flights", flight_id)
    shop = flight["cabins"].get(cabin, {"left": 0, "fares": {}})
    if flight["status"] == "cancelled" or flight["departs"] <= state["now"]:
        raise Refused(phrase(state, "{id} is not on sale.", "{id} 已停售。", id=flight_id))
    if shop["left"] < count or fare not in shop["fares"]:
        raise Refused(
            phrase(
                state,
                "{id} has {left} seats left in {cabin}, fares {fares}.",
                "{id} 的 {cabin} 舱余 {left} 座，票价种类：{fares}。",
                id=flight_id,
                left=shop["left"],
                cabin=cabin,
                fares=", ".join(shop["fares"]) or "-",
            )
        )
    return money(shop["fares"][fare])


def _cost(state: State, part: State, flight_id: str, count: int) -> dict[str, Any]:
    """Fee and fare difference of a change; both are nothing when the airline cancelled the old flight."""
    old, new = state["flights"][part["flight"]], entry(state, "flights", flight_id)
    if (old["origin"], old["destination"]) != (new["origin"], new["destination"]):
        raise Refused(phrase(state, "{id} flies another route.", "{id} 不是同一航线。", id=flight_id))
    price = _price(state, flight_id, part["cabin"], part["fare"], count)
    waived = old["status"] == "cancelled"
    fee = 0.0 if waived else money(state["fares"][part["fare"]]["change_fee"] * count)
    difference = 0.0 if waived else money(max(0.0, price - part["price"]) * count)
    return {"fee": fee, "difference": difference, "charged": money(fee + difference)}


def _take(state: State, part: State, count: int) -> None:
    """Puts `count` seats of the part's cabin back on sale (takes them off when negative)."""
    state["flights"][part["flight"]]["cabins"][part["cabin"]]["left"] += count


def _give_up_seats(state: State, part: State, travellers: list[str]) -> None:
    given = [part["seats"].pop(who) for who in travellers if who in part["seats"]]
    if not given:
        return
    seats = state["flights"][part["flight"]]["seats"].setdefault(part["cabin"], [])
    seats.extend(given)
    seats.sort(key=lambda seat: (int(seat[:-1]), seat[-1]))


def _drop(state: State, part: State, count: int) -> None:
    _give_up_seats(state, part, list(part["seats"]))
    _take(state, part, count)
    part["status"] = "cancelled"
