"""The requests of one trial as a reader sees them: what each took, and what it cost and why."""

from collections.abc import Iterator

from harness.models.pricing import Tariff
from harness.report.plain_text import visible
from scenarios.record import Record
from scenarios.transcript import Attempt, Exchange, Transcript


class RequestView(Record):
    input: int | None
    cached: int | None
    written: int | None
    output: int | None
    reasoning: int | None
    doubt: str | None
    """Why the counts cannot be trusted."""
    cost_usd: float | None
    basis: str
    """`reported`, `computed`, or why the cost is not known."""
    ms: float
    ttft_ms: float | None
    served_model: str | None
    conceded: tuple[str, ...]
    """What was given up."""
    failed: tuple[str, ...]
    """The attempts before it, each by its kind."""


def request_views(transcript: Transcript, tariff: Tariff) -> Iterator[RequestView]:
    """In order; none for a reference model, which is sent nothing."""
    if tariff.simulated:
        return
    for exchange in transcript.exchanges:
        yield _view(exchange, tariff)


def kinds(attempts: tuple[Attempt, ...]) -> tuple[str, ...]:
    return tuple(visible(attempt.kind) for attempt in attempts)


def _view(exchange: Exchange, tariff: Tariff) -> RequestView:
    usage, cost = exchange.usage, tariff.cost(exchange)
    return RequestView(
        input=usage.input,
        cached=usage.cached,
        written=usage.written,
        output=usage.output,
        reasoning=usage.reasoning,
        doubt=None if usage.doubt is None else visible(usage.doubt),
        cost_usd=cost.usd,
        basis=cost.basis,
        ms=exchange.ms,
        ttft_ms=exchange.ttft_ms,
        served_model=None if exchange.served_model is None else visible(exchange.served_model),
        conceded=tuple(map(visible, exchange.conceded)),
        failed=kinds(exchange.failed),
    )
