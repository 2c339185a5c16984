"""Tickets from the first word to the last: opened, assigned, commented, resolved, closed.

`resolved` is the desk's word that the work is done; `closed` is final. The system lets any ticket that is
resolved be closed, and takes any priority.
"""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue
from typing_extensions import TypedDict

from tools.servers.desk_rows import mentions, row
from tools.world import Refused, State, entry, next_id, phrase, reads, writes

Priority = Literal["P1", "P2", "P3", "P4"]
Team = Literal["service-desk", "workplace", "network", "identity", "business-apps"]
Category = Literal["access", "hardware", "software", "network", "security"]
Ticket = Annotated[str, Field(description="Ticket number, such as T-1000.")]

UNRESOLVED = ("open", "in_progress", "waiting")


class About(TypedDict, total=False):
    """What a ticket is about; leave out what does not apply."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic reads it off a TypedDict

    account: str
    device: str
    service: str


class Changes(TypedDict, total=False):
    """What to change; the fields left out stay as they are."""

    __pydantic_config__ = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})  # type: ignore[misc]  # pydantic reads it off a TypedDict

    priority: Priority
    category: Category
    team: Team
    assignee: Annotated[str, Field(description="Employee number of a technician.")]
    state: Literal["open", "in_progress", "waiting"]


def search_tickets(
    state: State,
    text: Annotated[str, Field(description="Words of the subject or description; empty for all.")] = "",
    requester: Annotated[
        str, Field(description="Only this requester's employee number; empty for all.")
    ] = "",
    assignee: Annotated[
        str, Field(description="Only this technician's employee number; empty for all.")
    ] = "",
    team: Literal["any", Team] = "any",
    ticket_state: Annotated[
        Literal["any", "unresolved", "open", "in_progress", "waiting", "resolved", "closed"],
        Field(description="unresolved means open, in_progress or waiting."),
    ] = "any",
) -> JsonValue:
    """Search the tickets, oldest first. Every filter must match; without filters this is every ticket."""
    fields = ("subject", "requester", "about", "priority", "team", "assignee", "state", "opened")
    return [
        row(key, found, *fields)
        for key, found in state["tickets"].items()
        if mentions(text, key, found["subject"], found["description"])
        and requester in ("", found["requester"])
        and assignee in ("", found["assignee"])
        and team in ("any", found["team"])
        and (ticket_state in ("any", found["state"]) or (ticket_state == "unresolved" and _unresolved(found)))
    ]


def get_ticket(state: State, ticket: Ticket) -> JsonValue:
    """One ticket with its description, dates and comments."""
    return row(ticket, entry(state, "tickets", ticket))


def list_technicians(state: State, team: Literal["any", Team] = "any") -> JsonValue:
    """List the technicians of a team: whether each is on shift, and how many unresolved tickets each has."""
    tickets = [found for found in state["tickets"].values() if _unresolved(found)]
    return [
        {
            **row(key, found),
            "name": state["employees"][key]["name"],
            "unresolved_tickets": sum(ticket["assignee"] == key for ticket in tickets),
        }
        for key, found in state["technicians"].items()
        if team in ("any", found["team"])
    ]


def create_ticket(
    state: State,
    requester: Annotated[str, Field(description="Employee number of the person it is for.")],
    subject: Annotated[str, Field(description="One line.", min_length=3, max_length=120)],
    description: str,
    category: Category,
    priority: Priority,
    team: Annotated[Team, Field(description="The team that shall work on it.")],
    about: About | None = None,
) -> JsonValue:
    """Open a new ticket. It starts unassigned, in the queue of its team."""
    entry(state, "employees", requester)
    _check_about(state, about or {})
    tickets = state["tickets"]
    key = next_id(tickets, "T-")
    tickets[key] = {
        "subject": subject,
        "description": description,
        "requester": requester,
        "category": category,
        "priority": priority,
        "team": team,
        "assignee": "",
        "state": "open",
        "opened": state["now"],
        "resolved": "",
        "about": dict(about or {}),
        "comments": {},
    }
    return row(key, tickets[key], "subject", "category", "priority", "team", "state")


def update_ticket(state: State, ticket: Ticket, changes: Changes) -> JsonValue:
    """Change the priority, category, team, technician or state of a ticket that is not yet resolved."""
    found = _open(state, ticket)
    assignee = changes.get("assignee")
    if assignee and assignee not in state["technicians"]:
        raise Refused(
            phrase(
                state,
                "{who} is no technician; list_technicians names them.",
                "{who} 不是技术员；请用 list_technicians 查询。",
                who=assignee,
            )
        )
    found.update(changes)
    return row(ticket, found, "subject", "priority", "category", "team", "assignee", "state")


def comment_on_ticket(
    state: State,
    ticket: Ticket,
    text: Annotated[str, Field(min_length=1)],
    visible_to: Annotated[
        Literal["requester", "technicians"], Field(description="Who can read it; requester means everybody.")
    ],
) -> JsonValue:
    """Add a comment to a ticket. Changes nothing else."""
    found = entry(state, "tickets", ticket)
    if found["state"] == "closed":
        raise Refused(phrase(state, "{ticket} is closed.", "{ticket} 已关闭。", ticket=ticket))
    key = next_id(found["comments"], "")
    found["comments"][key] = {"at": state["now"], "by": "desk", "visible_to": visible_to, "text": text}
    return {"ticket": ticket, "comment": key}


def resolve_ticket(
    state: State,
    ticket: Ticket,
    outcome: Literal["fixed", "workaround", "duplicate", "no_fault", "declined"],
    note: Annotated[str, Field(description="What was done, for the requester.")],
    duplicate_of: Annotated[
        str, Field(description="With outcome duplicate: the ticket that goes on; else empty.")
    ] = "",
) -> JsonValue:
    """Mark a ticket as resolved. The requester can still answer; close_ticket is the final step."""
    found = _open(state, ticket)
    if (outcome == "duplicate") != bool(duplicate_of):
        raise Refused(
            phrase(
                state,
                "duplicate_of goes with outcome duplicate, and only with it.",
                "outcome 为 duplicate 时必须填写 duplicate_of，其他情况不得填写。",
            )
        )
    if duplicate_of:
        entry(state, "tickets", duplicate_of)
    found.update(state="resolved", resolved=state["now"], outcome=outcome, note=note)
    if duplicate_of:
        found["duplicate_of"] = duplicate_of
    return row(ticket, found, "subject", "state", "outcome", "resolved", "duplicate_of")


def close_ticket(state: State, ticket: Ticket) -> JsonValue:
    """Close a resolved ticket for good; a closed ticket can't be changed or reopened."""
    found = entry(state, "tickets", ticket)
    if found["state"] != "resolved":
        raise Refused(
            phrase(
                state,
                "{ticket} is {now}; only a resolved ticket can be closed.",
                "{ticket} 的状态是 {now}；只有已解决的工单才能关闭。",
                ticket=ticket,
                now=found["state"],
            )
        )
    found["state"] = "closed"
    return row(ticket, found, "subject", "state", "resolved")


def _unresolved(found: State) -> bool:
    return found["state"] in UNRESOLVED


def _open(state: State, ticket: str) -> State:
    found = entry(state, "tickets", ticket)
    if not _unresolved(found):
        raise Refused(
            phrase(
                state,
                "{ticket} is already {now}.",
                "{ticket} 的状态已是 {now}。",
                ticket=ticket,
                now=found["state"],
            )
        )
    return found


def _check_about(state: State, about: Any) -> None:
    for field, collection in (("account", "accounts"), ("device", "devices"), ("service", "services")):
        if field in about:
            entry(state, collection, about[field])


TICKET_TOOLS = (
    reads(search_tickets),
    reads(get_ticket),
    reads(list_technicians),
    writes(create_ticket),
    writes(update_ticket),
    writes(comment_on_ticket),
    writes(resolve_ticket),
    writes(close_ticket),
)
