"""How the shop's records hang together: an article number (SKU) names a variant of one product, an order
holds its lines by SKU, and every amount of an order follows from its lines, its coupon and the shop's terms.
"""

from typing import Annotated, Any, cast

from pydantic import ConfigDict, Field, JsonValue, with_config
from typing_extensions import TypedDict

from tools.state import copied
from tools.world import Refused, State, entry, phrase

CustomerId = Annotated[str, Field(description="Customer id, like C-1001")]
OrderId = Annotated[str, Field(description="Order id, like O-5001")]
Sku = Annotated[str, Field(description="Article number of one variant")]


@with_config(ConfigDict(extra="forbid"))
class Item(TypedDict):
    sku: Sku
    quantity: Annotated[int, Field(ge=1, le=20)]


@with_config(ConfigDict(extra="forbid"))
class Address(TypedDict):
    recipient: str
    street: Annotated[str, Field(description="Street and house number")]
    city: str
    postcode: str
    region: Annotated[str, Field(description="Country; in China, the province or municipality")]


def shown(key: str, record: State) -> dict[str, JsonValue]:
    """A record as a result: its id first, and nothing that still belongs to the state."""
    return {"id": key, **copied(record)}


def refused(state: State, en: str, zh: str, **facts: object) -> Refused:
    return Refused(phrase(state, en, zh, **facts))


def today(state: State) -> str:
    return cast(str, state["now"])[:10]


def money(amount: float) -> float:
    return round(amount + 0.0, 2)


def variant_of(state: State, sku: str) -> tuple[str, State, State]:
    """The product's id, the product and the variant that an article number stands for."""
    for key, product in state["products"].items():
        if sku in product["variants"]:
            return key, product, product["variants"][sku]
    raise refused(state, "No article {sku}.", "没有货号 {sku}。", sku=sku)


def line_of(state: State, order: str, sku: str) -> State:
    """One line of an order. Raises `Refused` with the article numbers that the order has."""
    lines = entry(state, "orders", order)["lines"]
    if sku not in lines:
        raise refused(
            state,
            "Order {order} has no article {sku}; it has {has}.",
            "订单 {order} 中没有货号 {sku}，只有 {has}。",
            order=order,
            sku=sku,
            has=", ".join(lines),
        )
    return cast(State, lines[sku])


def demand_status(state: State, order: str, *allowed: str) -> State:
    """The order, provided that it stands where the action needs it."""
    found = entry(state, "orders", order)
    if found["status"] not in allowed:
        raise refused(
            state,
            "Order {order} is {status}; this needs {allowed}.",
            "订单 {order} 的状态是 {status}，此操作要求 {allowed}。",
            order=order,
            status=found["status"],
            allowed=" / ".join(allowed),
        )
    return found


def quantities(state: State, items: list[Item]) -> dict[str, int]:
    """The items by article number. Raises `Refused` when one is named twice."""
    wanted = {item["sku"]: item["quantity"] for item in items}
    if len(wanted) < len(items):
        raise refused(state, "An article is named twice.", "同一货号出现了两次。")
    return wanted


def demand_stock(state: State, sku: str, quantity: int, held: int = 0) -> State:
    """The variant, provided that enough is left beside what is held already."""
    _, _, variant = variant_of(state, sku)
    if variant["stock"] + held < quantity:
        raise refused(
            state,
            "Only {stock} of {sku} in stock.",
            "货号 {sku} 库存仅剩 {stock} 件。",
            stock=variant["stock"],
            sku=sku,
        )
    return variant


def new_lines(state: State, items: list[Item], held: State) -> dict[str, Any]:
    """Order lines at today's prices. The stock, beside what the order holds, is checked and not taken."""
    lines: dict[str, Any] = {}
    for sku, quantity in quantities(state, items).items():
        variant = demand_stock(state, sku, quantity, held.get(sku, {}).get("quantity", 0))
        _, product, _ = variant_of(state, sku)
        lines[sku] = {"name": product["name"], "price": variant["price"], "quantity": quantity}
    return lines


def move_stock(state: State, lines: State, sign: int) -> None:
    """Puts the articles of these lines back (1) or takes them (-1)."""
    for sku, line in lines.items():
        variant_of(state, sku)[2]["stock"] += sign * line["quantity"]


def settle(state: State, payment: str, amount: float) -> None:
    """Takes an amount from a gift card, or pays a negative one back; cards and wallets settle elsewhere."""
    card = state["gift_cards"].get(payment)
    if card is None:
        return
    if amount > 0 and (card["balance"] < amount or card["expires"] < today(state)):
        raise refused(
            state,
            "Gift card {code} holds {balance:.2f} until {day}; {amount:.2f} is due.",
            "礼品卡 {code} 余额 {balance:.2f} 元，有效期至 {day}；应付 {amount:.2f} 元。",
            code=payment,
            balance=card["balance"],
            day=card["expires"],
            amount=amount,
        )
    card["balance"] = money(card["balance"] - amount)


def subtotal(lines: State) -> float:
    return money(sum(line["price"] * line["quantity"] for line in lines.values()))


def priced(state: State, lines: State, coupon: str | None) -> State:
    """What lines cost: discount, shipping and total by the coupon and the shop's terms."""
    goods = subtotal(lines)
    percent = checked_coupon(state, coupon, goods)["percent"] if coupon else 0
    discount = money(goods * percent / 100)
    shipping = 0.0 if goods >= state["shop"]["free_shipping_from"] else state["shop"]["shipping"]
    return {"discount": discount, "shipping": shipping, "total": money(goods - discount + shipping)}


def checked_coupon(state: State, code: str, goods: float) -> State:
    """A coupon that is still valid and whose minimum is met. Raises `Refused` otherwise."""
    coupon = entry(state, "coupons", code)
    if coupon["expires"] < today(state):
        raise refused(
            state,
            "Coupon {code} expired on {day}.",
            "优惠券 {code} 已于 {day} 过期。",
            code=code,
            day=coupon["expires"],
        )
    if goods < coupon["minimum"]:
        raise refused(
            state,
            "Coupon {code} needs goods for at least {least:.2f}.",
            "优惠券 {code} 需商品金额满 {least:.2f} 元。",
            code=code,
            least=coupon["minimum"],
        )
    return coupon
