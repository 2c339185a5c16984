"""What a hire costs.

A hire is priced by the day, and a day is twenty-four hours that have begun. Whole weeks have a price of their own,
Saturdays and Sundays are cheaper in the days that are left over, and a customer never pays more for six days than for
seven. Trade customers get a share off, which depends on what they spent with us over the year before.

All amounts are whole cents. A share of an amount is always worked out by `share`, so that every percentage in the
system is rounded in the same way.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from larch.defaults import Settings
from larch.models import Customer, Hire, Tool
from larch.text import CURRENCY

WEEK = 7

FIRST_WEEKEND_DAY = 5
"""As `date.weekday` counts, where Monday is 0."""


@dataclass(frozen=True, kw_only=True)
class Tier:
    """A step of the trade discount."""

    name: str
    from_cents: int
    percent: int


TIERS = (
    Tier(name="none", from_cents=0, percent=0),
    Tier(name="bronze", from_cents=180_000, percent=4),
    Tier(name="silver", from_cents=520_000, percent=9),
    Tier(name="gold", from_cents=1_450_000, percent=13),
)
"""From the lowest upward. A customer is in the last tier whose sum they have reached."""


@dataclass(frozen=True, kw_only=True)
class Quote:
    """A price that binds us until a day."""

    cents: int
    valid_until: date


def share(cents: int, percent: int) -> int:
    """So many percent of an amount, rounded to the nearest cent, halves upward."""
    return (cents * percent + 50) // 100


def days_between(start: datetime, end: datetime) -> int:
    """How many days of twenty-four hours have begun between two moments; at least one."""
    return max(1, -(-(end - start) // timedelta(days=1)))


def rental_cents(tool: Tool, start: date, days: int, settings: Settings) -> int:
    """The price of a hire before anything is added or taken off."""
    weeks, rest = divmod(days, WEEK)
    week = weekly_cents(tool, settings)
    rest_start = start + timedelta(days=weeks * WEEK)
    left_over = min(odd_days_cents(tool, rest_start, rest, settings), week)
    return max(weeks * week + left_over, settings.minimum_cents)


def weekly_cents(tool: Tool, settings: Settings) -> int:
    """The price of one whole week."""
    return settings.weekly_days_charged * tool.daily_cents


def odd_days_cents(tool: Tool, start: date, days: int, settings: Settings) -> int:
    """The price of days that make no whole week, one by one."""
    cheap = share(tool.daily_cents, settings.weekend_percent)
    return sum(
        cheap if is_weekend(start + timedelta(days=offset)) else tool.daily_cents for offset in range(days)
    )


@cache
def is_weekend(day: date) -> bool:
    """Whether a day is a Saturday or a Sunday. Public holidays are ordinary days here."""
    return day.weekday() >= FIRST_WEEKEND_DAY


def waiver_cents(hire: Hire, tool: Tool, settings: Settings) -> int:
    """The price of the damage waiver. It follows the hire as agreed, and does not grow when the tool is late."""
    days = days_between(hire.out_at, hire.due_at)
    return share(rental_cents(tool, hire.out_at.date(), days, settings), settings.waiver_percent)


def quote(tool: Tool, today: date, days: int, settings: Settings, *, waiver: bool) -> Quote:
    """What a hire that begins today would cost, before tax and without delivery."""
    cents = rental_cents(tool, today, days, settings)
    if waiver:
        cents += share(cents, settings.waiver_percent)
    return Quote(cents=cents, valid_until=today + timedelta(days=settings.quote_valid_days))


def tier_of(spent_cents: int) -> Tier:
    """The tier that a sum of the last year leads to."""
    return max((tier for tier in TIERS if tier.from_cents <= spent_cents), key=lambda tier: tier.from_cents)


def trade_percent(customer: Customer, spent_cents: int) -> int:
    """The discount of a customer; nobody but the trade gets one."""
    return tier_of(max(spent_cents, 0)).percent if customer.is_trade else 0


def to_next_tier_cents(spent_cents: int) -> int | None:
    """How much more a customer would have to spend to get to the next tier; None at the top."""
    above = [tier.from_cents for tier in TIERS if tier.from_cents > spent_cents]
    return min(above) - spent_cents if above else None


def money(cents: int) -> str:
    """An amount for people: `EUR 1,250.00`, with the minus in front of everything."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{CURRENCY} {abs(cents) // 100:,}.{abs(cents) % 100:02}"
