"""The travel desk, through its tools, on the worlds of the library: what it sells, refuses, and lets pass."""

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.tools.servers.travel_desk import CARD, WORLDS, call, leg, refund, spoil
from tools.servers.travel import TRAVEL
from tools.world import Refused, State, WorldTool

READS: dict[str, dict[str, Any]] = {
    "find_travellers": {"query": "berg"},
    "get_traveller": {"traveller": "TR-101"},
    "list_bulletins": {},
    "search_flights": {"origin": "LHR", "destination": "LIS", "date": "2026-03-14"},
    "list_departures": {"airport": "LHR", "date": "2026-03-14"},
    "get_flight": {"flight": "QM204-0314"},
    "get_fare_rules": {"fare": "standard"},
    "list_bookings": {"traveller": "TR-106"},
    "get_booking": {"booking": "BK-4107"},
    "quote_change": {"booking": "BK-4107", "segment": "2", "flight": "QM209-0319"},
    "search_hotels": {"city": "Porto", "check_in": "2026-03-20", "nights": 3},
    "list_stays": {"traveller": "TR-127"},
    "search_trains": {"origin": "Lisbon", "destination": "Porto", "date": "2026-03-18"},
    "list_rail_orders": {"traveller": "TR-106"},
}


@pytest.fixture
def state() -> State:
    return deepcopy(WORLDS["en"])


@pytest.fixture
def zh() -> State:
    return deepcopy(WORLDS["zh"])


def test_every_read_tool_has_a_call_here() -> None:
    assert {tool.name for tool in TRAVEL.tools if not tool.writes} == READS.keys()


@pytest.mark.parametrize("name", READS)
def test_a_read_tool_neither_changes_the_state_nor_hands_out_parts_of_it(name: str, state: State) -> None:
    found = call(state, name, **READS[name])

    assert found
    spoil(found)
    assert state == WORLDS["en"]


@pytest.mark.parametrize("tool", TRAVEL.tools, ids=lambda tool: tool.name)
def test_every_tool_tells_what_it_does_and_refuses_unknown_arguments(tool: WorldTool) -> None:
    assert len(tool.description) > 20
    assert tool.input_schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("world", "name", "arguments"),
    [
        ("en", "list_departures", READS["list_departures"]),
        ("en", "list_bulletins", {}),
        ("zh", "search_trains", {"origin": "北京", "destination": "上海", "date": "2026-05-01"}),
    ],
)
def test_some_answers_are_long(world: str, name: str, arguments: dict[str, Any]) -> None:
    found = call(deepcopy(WORLDS[world]), name, **arguments)

    assert len(json.dumps(found, ensure_ascii=False)) >= 5000


def test_a_booking_takes_seats_and_the_included_bags_and_the_price(state: State) -> None:
    made = call(
        state,
        "book_flight",
        holder="TR-101",
        passengers=["TR-102", "TR-101"],
        legs=[leg("QN55-0315"), leg("QM209-0319", "flex")],
        payment=CARD,
    )

    booking = state["bookings"][made["booking"]]
    assert made["total"] == 731.0
    assert booking["passengers"] == ["TR-101", "TR-102"]
    assert booking["segments"]["2"]["bags"] == {"TR-101": 2, "TR-102": 2}
    assert state["flights"]["QN55-0315"]["cabins"]["economy"]["left"] == 12


def test_a_credit_pays_as_far_as_it_reaches(state: State) -> None:
    ask = {"holder": "TR-101", "passengers": ["TR-101"], "payment": {"method": "credit", "credit": "CR-31"}}

    first = call(state, "book_flight", legs=[leg("QN410-0324", "basic")], **ask)
    second = call(state, "book_flight", legs=[leg("QN55-0315")], **ask)

    assert first["paid"] == {"card": 0.0, "credit": 74.0}
    assert second["paid"] == {"card": 55.5, "credit": 106.0}
    assert state["credits"]["CR-31"]["status"] == "used"


@pytest.mark.parametrize("credit", ["CR-32", "CR-35", "CR-99"])
def test_an_expired_used_or_unknown_credit_books_nothing(credit: str, state: State) -> None:
    with pytest.raises(Refused):
        call(
            state,
            "book_flight",
            holder="TR-102",
            passengers=["TR-102"],
            legs=[leg("QN55-0315")],
            payment={"method": "credit", "credit": credit},
        )
    assert state == WORLDS["en"]


@pytest.mark.parametrize(
    ("passengers", "flight"),
    [
        (["TR-101", "TR-102", "TR-103"], "QC301-0315"),
        (["TR-101"], "QN73-0314"),
        (["TR-101"], "QC77-0305"),
        (["TR-101", "TR-101"], "QN55-0315"),
        (["TR-999"], "QN55-0315"),
    ],
    ids=["too few seats", "cancelled", "flown", "named twice", "unknown"],
)
def test_what_cannot_be_sold_is_refused(passengers: list[str], flight: str, state: State) -> None:
    with pytest.raises(Refused):
        call(state, "book_flight", holder="TR-101", passengers=passengers, legs=[leg(flight)], payment=CARD)
    assert state == WORLDS["en"]


def test_a_change_costs_the_fee_and_the_difference_and_gives_the_seats_up(state: State) -> None:
    made = call(state, "change_flight", booking="BK-4134", segment="2", flight="QM209-0319")

    assert (made["fee"], made["difference"], made["charged"], made["total"]) == (60.0, 22.0, 82.0, 334.0)
    assert state["bookings"]["BK-4134"]["segments"]["2"]["seats"] == {}
    assert state["flights"]["QM205-0319"]["seats"]["economy"] == ["13A", "13B", "15D"]
    assert state["flights"]["QM205-0319"]["cabins"]["economy"]["left"] == 8
    assert state["flights"]["QM209-0319"]["cabins"]["economy"]["left"] == 10


