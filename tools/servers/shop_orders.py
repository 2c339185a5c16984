"""Orders until they leave the house: place, look up, change, cancel; and their parcels until the door."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.servers.shop_records import (
    Address,
    CustomerId,
    Item,
    OrderId,
    demand_status,
    money,
    move_stock,
    new_lines,
    priced,
    refused,
    settle,
    shown,
    today,
)
from tools.world import State, entry, next_id

OrderStatus = Literal["pending", "packed", "shipped", "delivered", "cancelled"]


def list_orders(state: State, customer: CustomerId, status: OrderStatus | None = None) -> JsonValue:
    """List a customer's orders, newest first: date, status, total and what is in them."""
    entry(state, "customers", customer)
    found = [
        {
            "id": key,
            "placed": order["placed"],
            "status": order["status"],
            "total": order["total"],
            "items": [line["name"] for line in order["lines"].values()],
        }
        for key, order in state["orders"].items()
        if order["customer"] == customer and (status is None or order["status"] == status)
    ]
    newest = sorted(found, key=lambda order: (str(order["placed"]), str(order["id"])), reverse=True)
    return [*newest]


def get_order(state: State, order: OrderId) -> JsonValue:
    """Show one order: lines by article number, address, payment, amounts and its shipment."""
    return shown(order, entry(state, "orders", order))


def place_order(
    state: State,
    customer: CustomerId,
    items: Annotated[list[Item], Field(min_length=1)],
    payment: Annotated[str, Field(description="Id of a saved payment method, or a gift card's code")],
    address: Annotated[str | None, Field(description="Label of a saved address; else the default")] = None,
    coupon: str | None = None,
    gift_wrap: bool = False,
) -> JsonValue:
    """Place a new order for a customer at today's prices."""
    account = entry(state, "customers", customer)
    label = address or account["default_address"]
    if label not in account["addresses"]:
        raise refused(
            state,
            "No address {label}; saved are {has}.",
            "没有地址 {label}，已保存的有 {has}。",
            label=label,
            has=", ".join(account["addresses"]),
        )
    if payment not in account["payment_methods"]:
        entry(state, "gift_cards", payment)
    lines = new_lines(state, items, {})
    amounts = priced(state, lines, coupon)
    settle(state, payment, amounts["total"])
    move_stock(state, lines, -1)
    key = next_id(state["orders"], "O-")
    state["orders"][key] = {
        "customer": customer,
        "placed": today(state),
        "status": "pending",
        "lines": lines,
        "coupon": coupon,
        **amounts,
        "gift_wrap": gift_wrap,
        "address": {**account["addresses"][label]},
        "payment": payment,
        "shipment": None,
    }
    return {"id": key, **amounts}


def change_order_items(
    state: State,
    order: OrderId,
    items: Annotated[list[Item], Field(min_length=1, description="All that the order shall hold afterwards")],
) -> JsonValue:
    """Replace the content of a pending order; the difference is charged or paid back by itself."""
    found = demand_status(state, order, "pending")
    lines = new_lines(state, items, found["lines"])
    amounts = priced(state, lines, found["coupon"])
    difference = money(amounts["total"] - found["total"])
    settle(state, found["payment"], difference)
    move_stock(state, found["lines"], 1)
    move_stock(state, lines, -1)
    found.update(lines=lines, **amounts)
    return {"id": order, "total": amounts["total"], "difference": difference}


def change_delivery_address(state: State, order: OrderId, address: Address) -> JsonValue:
    """Send an order that has not left yet to another address. The account's saved addresses stay."""
    found = demand_status(state, order, "pending", "packed")
    found["address"] = {**address}
    return {"id": order, "address": {**found["address"]}}


def apply_coupon(state: State, order: OrderId, code: str) -> JsonValue:
    """Use a coupon on a pending order that has none."""
    found = demand_status(state, order, "pending")
    if found["coupon"]:
        raise refused(
            state,
            "Order {order} already uses {code}.",
            "订单 {order} 已使用优惠券 {code}。",
            order=order,
            code=found["coupon"],
        )
    amounts = priced(state, found["lines"], code)
    settle(state, found["payment"], money(amounts["total"] - found["total"]))
    found.update(coupon=code, **amounts)
    return {"id": order, **amounts}


def cancel_order(
    state: State,
    order: OrderId,
    reason: Literal["changed_mind", "found_cheaper", "ordered_by_mistake", "too_slow", "other"],
) -> JsonValue:
    """Call off a whole order that has not left yet (not for goods that arrived: see create_return)."""
    found = demand_status(state, order, "pending", "packed")
    move_stock(state, found["lines"], 1)
    settle(state, found["payment"], -found["total"])
    found.update(status="cancelled", cancel_reason=reason)
    return {"id": order, "status": "cancelled", "refund": found["total"], "refund_to": found["payment"]}


def track_shipment(
    state: State, shipment: Annotated[str, Field(description="Shipment id, like S-9001")]
) -> JsonValue:
    """Show a parcel: carrier, promised day, delivery day if delivered, and every scan on its way."""
    return shown(shipment, entry(state, "shipments", shipment))


def reschedule_delivery(
    state: State,
    shipment: Annotated[str, Field(description="Shipment id, like S-9001")],
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")],
    window: Literal["morning", "afternoon", "evening"],
) -> JsonValue:
    """Have a parcel that is on its way delivered on a later day, in a part of that day."""
    parcel = entry(state, "shipments", shipment)
    if parcel["status"] != "in_transit" or date <= today(state):
        raise refused(
            state,
            "Shipment {key} is {status}; only parcels in_transit can move, and only to a later day.",
            "运单 {key} 的状态是 {status}；只有 in_transit 的包裹可以改期，且只能改到今天以后。",
            key=shipment,
            status=parcel["status"],
        )
    parcel["appointment"] = {"date": date, "window": window}
    return {"id": shipment, "appointment": {**parcel["appointment"]}}
