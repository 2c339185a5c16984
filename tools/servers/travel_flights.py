"""Flights as they are sold: what flies, when, at which fare, and which seats are open."""

from typing import Annotated, Any

from pydantic import Field, JsonValue

from tools.servers.travel_state import Airport, Cabin, Day, Fare, FlightId
from tools.state import copied
from tools.world import State, entry


def search_flights(
    state: State, origin: Airport, destination: Airport, date: Day, cabin: Cabin = "economy"
) -> JsonValue:
    """Flights of one day between two airports, earliest first: times, status, seats left in the cabin, and
    the price of each fare for one passenger.
    """
    return [
        {**_times(number, flight), "left": shop["left"], "fares": copied(shop["fares"])}
        for number, flight in _by_departure(state)
        if (flight["origin"], flight["destination"]) == (origin, destination)
        and flight["departs"].startswith(date)
        and (shop := flight["cabins"].get(cabin)) is not None
    ]


def list_departures(state: State, airport: Airport, date: Day) -> JsonValue:
    """The departure board of an airport for one day, earliest first: every flight with its gate, status,
    delay in minutes and remark. Long; it has no prices.
    """
    return [
        {
            "flight": number,
            "airline": flight["airline"],
            "to": flight["destination"],
            "city": state["airports"][flight["destination"]],
            "departs": flight["departs"],
            "gate": flight["gate"],
            "status": flight["status"],
            "delay": flight.get("delay", 0),
            "remark": flight.get("remark", ""),
        }
        for number, flight in _by_departure(state)
        if flight["origin"] == airport and flight["departs"].startswith(date)
    ]


def get_flight(state: State, flight: FlightId) -> JsonValue:
    """One flight in full: times, status, delay in minutes, gate, price of a bag, every cabin with its fares
    and seats left, and the seat numbers that are still open.
    """
    return {"flight": flight, "delay": 0, "remark": "", **copied(entry(state, "flights", flight))}


def get_fare_rules(
    state: State, fare: Annotated[Fare, Field(description="The fare whose rules are wanted.")]
) -> JsonValue:
    """What a fare allows: whether it may be changed, change and cancellation fee per passenger (and segment
    changed), where a refund goes, and bags included.
    """
    return {"fare": fare, **copied(entry(state, "fares", fare))}


def _by_departure(state: State) -> list[tuple[str, State]]:
    return sorted(state["flights"].items(), key=lambda item: (item[1]["departs"], item[0]))


def _times(number: str, flight: State) -> dict[str, Any]:
    return {"flight": number, **{key: flight[key] for key in ("airline", "departs", "arrives", "status")}}
