"""The store: one JSON file, read whole and written whole.

A repository is a set of dictionaries with a little order to it. It checks that what is looked up is there, and hands
out numbers for hires and invoices. It knows no rule of the shop; whether something may be done has been decided by
whoever calls it.

The file carries the version of its layout. A newer layout than the program knows is refused, an older one is brought
up to date in memory and written in the new layout with the next save.
"""

import json
import os
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

from larch.errors import StoreBroken, UnknownCustomer, UnknownHire, UnknownTool
from larch.models import Customer, CustomerKind, Hire, Hold, Invoice, Line, LineKind, Method, Payment, Tool, ToolState

LAYOUT = 4
"""The layout that this program writes."""

HIRE_DIGITS = 6
INVOICE_DIGITS = 5

Json = dict[str, Any]


class Repository:
    """Everything the shop knows, in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tools: dict[str, Tool] = {}
        self._customers: dict[str, Customer] = {}
        self._hires: dict[str, Hire] = {}
        self._invoices: dict[str, Invoice] = {}
        self._holds: list[Hold] = []
        self._payments: list[Payment] = []

    @classmethod
    def load(cls, path: Path) -> "Repository":
        """Read a store; a file that is not there is an empty store. Raises `StoreBroken`."""
        repo = cls(path)
        if not path.exists():
            return repo
        try:
            data = upgraded(json.loads(path.read_text(encoding="utf-8")), path)
            repo._fill(data)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreBroken(f"{path} cannot be read: {error}") from error
        return repo

    def save(self) -> None:
        """Write the store beside the old one and put it in its place. Raises `StoreBroken`."""
        data = {
            "layout": LAYOUT,
            "tools": [_plain(tool) for tool in self.tools()],
            "customers": [_plain(customer) for customer in self.customers()],
            "hires": [_plain(hire) for hire in self.hires()],
            "invoices": [_plain(invoice) for invoice in self.invoices()],
            "holds": [_plain(hold) for hold in self._holds],
            "payments": [_plain(payment) for payment in self._payments],
        }
        fresh = self.path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            os.replace(fresh, self.path)
        except OSError as error:
            raise StoreBroken(f"{self.path} cannot be written: {error}") from error

    def copy(self) -> "Repository":
        """A repository that can be tried things on; values never change, so the dictionaries are enough."""
        twin = Repository(self.path)
        for name, content in vars(self).items():
            setattr(twin, name, copy(content))
        return twin

    def become(self, other: "Repository") -> None:
        """Take over everything another repository holds."""
        vars(self).update(vars(other.copy()))

    def tool(self, code: str) -> Tool:
        """The tool with this code, in capitals or not. Raises `UnknownTool`."""
        try:
            return self._tools[code.upper()]
        except KeyError:
            raise UnknownTool(f"no tool has the code {code}{_near(code, self._tools)}") from None

    def customer(self, customer_id: str) -> Customer:
        """The customer with this number. Raises `UnknownCustomer`."""
        try:
            return self._customers[customer_id.upper()]
        except KeyError:
            raise UnknownCustomer(f"no customer has the number {customer_id}") from None

    def hire(self, hire_id: str) -> Hire:
        """The hire with this number; the leading H and noughts may be left out. Raises `UnknownHire`."""
        full = f"H{hire_id.upper().removeprefix('H').zfill(HIRE_DIGITS)}"
        try:
            return self._hires[full]
        except KeyError:
            raise UnknownHire(f"no hire has the number {full}") from None

    def tools(self) -> list[Tool]:
        return [self._tools[code] for code in sorted(self._tools)]

    def customers(self) -> list[Customer]:
        return [self._customers[number] for number in sorted(self._customers)]

    def hires(self) -> list[Hire]:
        return [self._hires[number] for number in sorted(self._hires)]

    def invoices(self) -> list[Invoice]:
        return [self._invoices[number] for number in sorted(self._invoices)]

    def holds(self) -> list[Hold]:
        return list(self._holds)

    def payments(self) -> list[Payment]:
        return list(self._payments)

    def open_hires(self) -> list[Hire]:
        """The hires whose tool is not back."""
        return [hire for hire in self.hires() if hire.back_at is None]

    def open_hire_of(self, tool_code: str) -> Hire | None:
        """The hire that has the tool out; None for a tool that is not out."""
        return next((hire for hire in self.open_hires() if hire.tool_code == tool_code), None)

    def put_tool(self, tool: Tool) -> None:
        self._tools[tool.code] = tool

    def put_customer(self, customer: Customer) -> None:
        self._customers[customer.id] = customer

    def put_hire(self, hire: Hire) -> None:
        self._hires[hire.id] = hire

    def put_invoice(self, invoice: Invoice) -> None:
        self._invoices[invoice.number] = invoice

    def add_hold(self, hold: Hold) -> None:
        self._holds.append(hold)

    def set_holds(self, holds: Iterable[Hold]) -> None:
        self._holds = list(holds)

    def add_payment(self, payment: Payment) -> None:
        self._payments.append(payment)

    def next_hire_id(self) -> str:
        """One more than the highest number so far; numbers of the past are not used again."""
        last = max((int(number[1:]) for number in self._hires), default=0)
        return f"H{last + 1:0{HIRE_DIGITS}}"

    def next_invoice_number(self, prefix: str) -> str:
        """As `next_hire_id`, with the prefix of the shop."""
        last = max((int(number.rpartition("-")[2]) for number in self._invoices), default=0)
        return f"{prefix}-{last + 1:0{INVOICE_DIGITS}}"

    def _fill(self, data: Json) -> None:
        for tool in data["tools"]:
            self.put_tool(Tool(**tool | {"state": ToolState(tool["state"])}))
        for customer in data["customers"]:
            self.put_customer(Customer(**customer | {"kind": CustomerKind(customer["kind"])}))
        for hire in data["hires"]:
            self.put_hire(Hire(**_timed(hire, "out_at", "due_at", "back_at"), findings=tuple(hire["findings"])))
        for invoice in data["invoices"]:
            self.put_invoice(_invoice(invoice))
        self._holds = [Hold(**_timed(hold, "made_at")) for hold in data["holds"]]
        self._payments = [
            Payment(**_dated(payment, "taken_on") | {"method": Method(payment["method"])})
            for payment in data["payments"]
        ]


def upgraded(data: Json, path: Path) -> Json:
    """Data of any layout as one of the present layout. Raises `StoreBroken` for a layout of the future."""
    layout = data.get("layout", 1)
    if layout > LAYOUT:
        raise StoreBroken(f"{path} has layout {layout}; this program knows {LAYOUT} and needs to be updated")
    if layout < 2:
        data = data | {"payments": []}
    if layout < 3:
        data = data | {"holds": []}
    if layout < 4:
        data = data | {"tools": [{"service_due": False} | tool for tool in data["tools"]]}
    return data


def _plain(value: Any) -> Json:
    return {key: _plain_leaf(leaf) for key, leaf in asdict(value).items()}


def _plain_leaf(leaf: Any) -> Any:
    return leaf.isoformat() if isinstance(leaf, date) else leaf


def _timed(record: Mapping[str, Any], *names: str) -> Json:
    times = {name: datetime.fromisoformat(record[name]) for name in names if record[name] is not None}
    return {key: value for key, value in (dict(record) | times).items() if key != "findings"}


def _dated(record: Mapping[str, Any], *names: str) -> Json:
    return dict(record) | {name: date.fromisoformat(record[name]) for name in names}


def _invoice(record: Json) -> Invoice:
    lines = tuple(Line(**line | {"kind": LineKind(line["kind"])}) for line in record["lines"])
    return Invoice(**_dated(record, "issued_on", "due_on") | {"lines": lines})


def _near(code: str, known: Iterable[str]) -> str:
    """A hint at codes with the same two letters, for numbers are misread more often than letters."""
    alike = [other for other in sorted(known) if other[:2] == code[:2].upper()]
    return f"; there are {', '.join(alike[:5])}" if alike else ""
