"""Files of tools and of customers, as suppliers and our own spreadsheets make them.

A file is CSV with a heading row. Columns may stand in any order, and columns we do not know are passed over. Each row
is either taken or refused, with the reason; a refused row changes nothing. With *all or nothing* a single refused row
turns the whole file away, which is what one wants for a stock-take and never for a catalogue.

Suppliers write decimal commas, thousands separators and currency signs as they please, so amounts are read with
patience; codes are read with none.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from larch.errors import ImportRejected, UnknownCustomer, UnknownTool
from larch.models import CATEGORIES, Customer, CustomerKind, Tool, ToolState
from larch.repository import Repository

HIRES_BETWEEN_SERVICES = 55
"""Used machines that have worked more than this since they were last looked at go to the workshop first."""

MOST_ROWS = 5000
"""A longer file is somebody's whole catalogue, and was sent by mistake."""

TOOL_CODE = re.compile(r"[A-Z]{2}\d{4}")
SHELF = re.compile(r"[A-F]-(?:[1-9]|1\d)")
CUSTOMER_ID = re.compile(r"K\d{5}")

TOOL_COLUMNS = frozenset({"code", "name", "category", "daily", "value", "weight", "shelf"})
CUSTOMER_COLUMNS = frozenset({"id", "name", "kind", "limit"})

FIRST_LIMIT_CENTS = 40000
"""The credit of a customer whose row names none."""

Row = Mapping[str, str]
TakeRow = Callable[[Repository, Row], bool]
"""Puts one row into the store and says whether it was new. Raises `BadRow`."""


class BadRow(Exception):
    """Why a row is not taken. It never leaves this module."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A row that was not taken."""

    row: int
    """As a spreadsheet counts: the heading is row 1."""
    why: str


@dataclass(kw_only=True)
class Outcome:
    """What became of a file."""

    added: int = 0
    changed: int = 0
    refused: list[Refusal] = field(default_factory=list)


def import_tools(repo: Repository, path: Path, *, all_or_nothing: bool = False) -> Outcome:
    """Read a catalogue or a stock list. Raises `ImportRejected` for a file that is no such thing."""
    return _import(repo, path, TOOL_COLUMNS, _take_tool, all_or_nothing)


def import_customers(repo: Repository, path: Path, *, all_or_nothing: bool = False) -> Outcome:
    """Read a list of customers. Raises `ImportRejected` for a file that is no such thing."""
    return _import(repo, path, CUSTOMER_COLUMNS, _take_customer, all_or_nothing)


def cents_of(text: str) -> int:
    """An amount as people write it: `12`, `12.5`, `1.250,00`, `EUR 1,250.00`. Raises `BadRow`.

    The last comma or point with one or two digits after it is the decimal sign; all others only group.
    """
    bare = re.sub(r"[^\d.,-]", "", text)
    match = re.fullmatch(r"(?P<whole>\d[\d.,]*?)(?:[.,](?P<part>\d{1,2}))?", bare)
    if match is None:
        raise BadRow(f"{text!r} is no amount")
    whole = re.sub(r"[.,]", "", match["whole"])
    return int(whole) * 100 + int((match["part"] or "0").ljust(2, "0"))


def _import(repo: Repository, path: Path, columns: frozenset[str], take: TakeRow, all_or_nothing: bool) -> Outcome:
    rows = _rows(path, columns)
    trial = repo.copy()
    outcome = Outcome()
    for number, row in enumerate(rows, start=2):
        try:
            new = take(trial, row)
        except BadRow as problem:
            outcome.refused.append(Refusal(row=number, why=str(problem)))
        else:
            outcome.added += new
            outcome.changed += not new
    if outcome.refused and all_or_nothing:
        first = outcome.refused[0]
        raise ImportRejected(f"{path.name}: {len(outcome.refused)} bad rows, the first is row {first.row}: {first.why}")
    repo.become(trial)
    return outcome


def _rows(path: Path, columns: frozenset[str]) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines, dialect=_dialect(lines.readline()))
            lines.seek(0)
            headings = {name.strip().lower() for name in reader.fieldnames or ()}
            rows: list[Row] = [
                {(key or "").strip().lower(): (value or "").strip() for key, value in row.items() if key is not None}
                for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ImportRejected(f"{path} cannot be read as CSV: {error}") from error
    missing = columns - headings
    if missing:
        raise ImportRejected(f"{path.name} lacks the columns {', '.join(sorted(missing))}")
    if len(rows) > MOST_ROWS:
        raise ImportRejected(f"{path.name} has {len(rows)} rows; more than {MOST_ROWS} are not taken at once")
    return rows


def _dialect(heading: str) -> type[csv.Dialect]:
    """Semicolons are what spreadsheets write where the comma is the decimal sign."""

    class Found(csv.excel):
        delimiter = ";" if heading.count(";") > heading.count(",") else ","

    return Found


def _take_tool(repo: Repository, row: Row) -> bool:
    code = row["code"].upper()
    if not TOOL_CODE.fullmatch(code):
        raise BadRow(f"{row['code']!r} is no tool code; two letters and four digits are")
    if row["category"] not in CATEGORIES:
        raise BadRow(f"no category is called {row['category']!r}; there are {', '.join(sorted(CATEGORIES))}")
    if not SHELF.fullmatch(row["shelf"]):
        raise BadRow(f"there is no shelf {row['shelf']!r}")
    daily, value = cents_of(row["daily"]), cents_of(row["value"])
    if daily >= value:
        raise BadRow(f"a day of {code} would cost as much as the tool itself")
    hires = _whole(row.get("hires") or "0", "hires")
    worn = hires > HIRES_BETWEEN_SERVICES
    read = Tool(
        code=code,
        name=row["name"],
        category=row["category"],
        daily_cents=daily,
        value_cents=value,
        weight_kg=_whole(row["weight"], "weight"),
        shelf=row["shelf"],
        state=ToolState.WORKSHOP if worn else ToolState.IN,
        hires=hires,
        service_due=worn,
    )
    try:
        known = repo.tool(code)
    except UnknownTool:
        repo.put_tool(read)
        return True
    repo.put_tool(
        replace(
            read,
            state=known.state,
            hires=known.hires,
            serviced_at_hires=known.serviced_at_hires,
            service_due=known.service_due,
        )
    )
    return False


def _take_customer(repo: Repository, row: Row) -> bool:
    if not CUSTOMER_ID.fullmatch(row["id"]):
        raise BadRow(f"{row['id']!r} is no customer number; a K and five digits are")
    if not row["name"]:
        raise BadRow(f"customer {row['id']} has no name")
    try:
        kind = CustomerKind(row["kind"].lower())
    except ValueError:
        raise BadRow(f"customers are {', '.join(CustomerKind)}, not {row['kind']!r}") from None
    limit = cents_of(row["limit"]) if row["limit"] else FIRST_LIMIT_CENTS
    try:
        known = repo.customer(row["id"])
    except UnknownCustomer:
        repo.put_customer(Customer(id=row["id"], name=row["name"], kind=kind, limit_cents=limit))
        return True
    repo.put_customer(replace(known, name=row["name"], kind=kind, limit_cents=limit))
    return False


def _whole(text: str, what: str) -> int:
    if not text.isdecimal():
        raise BadRow(f"{what} is {text!r}, which is no whole number")
    return int(text)
