"""The settings of the system and what they are when nobody has said anything.

These are the values the program came with. A shop changes them in a module of its own, in this installation in
`larch.house`, and everything that runs is handed the result. No module reads this file for a value; they import the
class for its name only.
"""

from dataclasses import dataclass, fields

from larch.errors import BadSetting


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that a shop may decide for itself. Percentages are whole numbers, money is cents."""

    shop_name: str = "Example Tool Hire"
    """Stands at the top of the statements."""
    invoice_prefix: str = "INV"
    """What an invoice number begins with."""
    tax_percent: int = 19
    """On everything but deposits."""
    payment_days: int = 14
    """How long an invoice may stay unpaid before it is called overdue."""

    deposit_percent: int = 20
    """The security that a private customer leaves, of the value of the tool."""
    waiver_percent: int = 11
    """The price of the damage waiver, of the hire."""

    weekly_days_charged: int = 4
    """A week costs as much as this many single days."""
    weekend_percent: int = 60
    """What a Saturday or a Sunday costs, of an ordinary day."""
    minimum_cents: int = 700
    """No hire costs less than this."""
    quote_valid_days: int = 21
    """How long a quote binds us."""

    grace_minutes: int = 45
    """How late a tool may come back without its costing anything."""
    late_step_hours: int = 6
    """Late charges are counted in steps of this length, and a step that has begun is charged."""
    late_step_percent: int = 30
    """What a late step costs, of the daily rate."""
    late_cap_days: int = 9
    """Late charges stop growing at this many daily rates."""
    max_renewals: int = 4
    """How often a hire may be lengthened without the tool being seen."""

    statement_day: int = 26
    """The day of the month on which statements are sent."""

    def checked(self) -> "Settings":
        """The settings themselves. Raises `BadSetting` for the first value that makes no sense."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_percent") and not 0 <= value <= 100:
                raise BadSetting(f"{field.name} is {value}; a percentage lies between 0 and 100")
            if field.type in (int, "int") and value < 0:
                raise BadSetting(f"{field.name} is {value}; nothing here can be below zero")
        if not 1 <= self.statement_day <= 28:
            raise BadSetting(f"statement_day is {self.statement_day}; not every month has such a day")
        if self.late_step_hours == 0:
            raise BadSetting("late_step_hours is 0; a step has to have a length")
        return self
