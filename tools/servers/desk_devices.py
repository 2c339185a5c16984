"""Devices: who holds what, on loan or for good, and what lies in stock."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.servers.desk_rows import DAY, DAY_OR_EMPTY, after_today, row, today
from tools.world import Refused, State, entry, phrase, reads, writes

Device = Annotated[str, Field(description="Asset tag, such as NB-1000.")]
Kind = Literal["any", "laptop", "desktop", "phone", "tablet", "monitor", "dock", "projector"]


def list_devices(
    state: State,
    holder: Annotated[
        str, Field(description="Only devices held by this employee number; empty for all.")
    ] = "",
    status: Literal["any", "in_stock", "assigned", "loan", "repair", "lost"] = "any",
    kind: Kind = "any",
    site: Annotated[str, Field(description="Only this site; empty for all.")] = "",
) -> JsonValue:
    """List devices by holder, status, kind and site. Without a filter this is the whole register."""
    return [
        row(key, found)
        for key, found in state["devices"].items()
        if holder in ("", found["holder"])
        and status in ("any", found["status"])
        and kind in ("any", found["kind"])
        and site in ("", found["site"])
    ]


def get_device(state: State, device: Device) -> JsonValue:
    """One device: model, serial number, status, holder, site, warranty, and the due day of a loan."""
    return row(device, entry(state, "devices", device))


def assign_device(
    state: State,
    device: Device,
    employee: Annotated[str, Field(description="Employee number of the new holder.")],
    purpose: Annotated[Literal["permanent", "loan"], Field(description="For good, or to be brought back.")],
    due: Annotated[
        str, Field(description="Last day of a loan, YYYY-MM-DD; empty for permanent.", pattern=DAY_OR_EMPTY)
    ] = "",
) -> JsonValue:
    """Hand a device that is in stock to an employee."""
    found = entry(state, "devices", device)
    person = entry(state, "employees", employee)
    _must_be(state, device, found, "in_stock")
    if person["status"] == "left":
        raise Refused(
            phrase(state, "{who} has left the company.", "{who} 已离职。", who=f"{employee} {person['name']}")
        )
    if (purpose == "loan") != bool(due):
        raise Refused(
            phrase(
                state,
                "A loan needs a due day, and a permanent assignment has none.",
                "借用须填写归还日期；长期配发不填。",
            )
        )
    found["due"] = after_today(state, due) if due else ""
    found["status"] = "loan" if due else "assigned"
    found["holder"] = employee
    found["since"] = today(state)
    return row(device, found)


def extend_loan(
    state: State,
    device: Device,
    due: Annotated[str, Field(description="The new last day, YYYY-MM-DD.", pattern=DAY)],
) -> JsonValue:
    """Move the due day of a loan, to an earlier or a later day."""
    found = entry(state, "devices", device)
    _must_be(state, device, found, "loan")
    found["due"] = after_today(state, due)
    return row(device, found, "model", "holder", "since", "due")


def return_device(state: State, device: Device, condition: Literal["good", "worn", "damaged"]) -> JsonValue:
    """Take a device back from its holder; what is damaged goes to repair, the rest into stock."""
    found = entry(state, "devices", device)
    _must_be(state, device, found, "assigned", "loan")
    found.update(
        status="repair" if condition == "damaged" else "in_stock",
        holder="",
        due="",
        since=today(state),
        condition=condition,
    )
    return row(device, found)


def report_device_lost(
    state: State,
    device: Device,
    wipe: Annotated[bool, Field(description="Erase the device when it is next on line.")],
) -> JsonValue:
    """Book a device as lost or stolen. It stays with its last holder in the register."""
    found = entry(state, "devices", device)
    _must_be(state, device, found, "assigned", "loan")
    found.update(status="lost", since=today(state), wipe="queued" if wipe else "none")
    return row(device, found)


def _must_be(state: State, device: str, found: State, *statuses: str) -> None:
    if found["status"] not in statuses:
        raise Refused(
            phrase(
                state,
                "{device} is {status}; this needs {needed}.",
                "{device} 的状态是 {status}；此操作要求 {needed}。",
                device=device,
                status=found["status"],
                needed=" / ".join(statuses),
            )
        )


DEVICE_TOOLS = (
    reads(list_devices),
    reads(get_device),
    writes(assign_device),
    writes(extend_loan),
    writes(return_device),
    writes(report_device_lost),
)
