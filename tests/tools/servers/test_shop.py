"""The shop's world: what it refuses, what it leaves to the policy, and that its books always balance."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scenarios.load import load_scenario
from tools.servers.shop import SHOP
from tools.world import Refused, State

LIBRARY = Path(__file__).parents[3] / "scenarios" / "library" / "shop"
ENGLISH, CHINESE = "gift-card-balance", "zh-pillow-too-late"
TOOLS = {tool.name: tool for tool in SHOP.tools}


@cache
def _library_state(scenario: str) -> str:
    return json.dumps(load_scenario(LIBRARY / scenario).servers["shop"].state)


def _world(scenario: str = ENGLISH) -> State:
    state: State = json.loads(_library_state(scenario))
    return state


def _call(state: State, tool: str, **arguments: Any) -> Any:
    Draft202012Validator(TOOLS[tool].input_schema).validate(arguments)
    return TOOLS[tool].run(state, **arguments)


def _items(**quantities: int) -> list[dict[str, Any]]:
    return [{"sku": sku.replace("_", "-"), "quantity": number} for sku, number in quantities.items()]


ADDRESS = {
    "recipient": "Emil Hansen",
    "street": "Ny Gade 1",
    "city": "Oslo",
    "postcode": "0150",
    "region": "Norway",
}

LOOKS: dict[str, dict[str, Any]] = {
    "find_customers": {"name": "keller"},
    "get_customer": {"customer": "C-1007"},
    "list_notes": {"customer": "C-1003"},
    "search_products": {},
    "get_product": {"product": "P-130"},
    "get_coupon": {"code": "GOLD15"},
    "list_orders": {"customer": "C-1005"},
    "get_order": {"order": "O-5014"},
    "track_shipment": {"shipment": "S-9009"},
    "list_returns": {"customer": "C-1014"},
    "get_gift_card": {"code": "GC-7Q4M"},
}

WRITES: dict[str, dict[str, Any]] = {
    "update_contact": {"customer": "C-1009", "email": "kasia@poczta.example", "newsletter": False},
    "save_address": {"customer": "C-1010", "label": "cabin", "address": ADDRESS, "default": True},
    "add_note": {"customer": "C-1003", "text": "Called.", "tags": ["praise", "delivery"]},
    "open_ticket": {"customer": "C-1003", "queue": "legal", "summary": "Asks for a contract."},
    "alert_when_in_stock": {"customer": "C-1005", "sku": "VAL-100"},
    "place_order": {"customer": "C-1011", "items": _items(GAS_230=3), "payment": "GC-5R2T"},
    "change_order_items": {"order": "O-5023", "items": _items(RK25_GRN=1, CAP_GRN=2)},
    "change_delivery_address": {"order": "O-5024", "address": ADDRESS},
    "apply_coupon": {"order": "O-5022", "code": "SPRING10"},
    "cancel_order": {"order": "O-5028", "reason": "too_slow"},
    "reschedule_delivery": {"shipment": "S-9016", "date": "2026-03-18", "window": "evening"},
    "create_return": {"order": "O-5014", "items": _items(MB_GRY_L=1), "reason": "does_not_fit"},
    "cancel_return": {"return_id": "R-5018-1"},
    "create_exchange": {"order": "O-5006", "sku": "HB-BRN-42", "new_sku": "HB-BRN-43"},
    "issue_refund": {"order": "O-5011", "amount": 23.0, "reason": "price_drop"},
    "issue_gift_card": {"customer": "C-1007", "amount": 10.0, "reason": "goodwill", "order": "O-5009"},
}

REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("find_customers", {}),
    ("add_note", {"customer": "C-1003", "text": "?", "tags": ["praise"], "order": "O-1"}),
    ("alert_when_in_stock", {"customer": "C-1005", "sku": "VAL-075"}),
    ("place_order", {"customer": "C-1011", "items": _items(WAX_1=1, MOR_RST=2), "payment": "GC-5R2T"}),
    ("place_order", {"customer": "C-1011", "items": _items(FJ2_GRN=1), "payment": "GC-5R2T"}),
    ("place_order", {"customer": "C-1004", "items": _items(GAS_230=1), "payment": "GC-9X1A"}),
    ("place_order", {"customer": "C-1011", "items": _items(WAX_1=1), "payment": "PM-1001-1"}),
    (
        "place_order",
        {"customer": "C-1011", "items": _items(WAX_1=1), "payment": "GC-5R2T", "address": "moon"},
    ),
    (
        "place_order",
        {"customer": "C-1011", "items": [*_items(WAX_1=1), *_items(WAX_1=2)], "payment": "GC-5R2T"},
    ),
    (
        "place_order",
        {"customer": "C-1011", "items": _items(WAX_1=1), "payment": "GC-5R2T", "coupon": "SPRING10"},
    ),
    ("change_order_items", {"order": "O-5023", "items": _items(MOR_RST=2)}),
    ("change_order_items", {"order": "O-5021", "items": _items(CAP_GRN=1)}),
    ("change_delivery_address", {"order": "O-5016", "address": ADDRESS}),
    ("apply_coupon", {"order": "O-5027", "code": "WINTER20"}),
    ("apply_coupon", {"order": "O-5024", "code": "SPRING10"}),
    ("cancel_order", {"order": "O-5016", "reason": "other"}),
    ("reschedule_delivery", {"shipment": "S-9009", "date": "2026-03-18", "window": "evening"}),
    ("reschedule_delivery", {"shipment": "S-9016", "date": "2026-03-14", "window": "evening"}),
    ("create_return", {"order": "O-5014", "items": _items(MB_GRY_L=1, RT_BLK_M=2), "reason": "damaged"}),
    ("create_return", {"order": "O-5014", "items": _items(WAX_1=1), "reason": "damaged"}),
    ("create_return", {"order": "O-5016", "items": _items(VLT_10=1), "reason": "damaged"}),
    ("cancel_return", {"return_id": "R-4971-1"}),
    ("create_exchange", {"order": "O-5006", "sku": "HB-BRN-42", "new_sku": "HL-BRN-43"}),
    ("create_exchange", {"order": "O-5006", "sku": "HB-BRN-42", "new_sku": "HB-BRN-43", "quantity": 2}),
    ("issue_refund", {"order": "O-5011", "amount": 163.0, "reason": "overcharge"}),
]


def test_every_tool_is_tried_here() -> None:
    assert {name for name, tool in TOOLS.items() if not tool.writes} == LOOKS.keys()
    assert {name for name, tool in TOOLS.items() if tool.writes} == WRITES.keys()


@pytest.mark.parametrize("tool", LOOKS)
def test_a_look_changes_nothing_and_hands_out_nothing_of_the_state(tool: str) -> None:
    state = _world()
    before = copy.deepcopy(state)
    result = _call(state, tool, **LOOKS[tool])
    assert result
    _spoil(result)
    assert state == before


@pytest.mark.parametrize("tool", WRITES)
def test_a_write_changes_the_state_and_keeps_no_hold_on_arguments_or_result(tool: str) -> None:
    state, arguments = _world(), copy.deepcopy(WRITES[tool])
    before = copy.deepcopy(state)
    result = _call(state, tool, **arguments)
    after = copy.deepcopy(state)
    assert after != before
    _spoil(result)
    _spoil(arguments)
    assert state == after


@pytest.mark.parametrize(("tool", "arguments"), REFUSED)
def test_a_refused_call_changes_nothing(tool: str, arguments: dict[str, Any]) -> None:
    state = _world()
    before = copy.deepcopy(state)
    with pytest.raises(Refused):
        _call(state, tool, **arguments)
    assert state == before


@pytest.mark.parametrize("tool", TOOLS)
def test_a_tool_takes_no_unknown_argument_and_says_what_it_is_for(tool: str) -> None:
    assert TOOLS[tool].input_schema["additionalProperties"] is False
    assert len(TOOLS[tool].description) > 20


def test_a_nested_argument_takes_no_unknown_key() -> None:
    schema = Draft202012Validator(TOOLS["change_delivery_address"].input_schema)
    assert schema.is_valid({"order": "O-5024", "address": ADDRESS})
    assert not schema.is_valid({"order": "O-5024", "address": {**ADDRESS, "floor": "2"}})


def test_a_refusal_in_a_chinese_world_is_chinese() -> None:
    with pytest.raises(Refused, match="已于 2026-02-20 过期"):
        _call(_world(CHINESE), "apply_coupon", order="O-7025", code="NIANHUO")


def test_an_order_takes_stock_and_the_gift_card_pays_it() -> None:
    state = _world()
    placed = _call(state, "place_order", **WRITES["place_order"])
    assert placed == {"id": "O-5029", "discount": 0.0, "shipping": 4.9, "total": 24.4}
    assert state["gift_cards"]["GC-5R2T"]["balance"] == 35.6
    assert state["products"]["P-127"]["variants"]["GAS-230"]["stock"] == 77
    assert state["orders"]["O-5029"]["address"]["city"] == "Valencia"


def test_a_cancelled_order_gives_stock_and_gift_card_back() -> None:
    state = _world()
    goods, cards = copy.deepcopy(state["products"]), copy.deepcopy(state["gift_cards"])
    placed = _call(state, "place_order", **WRITES["place_order"])
    cancelled = _call(state, "cancel_order", order=placed["id"], reason="changed_mind")
    assert cancelled["refund"] == placed["total"]
    assert (state["products"], state["gift_cards"]) == (goods, cards)


def test_an_order_can_keep_the_last_piece_while_its_content_changes() -> None:
    state = _world()
    state["products"]["P-180"]["variants"]["MOR-RST"]["stock"] = 0
    changed = _call(state, "change_order_items", order="O-5025", items=_items(MOR_RST=1, CAP_GRN=1))
    assert changed == {"id": "O-5025", "total": 119.0, "difference": 21.0}
    assert state["products"]["P-180"]["variants"]["MOR-RST"]["stock"] == 0


def test_a_coupon_makes_the_order_cheaper_once() -> None:
    state = _world()
    assert _call(state, "apply_coupon", order="O-5022", code="SPRING10")["total"] == 85.5
    with pytest.raises(Refused, match="already uses SPRING10"):
        _call(state, "apply_coupon", order="O-5022", code="GOLD15")


def test_a_return_pays_what_was_paid_after_the_discount() -> None:
    state = _world()
    returned = _call(state, "create_return", **WRITES["create_return"])
    assert returned == {"id": "R-5014-1", "refund": 58.41, "refund_to": "original_payment"}


def test_nothing_is_sent_back_twice_unless_its_return_was_called_off() -> None:
    state = _world()
    first = _call(state, "create_return", **WRITES["create_return"])
    with pytest.raises(Refused, match="Only 0 of MB-GRY-L left"):
        _call(state, "create_exchange", order="O-5014", sku="MB-GRY-L", new_sku="MB-GRY-M")
    _call(state, "cancel_return", return_id=first["id"])
    assert _call(state, "create_exchange", order="O-5014", sku="MB-GRY-L", new_sku="MB-GRY-M")


def test_an_exchange_settles_the_difference_for_every_piece() -> None:
    swap = _call(_world(), "create_exchange", order="O-5006", sku="HB-BRN-42", new_sku="HB-BRN-44")
    assert swap == {"id": "E-5006-1", "difference": 10.0}


def test_refunds_of_an_order_add_up_to_its_total_at_most() -> None:
    state = _world()
    _call(state, "issue_refund", order="O-5011", amount=162.0, reason="overcharge")
    with pytest.raises(Refused, match=r"0\.90 left"):
        _call(state, "issue_refund", order="O-5011", amount=1.0, reason="overcharge")


LEFT_TO_THE_POLICY: dict[str, tuple[str, dict[str, Any]]] = {
    "a return after the window": (
        "create_return",
        {"order": "O-4981", "items": _items(RK40_GRY=1), "reason": "changed_mind"},
    ),
    "a return of final-sale goods": (
        "create_return",
        {"order": "O-5019", "items": _items(CED_1=2), "reason": "changed_mind"},
    ),
    "a return worth more than 200": (
        "create_return",
        {"order": "O-5007", "items": _items(FJ3_GRN=1), "reason": "changed_mind"},
    ),
    "an exchange at another price": (
        "create_exchange",
        {"order": "O-5006", "sku": "HB-BRN-42", "new_sku": "HB-BRN-44"},
    ),
    "a packed order of a standard customer": ("cancel_order", {"order": "O-5020", "reason": "found_cheaper"}),
    "a gold coupon for a standard customer": ("apply_coupon", {"order": "O-5023", "code": "GOLD15"}),
    "a coupon on goods on sale": ("apply_coupon", {"order": "O-5026", "code": "SPRING10"}),
    "an address in another country": ("change_delivery_address", {"order": "O-5027", "address": ADDRESS}),
    "a third limited mug": (
        "place_order",
        {"customer": "C-1009", "items": _items(MUG_RED=1), "payment": "PM-1009-1"},
    ),
    "goodwill for three days": (
        "issue_gift_card",
        {"customer": "C-1006", "amount": 50, "reason": "goodwill", "order": "O-5010"},
    ),
}


@pytest.mark.parametrize("case", LEFT_TO_THE_POLICY)
def test_the_server_lets_pass_what_only_the_policy_forbids(case: str) -> None:
    tool, arguments = LEFT_TO_THE_POLICY[case]
    assert _call(_world(), tool, **arguments)


PAIRS = [
    (("create_return", WRITES["create_return"]), ("issue_refund", WRITES["issue_refund"])),
    (
        ("create_return", {"order": "O-5013", "items": _items(GLO_GRN=1), "reason": "defective"}),
        ("create_return", {"order": "O-5002", "items": _items(GLO_YEL=1), "reason": "defective"}),
    ),
    (("cancel_order", WRITES["cancel_order"]), ("place_order", WRITES["place_order"])),
    (
        ("issue_gift_card", WRITES["issue_gift_card"]),
        ("issue_gift_card", {"customer": "C-1006", "amount": 5, "reason": "prize"}),
    ),
]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_independent_writes_give_the_same_state_in_any_order(
    one: tuple[str, dict[str, Any]], other: tuple[str, dict[str, Any]]
) -> None:
    states = []
    for calls in ((one, other), (other, one)):
        state = _world()
        for tool, arguments in calls:
            _call(state, tool, **arguments)
        states.append(state)
    assert states[0] == states[1]


def test_a_search_ranks_by_words_found_and_reads_chinese_by_pairs() -> None:
    assert _call(_world(), "search_products", query="Glow lantern")[0]["name"] == "Glow lantern"
    names = [p["name"] for p in _call(_world(CHINESE), "search_products", query="明前龙井茶叶")]
    assert names[:2] == ["明前龙井 特级", "雨前龙井 一级"]


def test_a_search_keeps_to_its_limits() -> None:
    found = _call(_world(), "search_products", category="lights", max_price=34, in_stock=True, sort="price")
    assert [p["price_from"] for p in found] == [17.9, 22, 34]


@pytest.mark.parametrize(
    ("tool", "arguments"), [("search_products", {}), ("list_notes", {"customer": "C-1003"})]
)
def test_the_library_has_results_that_are_long(tool: str, arguments: dict[str, Any]) -> None:
    assert len(json.dumps(_call(_world(), tool, **arguments))) > 5000


@pytest.mark.parametrize("scenario", [ENGLISH, CHINESE])
def test_the_books_of_a_library_world_balance(scenario: str) -> None:
    state = _world(scenario)
    known = {sku for product in state["products"].values() for sku in product["variants"]}
    for order in state["orders"].values():
        goods = sum(line["price"] * line["quantity"] for line in order["lines"].values())
        percent = state["coupons"][order["coupon"]]["percent"] if order["coupon"] else 0
        free = goods >= state["shop"]["free_shipping_from"]
        assert order["discount"] == round(goods * percent / 100, 2)
        assert order["shipping"] == (0.0 if free else state["shop"]["shipping"])
        assert order["total"] == round(goods - order["discount"] + order["shipping"], 2)
        assert order["lines"].keys() <= known
        assert order["payment"] in state["customers"][order["customer"]]["payment_methods"]


@pytest.mark.parametrize("scenario", [ENGLISH, CHINESE])
def test_the_records_of_a_library_world_point_at_each_other(scenario: str) -> None:
    state = _world(scenario)
    for key, order in state["orders"].items():
        assert (order["shipment"] is None) == (order["status"] in {"pending", "packed", "cancelled"})
        if order["shipment"]:
            parcel = state["shipments"][order["shipment"]]
            assert parcel["order"] == key
            assert (parcel["delivered"] is None) == (order["status"] == "shipped")
    for parcel in state["shipments"].values():
        assert state["orders"][parcel["order"]]["shipment"]
    for note in state["notes"].values():
        assert note["customer"] in state["customers"]
        assert note["order"] is None or state["orders"][note["order"]]["customer"] == note["customer"]


def _spoil(value: Any) -> None:
    """Empties everything inside a value, so that whoever else holds a part of it shows the damage."""
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _spoil(inner)
    if isinstance(value, dict | list):
        value.clear()
