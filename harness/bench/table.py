"""The figures of a bench on a terminal: one row for each level in both tables, and what to know of them."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from harness.bench.record import Bench, Level, Slo, Spread
from harness.money import amount_text

_NEEDED = {"p50": 2, "p90": 10, "p95": 20, "p99": 100}
"""Values below which a percentile is not told."""
_NONE = "–"


def show(bench: Bench, out: Console, err: Console) -> None:
    head = f"{bench.model.label}: {bench.workload.spec}, seed {bench.seed}"
    out.print(Text(head, "bold"))
    if bench.levels:
        out.print(_throughput(bench))
        out.print(_latency(bench.levels))
    for note in notes(bench):
        err.print(note, markup=False, highlight=False, soft_wrap=True)


def notes(bench: Bench) -> Iterator[str]:
    """What a reader has to know beside the figures."""
    yield from (f"Note: {note}." for note in bench.workload.notes)
    for level in bench.levels:
        found = level.figures
        if level.stopped is not None:
            yield f"{level.load.name}: ended early: {level.stopped}"
        yield from (f"{level.load.name}: {why}" for why in level.client.limited)
        if found.failed:
            kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(found.failed.items()))
            yield f"{level.load.name}: failed, and in no other figure: {kinds}"
    if short := _cut_short(bench):
        yield short
    if few := _too_few(bench.levels):
        yield few


def line(level: Level) -> str:
    """A level in one line, for whoever waits."""
    found = level.figures
    speed = "" if found.output_throughput is None else f", {found.output_throughput:.1f} output tokens/s"
    said = f"{level.load.name}: {found.answered:,} answered in {found.seconds:.1f} s{speed}"
    return said if level.stopped is None else f"{said}; ended early: {level.stopped}"


def slo_text(slo: Slo) -> str:
    """As it is asked for."""
    return " ".join(f"{name}:{value:g}" for name, value in slo.model_dump(exclude_none=True).items())


def _throughput(bench: Bench) -> Table:
    table = _table("load", "ok", "failed", "req/s", "out tok/s", "tok/s", "good/s", "peak", "cached", "$")
    for level in bench.levels:
        found = level.figures
        table.add_row(
            Text(level.load.name),
            f"{found.answered:,}",
            f"{sum(found.failed.values()):,}",
            _number(found.request_throughput),
            _number(found.output_throughput),
            _number(found.total_throughput),
            _number(found.goodput),
            str(found.peak_concurrency),
            _NONE if found.cached_share is None else f"{found.cached_share:.0%}",
            _NONE if found.cost_usd is None else amount_text(found.cost_usd),
        )
    return table


def _latency(levels: Sequence[Level]) -> Table:
    table = _table("load", *(f"{name} ms p50/p95/p99" for name in ("TTFT", "TPOT", "ITL", "E2EL")))
    for level in levels:
        found = level.figures
        spreads = (found.ttft_ms, found.tpot_ms, found.itl_ms, found.e2el_ms)
        table.add_row(Text(level.load.name), *(_percentiles(one) for one in spreads))
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim underline")
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _percentiles(one: Spread) -> str:
    return "/".join(_number(value) for value in (one.p50, one.p95, one.p99))


def _number(value: float | None) -> str:
    """With about three digits."""
    if value is None:
        return _NONE
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:,.0f}"  # noqa: PLR2004 # digits


def _cut_short(bench: Bench) -> str:
    """Whether replies ended by themselves, where they were to be of one length."""
    answered = [row for level in bench.levels for row in level.rows if row.failed is None]
    counted = [row for row in answered if row.output is not None]
    short = sum((row.output or 0) < row.asked for row in counted)
    if not short or not bench.workload.spec.startswith("random"):
        return ""
    return (
        f"{short:,} of {len(counted):,} replies ended before their {counted[0].asked:,} tokens; "
        "--ignore-eos makes them whole where the server has it (vLLM, SGLang)"
    )


def _too_few(levels: Sequence[Level]) -> str:
    """Which percentiles stay open, and what they need."""
    least = min((level.figures.answered for level in levels), default=0)
    open_ones = [f"{name} needs {needed}" for name, needed in _NEEDED.items() if least < needed]
    return f"{_NONE} is not known; of answered requests, {', '.join(open_ones)}" if open_ones else ""
