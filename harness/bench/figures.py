"""From the rows of a level to its figures, by the definitions of `vllm bench serve`.

Source: `calculate_metrics` in vllm/benchmarks/serve.py of vLLM 0.32.0. TTFT, end-to-end latency and TPOT are
one value for each answered request (TPOT one for each of at least two output tokens), ITL is every gap of
every request in one pool; percentiles are interpolated linearly, the standard deviation divides by n. A
request is good when it keeps all service levels, and TPOT counts as 0 for a reply of at most one token.
Throughputs divide by the time until the last reply. Where ours differs, docs/bench.md says so.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor, fsum, sqrt

from harness.bench.record import Figures, Row, Slo, Spread

_DIGITS = 6


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """Interpolated linearly between the two nearest values; None where fewer than 100 / (100 − percent)
    values leave nothing above it to tell.
    """
    if not ordered or len(ordered) * (100 - percent) < 100:  # noqa: PLR2004 # percent
        return None
    place = (len(ordered) - 1) * percent / 100
    low, high = ordered[floor(place)], ordered[ceil(place)]
    return low + (high - low) * (place - floor(place))


def spread(values: Iterable[float]) -> Spread:
    ordered = sorted(values)
    if not ordered:
        return Spread()
    mean = fsum(ordered) / len(ordered)
    std = sqrt(fsum((value - mean) ** 2 for value in ordered) / len(ordered))
    found = {f"p{one}": _rounded(percentile(ordered, one)) for one in (50, 90, 95, 99)}
    return Spread(n=len(ordered), mean=_rounded(mean), std=_rounded(std), **found)


def figures(rows: Sequence[Row], slo: Slo, ramp: float = 0.0) -> Figures:
    """What a level's rows say; those of its ramp are left out."""
    counted = [row for row in rows if not row.apart]
    answered = [row for row in counted if row.failed is None]
    seconds = max([row.ended for row in counted], default=ramp) - ramp
    inputs, outputs = _total(row.input for row in answered), _total(row.output for row in answered)
    total = None if inputs is None or outputs is None else inputs + outputs
    return Figures(
        seconds=round(seconds, _DIGITS),
        answered=len(answered),
        failed=dict(Counter(row.failed for row in counted if row.failed is not None)),
        apart=len(rows) - len(counted),
        request_throughput=_each(len(answered), seconds) or 0.0,
        output_throughput=_each(outputs, seconds),
        total_throughput=_each(total, seconds),
        goodput=_each(good_requests(answered, slo), seconds),
        peak_concurrency=peak(counted),
        input_tokens=inputs,
        output_tokens=outputs,
        cached_share=_cached(answered),
        cost_usd=_cost(answered),
        ttft_ms=spread(row.ttft_ms for row in answered if row.ttft_ms is not None),
        tpot_ms=spread(tpot for row in answered if (tpot := row.tpot_ms) is not None),
        itl_ms=spread(gap for row in answered for gap in row.gaps_ms),
        e2el_ms=spread(row.ms for row in answered),
        wait_ms=spread((row.sent - row.due) * 1e3 for row in counted),
    )


def good_requests(answered: Sequence[Row], slo: Slo) -> int | None:
    """How many keep every service level; None where there is none, or a value is not known."""
    if slo == Slo():
        return None
    kept = [list(_kept(row, slo)) for row in answered]
    if any(None in one for one in kept):
        return None
    return sum(all(one) for one in kept)


def _kept(row: Row, slo: Slo) -> Iterator[bool | None]:
    """Whether each service level is kept; None: nobody knows."""
    if slo.ttft is not None:
        yield None if row.ttft_ms is None else row.ttft_ms <= slo.ttft
    if slo.tpot is not None:
        unknown = row.output is None or row.ttft_ms is None
        yield None if unknown else (row.tpot_ms or 0.0) <= slo.tpot
    if slo.e2el is not None:
        yield row.ms <= slo.e2el


def peak(rows: Iterable[Row]) -> int:
    """The most requests that were on their way at one moment; one that ends as another begins is not beside
    it.
    """
    steps = sorted(step for row in rows for step in ((row.sent, 1), (row.ended, -1)))
    most = now = 0
    for _, change in steps:
        now += change
        most = max(most, now)
    return most


def _total(counts: Iterable[int | None]) -> int | None:
    """None where one of them is not known, and where there is none."""
    found = list(counts)
    known = [count for count in found if count is not None]
    return sum(known) if found and len(known) == len(found) else None


def _cached(answered: Sequence[Row]) -> float | None:
    inputs, cached = _total(row.input for row in answered), _total(row.cached for row in answered)
    return None if not inputs or cached is None else round(cached / inputs, _DIGITS)


def _cost(answered: Sequence[Row]) -> float | None:
    """None where nobody knows what one of them cost."""
    known = [row.usd for row in answered if row.usd is not None]
    return fsum(known) if answered and len(known) == len(answered) else None


def _each(amount: int | None, seconds: float) -> float | None:
    return None if amount is None or seconds <= 0 else round(amount / seconds, _DIGITS)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, _DIGITS)
