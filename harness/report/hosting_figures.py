"""Self-hosted or hosted: what every row costs by trial and by success, and from which volume own machines
pay.

Dollars of a row of ours are the price of its machines' hours, as the user states it, for the time in which
its trials were in flight; dollars of a hosted row are those of its requests. What is assumed is in the
records, so that every report can print it.
"""

from typing import Literal

from harness.report.interval import Interval
from harness.runs.record import Hosting
from scenarios.record import Record
from scoring.ratio import Amount

Where = Literal["own", "hosted"]
Untold = Literal["no_gpu_hour", "no_gpus", "no_times", "no_price", "no_trials"]
"""Nobody says what an hour costs; or how many GPUs there are; no trial says when it was played; no request
has a known price; nothing was played."""
Unsaturated = Literal["no_hour", "no_throughput", "no_usage", "no_trials"]
"""The price of an hour is not known; neither was a bench given nor did anybody look at the servers for long
enough; tokens were not reported; nothing was played."""
Verdict = Literal["yes", "no", "unsure"]
"""`unsure`: the rate lies within the interval of what is needed."""
Unit = Literal["trial", "solved"]
Source = Literal["bench", "samples", "run"]
"""A bench that was given; the busiest minute at the servers in this very run; the run as a whole, where
neither saw more than that."""
Aspect = Literal[
    "sampling", "thinking", "first_call", "agent", "window", "weights", "kv", "engine", "endpoint", "strict",
    "sequences", "in_flight",
]  # fmt: skip
"""In what rows may differ beside the model; `sequences` are requests that a server computes together."""


class Saturation(Record):
    """What machines of ours could do, had they as much to do as they were seen to do at most."""

    source: Source
    detail: str
    """Which bench, of what, at which load; empty for others."""
    input_per_second: float
    output_per_second: float
    """Tokens."""
    cached_share: float | None
    """Of the prompts at that rate, found in a cache."""
    trials_per_hour: float
    """So many that neither their input nor their output needs more than was seen at once."""
    cost_per_trial: Amount
    cost_per_solved: Amount


class HostingRow(Record):
    """One model as it was compared."""

    model: str
    where: Where
    hosting: Hosting | None
    """For one of ours: what it ran on."""
    hour_usd: float | None
    """Of all its machines."""
    trials: int
    solved: int
    success: Interval
    busy_seconds: float | None
    """In which any trial was in flight."""
    in_flight: float | None
    """Trials at a time, on average while any was."""
    trials_per_hour: float | None
    """Of busy time: the measured load."""
    usd: float | None
    cost_per_trial: Amount
    cost_per_solved: Amount
    """At the measured load. Dollars."""
    untold: Untold | None
    """Why there is no cost."""
    unpriced: int
    """Requests of a hosted row whose cost is not known; above 0, its costs are lower bounds."""
    seconds_per_trial: Amount
    """Of its requests, end to end: tools and what was waited for limits are left out."""
    input_per_trial: float | None
    output_per_trial: float | None
    cached_share: float | None
    """Of the prompts' tokens, as the replies reported them."""
    saturation: Saturation | None
    unsaturated: Unsaturated | None
    """Why there is none, for a row of ours."""


class BreakEven(Record):
    """From how many trials (or successes) an hour machines of ours are cheaper than a hosted row."""

    own: str
    hosted: str
    unit: Unit
    per_hour: Amount
    """The price of the hour over what the hosted row costs for one."""
    at_most: bool
    """The hosted cost is a lower bound, so that this is an upper one."""
    measured_per_hour: float | None
    measured: Verdict | None
    """Whether the measured load reaches it; None: one of the two is not known."""
    saturated_per_hour: float | None
    saturated: Verdict | None


class Difference(Record):
    """Something in which the compared rows differ; what is not known is None."""

    aspect: Aspect
    values: dict[str, str | None]
    """By model."""


class HostingFigures(Record):
    illustrative: bool
    """Hours of machines are compared at prices that are made up or assumed, and every page says so."""
    rows: tuple[HostingRow, ...]
    break_even: tuple[BreakEven, ...]
    cost_frontier: tuple[str, ...]
    """Rows that no other beats in success and in cost of a trial, the cheapest first."""
    time_frontier: tuple[str, ...]
    """The same for the seconds of a trial."""
    differences: tuple[Difference, ...]

    @property
    def has_own(self) -> bool:
        """Whether machines of somebody's own have a price here."""
        return any(row.hour_usd is not None for row in self.rows)

    @property
    def is_comparison(self) -> bool:
        """Whether rows can be held against each other in what they cost."""
        priced = [row for row in self.rows if row.success.mean is not None and row.usd is not None]
        return len(priced) > 1
