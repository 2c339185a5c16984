"""The counter's commands.

Each command is a function that takes the parsed arguments and a `Desk`, prints what the person at the counter should
read, and returns nothing. Everything that can go wrong in a way that the counter understands is a `LarchError`; it is
printed without a traceback and ends the program with the status of its class:

    2   the command line itself is wrong
    3   there is no such tool, customer or hire
    4   the tool is not to be had
    5   the customer's account does not allow it
    7   a file was turned away by the importer
    8   the store cannot be read or written
    1   anything else that was refused

A command that fails has written nothing: the store is saved once, after the function has returned.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from larch import availability, billing, damage, importers, ledger, pricing, reports
from larch.defaults import Settings
from larch.errors import LarchError
from larch.house import SETTINGS
from larch.models import Method
from larch.repository import Repository
from larch.text import table

STORE = Path("larch.json")
"""The store that is used when none is named, beside the till."""

DEFAULT_HIRE_DAYS = 2
"""The length of a hire when the customer has not said, and most have not."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What every command needs: the store, the settings, and the time it is meant to be."""

    repo: Repository
    settings: Settings
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()


Command = Callable[[argparse.Namespace, Desk], None]


def main(arguments: Sequence[str]) -> int:
    """Run one command; the status is what the shell gets."""
    given = parser().parse_args(arguments)
    try:
        repo = Repository.load(given.store)
        desk = Desk(repo=repo, settings=SETTINGS, now=given.now or datetime.now())
        given.command(given, desk)
        repo.save()
    except LarchError as error:
        print(f"larch: {error}", file=sys.stderr)
        return error.exit_status
    return 0


def show_free(given: argparse.Namespace, desk: Desk) -> None:
    """List what could leave the shop right now."""
    found = availability.free_tools(desk.repo, given.category, desk.now)
    rows = [(tool.code, tool.name, pricing.money(tool.daily_cents), tool.shelf) for tool in found]
    print(table(("code", "tool", "a day", "shelf"), rows) if rows else f"no {given.category} is free")


def quote(given: argparse.Namespace, desk: Desk) -> None:
    """Say what a hire would cost, and until when that is a promise."""
    tool = desk.repo.tool(given.tool)
    offer = pricing.quote(tool, desk.today, given.days, desk.settings, waiver=given.waiver)
    print(f"{tool.name}, {given.days} days: {pricing.money(offer.cents)} before tax")
    print(f"good until {offer.valid_until:%d %B %Y}")


def hold(given: argparse.Namespace, desk: Desk) -> None:
    """Keep a tool aside."""
    kept = availability.place_hold(desk.repo, given.tool, given.customer, desk.now)
    print(f"{kept.tool_code} is held until {availability.lapses_at(kept):%A %H:%M}")


def holds(_: argparse.Namespace, desk: Desk) -> None:
    """Show the hold shelf, after sweeping it."""
    swept = availability.sweep(desk.repo, desk.now)
    rows = [
        (tool.code, tool.name, customer.name, f"{until:%a %H:%M}")
        for tool, customer, until in availability.kept_aside(desk.repo, desk.now)
    ]
    print(table(("code", "tool", "for", "until"), rows) if rows else "the hold shelf is empty")
    if swept:
        print(f"{swept} lapsed")


def out(given: argparse.Namespace, desk: Desk) -> None:
    """Hand a tool over."""
    hire = availability.check_out(
        desk.repo,
        given.tool,
        given.customer,
        now=desk.now,
        days=given.days,
        waiver=given.waiver,
        delivery_km=given.deliver,
    )
    tool, customer = desk.repo.tool(hire.tool_code), desk.repo.customer(hire.customer_id)
    security = billing.deposit_cents(tool, customer, desk.settings)
    print(f"{hire.id}: {tool.name} to {customer.name}, back by {hire.due_at:%A %d %B %H:%M}")
    if security:
        print(f"take a deposit of {pricing.money(security)}")


def back(given: argparse.Namespace, desk: Desk) -> None:
    """Take a tool in."""
    hire = damage.take_back(desk.repo, given.hire, given.finding, desk.now)
    tool = desk.repo.tool(hire.tool_code)
    print(f"{hire.id} is closed; {tool.code} is now {availability.standing(desk.repo, tool, desk.now)}")


def renew(given: argparse.Namespace, desk: Desk) -> None:
    """Lengthen a hire."""
    hire = availability.renew(desk.repo, given.hire, given.days, desk.settings)
    print(f"{hire.id} now runs until {hire.due_at:%A %d %B %H:%M}")


