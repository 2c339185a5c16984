"""From a closed hire to an invoice.

An invoice is a list of lines that are added up, nothing more. Each charge is made by the module that knows about it
(`pricing` the hire itself, `delivery` the van, `damage` what came back broken), and this module puts the lines in
order, takes off the discount and adds the tax. The order matters: the discount is on the hire and on late charges
only, tax is on everything but the deposit, and rounding happens once, at the very end.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from larch import damage, delivery, pricing
from larch.availability import RESERVATION_FEE_CENTS
from larch.defaults import Settings
from larch.errors import HireStillOpen
from larch.models import Customer, CustomerKind, Hire, Invoice, Line, LineKind, Method, Tool
from larch.repository import Repository

CARD_HANDLING_FEE_CENTS = 325
"""Added when an invoice is to be paid by card; cash and account are free of it."""

ROUND_TO_CENTS = 5
"""What is asked for is a multiple of this; the coins below it went out of use."""

DISCOUNTED = frozenset({LineKind.RENTAL, LineKind.LATE})
"""The kinds of line a trade discount applies to."""


def issue(
    repo: Repository, hire_id: str, settings: Settings, *, today: date, method: Method = Method.ACCOUNT
) -> Invoice:
    """Bill a hire and store the invoice. Raises `HireStillOpen` for a tool that is not back yet.

    Billing a hire twice gives the first invoice again: what has been sent is not rewritten.
    """
    for earlier in repo.invoices():
        if earlier.hire_id == hire_id:
            return earlier
    hire = repo.hire(hire_id)
    if hire.back_at is None:
        raise HireStillOpen(f"{hire.id} is still out with {repo.customer(hire.customer_id).name}")
    invoice = draft(repo, hire, settings, today=today, method=method)
    repo.put_invoice(invoice)
    return invoice


def draft(
    repo: Repository, hire: Hire, settings: Settings, *, today: date, method: Method = Method.ACCOUNT
) -> Invoice:
    """The invoice a hire would get, without storing it."""
    tool, customer = repo.tool(hire.tool_code), repo.customer(hire.customer_id)
    lines = list(charges(hire, tool, settings, method))
    discount = discount_line(lines, pricing.trade_percent(customer, spent_in_a_year(repo, customer, today)))
    if discount is not None:
        lines.append(discount)
    net = sum(line.cents for line in lines)
    tax = pricing.share(net, settings.tax_percent)
    total = rounded(net + tax)
    if total != net + tax:
        lines.append(Line(kind=LineKind.ROUNDING, text="Rounding", cents=total - net - tax))
    return Invoice(
        number=repo.next_invoice_number(settings.invoice_prefix),
        customer_id=customer.id,
        hire_id=hire.id,
        issued_on=today,
        due_on=today + timedelta(days=settings.payment_days),
        lines=tuple(lines),
        tax_cents=tax,
        deposit_cents=deposit_cents(tool, customer, settings),
    )


def charges(hire: Hire, tool: Tool, settings: Settings, method: Method) -> Iterator[Line]:
    """Every charge of a hire before discount and tax, in the order in which it is printed."""
    yield rental_line(hire, tool, settings)
    if hire.waiver:
        yield Line(kind=LineKind.WAIVER, text="Damage waiver", cents=pricing.waiver_cents(hire, tool, settings))
    if hire.held:
        yield Line(kind=LineKind.FEE, text="Reservation", cents=RESERVATION_FEE_CENTS)
    if hire.delivery_km is not None:
        yield Line(
            kind=LineKind.DELIVERY,
            text=f"Delivery and collection, {hire.delivery_km} km",
            cents=delivery.delivery_cents(hire.delivery_km, tool),
        )
    late = late_line(hire, tool, settings)
    if late is not None:
        yield late
    yield from damage.lines_for(hire, tool)
    if method is Method.CARD:
        yield Line(kind=LineKind.FEE, text="Card handling", cents=CARD_HANDLING_FEE_CENTS)


def rental_line(hire: Hire, tool: Tool, settings: Settings) -> Line:
    """The hire itself, for the days that were agreed on."""
    days = pricing.days_between(hire.out_at, hire.due_at)
    cents = pricing.rental_cents(tool, hire.out_at.date(), days, settings)
    return Line(kind=LineKind.RENTAL, text=f"{tool.name} ({tool.code}), {days} days", cents=cents)


def late_line(hire: Hire, tool: Tool, settings: Settings) -> Line | None:
    """What coming back late costs; None for a tool that was in time or within the grace."""
    steps = late_steps(hire.due_at, hire.back_at or hire.due_at, settings)
    if steps == 0:
        return None
    cents = min(
        steps * pricing.share(tool.daily_cents, settings.late_step_percent),
        settings.late_cap_days * tool.daily_cents,
    )
    return Line(kind=LineKind.LATE, text=f"Late return, {steps} x {settings.late_step_hours} h", cents=cents)


def late_steps(due_at: datetime, back_at: datetime, settings: Settings) -> int:
    """How many late steps have begun. Within the grace there are none, beyond it the whole delay counts."""
    late = back_at - due_at
    if late <= timedelta(minutes=settings.grace_minutes):
        return 0
    step = timedelta(hours=settings.late_step_hours)
    return -(-late // step)


def discount_line(lines: Sequence[Line], percent: int) -> Line | None:
    """The trade discount as a line of its own, below zero; None where there is nothing to take off."""
    base = sum(line.cents for line in lines if line.kind in DISCOUNTED)
    cents = pricing.share(base, percent)
    if cents == 0:
        return None
    return Line(kind=LineKind.DISCOUNT, text=f"Trade discount {percent} %", cents=-cents)


def deposit_cents(tool: Tool, customer: Customer, settings: Settings) -> int:
    """What is asked for as a security, shown on the invoice and no part of its total; only private customers pay it."""
    if customer.kind is not CustomerKind.PRIVATE:
        return 0
    return pricing.share(tool.value_cents, settings.deposit_percent)


def spent_in_a_year(repo: Repository, customer: Customer, today: date) -> int:
    """The invoices of the year before today, deposits left out."""
    since = today - timedelta(days=365)
    return sum(
        invoice.total_cents
        for invoice in repo.invoices()
        if invoice.customer_id == customer.id and since <= invoice.issued_on < today
    )


def rounded(cents: int) -> int:
    """The nearest amount that can be paid in coins; halfway goes to the customer."""
    low = cents - cents % ROUND_TO_CENTS
    return low if cents - low <= ROUND_TO_CENTS // 2 else low + ROUND_TO_CENTS


def printed(invoice: Invoice, tool: Tool, customer: Customer) -> str:
    """An invoice as it comes out of the printer."""
    rows = [f"  {line.text:<44}{pricing.money(line.cents):>12}" for line in invoice.lines]
    parts = [
        f"Invoice {invoice.number}    {invoice.issued_on:%d %B %Y}",
        f"{customer.name} ({customer.id})",
        f"Tool {tool.code}",
        "",
        *rows,
        f"  {'Tax':<44}{pricing.money(invoice.tax_cents):>12}",
        f"  {'Total':<44}{pricing.money(invoice.total_cents):>12}",
    ]
    if invoice.deposit_cents:
        parts.append(f"  {'Deposit held, returned with the tool':<44}{pricing.money(invoice.deposit_cents):>12}")
    parts += ["", f"Please pay by {invoice.due_on:%d %B %Y}."]
    return "\n".join(parts)
