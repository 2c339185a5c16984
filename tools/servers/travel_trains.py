"""Trains: seats by class, bought in one order for several passengers, changed or given back.

The server sells, changes and refunds whatever has seats. How often an order may be changed, and what a
refund costs by the hours before departure, are the desk's to know.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from tools.servers.travel_state import Day, Passengers, TravellerId, known, money
from tools.state import copied
from tools.world import Refused, State, entry, next_id, phrase

City = Annotated[str, Field(description="Name of the city, not of the station.")]
SeatClass = Literal["second", "first", "business"]
TrainId = Annotated[str, Field(description="Train number and day (MMDD), such as G105-0501.")]
RailOrderId = Annotated[str, Field(description="Number of the rail order, such as RO-31.")]


def search_trains(state: State, origin: City, destination: City, date: Day) -> JsonValue:
    """All trains of one day between two cities, earliest first: stations, times, and the seats left and price
    of each class. Long on busy days.
    """
    found = [
        (train["departs"], number, train)
        for number, train in state["trains"].items()
        if (train["origin"], train["destination"]) == (origin.strip(), destination.strip())
        and train["departs"].startswith(date)
    ]
    return [{"train": number, **copied(train)} for _, number, train in sorted(found, key=lambda row: row[:2])]


def list_rail_orders(state: State, traveller: TravellerId) -> JsonValue:
    """Every rail order that a traveller bought or travels on: train, times, class, passengers, total, status,
    and how often it was changed.
    """
    entry(state, "travellers", traveller)
    return [
        {"id": number, **copied(order), "departs": train["departs"], "arrives": train["arrives"]}
        for number, order in state["rail_orders"].items()
        for train in [state["trains"][order["train"]]]
        if traveller in (order["buyer"], *order["passengers"])
    ]


def book_train(
    state: State, train: TrainId, seat_class: SeatClass, buyer: TravellerId, passengers: Passengers
) -> JsonValue:
    """Buys seats of one class on one train for all the passengers, in one order."""
    entry(state, "travellers", buyer)
    people = known(state, passengers)
    price = _price(state, train, seat_class, len(people))
    _sell(state, train, seat_class, len(people))
    number = next_id(state["rail_orders"], "RO-")
    order: dict[str, Any] = {
        "buyer": buyer,
        "train": train,
        "seat_class": seat_class,
        "passengers": people,
        "total": money(price * len(people)),
        "status": "paid",
        "changes": 0,
    }
    state["rail_orders"][number] = order
    return {"order": number, "total": order["total"]}


def change_train(state: State, order: RailOrderId, train: TrainId, seat_class: SeatClass) -> JsonValue:
    """Moves a rail order, with all its passengers, to another train of the same two cities or another class.
    The difference is charged or paid back.
    """
    held = _open(state, order)
    old, new = state["trains"][held["train"]], entry(state, "trains", train)
    if (old["origin"], old["destination"]) != (new["origin"], new["destination"]):
        raise Refused(phrase(state, "{id} runs elsewhere.", "{id} 不是同一区间的车次。", id=train))
    count = len(held["passengers"])
    total = money(_price(state, train, seat_class, count) * count)
    _sell(state, held["train"], held["seat_class"], -count)
    _sell(state, train, seat_class, count)
    difference = money(total - held["total"])
    held.update(train=train, seat_class=seat_class, total=total, changes=held["changes"] + 1)
    return {
        "order": order,
        "train": train,
        "seat_class": seat_class,
        "difference": difference,
        "total": total,
    }


def refund_train(
    state: State,
    order: RailOrderId,
    fee: Annotated[float, Field(ge=0, description="Refund fee kept for all passengers together.")],
) -> JsonValue:
    """Gives a rail order back: the seats go on sale again, and the total less the fee is paid back."""
    held = _open(state, order)
    if fee > held["total"]:
        raise Refused(phrase(state, "The fee is more than the total.", "手续费高于订单金额。"))
    _sell(state, held["train"], held["seat_class"], -len(held["passengers"]))
    held.update(status="refunded", refunded=money(held["total"] - fee))
    return {"order": order, "status": "refunded", "refunded": held["refunded"]}


def _open(state: State, order: str) -> State:
    held = entry(state, "rail_orders", order)
    if held["status"] != "paid":
        raise Refused(phrase(state, "{id} is not open.", "{id} 不是有效订单。", id=order))
    if state["trains"][held["train"]]["departs"] <= state["now"]:
        raise Refused(phrase(state, "This train has left.", "该车次已发车。"))
    return held


def _price(state: State, train: str, seat_class: str, count: int) -> float:
    """The price of one seat. Raises `Refused` when the train has not `count` seats of the class."""
    found = entry(state, "trains", train)
    seats = found["classes"].get(seat_class, {"left": 0, "price": 0.0})
    if seats["left"] < count or found["departs"] <= state["now"]:
        raise Refused(
            phrase(
                state,
                "{id} has {left} seats left in {seats}.",
                "{id} 的 {seats} 余 {left} 张，无法出票。",
                id=train,
                left=seats["left"],
                seats=seat_class,
            )
        )
    return money(seats["price"])


def _sell(state: State, train: str, seat_class: str, count: int) -> None:
    state["trains"][train]["classes"][seat_class]["left"] -= count
