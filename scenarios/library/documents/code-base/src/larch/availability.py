"""Who may have which tool, and until when.

A tool is free, held, out, in the workshop or retired. A hold keeps a free tool aside for one customer without
taking it off the shelf. Holds lapse by themselves 72 hours after they were made, and a lapsed hold counts as no hold
at all, whether or not anybody has swept it away.

Holds came into the system on 2022-06-13; before that they were pencilled on the whiteboard, which is why a few old
hires carry the note "board".
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from larch.defaults import Settings
from larch.errors import HoldRefused, RenewalRefused, ServiceDue, ToolUnavailable
from larch.ledger import require_credit
from larch.models import Customer, Hire, Hold, Tool, ToolState
from larch.repository import Repository

HOLD_HOURS = 48
"""The life of a hold."""

HOLDS_PER_CUSTOMER = 3
"""A customer who wants a fourth tool kept aside is asked to hire one of the first three."""

RESERVATION_FEE_CENTS = 475
"""Charged once a hire when the tool had been held beforehand."""


def lapses_at(hold: Hold) -> datetime:
    """The moment from which a hold counts for nothing."""
    return hold.made_at + timedelta(hours=HOLD_HOURS)


def live_holds(holds: Iterable[Hold], now: datetime) -> list[Hold]:
    """The holds that have not lapsed, oldest first."""
    return sorted((hold for hold in holds if lapses_at(hold) > now), key=lambda hold: hold.made_at)


def holder_of(tool_code: str, holds: Iterable[Hold], now: datetime) -> str | None:
    """The customer a tool is kept for at this moment; None when it is kept for nobody."""
    for hold in live_holds(holds, now):
        if hold.tool_code == tool_code:
            return hold.customer_id
    return None


def is_free(tool: Tool, holds: Iterable[Hold], now: datetime) -> bool:
    """Whether anybody who walks in could take the tool."""
    return tool.state is ToolState.IN and holder_of(tool.code, holds, now) is None


def free_tools(repo: Repository, category: str, now: datetime) -> list[Tool]:
    """Everything of a category that could leave right now, cheapest first.

    A tool that is due for service is left out, for it would only be refused at the counter.
    """
    found = [
        tool
        for tool in repo.tools()
        if tool.category == category and is_free(tool, repo.holds(), now) and not tool.service_due
    ]
    return sorted(found, key=lambda tool: (tool.daily_cents, tool.code))


def place_hold(repo: Repository, tool_code: str, customer_id: str, now: datetime) -> Hold:
    """Keep a tool aside for a customer.

    Raises `HoldRefused` when the tool is not free or the customer has too many holds already.
    """
    tool, customer = repo.tool(tool_code), repo.customer(customer_id)
    if not is_free(tool, repo.holds(), now):
        raise HoldRefused(f"{tool.code} ({tool.name}) cannot be held: it is {standing(repo, tool, now)}")
    mine = [hold for hold in live_holds(repo.holds(), now) if hold.customer_id == customer.id]
    if len(mine) >= HOLDS_PER_CUSTOMER:
        codes = ", ".join(hold.tool_code for hold in mine)
        raise HoldRefused(f"{customer.name} already has {len(mine)} tools on hold: {codes}")
    hold = Hold(tool_code=tool.code, customer_id=customer.id, made_at=now)
    repo.add_hold(hold)
    return hold


def sweep(repo: Repository, now: datetime) -> int:
    """Take the lapsed holds out of the store; says how many there were."""
    living = live_holds(repo.holds(), now)
    gone = len(repo.holds()) - len(living)
    repo.set_holds(living)
    return gone


def standing(repo: Repository, tool: Tool, now: datetime) -> str:
    """Where a tool is, in words for the person at the counter."""
    match tool.state:
        case ToolState.OUT:
            hire = repo.open_hire_of(tool.code)
            return f"out until {hire.due_at:%d %B %H:%M}" if hire else "out"
        case ToolState.WORKSHOP:
            return "in the workshop"
        case ToolState.RETIRED:
            return "retired"
    holder = holder_of(tool.code, repo.holds(), now)
    return f"held for {repo.customer(holder).name}" if holder else "free"


def check_out(
    repo: Repository,
    tool_code: str,
    customer_id: str,
    *,
    now: datetime,
    days: int,
    waiver: bool = False,
    delivery_km: int | None = None,
) -> Hire:
    """Hand a tool over and open the hire.

    Raises `ToolUnavailable` when somebody else has it or holds it, `ServiceDue` when it must go to the workshop
    first, and `CreditExceeded` when the customer owes too much to take anything else.
    """
    tool, customer = repo.tool(tool_code), repo.customer(customer_id)
    holder = holder_of(tool.code, repo.holds(), now)
    if tool.state is not ToolState.IN or holder not in (None, customer.id):
        raise ToolUnavailable(f"{tool.code} ({tool.name}) is {standing(repo, tool, now)}")
    if tool.service_due:
        raise ServiceDue(f"{tool.code} ({tool.name}) has had {tool.hires_since_service} hires since its service")
    require_credit(repo, customer)
    hire = Hire(
        id=repo.next_hire_id(),
        tool_code=tool.code,
        customer_id=customer.id,
        out_at=now,
        due_at=now + timedelta(days=days),
        held=holder == customer.id,
        waiver=waiver,
        delivery_km=delivery_km,
    )
    repo.put_tool(replace(tool, state=ToolState.OUT, hires=tool.hires + 1))
    repo.put_hire(hire)
    repo.set_holds([hold for hold in repo.holds() if hold.tool_code != tool.code])
    return hire


def renew(repo: Repository, hire_id: str, days: int, settings: Settings) -> Hire:
    """Let a customer keep a tool for longer.

    The new days count from the day the tool was due and not from today, so that renewing early costs nothing. Raises
    `RenewalRefused` when the hire is closed or has been renewed as often as it may be.
    """
    hire = repo.hire(hire_id)
    if hire.back_at is not None:
        raise RenewalRefused(f"{hire.id} was closed on {hire.back_at:%d %B %Y}")
    if hire.renewals >= settings.max_renewals:
        raise RenewalRefused(f"{hire.id} has been renewed {hire.renewals} times; the tool has to be seen first")
    longer = replace(hire, due_at=hire.due_at + timedelta(days=days), renewals=hire.renewals + 1)
    repo.put_hire(longer)
    return longer


def kept_aside(repo: Repository, now: datetime) -> list[tuple[Tool, Customer, datetime]]:
    """What is on the hold shelf: each tool, whom it is kept for, and when that ends."""
    return [
        (repo.tool(hold.tool_code), repo.customer(hold.customer_id), lapses_at(hold))
        for hold in live_holds(repo.holds(), now)
    ]
