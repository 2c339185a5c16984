"""Software licences by the seat, and the approvals that some seats and groups need.

The licence book counts seats; whether an approval was given, by whom and how long ago, it never asks.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from tools.servers.desk_rows import mentions, row, today
from tools.world import Refused, State, entry, next_id, phrase, reads, writes

Licence = Annotated[str, Field(description="Licence id, such as L-10.")]
Employee = Annotated[str, Field(description="Employee number.")]


def find_licences(
    state: State,
    text: Annotated[str, Field(description="Words of the product's name; empty for all.")] = "",
    holder: Annotated[str, Field(description="Only licences of which this employee holds a seat.")] = "",
) -> JsonValue:
    """Search the licences: price per seat and year, seats bought, used and free, owner, renewal day."""
    return [
        _seats(key, found)
        for key, found in state["licences"].items()
        if mentions(text, key, found["product"]) and (not holder or holder in found["holders"])
    ]


def get_licence(state: State, licence: Licence) -> JsonValue:
    """One licence with everybody who holds a seat: since when, and when the seat was last used."""
    found = entry(state, "licences", licence)
    people = state["employees"]
    return {
        **_seats(licence, found),
        "holders": [
            {**row(employee, seat), "name": people[employee]["name"]}
            for employee, seat in found["holders"].items()
        ],
    }


def grant_licence(state: State, licence: Licence, employee: Employee) -> JsonValue:
    """Give an employee a free seat of a licence."""
    found = entry(state, "licences", licence)
    entry(state, "employees", employee)
    if employee in found["holders"]:
        raise Refused(
            phrase(
                state,
                "{employee} already holds a seat of {licence}.",
                "{employee} 已持有 {licence} 的席位。",
                employee=employee,
                licence=licence,
            )
        )
    if len(found["holders"]) >= found["seats"]:
        raise Refused(
            phrase(
                state,
                "All {seats} seats of {licence} are taken.",
                "{licence} 的 {seats} 个席位已全部占用。",
                seats=found["seats"],
                licence=licence,
            )
        )
    found["holders"][employee] = {"since": today(state), "last_used": ""}
    return _seats(licence, found)


def revoke_licence(state: State, licence: Licence, employee: Employee) -> JsonValue:
    """Take a seat of a licence away from an employee."""
    found = entry(state, "licences", licence)
    if employee not in found["holders"]:
        raise Refused(
            phrase(
                state,
                "{employee} holds no seat of {licence}.",
                "{employee} 没有 {licence} 的席位。",
                employee=employee,
                licence=licence,
            )
        )
    del found["holders"][employee]
    return _seats(licence, found)


def list_approvals(
    state: State,
    employee: Annotated[
        str, Field(description="Only approvals for this employee number; empty for all.")
    ] = "",
    decision: Literal["any", "pending", "approved", "rejected"] = "any",
) -> JsonValue:
    """List approvals: for whom, for which group or licence, who decides, the decision and its day."""
    return [
        row(key, found)
        for key, found in state["approvals"].items()
        if employee in ("", found["employee"]) and decision in ("any", found["decision"])
    ]


def request_approval(
    state: State,
    kind: Literal["group", "licence"],
    subject: Annotated[str, Field(description="Id of the group or licence that is wanted.")],
    employee: Annotated[str, Field(description="Employee number of the person it is for.")],
    reason: Annotated[str, Field(description="Why it is needed, for the person who decides.")],
) -> JsonValue:
    """Ask the owner of a group or licence to approve it for an employee. Changes nothing else."""
    owner = entry(state, f"{kind}s", subject)["owner"]
    entry(state, "employees", employee)
    approvals = state["approvals"]
    for key, found in approvals.items():
        if (found["subject"], found["employee"], found["decision"]) == (subject, employee, "pending"):
            raise Refused(phrase(state, "{key} already asks for this.", "{key} 已在申请同一事项。", key=key))
    key = next_id(approvals, "AP-")
    approvals[key] = {
        "kind": kind,
        "subject": subject,
        "employee": employee,
        "approver": owner,
        "decision": "pending",
        "requested": today(state),
        "decided": "",
        "reason": reason,
    }
    return {**row(key, approvals[key]), "approver_name": state["employees"][owner]["name"]}


def decide_approval(
    state: State,
    approval: Annotated[str, Field(description="Approval id, such as AP-10.")],
    decision: Literal["approved", "rejected"],
) -> JsonValue:
    """Record the decision on a pending approval."""
    found = entry(state, "approvals", approval)
    if found["decision"] != "pending":
        raise Refused(
            phrase(
                state,
                "{approval} was {decision} on {day}.",
                "{approval} 已于 {day} 作出决定：{decision}。",
                approval=approval,
                decision=found["decision"],
                day=found["decided"],
            )
        )
    found.update(decision=decision, decided=today(state))
    return row(approval, found)


def _seats(key: str, found: State) -> dict[str, JsonValue]:
    used = len(found["holders"])
    return {
        **row(key, found, "product", "price", "seats", "owner", "renews"),
        "used": used,
        "free": found["seats"] - used,
    }


LICENCE_TOOLS = (
    reads(find_licences),
    reads(get_licence),
    writes(grant_licence),
    writes(revoke_licence),
    reads(list_approvals),
    writes(request_approval),
    writes(decide_approval),
)
