"""What a bench writes down: one row for each request, and everything that its figures are made from.

`bench.json` holds all of it. Figures can be made again from the rows at any time, with other percentiles or
other service levels, without asking a model again.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, JsonValue

from harness.runs.record import Hosting, ModelVariant
from scenarios.record import Record

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Load(Record):
    """How much is asked at a time: by so many clients that each wait for their reply, or at a rate that does
    not care how long replies take.
    """

    concurrency: Annotated[int, Field(ge=1)] | None = None
    """Clients of a closed loop; None: an open loop."""
    rate: Positive | None = None
    """Conversations that begin in a second, in an open loop."""
    burstiness: Positive = 1.0
    """The shape of the gamma distribution of the gaps between them: 1 is a Poisson process, less comes in
    bursts, more is more even."""

    @property
    def name(self) -> str:
        return f"{self.rate:g}/s" if self.concurrency is None else str(self.concurrency)


class Row(Record):
    """One request. Moments are seconds since its level began, durations milliseconds."""

    talk: str
    """The conversation that it belongs to."""
    turn: int
    """Which of that conversation's requests, from 0."""
    due: float
    """When it was to be sent."""
    sent: float
    """When it was; later than `due` where a limit held it back, or our own event loop was late."""
    ended: float
    apart: bool = False
    """Sent while the load was still growing: it is in no figure."""
    asked: int
    """The output limit that it was sent with."""
    input: int | None = None
    cached: int | None = None
    output: int | None = None
    reasoning: int | None = None
    ms: float = 0.0
    """End-to-end latency."""
    ttft_ms: float | None = None
    """Until the first token of any kind; None where the reply was not streamed."""
    first_answer_ms: float | None = None
    """Until the first token that is not reasoning."""
    gaps_ms: tuple[float, ...] = ()
    """Between chunks that brought something."""
    finish: str | None = None
    usd: float | None = None
    """None: nobody knows."""
    failed: str | None = None
    """The kind of failure; None: it was answered."""
    message: str = ""
    """Of the failure."""

    @property
    def tpot_ms(self) -> float | None:
        """(end-to-end − TTFT) / (output tokens − 1); None for fewer than two tokens, or unknown ones."""
        later = (self.output or 0) - 1
        return None if self.ttft_ms is None or later < 1 else (self.ms - self.ttft_ms) / later


class Spread(Record):
    """A distribution; what too few values tell nothing about is None."""

    n: int = 0
    mean: float | None = None
    std: float | None = None
    """Of the values themselves (divided by n)."""
    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    p99: float | None = None


class Slo(Record):
    """What a request has to keep to be of use, in milliseconds; None: anything will do."""

    ttft: Positive | None = None
    tpot: Positive | None = None
    e2el: Positive | None = None


class Figures(Record):
    """Of the answered requests of one level that are not apart."""

    seconds: float
    """From when the load stood until the last of the replies."""
    answered: int
    failed: dict[str, int] = {}
    """By kind; these are in no other figure."""
    apart: int = 0
    """Requests of the ramp."""
    request_throughput: float
    """Answered requests a second."""
    output_throughput: float | None
    """Tokens a second; None where a reply came without its count."""
    total_throughput: float | None
    """Tokens of prompts and output a second."""
    goodput: float | None = None
    """Requests a second that kept every service level; None: none was asked for, or nobody can tell."""
    peak_concurrency: int = 0
    """Requests that were on their way at the same moment."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_share: float | None = None
    """Of the prompt tokens, found in the provider's cache."""
    cost_usd: float | None = None
    ttft_ms: Spread
    tpot_ms: Spread
    """One value for each reply of at least two tokens."""
    itl_ms: Spread
    """Every gap of every reply in one pool."""
    e2el_ms: Spread
    wait_ms: Spread
    """From when a request was due until it was sent."""


class Client(Record):
    """Our own part in what was measured."""

    cpu_share: float
    """CPU time of our process over the time that the level took; it has one core to use."""
    lag_ms: Spread
    """How late our event loop came back to a timer."""
    limited: tuple[str, ...] = ()
    """Why the figures may be ours and not the server's; empty: they are the server's."""


class Level(Record):
    """One load, kept up for a while."""

    load: Load
    started: str
    """UTC, ISO 8601."""
    ramp: float = 0.0
    """Seconds in which the load grew."""
    stopped: str | None = None
    """Why it ended early; None: it was played to its end."""
    figures: Figures
    client: Client
    rows: tuple[Row, ...] = ()


class Workload(Record):
    """What is sent."""

    spec: str
    """`random:IN/OUT`, `agent:SUITE` or `documents:SUITE`."""
    talks: int | None = None
    """Different conversations; None: every request is drawn anew."""
    requests: int | None = None
    """Of them together."""
    ignore_eos: bool = False
    """Replies are as long as was asked for."""
    words: int | None = None
    """Words of a random prompt, as many as make its tokens."""
    overhead: int | None = None
    """Tokens that the chat template adds to a random prompt."""
    notes: tuple[str, ...] = ()


class Bench(Record):
    schema_version: Literal[1] = 1
    id: str
    created: str
    """UTC, ISO 8601."""
    command: str
    model: ModelVariant
    workload: Workload
    seed: int
    requests: int | None = None
    """Of each level; None: as many as its load makes, or as its seconds take."""
    seconds: float | None = None
    ramp: float = 0.0
    think: float = 0.0
    """Mean seconds that a user takes before the next turn."""
    slo: Slo = Slo()
    versions: Mapping[str, str] = {}
    engine: JsonValue = None
    """What served it, for models of ours."""
    hosting: Hosting | None = None
    """What it ran on, for models of ours."""
    warm_up: tuple[Row, ...] = ()
    levels: tuple[Level, ...] = ()
    stopped: str | None = None
    """Why there is no further level; None: all were played."""

    @property
    def summary(self) -> dict[str, JsonValue]:
        """All but the rows, as JSON."""
        told: dict[str, JsonValue] = self.model_dump(
            mode="json", exclude={"warm_up": True, "levels": {"__all__": {"rows"}}}
        )
        return told
