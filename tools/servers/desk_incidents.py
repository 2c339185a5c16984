"""Services, and the incidents that disturb them.

A service shows what the newest news about it says: opening an incident sets its services' status, resolving
the incident puts back to operational what no other open incident holds down.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue
from typing_extensions import TypedDict

from tools.servers.desk_rows import row
from tools.world import Refused, State, entry, next_id, phrase, reads, writes

Incident = Annotated[str, Field(description="Incident id, such as INC-10.")]
Tickets = Annotated[list[str], Field(description="Ticket numbers.", min_length=1)]


class Affected(TypedDict):
    """A service and how the incident shows in it."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # pydantic reads it off a TypedDict

    service: str
    effect: Literal["degraded", "outage"]


def list_services(state: State) -> JsonValue:
    """List the services: id, name, tier (1 is vital), the team that runs it, and its status now."""
    return [row(key, found) for key, found in state["services"].items()]


def list_incidents(
    state: State,
    status: Annotated[
        Literal["any", "unresolved", "investigating", "identified", "monitoring", "resolved"],
        Field(description="unresolved means all but resolved."),
    ] = "any",
) -> JsonValue:
    """List incidents with severity, affected services, linked tickets and news."""
    return [
        row(key, found)
        for key, found in state["incidents"].items()
        if status in ("any", found["status"]) or (status == "unresolved" and found["status"] != "resolved")
    ]


def open_incident(
    state: State,
    title: Annotated[str, Field(min_length=3, max_length=120)],
    severity: Annotated[int, Field(description="1 is the worst.", ge=1, le=4)],
    affected: Annotated[list[Affected], Field(description="The services that are disturbed.", min_length=1)],
    tickets: Tickets,
) -> JsonValue:
    """Open an incident and link the tickets that report it."""
    for line in affected:
        entry(state, "services", line["service"])
    _check_tickets(state, tickets)
    key = next_id(state["incidents"], "INC-")
    state["incidents"][key] = {
        "title": title,
        "severity": severity,
        "status": "investigating",
        "started": state["now"],
        "services": {line["service"]: line["effect"] for line in affected},
        "tickets": sorted(set(tickets)),
        "news": {},
    }
    for line in affected:
        state["services"][line["service"]]["status"] = line["effect"]
    return row(key, state["incidents"][key])


def link_tickets(state: State, incident: Incident, tickets: Tickets) -> JsonValue:
    """Link more tickets to an incident that is not resolved."""
    found = _unresolved(state, incident)
    _check_tickets(state, tickets)
    found["tickets"] = sorted({*found["tickets"], *tickets})
    return row(incident, found, "title", "status", "tickets")


def update_incident(
    state: State,
    incident: Incident,
    status: Literal["investigating", "identified", "monitoring", "resolved"],
    message: Annotated[str, Field(description="News for everybody who is affected.", min_length=1)],
) -> JsonValue:
    """Publish news about an incident together with its status from now on."""
    found = _unresolved(state, incident)
    found["status"] = status
    found["news"][next_id(found["news"], "")] = {"at": state["now"], "text": message}
    if status == "resolved":
        held = {
            s
            for other in state["incidents"].values()
            if other["status"] != "resolved"
            for s in other["services"]
        }
        for service in set(found["services"]) - held:
            state["services"][service]["status"] = "operational"
    return row(incident, found, "title", "status", "services")


def _unresolved(state: State, incident: str) -> State:
    found = entry(state, "incidents", incident)
    if found["status"] == "resolved":
        raise Refused(phrase(state, "{incident} is resolved.", "{incident} 已解决。", incident=incident))
    return found


def _check_tickets(state: State, tickets: list[str]) -> None:
    for ticket in tickets:
        entry(state, "tickets", ticket)


INCIDENT_TOOLS = (
    reads(list_services),
    reads(list_incidents),
    writes(open_incident),
    writes(link_tickets),
    writes(update_incident),
)
