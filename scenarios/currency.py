"""Currencies in which prices are published, and what a unit of one is worth."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from scenarios.record import Record

Currency = Literal["USD", "CNY", "EUR"]


class ExchangeRate(Record):
    """A rate is somebody's word on a day; nothing looks one up."""

    usd: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    """US dollars of one unit."""
    as_of: date
