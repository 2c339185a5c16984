"""People: who is writing, how to reach them, what was noted about them, and the hand-over to colleagues."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.servers.shop_records import Address, CustomerId, refused, shown, today
from tools.world import State, entry, next_id

NoteTag = Literal["complaint", "delivery", "payment", "praise", "preference", "product"]


def find_customers(
    state: State,
    name: Annotated[str | None, Field(description="Full name or a part of it")] = None,
    email: str | None = None,
    phone: str | None = None,
) -> JsonValue:
    """Find customer accounts by name, e-mail or phone; all that is given must fit."""
    if not (name or email or phone):
        raise refused(state, "Give a name, e-mail or phone.", "请提供姓名、邮箱或电话。")
    return [
        {
            "id": key,
            "name": c["name"],
            "email": c["email"],
            "city": c["addresses"][c["default_address"]]["city"],
        }
        for key, c in state["customers"].items()
        if (not name or name.casefold() in c["name"].casefold())
        and (not email or email.casefold() == c["email"].casefold())
        and (not phone or _digits(phone) == _digits(c["phone"]))
    ]


def get_customer(state: State, customer: CustomerId) -> JsonValue:
    """Show an account: contact data, level, saved addresses and payment methods."""
    return shown(customer, entry(state, "customers", customer))


def update_contact(
    state: State,
    customer: CustomerId,
    email: Annotated[str | None, Field(pattern=r"^[^@\s]+@[^@\s]+\.[a-z]+$")] = None,
    phone: str | None = None,
    newsletter: bool | None = None,
) -> JsonValue:
    """Change the e-mail, the phone or the newsletter choice of an account; what is left out stays."""
    account = entry(state, "customers", customer)
    given = {"email": email, "phone": phone, "newsletter": newsletter}
    changes = {field: value for field, value in given.items() if value is not None}
    account.update(changes)
    return {"id": customer, **changes}


def save_address(
    state: State,
    customer: CustomerId,
    label: Annotated[str, Field(description="Short name of the address, like home or work")],
    address: Address,
    default: Annotated[bool, Field(description="Whether new orders go here")] = False,
) -> JsonValue:
    """Save an address in the account, or replace the one with that label. Placed orders keep theirs."""
    account = entry(state, "customers", customer)
    account["addresses"][label] = {**address}
    if default:
        account["default_address"] = label
    return {"id": customer, "label": label, "default_address": account["default_address"]}


def list_notes(
    state: State,
    customer: CustomerId,
    tag: NoteTag | None = None,
    limit: Annotated[int, Field(ge=1, le=100)] = 100,
) -> JsonValue:
    """List the notes that colleagues left about a customer, newest first."""
    found = [
        shown(key, note)
        for key, note in state["notes"].items()
        if note["customer"] == customer and (tag is None or tag in note["tags"])
    ]
    entry(state, "customers", customer)
    newest = sorted(found, key=lambda note: str(note["date"]), reverse=True)
    return [*newest[:limit]]


def add_note(
    state: State,
    customer: CustomerId,
    text: str,
    tags: Annotated[list[NoteTag], Field(min_length=1)],
    order: Annotated[str | None, Field(description="The order it is about")] = None,
) -> JsonValue:
    """Put a note about a customer on record for colleagues. The customer does not see it."""
    entry(state, "customers", customer)
    if order is not None:
        entry(state, "orders", order)
    key = next_id(state["notes"], f"N-{_number(customer)}-")
    state["notes"][key] = {
        "customer": customer,
        "date": today(state),
        "tags": sorted(set(tags)),
        "text": text,
        "order": order,
    }
    return {"id": key}


def open_ticket(
    state: State,
    customer: CustomerId,
    queue: Literal["delivery", "legal", "payments", "returns"],
    summary: str,
    priority: Literal["normal", "high"] = "normal",
    order: Annotated[str | None, Field(description="The order it is about")] = None,
) -> JsonValue:
    """Hand a case over to human colleagues; they answer within two working days."""
    entry(state, "customers", customer)
    if order is not None:
        entry(state, "orders", order)
    key = next_id(state["tickets"], f"T-{_number(customer)}-")
    state["tickets"][key] = {
        "customer": customer,
        "order": order,
        "queue": queue,
        "priority": priority,
        "summary": summary,
        "status": "open",
    }
    return {"id": key, "status": "open"}


def _digits(phone: str) -> str:
    return "".join(c for c in phone if c.isdigit())


def _number(customer: str) -> str:
    return customer.removeprefix("C-")