def serviced(given: argparse.Namespace, desk: Desk) -> None:
    """Put a tool back on its shelf after the workshop."""
    tool = damage.serviced(desk.repo, given.tool)
    print(f"{tool.code} is back on shelf {tool.shelf}")


def bill(given: argparse.Namespace, desk: Desk) -> None:
    """Print the invoice of a hire, and store it unless it is only a draft."""
    if given.draft:
        hire = desk.repo.hire(given.hire)
        invoice = billing.draft(desk.repo, hire, desk.settings, today=desk.today, method=given.method)
    else:
        invoice = billing.issue(desk.repo, given.hire, desk.settings, today=desk.today, method=given.method)
    hire = desk.repo.hire(invoice.hire_id)
    tool, customer = desk.repo.tool(hire.tool_code), desk.repo.customer(invoice.customer_id)
    print(billing.printed(invoice, tool, customer))


def pay(given: argparse.Namespace, desk: Desk) -> None:
    """Take money."""
    payment = ledger.take(desk.repo, given.customer, given.cents, given.method, desk.today)
    left = ledger.balance_cents(desk.repo, payment.customer_id)
    print(f"{pricing.money(payment.cents)} taken; {pricing.money(left)} still open")


def statement(given: argparse.Namespace, desk: Desk) -> None:
    """Print a customer's account."""
    print(ledger.statement(desk.repo, given.customer, desk.settings, desk.today))


def report(given: argparse.Namespace, desk: Desk) -> None:
    """Write one of the reports."""
    made = reports.REPORTS[given.name](desk.repo, desk.settings, desk.now)
    text = reports.written(made, given.format)
    if given.to is None:
        print(text)
    else:
        given.to.write_text(text + "\n", encoding="utf-8")
        print(f"{len(made.rows)} rows written to {given.to}")


def import_file(given: argparse.Namespace, desk: Desk) -> None:
    """Read a file of tools or customers into the store."""
    read = importers.import_tools if given.what == "tools" else importers.import_customers
    result = read(desk.repo, given.file, all_or_nothing=given.all_or_nothing)
    print(f"{result.added} added, {result.changed} changed, {len(result.refused)} refused")
    for refusal in result.refused:
        print(f"  row {refusal.row}: {refusal.why}")


def parser() -> argparse.ArgumentParser:
    """The command line. Every command sets `command` to the function above that carries it out."""
    top = argparse.ArgumentParser(prog="larch", description="Hires, bills and stock of the shop.")
    top.add_argument("--store", type=Path, default=STORE, help="the store to work on")
    top.add_argument("--now", type=datetime.fromisoformat, help="pretend that it is this moment")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: Command, *words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=(function.__doc__ or "").splitlines()[0])
        for word in words:
            sub.add_argument(word)
        sub.set_defaults(command=function)
        return sub

    command("free", show_free, "category")
    _hire_options(command("quote", quote, "tool"))
    command("hold", hold, "tool", "customer")
    command("holds", holds)
    leaving = _hire_options(command("out", out, "tool", "customer"))
    leaving.add_argument("--deliver", type=int, metavar="KM", help="bring it there and fetch it again")
    coming = command("back", back, "hire")
    coming.add_argument("finding", nargs="*", help="what is wrong with it, if anything")
    longer = command("renew", renew, "hire")
    longer.add_argument("--days", type=int, default=1)
    command("serviced", serviced, "tool")
    billed = _method_option(command("bill", bill, "hire"), Method.ACCOUNT)
    billed.add_argument("--draft", action="store_true", help="show it, store nothing")
    paid = _method_option(command("pay", pay, "customer"), Method.CASH)
    paid.add_argument("cents", type=int)
    command("statement", statement, "customer")
    reported = command("report", report)
    reported.add_argument("name", choices=sorted(reports.REPORTS))
    reported.add_argument("--format", choices=sorted(reports.FORMATS), default="table")
    reported.add_argument("--to", type=Path, help="a file to write to")
    imported = command("import", import_file)
    imported.add_argument("what", choices=("tools", "customers"))
    imported.add_argument("file", type=Path)
    imported.add_argument("--all-or-nothing", action="store_true", help="one bad row turns the file away")
    return top


def _hire_options(sub: argparse.ArgumentParser) -> argparse.ArgumentParser:
    sub.add_argument("--days", type=int, default=DEFAULT_HIRE_DAYS)
    sub.add_argument("--waiver", action="store_true", help="with the damage waiver")
    return sub


def _method_option(sub: argparse.ArgumentParser, usual: Method) -> argparse.ArgumentParser:
    sub.add_argument("--method", type=Method, choices=list(Method), default=usual)
    return sub
