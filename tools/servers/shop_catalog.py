"""Goods: what there is, in which variants, at what price, and what a coupon is worth."""

import re
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.servers.shop_records import CustomerId, Sku, refused, shown, variant_of
from tools.world import State, entry


def search_products(
    state: State,
    query: Annotated[str, Field(description="Words to look for; empty lists everything")] = "",
    category: Annotated[str | None, Field(description="A category, exactly as results show it")] = None,
    max_price: Annotated[float | None, Field(gt=0)] = None,
    in_stock: Annotated[bool, Field(description="Only what can be had now")] = False,
    sort: Literal["match", "price", "name"] = "match",
) -> JsonValue:
    """Search the catalogue. Products with more of the words come first; use get_product for the variants."""
    terms = _terms(query)
    found = []
    for key, product in state["products"].items():
        variants = product["variants"].values()
        lowest, stock = min(v["price"] for v in variants), sum(v["stock"] for v in variants)
        hits = sum(term in _text(product) for term in terms)
        if (
            (terms and not hits)
            or (category is not None and product["category"] != category)
            or (max_price is not None and lowest > max_price)
            or (in_stock and not stock)
        ):
            continue
        found.append((hits, {**_summary(key, product), "price_from": lowest, "stock": stock}))
    if sort == "price":
        found.sort(key=lambda pair: pair[1]["price_from"])
    elif sort == "name":
        found.sort(key=lambda pair: pair[1]["name"])
    else:
        found.sort(key=lambda pair: -pair[0])
    return [product for _, product in found]


def get_product(
    state: State, product: Annotated[str, Field(description="Product id, like P-101")]
) -> JsonValue:
    """Show a product with its marks (on sale, final sale, limited) and every variant's price and stock."""
    return shown(product, entry(state, "products", product))


def get_coupon(state: State, code: str) -> JsonValue:
    """Show what a coupon code gives, from what amount, until when and for whom."""
    return shown(code, entry(state, "coupons", code))


def alert_when_in_stock(state: State, customer: CustomerId, sku: Sku) -> JsonValue:
    """Have the customer mailed once when a sold-out article is back in stock."""
    account = entry(state, "customers", customer)
    _, product, variant = variant_of(state, sku)
    if variant["stock"] > 0:
        raise refused(
            state,
            "{sku} is in stock: {stock}.",
            "货号 {sku} 有货：{stock} 件。",
            sku=sku,
            stock=variant["stock"],
        )
    state["alerts"][f"{customer}:{sku}"] = {"customer": customer, "sku": sku, "email": account["email"]}
    return {"sku": sku, "name": product["name"], "email": account["email"]}


def _summary(key: str, product: State) -> dict[str, JsonValue]:
    return {"id": key, **{field: product[field] for field in ("name", "category", "description")}}


def _text(product: State) -> str:
    return f"{product['name']} {product['category']} {product['description']}".casefold()


def _terms(query: str) -> set[str]:
    """The words of a query; a run of Chinese characters counts as its pairs of neighbours."""
    terms: set[str] = set()
    for word in re.findall(r"[\u4e00-\u9fff]+|[^\s\u4e00-\u9fff,.;]+", query.casefold()):
        chinese = "\u4e00" <= word[0] <= "\u9fff"
        terms |= {word[i : i + 2] for i in range(len(word) - 1)} if chinese and len(word) > 1 else {word}
    return terms
