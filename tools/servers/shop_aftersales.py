"""After the parcel arrived: returns, exchanges, refunds and gift cards. Ids carry the number of the order or
customer that they belong to, so that independent actions give the same records in any order.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.servers.shop_records import (
    CustomerId,
    Item,
    OrderId,
    Sku,
    demand_status,
    demand_stock,
    line_of,
    money,
    quantities,
    refused,
    settle,
    shown,
    subtotal,
    today,
    variant_of,
)
from tools.world import State, entry, next_id


def list_returns(state: State, customer: CustomerId) -> JsonValue:
    """List a customer's returns and exchanges with their status."""
    entry(state, "customers", customer)
    return {
        kind: [
            shown(key, record)
            for key, record in state[kind].items()
            if state["orders"][record["order"]]["customer"] == customer
        ]
        for kind in ("returns", "exchanges")
    }


def create_return(
    state: State,
    order: OrderId,
    items: Annotated[list[Item], Field(min_length=1)],
    reason: Literal["changed_mind", "damaged", "defective", "does_not_fit", "wrong_item"],
    refund_to: Literal["original_payment", "gift_card"] = "original_payment",
) -> JsonValue:
    """Take delivered articles back for their money; the refund is paid when they have arrived here."""
    found = demand_status(state, order, "delivered")
    wanted = quantities(state, items)
    for sku, quantity in wanted.items():
        _demand_left(state, order, sku, quantity)
    share = 1 - found["discount"] / subtotal(found["lines"])
    refund = money(share * sum(found["lines"][sku]["price"] * n for sku, n in wanted.items()))
    for sku, quantity in wanted.items():
        line = found["lines"][sku]
        line["returned"] = line.get("returned", 0) + quantity
    key = next_id(state["returns"], f"R-{_number(order)}-")
    state["returns"][key] = {
        "order": order,
        "items": {**wanted},
        "reason": reason,
        "refund_to": refund_to,
        "refund": refund,
        "status": "open",
        "created": today(state),
    }
    return {"id": key, "refund": refund, "refund_to": refund_to}


def cancel_return(
    state: State, return_id: Annotated[str, Field(description="Return id, like R-5001-1")]
) -> JsonValue:
    """Call off an open return: the customer keeps the articles."""
    found = entry(state, "returns", return_id)
    if found["status"] != "open":
        raise refused(
            state,
            "Return {key} is {status}.",
            "退货单 {key} 的状态是 {status}。",
            key=return_id,
            status=found["status"],
        )
    found["status"] = "cancelled"
    for sku, quantity in found["items"].items():
        state["orders"][found["order"]]["lines"][sku]["returned"] -= quantity
    return {"id": return_id, "status": "cancelled"}


def create_exchange(
    state: State,
    order: OrderId,
    sku: Sku,
    new_sku: Annotated[str, Field(description="The variant of the same product that is wanted")],
    quantity: Annotated[int, Field(ge=1, le=20)] = 1,
) -> JsonValue:
    """Swap a delivered article for another variant of the same product; the price difference is settled."""
    demand_status(state, order, "delivered")
    _demand_left(state, order, sku, quantity)
    if variant_of(state, sku)[0] != variant_of(state, new_sku)[0] or sku == new_sku:
        raise refused(
            state,
            "{new} is not another variant of {old}.",
            "货号 {new} 不是 {old} 的其他款式。",
            new=new_sku,
            old=sku,
        )
    line, new = line_of(state, order, sku), demand_stock(state, new_sku, quantity)
    difference = money((new["price"] - line["price"]) * quantity)
    new["stock"] -= quantity
    line["exchanged"] = line.get("exchanged", 0) + quantity
    key = next_id(state["exchanges"], f"E-{_number(order)}-")
    state["exchanges"][key] = {
        "order": order,
        "sku": sku,
        "new_sku": new_sku,
        "quantity": quantity,
        "difference": difference,
        "status": "open",
        "created": today(state),
    }
    return {"id": key, "difference": difference}


def issue_refund(
    state: State,
    order: OrderId,
    amount: Annotated[float, Field(gt=0)],
    reason: Literal["missing_item", "overcharge", "price_drop", "shipping_cost"],
) -> JsonValue:
    """Pay money back at once to the order's own payment, with no goods sent back (see create_return)."""
    found = entry(state, "orders", order)
    earlier = sum(r["amount"] for r in state["refunds"].values() if r["order"] == order)
    if money(earlier + amount) > found["total"]:
        raise refused(
            state,
            "Order {order} has {left:.2f} left to refund.",
            "订单 {order} 最多还可退 {left:.2f} 元。",
            order=order,
            left=found["total"] - earlier,
        )
    settle(state, found["payment"], -money(amount))
    key = next_id(state["refunds"], f"RF-{_number(order)}-")
    state["refunds"][key] = {
        "order": order,
        "amount": money(amount),
        "reason": reason,
        "created": today(state),
    }
    return {"id": key, "amount": money(amount), "paid_to": found["payment"]}


def get_gift_card(state: State, code: str) -> JsonValue:
    """Show a gift card's balance, owner and last valid day."""
    return shown(code, entry(state, "gift_cards", code))


def issue_gift_card(
    state: State,
    customer: CustomerId,
    amount: Annotated[float, Field(ge=1, le=200)],
    reason: Literal["goodwill", "prize", "replacement"],
    order: Annotated[str | None, Field(description="The order it makes good for")] = None,
) -> JsonValue:
    """Give a customer a new gift card paid by the shop."""
    entry(state, "customers", customer)
    if order is not None:
        entry(state, "orders", order)
    key = next_id(state["gift_cards"], f"GC-{customer.removeprefix('C-')}-")
    year = int(today(state)[:4]) + 3
    state["gift_cards"][key] = {
        "customer": customer,
        "balance": money(amount),
        "expires": f"{year}-12-31",
        "reason": reason,
        "order": order,
    }
    return {"code": key, "balance": money(amount), "expires": f"{year}-12-31"}


def _demand_left(state: State, order: str, sku: str, quantity: int) -> None:
    """Refuses to take back more of an article than the customer still has of it."""
    line = line_of(state, order, sku)
    left = line["quantity"] - line.get("returned", 0) - line.get("exchanged", 0)
    if quantity > left:
        raise refused(
            state,
            "Only {left} of {sku} left to send back from order {order}.",
            "订单 {order} 的货号 {sku} 只剩 {left} 件可退换。",
            left=left,
            sku=sku,
            order=order,
        )


def _number(order: str) -> str:
    return order.removeprefix("O-")
