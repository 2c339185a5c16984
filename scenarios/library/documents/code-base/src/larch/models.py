"""The things of the shop: tools, customers, hires, invoices.

They are values. Nothing here changes; what happens to a tool is a new `Tool` that takes the place of the old one in
the repository. Nothing here knows about prices either, apart from carrying the amounts that others worked out.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

CATEGORIES = frozenset({"access", "breaking", "cutting", "drilling", "garden", "lifting", "power", "pumping"})
"""The kinds of tool there are. A shelf list is printed for each of them on Mondays."""


class ToolState(StrEnum):
    """Where a tool is. A hold is no state: a held tool is still in."""

    IN = "in"
    OUT = "out"
    WORKSHOP = "workshop"
    RETIRED = "retired"


class CustomerKind(StrEnum):
    """What a customer is to us. Schools pay no deposit either but get no trade discount."""

    PRIVATE = "private"
    TRADE = "trade"
    SCHOOL = "school"


class Method(StrEnum):
    """How money comes in."""

    CASH = "cash"
    CARD = "card"
    ACCOUNT = "account"


class LineKind(StrEnum):
    """What a line of an invoice is for."""

    RENTAL = "rental"
    WAIVER = "waiver"
    FEE = "fee"
    DELIVERY = "delivery"
    LATE = "late"
    DAMAGE = "damage"
    DISCOUNT = "discount"
    ROUNDING = "rounding"


@dataclass(frozen=True, kw_only=True)
class Tool:
    """One machine with one code. Two drills of the same make are two tools."""

    code: str
    name: str
    category: str
    daily_cents: int
    value_cents: int
    """What it would cost to buy again today, looked through each spring."""
    weight_kg: int
    shelf: str
    state: ToolState = ToolState.IN
    hires: int = 0
    """How often it has been out, the present time included."""
    serviced_at_hires: int = 0
    """What `hires` was when the workshop last had it."""
    service_due: bool = False

    @property
    def hires_since_service(self) -> int:
        return self.hires - self.serviced_at_hires


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Somebody who hires: a person, a firm or a school."""

    id: str
    name: str
    kind: CustomerKind
    limit_cents: int
    """With this much owed they get nothing more until they pay."""
    closed: bool = False

    @property
    def is_trade(self) -> bool:
        return self.kind is CustomerKind.TRADE


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A tool that is kept aside."""

    tool_code: str
    customer_id: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Hire:
    """One tool with one customer for some days."""

    id: str
    tool_code: str
    customer_id: str
    out_at: datetime
    due_at: datetime
    back_at: datetime | None = None
    renewals: int = 0
    held: bool = False
    """Whether the customer had it kept aside beforehand."""
    waiver: bool = False
    delivery_km: int | None = None
    """How far it was brought; None when it was fetched."""
    findings: tuple[str, ...] = ()
    """What was wrong with it when it came back, in the words of `larch.damage`."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an invoice. A discount is below zero."""

    kind: LineKind
    text: str
    cents: int


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """What was asked for one hire. It is never rewritten; a mistake gets a credit by hand."""

    number: str
    customer_id: str
    hire_id: str
    issued_on: date
    due_on: date
    lines: tuple[Line, ...]
    tax_cents: int
    deposit_cents: int = 0

    @property
    def total_cents(self) -> int:
        """What is to be paid: lines and tax, and never the deposit."""
        return sum(line.cents for line in self.lines) + self.tax_cents


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Money that came in."""

    customer_id: str
    cents: int
    method: Method
    taken_on: date
