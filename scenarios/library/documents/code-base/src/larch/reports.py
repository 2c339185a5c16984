"""The lists that are printed, mailed or fed to the accountant.

A report is made as rows of plain values and only afterwards written in a format, so that every report can be had in
every format. A report never changes the store. Its name on the command line is its key in `REPORTS`.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from larch import ledger, pricing
from larch.defaults import Settings
from larch.models import Hire, LineKind, ToolState
from larch.repository import Repository
from larch.text import table

UTILISATION_DAYS = 90
"""The stretch of time that the utilisation report looks back on."""

IDLE_PERCENT = 6
"""A tool that was out for less than this share of the time is a candidate for sale."""

BEST_CUSTOMERS = 12
"""How long the list of the best customers is."""

Cell = str | int | float | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """Named columns and rows of plain values."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]


Maker = Callable[[Repository, Settings, datetime], Report]


def overdue_hires(repo: Repository, settings: Settings, now: datetime) -> Report:
    """Tools that should be back by now, the latest first. Inside the grace a tool is not overdue."""
    grace = timedelta(minutes=settings.grace_minutes)
    late = [hire for hire in repo.open_hires() if now - hire.due_at > grace]
    late.sort(key=lambda hire: hire.due_at)
    rows: list[tuple[Cell, ...]] = [
        (
            hire.id,
            hire.tool_code,
            repo.tool(hire.tool_code).name,
            repo.customer(hire.customer_id).name,
            f"{hire.due_at:%Y-%m-%d %H:%M}",
            (now - hire.due_at) // timedelta(hours=1),
        )
        for hire in late
    ]
    return Report(title="Overdue", columns=("hire", "code", "tool", "customer", "due", "hours"), rows=rows)


def debtors(repo: Repository, settings: Settings, now: datetime) -> Report:
    """Customers with overdue invoices, the largest sum first, and how many reminders each should have had."""
    del settings
    rows: list[tuple[Cell, ...]] = []
    for customer in repo.customers():
        late = ledger.overdue(repo, customer.id, now.date())
        if late:
            owed = sum(left for _, left in late)
            reminders = ledger.reminders_due(repo, customer.id, now.date())
            rows.append((customer.id, customer.name, len(late), owed / 100, reminders))
    rows.sort(key=lambda row: (-float(row[3] or 0), str(row[0])))
    return Report(title="Debtors", columns=("id", "customer", "invoices", "owed", "reminders"), rows=rows)


def utilisation(repo: Repository, settings: Settings, now: datetime) -> Report:
    """How much of the time each tool was out, the idlest first."""
    del settings
    since = now - timedelta(days=UTILISATION_DAYS)
    out_days: Counter[str] = Counter()
    for hire in repo.hires():
        out_days[hire.tool_code] += days_out(hire, since, now)
    rows: list[tuple[Cell, ...]] = []
    for tool in repo.tools():
        if tool.state is ToolState.RETIRED:
            continue
        percent = 100 * out_days[tool.code] // UTILISATION_DAYS
        rows.append((tool.code, tool.name, tool.category, percent, "sell?" if percent < IDLE_PERCENT else None))
    rows.sort(key=lambda row: (int(row[3] or 0), str(row[0])))
    return Report(title="Utilisation", columns=("code", "tool", "category", "percent", "note"), rows=rows)


def days_out(hire: Hire, since: datetime, until: datetime) -> int:
    """The calendar days, Sundays included, on which a hire kept its tool out within a stretch of time."""
    first, last = max(hire.out_at, since).date(), min(hire.back_at or until, until).date()
    return max(0, (last - first).days + 1)


def workshop(repo: Repository, settings: Settings, now: datetime) -> Report:
    """What the workshop has before it: the tools it holds and those that are due on their next return."""
    del settings, now
    rows: list[tuple[Cell, ...]] = [
        (tool.code, tool.name, tool.state.value, tool.hires_since_service)
        for tool in repo.tools()
        if tool.state is ToolState.WORKSHOP or tool.service_due
    ]
    rows.sort(key=lambda row: -int(row[3] or 0))
    return Report(title="Workshop", columns=("code", "tool", "state", "hires"), rows=rows)


def revenue(repo: Repository, settings: Settings, now: datetime) -> Report:
    """What was billed this year, month by month and by what it was billed for. Tax and deposits are left out."""
    del settings
    sums: Counter[tuple[str, str]] = Counter()
    for invoice in repo.invoices():
        if invoice.issued_on.year == now.year:
            for line in invoice.lines:
                sums[f"{invoice.issued_on:%Y-%m}", line.kind.value] += line.cents
    months = sorted({month for month, _ in sums})
    kinds = [kind.value for kind in LineKind]
    rows: list[tuple[Cell, ...]] = [
        (month, *(sums[month, kind] / 100 for kind in kinds)) for month in months
    ]
    return Report(title="Revenue", columns=("month", *kinds), rows=rows)


def best_customers(repo: Repository, settings: Settings, now: datetime) -> Report:
    """Who spent most over the last year, and what is missing to the next tier."""
    del settings
    spent = _spent(repo, now.date())
    rows: list[tuple[Cell, ...]] = []
    for customer_id, cents in spent.most_common(BEST_CUSTOMERS):
        customer = repo.customer(customer_id)
        missing = pricing.to_next_tier_cents(cents) if customer.is_trade else None
        tier = pricing.tier_of(cents).name if customer.is_trade else None
        rows.append((customer.name, cents / 100, tier, missing / 100 if missing is not None else None))
    return Report(title="Best customers", columns=("customer", "spent", "tier", "to the next"), rows=rows)


def _spent(repo: Repository, today: date) -> Counter[str]:
    since = today - timedelta(days=365)
    spent: Counter[str] = Counter()
    for invoice in repo.invoices():
        if since <= invoice.issued_on <= today:
            spent[invoice.customer_id] += invoice.total_cents
    return spent


REPORTS: dict[str, Maker] = {
    "best": best_customers,
    "debtors": debtors,
    "overdue": overdue_hires,
    "revenue": revenue,
    "utilisation": utilisation,
    "workshop": workshop,
}
"""Every report by the name that is typed."""


def written(report: Report, name: str) -> str:
    """A report in the format with this name."""
    return FORMATS[name](report)


def as_table(report: Report) -> str:
    """For people. An empty report says so, for a blank page is taken for a broken printer."""
    if not report.rows:
        return f"{report.title}: nothing to report"
    return f"{report.title}\n{table(report.columns, (_shown(row) for row in report.rows))}"


def as_csv(report: Report) -> str:
    """For spreadsheets; with a heading row, and no value is left out."""
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow(report.columns)
    writer.writerows(report.rows)
    return lines.getvalue().rstrip("\n")


def as_json(report: Report) -> str:
    """For programs: a list of objects, one for each row."""
    rows = [dict(zip(report.columns, row, strict=True)) for row in report.rows]
    return json.dumps({"title": report.title, "rows": rows}, indent=2, ensure_ascii=False)


def _shown(row: Iterable[Cell]) -> list[str]:
    return ["" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row]


FORMATS: dict[str, Callable[[Report], str]] = {"csv": as_csv, "json": as_json, "table": as_table}
