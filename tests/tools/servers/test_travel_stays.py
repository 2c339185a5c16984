"""The travel desk: hotels, trains, points and notes."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.tools.servers.travel_desk import WORLDS, call, leg, refund
from tools.world import Refused, State


@pytest.fixture
def state() -> State:
    return deepcopy(WORLDS["en"])


@pytest.fixture
def zh() -> State:
    return deepcopy(WORLDS["zh"])


def test_a_hotel_shows_only_rooms_that_are_free_every_night(state: State) -> None:
    found = call(state, "search_hotels", city="porto", check_in="2026-03-20", nights=2)

    assert {hotel["name"]: list(hotel["rooms"]) for hotel in found}["Hotel Aliados"] == ["single"]


def test_a_stay_costs_its_room_and_everybodys_breakfast(state: State) -> None:
    ask = {"hotel": "H-13", "room": "double", "guest": "TR-113", "check_in": "2026-03-24"}
    made = call(state, "book_hotel", nights=2, guests=2, breakfast=True, **ask)

    assert made["total"] == 213.0
    assert call(state, "change_stay", stay=made["stay"], breakfast=False)["total"] == 173.0
    assert call(state, "change_stay", stay=made["stay"], nights=1, room="suite")["total"] == 150.0
    assert call(state, "cancel_stay", stay=made["stay"], charged_nights=1)["charged"] == 150.0
    with pytest.raises(Refused):
        call(state, "change_stay", stay=made["stay"], nights=2)


@pytest.mark.parametrize(
    "wish",
    [
        {"hotel": "H-12", "check_in": "2026-03-20", "nights": 2},
        {"hotel": "H-13", "check_in": "2026-03-20", "nights": 1, "guests": 3},
        {"hotel": "H-12", "check_in": "2026-03-20", "nights": 1, "room": "suite"},
        {"hotel": "H-13", "check_in": "2026-02-30", "nights": 1},
    ],
    ids=["full", "too small", "no such room", "no such day"],
)
def test_a_room_that_cannot_be_had_is_refused(wish: dict[str, Any], state: State) -> None:
    with pytest.raises(Refused):
        call(state, "book_hotel", guest="TR-113", **{"room": "double", **wish})
    assert state == WORLDS["en"]


def test_a_train_is_bought_changed_and_given_back(zh: State) -> None:
    made = call(
        zh,
        "book_train",
        train="G137-0503",
        seat_class="second",
        buyer="TR-212",
        passengers=["TR-215", "TR-212"],
    )
    assert made["total"] == 1106.0
    assert zh["trains"]["G137-0503"]["classes"]["second"]["left"] == 15

    changed = call(zh, "change_train", order=made["order"], train="G137-0503", seat_class="first")
    assert changed["difference"] == 754.0
    assert zh["rail_orders"][made["order"]]["changes"] == 1

    given_back = call(zh, "refund_train", order=made["order"], fee=93)
    assert given_back["refunded"] == 1767.0
    assert zh["trains"] == WORLDS["zh"]["trains"]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (
            "book_train",
            {"train": "G1-0501", "seat_class": "second", "buyer": "TR-212", "passengers": ["TR-212"]},
        ),
        ("change_train", {"order": "RO-64", "train": "G26-0423", "seat_class": "second"}),
        ("change_train", {"order": "RO-61", "train": "G89-0428", "seat_class": "second"}),
        ("refund_train", {"order": "RO-64", "fee": 553.5}),
        ("refund_train", {"order": "RO-1", "fee": 0}),
    ],
    ids=["sold out", "another route", "no seat to change to", "fee above the price", "unknown"],
)
def test_the_chinese_desk_refuses_in_chinese(name: str, arguments: dict[str, Any], zh: State) -> None:
    with pytest.raises(Refused, match=r"[一-鿿]"):
        call(zh, name, **arguments)
    assert zh == WORLDS["zh"]


def test_points_become_a_credit_and_no_more_than_there_are(state: State) -> None:
    made = call(state, "redeem_points", traveller="TR-129", points=12000)

    assert (made["amount"], made["points_left"]) == (96.0, 400)
    with pytest.raises(Refused):
        call(state, "redeem_points", traveller="TR-129", points=1000)


def test_details_and_notes_are_kept(state: State) -> None:
    passport = {"number": "P9900112", "expires": "2036-02-28"}
    call(state, "update_traveller", traveller="TR-107", changes={"passport": passport})
    call(state, "add_note", traveller="TR-104", text="Vegetarian.")

    assert state["travellers"]["TR-107"]["passport"] == passport
    assert list(state["travellers"]["TR-104"]["notes"]) == ["N-1", "N-2"]
    with pytest.raises(Refused):
        call(state, "update_traveller", traveller="TR-107", changes={})


@pytest.mark.parametrize(
    "breach",
    [
        lambda s: call(s, "change_flight", booking="BK-4115", segment="1", flight="QC301-0315"),
        lambda s: call(s, "cancel_booking", booking="BK-4115", refund=refund("original", 94.7)),
        lambda s: call(s, "set_seat", booking="BK-4118", segment="1", traveller="TR-116", seat="12A"),
        lambda s: call(
            s,
            "book_flight",
            holder="TR-107",
            passengers=["TR-107"],
            legs=[leg("QC530-0320")],
            payment={"method": "credit", "credit": "CR-31"},
        ),
        lambda s: call(s, "issue_credit", traveller="TR-118", amount=500, reason="delay", booking="BK-4122"),
        lambda s: call(s, "cancel_stay", stay="ST-62", charged_nights=0),
        lambda s: call(s, "redeem_points", traveller="TR-127", points=1000),
    ],
    ids=["fare", "refund", "exit row", "passport and credit", "twice compensated", "late", "few points"],
)
def test_the_agencys_own_rules_are_left_to_the_desk(breach: Callable[[State], Any], state: State) -> None:
    breach(state)

    assert state != WORLDS["en"]