def test_a_quote_says_what_the_change_will_cost(state: State) -> None:
    ask = {"booking": "BK-4107", "segment": "2", "flight": "QC512-0319"}

    quote = call(state, "quote_change", **ask)

    assert quote == {"fee": 60.0, "difference": 0.0, "charged": 60.0}
    assert call(state, "change_flight", **ask)["charged"] == 60.0


def test_a_flight_that_the_airline_cancelled_is_changed_free_of_charge(state: State) -> None:
    made = call(state, "change_flight", booking="BK-4104", segment="1", flight="QM208-0314")

    assert made["charged"] == 0.0


@pytest.mark.parametrize(
    ("booking", "segment", "flight"),
    [
        ("BK-4107", "1", "QN55-0315"),
        ("BK-4107", "3", "QM208-0314"),
        ("BK-4111", "1", "QC205-0411"),
        ("BK-4122", "1", "QC209-0314"),
    ],
    ids=["another route", "no such segment", "cancelled booking", "flown"],
)
def test_a_change_that_makes_no_sense_is_refused(
    booking: str, segment: str, flight: str, state: State
) -> None:
    with pytest.raises(Refused):
        call(state, "change_flight", booking=booking, segment=segment, flight=flight)
    assert state == WORLDS["en"]


def test_a_cancelled_booking_gives_its_seats_back_and_opens_a_credit(state: State) -> None:
    made = call(state, "cancel_booking", booking="BK-4109", refund=refund("credit", 406))

    assert state["bookings"]["BK-4109"]["status"] == "cancelled"
    assert state["bookings"]["BK-4109"]["refunded"] == {"original": 0.0, "credit": 406.0}
    assert state["flights"]["QC420-0327"]["cabins"]["economy"]["left"] == 7
    assert state["flights"]["QC420-0327"]["seats"]["economy"] == ["20A", "20B"]
    assert state["credits"][made["refund"]["credit"]]["expires"] == "2027-03-10"


@pytest.mark.parametrize("back", [refund("original", 591.01), refund("none", 1)])
def test_nobody_gets_back_more_than_was_paid(back: dict[str, Any], state: State) -> None:
    with pytest.raises(Refused):
        call(state, "cancel_booking", booking="BK-4109", refund=back)
    assert state == WORLDS["en"]


def test_a_booking_that_was_flown_is_not_cancelled(state: State) -> None:
    with pytest.raises(Refused):
        call(state, "cancel_booking", booking="BK-4122", refund=refund("original", 98))
    assert state == WORLDS["en"]


def test_refunds_of_one_booking_add_up(state: State) -> None:
    call(state, "cancel_segment", booking="BK-4128", segment="2", refund=refund("credit", 300))

    with pytest.raises(Refused):
        call(state, "cancel_booking", booking="BK-4128", refund=refund("credit", 100))


def test_a_booking_whose_last_segment_is_cancelled_is_cancelled(state: State) -> None:
    call(state, "cancel_segment", booking="BK-4107", segment="1", refund=refund())
    assert state["bookings"]["BK-4107"]["status"] == "confirmed"

    call(state, "cancel_segment", booking="BK-4107", segment="2", refund=refund())
    assert state["bookings"]["BK-4107"]["status"] == "cancelled"


def test_a_removed_passenger_leaves_every_segment(state: State) -> None:
    made = call(
        state,
        "remove_passenger",
        booking="BK-4126",
        traveller="TR-123",
        refund=refund("original", 389.5),
    )

    segments = state["bookings"]["BK-4126"]["segments"]
    assert made["passengers"] == ["TR-122", "TR-124"]
    assert segments["1"]["seats"] == {"TR-122": "8A", "TR-124": "8C"}
    assert segments["2"]["bags"].keys() == {"TR-122", "TR-124"}


@pytest.mark.parametrize(("booking", "traveller"), [("BK-4107", "TR-106"), ("BK-4126", "TR-106")])
def test_the_only_passenger_and_a_stranger_cannot_be_removed(
    booking: str, traveller: str, state: State
) -> None:
    with pytest.raises(Refused):
        call(state, "remove_passenger", booking=booking, traveller=traveller, refund=refund())


def test_a_new_seat_opens_the_old_one(state: State) -> None:
    ask = {"booking": "BK-4112", "segment": "1", "traveller": "TR-108"}
    call(state, "set_seat", seat="14C", **ask)
    call(state, "set_seat", seat="21B", **ask)

    assert state["flights"]["QN310-0321"]["seats"]["economy"] == ["7D", "12C", "14C", "14D", "21A", "26E"]


def test_seats_given_in_either_order_leave_the_same_state(state: State) -> None:
    other = deepcopy(state)
    seats = [("TR-108", "14C"), ("TR-109", "14D")]
    for order, world in ((seats, state), (seats[::-1], other)):
        for traveller, seat in order:
            call(world, "set_seat", booking="BK-4112", segment="1", traveller=traveller, seat=seat)

    assert state == other


@pytest.mark.parametrize(("traveller", "seat"), [("TR-108", "14A"), ("TR-101", "14C")])
def test_a_taken_seat_and_a_stranger_are_refused(traveller: str, seat: str, state: State) -> None:
    with pytest.raises(Refused):
        call(state, "set_seat", booking="BK-4112", segment="1", traveller=traveller, seat=seat)
    assert state == WORLDS["en"]


def test_only_more_bags_are_charged(state: State) -> None:
    ask = {"booking": "BK-4107", "segment": "1", "traveller": "TR-106"}

    assert call(state, "set_bags", bags=3, **ask)["charged"] == 70.0
    assert call(state, "set_bags", bags=0, **ask)["total"] == 318.0
