"""What customers owe, and what they have paid.

There is no account that is kept up to date: a balance is always the invoices less the payments, added up again each
time it is asked for. There are never so many of either that it would matter, and a sum that is not stored cannot be
wrong.
"""

from datetime import date, timedelta

from larch.defaults import Settings
from larch.errors import AccountClosed, BadAmount, CreditExceeded
from larch.models import Customer, Invoice, Method, Payment
from larch.pricing import money
from larch.repository import Repository
from larch.text import table

REMINDER_AFTER_DAYS = 8
"""How long after an invoice has become overdue the first reminder is sent."""

REMINDERS = 3
"""After so many reminders the account is closed by hand; the program never does it."""

SMALL_CENTS = 90
"""Less than this is carried on to the next month and nobody is reminded of it."""


def balance_cents(repo: Repository, customer_id: str) -> int:
    """What a customer owes; below zero for one who has paid ahead."""
    billed = sum(invoice.total_cents for invoice in invoices_of(repo, customer_id))
    paid = sum(payment.cents for payment in repo.payments() if payment.customer_id == customer_id)
    return billed - paid


def invoices_of(repo: Repository, customer_id: str) -> list[Invoice]:
    """A customer's invoices, oldest first."""
    mine = [invoice for invoice in repo.invoices() if invoice.customer_id == customer_id]
    return sorted(mine, key=lambda invoice: (invoice.issued_on, invoice.number))


def require_credit(repo: Repository, customer: Customer) -> None:
    """Let a customer pass who may take another tool.

    Raises `AccountClosed` or `CreditExceeded`. What a hire is going to cost is not looked at, only what is owed now:
    the counter cannot know how long a hire will really last.
    """
    if customer.closed:
        raise AccountClosed(f"the account of {customer.name} is closed")
    owed = balance_cents(repo, customer.id)
    if owed >= customer.limit_cents:
        raise CreditExceeded(f"{customer.name} owes {money(owed)}; the limit is {money(customer.limit_cents)}")


def take(repo: Repository, customer_id: str, cents: int, method: Method, on: date) -> Payment:
    """Take a payment. Raises `BadAmount` for nothing and for less."""
    if cents <= 0:
        raise BadAmount(f"{money(cents)} cannot be paid in")
    customer = repo.customer(customer_id)
    payment = Payment(customer_id=customer.id, cents=cents, method=method, taken_on=on)
    repo.add_payment(payment)
    return payment


def open_invoices(repo: Repository, customer_id: str) -> list[tuple[Invoice, int]]:
    """The invoices that are not wholly paid, with what is left of each.

    Payments are not tied to invoices; they settle the oldest first, whatever the customer wrote on the transfer.
    """
    paid = sum(payment.cents for payment in repo.payments() if payment.customer_id == customer_id)
    unsettled: list[tuple[Invoice, int]] = []
    for invoice in invoices_of(repo, customer_id):
        used = min(paid, invoice.total_cents)
        paid -= used
        if used < invoice.total_cents:
            unsettled.append((invoice, invoice.total_cents - used))
    return unsettled


def overdue(repo: Repository, customer_id: str, today: date) -> list[tuple[Invoice, int]]:
    """Of the open invoices, those whose day has passed."""
    return [(invoice, left) for invoice, left in open_invoices(repo, customer_id) if invoice.due_on < today]


def reminders_due(repo: Repository, customer_id: str, today: date) -> int:
    """How many reminders a customer should have had by now for the oldest overdue invoice."""
    late = [invoice for invoice, left in overdue(repo, customer_id, today) if left >= SMALL_CENTS]
    if not late:
        return 0
    days = (today - late[0].due_on) // timedelta(days=1)
    return min(days // REMINDER_AFTER_DAYS, REMINDERS)


def next_statement(today: date, settings: Settings) -> date:
    """The day on which the next statements are sent; today counts."""
    if today.day <= settings.statement_day:
        return today.replace(day=settings.statement_day)
    first = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    return first.replace(day=settings.statement_day)


def statement(repo: Repository, customer_id: str, settings: Settings, today: date) -> str:
    """A customer's account as it is sent by post."""
    customer = repo.customer(customer_id)
    rows = [
        (invoice.number, f"{invoice.issued_on:%d.%m.%Y}", f"{invoice.due_on:%d.%m.%Y}", money(left))
        for invoice, left in open_invoices(repo, customer.id)
    ]
    parts = [settings.shop_name, f"Statement for {customer.name} ({customer.id}), {today:%d %B %Y}", ""]
    parts.append(table(("invoice", "from", "due", "open"), rows) if rows else "Nothing is open.")
    parts += ["", f"Balance {money(balance_cents(repo, customer.id))}"]
    reminders = reminders_due(repo, customer.id, today)
    if reminders:
        parts.append(f"This is reminder {reminders} of {REMINDERS}.")
    return "\n".join(parts)
