"""What the travel desk keeps, and the steps that several of its tools share.

| collection | an entry |
|---|---|
| `travellers` | name, born, home, email, phone, passport {number, expires}, tier, points, notes {id: text} |
| `credits` | traveller, amount (what is left), reason, booking, expires, status open or used |
| `flights` | airline, origin, destination, times, status, gate, bag_fee, cabins, seats; delay, remark |
| `fares` | what a fare allows: changes, change_fee, cancel_fee, refund_to, bags |
| `bookings` | holder, booked, passengers, segments by number, total, paid, refunded |
| `hotels`, `stays` | rooms with their price and full nights; nights booked in one of them |
| `trains`, `rail_orders` | seats and prices by class; seats bought on one of them |
| `airports`, `bulletins` | names; notices to travellers |

Money has two decimals and is in `state["currency"]`; moments are local ISO text such as `2026-03-14T08:10`.
New entries are numbered by collection, and lists that several calls touch are kept sorted, so that calls
which do not depend on each other leave the same state in either order.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, with_config
from typing_extensions import TypedDict

from tools.world import Refused, State, entry, next_id, phrase

TravellerId = Annotated[str, Field(description="Traveller number, such as TR-101.")]
BookingId = Annotated[str, Field(description="Booking number, such as BK-4101.")]
FlightId = Annotated[
    str, Field(pattern=r"^[A-Z0-9]{2}\d{2,4}-\d{4}$", description="Flight number and day (MMDD): QM204-0314.")
]
SegmentNumber = Annotated[str, Field(pattern=r"^\d$", description="Number of the segment in its booking.")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="A day, as YYYY-MM-DD.")]
Airport = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="Airport code, such as LIS.")]
Cabin = Literal["economy", "business"]
Fare = Literal["basic", "standard", "flex"]
Passengers = Annotated[
    list[str], Field(min_length=1, max_length=9, description="Traveller numbers of all who travel.")
]


@with_config(extra="forbid")
class Payment(TypedDict):
    """How a price is paid. What a credit does not cover goes on the card."""

    method: Literal["card", "credit"]
    credit: NotRequired[Annotated[str, Field(description="Number of the credit, with method credit.")]]


@with_config(extra="forbid")
class Refund(TypedDict):
    """What goes back to the booking's holder, and how."""

    to: Annotated[
        Literal["original", "credit", "none"],
        Field(description="The original means of payment, a new travel credit, or nothing at all."),
    ]
    amount: Annotated[float, Field(ge=0, description="Amount for all passengers together; 0 with none.")]


def money(amount: float) -> float:
    return round(float(amount), 2)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def nights_from(state: State, check_in: str, nights: int) -> list[str]:
    """The nights of a stay, each named by the day it begins."""
    first = real_day(state, check_in)
    return [(first + timedelta(days=n)).date().isoformat() for n in range(int(nights))]


def real_day(state: State, day: str) -> datetime:
    """The day's midnight. Raises `Refused` for a day that no calendar has."""
    try:
        return moment(day)
    except ValueError as error:
        raise Refused(phrase(state, "There is no day {day}.", "没有 {day} 这一天。", day=day)) from error


def known(state: State, travellers: list[str]) -> list[str]:
    """The travellers, sorted and none twice. Raises `Refused` for one who is not on file."""
    for traveller in travellers:
        entry(state, "travellers", traveller)
    if len(set(travellers)) != len(travellers):
        raise Refused(phrase(state, "A passenger is named twice.", "同一位旅客出现了两次。"))
    return sorted(travellers)


def give_credit(state: State, traveller: str, amount: float, reason: str, booking: str | None) -> str:
    """Opens a travel credit that lasts a year, and returns its number."""
    number = next_id(state["credits"], "CR-")
    now = moment(state["now"])
    expires = (now + timedelta(days=365)).date().isoformat()
    state["credits"][number] = {
        "traveller": traveller,
        "amount": money(amount),
        "reason": reason,
        "booking": booking,
        "expires": expires,
        "status": "open",
    }
    return number


def pay(state: State, payment: Payment, amount: float) -> dict[str, Any]:
    """Takes the amount from the credit as far as it reaches and the rest from the card; says what was taken.
    Whose credit it is, the desk has to look at.
    """
    if payment["method"] == "card":
        return {"card": money(amount), "credit": 0.0}
    credit = entry(state, "credits", payment.get("credit", ""))
    if credit["status"] != "open" or credit["expires"] < state["now"][:10]:
        raise Refused(phrase(state, "This credit is used up or expired.", "该代金券已用完或已过期。"))
    taken = money(min(credit["amount"], amount))
    credit["amount"] = money(credit["amount"] - taken)
    credit["status"] = "open" if credit["amount"] else "used"
    return {"card": money(amount - taken), "credit": taken}


def pay_back(state: State, booking_id: str, refund: Refund) -> dict[str, Any]:
    """Sends money back on a booking. The server only knows that nobody gets back more than was paid."""
    booking = state["bookings"][booking_id]
    amount, left = money(refund["amount"]), money(booking["total"] - sum(booking["refunded"].values()))
    if amount > left or (refund["to"] == "none" and amount):
        raise Refused(
            phrase(
                state,
                "Cannot pay back {amount:.2f} to {to}: at most {left:.2f} is left, and none means 0.",
                "无法向 {to} 退 {amount:.2f}：最多可退 {left:.2f}，none 表示 0。",
                amount=amount,
                to=refund["to"],
                left=left,
            )
        )
    answer: dict[str, Any] = {"to": refund["to"], "amount": amount}
    if refund["to"] != "none":
        booking["refunded"][refund["to"]] = money(booking["refunded"][refund["to"]] + amount)
    if refund["to"] == "credit" and amount:
        number = give_credit(state, booking["holder"], amount, "cancellation", booking_id)
        answer.update(credit=number, expires=state["credits"][number]["expires"])
    return answer
